//! Reads `[likelihood.trace]` and `[likelihood.spike_times]`. The numbers of a noise become slots, so that each is
//! fixed there, or inferred if `[prior]` names it.

use super::window::{Kept, Window};
use super::{PlacedNoise, Recorded, SpikeTimesTerm, Traces, VoltageTerm, spike_times_ms};
use crate::features::Analyser;
use crate::noise::{NOISES, Noise, Number};
use crate::problem::data::{MISSING_PENALTY, read_penalty};
use crate::problem::experiment::{Experiment, ExperimentSweep};
use crate::problem::parameters::Slot;
use crate::problem::simulation::Protocol;
use crate::settings::{Entry, Section, Value, names};
use crate::units::Unit;

/// What the settings say, before the recording is looked at.
#[derive(Debug, Default)]
pub(in crate::problem) struct TraceSettings {
    voltage: Option<VoltageSettings>,
    spike_times: Option<SpikeSettings>,
}

#[derive(Debug)]
struct VoltageSettings {
    noise: PlacedNoise,
    every_ms: Option<f64>,
    window: Window,
    weight: f64,
}

#[derive(Debug)]
struct SpikeSettings {
    noise: PlacedNoise,
    penalty: f64,
    weight: f64,
}

pub(in crate::problem) const TRACE: &str = "the voltage, compared sample by sample";
pub(in crate::problem) const SPIKE_TIMES: &str = "the times of spikes, compared one by one";
const WEIGHT: &str = "power of this term of the likelihood";

/// Before the names of the numbers of each noise.
const TRACE_PREFIX: &str = "trace";
const SPIKE_PREFIX: &str = "spike";

/// A spike and most of what follows it in a fast cell.
const BEFORE_MS: f64 = 2.0;
const AFTER_MS: f64 = 5.0;

/// The noises that a single time can have.
const JITTERS: &[&str] = &["normal", "student_t"];

/// Reads both tables in a listening section: what the schema tells of them.
pub fn read_trace_options(likelihood: &Section<'_>) {
    read_voltage(&Section::listening(), &likelihood.table("trace", TRACE), &mut Vec::new());
    read_spike_times(&Section::listening(), &likelihood.table("spike_times", SPIKE_TIMES), &mut Vec::new());
}

impl TraceSettings {
    /// Reads the tables that are there and adds the numbers of their noises to `slots`.
    pub(in crate::problem) fn read(root: &Section<'_>, slots: &mut Vec<Slot>) -> Self {
        let likelihood = root.table("likelihood", "how recording and simulation are compared");
        let mut settings = Self::default();
        if likelihood.has("trace") {
            settings.voltage = read_voltage(root, &likelihood.table("trace", TRACE), slots);
        }
        if likelihood.has("spike_times") {
            settings.spike_times =
                read_spike_times(root, &likelihood.table("spike_times", SPIKE_TIMES), slots);
        }
        settings
    }

    /// The terms for an experiment, and what they look at in its recording. A sweep that is still to be simulated has
    /// nothing yet.
    pub(in crate::problem) fn terms(
        &self,
        root: &Section<'_>,
        experiment: &Experiment,
        protocol: Protocol,
    ) -> (Traces, Recorded) {
        let likelihood = root.table("likelihood", "how recording and simulation are compared");
        let mut traces = Traces::default();
        if let Some(settings) = &self.voltage {
            let section = likelihood.table("trace", TRACE);
            check_traces(&section, experiment);
            traces.voltage = Some(settings.term(&section, experiment, protocol));
        }
        if let Some(settings) = &self.spike_times {
            check_traces(&likelihood.table("spike_times", SPIKE_TIMES), experiment);
            traces.spike_times = Some(SpikeTimesTerm {
                noise: settings.noise,
                weight: settings.weight,
                penalty: settings.penalty,
                sweeps: experiment.sweeps.iter().map(has_trace).collect(),
            });
        }
        let recorded =
            traces.read(&experiment.sweeps, protocol, |index| experiment.sweeps[index].voltage_mv.as_deref());
        if let Some(index) = recorded.voltage_mv.iter().position(|own| own.iter().any(|v| !v.is_finite())) {
            let message = format!("the voltage of {} is not finite", experiment.sweeps[index].title());
            likelihood.mistake_at("trace", message, Some("cut the sweep, or choose a window without it"));
        }
        (traces, recorded)
    }
}

