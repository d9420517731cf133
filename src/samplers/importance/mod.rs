//! Importance sampling from a distribution fitted to the posterior: adaptive multiple importance sampling, Cornuet,
//! Marin, Mira and Robert (2012), <https://doi.org/10.1111/j.1467-9469.2011.00756.x>, with Pareto-smoothed weights.
//!
//! In rounds, points are drawn from a mixture of Student-t distributions, weighted against all mixtures so far, and
//! the mixture is fitted anew. The draws that are returned come from the last mixture alone: given it they are
//! independent, so that the error of the evidence is known. Roughness of the log density on the smallest scale
//! costs effective draws, but no chain gets stuck in it.

mod mixture;
mod rounds;
mod walks;

use rand_chacha::ChaCha8Rng;

use self::mixture::{Mixture, Weighted};
use self::rounds::{Drawn, Rounds};
use self::walks::{Covered, walk_away};
use super::mcmc::evaluate;
use super::mcmc::start::{Start, Started};
use super::stopping::{Clock, Stopping};
use crate::diagnostics::effective_sample_size;
use crate::draws::{Account, Caution, Draws, Ending, Evidence, Particles, Sampled};
use crate::numeric::{
    Rows, Streams, Unconstrained, largest_pareto_k, log_mean_exp, normalised, smooth_log_weights,
};
use crate::problem::LogDensity;
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "importance",
    summary: "weighted draws of a mixture that is fitted to the posterior; knows the evidence",
    build,
};

/// Simulations per call of the oracle.
const BATCH: usize = 1000;
/// Share of `draws` in one round, and in all rounds together.
const ROUND_SHARE: f64 = 0.05;
const ROUNDS: usize = 12;
/// Effective draws per parameter that a mixture is fitted to; fewer are spread over their neighbours.
const FITTED_DRAWS: f64 = 20.0;
/// A round that gains less than this factor in effective draws is the last.
const LEAST_GAIN: f64 = 1.1;
/// Draws of a round if their number is not given.
const USUAL_ROUND: usize = 500;
/// Draws beyond what the rounds promise, because the promise is uncertain, and the most that are taken.
const RESERVE: f64 = 1.3;
const MOST_DRAWS: f64 = 1e6;
/// How often draws are added if the first fall short of the effective draws that are wanted.
const MOST_ADDITIONS: u64 = 10;
/// Effective draws per draw below which chains do better: what a random walk gives in some ten dimensions on a density
/// that is rough on the smallest scale.
const LEAST_SHARE: f64 = 0.005;
/// A tail of the weights of a round with a larger shape calls for another round.
const TRUSTED: f64 = 0.6;
/// The first mixture is so many times as wide as the points that the search has found.
const FIRST_WIDTH: f64 = 1.5;
/// A smaller probability of what walks from the draws found speaks against the draws.
const WALKS_LEVEL: f64 = 1e-4;
/// Components and degrees of freedom that are tried.
const COMPONENTS: [usize; 4] = [1, 2, 4, 8];
const FREEDOMS: [f64; 2] = [5.0, 30.0];

/// How many draws of the fitted distribution are taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// So many.
    Draws(usize),
    /// As many as are so many effective draws, unless chains would do better.
    Effective(f64),
}

#[derive(Debug)]
struct Importance {
    wanted: Wanted,
    start: Start,
    stopping: Stopping,
}

/// What importance sampling came to.
pub(super) enum Attempt {
    /// Draws.
    Done(Box<Sampled>),
    /// Chains would do better.
    NotWorthwhile {
        /// Simulations so far.
        simulations: u64,
        /// What the draws would have been worth.
        why: String,
    },
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let draws = section.key("draws", "draws of the fitted distribution").between(100.0, 1e8).count_or(10_000);
    Some(Method::LikelihoodBased(Box::new(Importance {
        wanted: Wanted::Draws(if quick { draws.min(500) } else { draws }),
        start: Start::from_settings(&section.table("start", "where the first distribution is fitted"), quick),
        stopping: Stopping::from_settings(section),
    })))
}

