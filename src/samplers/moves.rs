//! Proposals for the particles of a population, made from the places of other particles: random walks along their
//! differences, which know ridges and several modes, and with their covariance.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::gaussian::Gaussian;
use crate::numeric::{Rows, Unconstrained, standard_normal};

/// Share of moves along the whole difference of two particles, which leads from mode to mode, and of moves along a
/// part of one; the others have the covariance of the particles.
const WHOLE_SHARE: f64 = 0.1;
const DIFFERENCE_SHARE: f64 = 0.45;
/// A difference is off its direction by this distance on the real line.
const JITTER: f64 = 1e-6;

/// The particles that are not moved, which say where the others may go.
pub(super) struct Others<'a> {
    points: &'a Rows<Unconstrained>,
    shape: Gaussian,
}

impl<'a> Others<'a> {
    /// At least two particles, with normalised weights.
    pub(super) fn new(points: &'a Rows<Unconstrained>, weights: &[f64]) -> Self {
        Self { points, shape: Gaussian::fitted(points, weights) }
    }

    /// A proposal that is as probable on the way back. `scale`: length of the step, in units of the best for a normal
    /// posterior.
    pub(super) fn propose(&self, state: &[f64], scale: f64, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let dimension = state.len() as f64;
        let kind = generator.random::<f64>();
        if kind >= WHOLE_SHARE + DIFFERENCE_SHARE {
            let step = self.shape.draw(scale * 2.38 / dimension.sqrt(), generator);
            return state.iter().zip(&step).map(|(x, step)| x + step).collect();
        }
        let length = if kind < WHOLE_SHARE { 1.0 } else { scale * 2.38 / (2.0 * dimension).sqrt() };
        let count = self.points.len();
        let first = generator.random_range(0..count);
        let second = (first + generator.random_range(1..count)) % count;
        let ends = self.points.row(first).iter().zip(self.points.row(second));
        state
            .iter()
            .zip(ends)
            .map(|(x, (a, b))| x + length * (a - b) + JITTER * standard_normal(generator))
            .collect()
    }
}
