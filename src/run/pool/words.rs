//! A population for people: verdict, tables, and what the effects and correlations mean in words.

use std::fmt::Write as _;

use super::report::{group_name, variation};
use super::{PoolOptions, Population};
use crate::comparison::SURE;
use crate::diagnostics::quantile;
use crate::population::{Family, Kind, Quantity};
use crate::posterior::{aligned, interval_text, probability_text, wrapped_after};
use crate::run::compare::words::{PROBABLE, direction};

/// More cells are in the files only.
const CELLS: usize = 20;
/// Correlations that are shown.
const CORRELATIONS: usize = 10;

pub(super) fn text(own: &Population, options: &PoolOptions) -> String {
    let mut text = verdict(own);
    let _ = write!(text, "\n{}", means(own));
    if own.design.groups > 1 {
        let _ = write!(text, "\n{}", effects(own));
    }
    text += &correlations(own);
    text += &cells(own);
    text += "\n";
    text.extend(sentences(own).iter().map(|sentence| wrapped_after("", sentence)));
    if !own.left_out.is_empty() {
        text += &wrapped_after("", &format!("not in all results: {}", own.left_out.join(", ")));
    }
    if let Some(folder) = &options.output {
        let _ =
            writeln!(text, "\nreport.html, pool.json, posterior.nc and plots are in {}", folder.display());
    }
    text
}

/// How many results there are, of which groups.
pub(super) fn title(own: &Population) -> String {
    if own.groups.is_empty() {
        return format!("{} cells", own.cells.len());
    }
    let size = |group| own.design.group_of.iter().filter(|own| **own == group).count();
    let each: Vec<String> =
        own.groups.iter().enumerate().map(|(place, name)| format!("{name} {}", size(place))).collect();
    let paired = if own.design.is_paired() { ", the same cells in each" } else { "" };
    format!("{} results: {}{paired}", own.cells.len(), each.join(", "))
}

/// What it means, the surest first: effects, then what goes together; of a single group what the cells are.
pub(super) fn sentences(own: &Population) -> Vec<String> {
    let certainty = |found: &Quantity| found.positive().max(1.0 - found.positive());
    let mut sure: Vec<(f64, String)> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut together: Vec<(f64, String)> = Vec::new();
    for found in &own.pooled.quantities {
        let certainty = certainty(found);
        match found.kind {
            Kind::Effect { group, parameter } => {
                let of = &own.parameters[parameter];
                if certainty < PROBABLE {
                    open.push(format!("{} in {}", of.name, group_name(own, group)));
                    continue;
                }
                let size = interval_text(found.interval().map(|value| of.family.from_scale(value)));
                let size = match of.family {
                    Family::LogNormal => format!("ratio {size}"),
                    Family::Normal => format!("difference {size} {}", of.unit.as_deref().unwrap_or_default()),
                };
                let name = (&*of.name, of.unit.as_deref());
                let sentence = direction(name, group_name(own, group), size.trim_end(), found.positive());
                sure.push((certainty, sentence));
            }
            Kind::Correlation { first, second } if certainty >= SURE => {
                let [first, second] = [first, second].map(|place| &*own.parameters[place].name);
                let how = if found.positive() > 0.5 { "have more" } else { "have less" };
                let size = interval_text(found.interval());
                let sentence = format!("cells with more {first} {how} {second}: correlation {size}");
                together.push((certainty, sentence));
            }
            Kind::Mean { .. } | Kind::Sd { .. } | Kind::SdWithin { .. } | Kind::Correlation { .. } => {}
        }
    }
    let mut sentences = if own.design.groups == 1 { described(own) } else { Vec::new() };
    for mut some in [sure, together] {
        some.sort_by(|a, b| b.0.total_cmp(&a.0));
        sentences.extend(some.into_iter().map(|(_, sentence)| sentence));
    }
    if !open.is_empty() {
        sentences.push(format!("not told apart by these cells: {}", open.join(", ")));
    }
    sentences
}

/// `g_K is 36 (33 to 40) mS/cm^2 in the middle, and cells scatter by 20 % (15 to 30 %)`.
fn described(own: &Population) -> Vec<String> {
    let of = |(parameter, of): (usize, &super::PooledParameter)| {
        let found = own.pooled.quantity(Kind::Mean { group: 0, parameter })?;
        let mean = interval_text(found.interval().map(|value| of.family.from_scale(value)));
        let unit = of.unit.as_deref().filter(|unit| *unit != "1").unwrap_or_default();
        let scatter = spread(own.pooled.quantity(Kind::Sd { parameter }), of.family);
        let scatter = if of.family == Family::Normal { format!("{scatter} {unit}") } else { scatter };
        let text = format!("{} {mean} {unit}", of.name);
        Some(format!("{}; cells scatter by {}", text.trim_end(), scatter.trim_end()))
    };
    own.parameters.iter().enumerate().filter_map(of).collect()
}

fn verdict(own: &Population) -> String {
    let (reasons, cautions) = (own.reasons(), own.cautions());
    let mut text = title(own) + "\n";
    text += match (reasons.is_empty(), cautions.is_empty()) {
        (true, true) => "converged\n",
        (true, false) => "converged, but know that\n",
        (false, _) => "not converged:\n",
    };
    for line in reasons.iter().chain(&cautions) {
        text += &wrapped_after("-", line);
    }
    text
}

