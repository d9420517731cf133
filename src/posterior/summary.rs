//! The numbers of a run as JSON, for other programs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{StoreError, write_atomically};
use crate::diagnostics::{INTERVAL, ParameterSummary, Verdict};

/// What `summary.json` tells about a run.
#[derive(Clone, Debug)]
pub struct RunSummary<'a> {
    /// One per parameter, in the order of the settings.
    pub parameters: &'a [ParameterSummary],
    /// Name of the sampler.
    pub sampler: &'a str,
    /// Simulations of the model, warm-up included.
    pub simulations: u64,
    /// Simulations without a result, by reason.
    pub failed_simulations: &'a BTreeMap<&'a str, u64>,
    /// Duration of the sampling in seconds.
    pub seconds: f64,
    /// Whether the result can be used.
    pub verdict: &'a Verdict,
}

/// The content of `summary.json`. A number that is not finite is `null`.
pub fn summary_json(run: &RunSummary<'_>) -> Value {
    let parameters: Map<String, Value> =
        run.parameters.iter().map(|summary| (summary.name.clone(), parameter_json(summary))).collect();
    json!({
        "parameters": parameters,
        "interval": INTERVAL,
        "sampler": run.sampler,
        "simulations": run.simulations,
        "failed_simulations": run.failed_simulations,
        "seconds": run.seconds,
        "simulations_per_second": run.simulations as f64 / run.seconds,
        "verdict": run.verdict.to_string(),
        "reasons": words(run.verdict.reasons()),
        "findings": words(run.verdict.findings()),
        "time_step_warning": run.verdict.warning().map(ToString::to_string),
    })
}

fn words(of: &[impl Display]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

fn parameter_json(summary: &ParameterSummary) -> Value {
    let ess_quantile = |place: usize| summary.ess_quantiles.map(|ess| ess[place]);
    let numbers = [
        ("mean", Some(summary.mean)),
        ("sd", Some(summary.sd)),
        ("hdi_lower", Some(summary.hdi_lower)),
        ("hdi_upper", Some(summary.hdi_upper)),
        ("lower", Some(summary.lower)),
        ("median", Some(summary.median)),
        ("upper", Some(summary.upper)),
        ("ess_bulk", summary.ess_bulk),
        ("ess_tail", summary.ess_tail),
        ("ess", summary.ess),
        ("ess_lower", ess_quantile(0)),
        ("ess_median", ess_quantile(1)),
        ("ess_upper", ess_quantile(2)),
        ("mcse_mean", Some(summary.mcse_mean)),
        ("mcse_sd", Some(summary.mcse_sd)),
        ("mcse_lower", Some(summary.mcse_quantiles[0])),
        ("mcse_median", Some(summary.mcse_quantiles[1])),
        ("mcse_upper", Some(summary.mcse_quantiles[2])),
        ("r_hat", summary.r_hat),
    ];
    // What the kind of draws does not have is left out; what could not be computed is null.
    let known = numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), json!(number?))));
    known.chain([("unit".to_owned(), json!(summary.unit.symbol()))]).collect::<Map<_, _>>().into()
}

/// Writes JSON with indentation and a final line break.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_json(path: &Path, value: &Value) -> Result<(), StoreError> {
    write_atomically(path, |writer| {
        serde_json::to_writer_pretty(&mut *writer, value)?;
        writer.write_all(b"\n")
    })
}
