//! Pareto-smoothed importance weights: Vehtari, Simpson, Gelman, Yao and Gabry (2024),
//! <https://www.jmlr.org/papers/v25/19-556.html>.
//!
//! The largest weights are replaced by quantiles of a generalised Pareto distribution fitted to them, by the method of
//! Zhang and Stephens (2009), <https://doi.org/10.1198/tech.2009.08017>. The shape k of the distribution says how
//! far the weights can be trusted.

/// Fewer weights than this have no tail to speak of.
const SMALLEST_TAIL: usize = 5;
/// With more effective draws the tail is no longer a fifth of them.
const LONG: f64 = 225.0;
/// Draws that the prior of the shape is worth, and its mean (appendix C there).
const PRIOR_DRAWS: f64 = 10.0;
const PRIOR_SHAPE: f64 = 0.5;

/// Smooths the tail of some log weights, which may be −∞ but not all, and returns k.
///
/// k is infinite if the weights have no tail of at least five different values.
pub fn smooth_log_weights(log_weights: &mut [f64]) -> f64 {
    let count = log_weights.len();
    let tail = (0.2 * count as f64).min(3.0 * (count as f64).sqrt()).ceil() as usize;
    if tail < SMALLEST_TAIL || count <= tail {
        return f64::INFINITY;
    }
    let (order, largest) = ascending(log_weights);
    // Below this a weight relative to the largest is no number.
    let cutoff = (log_weights[order[count - tail - 1]] - largest).max(f64::MIN_POSITIVE.ln());
    let above: Vec<usize> =
        order[count - tail..].iter().copied().filter(|&i| log_weights[i] - largest > cutoff).collect();
    if above.len() < SMALLEST_TAIL {
        return f64::INFINITY;
    }
    smooth(log_weights, &above, cutoff, largest)
}

/// Smooths the tail of log weights of draws of chains, all finite, and returns k; to the letter of the Python package
/// `arviz-stats`. `relative_efficiency`: effective draws per draw; chains whose draws repeat themselves have a longer
/// tail.
///
/// k is NaN, and nothing is smoothed, if the tail has less than five draws or its first quartile is no larger than
/// its smallest.
pub fn smooth_log_weights_of_chains(log_weights: &mut [f64], relative_efficiency: f64) -> f64 {
    let count = log_weights.len();
    let tail = if count as f64 * relative_efficiency > LONG {
        (3.0 * (count as f64 / relative_efficiency).sqrt()).floor() as usize
    } else {
        count / 5
    };
    if tail < SMALLEST_TAIL || count <= tail {
        return f64::NAN;
    }
    let (order, largest) = ascending(log_weights);
    let (cutoff, above) = (log_weights[order[count - tail - 1]] - largest, &order[count - tail..]);
    let first_quartile = (log_weights[above[quartile(tail)]] - largest).exp();
    if !(first_quartile > (log_weights[above[0]] - largest).exp()) {
        return f64::NAN;
    }
    smooth(log_weights, above, cutoff, largest)
}

