//! Particles that are moved to where their simulations come nearer: adaptive ABC-SMC, Del Moral, Doucet and Jasra (2012),
//! <https://doi.org/10.1007/s11222-011-9271-y>.
//!
//! Each particle carries some simulations and weighs by the share of them within epsilon. Each epsilon leaves a share of
//! the effective particles; then all are moved by random walks that accept by how many new simulations are near, which
//! is a pseudo-marginal chain on the posterior of that epsilon. So particles are right at every moment, wherever a
//! budget ends the run.

use rand::RngExt;

use super::adjustment::{Adjustment, adjusted};
use super::carriers::{Particle, Population};
use super::ruler::Ruler;
use super::{BATCH, learned, prior_batch, simulate};
use crate::diagnostics::effective_sample_size;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Draws, Ending, Generation, Sampled};
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::Simulator;
use crate::samplers::moves::Others;
use crate::samplers::stopping::{Clock, Stopping};
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_del_moral",
    summary: "particles that carry simulations and are moved to where these come nearer to the recording",
    build,
};

/// Share of the particles that have to move at each epsilon, and at the last one, when they become the draws.
const MOVED: f64 = 0.5;
const MOVED_AT_LAST: f64 = 0.95;
/// Prior draws of which one must resemble the recording, per particle.
const PRIOR_TRIES: usize = 100;
/// Most rounds of moves at one epsilon: particles that never move must not keep all others going.
const MOST_ROUNDS: u64 = 200;
/// Effective share of the particles below which they are resampled.
const RESAMPLED: f64 = 0.5;

#[derive(Debug)]
struct AdaptiveMonteCarlo {
    particles: usize,
    /// Simulations that a particle carries.
    replicates: usize,
    /// Effective share of the particles that each epsilon leaves.
    effective_size: f64,
    /// The epsilon that ends the run.
    epsilon: f64,
    minimum_acceptance: f64,
    stopping: Stopping,
    distance: Distance,
    scales: ScaleSource,
    adjustment: Adjustment,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let particles = section.key("particles", "particles").between(8.0, 1e6).count_or(1000);
    let replicates = section.key("replicates", "simulations that each particle carries").between(1.0, 1e4);
    let effective =
        section.key("effective_size", "effective share of the particles that each epsilon leaves");
    let epsilon = section.key("epsilon", "distance in sds that ends the run once it is reached");
    let acceptance = section.key("minimum_acceptance", "share of accepted moves that ends the run");
    let mut stopping = Stopping::from_settings(section);
    if quick {
        stopping.max_simulations = Some(stopping.max_simulations.map_or(2000, |most| most.min(2000)));
    }
    let (distance, scales) = Distance::from_settings(section, &["likelihood", "prior"]);
    let sampler = AdaptiveMonteCarlo {
        particles: if quick { particles.min(100) } else { particles },
        replicates: replicates.count_or(1),
        effective_size: effective.between(0.05, 0.99).quantity_or(Unit::One, 0.9),
        epsilon: epsilon.between(0.0, f64::INFINITY).quantity_or(Unit::One, 0.0),
        minimum_acceptance: acceptance.between(0.0, 1.0).quantity_or(Unit::One, 0.015),
        stopping,
        distance,
        scales,
        adjustment: Adjustment::from_settings(section),
    };
    learned::method(section, quick, sampler)
}

impl Sampler<dyn Simulator + '_> for AdaptiveMonteCarlo {
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
            clock: Clock::new(self.stopping),
            ruler: Ruler::new(oracle, self.distance, self.scales),
            account: Account { size: "particles", ..Account::ended_by(Ending::Done) },
            simulations: 0,
            calls: 0,
            generation: 0,
            ending: None,
            families: 0,
        };
        let mut population = run.first(monitor)?;
        while let Some(epsilon) = population.next_epsilon(self.effective_size, self.epsilon)
            && run.ending.is_none()
        {
            run.generation += 1;
            population.come_near(epsilon);
            if effective_sample_size(&population.weights()) < RESAMPLED * population.particles.len() as f64 {
                population.resample(streams.stage("resample").generator(run.generation, 0).random());
            }
            if !run.move_all(&mut population, monitor) {
                break;
            }
        }
        run.account.ending = run.ending.unwrap_or(Ending::Done);
        let (particles, features) = population.into_particles(oracle.dimension());
        let draws = Draws::Particles(adjusted(self.adjustment, particles, &features, oracle.observed()));
        Ok(Sampled { draws, account: run.account })
    }
}

