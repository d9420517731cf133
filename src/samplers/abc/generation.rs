//! The generations of a population: proposals are simulated, and those that are accepted join until there are enough.
//!
//! Whether a proposal joins the next generation is decided by its index, not by when its simulation ends:
//! otherwise quick simulations would be over-represented.

use std::rc::Rc;

use rand::RngExt;

use super::acceptance::Acceptance;
use super::mixture::{Batch, Mixture, Model, streams_of};
use super::population::{Member, Population, Tried};
use super::recycling::Pool;
use super::ruler::Ruler;
use super::{BATCH, Features, simulate_within};
use crate::diagnostics::effective_sample_size;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Caution, Ending, Generation};
use crate::numeric::{Rows, Streams, Summaries, normalised};
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

/// Simulations that keep the lanes of a thread busy.
const LOT: usize = 64;
/// Simulations of a batch at the most: so many that threads seldom wait for each other at its end, and few enough that
/// the run can be stopped.
const MOST: usize = 4096;
/// Proposals of a last batch, in units of those that are expected to be needed.
const SPARE: f64 = 1.1;

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

/// The simulations of one model in a batch.
struct Simulated {
    summaries: Summaries,
    /// Of the observation given each; empty if the distance accepts.
    log_densities: Vec<f64>,
    log_priors: Vec<f64>,
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
    /// What the result is made of, if simulations are recycled.
    pool: Option<Pool>,
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
            pool: None,
        }
    }

    /// From now on keeps the simulations of all generations, for the result.
    pub(super) fn keep_all(&mut self) {
        self.pool = Some(Pool::new());
    }

    /// The particles that the run ends with: of all simulations if they were kept, else those of the last generation.
    pub(super) fn result(self, last: Population) -> (Population, Account) {
        let population = match self.pool {
            Some(pool) => pool.population(self.models, self.size.particles, &self.ruler, last.generations),
            None => last,
        };
        (population, self.account)
    }

    /// Prior draws that are accepted; fewer than a generation has, if the budget or the monitor ends the run before.
    pub(super) fn first(
        &mut self,
        acceptance: Acceptance,
        monitor: &mut dyn Monitor,
    ) -> Result<Population, SamplerError> {
        let mixture = Rc::new(Mixture::of_priors(self.models));
        if let Some(pool) = &mut self.pool {
            pool.begin(&mixture, f64::MAX, &self.ruler);
        }
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
        mixture: &Rc<Mixture>,
        last: &Population,
        acceptance: Acceptance,
        monitor: &mut dyn Monitor,
    ) -> Option<Population> {
        if self.stopped {
            return None;
        }
        self.generation += 1;
        if let Some(pool) = &mut self.pool {
            pool.begin(mixture, last.reached, &self.ruler);
        }
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
        Some(self.population(mixture, acceptance, filled, last.generations.clone()))
    }

    /// What was accepted, weighed and measured by the scales of the next generation.
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
        let weights = normalised(&self.log_weights(mixture, &members));
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

    /// Log of prior density over the density of having been proposed, and of what the acceptance adds.
    fn log_weights(&self, mixture: &Mixture, members: &[Member]) -> Vec<f64> {
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
        ratios
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
        let batch = mixture.propose(self.models, self.streams, place, self.batch(filled));
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
        let simulated = self.simulated(batch, acceptance);
        self.calls += 1;
        self.simulations += batch.models.len();
        filled.simulated += batch.models.len();
        let mut rows = vec![0; self.models.len()];
        for &model in &batch.models {
            if filled.members.len() == self.size.particles {
                break;
            }
            let (row, own) = (rows[model], &simulated[model]);
            rows[model] += 1;
            let uniform = self.uniform(acceptance, filled.proposed);
            filled.proposed += 1;
            let point = batch.points[model].row(row);
            let log_density = own.log_densities.get(row).copied();
            if let Some(log_density) = log_density {
                filled.tried.push(Tried { point: point.to_vec(), log_density });
            }
            let (distance, log_prior) = (self.ruler.measure(&own.summaries, row), own.log_priors[row]);
            let log_density = log_density.unwrap_or(f64::NEG_INFINITY);
            if let Some(log_weight) = acceptance.log_weight(distance, log_density, uniform)
                && log_prior.is_finite()
            {
                let (point, features) = (point.to_vec(), own.summaries.row(row).to_vec());
                filled.members.push(Member { model, point, features, distance, log_prior, log_weight });
            }
        }
    }

    /// The simulations of each model.
    fn simulated(&mut self, batch: &Batch, acceptance: Acceptance) -> Vec<Simulated> {
        let mut all = Vec::new();
        for (model, (Model { oracle, .. }, points)) in self.models.iter().zip(&batch.points).enumerate() {
            let streams = streams_of(self.streams, model);
            let (summaries, log_densities) = match acceptance {
                Acceptance::Within(epsilon) => {
                    let reach = self.ruler.reach(self.pool.as_ref().map_or(epsilon, Pool::limit));
                    (simulate_within(*oracle, points, streams, self.calls, reach), Vec::new())
                }
                Acceptance::Density { .. } => oracle.noiseless(points, streams.stage("noise"), self.calls),
            };
            self.ruler.see(&summaries);
            let log_priors = oracle.log_prior(points);
            if let Some(pool) = &mut self.pool {
                pool.see(model, points, (&summaries, &log_priors), &self.ruler);
            }
            all.push(Simulated { summaries, log_densities, log_priors });
        }
        all
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
        let result = match self.pool {
            Some(_) => "all simulations were used",
            None => "the result is the generation before it",
        };
        let mut note = format!(
            "generation {} to {acceptance} was left with {found} of {wanted} particles: {result}",
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
        if self.generation == 1 && self.pool.is_none() && acceptance.epsilon().is_some() {
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

    /// Simulations of the next call: about as many as the generation still needs, in whole lots.
    fn batch(&self, filled: &Filled) -> usize {
        let missing = self.size.particles - filled.members.len();
        // As if the next proposal were accepted, so that there is an acceptance from the beginning.
        let per_member = (filled.proposed + 1) as f64 / (filled.members.len() + 1) as f64;
        let needed = (SPARE * missing as f64 * per_member) as usize;
        needed.next_multiple_of(LOT).clamp(LOT, MOST).min(self.left())
    }
}