impl Sampler<dyn LogDensity + '_> for Importance {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let clock = Clock::new(self.stopping);
        let start = self.start.within(clock.share_of_simulations(0.25));
        // As many chains as a mixture wants points.
        let started = start.find(8 * oracle.dimension(), oracle, streams.stage("start"), monitor)?;
        match explore(&started, self.wanted, clock, (oracle, streams), monitor)? {
            Attempt::Done(sampled) => Ok(*sampled),
            // Only an effective number of draws can be out of reach.
            Attempt::NotWorthwhile { simulations, .. } => {
                Err(SamplerError::NoFiniteStart { tried: simulations })
            }
        }
    }
}

/// Fits the distribution, beginning with the founders of a search, and draws from it.
pub(super) fn explore(
    started: &Started,
    wanted: Wanted,
    clock: Clock,
    (oracle, streams): (&dyn LogDensity, Streams),
    monitor: &mut dyn Monitor,
) -> Result<Attempt, SamplerError> {
    let mut run = Run { oracle, streams, clock, simulations: started.simulations, ending: None };
    let equal = vec![1.0 / started.founders.len() as f64; started.founders.len()];
    let founders = Weighted { points: &started.founders, weights: &equal };
    let first = fit(founders, &mut streams.stage("fit").generator(0, 0)).widened(FIRST_WIDTH);
    let Adapted { mixture, mut rounds, share } = adapt(first, wanted, &mut run, monitor)?;
    let draws = match wanted {
        Wanted::Draws(draws) => draws,
        Wanted::Effective(ess) => (RESERVE * ess / share).clamp(ess, MOST_DRAWS) as usize,
    };
    let is_optional = matches!(wanted, Wanted::Effective(_)) && run.ending.is_none();
    if is_optional && share < LEAST_SHARE {
        let why = format!("importance sampling would give {share:.4} effective draws per simulation");
        return Ok(Attempt::NotWorthwhile { simulations: run.simulations, why });
    }
    let mut drawn = Drawn::nothing(oracle.dimension());
    for addition in 0..MOST_ADDITIONS {
        let ess = effective_sample_size(&normalised(&drawn.log_weights()));
        let more = match wanted {
            Wanted::Draws(draws) => draws - drawn.terms.len(),
            Wanted::Effective(goal) if !(ess >= goal) => draws.min(MOST_DRAWS as usize - drawn.terms.len()),
            Wanted::Effective(_) => 0,
        };
        if more == 0 || run.ending.is_some() {
            break;
        }
        run.draw(&mixture, more, ("sampling", u64::MAX - addition), &mut drawn, monitor);
    }
    let few = drawn.terms.len() < BATCH.min(draws);
    let mut is_of_all = false;
    if few || !(drawn.k_hat() <= largest_pareto_k(drawn.terms.len())) {
        // The run ended before there were enough, or the mixture misses a part that an earlier one had.
        rounds.add(mixture.clone(), drawn);
        drawn = rounds.take_all();
        is_of_all = true;
    }
    if drawn.log_weights().iter().all(|log| !log.is_finite()) {
        return Err(SamplerError::NoFiniteStart { tried: run.simulations });
    }
    let k_hat = drawn.k_hat();
    if is_optional && run.ending.is_none() && !(k_hat <= largest_pareto_k(drawn.terms.len())) {
        let why = format!("k-hat of importance sampling is {k_hat:.2}");
        return Ok(Attempt::NotWorthwhile { simulations: run.simulations, why });
    }
    let density = |points: &Rows<Unconstrained>| {
        if is_of_all { rounds.log_densities(points) } else { mixture.log_densities(points) }
    };
    let misses = run.misses(&drawn, &density);
    if is_optional && misses.is_some() {
        let why = "walks from the draws of importance sampling left what they cover".to_owned();
        return Ok(Attempt::NotWorthwhile { simulations: run.simulations, why });
    }
    let (components, freedom) = mixture.shape();
    let note = format!(
        "draws of {components} Student-t distributions, all but a wide one of {freedom} degrees of freedom"
    );
    let mut sampled = result(drawn, run.ending.unwrap_or(Ending::Done), note);
    sampled.account.cautions.extend(misses);
    Ok(Attempt::Done(Box::new(sampled)))
}