/// A run under way.
struct Run<'a> {
    options: &'a AdaptiveMonteCarlo,
    oracle: &'a dyn Simulator,
    streams: Streams,
    clock: Clock,
    ruler: Ruler<'a>,
    account: Account,
    simulations: u64,
    calls: u64,
    generation: u64,
    ending: Option<Ending>,
    /// Families so far.
    families: usize,
}

impl Run<'_> {
    /// Prior draws of which a simulation has a distance at all.
    fn first(&mut self, monitor: &mut dyn Monitor) -> Result<Population, SamplerError> {
        let wanted = self.options.particles;
        let mut population = Population { particles: Vec::new(), epsilon: f64::MAX, generations: Vec::new() };
        let mut tried = 0;
        while population.particles.len() < wanted && tried < PRIOR_TRIES * wanted && self.ending.is_none() {
            let count = self.batch().min(wanted);
            let points = prior_batch(self.oracle, count, self.streams, self.calls);
            let log_prior = self.oracle.log_prior(&points);
            for mut own in self.simulated(&points, &log_prior) {
                if population.particles.len() < wanted {
                    tried += 1;
                    own.weight = own.near(f64::MAX) as f64;
                    population.particles.extend((own.weight > 0.0).then_some(own));
                }
            }
            self.report((population.particles.len(), wanted), tried, None, monitor);
        }
        self.account.cautions.clone_from(&self.ruler.outliers);
        let found = population.particles.len();
        if found == 0 {
            return Err(if self.ending == Some(Ending::Stopped) {
                SamplerError::StoppedBeforeDraws { stage: "generation 0" }
            } else {
                SamplerError::NoFiniteDistance { simulations: self.simulations }
            });
        }
        population.normalise();
        let finite = population.particles.iter().flat_map(|own| &own.distances).filter(|all| all.is_finite());
        population.generations.push(Generation {
            epsilon: finite.copied().fold(0.0, f64::max),
            temperature: None,
            simulations: self.simulations,
            acceptance: found as f64 / tried as f64,
            effective_sample_size: population.effective_size(),
        });
        Ok(population)
    }

    /// Moves the particles until most of them have moved; false if moves are accepted too seldom to go on.
    fn move_all(&mut self, population: &mut Population, monitor: &mut dyn Monitor) -> bool {
        let before = self.simulations;
        let alive = population.particles.iter().filter(|own| own.weight > 0.0).count();
        let is_last = population.epsilon <= self.options.epsilon;
        let goal = if is_last { MOVED_AT_LAST } else { MOVED };
        let (first_family, mut tried, mut accepted) = (self.families, 0, 0);
        let mut goes_on = true;
        for round in 0..MOST_ROUNDS {
            for half in 0..2 {
                let (proposed, moved) = self.move_half(population, half, round, monitor);
                tried += proposed;
                accepted += moved;
            }
            let is_new = |own: &&Particle| own.weight > 0.0 && own.family >= first_family;
            let moved = population.particles.iter().filter(is_new).count();
            goes_on = accepted > 0 && accepted as f64 >= self.options.minimum_acceptance * tried as f64;
            if self.ending.is_some() || !goes_on || moved as f64 >= goal * alive as f64 {
                break;
            }
        }
        let acceptance = accepted as f64 / tried.max(1) as f64;
        population.generations.push(Generation {
            epsilon: population.epsilon,
            temperature: None,
            simulations: self.simulations - before,
            acceptance,
            effective_sample_size: population.effective_size(),
        });
        if !goes_on && self.ending.is_none() && !is_last {
            self.account.notes.push(format!(
                "at epsilon {:.3} {:.2} % of the moves were accepted, fewer than `minimum_acceptance`, which ended the run",
                population.epsilon,
                100.0 * acceptance
            ));
        }
        goes_on
    }

    /// Moves the particles of even or of odd index by the places of the others, so that their proposals do not depend
    /// on where they are themselves. Returns how many moves were proposed and accepted.
    fn move_half(
        &mut self,
        population: &mut Population,
        half: usize,
        round: u64,
        monitor: &mut dyn Monitor,
    ) -> (usize, usize) {
        let is_alive = |&index: &usize| population.particles[index].weight > 0.0;
        let movers: Vec<usize> = (half..population.particles.len()).step_by(2).filter(is_alive).collect();
        let (points, weights) = population.half(1 - half, self.oracle.dimension());
        if weights.len() < 2 {
            return (0, 0);
        }
        let others = Others::new(&points, &weights);
        let call = (self.generation << 32) + round;
        let (mut tried, mut accepted) = (0, 0);
        while tried < movers.len() && self.ending.is_none() {
            let now = &movers[tried..movers.len().min(tried + self.batch())];
            let mut points = Rows::zeros(0, self.oracle.dimension());
            for &mover in now {
                let mut generator = self.streams.stage("propose").generator(call, mover as u64);
                points.push(&others.propose(&population.particles[mover].point, 1.0, &mut generator));
            }
            let log_prior = self.oracle.log_prior(&points);
            let epsilon = population.epsilon;
            for (&mover, new) in now.iter().zip(self.simulated(&points, &log_prior)) {
                let own = &mut population.particles[mover];
                let ratio = (new.log_prior - own.log_prior).exp() * new.near(epsilon) as f64;
                let mut generator = self.streams.stage("accept").generator(call, mover as u64);
                if generator.random::<f64>() * (own.near(epsilon) as f64) < ratio {
                    *own = Particle { weight: own.weight, ..new };
                    accepted += 1;
                }
            }
            tried += now.len();
            self.report((accepted, movers.len()), tried, Some(epsilon), monitor);
        }
        (tried, accepted)
    }

    /// The points with their simulations, those of one point in neighbouring rows.
    fn simulated(&mut self, points: &Rows<Unconstrained>, log_prior: &[f64]) -> Vec<Particle> {
        let replicates = self.options.replicates;
        let mut table = Rows::zeros(0, points.columns());
        points.iter().for_each(|point| (0..replicates).for_each(|_| table.push(point)));
        let simulated = simulate(self.oracle, &table, self.streams, self.calls);
        self.ruler.see(&simulated);
        if self.calls == 0 {
            // Scales are those of the first batch, so that all distances have the same.
            self.ruler.rescale(true, &[]);
        }
        self.calls += 1;
        self.simulations += table.len() as u64;
        let first_family = self.families;
        self.families += points.len();
        let particle = |(index, point): (usize, &[f64])| {
            let rows = index * replicates..(index + 1) * replicates;
            Particle {
                point: point.to_vec(),
                log_prior: log_prior[index],
                weight: 1.0,
                distances: rows.clone().map(|row| self.ruler.measure(&simulated, row)).collect(),
                features: rows.map(|row| simulated.row(row).to_vec()).collect(),
                family: first_family + index,
            }
        };
        points.iter().enumerate().map(particle).collect()
    }

    /// Particles of the next call, as many as the budget has simulations for.
    fn batch(&self) -> usize {
        let left = self.clock.left(self.simulations).map_or(usize::MAX, |left| left as usize);
        (BATCH.min(left) / self.options.replicates).max(1)
    }

    /// `accepted`: how many, and of how many in this stage.
    fn report(
        &mut self,
        accepted: (usize, usize),
        tried: usize,
        epsilon: Option<f64>,
        monitor: &mut dyn Monitor,
    ) {
        let control = monitor.report(&Progress {
            stage: &format!("generation {}", self.generation),
            done: accepted.0,
            total: accepted.1,
            simulations: self.simulations,
            acceptance: Some(accepted.0 as f64 / tried.max(1) as f64),
            epsilon,
            draws: None,
        });
        let too_few =
            self.clock.left(self.simulations).is_some_and(|left| left < self.options.replicates as u64);
        self.ending = if control == Control::Stop {
            Some(Ending::Stopped)
        } else if too_few {
            Some(Ending::MaxSimulations)
        } else {
            self.clock.ending(self.simulations)
        };
    }
}
