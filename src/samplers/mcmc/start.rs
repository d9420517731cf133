//! Where chains start: found by a search for the mode, or drawn from the prior.

use super::evaluate;
use super::search::Search;
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::{Control, Monitor, Progress, SamplerError};
use crate::settings::Section;

/// Two searches that end within so many nats of each other have found the same height.
const AGREEMENT: f64 = 3.0;

/// How the start is found.
#[derive(Clone, Copy, Debug)]
pub(in crate::samplers) enum Start {
    /// Adaptive differential evolution from prior draws.
    Search { population: Option<usize>, simulations: usize },
    /// Possible draws from the prior.
    Prior { simulations: usize },
}

/// Points with their log terms.
#[derive(Clone, Debug)]
pub(in crate::samplers) struct Points {
    pub(in crate::samplers) points: Rows<Unconstrained>,
    pub(in crate::samplers) terms: Vec<LogTerms>,
}

/// What chains start with.
#[derive(Debug)]
pub(in crate::samplers) struct Started {
    /// One row per chain.
    pub(in crate::samplers) chains: Points,
    /// Possible points that show where the posterior may be.
    pub(in crate::samplers) founders: Rows<Unconstrained>,
    /// Simulations made.
    pub(in crate::samplers) simulations: u64,
}

impl Start {
    pub(in crate::samplers) fn from_settings(section: &Section<'_>, quick: bool) -> Self {
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

    /// The same with at most so many simulations.
    pub(in crate::samplers) fn within(self, most: Option<usize>) -> Self {
        let most = most.unwrap_or(usize::MAX);
        match self {
            Start::Search { population, simulations } => {
                Start::Search { population, simulations: simulations.min(most) }
            }
            Start::Prior { simulations } => Start::Prior { simulations: simulations.min(most) },
        }
    }

    /// Finds the start of `chains` chains.
    pub(in crate::samplers) fn find(
        &self,
        chains: usize,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Started, SamplerError> {
        match *self {
            Start::Prior { simulations } => {
                let mut budget = Budget { spent: 0, total: simulations };
                let pool = Points::from_prior(oracle, chains, &mut budget, streams, monitor)?;
                let possible = pool.possible();
                let chosen = (0..chains).map(|chain| possible[chain % possible.len()]);
                let founders = pool.pick(possible.iter().copied()).points;
                Ok(Started { chains: pool.pick(chosen), founders, simulations: budget.spent as u64 })
            }
            Start::Search { population, simulations } => {
                let population = population.unwrap_or_else(|| (8 * oracle.dimension()).max(64));
                let mut budget = Budget { spent: 0, total: simulations };
                let found = search(population, &mut budget, oracle, streams, monitor)?;
                let chosen = found.near_the_best(chains);
                let founders = found.pick(found.founders()).points;
                Ok(Started { chains: found.pick(chosen), founders, simulations: budget.spent as u64 })
            }
        }
    }
}

/// The populations of several searches, each from other prior draws: one search may end in a mode that is
/// not the best. There are at least two, and more until the best two agree or the budget is spent.
fn search(
    population: usize,
    budget: &mut Budget,
    oracle: &dyn LogDensity,
    streams: Streams,
    monitor: &mut dyn Monitor,
) -> Result<Points, SamplerError> {
    let mut found = Points { points: Rows::zeros(0, oracle.dimension()), terms: Vec::new() };
    let mut heights: Vec<f64> = Vec::new();
    loop {
        let streams = streams.stage(&format!("round {}", heights.len()));
        match Points::from_prior(oracle, population, budget, streams, monitor) {
            Ok(pool) => {
                let mut search = Search::new(&pool, population);
                search.run(budget, oracle, streams.stage("search"), monitor)?;
                let settled = search.into_population();
                heights.push(settled.posterior(settled.ranked()[0]));
                found.extend(&settled.points, settled.terms);
            }
            // A later search may find nothing with what the earlier ones have left.
            Err(SamplerError::NoFiniteStart { .. }) if !heights.is_empty() => return Ok(found),
            Err(error) => return Err(error),
        }
        heights.sort_by(|a, b| b.total_cmp(a));
        let agree = heights.len() > 1 && heights[0] - heights[1] < AGREEMENT;
        if agree || budget.left() < 2 * population {
            return Ok(found);
        }
    }
}

impl Points {
    /// Prior draws until `wanted` are possible, a quarter of the budget is spent, or, as long as none at all
    /// is possible, all of it.
    fn from_prior(
        oracle: &dyn LogDensity,
        wanted: usize,
        budget: &mut Budget,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Self, SamplerError> {
        let mut pool = Points { points: Rows::zeros(0, oracle.dimension()), terms: Vec::new() };
        let limit = budget.left() / 4;
        let mut batch = 0;
        loop {
            let (tried, possible) = (pool.terms.len(), pool.possible().len());
            if possible >= wanted || (possible > 0 && tried >= limit) {
                return Ok(pool);
            }
            if budget.left() == 0 {
                return Err(SamplerError::NoFiniteStart { tried: tried as u64 });
            }
            // Four times as many as are wanted, so that a search begins with the best quarter.
            let count = (4 * wanted).min(budget.left());
            let draws = oracle.draw_prior(count, streams.stage("prior").stage(&format!("batch {batch}")));
            let terms = evaluate(oracle, &draws);
            pool.extend(&draws, terms);
            budget.spend(count, monitor)?;
            batch += 1;
        }
    }

    fn extend(&mut self, points: &Rows<Unconstrained>, terms: Vec<LogTerms>) {
        for row in points {
            self.points.push(row);
        }
        self.terms.extend(terms);
    }

    /// Moves one row.
    pub(in crate::samplers) fn replace(&mut self, row: usize, point: &[f64], terms: LogTerms) {
        self.points.row_mut(row).copy_from_slice(point);
        self.terms[row] = terms;
    }

    pub(in crate::samplers) fn posterior(&self, row: usize) -> f64 {
        self.terms[row].posterior()
    }

    /// The rows from the best to the worst.
    pub(in crate::samplers) fn ranked(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.terms.len()).collect();
        rows.sort_by(|&a, &b| self.posterior(b).total_cmp(&self.posterior(a)));
        rows
    }

    /// The given rows, in this order.
    pub(in crate::samplers) fn pick(&self, rows: impl IntoIterator<Item = usize>) -> Self {
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
        let near = self.near();
        let spread = |i| if count <= near.len() { i * near.len() / count } else { i % near.len() };
        (0..count).map(|i| near[spread(i)]).collect()
    }

    /// The rows that show the shape of the posterior: those near the best, and at least two per parameter.
    fn founders(&self) -> Vec<usize> {
        let least = self.near().len().max(2 * self.points.columns());
        let ranked = self.ranked().into_iter().filter(|&row| self.posterior(row).is_finite());
        ranked.take(least).collect()
    }

    fn near(&self) -> Vec<usize> {
        let ranked = self.ranked();
        // Twice the log posterior below the mode is chi-squared with mean d: this keeps all but its far end.
        let limit = self.posterior(ranked[0]) - (self.points.columns() as f64 + 5.0);
        ranked.into_iter().take_while(|&row| self.posterior(row) >= limit).collect()
    }
}

/// How many simulations the start may take.
pub(in crate::samplers) struct Budget {
    spent: usize,
    total: usize,
}

impl Budget {
    /// Simulations left.
    pub(in crate::samplers) fn left(&self) -> usize {
        self.total - self.spent
    }

    /// Counts simulations, and tells the monitor.
    pub(in crate::samplers) fn spend(
        &mut self,
        count: usize,
        monitor: &mut dyn Monitor,
    ) -> Result<(), SamplerError> {
        self.spent += count;
        let progress = Progress {
            stage: "search",
            done: self.spent,
            total: self.total,
            simulations: self.spent as u64,
            acceptance: None,
            epsilon: None,
            draws: None,
        };
        match monitor.report(&progress) {
            Control::Continue => Ok(()),
            Control::Stop => Err(SamplerError::StoppedBeforeDraws { stage: "search" }),
        }
    }
}
