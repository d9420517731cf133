//! A population that comes nearer to the recording from generation to generation: ABC-SMC, Toni et al.
//! (2009), <https://doi.org/10.1098/rsif.2008.0172>, with the weights of population Monte Carlo and a normal
//! kernel of twice the weighted covariance, Beaumont et al. (2009), <https://doi.org/10.1093/biomet/asp052>.
//!
//! Whether a proposal joins the next generation is decided by its index, not by when its simulation ends:
//! otherwise quick simulations would be over-represented.

use rand::RngExt;
use rayon::prelude::*;

use super::{BATCH, distances, effective_sample_size, equal_particles, prior_batch};
use crate::distance::ScaledEuclidean;
use crate::draws::{Account, Draws, Ending, Generation, Particles, Sampled};
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::Simulator;
use crate::samplers::gaussian::Gaussian;
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
    /// The next epsilon, as a quantile of the distances of this generation.
    quantile: f64,
    /// The epsilon that ends the run.
    epsilon: f64,
    simulations: usize,
    minimum_acceptance: f64,
    distance: ScaledEuclidean,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let particles = section.key("particles", "particles of each generation").between(2.0, 1e6).count_or(1000);
    let simulations = section.key("simulations", "most simulations of the run").between(2.0, 1e9);
    let simulations = simulations.count_or(100_000);
    let quantile = section.key("quantile", "the next epsilon, as a quantile of the distances");
    let epsilon = section.key("epsilon", "distance in sds that ends the run once it is reached");
    let acceptance = section.key("minimum_acceptance", "share of accepted proposals that ends the run");
    Some(Method::SimulationBased(Box::new(SequentialMonteCarlo {
        particles: if quick { particles.min(100) } else { particles },
        quantile: quantile.between(0.01, 0.99).quantity_or(Unit::One, 0.5),
        epsilon: epsilon.between(0.0, f64::INFINITY).quantity_or(Unit::One, 0.0),
        simulations: if quick { simulations.min(2000) } else { simulations },
        minimum_acceptance: acceptance.between(0.0, 1.0).quantity_or(Unit::One, 0.01),
        distance: ScaledEuclidean::from_settings(section),
    })))
}

impl Sampler<dyn Simulator> for SequentialMonteCarlo {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let mut run =
            Run { options: self, oracle, streams, simulations: 0, calls: 0, generation: 0, stopped: false };
        let mut population = run.first(monitor)?;
        while let Some(epsilon) = self.next_epsilon(&population)
            && !run.stopped
        {
            run.generation += 1;
            let Some(next) = run.next(&population, epsilon, monitor) else {
                break;
            };
            population = next;
        }
        let mut account = Account::ended_by(if run.stopped { Ending::Stopped } else { Ending::Done });
        account.size = "particles";
        Ok(Sampled { draws: Draws::Particles(population), account })
    }
}

impl SequentialMonteCarlo {
    /// The epsilon of the next generation; `None` if the goal is reached or no distance is smaller.
    fn next_epsilon(&self, population: &Particles) -> Option<f64> {
        let mut sorted = population.distances.clone();
        sorted.sort_by(f64::total_cmp);
        let reached = population.generations.last()?.epsilon;
        if reached <= self.epsilon {
            return None;
        }
        let place = (self.quantile * (sorted.len() - 1) as f64) as usize;
        // Distances of counts come in steps: then the next smaller one is taken.
        let below = sorted.iter().take(place + 1).rev().find(|&&distance| distance < reached)?;
        Some(below.max(self.epsilon))
    }
}

/// Proposals of a generation that were accepted.
struct Accepted {
    points: Rows<Unconstrained>,
    distances: Vec<f64>,
    log_prior: Vec<f64>,
    /// Proposals up to the last that was needed.
    proposed: usize,
    simulated: usize,
}

/// A run under way.
struct Run<'a> {
    options: &'a SequentialMonteCarlo,
    oracle: &'a dyn Simulator,
    streams: Streams,
    simulations: usize,
    calls: u64,
    generation: u64,
    /// Whether the monitor has said stop.
    stopped: bool,
}

