//! Markov chains that move together and learn from one another during warm-up.

pub(super) mod adaptive_metropolis;
mod archive;
mod chains;
pub(super) mod demcz;
mod options;
mod outliers;
mod search;
mod start;

use rand_chacha::ChaCha8Rng;

use archive::Archive;

use crate::numeric::{Rows, Unconstrained};
use crate::problem::{LogDensity, LogTerms};

/// The way a chain proposes its next state.
trait Kernel {
    /// A proposal for one chain.
    fn propose(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal;

    /// Hears the mean acceptance probability of the proposals of full size in a step of the warm-up.
    fn tune(&mut self, acceptance: f64);

    /// Hears that the archive has changed during warm-up.
    fn learn(&mut self, archive: &Archive);
}

/// Where a chain would go.
struct Proposal {
    point: Vec<f64>,
    /// Log of (density of proposing the way back / density of proposing the way there).
    log_ratio: f64,
    /// Whether the size of the step follows the scale that is tuned.
    full_size: bool,
}

/// A scale that is tuned to an acceptance by the scheme of Robbins and Monro, as in
/// Andrieu and Thoms (2008), <https://doi.org/10.1007/s11222-008-9110-y>, section 4.2.
struct TunedScale {
    log_scale: f64,
    steps: u32,
}

/// The best acceptance of a random walk in many dimensions: <https://doi.org/10.1214/aoap/1034625254>.
const OPTIMAL_ACCEPTANCE: f64 = 0.234;

impl TunedScale {
    fn new(scale: f64) -> Self {
        Self { log_scale: scale.ln(), steps: 0 }
    }

    fn value(&self) -> f64 {
        self.log_scale.exp()
    }

    fn tune(&mut self, acceptance: f64) {
        self.steps += 1;
        // Slower than 1/n, so that the scale can still follow a covariance that is learned meanwhile.
        let gain = f64::from(self.steps).powf(-0.6);
        self.log_scale += gain * (acceptance - OPTIMAL_ACCEPTANCE);
    }
}

/// The log terms of each row; what is not a number, or is +∞, counts as impossible.
fn evaluate(oracle: &dyn LogDensity, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
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