impl VoltageSettings {
    fn term(&self, section: &Section<'_>, experiment: &Experiment, protocol: Protocol) -> VoltageTerm {
        let mut analyser = Analyser::with_settings(protocol.mode, protocol.settings);
        let sweeps = experiment.sweeps.iter();
        let kept: Vec<Kept> = sweeps.map(|sweep| self.kept(section, sweep, &mut analyser)).collect();
        // A sweep that is not simulated yet has no spikes yet.
        let is_known = experiment.sweeps.iter().all(|sweep| !sweep.simulated || sweep.voltage_mv.is_some());
        let has_traces = experiment.sweeps.iter().any(has_trace);
        if is_known && has_traces && kept.iter().all(Kept::is_empty) {
            let message = match self.window {
                Window::Spikes { .. } => "the recording has no spike, so no sample is compared",
                Window::Stimulus => "the recording has no stimulus, so no sample is compared",
                Window::All | Window::Times(..) => "no sample of the recording is in the window",
            };
            section.mistake_at("window", message, Some("choose another window"));
        }
        VoltageTerm { noise: self.noise, weight: self.weight, kept }
    }

    fn kept(&self, section: &Section<'_>, sweep: &ExperimentSweep, analyser: &mut Analyser) -> Kept {
        if !has_trace(sweep) {
            return Kept::default();
        }
        let ExperimentSweep { interval_ms, samples, .. } = *sweep;
        let stride = self.every_ms.map_or(1.0, |every_ms| (every_ms / interval_ms).round());
        if stride < 1.0 {
            let message = format!("the samples of {} are {interval_ms} ms apart", sweep.title());
            section.mistake_at("every", message, Some("take a longer time, or leave `every` out"));
        }
        let times: Vec<(f64, f64)> = match self.window {
            Window::All => vec![(0.0, f64::INFINITY)],
            Window::Stimulus => sweep.window_ms.into_iter().collect(),
            Window::Times(from, to) => vec![(from, to)],
            Window::Spikes { before_ms, after_ms } => {
                let voltage_mv = sweep.voltage_mv.as_deref().unwrap_or_default();
                let peaks = spike_times_ms(sweep, voltage_mv, analyser).into_iter();
                peaks.map(|peak| (peak - before_ms, peak + after_ms)).collect()
            }
        };
        Kept::new(samples, interval_ms, stride.max(1.0) as usize, &times)
    }
}

fn has_trace(sweep: &ExperimentSweep) -> bool {
    sweep.voltage_mv.is_some() || sweep.simulated
}

fn check_traces(section: &Section<'_>, experiment: &Experiment) {
    if !experiment.sweeps.is_empty() && !experiment.sweeps.iter().any(has_trace) {
        let help = "add a [recording], or compare features only";
        section.mistake(&section.place(), "no sweep has a trace", Some(help.to_owned()));
    }
}

fn read_voltage(root: &Section<'_>, section: &Section<'_>, slots: &mut Vec<Slot>) -> Option<VoltageSettings> {
    let noise = section.key("noise", "how each sample of the recording differs from the simulated one");
    let name = noise.choice_or(&names(NOISES), "normal");
    let entry = NOISES.iter().find(|entry| entry.name == name);
    let noise = entry.map(|entry| {
        place(root, section, entry, TRACE_PREFIX, slots, |number| (number.key, number.unit(Unit::Millivolt)))
    });
    if section.is_listening() {
        describe_others(section);
    }
    let every = section.key("every", "time between two samples that count; every sample if it is not given");
    let every_ms = every.positive().quantity_maybe(Unit::Millisecond);
    let window = read_window(section);
    let weight = section.key("weight", WEIGHT).positive().quantity_or(Unit::One, 1.0);
    if entry.is_some() {
        section.finish();
    }
    Some(VoltageSettings { noise: noise?, every_ms, window, weight })
}

fn read_spike_times(
    root: &Section<'_>,
    section: &Section<'_>,
    slots: &mut Vec<Slot>,
) -> Option<SpikeSettings> {
    let name = section.key("noise", "distribution of the jitter").choice_or(JITTERS, "normal");
    let entry = NOISES.iter().find(|entry| entry.name == name);
    let noise = entry.map(|entry| {
        place(root, section, entry, SPIKE_PREFIX, slots, |number| {
            (if number.has_unit { "jitter" } else { number.key }, number.unit(Unit::Millisecond))
        })
    });
    if section.is_listening() {
        section.key("degrees_of_freedom", "of student_t").positive().quantity_maybe(Unit::One);
    }
    let penalty = section.key(
        "missing_penalty",
        "log likelihood lost for each spike that only the simulation or only the recording has; inf forbids it",
    );
    let penalty = read_penalty(section, penalty.node_maybe()).unwrap_or(MISSING_PENALTY);
    let weight = section.key("weight", WEIGHT).positive().quantity_or(Unit::One, 1.0);
    if entry.is_some() {
        section.finish();
    }
    Some(SpikeSettings { noise: noise?, penalty, weight })
}

