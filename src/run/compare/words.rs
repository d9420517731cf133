//! A comparison for people: what was compared, the settings that differ, two tables, and what it means in words.

use std::fmt::Write as _;

use super::comparable::SharedParameters;
use super::read::{ReadResult, Side};
use super::{CompareOptions, Comparison, Joint};
use crate::comparison::{ParameterComparison, Rope, SURE, Spread, has_natural_zero};
use crate::posterior::{aligned, interval_text, probability_text, rounded, wrapped_after};
use crate::run::diff_config::short_text;

/// A direction is said with reserve from here on.
pub(in crate::run) const PROBABLE: f64 = 0.9;
/// Practically the same from here on.
const SAME: f64 = 0.95;
/// Changed correlations that are named.
const NAMED: usize = 5;

pub(super) fn text(
    results: &[ReadResult],
    shared: &SharedParameters,
    comparisons: &[Comparison<'_>],
    options: &CompareOptions,
) -> String {
    let mut text = String::new();
    for (place, own) in comparisons.iter().enumerate() {
        if place > 0 {
            text += "\n\n";
        }
        text += &comparison_text(own, results, shared);
    }
    if !shared.left_out.is_empty() {
        text += "\n";
        text += &wrapped_after("", &format!("not in all results: {}", shared.left_out.join(", ")));
    }
    if let Some(folder) = &options.output {
        let _ = writeln!(text, "\nreport.html, comparison.json and plots are in {}", folder.display());
    }
    text
}

fn comparison_text(own: &Comparison<'_>, results: &[ReadResult], shared: &SharedParameters) -> String {
    let mut text = side_text("A", own.a, results) + &side_text("B", own.b, results);
    if let Some(differences) = &own.settings {
        text += &if differences.is_empty() {
            "\nthe settings are the same\n".to_owned()
        } else {
            format!("\nsettings, A | B\n{}", short_text(differences))
        };
    }
    let _ = write!(text, "\n{}\n{}", differences_table(&own.parameters), distances_table(&own.parameters));
    text += "\n";
    text.extend(joint_lines(&own.joint, shared).iter().map(|line| wrapped_after("", line)));
    text += "\n";
    for sentence in sentences(own) {
        text += &wrapped_after("", &sentence);
    }
    text
}

fn side_text(letter: &str, side: &Side, results: &[ReadResult]) -> String {
    wrapped_after(letter, &side_words(side, results))
}

/// What a side is made of, and what its draws are worth.
pub(super) fn side_size(side: &Side, results: &[ReadResult]) -> String {
    let (draws, effective) = (side.sample.draws(), side.sample.layout.effective());
    let members: Vec<&ReadResult> = side.members.iter().map(|&place| &results[place]).collect();
    let names: Vec<&str> = members.iter().map(|own| &*own.name).collect();
    let what = if names.len() > 1 || members[0].group.is_some() {
        format!("{}, the mean of {}", side.name, names.join(", "))
    } else {
        side.name.clone()
    };
    format!("{what}: {draws} draws, worth {effective:.0}")
}

/// The same, and what is doubtful about each.
pub(super) fn side_words(side: &Side, results: &[ReadResult]) -> String {
    let mut line = side_size(side, results);
    for own in side.members.iter().map(|&place| &results[place]) {
        if let Some(reason) = &own.not_converged {
            let _ = write!(line, "; `{}` NOT CONVERGED: {reason}", own.name);
        } else if own.judged_here {
            let _ = write!(line, "; `{}` has no summary.json, R-hat and ESS taken here are good", own.name);
        }
    }
    line
}

fn spread(own: &Spread) -> String {
    interval_text([own.lower.value, own.median.value, own.upper.value])
}

fn differences_table(parameters: &[ParameterComparison]) -> String {
    let header = ["parameter", "unit", "A", "B", "B - A (95 %)", "B / A (95 %)", "P(B > A)", "P(same)"];
    let row = |own: &ParameterComparison| {
        let sd = |[lower, _, upper]: [f64; 3]| (upper - lower) / 4.0;
        let [a, b] = own.sides.map(|side| rounded(side[1], sd(side)));
        let same = own.rope.as_ref().map_or("-".to_owned(), |(_, found)| probability_text(found.value));
        let ratio = own.ratio.as_ref().map_or("-".to_owned(), spread);
        let unit = own.unit.clone().unwrap_or_default();
        [
            own.name.clone(),
            unit,
            a,
            b,
            spread(&own.difference),
            ratio,
            probability_text(own.p_greater.value),
            same,
        ]
    };
    aligned(header, parameters.iter().map(row))
}

fn distances_table(parameters: &[ParameterComparison]) -> String {
    let header = ["parameter", "overlap", "Wasserstein-1", "Jensen-Shannon (bit)", "Kolmogorov-Smirnov"];
    let row = |own: &ParameterComparison| {
        let with_error =
            |value: f64, error: f64| format!("{} ± {}", rounded(value, error), rounded(error, error));
        let of = |own: crate::comparison::Estimate| with_error(own.value, own.error);
        [
            own.name.clone(),
            of(own.overlap.estimate),
            of(own.wasserstein.estimate),
            of(own.jensen_shannon),
            of(own.ks.estimate),
        ]
    };
    aligned(header, parameters.iter().map(row))
}

/// What is said of all parameters together.
pub(super) fn joint_lines(own: &Joint, shared: &SharedParameters) -> Vec<String> {
    let mut lines = Vec::new();
    let [of_a, of_b] = own.thinned;
    match &own.test {
        Some(test) => lines.push(format!(
            "a classifier tells {:.1} % of the draws apart (95 % interval {:.1} to {:.1} %; 50 % is guessing; {} \
             independent draws of each)",
            100.0 * test.accuracy,
            100.0 * test.interval[0],
            100.0 * test.interval[1],
            test.draws
        )),
        None => lines.push(format!(
            "{of_a} and {of_b} independent draws are too few for a classifier, which needs 50 of each"
        )),
    }
    if let Some(energy) = &own.energy {
        let own = energy.estimate;
        lines.push(format!(
            "energy distance {} ± {} (0: no difference)",
            rounded(own.value, own.error),
            rounded(own.error, own.error)
        ));
    }
    let notable: Vec<_> = own.correlations.iter().filter(|change| change.is_notable()).collect();
    let named = notable.iter().take(NAMED).map(|change| {
        let [x, y] = change.pair.map(|place| &*shared.parameters[place].name);
        format!("{x} with {y} from {:.2} to {:.2}", change.sides[0], change.sides[1])
    });
    let named: Vec<String> = named.collect();
    if !named.is_empty() {
        let more = notable.len() - named.len();
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        lines.push(format!("correlations that change: {}{more}", named.join(", ")));
    }
    lines.extend(data_lines(own));
    lines
}

/// What needs the same data.
fn data_lines(own: &Joint) -> Vec<String> {
    match own.same_data {
        None => return Vec::new(),
        Some(false) => {
            return vec![
                "the data are not the same, so evidences and left-out data cannot be compared".to_owned(),
            ];
        }
        Some(true) => {}
    }
    let mut lines = vec!["both are of the same data".to_owned()];
    if let Some(evidence) = &own.evidence {
        let factor = evidence.log_bayes_factor;
        lines.push(format!(
            "log Bayes factor of B over A {} ± {}",
            rounded(factor.value, factor.error),
            rounded(factor.error, factor.error)
        ));
    } else {
        lines.push("no Bayes factor, as not both samplers estimate the evidence".to_owned());
    }
    if let Some(loo) = &own.loo {
        let doubt = if loo.is_trusted { "" } else { "; not to be trusted, as k is too large for some data" };
        lines.push(format!(
            "left-out data: elpd of B less that of A {} (se {}) over {} data{doubt}",
            rounded(loo.difference.value, loo.difference.error),
            rounded(loo.difference.error, loo.difference.error),
            loo.data
        ));
    }
    lines
}

/// Whether a difference is as good as none.
fn is_same(own: &ParameterComparison) -> bool {
    own.rope.as_ref().is_some_and(|(_, found)| found.value >= SAME)
}

/// How sure the direction of a difference is.
fn certainty(own: &ParameterComparison) -> f64 {
    (own.p_greater.value - 0.5).abs() + 0.5
}

/// Whether it is sure that a parameter differs, and by more than as good as nothing.
pub(super) fn is_different(own: &ParameterComparison) -> bool {
    !is_same(own) && certainty(own) >= SURE
}

/// What it means in one line.
pub(super) fn headline(own: &Comparison<'_>) -> String {
    let (all, name) = (own.parameters.len(), &own.b.name);
    let of = if all == 1 { "1 parameter".to_owned() } else { format!("{all} parameters") };
    match own.parameters.iter().filter(|own| is_different(own)).count() {
        0 => format!("None of {of} is surely different in {name}"),
        1 => format!("1 of {of} is different in {name}"),
        some => format!("{some} of {of} are different in {name}"),
    }
}

/// What it means, the surest first.
pub(super) fn sentences(own: &Comparison<'_>) -> Vec<String> {
    let name = &*own.b.name;
    let mut ordered: Vec<&ParameterComparison> = own.parameters.iter().collect();
    ordered.sort_by(|x, y| certainty(y).total_cmp(&certainty(x)));
    let mut sentences = Vec::new();
    for own in ordered.iter().filter(|own| !is_same(own) && certainty(own) >= PROBABLE) {
        sentences.push(direction_of(own, name));
    }
    for own in ordered.iter().filter(|own| is_same(own)) {
        if let Some((rope, found)) = &own.rope {
            sentences.push(format!(
                "{} is practically the same: within {}, P = {}",
                own.name,
                width(*rope, own.unit.as_deref()),
                probability_text(found.value)
            ));
        }
    }
    let open: Vec<&str> = ordered
        .iter()
        .filter(|own| !is_same(own) && certainty(own) < PROBABLE)
        .map(|own| &*own.name)
        .collect();
    if !open.is_empty() {
        sentences.push(format!("not told apart by these data: {}", open.join(", ")));
    }
    sentences
}

pub(super) fn width(rope: Rope, unit: Option<&str>) -> String {
    match rope {
        Rope::Absolute(width) => format!("{width} {}", unit.unwrap_or_default()).trim_end().to_owned(),
        Rope::Relative(share) => format!("{} %", (share * 1e4).round() / 100.0),
    }
}

fn direction_of(own: &ParameterComparison, name: &str) -> String {
    let unit = own.unit.as_deref();
    let size = own.ratio.as_ref().map_or_else(
        || {
            format!("difference {} {}", spread(&own.difference), unit.unwrap_or_default())
                .trim_end()
                .to_owned()
        },
        |ratio| format!("ratio {}", spread(ratio)),
    );
    direction((&own.name, unit), name, &size, own.p_greater.value)
}

/// `g_K is larger in drug: ratio 1.42 (1.21 to 1.65), P = 0.998`. `p_greater`: the probability that it is larger.
pub(in crate::run) fn direction(
    (parameter, unit): (&str, Option<&str>),
    name: &str,
    size: &str,
    p_greater: f64,
) -> String {
    let word = match (p_greater > 0.5, has_natural_zero(unit)) {
        (true, true) => "larger",
        (false, true) => "smaller",
        (true, false) => "more positive",
        (false, false) => "more negative",
    };
    let certainty = p_greater.max(1.0 - p_greater);
    let surely = if certainty >= SURE { "is" } else { "is probably" };
    let p = probability_text(certainty);
    let p = if p.starts_with('>') { format!("P {p}") } else { format!("P = {p}") };
    format!("{parameter} {surely} {word} in {name}: {size}, {p}")
}
