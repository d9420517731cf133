//! The injected current over time: a holding current plus a sum of components.
//!
//! Each component is a waveform of unit size, switched on at `start` for `duration` and multiplied by
//! `amplitude`. These three may be inferred, so they are parameters; what else shapes the waveform is fixed.

mod noise;
mod ramp;
mod sampled;
mod sine;
mod step;

use std::fmt::Debug;

use crate::settings::{Entry, Section, find};
use crate::units::Unit;

pub use sampled::Sampled;
pub use step::Step;

/// The shape of a component at unit amplitude.
pub trait Waveform: Debug + Send + Sync {
    /// Mean over the interval from `from_ms` to `to_ms`, both counted from the onset and inside the duration.
    fn mean(&self, from_ms: f64, to_ms: f64, duration_ms: f64) -> f64;

    /// Whether it is 1 all the time.
    fn is_constant(&self) -> bool {
        false
    }
}

/// One waveform with its size and place.
#[derive(Debug)]
pub struct Component {
    /// Size, in the unit of the stimulus.
    pub amplitude: f64,
    /// Onset, in ms from the start of the sweep.
    pub start_ms: f64,
    /// How long it lasts, in ms.
    pub duration_ms: f64,
    /// Its shape.
    pub waveform: Box<dyn Waveform>,
}

/// The current of one sweep.
#[derive(Debug)]
pub struct Stimulus {
    /// pA into the whole cell or µA/cm² through the membrane.
    pub unit: Unit,
    /// The constant current under the components, also before them; in `unit`.
    pub holding: f64,
    /// What is added to the holding current.
    pub components: Vec<Component>,
}

/// Part of a step by which an edge may miss it and still count as on it: rounding of `step * dt`.
const EDGE: f64 = 1e-9;

impl Component {
    /// Mean of the component at unit amplitude over one time step, with the given onset and duration.
    ///
    /// An edge inside the step counts by its share, so the current varies smoothly with the onset.
    pub fn unit_mean(&self, from_ms: f64, to_ms: f64, start_ms: f64, duration_ms: f64) -> f64 {
        let (from, to) = (from_ms - start_ms, to_ms - start_ms);
        let (inner_from, inner_to) = (from.max(0.0), to.min(duration_ms));
        let share = (inner_to - inner_from) / (to - from);
        if share <= EDGE {
            0.0
        } else if share >= 1.0 - EDGE {
            self.waveform.mean(from, to, duration_ms)
        } else {
            share * self.waveform.mean(inner_from, inner_to, duration_ms)
        }
    }
}

impl Stimulus {
    /// A stimulus that is only the holding current.
    pub fn silence(unit: Unit) -> Self {
        Self { unit, holding: 0.0, components: Vec::new() }
    }

    /// When the first component starts and the last one ends, in ms; `None` without components.
    pub fn span_ms(&self) -> Option<(f64, f64)> {
        let starts = self.components.iter().map(|component| component.start_ms);
        let stops = self.components.iter().map(|component| component.start_ms + component.duration_ms);
        Some((starts.reduce(f64::min)?, stops.reduce(f64::max)?))
    }

    /// Mean current over a time step with every component as the settings give it; in `unit`.
    pub fn mean(&self, from_ms: f64, to_ms: f64) -> f64 {
        let component = |c: &Component| c.amplitude * c.unit_mean(from_ms, to_ms, c.start_ms, c.duration_ms);
        self.holding + self.components.iter().map(component).sum::<f64>()
    }
}

/// Builds a component from its options; the unit is that of the amplitude.
type Build = fn(&Section<'_>, Unit) -> Option<Component>;

/// The kinds of component, in alphabetical order.
pub const STIMULI: &[Entry<Build>] =
    &[sine::CHIRP, noise::ENTRY, ramp::ENTRY, sampled::ENTRY, sine::ENTRY, step::ENTRY];

/// Reads one component; `unit` is the unit of the current, pA or µA/cm².
pub fn component(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let entry = find(STIMULI, section, Some("step"))?;
    let component = (entry.build)(section, unit);
    section.finish();
    component
}

/// Reads `start` and `stop` or `duration` of a component: onset and duration in ms.
fn read_span(section: &Section<'_>) -> (f64, f64) {
    let start =
        section.key("start", "onset, counted from the start of the sweep").between(0.0, f64::INFINITY);
    let start = start.quantity(Unit::Millisecond);
    let stop = section.key("stop", "end of the component, in place of `duration`");
    let stop = stop.quantity_maybe(Unit::Millisecond);
    let duration = section.key("duration", "length of the component, in place of `stop`").positive();
    match (stop, duration.quantity_maybe(Unit::Millisecond)) {
        (Some(stop), None) if stop > start => (start, stop - start),
        (Some(stop), None) => {
            section.mistake_at("stop", format!("the stimulus stops at {stop} ms, before it starts"), None);
            (start, 1.0)
        }
        (None, Some(duration)) => (start, duration),
        (Some(_), Some(_)) => {
            section.mistake_at("duration", "both `stop` and `duration` are given", Some("keep one of them"));
            (start, 1.0)
        }
        (None, None) => {
            let help = Some("say when the stimulus ends, such as stop = \"120 ms\"");
            section.mistake(&section.place(), "missing option `stop` or `duration`", help.map(str::to_owned));
            (start, 1.0)
        }
    }
}

fn read_amplitude(section: &Section<'_>, unit: Unit, help: &'static str) -> f64 {
    section.key("amplitude", help).quantity(unit)
}
