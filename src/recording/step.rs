//! The rectangular step in a current that was commanded or measured with noise.
//!
//! Two levels and two edges are fitted by least squares. For given levels the best edges are those of the
//! segment with the largest sum of `current - midpoint`, found in one pass (Kadane's algorithm,
//! <https://doi.org/10.1145/358234.381162>); for given edges the levels are medians. The two are repeated
//! until they agree.

use super::Current;

/// A rectangular current step. Levels in the unit of the current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecognisedStep {
    /// Median of the samples outside the step.
    pub holding: f64,
    /// Median of the samples inside the step, above holding.
    pub amplitude: f64,
    /// Time of the first sample inside the step.
    pub start_ms: f64,
    /// Time of the first sample after the step.
    pub stop_ms: f64,
}

/// How many blocks the coarse search for the step looks at; all pairs of edges are tried.
const COARSE_BLOCKS: usize = 400;
/// A step must stand out of the noise by this many standard errors; noise alone reaches about five.
const SIGNIFICANCE: f64 = 10.0;
/// How far a stretch of the current may stray from its level, in standard deviations of the noise: drift of
/// the amplifier and capacitive charging are no second step.
const DRIFT: f64 = 2.0;

/// Edges and levels of a step: samples `start..stop` are inside.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    start: usize,
    stop: usize,
    holding: f64,
    inside: f64,
}

impl Current {
    /// The step, if the current is one rectangular step on a constant holding current.
    ///
    /// Edges are known to one sample where the step is at least twice the noise. A current that steps once
    /// and stays is a step that ends with the sweep; a constant, a ramp, noise or two steps are `None`.
    pub fn recognise_step(&self, interval_ms: f64) -> Option<RecognisedStep> {
        let fit = commanded(&self.values).or_else(|| {
            let fit = refine(&self.values, coarse(&self.values)?)?;
            is_only_step(&self.values, fit).then_some(fit)
        })?;
        Some(RecognisedStep {
            holding: fit.holding,
            amplitude: fit.inside - fit.holding,
            start_ms: fit.start as f64 * interval_ms,
            stop_ms: fit.stop as f64 * interval_ms,
        })
    }
}

/// The step of a current that was commanded, which is two levels without noise: nothing has to be searched.
fn commanded(values: &[f64]) -> Option<Fit> {
    let mut pieces = values.chunk_by(|a, b| a.to_bits() == b.to_bits());
    let (before, step, after) = (pieces.next()?, pieces.next()?, pieces.next());
    let returns = after.is_none_or(|after| after[0].to_bits() == before[0].to_bits());
    let fit =
        Fit { start: before.len(), stop: before.len() + step.len(), holding: before[0], inside: step[0] };
    (returns && pieces.next().is_none()).then_some(fit)
}

/// Least squares over all pairs of edges between blocks.
fn coarse(values: &[f64]) -> Option<Fit> {
    let width = values.len().div_ceil(COARSE_BLOCKS).max(1);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let mut sums = vec![0.0];
    let mut total = 0.0;
    for block in values.chunks(width) {
        total += block.iter().map(|value| value - mean).sum::<f64>();
        sums.push(total);
    }
    let edge = |block: usize| (block * width).min(values.len());
    let mut best: Option<(f64, Fit)> = None;
    for first in 0..sums.len() {
        for last in first + 1..sums.len() {
            let inside = (edge(last) - edge(first)) as f64;
            if inside >= count {
                continue;
            }
            let sum = sums[last] - sums[first];
            // The squared error that the step explains.
            let gain = sum * sum / (inside * (1.0 - inside / count));
            if gain > best.map_or(0.0, |(gain, _)| gain) {
                let fit = Fit {
                    start: edge(first),
                    stop: edge(last),
                    holding: mean - sum / (count - inside),
                    inside: mean + sum / inside,
                };
                best = Some((gain, fit));
            }
        }
    }
    best.map(|(_, fit)| fit)
}

/// Alternates between edges and levels until they agree.
fn refine(values: &[f64], mut fit: Fit) -> Option<Fit> {
    const ENOUGH: usize = 20;
    for _ in 0..ENOUGH {
        let edges = best_segment(values, fit);
        let next = with_levels(values, edges)?;
        if next == fit {
            break;
        }
        fit = next;
    }
    Some(fit)
}

/// The segment with the largest sum of what lies beyond the midpoint of the two levels.
fn best_segment(values: &[f64], fit: Fit) -> (usize, usize) {
    let middle = f64::midpoint(fit.holding, fit.inside);
    let sign = (fit.inside - fit.holding).signum();
    let (mut best, mut edges) = (0.0, (0, 0));
    let (mut sum, mut start) = (0.0, 0);
    for (i, value) in values.iter().enumerate() {
        sum += sign * (value - middle);
        if sum <= 0.0 {
            (sum, start) = (0.0, i + 1);
        } else if sum > best {
            (best, edges) = (sum, (start, i + 1));
        }
    }
    edges
}

