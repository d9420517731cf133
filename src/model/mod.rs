//! Membranes: from parameters and injected current to membrane potential.
//!
//! A [`Membrane`] advances a [`Lot`] of parameter sets side by side, one per SIMD lane. `leapfrog.rs` is the
//! default scheme, `adaptive/` the same with steps that follow the state; `reference.rs` holds the schemes of the
//! papers, for the numbers that they print.
//! Units everywhere: mV, ms, mS/cm², µA/cm², µF/cm²; outward membrane current is positive, injected current
//! depolarises when positive.

mod adaptive;
mod calcium;
mod channel_noise;
mod channels;
mod cortical;
mod drive;
mod dual;
mod hodgkin_huxley;
pub mod kinetics;
mod leapfrog;
mod membrane;
mod number;
mod operations;
mod pair;
mod pospischil;
mod pyhh;
mod recorder;
mod reference;
mod rest;
mod sensitivity;
mod subthreshold;
mod tangent;
#[cfg(test)]
mod tests;
mod written;

use std::borrow::Cow;

use crate::settings::{Entry, Section};
use crate::units::Unit;

pub use drive::{
    ChannelNoise, Drive, LaneStimulus, NoisyChannels, StepCurrent, StimulusDrive, UA_CM2_PER_PA_UM2,
};
pub use membrane::{CAUTIOUS_DT_MS, Grid, Lot, Membrane, Start};
pub use operations::Operations;
pub use pyhh::pyhh_runs;
pub use sensitivity::{Direction, Sensitive};

/// One number that a model needs; any of them may be fixed or have a prior.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelParameter {
    /// Name in the settings and the results.
    pub name: Cow<'static, str>,
    /// Unit of the values.
    pub unit: Unit,
    /// Value if the settings give none.
    pub default: f64,
    /// Physical range, both ends included; a prior may not reach beyond it.
    pub range: (f64, f64),
    /// One line for `hhbayes list` and the schema.
    pub summary: &'static str,
    /// Whether its default was read from where the settings describe the channel, rather than from `[model]`.
    pub is_written: bool,
}

impl ModelParameter {
    /// A parameter of a built-in model.
    pub const fn new(
        name: &'static str,
        unit: Unit,
        default: f64,
        range: (f64, f64),
        summary: &'static str,
    ) -> Self {
        Self { name: Cow::Borrowed(name), unit, default, range, summary, is_written: false }
    }
}

/// Makes a membrane from what `[model]` says beside its numbers; `None` after a mistake, which is noted.
pub type Build = fn(model: &Section<'_>) -> Option<Box<dyn Membrane>>;

/// The numerical scheme that `[model]` names; the first of `known` is the default.
fn scheme(model: &Section<'_>, known: &[&str]) -> String {
    model
        .key("scheme", "numerical scheme: fixed time steps, or steps of each parameter set's own")
        .choice_or(known, known[0])
}

/// Channels with the scheme that `[model]` names, of those that suit any set of channels.
fn leapfrog_or_adaptive<C: channels::ChannelSet + 'static>(
    model: &Section<'_>,
    channels: C,
) -> Box<dyn Membrane> {
    match &*scheme(model, &["leapfrog", adaptive::NAME]) {
        adaptive::NAME => Box::new(adaptive::Adaptive::new(channels)),
        _ => Box::new(leapfrog::Leapfrog::new(channels)),
    }
}

pub use written::library;

/// The models.
pub const MODELS: &[Entry<Build>] = &[
    written::ENTRY,
    cortical::ENTRY,
    hodgkin_huxley::ENTRY,
    pospischil::ENTRY,
    cortical::CALCIUM_ENTRY,
    pyhh::ENTRY,
];
