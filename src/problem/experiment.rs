//! One experiment on one cell: its sweeps, each with its stimulus and what was observed.

use std::path::{Path, PathBuf};

use crate::inspection::{self, Finding, Injected, worst_of_each_kind};
use crate::recording::{self, Recording, Sweep};
use crate::settings::{Section, Value};
use crate::stimulus::{self, Component, Sampled, Step, Stimulus};
use crate::units::Unit;

/// One sweep of the experiment.
#[derive(Debug)]
pub struct ExperimentSweep {
    /// Its name in labels and output.
    pub name: String,
    /// Time between two samples, in ms.
    pub interval_ms: f64,
    /// Number of samples.
    pub samples: usize,
    /// The injected current.
    pub stimulus: Stimulus,
    /// The recorded voltage in mV, if there is a trace.
    pub voltage_mv: Option<Vec<f64>>,
    /// Whether the trace is to be simulated from known parameters.
    pub simulated: bool,
    /// Before which name the parameters of the stimulus stand, if they may be inferred.
    pub prefix: Option<String>,
    /// The part of the sweep that features count as stimulated, in ms.
    pub window_ms: Option<(f64, f64)>,
}

impl ExperimentSweep {
    /// The name for people: a sweep that has only a number is `sweep 3`.
    pub fn title(&self) -> String {
        title(&self.name)
    }

    /// Height of the stimulus above its holding current in its own unit, if it is one step.
    pub fn step_amplitude(&self) -> Option<f64> {
        let [step] = self.stimulus.components.as_slice() else { return None };
        step.waveform.is_constant().then_some(step.amplitude)
    }

    /// Size of the stimulus in nA, if it is one step into the whole cell; as it is written, also if it is inferred.
    pub fn stimulus_current_na(&self) -> Option<f64> {
        let step = self.step_amplitude()?;
        (self.stimulus.unit == Unit::Picoamp).then_some(step / 1000.0)
    }
}

fn title(name: &str) -> String {
    if name.parse::<usize>().is_ok() { format!("sweep {name}") } else { name.to_owned() }
}

/// The sweeps of an experiment and where they come from.
#[derive(Debug, Default)]
pub struct Experiment {
    /// Sweeps with a trace come first.
    pub sweeps: Vec<ExperimentSweep>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// What was done to the recording on the way.
    pub notes: Vec<String>,
    /// What is wrong with the recorded sweeps.
    pub flaws: Vec<Finding>,
    /// Whether the traces are to be simulated from known parameters.
    pub simulated: bool,
}

/// Reads `[recording]`, `[stimulus]` and the names, durations and stimuli of `[[sweeps]]`; the observed numbers of
/// the latter are left in `tables` for the reader of the data, one table for each sweep without a trace.
pub fn read<'a>(root: &Section<'a>, base: &Path, tables: &mut Vec<Section<'a>>) -> Experiment {
    let mut experiment = Experiment::default();
    let stimulus = root.table("stimulus", "the injected current of the recorded sweeps");
    if root.has("recording") || root.is_listening() {
        let section = root.table("recording", "what was measured");
        if is_simulated(&section) {
            experiment.simulated = true;
            experiment.sweeps.extend(simulated_sweep(&section, &stimulus));
        } else if let Some(recording) = recording::from_settings(&section, base) {
            let sweeps = recording.sweeps.iter();
            experiment.sweeps.extend(sweeps.filter_map(|sweep| recorded_sweep(sweep, &stimulus)));
            experiment.flaws = flaws(&recording.sweeps, &experiment.sweeps);
            refuse_flaws(&section, &experiment.flaws);
            let Recording { files, notes, .. } = recording;
            (experiment.files, experiment.notes) = (files, notes);
        } else {
            // The recording is at fault, so its stimulus cannot be judged.
            let _ = stimulus.entries();
        }
    }
    if !root.has("recording") {
        // The stimulus belongs to a recording, whose absence is the mistake.
        let _ = stimulus.entries();
    }
    stimulus.finish();
    for (index, table) in
        root.key("sweeps", "sweeps of which only numbers are known").tables().into_iter().enumerate()
    {
        experiment.sweeps.push(numeric_sweep(&table, index));
        tables.push(table);
    }
    check_names(root, &experiment.sweeps, tables);
    if experiment.sweeps.is_empty() && !root.has("recording") && !root.is_listening() {
        root.mistake(
            &root.place(),
            "there is nothing to explain",
            Some("add a [recording], or a [[sweeps]] with observed numbers".to_owned()),
        );
    }
    experiment
}

