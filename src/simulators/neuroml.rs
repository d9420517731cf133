//! Channels and currents in NeuroML 2. Rates and steady states that are one standard form are named by it; other functions
//! of voltage become component types of their own.

use serde_json::{Value, json};

use super::expression::{Dialect, number, term};
use crate::model::StepCurrent;
use crate::model::kinetics::{Channel, Form, Gate, Kinetics, Term};

/// What a function of voltage gives: the component type that it extends, its quantity, unit and element of the gate.
#[derive(Clone, Copy)]
struct Quantity {
    base: &'static str,
    exposure: &'static str,
    dimension: &'static str,
    /// Of one, in LEMS.
    unit: &'static str,
    /// Of the standard forms.
    suffix: &'static str,
}

const RATE: Quantity = Quantity {
    base: "baseVoltageDepRate",
    exposure: "r",
    dimension: "per_time",
    unit: "1per_ms",
    suffix: "Rate",
};
const STEADY_STATE: Quantity = Quantity {
    base: "baseVoltageDepVariable",
    exposure: "x",
    dimension: "none",
    unit: "1",
    suffix: "Variable",
};
const TIME: Quantity =
    Quantity { base: "baseVoltageDepTime", exposure: "t", dimension: "time", unit: "1ms", suffix: "" };

/// The functions of a gate: element, quantity, terms.
fn functions(gate: &Gate) -> Vec<(&'static str, Quantity, &[Term])> {
    match &gate.kinetics {
        Kinetics::Rates { alpha, beta } => vec![("forwardRate", RATE, alpha), ("reverseRate", RATE, beta)],
        Kinetics::Relaxation { steady_state, time_constant } => {
            vec![("timeCourse", TIME, time_constant), ("steadyState", STEADY_STATE, steady_state)]
        }
        Kinetics::Instantaneous { steady_state } => vec![("steadyState", STEADY_STATE, steady_state)],
    }
}

/// The standard form of these terms, if it is one.
fn standard(quantity: Quantity, terms: &[Term]) -> Option<&'static str> {
    let [term] = terms else { return None };
    if quantity.suffix.is_empty() {
        return None;
    }
    match term.form {
        Form::Exponential => Some("HHExp"),
        Form::Sigmoid => Some("HHSigmoid"),
        Form::LinearExponential => Some("HHExpLinear"),
        Form::Constant | Form::Bell => None,
    }
}

fn type_name(channel: &Channel, gate: &Gate, element: &str) -> String {
    format!("{}_{}_{element}", channel.name, gate.name)
}

/// The channels with their gates.
pub(super) fn channels(channels: &[Channel]) -> Value {
    let function = |channel: &Channel, gate: &Gate, (element, quantity, terms): (&str, Quantity, &[Term])| {
        let standard = standard(quantity, terms).map(|form| format!("{form}{}", quantity.suffix));
        let unit = if quantity.dimension == "none" { "" } else { "per_ms" };
        let numbers = standard.is_some().then(|| {
            let (midpoint, scale) = terms[0].slopes[0];
            let size = format!("{}{unit}", number(terms[0].size));
            json!({"size": size, "midpoint": number(midpoint), "scale": number(scale)})
        });
        let kind = standard.unwrap_or_else(|| type_name(channel, gate, element));
        json!({"element": element, "kind": kind, "numbers": numbers})
    };
    let gate = |channel: &Channel, gate: &Gate| {
        let kind = match gate.kinetics {
            Kinetics::Rates { .. } => "gateHHrates",
            Kinetics::Relaxation { .. } => "gateHHtauInf",
            Kinetics::Instantaneous { .. } => "gateHHInstantaneous",
        };
        let functions = functions(gate).into_iter().map(|own| function(channel, gate, own));
        json!({"name": gate.name, "power": gate.power, "kind": kind, "functions": functions.collect::<Vec<_>>()})
    };
    let channel = |channel: &Channel| {
        let gates: Vec<Value> = channel.gates.iter().map(|own| gate(channel, own)).collect();
        let (conductance, reversal) = (number(channel.conductance), number(channel.reversal_mv));
        json!({"name": channel.name, "conductance": conductance, "reversal": reversal, "gates": gates})
    };
    channels.iter().map(channel).collect()
}

/// The component types that are not standard.
pub(super) fn types(channels: &[Channel]) -> Value {
    let mut types = Vec::new();
    for channel in channels {
        for gate in &channel.gates {
            for (element, quantity, terms) in functions(gate) {
                if standard(quantity, terms).is_some() {
                    continue;
                }
                let terms = terms.iter().map(|own| {
                    let midpoint = (own.form == Form::LinearExponential).then(|| number(own.slopes[0].0));
                    json!({"value": term(own, Dialect::Lems), "midpoint": midpoint, "size": number(own.size)})
                });
                types.push(json!({
                    "name": type_name(channel, gate, element),
                    "base": quantity.base,
                    "exposure": quantity.exposure,
                    "dimension": quantity.dimension,
                    "unit": quantity.unit,
                    "terms": terms.collect::<Vec<_>>(),
                }));
            }
        }
    }
    Value::Array(types)
}

/// A current that changes in jumps as a sum of pulses, in nA; the last ones do not end.
pub(super) fn pulses(steps: &StepCurrent, area_um2: f64) -> Value {
    let levels = std::iter::once((0.0, steps.start_ua_cm2)).chain(steps.changes.iter().copied());
    let levels: Vec<(f64, f64)> = levels.collect();
    let ends = levels.iter().skip(1).map(|level| level.0).chain(std::iter::once(1e9));
    let pulses = levels.iter().zip(ends).filter(|((_, density), _)| *density != 0.0);
    pulses
        .map(|((from, density), to)| {
            let amplitude = number(density * area_um2 * NA_PER_UA_CM2_UM2);
            json!({"delay": number(*from), "duration": number(to - from), "amplitude": amplitude})
        })
        .collect()
}

/// 1 µA/cm² through 1 µm² is 1e-5 nA.
const NA_PER_UA_CM2_UM2: f64 = 1e-5;
