//! A population as JSON; `docs/pool.md` describes it.

use serde_json::{Map, Value, json};

use super::Population;
use crate::diagnostics::{INTERVAL, quantile};
use crate::numeric::largest_pareto_k;
use crate::population::{Cell, Family, Kind, Quantity};

/// The content of `pool.json`.
pub(super) fn json(own: &Population) -> Value {
    let (r_hat, ess) = own.pooled.worst();
    let parameters: Map<String, Value> = own
        .parameters
        .iter()
        .enumerate()
        .map(|(place, parameter)| (parameter.name.clone(), parameter_json(own, place)))
        .collect();
    json!({
        "interval": INTERVAL,
        "converged": own.pooled.is_converged(),
        "reasons": own.reasons(),
        "cautions": own.cautions(),
        "r_hat": r_hat,
        "ess": ess,
        "chains": own.pooled.chains,
        "draws": own.pooled.draws,
        "steps_per_draw": own.pooled.thinning,
        "groups": own.groups,
        "paired": own.design.is_paired(),
        "not_shared": own.left_out,
        "parameters": parameters,
        "correlations": correlations(own),
        "cells": (0..own.cells.len()).map(|place| cell_json(own, place)).collect::<Vec<_>>(),
    })
}

/// The largest Pareto k of a cell at which its prior can be divided out.
pub(super) fn largest_k(cell: &Cell) -> f64 {
    largest_pareto_k(cell.kernels())
}

/// The name of a group; of the only one `all`.
pub(super) fn group_name(own: &Population, group: usize) -> &str {
    own.groups.get(group).map_or("all", |name| name)
}

/// Interval, direction and diagnostics of a number, in another unit.
fn quantity_json(own: &Quantity, to_unit: impl Fn(f64) -> f64) -> Value {
    let [lower, median, upper] = own.interval().map(to_unit);
    json!({ "lower": lower, "median": median, "upper": upper, "r_hat": own.r_hat, "ess": own.ess })
}

/// From the sd of logarithms to the coefficient of variation of a log-normal distribution.
pub(super) fn variation(family: Family, sd: f64) -> f64 {
    match family {
        Family::Normal => sd,
        Family::LogNormal => (sd * sd).exp_m1().sqrt(),
    }
}

fn parameter_json(own: &Population, parameter: usize) -> Value {
    let of = &own.parameters[parameter];
    let family = of.family;
    let mut means = Map::new();
    let mut effects = Map::new();
    for group in 0..own.design.groups {
        let name = group_name(own, group).to_owned();
        if let Some(found) = own.pooled.quantity(Kind::Mean { group, parameter }) {
            means.insert(name.clone(), quantity_json(found, |value| family.from_scale(value)));
        }
        if let Some(found) = own.pooled.quantity(Kind::Effect { group, parameter }) {
            let mut effect = quantity_json(found, |value| family.from_scale(value));
            effect["kind"] = if family == Family::LogNormal { "ratio" } else { "difference" }.into();
            effect["p_greater"] = found.positive().into();
            effects.insert(name, effect);
        }
    }
    let spread = |kind: Kind| {
        let found = own.pooled.quantity(kind)?;
        let mut spread = quantity_json(found, |value| variation(family, value));
        spread["kind"] = if family == Family::LogNormal { "coefficient_of_variation" } else { "sd" }.into();
        Some(spread)
    };
    json!({
        "unit": of.unit,
        "family": family.name(),
        "mean": means,
        "effect": effects,
        "spread": spread(Kind::Sd { parameter }),
        "spread_within": spread(Kind::SdWithin { parameter }),
    })
}

fn correlations(own: &Population) -> Vec<Value> {
    let of = |found: &Quantity| {
        let Kind::Correlation { first, second } = found.kind else { return None };
        let mut value = quantity_json(found, |value| value);
        value["first"] = own.parameters[first].name.clone().into();
        value["second"] = own.parameters[second].name.clone().into();
        value["p_positive"] = found.positive().into();
        Some(value)
    };
    own.pooled.quantities.iter().filter_map(of).collect()
}

fn cell_json(own: &Population, place: usize) -> Value {
    let (result, cell) = (&own.results[place], &own.cells[place]);
    let parameter = |(number, parameter): (usize, &super::PooledParameter)| {
        let at = |probability| {
            parameter.family.from_scale(quantile(&own.pooled.cells[place][number], probability))
        };
        let found = json!({ "lower": at(0.025), "median": at(0.5), "upper": at(0.975) });
        (parameter.name.clone(), found)
    };
    let parameters: Map<String, Value> = own.parameters.iter().enumerate().map(parameter).collect();
    json!({
        "name": result.name,
        "path": result.stored.place.display().to_string(),
        "group": result.group,
        "cell": own.design.pair_of[place],
        "not_converged": result.not_converged,
        "draws": cell.kernels(),
        "draws_without_prior": cell.effective,
        // Even weights have no tail.
        "pareto_k": cell.pareto_k.is_finite().then_some(cell.pareto_k),
        "draws_reached": own.pooled.reached[place],
        "parameters": parameters,
    })
}
