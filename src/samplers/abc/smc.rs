//! A population that comes nearer to the recording from generation to generation: ABC-SMC, Toni et al.
//! (2009), <https://doi.org/10.1098/rsif.2008.0172>, with the weights of population Monte Carlo, Beaumont et al. (2009),
//! <https://doi.org/10.1093/biomet/asp052>.

use std::rc::Rc;

use super::acceptance::Acceptance;
use super::adjustment::{Adjustment, adjusted};
use super::generation::{Run, Size};
use super::kernel::Shape;
use super::learned;
use super::mixture::{Mixture, Model};
use super::population::Population;
use super::schedule::Schedule;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Draws, Sampled};
use crate::numeric::Streams;
use crate::problem::Simulator;
use crate::samplers::{Build, Method, Monitor, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_smc",
    summary: "a population whose simulations come nearer to the recording in each generation",
    build,
};

#[derive(Debug)]
pub(super) struct SequentialMonteCarlo {
    size: Size,
    schedule: Schedule,
    /// The epsilon that ends the run.
    pub(super) epsilon: f64,
    distance: Distance,
    scales: ScaleSource,
    kernel: Shape,
    pub(super) adjustment: Adjustment,
    recycle: bool,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    learned::method(section, quick, SequentialMonteCarlo::from_settings(section, quick))
}

impl Sampler<dyn Simulator + '_> for SequentialMonteCarlo {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let models = [Model { oracle, prior: 1.0 }];
        let (population, account) = self.population(&models, streams, monitor, &mut |_| {})?;
        let (particles, features) = population.particles(0, oracle.dimension());
        let draws = Draws::Particles(adjusted(self.adjustment, particles, &features, oracle.observed()));
        Ok(Sampled { draws, account })
    }
}

impl SequentialMonteCarlo {
    pub(super) fn from_settings(section: &Section<'_>, quick: bool) -> Self {
        let epsilon = section.key("epsilon", "distance in sds that ends the run once it is reached");
        let recycle = section.key("recycle", "whether the result is made of all simulations of the run");
        let (distance, scales) = Distance::from_settings(section, &["likelihood", "prior", "generation"]);
        Self {
            size: Size::from_settings(section, quick, 0.01),
            schedule: Schedule::from_settings(section),
            epsilon: epsilon.between(0.0, f64::INFINITY).quantity_or(Unit::One, 0.0),
            distance,
            scales,
            kernel: Shape::from_settings(section),
            adjustment: Adjustment::from_settings(section),
            recycle: recycle.flag_or(false),
        }
    }

    /// The last whole generation of particles of these models, or what all generations together give; `watch` sees each.
    pub(super) fn population(
        &self,
        models: &[Model<'_>],
        streams: Streams,
        monitor: &mut dyn Monitor,
        watch: &mut dyn FnMut(&Population),
    ) -> Result<(Population, Account), SamplerError> {
        let mut run = Run::new(models, self.size, (self.distance, self.scales), streams);
        if self.recycle {
            run.keep_all();
        }
        let mut population = run.first(Acceptance::Within(f64::MAX), monitor)?;
        watch(&population);
        while let Some(epsilon) = self.next_epsilon(&population, run.generation) {
            let mixture = Rc::new(Mixture::around(&population, models, self.kernel));
            let Some(next) = run.next(&mixture, &population, Acceptance::Within(epsilon), monitor) else {
                break;
            };
            population = next;
            watch(&population);
        }
        Ok(run.result(population))
    }

    /// The epsilon of the next generation; `None` if the goal is reached or no distance is smaller.
    fn next_epsilon(&self, population: &Population, generation: u64) -> Option<f64> {
        let reached = population.reached;
        if reached <= self.epsilon {
            return None;
        }
        let distances = population.distances();
        let next = self.schedule.next(generation as usize, reached, &distances, &population.weights)?;
        Some(next.max(self.epsilon))
    }
}
