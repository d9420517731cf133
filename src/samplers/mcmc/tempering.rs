//! Parallel tempering: chains at several powers of the likelihood, from 1 to 0, exchange their states, so that those
//! at 1 leave a mode by way of the prior. Swendsen and Wang (1986), <https://doi.org/10.1103/PhysRevLett.57.2607>.
//!
//! At the power 0 states are drawn from the prior itself. At each other power chains step along differences of their
//! past, as in `demcz`. During warm-up the powers move until all neighbours exchange equally often: Vousden, Farr and
//! Mandel (2016), <https://doi.org/10.1093/mnras/stv2422>. The evidence is the product over neighbours of the mean of
//! the likelihood to the power of their difference, taken at the hotter one, "stepping stones": Xie et al. (2011),
//! <https://doi.org/10.1093/sysbio/syq085>.

use rand::RngExt;

use super::archive::Archive;
use super::chains::ChainSampler;
use super::demcz;
use super::metropolis::{Kernel, Proposal};
use super::options::ChainOptions;
use super::start::{Points, Started};
use super::walk::{Step, Turn, Walk};
use super::{evaluate, stones::Stones};
use crate::diagnostics::effective_sample_size;
use crate::draws::{Caution, Evidence};
use crate::numeric::{Rows, Streams, normalised};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::prior_check::disagreement;
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "tempering",
    summary: "chains at several powers of the likelihood exchange states: for several modes; knows the evidence",
    build,
};

/// Iterations between two appends to the archives.
const ARCHIVE_INTERVAL: u64 = 10;
/// Prior draws by which the smallest power above 0 is chosen, and their effective share at it.
const PRIOR_DRAWS: usize = 256;
const PRIOR_SHARE: f64 = 0.3;
/// With a normal posterior in d dimensions, neighbours whose powers differ by this factor over √d, as a logarithm,
/// exchange about four of ten times.
const LOG_SPACING: f64 = 1.7;
const MOST_POWERS: usize = 40;
/// Iterations after which the powers begin to settle, and how fast they move before (section 3.1 of Vousden et al.).
const SETTLING: f64 = 100.0;
const FASTEST: f64 = 0.1;

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::from_settings(section, quick);
    let help =
        "powers of the likelihood, 1 and 0 among them; by default as many as neighbours need to exchange";
    let powers = section.key("powers", help).between(2.0, 1000.0).count_maybe();
    let walk = move |started: &Started, oracle: &dyn LogDensity| -> Box<dyn Walk> {
        Box::new(Tempering::new(started, oracle, powers))
    };
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, Box::new(walk)))))
}

/// The chains at one power above 0.
struct Level {
    kernel: Box<dyn Kernel>,
    archive: Archive,
}

struct Tempering {
    /// From 1 to 0.
    powers: Vec<f64>,
    /// One for each power above 0.
    levels: Vec<Level>,
    /// The states at each power below 1; those at 1 are the states of the chains.
    hot: Vec<Points>,
    stones: Option<Stones>,
    /// Whether prior draws follow the log density that is stated for them.
    disagreement: Option<Caution>,
    /// Simulations that were made before the first step.
    spent: u64,
}

impl Tempering {
    fn new(started: &Started, oracle: &dyn LogDensity, count: Option<usize>) -> Self {
        let points = oracle.draw_prior(PRIOR_DRAWS, Streams::new(0).stage("powers"));
        let prior = Points { terms: evaluate(oracle, &points), points };
        let smallest = smallest_power(&prior.terms);
        let wanted = -smallest.ln() * (oracle.dimension() as f64).sqrt() / LOG_SPACING;
        let count = count.unwrap_or((wanted.ceil() as usize + 2).clamp(3, MOST_POWERS));
        let steps = (count - 2) as f64;
        let mut powers: Vec<f64> =
            (0..count - 1).map(|index| smallest.powf(index as f64 / steps.max(1.0))).collect();
        powers.push(0.0);
        let level = |_: usize| {
            let archive = Archive::new(started.founders.clone(), &started.chains.points);
            Level { kernel: demcz::kernel(&archive), archive }
        };
        Self {
            levels: (0..count - 1).map(level).collect(),
            hot: vec![started.chains.clone(); count - 1],
            powers,
            stones: None,
            disagreement: disagreement(&prior),
            spent: PRIOR_DRAWS as u64,
        }
    }

