//! What a sampler returns.
//!
//! Draws are of two kinds, because they answer to different diagnostics: chains have an R-hat, particles have
//! weights. Beside them a sampler tells how the run ended and what it learned on the way.

mod account;

use ndarray::{Array2, Array3};

pub use account::{Account, Caution, Ending, Evidence, Sampled};

use crate::numeric::{Rows, Unconstrained};
use crate::problem::LogTerms;

/// The draws of a sampler.
#[derive(Clone, Debug)]
pub enum Draws {
    /// Markov chains, equally weighted after warm-up.
    Chains(Chains),
    /// Weighted particles.
    Particles(Particles),
}

impl Draws {
    /// All draws, one row each, on the real line, with normalised weights; chain after chain.
    pub fn weighted(&self) -> (Rows<Unconstrained>, Vec<f64>) {
        match self {
            Draws::Chains(chains) => {
                let (count, length, columns) = chains.points.dim();
                let values = chains.points.iter().copied().collect();
                (Rows::from_values(values, columns), vec![1.0 / (count * length) as f64; count * length])
            }
            Draws::Particles(particles) => (particles.points.clone(), particles.weights.clone()),
        }
    }
}

/// Markov chains after warm-up.
#[derive(Clone, Debug)]
pub struct Chains {
    /// Shape `[chain, draw, parameter]`, on the real line.
    pub points: Array3<f64>,
    /// Log prior density on the real line (with the Jacobian); shape `[chain, draw]`.
    pub log_prior: Array2<f64>,
    /// Log likelihood; shape `[chain, draw]`.
    pub log_likelihood: Array2<f64>,
    /// Whether the proposal that led here was accepted; shape `[chain, draw]`.
    pub accepted: Array2<bool>,
    /// Iterations per chain that were thrown away as warm-up.
    pub warmup: usize,
}

/// Weighted draws: an ABC population, or draws of a distribution near the posterior.
#[derive(Clone, Debug)]
pub struct Particles {
    /// One row per particle, on the real line.
    pub points: Rows<Unconstrained>,
    /// Normalised weights; they sum to 1.
    pub weights: Vec<f64>,
    /// Distance of each particle's simulation to the observation; empty if the likelihood was asked.
    pub distances: Vec<f64>,
    /// Log prior and log likelihood of each particle; empty for approximate Bayesian computation.
    pub terms: Vec<LogTerms>,
    /// How an ABC population came about, from the first generation to the last.
    pub generations: Vec<Generation>,
    /// The draws as they were before a regression adjustment.
    pub unadjusted: Option<Unadjusted>,
}

impl Particles {
    /// Weighted draws whose likelihood is known.
    pub fn of_likelihood(points: Rows<Unconstrained>, weights: Vec<f64>, terms: Vec<LogTerms>) -> Self {
        let (distances, generations) = (Vec::new(), Vec::new());
        Self { points, weights, distances, terms, generations, unadjusted: None }
    }
}

/// The particles of an ABC population before a regression has moved them.
#[derive(Clone, Debug, PartialEq)]
pub struct Unadjusted {
    /// One row per particle, on the real line.
    pub points: Rows<Unconstrained>,
    /// Normalised weights.
    pub weights: Vec<f64>,
}

/// One generation of a population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Generation {
    /// Largest distance that was accepted.
    pub epsilon: f64,
    /// Temperature of the density that accepted, if it was not the distance.
    pub temperature: Option<f64>,
    /// Proposals that were simulated.
    pub simulations: u64,
    /// Accepted share of the proposals.
    pub acceptance: f64,
    /// Effective sample size of the weights, 1 / Σ w².
    pub effective_sample_size: f64,
}