struct Run<'a> {
    oracle: &'a dyn LogDensity,
    streams: Streams,
    clock: Clock,
    simulations: u64,
    ending: Option<Ending>,
}

impl Run<'_> {
    /// Draws points and evaluates them batch by batch, until there are enough or the run ends.
    fn draw(
        &mut self,
        mixture: &Mixture,
        count: usize,
        (stage, call): (&str, u64),
        drawn: &mut Drawn,
        monitor: &mut dyn Monitor,
    ) {
        let mut done = 0;
        while done < count && self.ending.is_none() {
            let left = self.clock.left(self.simulations).map_or(usize::MAX, |left| left as usize);
            let mut points = Rows::zeros(0, self.oracle.dimension());
            for row in done..count.min(done + BATCH).min(done.saturating_add(left)) {
                let mut generator = self.streams.stage("draw").generator(call, row as u64);
                points.push(&mixture.draw(&mut generator));
            }
            if !points.is_empty() {
                drawn.log_proposal.extend(mixture.log_densities(&points));
                drawn.terms.extend(evaluate(self.oracle, &points));
            }
            for point in &points {
                drawn.points.push(point);
            }
            done += points.len();
            self.simulations += points.len() as u64;
            let progress = Progress {
                stage,
                done,
                total: count,
                simulations: self.simulations,
                acceptance: None,
                epsilon: None,
                draws: None,
            };
            if monitor.report(&progress) == Control::Stop {
                self.ending = Some(Ending::Stopped);
            } else if done < count {
                self.ending = self.clock.ending(self.simulations);
            }
        }
    }
}

impl Run<'_> {
    /// Says so if walks from trusted draws leave what they cover.
    fn misses(
        &mut self,
        drawn: &Drawn,
        density: &dyn Fn(&Rows<Unconstrained>) -> Vec<f64>,
    ) -> Option<Caution> {
        let is_trusted = drawn.k_hat() <= largest_pareto_k(drawn.terms.len());
        if self.ending == Some(Ending::Stopped) || !is_trusted || drawn.terms.len() < BATCH {
            return None;
        }
        let log_weights = drawn.log_weights();
        let covered = Covered {
            points: &drawn.points,
            terms: &drawn.terms,
            log_weights: &log_weights,
            log_proposal: density,
        };
        let (p_value, evaluations) = walk_away(&covered, self.oracle, self.streams.stage("walks"));
        self.simulations += evaluations;
        (p_value < WALKS_LEVEL).then_some(Caution::WalksLeave { p_value })
    }
}

/// A mixture with the points that it was fitted to.
struct Adapted {
    mixture: Mixture,
    rounds: Rounds,
    /// Effective draws per draw in the best round.
    share: f64,
}

/// Fits the mixture in rounds.
fn adapt(
    first: Mixture,
    wanted: Wanted,
    run: &mut Run<'_>,
    monitor: &mut dyn Monitor,
) -> Result<Adapted, SamplerError> {
    let dimension = run.oracle.dimension();
    let share = match wanted {
        Wanted::Draws(draws) => (draws as f64 * ROUND_SHARE) as usize,
        Wanted::Effective(_) => USUAL_ROUND,
    };
    let size = share.max(40 * dimension).max(100);
    let mut rounds = Rounds::new(dimension);
    let mut mixture = first;
    let mut best: f64 = 0.0;
    for round in 1..=ROUNDS {
        let mut latest = Drawn::nothing(dimension);
        let stage = format!("round {round}");
        run.draw(&mixture, size, (&stage, round as u64), &mut latest, monitor);
        if run.ending == Some(Ending::Stopped) && round == 1 {
            return Err(SamplerError::StoppedBeforeDraws { stage: "round 1" });
        }
        let share = effective_sample_size(&normalised(&latest.log_weights())) / size as f64;
        let is_trusted = latest.k_hat() < TRUSTED;
        rounds.add(mixture.clone(), latest);
        let log_weights = rounds.all().log_weights();
        let wanted = FITTED_DRAWS * dimension as f64;
        let is_known = effective_sample_size(&normalised(&log_weights)) >= wanted;
        let gain = share / best;
        best = best.max(share);
        let is_spent = run.clock.has_spent(0.5, run.simulations) || run.ending.is_some();
        if is_spent || (round > 2 && is_known && is_trusted && gain < LEAST_GAIN) {
            break;
        }
        let data = Weighted { points: &rounds.all().points, weights: &tempered(&log_weights, wanted) };
        mixture = fit(data, &mut run.streams.stage("fit").generator(round as u64, 0));
    }
    Ok(Adapted { mixture, rounds, share: best })
}

