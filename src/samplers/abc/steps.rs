//! How far particles are from each other, to find neighbours.

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};

use crate::numeric::{Rows, Unconstrained, instructions};

/// Particles side by side.
const WIDTH: usize = 8;

/// Particles in blocks of eight, each coordinate for all eight.
pub(super) struct Steps {
    level: Level,
    dimension: usize,
    particles: usize,
    blocks: Vec<[f64; WIDTH]>,
}

impl Steps {
    pub(super) fn new(particles: &Rows<Unconstrained>) -> Self {
        let (count, dimension) = (particles.len(), particles.columns());
        let mut blocks = Vec::with_capacity(dimension * count.div_ceil(WIDTH));
        for first in (0..count).step_by(WIDTH) {
            // Spare places repeat the last particle.
            let own: [usize; WIDTH] = std::array::from_fn(|lane| (first + lane).min(count - 1));
            blocks.extend((0..dimension).map(|column| own.map(|particle| particles.row(particle)[column])));
        }
        Self { level: instructions(), dimension, particles: count, blocks }
    }

    /// Squared length of the step from each particle to a point, in place of what is in `squared`.
    pub(super) fn squared_lengths(&self, point: &[f64], squared: &mut Vec<f64>) {
        squared.resize(self.particles.next_multiple_of(WIDTH), 0.0);
        let (level, out) = (self.level, squared.as_mut_slice());
        dispatch!(level, simd => self.fill(simd, point, out));
        squared.truncate(self.particles);
    }

    // Products are rounded before they are added, so that all processors find the same.
    #[inline(always)]
    fn fill<S: Simd>(&self, simd: S, point: &[f64], squared: &mut [f64]) {
        for (block, squared) in self.blocks.chunks_exact(self.dimension).zip(squared.chunks_exact_mut(WIDTH))
        {
            let mut sum = simd.splat_f64x8(0.0);
            for (particles, value) in block.iter().zip(point) {
                let step: f64x8<S> = f64x8::from_slice(simd, particles) - *value;
                sum += step * step;
            }
            sum.store_slice(squared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_particle_has_its_distance() {
        // Eleven particles in the plane: more than one block, the second of them not full.
        let particles = Rows::from_values((0..22).map(|i| f64::from(i).sin()).collect(), 2);
        let mut squared = Vec::new();
        Steps::new(&particles).squared_lengths(&[0.7, -0.2], &mut squared);
        assert_eq!(squared.len(), 11);
        for (squared, particle) in squared.iter().zip(particles.iter()) {
            let expected = (0.7 - particle[0]).powi(2) + (-0.2 - particle[1]).powi(2);
            assert!((squared - expected).abs() < 1e-14);
        }
    }
}
