//! The draws of one parameter in ascending order, and the Monte Carlo error of a mean over them.

use super::sample::Layout;

/// A number with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// How far it may be off because the draws are finitely many.
    pub error: f64,
}

impl Estimate {
    /// A number whose errors over two independent posteriors add up.
    pub(super) fn with_errors(value: f64, a: f64, b: f64) -> Self {
        Self { value, error: a.hypot(b) }
    }
}

/// The draws of one parameter, sorted.
#[derive(Clone, Debug)]
pub struct Marginal {
    /// Ascending.
    pub(super) values: Vec<f64>,
    /// Normalised weight of each.
    pub(super) weights: Vec<f64>,
    /// Weight up to and including each.
    pub(super) shares: Vec<f64>,
    /// The batch that each belongs to; empty for weighted particles.
    batches: Vec<u16>,
    /// Number of batches.
    batch_count: usize,
    /// Independent draws that tell as much.
    pub(super) effective: f64,
}

impl Marginal {
    /// `values`: one per draw, finite, chain after chain.
    pub fn new(values: &[f64], layout: &Layout) -> Self {
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        // Draws that repeat keep their order, so that the result does not depend on the sort.
        order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
        let count = values.len() as f64;
        let weights: Vec<f64> = match &layout.weights {
            Some(weights) => order.iter().map(|&draw| weights[draw as usize]).collect(),
            None => vec![1.0 / count; values.len()],
        };
        let mut sum = 0.0;
        let mut share = |weight: &f64| {
            sum += weight;
            sum
        };
        let mut shares: Vec<f64> = weights.iter().map(&mut share).collect();
        for share in &mut shares {
            *share /= sum;
        }
        Self {
            values: order.iter().map(|&draw| values[draw as usize]).collect(),
            weights: weights.into_iter().map(|weight| weight / sum).collect(),
            shares,
            batches: order.iter().filter_map(|&draw| layout.batch_of(draw as usize)).collect(),
            batch_count: layout.batch_count(),
            effective: layout.effective,
        }
    }

    /// The logarithms of the sizes, if all draws are on one side of zero.
    pub(super) fn log_sizes(&self) -> Option<Self> {
        let (first, last) = (*self.values.first()?, *self.values.last()?);
        if first > 0.0 {
            let values = self.values.iter().map(|value| value.ln()).collect();
            return Some(Self { values, ..self.clone() });
        }
        if last >= 0.0 {
            return None;
        }
        let reversed = |numbers: &[f64]| numbers.iter().rev().copied().collect::<Vec<f64>>();
        let weights = reversed(&self.weights);
        let mut sum = 0.0;
        let share = |weight: &f64| {
            sum += weight;
            sum
        };
        Some(Self {
            values: self.values.iter().rev().map(|value| (-value).ln()).collect(),
            shares: weights.iter().map(share).collect(),
            weights,
            batches: self.batches.iter().rev().copied().collect(),
            ..*self
        })
    }

    /// The smallest value at or below which the share `probability` lies.
    pub fn quantile(&self, probability: f64) -> f64 {
        const ROUNDING: f64 = 1e-12;
        let place = self.shares.partition_point(|share| *share < probability - ROUNDING);
        self.values[place.min(self.values.len() - 1)]
    }

    pub(super) fn expectation(&self, of: &[f64]) -> f64 {
        self.weights.iter().zip(of).map(|(weight, value)| weight * value).sum()
    }

    pub(super) fn sd(&self) -> f64 {
        let mean = self.expectation(&self.values);
        let squares = self.values.iter().zip(&self.weights);
        squares.map(|(value, weight)| weight * (value - mean).powi(2)).sum::<f64>().sqrt()
    }

    /// The mean of a function of the draws, given in ascending order of the draws, with its Monte Carlo error.
    ///
    /// Chains: from the spread of the means of batches (Flegal and Jones 2010, <https://doi.org/10.1214/09-AOS735>).
    /// Particles: sd / √ESS with the effective sample size of their weights.
    pub(super) fn mean(&self, of: &[f64]) -> Estimate {
        let value = self.expectation(of);
        if self.batches.is_empty() {
            let squares = of.iter().zip(&self.weights);
            let variance: f64 = squares.map(|(own, weight)| weight * (own - value).powi(2)).sum();
            return Estimate { value, error: (variance / (self.effective - 1.0).max(1.0)).sqrt() };
        }
        let mut sums = vec![(0.0, 0.0); self.batch_count];
        for (own, &batch) in of.iter().zip(&self.batches) {
            let (sum, count) = &mut sums[usize::from(batch)];
            *sum += own;
            *count += 1.0;
        }
        let total = of.len() as f64;
        // A batch counts by its length, as the last one of a chain may be longer.
        let squares = sums.iter().map(|(sum, count)| (sum - count * value).powi(2)).sum::<f64>();
        let batches = self.batch_count as f64;
        Estimate { value, error: (squares * batches / (batches - 1.0)).sqrt() / total }
    }

    /// P(own ≤ x + shift) for each value x of another, draws that are equal counting half.
    pub(super) fn shares_at(&self, other: &Marginal, shift: f64) -> Vec<f64> {
        let (mut below, mut up_to) = (0, 0);
        let share = |count: usize| if count == 0 { 0.0 } else { self.shares[count - 1] };
        let at = |value: &f64| {
            let point = value + shift;
            while below < self.values.len() && self.values[below] < point {
                below += 1;
            }
            up_to = up_to.max(below);
            while up_to < self.values.len() && self.values[up_to] <= point {
                up_to += 1;
            }
            f64::midpoint(share(below), share(up_to))
        };
        other.values.iter().map(at).collect()
    }
}
