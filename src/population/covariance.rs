//! The covariance of a population: how far its cells scatter, and which parameters go together.
//!
//! Prior of Huang and Wand (2013), <https://doi.org/10.1214/13-BA815>, with ν = 2: each standard deviation is half-t with
//! two degrees of freedom around its scale, each correlation uniform from −1 to 1. Given the deviations of cells its
//! conditional distributions are known, so no step has to be tuned.

use nalgebra::{Cholesky, DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use crate::numeric::standard_normal;

/// Degrees of freedom at which correlations are uniform.
const NU: f64 = 2.0;

/// A covariance with its prior.
#[derive(Clone, Debug)]
pub(super) struct Covariance {
    pub(super) matrix: DMatrix<f64>,
    pub(super) inverse: DMatrix<f64>,
    /// Scales of the half-t priors.
    scales: DVector<f64>,
}

impl Covariance {
    /// Starts at the scales times a factor.
    pub(super) fn new(scales: &DVector<f64>, factor: f64) -> Self {
        let variances = scales.map(|scale| (factor * scale).powi(2));
        Self {
            matrix: DMatrix::from_diagonal(&variances),
            inverse: DMatrix::from_diagonal(&variances.map(f64::recip)),
            scales: scales.clone(),
        }
    }

    /// Draws the auxiliary variables that make the prior inverse Wishart, then the covariance given them and the deviations
    /// of the cells.
    pub(super) fn update(&mut self, deviations: &[DVector<f64>], generator: &mut ChaCha8Rng) {
        let dimension = self.scales.len();
        let mut scatter = DMatrix::zeros(dimension, dimension);
        for place in 0..dimension {
            let rate = NU * self.inverse[(place, place)] + self.scales[place].powi(-2);
            let auxiliary = rate / gamma(0.5 * (NU + dimension as f64), generator);
            scatter[(place, place)] = 2.0 * NU / auxiliary;
        }
        for deviation in deviations {
            scatter.ger(1.0, deviation, deviation, 1.0);
        }
        let freedom = NU + dimension as f64 - 1.0 + deviations.len() as f64;
        if let Some((matrix, inverse)) = inverse_wishart(freedom, scatter, generator) {
            (self.matrix, self.inverse) = (matrix, inverse);
        }
    }

    /// The same with one standard deviation larger by exp(`by`), and how much more probable that is beforehand, per step of `by`.
    pub(super) fn stretched(&self, parameter: usize, by: f64) -> (Self, f64) {
        let mut other = self.clone();
        other.matrix.row_mut(parameter).scale_mut(by.exp());
        other.matrix.column_mut(parameter).scale_mut(by.exp());
        other.inverse.row_mut(parameter).scale_mut((-by).exp());
        other.inverse.column_mut(parameter).scale_mut((-by).exp());
        let dimension = self.scales.len() as f64;
        let term = |own: &Self| {
            -0.5 * (NU + dimension)
                * (NU * own.inverse[(parameter, parameter)] + own.scales[parameter].powi(-2)).ln()
        };
        // The density has the power −(ν + 2d) / 2 of the determinant, and the map the Jacobian exp((d + 1) by).
        let power = dimension + 1.0 - (NU + 2.0 * dimension);
        let log_ratio = power * by + term(&other) - term(self);
        (other, log_ratio)
    }
}

/// A draw and its inverse; `None` if the scatter is singular to the last digit.
fn inverse_wishart(
    freedom: f64,
    scatter: DMatrix<f64>,
    generator: &mut ChaCha8Rng,
) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
    let dimension = scatter.nrows();
    // With scatter = L Lᵀ and A of Bartlett (1933), L⁻ᵀ A Aᵀ L⁻¹ is Wishart.
    let lower = Cholesky::new(scatter)?.l();
    let mut bartlett = DMatrix::zeros(dimension, dimension);
    for row in 0..dimension {
        for column in 0..row {
            bartlett[(row, column)] = standard_normal(generator);
        }
        bartlett[(row, row)] = (2.0 * gamma(0.5 * (freedom - row as f64), generator)).sqrt();
    }
    let root = lower.tr_solve_lower_triangular(&bartlett)?;
    let inverse = &root * root.transpose();
    let back = bartlett.solve_lower_triangular(&lower.transpose())?;
    Some((back.transpose() * &back, inverse))
}

/// A draw of the gamma distribution with rate 1.
fn gamma(shape: f64, generator: &mut ChaCha8Rng) -> f64 {
    Gamma::new(shape, 1.0).map_or(shape, |own| own.sample(generator)).max(f64::MIN_POSITIVE)
}

/// A draw of N(precision⁻¹ · weighted, precision⁻¹).
pub(super) fn normal_of_precision(
    precision: DMatrix<f64>,
    weighted: &DVector<f64>,
    generator: &mut ChaCha8Rng,
) -> Option<DVector<f64>> {
    let factor = Cholesky::new(precision)?;
    let noise = DVector::from_fn(weighted.len(), |_, _| standard_normal(generator));
    Some(factor.solve(weighted) + factor.l_dirty().tr_solve_lower_triangular(&noise)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    #[test]
    fn the_mean_of_an_inverse_wishart_distribution_is_known() {
        let scatter = DMatrix::from_row_slice(2, 2, &[8.0, 3.0, 3.0, 5.0]);
        let mut generator = Streams::new(1).generator(0, 0);
        let (mut mean, draws) = (DMatrix::zeros(2, 2), 20_000);
        for _ in 0..draws {
            let (matrix, inverse) = inverse_wishart(12.0, scatter.clone(), &mut generator).unwrap();
            let unit = &matrix * inverse;
            assert!((unit - DMatrix::identity(2, 2)).amax() < 1e-9);
            mean += matrix / f64::from(draws);
        }
        // Scatter over (freedom − dimension − 1); the standard error of each is below 0.004.
        assert!((mean - scatter / 9.0).amax() < 0.016);
    }

    #[test]
    fn without_cells_the_prior_is_drawn() {
        let scales = DVector::from_vec(vec![1.0, 3.0]);
        let mut own = Covariance::new(&scales, 1.0);
        let mut generator = Streams::new(2).generator(0, 0);
        let (mut below, mut small, draws) = (0, 0, 40_000);
        for _ in 0..draws {
            own.update(&[], &mut generator);
            // The median of |t| with two degrees of freedom is √(2/3).
            below += usize::from(own.matrix[(1, 1)].sqrt() < 3.0 * (2.0_f64 / 3.0).sqrt());
            let sds = (own.matrix[(0, 0)] * own.matrix[(1, 1)]).sqrt();
            small += usize::from((own.matrix[(0, 1)] / sds).abs() < 0.5);
        }
        for count in [below, small] {
            let share = count as f64 / f64::from(draws);
            assert!((share - 0.5).abs() < 0.03, "{share}");
        }
    }
}
