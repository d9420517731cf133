//! Random walk whose steps have the covariance of the posterior: Haario, Saksman and Tamminen (2001),
//! <https://doi.org/10.2307/3318737>.
//!
//! The covariance is that of the states of all chains, and the length of the steps the one that gains most. Both
//! are learned during warm-up and fixed afterwards, so that the kept draws come from one Markov kernel.

use rand_chacha::ChaCha8Rng;

use super::archive::Archive;
use super::chains::ChainSampler;
use super::metropolis::{Kernel, Metropolis, Proposal};
use super::options::ChainOptions;
use super::scale::LearnedScale;
use super::start::Started;
use super::walk::Walk;
use crate::numeric::log_sum_exp;
use crate::problem::LogDensity;
use crate::samplers::gaussian::Gaussian;
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "adaptive_metropolis",
    summary: "chains walk at random with the covariance of the posterior, learned in warm-up",
    build,
};

/// Size of a second step after a refused one (the value of Haario et al. 2006, a variance of 1/25).
const RETRY: f64 = 0.2;

struct AdaptiveMetropolis {
    shape: Gaussian,
    scale: LearnedScale,
    /// Delayed rejection, Haario et al. (2006), <https://doi.org/10.1007/s11222-006-9438-0>.
    retries: bool,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::from_settings(section, quick);
    let help = "whether a refused step is followed by a smaller one (DRAM)";
    let kernel = if section.key("delayed_rejection", help).flag_or(false) { patient } else { kernel };
    let walk = move |started: &Started, _: &dyn LogDensity| -> Box<dyn Walk> {
        Box::new(Metropolis::new(started, kernel))
    };
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, Box::new(walk)))))
}

fn kernel(archive: &Archive) -> Box<dyn Kernel> {
    Box::new(AdaptiveMetropolis { shape: shape(archive), scale: scale(archive), retries: false })
}

fn patient(archive: &Archive) -> Box<dyn Kernel> {
    Box::new(AdaptiveMetropolis { shape: shape(archive), scale: scale(archive), retries: true })
}

/// Optimal for a normal posterior: <https://doi.org/10.1214/aoap/1034625254>.
fn scale(archive: &Archive) -> LearnedScale {
    LearnedScale::new(2.38 / (archive.rows().columns() as f64).sqrt())
}

fn shape(archive: &Archive) -> Gaussian {
    let count = archive.rows().len();
    Gaussian::fitted(archive.rows(), &vec![1.0 / count as f64; count])
}

impl AdaptiveMetropolis {
    fn step(&self, state: &[f64], length: f64, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let step = self.shape.draw(length, generator);
        state.iter().zip(&step).map(|(x, step)| x + step).collect()
    }
}

impl Kernel for AdaptiveMetropolis {
    fn propose(&self, state: &[f64], _: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        let scale = self.scale.choose(generator);
        let point = self.step(state, self.scale.length(scale), generator);
        Proposal { scale: Some(scale), ..Proposal::plain(point, 0.0) }
    }

    fn retry(&self, state: &[f64], generator: &mut ChaCha8Rng) -> Option<Vec<f64>> {
        self.retries.then(|| {
            let first = self.scale.choose(generator);
            self.step(state, RETRY * self.scale.length(first), generator)
        })
    }

    fn log_density_of_step(&self, from: &[f64], to: &[f64]) -> f64 {
        let mut step: Vec<f64> = to.iter().zip(from).map(|(to, from)| to - from).collect();
        let squared = self.shape.squared_length(&mut step);
        let dimension = from.len() as f64;
        let log = |(length, share): (f64, f64)| {
            share.ln() - 0.5 * squared / (length * length) - dimension * length.ln()
        };
        log_sum_exp(&self.scale.mixture().map(log).collect::<Vec<_>>())
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

    fn learn(&mut self, archive: &Archive) {
        self.shape = shape(archive);
    }
}