/// Places in ascending order of the weights, and the largest of the weights.
fn ascending(log_weights: &[f64]) -> (Vec<usize>, f64) {
    let mut order: Vec<usize> = (0..log_weights.len()).collect();
    order.sort_by(|&a, &b| log_weights[a].total_cmp(&log_weights[b]));
    (order, log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// Replaces the weights at `above`, in ascending order, all above `cutoff` relative to the largest.
fn smooth(log_weights: &mut [f64], above: &[usize], cutoff: f64, largest: f64) -> f64 {
    let excesses: Vec<f64> = above.iter().map(|&i| (log_weights[i] - largest).exp() - cutoff.exp()).collect();
    let (k, scale) = fit(&excesses);
    if k.is_finite() {
        for (rank, &i) in above.iter().enumerate() {
            let probability = (rank as f64 + 0.5) / above.len() as f64;
            let excess = if k.abs() < 1e-12 {
                -scale * (-probability).ln_1p()
            } else {
                scale * (-k * (-probability).ln_1p()).exp_m1() / k
            };
            // No weight may be larger than the largest was.
            log_weights[i] = (excess + cutoff.exp()).ln().min(0.0) + largest;
        }
    }
    k
}

/// Place of the first quartile of so many numbers.
fn quartile(count: usize) -> usize {
    ((count as f64 / 4.0 + 0.5).floor() as usize).clamp(1, count) - 1
}

/// The largest k at which so many weights can be trusted (equation 13 and section 3.2.4 there).
pub fn largest_pareto_k(count: usize) -> f64 {
    (1.0 - 1.0 / (count as f64).log10()).min(0.7)
}

/// Shape and scale of a generalised Pareto distribution; `excesses` in ascending order.
fn fit(excesses: &[f64]) -> (f64, f64) {
    let n = excesses.len() as f64;
    let candidates = 30 + n.sqrt() as usize;
    let quartile = excesses[quartile(excesses.len())];
    let largest = excesses[excesses.len() - 1];
    let theta =
        |j: usize| 1.0 / largest + (1.0 - (candidates as f64 / (j as f64 + 0.5)).sqrt()) / (3.0 * quartile);
    let shape = |theta: f64| excesses.iter().map(|x| (-theta * x).ln_1p()).sum::<f64>() / n;
    let thetas: Vec<f64> = (0..candidates).map(theta).collect();
    let profile: Vec<f64> = thetas
        .iter()
        .map(|&theta| {
            let k = shape(theta);
            n * ((-theta / k).ln() - k - 1.0)
        })
        .collect();
    let mut weights = super::normalised(&profile);
    for weight in weights.iter_mut().filter(|weight| **weight < 10.0 * f64::EPSILON) {
        *weight = 0.0;
    }
    let total: f64 = weights.iter().sum();
    let theta: f64 = thetas.iter().zip(&weights).map(|(theta, weight)| theta * weight / total).sum();
    let k = shape(theta);
    let scale = -k / theta;
    ((n * k + PRIOR_DRAWS * PRIOR_SHAPE) / (n + PRIOR_DRAWS), scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;
    use rand::RngExt;

    /// Logs of exact Pareto weights u^(−k).
    fn pareto(k: f64, count: usize) -> Vec<f64> {
        let mut generator = Streams::new(1).stage("pareto").generator(0, 0);
        (0..count).map(|_| -k * (1.0 - generator.random::<f64>()).ln()).collect()
    }

    #[test]
    fn the_shape_of_pareto_weights_is_found() {
        for k in [0.2, 0.5, 0.9] {
            let found = smooth_log_weights(&mut pareto(k, 100_000));
            // The tail holds 949 weights; the standard error of the shape is (1 + k) / √949, at most 0.06.
            assert!((found - k).abs() < 0.25, "{found} for {k}");
        }
    }

    #[test]
    fn smoothing_keeps_the_order_and_lowers_the_largest_only() {
        let mut weights = pareto(0.6, 1000);
        let before = weights.clone();
        smooth_log_weights(&mut weights);
        let largest = |weights: &[f64]| weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!(largest(&weights) <= largest(&before));
        let mut order: Vec<usize> = (0..1000).collect();
        order.sort_by(|&a, &b| before[a].total_cmp(&before[b]));
        assert!(order.windows(2).all(|pair| weights[pair[0]] <= weights[pair[1]]));
        let changed = weights.iter().zip(&before).filter(|(a, b)| (*a - *b).abs() > 0.0).count();
        assert!(changed <= 95, "{changed}");
    }

    #[test]
    fn weights_without_a_tail_have_no_shape() {
        assert!(smooth_log_weights(&mut [0.0; 3]).is_infinite());
        assert!(smooth_log_weights(&mut [0.0; 100]).is_infinite());
        let mut one = vec![f64::NEG_INFINITY; 100];
        one[7] = 0.0;
        assert!(smooth_log_weights(&mut one).is_infinite());
    }
}
