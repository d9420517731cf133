//! Whether draws of the prior have the log prior density that the oracle states.
//!
//! Samplers that go from the prior to the posterior need both to be of the same, normalised distribution. With
//! x drawn from a density p, the mean of q(x) / p(x) is 1 for any normalised q; q is normal, around the draws but
//! narrower, so that the ratio stays bounded.

use nalgebra::DVector;

use super::gaussian::Gaussian;
use super::mcmc::start::Points;
use crate::draws::Caution;
use crate::numeric::log_mean_exp;

/// Width of q, in units of that of the draws.
const WIDTH: f64 = 0.8;
/// Logarithm of the mean ratio, per parameter, that skewed priors and few draws may cause.
const TOLERANCE: f64 = 0.5;

/// Says so if the prior draws, with their log terms, do not follow the density that they state.
pub(super) fn disagreement(prior: &Points) -> Option<Caution> {
    let (count, dimension) = (prior.terms.len(), prior.points.columns());
    if count < 10 * dimension {
        return None;
    }
    let shape = Gaussian::fitted(&prior.points, &vec![1.0 / count as f64; count]);
    let mut mean = DVector::zeros(dimension);
    for row in &prior.points {
        mean += DVector::from_column_slice(row) / count as f64;
    }
    let d = dimension as f64;
    let constant = -d * (WIDTH * std::f64::consts::TAU.sqrt()).ln() - shape.log_volume();
    let log_ratio = |(row, terms): (&[f64], &crate::problem::LogTerms)| {
        let mut step: Vec<f64> = row.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
        constant - 0.5 * shape.squared_length(&mut step) / (WIDTH * WIDTH) - terms.prior
    };
    let log_ratios: Vec<f64> = prior.points.iter().zip(&prior.terms).map(log_ratio).collect();
    let nats = -log_mean_exp(&log_ratios);
    (!(nats.abs() <= TOLERANCE * d + 1.0)).then_some(Caution::OtherPrior { nats })
}
