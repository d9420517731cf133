//! Differential evolution Markov chain with past states and snooker updates: ter Braak and Vrugt (2008),
//! <https://doi.org/10.1007/s11222-008-9104-9>.
//!
//! A step is the difference of two past states of any chains, so it has the size and the direction of the
//! posterior without a covariance, along ridges and between modes alike. The archive of past states goes on
//! growing while draws are kept; the change that a new state makes to it shrinks with its length, which is
//! what keeps the chain exact in the limit (section 2.2 there).

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
    name: "demcz",
    summary: "chains step along differences of past states, DE-MC(Z) with snooker; the default",
    build,
};

/// Share of snooker updates.
const SNOOKER_SHARE: f64 = 0.1;
/// Share of parallel updates that take the whole difference, which leads from mode to mode.
const WHOLE_SHARE: f64 = 0.1;
/// Steps differ in length by up to this share, and from their direction by this distance on the real line.
const LENGTH_JITTER: f64 = 0.05;
const JITTER: f64 = 1e-6;

struct DifferentialEvolution {
    scale: LearnedScale,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    Some(Method::LikelihoodBased(Box::new(sampler(ChainOptions::from_settings(section, quick)))))
}

/// The sampler with these options.
pub(in crate::samplers) fn sampler(options: ChainOptions) -> ChainSampler {
    let walk = |started: &Started, _: &dyn LogDensity| -> Box<dyn Walk> {
        Box::new(Metropolis::new(started, kernel))
    };
    ChainSampler::new(options, Box::new(walk))
}

pub(super) fn kernel(archive: &Archive) -> Box<dyn Kernel> {
    // The difference of two states has twice the variance of the posterior, hence the 2.
    let scale = 2.38 / (2.0 * archive.rows().columns() as f64).sqrt();
    Box::new(DifferentialEvolution { scale: LearnedScale::new(scale) })
}

impl Kernel for DifferentialEvolution {
    fn propose(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        if generator.random_bool(SNOOKER_SHARE) {
            return archive_snooker(state, archive.rows(), generator);
        }
        let scale = (!generator.random_bool(WHOLE_SHARE)).then(|| self.scale.choose(generator));
        let length = scale.map_or(1.0, |index| {
            self.scale.length(index) * (1.0 + LENGTH_JITTER * generator.random_range(-1.0..1.0))
        });
        let (first, second) = two_rows(archive.rows(), generator);
        let ends = first.iter().zip(second);
        let point = state
            .iter()
            .zip(ends)
            .map(|(x, (first, second))| x + length * (first - second) + JITTER * standard_normal(generator));
        Proposal { scale, ..Proposal::plain(point.collect(), 0.0) }
    }

    fn hear(&mut self, proposal: &Proposal, probability: f64, _: &[f64]) {
        if let Some(scale) = proposal.scale {
            self.scale.hear(scale, probability);
        }
    }

    fn forget(&mut self) {
        self.scale.forget();
    }

    fn settle(&mut self) {
        self.scale.settle();
    }

    fn learn(&mut self, _: &Archive) {}
}
