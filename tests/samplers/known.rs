//! Posteriors with known answers, and the measure of a mean with its error.

use std::f64::consts::TAU;
use std::path::Path;

use ndarray::{Array2, Axis};

use hhbayes::diagnostics::ess_mean;
use hhbayes::draws::{Chains, Draws, Sampled};
use hhbayes::numeric::{Rows, Streams, Unconstrained, normal_rows};
use hhbayes::problem::{LogDensity, LogTerms, Target};
use hhbayes::samplers::{Method, from_settings};
use hhbayes::settings::Settings;

/// A sampler by the options of its table.
pub fn method(options: &str) -> Method {
    let settings = Settings::from_text(Path::new("cell.toml"), format!("[sampler]\n{options}"));
    let method = from_settings(&settings.root().table("sampler", "the sampler"), false);
    settings.finish().unwrap();
    method.unwrap()
}

/// A posterior by its log density; start values are normal around zero.
pub struct Known {
    pub dimension: usize,
    pub start_sd: f64,
    pub log_density: fn(&[f64]) -> f64,
}

impl Target for Known {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = normal_rows(count, self.dimension, streams);
        rows.iter_mut().flatten().for_each(|x| *x *= self.start_sd);
        rows
    }
}

impl LogDensity for Known {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        points.iter().map(|row| LogTerms { prior: 0.0, likelihood: (self.log_density)(row) }).collect()
    }
}

/// Neighbours have correlation 0.95: a stationary autoregressive series with sd 1.
pub fn ridge(x: &[f64]) -> f64 {
    const RHO: f64 = 0.95;
    let steps = x.windows(2).map(|pair| (pair[1] - RHO * pair[0]).powi(2) / (1.0 - RHO * RHO));
    -0.5 * (x[0] * x[0] + steps.sum::<f64>())
}

/// Mean 1, sd 2 and correlation 0.98 in two dimensions.
pub fn narrow(x: &[f64]) -> f64 {
    let (a, b) = ((x[0] - 1.0) / 2.0, (x[1] - 1.0) / 2.0);
    -0.5 * (a * a - 2.0 * 0.98 * a * b + b * b) / (1.0 - 0.98 * 0.98)
}

/// exp(x) has the gamma distribution with shape 3 and scale 1, in each of two dimensions.
pub fn log_gamma(x: &[f64]) -> f64 {
    x.iter().map(|u| 3.0 * u - u.exp()).sum()
}

/// The same, as if exp(x) needed no Jacobian.
pub fn log_gamma_without_jacobian(x: &[f64]) -> f64 {
    x.iter().map(|u| 2.0 * u - u.exp()).sum()
}

/// A banana: x ~ N(0, 2²), y given x ~ N(x² / 2, 1).
pub fn banana(x: &[f64]) -> f64 {
    -0.5 * (x[0] * x[0] / 4.0 + (x[1] - 0.5 * x[0] * x[0]).powi(2))
}

/// Mean of a function of the draws and its standard error from two batch means of each chain.
pub fn mean_and_error(chains: &Chains, value: impl Fn(&[f64]) -> f64) -> (f64, f64) {
    let (count, draws, _) = chains.points.dim();
    let mut batches = Vec::new();
    for chain in 0..count {
        for half in 0..2 {
            let rows = (half * draws / 2)..((half + 1) * draws / 2);
            let length = rows.len() as f64;
            let values = rows.map(|draw| {
                let chain = chains.points.index_axis(Axis(0), chain);
                let point = chain.index_axis(Axis(0), draw).to_vec();
                value(&point)
            });
            batches.push(values.sum::<f64>() / length);
        }
    }
    let number = batches.len() as f64;
    let mean = batches.iter().sum::<f64>() / number;
    let variance = batches.iter().map(|batch| (batch - mean).powi(2)).sum::<f64>() / (number - 1.0);
    (mean, (variance / number).sqrt())
}

/// Passes if the mean is within six standard errors of the truth, and fails if the test is too blunt to see
/// a bias of `resolution`.
pub fn assert_mean(chains: &Chains, value: impl Fn(&[f64]) -> f64, truth: f64, resolution: f64) {
    let (mean, error) = mean_and_error(chains, value);
    assert!(6.0 * error <= resolution, "too few draws: six standard errors are {:.3}", 6.0 * error);
    let distance = (mean - truth).abs() / error;
    assert!(distance < 6.0, "mean {mean:.4} is {distance:.1} standard errors from {truth}");
}

/// A posterior with a normal prior, whose evidence is the integral of the density.
pub struct Proper {
    pub dimension: usize,
    pub prior_sd: f64,
    /// Log of likelihood times prior.
    pub log_density: fn(&[f64]) -> f64,
}

impl Target for Proper {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let known =
            Known { dimension: self.dimension, start_sd: self.prior_sd, log_density: self.log_density };
        known.draw_prior(count, streams)
    }
}

impl LogDensity for Proper {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let constant = -(self.prior_sd * TAU.sqrt()).ln();
        let terms = |row: &[f64]| {
            let prior = row.iter().map(|x| constant - 0.5 * (x / self.prior_sd).powi(2)).sum();
            LogTerms { prior, likelihood: (self.log_density)(row) - prior }
        };
        points.iter().map(terms).collect()
    }
}

/// Draws of any sampler with their weights, one row each.
pub struct Weighted {
    pub rows: Vec<Vec<f64>>,
    pub weights: Vec<f64>,
    /// How many of the rows are of one chain; 0 for independent rows.
    pub length: usize,
}

impl Weighted {
    pub fn of(draws: &Draws) -> Self {
        let (rows, weights) = draws.weighted();
        let length = match draws {
            Draws::Chains(chains) => chains.points.dim().1,
            Draws::Particles(_) => 0,
        };
        Self { rows: rows.iter().map(<[f64]>::to_vec).collect(), weights, length }
    }

    /// Mean of a function of the draws and its standard error.
    pub fn mean_and_error(&self, value: impl Fn(&[f64]) -> f64) -> (f64, f64) {
        let values: Vec<f64> = self.rows.iter().map(|row| value(row)).collect();
        let mean = values.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum::<f64>();
        if self.length == 0 {
            let error = values.iter().zip(&self.weights).map(|(value, w)| (w * (value - mean)).powi(2));
            return (mean, error.sum::<f64>().sqrt());
        }
        let chains = values.len() / self.length;
        let table = Array2::from_shape_vec((chains, self.length), values).unwrap();
        let sd = table.std(1.0);
        (mean, sd / ess_mean(table.view()).sqrt())
    }

    /// Passes if the mean is within six standard errors of the truth, and fails if the test is too blunt to see a
    /// bias of `resolution`.
    pub fn assert_mean(&self, what: &str, value: impl Fn(&[f64]) -> f64, truth: f64, resolution: f64) {
        let (mean, error) = self.mean_and_error(value);
        assert!(
            6.0 * error <= resolution,
            "{what}: too few draws: six standard errors are {:.3}",
            6.0 * error
        );
        let distance = (mean - truth).abs() / error;
        assert!(distance < 6.0, "{what}: mean {mean:.4} is {distance:.1} standard errors from {truth}");
    }
}

/// What a sampler with these options says about a posterior.
pub fn sample(options: &str, target: &(dyn LogDensity + 'static), seed: u64) -> Sampled {
    hhbayes::samplers::sample(target, options, seed).unwrap()
}
