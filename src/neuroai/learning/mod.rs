//! One data set, current in and rate out, explained in two ways: by the conductances of an axon, and by the weights of a
//! small network. Both get the same data, the same noise and the same [`Score`].

mod axon;
mod network;
mod prediction;

pub use axon::{AxonPosterior, CONDUCTANCES, RateExperiment};
pub use network::{Fitted, Network, Scaling};
pub use prediction::{COVERED, Predicted, Score};

/// Rates that were measured under some currents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// In µA/cm².
    pub currents_ua_cm2: Vec<f64>,
    /// In Hz, with noise; may be below zero by it.
    pub rates_hz: Vec<f64>,
}
