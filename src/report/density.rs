//! Densities for the pictures: of draws by kernels, of a prior from its quantiles.

/// Points of a density.
const POINTS: usize = 200;

/// A density at evenly spaced values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Density {
    pub(super) first: f64,
    pub(super) last: f64,
    /// Per unit of the value.
    pub(super) heights: Vec<f64>,
}

/// Gaussian kernels on weighted draws, mirrored at the lowest and the highest one, so that a density that ends at a bound
/// does not sag there. The bandwidth is Silverman's (1986, equation 3.31). `weights` sum to 1; `None` if all count the same.
/// `None` if the draws do not differ.
pub(super) fn density_of_draws(values: &[f64], weights: Option<&[f64]>) -> Option<Density> {
    let (first, last) = ends(values)?;
    let weight = |place: usize| weights.map_or(1.0 / values.len() as f64, |weights| weights[place]);
    // Linear binning: the kernel is then applied to the bins.
    let step = (last - first) / (POINTS - 1) as f64;
    let mut bins = vec![0.0; POINTS];
    for (place, value) in values.iter().enumerate() {
        let position = (value - first) / step;
        let below = (position as usize).min(POINTS - 2);
        let share = position - below as f64;
        bins[below] += weight(place) * (1.0 - share);
        bins[below + 1] += weight(place) * share;
    }
    let width = bandwidth(&bins, step, effective_count(values.len(), weights)) / step;
    Some(Density {
        first,
        last,
        heights: smooth(&bins, width.max(0.5)).iter().map(|mass| mass / step).collect(),
    })
}

fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let (first, last) = (values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?);
    (last > first && (last - first).is_finite()).then_some((first, last))
}

fn effective_count(count: usize, weights: Option<&[f64]>) -> f64 {
    weights.map_or(count as f64, |weights| 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>())
}

/// 0.9 min(sd, IQR / 1.34) n^(-1/5), from the bins.
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
    let range = quartile(0.75).zip(quartile(0.25)).map_or(sd, |(upper, lower)| upper.0 - lower.0);
    let spread = if range > 0.0 { sd.min(range / 1.34) } else { sd };
    0.9 * spread * count.powf(-0.2)
}

/// A Gaussian of so many bins on every bin, mirrored at both ends.
fn smooth(bins: &[f64], width: f64) -> Vec<f64> {
    let count = bins.len() as isize;
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

/// The density between neighbouring quantiles at evenly spaced probabilities, as pairs of value and height at the middle
/// between them.
pub(super) fn density_of_quantiles(quantiles: &[f64]) -> Vec<(f64, f64)> {
    let share = 1.0 / quantiles.len() as f64;
    let between = |pair: &[f64]| {
        (pair[1] > pair[0]).then(|| (f64::midpoint(pair[0], pair[1]), share / (pair[1] - pair[0])))
    };
    quantiles.windows(2).filter_map(between).collect()
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Continuous, ContinuousCDF, Normal};

    use super::*;

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
        let density = density_of_draws(&normal_draws(), None).unwrap();
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
        let density = density_of_draws(&uniform, None).unwrap();
        assert!(density.heights.iter().all(|height| (height - 1.0).abs() < 0.02), "{:?}", density.heights);
    }

    #[test]
    fn weights_count() {
        let density = density_of_draws(&[0.0, 1.0], Some(&[0.9, 0.1])).unwrap();
        let halves: (f64, f64) = (density.heights[..100].iter().sum(), density.heights[100..].iter().sum());
        assert!(halves.0 > 4.0 * halves.1 && (area(&density) - 1.0).abs() < 1e-6);
        assert_eq!(density_of_draws(&[2.0, 2.0], None), None);
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
