//! How far a simulation is from the observation, for approximate Bayesian computation.

mod mahalanobis;
mod reach;
mod scales;

use crate::settings::Section;
use crate::units::Unit;

pub use reach::{Reach, Travelled};
pub use scales::{ScaleSource, usual_deviations};

use mahalanobis::Correlations;

/// How differences of features add up.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// (Σ |difference|ᵖ)^(1/p), p from 1; infinite for the largest of all differences.
    Power(f64),
    /// The Euclidean length once they are brought to where they are uncorrelated.
    Mahalanobis,
}

/// What the settings of a sampler say of the distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    form: Form,
    /// What a feature counts that only one of the two has, in units of its scale; may be infinite.
    missing_penalty: f64,
}

impl Distance {
    /// The Euclidean distance with this penalty, in scales, for a feature that only one of the two has.
    pub fn euclidean(missing_penalty: f64) -> Self {
        Self { form: Form::Power(2.0), missing_penalty }
    }

    /// Reads `distance`, `power`, `missing_penalty` and `scales` from the table of the sampler. Without them the
    /// distance is Euclidean in the sds of the likelihood, and infinite where a feature is missing. `sources`: the
    /// scales that the sampler knows.
    pub fn from_settings(section: &Section<'_>, sources: &[&str]) -> (Self, ScaleSource) {
        let key = section.key(
            "distance",
            "how differences add up: by their power, or Euclidean where simulations are uncorrelated (mahalanobis)",
        );
        let is_mahalanobis = key.choice_or(&["power", "mahalanobis"], "power") == "mahalanobis";
        let power = section.key("power", "p of the distance: 1 adds, 2 is Euclidean, inf takes the largest");
        let power = power.between(1.0, f64::INFINITY).quantity_or(Unit::One, 2.0);
        if is_mahalanobis && section.has("power") {
            let help = Some("leave out one of them");
            section.mistake_at("power", "`power` and `distance = \"mahalanobis\"` exclude each other", help);
        }
        let penalty = section.key(
            "missing_penalty",
            "distance, in sds, for a feature that only the simulation or only the recording has; \
             such simulations are rejected if it is not given",
        );
        let missing_penalty = penalty.positive().quantity_maybe(Unit::One).unwrap_or(f64::INFINITY);
        let source = ScaleSource::from_settings(section, sources, is_mahalanobis);
        let form = if is_mahalanobis { Form::Mahalanobis } else { Form::Power(power) };
        (Self { form, missing_penalty }, source)
    }
}

/// A distance with what is one unit of it in each feature.
#[derive(Clone, Debug)]
pub struct Metric {
    form: Form,
    /// In the units of the features; infinite for one that does not count.
    scales: Vec<f64>,
    /// What each feature counts that only one of the two has.
    penalties: Vec<f64>,
    /// Used by the Mahalanobis distance.
    correlations: Correlations,
}

impl Metric {
    /// `penalties`: what features say of their own, in place of what the distance says for all of them.
    pub fn new(distance: Distance, scales: &[f64], penalties: impl Iterator<Item = Option<f64>>) -> Self {
        Self {
            form: distance.form,
            scales: scales.to_vec(),
            penalties: penalties.map(|own| own.unwrap_or(distance.missing_penalty)).collect(),
            correlations: Correlations::none(scales.len()),
        }
    }

    /// Takes the scales from simulations, and their correlations if they are wanted.
    pub fn rescale<'a>(
        &mut self,
        simulated: impl Iterator<Item = &'a [Option<f64>]> + Clone,
        observed: &[Option<f64>],
    ) {
        self.scales = usual_deviations(simulated.clone(), observed.len());
        if self.form == Form::Mahalanobis {
            self.correlations = Correlations::of(simulated, observed);
        }
    }

    /// Whether a distance only grows with each feature that is looked at.
    pub fn grows(&self) -> bool {
        self.form != Form::Mahalanobis
    }

    /// Distance of two rows of features of the same length and order. A feature that both lack counts 0. Never NaN:
    /// what is not a number counts as infinitely far.
    pub fn between(&self, simulated: &[Option<f64>], observed: &[Option<f64>]) -> f64 {
        let parts = (0..self.scales.len()).map(|place| self.part(place, simulated[place], observed[place]));
        let distance = match self.form {
            Form::Mahalanobis => self.whitened(simulated, observed),
            Form::Power(power) => {
                let sum = parts.fold(0.0, |sum, part| self.join(sum, self.raised(part)));
                match power {
                    power if power.is_infinite() => sum,
                    power if is_euclidean(power) => sum.sqrt(),
                    power => sum.powf(1.0 / power),
                }
            }
        };
        if distance.is_nan() { f64::INFINITY } else { distance }
    }

    /// The Mahalanobis distance; each penalty is a difference of its own, correlated with nothing.
    fn whitened(&self, simulated: &[Option<f64>], observed: &[Option<f64>]) -> f64 {
        let mut penalties = 0.0;
        let difference = |(place, scale): (usize, &f64)| match (simulated[place], observed[place]) {
            (Some(simulated), Some(observed)) => Some((simulated - observed) / scale),
            (None, None) => Some(0.0),
            (Some(_), None) | (None, Some(_)) => {
                penalties += self.penalties[place].powi(2);
                None
            }
        };
        let differences: Vec<Option<f64>> = self.scales.iter().enumerate().map(difference).collect();
        if penalties.is_infinite() {
            return f64::INFINITY;
        }
        (self.correlations.squared_length(&differences) + penalties).sqrt()
    }

    /// The difference of one feature, in its scale.
    fn part(&self, place: usize, simulated: Option<f64>, observed: Option<f64>) -> f64 {
        match (simulated, observed) {
            (Some(simulated), Some(observed)) => ((simulated - observed) / self.scales[place]).abs(),
            (None, None) => 0.0,
            (Some(_), None) | (None, Some(_)) => self.penalties[place],
        }
    }

    /// A difference to the power that adds up.
    fn raised(&self, part: f64) -> f64 {
        match self.form {
            Form::Power(power) if power.is_infinite() => part,
            Form::Power(power) if !is_euclidean(power) => part.powf(power),
            Form::Power(_) | Form::Mahalanobis => part * part,
        }
    }

    /// One more difference; NaN stays.
    fn join(&self, sum: f64, raised: f64) -> f64 {
        if self.form == Form::Power(f64::INFINITY) && !sum.is_nan() && !raised.is_nan() {
            sum.max(raised)
        } else {
            sum + raised
        }
    }
}

/// The usual one does without two powers for each feature.
fn is_euclidean(power: f64) -> bool {
    (power - 2.0).abs() < f64::EPSILON
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "small whole numbers are exact")]
mod tests;