impl Run<'_> {
    /// Prior draws that have a distance at all.
    fn first(&mut self, monitor: &mut dyn Monitor) -> Result<Particles, SamplerError> {
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
        let farthest = accepted.distances.iter().copied().fold(0.0, f64::max);
        let generation = summary(&accepted, farthest, accepted.distances.len() as f64);
        Ok(equal_particles(accepted.points, accepted.distances, generation))
    }

    /// The next generation; `None` if the budget, the acceptance or the monitor ends the run within it.
    fn next(&mut self, parents: &Particles, epsilon: f64, monitor: &mut dyn Monitor) -> Option<Particles> {
        let kernel = Gaussian::fitted(&parents.points, &parents.weights);
        let mut accepted = self.nobody();
        while accepted.distances.len() < self.options.particles {
            let enough_tried = accepted.proposed >= self.options.particles.max(BATCH);
            let acceptance = accepted.distances.len() as f64 / accepted.proposed.max(1) as f64;
            if self.stopped
                || self.left() == 0
                || (enough_tried && acceptance < self.options.minimum_acceptance)
            {
                return None;
            }
            let points = self.propose(parents, &kernel, accepted.proposed);
            let log_prior = self.oracle.log_prior(&points);
            self.accept(&points, &log_prior, epsilon, &mut accepted);
            self.report(&accepted, Some(epsilon), monitor);
        }
        let weights = weights(&accepted, parents, &kernel);
        let mut generations = parents.generations.clone();
        generations.push(summary(&accepted, epsilon, effective_sample_size(&weights)));
        let distances = accepted.distances;
        Some(Particles { points: accepted.points, weights, distances, terms: Vec::new(), generations })
    }

    /// A batch of parents chosen by weight and moved by the kernel; proposal `i` of a generation takes its
    /// random numbers from row `i`.
    fn propose(&self, parents: &Particles, kernel: &Gaussian, first: usize) -> Rows<Unconstrained> {
        let mut points = Rows::zeros(self.batch(), parents.points.columns());
        for (index, point) in points.iter_mut().enumerate() {
            let mut generator =
                self.streams.stage("propose").generator(self.generation, (first + index) as u64);
            let parent = parents.points.row(choose(&parents.weights, generator.random()));
            let step = kernel.draw(KERNEL_WIDTH, &mut generator);
            for ((value, centre), step) in point.iter_mut().zip(parent).zip(&step) {
                *value = centre + step;
            }
        }
        points
    }

    /// Simulates the points; those within epsilon join in the order of their index until there are enough.
    fn accept(
        &mut self,
        points: &Rows<Unconstrained>,
        log_prior: &[f64],
        epsilon: f64,
        accepted: &mut Accepted,
    ) {
        let distances = distances(self.oracle, self.options.distance, points, self.streams, self.calls);
        self.calls += 1;
        self.simulations += points.len();
        accepted.simulated += points.len();
        for ((point, distance), &log_prior) in points.iter().zip(distances).zip(log_prior) {
            if accepted.distances.len() == self.options.particles {
                break;
            }
            accepted.proposed += 1;
            if distance <= epsilon && log_prior.is_finite() {
                accepted.points.push(point);
                accepted.distances.push(distance);
                accepted.log_prior.push(log_prior);
            }
        }
    }

    fn nobody(&self) -> Accepted {
        let points = Rows::zeros(0, self.oracle.dimension());
        Accepted { points, distances: Vec::new(), log_prior: Vec::new(), proposed: 0, simulated: 0 }
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
            acceptance: Some(accepted.distances.len() as f64 / accepted.proposed.max(1) as f64),
            epsilon,
            draws: None,
        });
        self.stopped |= control == Control::Stop;
    }
}

/// The kernel has twice the covariance of the population.
const KERNEL_WIDTH: f64 = std::f64::consts::SQRT_2;

/// Prior density over the density of having been proposed, normalised. Each sum has a fixed order.
fn weights(accepted: &Accepted, parents: &Particles, kernel: &Gaussian) -> Vec<f64> {
    let children = kernel.whiten(&accepted.points);
    let centres = kernel.whiten(&parents.points);
    let log_weight = |(child, log_prior): (&nalgebra::DVector<f64>, &f64)| {
        let exponents: Vec<f64> = centres
            .iter()
            .map(|centre| {
                let squares = child.iter().zip(centre).map(|(a, b)| (a - b) * (a - b));
                -squares.sum::<f64>() / (2.0 * KERNEL_WIDTH * KERNEL_WIDTH)
            })
            .collect();
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let terms = exponents.iter().zip(&parents.weights);
        let mixture: f64 = terms.map(|(exponent, weight)| weight * (exponent - largest).exp()).sum();
        log_prior - largest - mixture.ln()
    };
    let logs: Vec<f64> = children.par_iter().zip(&accepted.log_prior).map(log_weight).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let unnormalised: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
    let total: f64 = unnormalised.iter().sum();
    unnormalised.iter().map(|weight| weight / total).collect()
}

/// The index at which the running sum of the weights passes `share`.
fn choose(weights: &[f64], share: f64) -> usize {
    let mut sum = 0.0;
    let passes = |weight: &f64| {
        sum += weight;
        sum > share
    };
    weights.iter().position(passes).unwrap_or(weights.len() - 1)
}

fn summary(accepted: &Accepted, epsilon: f64, effective_sample_size: f64) -> Generation {
    Generation {
        epsilon,
        simulations: accepted.simulated as u64,
        acceptance: accepted.distances.len() as f64 / accepted.proposed as f64,
        effective_sample_size,
    }
}
