//! A population that comes nearer to the recording from generation to generation: ABC-SMC, Toni et al.
//! (2009), <https://doi.org/10.1098/rsif.2008.0172>, with the weights of population Monte Carlo, Beaumont et al. (2009),
//! <https://doi.org/10.1093/biomet/asp052>.
//!
//! Whether a proposal joins the next generation is decided by its index, not by when its simulation ends:
//! otherwise quick simulations would be over-represented.

use rayon::prelude::*;

use super::adjustment::{Adjustment, adjusted};
use super::kernel::{Kernel, Shape};
use super::ruler::Ruler;
use super::schedule::Schedule;
use super::{BATCH, Features, equal_particles, learned, prior_batch, simulate};
use crate::diagnostics::effective_sample_size;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Draws, Ending, Generation, Particles, Sampled};
use crate::numeric::{ROWS_PER_THREAD, Rows, Streams, Unconstrained, normalised};
use crate::problem::Simulator;
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_smc",
    summary: "a population whose simulations come nearer to the recording in each generation",
    build,
};

#[derive(Debug)]
struct SequentialMonteCarlo {
    particles: usize,
    schedule: Schedule,
    /// The epsilon that ends the run.
    epsilon: f64,
    simulations: usize,
    minimum_acceptance: f64,
    distance: Distance,
    scales: ScaleSource,
    kernel: Shape,
    adjustment: Adjustment,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let particles = section.key("particles", "particles of each generation").between(2.0, 1e6).count_or(1000);
    let simulations = section.key("simulations", "most simulations of the run").between(2.0, 1e9);
    let simulations = simulations.count_or(100_000);
    let epsilon = section.key("epsilon", "distance in sds that ends the run once it is reached");
    let acceptance = section.key("minimum_acceptance", "share of accepted proposals that ends the run");
    let sampler = SequentialMonteCarlo {
        particles: if quick { particles.min(100) } else { particles },
        schedule: Schedule::from_settings(section),
        epsilon: epsilon.between(0.0, f64::INFINITY).quantity_or(Unit::One, 0.0),
        simulations: if quick { simulations.min(2000) } else { simulations },
        minimum_acceptance: acceptance.between(0.0, 1.0).quantity_or(Unit::One, 0.01),
        distance: Distance::from_settings(section),
        scales: ScaleSource::from_settings(section, &["likelihood", "prior", "generation"]),
        kernel: Shape::from_settings(section),
        adjustment: Adjustment::from_settings(section),
    };
    learned::method(section, quick, sampler)
}

impl Sampler<dyn Simulator + '_> for SequentialMonteCarlo {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let mut run = Run {
            options: self,
            oracle,
            streams,
            ruler: Ruler::new(oracle, self.distance, self.scales),
            account: Account { size: "particles", ..Account::ended_by(Ending::Done) },
            simulations: 0,
            calls: 0,
            generation: 0,
            stopped: false,
        };
        let mut population = run.first(monitor)?;
        while let Some(epsilon) = self.next_epsilon(&population, run.generation)
            && !run.stopped
        {
            run.generation += 1;
            let Some(next) = run.next(&population.particles, epsilon, monitor) else {
                break;
            };
            population = next;
        }
        let Population { particles, features, .. } = population;
        let draws = Draws::Particles(adjusted(self.adjustment, particles, &features, oracle.observed()));
        Ok(Sampled { draws, account: run.account })
    }
}

impl SequentialMonteCarlo {
    /// The epsilon of the next generation; `None` if the goal is reached or no distance is smaller.
    fn next_epsilon(&self, population: &Population, generation: u64) -> Option<f64> {
        let Population { particles, reached, .. } = population;
        if *reached <= self.epsilon {
            return None;
        }
        let next =
            self.schedule.next(generation as usize, *reached, &particles.distances, &particles.weights)?;
        Some(next.max(self.epsilon))
    }
}

/// A generation with what the next one needs to know.
struct Population {
    particles: Particles,
    /// Of the simulation of each particle.
    features: Vec<Features>,
    /// The epsilon in the scales of the next generation.
    reached: f64,
}

/// Proposals of a generation that were accepted.
struct Accepted {
    points: Rows<Unconstrained>,
    features: Vec<Features>,
    distances: Vec<f64>,
    log_prior: Vec<f64>,
    /// Proposals up to the last that was needed.
    proposed: usize,
    simulated: usize,
}

impl Accepted {
    fn acceptance(&self) -> f64 {
        self.distances.len() as f64 / self.proposed.max(1) as f64
    }
}

/// A run under way.
struct Run<'a> {
    options: &'a SequentialMonteCarlo,
    oracle: &'a dyn Simulator,
    streams: Streams,
    ruler: Ruler<'a>,
    account: Account,
    simulations: usize,
    calls: u64,
    generation: u64,
    /// Whether the monitor has said stop.
    stopped: bool,
}

