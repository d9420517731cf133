//! An experiment and a model, joined into the two questions that samplers ask.

mod data;
mod experiment;
mod parameters;
mod simulation;
mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::features::{Analyser, Mode};
use crate::likelihood::{self, Likelihood, pointwise};
use crate::model::{MODELS, Membrane};
use crate::numeric::{Failure, Natural, Rows, Streams, Summaries, Unconstrained};
use crate::prior::ParameterSpace;
use crate::settings::{Section, find};
use crate::units::Unit;

pub use data::{Data, Spread, SweepMeasures};
pub use experiment::{Experiment, ExperimentSweep};
pub use parameters::{CELL, Slot, cell, medians};
pub use simulation::{Protocol, Simulation};
pub use target::{LogDensity, LogTerms, Simulator, Target};

use data::DataReader;

/// An experiment, a model of it, and what is believed about the parameters.
#[derive(Debug)]
pub struct Problem {
    /// What was measured.
    pub experiment: Experiment,
    /// From parameters to voltages.
    pub simulation: Simulation,
    /// What is inferred.
    pub space: ParameterSpace,
    /// What is compared.
    pub data: Data,
    likelihood: Box<dyn Likelihood>,
    observed: Vec<Option<f64>>,
    scales: Vec<f64>,
    tally: Tally,
}

/// Counts simulations and what went wrong in them.
#[derive(Debug, Default)]
struct Tally {
    simulations: AtomicU64,
    failures: Mutex<BTreeMap<String, u64>>,
}

impl Problem {
    /// Reads everything but the sampler from a settings file. Files are looked for in the working directory and
    /// beside `base`. `None` after a mistake, which is noted.
    pub fn from_settings(root: &Section<'_>, base: &Path) -> Option<Self> {
        let mut tables = Vec::new();
        let mut experiment = experiment::read(root, base, &mut tables);
        let model = root.table("model", "the membrane and how it is simulated");
        let membrane = read_membrane(&model);
        let protocol = read_protocol(root, &model);
        let mut slots = membrane.as_ref().map_or_else(Vec::new, |m| parameters::read_slots(&model, &**m));
        model.finish();
        let stimulus_slots = add_stimulus_slots(&experiment, &mut slots);
        let mut parameters = parameters::read_priors(root, &mut slots);
        let table = root.table("likelihood", "how recording and simulation are compared");
        let likelihood = likelihood::from_settings(&table);
        let reader = DataReader::read(&table, &mut slots, &mut parameters);
        table.finish();
        let simulation = Simulation { membrane: membrane?, protocol, slots, stimulus_slots };
        check_area(root, &experiment, &simulation);
        if parameters.is_empty() && !root.is_listening() {
            let help = "such as [prior] with g_Na = { kind = \"uniform\", lower = .., upper = .. }";
            root.mistake(&root.place(), "nothing is inferred", Some(help.to_owned()));
        }
        if root.has_mistakes() || root.is_listening() {
            // The tables of observed numbers still have to be looked at, so that their mistakes are told as well.
            let mut analyser = Analyser::new(protocol.mode, protocol.threshold_mv);
            reader.data(&experiment, &tables, &table, &mut analyser, &mut simulation.slots.clone());
            return None;
        }
        let space = ParameterSpace::new(parameters);
        if experiment.simulated {
            simulate_experiment(root, &mut experiment, &simulation, &space)?;
        }
        let mut analyser = Analyser::new(protocol.mode, protocol.threshold_mv);
        let mut simulation = simulation;
        let data = reader.data(&experiment, &tables, &table, &mut analyser, &mut simulation.slots);
        let mut problem = Self {
            observed: data.data.iter().map(|datum| datum.observed).collect(),
            scales: Vec::new(),
            experiment,
            simulation,
            space,
            data,
            likelihood: likelihood?,
            tally: Tally::default(),
        };
        problem.scales = problem.sds(medians(&problem.space, &[]).row(0)).collect();
        problem.add_observation_noise(root);
        (!root.has_mistakes()).then_some(problem)
    }

