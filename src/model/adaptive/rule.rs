//! How long the next step is.
//!
//! longest · √(1 / (1 + depth / span + |V″| / bend)): short where the voltage bends, and shorter above the voltage
//! from which channels open, where an error of the voltage becomes one of the next spike's time. Found by a search
//! for the fewest steps at equal error of the last spike.

use fearless_simd::{Simd, prelude::*};

use crate::model::number::{Lanes, Number};

/// What shortens the steps of a channel set.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct StepRule {
    /// Second derivative of the voltage that does, in mV/ms².
    pub bend_mv_per_ms2: f64,
    /// Place of the parameter from which the depth of depolarisation is counted; 0 mV if there is none.
    pub voltage_parameter: Option<usize>,
    /// Distance from that voltage at which it begins to count.
    pub above_mv: f64,
}

impl StepRule {
    /// For any channels whose voltages are counted from the outside of the membrane.
    pub(in crate::model) const ANY: Self =
        Self { bend_mv_per_ms2: 1.0, voltage_parameter: None, above_mv: -64.0 };
}

/// Depolarisation that shortens the steps.
const SPAN_MV: f64 = 1.0;

/// Largest quotient of a step and the one before.
const GROWTH: f64 = 1.5;

/// The longest step as a multiple of `dt`. With it a squid axon's last spike is about as exact as with fixed steps of
/// `dt`, and a cortical cell's far more so.
const LONGEST: f64 = 7.0;

/// First step after a jump of the current, as a part of the longest.
const FIRST: f64 = 0.2;

/// Shortest step as a part of the longest.
const SHORTEST: f64 = 1e-5;

/// The step rule at one accuracy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub longest_ms: f64,
    pub first_ms: f64,
    shortest_ms: f64,
    rule: StepRule,
}

impl Steps {
    pub(super) fn new(rule: StepRule, dt_ms: f64) -> Self {
        let longest_ms = LONGEST * dt_ms;
        Self { longest_ms, first_ms: FIRST * longest_ms, shortest_ms: SHORTEST * longest_ms, rule }
    }

    /// The voltage of a parameter set from which the steps shorten.
    pub(super) fn onset_mv(&self, parameters: &[f64]) -> f64 {
        self.rule.voltage_parameter.map_or(0.0, |place| parameters[place]) + self.rule.above_mv
    }

    /// The length of the next step, from that of the last one, the change of the slope in it, and the depolarisation
    /// beyond where it begins to count.
    #[inline(always)]
    pub(super) fn next<S: Simd>(
        &self,
        last: Lanes<S>,
        change_of_slope: Lanes<S>,
        depth_mv: Lanes<S>,
    ) -> Lanes<S> {
        let depth = depth_mv.max(0.0) * (1.0 / SPAN_MV);
        let per_bend = last.constant(1.0 / self.rule.bend_mv_per_ms2);
        let bent = Number::times_plus(change_of_slope.abs(), per_bend, last);
        let divisor = Number::times_plus(depth, last, bent);
        let shortened = last * self.longest_ms * rough_inverse_root(last * divisor);
        shortened.min(last * GROWTH).max(self.shortest_ms)
    }
}

/// 1 / √x to 0.2 %, without a division: half the exponent, then one step of Newton's method.
/// Source: Lomont (2003), "Fast inverse square root", with the constant for numbers of 64 bits.
#[inline(always)]
fn rough_inverse_root<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    const MAGIC: u64 = 0x5fe6_eb50_c7b5_37a9;
    let guess = Lanes::from_bits(x.simd.splat_u64x8(MAGIC) - (x.to_bits() >> 1_u32));
    let half = x * -0.5 * guess;
    guess * Number::times_plus(half, guess, x.constant(1.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::dispatch;

    use crate::numeric::instructions;

    #[test]
    fn the_rough_inverse_root_is_rough_but_right() {
        #[inline(always)]
        fn of<S: Simd>(simd: S, x: f64) -> f64 {
            rough_inverse_root(simd.splat_f64x8(x))[5]
        }
        for exponent in -900..900 {
            let x = 2.0_f64.powf(f64::from(exponent) * 0.13);
            let root = dispatch!(instructions(), simd => of(simd, x));
            // The known bound of one step of Newton's method from this guess.
            assert!((root * x.sqrt() - 1.0).abs() < 1.76e-3, "{x}: {root}");
        }
    }
}
