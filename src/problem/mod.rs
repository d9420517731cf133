//! An experiment and a model, joined into the two questions that samplers ask.

mod channel_noise;
mod data;
mod experiment;
mod observer;
mod obstacles;
mod outcomes;
mod parameters;
mod pointwise;
mod replica;
mod sensitivity;
mod setup;
mod simulation;
mod target;
mod terms;
mod time_step;
mod traces;
mod validation;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::distance::Reach;
use crate::features::Analyser;
use crate::likelihood::{self, Datum, Likelihood, pointwise};
use crate::numeric::{Failure, Natural, ROWS_PER_THREAD, Rows, Streams, Summaries, Unconstrained};
use crate::prior::ParameterSpace;
use crate::settings::Section;
use crate::units::Unit;

pub use channel_noise::NoisyConductance;
pub use data::{Data, Spread, SweepMeasures};
pub use experiment::{Experiment, ExperimentSweep, read_recorded_options, read_simulated_options};
pub use parameters::{CELL, Slot, cell, medians};
pub use pointwise::PointwiseLogLikelihood;
pub use replica::Replica;
pub use sensitivity::Sensitivity;
pub use setup::{Setup, read_model_options};
pub use simulation::{Protocol, Simulation};
pub use target::{LogDensity, LogTerms, Simulator, Target};
pub use terms::Term;
pub use time_step::{TOLERABLE_SDS, TimeStepCheck, round_to_digits};
pub use traces::{Recorded, SpikeTimesTerm, Traces, VoltageTerm, read_trace_options};
pub use validation::{VALIDATION, read_validation_options};

