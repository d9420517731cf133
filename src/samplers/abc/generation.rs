//! The generations of a population: proposals are simulated, and those that are accepted join until there are enough.
//!
//! Whether a proposal joins the next generation is decided by its index, not by when its simulation ends:
//! otherwise quick simulations would be over-represented.

use std::fmt::{self, Display};

use rand::RngExt;

use super::mixture::{Batch, Mixture, Model, streams_of};
use super::ruler::Ruler;
use super::{BATCH, Features, simulate_within};
use crate::diagnostics::effective_sample_size;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Caution, Ending, Generation, Particles};
use crate::numeric::{Rows, Streams, normalised};
use crate::samplers::{Control, Monitor, Progress, SamplerError};
use crate::settings::Section;
use crate::units::Unit;

/// How large a generation is, and what ends a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) particles: usize,
    pub(super) simulations: usize,
    pub(super) minimum_acceptance: f64,
}

impl Size {
    pub(super) fn from_settings(section: &Section<'_>, quick: bool, minimum_acceptance: f64) -> Self {
        let particles = section.key("particles", "particles of each generation").between(2.0, 1e6);
        let simulations = section.key("simulations", "most simulations of the run").between(2.0, 1e9);
        let acceptance = section.key("minimum_acceptance", "share of accepted proposals that ends the run");
        let (particles, simulations) = (particles.count_or(1000), simulations.count_or(100_000));
        Self {
            particles: if quick { particles.min(100) } else { particles },
            simulations: if quick { simulations.min(2000) } else { simulations },
            minimum_acceptance: acceptance.between(0.0, 1.0).quantity_or(Unit::One, minimum_acceptance),
        }
    }
}

/// Which simulations are accepted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Acceptance {
    /// Those within this distance, observation noise included.
    Within(f64),
    /// By the density that the observation has as a noisy version of the simulation, to the power of one over the
    /// temperature.
    Density { temperature: f64, log_highest: f64 },
}

impl Acceptance {
    /// The largest distance, if there is one.
    fn epsilon(self) -> Option<f64> {
        match self {
            Acceptance::Within(epsilon) => (epsilon < f64::MAX).then_some(epsilon),
            Acceptance::Density { .. } => None,
        }
    }

    fn temperature(self) -> Option<f64> {
        match self {
            Acceptance::Within(_) => None,
            Acceptance::Density { temperature, .. } => Some(temperature),
        }
    }

    /// The log of what a simulation weighs that is accepted; `uniform`: a draw from 0 to 1.
    fn log_weight(self, distance: f64, log_density: f64, uniform: f64) -> Option<f64> {
        match self {
            Acceptance::Within(epsilon) => (distance <= epsilon).then_some(0.0),
            Acceptance::Density { .. } if log_density == f64::NEG_INFINITY => None,
            // A density above the highest weighs more in place of being accepted more often than always.
            Acceptance::Density { temperature, log_highest } => {
                let log_ratio = (log_density - log_highest) / temperature;
                (uniform.ln() < log_ratio).then_some(log_ratio.max(0.0))
            }
        }
    }
}

impl Display for Acceptance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Acceptance::Within(epsilon) => write!(formatter, "epsilon {epsilon:.3}"),
            Acceptance::Density { temperature, .. } => write!(formatter, "temperature {temperature:.3}"),
        }
    }
}

/// An accepted proposal.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) model: usize,
    pub(super) point: Vec<f64>,
    pub(super) features: Features,
    pub(super) distance: f64,
    log_prior: f64,
    log_weight: f64,
}

/// A proposal with the log density of the observation, accepted or not.
pub(super) struct Tried {
    pub(super) point: Vec<f64>,
    pub(super) log_density: f64,
}

/// A generation with what the next one needs to know.
pub(super) struct Population {
    pub(super) members: Vec<Member>,
    /// Normalised over all models.
    pub(super) weights: Vec<f64>,
    pub(super) generations: Vec<Generation>,
    /// The epsilon in the scales of the next generation.
    pub(super) reached: f64,
}

impl Population {
    pub(super) fn distances(&self) -> Vec<f64> {
        self.members.iter().map(|member| member.distance).collect()
    }

    /// The probability of each model.
    pub(super) fn shares(&self, models: usize) -> Vec<f64> {
        let mut shares = vec![0.0; models];
        for (member, weight) in self.members.iter().zip(&self.weights) {
            shares[member.model] += weight;
        }
        shares
    }

    /// The members of a model with normalised weights, and their features.
    pub(super) fn particles(&self, model: usize, dimension: usize) -> (Particles, Vec<Features>) {
        let (mut points, mut weights) = (Rows::zeros(0, dimension), Vec::new());
        let (mut distances, mut features) = (Vec::new(), Vec::new());
        for (member, weight) in self.members.iter().zip(&self.weights).filter(|(own, _)| own.model == model) {
            points.push(&member.point);
            weights.push(*weight);
            distances.push(member.distance);
            features.push(member.features.clone());
        }
        if weights.len() < self.weights.len() {
            let total: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= total);
        }
        let (terms, generations) = (Vec::new(), self.generations.clone());
        (Particles { points, weights, distances, terms, generations, unadjusted: None }, features)
    }
}

