//! `hhbayes simulate --accuracy`: what the time step costs on the user's own problem.
//!
//! Every sweep is simulated with the steps of the settings, with halves, and with quarters. The last two give the
//! limit of ever shorter steps by Richardson's extrapolation, because the leapfrog is of second order.

use std::path::Path;

use super::RunError;
use super::simulate::{cannot_simulate, chosen_set};
use super::threads::on_threads;
use crate::features::{Measure, Mode};
use crate::numeric::{Natural, Rows, Streams, Summaries};
use crate::problem::{
    Data, Experiment, ExperimentSweep, Problem, Setup, Simulation, SweepMeasures, TOLERABLE_SDS,
    round_to_digits,
};
use crate::settings::Settings;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct AccuracyOptions {
    /// `name=value`, as for one simulation.
    pub set: Vec<String>,
    /// Names the draws from the prior.
    pub seed: u64,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
}

/// Draws from the prior that are looked at beside the chosen parameter set.
const DRAWS: usize = 64;

/// The share of the draws that the errors are bounds of.
const SHARE: f64 = 0.95;

/// An error of the time of the last spike that no recording shows.
const TOLERABLE_MS: f64 = 0.01;

/// The shortest step that is tried is that of the settings divided by this.
const MOST_PARTS: usize = 32;

/// What is measured of every sweep, whatever the settings compare.
const PROBES: [&str; 3] = ["Spikecount", "peak_time[-1]", "max(peak_voltage)"];

/// A problem, as far as its accuracy goes.
struct Question {
    experiment: Experiment,
    simulation: Simulation,
    /// What the settings compare, if they have a likelihood.
    data: Option<Data>,
    /// The chosen parameter set, then draws from the prior.
    sets: Rows<Natural>,
}

/// The errors of one sweep of one parameter set.
#[derive(Clone, Copy)]
struct Errors {
    /// Number of spikes with the time step, and with the shortest.
    spikes: (f64, f64),
    /// Error of the last spike in ms, infinite if the number of spikes differs; 0 without spikes.
    last_spike_ms: f64,
    /// Error of the highest peak in mV, likewise.
    peak_mv: f64,
    /// The feature with the largest error in units of its standard deviation.
    feature: Option<(usize, f64)>,
}

/// Compares the time step of a settings file with shorter ones. Returns a table with a verdict, and notes for the
/// error stream.
///
/// # Errors
/// All mistakes of the settings; an unknown name; a parameter set that cannot be simulated.
pub fn accuracy(path: &Path, options: &AccuracyOptions) -> Result<(String, String), RunError> {
    let (question, notes) = read(path, options)?;
    let text = on_threads(options.threads, || report(&question))??;
    Ok((text, notes))
}

fn read(path: &Path, options: &AccuracyOptions) -> Result<(Question, String), RunError> {
    let settings = Settings::read(path)?;
    let (root, base) = (settings.root(), path.parent().unwrap_or(Path::new(".")));
    let found = if root.has("likelihood") {
        Problem::from_settings(&root, base).map(|problem| {
            let Problem { experiment, simulation, space, data, truth, .. } = problem;
            (Setup { experiment, simulation, space: Some(space), truth }, Some(data))
        })
    } else {
        Setup::from_settings(&root, base).map(|setup| (setup, None))
    };
    settings.finish()?;
    let Some((mut setup, data)) = found else {
        return Err(RunError::Usage(format!("{} cannot be simulated", path.display())));
    };
    let (mut sets, mut notes) = chosen_set(&mut setup, &options.set)?;
    if let Some(space) = &setup.space {
        let draws = space.to_natural(&space.draw(DRAWS, Streams::new(options.seed).stage("prior")));
        draws.iter().for_each(|draw| sets.push(draw));
    }
    let Setup { experiment, mut simulation, .. } = setup;
    if simulation.is_stochastic() {
        let noise = if simulation.channel_noise.is_empty() { "current_noise = 0" } else { "no noise" };
        simulation = simulation.without_noise();
        notes += &format!("{noise} here: with noise two simulations differ whatever the time step\n");
    }
    Ok((Question { experiment, simulation, data, sets }, notes))
}

/// The tables and what follows from them.
fn report(question: &Question) -> Result<String, RunError> {
    let Question { experiment, simulation, .. } = question;
    let sweeps = &experiment.sweeps;
    let errors = question.errors(1);
    for (index, sweep) in sweeps.iter().enumerate().filter(|(index, _)| errors[*index][0].is_none()) {
        let chosen = Rows::from_values(question.sets.row(0).to_vec(), question.sets.columns());
        let trace = simulation.traces(sweeps, index, &chosen, Streams::new(0)).swap_remove(0);
        trace.map_err(|failure| cannot_simulate(&sweep.name, failure))?;
    }
    let dt_ms = longest_dt_ms(simulation, sweeps);
    let mut text =
        format!("errors of dt = {} ms, against the limit of short steps\n\n", round_to_digits(dt_ms));
    text += &question.chosen_table(&errors);
    if question.sets.len() > 1 {
        text += &question.draws_table(&errors);
    }
    text += &conclusion(question, &errors, dt_ms);
    Ok(text)
}

