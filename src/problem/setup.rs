//! An experiment and a membrane with all its numbers: what can be simulated, before anything is compared.

use std::collections::BTreeMap;
use std::path::Path;

use super::channel_noise::{self, NoisyConductance};
use super::experiment::{self, Experiment, NOISE_SEED, TRUTH};
use super::parameters::{self, CELL, Slot, cell, medians};
use super::simulation::{Protocol, Simulation};
use super::traces::TraceSettings;
use crate::features::{Mode, SETTINGS, Settings};
use crate::model::{CAUTIOUS_DT_MS, MODELS, Membrane};
use crate::numeric::{Natural, Rows, Streams};
use crate::prior::{Parameter, ParameterSpace};
use crate::settings::{Section, find};
use crate::units::Unit;

/// What `hhbayes simulate` needs of a settings file.
#[derive(Debug)]
pub struct Setup {
    /// The sweeps.
    pub experiment: Experiment,
    /// From parameters to voltages.
    pub simulation: Simulation,
    /// What is inferred; `None` if everything is fixed.
    pub space: Option<ParameterSpace>,
    /// The true value of some parameters, by column, if the recording is simulated.
    pub truth: Vec<(usize, f64)>,
}

/// A setup while its settings are read.
pub(super) struct Draft<'a> {
    pub experiment: Experiment,
    /// The settings of the sweeps without a trace.
    pub tables: Vec<Section<'a>>,
    pub protocol: Protocol,
    pub slots: Vec<Slot>,
    pub parameters: Vec<Parameter>,
    /// What is compared beside features.
    pub traces: TraceSettings,
    membrane: Option<Box<dyn Membrane>>,
    stimulus_slots: Vec<Option<usize>>,
    channel_noise: Vec<NoisyConductance>,
}

impl<'a> Draft<'a> {
    pub(super) fn read(root: &Section<'a>, base: &Path) -> Self {
        let mut tables = Vec::new();
        let experiment = experiment::read(root, base, &mut tables);
        let model = root.table("model", "the membrane and how it is simulated");
        let membrane = read_membrane(&model);
        let protocol = read_protocol(root, &model, membrane.as_deref());
        let mut slots = membrane.as_ref().map_or_else(Vec::new, |m| parameters::read_slots(&model, &**m));
        let stimulus_slots = add_stimulus_slots(&experiment, &mut slots);
        let channel_noise = membrane.as_ref().map(|m| channel_noise::read(&model, &**m, &mut slots));
        if let Some(membrane) = &membrane {
            parameters::check_written(&model, &**membrane, &slots[membrane.parameters().len()..]);
            model.finish();
        }
        let traces = TraceSettings::read(root, &mut slots);
        let parameters = if membrane.is_some() {
            let parameters = parameters::read_priors(root, &mut slots);
            check_area(root, &model, &experiment, &slots);
            check_channels(root, &model, &slots);
            parameters
        } else {
            // Without a model no name can be judged.
            root.table("prior", "what is believed about each inferred parameter beforehand").entries();
            Vec::new()
        };
        Self {
            experiment,
            tables,
            protocol,
            slots,
            parameters,
            traces,
            membrane,
            stimulus_slots,
            channel_noise: channel_noise.unwrap_or_default(),
        }
    }

    pub(super) fn finish(self, root: &Section<'_>) -> Option<Setup> {
        let Self { experiment, slots, parameters, .. } = self;
        let simulation = Simulation {
            membrane: self.membrane?.into(),
            protocol: self.protocol,
            slots,
            stimulus_slots: self.stimulus_slots,
            channel_noise: self.channel_noise,
        };
        let space = (!parameters.is_empty()).then(|| ParameterSpace::new(parameters));
        let truth = if experiment.simulated {
            read_truth(root, space.as_ref(), &simulation.slots)
        } else {
            Vec::new()
        };
        (!root.has_mistakes()).then_some(Setup { experiment, simulation, space, truth })
    }
}

impl Setup {
    /// Reads what can be simulated; the rest of the file is left unread. `None` after a mistake, which is noted.
    pub fn from_settings(root: &Section<'_>, base: &Path) -> Option<Self> {
        Draft::read(root, base).finish(root)
    }

