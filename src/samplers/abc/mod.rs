//! Approximate Bayesian computation: parameter sets whose simulations resemble the recording.
//!
//! The simulator draws whole data sets, noise included, so that the posterior tends to the one of the
//! likelihood as the accepted distance tends to zero.

pub(super) mod rejection;
pub(super) mod smc;

use crate::distance::ScaledEuclidean;
use crate::draws::{Generation, Particles};
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::Simulator;

/// Simulations per call of the oracle.
const BATCH: usize = 1000;

/// The distance of one simulation of each row; infinite for a simulation that failed.
fn distances(
    oracle: &dyn Simulator,
    distance: ScaledEuclidean,
    points: &Rows<Unconstrained>,
    streams: Streams,
    call: u64,
) -> Vec<f64> {
    let summaries = oracle.summaries(points, streams.stage("noise"), call);
    let row_distance = |row| match summaries.failure(row) {
        Some(_) => f64::INFINITY,
        None => distance.between(summaries.row(row), oracle.observed(), oracle.scales()),
    };
    (0..points.len()).map(row_distance).collect()
}

/// Draws from the prior, other ones for each batch.
fn prior_batch(oracle: &dyn Simulator, count: usize, streams: Streams, batch: u64) -> Rows<Unconstrained> {
    oracle.draw_prior(count, streams.stage("prior").stage(&format!("batch {batch}")))
}

/// Particles of equal weight.
fn equal_particles(points: Rows<Unconstrained>, distances: Vec<f64>, generation: Generation) -> Particles {
    let weights = vec![1.0 / distances.len() as f64; distances.len()];
    Particles { points, weights, distances, terms: Vec::new(), generations: vec![generation] }
}

/// 1 / Σ w² of normalised weights.
fn effective_sample_size(weights: &[f64]) -> f64 {
    1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>()
}
