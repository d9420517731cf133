//! Differential evolution that learns how many parameters to change at once: DREAM(ZS), Vrugt et al. (2009),
//! <https://doi.org/10.1515/IJNSNS.2009.10.3.273>, with past states and snooker updates, Laloy and Vrugt (2012),
//! <https://doi.org/10.1029/2011WR010608>.
//!
//! A step is the sum of one to three differences of past states, taken over for each parameter with the
//! probability of crossover. The probabilities with which the values of crossover are chosen follow, during warm-up,
//! the squared distance that each has gained.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::archive::Archive;
use super::chains::ChainSampler;
use super::differences::{archive_snooker, two_rows};
use super::metropolis::{Kernel, Metropolis, Proposal};
use super::options::ChainOptions;
use super::scale::LearnedScale;
use super::start::Started;
use super::walk::Walk;
use crate::numeric::standard_normal;
use crate::problem::LogDensity;
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "dream_zs",
    summary: "as demcz, with several differences at once and a learned share of parameters that change",
    build,
};

/// Values of the probability that a parameter changes: 1/3, 2/3, 1.
const CROSSOVERS: usize = 3;
/// A step is the sum of up to so many differences.
const MOST_PAIRS: usize = 3;
/// Share of snooker updates.
const SNOOKER_SHARE: f64 = 0.1;
/// Share of parallel updates that take the whole difference, which leads from mode to mode.
const WHOLE_SHARE: f64 = 0.2;
/// Steps differ in length by up to this share, and from their direction by this distance on the real line.
const LENGTH_JITTER: f64 = 0.05;
const JITTER: f64 = 1e-6;

struct Dream {
    /// Length of all steps but the whole ones, in units of the optimal one for a normal posterior.
    scale: LearnedScale,
    /// Squared distance in standard deviations, and steps, of each value of crossover.
    gained: [f64; CROSSOVERS],
    tried: [f64; CROSSOVERS],
    /// Standard deviation of each parameter among the past states.
    sds: Vec<f64>,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::from_settings(section, quick);
    let walk = |started: &Started, _: &dyn LogDensity| -> Box<dyn Walk> {
        Box::new(Metropolis::new(started, kernel))
    };
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, Box::new(walk)))))
}

fn kernel(archive: &Archive) -> Box<dyn Kernel> {
    Box::new(Dream {
        scale: LearnedScale::new(1.0),
        gained: [1.0; CROSSOVERS],
        tried: [1.0; CROSSOVERS],
        sds: sds(archive),
    })
}

fn sds(archive: &Archive) -> Vec<f64> {
    let rows = archive.rows();
    let count = rows.len() as f64;
    let sd = |column: usize| {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / count;
        (rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / count).sqrt()
    };
    (0..rows.columns()).map(sd).collect()
}

impl Dream {
    /// Which value of crossover a step takes: in proportion to the mean squared distance that each has gained.
    fn choose_crossover(&self, generator: &mut ChaCha8Rng) -> usize {
        let rates: [f64; CROSSOVERS] = std::array::from_fn(|index| self.gained[index] / self.tried[index]);
        let mut place = generator.random::<f64>() * rates.iter().sum::<f64>();
        let passes = |rate: &f64| {
            place -= rate;
            place < 0.0
        };
        rates.iter().position(passes).unwrap_or(CROSSOVERS - 1)
    }

    fn parallel(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        let dimension = state.len();
        let chosen = self.choose_crossover(generator);
        let crossover = (chosen + 1) as f64 / CROSSOVERS as f64;
        let always = generator.random_range(0..dimension);
        let changed: Vec<bool> =
            (0..dimension).map(|i| generator.random::<f64>() < crossover || i == always).collect();
        let count = changed.iter().filter(|&&changed| changed).count() as f64;
        let scale = (!generator.random_bool(WHOLE_SHARE)).then(|| self.scale.choose(generator));
        // The whole difference of a single pair leads from mode to mode.
        let pairs = if scale.is_some() { generator.random_range(1..=MOST_PAIRS) } else { 1 };
        let mut step = vec![0.0; dimension];
        for _ in 0..pairs {
            let (first, second) = two_rows(archive.rows(), generator);
            for (step, (a, b)) in step.iter_mut().zip(first.iter().zip(second)) {
                *step += a - b;
            }
        }
        let optimal = 2.38 / (2.0 * pairs as f64 * count).sqrt();
        let length = scale.map_or(1.0, |index| self.scale.length(index) * optimal);
        let mut point = state.to_vec();
        for (i, x) in point.iter_mut().enumerate().filter(|(i, _)| changed[*i]) {
            let jittered = length * (1.0 + LENGTH_JITTER * generator.random_range(-1.0..1.0));
            *x += jittered * step[i] + JITTER * standard_normal(generator);
        }
        Proposal { scale, crossover: Some(chosen), ..Proposal::plain(point, 0.0) }
    }
}

impl Kernel for Dream {
    fn propose(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        if generator.random_bool(SNOOKER_SHARE) {
            return archive_snooker(state, archive.rows(), generator);
        }
        self.parallel(state, archive, generator)
    }

    fn hear(&mut self, proposal: &Proposal, probability: f64, state: &[f64]) {
        if let Some(scale) = proposal.scale {
            self.scale.hear(scale, probability);
        }
        if let Some(crossover) = proposal.crossover {
            let ends = proposal.point.iter().zip(state).zip(&self.sds).filter(|(_, sd)| **sd > 0.0);
            let squared: f64 = ends.map(|((to, from), sd)| ((to - from) / sd).powi(2)).sum();
            self.gained[crossover] += probability * squared;
            self.tried[crossover] += 1.0;
        }
    }

    fn forget(&mut self) {
        self.scale.forget();
    }

    fn settle(&mut self) {
        self.scale.settle();
    }

    fn learn(&mut self, archive: &Archive) {
        self.sds = sds(archive);
    }
}
