//! Which of several models explains the observation: ABC-SMC whose particles carry a model beside its parameters. Toni et
//! al. (2009), <https://doi.org/10.1098/rsif.2008.0172>.
//!
//! The share of a model among the weights is its posterior probability, given that simulations are within epsilon of
//! what is observed. That is the probability given the recording only if the features tell all that tells the
//! models apart, which nothing in the run can show: Robert et al. (2011), <https://doi.org/10.1073/pnas.1102900108>.

use super::adjustment::adjusted;
use super::mixture::Model;
use super::population::Population;
use super::smc::{self, SequentialMonteCarlo};
use crate::diagnostics::effective_sample_size;
use crate::draws::{Account, Draws, Generation, Sampled};
use crate::numeric::Streams;
use crate::problem::Simulator;
use crate::samplers::{Monitor, SamplerError};
use crate::settings::{Section, find};

/// Compares models by ABC-SMC.
#[derive(Debug)]
pub struct ModelSelection {
    sampler: SequentialMonteCarlo,
}

/// What became of one model.
#[derive(Clone, Debug)]
pub struct SelectedModel {
    /// Its probability before the observation.
    pub prior: f64,
    /// Its probability given the observation.
    pub probability: f64,
    /// Monte Carlo standard error of the probability.
    pub mcse: f64,
    /// Effective number of its particles.
    pub effective_sample_size: f64,
    /// Its posterior; `None` if no particle is of this model.
    pub sampled: Option<Sampled>,
}

/// The models in the order in which they were given, and how the run ended.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The models.
    pub models: Vec<SelectedModel>,
    /// The probabilities with their standard errors after each generation; shape `[generation, model]`.
    pub course: Vec<Vec<(f64, f64)>>,
    /// How the generations came about.
    pub generations: Vec<Generation>,
    /// How the run ended.
    pub account: Account,
}

impl Selection {
    /// The generation whose particles these are.
    ///
    /// # Panics
    /// Never: a run without a generation is an error.
    pub fn last(&self) -> &Generation {
        self.generations.last().expect("a run has at least one generation")
    }

    /// How many times as probable the observation is under each model as under the most probable one, whatever they
    /// were beforehand.
    pub fn bayes_factors(&self) -> Vec<f64> {
        let evidence = |model: &SelectedModel| model.probability / model.prior;
        let largest = self.models.iter().map(evidence).fold(0.0, f64::max);
        self.models.iter().map(|model| evidence(model) / largest).collect()
    }
}

impl ModelSelection {
    /// Reads the options of `abc_smc`; `None` if the table is one of another sampler, which is noted.
    pub fn from_settings(section: &Section<'_>, quick: bool) -> Option<Self> {
        find(&[smc::ENTRY], section, None)?;
        let sampler = SequentialMonteCarlo::from_settings(section, quick);
        section.finish();
        Some(Self { sampler })
    }

    /// The epsilon that ends the run.
    pub fn epsilon(&self) -> f64 {
        self.sampler.epsilon
    }

    /// Compares models that are observed in the same features with the same standard deviations. `prior`: the probability of each beforehand,
    /// up to a common factor.
    ///
    /// # Errors
    /// If no simulation resembles the observation, or if the monitor stops the run before the first generation.
    ///
    /// # Panics
    /// If there are not as many positive probabilities as models.
    pub fn run(
        &self,
        models: &[&dyn Simulator],
        prior: &[f64],
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Selection, SamplerError> {
        assert!(
            models.len() == prior.len() && prior.iter().all(|prior| *prior > 0.0),
            "one prior for each model"
        );
        let total: f64 = prior.iter().sum();
        let pairs =
            models.iter().zip(prior).map(|(oracle, prior)| Model { oracle: *oracle, prior: prior / total });
        let candidates: Vec<Model<'_>> = pairs.collect();
        let mut course = Vec::new();
        let mut watch = |population: &Population| course.push(probabilities(population, candidates.len()));
        let (population, account) = self.sampler.population(&candidates, streams, monitor, &mut watch)?;
        let selected = |(index, model): (usize, &Model<'_>)| {
            let (particles, features) = population.particles(index, model.oracle.dimension());
            let (probability, mcse) = probabilities(&population, candidates.len())[index];
            let ess =
                if particles.weights.is_empty() { 0.0 } else { effective_sample_size(&particles.weights) };
            let sampled = (ess > 0.0).then(|| {
                let observed = model.oracle.observed();
                let draws = adjusted(self.sampler.adjustment, particles, &features, observed);
                Sampled { draws: Draws::Particles(draws), account: account.clone() }
            });
            SelectedModel { prior: model.prior, probability, mcse, effective_sample_size: ess, sampled }
        };
        let models = candidates.iter().enumerate().map(selected).collect();
        Ok(Selection { models, course, generations: population.generations, account })
    }
}

/// The probability of each model and its standard error, as of a ratio of weighted means.
fn probabilities(population: &Population, models: usize) -> Vec<(f64, f64)> {
    let error = |model: usize, probability: f64| {
        let terms = population.members.iter().zip(&population.weights);
        let squares = terms.map(|(member, weight)| {
            let is_own = f64::from(u8::from(member.model == model));
            (weight * (is_own - probability)).powi(2)
        });
        squares.sum::<f64>().sqrt()
    };
    let shares = population.shares(models).into_iter().enumerate();
    shares.map(|(model, probability)| (probability, error(model, probability))).collect()
}
