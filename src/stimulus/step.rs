//! A constant current that is switched on and off.

use super::{Component, Waveform, read_amplitude, read_span};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<fn(&Section<'_>, Unit) -> Option<Component>> =
    Entry { name: "step", summary: "a constant current between start and stop", build };

/// A rectangular waveform.
#[derive(Debug)]
pub struct Step;

impl Waveform for Step {
    fn mean(&self, _: f64, _: f64, _: f64) -> f64 {
        1.0
    }

    fn is_constant(&self) -> bool {
        true
    }
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let amplitude = read_amplitude(section, unit, "size of the step above the holding current");
    let (start_ms, duration_ms) = read_span(section);
    Some(Component { amplitude, start_ms, duration_ms, waveform: Box::new(Step) })
}