/// What a generation has so far.
#[derive(Default)]
struct Filled {
    members: Vec<Member>,
    tried: Vec<Tried>,
    /// Proposals up to the last that was needed.
    proposed: usize,
    simulated: usize,
}

impl Filled {
    fn acceptance(&self) -> f64 {
        self.members.len() as f64 / self.proposed.max(1) as f64
    }
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) models: &'a [Model<'a>],
    pub(super) account: Account,
    pub(super) generation: u64,
    /// Proposals of the generation before, if they are judged by their density.
    pub(super) tried: Vec<Tried>,
    size: Size,
    streams: Streams,
    ruler: Ruler<'a>,
    simulations: usize,
    calls: u64,
    /// Whether the monitor has said stop.
    stopped: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        models: &'a [Model<'a>],
        size: Size,
        (distance, scales): (Distance, ScaleSource),
        streams: Streams,
    ) -> Self {
        Self {
            models,
            account: Account { size: "particles", ..Account::ended_by(Ending::Done) },
            generation: 0,
            tried: Vec::new(),
            size,
            streams,
            // What models are compared on is the same in all of them.
            ruler: Ruler::new(models[0].oracle, distance, scales),
            simulations: 0,
            calls: 0,
            stopped: false,
        }
    }

    /// Prior draws that are accepted; fewer than a generation has, if the budget or the monitor ends the run before.
    pub(super) fn first(
        &mut self,
        acceptance: Acceptance,
        monitor: &mut dyn Monitor,
    ) -> Result<Population, SamplerError> {
        let mixture = Mixture::of_priors(self.models);
        let mut filled = Filled::default();
        while !self.stopped && filled.members.len() < self.size.particles && self.left() > 0 {
            self.fill(&mixture, acceptance, &mut filled, monitor);
        }
        if filled.members.is_empty() {
            let simulations = self.simulations as u64;
            return Err(if self.stopped {
                SamplerError::StoppedBeforeDraws { stage: "generation 0" }
            } else {
                SamplerError::NoFiniteDistance { simulations }
            });
        }
        let population = self.population(&mixture, acceptance, filled, Vec::new());
        self.account.cautions.clone_from(&self.ruler.outliers);
        Ok(population)
    }

    /// The next generation; `None` if the budget, the acceptance or the monitor ends the run within it.
    pub(super) fn next(
        &mut self,
        (mixture, generations): (&Mixture, Vec<Generation>),
        acceptance: Acceptance,
        monitor: &mut dyn Monitor,
    ) -> Option<Population> {
        if self.stopped {
            return None;
        }
        self.generation += 1;
        let mut filled = Filled::default();
        while filled.members.len() < self.size.particles {
            let enough_tried = filled.proposed >= self.size.particles.max(BATCH);
            let is_hopeless = enough_tried && filled.acceptance() < self.size.minimum_acceptance;
            if self.stopped || self.left() == 0 || is_hopeless {
                self.note_unfinished(&filled, acceptance);
                return None;
            }
            self.fill(mixture, acceptance, &mut filled, monitor);
        }
        Some(self.population(mixture, acceptance, filled, generations))
    }

    /// Weighs what was accepted: prior density over the density of having been proposed.
    fn population(
        &mut self,
        mixture: &Mixture,
        acceptance: Acceptance,
        filled: Filled,
        mut generations: Vec<Generation>,
    ) -> Population {
        let (acceptance_rate, simulations) = (filled.acceptance(), filled.simulated as u64);
        let Filled { mut members, tried, .. } = filled;
        let is_first = generations.is_empty();
        let mut ratios = vec![0.0; members.len()];
        for (model, Model { oracle, prior }) in self.models.iter().enumerate() {
            let mut points = Rows::zeros(0, oracle.dimension());
            let own = || members.iter().enumerate().filter(|(_, member)| member.model == model);
            own().for_each(|(_, member)| points.push(&member.point));
            let proposal = mixture.log_density(self.models, model, &points);
            let log_prior = prior.ln();
            for ((place, member), proposal) in own().zip(proposal) {
                ratios[place] = log_prior + member.log_prior - proposal + member.log_weight;
            }
        }
        let weights = normalised(&ratios);
        let features: Vec<Features> = members.iter().map(|member| member.features.clone()).collect();
        let rescaled = self.ruler.rescale(is_first, &features);
        for (member, distance) in members.iter_mut().zip(rescaled.iter().flatten()) {
            member.distance = *distance;
        }
        let farthest = members.iter().map(|member| member.distance).fold(0.0, f64::max);
        let epsilon = acceptance.epsilon().unwrap_or(farthest);
        generations.push(Generation {
            epsilon,
            temperature: acceptance.temperature(),
            simulations,
            acceptance: acceptance_rate,
            effective_sample_size: effective_sample_size(&weights),
        });
        self.tried = tried;
        let reached = if rescaled.is_some() { farthest } else { epsilon };
        Population { members, weights, generations, reached }
    }

    /// One more batch of proposals.
    fn fill(
        &mut self,
        mixture: &Mixture,
        acceptance: Acceptance,
        filled: &mut Filled,
        monitor: &mut dyn Monitor,
    ) {
        let place = (self.generation, self.calls, filled.proposed);
        let batch = mixture.propose(self.models, self.streams, place, self.batch());
        self.accept(&batch, acceptance, filled);
        let control = monitor.report(&Progress {
            stage: &format!("generation {}", self.generation),
            done: filled.members.len(),
            total: self.size.particles,
            simulations: self.simulations as u64,
            acceptance: Some(filled.acceptance()),
            epsilon: acceptance.epsilon(),
            draws: None,
        });
        self.stopped |= control == Control::Stop;
        if self.stopped {
            self.account.ending = Ending::Stopped;
        }
    }

    /// Simulates a batch; what is accepted joins in the order of its index until there are enough.
    fn accept(&mut self, batch: &Batch, acceptance: Acceptance, filled: &mut Filled) {
        let (mut simulated, mut log_densities, mut log_priors) = (Vec::new(), Vec::new(), Vec::new());
        for (model, (Model { oracle, .. }, points)) in self.models.iter().zip(&batch.points).enumerate() {
            let streams = streams_of(self.streams, model);
            let (summaries, densities) = match acceptance {
                Acceptance::Within(epsilon) => {
                    let reach = self.ruler.reach(epsilon);
                    (simulate_within(*oracle, points, streams, self.calls, reach), Vec::new())
                }
                Acceptance::Density { .. } => oracle.noiseless(points, streams.stage("noise"), self.calls),
            };
            self.ruler.see(&summaries);
            simulated.push(summaries);
            log_densities.push(densities);
            log_priors.push(oracle.log_prior(points));
        }
        self.calls += 1;
        self.simulations += batch.models.len();
        filled.simulated += batch.models.len();
        let mut rows = vec![0; self.models.len()];
        for &model in &batch.models {
            if filled.members.len() == self.size.particles {
                break;
            }
            let row = rows[model];
            rows[model] += 1;
            let uniform = self.uniform(acceptance, filled.proposed);
            filled.proposed += 1;
            let point = batch.points[model].row(row);
            let log_density = log_densities[model].get(row).copied();
            if let Some(log_density) = log_density {
                filled.tried.push(Tried { point: point.to_vec(), log_density });
            }
            let distance = self.ruler.measure(&simulated[model], row);
            let log_prior = log_priors[model][row];
            let log_density = log_density.unwrap_or(f64::NEG_INFINITY);
            if let Some(log_weight) = acceptance.log_weight(distance, log_density, uniform)
                && log_prior.is_finite()
            {
                let (point, features) = (point.to_vec(), simulated[model].row(row).to_vec());
                filled.members.push(Member { model, point, features, distance, log_prior, log_weight });
            }
        }
    }

    /// The draw that decides about a proposal, if its density does.
    fn uniform(&self, acceptance: Acceptance, index: usize) -> f64 {
        match acceptance {
            Acceptance::Within(_) => 0.0,
            Acceptance::Density { .. } => {
                self.streams.stage("accept").generator(self.generation, index as u64).random()
            }
        }
    }

    /// What is kept is the generation before, a whole population; says what another one would have cost.
    fn note_unfinished(&mut self, filled: &Filled, acceptance: Acceptance) {
        let (found, wanted) = (filled.members.len(), self.size.particles);
        let mut note = format!(
            "generation {} to {acceptance} was left with {found} of {wanted} particles: \
             the result is the generation before it",
            self.generation
        );
        if found > 0 {
            let cost = wanted as f64 / filled.acceptance();
            note += &format!(
                "; with {:.2} % accepted it costs about {cost:.0} simulations",
                100.0 * filled.acceptance()
            );
        }
        self.account.notes.push(note);
        if self.generation == 1 {
            let (goal, proposed) = (acceptance.to_string(), filled.proposed);
            self.account.cautions.push(Caution::OnlyThePrior { goal, accepted: found, proposed });
        }
        if self.left() == 0 {
            self.account.ending = Ending::MaxSimulations;
        }
    }

    fn left(&self) -> usize {
        self.size.simulations - self.simulations
    }

    /// Simulations of the next call.
    fn batch(&self) -> usize {
        BATCH.min(self.size.particles).min(self.left())
    }
}
