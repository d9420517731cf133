//! Weighted least squares of one number after the other on the same predictors.

use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

/// Directions in which the predictors vary less than this, relative to the largest, do not count.
const SMALLEST_SHARE: f64 = 1e-9;
/// Penalties that are tried, relative to the variance of a predictor.
const PENALTIES: [f64; 9] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0];

/// The predictors.
pub(super) struct Regression {
    /// Shape `[row, predictor]`, centred at their weighted mean.
    rows: DMatrix<f64>,
    mean: DVector<f64>,
    weights: DVector<f64>,
    /// Of the weighted covariance of the predictors.
    eigen: SymmetricEigen<f64, Dyn>,
}

/// A regression: what it gives for each row, and for any other.
pub(super) struct Fit {
    pub(super) values: DVector<f64>,
    pub(super) slopes: DVector<f64>,
    /// Where all predictors are zero.
    pub(super) intercept: f64,
}

impl Regression {
    /// `rows`: shape `[row, predictor]`, predictors of a spread of about one; `weights` add up to one.
    pub(super) fn new(mut rows: DMatrix<f64>, weights: DVector<f64>) -> Self {
        let mean = rows.tr_mul(&weights);
        for mut row in rows.row_iter_mut() {
            row -= mean.transpose();
        }
        let mut weighted = rows.clone();
        for (mut row, weight) in weighted.row_iter_mut().zip(&weights) {
            row *= *weight;
        }
        let eigen = SymmetricEigen::new(rows.tr_mul(&weighted));
        Self { rows, mean, weights, eigen }
    }

    /// The regression of some values, one for each row; with a penalty on the slopes if wanted.
    pub(super) fn fit(&self, values: &DVector<f64>, penalised: bool) -> Fit {
        let mean = values.dot(&self.weights);
        let centred = values.add_scalar(-mean);
        // Along the directions of the predictors, in which the regression falls apart into single numbers.
        let along = self.eigen.eigenvectors.tr_mul(&self.rows.tr_mul(&centred.component_mul(&self.weights)));
        let spread = &self.eigen.eigenvalues;
        let smallest = SMALLEST_SHARE * spread.max();
        let penalty = if penalised { self.penalty(&centred, &along) } else { 0.0 };
        let slope =
            |(along, spread): (&f64, &f64)| if *spread > smallest { along / (spread + penalty) } else { 0.0 };
        let slopes = DVector::from_iterator(along.len(), along.iter().zip(spread).map(slope));
        let slopes = &self.eigen.eigenvectors * slopes;
        let values = (&self.rows * &slopes).add_scalar(mean);
        let intercept = mean - self.mean.dot(&slopes);
        Fit { values, slopes, intercept }
    }

    /// The weighted sum of values, one for each row.
    pub(super) fn mean_of(&self, values: &DVector<f64>) -> f64 {
        values.dot(&self.weights)
    }

    /// The penalty with the smallest generalised cross-validation error: Golub, Heath and Wahba (1979),
    /// <https://doi.org/10.1080/00401706.1979.10489751>.
    fn penalty(&self, centred: &DVector<f64>, along: &DVector<f64>) -> f64 {
        let total = centred.component_mul(centred).dot(&self.weights);
        let effective = 1.0 / self.weights.norm_squared();
        let error = |penalty: &f64| {
            let parts = along.iter().zip(&self.eigen.eigenvalues).filter(|(_, spread)| **spread > 0.0);
            let (explained, freedom) = parts.fold((0.0, 1.0), |(explained, freedom), (along, spread)| {
                let own = along * along * (spread + 2.0 * penalty) / (spread + penalty).powi(2);
                (explained + own, freedom + spread / (spread + penalty))
            });
            (total - explained) / (1.0 - freedom / effective).powi(2)
        };
        let best = PENALTIES.iter().min_by(|a, b| error(a).total_cmp(&error(b)));
        best.copied().unwrap_or(0.0)
    }
}
