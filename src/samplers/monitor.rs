//! How a sampler says what it is doing, and hears whether to go on.

use ndarray::ArrayView3;

/// Where a sampler stands.
#[derive(Debug)]
pub struct Progress<'a> {
    /// What is being done, such as "search", "warm-up", "sampling" or "generation 3".
    pub stage: &'a str,
    /// Steps done in this stage.
    pub done: usize,
    /// Steps of this stage.
    pub total: usize,
    /// Simulations so far, in all stages.
    pub simulations: u64,
    /// Share of accepted proposals lately.
    pub acceptance: Option<f64>,
    /// Acceptance threshold of an ABC generation.
    pub epsilon: Option<f64>,
    /// Draws so far, shape `[chain, draw, parameter]`.
    pub draws: Option<ArrayView3<'a, f64>>,
}

/// Whether a sampler goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop after this step and return what was drawn.
    Stop,
}

/// Listens to a sampler.
pub trait Monitor {
    /// Called after every step.
    fn report(&mut self, progress: &Progress<'_>) -> Control;
}

/// A monitor that is silent and never stops.
#[derive(Debug)]
pub struct Silent;

impl Monitor for Silent {
    fn report(&mut self, _: &Progress<'_>) -> Control {
        Control::Continue
    }
}
