//! How long the steps are that lead from every parent to a point: with as many parents as points, most of what a
//! generation computes beside its simulations.

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};

use crate::numeric::{Rows, Unconstrained, instructions};
use crate::samplers::gaussian::Gaussian;

/// Parents side by side.
const WIDTH: usize = 8;

/// Parents in blocks of eight, each number of a block for all eight.
pub(super) struct Steps {
    level: Level,
    dimension: usize,
    parents: usize,
    /// Of each block the coordinates of its parents; then, if they differ in shape, row by row the
    /// triangles that lead to coordinates in which the shapes are round.
    blocks: Vec<[f64; WIDTH]>,
    has_shapes: bool,
}

impl Steps {
    /// Steps of one round shape.
    pub(super) fn round(parents: &Rows<Unconstrained>) -> Self {
        Self::new(parents, &[], &[])
    }

    /// Steps of several shapes; `shape_of`: which one each parent has.
    pub(super) fn shaped(parents: &Rows<Unconstrained>, shapes: &[Gaussian], shape_of: &[usize]) -> Self {
        let triangles: Vec<Vec<f64>> = shapes.iter().map(Gaussian::inverse_factor).collect();
        Self::new(parents, &triangles, shape_of)
    }

    fn new(parents: &Rows<Unconstrained>, triangles: &[Vec<f64>], shape_of: &[usize]) -> Self {
        let (count, dimension) = (parents.len(), parents.columns());
        let mut blocks = Vec::new();
        for first in (0..count).step_by(WIDTH) {
            // Spare places repeat the last parent.
            let own: [usize; WIDTH] = std::array::from_fn(|lane| (first + lane).min(count - 1));
            blocks.extend((0..dimension).map(|column| own.map(|parent| parents.row(parent)[column])));
            let entries = triangles.first().map_or(0, Vec::len);
            blocks.extend((0..entries).map(|entry| own.map(|parent| triangles[shape_of[parent]][entry])));
        }
        Self { level: instructions(), dimension, parents: count, blocks, has_shapes: !triangles.is_empty() }
    }

    /// Squared length of the step from each parent to a point, in place of what is in `squared`.
    pub(super) fn squared_lengths(&self, point: &[f64], squared: &mut Vec<f64>) {
        squared.resize(self.parents.next_multiple_of(WIDTH), 0.0);
        let (level, out) = (self.level, squared.as_mut_slice());
        dispatch!(level, simd => self.fill(simd, point, out));
        squared.truncate(self.parents);
    }

    // Products are rounded before they are added, so that all processors find the same.
    #[inline(always)]
    fn fill<S: Simd>(&self, simd: S, point: &[f64], squared: &mut [f64]) {
        let triangle = if self.has_shapes { self.dimension * (self.dimension + 1) / 2 } else { 0 };
        let size = self.dimension + triangle;
        for (block, squared) in self.blocks.chunks_exact(size).zip(squared.chunks_exact_mut(WIDTH)) {
            let (centres, factors) = block.split_at(self.dimension);
            let step =
                |column: usize| -> f64x8<S> { f64x8::from_slice(simd, &centres[column]) - point[column] };
            let mut sum = simd.splat_f64x8(0.0);
            let mut entry = 0;
            for row in 0..self.dimension {
                let mut along = simd.splat_f64x8(0.0);
                if self.has_shapes {
                    for column in 0..=row {
                        along += f64x8::from_slice(simd, &factors[entry]) * step(column);
                        entry += 1;
                    }
                } else {
                    along = step(row);
                }
                sum += along * along;
            }
            sum.store_slice(squared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_measured_in_the_shape_of_their_parent() {
        // Eleven parents in the plane: more than one block, the second of them not full.
        let centres: Vec<f64> = (0..22).map(|i| f64::from(i).sin()).collect();
        let parents = Rows::from_values(centres, 2);
        let shape = |i: u32| {
            let (x, y) = (1.0 + f64::from(i), 0.5 * f64::from(i));
            Gaussian::fitted(&Rows::from_values(vec![x, y, -x, -y, 0.3, -1.0, -0.3, 1.0], 2), &[0.25; 4])
        };
        let shapes: Vec<Gaussian> = (0..11).map(shape).collect();
        let point = [0.7, -0.2];
        let (mut round, mut shaped) = (Vec::new(), Vec::new());
        Steps::round(&parents).squared_lengths(&point, &mut round);
        let shape_of: Vec<usize> = (0..11).rev().collect();
        Steps::shaped(&parents, &shapes, &shape_of).squared_lengths(&point, &mut shaped);
        assert_eq!((round.len(), shaped.len()), (11, 11));
        for (parent, centre) in parents.iter().enumerate() {
            let mut step = [point[0] - centre[0], point[1] - centre[1]];
            let expected = step[0] * step[0] + step[1] * step[1];
            assert!((round[parent] - expected).abs() < 1e-14);
            let expected = shapes[shape_of[parent]].squared_length(&mut step);
            assert!((shaped[parent] / expected - 1.0).abs() < 1e-12, "{} {expected}", shaped[parent]);
        }
    }
}