/// Whether the time step is fine, or which one to take.
fn conclusion(question: &Question, errors: &[Vec<Option<Errors>>], dt_ms: f64) -> String {
    let last = if question.data.is_some() {
        format!("no feature is off by more than {TOLERABLE_SDS} of its standard deviation")
    } else {
        format!("the last one is off by less than {TOLERABLE_MS} ms")
    };
    let draws = if question.sets.len() > 1 { ", in 95 % of the draws too" } else { "" };
    let bound = format!("the number of spikes stays, and {last}{draws}");
    if is_fine(errors) {
        return format!("dt = {} ms is fine: {bound}.\n", round_to_digits(dt_ms));
    }
    let shortest_ms = shortest_dt_ms(&question.simulation, &question.experiment.sweeps);
    if let Some(parts) = question.parts_that_are_fine() {
        let dt_ms = round_to_digits(shortest_ms / parts as f64);
        return format!("take dt = \"{dt_ms} ms\" in [model]: then {bound}.\n");
    }
    format!(
        "not even dt = {} ms is enough: your set, or more than 5 % of the draws, is on the edge of another number of\n\
         spikes or of another feature; look at the prior, and at the errors above.\n",
        round_to_digits(shortest_ms / MOST_PARTS as f64)
    )
}

fn longest_dt_ms(simulation: &Simulation, sweeps: &[ExperimentSweep]) -> f64 {
    sweeps.iter().map(|sweep| simulation.grid(sweep).dt_ms).fold(0.0, f64::max)
}

/// A step that no sweep goes beyond.
fn shortest_dt_ms(simulation: &Simulation, sweeps: &[ExperimentSweep]) -> f64 {
    sweeps.iter().map(|sweep| simulation.grid(sweep).dt_ms).fold(f64::INFINITY, f64::min)
}

impl Question {
    /// The errors of the settings' time step divided into `parts`; `[sweep][set]`, `None` where a simulation fails.
    fn errors(&self, parts: usize) -> Vec<Vec<Option<Errors>>> {
        let (probes, measures) = self.probes();
        let sweeps = &self.experiment.sweeps;
        let three = |mode: Option<Mode>, measures: &[SweepMeasures]| -> [Summaries; 3] {
            [1, 2, 4].map(|finer| {
                let mut simulation = self.simulation.refined(parts * finer);
                simulation.protocol.mode = mode.unwrap_or(simulation.protocol.mode);
                simulation.features(sweeps, measures, &self.sets, Streams::new(0), 0)
            })
        };
        let probed = three(Some(Mode::Precise), &measures);
        let compared = self.data.as_ref().map(|data| three(None, &data.sweeps));
        let of = |sweep: usize, row: usize| {
            if probed.iter().any(|summaries| summaries.failure(row).is_some()) {
                return None;
            }
            let at = |probe: usize| {
                let place = sweep * probes + probe;
                [0, 1, 2].map(|step: usize| probed[step].row(row)[place])
            };
            let [coarse, half, quarter] = at(0).map(|count| count.unwrap_or(0.0));
            let same = coarse.to_bits() == half.to_bits() && coarse.to_bits() == quarter.to_bits();
            let error = |[coarse, half, quarter]: [Option<f64>; 3]| match (coarse, limit(half, quarter)) {
                _ if !same => f64::INFINITY,
                (Some(coarse), Some(limit)) => (coarse - limit).abs(),
                _ => 0.0,
            };
            let feature = self.data.as_ref().zip(compared.as_ref());
            let feature = feature.and_then(|(data, compared)| self.worst_feature(data, compared, sweep, row));
            Some(Errors {
                spikes: (coarse, quarter),
                last_spike_ms: error(at(1)),
                peak_mv: error(at(2)),
                feature,
            })
        };
        (0..sweeps.len()).map(|sweep| (0..self.sets.len()).map(|row| of(sweep, row)).collect()).collect()
    }

    /// What is measured of every sweep, and how many measures that are.
    fn probes(&self) -> (usize, Vec<SweepMeasures>) {
        let measures = PROBES.map(|name| Measure::parse(name).expect("a measure of the catalogue")).to_vec();
        let sweeps = 0..self.experiment.sweeps.len();
        let own = |sweep| SweepMeasures { measures: measures.clone(), first: sweep * PROBES.len() };
        (PROBES.len(), sweeps.map(own).collect())
    }

