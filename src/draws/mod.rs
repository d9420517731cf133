//! What a sampler returns.
//!
//! Two kinds, because they answer to different diagnostics: chains have an R-hat, particles have weights.

use ndarray::{Array2, Array3};

use crate::numeric::{Rows, Unconstrained};

/// The draws of a sampler.
#[derive(Clone, Debug)]
pub enum Draws {
    /// Markov chains, equally weighted after warm-up.
    Chains(Chains),
    /// Weighted particles.
    Particles(Particles),
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

/// Weighted draws, such as an ABC population.
#[derive(Clone, Debug)]
pub struct Particles {
    /// One row per particle, on the real line.
    pub points: Rows<Unconstrained>,
    /// Normalised weights; they sum to 1.
    pub weights: Vec<f64>,
    /// Distance of each particle's simulation to the observation.
    pub distances: Vec<f64>,
    /// How the population came about, from the first generation to the last.
    pub generations: Vec<Generation>,
}

/// One generation of a population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Generation {
    /// Largest distance that was accepted.
    pub epsilon: f64,
    /// Proposals that were simulated.
    pub simulations: u64,
    /// Accepted share of the proposals.
    pub acceptance: f64,
    /// Effective sample size of the weights, 1 / Σ w².
    pub effective_sample_size: f64,
}
