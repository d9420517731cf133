//! The questions that a sampler may ask, each for a whole batch of parameter sets at once.

use crate::distance::Reach;
use crate::numeric::{Rows, Streams, Summaries, Unconstrained};

/// Log density of one parameter set, in two terms so that they can be reported and tempered apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogTerms {
    /// Log prior density on the real line, with the Jacobian of the transform.
    pub prior: f64,
    /// Log likelihood; −∞ for a parameter set that cannot explain the data.
    pub likelihood: f64,
}

impl LogTerms {
    /// Log posterior density up to a constant.
    pub fn posterior(self) -> f64 {
        self.prior + self.likelihood
    }
}

/// What every sampler needs.
pub trait Target: Sync {
    /// Number of parameters.
    fn dimension(&self) -> usize;

    /// Draws from the prior, one row each; the same streams give the same rows.
    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained>;

    /// The name of a parameter in messages.
    fn parameter_name(&self, index: usize) -> String {
        format!("parameter {index}")
    }
}

/// A posterior known up to a constant.
pub trait LogDensity: Target {
    /// Log density of each row.
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms>;
}

/// A model that can only be simulated.
pub trait Simulator: Target {
    /// Log prior density of each row on the real line, with the Jacobian.
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64>;

    /// The observed features.
    fn observed(&self) -> &[Option<f64>];

    /// The size of one unit of distance for each feature: its standard deviation.
    fn scales(&self) -> &[f64];

    /// What a feature counts that only one of simulation and observation has, in units of its scale, and may be
    /// infinite; `None`: as the sampler says for all features.
    fn missing_penalty(&self, _feature: usize) -> Option<f64> {
        None
    }

    /// The name of a feature in messages.
    fn feature_name(&self, index: usize) -> String {
        format!("feature {index}")
    }

    /// One simulated data set for each row, observation noise included. Row `i` draws its noise from
    /// `streams.generator(call, i)`.
    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries;

    /// The same where only rows within reach are wanted: of one that is farther, features may be NaN, which is infinitely
    /// far.
    fn summaries_within(
        &self,
        points: &Rows<Unconstrained>,
        streams: Streams,
        call: u64,
        _reach: Reach<'_>,
    ) -> Summaries {
        self.summaries(points, streams, call)
    }

    /// One simulation of each row without observation noise, and the log density that noise makes the observation of
    /// it; −∞ where it cannot. Its own randomness, if it has any, is named as in `summaries`. Of use only with
    /// [`Simulator::highest_log_density`].
    fn noiseless(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> (Summaries, Vec<f64>) {
        (self.summaries(points, streams, call), vec![f64::NEG_INFINITY; points.len()])
    }

    /// The log density of an observation that is just as it was simulated; `None` if the noise cannot be told from the
    /// simulation, and then there is no stochastic acceptance.
    fn highest_log_density(&self) -> Option<f64> {
        None
    }
}
