//! A current that grows in proportion to time, from nothing to the amplitude.

use super::{Component, Waveform, read_amplitude, read_span};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<fn(&Section<'_>, Unit) -> Option<Component>> =
    Entry { name: "ramp", summary: "a current that grows from 0 at start to amplitude at stop", build };

#[derive(Debug)]
struct Ramp;

impl Waveform for Ramp {
    fn mean(&self, from_ms: f64, to_ms: f64, duration_ms: f64) -> f64 {
        f64::midpoint(from_ms, to_ms) / duration_ms
    }
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let amplitude = read_amplitude(section, unit, "current that is reached at the end");
    let (start_ms, duration_ms) = read_span(section);
    Some(Component { amplitude, start_ms, duration_ms, waveform: Box::new(Ramp) })
}
