//! R-hat, effective sample size and Monte Carlo error of Markov chains.
//!
//! Definitions of Vehtari et al. (2021), <https://doi.org/10.1214/20-BA1221>, to the letter of the Python
//! package `arviz-stats` (<https://python.arviz.org/projects/stats>); `tests/diagnostics.rs` compares the two.
//! All functions take one parameter, shape `[chain, draw]`, and split each chain into halves; of an odd
//! number of draws the middle one is left out.

use ndarray::{Array2, ArrayView2, Axis, Slice, concatenate};
use statrs::distribution::{Beta, ContinuousCDF};

use super::autocovariance::mean_autocovariance;
use super::intervals::{quantile, quantile_sorted, sorted};
use super::ranks::normal_scores;

/// Fewer draws per chain than this have no diagnostics.
pub(super) const MINIMUM_DRAWS: usize = 4;

/// Draws that differ by less than this count as constant; the value of `arviz-stats`.
const RESOLUTION: f64 = 1e-15;

/// Rank-normalised split R-hat: the larger of bulk and folded (Vehtari et al. 2021, section 4).
///
/// 1 where all chains tell the same. NaN with fewer than two chains, fewer than four draws, a NaN among the
/// draws, or draws that are all equal; infinite if every half chain stands still at a place of its own.
pub fn r_hat(chains: ArrayView2<'_, f64>) -> f64 {
    if is_not_valid(chains, 2) {
        return f64::NAN;
    }
    let halves = split(chains);
    let bulk = potential_scale_reduction(normal_scores(halves.view()).view());
    let median = quantile(&halves.iter().copied().collect::<Vec<_>>(), 0.5);
    let folded = halves.mapv(|value| (value - median).abs());
    let folded = potential_scale_reduction(normal_scores(folded.view()).view());
    if folded > bulk { folded } else { bulk }
}

/// Effective sample size for the centre of the distribution: of the rank-normalised split chains.
///
/// NaN with fewer than four draws or a NaN among them; the number of draws if all are equal.
pub fn ess_bulk(chains: ArrayView2<'_, f64>) -> f64 {
    if is_not_valid(chains, 1) {
        return f64::NAN;
    }
    effective_sample_size(normal_scores(split(chains).view()).view())
}

/// Effective sample size for the tails: the smaller of those of the 5 % and the 95 % quantile.
///
/// NaN with fewer than four draws or a NaN among them.
pub fn ess_tail(chains: ArrayView2<'_, f64>) -> f64 {
    if is_not_valid(chains, 1) {
        return f64::NAN;
    }
    let ordered = sorted(&chains.iter().copied().collect::<Vec<_>>());
    ess_of_quantile(chains, &ordered, 0.05).min(ess_of_quantile(chains, &ordered, 0.95))
}

/// Effective sample size for one quantile: of the split chains of zeros and ones that say which draws are up to it.
///
/// NaN with fewer than four draws or a NaN among them.
pub fn ess_quantile(chains: ArrayView2<'_, f64>, probability: f64) -> f64 {
    if is_not_valid(chains, 1) {
        return f64::NAN;
    }
    ess_of_quantile(chains, &sorted(&chains.iter().copied().collect::<Vec<_>>()), probability)
}

/// `ordered`: the valid draws in ascending order.
pub(super) fn ess_of_quantile(chains: ArrayView2<'_, f64>, ordered: &[f64], probability: f64) -> f64 {
    let quantile = quantile_sorted(ordered, probability);
    let below = chains.mapv(|value| f64::from(u8::from(value <= quantile)));
    effective_sample_size(split(below.view()).view())
}

/// Effective sample size for the mean: of the split chains as they are.
///
/// NaN with fewer than four draws or a NaN among them.
pub fn ess_mean(chains: ArrayView2<'_, f64>) -> f64 {
    if is_not_valid(chains, 1) {
        return f64::NAN;
    }
    effective_sample_size(split(chains).view())
}

/// Monte Carlo standard error of the mean: sd / √ESS, in the unit of the draws.
///
/// NaN with fewer than four draws or a NaN among them.
pub fn mcse_mean(chains: ArrayView2<'_, f64>) -> f64 {
    variance(chains.iter().copied()).sqrt() / ess_mean(chains).sqrt()
}

/// Monte Carlo standard error of the standard deviation, in the unit of the draws
/// (Vehtari et al. 2021, section 4.3, by the delta method).
///
/// NaN with fewer than four draws or a NaN among them, or if all are equal.
pub fn mcse_sd(chains: ArrayView2<'_, f64>) -> f64 {
    let count = chains.len() as f64;
    let mean = chains.sum() / count;
    let squares = chains.mapv(|value| (value - mean).powi(2));
    let variance = squares.sum() / count;
    let fourth_moment = squares.mapv(|square| square * square).sum() / count;
    let variance_of_variance = (fourth_moment - variance * variance) / ess_mean(squares.view());
    (variance_of_variance / variance / 4.0).sqrt()
}

/// Probabilities one standard deviation of a normal distribution below and above its centre, as `arviz-stats` writes them.
const ONE_SD: [f64; 2] = [0.158_655_3, 0.841_344_7];