/// The levels of the two parts; the part that holds the first sample is the holding current.
fn with_levels(values: &[f64], (start, stop): (usize, usize)) -> Option<Fit> {
    let (start, stop) = if start == 0 { (stop, values.len()) } else { (start, stop) };
    let inside = median(values[start..stop].to_vec())?;
    let holding = median([&values[..start], &values[stop..]].concat())?;
    Some(Fit { start, stop, holding, inside })
}

/// Whether the step stands out of the noise, and nothing but noise and slow drift is left without it.
fn is_only_step(values: &[f64], fit: Fit) -> bool {
    let noise = noise(values);
    let amplitude = (fit.inside - fit.holding).abs();
    let inside = fit.stop - fit.start;
    let shorter = inside.min(values.len() - inside) as f64;
    if amplitude <= SIGNIFICANCE * noise / shorter.sqrt() || amplitude <= DRIFT * noise {
        return false;
    }
    let parts = [
        (&values[..fit.start], fit.holding),
        (&values[fit.start..fit.stop], fit.inside),
        (&values[fit.stop..], fit.holding),
    ];
    let width = values.len().div_ceil(COARSE_BLOCKS).max(1);
    parts.iter().all(|(part, level)| {
        part.chunks(width).all(|block| {
            // Four standard errors of the block, on top of the drift.
            let allowed = noise * (DRIFT + 4.0 / (block.len() as f64).sqrt()) + amplitude * 1e-6;
            median(block.to_vec()).is_none_or(|median| (median - level).abs() <= allowed)
        })
    })
}

/// Standard deviation of the noise from the differences of neighbours, which a step or a ramp hardly touches:
/// white noise of standard deviation s has mean |difference| 2 s / √π.
fn noise(values: &[f64]) -> f64 {
    let mut differences: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    differences.sort_by(f64::total_cmp);
    // The edges of steps are the largest differences: leave the largest percent out.
    differences.truncate(differences.len() - differences.len().div_ceil(100));
    let mean = differences.iter().sum::<f64>() / differences.len().max(1) as f64;
    mean * std::f64::consts::PI.sqrt() / 2.0
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if odd {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::numeric::standard_normal;
    use crate::units::Unit;

    /// Levels for numbers of samples, with white noise.
    fn current(parts: &[(usize, f64)], noise: f64, seed: u64) -> Current {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let levels = parts.iter().flat_map(|&(count, level)| vec![level; count]);
        let values = levels.map(|level| level + noise * standard_normal(&mut random)).collect();
        Current { values, unit: Unit::Picoamp }
    }

    #[test]
    fn a_step_without_noise_is_exact() {
        for (before, inside, after) in [(20, 3, 17), (2000, 8000, 2000), (937, 1, 60_000), (500, 30_000, 0)] {
            for amplitude in [-150.0, 0.001, 300.0] {
                let current = current(&[(before, 2.0), (inside, 2.0 + amplitude), (after, 2.0)], 0.0, 0);
                let step = current.recognise_step(0.5).unwrap();
                assert_relative_eq!(step.holding, 2.0);
                assert_relative_eq!(step.amplitude, amplitude, epsilon = 1e-12);
                assert_relative_eq!(step.start_ms, 0.5 * before as f64);
                assert_relative_eq!(step.stop_ms, 0.5 * (before + inside) as f64);
            }
        }
    }

    #[test]
    fn a_noisy_step_is_known_to_one_sample() {
        for seed in 0..50 {
            let sign = if seed % 2 == 0 { 1.0 } else { -1.0 };
            let current = current(&[(2801, -12.0), (8000, -12.0 + sign * 40.0), (1199, -12.0)], 4.0, seed);
            let step = current.recognise_step(1.0).unwrap();
            // Of 8 standard deviations, half a step is 4: one sample in 30 000 is on the wrong side.
            assert_relative_eq!(step.start_ms, 2801.0, epsilon = 1.0);
            assert_relative_eq!(step.stop_ms, 10_801.0, epsilon = 1.0);
            // Medians have a standard error of 1.25 · 4 / √4000 = 0.08; six of them for the difference.
            assert_relative_eq!(step.amplitude, sign * 40.0, epsilon = 0.7);
        }
    }

    #[test]
    fn what_is_no_single_step_is_none() {
        let none = |current: Current| assert_eq!(current.recognise_step(1.0), None);
        none(current(&[], 0.0, 0));
        none(current(&[(1, 5.0)], 0.0, 0));
        none(current(&[(5000, 5.0)], 0.0, 0));
        none(current(&[(1000, 0.0), (1000, -50.0), (1000, 0.0), (1000, 100.0), (1000, 0.0)], 0.0, 0));
        none(current(&[(1000, 0.0), (1000, -50.0), (1000, 0.0), (1000, 100.0), (1000, 0.0)], 4.0, 0));
        none(current(&[(1000, 0.0), (2000, 100.0), (2000, 120.0), (1000, 0.0)], 4.0, 0));
        none(Current { values: (0..4000).map(f64::from).collect(), unit: Unit::Picoamp });
        none(Current { values: vec![f64::NAN; 400], unit: Unit::Picoamp });
        for seed in 0..50 {
            none(current(&[(5000, 5.0)], 4.0, seed));
        }
    }
}