    /// A table of one parameter set in which nothing varies.
    pub fn no_parameters() -> Rows<Natural> {
        Rows::from_values(vec![0.0], 1)
    }

    /// Fills in the traces of an experiment that the model itself makes.
    pub(super) fn simulate_recording(&mut self, root: &Section<'_>) -> Option<()> {
        let (Some(space), true) = (&self.space, self.experiment.simulated) else { return Some(()) };
        let sets = medians(space, &self.truth);
        for index in 0..self.experiment.sweeps.len() {
            let sweep = &self.experiment.sweeps[index];
            if !sweep.simulated {
                continue;
            }
            match self
                .simulation
                .traces(&self.experiment.sweeps, index, &sets, Streams::new(0))
                .swap_remove(0)
            {
                Ok(trace) => self.experiment.sweeps[index].voltage_mv = Some(trace),
                Err(failure) => {
                    let table = root.table("recording", "what was measured");
                    let message = format!("the true parameters cannot be simulated: {}", failure.reason());
                    table.mistake_at("truth", message, None);
                    return None;
                }
            }
        }
        self.experiment.notes.push("the traces are simulated from known parameters".to_owned());
        Some(())
    }
}

/// Reads the options of `[model]` for a known membrane, in a listening section: what the schema tells of them.
pub fn read_model_options(model: &Section<'_>, membrane: &dyn Membrane) {
    read_protocol(&Section::listening(), model, Some(membrane));
    let mut slots = parameters::read_slots(model, membrane);
    channel_noise::read(model, membrane, &mut slots);
}

fn read_membrane(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    let entry = find(MODELS, model, None)?;
    (entry.build)(model)
}

fn read_protocol(root: &Section<'_>, model: &Section<'_>, membrane: Option<&dyn Membrane>) -> Protocol {
    let dt = model
        .key("dt", "longest of fixed time steps; a seventh of the longest adaptive one")
        .between(1e-5, 1.0);
    let default_dt_ms = membrane.map_or(CAUTIOUS_DT_MS, Membrane::default_dt_ms);
    let dt_ms = dt.quantity_or(Unit::Millisecond, default_dt_ms);
    let start = model.key("start", "whether a sweep starts at the model's own rest or at initial_voltage");
    let from_rest = start.choice_or(&["rest", "voltage"], "rest") == "rest";
    let settle = model.key("settle", "how long a parameter set without a stable rest runs before the sweep");
    let settle_ms = settle.between(0.0, 1e6).quantity_maybe(Unit::Millisecond);
    if settle_ms.is_some() && !from_rest {
        model.mistake_at(
            "settle",
            "`settle` has no effect with start = \"voltage\"",
            Some("remove one of them"),
        );
    }
    let features = root.table("features", "how spikes are found and measured");
    let mode = features.key("mode", "smooth definitions, or those of eFEL to the digit");
    let mode =
        if mode.choice_or(&["precise", "efel"], "precise") == "efel" { Mode::Efel } else { Mode::Precise };
    let settings = read_feature_settings(&features);
    features.finish();
    Protocol { dt_ms, refinement: 1, from_rest, settle_ms, mode, settings }
}

/// eFEL's settings under eFEL's names; the threshold may also be written small.
fn read_feature_settings(features: &Section<'_>) -> Settings {
    let mut settings = Settings::default();
    for setting in SETTINGS {
        let (lowest, highest) = setting.range;
        let default = setting.of(&settings);
        let name = if setting.name == "Threshold" { "threshold" } else { setting.name };
        let value = if setting.is_whole && highest <= 1.0 {
            f64::from(u8::from(features.key(name, setting.help).flag_or(default > 0.5)))
        } else if setting.is_whole {
            features.key(name, setting.help).between(lowest, highest).count_or(default as usize) as f64
        } else {
            features.key(name, setting.help).between(lowest, highest).quantity_or(setting.unit, default)
        };
        setting.set(&mut settings, value);
    }
    settings
}

