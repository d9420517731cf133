//! How the particles of one generation propose those of the next.

use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

use super::densities::Densities;
use super::steps::Steps;
use crate::numeric::{Rows, Unconstrained, log_sum_exp, standard_normal};
use crate::samplers::gaussian::{Gaussian, weighted_mean};
use crate::settings::Section;

/// Which step leads from a parent to a proposal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// Normal, with twice the covariance of the population: Beaumont et al. (2009),
    /// <https://doi.org/10.1093/biomet/asp052>.
    Normal,
    /// The same without correlations.
    Componentwise,
    /// Normal, as wide as it is from the parent to its nearest neighbours: Filippi et al. (2013),
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
/// Share of the proposals of local steps that are drawn around all particles at once.
const AROUND_ALL: f64 = 0.1;
/// Parents that share the shape of their steps: to find neighbours for each would take longer than all simulations of a
/// quick model.
const ALIKE: usize = 8;
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
    /// Shapes of steps, and which one each parent has.
    shapes: Vec<Gaussian>,
    shape_of: Vec<usize>,
    length: Length,
    /// Where local steps are too short to reach: without it the weight of a particle there would have no bound. Defensive
    /// mixtures: Hesterberg (1995), <https://doi.org/10.1080/00401706.1995.10484303>.
    around_all: Option<AroundAll>,
}

/// Student's t with the mean and the covariance of all particles.
struct AroundAll {
    mean: Vec<f64>,
    shape: Gaussian,
}

/// How long steps are, in the size of their shape.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) width: f64,
    /// Of Student's t; `None`: normal.
    pub(super) freedom: Option<usize>,
}

impl Length {
    /// Student's t, which has twice the covariance of its shape.
    pub(super) const STUDENT_T: Self = Self { width: 1.0, freedom: Some(FREEDOM) };

    /// By what a normal step is multiplied.
    fn draw(self, generator: &mut ChaCha8Rng) -> f64 {
        let Some(freedom) = self.freedom else { return self.width };
        let squares: f64 = (0..freedom).map(|_| standard_normal(generator).powi(2)).sum();
        self.width * (freedom as f64 / squares).sqrt()
    }

    /// What the density of a step has in common with all others, but for the volume of its shape: models of different
    /// dimensions are compared by it.
    pub(super) fn log_constant(self, dimension: usize) -> f64 {
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

    /// Log density of a step, given its squared length in its shape and in its width, up to that constant.
    pub(super) fn log_step(self, squared: f64, dimension: usize) -> f64 {
        match self.freedom {
            Some(freedom) => -0.5 * (freedom + dimension) as f64 * (squared / freedom as f64).ln_1p(),
            None => -0.5 * squared,
        }
    }
}

impl Kernel {
    pub(super) fn fitted(shape: Shape, parents: Rows<Unconstrained>, weights: Vec<f64>) -> Self {
        let all = Gaussian::fitted(&parents, &weights);
        let normal = |width| Length { width, freedom: None };
        let mut shape_of = vec![0; parents.len()];
        let (shapes, length, around_all) = match shape {
            Shape::Normal => (vec![all], normal(WIDTH), None),
            Shape::StudentT => (vec![all], Length::STUDENT_T, None),
            Shape::Componentwise => (vec![all.without_correlations()], normal(WIDTH), None),
            Shape::Local => {
                let (shapes, own) = local(&parents, &all);
                shape_of = own;
                let mean = weighted_mean(&parents, &weights);
                (shapes, normal(1.0), Some(AroundAll { mean, shape: all }))
            }
        };
        let sums = running_sums(&weights);
        Self { parents, weights, sums, shapes, shape_of, length, around_all }
    }

    /// A parent chosen by weight, moved; now and then a draw around all of them.
    pub(super) fn propose(&self, point: &mut [f64], generator: &mut ChaCha8Rng) {
        let around_all = self.around_all.as_ref().filter(|_| generator.random::<f64>() < AROUND_ALL);
        let (centre, shape, length) = if let Some(all) = around_all {
            (&*all.mean, &all.shape, Length::STUDENT_T)
        } else {
            let parent = choose(&self.sums, generator.random());
            (self.parents.row(parent), &self.shapes[self.shape_of[parent]], self.length)
        };
        let moved = shape.draw(1.0, generator);
        let length = length.draw(generator);
        for ((value, centre), step) in point.iter_mut().zip(centre).zip(&moved) {
            *value = centre + length * step;
        }
    }

    /// Log density of having been proposed of each point.
    pub(super) fn log_density(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let (parents, shapes) = ((&self.parents, &*self.weights), (&*self.shapes, &*self.shape_of));
        let from_parents = Densities::new(parents, shapes, self.length).of(points);
        let Some(all) = &self.around_all else { return from_parents };
        let both = |(from_parents, point): (f64, &[f64])| {
            log_sum_exp(&[(1.0 - AROUND_ALL).ln() + from_parents, AROUND_ALL.ln() + all.log_density(point)])
        };
        from_parents.into_iter().zip(points.iter()).map(both).collect()
    }
}

impl AroundAll {
    fn log_density(&self, point: &[f64]) -> f64 {
        let mut step: Vec<f64> = point.iter().zip(&self.mean).map(|(value, mean)| value - mean).collect();
        let squared = self.shape.squared_length(&mut step);
        let length = Length::STUDENT_T;
        length.log_constant(point.len()) - self.shape.log_volume() + length.log_step(squared, point.len())
    }
}

/// The shapes of the population around some of the parents, and the nearest of these for each parent.
fn local(parents: &Rows<Unconstrained>, all: &Gaussian) -> (Vec<Gaussian>, Vec<usize>) {
    let (count, dimension) = (parents.len(), parents.columns());
    let neighbours =
        ((NEIGHBOURS * count as f64) as usize).max(NEIGHBOURS_PER_PARAMETER * dimension).min(count);
    let places = all.whiten(parents);
    let mut centres = Rows::zeros(0, dimension);
    (0..count).step_by(ALIKE).for_each(|parent| centres.push(places.row(parent)));
    let (to_all, to_centres) = (Steps::new(&places), Steps::new(&centres));
    let around = |(squared, ranked): &mut (Vec<f64>, Vec<f64>), centre: usize| {
        to_all.squared_lengths(centres.row(centre), squared);
        ranked.clone_from(squared);
        let (_, &mut farthest, _) = ranked.select_nth_unstable_by(neighbours - 1, f64::total_cmp);
        let near = (0..count).filter(|&other| squared[other] <= farthest);
        // By their weights a single heavy particle would have itself alone for a neighbour, and never get away.
        Gaussian::around(parents.row(centre * ALIKE), near.map(|other| parents.row(other)))
    };
    let nearest = |squared: &mut Vec<f64>, place: &[f64]| {
        to_centres.squared_lengths(place, squared);
        (0..squared.len()).min_by(|&a, &b| squared[a].total_cmp(&squared[b])).unwrap_or(0)
    };
    let shapes = (0..centres.len()).into_par_iter().map_init(Default::default, around).collect();
    let places = places.values().par_chunks_exact(dimension);
    (shapes, places.map_init(Vec::new, nearest).collect())
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
