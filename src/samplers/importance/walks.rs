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

/// Steps of each: as many as take a quarter of the evaluations of the draws, within these limits.
const STEPS: (usize, usize) = (20, 200);
const SHARE: usize = 4;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{log_sum_exp, normal_rows, smooth_log_weights};
    use crate::problem::Target;

    const DIMENSION: usize = 4;
    const DRAWS: usize = 10_000;

    struct Known(fn(&[f64]) -> f64);

    impl Target for Known {
        fn dimension(&self) -> usize {
            DIMENSION
        }

        fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
            normal_rows(count, DIMENSION, streams)
        }
    }

    impl LogDensity for Known {
        fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
            points.iter().map(|row| LogTerms { prior: 0.0, likelihood: self.0(row) }).collect()
        }
    }

    fn normal(x: &[f64], sd: f64) -> f64 {
        x.iter().map(|x| -0.5 * (x / sd).powi(2) - sd.ln()).sum()
    }

    fn skewed(x: &[f64]) -> f64 {
        x.iter().map(|u| 3.0 * u - u.exp()).sum()
    }

    /// A normal mixture around `centre`. With `cut`, nothing is drawn where the first parameter is above 1, although the
    /// mixture has a tiny wide component that could.
    struct Naive {
        centre: f64,
        sd: f64,
        cut: bool,
    }

    impl Naive {
        fn draws(&self, streams: Streams) -> Rows<Unconstrained> {
            let mut points = Rows::zeros(0, DIMENSION);
            for row in &normal_rows(2 * DRAWS, DIMENSION, streams) {
                let point: Vec<f64> = row.iter().map(|x| self.centre + self.sd * x).collect();
                if points.len() < DRAWS && !(self.cut && point[0] > 1.0) {
                    points.push(&point);
                }
            }
            points
        }

        fn log_density(&self, x: &[f64]) -> f64 {
            let centred: Vec<f64> = x.iter().map(|x| x - self.centre).collect();
            let main = if self.cut && x[0] > 1.0 { f64::NEG_INFINITY } else { normal(&centred, self.sd) };
            if self.cut { log_sum_exp(&[main, 1e-6_f64.ln() + normal(x, 3.0)]) } else { main }
        }

        /// k-hat and the probability that nothing is missed.
        fn looked_at(&self, target: fn(&[f64]) -> f64, seed: u64) -> (f64, f64) {
            let (streams, target) = (Streams::new(seed), Known(target));
            let points = self.draws(streams.stage("draws"));
            let log_proposal = |points: &Rows<Unconstrained>| -> Vec<f64> {
                points.iter().map(|row| self.log_density(row)).collect()
            };
            let terms = target.log_terms(&points);
            let logs = terms.iter().zip(log_proposal(&points));
            let log_weights: Vec<f64> = logs.map(|(terms, q)| terms.posterior() - q).collect();
            let covered = Covered {
                points: &points,
                terms: &terms,
                log_weights: &log_weights,
                log_proposal: &log_proposal,
            };
            let (p_value, _) = walk_away(&covered, &target, streams.stage("walks"));
            (smooth_log_weights(&mut log_weights.clone()), p_value)
        }
    }

    /// A sixth of the posterior is missed, its first mean is 0.3 standard deviations off, and no weight is large.
    #[test]
    fn a_side_that_the_mixture_does_not_reach_is_noticed() {
        let naive = Naive { centre: 0.0, sd: 1.3, cut: true };
        let found: Vec<(f64, f64)> = (0..20).map(|seed| naive.looked_at(normal_of_one, seed)).collect();
        assert!(found.iter().all(|(k_hat, _)| *k_hat < 0.7), "k-hat sees it by itself: {found:?}");
        let noticed = found.iter().filter(|(_, p_value)| *p_value < 1e-4).count();
        assert!(noticed >= 16, "{found:?}");
    }

    #[test]
    fn draws_that_miss_nothing_pass() {
        let wide = Naive { centre: 0.0, sd: 1.3, cut: false };
        let shifted = Naive { centre: 0.9, sd: 0.9, cut: false };
        for (naive, target) in [(wide, normal_of_one as fn(&[f64]) -> f64), (shifted, skewed)] {
            let p: Vec<f64> = (0..100).map(|seed| naive.looked_at(target, seed).1).collect();
            let below = |limit: f64| p.iter().filter(|p| **p < limit).count();
            // Five of a hundred are below 0.05, with a standard deviation of 2.2; four of them more.
            assert!(below(0.05) <= 14 && below(1e-4) == 0, "{p:?}");
        }
    }

    fn normal_of_one(x: &[f64]) -> f64 {
        normal(x, 1.0)
    }
}
