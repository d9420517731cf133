//! What the report of a comparison tells.

use super::comparable::SharedParameters;
use super::read::{ReadResult, Side};
use super::words::{headline, is_different, joint_lines, sentences, side_size, width};
use super::{CompareOptions, Comparison};
use crate::comparison::{ParameterComparison, has_natural_zero};
use crate::report::{Compared, ComparedSide, ComparisonContent, Origin};
use crate::run::diff_config::short_rows;
use crate::run::report::provenance;

/// Numbers of all draws together that a page holds, and the most of one parameter of one side.
const DRAWS: usize = 240_000;
const DRAWS_OF_A_PARAMETER: usize = 6000;

pub(super) fn content<'a>(
    results: &[ReadResult],
    shared: &SharedParameters,
    sides: &[Side],
    comparisons: &'a [Comparison<'_>],
    options: &CompareOptions,
) -> ComparisonContent<'a> {
    let most = (DRAWS / (sides.len() * shared.parameters.len())).min(DRAWS_OF_A_PARAMETER);
    let side = |own: &Side| {
        let few = own.sample.evenly(most.clamp(1, own.sample.draws()));
        let column = |values: &Vec<f64>| few.iter().map(|&draw| values[draw]).collect();
        ComparedSide {
            name: own.name.clone(),
            words: side_size(own, results),
            draws: own.sample.columns.iter().map(column).collect(),
        }
    };
    let name = match sides {
        [a, b] => format!("{} against {}", b.name, a.name),
        _ => format!("{} results against {}", sides.len() - 1, sides[0].name),
    };
    ComparisonContent {
        name,
        sides: sides.iter().map(side).collect(),
        comparisons: comparisons.iter().map(|own| compared(own, results, shared)).collect(),
        origins: results.iter().map(origin).collect(),
        not_compared: not_compared(results, shared, comparisons),
        options: told_options(comparisons, options),
    }
}

fn compared<'a>(own: &'a Comparison<'_>, results: &[ReadResult], shared: &SharedParameters) -> Compared<'a> {
    let members = own.a.members.iter().chain(&own.b.members);
    let doubt = |place: &usize| {
        let own = &results[*place];
        Some(format!("{} has not converged: {}", own.name, own.not_converged.as_ref()?))
    };
    Compared {
        headline: headline(own),
        sentences: sentences(own),
        doubts: members.filter_map(doubt).collect(),
        settings: own.settings.as_deref().map(short_rows),
        parameters: &own.parameters,
        different: own.parameters.iter().map(is_different).collect(),
        correlations: &own.joint.correlations,
        test: own.joint.test,
        joint: joint_lines(&own.joint, shared),
    }
}

/// A result as the report of several tells of it.
pub(in crate::run) fn origin(own: &ReadResult) -> Origin {
    let summary = own.stored.summary.as_ref();
    let verdict = match (&own.not_converged, own.stored.verdict()) {
        (_, Some(verdict)) => verdict.to_owned(),
        (Some(reason), None) => format!("not converged: {reason}"),
        (None, None) => "no summary.json; R-hat and ESS taken here are good".to_owned(),
    };
    Origin {
        name: own.name.clone(),
        place: own.stored.place.display().to_string(),
        group: own.group.clone(),
        is_converged: own.not_converged.is_none(),
        verdict,
        predictions: summary.and_then(|own| Some(own["checks"]["verdict"].as_str()?.to_owned())),
        provenance: provenance(&own.stored.place),
        settings: own.stored.settings.clone().unwrap_or_default(),
    }
}

/// What could not be compared, and why.
fn not_compared(
    results: &[ReadResult],
    shared: &SharedParameters,
    comparisons: &[Comparison<'_>],
) -> Vec<String> {
    let absent = |name: &String| {
        let without = results.iter().filter(|own| own.stored.parameter(name).is_none());
        let without: Vec<&str> = without.map(|own| &*own.name).collect();
        format!("{name}: not in {}", without.join(", "))
    };
    let mut lines: Vec<String> = shared.left_out.iter().map(absent).collect();
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for own in comparisons.iter().flat_map(|own| &own.parameters) {
        let Some(reason) = without_ratio(own) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) if names.contains(&own.name) => {}
            Some((_, names)) => names.push(own.name.clone()),
            None => reasons.push((reason, vec![own.name.clone()])),
        }
    }
    lines.extend(reasons.into_iter().map(|(reason, names)| format!("{}: {reason}", names.join(", "))));
    lines
}

/// Why a parameter has no ratio.
fn without_ratio(own: &ParameterComparison) -> Option<String> {
    if own.ratio.is_some() {
        return None;
    }
    let what =
        if own.rope.is_some() { "no ratio" } else { "no ratio, and no region of practical equivalence" };
    let why = if has_natural_zero(own.unit.as_deref()) {
        "as draws have both signs".to_owned()
    } else {
        format!("as the zero of {} is a convention", own.unit.as_deref().unwrap_or_default())
    };
    Some(format!("{what}, {why}"))
}

fn told_options(comparisons: &[Comparison<'_>], options: &CompareOptions) -> Vec<[String; 2]> {
    let line = |what: &str, value: String| [what.to_owned(), value];
    let flag = |value: bool| if value { "yes" } else { "no" }.to_owned();
    let ropes =
        comparisons.iter().take(1).flat_map(|own| &own.parameters).filter_map(|own| {
            Some(format!("{} {}", own.name, width(own.rope.as_ref()?.0, own.unit.as_deref())))
        });
    let ropes: Vec<String> = ropes.collect();
    let mut lines = vec![line("program", format!("hhbayes {}", env!("CARGO_PKG_VERSION")))];
    lines.extend(options.groups.iter().map(|group| line("group", group.clone())));
    lines.push(line("as good as no difference, up to", ropes.join(", ")));
    lines.push(line("results that have not converged", flag(options.allow_unconverged)));
    lines.push(line("results of other models", flag(options.allow_other_model)));
    lines.push(line("seed", options.seed.to_string()));
    lines
}
