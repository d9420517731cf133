//! Densities for the pictures: of draws by kernels, of a prior from its quantiles.

use crate::diagnostics::{binned, effective_sample_size, quantile, silverman};

/// Points of a density.
const POINTS: usize = 200;

/// Bandwidths after which a kernel ends.
const TAIL: f64 = 3.0;

/// A prior whose density does not fall below this share of its neighbour at the end has a bound there.
const STEEP: f64 = 0.75;

/// A density at evenly spaced values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Density {
    pub(super) first: f64,
    pub(super) last: f64,
    /// Per unit of the value.
    pub(super) heights: Vec<f64>,
}

impl Density {
    /// Values with their heights.
    pub(super) fn points(&self) -> Vec<(f64, f64)> {
        let step = (self.last - self.first) / (self.heights.len() - 1) as f64;
        let point = |(place, height): (usize, &f64)| (self.first + place as f64 * step, *height);
        self.heights.iter().enumerate().map(point).collect()
    }
}

/// Gaussian kernels on weighted draws, mirrored at the `bounds` (infinite where there is none), so that a density that
/// ends at a bound does not sag there. The bandwidth is Silverman's. `weights` sum to 1; `None` if all count the same.
/// `None` if the draws do not differ.
pub(super) fn density_of_draws(
    values: &[f64],
    weights: Option<&[f64]>,
    bounds: (f64, f64),
) -> Option<Density> {
    let (lowest, highest) = ends(values)?;
    let count = weights.map_or(values.len() as f64, effective_sample_size);
    let rough_step = (highest - lowest) / (POINTS - 1) as f64;
    let rough = on_grid(values, weights, lowest, rough_step);
    let width = bandwidth(&rough, rough_step, count);
    // The tails of the kernels at the ends, unless a bound cuts them off.
    let end = |from: f64, bound: f64, side: f64| {
        let tail = from + side * TAIL * width;
        if side * (bound - tail) > 0.0 { tail } else { bound }
    };
    let (first, last) = (end(lowest, bounds.0.min(lowest), -1.0), end(highest, bounds.1.max(highest), 1.0));
    let step = (last - first) / (POINTS - 1) as f64;
    let bins = on_grid(values, weights, first, step);
    let width = width / step;
    Some(Density {
        first,
        last,
        heights: smooth(&bins, width.max(0.5)).iter().map(|mass| mass / step).collect(),
    })
}

/// `weights` as above.
fn on_grid(values: &[f64], weights: Option<&[f64]>, first: f64, step: f64) -> Vec<f64> {
    let weight = |place: usize| weights.map_or(1.0 / values.len() as f64, |weights| weights[place]);
    binned(values.iter().enumerate().map(|(place, value)| (*value, weight(place))), first, step, POINTS)
}

fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let (first, last) = (values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?);
    (last > first && (last - first).is_finite()).then_some((first, last))
}

/// Silverman's, from the bins.
fn bandwidth(bins: &[f64], step: f64, count: f64) -> f64 {
    let places = || bins.iter().enumerate().map(|(place, mass)| (place as f64 * step, *mass));
    let mean: f64 = places().map(|(place, mass)| place * mass).sum();
    let sd = places().map(|(place, mass)| mass * (place - mean).powi(2)).sum::<f64>().sqrt();
    let quartile = |share: f64| {
        let mut below = 0.0;
        places().find(|(_, mass)| {
            below += mass;
            below >= share
        })
    };
    let range = quartile(0.75).zip(quartile(0.25)).map_or(0.0, |(upper, lower)| upper.0 - lower.0);
    silverman(sd, range, count)
}

/// A Gaussian of so many bins on every bin, mirrored at both ends.
fn smooth(bins: &[f64], width: f64) -> Vec<f64> {
    let count = bins.len().cast_signed();
    let reach = (4.0 * width).ceil() as isize;
    let kernel: Vec<f64> = (-reach..=reach).map(|at| (-0.5 * (at as f64 / width).powi(2)).exp()).collect();
    let total: f64 = kernel.iter().sum();
    // The bins at the ends are half as wide as the others, so they are mirrored with themselves.
    let mirrored = |place: isize| {
        let period = 2 * (count - 1);
        let place = place.rem_euclid(period);
        let place = if place < count { place } else { period - place };
        let at_end = place == 0 || place == count - 1;
        bins[place as usize] * if at_end { 2.0 } else { 1.0 }
    };
    let at = |place: isize| {
        (-reach..=reach).zip(&kernel).map(|(shift, weight)| mirrored(place + shift) * weight).sum::<f64>()
    };
    (0..count).map(|place| at(place) / total).collect()
}

