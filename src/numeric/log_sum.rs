//! Sums of numbers that are known by their logarithms.

/// ln Σ exp(x), without overflow; −∞ of nothing.
pub fn log_sum_exp(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln()
}

/// ln of the mean of exp(x).
pub fn log_mean_exp(logs: &[f64]) -> f64 {
    log_sum_exp(logs) - (logs.len() as f64).ln()
}

/// exp(x), divided by their sum; all equal if every x is −∞.
pub fn normalised(logs: &[f64]) -> Vec<f64> {
    let total = log_sum_exp(logs);
    if total == f64::NEG_INFINITY {
        return vec![1.0 / logs.len() as f64; logs.len()];
    }
    logs.iter().map(|log| (log - total).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_impossible_numbers_are_summed() {
        assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + 2_f64.ln())).abs() < 1e-12);
        assert!((log_mean_exp(&[0.0, f64::NEG_INFINITY]) + 2_f64.ln()).abs() < 1e-15);
        assert_eq!(normalised(&[f64::NEG_INFINITY; 2]), [0.5, 0.5]);
        assert_eq!(normalised(&[f64::NEG_INFINITY, -1e6]), [0.0, 1.0]);
    }
}
