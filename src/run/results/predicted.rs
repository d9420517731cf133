//! What the posterior predicts for each feature and each trace, beside what was recorded.

use ndarray::ArrayView3;
use serde_json::{Value, json};

use super::chosen_sets;
use crate::diagnostics::PredictiveCheck;
use crate::draws::Draws;
use crate::features::{Analyser, Response};
use crate::numeric::{Natural, Rows, Streams, Summaries};
use crate::problem::{ExperimentSweep, Problem};

/// Parameter sets whose features are predicted.
const PREDICTED_SETS: usize = 400;

/// Parameter sets whose traces are kept: as many as this number of samples has room for, within limits.
const KEPT_SAMPLES: usize = 2_000_000;
const KEPT_TRACES: (usize, usize) = (20, 100);

/// Features and traces of some parameter sets of the posterior, as they are simulated and as they might be observed.
pub(super) struct Predicted {
    pub(super) sets: Rows<Natural>,
    /// The chains that the sets come from, one after the other.
    pub(super) chains: usize,
    pub(super) streams: Streams,
    pub(super) simulated: Summaries,
    /// One row for each set.
    pub(super) observable: Vec<Vec<Option<f64>>>,
    /// One for each feature.
    pub(super) features: Vec<FeatureCheck>,
    /// The sets whose traces are kept.
    pub(super) few: Rows<Natural>,
    /// One for each sweep.
    pub(super) traces: Vec<SweepTraces>,
}

/// One feature on one sweep.
pub(super) struct FeatureCheck {
    /// The measure and the sweep, for people.
    pub(super) label: String,
    /// The measure, such as `peak_voltage[0]`.
    pub(super) measure: String,
    pub(super) unit: &'static str,
    pub(super) check: PredictiveCheck,
}

/// The voltages of one sweep, without noise of the recording.
pub(super) struct SweepTraces {
    /// One for each of the sets; `None` if the simulation failed.
    pub(super) voltage_mv: Vec<Option<Vec<f64>>>,
    /// Peaks of the spikes of each; none if the simulation failed.
    pub(super) spikes_ms: Vec<Vec<f64>>,
    /// Those of the recording, if there is a trace.
    pub(super) recorded_spikes_ms: Option<Vec<f64>>,
}

impl Predicted {
    /// `natural`: the draws, shape `[chain, draw, parameter]`.
    pub(super) fn new(problem: &Problem, draws: &Draws, natural: ArrayView3<'_, f64>, seed: u64) -> Self {
        let (sets, chains) = chosen_sets(draws, natural, PREDICTED_SETS);
        let streams = Streams::new(seed).stage("posterior predictive");
        let simulated = problem.features(&sets, streams, 0);
        let replicate =
            |row: usize| problem.replicate(simulated.row(row), sets.row(row), streams, 0, row as u64);
        let observable: Vec<Vec<Option<f64>>> = (0..sets.len()).map(replicate).collect();
        let features = feature_checks(problem, &observable);
        let few = few_of(&sets, problem);
        let traces = sweep_traces(problem, &few, streams);
        Self { sets, chains, streams, simulated, observable, features, few, traces }
    }

    /// A line for each feature.
    pub(super) fn json(&self) -> Value {
        let of = |own: &FeatureCheck| {
            let check = &own.check;
            let of_range =
                |value: fn(&crate::diagnostics::PredictedRange) -> f64| check.predicted.as_ref().map(value);
            json!({
                "feature": own.label,
                "unit": own.unit,
                "observed": check.observed,
                "median": of_range(|range| range.median),
                "lower": of_range(|range| range.lower),
                "upper": of_range(|range| range.upper),
                "inner_lower": of_range(|range| range.inner_lower),
                "inner_upper": of_range(|range| range.inner_upper),
                "missing": check.missing,
                "share_above": check.share_above,
                "p_value": check.p_value(),
                "outside": check.is_outside(),
            })
        };
        self.features.iter().map(of).collect()
    }
}

fn feature_checks(problem: &Problem, observable: &[Vec<Option<f64>>]) -> Vec<FeatureCheck> {
    let data = &problem.data;
    let mut checks = Vec::new();
    for own in &data.sweeps {
        for (column, measure) in (own.first..).zip(&own.measures) {
            let replicated: Vec<Option<f64>> = observable.iter().map(|row| row[column]).collect();
            checks.push(FeatureCheck {
                label: data.data[column].label.clone(),
                measure: measure.name().to_owned(),
                unit: measure.unit().symbol(),
                check: PredictiveCheck::new(data.data[column].observed, &replicated),
            });
        }
    }
    checks
}

/// Evenly chosen sets.
fn few_of(sets: &Rows<Natural>, problem: &Problem) -> Rows<Natural> {
    let samples: usize = problem.experiment.sweeps.iter().map(|sweep| sweep.samples).sum();
    let kept = (KEPT_SAMPLES / samples.max(1)).clamp(KEPT_TRACES.0, KEPT_TRACES.1).min(sets.len());
    let mut few = Rows::from_values(Vec::new(), sets.columns());
    for index in 0..kept {
        few.push(sets.row((2 * index + 1) * sets.len() / (2 * kept)));
    }
    few
}

fn sweep_traces(problem: &Problem, few: &Rows<Natural>, streams: Streams) -> Vec<SweepTraces> {
    let protocol = problem.simulation.protocol;
    let mut analyser = Analyser::with_settings(protocol.mode, protocol.settings);
    let mut spikes = |sweep: &ExperimentSweep, voltage_mv: &[f64]| -> Vec<f64> {
        let response = Response {
            interval_ms: sweep.interval_ms,
            voltage_mv,
            stimulus_ms: sweep.window_ms,
            stimulus_current_na: None,
        };
        analyser.analyse(&response).spike_times_ms().collect()
    };
    let sweeps = &problem.experiment.sweeps;
    let mut all = Vec::new();
    for (index, sweep) in sweeps.iter().enumerate() {
        let traces = problem.simulation.traces(sweeps, index, few, streams);
        let voltage_mv: Vec<Option<Vec<f64>>> = traces.into_iter().map(Result::ok).collect();
        let spikes_ms = voltage_mv
            .iter()
            .map(|trace| trace.as_ref().map_or_else(Vec::new, |trace| spikes(sweep, trace)))
            .collect();
        let recorded_spikes_ms = sweep.voltage_mv.as_ref().map(|trace| spikes(sweep, trace));
        all.push(SweepTraces { voltage_mv, spikes_ms, recorded_spikes_ms });
    }
    all
}
