//! Regression adjustment: the particles as they would be if their simulations matched the observation.
//!
//! Parameters, on the real line, are regressed on the features of the accepted simulations, and each particle is moved
//! along by what its features differ from the observed ones: Beaumont, Zhang and Balding (2002),
//! <https://doi.org/10.1093/genetics/162.4.2025>. Particles count by their weight and by the Epanechnikov kernel of
//! their distance. On the real line no particle leaves the support of its prior.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

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

/// Directions in which the features vary less than this, relative to the largest, do not count.
const SMALLEST_SHARE: f64 = 1e-9;
/// Penalties that are tried, relative to the variance of a feature.
const PENALTIES: [f64; 9] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0];
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
    let Some(design) = Design::new(features, observed, &weights) else { return particles };
    let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
    if effective < PARTICLES_PER_FEATURE * (design.rows.ncols() + 1) as f64 {
        return particles;
    }
    let mut points = particles.points.clone();
    for column in 0..points.columns() {
        let values = DVector::from_iterator(points.len(), particles.points.iter().map(|row| row[column]));
        for (row, value) in design.adjust(adjustment, &values, effective).iter().enumerate() {
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

/// Features as distances from the observation, in units of their spread.
struct Design {
    /// Shape `[particle, feature]`, centred at their weighted mean.
    rows: DMatrix<f64>,
    /// The weighted mean of the features, seen from the observation.
    mean: DVector<f64>,
    weights: DVector<f64>,
    /// Of the weighted covariance of the features.
    eigen: SymmetricEigen<f64, nalgebra::Dyn>,
}

impl Design {
    /// Of the features that the observation and all particles have and that differ; `None` if there is none.
    fn new(features: &[Vec<Option<f64>>], observed: &[Option<f64>], weights: &[f64]) -> Option<Self> {
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
        if columns.is_empty() {
            return None;
        }
        let weights = DVector::from_column_slice(weights);
        let mut rows = DMatrix::from_fn(features.len(), columns.len(), |row, column| columns[column][row]);
        let mean = rows.tr_mul(&weights);
        for mut row in rows.row_iter_mut() {
            row -= mean.transpose();
        }
        let mut weighted = rows.clone();
        for (mut row, weight) in weighted.row_iter_mut().zip(&weights) {
            row *= *weight;
        }
        let eigen = SymmetricEigen::new(rows.tr_mul(&weighted));
        Some(Self { rows, mean, weights, eigen })
    }

    /// One parameter of all particles, moved to the observation.
    fn adjust(&self, adjustment: Adjustment, values: &DVector<f64>, effective: f64) -> DVector<f64> {
        let fit = self.fit(values, adjustment == Adjustment::Ridge, effective);
        let residuals = values - &fit.values;
        if adjustment != Adjustment::Heteroscedastic {
            return residuals.add_scalar(fit.at_observation);
        }
        let usual = residuals.component_mul(&residuals).dot(&self.weights);
        let logs = residuals.map(|residual| (residual * residual).max(SMALLEST_RESIDUAL * usual).ln());
        let spread = self.fit(&logs, false, effective);
        let scaled = residuals
            .zip_map(&spread.values, |residual, log| residual * (0.5 * (spread.at_observation - log)).exp());
        scaled.add_scalar(fit.at_observation)
    }

    /// Weighted least squares.
    fn fit(&self, values: &DVector<f64>, penalised: bool, effective: f64) -> Fit {
        let mean = values.dot(&self.weights);
        let centred = values.add_scalar(-mean);
        // Along the directions of the features, in which the regression falls apart into single numbers.
        let along = self.eigen.eigenvectors.tr_mul(&self.rows.tr_mul(&centred.component_mul(&self.weights)));
        let spread = &self.eigen.eigenvalues;
        let smallest = SMALLEST_SHARE * spread.max();
        let penalty = if penalised { self.penalty(&centred, &along, effective) } else { 0.0 };
        let slope =
            |(along, spread): (&f64, &f64)| if *spread > smallest { along / (spread + penalty) } else { 0.0 };
        let slopes = DVector::from_iterator(along.len(), along.iter().zip(spread).map(slope));
        let slopes = &self.eigen.eigenvectors * slopes;
        let values = (&self.rows * &slopes).add_scalar(mean);
        // The observation is at zero.
        Fit { values, at_observation: mean - self.mean.dot(&slopes) }
    }

    /// The penalty with the smallest generalised cross-validation error: Golub, Heath and Wahba (1979),
    /// <https://doi.org/10.1080/00401706.1979.10489751>.
    fn penalty(&self, centred: &DVector<f64>, along: &DVector<f64>, effective: f64) -> f64 {
        let total = centred.component_mul(centred).dot(&self.weights);
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

/// A regression: what it gives for each particle, and at the observation.
struct Fit {
    values: DVector<f64>,
    at_observation: f64,
}