use data::DataReader;
use observer::Observer;
use outcomes::Taken;
use setup::Draft;
use simulation::Batch;
use traces::{Detail, Score};

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
    /// What is compared sample by sample and spike by spike.
    pub traces: Traces,
    /// What `traces` look at in the recording.
    pub recorded: Recorded,
    /// The true value of some parameters, by column, if the recording is simulated.
    pub truth: Vec<(usize, f64)>,
    likelihood: Box<dyn Likelihood>,
    /// Power of the likelihood of the features.
    weight: f64,
    observed: Vec<Option<f64>>,
    scales: Vec<f64>,
    tally: Tally,
    /// The sweeps that are predicted but not fitted.
    pub held_out: Option<Box<Problem>>,
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
        let mut draft = Draft::read(root, base);
        let table = root.table("likelihood", "how recording and simulation are compared");
        let likelihood = likelihood::from_settings(&table);
        let weight = table.key("weight", "power of the likelihood of the features").positive();
        let weight = weight.quantity_or(Unit::One, 1.0);
        let mut reader = DataReader::read(&table, &mut draft.slots, &mut draft.parameters);
        let recorded = draft.experiment.sweeps.len() - draft.tables.len();
        let held_out = validation::read(root, &draft.experiment, recorded);
        // They were read with the numbers that [prior] may name.
        for name in ["trace", "spike_times"] {
            table.table(name, "read with the model");
        }
        table.finish();
        let traces = std::mem::take(&mut draft.traces);
        let prior = root.table("prior", "what is believed about each inferred parameter beforehand");
        if draft.parameters.is_empty() && prior.entries().is_empty() {
            let help = "such as [prior] with g_Na = { kind = \"uniform\", lower = .., upper = .. }";
            root.mistake(&prior.place(), "nothing is inferred", Some(help.to_owned()));
        }
        let protocol = draft.protocol;
        let mut analyser = Analyser::with_settings(protocol.mode, protocol.settings);
        let tables = std::mem::take(&mut draft.tables);
        if root.has_mistakes() || root.is_listening() {
            // The observed numbers still have to be looked at, so that their mistakes are told as well.
            reader.data(&draft.experiment, &tables, &table, &mut analyser, &mut draft.slots);
            traces.terms(root, &draft.experiment, protocol);
            return None;
        }
        let mut setup = draft.finish(root)?;
        setup.simulate_recording(root)?;
        reader.knows(setup.experiment.sweeps.iter());
        let held_out = (!held_out.is_empty()).then(|| setup.hold_out(&held_out));
        let Setup { experiment, mut simulation, space, truth } = setup;
        let data = reader.data(&experiment, &tables, &table, &mut analyser, &mut simulation.slots);
        let (traces, recorded) = traces.terms(root, &experiment, protocol);
        let mut problem = Self {
            observed: data.data.iter().map(|datum| datum.observed).collect(),
            scales: Vec::new(),
            experiment,
            simulation,
            space: space?,
            data,
            traces,
            recorded,
            truth,
            likelihood: likelihood?,
            weight,
            tally: Tally::default(),
            held_out: None,
        };
        if let Some(held_out) = held_out {
            problem = problem.with_held_out(held_out, likelihood::from_settings(&table)?, &reader);
        }
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
        let observer = Observer { problem: self, streams, call, reach: None };
        let mut noisy = Vec::new();
        observer.observe(row, set, 0, simulated.iter().copied(), &mut noisy);
        noisy
    }

    /// One simulation of each row with observation noise; those out of reach are not looked at to the end.
    fn observations(
        &self,
        points: &Rows<Unconstrained>,
        streams: Streams,
        call: u64,
        reach: Option<Reach<'_>>,
    ) -> Summaries {
        let sets = self.space.to_natural(points);
        let batch = Batch { sweeps: &self.experiment.sweeps, sets: &sets, streams, call };
        let observer = Observer { problem: self, streams, call, reach };
        let taken = Taken { measures: &self.data.sweeps, score: None, observer: Some(&observer) };
        let mut summaries = self.simulation.outcomes(batch, &taken).0;
        self.count(&summaries);
        self.fail_impossible(&sets, &mut summaries);
        summaries
    }

    /// Log density of each row, given an observation.
    fn terms_given(
        &self,
        data: &[Datum],
        recorded: &Recorded,
        points: &Rows<Unconstrained>,
    ) -> Vec<LogTerms> {
        let sets = self.space.to_natural(points);
        let score = Score::new(&self.traces, recorded, Detail::Sums);
        let batch = Batch { sweeps: &self.experiment.sweeps, sets: &sets, streams: Streams::new(0), call: 0 };
        let taken = Taken::scored(&self.data.sweeps, &score);
        let (summaries, scores) = self.simulation.outcomes(batch, &taken);
        self.count(&summaries);
        let terms = |row: usize| {
            let prior = self.space.log_density_of(points.row(row));
            let possible = summaries.failure(row).is_none() && self.simulation.is_physical(sets.row(row));
            let likelihood = if possible {
                let of_features = self.log_likelihood(data, sets.row(row), summaries.row(row));
                self.weight * of_features + scores.row(row).iter().sum::<f64>()
            } else {
                f64::NEG_INFINITY
            };
            LogTerms { prior, likelihood }
        };
        (0..points.len()).into_par_iter().with_min_len(ROWS_PER_THREAD).map(terms).collect()
    }

    /// Features without observation noise; parameter sets that are not physical fail.
    fn possible_features(&self, sets: &Rows<Natural>, streams: Streams, call: u64) -> Summaries {
        let mut summaries = self.features(sets, streams, call);
        self.fail_impossible(sets, &mut summaries);
        summaries
    }

    fn fail_impossible(&self, sets: &Rows<Natural>, summaries: &mut Summaries) {
        for row in 0..summaries.len() {
            if !self.simulation.is_physical(sets.row(row)) {
                summaries.fail(row, Failure::NotFinite);
            }
        }
    }

    /// One simulation of each row without observation noise, and the log density of an observation given it.
    fn noiseless_given(
        &self,
        data: &[Datum],
        points: &Rows<Unconstrained>,
        streams: Streams,
        call: u64,
    ) -> (Summaries, Vec<f64>) {
        let sets = self.space.to_natural(points);
        let summaries = self.possible_features(&sets, streams, call);
        let density = |row: usize| match summaries.failure(row) {
            Some(_) => f64::NEG_INFINITY,
            None => self.log_likelihood(data, sets.row(row), summaries.row(row)),
        };
        let densities = (0..summaries.len()).map(density).collect();
        (summaries, densities)
    }

    /// The log likelihood of the features of one simulation, given an observation.
    fn log_likelihood(&self, data: &[Datum], set: &[f64], simulated: &[Option<f64>]) -> f64 {
        let sds: Vec<f64> = self.sds(set).collect();
        pointwise(&*self.likelihood, data, simulated, &sds).sum()
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
        let Some(seed) = table.key("noise_seed", experiment::NOISE_SEED).count_maybe() else { return };
        let set = medians(&self.space, &self.truth);
        let streams = Streams::new(seed as u64);
        self.observed = self.replicate(&self.observed, set.row(0), streams, 0, 0);
        for (datum, observed) in self.data.data.iter_mut().zip(&self.observed) {
            datum.observed = *observed;
        }
        self.recorded = self.noisy(&self.recorded, set.row(0), streams, 0, 0);
        if let Some(term) = &self.traces.voltage {
            for (index, sweep) in self.experiment.sweeps.iter_mut().enumerate() {
                let Some(trace) = &mut sweep.voltage_mv else { continue };
                for (sample, voltage) in term.kept[index].samples().zip(&self.recorded.voltage_mv[index]) {
                    trace[sample] = *voltage;
                }
            }
        }
    }
}

impl Target for Problem {
    fn dimension(&self) -> usize {
        self.space.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.space.draw(count, streams)
    }

    fn parameter_name(&self, index: usize) -> String {
        self.space.parameters()[index].name.clone()
    }
}

impl LogDensity for Problem {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        self.terms_given(&self.data.data, &self.recorded, points)
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

    /// A penalty is a log likelihood, and as many sds as make a normal density as small.
    fn missing_penalty(&self, feature: usize) -> Option<f64> {
        self.data.penalties[feature].map(|nats| (2.0 * nats).sqrt())
    }

    fn feature_name(&self, index: usize) -> String {
        self.data.data[index].label.clone()
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        self.observations(points, streams, call, None)
    }

    fn summaries_within(
        &self,
        points: &Rows<Unconstrained>,
        streams: Streams,
        call: u64,
        reach: Reach<'_>,
    ) -> Summaries {
        self.observations(points, streams, call, Some(reach))
    }

    fn noiseless(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> (Summaries, Vec<f64>) {
        self.noiseless_given(&self.data.data, points, streams, call)
    }

    fn highest_log_density(&self) -> Option<f64> {
        Some(self.log_likelihood(&self.data.data, medians(&self.space, &[]).row(0), &self.observed))
    }
}
