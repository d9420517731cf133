//! How likely the steps from all parents together lead to a point: with as many parents as points, most of what a
//! generation computes beside its simulations.

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};
use rayon::prelude::*;

use super::kernel::Length;
use crate::numeric::{Rows, Unconstrained, exponential, instructions};
use crate::samplers::gaussian::Gaussian;

/// Points side by side.
const WIDTH: usize = 8;

/// A number of each of some points.
type Lanes = [f64; WIDTH];

/// Parents in the order of their shapes.
pub(super) struct Densities {
    level: Level,
    length: Length,
    dimension: usize,
    groups: Vec<Group>,
    /// In coordinates in which steps are as long as their shape: those of one parent after the other.
    parents: Vec<f64>,
    /// What the log densities of the steps of a parent have in common.
    constants: Vec<f64>,
}

/// Parents that share a shape.
struct Group {
    /// The lower triangle that leads to its coordinates, row by row.
    triangle: Vec<f64>,
    /// The place after the last of the parents.
    end: usize,
}

impl Densities {
    /// `weights` of the parents, which are normalised; `shape_of`: which of the shapes each has.
    pub(super) fn new(
        (parents, weights): (&Rows<Unconstrained>, &[f64]),
        (shapes, shape_of): (&[Gaussian], &[usize]),
        length: Length,
    ) -> Self {
        let dimension = parents.columns();
        let mut densities = Self {
            level: instructions(),
            length,
            dimension,
            groups: Vec::with_capacity(shapes.len()),
            parents: Vec::with_capacity(dimension * parents.len()),
            constants: Vec::with_capacity(parents.len()),
        };
        let mut ordered: Vec<usize> = (0..parents.len()).collect();
        ordered.sort_by_key(|&parent| shape_of[parent]);
        for own in ordered.chunk_by(|&a, &b| shape_of[a] == shape_of[b]) {
            let shape = &shapes[shape_of[own[0]]];
            let of_shape = length.log_constant(dimension) - shape.log_volume();
            let triangle: Vec<f64> =
                shape.inverse_factor().into_iter().map(|entry| entry / length.width).collect();
            for &parent in own {
                densities.constants.push(weights[parent].ln() + of_shape);
                densities.parents.extend(rows(&triangle, dimension).map(|row| {
                    row.iter().zip(parents.row(parent)).map(|(entry, value)| entry * value).sum::<f64>()
                }));
            }
            densities.groups.push(Group { triangle, end: densities.constants.len() });
        }
        densities
    }

    /// Log density of the mixture at each point. Each sum has a fixed order.
    pub(super) fn of(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let room = || (vec![[0.0; WIDTH]; self.dimension], vec![[0.0; WIDTH]; self.constants.len()]);
        let of_block = |(places, logs): &mut (Vec<Lanes>, Vec<Lanes>), block: &[f64]| {
            let count = block.len() / self.dimension;
            // Spare lanes repeat the last point.
            let at = |column| move |lane: usize| block[lane.min(count - 1) * self.dimension + column];
            let points: Vec<Lanes> =
                (0..self.dimension).map(|column| std::array::from_fn(at(column))).collect();
            let level = self.level;
            dispatch!(level, simd => self.of_lanes(simd, &points, places, logs))
        };
        let blocks = points.values().par_chunks(WIDTH * self.dimension).map_init(room, of_block);
        let mut densities = blocks.collect::<Vec<Lanes>>().concat();
        densities.truncate(points.len());
        densities
    }

