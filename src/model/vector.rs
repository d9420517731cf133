//! Small pieces of arithmetic on eight lanes.

use fearless_simd::{Simd, f64x8, prelude::*};

/// Eight parameter sets side by side.
pub(super) type Lanes<S> = f64x8<S>;

/// Lanes in one vector.
pub(super) const WIDTH: usize = 8;

/// Distance that keeps x / (eˣ − 1) away from 0 / 0. It shifts the quotient by a relative 1e-7 at most, and so
/// does the rounding of eˣ − 1 divided by it: a smaller or a larger one is less exact.
const NUDGE: f64 = 1e-6;

/// e^(−x / scale) for |x| ≤ `scale` / 2 by the Taylor polynomial, to a relative error below 1e-9 / 72 in the
/// ranges used here: the rates of a membrane are powers of this one exponential.
#[inline(always)]
pub(super) fn small_exponential<S: Simd>(simd: S, x: Lanes<S>, scale: f64) -> Lanes<S> {
    const INVERSE_FACTORIALS: [f64; 11] = [
        1.0,
        1.0,
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
    ];
    let z = x * (-1.0 / scale);
    let mut sum = simd.splat_f64x8(INVERSE_FACTORIALS[10]);
    for &coefficient in INVERSE_FACTORIALS[..10].iter().rev() {
        sum = sum.mul_add(z, coefficient);
    }
    sum
}

/// A quotient x / (e^(x / scale) − 1), given `x` and `exponential` = e^(x / scale), as numerator and denominator
/// that are never both zero.
#[inline(always)]
pub(super) fn linear_over_exponential<S: Simd>(
    simd: S,
    x: Lanes<S>,
    exponential: Lanes<S>,
    scale: f64,
) -> (Lanes<S>, Lanes<S>) {
    let nudge = simd.splat_f64x8(NUDGE).copysign(x);
    let numerator = x + nudge;
    let denominator = nudge.mul_add(1.0 / scale, exponential - 1.0);
    (numerator, denominator)
}