/// Monte Carlo standard error of a quantile, in the unit of the draws: half the distance between the draws where the
/// quantile would lie one standard deviation lower and higher (Vehtari et al. 2021, section 4.4).
///
/// NaN with fewer than four draws or a NaN among them.
pub fn mcse_quantile(chains: ArrayView2<'_, f64>, probability: f64) -> f64 {
    if is_not_valid(chains, 1) {
        return f64::NAN;
    }
    let ordered = sorted(&chains.iter().copied().collect::<Vec<_>>());
    mcse_of_quantile(&ordered, probability, ess_of_quantile(chains, &ordered, probability))
}

/// `ordered`: the valid draws in ascending order; `ess`: the effective sample size for the quantile.
pub(super) fn mcse_of_quantile(ordered: &[f64], probability: f64, ess: f64) -> f64 {
    let Some([lower, upper]) = quantile_range(probability, ess) else { return f64::NAN };
    let (count, last) = (ordered.len() as f64, ordered.len() - 1);
    let below = (lower * count - 1.0).floor().max(0.0) as usize;
    let above = (upper * count - 1.0).ceil().max(0.0) as usize;
    (ordered[above.min(last)] - ordered[below.min(last)]) / 2.0
}

/// The shares of the distribution between which a quantile of so many independent draws lies with one standard
/// deviation to each side; `None` without a number of draws.
pub(super) fn quantile_range(probability: f64, ess: f64) -> Option<[f64; 2]> {
    let share = Beta::new(ess * probability + 1.0, ess * (1.0 - probability) + 1.0).ok()?;
    Some(ONE_SD.map(|side| share.inverse_cdf(side)))
}

pub(super) fn is_not_valid(chains: ArrayView2<'_, f64>, minimum_chains: usize) -> bool {
    let (chain_count, draws) = chains.dim();
    chain_count < minimum_chains || draws < MINIMUM_DRAWS || chains.iter().any(|value| value.is_nan())
}

/// First halves, then second halves: shape `[2 × chain, draw / 2]`.
fn split(chains: ArrayView2<'_, f64>) -> Array2<f64> {
    let half = chains.ncols() / 2;
    let first = chains.slice_axis(Axis(1), Slice::from(..half));
    let second = chains.slice_axis(Axis(1), Slice::from(chains.ncols() - half..));
    concatenate(Axis(0), &[first, second]).expect("both halves are equally long")
}

/// Variance with the divisor n − 1. Exactly 0 for equal values, which rounding of their mean would hide.
pub(super) fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let mut pairs = values.clone().zip(values.clone().skip(1));
    if pairs.all(|(value, next)| value.total_cmp(&next).is_eq()) && values.clone().nth(1).is_some() {
        return 0.0;
    }
    let (count, sum) = values.clone().fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    let mean = sum / count;
    values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)
}

/// √((B / W + n − 1) / n) with between- and within-chain variance B and W (Gelman and Rubin 1992,
/// <https://doi.org/10.1214/ss/1177011136>).
fn potential_scale_reduction(chains: ArrayView2<'_, f64>) -> f64 {
    let (chain_count, draws) = chains.dim();
    let n = draws as f64;
    let means: Vec<f64> = chains.rows().into_iter().map(|chain| chain.sum() / n).collect();
    let within: f64 = chains.rows().into_iter().map(|chain| variance(chain.iter().copied())).sum();
    let within = within / chain_count as f64;
    let between = n * variance(means.iter().copied());
    ((between / within + n - 1.0) / n).sqrt()
}

/// Effective sample size of chains as they are, with Geyer's initial monotone sequence
/// (Geyer 1992, <https://doi.org/10.1214/ss/1177011137>; Vehtari et al. 2021, section 3.2).
fn effective_sample_size(chains: ArrayView2<'_, f64>) -> f64 {
    let (chain_count, draws) = chains.dim();
    let size = chains.len() as f64;
    let (low, high) = chains
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (value.min(low), value.max(high)));
    if high - low < RESOLUTION {
        return size;
    }
    let n = draws as f64;
    let covariance = mean_autocovariance(chains);
    if !covariance[0].is_finite() {
        return f64::NAN;
    }
    let within = covariance[0] * n / (n - 1.0);
    let means = chains.rows().into_iter().map(|chain| chain.sum() / n).collect::<Vec<_>>();
    let between = if chain_count > 1 { variance(means.iter().copied()) } else { 0.0 };
    let total = within * (n - 1.0) / n + between;
    let autocorrelation = |lag: usize| 1.0 - (within - covariance[lag]) / total;
    let time = autocorrelation_time(draws, autocorrelation).max(1.0 / size.log10());
    size / time
}

/// Sum of the autocorrelation over all lags, −∞ to ∞.
fn autocorrelation_time(draws: usize, autocorrelation: impl Fn(usize) -> f64) -> f64 {
    // Sums of two neighbours are positive for every reversible chain; the first that is not is noise.
    let mut pairs: Vec<f64> = Vec::new();
    let (mut even, mut odd) = (1.0, autocorrelation(1));
    let mut lag = 2;
    while lag + 2 < draws && even + odd > 0.0 {
        pairs.push(even + odd);
        (even, odd) = (autocorrelation(lag), autocorrelation(lag + 1));
        lag += 2;
    }
    // They also fall, so a rise is noise as well.
    let mut smallest = f64::INFINITY;
    let sum: f64 = pairs
        .iter()
        .map(|&pair| {
            smallest = pair.min(smallest);
            smallest
        })
        .sum();
    // The first even term past the end counts once: better for antithetic chains.
    let remainder = if even > 0.0 || even + odd >= 0.0 { even } else { 0.0 };
    2.0 * sum - 1.0 + remainder
}
