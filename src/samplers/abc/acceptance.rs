//! Which simulations join a population: those that are near, or some by the density of the observation noise.

use std::fmt::{self, Display};

/// Which simulations are accepted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Acceptance {
    /// Those within this distance, observation noise included.
    Within(f64),
    /// By the density that the observation has as a noisy version of the simulation, to the power of one over the
    /// temperature.
    Density { temperature: f64, log_highest: f64 },
}

impl Acceptance {
    /// The largest distance, if there is one.
    pub(super) fn epsilon(self) -> Option<f64> {
        match self {
            Acceptance::Within(epsilon) => (epsilon < f64::MAX).then_some(epsilon),
            Acceptance::Density { .. } => None,
        }
    }

    pub(super) fn temperature(self) -> Option<f64> {
        match self {
            Acceptance::Within(_) => None,
            Acceptance::Density { temperature, .. } => Some(temperature),
        }
    }

    /// The log of what a simulation weighs that is accepted; `uniform`: a draw from 0 to 1.
    pub(super) fn log_weight(self, distance: f64, log_density: f64, uniform: f64) -> Option<f64> {
        match self {
            Acceptance::Within(epsilon) => (distance <= epsilon).then_some(0.0),
            Acceptance::Density { .. } if log_density == f64::NEG_INFINITY => None,
            // A density above the highest weighs more in place of being accepted more often than always.
            Acceptance::Density { temperature, log_highest } => {
                let log_ratio = (log_density - log_highest) / temperature;
                (uniform.ln() < log_ratio).then_some(log_ratio.max(0.0))
            }
        }
    }
}

impl Display for Acceptance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Acceptance::Within(epsilon) => write!(formatter, "epsilon {epsilon:.3}"),
            Acceptance::Density { temperature, .. } => write!(formatter, "temperature {temperature:.3}"),
        }
    }
}
