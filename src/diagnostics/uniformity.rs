//! Whether ranks are uniform, which those of the truth among posterior draws are if a sampler is right: Talts et al.
//! (2018), <https://arxiv.org/abs/1804.06788>.
//!
//! The empirical distribution is held against bands that a uniform one leaves anywhere with a stated probability:
//! Säilynoja, Bürkner and Vehtari (2022), <https://doi.org/10.1007/s11222-022-10090-6>.

use rand::RngExt;
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::numeric::Streams;

/// Probability with which a uniform distribution leaves the bands.
pub const BAND_LEVEL: f64 = 0.05;

/// Simulated uniform samples behind bands and p-values; the smallest p-value is one over one more.
const SIMULATIONS: u64 = 4000;

/// What to expect of ranks 0 to `draws` in some number of runs, if they are uniform.
#[derive(Debug)]
pub struct UniformRanks {
    draws: usize,
    runs: usize,
    /// Probability that at most so many of the ranks are up to that rank; shape `[rank][count]`.
    cumulative: Vec<Vec<f64>>,
    /// The statistics of simulated samples, in ascending order.
    simulated: Vec<f64>,
}

/// How ranks compare with uniform ones.
#[derive(Clone, Debug, PartialEq)]
pub struct RankTest {
    /// Probability that uniform ranks look less uniform.
    pub p_value: f64,
    /// Mean rank less that of uniform ones, in standard errors: negative if draws are too high.
    pub shift: f64,
    /// How much more the ranks spread than uniform ones, in standard errors: positive if draws are too narrow.
    pub spread: f64,
}

impl UniformRanks {
    /// Prepares for ranks among `draws` draws in `runs` runs.
    pub fn new(draws: usize, runs: usize) -> Self {
        let cumulative = (0..draws).map(|rank| cumulative_counts(draws, runs, rank)).collect();
        let mut uniform = Self { draws, runs, cumulative, simulated: Vec::new() };
        let streams = Streams::new(0).stage("uniform ranks");
        let simulate = |sample: u64| {
            let mut generator = streams.generator(sample, 0);
            let ranks: Vec<usize> = (0..runs).map(|_| generator.random_range(0..=draws)).collect();
            uniform.statistic(&ranks)
        };
        let mut simulated: Vec<f64> = (0..SIMULATIONS).map(simulate).collect();
        simulated.sort_unstable_by(f64::total_cmp);
        uniform.simulated = simulated;
        uniform
    }

    /// Holds ranks, one per run, against uniform ones.
    pub fn test(&self, ranks: &[usize]) -> RankTest {
        let statistic = self.statistic(ranks);
        let smaller = self.simulated.partition_point(|own| *own <= statistic);
        let (runs, highest) = (ranks.len() as f64, self.draws as f64);
        let sd = ((highest + 1.0).powi(2) - 1.0).sqrt() / 12_f64.sqrt();
        let centred = ranks.iter().map(|rank| (*rank as f64 - highest / 2.0) / sd);
        let (first, second) = centred.fold((0.0, 0.0), |(one, two), z| (one + z, two + z * z));
        // The fourth moment of a uniform distribution is 9/5 of the squared variance.
        let spread = (second / runs - 1.0) / (0.8 / runs).sqrt();
        RankTest {
            p_value: (1 + smaller) as f64 / (1 + self.simulated.len()) as f64,
            shift: first / runs.sqrt(),
            spread,
        }
    }

    /// How many ranks are up to each rank, at the least and at the most, within the bands; shape `[rank]`.
    pub fn bands(&self) -> Vec<(usize, usize)> {
        let place = (BAND_LEVEL * self.simulated.len() as f64) as usize;
        let tail = self.simulated.get(place).copied().unwrap_or(BAND_LEVEL) / 2.0;
        let band = |cumulative: &Vec<f64>| {
            let lower = cumulative.partition_point(|p| *p < tail);
            let upper = cumulative.partition_point(|p| *p < 1.0 - tail);
            (lower, upper.min(self.runs))
        };
        self.cumulative.iter().map(band).collect()
    }