    /// A proposal for every chain at every power but 0, power by power.
    fn propose(&self, states: &Points, turn: &Turn<'_>) -> Vec<Vec<Proposal>> {
        let chains = states.terms.len();
        let of_level = |(index, level): (usize, &Level)| {
            let states = if index == 0 { states } else { &self.hot[index - 1] };
            let propose = |chain: usize| {
                let row = (index * chains + chain) as u64;
                let mut generator = turn.streams.stage("propose").generator(turn.iteration, row);
                level.kernel.propose(states.points.row(chain), &level.archive, &mut generator)
            };
            (0..chains).map(propose).collect()
        };
        self.levels.iter().enumerate().map(of_level).collect()
    }

    /// Steps of the chains at one power.
    fn accept(
        &mut self,
        index: usize,
        states: &mut Points,
        (proposals, terms): (&[Proposal], &[LogTerms]),
        turn: &Turn<'_>,
        accepted: &mut [bool],
    ) {
        let power = self.powers[index];
        let chains = states.terms.len();
        let states = if index == 0 { states } else { &mut self.hot[index - 1] };
        let level = &mut self.levels[index];
        for (chain, (proposal, terms)) in proposals.iter().zip(terms).enumerate() {
            let log_ratio = height(*terms, power) - height(states.terms[chain], power) + proposal.log_ratio;
            let probability = log_ratio.min(0.0).exp();
            if turn.warming_up {
                level.kernel.hear(proposal, probability, states.points.row(chain));
            }
            let row = (index * chains + chain) as u64;
            let mut generator = turn.streams.stage("accept").generator(turn.iteration, row);
            if generator.random::<f64>() < probability {
                states.replace(chain, &proposal.point, *terms);
                accepted[chain] |= index == 0;
            }
        }
    }

    /// Offers every chain the state of its neighbour at the next power, from the hottest to the coldest. Returns
    /// the mean probability of an exchange for each pair of neighbours.
    fn exchange(&mut self, states: &mut Points, turn: &Turn<'_>, accepted: &mut [bool]) -> Vec<f64> {
        let chains = states.terms.len();
        let mut means = vec![0.0; self.powers.len() - 1];
        for pair in (0..self.powers.len() - 1).rev() {
            let difference = self.powers[pair] - self.powers[pair + 1];
            let (colder, hotter) = if pair == 0 {
                (&mut *states, &mut self.hot[0])
            } else {
                let (before, after) = self.hot.split_at_mut(pair);
                (&mut before[pair - 1], &mut after[0])
            };
            for (chain, accepted) in accepted.iter_mut().enumerate() {
                let log_ratio =
                    difference * (hotter.terms[chain].likelihood - colder.terms[chain].likelihood);
                let probability = log_ratio.min(0.0).exp();
                means[pair] += probability / chains as f64;
                let row = (pair * chains + chain) as u64;
                let mut generator = turn.streams.stage("exchange").generator(turn.iteration, row);
                if generator.random::<f64>() < probability {
                    let cold = (colder.points.row(chain).to_vec(), colder.terms[chain]);
                    colder.replace(chain, hotter.points.row(chain), hotter.terms[chain]);
                    hotter.replace(chain, &cold.0, cold.1);
                    *accepted |= pair == 0;
                }
            }
        }
        means
    }

