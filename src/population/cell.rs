//! What one cell says: its likelihood as a mixture of normal kernels around its draws.
//!
//! Draws of the posterior under the cell's own prior, each weighted with 1 / prior, are draws of the likelihood
//! (Hogg, Myers and Bovy 2010, <https://doi.org/10.1088/0004-637X/725/2/2166>). Bare draws fail where the population is
//! narrower than their distances. Each is therefore a kernel, drawn towards the mean so that mean and covariance of all
//! stay what they are (West 1993, <https://doi.org/10.1111/j.2517-6161.1993.tb01911.x>): for a normal likelihood the mixture is exact
//! up to the noise of the draws, whatever the width.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::diagnostics::effective_sample_size;
use crate::numeric::{normalised, smooth_log_weights};

/// Weights that differ by less than this factor need no smoothing.
const EVEN: f64 = 20.0;

/// The likelihood of one cell on the scale of the population, up to a constant factor.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Centres of the kernels, row-major, one row per draw.
    centres: Vec<f64>,
    /// Logarithms of the normalised weights.
    log_weights: Vec<f64>,
    /// Mean of the likelihood.
    pub(super) mean: DVector<f64>,
    /// Covariance of the likelihood.
    pub(super) covariance: DMatrix<f64>,
    /// Covariance of each kernel.
    pub(super) kernel: DMatrix<f64>,
    /// Its lower Cholesky factor.
    pub(super) kernel_factor: DMatrix<f64>,
    /// Independent draws that the weights leave.
    pub effective: f64,
    /// Pareto shape of the weights, −∞ if they are even: how far the prior may be divided out.
    pub pareto_k: f64,
}

impl Cell {
    /// `rows`: draws of the posterior that are as good as independent, on the scale of the population; `log_prior`: the
    /// density of the cell's own prior at each of them, on the same scale. `None` if the draws are too few for their
    /// covariance.
    pub fn new(rows: &[Vec<f64>], log_prior: &[f64]) -> Option<Self> {
        let dimension = rows.first()?.len();
        let mut log_weights: Vec<f64> = log_prior.iter().map(|log| -log).collect();
        let ends = log_weights
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &own| (own.min(low), own.max(high)));
        if !(ends.0.is_finite() && ends.1.is_finite()) {
            return None;
        }
        let is_even = ends.1 - ends.0 < EVEN.ln();
        let pareto_k = if is_even { f64::NEG_INFINITY } else { smooth_log_weights(&mut log_weights) };
        let weights = normalised(&log_weights);
        let effective = effective_sample_size(&weights);
        if !(effective >= fewest_draws(dimension) as f64) {
            return None;
        }
        let mut mean = DVector::zeros(dimension);
        for (row, weight) in rows.iter().zip(&weights) {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += weight * value);
        }
        let mut covariance = DMatrix::zeros(dimension, dimension);
        for (row, weight) in rows.iter().zip(&weights) {
            let from_mean = DVector::from_column_slice(row) - &mean;
            covariance.ger(*weight, &from_mean, &from_mean, 1.0);
        }
        covariance /= 1.0 - 1.0 / effective;
        let width = bandwidth(dimension, effective);
        let shrink = (1.0 - width * width).sqrt();
        let kernel = &covariance * (width * width);
        let kernel_factor = Cholesky::new(kernel.clone())?.l();
        let centre = |row: &Vec<f64>| -> Vec<f64> {
            row.iter().zip(mean.iter()).map(|(value, mean)| mean + shrink * (value - mean)).collect()
        };
        Some(Self {
            centres: rows.iter().flat_map(centre).collect(),
            log_weights: weights.iter().map(|weight| weight.ln()).collect(),
            mean,
            covariance,
            kernel,
            kernel_factor,
            effective,
            pareto_k,
        })
    }

    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// Number of kernels.
    pub fn kernels(&self) -> usize {
        self.log_weights.len()
    }

    /// The centre of one kernel.
    pub(super) fn centre(&self, kernel: usize) -> &[f64] {
        let dimension = self.dimension();
        &self.centres[kernel * dimension..(kernel + 1) * dimension]
    }

    /// Logarithm of weight times density of each kernel at a normal population, up to a constant that is the same for all.
    /// `factor`: the lower Cholesky factor of the covariance of population and kernel together.
    pub(super) fn log_terms(&self, population_mean: &DVector<f64>, factor: &Cholesky<f64, Dyn>) -> Vec<f64> {
        let dimension = self.dimension();
        let mut whitening = DMatrix::identity(dimension, dimension);
        factor.l_dirty().solve_lower_triangular_mut(&mut whitening);
        let offset = &whitening * population_mean;
        let rows: Vec<Vec<f64>> =
            (0..dimension).map(|row| whitening.row(row).iter().take(row + 1).copied().collect()).collect();
        let term = |(centre, log_weight): (&[f64], &f64)| {
            let mut squares = 0.0;
            for (row, offset) in rows.iter().zip(offset.iter()) {
                let along: f64 = row.iter().zip(centre).map(|(a, b)| a * b).sum();
                squares += (along - offset) * (along - offset);
            }
            log_weight - 0.5 * squares
        };
        self.centres.chunks_exact(dimension).zip(&self.log_weights).map(term).collect()
    }
}

/// Independent draws that a cell must have for so many parameters.
pub fn fewest_draws(dimension: usize) -> usize {
    (10 * dimension).max(50)
}

/// Silverman's rule (1986, equation 4.14), in standard deviations of the likelihood.
fn bandwidth(dimension: usize, draws: f64) -> f64 {
    let dimension = dimension as f64;
    (4.0 / ((dimension + 2.0) * draws)).powf(1.0 / (dimension + 4.0))
}