    /// Features of every parameter set, without observation noise; shape `[rows, data]`.
    pub fn features(&self, sets: &Rows<Natural>, streams: Streams, call: u64) -> Summaries {
        let summaries =
            self.simulation.features(&self.experiment.sweeps, &self.data.sweeps, sets, streams, call);
        self.count(&summaries);
        summaries
    }

    /// Simulations so far.
    pub fn simulations(&self) -> u64 {
        self.tally.simulations.load(Ordering::Relaxed)
    }

    /// How many simulations failed or lacked a feature, by reason.
    pub fn failures(&self) -> BTreeMap<String, u64> {
        self.tally.failures.lock().map(|failures| failures.clone()).unwrap_or_default()
    }

    /// The standard deviation of each datum for one parameter set, in the units of the features.
    pub fn sds<'a>(&'a self, set: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.data.spreads.iter().map(|spread| self.simulation.slots[spread.slot].of(set) + spread.extra)
    }

    /// A draw of every feature as it might be observed again: the simulated value plus noise of the likelihood.
    pub fn replicate(
        &self,
        simulated: &[Option<f64>],
        set: &[f64],
        streams: Streams,
        call: u64,
        row: u64,
    ) -> Vec<Option<f64>> {
        let mut generator = streams.stage("observation noise").generator(call, row);
        let noisy = |(value, sd): (&Option<f64>, f64)| {
            let residual = self.likelihood.draw(&mut generator);
            value.map(|value| value + sd * residual)
        };
        simulated.iter().zip(self.sds(set)).map(noisy).collect()
    }

    /// The log likelihood of one simulation.
    fn log_likelihood(&self, set: &[f64], simulated: &[Option<f64>]) -> f64 {
        let sds: Vec<f64> = self.sds(set).collect();
        pointwise(&*self.likelihood, &self.data.data, simulated, &sds).sum()
    }

    fn count(&self, summaries: &Summaries) {
        self.tally.simulations.fetch_add(summaries.len() as u64, Ordering::Relaxed);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in 0..summaries.len() {
            if let Some(failure) = summaries.failure(row) {
                *counts.entry(failure.reason().to_owned()).or_default() += 1;
                continue;
            }
            for (simulated, datum) in summaries.row(row).iter().zip(&self.data.data) {
                let reason = match (simulated, datum.observed) {
                    (None, Some(_)) => format!("no {}", datum.label),
                    (Some(_), None) => format!("{}, which the recording has not", datum.label),
                    _ => continue,
                };
                *counts.entry(reason).or_default() += 1;
            }
        }
        if !counts.is_empty()
            && let Ok(mut failures) = self.tally.failures.lock()
        {
            for (reason, count) in counts {
                *failures.entry(reason).or_default() += count;
            }
        }
    }

    /// With `noise_seed`, simulated data differ from the truth as the likelihood says.
    fn add_observation_noise(&mut self, root: &Section<'_>) {
        if !self.experiment.simulated {
            return;
        }
        let table = root.table("recording", "what was measured");
        let Some(seed) = table.key("noise_seed", NOISE_SEED).count_maybe() else { return };
        let set = medians(&self.space, &[]);
        let streams = Streams::new(seed as u64);
        self.observed = self.replicate(&self.observed, set.row(0), streams, 0, 0);
        for (datum, observed) in self.data.data.iter_mut().zip(&self.observed) {
            datum.observed = *observed;
        }
    }
}

const NOISE_SEED: &str = "adds noise of the likelihood to the simulated features; none if it is not given";

impl Target for Problem {
    fn dimension(&self) -> usize {
        self.space.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.space.draw(count, streams)
    }
}

impl LogDensity for Problem {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let sets = self.space.to_natural(points);
        let summaries = self.features(&sets, Streams::new(0), 0);
        let priors = self.space.log_density(points);
        let terms = |(row, prior): (usize, f64)| {
            let possible = summaries.failure(row).is_none() && self.simulation.is_physical(sets.row(row));
            let likelihood = if possible {
                self.log_likelihood(sets.row(row), summaries.row(row))
            } else {
                f64::NEG_INFINITY
            };
            LogTerms { prior, likelihood }
        };
        priors.into_iter().enumerate().map(terms).collect()
    }
}

