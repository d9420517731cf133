//! A mixture of Student-t distributions, fitted to weighted points by expectation maximisation: Peel and `McLachlan`
//! (2000), <https://doi.org/10.1023/A:1008981510081>.

use nalgebra::{Cholesky, DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution};
use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

use crate::numeric::{Rows, Unconstrained, log_sum_exp, normalised, standard_normal};

/// Iterations of expectation maximisation.
const ITERATIONS: usize = 25;
/// A component keeps this share of the covariance of all points, so that it cannot shrink to one of them.
const LEAST_SHARE: f64 = 1e-3;
/// Points that each parameter of a component's covariance is worth at the least.
const LEAST_POINTS: f64 = 2.0;
/// Variance in a direction in which the points do not differ at all.
const SMALLEST_VARIANCE: f64 = 1e-12;

/// Share of the defensive component, its width relative to all points, and its degrees of freedom.
const DEFENSIVE_SHARE: f64 = 0.1;
const DEFENSIVE_WIDTH: f64 = 1.2;
const DEFENSIVE_FREEDOM: f64 = 5.0;

/// Points with normalised weights.
#[derive(Clone, Copy)]
pub(super) struct Weighted<'a> {
    pub(super) points: &'a Rows<Unconstrained>,
    pub(super) weights: &'a [f64],
}

#[derive(Clone, Debug)]
pub(super) struct Mixture {
    components: Vec<Component>,
}

#[derive(Clone, Debug)]
struct Component {
    share: f64,
    mean: DVector<f64>,
    /// Lower Cholesky factor of the scale matrix.
    factor: DMatrix<f64>,
    freedom: f64,
}

impl Mixture {
    /// A mixture of at most so many components, with given degrees of freedom.
    pub(super) fn fitted(
        data: Weighted<'_>,
        components: usize,
        freedom: f64,
        generator: &mut ChaCha8Rng,
    ) -> Self {
        let whole = Spread::of(data, &vec![1.0; data.weights.len()]);
        let seeds = seeds(data, &whole, components, generator);
        let factor = factor(&whole.covariance, &whole.covariance);
        let component = |mean: DVector<f64>| Component {
            share: 1.0 / components as f64,
            mean,
            factor: factor.clone() / (components as f64).powf(1.0 / whole.mean.len() as f64),
            freedom,
        };
        let mut mixture = Self { components: seeds.into_iter().map(component).collect() };
        for _ in 0..ITERATIONS {
            mixture.maximise(data, &whole);
        }
        mixture
    }

    /// One iteration of expectation and maximisation.
    fn maximise(&mut self, data: Weighted<'_>, whole: &Spread) {
        let dimension = whole.mean.len() as f64;
        let freedom = self.components[0].freedom;
        let rows: Vec<&[f64]> = data.points.iter().collect();
        let expected: Vec<(Vec<f64>, Vec<f64>)> = rows
            .par_iter()
            .map(|row| {
                let squared: Vec<f64> = self.components.iter().map(|c| c.squared_distance(row)).collect();
                let logs: Vec<f64> =
                    self.components.iter().zip(&squared).map(|(c, &d)| c.log_density(d)).collect();
                let tail = squared.iter().map(|d| (freedom + dimension) / (freedom + d)).collect();
                (normalised(&logs), tail)
            })
            .collect();
        let effective = 1.0 / data.weights.iter().map(|weight| weight * weight).sum::<f64>();
        let mut components = Vec::with_capacity(self.components.len());
        for k in 0..self.components.len() {
            let share: f64 = expected.iter().zip(data.weights).map(|((r, _), w)| r[k] * w).sum();
            // A component of a few points has no covariance.
            if self.components.len() > 1 && share * effective < LEAST_POINTS * (dimension + 1.0) {
                continue;
            }
            let inside: Vec<f64> = expected.iter().map(|(r, u)| r[k] * u[k]).collect();
            let spread = Spread::of(data, &inside);
            let covariance = spread.covariance * (spread.total / share);
            components.push(Component {
                share,
                mean: spread.mean,
                factor: factor(&covariance, &whole.covariance),
                freedom,
            });
        }
        if components.is_empty() {
            return;
        }
        let total: f64 = components.iter().map(|component| component.share).sum();
        for component in &mut components {
            component.share /= total;
        }
        self.components = components;
    }

    /// The same with a wide component with heavy tails around all points, which keeps weights from being large far
    /// from the others: Hesterberg (1995), <https://doi.org/10.1080/00401706.1995.10484303>.
    pub(super) fn defended(mut self, data: Weighted<'_>) -> Self {
        let whole = Spread::of(data, &vec![1.0; data.weights.len()]);
        for component in &mut self.components {
            component.share *= 1.0 - DEFENSIVE_SHARE;
        }
        self.components.push(Component {
            share: DEFENSIVE_SHARE,
            factor: factor(&whole.covariance, &whole.covariance) * DEFENSIVE_WIDTH,
            mean: whole.mean,
            freedom: DEFENSIVE_FREEDOM,
        });
        self
    }

    /// The same, `factor` times as wide.
    pub(super) fn widened(mut self, factor: f64) -> Self {
        for component in &mut self.components {
            component.factor *= factor;
        }
        self
    }