/// Where a prior ends, seen from its quantiles; infinite where it has a tail.
pub(super) fn bounds_of_quantiles(quantiles: &[f64]) -> (f64, f64) {
    let [first, second, third, .., before, last_but_one, last] = quantiles else {
        return (f64::NEG_INFINITY, f64::INFINITY);
    };
    let bound = |end: f64, next: f64, third: f64| {
        let is_steep = (third - next).abs() > STEEP * (next - end).abs();
        // The outermost quantiles are half a step away from the end.
        is_steep.then_some(end + 0.5 * (end - next))
    };
    let lower = bound(*first, *second, *third).unwrap_or(f64::NEG_INFINITY);
    (lower, bound(*last, *last_but_one, *before).unwrap_or(f64::INFINITY))
}

/// The density between neighbouring quantiles at evenly spaced probabilities, as pairs of value and height at the middle
/// between them.
pub(super) fn density_of_quantiles(quantiles: &[f64]) -> Vec<(f64, f64)> {
    let share = 1.0 / quantiles.len() as f64;
    let between = |pair: &[f64]| {
        (pair[1] > pair[0]).then(|| (f64::midpoint(pair[0], pair[1]), share / (pair[1] - pair[0])))
    };
    quantiles.windows(2).filter_map(between).collect()
}

/// Cells of a joint density along each axis.
const CELLS: usize = 56;

/// Standard deviations across a joint density: it holds the middle of the draws.
const WIDTHS: f64 = 6.0;

/// A joint density on a grid.
pub(super) struct Joint {
    /// Middles of the cells.
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    /// Shares of the draws, row after row from the lowest `y`.
    pub(super) heights: Vec<Vec<f64>>,
}

/// Gaussian kernels on pairs of draws, with Silverman's bandwidth in two dimensions; single draws far away are left out.
/// `None` if one of the two does not differ.
pub(super) fn joint_density(one: &[f64], two: &[f64]) -> Option<Joint> {
    let middle = |values: &[f64]| {
        let (low, high) = (quantile(values, 0.003), quantile(values, 0.997));
        // So that kernels end before the grid does.
        let room = 0.2 * (high - low);
        (high > low).then_some((low - room, high + room))
    };
    let (x, y) = (middle(one)?, middle(two)?);
    let cell = |value: f64, (low, high): (f64, f64)| {
        let place = (value - low) / (high - low) * CELLS as f64;
        (place >= 0.0 && place < CELLS as f64).then_some(place as usize)
    };
    let mut grid = vec![vec![0.0; CELLS]; CELLS];
    for (a, b) in one.iter().zip(two) {
        if let (Some(column), Some(row)) = (cell(*a, x), cell(*b, y)) {
            grid[row][column] += 1.0 / one.len() as f64;
        }
    }
    let width = (CELLS as f64 / WIDTHS * (one.len() as f64).powf(-1.0 / 6.0)).max(1.0);
    let rows: Vec<Vec<f64>> = grid.iter().map(|row| smooth(row, width)).collect();
    let column = |place: usize| -> Vec<f64> { rows.iter().map(|row| row[place]).collect() };
    let columns: Vec<Vec<f64>> = (0..CELLS).map(|place| smooth(&column(place), width)).collect();
    let heights = (0..CELLS).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
    let middles = |(low, high): (f64, f64)| {
        (0..CELLS).map(|place| low + (place as f64 + 0.5) / CELLS as f64 * (high - low)).collect()
    };
    Some(Joint { x: middles(x), y: middles(y), heights })
}

impl Joint {
    /// The heights above which these shares of the draws lie.
    pub(super) fn levels(&self, shares: &[f64]) -> Vec<f64> {
        let mut heights: Vec<f64> = self.heights.iter().flatten().copied().collect();
        heights.sort_by(|a, b| b.total_cmp(a));
        let total: f64 = heights.iter().sum();
        let level = |share: &f64| {
            let mut above = 0.0;
            let found = heights.iter().find(|height| {
                above += *height;
                above >= share * total
            });
            found.copied().unwrap_or(0.0)
        };
        shares.iter().map(level).collect()
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Continuous, ContinuousCDF, Normal};

