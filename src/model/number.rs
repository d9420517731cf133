//! The arithmetic in which channels are written.
//!
//! A channel is written once for any [`Number`]: a plain `f64`, eight parameter sets side by side ([`Lanes`]), or
//! eight parameter sets with their derivative (`Dual`).

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

use fearless_simd::{Simd, f64x8, prelude::*};

use crate::numeric::{LARGEST_EXPONENT, exponential};

/// Eight parameter sets side by side.
pub(super) type Lanes<S> = f64x8<S>;

/// Lanes in one vector; those of all lots are multiples of it.
pub(super) const WIDTH: usize = 8;

/// Numbers that are loaded and stored together: [`Lanes`], or one `f64` where the processor has no wide registers.
pub(super) trait Vector: Number {
    /// How many.
    const LEN: usize;

    /// In how many registers of the processor.
    const REGISTERS: usize;

    /// The first numbers of `values`, as a vector of the kind of `self`.
    fn load(self, values: &[f64]) -> Self;

    /// Writes the numbers to the start of `values`.
    fn store(self, values: &mut [f64]);

    /// Columns of a table with [`WIDTH`] rows of `columns` numbers become rows, `length` numbers apart, of `out`.
    fn transpose(self, table: &[f64], columns: usize, out: &mut [f64], length: usize);

    /// The square root.
    fn root(self) -> Self;
}

/// Runs `$body` in lanes of the processor at hand, with the token `$simd` of its instructions; `$otherwise` on a
/// processor without wide registers. It is compiled for AVX-512, AVX2 and NEON.
macro_rules! dispatch_lanes {
    ($level:expr, $simd:ident => $body:expr, $otherwise:expr) => {
        match $level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Avx512($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $body,
            ),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Avx2($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $body,
            ),
            #[cfg(target_arch = "aarch64")]
            fearless_simd::Level::Neon($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $body,
            ),
            #[allow(unreachable_patterns, reason = "on some processors every level is named above")]
            _ => $otherwise,
        }
    };
}

/// Runs `$body` with instructions for the processor at hand; `$zero` is a vector of zeros in it: in lanes, or in plain
/// numbers on a processor without wide registers.
macro_rules! dispatch_vectors {
    ($level:expr, $zero:ident => $body:expr) => {
        $crate::model::number::dispatch_lanes!(
            $level,
            simd => {
                let $zero = fearless_simd::Simd::splat_f64x8(simd, 0.0);
                $body
            },
            {
                let $zero = 0.0_f64;
                $body
            }
        )
    };
}
pub(super) use dispatch_lanes;
pub(super) use dispatch_vectors;

/// Real arithmetic.
pub(super) trait Number:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// A constant of the same kind as `self`.
    fn constant(self, value: f64) -> Self;

    /// `self` · `factor` + `addend`, rounded once where the processor can.
    fn times_plus(self, factor: Self, addend: Self) -> Self;

    /// The nearest number between two bounds.
    fn within(self, lower: f64, upper: f64) -> Self;

    /// `size` with the sign of `self`.
    fn with_sign_of(self, size: f64) -> Self;

    /// eˣ, for x between −700 and 700; beyond it the value there.
    fn exp(self) -> Self;

    /// The natural logarithm; for constants, not for the hot loop.
    fn ln(self) -> Self;

    /// `near` where |self| < `bound`, and `far` elsewhere.
    fn choose_near(self, bound: f64, near: Self, far: Self) -> Self;

    /// A quotient x / (e^(x / scale) − 1), given `exponential` = e^(x / scale) and 1 / scale, as numerator and
    /// denominator that are never both zero.
    #[inline(always)]
    fn linear_over_exponential(self, exponential: Self, per_scale: Self) -> (Self, Self) {
        let nudge = self.with_sign_of(NUDGE);
        (self + nudge, nudge.times_plus(per_scale, exponential - 1.0))
    }
}

/// Distance that keeps x / (eˣ − 1) away from 0 / 0. It shifts the quotient by a relative 1e-7 at most, and so
/// does the rounding of eˣ − 1 divided by it: a smaller or a larger one is less exact.
const NUDGE: f64 = 1e-6;

/// e^(−x / SCALE) by its Taylor polynomial of degree 8, for |x| up to 0.181 SCALE, or 10, for |x| up to half of SCALE:
/// relative errors below 0.181⁹ / 9! · e^0.181 = 7e-13 and 0.5¹¹ / 11! = 1.3e-11. The rates of a membrane are powers of this one
/// exponential, the highest of them 72 and 90, so their relative errors are below 5e-11 and 2e-9. A polynomial with its
/// error spread over all x would be worse: the quotients x / (eˣ − 1) need a small one near x = 0.
///
/// Estrin's scheme: the sums of pairs do not wait for one another.
#[inline(always)]
pub(super) fn small_exponential<const SCALE: u32, const DEGREE: usize, N: Number>(x: N) -> N {
    const { assert!(DEGREE == 8 || DEGREE == 10) }
    let c = |power: usize| x.constant(const { small_exponential_coefficients(SCALE) }[power]);
    let x2 = x * x;
    let x4 = x2 * x2;
    let low = c(3).times_plus(x, c(2)).times_plus(x2, c(1).times_plus(x, c(0)));
    let middle = c(7).times_plus(x, c(6)).times_plus(x2, c(5).times_plus(x, c(4)));
    let high = if const { DEGREE == 8 } { c(8) } else { c(10).times_plus(x2, c(9).times_plus(x, c(8))) };
    high.times_plus(x4, middle).times_plus(x4, low)
}

