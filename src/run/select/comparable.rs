//! Models can be compared on the same numbers only: what is observed of both, and in which units of distance.

use crate::problem::{Problem, Simulator};
use crate::run::check::Plan;

const SAME_FEATURES: &str = "write the same [likelihood.features] in all files";
const SAME_RECORDING: &str = "write the same [recording] and [features] in all files; a simulated recording is another one for \
     each model, save it once with `hhbayes simulate --output`";

/// What is different, in words, and what to do; `None` if the models can be compared.
pub(super) fn difference(first: &Plan, other: &Plan) -> Option<(String, &'static str)> {
    let files = format!("{} and {}", first.path.display(), other.path.display());
    let (a, b) = (&*first.problem, &*other.problem);
    let (labels, of_other) = (labels(a), labels(b));
    if labels != of_other {
        let lacking = |plan: &Plan, own: &[String], others: &[String]| {
            let label = own.iter().find(|label| !others.contains(label))?;
            Some(format!("only {} has {label}", plan.path.display()))
        };
        let only = lacking(first, &labels, &of_other).or_else(|| lacking(other, &of_other, &labels));
        let only = only.unwrap_or_else(|| "they stand in another order".to_owned());
        return Some((format!("{files} compare different features: {only}"), SAME_FEATURES));
    }
    if let Some(place) = a.observed().iter().zip(b.observed()).position(|(a, b)| bits(*a) != bits(*b)) {
        let number = |problem: &Problem| {
            problem.observed()[place].map_or_else(|| "missing".to_owned(), |value| format!("{value:.4}"))
        };
        let values = format!("{} is {} and {}", labels[place], number(a), number(b));
        return Some((format!("{files} have different data: {values}"), SAME_RECORDING));
    }
    if traces(a).ne(traces(b)) {
        return Some((format!("{files} have different recordings"), SAME_RECORDING));
    }
    let features = 0..a.scales().len();
    if let Some(place) = features.into_iter().find(|&own| a.missing_penalty(own) != b.missing_penalty(own)) {
        let message = format!("{files} have different penalties where {} is missing", labels[place]);
        return Some((message, SAME_FEATURES));
    }
    let place = a.scales().iter().zip(b.scales()).position(|(a, b)| a.to_bits() != b.to_bits())?;
    let sds = format!("that of {} is {:.4} and {:.4}", labels[place], a.scales()[place], b.scales()[place]);
    Some((format!("{files} have different standard deviations: {sds}"), SAME_FEATURES))
}

fn bits(value: Option<f64>) -> Option<u64> {
    value.map(f64::to_bits)
}

fn labels(problem: &Problem) -> Vec<String> {
    problem.data.data.iter().map(|datum| datum.label.clone()).collect()
}

fn traces(problem: &Problem) -> impl Iterator<Item = Option<&[f64]>> {
    problem.experiment.sweeps.iter().map(|sweep| sweep.voltage_mv.as_deref())
}