/// The options of all noises, for the schema.
fn describe_others(section: &Section<'_>) {
    let mut known = vec!["sd"];
    for number in NOISES.iter().flat_map(|entry| entry.build.numbers()) {
        if !known.contains(&number.key) {
            known.push(number.key);
            section.key(number.key, number.summary).quantity_maybe(number.unit(Unit::Millivolt));
        }
    }
}

/// Reads the numbers of a noise into new slots.
fn place(
    root: &Section<'_>,
    section: &Section<'_>,
    entry: &Entry<&'static dyn Noise>,
    prefix: &str,
    slots: &mut Vec<Slot>,
    spelling: impl Fn(&Number) -> (&'static str, Unit),
) -> PlacedNoise {
    let first = slots.len();
    for number in entry.build.numbers() {
        let (key, unit) = spelling(number);
        let name = format!("{prefix}_{key}");
        let value = read_number(root, section, number, (key, unit), &name);
        // Ends of the range are beyond what is physical.
        let range = (number.range.0.next_up(), number.range.1.next_down());
        slots.push(Slot { name, unit, range, value, column: None });
    }
    PlacedNoise { name: entry.name, noise: entry.build, first }
}

/// A number that is fixed here, inferred in `[prior]`, or has a default; `None` if it is inferred or missing.
fn read_number(
    root: &Section<'_>,
    section: &Section<'_>,
    number: &Number,
    (key, unit): (&'static str, Unit),
    name: &str,
) -> Option<f64> {
    let prior = root.table("prior", "what is believed about each inferred parameter beforehand");
    let table = section.name();
    if section.peek(key).is_some_and(|node| matches!(node.value, Value::Table(_))) {
        section.key(key, number.summary).node_maybe();
        let message = format!("the prior of `{key}` belongs into [prior]");
        section.mistake_at(key, message, Some(&format!("write it there as `{name}`")));
        return None;
    }
    let (lower, upper) = number.range;
    let option = section.key(key, number.summary);
    let option = if upper.is_infinite() { option.positive() } else { option.between(lower, upper) };
    let value = option.quantity_maybe(unit);
    match (value, prior.has(name)) {
        (Some(_), true) => {
            let message = format!("`{name}` is fixed in [{table}] and has a prior");
            section.mistake_at(key, message, Some("keep one of them"));
        }
        (None, false) if number.default.is_none() => {
            let help = format!("give `{key}` here, or a prior of `{name}` in [prior]");
            section.mistake(&section.place(), format!("`{key}` is missing in [{table}]"), Some(help));
        }
        _ => {}
    }
    value.or(number.default)
}

fn read_window(section: &Section<'_>) -> Window {
    let help = "the part of each sweep that counts: also two times, or around the recorded spikes";
    let is_list = section.peek("window").is_some_and(|node| matches!(node.value, Value::List(_)));
    let window = if is_list {
        let times = section.key("window", help).quantities_maybe(Unit::Millisecond).unwrap_or_default();
        if let [from, to] = times[..]
            && from < to
        {
            Window::Times(from, to)
        } else {
            let message = "a window is two times, the earlier one first";
            section.mistake_at("window", message, Some("such as window = [\"100 ms\", \"300 ms\"]"));
            Window::All
        }
    } else {
        let word = section.key("window", help).choice_or(&["all", "stimulus", "spikes"], "all");
        match &*word {
            "stimulus" => Window::Stimulus,
            "spikes" => Window::Spikes { before_ms: BEFORE_MS, after_ms: AFTER_MS },
            _ => Window::All,
        }
    };
    let side = |name, help, default| {
        section.key(name, help).between(0.0, f64::INFINITY).quantity_or(Unit::Millisecond, default)
    };
    if matches!(window, Window::Spikes { .. }) || section.is_listening() {
        let before_ms = side("before", "with window = \"spikes\": how long before a peak", BEFORE_MS);
        let after_ms = side("after", "with window = \"spikes\": how long after a peak", AFTER_MS);
        return Window::Spikes { before_ms, after_ms };
    }
    for name in ["before", "after"].into_iter().filter(|name| section.has(name)) {
        section.key(name, "noted here").node_maybe();
        let message = format!("`{name}` has no effect without window = \"spikes\"");
        section.mistake_at(name, message, Some("remove it, or choose that window"));
    }
    window
}
