//! Sloppy directions: which combinations of parameters the data determine, and which they leave as they were
//! (Gutenkunst et al. 2007, <https://doi.org/10.1371/journal.pcbi.0030189>).
//!
//! Parameters are taken on the real line in standard deviations of their prior. The eigenvectors of the covariance of the
//! posterior are then combinations of parameters, and its eigenvalues say how much of the variance of the prior each has
//! kept: conductances that compensate each other show up as one combination that is known well and one that is not.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::contraction::moments;
use crate::numeric::{Rows, Unconstrained};

/// A combination that kept more than this part of the width of its prior is not determined.
pub const LEAST_NARROWING: f64 = 0.9;

/// Parameters with less than this part of the largest coefficient are left out of the words.
const LEAST_COEFFICIENT: f64 = 0.3;

/// A combination of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Width of the posterior along it, relative to the prior.
    pub width: f64,
    /// Coefficient of each parameter, on the real line and in standard deviations of its prior; their squares sum to 1,
    /// and the largest is positive.
    pub coefficients: Vec<f64>,
}

impl Direction {
    /// The combination in words, such as `0.75 g_Na - 0.66 g_K`. `names`: one per parameter.
    pub fn words(&self, names: &[&str]) -> String {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| self.coefficients[b].abs().total_cmp(&self.coefficients[a].abs()));
        let largest = order.first().map_or(0.0, |&first| self.coefficients[first].abs());
        order.retain(|&place| self.coefficients[place].abs() >= LEAST_COEFFICIENT * largest);
        if let [only] = order[..] {
            return names[only].to_owned();
        }
        let mut text = String::new();
        for (rank, &place) in order.iter().enumerate() {
            let coefficient = self.coefficients[place];
            text += match (rank, coefficient < 0.0) {
                (0, _) => "",
                (_, true) => " - ",
                (_, false) => " + ",
            };
            text += &format!("{:.2} {}", coefficient.abs(), names[place]);
        }
        text
    }
}

/// The directions of a posterior, from the one that the data determine best; and the eigenvalues of the correlation of the
/// posterior, ascending, whatever the prior. Empty if a parameter does not vary.
///
/// `draws`, `weights`, `prior`: as for [`super::contractions`].
pub fn directions(
    draws: &Rows<Unconstrained>,
    weights: &[f64],
    prior: &Rows<Unconstrained>,
) -> (Vec<Direction>, Vec<f64>) {
    let dimension = prior.columns();
    let equal = vec![1.0; prior.len()];
    let covariance = covariance(draws, weights);
    let prior_sds = DVector::from_fn(dimension, |column, _| moments(prior, &equal, column).1.sqrt());
    let sds = covariance.diagonal().map(f64::sqrt);
    let scaled = |sds: &DVector<f64>| {
        DMatrix::from_fn(dimension, dimension, |i, j| covariance[(i, j)] / (sds[i] * sds[j]))
    };
    let (relative, correlation) = (scaled(&prior_sds), scaled(&sds));
    if relative.iter().chain(&correlation).any(|value| !value.is_finite()) {
        return (Vec::new(), Vec::new());
    }
    let eigen = SymmetricEigen::new(relative);
    let direction = |place: usize| {
        let vector = eigen.eigenvectors.column(place);
        let sign = vector[vector.iamax()].signum();
        Direction {
            width: eigen.eigenvalues[place].max(0.0).sqrt(),
            coefficients: vector.iter().map(|coefficient| sign * coefficient).collect(),
        }
    };
    let mut directions: Vec<Direction> = (0..dimension).map(direction).collect();
    directions.sort_by(|a, b| a.width.total_cmp(&b.width));
    let mut eigenvalues: Vec<f64> = correlation.symmetric_eigenvalues().iter().copied().collect();
    eigenvalues.sort_by(f64::total_cmp);
    (directions, eigenvalues)
}

fn covariance(rows: &Rows<Unconstrained>, weights: &[f64]) -> DMatrix<f64> {
    let dimension = rows.columns();
    let total: f64 = weights.iter().sum();
    let mean = DVector::from_fn(dimension, |column, _| moments(rows, weights, column).0);
    let mut covariance = DMatrix::zeros(dimension, dimension);
    for (row, weight) in rows.iter().zip(weights) {
        let deviation = DVector::from_column_slice(row) - &mean;
        covariance.ger(weight / total, &deviation, &deviation, 1.0);
    }
    covariance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{Streams, normal_rows};

    const COUNT: usize = 20_000;

    #[test]
    fn parameters_that_compensate_are_one_direction() {
        let mut prior = normal_rows(COUNT, 3, Streams::new(2).stage("prior"));
        let mut draws = normal_rows(COUNT, 3, Streams::new(2).stage("draws"));
        for row in prior.iter_mut() {
            row[1] *= 10.0;
        }
        // In widths of the prior: the difference of the first two is known to 0.02, their sum is not known.
        for row in draws.iter_mut() {
            let (difference, sum) = (0.02 * row[0], row[1]);
            row[0] = (sum + difference) / 2.0_f64.sqrt();
            row[1] = 10.0 * (sum - difference) / 2.0_f64.sqrt();
            row[2] *= 0.5;
        }
        let (found, eigenvalues) = directions(&draws, &vec![1.0; COUNT], &prior);
        let widths: Vec<f64> = found.iter().map(|direction| direction.width).collect();
        // Standard errors of 1 %: twice 20 000 draws.
        for (width, exact) in widths.iter().zip([0.02, 0.5, 1.0]) {
            assert!((width / exact - 1.0).abs() < 0.06, "{widths:?}");
        }
        let names = ["g_Na", "g_K", "E_K"];
        assert_eq!(found[1].words(&names), "E_K");
        let words = found[0].words(&names);
        assert!(
            words == "0.71 g_Na - 0.70 g_K"
                || words == "0.71 g_Na - 0.71 g_K"
                || words == "0.71 g_K - 0.70 g_Na"
                || words == "0.71 g_K - 0.71 g_Na",
            "{words}"
        );
        assert!(found[2].words(&names).contains(" + "), "{}", found[2].words(&names));
        assert!((eigenvalues.iter().sum::<f64>() - 3.0).abs() < 1e-12 && eigenvalues[0] < 0.001);
    }

    #[test]
    fn a_parameter_that_does_not_vary_has_no_directions() {
        let prior = normal_rows(100, 2, Streams::new(2));
        let draws = Rows::zeros(100, 2);
        assert_eq!(directions(&draws, &vec![1.0; 100], &prior), (Vec::new(), Vec::new()));
    }
}
