//! The text, the tables and the numbers of the page.

use serde_json::{Value, json};

use super::{PooledCell, PooledNumbers, PooledQuantity, PopulationContent, correlations, effects, in_order};
use crate::diagnostics::{MAXIMUM_R_HAT, MINIMUM_ESS};
use crate::posterior::{interval_text, probability_text};
use crate::report::charts::rank_counts;
use crate::report::frame::{CHAINS, FOREST, Frame, origin, unit};
use crate::report::packed::Scale;

const FRAME: Frame = Frame {
    kind: "population",
    template: include_str!("../template/population.html"),
    scripts: &[CHAINS, FOREST, include_str!("../template/population.js")],
    uplot: true,
};

/// Numbers whose chains are drawn, and draws of each.
const DRAWN: usize = 8;
const DRAWS: usize = 4000;
/// Of more cells, tables are shown when they are asked for, and only this many settings are held.
const FEW: usize = 24;

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in; then the program itself is at fault.
pub fn population_html(content: &PopulationContent) -> Result<String, minijinja::Error> {
    let groups = &content.groups;
    let mut origins: Vec<Value> = content.origins.iter().map(origin).collect();
    // Settings and provenance of hundreds of cells stand in their own folders.
    let is_long = origins.len() > FEW;
    if is_long {
        for own in origins.iter_mut().filter_map(Value::as_object_mut) {
            own["settings"] = "".into();
            own["provenance"] = Value::Array(Vec::new());
        }
    }
    let page = json!({
        "reasons": content.reasons,
        "cautions": content.cautions,
        "r_hat": format!("{:.3}", content.worst.0),
        "ess": format!("{:.0}", content.worst.1),
        "sentences": content.sentences,
        "groups": groups,
        "paired": content.is_paired,
        "parameters": content.parameters.iter().map(|own| parameter(own, groups)).collect::<Vec<_>>(),
        "logarithmic": content.parameters.iter().any(|own| own.is_log),
        "matrix": matrix(content),
        "cells": content.cells.iter().map(|own| cell(own, groups)).collect::<Vec<_>>(),
        "many": content.cells.len() > FEW,
        "quantities": content.quantities.iter().map(quantity).collect::<Vec<_>>(),
        "drawn": drawn(content).len(),
        "left_out": content.left_out,
        "origins": origins,
        "is_long": is_long,
        "options": content.options,
    });
    FRAME.page(&content.name, &data(content), page)
}

fn parameter(own: &PooledNumbers, groups: &[String]) -> Value {
    let means = own.means.iter().zip(&own.diagnostics).zip(groups).map(|((mean, (r_hat, ess)), group)| {
        json!({"group": group, "text": interval_text(*mean), "r_hat": format!("{r_hat:.3}"), "ess": format!("{ess:.0}"),
               "bad_r_hat": !(*r_hat <= MAXIMUM_R_HAT), "bad_ess": !(*ess >= MINIMUM_ESS)})
    });
    let effects = own.effects.iter().zip(&groups[1..]).map(|((effect, p), group)| {
        json!({"group": group, "text": interval_text(*effect), "p": probability_text(*p),
               "is_sure": p.max(1.0 - p) >= super::SURE})
    });
    json!({
        "name": own.name,
        "unit": unit(own.unit.as_deref().unwrap_or_default()),
        "kind": if own.is_log { "ratio" } else { "difference" },
        "spread": own.spread,
        "spread_within": own.spread_within,
        "means": means.collect::<Vec<_>>(),
        "effects": effects.collect::<Vec<_>>(),
    })
}

/// A row for each parameter: its correlation with each, `null` with itself; empty of a single parameter.
fn matrix(content: &PopulationContent) -> Vec<Value> {
    let count = content.parameters.len();
    if count < 2 {
        return Vec::new();
    }
    let cell = |row: usize, column: usize| {
        let pair = [row.min(column), row.max(column)];
        let own = content.correlations.iter().find(|own| own.pair == pair)?;
        let [lower, median, upper] = own.interval;
        Some(json!({
            "text": format!("{median:.2}").replace('-', "\u{2212}"),
            "interval": format!("{lower:.2} to {upper:.2}").replace('-', "\u{2212}"),
            "is_sure": own.p_positive.max(1.0 - own.p_positive) >= super::SURE,
            "is_positive": median > 0.0,
            "share": format!("{:.0}", 70.0 * median.abs()),
        }))
    };
    let row = |row: usize| {
        let cells: Vec<Option<Value>> = (0..count).map(|column| cell(row, column)).collect();
        json!({"name": content.parameters[row].name, "cells": cells})
    };
    (0..count).map(row).collect()
}

fn cell(own: &PooledCell, groups: &[String]) -> Value {
    let (draws, reached) = own.draws;
    json!({
        "name": own.name,
        "group": groups.get(own.group),
        "parameters": own.shrunken.iter().map(|own| interval_text(*own)).collect::<Vec<_>>(),
        "draws": draws,
        "reached": format!("{reached:.0}"),
        "is_unreached": own.is_unreached,
        "pareto_k": own.pareto_k.map(|k| format!("{k:.2}")),
        "is_heavy": own.is_heavy,
    })
}

fn quantity(own: &PooledQuantity) -> Value {
    let (r_hat, ess) = own.diagnostics;
    json!({"name": own.name, "r_hat": format!("{r_hat:.3}"), "ess": format!("{ess:.0}"),
           "bad_r_hat": !(r_hat <= MAXIMUM_R_HAT), "bad_ess": !(ess >= MINIMUM_ESS)})
}

/// The numbers that are worst sampled.
pub(super) fn drawn(content: &PopulationContent) -> Vec<&PooledQuantity> {
    let mut all: Vec<&PooledQuantity> = content.quantities.iter().collect();
    all.sort_by(|a, b| a.diagnostics.1.total_cmp(&b.diagnostics.1));
    all.truncate(DRAWN);
    all
}

/// What the script draws.
fn data(content: &PopulationContent) -> Value {
    let chain = |own: &&PooledQuantity| {
        let every = own.values.len().div_ceil(DRAWS).max(1);
        let few = || own.values.iter().copied().step_by(every);
        let scale = Scale::of(few());
        json!({"name": own.name, "unit": "1", "lowest": scale.lowest, "highest": scale.highest, "draws": scale.pack(few()),
               "ranks": rank_counts(&own.values, content.chains)})
    };
    let parameter = |(place, own): (usize, &PooledNumbers)| {
        let cells = in_order(content, place);
        let numbers = |of: fn(&PooledCell) -> &Vec<[f64; 3]>| -> Vec<[f64; 3]> {
            cells.iter().map(|cell| of(cell)[place].map(short)).collect()
        };
        json!({
            "name": own.name,
            "unit": own.unit,
            "log": own.is_log,
            "means": own.means,
            "reach": own.reach,
            "cells": cells.iter().map(|cell| &cell.name).collect::<Vec<_>>(),
            "group_of": cells.iter().map(|cell| cell.group).collect::<Vec<_>>(),
            "own": numbers(|cell| &cell.own),
            "shrunken": numbers(|cell| &cell.shrunken),
        })
    };
    json!({
        "chains": content.chains,
        "groups": content.groups,
        "parameters": content.parameters.iter().enumerate().map(parameter).collect::<Vec<_>>(),
        "correlations": correlations(content).map(|own| own.json()),
        "effects": effects(content).iter().map(super::Forest::json).collect::<Vec<_>>(),
        "quantities": drawn(content).iter().map(chain).collect::<Vec<_>>(),
    })
}

/// Five digits are enough for a picture.
fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}
