//! What the likelihood cannot tell: parameters that do not change it, and pairs that can be exchanged.
//!
//! Diagnostics of draws see neither: the draws of a parameter without influence are good draws of its prior. So after
//! a run some of the draws are evaluated once more with one parameter taken from the prior, or with two exchanged.

use super::{LikelihoodBased, Monitor, Sampler, SamplerError};
use crate::draws::{Caution, Draws, Ending, Sampled};
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::LogDensity;

/// Draws that are evaluated again, and evaluations of all of them together.
const PROBED: usize = 12;
const LEAST_PROBED: usize = 4;
const MOST_EVALUATIONS: usize = 2000;
/// Log likelihoods that differ by less than this share are equal but for rounding.
const ROUNDING: f64 = 1e-9;
/// A posterior is not so many times as wide as its prior, unless it has no end.
const RUNAWAY: f64 = 1000.0;
/// Prior draws by which the width of the prior is judged.
const PRIOR_DRAWS: usize = 100;

/// A sampler whose draws are probed at the end.
pub(super) struct Probed {
    pub(super) sampler: Box<LikelihoodBased>,
}

impl Sampler<dyn LogDensity + '_> for Probed {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let mut sampled = self.sampler.run(oracle, streams, monitor)?;
        // Who stops a run does not want to wait.
        if sampled.account.ending != Ending::Stopped {
            sampled.account.cautions.extend(probe(oracle, &sampled.draws, streams.stage("probe")));
        }
        Ok(sampled)
    }
}

fn probe(oracle: &dyn LogDensity, draws: &Draws, streams: Streams) -> Vec<Caution> {
    let dimension = oracle.dimension();
    let prior = oracle.draw_prior(PRIOR_DRAWS, streams);
    let mut cautions = ran_away(oracle, draws, &prior);
    let pairs: Vec<(usize, usize)> =
        (0..dimension).flat_map(|first| (first + 1..dimension).map(move |second| (first, second))).collect();
    let count = (MOST_EVALUATIONS / (1 + dimension + pairs.len())).clamp(LEAST_PROBED, PROBED);
    let rows = some_rows(draws, count);
    let changed = |change: &dyn Fn(usize, &mut [f64])| {
        let mut changed = rows.clone();
        for (index, row) in changed.iter_mut().enumerate() {
            change(index, row);
        }
        changed
    };
    let mut tables = vec![rows.clone()];
    for parameter in 0..dimension {
        tables.push(changed(&|index, row| row[parameter] = prior.row(index)[parameter]));
    }
    // So many pairs would cost more than they tell.
    let pairs = if pairs.len() * count > 2 * MOST_EVALUATIONS { Vec::new() } else { pairs };
    for &(first, second) in &pairs {
        tables.push(changed(&|_, row| row.swap(first, second)));
    }
    let likelihoods = evaluate(oracle, &tables, rows.len());
    let is_same = |table: usize| {
        let pairs = likelihoods[0].iter().zip(&likelihoods[table]);
        pairs.into_iter().all(|(a, b)| (a - b).abs() <= ROUNDING * (1.0 + a.abs()))
    };
    let without: Vec<usize> = (0..dimension).filter(|&parameter| is_same(1 + parameter)).collect();
    if without.len() == dimension {
        cautions.push(Caution::NothingMatters);
        return cautions;
    }
    cautions.extend(
        without.iter().map(|&index| Caution::NoInfluence { parameter: oracle.parameter_name(index) }),
    );
    for (index, (first, second)) in pairs.into_iter().enumerate() {
        let matters = !without.contains(&first) && !without.contains(&second);
        if matters && is_same(1 + dimension + index) {
            let pair = [first, second].map(|index| oracle.parameter_name(index));
            cautions.push(Caution::Exchangeable { pair });
        }
    }
    cautions
}

/// Log likelihoods of some tables of `count` rows each, all in one batch.
fn evaluate(oracle: &dyn LogDensity, tables: &[Rows<Unconstrained>], count: usize) -> Vec<Vec<f64>> {
    let values: Vec<f64> = tables.iter().flat_map(|table| table.values().iter().copied()).collect();
    let terms = oracle.log_terms(&Rows::from_values(values, oracle.dimension()));
    terms.chunks(count).map(|terms| terms.iter().map(|terms| terms.likelihood).collect()).collect()
}

/// Evenly chosen draws with a finite likelihood.
fn some_rows(draws: &Draws, count: usize) -> Rows<Unconstrained> {
    let (all, weights) = draws.weighted();
    let possible: Vec<&[f64]> =
        all.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0).map(|(row, _)| row).collect();
    let mut rows = Rows::zeros(0, all.columns());
    for index in 0..count {
        rows.push(possible[index * possible.len() / count]);
    }
    rows
}

fn ran_away(oracle: &dyn LogDensity, draws: &Draws, prior: &Rows<Unconstrained>) -> Vec<Caution> {
    let rows = some_rows(draws, PRIOR_DRAWS);
    let width = |rows: &Rows<Unconstrained>, column: usize| {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64;
        (rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / rows.len() as f64).sqrt()
    };
    let times = |column: usize| width(&rows, column) / width(prior, column);
    let caution = |column: usize| {
        let (times, parameter) = (times(column), oracle.parameter_name(column));
        (times > RUNAWAY).then_some(Caution::RanAway { parameter, times })
    };
    (0..oracle.dimension()).filter_map(caution).collect()
}
