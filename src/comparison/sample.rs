//! The draws of a posterior, with what is needed to know their Monte Carlo errors.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::diagnostics::{effective_sample_size, ess_bulk};
use crate::numeric::systematic;
use crate::posterior::StoredPosterior;

/// Effective draws that a batch holds at least; it is then so much longer than the draws remember that its mean forgets its
/// neighbours.
const EFFECTIVE_PER_BATCH: f64 = 20.0;
/// Fewer batches do not tell their spread.
const FEWEST_BATCHES: usize = 10;
/// More batches do not tell it better by much.
const MOST_BATCHES: usize = 200;

/// Draws of some parameters.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What it is called.
    pub name: String,
    /// One per parameter: its draws, chain after chain.
    pub columns: Vec<Vec<f64>>,
    /// How the draws belong together.
    pub layout: Layout,
}

/// How draws belong together: chains of batches, or particles with weights.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Number of chains.
    chains: usize,
    /// Draws of each chain.
    draws: usize,
    /// Batches of each chain.
    batches: usize,
    /// Normalised weights of particles.
    pub(super) weights: Option<Vec<f64>>,
    /// Independent draws that tell as much: of the parameter with the fewest.
    pub(super) effective: f64,
}

impl Layout {
    /// `effective`: the smallest effective sample size of the parameters.
    pub fn of_chains(chains: usize, draws: usize, effective: f64) -> Self {
        let total = ((effective / EFFECTIVE_PER_BATCH) as usize).clamp(FEWEST_BATCHES, MOST_BATCHES);
        let batches = (total / chains).max(FEWEST_BATCHES.div_ceil(chains)).clamp(1, draws);
        Self { chains, draws, batches, weights: None, effective }
    }

    /// `weights`: normalised.
    pub fn of_particles(weights: Vec<f64>) -> Self {
        let effective = effective_sample_size(&weights);
        Self { chains: 1, draws: weights.len(), batches: 1, weights: Some(weights), effective }
    }

    /// Independent draws that tell as much.
    pub fn effective(&self) -> f64 {
        self.effective
    }

    pub(super) fn chains(&self) -> usize {
        self.chains
    }

    /// Whether the draws have weights.
    pub fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    pub(super) fn batch_count(&self) -> usize {
        self.chains * self.batches
    }

    /// `None` for particles.
    pub(super) fn batch_of(&self, draw: usize) -> Option<u16> {
        if self.weights.is_some() {
            return None;
        }
        let (chain, place) = (draw / self.draws, draw % self.draws);
        Some((chain * self.batches + place * self.batches / self.draws) as u16)
    }
}

/// Draws that are as good as independent, of all parameters.
#[derive(Clone, Debug)]
pub struct Thinned {
    /// One row per draw, in the order of the chains.
    pub rows: Vec<Vec<f64>>,
    /// The number of each draw among all; particles of great weight are there several times.
    pub numbers: Vec<usize>,
}

impl Sample {
    /// The draws of these parameters; `effective`: the smallest effective sample size of chains, if it is known already.
    pub fn new(stored: &mut StoredPosterior, names: &[String], effective: Option<f64>) -> Self {
        let layout = if let Some(weights) = stored.weights.take() {
            Layout::of_particles(weights)
        } else {
            let of =
                |name: &String| stored.parameter(name).map_or(f64::NAN, |own| ess_bulk(stored.by_chain(own)));
            let smallest = || names.par_iter().map(of).reduce(|| f64::INFINITY, f64::min);
            let effective = effective.unwrap_or_else(smallest);
            let total = (stored.chains * stored.draws) as f64;
            Layout::of_chains(stored.chains, stored.draws, effective.min(total))
        };
        let name = stored.name();
        let column = |name: &String| {
            let own = stored.parameters.iter_mut().find(|own| own.name == *name);
            own.map(|own| std::mem::take(&mut own.values)).unwrap_or_default()
        };
        Self { name, columns: names.iter().map(column).collect(), layout }
    }

    /// Draws of chains as they are; columns are equally long.
    #[allow(clippy::missing_panics_doc, reason = "the columns are equally long")]
    pub fn of_chains(name: &str, columns: Vec<Vec<f64>>, chains: usize) -> Self {
        let draws = columns.first().map_or(0, Vec::len) / chains;
        let of = |column: &Vec<f64>| {
            ess_bulk(ArrayView2::from_shape((chains, draws), column).expect("columns are equally long"))
        };
        let effective = columns.iter().map(of).fold(f64::INFINITY, f64::min);
        let layout = Layout::of_chains(chains, draws, effective.min((chains * draws) as f64));
        Self { name: name.to_owned(), columns, layout }
    }

    /// Particles with normalised weights.
    pub fn of_particles(name: &str, columns: Vec<Vec<f64>>, weights: Vec<f64>) -> Self {
        Self { name: name.to_owned(), columns, layout: Layout::of_particles(weights) }
    }

    /// Number of draws.
    pub fn draws(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// As many draws as are as good as independent, `most` at the most: of chains evenly spaced ones, of particles each as
    /// often as its weight says (systematic resampling).
    pub fn thinned(&self, most: usize) -> Thinned {
        let count = (self.layout.effective as usize).clamp(1, most.min(self.draws()));
        let numbers = self.evenly(count);
        let row = |&draw: &usize| self.columns.iter().map(|column| column[draw]).collect();
        Thinned { rows: numbers.iter().map(row).collect(), numbers }
    }

    /// The numbers of so many draws: of chains evenly spaced ones, of particles each as often as its weight says.
    pub fn evenly(&self, count: usize) -> Vec<usize> {
        let Some(weights) = &self.layout.weights else {
            return (0..count).map(|place| (2 * place + 1) * self.draws() / (2 * count)).collect();
        };
        systematic(weights, count, 0.5)
    }
}
