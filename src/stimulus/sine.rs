//! A sine current, at one frequency or sweeping from one to another (a chirp, or ZAP).

use std::f64::consts::TAU;

use super::{Component, Waveform, read_amplitude, read_span};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<fn(&Section<'_>, Unit) -> Option<Component>> =
    Entry { name: "sine", summary: "a sine current of one frequency", build: build_sine };

pub const CHIRP: Entry<fn(&Section<'_>, Unit) -> Option<Component>> = Entry {
    name: "chirp",
    summary: "a sine current whose frequency grows in proportion to time",
    build: build_chirp,
};

/// sin 2π (f t + (f' − f) t² / 2 T), with t and T in seconds.
#[derive(Debug)]
struct Sine {
    frequency_hz: f64,
    final_frequency_hz: f64,
}

impl Waveform for Sine {
    fn mean(&self, from_ms: f64, to_ms: f64, duration_ms: f64) -> f64 {
        let at = |time_ms: f64| {
            let growth = (self.final_frequency_hz - self.frequency_hz) * time_ms / (2.0 * duration_ms);
            (TAU * (self.frequency_hz + growth) * time_ms / 1000.0).sin()
        };
        // Simpson's rule; a time step is a small part of a period.
        (at(from_ms) + 4.0 * at(f64::midpoint(from_ms, to_ms)) + at(to_ms)) / 6.0
    }
}

fn build_sine(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let frequency_hz = section.key("frequency", "frequency of the sine").positive().quantity(Unit::Hertz);
    build(section, unit, Sine { frequency_hz, final_frequency_hz: frequency_hz })
}

fn build_chirp(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let start = section.key("start_frequency", "frequency at the onset").between(0.0, 1e6);
    let frequency_hz = start.quantity(Unit::Hertz);
    let stop = section.key("stop_frequency", "frequency at the end").between(0.0, 1e6);
    build(section, unit, Sine { frequency_hz, final_frequency_hz: stop.quantity(Unit::Hertz) })
}

fn build(section: &Section<'_>, unit: Unit, waveform: Sine) -> Option<Component> {
    let amplitude = read_amplitude(section, unit, "half the distance from trough to crest");
    let (start_ms, duration_ms) = read_span(section);
    Some(Component { amplitude, start_ms, duration_ms, waveform: Box::new(waveform) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn a_chirp_ends_at_its_final_frequency() {
        let chirp = Sine { frequency_hz: 2.0, final_frequency_hz: 20.0 };
        let phase = |t_ms: f64| TAU * (2.0 + 18.0 * t_ms / 2000.0) * t_ms / 1000.0;
        assert_relative_eq!(chirp.mean(500.0, 500.01, 1000.0), phase(500.005).sin(), epsilon = 1e-6);
        let slope = (phase(1000.0) - phase(999.999)) / 1e-6 / TAU;
        assert_relative_eq!(slope, 20.0, epsilon = 1e-3);
    }
}
