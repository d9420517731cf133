//! Markov chains that move together and learn from one another during warm-up.

pub(super) mod adaptive_metropolis;
mod archive;
pub(super) mod chains;
pub(super) mod demcz;
mod differences;
pub(super) mod dream_zs;
pub(super) mod ensemble;
pub(super) mod ensemble_slice;
mod metropolis;
pub(super) mod options;
mod outliers;
mod scale;
mod search;
pub(super) mod start;
mod stones;
pub(super) mod tempering;
mod walk;

use crate::numeric::{Rows, Unconstrained};
use crate::problem::{LogDensity, LogTerms};

/// The log terms of each row; what is not a number, or is +∞, counts as impossible.
pub(super) fn evaluate(oracle: &dyn LogDensity, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
    let mut terms = oracle.log_terms(points);
    for term in &mut terms {
        let posterior = term.posterior();
        if posterior.is_nan() || posterior == f64::INFINITY {
            term.likelihood = f64::NEG_INFINITY;
            term.prior = term.prior.clamp(f64::NEG_INFINITY, f64::MAX);
        }
        if term.prior.is_nan() {
            term.prior = f64::NEG_INFINITY;
        }
    }
    terms
}
