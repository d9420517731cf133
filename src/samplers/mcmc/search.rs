//! Search for the mode by adaptive differential evolution: JADE, Zhang and Sanderson (2009),
//! <https://doi.org/10.1109/TEVC.2009.2014613>, current-to-pbest/1/bin with an archive of losers.
//!
//! The search stops when the population covers the mode the way a posterior does: it is the start of a
//! sampler, not a point estimate.

use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::evaluate;
use super::start::{Budget, Points};
use crate::numeric::{Rows, Streams, Unconstrained, standard_normal};
use crate::problem::LogDensity;
use crate::samplers::{Monitor, SamplerError};

/// The best share of the population, towards which members move.
const BEST_SHARE: f64 = 0.1;
/// How fast the means of scale and crossover follow what succeeded.
const LEARNING_RATE: f64 = 0.1;
/// Generations over which the best must have stopped to improve.
const PATIENCE: usize = 10;

pub(super) struct Search {
    population: Points,
    losers: Rows<Unconstrained>,
    mean_scale: f64,
    mean_crossover: f64,
}

/// How a trial was made.
#[derive(Clone, Copy)]
struct Recipe {
    scale: f64,
    crossover: f64,
}

impl Search {
    /// A search from the best of the points.
    pub(super) fn new(pool: &Points, size: usize) -> Self {
        let population = pool.pick(pool.ranked().into_iter().take(size));
        Self {
            losers: Rows::zeros(0, pool.points.columns()),
            population,
            mean_scale: 0.5,
            mean_crossover: 0.5,
        }
    }

    pub(super) fn into_population(self) -> Points {
        self.population
    }

    /// Searches until the population has settled or the budget is spent.
    pub(super) fn run(
        &mut self,
        budget: &mut Budget,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<(), SamplerError> {
        let size = self.population.terms.len();
        let mut best = Vec::new();
        for generation in 0.. {
            let ranked = self.population.ranked();
            best.push(self.population.posterior(ranked[0]));
            // With fewer than four members there are no differences to step along.
            if budget.left() < size || size < 4 || self.has_settled(&ranked, &best) {
                break;
            }
            let (trials, recipes) = self.trials(&ranked, generation, streams);
            self.select(&trials, &recipes, oracle, &mut streams.generator(generation, u64::MAX));
            budget.spend(size, monitor)?;
        }
        Ok(())
    }

    /// Whether most of the population is as near to the best as draws of a normal posterior would be, and
    /// the best no longer improves.
    fn has_settled(&self, ranked: &[usize], best: &[f64]) -> bool {
        let dimension = self.population.points.columns() as f64;
        let spread = self.population.posterior(ranked[0])
            - self.population.posterior(ranked[(ranked.len() * 3 / 4).min(ranked.len() - 1)]);
        let generations = best.len();
        generations > PATIENCE
            && spread < dimension
            && best[generations - 1] - best[generations - 1 - PATIENCE] < 1.0
    }

    fn trials(
        &self,
        ranked: &[usize],
        generation: u64,
        streams: Streams,
    ) -> (Rows<Unconstrained>, Vec<Recipe>) {
        let size = ranked.len();
        let mut trials = Rows::zeros(size, self.population.points.columns());
        let mut recipes = Vec::with_capacity(size);
        for (member, trial) in trials.iter_mut().enumerate() {
            let mut generator = streams.generator(generation, member as u64);
            let recipe = self.recipe(&mut generator);
            self.cross(member, ranked, recipe, trial, &mut generator);
            recipes.push(recipe);
        }
        (trials, recipes)
    }

    fn recipe(&self, generator: &mut ChaCha8Rng) -> Recipe {
        let crossover = (self.mean_crossover + 0.1 * standard_normal(generator)).clamp(0.0, 1.0);
        // Cauchy, drawn anew until it is positive, at most 1.
        let scale = loop {
            let scale = self.mean_scale + 0.1 * (PI * (generator.random::<f64>() - 0.5)).tan();
            if scale > 0.0 {
                break scale.min(1.0);
            }
        };
        Recipe { scale, crossover }
    }

    /// x + F (best − x) + F (r1 − r2), with each coordinate taken over with the probability of crossover.
    fn cross(
        &self,
        member: usize,
        ranked: &[usize],
        recipe: Recipe,
        trial: &mut [f64],
        generator: &mut ChaCha8Rng,
    ) {
        let points = &self.population.points;
        let size = ranked.len();
        let best_count = ((size as f64 * BEST_SHARE) as usize).max(2);
        let x = points.row(member);
        let best = points.row(ranked[generator.random_range(0..best_count)]);
        let first = (member + generator.random_range(1..size)) % size;
        let second = generator.random_range(0..size + self.losers.len());
        let r1 = points.row(first);
        let r2 = if second < size { points.row(second) } else { self.losers.row(second - size) };
        let always = generator.random_range(0..x.len());
        for (i, value) in trial.iter_mut().enumerate() {
            let taken = i == always || generator.random::<f64>() < recipe.crossover;
            let step = recipe.scale * (best[i] - x[i] + r1[i] - r2[i]);
            *value = if taken { x[i] + step } else { x[i] };
        }
    }

    /// Members give way to trials that are better, and the means follow what succeeded.
    fn select(
        &mut self,
        trials: &Rows<Unconstrained>,
        recipes: &[Recipe],
        oracle: &dyn LogDensity,
        generator: &mut ChaCha8Rng,
    ) {
        let terms = evaluate(oracle, trials);
        let mut successes = Vec::new();
        for (member, terms) in terms.into_iter().enumerate() {
            if terms.posterior() <= self.population.posterior(member) {
                continue;
            }
            let loser = self.population.points.row(member).to_vec();
            self.bury(&loser, generator);
            self.population.points.row_mut(member).copy_from_slice(trials.row(member));
            self.population.terms[member] = terms;
            successes.push(recipes[member]);
        }
        if !successes.is_empty() {
            let sum = |value: fn(&Recipe) -> f64| successes.iter().map(value).sum::<f64>();
            let crossover = sum(|recipe| recipe.crossover) / successes.len() as f64;
            // The Lehmer mean, which prefers large steps.
            let scale = sum(|recipe| recipe.scale * recipe.scale) / sum(|recipe| recipe.scale);
            self.mean_crossover += LEARNING_RATE * (crossover - self.mean_crossover);
            self.mean_scale += LEARNING_RATE * (scale - self.mean_scale);
        }
    }

    /// Keeps a loser, in the place of a random other one once there are as many as members.
    fn bury(&mut self, loser: &[f64], generator: &mut ChaCha8Rng) {
        if self.losers.len() < self.population.terms.len() {
            self.losers.push(loser);
        } else {
            let place = generator.random_range(0..self.losers.len());
            self.losers.row_mut(place).copy_from_slice(loser);
        }
    }
}
