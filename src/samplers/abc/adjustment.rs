//! Regression adjustment: the particles as they would be if their simulations matched the observation.
//!
//! Parameters, on the real line, are regressed on the features of the accepted simulations, and each particle is moved
//! along by what its features differ from the observed ones: Beaumont, Zhang and Balding (2002),
//! <https://doi.org/10.1093/genetics/162.4.2025>. Particles count by their weight and by the Epanechnikov kernel of
//! their distance. On the real line no particle leaves the support of its prior.

use nalgebra::{DMatrix, DVector};

use super::regression::Regression;
use crate::draws::{Particles, Unadjusted};
use crate::settings::Section;

/// Which regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adjustment {
    None,
    /// Local linear.
    Linear,
    /// Linear with a penalty on the slopes, for many features; generalised cross-validation finds it.
    Ridge,
    /// Linear, with a spread that changes with the features as well: Blum and François (2010),
    /// <https://doi.org/10.1007/s11222-009-9116-0>.
    Heteroscedastic,
}

impl Adjustment {
    pub(super) fn from_settings(section: &Section<'_>) -> Self {
        let known = ["none", "linear", "ridge", "heteroscedastic"];
        let key = section.key("adjustment", "regression that moves particles to where their features match");
        match &*key.choice_or(&known, "none") {
            "linear" => Adjustment::Linear,
            "ridge" => Adjustment::Ridge,
            "heteroscedastic" => Adjustment::Heteroscedastic,
            _ => Adjustment::None,
        }
    }
}

/// Particles with weight for each feature that a regression needs.
const PARTICLES_PER_FEATURE: f64 = 5.0;
/// A residual below this share of the usual one says nothing about the spread.
const SMALLEST_RESIDUAL: f64 = 1e-12;

/// The adjusted particles; the others are kept beside them. The particles stay as they are if no feature can be used, or
/// if they are too few. `features`: those of the accepted simulations, one row per particle.
pub(super) fn adjusted(
    adjustment: Adjustment,
    particles: Particles,
    features: &[Vec<Option<f64>>],
    observed: &[Option<f64>],
) -> Particles {
    if adjustment == Adjustment::None {
        return particles;
    }
    let Some(weights) = kernel_weights(&particles) else { return particles };
    let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
    let Some(predictors) = predictors(features, observed, &weights) else { return particles };
    if effective < PARTICLES_PER_FEATURE * (predictors.ncols() + 1) as f64 {
        return particles;
    }
    let regression = Regression::new(predictors, DVector::from_column_slice(&weights));
    let mut points = particles.points.clone();
    for column in 0..points.columns() {
        let values = DVector::from_iterator(points.len(), particles.points.iter().map(|row| row[column]));
        for (row, value) in adjust(adjustment, &regression, &values).iter().enumerate() {
            points.row_mut(row)[column] = *value;
        }
    }
    let Particles { points: raw, weights: own, .. } = particles;
    let unadjusted = Some(Unadjusted { points: raw, weights: own });
    Particles { points, weights, unadjusted, ..particles }
}

/// Weight times 1 − (distance / ε)², normalised; ε is the largest distance. `None` if all distances are the same.
fn kernel_weights(particles: &Particles) -> Option<Vec<f64>> {
    let largest = particles.distances.iter().copied().fold(0.0, f64::max);
    let kernel = |(weight, distance): (&f64, &f64)| weight * (1.0 - (distance / largest).powi(2));
    let weights: Vec<f64> = particles.weights.iter().zip(&particles.distances).map(kernel).collect();
    let total: f64 = weights.iter().sum();
    (total > 0.0 && total.is_finite()).then(|| weights.iter().map(|weight| weight / total).collect())
}

/// Features as distances from the observation, in units of their spread, shape `[particle, feature]`: those that the
/// observation and all particles have and that differ. `None` if there is none.
fn predictors(
    features: &[Vec<Option<f64>>],
    observed: &[Option<f64>],
    weights: &[f64],
) -> Option<DMatrix<f64>> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (index, observed) in observed.iter().enumerate() {
        let Some(observed) = observed else { continue };
        let values: Option<Vec<f64>> = features.iter().map(|row| Some(row[index]? - observed)).collect();
        let Some(values) = values else { continue };
        let mean: f64 = values.iter().zip(weights).map(|(value, weight)| weight * value).sum();
        let variance: f64 = values.iter().zip(weights).map(|(v, w)| w * (v - mean).powi(2)).sum();
        if variance > 0.0 && variance.is_finite() {
            columns.push(values.iter().map(|value| value / variance.sqrt()).collect());
        }
    }
    let matrix = || DMatrix::from_fn(features.len(), columns.len(), |row, column| columns[column][row]);
    (!columns.is_empty()).then(matrix)
}

/// One parameter of all particles, moved to the observation, which is where all predictors are zero.
fn adjust(adjustment: Adjustment, regression: &Regression, values: &DVector<f64>) -> DVector<f64> {
    let fit = regression.fit(values, adjustment == Adjustment::Ridge);
    let residuals = values - &fit.values;
    if adjustment != Adjustment::Heteroscedastic {
        return residuals.add_scalar(fit.intercept);
    }
    let usual = regression.mean_of(&residuals.component_mul(&residuals));
    let logs = residuals.map(|residual| (residual * residual).max(SMALLEST_RESIDUAL * usual).ln());
    let spread = regression.fit(&logs, false);
    let scaled =
        residuals.zip_map(&spread.values, |residual, log| residual * (0.5 * (spread.intercept - log)).exp());
    scaled.add_scalar(fit.intercept)
}
