//! How near simulated traces come to the recorded one.

use serde_json::{Value, json};

use super::super::predicted::{Predicted, SweepTraces};
use crate::diagnostics::{COVERED, PredictiveCheck, coincidence_factor, quantile};
use crate::problem::{ExperimentSweep, Problem};

/// Spikes at most this far apart coincide (Jolivet et al. 2008, <https://doi.org/10.1016/j.jneumeth.2007.11.006>).
const WINDOW_MS: f64 = 2.0;

/// One sweep of which a trace was recorded.
pub(super) struct TraceCheck {
    sweep: String,
    /// Of the number of spikes, in simulations without noise of the recording.
    spikes: PredictiveCheck,
    /// Median over the simulations of the root mean square difference.
    difference_mv: f64,
    /// Share of the samples between the ends of [`COVERED`] of the simulations.
    inside: f64,
    /// Median over the simulations of the coincidence factor; `None` if there are no spikes.
    coincidence: Option<f64>,
}

impl TraceCheck {
    fn new(sweep: &ExperimentSweep, own: &SweepTraces) -> Option<Self> {
        let recorded = sweep.voltage_mv.as_ref()?;
        let recorded_spikes = own.recorded_spikes_ms.as_ref()?;
        let traces: Vec<&Vec<f64>> = own.voltage_mv.iter().flatten().collect();
        if traces.is_empty() {
            return None;
        }
        let difference = |trace: &&Vec<f64>| {
            let squares =
                trace.iter().zip(recorded).map(|(simulated, recorded)| (simulated - recorded).powi(2));
            (squares.sum::<f64>() / recorded.len() as f64).sqrt()
        };
        let differences: Vec<f64> = traces.iter().map(difference).collect();
        let duration_ms = sweep.interval_ms * sweep.samples as f64;
        let simulated = || own.spikes_ms.iter().zip(&own.voltage_mv).filter(|(_, trace)| trace.is_some());
        let coincidences: Vec<f64> = simulated()
            .filter_map(|(spikes, _)| coincidence_factor(recorded_spikes, spikes, WINDOW_MS, duration_ms))
            .collect();
        let counts: Vec<Option<f64>> = simulated().map(|(spikes, _)| Some(spikes.len() as f64)).collect();
        Some(Self {
            sweep: sweep.title(),
            spikes: PredictiveCheck::new(Some(recorded_spikes.len() as f64), &counts),
            difference_mv: quantile(&differences, 0.5),
            inside: share_inside(recorded, &traces),
            coincidence: (!coincidences.is_empty()).then(|| quantile(&coincidences, 0.5)),
        })
    }

    pub(super) fn json(&self) -> Value {
        let range = self.spikes.predicted;
        json!({
            "sweep": self.sweep,
            "spikes": {
                "observed": self.spikes.observed,
                "median": range.map(|range| range.median),
                "lower": range.map(|range| range.lower),
                "upper": range.map(|range| range.upper),
                "outside": self.spikes.is_outside(),
            },
            "rms_difference_mv": self.difference_mv,
            "samples_inside": self.inside,
            "coincidence": self.coincidence,
            "coincidence_window_ms": WINDOW_MS,
        })
    }
}

/// Of each sweep with a trace.
pub(super) fn trace_checks(problem: &Problem, predicted: &Predicted) -> Vec<TraceCheck> {
    let sweeps = problem.experiment.sweeps.iter().zip(&predicted.traces);
    sweeps.filter_map(|(sweep, own)| TraceCheck::new(sweep, own)).collect()
}

/// The share of the recorded samples between the ends of the simulated ones.
fn share_inside(recorded: &[f64], traces: &[&Vec<f64>]) -> f64 {
    let mut column = Vec::with_capacity(traces.len());
    let mut is_inside = |(sample, value): (usize, &f64)| {
        column.clear();
        column.extend(traces.iter().map(|trace| trace[sample]));
        // As many are left out at each end as the share allows; with few simulations none.
        let left_out = (0.5 * (1.0 - COVERED) * column.len() as f64) as usize;
        let last = column.len() - 1 - left_out;
        let (_, lower, _) = column.select_nth_unstable_by(left_out, f64::total_cmp);
        let lower = *lower;
        let (_, upper, _) = column.select_nth_unstable_by(last, f64::total_cmp);
        (lower..=*upper).contains(value)
    };
    let inside = recorded.iter().enumerate().filter(|own| is_inside(*own)).count();
    inside as f64 / recorded.len().max(1) as f64
}