/// What is wrong with recorded sweeps, under the current that the settings give them.
fn flaws(recorded: &[Sweep], sweeps: &[ExperimentSweep]) -> Vec<Finding> {
    let written = |sweep: &Sweep| sweeps.iter().find(|own| own.name == sweep.name && own.prefix.is_some());
    inspection::find_flaws(recorded, |sweep| {
        written(sweep).map_or_else(|| Injected::of(sweep), |own| Injected::written(&own.stimulus))
    })
}

/// With `strict = true` each kind of flaw is a mistake.
fn refuse_flaws(section: &Section<'_>, flaws: &[Finding]) {
    if recording::is_strict(section) {
        for (flaw, words) in worst_of_each_kind(flaws) {
            let help = format!("{}; or drop `strict`", flaw.help());
            section.mistake_at("strict", format!("{}: {words}", flaw.name()), Some(&help));
        }
    }
}

/// The stimulus of the recorded sweeps; its parameters are `stimulus_amplitude` and so on.
const STIMULUS: &str = "stimulus";

/// Results and parameters of a stimulus carry the name of their sweep.
fn check_names(root: &Section<'_>, sweeps: &[ExperimentSweep], tables: &[Section<'_>]) {
    let traces = sweeps.len() - tables.len();
    for (index, sweep) in sweeps.iter().enumerate() {
        let (name, table) = (&sweep.name, index.checked_sub(traces));
        let message = if sweeps[..index].iter().any(|earlier| earlier.name == *name) {
            format!("two sweeps have the name `{name}`")
        } else if table.is_some() && name == STIMULUS {
            format!("the name `{name}` belongs to the current of the recording")
        } else if name.is_empty() || name.contains(['/', ',', '"', '\n']) {
            format!("a sweep cannot have the name \"{name}\"")
        } else {
            continue;
        };
        let help = "give each sweep a name of its own, of letters, numbers, blanks or _";
        let place = match table {
            Some(table) => tables[table].span("name"),
            None => root.table("recording", "what was measured").place(),
        };
        root.mistake(&place, message, Some(help.to_owned()));
    }
}

fn is_simulated(section: &Section<'_>) -> bool {
    text_is(section, "kind", "simulated")
}

/// A sweep whose trace the model makes from known parameters.
fn simulated_sweep(section: &Section<'_>, stimulus: &Section<'_>) -> Option<ExperimentSweep> {
    section.key("kind", "where the traces come from").text();
    let (interval_ms, samples) = read_grid(section);
    let stimulus = written_stimulus(stimulus, interval_ms * samples as f64)?;
    let window_ms = stimulus.span_ms();
    Some(ExperimentSweep {
        name: "sweep_0".to_owned(),
        interval_ms,
        samples,
        stimulus,
        voltage_mv: None,
        simulated: true,
        prefix: Some(STIMULUS.to_owned()),
        window_ms,
    })
}

fn recorded_sweep(sweep: &Sweep, section: &Section<'_>) -> Option<ExperimentSweep> {
    let from_recording = if section.has("kind") || section.has("components") {
        text_is(section, "kind", "recording")
    } else {
        true
    };
    let (stimulus, window_ms, prefix) = if from_recording {
        let (stimulus, window_ms) = recorded_stimulus(sweep, section)?;
        (stimulus, window_ms, None)
    } else {
        let stimulus = written_stimulus(section, sweep.interval_ms * sweep.voltage_mv.len() as f64)?;
        let window_ms = stimulus.span_ms();
        (stimulus, window_ms, Some(STIMULUS.to_owned()))
    };
    Some(ExperimentSweep {
        name: sweep.name.clone(),
        interval_ms: sweep.interval_ms,
        samples: sweep.voltage_mv.len(),
        stimulus,
        voltage_mv: Some(sweep.voltage_mv.clone()),
        simulated: false,
        prefix,
        window_ms,
    })
}

