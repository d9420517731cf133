//! Chains that propose and accept by the rule of Metropolis and Hastings, each around its own state.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::archive::Archive;
use super::evaluate;
use super::start::{Points, Started};
use super::walk::{Step, Turn, Walk};
use crate::numeric::{ROWS_PER_THREAD, Rows, Unconstrained};
use crate::problem::LogTerms;

/// Iterations between two appends to the archive.
const ARCHIVE_INTERVAL: u64 = 10;

/// The way a chain proposes its next state.
pub(super) trait Kernel: Sync {
    /// A proposal for one chain.
    fn propose(&self, state: &[f64], archive: &Archive, generator: &mut ChaCha8Rng) -> Proposal;

    /// A second proposal after the first was refused; `None`: the chain stays.
    fn retry(&self, _state: &[f64], _generator: &mut ChaCha8Rng) -> Option<Vec<f64>> {
        None
    }

    /// Log density, up to a constant, of the step of a first proposal; asked only after a retry.
    fn log_density_of_step(&self, _from: &[f64], _to: &[f64]) -> f64 {
        0.0
    }

    /// Hears during warm-up how probable it was that a proposal from this state was accepted.
    fn hear(&mut self, proposal: &Proposal, probability: f64, state: &[f64]);

    /// Hears that what was learned in the older half of the warm-up should count less.
    fn forget(&mut self);

    /// Hears that the warm-up is over.
    fn settle(&mut self);

    /// Hears that the archive has changed during warm-up.
    fn learn(&mut self, archive: &Archive);
}

/// Where a chain would go.
pub(super) struct Proposal {
    pub(super) point: Vec<f64>,
    /// Log of (density of proposing the way back / density of proposing the way there).
    pub(super) log_ratio: f64,
    /// The index of the length of the step, if that is learned.
    pub(super) scale: Option<usize>,
    /// The index of the share of parameters that change, if that is learned.
    pub(super) crossover: Option<usize>,
}

impl Proposal {
    /// A step of a kind that has nothing to learn.
    pub(super) fn plain(point: Vec<f64>, log_ratio: f64) -> Self {
        Self { point, log_ratio, scale: None, crossover: None }
    }
}

/// Chains with one kernel and one archive.
pub(super) struct Metropolis {
    kernel: Box<dyn Kernel>,
    archive: Archive,
    archived: usize,
}

impl Metropolis {
    pub(super) fn new(started: &Started, kernel: fn(&Archive) -> Box<dyn Kernel>) -> Self {
        let archive = Archive::new(started.founders.clone(), &started.chains.points);
        Self { kernel: kernel(&archive), archived: archive.rows().len(), archive }
    }

    /// A proposal for every chain, and the uniform number that decides on it.
    fn propose(&self, states: &Points, turn: &Turn<'_>) -> Vec<(Proposal, f64)> {
        let [propose, accept] = ["propose", "accept"].map(|stage| turn.streams.stage(stage));
        let proposal = |chain: usize| {
            let mut generator = propose.generator(turn.iteration, chain as u64);
            let proposal = self.kernel.propose(states.points.row(chain), &self.archive, &mut generator);
            (proposal, accept.generator(turn.iteration, chain as u64).random())
        };
        (0..states.terms.len()).into_par_iter().with_min_len(ROWS_PER_THREAD).map(proposal).collect()
    }

    /// A second, smaller step of every chain whose first was refused: delayed rejection, Mira (2001),
    /// <https://hdl.handle.net/10.1400/17440>, whose acceptance undoes that only the refused come here.
    fn retry(&self, states: &mut Points, refused: &[Refusal], turn: &Turn<'_>, step: &mut Step) {
        let mut points = Rows::zeros(0, states.points.columns());
        let mut retried = Vec::new();
        for refusal in refused {
            let mut generator = turn.streams.stage("retry").generator(turn.iteration, refusal.chain as u64);
            if let Some(point) = self.kernel.retry(states.points.row(refusal.chain), &mut generator) {
                points.push(&point);
                retried.push(refusal);
            }
        }
        if retried.is_empty() {
            return;
        }
        step.simulations += points.len() as u64;
        let terms = evaluate(turn.oracle, &points);
        for ((refusal, point), terms) in retried.into_iter().zip(&points).zip(terms) {
            let Refusal { chain, first, height } = refusal;
            let state = states.points.row(*chain);
            let passed_by = |from: f64| (-(height - from).min(0.0).exp()).ln_1p();
            let log_ratio = terms.posterior() - states.posterior(*chain)
                + self.kernel.log_density_of_step(point, first)
                - self.kernel.log_density_of_step(state, first)
                + passed_by(terms.posterior())
                - passed_by(states.posterior(*chain));
            let mut generator = turn.streams.stage("accept retry").generator(turn.iteration, *chain as u64);
            // False for NaN, which is what an impossible point gives.
            if generator.random::<f64>() < log_ratio.min(0.0).exp() && terms.posterior().is_finite() {
                states.replace(*chain, point, terms);
                step.accepted[*chain] = true;
            }
        }
    }
}

/// A first proposal that was refused.
struct Refusal {
    chain: usize,
    first: Vec<f64>,
    /// Log posterior density of it.
    height: f64,
}

impl Walk for Metropolis {
    /// One Metropolis-Hastings step of every chain.
    fn step(&mut self, states: &mut Points, turn: &Turn<'_>) -> Step {
        let proposals = self.propose(states, turn);
        let terms = evaluate(turn.oracle, &rows_of(&proposals, states.points.columns()));
        let mut step = Step { accepted: vec![false; proposals.len()], simulations: proposals.len() as u64 };
        let mut refused = Vec::new();
        for (chain, ((proposal, uniform), terms)) in proposals.iter().zip(terms).enumerate() {
            let probability = acceptance(states.posterior(chain), terms, proposal.log_ratio);
            if turn.warming_up {
                self.kernel.hear(proposal, probability, states.points.row(chain));
            }
            // The uniform number is below 1, so that a proposal that is no worse is always accepted, and at
            // least 0, so that an impossible one never is.
            step.accepted[chain] = *uniform < probability;
            if step.accepted[chain] {
                states.replace(chain, &proposal.point, terms);
            } else {
                refused.push(Refusal { chain, first: proposal.point.clone(), height: terms.posterior() });
            }
        }
        self.retry(states, &refused, turn, &mut step);
        if (turn.iteration + 1).is_multiple_of(ARCHIVE_INTERVAL) {
            self.archive.append(&states.points);
        }
        step
    }

    fn forget_older_half(&mut self) {
        self.archive.forget_older_half();
        self.kernel.forget();
    }

    fn replace(&mut self, chain: usize, donor: usize) {
        self.archive.replace(chain, donor);
    }

    fn begin_to_draw(&mut self) {
        self.kernel.settle();
    }

    fn learn(&mut self) {
        if self.archive.rows().len() != self.archived {
            self.archived = self.archive.rows().len();
            self.kernel.learn(&self.archive);
        }
    }
}

/// Probability to accept a proposal.
fn acceptance(height: f64, proposed: LogTerms, log_ratio: f64) -> f64 {
    (proposed.posterior() - height + log_ratio).min(0.0).exp()
}

fn rows_of(proposals: &[(Proposal, f64)], columns: usize) -> Rows<Unconstrained> {
    let mut points = Rows::zeros(0, columns);
    for (proposal, _) in proposals {
        points.push(&proposal.point);
    }
    points
}
