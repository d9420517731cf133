//! How near the next generation has to come.

use crate::diagnostics::effective_sample_size;
use crate::settings::Section;
use crate::units::Unit;

/// The rule for the next epsilon.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Schedule {
    /// A quantile of the distances of this generation.
    Quantile(f64),
    /// Such that the particles which are near enough have this share of the effective sample size: Del Moral, Doucet and
    /// Jasra (2012), <https://doi.org/10.1007/s11222-011-9271-y>.
    EffectiveSize(f64),
    /// The last one times a factor.
    Decay(f64),
    /// One after the other.
    List(Vec<f64>),
}

const KEYS: [&str; 4] = ["quantile", "effective_size", "decay", "epsilons"];

impl Schedule {
    /// Reads one of `quantile`, `effective_size`, `decay` and `epsilons`; half of the distances if there is none.
    pub(super) fn from_settings(section: &Section<'_>) -> Self {
        let share = |key, help| section.key(key, help).between(0.01, 0.99).quantity_maybe(Unit::One);
        let rules = [
            share("quantile", "the next epsilon, as a quantile of the distances").map(Schedule::Quantile),
            share("effective_size", "the next epsilon keeps this share of the effective sample size")
                .map(Schedule::EffectiveSize),
            share("decay", "the next epsilon, as a share of the last").map(Schedule::Decay),
            section
                .key("epsilons", "the epsilons of all generations, falling")
                .positive()
                .quantities_maybe(Unit::One)
                .map(Schedule::List),
        ];
        let given: Vec<&str> = KEYS.into_iter().filter(|key| section.has(key)).collect();
        if let [first, second, ..] = given.as_slice() {
            let message = format!("`{first}` and `{second}` both say what the next epsilon is");
            section.mistake_at(second, message, Some("leave out one of them"));
        }
        let rule = rules.into_iter().flatten().next().unwrap_or(Schedule::Quantile(0.5));
        if let Schedule::List(list) = &rule
            && (list.is_empty() || list.windows(2).any(|pair| pair[1] >= pair[0]))
        {
            section.mistake_at("epsilons", "each of `epsilons` must be smaller than the one before", None);
        }
        rule
    }

    /// The epsilon after the one that was `reached` in `generation`, given the distances and the weights of its
    /// particles; `None` if there is none.
    pub(super) fn next(
        &self,
        generation: usize,
        reached: f64,
        distances: &[f64],
        weights: &[f64],
    ) -> Option<f64> {
        match self {
            Schedule::Decay(factor) => Some(reached.min(largest(distances)) * factor),
            Schedule::List(list) => list.get(generation).copied(),
            Schedule::Quantile(quantile) => {
                let sorted = by_distance(distances);
                let place = (quantile * (sorted.len() - 1) as f64) as usize;
                below(distances, &sorted, place, reached)
            }
            Schedule::EffectiveSize(share) => {
                let wanted = share * effective_sample_size(weights);
                keeping(wanted, reached, distances, weights)
            }
        }
    }
}

/// The smallest epsilon below `reached` that leaves an effective sample size of `wanted`, or, as distances of counts come
/// in steps, the largest: by bisection. A particle counts `weights` for each of its simulations that is near enough;
/// `distances` holds those of all simulations, as many of each particle, one particle after the other.
pub(super) fn keeping(wanted: f64, reached: f64, distances: &[f64], weights: &[f64]) -> Option<f64> {
    let replicates = distances.len() / weights.len();
    let mut candidates: Vec<f64> =
        distances.iter().copied().filter(|distance| *distance < reached && distance.is_finite()).collect();
    candidates.sort_by(f64::total_cmp);
    candidates.dedup();
    let leaves_enough = |epsilon: f64| {
        let near = |own: &[f64]| own.iter().filter(|distance| **distance <= epsilon).count() as f64;
        let counts = distances.chunks_exact(replicates).map(near);
        let left: Vec<f64> = weights.iter().zip(counts).map(|(weight, count)| weight * count).collect();
        let total: f64 = left.iter().sum();
        total > 0.0 && total * total >= wanted * left.iter().map(|weight| weight * weight).sum::<f64>()
    };
    let place = candidates.partition_point(|&epsilon| !leaves_enough(epsilon));
    candidates.get(place).or(candidates.last()).copied()
}

fn largest(distances: &[f64]) -> f64 {
    distances.iter().copied().fold(0.0, f64::max)
}

fn by_distance(distances: &[f64]) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..distances.len()).collect();
    sorted.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    sorted
}

/// The distance at a place in the order, or, as distances of counts come in steps, the next that is below `reached`.
fn below(distances: &[f64], sorted: &[usize], place: usize, reached: f64) -> Option<f64> {
    sorted[..=place].iter().rev().map(|&index| distances[index]).find(|&distance| distance < reached)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "distances are handed on as they are")]
mod tests {
    use super::*;

    const DISTANCES: [f64; 5] = [3.0, 1.0, 2.0, 5.0, 5.0];

    #[test]
    fn each_rule_gives_its_epsilon() {
        let equal = [0.2; 5];
        let next = |rule: Schedule, weights: &[f64]| rule.next(1, 5.0, &DISTANCES, weights);
        assert_eq!(next(Schedule::Quantile(0.5), &equal), Some(3.0));
        // Above the middle only 5 is left, which is not nearer.
        assert_eq!(next(Schedule::Quantile(0.9), &equal), Some(3.0));
        assert_eq!(next(Schedule::EffectiveSize(0.4), &equal), Some(2.0));
        assert_eq!(next(Schedule::Decay(0.5), &equal), Some(2.5));
        assert_eq!(next(Schedule::List(vec![4.0, 2.5]), &equal), Some(2.5));
        assert_eq!(Schedule::List(vec![4.0]).next(1, 4.0, &DISTANCES, &equal), None);
        assert_eq!(Schedule::Quantile(0.5).next(1, 1.0, &DISTANCES, &equal), None);
    }

    /// Two simulations of each of three particles: within 2 are two, one and none of them, so that a size of
    /// (2 + 1)² / (2² + 1²) = 1.8 is left; within 1 only one particle has any.
    #[test]
    fn a_particle_counts_by_its_simulations_that_are_near() {
        let distances = [1.0, 2.0, 2.0, 9.0, 5.0, 6.0];
        assert_eq!(keeping(1.7, 9.0, &distances, &[1.0; 3]), Some(2.0));
        assert_eq!(keeping(1.9, 9.0, &distances, &[1.0; 3]), Some(5.0));
        // A particle that weighs nothing does not count.
        assert_eq!(keeping(1.9, 9.0, &distances, &[1.0, 1.0, 0.0]), Some(6.0));
        assert_eq!(keeping(1.0, 1.0, &distances, &[1.0; 3]), None);
    }

    /// With the particle at 1 as heavy as all the others together, 1 / Σ w² is 3.2; half of it needs three particles.
    #[test]
    fn the_effective_size_counts_weights() {
        let weights = [0.125, 0.5, 0.125, 0.125, 0.125];
        let sizes: Vec<f64> = [1, 2, 3]
            .map(|count| {
                let own = &[0.5, 0.125, 0.125][..count];
                own.iter().sum::<f64>().powi(2) / own.iter().map(|w| w * w).sum::<f64>()
            })
            .to_vec();
        assert!(sizes[1] < 1.6 && sizes[2] > 1.6, "{sizes:?}");
        assert_eq!(Schedule::EffectiveSize(0.5).next(1, 5.0, &DISTANCES, &weights), Some(3.0));
    }
}
