//! How far a simulation is from the observation, for approximate Bayesian computation.

mod reach;
mod scales;

use crate::settings::Section;
use crate::units::Unit;

pub use reach::{Reach, Travelled};
pub use scales::{ScaleSource, usual_deviations};

/// (Σ |(simulated − observed) / scale|ᵖ)^(1/p): each feature in units of its own scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// p, from 1; infinite for the largest of all differences.
    power: f64,
    /// What a feature counts that only one of the two has, in units of its scale; may be infinite.
    missing_penalty: f64,
}

impl Distance {
    /// The Euclidean distance with this penalty, in scales, for a feature that only one of the two has.
    pub fn euclidean(missing_penalty: f64) -> Self {
        Self { power: 2.0, missing_penalty }
    }

    /// Reads `power` and `missing_penalty` from the table of the sampler. Without them the distance is Euclidean, and
    /// infinite where a feature is missing.
    pub fn from_settings(section: &Section<'_>) -> Self {
        let power = section.key("power", "p of the distance: 1 adds, 2 is Euclidean, inf takes the largest");
        let power = power.between(1.0, f64::INFINITY).quantity_or(Unit::One, 2.0);
        let penalty = section.key(
            "missing_penalty",
            "distance, in sds, for a feature that only the simulation or only the recording has; \
             such simulations are rejected if it is not given",
        );
        let missing_penalty = penalty.positive().quantity_maybe(Unit::One).unwrap_or(f64::INFINITY);
        Self { power, missing_penalty }
    }

    /// Distance of two rows of features of the same length and order; `scales` are in the units of the
    /// features, and infinite for one that does not count. A feature that both lack counts 0. Never NaN: what is not a
    /// number counts as infinitely far.
    pub fn between(self, simulated: &[Option<f64>], observed: &[Option<f64>], scales: &[f64]) -> f64 {
        let pairs = simulated.iter().zip(observed).zip(scales);
        let parts = pairs.map(|((simulated, observed), scale)| self.part(*simulated, *observed, *scale));
        let sum = parts.fold(0.0, |sum, part| self.join(sum, self.raised(part)));
        let distance = match self.power {
            power if power.is_infinite() => sum,
            _ if self.is_euclidean() => sum.sqrt(),
            power => sum.powf(1.0 / power),
        };
        if distance.is_nan() { f64::INFINITY } else { distance }
    }

    /// The difference of one feature, in its scale.
    fn part(self, simulated: Option<f64>, observed: Option<f64>, scale: f64) -> f64 {
        match (simulated, observed) {
            (Some(simulated), Some(observed)) => ((simulated - observed) / scale).abs(),
            (None, None) => 0.0,
            (Some(_), None) | (None, Some(_)) => self.missing_penalty,
        }
    }

    /// The usual one does without two powers for each feature.
    fn is_euclidean(self) -> bool {
        (self.power - 2.0).abs() < f64::EPSILON
    }

    /// A difference to the power that adds up.
    fn raised(self, part: f64) -> f64 {
        match self.power {
            power if power.is_infinite() => part,
            _ if self.is_euclidean() => part * part,
            power => part.powf(power),
        }
    }

    /// One more difference; NaN stays.
    fn join(self, sum: f64, raised: f64) -> f64 {
        if self.power.is_infinite() && !sum.is_nan() && !raised.is_nan() {
            sum.max(raised)
        } else {
            sum + raised
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "small whole numbers are exact")]
mod tests {
    use super::*;

    const OBSERVED: [Option<f64>; 3] = [Some(1.0), Some(-2.0), None];
    const SCALES: [f64; 3] = [1.0, 0.5, 10.0];

    #[test]
    fn features_are_measured_in_their_scales() {
        let distance = Distance::euclidean(f64::INFINITY);
        assert_eq!(distance.between(&OBSERVED, &OBSERVED, &SCALES), 0.0);
        assert_eq!(distance.between(&[Some(4.0), Some(0.0), None], &OBSERVED, &SCALES), 5.0);
    }

    #[test]
    fn the_power_says_how_differences_add_up() {
        let simulated = [Some(4.0), Some(0.0), None];
        for (power, expected) in [(1.0, 7.0), (3.0, 91.0_f64.cbrt()), (f64::INFINITY, 4.0)] {
            let distance = Distance { power, missing_penalty: f64::INFINITY };
            let found = distance.between(&simulated, &OBSERVED, &SCALES);
            assert!((found - expected).abs() < 1e-12, "{power}: {found}");
            assert_eq!(distance.between(&[Some(f64::NAN), None, None], &OBSERVED, &SCALES), f64::INFINITY);
        }
    }

    #[test]
    fn a_feature_of_one_alone_counts_the_penalty() {
        let simulated = [Some(1.0), None, Some(7.0)];
        let far = Distance::euclidean(f64::INFINITY).between(&simulated, &OBSERVED, &SCALES);
        assert_eq!(far, f64::INFINITY);
        let near = Distance::euclidean(3.0).between(&simulated, &OBSERVED, &SCALES);
        assert_eq!(near, 18.0_f64.sqrt());
    }

    #[test]
    fn what_is_not_a_number_is_infinitely_far() {
        let distance = Distance::euclidean(f64::INFINITY);
        assert_eq!(distance.between(&[Some(f64::NAN), Some(-2.0), None], &OBSERVED, &SCALES), f64::INFINITY);
    }
}
