//! What the posterior predicts for each feature, beside what was recorded.

use ndarray::ArrayView3;
use serde_json::{Value, json};

use super::{PREDICTED_SETS, chosen_sets};
use crate::draws::Draws;
use crate::numeric::{Natural, Rows, Streams, Summaries};
use crate::posterior::wrapped_after;
use crate::problem::Problem;

/// Features of some parameter sets of the posterior, as they are simulated and as they might be observed.
pub(super) struct Predicted {
    pub(super) sets: Rows<Natural>,
    /// The chains that the sets come from, one after the other.
    pub(super) chains: usize,
    pub(super) streams: Streams,
    pub(super) simulated: Summaries,
    /// One row for each set.
    pub(super) observable: Vec<Vec<Option<f64>>>,
    ranges: Vec<Range>,
}

/// One feature.
struct Range {
    label: String,
    unit: &'static str,
    observed: Option<f64>,
    /// Median, and the ends of [`COVERED`]; `None` if no prediction has a value.
    predicted: Option<[f64; 3]>,
    /// Share of the predictions that have no value.
    missing: f64,
}

/// The share of the predictions between the ends.
const COVERED: f64 = 0.95;
/// Features that are named in the terminal.
const NAMED: usize = 6;

impl Predicted {
    /// `natural`: the draws, shape `[chain, draw, parameter]`.
    pub(super) fn new(problem: &Problem, draws: &Draws, natural: ArrayView3<'_, f64>, seed: u64) -> Self {
        let (sets, chains) = chosen_sets(draws, natural, PREDICTED_SETS);
        let streams = Streams::new(seed).stage("posterior predictive");
        let simulated = problem.features(&sets, streams, 0);
        let replicate =
            |row: usize| problem.replicate(simulated.row(row), sets.row(row), streams, 0, row as u64);
        let observable: Vec<Vec<Option<f64>>> = (0..sets.len()).map(replicate).collect();
        let units = problem.data.measures.iter().map(|measure| measure.unit().symbol());
        let range = |(column, (datum, unit)): (usize, (&crate::likelihood::Datum, &'static str))| {
            let mut values: Vec<f64> = observable.iter().filter_map(|row| row[column]).collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
            let ends = (0.5 - 0.5 * COVERED, 0.5 + 0.5 * COVERED);
            Range {
                label: datum.label.clone(),
                unit,
                observed: datum.observed,
                predicted: (!values.is_empty()).then(|| [at(0.5), at(ends.0), at(ends.1)]),
                missing: 1.0 - values.len() as f64 / observable.len() as f64,
            }
        };
        let ranges = problem.data.data.iter().zip(units).enumerate().map(range).collect();
        Self { sets, chains, streams, simulated, observable, ranges }
    }

    /// A line for each feature.
    pub(super) fn json(&self) -> Value {
        let of = |own: &Range| {
            let [median, lower, upper] = own.predicted.map_or([None; 3], |values| values.map(Some));
            json!({
                "feature": own.label,
                "unit": own.unit,
                "observed": own.observed,
                "median": median,
                "lower": lower,
                "upper": upper,
                "missing": own.missing,
                "outside": own.is_outside(),
            })
        };
        self.ranges.iter().map(of).collect()
    }

    /// Names the features that the posterior does not predict; empty if there are none.
    pub(super) fn text(&self) -> String {
        let outside: Vec<&Range> = self.ranges.iter().filter(|own| own.is_outside()).collect();
        if outside.is_empty() {
            return String::new();
        }
        let count = self.ranges.len();
        let named: Vec<String> = outside.iter().take(NAMED).map(|own| own.words()).collect();
        let more = outside.len() - named.len();
        let more = if more > 0 { format!("; and {more} more in summary.json") } else { String::new() };
        let line = format!(
            "recorded outside of {:.0} % of the predictions of the posterior, {} of {count} features ({:.1} by chance): {}{more}",
            100.0 * COVERED,
            outside.len(),
            (1.0 - COVERED) * count as f64,
            named.join("; ")
        );
        format!("\n{}", wrapped_after("", &line))
    }
}

impl Range {
    /// Whether the recording is not what the posterior predicts.
    fn is_outside(&self) -> bool {
        match (self.observed, self.predicted) {
            (Some(observed), Some([_, lower, upper])) => !(lower..=upper).contains(&observed),
            (Some(_), None) => true,
            (None, _) => self.missing < 1.0 - COVERED,
        }
    }

    fn words(&self) -> String {
        let Self { label, .. } = self;
        match (self.observed, self.predicted) {
            (Some(observed), Some([_, lower, upper])) => {
                let decimals = (1.0 - (upper - lower).log10().floor()).clamp(0.0, 6.0) as usize;
                let unit = if self.unit.is_empty() || self.unit == "1" {
                    String::new()
                } else {
                    format!(" {}", self.unit)
                };
                format!(
                    "{label} is {observed:.decimals$}, predicted {lower:.decimals$} to {upper:.decimals$}{unit}"
                )
            }
            (Some(_), None) => format!("{label} has no value in any prediction"),
            (None, _) => format!("{label}, which the recording has not"),
        }
    }
}