    #[inline(always)]
    fn of_lanes<S: Simd>(
        &self,
        simd: S,
        points: &[Lanes],
        places: &mut [Lanes],
        logs: &mut [Lanes],
    ) -> Lanes {
        let lanes = |numbers: &Lanes| -> f64x8<S> { f64x8::from_slice(simd, numbers) };
        let largest = match self.length.freedom {
            None => self.log_densities(simd, points, (places, logs), |squared| squared * -0.5),
            Some(_) => self.log_densities(simd, points, (places, logs), |squared| {
                let own = |lane| self.length.log_step(squared[lane], self.dimension);
                lanes(&std::array::from_fn(own))
            }),
        };
        let mut sum = simd.splat_f64x8(0.0);
        for log in &*logs {
            sum += exponential(simd, lanes(log) - largest);
        }
        std::array::from_fn(|lane| largest[lane] + sum[lane].ln())
    }

    /// Writes the log density of the steps from each parent, and returns the largest of them.
    // Products are rounded before they are added, so that all processors find the same.
    #[inline(always)]
    fn log_densities<S: Simd>(
        &self,
        simd: S,
        points: &[Lanes],
        (places, logs): (&mut [Lanes], &mut [Lanes]),
        log_step: impl Fn(f64x8<S>) -> f64x8<S>,
    ) -> f64x8<S> {
        let lanes = |numbers: &Lanes| -> f64x8<S> { f64x8::from_slice(simd, numbers) };
        let mut largest = simd.splat_f64x8(f64::MIN);
        let mut parents = self.parents.chunks_exact(self.dimension).zip(&self.constants).zip(logs);
        let mut first = 0;
        for group in &self.groups {
            for (place, row) in places.iter_mut().zip(rows(&group.triangle, self.dimension)) {
                let mut along = simd.splat_f64x8(0.0);
                for (point, entry) in points.iter().zip(row) {
                    along += lanes(point) * *entry;
                }
                along.store_slice(place);
            }
            for ((parent, constant), log) in parents.by_ref().take(group.end - first) {
                let mut squared = simd.splat_f64x8(0.0);
                for (place, parent) in places.iter().zip(parent) {
                    let step = lanes(place) - *parent;
                    squared += step * step;
                }
                let density = log_step(squared) + *constant;
                largest = largest.max(density);
                density.store_slice(log);
            }
            first = group.end;
        }
        largest
    }
}

/// The rows of a lower triangle.
#[inline(always)]
fn rows(triangle: &[f64], dimension: usize) -> impl Iterator<Item = &[f64]> {
    (0..dimension).map(|row| &triangle[row * (row + 1) / 2..][..=row])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_all_parents_are_summed() {
        // Eleven parents and eleven points in the plane: more than one block of points, the second of them not full.
        let plane =
            |shift: f64| Rows::from_values((0..22).map(|i| (f64::from(i) + shift).sin()).collect(), 2);
        let (parents, points) = (plane(0.0), plane(0.3));
        let shape = |i: u32| {
            let (x, y) = (1.0 + f64::from(i), 0.5 * f64::from(i));
            Gaussian::fitted(&Rows::from_values(vec![x, y, -x, -y, 0.3, -1.0, -0.3, 1.0], 2), &[0.25; 4])
        };
        let shapes: Vec<Gaussian> = (0..4).map(shape).collect();
        let shape_of: Vec<usize> = (0..11).map(|parent| (7 * parent) % 4).collect();
        let weights: Vec<f64> = (1..12).map(|parent| f64::from(parent) / 66.0).collect();
        for length in [Length { width: 1.7, freedom: None }, Length::STUDENT_T] {
            let found = Densities::new((&parents, &weights), (&shapes, &shape_of), length).of(&points);
            assert_eq!(found.len(), 11);
            for (found, point) in found.iter().zip(points.iter()) {
                let from = |parent: usize| {
                    let shape = &shapes[shape_of[parent]];
                    let mut step: Vec<f64> =
                        point.iter().zip(parents.row(parent)).map(|(a, b)| (a - b) / length.width).collect();
                    let log_step = length.log_step(shape.squared_length(&mut step), 2);
                    weights[parent] * (length.log_constant(2) - shape.log_volume() + log_step).exp()
                };
                let expected = (0..11).map(from).sum::<f64>().ln();
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }
}
