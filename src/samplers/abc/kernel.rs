//! How the particles of one generation propose those of the next.

use std::borrow::Cow;
use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

use super::steps::Steps;
use crate::numeric::{Rows, Unconstrained, log_sum_exp, standard_normal};
use crate::samplers::gaussian::Gaussian;
use crate::settings::Section;

/// Which step leads from a parent to a proposal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// Normal, with twice the covariance of the population: Beaumont et al. (2009),
    /// <https://doi.org/10.1093/biomet/asp052>.
    Normal,
    /// The same without correlations.
    Componentwise,
    /// Normal, with the covariance of the nearest neighbours of the parent: Filippi et al. (2013),
    /// <https://doi.org/10.1515/sagmb-2012-0069>. For posteriors that are bent or have several modes.
    Local,
    /// Student's t, for posteriors with long tails.
    StudentT,
}

impl Shape {
    pub(super) fn from_settings(section: &Section<'_>) -> Self {
        let known = ["normal", "componentwise", "local", "student_t"];
        let key =
            section.key("kernel", "how a particle moves: with the covariance of all, of its neighbours, ...");
        match &*key.choice_or(&known, "local") {
            "componentwise" => Shape::Componentwise,
            "normal" => Shape::Normal,
            "student_t" => Shape::StudentT,
            _ => Shape::Local,
        }
    }
}

/// Steps of a normal kernel are this much longer than the population is wide.
const WIDTH: f64 = std::f64::consts::SQRT_2;
/// Degrees of freedom of Student's t.
const FREEDOM: usize = 4;
/// Neighbours of a parent, as a share of the population, and at least so many per parameter.
const NEIGHBOURS: f64 = 0.1;
const NEIGHBOURS_PER_PARAMETER: usize = 5;

/// The mixture of steps from all parents, by their weights.
pub(super) struct Kernel {
    parents: Rows<Unconstrained>,
    /// Normalised weights of the parents.
    weights: Vec<f64>,
    /// Their running sums.
    sums: Vec<f64>,
    /// One for all parents, or one for each.
    steps: Vec<Gaussian>,
    width: f64,
    freedom: Option<usize>,
}

impl Kernel {
    pub(super) fn fitted(shape: Shape, parents: Rows<Unconstrained>, weights: Vec<f64>) -> Self {
        let all = Gaussian::fitted(&parents, &weights);
        let (steps, width) = match shape {
            Shape::Normal => (vec![all], WIDTH),
            // Four degrees of freedom have twice the covariance by themselves.
            Shape::StudentT => (vec![all], 1.0),
            Shape::Componentwise => (vec![all.without_correlations()], WIDTH),
            Shape::Local => (local(&parents, &weights, &all), 1.0),
        };
        let sums = running_sums(&weights);
        Self { parents, weights, sums, steps, width, freedom: (shape == Shape::StudentT).then_some(FREEDOM) }
    }

    /// A parent chosen by weight, moved.
    pub(super) fn propose(&self, point: &mut [f64], generator: &mut ChaCha8Rng) {
        let parent = choose(&self.sums, generator.random());
        let mut width = self.width;
        let step = self.step_of(parent);
        let moved = step.draw(1.0, generator);
        if let Some(freedom) = self.freedom {
            let squares: f64 = (0..freedom).map(|_| standard_normal(generator).powi(2)).sum();
            width *= (freedom as f64 / squares).sqrt();
        }
        for ((value, centre), step) in point.iter_mut().zip(self.parents.row(parent)).zip(&moved) {
            *value = centre + width * step;
        }
    }

    /// Log density of having been proposed of each point. Each sum has a fixed order.
    pub(super) fn log_density(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let weights = self.weights.iter().enumerate();
        let of_step = self.log_constant(points.columns());
        let constants: Vec<f64> = weights
            .map(|(parent, weight)| weight.ln() - self.step_of(parent).log_volume() + of_step)
            .collect();
        let (steps, points) = match self.steps.as_slice() {
            // In its own coordinates one shape for all needs no matrix for each pair.
            [shape] => (Steps::round(&shape.whiten(&self.parents)), Cow::Owned(shape.whiten(points))),
            shapes => (Steps::shaped(&self.parents, shapes), Cow::Borrowed(points)),
        };
        let narrow = 1.0 / (self.width * self.width);
        let mixture = |logs: &mut Vec<f64>, point: &[f64]| {
            steps.squared_lengths(point, logs);
            for (log, constant) in logs.iter_mut().zip(&constants) {
                *log = constant + self.log_step(*log * narrow, point.len());
            }
            log_sum_exp(logs)
        };
        points.values().par_chunks_exact(points.columns()).map_init(Vec::new, mixture).collect()
    }

    /// What the density of a step has in common with all others, but for the volume of its shape: models of different
    /// dimensions are compared by it.
    fn log_constant(&self, dimension: usize) -> f64 {
        let half = 0.5 * dimension as f64;
        let log_shape = match self.freedom {
            Some(freedom) => {
                let freedom = freedom as f64;
                ln_gamma(0.5 * freedom + half) - ln_gamma(0.5 * freedom) - half * (PI * freedom).ln()
            }
            None => -half * (2.0 * PI).ln(),
        };
        log_shape - dimension as f64 * self.width.ln()
    }

    /// Log density of a step, given its squared length, up to that constant.
    fn log_step(&self, squared: f64, dimension: usize) -> f64 {
        match self.freedom {
            Some(freedom) => -0.5 * (freedom + dimension) as f64 * (squared / freedom as f64).ln_1p(),
            None => -0.5 * squared,
        }
    }

    fn step_of(&self, parent: usize) -> &Gaussian {
        self.steps.get(parent).unwrap_or(&self.steps[0])
    }
}

/// The shape of the population around each parent.
fn local(parents: &Rows<Unconstrained>, weights: &[f64], all: &Gaussian) -> Vec<Gaussian> {
    let (count, dimension) = (parents.len(), parents.columns());
    let neighbours =
        ((NEIGHBOURS * count as f64) as usize).max(NEIGHBOURS_PER_PARAMETER * dimension).min(count);
    let places = all.whiten(parents);
    let steps = Steps::round(&places);
    let around = |(squared, ranked): &mut (Vec<f64>, Vec<f64>), parent: usize| {
        steps.squared_lengths(places.row(parent), squared);
        ranked.clone_from(squared);
        let (_, &mut farthest, _) = ranked.select_nth_unstable_by(neighbours - 1, f64::total_cmp);
        let mut points = Rows::zeros(0, dimension);
        let mut own = Vec::with_capacity(neighbours);
        for other in (0..count).filter(|&other| squared[other] <= farthest) {
            points.push(parents.row(other));
            own.push(weights[other]);
        }
        let total: f64 = own.iter().sum();
        Gaussian::fitted(&points, &own.iter().map(|weight| weight / total).collect::<Vec<_>>())
    };
    (0..count).into_par_iter().map_init(Default::default, around).collect()
}

/// The sum of the weights up to each.
pub(super) fn running_sums(weights: &[f64]) -> Vec<f64> {
    let running = weights.iter().scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    running.collect()
}

/// The index at which the running sum of the weights passes `share`.
pub(super) fn choose(sums: &[f64], share: f64) -> usize {
    sums.partition_point(|sum| *sum <= share).min(sums.len() - 1)
}
