//! The dip: how far a distribution is from the nearest one with a single mode (Hartigan and Hartigan 1985,
//! <https://doi.org/10.1214/aos/1176346577>).
//!
//! A distribution function with one mode is convex up to the mode and concave after it. The dip is the largest distance
//! of the empirical function to the nearest such function, found as in algorithm AS 217 (Hartigan 1985,
//! <https://doi.org/10.2307/2347485>).

use super::intervals::sorted;

/// Probability that independent uniform draws, of all distributions with one mode those with the largest dip, have a
/// dip times √n above the number. Simulated for 5000 draws (`tests/arviz/dip_quantiles.py`); fewer have smaller ones, so
/// that a p-value is never too small.
const UNIFORM: [(f64, f64); 8] = [
    (0.3761, 0.5),
    (0.5003, 0.1),
    (0.5432, 0.05),
    (0.6305, 0.01),
    (0.6622, 0.005),
    (0.7322, 0.001),
    (0.7556, 0.000_5),
    (0.8323, 0.000_1),
];

/// An empirical distribution: different values in ascending order, with the share of the draws below each and up to it.
struct Steps {
    values: Vec<f64>,
    below: Vec<f64>,
    up_to: Vec<f64>,
}

impl Steps {
    /// Of values in ascending order. Equal ones, which chains have that reject proposals, are spread over half of the
    /// gaps around them: a chain that stands still for a while is no mode.
    fn new(ordered: &[f64]) -> Self {
        let mut values = ordered.to_vec();
        let last = values.len().saturating_sub(1);
        let mut first = 0;
        for equals in ordered.chunk_by(|a, b| a >= b) {
            let (own, end) = (equals[0], first + equals.len() - 1);
            let gap_below =
                if first > 0 { own - ordered[first - 1] } else { ordered[(end + 1).min(last)] - own };
            let gap_above = if end < last { ordered[end + 1] - own } else { gap_below };
            for (place, value) in values[first..=end].iter_mut().enumerate() {
                let share = (place as f64 + 0.5) / equals.len() as f64;
                *value =
                    own + if share < 0.5 { (share - 0.5) * gap_below } else { (share - 0.5) * gap_above };
            }
            first = end + 1;
        }
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let count = ordered.len() as f64;
        let share = |place: usize| place as f64 / count;
        let places = 0..values.len();
        Self {
            below: places.clone().map(share).collect(),
            up_to: places.map(|i| share(i + 1)).collect(),
            values,
        }
    }

    /// The dip of the distribution.
    pub(super) fn dip(&self) -> f64 {
        let Some(last) = self.values.len().checked_sub(1) else { return f64::NAN };
        // A distribution function without steps is at least half of one step away.
        let mut twice = self.up_to[0] - self.below[0];
        let (mut low, mut high) = (0, last);
        loop {
            let convex = Hull::below(&self.values, &self.below, low, high);
            let concave = Hull::above(&self.values, &self.up_to, low, high);
            let gap = |place: usize| concave.at(place) - convex.at(place);
            let corners = convex.corners.iter().chain(&concave.corners).copied();
            let Some(widest) = corners.max_by(|&a, &b| gap(a).total_cmp(&gap(b))) else { return twice / 2.0 };
            if gap(widest) <= twice {
                return twice / 2.0;
            }
            // The mode is between the corners of the two around the widest gap.
            let is_convex = convex.corners.binary_search(&widest).is_ok();
            let (inner_low, inner_high) = if is_convex {
                (widest, concave.corner_from(widest))
            } else {
                (convex.corner_up_to(widest), widest)
            };
            let left = (low..=inner_low).map(|place| self.up_to[place] - convex.at(place));
            let right = (inner_high..=high).map(|place| concave.at(place) - self.below[place]);
            twice = left.chain(right).fold(twice, f64::max);
            if (inner_low, inner_high) == (low, high) {
                return twice / 2.0;
            }
            (low, high) = (inner_low, inner_high);
        }
    }
}

/// The largest convex function below some points, or the smallest concave one above them.
struct Hull {
    first: usize,
    /// Places of the points that it passes through.
    corners: Vec<usize>,
    /// Its value at each place from the first on.
    heights: Vec<f64>,
}

impl Hull {
    fn below(x: &[f64], y: &[f64], low: usize, high: usize) -> Self {
        Self::of(x, y, low, high, 1.0)
    }

