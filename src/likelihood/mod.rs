//! Log probability of the observed features, given those of a simulation.
//!
//! Each observed feature of each sweep is a [`Datum`]; given the simulation they are independent. The standard
//! deviation of a datum holds both the noise of the measurement and what the model is known to get wrong.

mod normal;
mod student_t;

use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;

use crate::settings::{Entry, Section, find};

/// One observed feature of one sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// The measure and the sweep, such as `peak_voltage[0] (sweep 3)`.
    pub label: String,
    /// What was observed; `None`: the feature has no value in the recording, and must have none in a simulation.
    pub observed: Option<f64>,
    /// Log likelihood where only one of simulation and observation has a value: a finite penalty, or −∞.
    pub mismatch: f64,
}

/// A distribution of the difference between an observed feature and a simulated one.
pub trait Likelihood: Debug + Send + Sync {
    /// Log density of an observation that is `residual` standard deviations away, per standard deviation.
    fn log_density(&self, residual: f64) -> f64;

    /// A draw of the residual, in standard deviations.
    fn draw(&self, generator: &mut ChaCha8Rng) -> f64;
}

/// Log likelihood of every datum of one simulation.
///
/// `simulated` and `sds`: one per datum, in the units of the feature. Returns one value per datum; their sum is the
/// log likelihood. A feature that neither has counts nothing.
pub fn pointwise<'a>(
    likelihood: &'a dyn Likelihood,
    data: &'a [Datum],
    simulated: &'a [Option<f64>],
    sds: &'a [f64],
) -> impl Iterator<Item = f64> + 'a {
    data.iter().zip(simulated).zip(sds).map(|((datum, simulated), sd)| match (datum.observed, simulated) {
        (Some(observed), Some(simulated)) => {
            let log_density = likelihood.log_density((observed - simulated) / sd) - sd.ln();
            if log_density.is_nan() { f64::NEG_INFINITY } else { log_density }
        }
        (None, None) => 0.0,
        (Some(_), None) | (None, Some(_)) => datum.mismatch,
    })
}

/// Builds a likelihood from its options.
pub type Build = fn(&Section<'_>) -> Option<Box<dyn Likelihood>>;

/// The likelihoods, in alphabetical order.
pub const LIKELIHOODS: &[Entry<Build>] = &[normal::ENTRY, student_t::ENTRY];

/// Reads the kind of likelihood and its options from the table `[likelihood]`, whose other options are left to the
/// caller.
pub fn from_settings(section: &Section<'_>) -> Option<Box<dyn Likelihood>> {
    (find(LIKELIHOODS, section, Some("normal"))?.build)(section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn all() -> Vec<(&'static str, Box<dyn Likelihood>)> {
        LIKELIHOODS.iter().map(|entry| (entry.name, (entry.build)(&Section::listening()).unwrap())).collect()
    }

    #[test]
    fn densities_are_normalised_and_highest_at_zero() {
        for (name, likelihood) in all() {
            let step = 0.01;
            let total: f64 =
                (-200_000..200_000).map(|i| likelihood.log_density(f64::from(i) * step).exp() * step).sum();
            assert!((total - 1.0).abs() < 1e-6, "{name} {total}");
            assert!(likelihood.log_density(0.0) > likelihood.log_density(0.1), "{name}");
        }
    }

    #[test]
    fn draws_follow_the_density() {
        for (name, likelihood) in all() {
            let mut generator = Streams::new(5).stage("test").generator(0, 0);
            let n = 40_000;
            let inside = (0..n).filter(|_| likelihood.draw(&mut generator).abs() < 1.0).count();
            let expected: f64 = (-1000..1000)
                .map(|i| likelihood.log_density((f64::from(i) + 0.5) / 1000.0).exp() / 1000.0)
                .sum();
            let error = (expected * (1.0 - expected) / f64::from(n)).sqrt();
            assert!((inside as f64 / f64::from(n) - expected).abs() < 6.0 * error, "{name}");
        }
    }

    #[test]
    fn a_feature_that_only_one_has_counts_the_mismatch() {
        let likelihood = &*all()[0].1;
        let datum = |observed, mismatch| Datum { label: String::new(), observed, mismatch };
        let data = [
            datum(Some(2.0), -30.0),
            datum(None, f64::NEG_INFINITY),
            datum(None, -3.0),
            datum(Some(1.0), 0.0),
        ];
        let simulated = [None, Some(1.0), None, Some(f64::NAN)];
        let terms: Vec<f64> = pointwise(likelihood, &data, &simulated, &[1.0; 4]).collect();
        assert_eq!(terms, [-30.0, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY]);
    }
}
