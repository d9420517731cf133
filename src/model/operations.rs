//! How much arithmetic a step of the leapfrog is, counted by running the channels with numbers that count.

use std::cell::Cell;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::channels::{ChannelSet, GateRates};
use super::number::Number;

/// Operations on one vector of eight parameter sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Fused multiplications and additions.
    pub fused: u32,
    /// Multiplications.
    pub multiplications: u32,
    /// Additions and subtractions.
    pub additions: u32,
    /// Divisions.
    pub divisions: u32,
    /// Comparisons, signs and operations on bits.
    pub others: u32,
}

impl AddAssign for Operations {
    fn add_assign(&mut self, other: Self) {
        self.fused += other.fused;
        self.multiplications += other.multiplications;
        self.additions += other.additions;
        self.divisions += other.divisions;
        self.others += other.others;
    }
}

/// Nothing yet.
const NONE: Operations = Operations { fused: 0, multiplications: 0, additions: 0, divisions: 0, others: 0 };
const FUSED: Operations = Operations { fused: 1, ..NONE };
const MULTIPLICATION: Operations = Operations { multiplications: 1, ..NONE };
const ADDITION: Operations = Operations { additions: 1, ..NONE };
const DIVISION: Operations = Operations { divisions: 1, ..NONE };
const OTHER: Operations = Operations { others: 1, ..NONE };

/// e^x in lanes; see there.
const EXPONENTIAL: Operations =
    Operations { fused: 14, multiplications: 2, additions: 2, divisions: 0, others: 4 };

/// What the kernel does for one gate beside its rates: x += 2 (N − x s) / (D + s).
const GATE: Operations = Operations { fused: 1, additions: 3, divisions: 1, ..NONE };

/// What it does for the first current, and for each further one: g and g E are added up.
const FIRST_CURRENT: Operations = Operations { multiplications: 2, ..NONE };
const CURRENT: Operations = Operations { fused: 1, multiplications: 1, additions: 1, ..NONE };

/// What it does for the voltage: V += (S − G V) / (C / dt + G / 2).
const VOLTAGE: Operations = Operations { fused: 2, additions: 2, divisions: 1, ..NONE };

/// What it does for the voltage in the middle of a step, if a gate follows it at once.
const MIDDLE: Operations = Operations { multiplications: 1, additions: 2, ..NONE };

/// A number that counts what is done with it.
#[derive(Clone, Copy)]
struct Counted<'a>(&'a Cell<Operations>);

impl Counted<'_> {
    fn count(self, operation: Operations) -> Self {
        let mut total = self.0.get();
        total += operation;
        self.0.set(total);
        self
    }
}

impl Neg for Counted<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.count(OTHER)
    }
}

impl Add for Counted<'_> {
    type Output = Self;
    fn add(self, _: Self) -> Self {
        self.count(ADDITION)
    }
}

impl Sub for Counted<'_> {
    type Output = Self;
    fn sub(self, _: Self) -> Self {
        self.count(ADDITION)
    }
}

impl Mul for Counted<'_> {
    type Output = Self;
    fn mul(self, _: Self) -> Self {
        self.count(MULTIPLICATION)
    }
}

impl Div for Counted<'_> {
    type Output = Self;
    fn div(self, _: Self) -> Self {
        self.count(DIVISION)
    }
}

impl Add<f64> for Counted<'_> {
    type Output = Self;
    fn add(self, _: f64) -> Self {
        self.count(ADDITION)
    }
}

impl Sub<f64> for Counted<'_> {
    type Output = Self;
    fn sub(self, _: f64) -> Self {
        self.count(ADDITION)
    }
}

impl Mul<f64> for Counted<'_> {
    type Output = Self;
    fn mul(self, _: f64) -> Self {
        self.count(MULTIPLICATION)
    }
}

impl Number for Counted<'_> {
    fn constant(self, _: f64) -> Self {
        self
    }

    fn times_plus(self, _: Self, _: Self) -> Self {
        self.count(FUSED)
    }

    fn within(self, _: f64, _: f64) -> Self {
        self.count(OTHER).count(OTHER)
    }

    fn with_sign_of(self, _: f64) -> Self {
        self.count(OTHER)
    }

    fn exp(self) -> Self {
        self.count(EXPONENTIAL)
    }

    fn ln(self) -> Self {
        self
    }

    fn choose_near(self, _: f64, _: Self, _: Self) -> Self {
        self.count(OTHER).count(OTHER)
    }
}

/// Operations of one time step of a channel set, drive and traces aside.
pub(super) fn of_one_step<C: ChannelSet>(channels: &C) -> Operations {
    let (once, tally, of_middle) = (Cell::new(NONE), Cell::new(NONE), Cell::new(NONE));
    let number = Counted(&tally);
    // What is computed once per run does not count.
    let constants = channels.constants(|_| Counted(&once), 1.0);
    once.set(NONE);
    let mut rates = channels.gates(GateRates { opening: number, total: number, denominator: number });
    let (gates, mut open) = (channels.gates(number), channels.per_current(number));
    channels.rates(&constants, number, &mut rates);
    channels.open(&constants, &gates, Counted(&of_middle), &mut open);
    let mut total = tally.get();
    total += once.get();
    total += of_middle.get();
    // Activations that follow the voltage add something to it; a voltage that is only clamped is never computed.
    if of_middle.get().additions > 0 {
        total += MIDDLE;
    }
    for _ in gates.as_ref() {
        total += GATE;
    }
    for place in 0..open.as_ref().len() {
        total += if place == 0 { FIRST_CURRENT } else { CURRENT };
    }
    total += VOLTAGE;
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cortical::{Calcium, Cortical};
    use crate::model::hodgkin_huxley::HodgkinHuxley;
    use crate::model::pospischil::Pospischil;

    /// Counted by hand in the source of the squid axon and of the kernel.
    #[test]
    fn the_squid_axon_is_counted_by_hand() {
        let counted = of_one_step(&HodgkinHuxley);
        // The exponential has 8 fused; each of the two singular quotients and the sums α + β of m and n 1; each of the
        // three gates 1; currents 2; the voltage 2.
        assert_eq!(counted.fused, 8 + 2 + 2 + 3 + 2 + 2);
        assert_eq!(counted.divisions, 3 + 1);
    }

    #[test]
    fn more_channels_are_more_work() {
        let work = [
            of_one_step(&HodgkinHuxley),
            of_one_step(&Pospischil),
            of_one_step(&Calcium),
            of_one_step(&Cortical),
        ];
        for pair in work.windows(2) {
            assert!(pair[0].fused < pair[1].fused && pair[0].divisions < pair[1].divisions, "{pair:?}");
        }
        // A gate each, the voltage, and the activations that follow the voltage at once.
        assert_eq!(work.map(|work| work.divisions), [4, 5, 9, 12]);
    }
}