    /// Moves the powers between 1 and 0 so that all neighbours exchange equally often. `exchanged`: how often
    /// each pair did in this iteration.
    fn move_powers(&mut self, exchanged: &[f64], iteration: u64) {
        let speed = FASTEST * SETTLING / (SETTLING + iteration as f64);
        let temperatures: Vec<f64> =
            self.powers[..self.powers.len() - 1].iter().map(|power| 1.0 / power).collect();
        let mut temperature = 1.0;
        for index in 1..temperatures.len() {
            let gap = temperatures[index] - temperatures[index - 1];
            temperature += gap * (speed * (exchanged[index - 1] - exchanged[index])).exp();
            self.powers[index] = 1.0 / temperature;
        }
    }
}

/// Log density at a power of the likelihood.
fn height(terms: LogTerms, power: f64) -> f64 {
    terms.prior + power * terms.likelihood
}

/// The power at which the weights of prior draws have the wanted effective share.
fn smallest_power(prior: &[LogTerms]) -> f64 {
    let possible: Vec<f64> =
        prior.iter().map(|terms| terms.likelihood).filter(|likelihood| likelihood.is_finite()).collect();
    let share = |power: f64| {
        let logs: Vec<f64> = possible.iter().map(|likelihood| power * likelihood).collect();
        effective_sample_size(&normalised(&logs)) / logs.len() as f64
    };
    // With a few possible draws nothing can be said.
    if possible.len() < 10 {
        return 1e-4;
    }
    let (mut low, mut high) = (1e-12_f64, 0.5);
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if share(middle) >= PRIOR_SHARE { low = middle } else { high = middle }
    }
    high
}

impl Walk for Tempering {
    fn step(&mut self, states: &mut Points, turn: &Turn<'_>) -> Step {
        let chains = states.terms.len();
        let proposals = self.propose(states, turn);
        let mut points = Rows::zeros(0, states.points.columns());
        for proposal in proposals.iter().flatten() {
            points.push(&proposal.point);
        }
        let prior = turn.streams.stage("prior").stage(&format!("iteration {}", turn.iteration));
        let prior = turn.oracle.draw_prior(chains, prior);
        for point in &prior {
            points.push(point);
        }
        let terms = evaluate(turn.oracle, &points);
        let mut accepted = vec![false; chains];
        for (index, (proposals, terms)) in proposals.iter().zip(terms.chunks(chains)).enumerate() {
            self.accept(index, states, (proposals, terms), turn, &mut accepted);
        }
        if let Some(hottest) = self.hot.last_mut() {
            for (chain, (point, terms)) in prior.iter().zip(&terms[terms.len() - chains..]).enumerate() {
                hottest.replace(chain, point, *terms);
            }
        }
        if let Some(stones) = &mut self.stones {
            stones.hear(&self.powers, &self.hot);
        }
        let exchanged = self.exchange(states, turn, &mut accepted);
        if turn.warming_up {
            self.move_powers(&exchanged, turn.iteration);
        }
        if (turn.iteration + 1).is_multiple_of(ARCHIVE_INTERVAL) {
            self.levels[0].archive.append(&states.points);
            for (level, states) in self.levels[1..].iter_mut().zip(&self.hot) {
                level.archive.append(&states.points);
            }
        }
        Step { accepted, simulations: points.len() as u64 + std::mem::take(&mut self.spent) }
    }

    fn forget_older_half(&mut self) {
        for level in &mut self.levels {
            level.archive.forget_older_half();
            level.kernel.forget();
        }
    }

    fn replace(&mut self, chain: usize, donor: usize) {
        self.levels[0].archive.replace(chain, donor);
    }

    fn begin_to_draw(&mut self) {
        for level in &mut self.levels {
            level.kernel.settle();
        }
        self.stones = Some(Stones::new(self.powers.len() - 1));
    }

    fn caution(&self) -> Option<Caution> {
        self.disagreement.clone()
    }

    fn evidence(&self) -> Option<Evidence> {
        self.stones.as_ref()?.evidence()
    }
}
