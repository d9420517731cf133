//! Small pieces of arithmetic on eight lanes.

use fearless_simd::{Simd, f64x8, prelude::*};

/// Eight parameter sets side by side.
pub(super) type Lanes<S> = f64x8<S>;

/// Lanes in one vector.
pub(super) const WIDTH: usize = 8;

/// Distance that keeps x / (eˣ − 1) away from 0 / 0. It shifts the quotient by a relative 1e-7 at most, and so
/// does the rounding of eˣ − 1 divided by it: a smaller or a larger one is less exact.
const NUDGE: f64 = 1e-6;

/// e^(−x / scale) by its Taylor polynomial of degree 10, for |x| up to half of `scale`: relative error below
/// 0.5¹¹ / 11! = 1.3e-11. The rates of a membrane are powers of this one exponential, the highest of them 90, so
/// their relative error is below 1.2e-9.
///
/// Estrin's scheme: the sums of pairs do not wait for one another.
#[inline(always)]
pub(super) fn small_exponential<S: Simd>(simd: S, x: Lanes<S>, scale: f64) -> Lanes<S> {
    const ONE_OVER_FACTORIAL: [f64; 11] = [
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
    let c = |power: usize| simd.splat_f64x8(ONE_OVER_FACTORIAL[power]);
    let z = x * (-1.0 / scale);
    let z2 = z * z;
    let z4 = z2 * z2;
    let z8 = z4 * z4;
    let low = c(3).mul_add(z, c(2)).mul_add(z2, z + 1.0);
    let middle = c(7).mul_add(z, c(6)).mul_add(z2, c(5).mul_add(z, c(4)));
    let high = c(10).mul_add(z2, c(9).mul_add(z, c(8)));
    high.mul_add(z8, middle.mul_add(z4, low))
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
