//! Two numbers on which each operation is done one after the other.
//!
//! They hide each other's latency. Left to itself, a processor finds independent work only among the few hundred
//! operations that follow, which is hardly more than one time step.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::number::{Number, Vector};

/// Two numbers; pairs of pairs are four.
#[derive(Clone, Copy)]
pub(super) struct Pair<N>(pub N, pub N);

impl<N: Number> Neg for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl<N: Number> Add for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl<N: Number> Sub for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1 - other.1)
    }
}

impl<N: Number> Mul for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1)
    }
}

impl<N: Number> Div for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0, self.1 / other.1)
    }
}

impl<N: Number> Add<f64> for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        Self(self.0 + other, self.1 + other)
    }
}

impl<N: Number> Sub<f64> for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: f64) -> Self {
        Self(self.0 - other, self.1 - other)
    }
}

impl<N: Number> Mul<f64> for Pair<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        Self(self.0 * other, self.1 * other)
    }
}

impl<N: Number> Number for Pair<N> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self(self.0.constant(value), self.1.constant(value))
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        Self(self.0.times_plus(factor.0, addend.0), self.1.times_plus(factor.1, addend.1))
    }

    #[inline(always)]
    fn within(self, lower: f64, upper: f64) -> Self {
        Self(self.0.within(lower, upper), self.1.within(lower, upper))
    }

    #[inline(always)]
    fn with_sign_of(self, size: f64) -> Self {
        Self(self.0.with_sign_of(size), self.1.with_sign_of(size))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        Self(self.0.exp(), self.1.exp())
    }

    fn ln(self) -> Self {
        Self(self.0.ln(), self.1.ln())
    }

    #[inline(always)]
    fn choose_near(self, bound: f64, near: Self, far: Self) -> Self {
        Self(self.0.choose_near(bound, near.0, far.0), self.1.choose_near(bound, near.1, far.1))
    }
}

impl<N: Vector> Vector for Pair<N> {
    const LEN: usize = 2 * N::LEN;
    const REGISTERS: usize = 2 * N::REGISTERS;

    #[inline(always)]
    fn load(self, values: &[f64]) -> Self {
        Self(self.0.load(values), self.1.load(&values[N::LEN..]))
    }

    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        self.0.store(values);
        self.1.store(&mut values[N::LEN..]);
    }

    #[inline(always)]
    fn transpose(self, table: &[f64], columns: usize, out: &mut [f64], length: usize) {
        self.0.transpose(table, columns, out, length);
        self.1.transpose(&table[N::LEN..], columns, &mut out[N::LEN * length..], length);
    }

    #[inline(always)]
    fn root(self) -> Self {
        Self(self.0.root(), self.1.root())
    }
}
