//! The log likelihood of each datum, for leave-one-out cross-validation and for ArviZ.
//!
//! Samplers keep only the sum, so the draws are simulated once more: at most 4000 of them, evenly chosen, and no more than
//! a tenth of the simulations of the run or 1000, whichever is larger. Draws that a chain repeats are simulated once.

use std::fmt::{self, Display};

use ndarray::{Array2, ArrayView1, ArrayView3, Axis};

use crate::diagnostics::{Loo, ess_mean, loo, loo_weighted};
use crate::draws::Draws;
use crate::numeric::{Natural, Rows};
use crate::problem::{PointwiseLogLikelihood, Problem};

const MOST_DRAWS: usize = 4000;
const SHARE_OF_SIMULATIONS: u64 = 10;
const ENOUGH_DRAWS: usize = 1000;

/// Fewer draws have no tail of weights.
const LEAST_DRAWS: usize = 100;

/// Numbers of the table that are written at the most: 64 MB.
const MOST_NUMBERS: usize = 8_000_000;

/// Why there is no table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LeftOut {
    NoLikelihood,
    Stopped,
    TooFew { draws: usize },
    TooLarge { data: usize },
}

impl Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeftOut::NoLikelihood => write!(formatter, "approximate Bayesian computation has no likelihood"),
            LeftOut::Stopped => write!(formatter, "the run was stopped"),
            LeftOut::TooFew { draws } => {
                write!(formatter, "{draws} draws are too few, it takes at least {LEAST_DRAWS}")
            }
            LeftOut::TooLarge { data } => {
                write!(formatter, "the log likelihoods of {data} data are too many to keep")
            }
        }
    }
}

/// The table: for each datum the log likelihood of every draw, chain after chain.
#[derive(Clone, Debug)]
pub(super) struct Pointwise {
    pub(super) labels: Vec<String>,
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) chains: usize,
    /// Numbers of the draws within each chain.
    pub(super) draws: Vec<usize>,
    /// Of each draw; `None` for chains.
    weights: Option<Vec<f64>>,
    relative_efficiency: f64,
}

impl Pointwise {
    /// `natural`: all draws in natural units, shape `[chain, draw, parameter]`. `simulations`: of the run.
    pub(super) fn new(
        problem: &Problem,
        draws: &Draws,
        natural: ArrayView3<'_, f64>,
        simulations: u64,
    ) -> Result<Self, LeftOut> {
        let (chains, length, _) = natural.dim();
        let weights = match draws {
            Draws::Chains(_) => None,
            Draws::Particles(particles) => Some(&particles.weights),
        };
        if chains * length < LEAST_DRAWS {
            return Err(LeftOut::TooFew { draws: chains * length });
        }
        let nothing = Rows::from_values(Vec::new(), natural.dim().2);
        let data = problem.pointwise_log_likelihood(&nothing).labels.len();
        let affordable = ((simulations / SHARE_OF_SIMULATIONS) as usize).clamp(ENOUGH_DRAWS, MOST_DRAWS);
        let most = affordable.min(MOST_NUMBERS / data.max(1));
        if most < LEAST_DRAWS {
            return Err(LeftOut::TooLarge { data });
        }
        let each = (most / chains).clamp(1, length);
        let chosen: Vec<usize> = (0..each).map(|index| (2 * index + 1) * length / (2 * each)).collect();
        let (sets, places) = different_sets(natural, &chosen);
        let PointwiseLogLikelihood { labels, values, .. } = problem.pointwise_log_likelihood(&sets);
        let expand = |column: ArrayView1<'_, f64>| places.iter().map(|&place| column[place]).collect();
        Ok(Self {
            labels,
            columns: values.columns().into_iter().map(expand).collect(),
            chains,
            weights: weights.map(|weights| chosen.iter().map(|&draw| weights[draw]).collect()),
            relative_efficiency: if weights.is_some() { 1.0 } else { efficiency(natural, &chosen) },
            draws: chosen,
        })
    }

    pub(super) fn loo(&self) -> Loo {
        match &self.weights {
            None => loo(&self.labels, &self.columns, self.relative_efficiency),
            Some(weights) => loo_weighted(&self.labels, &self.columns, weights),
        }
    }
}

/// The different parameter sets among the chosen draws of each chain, and the place of each draw among them.
fn different_sets(natural: ArrayView3<'_, f64>, chosen: &[usize]) -> (Rows<Natural>, Vec<usize>) {
    let mut sets = Rows::from_values(Vec::new(), natural.dim().2);
    let mut places = Vec::new();
    for chain in natural.axis_iter(Axis(0)) {
        for &draw in chosen {
            let set = chain.row(draw).to_vec();
            if sets.is_empty() || sets.row(sets.len() - 1) != set {
                sets.push(&set);
            }
            places.push(sets.len() - 1);
        }
    }
    (sets, places)
}

/// Effective sample size for the mean per draw, averaged over the parameters, as `arviz_stats.loo` takes it; 1 for a single
/// chain.
fn efficiency(natural: ArrayView3<'_, f64>, chosen: &[usize]) -> f64 {
    let (chains, _, parameters) = natural.dim();
    if chains == 1 {
        return 1.0;
    }
    let of_parameter = |values: ndarray::ArrayView2<'_, f64>| {
        let some =
            Array2::from_shape_fn((chains, chosen.len()), |(chain, index)| values[[chain, chosen[index]]]);
        ess_mean(some.view())
    };
    let sum: f64 = natural.axis_iter(Axis(2)).map(of_parameter).sum();
    sum / (parameters * chains * chosen.len()) as f64
}
