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
use super::options::ChainOptions;
use super::{Kernel, Proposal, TunedScale};
use crate::numeric::standard_normal;
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
    scale: TunedScale,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::from_settings(section, quick);
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, kernel))))
}

fn kernel(archive: &Archive) -> Box<dyn Kernel> {
    // The difference of two states has twice the variance of the posterior, hence the 2.
    let scale = 2.38 / (2.0 * archive.rows().columns() as f64).sqrt();
    Box::new(DifferentialEvolution { scale: TunedScale::new(scale) })
}

impl Kernel for DifferentialEvolution {
    fn propose(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
        if generator.random_bool(SNOOKER_SHARE) {
            return snooker(state, archive, generator);
        }
        let full_size = !generator.random_bool(WHOLE_SHARE);
        let length = if full_size {
            self.scale.value() * (1.0 + LENGTH_JITTER * generator.random_range(-1.0..1.0))
        } else {
            1.0
        };
        let (first, second) = two_states(archive, generator);
        let ends = first.iter().zip(second);
        let point = state
            .iter()
            .zip(ends)
            .map(|(x, (first, second))| x + length * (first - second) + JITTER * standard_normal(generator));
        Proposal { point: point.collect(), log_ratio: 0.0, full_size }
    }

    fn tune(&mut self, acceptance: f64) {
        self.scale.tune(acceptance);
    }

    fn learn(&mut self, _: &Archive) {}
}

/// A step along the line through the state and a past state, as long as a difference of two other past
/// states is along this line, times γ ~ U(1.2, 2.2).
fn snooker(state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal {
    let anchor = archive.rows().row(generator.random_range(0..archive.rows().len()));
    let (first, second) = two_states(archive, generator);
    let gamma: f64 = generator.random_range(1.2..2.2);
    let line: Vec<f64> = state.iter().zip(anchor).map(|(x, z)| x - z).collect();
    let squared: f64 = line.iter().map(|along| along * along).sum();
    let across: f64 = line.iter().zip(first.iter().zip(second)).map(|(along, (a, b))| along * (a - b)).sum();
    // The new distance from the anchor, in units of the old one.
    let stretch = 1.0 + gamma * across / squared;
    if squared <= 0.0 || !stretch.is_finite() {
        // The anchor is the state itself: there is no line, so the chain stays.
        return Proposal { point: state.to_vec(), log_ratio: 0.0, full_size: false };
    }
    let point = anchor.iter().zip(&line).map(|(z, along)| z + stretch * along).collect();
    // Jacobian of polar coordinates around the anchor: (|x* − z| / |x − z|)^(d − 1).
    let log_ratio = (state.len() as f64 - 1.0) * stretch.abs().ln();
    Proposal { point, log_ratio: if log_ratio.is_nan() { 0.0 } else { log_ratio }, full_size: false }
}

/// Two different entries of the archive, which has at least two.
fn two_states<'a>(archive: &'a Archive, generator: &mut ChaCha8Rng) -> (&'a [f64], &'a [f64]) {
    let count = archive.rows().len();
    let first = generator.random_range(0..count);
    let second = (first + generator.random_range(1..count)) % count;
    (archive.rows().row(first), archive.rows().row(second))
}
