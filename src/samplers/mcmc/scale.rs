//! How long the steps of a random walk should be, learned from what steps of several lengths gain.
//!
//! What counts is the expected squared distance of a step, its squared length times the probability that it is
//! accepted (Pasarica and Gelman 2010, <https://www.jstor.org/stable/24308995>). On a normal posterior this leads to
//! the acceptance 0.234. A fixed acceptance as the goal fails where the log density is rough on the smallest scale, as
//! that of counted spikes is: there no step is accepted as often, however short, and chains would come to a halt.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Lengths that are tried, in units of the one that is best for a normal posterior.
const FACTORS: [f64; 7] = [1.0, 0.7, 0.5, 0.3, 0.1, 0.03, 0.01];
/// Share of steps of any length during warm-up, and afterwards: those get a chain out of a corner.
const EXPLORED: f64 = 0.5;
const EXPLORED_LATER: f64 = 0.1;
/// Steps that the guess before the first step is worth.
const GUESS: f64 = 0.01;
/// What remains of the past when chains have forgotten theirs.
const REMEMBERED: f64 = 0.1;

/// A mixture of lengths, most of them the best.
#[derive(Debug)]
pub(super) struct LearnedScale {
    /// The best length for a normal posterior.
    reference: f64,
    /// Probability of acceptance, summed over the steps of each length, and their number.
    accepted: [f64; FACTORS.len()],
    tried: [f64; FACTORS.len()],
    explored: f64,
}

impl LearnedScale {
    pub(super) fn new(reference: f64) -> Self {
        // As if each had been tried on a normal posterior: there acceptance falls with length about so.
        let accepted = FACTORS.map(|factor| GUESS * (-1.45 * factor).exp());
        Self { reference, accepted, tried: [GUESS; FACTORS.len()], explored: EXPLORED }
    }

    /// A length by its index.
    pub(super) fn length(&self, index: usize) -> f64 {
        self.reference * FACTORS[index]
    }

    /// The index of the length of a step.
    pub(super) fn choose(&self, generator: &mut ChaCha8Rng) -> usize {
        if generator.random_bool(self.explored) {
            return generator.random_range(0..FACTORS.len());
        }
        self.best()
    }

    /// Every length with the probability of being chosen.
    pub(super) fn mixture(&self) -> impl Iterator<Item = (f64, f64)> {
        let best = self.best();
        let any = self.explored / FACTORS.len() as f64;
        (0..FACTORS.len()).map(move |index| {
            (self.length(index), if index == best { any + 1.0 - self.explored } else { any })
        })
    }

    /// The index of the length that gains the largest expected squared distance.
    fn best(&self) -> usize {
        let gain = |index: &usize| FACTORS[*index].powi(2) * self.accepted[*index] / self.tried[*index];
        (0..FACTORS.len()).max_by(|a, b| gain(a).total_cmp(&gain(b))).unwrap_or(0)
    }

    /// Hears during warm-up how probable it was that a step of this length was accepted.
    pub(super) fn hear(&mut self, index: usize, probability: f64) {
        self.accepted[index] += probability;
        self.tried[index] += 1.0;
    }

    /// Gives the past less weight than what is to come.
    pub(super) fn forget(&mut self) {
        for count in self.accepted.iter_mut().chain(&mut self.tried) {
            *count *= REMEMBERED;
        }
    }

    /// The warm-up is over: from now on most steps have the best length.
    pub(super) fn settle(&mut self) {
        self.explored = EXPLORED_LATER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(acceptance: impl Fn(f64) -> f64) -> f64 {
        let mut scale = LearnedScale::new(1.0);
        for (index, &factor) in FACTORS.iter().enumerate() {
            for _ in 0..100 {
                scale.hear(index, acceptance(factor));
            }
        }
        scale.length(scale.best())
    }

    #[test]
    fn the_length_is_that_of_the_largest_expected_squared_distance() {
        // Of a normal posterior in many dimensions, 2 Φ(−1.19 s): <https://doi.org/10.1214/aoap/1034625254>.
        let normal =
            |factor: f64| statrs::function::erf::erfc(2.38 / 2.0 * factor / std::f64::consts::SQRT_2);
        assert!((learned(normal) - 1.0).abs() < 1e-12);
        // Roughness on the smallest scale costs steps of all lengths the same.
        assert!((learned(|factor| 0.16 * normal(factor)) - 1.0).abs() < 1e-12);
        // Nothing but the shortest steps is accepted.
        assert!((learned(|factor| if factor < 0.05 { 0.5 } else { 0.0 }) - 0.03).abs() < 1e-12);
    }
}
