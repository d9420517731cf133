//! A likelihood that is made of simulations, anew for each call: what lets samplers of log densities work without one. A
//! chain keeps the value with its state, which makes it a pseudo-marginal chain: Andrieu and Roberts (2009),
//! <https://doi.org/10.1214/07-AOS574>.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::{LogDensity, LogTerms, Simulator, Target};

/// The log likelihood of each point; the number of the call names its noise.
type LogLikelihood<'a> = Box<dyn Fn(&Rows<Unconstrained>, u64) -> Vec<f64> + Sync + 'a>;

pub(super) struct MadeAnew<'a> {
    oracle: &'a dyn Simulator,
    log_likelihood: LogLikelihood<'a>,
    calls: AtomicU64,
}

impl<'a> MadeAnew<'a> {
    pub(super) fn new(oracle: &'a dyn Simulator, log_likelihood: LogLikelihood<'a>) -> Self {
        Self { oracle, log_likelihood, calls: AtomicU64::new(0) }
    }
}

impl Target for MadeAnew<'_> {
    fn dimension(&self) -> usize {
        self.oracle.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.oracle.draw_prior(count, streams)
    }

    fn parameter_name(&self, index: usize) -> String {
        self.oracle.parameter_name(index)
    }
}

impl LogDensity for MadeAnew<'_> {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let likelihoods = (self.log_likelihood)(points, self.calls.fetch_add(1, Ordering::Relaxed));
        let priors = self.oracle.log_prior(points).into_iter();
        priors.zip(likelihoods).map(|(prior, likelihood)| LogTerms { prior, likelihood }).collect()
    }
}
