//! Membranes: from parameters and injected current to membrane potential.
//!
//! A [`Membrane`] advances a [`Lot`] of parameter sets side by side, one per SIMD lane. `leapfrog.rs` is the
//! default scheme; `reference.rs` holds the schemes of the papers, for the numbers that they print.
//! Units everywhere: mV, ms, mS/cm², µA/cm², µF/cm²; outward membrane current is positive, injected current
//! depolarises when positive.

mod channels;
mod drive;
mod dual;
mod hodgkin_huxley;
mod leapfrog;
mod membrane;
mod number;
mod pospischil;
mod pyhh;
mod reference;
mod rest;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::settings::Entry;
use crate::units::Unit;

pub use drive::{Drive, LaneStimulus, StimulusDrive, UA_CM2_PER_PA_UM2};
pub use membrane::{Grid, Lot, Membrane, Start};

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
        Self { name: Cow::Borrowed(name), unit, default, range, summary }
    }
}

/// Makes a membrane that steps by the scheme of that name, or says which schemes there are.
pub type Build = fn(scheme: Option<&str>) -> Result<Box<dyn Membrane>, &'static [&'static str]>;

/// The models.
pub const MODELS: &[Entry<Build>] = &[hodgkin_huxley::ENTRY, pospischil::ENTRY, pyhh::ENTRY];
