//! Whether the mixture misses a part of the posterior, which its own draws cannot tell: without a draw there, no weight is
//! large.
//!
//! Short random walks begin at draws, taken in proportion to their weights. If the weighted draws are those of the
//! posterior, so are the places where the walks end, and the weights that a draw would have there are distributed as the
//! weights of the draws are. Walks that find their way into a part that the mixture misses end where the weights are too
//! large: the ranks of the end weights among those of the draws, uniform otherwise, crowd at the top. The probability of all
//! ranks together is Fisher's: −Σ ln (share of the posterior with larger weights) against a gamma distribution
//! (Mosteller and Fisher 1948, <https://doi.org/10.2307/2681650>).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Gamma};

use crate::diagnostics::effective_sample_size;
use crate::numeric::{Rows, Streams, Unconstrained, normalised};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::gaussian::Gaussian;
use crate::samplers::mcmc::evaluate;

/// Walks, which are one batch of evaluations at each of their steps.
const WALKS: usize = 50;

/// Steps of each: as many as take a tenth of the evaluations of the draws, within these limits.
const STEPS: (usize, usize) = (10, 60);
const SHARE: usize = 10;

/// Best length of a step for a normal posterior (Roberts, Gelman and Gilks 1997,
/// <https://doi.org/10.1214/aoap/1034625254>), and the shares of it that are taken in turn: shorter ones follow a bend.
const BEST: f64 = 2.38;
const LENGTHS: [f64; 3] = [1.0, 0.6, 0.3];

/// Weighted draws and what they were drawn from.
pub(super) struct Covered<'a> {
    pub(super) points: &'a Rows<Unconstrained>,
    pub(super) terms: &'a [LogTerms],
    /// Log of the posterior density over that of the mixture.
    pub(super) log_weights: &'a [f64],
    /// Log density of the mixture.
    pub(super) log_proposal: &'a dyn Fn(&Rows<Unconstrained>) -> Vec<f64>,
}

/// Probability that walks from draws that miss nothing end at larger weights; and the evaluations made.
pub(super) fn walk_away(covered: &Covered<'_>, oracle: &dyn LogDensity, streams: Streams) -> (f64, u64) {
    let weights = normalised(covered.log_weights);
    let steps = (weights.len() / (SHARE * WALKS)).clamp(STEPS.0, STEPS.1);
    let starts = evenly_by_weight(&weights, &mut streams.stage("starts").generator(0, 0));
    let mut points = Rows::zeros(0, oracle.dimension());
    let mut heights: Vec<f64> = Vec::new();
    for start in starts {
        points.push(covered.points.row(start));
        heights.push(covered.terms[start].posterior());
    }
    let gaussian = Gaussian::fitted(covered.points, &weights);
    let best = BEST / (oracle.dimension() as f64).sqrt();
    for step in 0..steps {
        let scale = best * LENGTHS[step % LENGTHS.len()];
        let mut proposals = points.clone();
        let mut thresholds = Vec::with_capacity(WALKS);
        for (walk, proposal) in proposals.iter_mut().enumerate() {
            let mut generator = streams.stage("steps").generator(step as u64, walk as u64);
            let by = gaussian.draw(scale, &mut generator);
            proposal.iter_mut().zip(by.iter()).for_each(|(x, by)| *x += by);
            thresholds.push(generator.random::<f64>().ln());
        }
        for (walk, terms) in evaluate(oracle, &proposals).iter().enumerate() {
            if thresholds[walk] < terms.posterior() - heights[walk] {
                points.row_mut(walk).copy_from_slice(proposals.row(walk));
                heights[walk] = terms.posterior();
            }
        }
    }
    let log_proposal = (covered.log_proposal)(&points);
    let ends: Vec<f64> = heights.iter().zip(log_proposal).map(|(height, log)| height - log).collect();
    (fisher(&ends, covered.log_weights, &weights), (WALKS * steps) as u64)
}

/// Draws in proportion to their weights, evenly spaced from a random beginning.
fn evenly_by_weight(weights: &[f64], generator: &mut ChaCha8Rng) -> Vec<usize> {
    let offset = generator.random::<f64>();
    let (mut place, mut sum) = (0, weights[0]);
    let starts = (0..WALKS).map(|walk| {
        while sum < (walk as f64 + offset) / WALKS as f64 && place + 1 < weights.len() {
            place += 1;
            sum += weights[place];
        }
        place
    });
    starts.collect()
}

/// Probability of ranks as high as those of `ends` among the weighted `log_weights`.
fn fisher(ends: &[f64], log_weights: &[f64], weights: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| log_weights[b].total_cmp(&log_weights[a]));
    // A new draw is above all others once in so many.
    let least = 1.0 / (effective_sample_size(weights) + 1.0);
    let share_above = |end: &f64| {
        let above = order.partition_point(|&place| log_weights[place] > *end);
        order[..above].iter().map(|&place| weights[place]).sum::<f64>().max(least)
    };
    let sum: f64 = ends.iter().map(|end| -share_above(end).min(1.0).ln()).sum();
    Gamma::new(ends.len() as f64, 1.0).map_or(f64::NAN, |gamma| gamma.sf(sum))
}