/// (−1 / scale)ᵏ / k!
const fn small_exponential_coefficients(scale: u32) -> [f64; 11] {
    let mut coefficients = [1.0; 11];
    let mut power = 1;
    while power < 11 {
        coefficients[power] = -coefficients[power - 1] / (scale as f64 * power as f64);
        power += 1;
    }
    coefficients
}

impl Number for f64 {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        value
    }

    // Without the instruction, `f64::mul_add` is a call into a library.
    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    #[inline(always)]
    fn within(self, lower: f64, upper: f64) -> Self {
        f64::clamp(self, lower, upper)
    }

    #[inline(always)]
    fn with_sign_of(self, size: f64) -> Self {
        size.copysign(self)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        f64::exp(f64::clamp(self, -LARGEST_EXPONENT, LARGEST_EXPONENT))
    }

    fn ln(self) -> Self {
        f64::ln(self)
    }

    #[inline(always)]
    fn choose_near(self, bound: f64, near: Self, far: Self) -> Self {
        if self.abs() < bound { near } else { far }
    }
}

impl Vector for f64 {
    const LEN: usize = 1;
    const REGISTERS: usize = 1;

    #[inline(always)]
    fn load(self, values: &[f64]) -> Self {
        values[0]
    }

    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        values[0] = self;
    }

    #[inline(always)]
    fn transpose(self, table: &[f64], columns: usize, out: &mut [f64], _: usize) {
        for (out, value) in out[..WIDTH].iter_mut().zip(table.iter().step_by(columns)) {
            *out = *value;
        }
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
}

impl<S: Simd> Number for Lanes<S> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        self.simd.splat_f64x8(value)
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        self.simd.mul_add_f64x8(self, factor, addend)
    }

    #[inline(always)]
    fn within(self, lower: f64, upper: f64) -> Self {
        self.max(lower).min(upper)
    }

    #[inline(always)]
    fn with_sign_of(self, size: f64) -> Self {
        self.simd.copysign_f64x8(self.constant(size), self)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        exponential(self.simd, self)
    }

    fn ln(self) -> Self {
        Self::from_fn(self.simd, |lane| self[lane].ln())
    }

    #[inline(always)]
    fn choose_near(self, bound: f64, near: Self, far: Self) -> Self {
        self.abs().simd_lt(bound).select(near, far)
    }
}

impl<S: Simd> Vector for Lanes<S> {
    const LEN: usize = WIDTH;
    const REGISTERS: usize = WIDTH / S::f64s::LEN;

    #[inline(always)]
    fn load(self, values: &[f64]) -> Self {
        Self::from_slice(self.simd, &values[..WIDTH])
    }

    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        self.store_slice(&mut values[..WIDTH]);
    }

    /// Three perfect shuffles of eight vectors transpose them.
    #[inline(always)]
    fn transpose(self, table: &[f64], columns: usize, out: &mut [f64], length: usize) {
        let mut rows: [Self; WIDTH] = from_fn(|row| self.load(&table[row * columns..]));
        for _ in 0..WIDTH.ilog2() {
            let shuffled = |row: usize| {
                let (first, second) = (rows[row / 2], rows[row / 2 + WIDTH / 2]);
                if row.is_multiple_of(2) { first.zip_low(second) } else { first.zip_high(second) }
            };
            rows = from_fn(shuffled);
        }
        for (lane, row) in rows.into_iter().enumerate() {
            row.store(&mut out[lane * length..]);
        }
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_exponential_is_as_exact_as_it_says() {
        fn farthest<const SCALE: u32, const DEGREE: usize>(reach: f64) -> f64 {
            let error = |i: i32| {
                let x = reach * f64::from(SCALE) * f64::from(i) / 1000.0;
                (small_exponential::<SCALE, DEGREE, f64>(x) * (x / f64::from(SCALE)).exp() - 1.0).abs()
            };
            (-1000..=1000).map(error).fold(0.0, f64::max)
        }
        assert!(farthest::<720, 8>(0.181) < 7e-13, "{}", farthest::<720, 8>(0.181));
        assert!(farthest::<360, 10>(0.5) < 2e-11, "{}", farthest::<360, 10>(0.5));
    }
}