    pub(super) fn draw(&self, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let mut place = generator.random::<f64>();
        let passes = |component: &&Component| {
            place -= component.share;
            place < 0.0
        };
        let component = self.components.iter().find(passes).unwrap_or(&self.components[0]);
        let chi_squared =
            ChiSquared::new(component.freedom).map_or(component.freedom, |chi| chi.sample(generator));
        let length = (component.freedom / chi_squared).sqrt();
        let normals = DVector::from_fn(component.mean.len(), |_, _| length * standard_normal(generator));
        (&component.mean + &component.factor * normals).as_slice().to_vec()
    }

    /// Log density of each row.
    pub(super) fn log_densities(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let rows: Vec<&[f64]> = points.iter().collect();
        let of_row = |row: &&[f64]| {
            let log = |component: &Component| component.log_density(component.squared_distance(row));
            log_sum_exp(&self.components.iter().map(log).collect::<Vec<_>>())
        };
        rows.par_iter().map(of_row).collect()
    }

    /// Number of components and degrees of freedom.
    pub(super) fn shape(&self) -> (usize, f64) {
        (self.components.len(), self.components[0].freedom)
    }
}

impl Component {
    fn squared_distance(&self, row: &[f64]) -> f64 {
        let mut whitened = DVector::from_column_slice(row) - &self.mean;
        self.factor.solve_lower_triangular_mut(&mut whitened);
        whitened.norm_squared()
    }

    /// Log of share times density at a squared distance from the centre.
    fn log_density(&self, squared: f64) -> f64 {
        let freedom = self.freedom;
        let d = self.mean.len() as f64;
        let log_volume: f64 = self.factor.diagonal().iter().map(|side| side.ln()).sum();
        self.share.ln() + ln_gamma(f64::midpoint(freedom, d))
            - ln_gamma(freedom / 2.0)
            - d / 2.0 * (freedom * std::f64::consts::PI).ln()
            - log_volume
            - f64::midpoint(freedom, d) * (squared / freedom).ln_1p()
    }
}

/// Total weight, mean and covariance of some points.
struct Spread {
    total: f64,
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Spread {
    /// Of points whose weights are multiplied by `factors`.
    fn of(data: Weighted<'_>, factors: &[f64]) -> Self {
        let dimension = data.points.columns();
        let weights: Vec<f64> =
            data.weights.iter().zip(factors).map(|(weight, factor)| weight * factor).collect();
        let total: f64 = weights.iter().sum();
        let mut mean = DVector::zeros(dimension);
        for (row, &weight) in data.points.iter().zip(&weights) {
            mean.axpy(weight / total, &DVector::from_column_slice(row), 1.0);
        }
        let mut covariance = DMatrix::zeros(dimension, dimension);
        for (row, &weight) in data.points.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0) {
            let deviation = DVector::from_column_slice(row) - &mean;
            covariance.ger(weight / total, &deviation, &deviation, 1.0);
        }
        Self { total, mean, covariance }
    }
}

/// The Cholesky factor of a covariance with a small part of that of all points.
fn factor(covariance: &DMatrix<f64>, whole: &DMatrix<f64>) -> DMatrix<f64> {
    let variances = whole.diagonal().map(|variance| variance.max(SMALLEST_VARIANCE));
    let ridge = DMatrix::from_diagonal(&(&variances * 1e-9));
    (covariance * (1.0 - LEAST_SHARE) + whole * LEAST_SHARE + ridge)
        .cholesky()
        .map_or_else(|| DMatrix::from_diagonal(&variances.map(f64::sqrt)), Cholesky::unpack)
}

/// Points far from one another: each with a probability in proportion to its weight and its squared distance from
/// those before (Arthur and Vassilvitskii 2007, <https://dl.acm.org/doi/10.5555/1283383.1283494>).
fn seeds(data: Weighted<'_>, whole: &Spread, count: usize, generator: &mut ChaCha8Rng) -> Vec<DVector<f64>> {
    if count == 1 {
        return vec![whole.mean.clone()];
    }
    let factor = factor(&whole.covariance, &whole.covariance);
    let whiten = |row: &[f64]| {
        let mut point = DVector::from_column_slice(row);
        factor.solve_lower_triangular_mut(&mut point);
        point
    };
    let whitened: Vec<DVector<f64>> = data.points.iter().map(whiten).collect();
    let mut chances = data.weights.to_vec();
    let mut nearest = vec![f64::INFINITY; chances.len()];
    let mut seeds = Vec::with_capacity(count);
    for _ in 0..count {
        let mut place = generator.random::<f64>() * chances.iter().sum::<f64>();
        let passes = |chance: &f64| {
            place -= chance;
            place < 0.0
        };
        let chosen = chances.iter().position(passes).unwrap_or(0);
        seeds.push(DVector::from_column_slice(data.points.row(chosen)));
        for (i, chance) in chances.iter_mut().enumerate() {
            nearest[i] = nearest[i].min((&whitened[i] - &whitened[chosen]).norm_squared());
            *chance = data.weights[i] * nearest[i];
        }
    }
    seeds
}