impl Run<'_> {
    /// Prior draws that have a distance at all.
    fn first(&mut self, monitor: &mut dyn Monitor) -> Result<Population, SamplerError> {
        let mut accepted = self.nobody();
        while !self.stopped && accepted.distances.len() < self.options.particles && self.left() > 0 {
            let points = prior_batch(self.oracle, self.batch(), self.streams, self.calls);
            let log_prior = vec![0.0; points.len()];
            self.accept(&points, &log_prior, f64::MAX, &mut accepted);
            self.report(&accepted, None, monitor);
        }
        if accepted.distances.is_empty() {
            let simulations = self.simulations as u64;
            return Err(if self.stopped {
                SamplerError::StoppedBeforeDraws { stage: "generation 0" }
            } else {
                SamplerError::NoFiniteDistance { simulations }
            });
        }
        let distances = self.ruler.rescale(true, &accepted.features).unwrap_or(accepted.distances);
        self.account.cautions.clone_from(&self.ruler.outliers);
        let farthest = distances.iter().copied().fold(0.0, f64::max);
        let count = distances.len() as f64;
        let generation = Generation {
            epsilon: farthest,
            simulations: accepted.simulated as u64,
            acceptance: count / accepted.proposed as f64,
            effective_sample_size: count,
        };
        let particles = equal_particles(accepted.points, distances, generation);
        Ok(Population { particles, features: accepted.features, reached: farthest })
    }

    /// The next generation; `None` if the budget, the acceptance or the monitor ends the run within it.
    fn next(&mut self, parents: &Particles, epsilon: f64, monitor: &mut dyn Monitor) -> Option<Population> {
        let kernel = Kernel::fitted(self.options.kernel, parents);
        let mut accepted = self.nobody();
        while accepted.distances.len() < self.options.particles {
            let enough_tried = accepted.proposed >= self.options.particles.max(BATCH);
            let is_hopeless = enough_tried && accepted.acceptance() < self.options.minimum_acceptance;
            if self.stopped || self.left() == 0 || is_hopeless {
                self.note_unfinished(&accepted, epsilon);
                return None;
            }
            let points = self.propose(&kernel, accepted.proposed, parents.points.columns());
            let log_prior = self.oracle.log_prior(&points);
            self.accept(&points, &log_prior, epsilon, &mut accepted);
            self.report(&accepted, Some(epsilon), monitor);
        }
        // Prior density over the density of having been proposed.
        let proposal = kernel.log_density(&accepted.points);
        let ratios = accepted.log_prior.iter().zip(proposal).map(|(prior, proposal)| prior - proposal);
        let weights = normalised(&ratios.collect::<Vec<_>>());
        let mut generations = parents.generations.clone();
        generations.push(Generation {
            epsilon,
            simulations: accepted.simulated as u64,
            acceptance: accepted.acceptance(),
            effective_sample_size: effective_sample_size(&weights),
        });
        let Accepted { points, features, distances, .. } = accepted;
        let rescaled = self.ruler.rescale(false, &features);
        let reached = rescaled.as_ref().map_or(epsilon, |all| all.iter().copied().fold(0.0, f64::max));
        let distances = rescaled.unwrap_or(distances);
        let particles =
            Particles { points, weights, distances, terms: Vec::new(), generations, unadjusted: None };
        Some(Population { particles, features, reached })
    }

    /// What is kept is the generation before, a whole population; says what another one would have cost.
    fn note_unfinished(&mut self, accepted: &Accepted, epsilon: f64) {
        let (found, wanted) = (accepted.distances.len(), self.options.particles);
        let mut note = format!(
            "generation {} to epsilon {epsilon:.3} was left with {found} of {wanted} particles: \
             the result is the generation before it",
            self.generation
        );
        if found > 0 {
            let cost = wanted as f64 / accepted.acceptance();
            note += &format!(
                "; with {:.2} % accepted it costs about {cost:.0} simulations",
                100.0 * accepted.acceptance()
            );
        }
        self.account.notes.push(note);
        if self.left() == 0 {
            self.account.ending = Ending::MaxSimulations;
        }
    }

    /// A batch of proposals; proposal `i` of a generation takes its random numbers from row `i`.
    fn propose(&self, kernel: &Kernel<'_>, first: usize, columns: usize) -> Rows<Unconstrained> {
        let streams = self.streams.stage("propose");
        let row = |index: usize| {
            let mut point = vec![0.0; columns];
            kernel.propose(&mut point, &mut streams.generator(self.generation, (first + index) as u64));
            point
        };
        let rows = (0..self.batch()).into_par_iter().with_min_len(ROWS_PER_THREAD).map(row);
        Rows::from_values(rows.collect::<Vec<_>>().concat(), columns)
    }

    /// Simulates the points; those within epsilon join in the order of their index until there are enough.
    fn accept(
        &mut self,
        points: &Rows<Unconstrained>,
        log_prior: &[f64],
        epsilon: f64,
        accepted: &mut Accepted,
    ) {
        let simulated = simulate(self.oracle, points, self.streams, self.calls);
        self.ruler.see(&simulated);
        self.calls += 1;
        self.simulations += points.len();
        accepted.simulated += points.len();
        for (row, (point, &log_prior)) in points.iter().zip(log_prior).enumerate() {
            if accepted.distances.len() == self.options.particles {
                break;
            }
            accepted.proposed += 1;
            let distance = self.ruler.measure(&simulated, row);
            if distance <= epsilon && log_prior.is_finite() {
                accepted.points.push(point);
                accepted.features.push(simulated.row(row).to_vec());
                accepted.distances.push(distance);
                accepted.log_prior.push(log_prior);
            }
        }
    }

    fn nobody(&self) -> Accepted {
        Accepted {
            points: Rows::zeros(0, self.oracle.dimension()),
            features: Vec::new(),
            distances: Vec::new(),
            log_prior: Vec::new(),
            proposed: 0,
            simulated: 0,
        }
    }

    fn left(&self) -> usize {
        self.options.simulations - self.simulations
    }

    /// Simulations of the next call.
    fn batch(&self) -> usize {
        BATCH.min(self.options.particles).min(self.left())
    }

    fn report(&mut self, accepted: &Accepted, epsilon: Option<f64>, monitor: &mut dyn Monitor) {
        let control = monitor.report(&Progress {
            stage: &format!("generation {}", self.generation),
            done: accepted.distances.len(),
            total: self.options.particles,
            simulations: self.simulations as u64,
            acceptance: Some(accepted.acceptance()),
            epsilon,
            draws: None,
        });
        self.stopped |= control == Control::Stop;
        if self.stopped {
            self.account.ending = Ending::Stopped;
        }
    }
}
