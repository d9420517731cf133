//! The exponential function in SIMD lanes.

use std::f64::consts::LOG2_E;

use fearless_simd::{Simd, f64x8, prelude::*};

/// Beyond this no exponential is needed, and none overflows.
pub const LARGEST_EXPONENT: f64 = 700.0;

/// eˣ, for x between −700 and 700; beyond it the value there.
///
/// 2ᵏ · eʳ with |r| ≤ ln 2 / 2, the second factor by its Taylor polynomial of degree 12: relative error below 4e-16.
#[inline(always)]
pub fn exponential<S: Simd>(simd: S, x: f64x8<S>) -> f64x8<S> {
    // Adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUNDER: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const ONE_OVER_FACTORIAL: [f64; 9] = [
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
    ];
    let constant = |value: f64| simd.splat_f64x8(value);
    let c = |power: usize| constant(ONE_OVER_FACTORIAL[power - 4]);
    let add = |a: f64x8<S>, b: f64x8<S>, c: f64x8<S>| simd.mul_add_f64x8(a, b, c);
    let x = x.max(-LARGEST_EXPONENT).min(LARGEST_EXPONENT);
    let rounded = add(x, constant(LOG2_E), constant(ROUNDER));
    let k = rounded - ROUNDER;
    let r = add(k, constant(-LN_2_LOW), add(k, constant(-LN_2_HIGH), x));
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = add(add(r, constant(1.0 / 6.0), constant(0.5)), r2, r);
    let middle = add(add(c(7), r, c(6)), r2, add(c(5), r, c(4)));
    let high = add(c(12), r4, add(add(c(11), r, c(10)), r2, add(c(9), r, c(8))));
    let power = add(add(high, r4, middle), r4, low) + 1.0;
    let bits = power.to_bits() + (rounded.to_bits() << 52_u32);
    f64x8::from_bits(bits)
}
