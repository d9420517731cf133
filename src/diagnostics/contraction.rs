//! What the data have taught about each parameter: how much narrower the posterior is than the prior.
//!
//! 1 − variance of the posterior / variance of the prior, on the real line where the samplers move: 1 for a parameter that
//! is known exactly, 0 for one of which the data say nothing (Schad, Betancourt and Vasishth 2021,
//! <https://doi.org/10.1037/met0000275>, section on model sensitivity).

use crate::numeric::{Rows, Unconstrained};

/// With less contraction, and less [shift](Contraction::shift), a parameter stayed at its prior. The variance of 400
/// effective draws has a standard error of 7 %.
pub const LEAST_CONTRACTION: f64 = 0.15;

/// A mean that moved by fewer standard deviations of the prior did not move. The mean of 400 effective draws has a
/// standard error of 0.05 of them.
pub const LEAST_SHIFT: f64 = 0.25;

/// What the data have taught about one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contraction {
    /// 1 − variance of the posterior / variance of the prior; negative where the posterior is wider.
    pub contraction: f64,
    /// How far the mean moved, in standard deviations of the prior.
    pub shift: f64,
}

impl Contraction {
    /// Whether the data say nothing about the parameter by itself.
    pub fn is_undetermined(&self) -> bool {
        self.contraction.abs() < LEAST_CONTRACTION && self.shift.abs() < LEAST_SHIFT
    }
}

/// The contraction of each parameter.
///
/// `draws`: of the posterior, one row each, with their `weights`, which need not sum to 1. `prior`: draws of the prior.
pub fn contractions(
    draws: &Rows<Unconstrained>,
    weights: &[f64],
    prior: &Rows<Unconstrained>,
) -> Vec<Contraction> {
    let equal = vec![1.0; prior.len()];
    let of_column = |column: usize| {
        let (mean, variance) = moments(draws, weights, column);
        let (prior_mean, prior_variance) = moments(prior, &equal, column);
        let shift = (mean - prior_mean) / prior_variance.sqrt();
        Contraction { contraction: 1.0 - variance / prior_variance, shift }
    };
    (0..prior.columns()).map(of_column).collect()
}

/// Weighted mean and variance of a column.
pub(super) fn moments(rows: &Rows<Unconstrained>, weights: &[f64], column: usize) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let average = |value: &dyn Fn(f64) -> f64| {
        rows.iter().zip(weights).map(|(row, weight)| weight * value(row[column])).sum::<f64>() / total
    };
    let mean = average(&|x| x);
    (mean, average(&|x| (x - mean).powi(2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{Streams, normal_rows};

    #[test]
    fn the_contraction_of_a_normal_posterior_is_one_less_the_ratio_of_variances() {
        let prior = normal_rows(20_000, 3, Streams::new(1).stage("prior"));
        let mut draws = normal_rows(20_000, 3, Streams::new(1).stage("draws"));
        for row in draws.iter_mut() {
            row[0] = 0.1 * row[0] + 2.0;
            row[1] += 1.0;
        }
        let found = contractions(&draws, &vec![0.5; 20_000], &prior);
        // The ratio of two variances of 20 000 draws has a standard error of 1.4 %, a mean 0.7 % of its sd.
        assert!((found[0].contraction - 0.99).abs() < 0.001 && (found[0].shift - 2.0).abs() < 0.06);
        assert!(found[1].contraction.abs() < 0.09 && (found[1].shift - 1.0).abs() < 0.06);
        let undetermined: Vec<bool> = found.iter().map(Contraction::is_undetermined).collect();
        assert_eq!(undetermined, [false, false, true]);
    }
}
