//! Sums of numbers that are known by their logarithms.

use fearless_simd::{Simd, dispatch, f64x8, prelude::*};

use super::{exponential, instructions};

/// ln Σ exp(x), without overflow; −∞ of nothing.
pub fn log_sum_exp(logs: &[f64]) -> f64 {
    // Lanes would lose it.
    if logs.iter().fold(false, |any, log| any | log.is_nan()) {
        return f64::NAN;
    }
    let level = instructions();
    let largest = dispatch!(level, simd => largest(simd, logs));
    if !largest.is_finite() {
        return largest;
    }
    largest + dispatch!(level, simd => sum_of_shares(simd, logs, largest)).ln()
}

#[inline(always)]
fn largest<S: Simd>(simd: S, logs: &[f64]) -> f64 {
    let mut largest = simd.splat_f64x8(f64::NEG_INFINITY);
    let (blocks, rest) = logs.as_chunks::<8>();
    for block in blocks {
        largest = largest.max(f64x8::from_slice(simd, block));
    }
    rest.iter().copied().chain((0..8).map(|lane| largest[lane])).fold(f64::NEG_INFINITY, f64::max)
}

/// Σ exp(x − `largest`), in eight sums; what is impossible adds 1e-304.
#[inline(always)]
fn sum_of_shares<S: Simd>(simd: S, logs: &[f64], largest: f64) -> f64 {
    let mut sums = simd.splat_f64x8(0.0);
    let (blocks, rest) = logs.as_chunks::<8>();
    for block in blocks {
        sums += exponential(simd, f64x8::from_slice(simd, block) - largest);
    }
    let rest: f64 = rest.iter().map(|log| (log - largest).exp()).sum();
    rest + (0..8).map(|lane| sums[lane]).sum::<f64>()
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
        assert!((log_sum_exp(&[-800.0; 21]) - (21_f64.ln() - 800.0)).abs() < 1e-12);
        assert!(log_sum_exp(&[0.0, f64::NAN, 1.0]).is_nan());
        assert!((log_mean_exp(&[0.0, f64::NEG_INFINITY]) + 2_f64.ln()).abs() < 1e-15);
        assert_eq!(normalised(&[f64::NEG_INFINITY; 2]), [0.5, 0.5]);
        assert_eq!(normalised(&[f64::NEG_INFINITY, -1e6]), [0.0, 1.0]);
    }
}