/// The options of `[stimulus]` for a recording that carries its current.
struct RecordedOptions {
    shape: String,
    start: Option<f64>,
    stop: Option<f64>,
}

impl RecordedOptions {
    fn read(section: &Section<'_>) -> Self {
        section.key("kind", "where the current comes from").choice_or(&["recording"], "recording");
        let shape =
            section.key("shape", "whether the recorded current is taken as one ideal step or as it is");
        let shape = shape.choice_or(&["auto", "step", "samples"], "auto");
        let start = section.key("start", "start of the stimulated part, for features");
        let start = start.between(0.0, f64::INFINITY).quantity_maybe(Unit::Millisecond);
        let stop = section.key("stop", "end of the stimulated part, for features");
        Self { shape, start, stop: stop.positive().quantity_maybe(Unit::Millisecond) }
    }
}

/// Reads `[stimulus]` with `kind = "recording"` in a listening section: what the schema tells of it.
pub fn read_recorded_options(stimulus: &Section<'_>) {
    RecordedOptions::read(stimulus);
}

/// Reads `[recording]` with `kind = "simulated"` in a listening section: what the schema tells of it.
pub fn read_simulated_options(recording: &Section<'_>) {
    recording.key("kind", "where the traces come from").text();
    read_grid(recording);
    recording.key("noise_seed", NOISE_SEED).count_maybe();
    recording.table("truth", TRUTH);
}

/// What the options of a simulated recording are for.
pub(super) const NOISE_SEED: &str =
    "adds noise of the likelihood to the simulated features; none if it is not given";
pub(super) const TRUTH: &str = "the parameters that the traces are made from";

/// The current that the recording carries: as the one step that it is, or sample by sample.
fn recorded_stimulus(sweep: &Sweep, section: &Section<'_>) -> Option<(Stimulus, Option<(f64, f64)>)> {
    let RecordedOptions { shape, start, stop } = RecordedOptions::read(section);
    let Some(current) = &sweep.current else {
        let help =
            "describe the current, such as kind = \"step\", amplitude = \"150 pA\", start = .., stop = ..";
        let message = format!("the recording of {} carries no current", title(&sweep.name));
        section.mistake(&section.place(), message, Some(format!("in [stimulus], {help}")));
        return None;
    };
    let step = current.recognise_step(sweep.interval_ms);
    let window = step.as_ref().map(|step| (step.start_ms, step.stop_ms));
    let holding = step.as_ref().map(|step| step.holding);
    let window = match (start, stop, window) {
        (Some(start), Some(stop), _) => Some((start, stop)),
        (start, stop, Some(window)) => Some((start.unwrap_or(window.0), stop.unwrap_or(window.1))),
        (start, stop, None) => {
            let end = current.values.len() as f64 * sweep.interval_ms;
            Some((start.unwrap_or(0.0), stop.unwrap_or(end)))
        }
    };
    if let Some((start, stop)) = window
        && start >= stop
    {
        let message = format!("the stimulated part stops at {stop} ms, before it starts at {start} ms");
        let help = "times are counted from the start of the sweep, as it is cut";
        section.mistake_at(if section.has("stop") { "stop" } else { "start" }, message, Some(help));
        return None;
    }
    let unit = current.unit;
    let stimulus = match (shape.as_str(), step) {
        ("auto" | "step", Some(step)) => Stimulus {
            unit,
            holding: step.holding,
            components: vec![Component {
                amplitude: step.amplitude,
                start_ms: step.start_ms,
                duration_ms: step.stop_ms - step.start_ms,
                waveform: Box::new(Step),
            }],
        },
        ("step", None) => {
            let message = format!("the current of {} is not one step", title(&sweep.name));
            section.mistake_at("shape", message, Some("take shape = \"samples\""));
            return None;
        }
        _ => {
            // The cell rests under the holding current before the sweep.
            let holding = holding.or(current.values.first().copied()).unwrap_or(0.0);
            let above: Vec<f64> = current.values.iter().map(|value| value - holding).collect();
            let waveform = Box::new(Sampled::new(sweep.interval_ms, &above));
            let duration_ms = waveform.duration_ms();
            let component = Component { amplitude: 1.0, start_ms: 0.0, duration_ms, waveform };
            Stimulus { unit, holding, components: vec![component] }
        }
    };
    Some((stimulus, window))
}

