//! What every estimate of a density by Gaussian kernels on a grid needs.

/// Silverman's rule, 0.9 min(sd, IQR / 1.34) n^(−1/5) (Silverman 1986, <https://doi.org/10.1201/9781315140919>, equation
/// 3.31); `count` is the effective number of draws.
pub fn silverman(sd: f64, interquartile_range: f64, count: f64) -> f64 {
    let quartiles = interquartile_range / 1.34;
    let width = if quartiles > 0.0 { sd.min(quartiles) } else { sd };
    0.9 * width * count.max(1.0).powf(-0.2)
}

/// The weights of values on a grid of `points` places, shared between both neighbours of a value; kernels are then
/// applied to places in place of values. `draws` are values with their weights.
pub fn binned(draws: impl Iterator<Item = (f64, f64)>, first: f64, step: f64, points: usize) -> Vec<f64> {
    let mut bins = vec![0.0; points];
    for (value, weight) in draws {
        let place = (value - first) / step;
        let below = (place.max(0.0) as usize).min(points - 2);
        let share = (place - below as f64).clamp(0.0, 1.0);
        bins[below] += weight * (1.0 - share);
        bins[below + 1] += weight * share;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shared_by_its_neighbours() {
        let bins = binned([(1.25, 0.5), (-9.0, 0.25), (9.0, 0.25)].into_iter(), 0.0, 1.0, 4);
        assert_eq!(bins, [0.25, 0.375, 0.125, 0.25]);
    }

    #[test]
    fn an_interquartile_range_of_zero_does_not_count() {
        assert!((silverman(2.0, 0.0, 1.0) - 1.8).abs() < 1e-15);
        assert!((silverman(2.0, 1.34, 32.0) - 0.45).abs() < 1e-15);
    }
}
