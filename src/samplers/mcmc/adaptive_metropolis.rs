//! Random walk whose steps have the covariance of the posterior: Haario, Saksman and Tamminen (2001),
//! <https://doi.org/10.2307/3318737>.
//!
//! The covariance is that of the states of all chains, and the size of the steps is tuned to the acceptance
//! 0.234. Both are learned during warm-up and fixed afterwards, so that the kept draws come from one Markov
//! kernel.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::archive::Archive;
use super::chains::ChainSampler;
use super::options::ChainOptions;
use super::{Kernel, Proposal, TunedScale};
use crate::samplers::gaussian::Gaussian;
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "adaptive_metropolis",
    summary: "chains walk at random with the covariance of the posterior, learned in warm-up",
    build,
};

/// Share of steps that are small: they get a chain out of a corner that full steps overshoot.
const SMALL_SHARE: f64 = 0.1;
/// Size of a small step.
const SMALL: f64 = 0.1;

struct AdaptiveMetropolis {
    shape: Gaussian,
    scale: TunedScale,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::from_settings(section, quick);
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, kernel))))
}

fn kernel(archive: &Archive) -> Box<dyn Kernel> {
    // Optimal for a normal posterior: <https://doi.org/10.1214/aoap/1034625254>.
    let scale = 2.38 / (archive.rows().columns() as f64).sqrt();
    Box::new(AdaptiveMetropolis { shape: shape(archive), scale: TunedScale::new(scale) })
}

fn shape(archive: &Archive) -> Gaussian {
    let count = archive.rows().len();
    Gaussian::fitted(archive.rows(), &vec![1.0 / count as f64; count])
}

impl Kernel for AdaptiveMetropolis {
    fn propose(&self, state: &[f64], _: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        let full_size = !generator.random_bool(SMALL_SHARE);
        let scale = self.scale.value() * if full_size { 1.0 } else { SMALL };
        let step = self.shape.draw(scale, generator);
        let point = state.iter().zip(&step).map(|(x, step)| x + step).collect();
        Proposal { point, log_ratio: 0.0, full_size }
    }

    fn tune(&mut self, acceptance: f64) {
        self.scale.tune(acceptance);
    }

    fn learn(&mut self, archive: &Archive) {
        self.shape = shape(archive);
    }
}
