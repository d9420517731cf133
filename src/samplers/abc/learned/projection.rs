//! Summaries that are weighted sums of the predictors.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::samplers::abc::regression::Regression;

/// Offsets and weights.
#[derive(Clone)]
pub(super) struct Projection {
    offsets: DVector<f64>,
    /// Shape `[summary, predictor]`.
    weights: DMatrix<f64>,
}

impl Projection {
    /// The regression of each parameter on the predictors, with a penalty.
    pub(super) fn regression(inputs: &DMatrix<f64>, parameters: &DMatrix<f64>) -> Self {
        let equal = DVector::from_element(inputs.nrows(), 1.0 / inputs.nrows() as f64);
        let regression = Regression::new(inputs.clone(), equal);
        let fits: Vec<_> =
            parameters.column_iter().map(|values| regression.fit(&values.into_owned(), true)).collect();
        Self {
            offsets: DVector::from_iterator(fits.len(), fits.iter().map(|fit| fit.intercept)),
            weights: DMatrix::from_fn(fits.len(), inputs.ncols(), |row, column| fits[row].slopes[column]),
        }
    }

    /// The directions in which the predictors differ most: the leading eigenvectors of their covariance.
    pub(super) fn pca(inputs: &DMatrix<f64>, components: usize) -> Self {
        let means = inputs.row_mean();
        let centred = centred(inputs);
        let eigen = SymmetricEigen::new(centred.tr_mul(&centred));
        let mut order: Vec<usize> = (0..inputs.ncols()).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        order.truncate(components);
        let weights = DMatrix::from_fn(order.len(), inputs.ncols(), |row, column| {
            eigen.eigenvectors[(column, order[row])]
        });
        Self { offsets: -(&weights * means.transpose()), weights }
    }

    /// Partial least squares: one after the other the directions of the predictors that go along most with the parameters,
    /// each without what those before it explain (NIPALS; Wold, Sjöström and Eriksson 2001,
    /// <https://doi.org/10.1016/S0169-7439(01)00155-1>).
    pub(super) fn pls(inputs: DMatrix<f64>, parameters: DMatrix<f64>, components: usize) -> Self {
        let means = inputs.row_mean();
        let (mut x, mut y) = (centred(&inputs), centred(&parameters));
        for mut column in y.column_iter_mut() {
            let spread = column.norm();
            column /= if spread > 0.0 { spread } else { 1.0 };
        }
        let (mut directions, mut loadings) = (Vec::new(), Vec::new());
        for _ in 0..components.min(inputs.ncols()) {
            let together = x.tr_mul(&y);
            let Some(direction) = leading(&together) else { break };
            let scores = &x * &direction;
            let size = scores.norm_squared();
            if size.is_nan() || size <= 0.0 {
                break;
            }
            let loading = x.tr_mul(&scores) / size;
            let of_parameters = y.tr_mul(&scores) / size;
            x -= &scores * loading.transpose();
            y -= &scores * of_parameters.transpose();
            directions.push(direction);
            loadings.push(loading);
        }
        let weights =
            from_original(&directions, &loadings).unwrap_or_else(|| DMatrix::zeros(0, inputs.ncols()));
        Self { offsets: -(&weights * means.transpose()), weights }
    }

    /// The summaries of one simulation.
    pub(super) fn of(&self, inputs: &[f64]) -> Vec<f64> {
        let sum = |(row, offset): (usize, &f64)| {
            offset
                + self.weights.row(row).iter().zip(inputs).map(|(weight, input)| weight * input).sum::<f64>()
        };
        self.offsets.iter().enumerate().map(sum).collect()
    }
}

fn centred(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let means = matrix.row_mean();
    let mut centred = matrix.clone();
    for mut row in centred.row_iter_mut() {
        row -= &means;
    }
    centred
}