    /// The smallest two-sided probability of the number of ranks up to any rank.
    fn statistic(&self, ranks: &[usize]) -> f64 {
        let mut counts = vec![0; self.draws + 1];
        for rank in ranks {
            counts[*rank] += 1;
        }
        let mut up_to = 0;
        let of_rank = |(cumulative, count): (&Vec<f64>, &usize)| {
            up_to += count;
            let at_most = cumulative[up_to];
            let at_least = 1.0 - up_to.checked_sub(1).map_or(0.0, |fewer| cumulative[fewer]);
            (2.0 * at_most.min(at_least)).min(1.0)
        };
        self.cumulative.iter().zip(&counts).map(of_rank).fold(1.0, f64::min)
    }
}

/// Probability of at most 0, 1, .. `runs` ranks up to `rank`.
fn cumulative_counts(draws: usize, runs: usize, rank: usize) -> Vec<f64> {
    let share = (rank + 1) as f64 / (draws + 1) as f64;
    match Binomial::new(share, runs as u64) {
        Ok(binomial) => (0..=runs as u64).map(|count| binomial.cdf(count)).collect(),
        Err(_) => vec![f64::NAN; runs + 1],
    }
}

/// p-values corrected for their number: Holm (1979), <https://www.jstor.org/stable/4615733>.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (place, &own) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - place) as f64 * p_values[own]).min(1.0);
        corrected[own] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 63;
    const RUNS: usize = 200;

    fn ranks(seed: u64, of: impl Fn(f64) -> f64) -> Vec<usize> {
        let mut generator = Streams::new(seed).stage("test").generator(0, 0);
        (0..RUNS).map(|_| (of(generator.random::<f64>()) * (DRAWS + 1) as f64) as usize).collect()
    }

    #[test]
    fn uniform_ranks_pass_as_often_as_they_should() {
        let uniform = UniformRanks::new(DRAWS, RUNS);
        let p = |seed: u64| uniform.test(&ranks(seed, |u| u)).p_value;
        let rejected = (0..400).filter(|seed| p(*seed) < 0.05).count();
        // Binomial with mean 20 and sd 4.4; four of them to each side.
        assert!((3..=37).contains(&rejected), "{rejected}");
    }

    #[test]
    fn what_is_not_uniform_is_told_and_in_which_way() {
        let uniform = UniformRanks::new(DRAWS, RUNS);
        // The truth lies at the ends too often: draws are too narrow.
        let narrow =
            uniform.test(&ranks(1, |u| 0.5 + 0.5 * (2.0 * u - 1.0).signum() * (2.0 * u - 1.0).abs().sqrt()));
        assert!(narrow.p_value < 0.001 && narrow.spread > 4.0, "{narrow:?}");
        let wide = uniform.test(&ranks(2, |u| 0.25 + 0.5 * u));
        assert!(wide.p_value < 0.001 && wide.spread < -4.0, "{wide:?}");
        let high = uniform.test(&ranks(3, |u| u * u));
        assert!(high.p_value < 0.001 && high.shift < -4.0, "{high:?}");
    }

    #[test]
    fn bands_hold_a_uniform_sample_with_their_probability() {
        let uniform = UniformRanks::new(DRAWS, RUNS);
        let bands = uniform.bands();
        let leaves = |seed: u64| {
            let ranks = ranks(seed, |u| u);
            let up_to = |rank: usize| ranks.iter().filter(|own| **own <= rank).count();
            bands.iter().enumerate().any(|(rank, (lower, upper))| !(*lower..=*upper).contains(&up_to(rank)))
        };
        let left = (1000..1400).filter(|seed| leaves(*seed)).count();
        assert!((3..=37).contains(&left), "{left}");
    }

    #[test]
    fn holm_multiplies_the_smallest_by_the_number_of_tests() {
        assert_eq!(holm(&[0.5, 0.01, 0.02]), [0.5, 0.03, 0.04]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
