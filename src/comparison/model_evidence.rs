//! Two posteriors of the same data: Bayes factor and left-out data. Of other data neither can be compared, as the density
//! of one recording says nothing about that of another.

use ndarray::Array2;

use super::marginal::Estimate;
use crate::diagnostics::{Loo, ess_mean, loo, loo_weighted};
use crate::posterior::{Group, StoredPosterior, Values};

/// Two evidences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidenceComparison {
    /// Natural logarithm of the evidence of A and of B.
    pub log_evidence: [Estimate; 2],
    /// Natural logarithm of the Bayes factor of B over A.
    pub log_bayes_factor: Estimate,
}

/// How much better B predicts data that it has not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LooComparison {
    /// Expected log density of the left-out data in A and in B.
    pub elpd: [f64; 2],
    /// B − A; its error is the standard error over the data (Vehtari, Gelman and Gabry 2017,
    /// <https://doi.org/10.1007/s11222-016-9696-4>, section 5.2).
    pub difference: Estimate,
    /// Number of data.
    pub data: usize,
    /// Whether the tails of the weights allow it to be trusted, in both.
    pub is_trusted: bool,
}

/// Whether two results are of the same data: the group `observed_data` is equal. `None` if one of them has none.
pub fn has_same_data(a: &StoredPosterior, b: &StoredPosterior) -> Option<bool> {
    let same = |a: &Group, b: &Group| {
        let of = |group: &Group, name: &str| group.variables.iter().position(|own| own.name == name);
        a.variables.len() == b.variables.len()
            && a.variables
                .iter()
                .all(|own| of(b, &own.name).is_some_and(|at| is_equal(&own.values, &b.variables[at].values)))
            && labels(a) == labels(b)
    };
    let is_known = !a.observed.variables.is_empty() && !b.observed.variables.is_empty();
    is_known.then(|| same(&a.observed, &b.observed))
}

fn labels(group: &Group) -> Option<&Values> {
    group.coordinates.iter().find(|own| own.name == "feature").map(|own| &own.values)
}

/// Equal to the bit; a missing value is equal to a missing one.
fn is_equal(a: &Values, b: &Values) -> bool {
    match (a, b) {
        (Values::F64(a), Values::F64(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        }
        (Values::F32(a), Values::F32(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        }
        _ => a == b,
    }
}

/// The Bayes factor, if both have an evidence.
pub fn compare_evidence(a: &StoredPosterior, b: &StoredPosterior) -> Option<EvidenceComparison> {
    let (a, b) = (a.evidence?, b.evidence?);
    let estimate = |own: crate::draws::Evidence| Estimate { value: own.log, error: own.error };
    Some(EvidenceComparison {
        log_evidence: [estimate(a), estimate(b)],
        log_bayes_factor: Estimate::with_errors(b.log - a.log, a.error, b.error),
    })
}

/// Left-out data, if both have the log likelihood of the same data.
pub fn compare_loo(a: &StoredPosterior, b: &StoredPosterior) -> Option<LooComparison> {
    let (of_a, of_b) = (left_out(a)?, left_out(b)?);
    let names = |own: &Loo| own.data.iter().map(|datum| datum.label.clone()).collect::<Vec<_>>();
    if names(&of_a) != names(&of_b) {
        return None;
    }
    let differences: Vec<f64> = of_a.data.iter().zip(&of_b.data).map(|(a, b)| b.elpd - a.elpd).collect();
    let count = differences.len() as f64;
    let sum: f64 = differences.iter().sum();
    let squares: f64 = differences.iter().map(|own| (own - sum / count).powi(2)).sum();
    let error = if count > 1.0 { (count * squares / (count - 1.0)).sqrt() } else { 0.0 };
    Some(LooComparison {
        elpd: [of_a.elpd, of_b.elpd],
        difference: Estimate { value: sum, error },
        data: differences.len(),
        is_trusted: of_a.doubtful().is_empty() && of_b.doubtful().is_empty(),
    })
}

fn left_out(stored: &StoredPosterior) -> Option<Loo> {
    let table = stored.data_log_likelihood.as_ref()?;
    let draws = table.columns.first()?.len();
    if let Some(weights) = &stored.weights {
        let chosen: Vec<f64> = table.draws.iter().map(|&draw| *weights.get(draw).unwrap_or(&0.0)).collect();
        return (chosen.len() == draws).then(|| loo_weighted(&table.labels, &table.columns, &chosen));
    }
    // The log likelihoods remember what the parameters remember.
    let each = draws / table.chains;
    let efficiency = |column: &Vec<f64>| {
        let shaped = Array2::from_shape_fn((table.chains, each), |(chain, draw)| column[chain * each + draw]);
        ess_mean(shaped.view()) / draws as f64
    };
    let mean = || table.columns.iter().map(efficiency).sum::<f64>() / table.columns.len() as f64;
    // As the run itself has taken it, so that both tell the same.
    let known = stored.summary.as_ref().and_then(|summary| summary["loo"]["relative_efficiency"].as_f64());
    let relative_efficiency = known.unwrap_or_else(|| if table.chains == 1 { 1.0 } else { mean() });
    Some(loo(&table.labels, &table.columns, relative_efficiency))
}
