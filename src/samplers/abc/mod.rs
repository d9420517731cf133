//! Approximate Bayesian computation: parameter sets whose simulations resemble the recording.
//!
//! The simulator draws whole data sets, noise included, so that the posterior tends to the one of the
//! likelihood as the accepted distance tends to zero.

mod acceptance;
mod adjustment;
mod carriers;
pub(super) mod del_moral;
mod densities;
mod generation;
mod kernel;
mod learned;
mod made_anew;
pub(super) mod mcmc;
mod mixture;
mod population;
mod recycling;
mod regression;
pub(super) mod rejection;
mod ruler;
mod schedule;
pub(super) mod selection;
pub(super) mod smc;
mod steps;
pub(super) mod stochastic;
pub(super) mod synthetic;

use crate::distance::Reach;
use crate::numeric::{Rows, Streams, Summaries, Unconstrained};
use crate::problem::Simulator;

/// Simulations per call of the oracle.
const BATCH: usize = 1000;

/// The features of one simulated data set, some of which may be missing.
type Features = Vec<Option<f64>>;

/// One simulation of each point.
fn simulate(oracle: &dyn Simulator, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
    oracle.summaries(points, streams.stage("noise"), call)
}

/// One simulation of each point, of which only those within reach are wanted, if there is one.
fn simulate_within(
    oracle: &dyn Simulator,
    points: &Rows<Unconstrained>,
    streams: Streams,
    call: u64,
    reach: Option<Reach<'_>>,
) -> Summaries {
    match reach {
        Some(reach) => oracle.summaries_within(points, streams.stage("noise"), call, reach),
        None => simulate(oracle, points, streams, call),
    }
}

/// Draws from the prior, other ones for each batch.
fn prior_batch(oracle: &dyn Simulator, count: usize, streams: Streams, batch: u64) -> Rows<Unconstrained> {
    oracle.draw_prior(count, streams.stage("prior").stage(&format!("batch {batch}")))
}
