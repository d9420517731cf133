//! Where the proposals of a generation come from: each model in turn, and in it the prior or the kernel of its particles.

use rand::RngExt;
use rayon::prelude::*;

use super::kernel::{Kernel, Shape, choose, running_sums};
use super::population::Population;
use super::prior_batch;
use crate::numeric::{ROWS_PER_THREAD, Rows, Streams, Unconstrained};
use crate::problem::Simulator;

/// A model that could have made the observation, and its probability beforehand.
#[derive(Clone, Copy)]
pub(super) struct Model<'a> {
    pub(super) oracle: &'a dyn Simulator,
    pub(super) prior: f64,
}

/// Probability that a proposal stays with the model of its parent; else it is of any of the others, so that a model whose
/// particles have died out comes back if it deserves to.
const STAY: f64 = 0.7;
/// Particles, per parameter and in all, that a kernel needs; a model with fewer is proposed from its prior.
const LEAST_PER_PARAMETER: usize = 5;
const LEAST: usize = 10;

enum Source {
    Prior,
    Kernel(Box<Kernel>),
}

/// The shares of the models among the proposals, and where those of each come from.
pub(super) struct Mixture {
    shares: Vec<f64>,
    sources: Vec<Source>,
}

/// Proposals in the order of their index; those of one model are rows of one table.
pub(super) struct Batch {
    pub(super) models: Vec<usize>,
    pub(super) points: Vec<Rows<Unconstrained>>,
}

/// The random numbers of a model; those of a single one have no name of their own.
pub(super) fn streams_of(streams: Streams, model: usize) -> Streams {
    if model == 0 { streams } else { streams.stage(&format!("model {model}")) }
}

impl Mixture {
    pub(super) fn of_priors(models: &[Model<'_>]) -> Self {
        let shares = models.iter().map(|model| model.prior).collect();
        Self { shares, sources: models.iter().map(|_| Source::Prior).collect() }
    }

    pub(super) fn around(population: &Population, models: &[Model<'_>], shape: Shape) -> Self {
        let shares = population.shares(models.len());
        let others = (models.len() - 1).max(1) as f64;
        let jump = |share: f64| STAY * share + (1.0 - STAY) * (1.0 - share) / others;
        let source = |(index, model): (usize, &Model<'_>)| {
            let dimension = model.oracle.dimension();
            let (particles, _) = population.particles(index, dimension);
            let count = particles.weights.len();
            if models.len() > 1 && count < LEAST + LEAST_PER_PARAMETER * dimension {
                return Source::Prior;
            }
            Source::Kernel(Box::new(Kernel::fitted(shape, particles.points, particles.weights)))
        };
        let sources = models.iter().enumerate().map(source).collect();
        let shares = if models.len() == 1 { shares } else { shares.into_iter().map(jump).collect() };
        Self { shares, sources }
    }

    /// Some proposals; proposal `i` of a generation takes its random numbers from row `i`, and a batch of prior draws
    /// from the number of the call.
    pub(super) fn propose(
        &self,
        models: &[Model<'_>],
        streams: Streams,
        (generation, call, first): (u64, u64, usize),
        count: usize,
    ) -> Batch {
        let sums = running_sums(&self.shares);
        let model = |index: usize| match models {
            [_] => 0,
            _ => choose(&sums, streams.stage("model").generator(generation, index as u64).random()),
        };
        let chosen: Vec<usize> = (first..first + count).map(model).collect();
        let points = |(model, source): (usize, &Source)| {
            let (own, streams) = (models[model].oracle, streams_of(streams, model));
            let indices: Vec<usize> =
                (0..count).filter(|&index| chosen[index] == model).map(|index| first + index).collect();
            match source {
                Source::Prior if indices.is_empty() => Rows::zeros(0, own.dimension()),
                Source::Prior => prior_batch(own, indices.len(), streams, call),
                Source::Kernel(kernel) => {
                    let streams = streams.stage("propose");
                    let row = |&index: &usize| {
                        let mut point = vec![0.0; own.dimension()];
                        kernel.propose(&mut point, &mut streams.generator(generation, index as u64));
                        point
                    };
                    let rows = indices.par_iter().with_min_len(ROWS_PER_THREAD).map(row);
                    Rows::from_values(rows.collect::<Vec<_>>().concat(), own.dimension())
                }
            }
        };
        let points = self.sources.iter().enumerate().map(points).collect();
        Batch { models: chosen, points }
    }

    /// Log density of each point of a model of having been proposed.
    pub(super) fn log_density(
        &self,
        models: &[Model<'_>],
        model: usize,
        points: &Rows<Unconstrained>,
    ) -> Vec<f64> {
        let within = match &self.sources[model] {
            Source::Prior => models[model].oracle.log_prior(points),
            Source::Kernel(kernel) => kernel.log_density(points),
        };
        let log_share = self.shares[model].ln();
        within.into_iter().map(|log_density| log_share + log_density).collect()
    }
}