/// The left singular vector of the largest singular value, pointing so that its largest entry is positive.
fn leading(matrix: &DMatrix<f64>) -> Option<DVector<f64>> {
    let eigen = SymmetricEigen::new(matrix * matrix.transpose());
    let vector = eigen.eigenvectors.column(eigen.eigenvalues.imax()).into_owned();
    let largest = vector.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    (eigen.eigenvalues.max() > 0.0).then(|| vector * largest.signum())
}

/// The weights of the directions on predictors from which nothing was taken away: W (Pᵀ W)⁻¹, transposed.
fn from_original(directions: &[DVector<f64>], loadings: &[DVector<f64>]) -> Option<DMatrix<f64>> {
    if directions.is_empty() {
        return None;
    }
    let (w, p) = (DMatrix::from_columns(directions), DMatrix::from_columns(loadings));
    Some((&w * p.tr_mul(&w).try_inverse()?).transpose())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::numeric::standard_normal;

    /// Two parameters; predictors are their sums with noise, and one of large spread that says nothing.
    fn example() -> (DMatrix<f64>, DMatrix<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut normal = || standard_normal(&mut random);
        let mut inputs = DMatrix::zeros(2000, 4);
        let mut parameters = DMatrix::zeros(2000, 2);
        for row in 0..2000 {
            let (a, b) = (normal(), normal());
            parameters.set_row(row, &DMatrix::from_row_slice(1, 2, &[a, b]).row(0));
            let own =
                [a + b + 0.1 * normal(), a - b + 0.1 * normal(), 3.0 * normal(), 0.5 * a + 0.2 * normal()];
            inputs.set_row(row, &DMatrix::from_row_slice(1, 4, &own).row(0));
        }
        (inputs, parameters)
    }

    /// Share of the variance of a parameter that a regression on the summaries explains.
    fn explained(projection: &Projection, inputs: &DMatrix<f64>, parameter: &DVector<f64>) -> f64 {
        let rows: Vec<Vec<f64>> =
            inputs.row_iter().map(|row| projection.of(&row.iter().copied().collect::<Vec<_>>())).collect();
        let summaries = DMatrix::from_fn(rows.len(), rows[0].len(), |row, column| rows[row][column]);
        let equal = DVector::from_element(rows.len(), 1.0 / rows.len() as f64);
        let fit = Regression::new(summaries, equal).fit(parameter, false);
        1.0 - (parameter - fit.values).norm_squared() / parameter.add_scalar(-parameter.mean()).norm_squared()
    }

    #[test]
    fn a_regression_estimates_the_parameters() {
        let (inputs, parameters) = example();
        let projection = Projection::regression(&inputs, &parameters);
        // b comes from the first two predictors alone: half of their difference, with noise 0.1 / √2.
        assert!((projection.weights[(1, 0)] - 0.5).abs() < 0.02, "{}", projection.weights);
        assert!((projection.weights[(1, 1)] + 0.5).abs() < 0.02 && projection.weights[(1, 2)].abs() < 0.01);
        let residual = explained(&projection, &inputs, &parameters.column(1).into_owned());
        assert!((residual - (1.0 - 0.005)).abs() < 0.002, "{residual}");
    }

    #[test]
    fn partial_least_squares_finds_what_tells_of_the_parameters_and_components_only_what_varies() {
        let (inputs, parameters) = example();
        let a = parameters.column(0).into_owned();
        let pls = Projection::pls(inputs.clone(), parameters, 2);
        assert!(explained(&pls, &inputs, &a) > 0.9);
        // The first component is the predictor of the largest spread, which says nothing.
        let pca = Projection::pca(&inputs, 1);
        assert!(pca.weights[(0, 2)].abs() > 0.99 && explained(&pca, &inputs, &a) < 0.01);
    }

    /// Predictors that are all used up leave no third direction.
    #[test]
    fn there_are_no_more_directions_than_the_predictors_have() {
        let (inputs, parameters) = example();
        let two = inputs.columns(0, 2).into_owned();
        assert_eq!(Projection::pls(two.clone(), parameters, 5).offsets.len(), 2);
        assert_eq!(Projection::pca(&two, 5).offsets.len(), 2);
    }
}