    use super::*;
    use crate::numeric::{Streams, standard_normal};

    const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

    fn normal_draws() -> Vec<f64> {
        let normal = Normal::new(3.0, 2.0).unwrap();
        (0..20_000).map(|place| normal.inverse_cdf((f64::from(place) + 0.5) / 20_000.0)).collect()
    }

    fn area(density: &Density) -> f64 {
        let step = (density.last - density.first) / (density.heights.len() - 1) as f64;
        density.heights.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]) * step).sum()
    }

    #[test]
    fn the_density_of_normal_draws_is_nearly_normal() {
        let density = density_of_draws(&normal_draws(), None, FREE).unwrap();
        let step = (density.last - density.first) / 199.0;
        for (place, height) in density.heights.iter().enumerate() {
            let exact = Normal::new(3.0, 2.0).unwrap().pdf(density.first + place as f64 * step);
            // The kernel widens it by the square of its width, about 1 % here.
            assert!((height - exact).abs() < 0.02 * 0.2, "{place}: {height} for {exact}");
        }
        assert!((area(&density) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_density_that_ends_at_a_bound_does_not_sag() {
        let uniform: Vec<f64> = (0..5000).map(|place| f64::from(place) / 4999.0).collect();
        let density = density_of_draws(&uniform, None, (0.0, 1.0)).unwrap();
        assert!(density.heights.iter().all(|height| (height - 1.0).abs() < 0.02), "{:?}", density.heights);
    }

    #[test]
    fn bounds_are_seen_in_the_quantiles() {
        let quantiles = |of: &dyn Fn(f64) -> f64| -> Vec<f64> {
            (0..400).map(|place| of((f64::from(place) + 0.5) / 400.0)).collect()
        };
        let (lower, upper) = bounds_of_quantiles(&quantiles(&|share| 2.0 + share));
        assert!((lower - 2.0).abs() < 1e-9 && (upper - 3.0).abs() < 1e-9);
        assert_eq!(bounds_of_quantiles(&quantiles(&|share| Normal::standard().inverse_cdf(share))), FREE);
        let exponential = bounds_of_quantiles(&quantiles(&|share| -(1.0 - share).ln()));
        assert!(exponential.0.abs() < 1e-5 && exponential.1.is_infinite(), "{exponential:?}");
    }

    /// The density of two independent normal numbers is exp(-r²/2) / 2π, and a share s lies where r² < -2 ln(1 - s).
    #[test]
    fn half_of_the_draws_lie_within_the_line_that_says_so() {
        let mut generator = Streams::new(3).generator(0, 0);
        let mut draws = || (0..40_000).map(|_| standard_normal(&mut generator)).collect::<Vec<f64>>();
        let joint = joint_density(&draws(), &draws()).unwrap();
        let level = joint.levels(&[0.5])[0];
        let row = &joint.heights[CELLS / 2];
        let inside = joint.x.iter().zip(row).filter(|(_, height)| **height > level).map(|(x, _)| x.abs());
        let radius = inside.fold(0.0, f64::max);
        let exact = (2.0 * 2.0_f64.ln()).sqrt();
        // A cell is 0.14 wide and the kernel widens by 2 %.
        assert!((radius - exact).abs() < 0.2, "{radius} for {exact}");
    }

    #[test]
    fn weights_count() {
        let density = density_of_draws(&[0.0, 1.0], Some(&[0.9, 0.1]), (0.0, 1.0)).unwrap();
        let halves: (f64, f64) = (density.heights[..100].iter().sum(), density.heights[100..].iter().sum());
        assert!(halves.0 > 4.0 * halves.1 && (area(&density) - 1.0).abs() < 1e-6);
        assert_eq!(density_of_draws(&[2.0, 2.0], None, FREE), None);
    }

    #[test]
    fn quantiles_give_the_density_back() {
        let normal = Normal::standard();
        let quantiles: Vec<f64> =
            (0..400).map(|place| normal.inverse_cdf((f64::from(place) + 0.5) / 400.0)).collect();
        for (value, height) in density_of_quantiles(&quantiles) {
            if value.abs() < 2.0 {
                assert!((height / normal.pdf(value) - 1.0).abs() < 0.01, "{value}: {height}");
            }
        }
    }
}
