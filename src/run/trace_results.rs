//! What the results tell about the terms of a likelihood, and what they hold of recorded and predicted traces.

use serde_json::{Map, Value, json};

use crate::numeric::{Natural, Rows, Streams};
use crate::posterior::{Attribute, Group, Values, Variable};
use crate::problem::{Problem, Recorded};
use crate::units::Unit;

/// The terms of the likelihood with the count of their data and their weights.
pub(super) fn likelihood_json(problem: &Problem) -> Value {
    let of = |term: crate::problem::Term| {
        let mut value = json!({"data": term.data, "weight": term.weight});
        if let Some(noise) = term.noise {
            value["noise"] = json!(noise);
        }
        if let Some(stretches) = term.stretches {
            value["stretches"] = json!(stretches);
        }
        (term.name.to_owned(), value)
    };
    problem.terms().into_iter().map(of).collect::<Map<_, _>>().into()
}

/// The terms for the terminal; empty if only features count, with their own weight.
pub(super) fn likelihood_text(problem: &Problem) -> String {
    let terms = problem.terms();
    let is_plain =
        terms.iter().all(|term| term.name == "features" && (term.weight - 1.0).abs() < f64::EPSILON);
    if is_plain {
        return String::new();
    }
    let words: Vec<String> = terms.iter().map(ToString::to_string).collect();
    format!("\nlikelihood: {}\n", words.join("; "))
}

/// Adds the samples and spikes that were compared to the observed data.
pub(super) fn add_observed(problem: &Problem, group: &mut Group) {
    add(problem, std::slice::from_ref(&problem.recorded), None, group);
}

/// Adds what might be recorded of some parameter sets, with noise and jitter, to the posterior predictive; a set that
/// cannot be simulated is NaN.
pub(super) fn add_predicted(problem: &Problem, sets: &Rows<Natural>, streams: Streams, group: &mut Group) {
    if problem.traces.is_empty() {
        return;
    }
    let predict = |row: usize| {
        let simulated = problem.simulated(sets, row, streams).unwrap_or_default();
        problem.noisy(&simulated, sets.row(row), streams, 0, row as u64)
    };
    let predicted: Vec<Recorded> = (0..sets.len()).map(predict).collect();
    add(problem, &predicted, Some("trace"), group);
}

/// Adds samples and spikes of all sweeps, on the axis `axis` if there are several.
fn add(problem: &Problem, recorded: &[Recorded], axis: Option<&str>, group: &mut Group) {
    for (index, sweep) in problem.experiment.sweeps.iter().enumerate() {
        if let Some(term) = &problem.traces.voltage {
            let name = format!("kept_time_{}", sweep.name);
            let times = term.kept[index].samples().map(|sample| sample as f64 * sweep.interval_ms).collect();
            let count = term.kept[index].len();
            let values = padded(recorded.iter().map(|own| &own.voltage_mv[index]), count);
            let values = values.into_iter().map(|value| value as f32).collect();
            let axes: Vec<&str> = axis.into_iter().chain([&*name]).collect();
            let samples = Variable::new(format!("kept_voltage_{}", sweep.name), &axes, Values::F32(values));
            group.variables.push(samples.with("units", units(Unit::Millivolt)));
            let times = Variable::coordinate(&name, Values::F64(times));
            group.coordinates.push(times.with("units", units(Unit::Millisecond)));
        }
        if problem.traces.spike_times.is_some() {
            let name = format!("spike_{}", sweep.name);
            let times = recorded.iter().map(|own| &own.spike_times_ms[index]);
            let count = times.clone().map(Vec::len).max().unwrap_or(0);
            let axes: Vec<&str> = axis.into_iter().chain([&*name]).collect();
            let values = Values::F64(padded(times, count));
            let times = Variable::new(format!("spike_times_{}", sweep.name), &axes, values);
            group.variables.push(times.with("units", units(Unit::Millisecond)));
            group.coordinates.push(Variable::counted(&name, count));
        }
    }
}

/// The unit of a variable as its attribute.
pub(super) fn units(unit: Unit) -> Attribute {
    Attribute::Text(unit.symbol().to_owned())
}

/// Rows of `count` values, the missing ones NaN.
fn padded<'a>(rows: impl Iterator<Item = &'a Vec<f64>>, count: usize) -> Vec<f64> {
    rows.flat_map(|row| row.iter().copied().chain(std::iter::repeat(f64::NAN)).take(count)).collect()
}
