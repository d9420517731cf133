//! Differences of features in units in which the features of simulations are uncorrelated: Mahalanobis (1936).

use nalgebra::{DMatrix, DVector};

use super::scales::{middle_and_deviation, values};
use crate::numeric::{Shrinkage, shrunk_correlations};

/// Deviations beyond which a simulation counts no more for the correlations, so that outliers do not make them.
const OUTLYING: f64 = 3.0;
/// Least share by which correlations are drawn to zero: a direction in which features hardly differ counts at most
/// as if they differed by a thirtieth there.
const LEAST_SHRINKAGE: f64 = 1e-3;

/// The correlations of features, with the factor that whitens them.
#[derive(Clone, Debug)]
pub(super) struct Correlations {
    matrix: DMatrix<f64>,
    factor: DMatrix<f64>,
}

impl Correlations {
    /// Of features that have none.
    pub(super) fn none(features: usize) -> Self {
        let identity = DMatrix::identity(features, features);
        Self { matrix: identity.clone(), factor: identity }
    }

    /// Of simulations, each in deviations from the middle of all; a missing feature is in the middle. Features that
    /// the observation lacks or that do not differ are correlated with nothing.
    pub(super) fn of<'a>(
        rows: impl Iterator<Item = &'a [Option<f64>]> + Clone,
        observed: &[Option<f64>],
    ) -> Self {
        let count = rows.clone().count();
        let mut vectors = vec![DVector::zeros(observed.len()); count];
        for column in (0..observed.len()).filter(|column| observed[*column].is_some()) {
            let Some((middle, deviation)) = middle_and_deviation(values(rows.clone(), column)) else {
                continue;
            };
            let deviations = |row: &[Option<f64>]| {
                let value = row[column].filter(|value| value.is_finite() && deviation.is_finite())?;
                Some(((value - middle) / deviation).clamp(-OUTLYING, OUTLYING))
            };
            let all: Vec<Option<f64>> = rows.clone().map(deviations).collect();
            let mean = all.iter().flatten().sum::<f64>() / all.iter().flatten().count().max(1) as f64;
            for (vector, value) in vectors.iter_mut().zip(all) {
                vector[column] = value.map_or(0.0, |value| value - mean);
            }
        }
        shrunk_correlations(&vectors, Shrinkage::Estimated { least: LEAST_SHRINKAGE })
            .and_then(Self::whitening)
            .unwrap_or_else(|| Self::none(observed.len()))
    }

    fn whitening(matrix: DMatrix<f64>) -> Option<Self> {
        let factor = matrix.clone().cholesky()?.unpack();
        Some(Self { matrix, factor })
    }

    /// Squared length of differences, each in its scale, among the features that both have.
    pub(super) fn squared_length(&self, differences: &[Option<f64>]) -> f64 {
        let mut whitened = DVector::from_fn(differences.len(), |place, _| differences[place].unwrap_or(0.0));
        let is_missing = |place: &usize| differences[*place].is_none();
        let missing: Vec<usize> = (0..differences.len()).filter(is_missing).collect();
        if missing.is_empty() {
            self.factor.solve_lower_triangular_mut(&mut whitened);
        } else {
            // Without a feature, the others have the correlations that they have among themselves.
            let mut matrix = self.matrix.clone();
            for place in missing {
                matrix.row_mut(place).fill(0.0);
                matrix.column_mut(place).fill(0.0);
                matrix[(place, place)] = 1.0;
            }
            // A part of a matrix that has a factor has one as well.
            let Some(part) = matrix.cholesky() else { return f64::INFINITY };
            part.l_dirty().solve_lower_triangular_mut(&mut whitened);
        }
        whitened.norm_squared()
    }
}
