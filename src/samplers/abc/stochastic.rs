//! Stochastic acceptance: a simulation without observation noise is accepted with the probability that noise makes the
//! observation of it, so that the posterior is the exact one of model and noise: Wilkinson (2013),
//! <https://doi.org/10.1515/sagmb-2013-0010>.
//!
//! A population starts at a high temperature, whose power of the density accepts nearly everything, and cools down to 1
//! from generation to generation: Schälte and Hasenauer (2020), <https://doi.org/10.1093/bioinformatics/btaa397>.

use std::rc::Rc;

use super::acceptance::Acceptance;
use super::generation::{Run, Size};
use super::kernel::Shape;
use super::mixture::{Mixture, Model};
use super::population::Tried;
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Caution, Draws, Sampled};
use crate::numeric::{Rows, Streams, normalised};
use crate::problem::Simulator;
use crate::samplers::{Build, Method, Monitor, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_stochastic",
    summary: "a population that accepts by the density of the observation noise; exact once it has cooled down",
    build,
};

/// Proposals of a generation from which the acceptance of the next one is predicted, at most.
const PREDICTING: usize = 5000;
/// The highest temperature; it accepts whatever is possible at all.
const HOTTEST: f64 = 1e12;

#[derive(Debug)]
struct StochasticAcceptance {
    size: Size,
    kernel: Shape,
    /// Share of the proposals that each generation should accept.
    acceptance: f64,
    /// The largest part of its temperature that the next generation has.
    decay: f64,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let acceptance = section.key("acceptance", "share of the proposals that a generation should accept");
    let decay = section.key("decay", "the next temperature, at most, as a share of the last");
    Some(Method::SimulationBased(Box::new(StochasticAcceptance {
        size: Size::from_settings(section, quick, 0.001),
        kernel: Shape::from_settings(section),
        acceptance: acceptance.between(0.001, 0.99).quantity_or(Unit::One, 0.3),
        decay: decay.between(0.01, 0.99).quantity_or(Unit::One, 0.5),
    })))
}

impl Sampler<dyn Simulator + '_> for StochasticAcceptance {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let models = [Model { oracle, prior: 1.0 }];
        // Distances are told with the particles, and decide nothing.
        let scales = (Distance::euclidean(f64::INFINITY), ScaleSource::Likelihood);
        let mut run = Run::new(&models, self.size, scales, streams);
        let log_highest = oracle.highest_log_density().ok_or(SamplerError::NoNoiseDensity)?;
        let at = |temperature| Acceptance::Density { temperature, log_highest };
        let (mut temperature, mut mixture) = (HOTTEST, Rc::new(Mixture::of_priors(&models)));
        let mut population = run.first(at(temperature), monitor)?;
        while temperature > 1.0 {
            let next_mixture = Rc::new(Mixture::around(&population, &models, self.kernel));
            let expected = Expected::new(&run.tried, &models, (&mixture, &next_mixture), log_highest);
            let cooler = self.cooler(temperature, &expected);
            let Some(next) = run.next(&next_mixture, &population, at(cooler), monitor) else { break };
            (population, mixture, temperature) = (next, next_mixture, cooler);
        }
        let mut account = run.account;
        if temperature > 1.0 {
            account.cautions.push(Caution::PartOfTheLikelihood { power: 1.0 / temperature });
        }
        let (particles, _) = population.particles(0, oracle.dimension());
        Ok(Sampled { draws: Draws::Particles(particles), account })
    }
}

impl StochasticAcceptance {
    /// The next temperature: as low as the wanted acceptance allows, and at least a factor lower than the last.
    fn cooler(&self, temperature: f64, expected: &Expected) -> f64 {
        let (mut low, mut high) = (0.0, temperature.ln());
        if expected.acceptance(1.0) < self.acceptance {
            for _ in 0..60 {
                let middle = f64::midpoint(low, high);
                if expected.acceptance(middle.exp()) < self.acceptance { low = middle } else { high = middle }
            }
        } else {
            high = 0.0;
        }
        // The hottest generation is that of the prior, of which there is no reasonable share.
        let decayed = if temperature < HOTTEST { self.decay * temperature } else { temperature };
        high.exp().min(decayed).max(1.0)
    }
}

/// What the next generation will accept, from the proposals of the last one weighted as its own.
struct Expected {
    weights: Vec<f64>,
    /// Log densities in units of the highest.
    log_ratios: Vec<f64>,
}

impl Expected {
    fn new(
        tried: &[Tried],
        models: &[Model<'_>],
        (last, next): (&Mixture, &Mixture),
        log_highest: f64,
    ) -> Self {
        let tried = &tried[..tried.len().min(PREDICTING)];
        let mut points = Rows::zeros(0, models[0].oracle.dimension());
        for tried in tried {
            points.push(&tried.point);
        }
        let last = last.log_density(models, 0, &points).into_iter();
        let logs = last.zip(next.log_density(models, 0, &points)).map(|(last, next)| next - last);
        Self {
            weights: normalised(&logs.collect::<Vec<_>>()),
            log_ratios: tried.iter().map(|tried| tried.log_density - log_highest).collect(),
        }
    }

    fn acceptance(&self, temperature: f64) -> f64 {
        let accepted = |(weight, log_ratio): (&f64, &f64)| weight * (log_ratio / temperature).min(0.0).exp();
        self.weights.iter().zip(&self.log_ratios).map(accepted).sum()
    }
}
