//! Numbers with their derivative in one direction.
//!
//! Arithmetic on the value and its slope together gives derivatives without rounding of differences: forward-mode
//! automatic differentiation. Source: <https://doi.org/10.1137/1.9780898717761>

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::number::Number;

/// A value and its derivative.
#[derive(Clone, Copy)]
pub(super) struct Dual<N> {
    pub value: N,
    pub slope: N,
}

impl<N: Number> Dual<N> {
    /// A number that does not change in the direction.
    #[inline(always)]
    pub(super) fn fixed(value: N) -> Self {
        Self { value, slope: value.constant(0.0) }
    }

    /// A number that changes as the direction does.
    #[inline(always)]
    pub(super) fn moving(value: N) -> Self {
        Self { value, slope: value.constant(1.0) }
    }
}

impl<N: Number> Dual<N> {
    /// A number that changes as the direction does if it is the one that moves.
    #[inline(always)]
    pub(super) fn moving_if(value: N, is_moving: bool) -> Self {
        if is_moving { Self::moving(value) } else { Self::fixed(value) }
    }
}

impl<N: Number> Neg for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl<N: Number> Add for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl<N: Number> Sub for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl<N: Number> Mul for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let slope = Number::times_plus(self.slope, other.value, self.value * other.slope);
        Self { value: self.value * other.value, slope }
    }
}

impl<N: Number> Div for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

impl<N: Number> Add<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        Self { value: self.value + other, slope: self.slope }
    }
}

impl<N: Number> Sub<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: f64) -> Self {
        Self { value: self.value - other, slope: self.slope }
    }
}

impl<N: Number> Mul<f64> for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        Self { value: self.value * other, slope: self.slope * other }
    }
}

impl<N: Number> Number for Dual<N> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self::fixed(self.value.constant(value))
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        let slope = Number::times_plus(self.value, factor.slope, addend.slope);
        Self {
            value: Number::times_plus(self.value, factor.value, addend.value),
            slope: Number::times_plus(self.slope, factor.value, slope),
        }
    }

    #[inline(always)]
    fn within(self, lower: f64, upper: f64) -> Self {
        let value = Number::within(self.value, lower, upper);
        // The bounds are far from where a difference could be lost by rounding.
        let slope = (value - self.value).choose_near(f64::MIN_POSITIVE, self.slope, self.value.constant(0.0));
        Self { value, slope }
    }

    #[inline(always)]
    fn with_sign_of(self, size: f64) -> Self {
        Self::fixed(self.value.with_sign_of(size))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        let value = Number::exp(self.value);
        Self { value, slope: value * self.slope }
    }

    #[inline(always)]
    fn choose_near(self, bound: f64, near: Self, far: Self) -> Self {
        Self {
            value: self.value.choose_near(bound, near.value, far.value),
            slope: self.value.choose_near(bound, near.slope, far.slope),
        }
    }

    fn ln(self) -> Self {
        Self { value: Number::ln(self.value), slope: self.slope / self.value }
    }

    /// Near x = 0 the slope of the quotient is a small difference of large numbers. There the slope of the
    /// denominator is chosen so that the quotient has the slope of its power series.
    #[inline(always)]
    fn linear_over_exponential(self, exponential: Self, per_scale: Self) -> (Self, Self) {
        const NEAR: f64 = 1e-2;
        let x = self.value;
        let (numerator, denominator) = Number::linear_over_exponential(x, exponential.value, per_scale.value);
        // With y = x / scale: y / (e^y − 1) = 1 − y/2 + y²/12 − y⁴/720 + ...
        let y = self * per_scale;
        let y2 = y.value * y.value;
        let series = y.value * (y2 * (-1.0 / 180.0) + 1.0 / 6.0) - 0.5;
        let quotient = numerator / denominator;
        let slope = (series * y.slope - quotient * per_scale.slope) / per_scale.value;
        let exact = (self.slope - slope * denominator) / quotient;
        let slope = y.value.choose_near(NEAR, exact, exponential.slope);
        (Self { value: numerator, slope: self.slope }, Self { value: denominator, slope })
    }
}
