//! One run of a calibration: from parameters to a recording, and back.

use ndarray::Array2;

use crate::diagnostics::{judge_chains, judge_particles, summarise_chains};
use crate::draws::{Draws, Sampled};
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::{LogDensity, Simulator, Target};
use crate::run::check::Plan;
use crate::run::progress::is_interrupted;
use crate::samplers::{Control, Method, Monitor, Progress};
use crate::units::Unit;

/// Draws from the prior that tell how wide it is.
const PRIOR_DRAWS: usize = 2000;

/// What one run found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trial {
    /// How it ended.
    pub outcome: Outcome,
    /// Rank of the truth among the draws, for each parameter; empty if there are no draws.
    pub ranks: Vec<usize>,
    /// How many draws are nearer to a random point than the truth.
    pub nearer: usize,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Converged,
    NotConverged,
    /// The sampler found no parameter set that is possible at all.
    NoDraws,
}

impl Outcome {
    pub(super) const ALL: [Outcome; 3] = [Outcome::Converged, Outcome::NotConverged, Outcome::NoDraws];

    /// The word in the table of runs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Outcome::Converged => "converged",
            Outcome::NotConverged => "not converged",
            Outcome::NoDraws => "no draws",
        }
    }
}

/// Makes the runs.
pub(super) struct Trials<'a> {
    plan: &'a Plan,
    streams: Streams,
    ranked: usize,
    /// Standard deviation of each parameter under the prior, on the real line.
    widths: Vec<f64>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(plan: &'a Plan, ranked: usize) -> Self {
        let streams = Streams::new(plan.seed).stage("calibrate");
        let prior = plan.problem.draw_prior(PRIOR_DRAWS, streams.stage("widths"));
        Self { plan, streams, ranked, widths: widths(&prior) }
    }

    /// Run number `index`; `None` if the user has ended it.
    pub(super) fn run(&self, index: u64) -> Option<Trial> {
        let nothing = Trial { outcome: Outcome::NoDraws, ranks: Vec::new(), nearer: 0 };
        let Some(replica) = self.plan.problem.replica(self.streams, index) else { return Some(nothing) };
        let streams = self.streams.stage(&format!("run {index}"));
        let mut monitor = UntilInterrupted;
        let sampled = match &self.plan.method {
            Method::LikelihoodBased(sampler) => {
                sampler.run(&replica as &dyn LogDensity, streams, &mut monitor)
            }
            Method::SimulationBased(sampler) => {
                sampler.run(&replica as &dyn Simulator, streams, &mut monitor)
            }
        };
        if is_interrupted() {
            return None;
        }
        let Ok(sampled) = sampled else { return Some(nothing) };
        let draws = self.thinned(&sampled.draws, streams);
        let truth = replica.truth();
        let below =
            |parameter: usize| draws.column(parameter).iter().filter(|x| **x < truth[parameter]).count();
        let reference = replica.draw_prior(1, streams.stage("reference point"));
        let distance = |point: &[f64]| -> f64 {
            let differences = point.iter().zip(reference.row(0)).zip(&self.widths);
            differences.map(|((a, b), width)| ((a - b) / width).powi(2)).sum()
        };
        let farthest = distance(truth);
        let nearer = draws.rows().into_iter().filter(|row| distance(&row.to_vec()) < farthest).count();
        let outcome = if self.is_converged(&sampled) { Outcome::Converged } else { Outcome::NotConverged };
        Some(Trial { outcome, ranks: (0..truth.len()).map(below).collect(), nearer })
    }

    /// Draws that stand for all, evenly over chains and time, or over the weights.
    fn thinned(&self, draws: &Draws, streams: Streams) -> Array2<f64> {
        match draws {
            Draws::Chains(chains) => {
                let (count, length, dimension) = chains.points.dim();
                Array2::from_shape_fn((self.ranked, dimension), |(draw, parameter)| {
                    let place = (2 * draw + 1) * count * length / (2 * self.ranked);
                    chains.points[[place % count, place / count, parameter]]
                })
            }
            Draws::Particles(particles) => {
                let rows = resampled(&particles.weights, self.ranked, streams.stage("resample"));
                let dimension = particles.points.columns();
                Array2::from_shape_fn((self.ranked, dimension), |(draw, parameter)| {
                    particles.points.row(rows[draw])[parameter]
                })
            }
        }
    }

    fn is_converged(&self, sampled: &Sampled) -> bool {
        let verdict = match &sampled.draws {
            Draws::Chains(chains) => {
                let parameters = self.plan.problem.space.parameters();
                let names: Vec<(&str, Unit)> =
                    parameters.iter().map(|parameter| (&*parameter.name, parameter.unit)).collect();
                judge_chains(chains, &summarise_chains(chains.points.view(), &names), false)
            }
            Draws::Particles(particles) => judge_particles(particles, self.plan.epsilon_goal, false),
        };
        verdict.with_account(&sampled.account).is_converged()
    }
}

/// Standard deviation of each column.
fn widths(rows: &Rows<Unconstrained>) -> Vec<f64> {
    let count = rows.len() as f64;
    let of = |column: usize| {
        let values = rows.iter().map(|row| row[column]);
        let mean = values.clone().sum::<f64>() / count;
        (values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
    };
    (0..rows.columns()).map(of).collect()
}

/// Rows in proportion to their weights, with one random number each.
fn resampled(weights: &[f64], count: usize, streams: Streams) -> Vec<usize> {
    use rand::RngExt;
    let mut sum = 0.0;
    let cumulative: Vec<f64> = weights
        .iter()
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect();
    let mut generator = streams.generator(0, 0);
    let mut draw = || cumulative.partition_point(|share| *share <= generator.random::<f64>() * sum);
    (0..count).map(|_| draw().min(weights.len() - 1)).collect()
}

/// Ends a sampler when the user has asked for it.
struct UntilInterrupted;

impl Monitor for UntilInterrupted {
    fn report(&mut self, _: &Progress<'_>) -> Control {
        if is_interrupted() { Control::Stop } else { Control::Continue }
    }
}
