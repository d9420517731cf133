//! The posterior predictive checks in numbers and in plain words: which features the posterior reproduces, what it gets
//! wrong, and by how much. `docs/report.md` says how they are read.

mod trace;
mod words;

use serde_json::{Value, json};

use self::trace::{TraceCheck, trace_checks};
use self::words::{Kind, amount, joined, kind_of};
use super::predicted::{FeatureCheck, Predicted};
use crate::diagnostics::{COVERED, INNER, chance_of_outside};
use crate::posterior::wrapped_after;
use crate::problem::Problem;

/// What is less likely than this by chance is not reproduced.
const BY_CHANCE: f64 = 0.05;

/// What is wrong that is named in the terminal.
const NAMED: usize = 6;

/// All checks of some sweeps.
pub(super) struct Checks {
    /// In the order in which the features are first met.
    kinds: Vec<KindCheck>,
    traces: Vec<TraceCheck>,
    count: usize,
    outside: usize,
    in_inner: usize,
    /// Values that could be in the middle half.
    with_inner: usize,
}

/// A kind of feature, such as the AP peak of every spike that is compared in every sweep.
struct KindCheck {
    kind: Kind,
    unit: &'static str,
    count: usize,
    outside: usize,
    /// Mean over those outside of the middle prediction less the recording, and of the recording.
    bias: Option<(f64, f64)>,
}

impl KindCheck {
    fn new(kind: Kind, own: &[&FeatureCheck]) -> Self {
        let outside = || own.iter().filter(|feature| feature.check.is_outside());
        let pairs: Vec<(f64, f64)> =
            outside().filter_map(|feature| Some((feature.check.bias()?, feature.check.observed?))).collect();
        let mean = |value: fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / pairs.len() as f64;
        Self {
            kind,
            unit: own.first().map_or("", |feature| feature.unit),
            count: own.len(),
            outside: outside().count(),
            bias: (!pairs.is_empty()).then(|| (mean(|pair| pair.0), mean(|pair| pair.1))),
        }
    }

    fn is_reproduced(&self) -> bool {
        self.outside == 0 || chance_of_outside(self.outside, self.count) > BY_CHANCE + 1e-9
    }

    /// `AP peak`, or `AP peak (8 of 9 values)` if one of them may be outside by chance.
    fn fine_words(&self) -> String {
        let Self { kind, count, outside, .. } = self;
        if *outside == 0 {
            kind.noun.clone()
        } else {
            format!("{} ({} of {count} values)", kind.noun, count - outside)
        }
    }

    /// What is wrong: `AP width 0.30 ms too wide (recorded 0.80 ms; 2 of 3 values)`.
    fn words(&self) -> String {
        let Self { kind, unit, count, outside, .. } = self;
        let share = if *count > 1 { format!("; {outside} of {count} values") } else { String::new() };
        match self.bias {
            Some((bias, recorded)) => {
                let direction = if bias > 0.0 { kind.above } else { kind.below };
                let (by, recorded) = (amount(bias.abs(), unit), amount(recorded, unit));
                format!("{} {by} {direction} (recorded {recorded}{share})", kind.noun)
            }
            None => format!("{} is there in only one of recording and predictions{share}", kind.noun),
        }
    }
}

impl Checks {
    pub(super) fn new(problem: &Problem, predicted: &Predicted) -> Self {
        let mut kinds: Vec<(Kind, Vec<&FeatureCheck>)> = Vec::new();
        for feature in &predicted.features {
            let kind = kind_of(&feature.measure, feature.unit);
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, features)) => features.push(feature),
                None => kinds.push((kind, vec![feature])),
            }
        }
        let inner = || predicted.features.iter().filter_map(|feature| feature.check.is_in_inner());
        Self {
            kinds: kinds.into_iter().map(|(kind, own)| KindCheck::new(kind, &own)).collect(),
            traces: trace_checks(problem, predicted),
            count: predicted.features.len(),
            outside: predicted.features.iter().filter(|feature| feature.check.is_outside()).count(),
            in_inner: inner().filter(|is_inside| *is_inside).count(),
            with_inner: inner().count(),
        }
    }

    /// One sentence: `reproduces spike count and AP peak; AP width 0.30 ms too wide (recorded 0.80 ms)`.
    pub(super) fn verdict(&self) -> String {
        if self.kinds.is_empty() {
            return "no feature is compared".to_owned();
        }
        let (fine, wrong): (Vec<_>, Vec<_>) = self.kinds.iter().partition(|own| own.is_reproduced());
        let fine: Vec<String> = fine.iter().map(|own| own.fine_words()).collect();
        let mut parts = vec![match fine.len() {
            0 => "reproduces no feature".to_owned(),
            _ => format!("reproduces {}", joined(&fine)),
        }];
        parts.extend(wrong.iter().take(NAMED).map(|own| own.words()));
        if wrong.len() > NAMED {
            parts.push(format!("and {} more in summary.json", wrong.len() - NAMED));
        }
        parts.join("; ")
    }

    /// How many recorded values are within the predictions, beside what chance gives.
    fn coverage_words(&self) -> String {
        let Self { count, outside, in_inner, with_inner, .. } = self;
        format!(
            "{} of {count} recorded values are within {:.0} % of the predictions ({:.1} expected), {in_inner} within {:.0} % ({:.1})",
            count - outside,
            100.0 * COVERED,
            COVERED * *count as f64,
            100.0 * INNER,
            INNER * *with_inner as f64,
        )
    }

    /// For the terminal, after what the sweeps are.
    pub(super) fn text(&self, of: &str) -> String {
        if self.kinds.is_empty() {
            return String::new();
        }
        let verdict = wrapped_after("", &format!("{of}: {}", self.verdict()));
        format!("\n{verdict}{}", wrapped_after("", &self.coverage_words()))
    }

    pub(super) fn json(&self) -> Value {
        let kind = |own: &KindCheck| {
            json!({
                "feature": own.kind.noun,
                "unit": own.unit,
                "values": own.count,
                "outside": own.outside,
                "reproduced": own.is_reproduced(),
                "bias": own.bias.map(|(bias, _)| bias),
            })
        };
        let wrong = self.kinds.iter().filter(|own| !own.is_reproduced());
        json!({
            "verdict": self.verdict(),
            "wrong": wrong.map(KindCheck::words).collect::<Vec<_>>(),
            "coverage": {
                "values": self.count,
                "inside": self.count - self.outside,
                "expected": COVERED * self.count as f64,
                "inside_half": self.in_inner,
                "expected_half": INNER * self.with_inner as f64,
                "words": self.coverage_words(),
            },
            "features": self.kinds.iter().map(kind).collect::<Vec<_>>(),
            "traces": self.traces.iter().map(TraceCheck::json).collect::<Vec<_>>(),
        })
    }
}
