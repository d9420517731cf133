//! Where chains start: found by a search for the mode, or drawn from the prior.

use super::evaluate;
use super::search::Search;
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::{Control, Monitor, Progress, SamplerError};
use crate::settings::Section;

/// How the start is found.
#[derive(Debug)]
pub(super) enum Start {
    /// Adaptive differential evolution from prior draws.
    Search { population: Option<usize>, simulations: usize },
    /// Possible draws from the prior.
    Prior { simulations: usize },
}

/// Points with their log terms.
#[derive(Debug)]
pub(super) struct Points {
    pub(super) points: Rows<Unconstrained>,
    pub(super) terms: Vec<LogTerms>,
}

/// What chains start with.
#[derive(Debug)]
pub(super) struct Started {
    /// One row per chain.
    pub(super) chains: Points,
    /// Possible points that show where the posterior may be.
    pub(super) founders: Rows<Unconstrained>,
    /// Simulations made.
    pub(super) simulations: u64,
}

impl Start {
    pub(super) fn from_settings(section: &Section<'_>, quick: bool) -> Self {
        let kind = section.key("kind", "how the start is found").choice_or(&["prior", "search"], "search");
        let simulations = section.key("simulations", "most simulations that the start may take");
        let simulations = simulations.between(1.0, 1e9).count_or(25_000);
        let simulations = if quick { simulations.min(1000) } else { simulations };
        let start = if kind == "prior" {
            Start::Prior { simulations }
        } else {
            let population = section.key("population", "members of the search; 64 or 8 per parameter");
            Start::Search { population: population.between(8.0, 1e6).count_maybe(), simulations }
        };
        section.finish();
        start
    }

    /// Finds the start of `chains` chains.
    pub(super) fn find(
        &self,
        chains: usize,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Started, SamplerError> {
        let dimension = oracle.dimension();
        match *self {
            Start::Prior { simulations } => {
                let pool = Points::from_prior(oracle, chains, simulations, streams, monitor)?;
                let tried = pool.terms.len() as u64;
                let possible = pool.possible();
                let chosen = (0..chains).map(|chain| possible[chain % possible.len()]);
                Ok(Started {
                    chains: pool.pick(chosen),
                    founders: pool.pick(possible.iter().copied()).points,
                    simulations: tried,
                })
            }
            Start::Search { population, simulations } => {
                let population = population.unwrap_or_else(|| (8 * dimension).max(64));
                // Four times the population, so that the search begins with the best quarter.
                let pool = Points::from_prior(oracle, 4 * population, simulations, streams, monitor)?;
                let mut search = Search::new(&pool, population);
                search.run(simulations, oracle, streams.stage("search"), monitor)?;
                let simulations = search.simulations();
                let population = search.into_population();
                let chosen = population.near_the_best(chains);
                let founders = population.pick(population.possible());
                Ok(Started { chains: population.pick(chosen), founders: founders.points, simulations })
            }
        }
    }
}

impl Points {
    /// Prior draws until `wanted` are possible, half of the budget is spent, or, as long as none at all is
    /// possible, the whole budget.
    fn from_prior(
        oracle: &dyn LogDensity,
        wanted: usize,
        budget: usize,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Self, SamplerError> {
        let mut pool = Points { points: Rows::zeros(0, oracle.dimension()), terms: Vec::new() };
        let mut possible = 0;
        let mut batch = 0;
        loop {
            let tried = pool.terms.len();
            let enough = possible >= wanted || (possible > 0 && 2 * tried >= budget);
            if enough {
                return Ok(pool);
            }
            if tried >= budget {
                return Err(SamplerError::NoFiniteStart { tried: tried as u64 });
            }
            let count = wanted.max(64).min(budget - tried);
            let draws = oracle.draw_prior(count, streams.stage("prior").stage(&format!("batch {batch}")));
            let terms = evaluate(oracle, &draws);
            possible += terms.iter().filter(|terms| terms.posterior().is_finite()).count();
            pool.terms.extend(terms);
            for row in &draws {
                pool.points.push(row);
            }
            report(pool.terms.len(), budget, monitor)?;
            batch += 1;
        }
    }

    pub(super) fn posterior(&self, row: usize) -> f64 {
        self.terms[row].posterior()
    }

    /// The rows from the best to the worst.
    pub(super) fn ranked(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.terms.len()).collect();
        rows.sort_by(|&a, &b| self.posterior(b).total_cmp(&self.posterior(a)));
        rows
    }

    /// The given rows, in this order.
    pub(super) fn pick(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut picked = Points { points: Rows::zeros(0, self.points.columns()), terms: Vec::new() };
        for row in rows {
            picked.points.push(self.points.row(row));
            picked.terms.push(self.terms[row]);
        }
        picked
    }

    /// The rows with a finite log posterior.
    fn possible(&self) -> Vec<usize> {
        (0..self.terms.len()).filter(|&row| self.posterior(row).is_finite()).collect()
    }

    /// `count` rows spread evenly over those that a normal posterior would hold around the best one; some
    /// come twice if there are too few.
    fn near_the_best(&self, count: usize) -> Vec<usize> {
        let ranked = self.ranked();
        // Twice the log posterior below the mode is chi-squared with mean d: this keeps all but its far end.
        let limit = self.posterior(ranked[0]) - (self.points.columns() as f64 + 5.0);
        let near = ranked.iter().take_while(|&&row| self.posterior(row) >= limit).count();
        (0..count).map(|i| ranked[if count <= near { i * near / count } else { i % near }]).collect()
    }
}

/// Tells the monitor how far the search is.
pub(super) fn report(done: usize, total: usize, monitor: &mut dyn Monitor) -> Result<(), SamplerError> {
    let progress = Progress {
        stage: "search",
        done,
        total,
        simulations: done as u64,
        acceptance: None,
        epsilon: None,
        draws: None,
    };
    match monitor.report(&progress) {
        Control::Continue => Ok(()),
        Control::Stop => Err(SamplerError::StoppedBeforeDraws { stage: "search" }),
    }
}