/// A sweep of which only numbers are known.
fn numeric_sweep(table: &Section<'_>, index: usize) -> ExperimentSweep {
    let name = table.key("name", "name of the sweep in labels and output").text_maybe();
    let name = name.unwrap_or_else(|| format!("numbers_{index}"));
    let (interval_ms, samples) = read_grid(table);
    let section = table.table("stimulus", "the current of this sweep; none if it is not given");
    let written = table.has("stimulus");
    let duration_ms = interval_ms * samples as f64;
    let stimulus = if written { written_stimulus(&section, duration_ms) } else { None };
    section.finish();
    let stimulus = stimulus.unwrap_or_else(|| Stimulus::silence(Unit::MicroampPerCm2));
    let window_ms = stimulus.span_ms();
    let prefix = written.then(|| name.clone());
    ExperimentSweep {
        name,
        interval_ms,
        samples,
        stimulus,
        voltage_mv: None,
        simulated: false,
        prefix,
        window_ms,
    }
}

/// More samples than this are a mistake in the settings, not a sweep.
const MOST_SAMPLES: f64 = 1e8;

/// Reads `duration` and `interval`: interval in ms and number of samples.
fn read_grid(section: &Section<'_>) -> (f64, usize) {
    let duration = section.key("duration", "length of the sweep").positive().quantity(Unit::Millisecond);
    let interval = section.key("interval", "time between two samples of the simulated voltage").positive();
    let interval = interval.quantity_or(Unit::Millisecond, 0.05);
    let samples = (duration / interval).round() + 1.0;
    if samples > MOST_SAMPLES {
        section.mistake_at(
            "duration",
            "the sweep has more than 10^8 samples",
            Some("take a longer interval"),
        );
        return (interval, 2);
    }
    (interval, (samples as usize).max(2))
}

/// A stimulus written in the settings, for a sweep of `duration_ms`: one component, or several in `components`.
fn written_stimulus(section: &Section<'_>, duration_ms: f64) -> Option<Stimulus> {
    let components = section.key("components", "several components that are added up").tables();
    let unit = components.iter().chain([section]).find_map(unit_of_current);
    let unit = unit.unwrap_or(Unit::MicroampPerCm2);
    let holding = section.key("holding", "the constant current under the stimulus").quantity_or(unit, 0.0);
    let components: Option<Vec<Component>> = if components.is_empty() {
        stimulus::component(section, unit).map(|component| vec![component])
    } else {
        components.iter().map(|section| stimulus::component(section, unit)).collect()
    };
    let stimulus = Stimulus { unit, holding, components: components? };
    if let Some((start, _)) = stimulus.span_ms()
        && start >= duration_ms
        // After a mistake the duration may be a placeholder.
        && !section.has_mistakes()
    {
        let message = format!(
            "the stimulus starts at {start} ms, but the sweep lasts {} ms",
            (duration_ms * 1e6).round() / 1e6
        );
        section.mistake_at(
            "start",
            message,
            Some("times are counted from the start of the sweep, as it is cut"),
        );
        return None;
    }
    Some(stimulus)
}

/// pA or µA/cm², whichever the amplitude or the samples are written in.
fn unit_of_current(section: &Section<'_>) -> Option<Unit> {
    let text = |name| match section.peek(name)?.value {
        Value::Text(ref text) => Some(text.clone()),
        _ => None,
    };
    let written = text("amplitude").or_else(|| text("unit").map(|unit| format!("1 {unit}")))?;
    [Unit::Picoamp, Unit::MicroampPerCm2].into_iter().find(|unit| unit.parse(&written).is_ok())
}

fn text_is(section: &Section<'_>, name: &str, word: &str) -> bool {
    matches!(section.peek(name).map(|node| &node.value), Some(Value::Text(text)) if text == word)
}
