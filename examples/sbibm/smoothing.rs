//! As many draws as are wanted from a few weighted particles.
//!
//! A particle is chosen by its weight, drawn towards a mean and moved by a normal step, such that mean and covariance stay
//! as they are: West (1993), <https://doi.org/10.1111/j.2517-6161.1993.tb01911.x>. They are those of the whole population or,
//! for posteriors that are bent or have several modes, of the neighbours of the particle. Which, and the width of the step in
//! their units, is what makes particles that are left out most probable.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use hhbayes::numeric::{Rows, Streams, Unconstrained, standard_normal};

const WIDTHS: [f64; 14] = [0.02, 0.03, 0.04, 0.06, 0.08, 0.11, 0.15, 0.2, 0.27, 0.36, 0.5, 0.65, 0.8, 1.0];
/// Neighbours as a share of the particles, and at least so many per parameter.
const NEIGHBOURS: f64 = 0.05;
const NEIGHBOURS_PER_PARAMETER: usize = 5;
/// Particles whose density is looked at, at most.
const JUDGED: usize = 1000;

/// Mean and covariance of some particles.
struct Shape {
    mean: DVector<f64>,
    factor: DMatrix<f64>,
}

/// A kernel density of particles on the real line.
pub struct Smoothed {
    particles: Vec<DVector<f64>>,
    weights: Vec<f64>,
    /// One for all, or one for each.
    shapes: Vec<Shape>,
    pub width: f64,
    pub is_local: bool,
}

impl Smoothed {
    /// The better of both kinds of kernels, of points with normalised weights.
    pub fn new(points: &Rows<Unconstrained>, weights: &[f64]) -> Self {
        let particles: Vec<DVector<f64>> = points.iter().map(DVector::from_column_slice).collect();
        let all = Shape::of(&particles, weights);
        let local = local(&particles, weights, &all);
        let with = |shapes: Vec<Shape>| {
            let is_local = shapes.len() > 1;
            Self { particles: particles.clone(), weights: weights.to_vec(), shapes, width: 1.0, is_local }
        };
        let [mut one, mut many] = [with(vec![all]), with(local)];
        if one.choose_width() >= many.choose_width() { one } else { many }
    }

    /// Sets the best width and returns its score.
    fn choose_width(&mut self) -> f64 {
        let stride = self.particles.len().div_ceil(JUDGED);
        let judged: Vec<usize> = (0..self.particles.len()).step_by(stride).collect();
        let scores: Vec<Vec<f64>> = judged.into_par_iter().map(|index| self.left_out(index)).collect();
        let score = |place: usize| scores.iter().map(|row| row[place]).sum::<f64>();
        let best = (0..WIDTHS.len()).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap_or(0);
        self.width = WIDTHS[best];
        score(best)
    }

    /// Weight times log density, up to a constant, of a particle without its own kernel, for each width.
    fn left_out(&self, judged: usize) -> Vec<f64> {
        let dimension = self.particles[judged].len() as f64;
        let mut densities = [0.0; WIDTHS.len()];
        for other in (0..self.particles.len()).filter(|&other| other != judged) {
            let shape = self.shape_of(other);
            let (place, centre) =
                (shape.whiten(&self.particles[judged]), shape.whiten(&self.particles[other]));
            let (own, both, others) = (place.norm_squared(), place.dot(&centre), centre.norm_squared());
            let volume: f64 = shape.factor.diagonal().iter().product();
            for (density, width) in densities.iter_mut().zip(WIDTHS) {
                let shrink = shrink(width);
                let squared = own - 2.0 * shrink * both + shrink * shrink * others;
                *density += self.weights[other] / volume * (-0.5 * squared / (width * width)).exp();
            }
        }
        let log = |(density, width): (f64, f64)| density.max(f64::MIN_POSITIVE).ln() - dimension * width.ln();
        densities.into_iter().zip(WIDTHS).map(|pair| self.weights[judged] * log(pair)).collect()
    }

    /// Draws on the real line.
    pub fn draw(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = Rows::zeros(count, self.particles[0].len());
        for (index, row) in rows.iter_mut().enumerate() {
            let mut generator = streams.generator(0, index as u64);
            let chosen = self.choose(&mut generator);
            let shape = self.shape_of(chosen);
            let step = DVector::from_fn(row.len(), |_, _| self.width * standard_normal(&mut generator));
            let centre = &shape.mean + shrink(self.width) * (&self.particles[chosen] - &shape.mean);
            row.copy_from_slice((centre + &shape.factor * step).as_slice());
        }
        rows
    }

    fn shape_of(&self, particle: usize) -> &Shape {
        self.shapes.get(particle).unwrap_or(&self.shapes[0])
    }

    fn choose(&self, generator: &mut ChaCha8Rng) -> usize {
        let share: f64 = generator.random();
        let mut sum = 0.0;
        let passes = |weight: &f64| {
            sum += weight;
            sum > share
        };
        self.weights.iter().position(passes).unwrap_or(self.weights.len() - 1)
    }
}

impl Shape {
    /// With a little of the variances added, so that few particles suffice.
    fn of(particles: &[DVector<f64>], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let size = particles[0].len();
        let mut mean = DVector::zeros(size);
        particles.iter().zip(weights).for_each(|(row, &weight)| mean.axpy(weight / total, row, 1.0));
        let mut covariance = DMatrix::zeros(size, size);
        for (row, &weight) in particles.iter().zip(weights) {
            let deviation = row - &mean;
            covariance.ger(weight / total, &deviation, &deviation, 1.0);
        }
        for index in 0..size {
            covariance[(index, index)] += 1e-3 * covariance[(index, index)] + 1e-12;
        }
        let sizes = covariance.diagonal().map(f64::sqrt);
        let factor =
            covariance.cholesky().map_or_else(|| DMatrix::from_diagonal(&sizes), nalgebra::Cholesky::unpack);
        Self { mean, factor }
    }

    fn whiten(&self, particle: &DVector<f64>) -> DVector<f64> {
        let mut place = particle - &self.mean;
        self.factor.solve_lower_triangular_mut(&mut place);
        place
    }
}

/// What is left of the distance from the mean under steps of this width.
fn shrink(width: f64) -> f64 {
    (1.0 - width * width).max(0.0).sqrt()
}

/// The shape of the population around each particle.
fn local(particles: &[DVector<f64>], weights: &[f64], all: &Shape) -> Vec<Shape> {
    let places: Vec<DVector<f64>> = particles.iter().map(|particle| all.whiten(particle)).collect();
    let least = NEIGHBOURS_PER_PARAMETER * particles[0].len();
    let count = ((NEIGHBOURS * particles.len() as f64) as usize).max(least).min(particles.len());
    let around = |centre: usize| {
        let mut near: Vec<(f64, usize)> = (0..particles.len())
            .map(|other| ((&places[other] - &places[centre]).norm_squared(), other))
            .collect();
        near.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.truncate(count);
        let own: Vec<DVector<f64>> = near.iter().map(|&(_, other)| particles[other].clone()).collect();
        Shape::of(&own, &near.iter().map(|&(_, other)| weights[other]).collect::<Vec<_>>())
    };
    (0..particles.len()).into_par_iter().map(around).collect()
}