    fn worst_feature(
        &self,
        data: &Data,
        steps: &[Summaries; 3],
        sweep: usize,
        row: usize,
    ) -> Option<(usize, f64)> {
        let sds = data.sds(&self.simulation, self.sets.row(row));
        let own = &data.sweeps[sweep];
        let error = |datum: usize| {
            let [coarse, half, quarter] = [0, 1, 2].map(|step: usize| steps[step].row(row)[datum]);
            let limit = if data.measures[datum].unit() == crate::units::Unit::One {
                // A count does not converge smoothly.
                quarter
            } else {
                limit(half, quarter).or(quarter)
            };
            (datum, data.distance(datum, coarse, limit, sds[datum]))
        };
        (own.first..own.first + own.measures.len()).map(error).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Into how many parts the time step must be divided.
    fn parts_that_are_fine(&self) -> Option<usize> {
        std::iter::successors(Some(2), |parts| Some(2 * parts))
            .take_while(|parts| *parts <= MOST_PARTS)
            .find(|&parts| is_fine(&self.errors(parts)))
    }

    fn chosen_table(&self, errors: &[Vec<Option<Errors>>]) -> String {
        let mut rows = vec![
            ["sweep", "spikes", "in the limit", "last spike", "peak", "worst feature"].map(str::to_owned),
        ];
        for (sweep, errors) in self.experiment.sweeps.iter().zip(errors) {
            let Some(Errors { spikes, last_spike_ms, peak_mv, feature }) = errors[0] else { continue };
            let feature = feature.zip(self.data.as_ref()).map_or("-".to_owned(), |((datum, sds), data)| {
                format!("{} sd ({})", short(sds), data.measures[datum].name())
            });
            let silent = spikes.1 < 0.5;
            let or_none = |value: String| if silent { "-".to_owned() } else { value };
            rows.push([
                sweep.title(),
                spikes.0.to_string(),
                spikes.1.to_string(),
                or_none(format!("{} ms", short(last_spike_ms))),
                or_none(format!("{} mV", short(peak_mv))),
                feature,
            ]);
        }
        format!("your parameter set:\n{}\n", aligned(&rows))
    }

    fn draws_table(&self, errors: &[Vec<Option<Errors>>]) -> String {
        let mut rows = vec![
            ["sweep", "other number of spikes", "last spike", "peak", "worst feature"].map(str::to_owned),
        ];
        let mut failed = 0;
        for (sweep, errors) in self.experiment.sweeps.iter().zip(errors) {
            let known: Vec<Errors> = errors[1..].iter().flatten().copied().collect();
            failed = errors.len() - 1 - known.len();
            let other = known.iter().filter(|errors| errors.last_spike_ms.is_infinite()).count();
            let bound = |of: &dyn Fn(&Errors) -> f64| bound(known.iter().map(of).collect());
            let feature = match self.data {
                Some(_) => {
                    format!("{} sd", short(bound(&|errors| errors.feature.map_or(0.0, |(_, sds)| sds))))
                }
                None => "-".to_owned(),
            };
            rows.push([
                sweep.title(),
                format!("{other} of {}", known.len()),
                format!("{} ms", short(bound(&|errors| errors.last_spike_ms))),
                format!("{} mV", short(bound(&|errors| errors.peak_mv))),
                feature,
            ]);
        }
        let failed = if failed == 0 { String::new() } else { format!(" ({failed} fail)") };
        let draws = self.sets.len() - 1;
        format!("{draws} draws from the prior{failed}; 95 % of them have errors below:\n{}\n", aligned(&rows))
    }
}

/// Whether the chosen set and nearly all draws are accurate enough.
fn is_fine(errors: &[Vec<Option<Errors>>]) -> bool {
    errors.iter().all(|sweep| {
        let size = |errors: &Errors| match errors.feature {
            Some((_, sds)) => sds / TOLERABLE_SDS,
            None => errors.last_spike_ms / TOLERABLE_MS,
        };
        let known: Vec<f64> = sweep[1..].iter().flatten().map(size).collect();
        sweep[0].is_some_and(|errors| errors.last_spike_ms.is_finite() && size(&errors) <= 1.0)
            && bound(known) <= 1.0
    })
}

/// What a share of the values stays below; 0 of nothing.
fn bound(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (SHARE * values.len() as f64).ceil() as usize;
    place.checked_sub(1).map_or(0.0, |place| values[place])
}

/// The limit of ever shorter steps of a scheme of second order.
fn limit(half: Option<f64>, quarter: Option<f64>) -> Option<f64> {
    Some(quarter? + (quarter? - half?) / 3.0)
}

/// Two digits of an error.
fn short(error: f64) -> String {
    if error.is_infinite() {
        return "-".to_owned();
    }
    let decimals = if error > 0.0 { (1.0 - error.log10().floor()).clamp(0.0, 6.0) } else { 0.0 };
    format!("{error:.*}", decimals as usize)
}

/// Columns side by side.
fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
