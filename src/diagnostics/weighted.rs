//! Moments, quantiles and intervals of weighted particles.
//!
//! Everywhere one weight per value, not negative; the weights need not sum to 1. Values without weight do not
//! count, and without any weight the answer is NaN.

/// Effective sample size of the weights, (Σ w)² / Σ w² (Kong 1992; Liu 2001,
/// <https://doi.org/10.1007/978-0-387-76371-2>, section 2.5).
pub fn effective_sample_size(weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    total * total / weights.iter().map(|weight| weight * weight).sum::<f64>()
}

/// Weighted mean, in the unit of the values.
pub fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    weighted(values, weights).map(|(value, weight)| value * weight).sum::<f64>() / weights.iter().sum::<f64>()
}

/// Weighted standard deviation, in the unit of the values; with equal weights the divisor is n − 1.
///
/// NaN if a single value carries all the weight.
pub fn weighted_sd(values: &[f64], weights: &[f64]) -> f64 {
    let mean = weighted_mean(values, weights);
    let total: f64 = weights.iter().sum();
    let squares = weighted(values, weights).map(|(value, weight)| weight * (value - mean).powi(2));
    // The mean was fitted to the same values: n / (n − 1), where n is the effective sample size.
    let freedom = 1.0 - 1.0 / effective_sample_size(weights);
    (squares.sum::<f64>() / total / freedom).sqrt()
}

/// Monte Carlo standard error of the weighted mean: sd / √ESS, in the unit of the values.
pub fn weighted_mcse_mean(values: &[f64], weights: &[f64]) -> f64 {
    weighted_sd(values, weights) / effective_sample_size(weights).sqrt()
}

/// Monte Carlo standard error of the weighted standard deviation, in the unit of the values, by the delta method.
pub fn weighted_mcse_sd(values: &[f64], weights: &[f64]) -> f64 {
    let mean = weighted_mean(values, weights);
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    weighted_mcse_mean(&squares, weights) / (2.0 * weighted_mean(&squares, weights).sqrt())
}

/// The smallest value below or at which the share `probability` of the weight lies.
///
/// The inverse of the cumulative distribution, as `numpy.quantile(..., weights=..., method="inverted_cdf")`.
pub fn weighted_quantile(values: &[f64], weights: &[f64], probability: f64) -> f64 {
    Cumulative::new(values, weights).quantile(probability)
}

/// The narrowest interval between two values that holds the share `probability` of the weight.
///
/// Among equally narrow intervals the lowest.
pub fn weighted_hdi(values: &[f64], weights: &[f64], probability: f64) -> (f64, f64) {
    Cumulative::new(values, weights).hdi(probability)
}

fn weighted<'a>(values: &'a [f64], weights: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + Clone + 'a {
    values.iter().copied().zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0)
}

/// Share of the total weight that rounding of a cumulative sum may move.
const ROUNDING: f64 = 1e-12;

/// Values in ascending order with the share of the weight up to and including each.
pub(super) struct Cumulative {
    values: Vec<f64>,
    shares: Vec<f64>,
}

impl Cumulative {
    pub(super) fn new(values: &[f64], weights: &[f64]) -> Self {
        let mut sorted: Vec<(f64, f64)> = weighted(values, weights).collect();
        // The order of equal values must not change the sums: same particles, same bytes.
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        let (values, shares) = sorted
            .into_iter()
            .map(|(value, weight)| {
                sum += weight;
                (value, sum / total)
            })
            .unzip();
        Self { values, shares }
    }

    pub(super) fn quantile(&self, probability: f64) -> f64 {
        let place = self.shares.partition_point(|share| *share < probability - ROUNDING);
        let place = place.min(self.values.len().saturating_sub(1));
        self.values.get(place).copied().unwrap_or(f64::NAN)
    }

    pub(super) fn hdi(&self, probability: f64) -> (f64, f64) {
        let mut narrowest = (f64::NAN, f64::NAN);
        let mut below = 0.0;
        let mut end = 0;
        for (start, &lower) in self.values.iter().enumerate() {
            while end < self.shares.len() && self.shares[end] - below < probability - ROUNDING {
                end += 1;
            }
            let Some(&upper) = self.values.get(end) else { break };
            if start == 0 || upper - lower < narrowest.1 - narrowest.0 {
                narrowest = (lower, upper);
            }
            below = self.shares[start];
        }
        narrowest
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::super::{hdi, quantile};
    use super::*;

    #[test]
    fn a_weight_of_two_is_a_value_that_stands_twice() {
        let (values, weights) = ([5.0, 1.0, 3.0, 9.0], [2.0, 1.0, 2.0, 0.0]);
        let repeated = [5.0, 5.0, 1.0, 3.0, 3.0];
        assert_relative_eq!(weighted_mean(&values, &weights), 17.0 / 5.0, max_relative = 1e-15);
        assert_relative_eq!(effective_sample_size(&weights), 25.0 / 9.0, max_relative = 1e-15);
        for (probability, value) in [(0.0, 1.0), (0.2, 1.0), (0.21, 3.0), (0.6, 3.0), (0.61, 5.0), (1.0, 5.0)]
        {
            assert_relative_eq!(weighted_quantile(&values, &weights, probability), value);
        }
        assert_eq!(weighted_hdi(&values, &weights, 0.8), (3.0, 5.0));
        assert_eq!(weighted_hdi(&values, &weights, 1.0), (1.0, 5.0));
        // Between order statistics the two definitions of a quantile differ; on one they agree.
        assert_relative_eq!(quantile(&repeated, 0.5), weighted_quantile(&values, &weights, 0.5));
    }

    #[test]
    fn equal_weights_are_no_weights() {
        let values: Vec<f64> = (0..40).map(|i| f64::from((i * 37) % 101).powi(2)).collect();
        let weights = [0.025; 40];
        let mean = values.iter().sum::<f64>() / 40.0;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 39.0;
        assert_relative_eq!(weighted_sd(&values, &weights), variance.sqrt(), max_relative = 1e-13);
        assert_relative_eq!(
            weighted_mcse_mean(&values, &weights),
            (variance / 40.0).sqrt(),
            max_relative = 1e-13
        );
        // 0.91 × 40 is not whole, so both hold 37 values.
        let unweighted = hdi(&values, 0.91);
        assert_eq!(weighted_hdi(&values, &weights, 0.91), unweighted);
    }

    #[test]
    fn without_weight_there_is_no_answer() {
        assert!(weighted_mean(&[], &[]).is_nan());
        assert!(weighted_quantile(&[], &[], 0.5).is_nan());
        assert!(weighted_hdi(&[1.0], &[0.0], 0.5).0.is_nan());
        assert!(weighted_sd(&[1.0], &[1.0]).is_nan());
    }
}
