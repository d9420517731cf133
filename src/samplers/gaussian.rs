//! A normal distribution fitted to points, as the shape of a proposal.

use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

use crate::numeric::{Rows, Unconstrained, standard_normal};

/// Points that stand for as much evidence as the diagonal of the covariance has against the correlations.
const SHRINKAGE_POINTS: f64 = 5.0;
/// The size of that diagonal, as a share of the variances: what a chain in a narrow valley still moves.
const SHRINKAGE: f64 = 1e-3;
/// Variance in a direction in which the points do not differ at all.
const SMALLEST_VARIANCE: f64 = 1e-12;

/// A normal distribution around zero, known by the lower Cholesky factor of its covariance.
#[derive(Debug)]
pub(super) struct Gaussian {
    factor: DMatrix<f64>,
}

impl Gaussian {
    /// The covariance of the points with normalised weights, drawn a little towards its diagonal.
    pub(super) fn fitted(points: &Rows<Unconstrained>, weights: &[f64]) -> Self {
        let pairs = points.iter().zip(weights.iter().copied());
        let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
        Self::shrunk(second_moments(pairs, &weighted_mean(points, weights)), effective)
    }

    /// The second moments of points around any place; they count alike.
    pub(super) fn around<'a>(centre: &[f64], points: impl Iterator<Item = &'a [f64]> + Clone) -> Self {
        let count = points.clone().count() as f64;
        Self::shrunk(second_moments(points.map(|point| (point, 1.0 / count)), centre), count)
    }

    /// `effective`: the number of points that the covariance is from.
    fn shrunk(covariance: DMatrix<f64>, effective: f64) -> Self {
        let share = SHRINKAGE_POINTS * SHRINKAGE / (effective + SHRINKAGE_POINTS);
        let variances = covariance.diagonal().map(|variance| variance.max(SMALLEST_VARIANCE));
        let shrunk = covariance * (effective / (effective + SHRINKAGE_POINTS))
            + DMatrix::from_diagonal(&(&variances * share));
        // Rounding can spoil a matrix that is nearly singular: then only the sizes are kept.
        let factor = shrunk
            .cholesky()
            .map_or_else(|| DMatrix::from_diagonal(&variances.map(f64::sqrt)), nalgebra::Cholesky::unpack);
        Self { factor }
    }

    /// A draw, `scale` times as large.
    pub(super) fn draw(&self, scale: f64, generator: &mut ChaCha8Rng) -> DVector<f64> {
        let normals = DVector::from_fn(self.factor.nrows(), |_, _| scale * standard_normal(generator));
        &self.factor * normals
    }

    /// Logarithm of the volume of the unit cube after the factor: half the log determinant of the covariance.
    pub(super) fn log_volume(&self) -> f64 {
        self.factor.diagonal().iter().map(|side| side.ln()).sum()
    }

    /// The same sizes in each coordinate, without what they have in common.
    pub(super) fn without_correlations(&self) -> Self {
        let sizes: Vec<f64> = self.factor.row_iter().map(|row| row.norm()).collect();
        Self { factor: DMatrix::from_diagonal(&DVector::from_vec(sizes)) }
    }

    /// Squared length of a step in coordinates in which this distribution is the standard normal, into which it is
    /// brought.
    pub(super) fn squared_length(&self, step: &mut [f64]) -> f64 {
        let mut squared = 0.0;
        for row in 0..step.len() {
            let known: f64 = (0..row).map(|column| self.factor[(row, column)] * step[column]).sum();
            step[row] = (step[row] - known) / self.factor[(row, row)];
            squared += step[row] * step[row];
        }
        squared
    }

    /// The lower triangle of the inverse of the factor, row by row.
    pub(super) fn inverse_factor(&self) -> Vec<f64> {
        let size = self.factor.nrows();
        let mut inverse = DMatrix::identity(size, size);
        self.factor.solve_lower_triangular_mut(&mut inverse);
        (0..size).flat_map(|row| inverse.row(row).iter().take(row + 1).copied().collect::<Vec<_>>()).collect()
    }

    /// The points in coordinates in which this distribution is the standard normal.
    pub(super) fn whiten(&self, points: &Rows<Unconstrained>) -> Rows<Unconstrained> {
        let mut whitened = points.clone();
        for row in whitened.iter_mut() {
            self.squared_length(row);
        }
        whitened
    }
}

/// The weighted mean of points with normalised weights.
pub(super) fn weighted_mean(points: &Rows<Unconstrained>, weights: &[f64]) -> Vec<f64> {
    let mut mean = vec![0.0; points.columns()];
    for (row, weight) in points.iter().zip(weights) {
        for (mean, value) in mean.iter_mut().zip(row) {
            *mean += weight * value;
        }
    }
    mean
}

/// Around a centre. The lower triangle is all that a Cholesky decomposition looks at.
fn second_moments<'a>(points: impl Iterator<Item = (&'a [f64], f64)>, centre: &[f64]) -> DMatrix<f64> {
    let dimension = centre.len();
    let mut moments = DMatrix::zeros(dimension, dimension);
    let mut deviation = vec![0.0; dimension];
    for (row, weight) in points {
        for ((deviation, value), centre) in deviation.iter_mut().zip(row).zip(centre) {
            *deviation = value - centre;
        }
        let columns = moments.as_mut_slice().chunks_exact_mut(dimension);
        for (place, (column, own)) in columns.zip(&deviation).enumerate() {
            let own = weight * own;
            for (entry, other) in column[place..].iter_mut().zip(&deviation[place..]) {
                *entry += own * other;
            }
        }
    }
    moments
}
