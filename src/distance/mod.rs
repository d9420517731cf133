//! How far a simulation is from the observation, for approximate Bayesian computation.

use crate::settings::Section;
use crate::units::Unit;

/// Euclidean distance with each feature in units of its own scale: √(Σ ((simulated − observed) / scale)²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaledEuclidean {
    /// What a feature counts that only one of the two has, in units of its scale; may be infinite.
    missing_penalty: f64,
}

impl ScaledEuclidean {
    /// The distance with this penalty, in scales, for a feature that only one of the two has.
    pub fn new(missing_penalty: f64) -> Self {
        Self { missing_penalty }
    }

    /// Reads `missing_penalty` from the table of the sampler; infinite if it is not given.
    pub fn from_settings(section: &Section<'_>) -> Self {
        let key = section.key(
            "missing_penalty",
            "distance, in sds, for a feature that only the simulation or only the recording has; \
             such simulations are rejected if it is not given",
        );
        Self::new(key.positive().quantity_maybe(Unit::One).unwrap_or(f64::INFINITY))
    }

    /// Distance of two rows of features of the same length and order; `scales` are in the units of the
    /// features. A feature that both lack counts 0. Never NaN: what is not a number counts as infinitely far.
    pub fn between(&self, simulated: &[Option<f64>], observed: &[Option<f64>], scales: &[f64]) -> f64 {
        let pairs = simulated.iter().zip(observed).zip(scales);
        let squares = pairs.map(|((simulated, observed), scale)| match (simulated, observed) {
            (Some(simulated), Some(observed)) => ((simulated - observed) / scale).powi(2),
            (None, None) => 0.0,
            (Some(_), None) | (None, Some(_)) => self.missing_penalty.powi(2),
        });
        let distance = squares.sum::<f64>().sqrt();
        if distance.is_nan() { f64::INFINITY } else { distance }
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
        let distance = ScaledEuclidean::new(f64::INFINITY);
        assert_eq!(distance.between(&OBSERVED, &OBSERVED, &SCALES), 0.0);
        assert_eq!(distance.between(&[Some(4.0), Some(0.0), None], &OBSERVED, &SCALES), 5.0);
    }

    #[test]
    fn a_feature_of_one_alone_counts_the_penalty() {
        let simulated = [Some(1.0), None, Some(7.0)];
        let far = ScaledEuclidean::new(f64::INFINITY).between(&simulated, &OBSERVED, &SCALES);
        assert_eq!(far, f64::INFINITY);
        let near = ScaledEuclidean::new(3.0).between(&simulated, &OBSERVED, &SCALES);
        assert_eq!(near, 18.0_f64.sqrt());
    }

    #[test]
    fn what_is_not_a_number_is_infinitely_far() {
        let distance = ScaledEuclidean::new(f64::INFINITY);
        assert_eq!(distance.between(&[Some(f64::NAN), Some(-2.0), None], &OBSERVED, &SCALES), f64::INFINITY);
    }
}