/// Adds the numbers of the written stimuli: holding current, then amplitude, start and duration of each component.
/// Sweeps with the same prefix share them.
fn add_stimulus_slots(experiment: &Experiment, slots: &mut Vec<Slot>) -> Vec<Option<usize>> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let sweeps = experiment.sweeps.iter();
    sweeps
        .map(|sweep| {
            let prefix = sweep.prefix.as_ref()?;
            Some(*known.entry(prefix.clone()).or_insert_with(|| {
                let first = slots.len();
                let stimulus = &sweep.stimulus;
                let current = (f64::NEG_INFINITY, f64::INFINITY);
                let mut add = |name: String, unit, value, range| {
                    slots.push(Slot { name, unit, range, value: Some(value), column: None });
                };
                add(format!("{prefix}_holding"), stimulus.unit, stimulus.holding, current);
                for (index, component) in stimulus.components.iter().enumerate() {
                    let prefix = if index == 0 { prefix.clone() } else { format!("{prefix}_{}", index + 1) };
                    let time = (0.0, f64::INFINITY);
                    add(format!("{prefix}_amplitude"), stimulus.unit, component.amplitude, current);
                    add(format!("{prefix}_start"), Unit::Millisecond, component.start_ms, time);
                    add(format!("{prefix}_duration"), Unit::Millisecond, component.duration_ms, time);
                }
                first
            }))
        })
        .collect()
}

fn check_area(root: &Section<'_>, model: &Section<'_>, experiment: &Experiment, slots: &[Slot]) {
    let needs = experiment.sweeps.iter().any(|sweep| sweep.stimulus.unit == Unit::Picoamp);
    let (area, capacitance) = (is_given(root, slots, cell::AREA), is_given(root, slots, cell::CAPACITANCE));
    if needs && !area && !capacitance {
        let help = "give `area` or `capacitance` in [model], or a prior of one of them in [prior]";
        let message = "the current is in pA, but the size of the cell is not known";
        root.mistake(&model.place(), message, Some(help.to_owned()));
    }
    if area && capacitance {
        let message = "`area` and `capacitance` both say how large the cell is";
        root.mistake(&model.place(), message, Some("keep one of them".to_owned()));
    }
}

/// Whether a number of the cell is known or inferred.
fn is_given(root: &Section<'_>, slots: &[Slot], place: usize) -> bool {
    let prior = root.table("prior", "what is believed about each inferred parameter beforehand");
    let name = &*CELL[place].name;
    // A prior with a mistake is one all the same.
    prior.has(name) || slots.iter().any(|slot| slot.name == name && slot.is_given())
}

/// The number of channels follows from the size of the cell.
fn check_channels(root: &Section<'_>, model: &Section<'_>, slots: &[Slot]) {
    let known = is_given(root, slots, cell::AREA) || is_given(root, slots, cell::CAPACITANCE);
    if model.has(channel_noise::TABLE) && !known {
        let help = "give `area` or `capacitance` in [model], or a prior of one of them in [prior]";
        let message = "how many channels there are is not known without the size of the cell";
        let place = model.span(channel_noise::TABLE);
        root.mistake(&place, message, Some(help.to_owned()));
    }
}

/// Reads the true value of every inferred parameter of a simulated recording.
fn read_truth(root: &Section<'_>, space: Option<&ParameterSpace>, slots: &[Slot]) -> Vec<(usize, f64)> {
    let table = root.table("recording", "what was measured");
    for name in ["kind", "duration", "interval"] {
        table.key(name, "read with the experiment").node_maybe();
    }
    table.key("noise_seed", NOISE_SEED).count_maybe();
    let truth = table.table("truth", TRUTH);
    let parameters = space.into_iter().flat_map(|space| space.parameters().iter().enumerate());
    let of = |(column, parameter): (usize, &Parameter)| {
        (column, truth.key(&parameter.name, "the true value").quantity(parameter.unit))
    };
    let values = parameters.map(of).collect();
    for slot in slots.iter().filter(|slot| slot.column.is_none() && truth.has(&slot.name)) {
        truth.key(&slot.name, "a fixed number").node_maybe();
        let message = format!("`{}` is not inferred, so it has no truth", slot.name);
        let help = "fix it in [model], or give it a prior in [prior]";
        truth.mistake(&truth.name_span(&slot.name), message, Some(help.to_owned()));
    }
    truth.finish();
    table.finish();
    values
}