/// Normalised weights, raised to the largest power up to 1 that leaves so many effective draws.
fn tempered(log_weights: &[f64], wanted: f64) -> Vec<f64> {
    let at = |power: f64| {
        let logs: Vec<f64> =
            log_weights.iter().map(|log| if log.is_finite() { power * log } else { *log }).collect();
        normalised(&logs)
    };
    let possible = log_weights.iter().filter(|log| log.is_finite()).count() as f64;
    let wanted = wanted.min(0.5 * possible);
    if effective_sample_size(&at(1.0)) >= wanted {
        return at(1.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if effective_sample_size(&at(middle)) >= wanted { low = middle } else { high = middle }
    }
    at(low)
}

/// The mixture that gives points the highest density to which it was not fitted: of every second point, judged by
/// the others, then of all.
fn fit(data: Weighted<'_>, generator: &mut ChaCha8Rng) -> Mixture {
    let halves: [(Rows<Unconstrained>, Vec<f64>); 2] = [0, 1].map(|half| {
        let mut points = Rows::zeros(0, data.points.columns());
        let mut weights = Vec::new();
        for (index, (point, &weight)) in data.points.iter().zip(data.weights).enumerate() {
            if index % 2 == half {
                points.push(point);
                weights.push(weight);
            }
        }
        let total: f64 = weights.iter().sum();
        (points, weights.iter().map(|weight| weight / total).collect())
    });
    let effective = effective_sample_size(data.weights);
    let (fitted, judged) = (&halves[0], &halves[1]);
    let mut best = (f64::NEG_INFINITY, COMPONENTS[0], FREEDOMS[0]);
    for components in COMPONENTS {
        // A component wants as many effective draws as a whole distribution.
        if components > 1 && effective < FITTED_DRAWS * (components * data.points.columns()) as f64 {
            break;
        }
        for freedom in FREEDOMS {
            let training = Weighted { points: &fitted.0, weights: &fitted.1 };
            let mixture = Mixture::fitted(training, components, freedom, generator);
            let densities = mixture.log_densities(&judged.0);
            let score: f64 = densities.iter().zip(&judged.1).map(|(log, weight)| log * weight).sum();
            if score > best.0 {
                best = (score, components, freedom);
            }
        }
    }
    Mixture::fitted(data, best.1, best.2, generator).defended(data)
}

fn result(drawn: Drawn, ending: Ending, note: String) -> Sampled {
    let mut log_weights = drawn.log_weights();
    let k_hat = smooth_log_weights(&mut log_weights);
    let weights = normalised(&log_weights);
    let count = weights.len();
    let mut account = Account::ended_by(ending);
    let limit = largest_pareto_k(count);
    account.notes.push(format!("{note}; k-hat {k_hat:.2}"));
    if !(k_hat <= limit) {
        account.cautions.push(Caution::HeavyWeights { k_hat, limit });
    }
    let relative_variance = count as f64 / effective_sample_size(&weights) - 1.0;
    account.evidence =
        Some(Evidence { log: log_mean_exp(&log_weights), error: (relative_variance / count as f64).sqrt() });
    let Drawn { points, terms, .. } = drawn;
    let draws = Draws::Particles(Particles::of_likelihood(points, weights, terms));
    Sampled { draws, account }
}