    fn above(x: &[f64], y: &[f64], low: usize, high: usize) -> Self {
        Self::of(x, y, low, high, -1.0)
    }

    fn of(x: &[f64], y: &[f64], low: usize, high: usize, sign: f64) -> Self {
        let mut corners: Vec<usize> = Vec::new();
        for place in low..=high {
            while let [.., before, last] = corners[..] {
                let turn = (y[last] - y[before]) * (x[place] - x[before])
                    - (y[place] - y[before]) * (x[last] - x[before]);
                if sign * turn < 0.0 {
                    break;
                }
                corners.pop();
            }
            corners.push(place);
        }
        let mut heights = vec![y[low]];
        for pair in corners.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let slope = (y[to] - y[from]) / (x[to] - x[from]);
            heights.extend((from + 1..to).map(|place| y[from] + slope * (x[place] - x[from])));
            heights.push(y[to]);
        }
        Self { first: low, corners, heights }
    }

    fn at(&self, place: usize) -> f64 {
        self.heights[place - self.first]
    }

    fn corner_from(&self, place: usize) -> usize {
        self.corners[self.corners.partition_point(|corner| *corner < place)]
    }

    fn corner_up_to(&self, place: usize) -> usize {
        self.corners[self.corners.partition_point(|corner| *corner <= place) - 1]
    }
}

/// The dip of equally weighted draws, between 0 and 1/4.
///
/// NaN without draws, with a NaN among them, or if all are equal.
pub fn dip(values: &[f64]) -> f64 {
    dip_sorted(&sorted(values))
}

pub(super) fn dip_sorted(ordered: &[f64]) -> f64 {
    match (ordered.first(), ordered.last()) {
        (Some(low), Some(high)) if low < high => Steps::new(ordered).dip(),
        _ => f64::NAN,
    }
}

/// Probability that as many independent draws of a distribution with one mode have a larger dip, at the most; from 0.5
/// down to 0.0001, where it is cut off. `ess`: effective number of draws.
pub fn dip_p_value(dip: f64, ess: f64) -> f64 {
    let scaled = dip * ess.sqrt();
    let above = UNIFORM.partition_point(|(quantile, _)| *quantile < scaled);
    match (above.checked_sub(1).map(|place| UNIFORM[place]), UNIFORM.get(above)) {
        (None, _) => UNIFORM[0].1,
        (Some((_, smallest)), None) => smallest,
        (Some((low, p_low)), Some((high, p_high))) => {
            let share = (scaled - low) / (high - low);
            p_low * (p_high / p_low).powf(share)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_spaced_draws_have_the_smallest_dip() {
        let even: Vec<f64> = (0..100).map(f64::from).collect();
        assert!((dip(&even) - 0.005).abs() < 1e-15, "{}", dip(&even));
        assert!(dip(&[]).is_nan());
    }

    #[test]
    fn two_heaps_have_the_largest_dip() {
        let heaps: Vec<f64> = (0..100).map(|i| f64::from(i % 2) * 1e6 + f64::from(i) * 1e-6).collect();
        // The nearest distribution with one mode is half of one heap away.
        assert!((dip(&heaps) - 0.25).abs() < 0.01, "{}", dip(&heaps));
    }

    #[test]
    fn a_value_that_stands_many_times_is_no_mode_of_its_own() {
        let normal = |i: i32| (f64::from(i) / 500.0 - 1.0) * (1.0 + (f64::from(i) / 500.0 - 1.0).powi(2));
        let once: Vec<f64> = (0..=1000).map(normal).collect();
        let mut often = once.clone();
        often[400..420].fill(once[410]);
        assert!((dip(&often) - dip(&once)).abs() < 0.005, "{} {}", dip(&often), dip(&once));
        assert!(dip(&[2.0; 9]).is_nan());
    }

    #[test]
    fn p_values_fall_from_a_half_to_one_in_ten_thousand() {
        let p = |scaled: f64| dip_p_value(scaled / 20.0, 400.0);
        assert!(
            (p(0.1) - 0.5).abs() < 1e-15 && (p(0.6305) - 0.01).abs() < 1e-12 && (p(2.0) - 1e-4).abs() < 1e-15
        );
        assert!((1..100).all(|i| p(0.01 * f64::from(i)) >= p(0.01 * f64::from(i + 1))));
    }
}