impl Simulator for Problem {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        self.space.log_density(points)
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &self.scales
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let sets = self.space.to_natural(points);
        let mut summaries = self.features(&sets, streams, call);
        for row in 0..summaries.len() {
            if !self.simulation.is_physical(sets.row(row)) {
                summaries.fail(row, Failure::NotFinite);
            }
            let noisy = self.replicate(summaries.row(row), sets.row(row), streams, call, row as u64);
            summaries.row_mut(row).copy_from_slice(&noisy);
        }
        summaries
    }
}

fn read_membrane(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    let entry = find(MODELS, model, None)?;
    let scheme = model.key("scheme", "numerical scheme; the default is the fastest").text_maybe();
    match (entry.build)(scheme.as_deref()) {
        Ok(membrane) => Some(membrane),
        Err(known) => {
            let message = format!("{} has no scheme \"{}\"", entry.name, scheme.unwrap_or_default());
            model.mistake_at("scheme", message, Some(&format!("known: {}", known.join(", "))));
            None
        }
    }
}

/// Time step whose error is small beside that of any recording; see `docs/ARCHITECTURE.md`.
const DEFAULT_DT_MS: f64 = 0.025;

fn read_protocol(root: &Section<'_>, model: &Section<'_>) -> Protocol {
    let dt = model.key("dt", "longest time step").between(1e-5, 1.0);
    let dt_ms = dt.quantity_or(Unit::Millisecond, DEFAULT_DT_MS);
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
    let threshold = features.key("threshold", "voltage that a spike crosses").between(-200.0, 200.0);
    let threshold_mv = threshold.quantity_or(Unit::Millivolt, -20.0);
    features.finish();
    Protocol { dt_ms, from_rest, settle_ms, mode, threshold_mv }
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

fn check_area(root: &Section<'_>, experiment: &Experiment, simulation: &Simulation) {
    let needs = experiment.sweeps.iter().any(|sweep| sweep.stimulus.unit == Unit::Picoamp);
    let (area, capacitance) = (simulation.cell(cell::AREA), simulation.cell(cell::CAPACITANCE));
    let model = root.table("model", "the membrane");
    if needs && !area.is_given() && !capacitance.is_given() {
        let help = "give `area` or `capacitance` in [model], or a prior of one of them in [prior]";
        let message = "the current is in pA, but the size of the cell is not known";
        root.mistake(&model.place(), message, Some(help.to_owned()));
    }
    if area.is_given() && capacitance.is_given() {
        let message = "`area` and `capacitance` both say how large the cell is";
        root.mistake(&model.place(), message, Some("keep one of them".to_owned()));
    }
}

/// Fills in the traces of an experiment that the model itself makes, from `truth`.
fn simulate_experiment(
    root: &Section<'_>,
    experiment: &mut Experiment,
    simulation: &Simulation,
    space: &ParameterSpace,
) -> Option<()> {
    let table = root.table("recording", "what was measured");
    for name in ["kind", "duration", "interval", "noise_seed"] {
        table.key(name, "read with the experiment").node_maybe();
    }
    let truth = table.table("truth", "the parameters that the traces are made from");
    let given: Vec<(usize, f64)> = space
        .parameters()
        .iter()
        .enumerate()
        .map(|(column, parameter)| {
            let key = truth.key(&parameter.name, "the true value");
            (column, key.quantity(parameter.unit))
        })
        .collect();
    truth.finish();
    table.finish();
    if root.has_mistakes() {
        return None;
    }
    let sets = medians(space, &given);
    for (index, sweep) in experiment
        .sweeps
        .iter_mut()
        .enumerate()
        .filter(|(_, sweep)| sweep.prefix.as_deref() == Some("stimulus"))
    {
        match simulation.traces(index, sweep, &sets, Streams::new(0)).swap_remove(0) {
            Ok(trace) => sweep.voltage_mv = Some(trace),
            Err(failure) => {
                let message = format!("the true parameters cannot be simulated: {}", failure.reason());
                table.mistake_at("truth", message, None);
                return None;
            }
        }
    }
    experiment.notes.push("the traces are simulated from known parameters".to_owned());
    Some(())
}