/// How far cells scatter.
pub(super) fn spread(found: Option<&Quantity>, family: Family) -> String {
    let Some(found) = found else { return "-".to_owned() };
    let values = found.interval().map(|value| variation(family, value));
    match family {
        Family::Normal => interval_text(values),
        Family::LogNormal => {
            let [lower, median, upper] = values.map(|value| 100.0 * value);
            format!("{median:.0} % ({lower:.0} to {upper:.0} %)")
        }
    }
}

fn means(own: &Population) -> String {
    let header = ["parameter", "unit", "group", "mean (95 %)", "spread of cells (95 %)", "R-hat", "ESS"];
    let groups = own.design.groups;
    let rows = (0..own.parameters.len() * groups).map(|row| {
        let (parameter, group) = (row / groups, row % groups);
        let of = &own.parameters[parameter];
        let found = own.pooled.quantity(Kind::Mean { group, parameter });
        let mean = found.map_or("-".to_owned(), |found| {
            interval_text(found.interval().map(|value| of.family.from_scale(value)))
        });
        let scatter = own.pooled.quantity(Kind::Sd { parameter });
        let both = [found, scatter];
        let r_hat = both.iter().flatten().map(|own| own.r_hat).fold(f64::NAN, f64::max);
        let ess = both.iter().flatten().map(|own| own.ess).fold(f64::NAN, f64::min);
        let is_first = group == 0;
        let first = |text: String| if is_first { text } else { String::new() };
        [
            first(of.name.clone()),
            first(of.unit.clone().unwrap_or_default()),
            group_name(own, group).to_owned(),
            mean,
            first(spread(scatter, of.family)),
            format!("{r_hat:.3}"),
            format!("{ess:.0}"),
        ]
    });
    let mut text = aligned(header, rows);
    let logarithmic: Vec<&str> =
        own.parameters.iter().filter(|own| own.family == Family::LogNormal).map(|own| &*own.name).collect();
    if !logarithmic.is_empty() {
        let line = format!(
            "lognormal over cells: {}; their mean is the geometric one, their spread the coefficient of variation",
            logarithmic.join(", ")
        );
        text += &wrapped_after("", &line);
    }
    text
}

fn effects(own: &Population) -> String {
    let header = ["parameter", "effect of", "as a", "effect (95 %)", "P(larger)", "spread of effects (95 %)"];
    let count = own.parameters.len();
    let rows = (count..count * own.design.groups).filter_map(|row| {
        let (group, parameter) = (row / count, row % count);
        let of = &own.parameters[parameter];
        let found = own.pooled.quantity(Kind::Effect { group, parameter })?;
        let kind = if of.family == Family::LogNormal { "ratio" } else { "difference" };
        let within = own.pooled.quantity(Kind::SdWithin { parameter });
        Some([
            of.name.clone(),
            group_name(own, group).to_owned(),
            kind.to_owned(),
            interval_text(found.interval().map(|value| of.family.from_scale(value))),
            probability_text(found.positive()),
            spread(within, of.family),
        ])
    });
    let mut text = aligned(header, rows);
    if own.design.is_paired() {
        text += &wrapped_after(
            "",
            "spread of effects: of what a result differs in from its cell and group; an effect differs by 1.4 times as much",
        );
    }
    text
}

fn correlations(own: &Population) -> String {
    let mut found: Vec<(&Quantity, usize, usize)> = own
        .pooled
        .quantities
        .iter()
        .filter_map(|own| match own.kind {
            Kind::Correlation { first, second } => Some((own, first, second)),
            _ => None,
        })
        .collect();
    // The surest first.
    let sure = |own: &Quantity| (own.positive() - 0.5).abs();
    found.sort_by(|a, b| sure(b.0).total_cmp(&sure(a.0)));
    if found.is_empty() {
        return String::new();
    }
    let rows = found.iter().take(CORRELATIONS).map(|(quantity, first, second)| {
        [
            format!("{}, {}", own.parameters[*first].name, own.parameters[*second].name),
            interval_text(quantity.interval()),
            probability_text(quantity.positive()),
        ]
    });
    let more = found.len().saturating_sub(CORRELATIONS);
    let more = if more > 0 { format!("and {more} less sure ones\n") } else { String::new() };
    format!("\n{}{more}", aligned(["between cells", "correlation (95 %)", "P(> 0)"], rows))
}

fn cells(own: &Population) -> String {
    let header = ["cell", "parameter", "in the population (95 %)", "draws reached"];
    let count = own.parameters.len();
    let shown = own.cells.len().min(CELLS);
    let rows = (0..shown * count).map(|row| {
        let (cell, parameter) = (row / count, row % count);
        let of = &own.parameters[parameter];
        let draws = &own.pooled.cells[cell][parameter];
        let first = |text: String| if parameter == 0 { text } else { String::new() };
        [
            first(own.results[cell].name.clone()),
            of.name.clone(),
            interval_text([0.025, 0.5, 0.975].map(|at| of.family.from_scale(quantile(draws, at)))),
            first(format!("{:.0}", own.pooled.reached[cell])),
        ]
    });
    let more = own.cells.len() - shown;
    let more = if more > 0 { format!("and {more} more cells, in pool.json\n") } else { String::new() };
    format!("\n{}{more}", aligned(header, rows))
}
