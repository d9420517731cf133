//! Leave-one-out cross-validation by Pareto-smoothed importance sampling: how well each datum is predicted by all
//! others (Vehtari, Gelman and Gabry 2017, <https://doi.org/10.1007/s11222-016-9696-4>; the smoothing: Vehtari,
//! Simpson, Gelman, Yao and Gabry 2024, <https://www.jmlr.org/papers/v25/19-556.html>).
//!
//! The numbers of chains are those of `arviz_stats.loo`; `tests/loo.rs` compares the two. A draw of the posterior of all
//! data, weighted by one over the likelihood of one datum, is a draw of the posterior of the others. Draws that have
//! weights themselves have the product of both.

use crate::numeric::{largest_pareto_k, log_sum_exp, smooth_log_weights_of_chains};

/// How well the data predict one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Loo {
    /// Expected log density of a new datum in place of each, summed over the data.
    pub elpd: f64,
    /// Standard error of `elpd`, from its spread over the data; 0 for a single one.
    pub se: f64,
    /// How much less the data are expected when left out: the effective number of parameters.
    pub p_loo: f64,
    /// The data one by one.
    pub data: Vec<LooDatum>,
    /// Draws of each datum.
    pub draws: usize,
    /// Effective draws per draw, which the tails of the weights of chains depend on; 1 for weighted draws.
    pub relative_efficiency: f64,
}

/// One datum, left out.
#[derive(Clone, Debug, PartialEq)]
pub struct LooDatum {
    /// Its name.
    pub label: String,
    /// Log density expected of it by the others.
    pub elpd: f64,
    /// How much more it is expected when it is not left out.
    pub p_loo: f64,
    /// Shape of the tail of the weights; `None` where all draws have the same likelihood, which need no weights. NaN if
    /// nearly all the weight is that of a few draws.
    pub pareto_k: Option<f64>,
}

impl Loo {
    /// The largest k at which so many draws can be trusted: min(1 − 1/log₁₀ n, 0.7).
    pub fn largest_k(&self) -> f64 {
        largest_pareto_k(self.draws)
    }

    /// The data of which the estimate cannot be trusted, the worst first.
    pub fn doubtful(&self) -> Vec<&LooDatum> {
        let mut doubtful: Vec<&LooDatum> = self
            .data
            .iter()
            .filter(|datum| datum.pareto_k.is_some_and(|k| !(k <= self.largest_k())))
            .collect();
        doubtful.sort_by(|a, b| b.k().total_cmp(&a.k()));
        doubtful
    }

    fn new(data: Vec<LooDatum>, draws: usize, relative_efficiency: f64) -> Self {
        let count = data.len() as f64;
        let elpd: f64 = data.iter().map(|datum| datum.elpd).sum();
        let squares: f64 = data.iter().map(|datum| (datum.elpd - elpd / count).powi(2)).sum();
        let se = if data.len() > 1 { (count * squares / (count - 1.0)).sqrt() } else { 0.0 };
        let p_loo = data.iter().map(|datum| datum.p_loo).sum();
        Self { elpd, se, p_loo, data, draws, relative_efficiency }
    }
}

impl LooDatum {
    fn k(&self) -> f64 {
        self.pareto_k.map_or(f64::NEG_INFINITY, f64::abs)
    }
}

/// Leaves out each datum, given draws of chains.
///
/// `labels`: one per datum. `log_likelihood`: one column per datum, each with the log likelihood of every draw, chain
/// after chain. `relative_efficiency`: effective sample size for the mean, averaged over the parameters, per draw; 1 for
/// a single chain.
pub fn loo(labels: &[String], log_likelihood: &[Vec<f64>], relative_efficiency: f64) -> Loo {
    let draws = log_likelihood.first().map_or(0, Vec::len);
    let uniform = -(draws as f64).ln();
    let of_datum = |(label, column): (&String, &Vec<f64>)| {
        let mut log_weights: Vec<f64> = column.iter().map(|log| -log).collect();
        let pareto_k = smooth_log_weights_of_chains(&mut log_weights, relative_efficiency);
        datum(label, column, &log_weights, pareto_k, |_| uniform)
    };
    Loo::new(labels.iter().zip(log_likelihood).map(of_datum).collect(), draws, relative_efficiency)
}

/// The same given weighted draws. `weights`: one per draw, not negative; draws without weight do not count.
pub fn loo_weighted(labels: &[String], log_likelihood: &[Vec<f64>], weights: &[f64]) -> Loo {
    let total: f64 = weights.iter().sum();
    let counted: Vec<usize> = (0..weights.len()).filter(|&draw| weights[draw] > 0.0).collect();
    let log_weight: Vec<f64> = counted.iter().map(|&draw| (weights[draw] / total).ln()).collect();
    let of_datum = |(label, column): (&String, &Vec<f64>)| {
        let column: Vec<f64> = counted.iter().map(|&draw| column[draw]).collect();
        let mut log_weights: Vec<f64> =
            log_weight.iter().zip(&column).map(|(weight, log)| weight - log).collect();
        let pareto_k = smooth_log_weights_of_chains(&mut log_weights, 1.0);
        datum(label, &column, &log_weights, pareto_k, |draw| log_weight[draw])
    };
    Loo::new(labels.iter().zip(log_likelihood).map(of_datum).collect(), counted.len(), 1.0)
}

/// `log_weights`: without the datum; `weight`: the normalised log weight of each draw with it.
fn datum(
    label: &str,
    column: &[f64],
    log_weights: &[f64],
    pareto_k: f64,
    weight: impl Fn(usize) -> f64,
) -> LooDatum {
    let label = label.to_owned();
    let is_constant = column.iter().all(|log| log.total_cmp(&column[0]).is_eq());
    if is_constant {
        let elpd = column.first().copied().unwrap_or(f64::NAN);
        return LooDatum { label, elpd, p_loo: 0.0, pareto_k: None };
    }
    let sum = |logs: Vec<f64>| log_sum_exp(&logs);
    let elpd = sum(log_weights.iter().zip(column).map(|(weight, log)| weight + log).collect())
        - log_sum_exp(log_weights);
    let all = sum(column.iter().enumerate().map(|(draw, log)| weight(draw) + log).collect());
    LooDatum { label, elpd, p_loo: all - elpd, pareto_k: Some(pareto_k) }
}
