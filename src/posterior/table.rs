//! The summary as a table of plain text for a terminal, at most 100 columns wide.

use crate::diagnostics::{Diagnosis, Loo, ParameterSummary, Verdict};

/// Columns of a terminal that the table keeps to.
const WIDTH: usize = 100;

/// Data that are named.
const NAMED: usize = 3;

/// Columns of a name, so that the widest table still fits.
const NAME_WIDTH: usize = 24;

/// The table of parameters, then the verdict; every line ends with a line break.
///
/// Of two effective sample sizes the smaller is shown. Particles have no R-hat, shown as `-`.
pub fn render_table(parameters: &[ParameterSummary], verdict: &Verdict) -> String {
    let header = ["parameter", "unit", "mean", "sd", "95 % HDI", "", "ESS", "R-hat"];
    let mut text = aligned(header, parameters.iter().map(row));
    text.push('\n');
    let to_know = !verdict.findings().is_empty();
    if verdict.is_converged() {
        text.push_str(if to_know { "converged, but know that\n" } else { "converged\n" });
    } else {
        text.push_str("not converged:\n");
        for reason in verdict.reasons() {
            text.push_str(&wrapped(&reason.to_string()));
        }
        text.push_str(if to_know { "also know that\n" } else { "" });
    }
    for finding in verdict.findings() {
        text.push_str(&wrapped(&finding.to_string()));
    }
    if let Some(warning) = verdict.warning() {
        text.push_str("the time step is too long:\n");
        text.push_str(&wrapped(&warning.to_string()));
    }
    text
}

/// A table in columns of their own width: the first to the left, the others to the right, but for units.
pub fn aligned<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    aligned_rows(&header, rows.map(Vec::from).collect())
}

/// The same with a number of columns that is not known beforehand.
pub fn aligned_rows(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let rows: Vec<Vec<String>> =
        std::iter::once(header.iter().map(|&own| own.to_owned()).collect()).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            let is_left = column == 0 || header[column] == "unit";
            if is_left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Which combinations of parameters the data determine best and least, and how well the data predict one another; every
/// line ends with a line break, and an empty line comes first.
pub fn render_findings(diagnosis: &Diagnosis, loo: Option<&Loo>) -> String {
    let names: Vec<&str> = diagnosis.parameters.iter().map(|own| &*own.name).collect();
    let mut text = String::new();
    // A single parameter has no combinations.
    if let ([best, .., least], true) = (&diagnosis.directions[..], names.len() > 1) {
        for (what, direction) in [("best", best), ("least", least)] {
            let words = format!("{what} determined: {}", direction.words(&names));
            text += &wrapped_after("", &format!("{words} ({})", width(direction.width)));
        }
    }
    if let Some(loo) = loo {
        let (elpd, se, p_loo) = (rounded(loo.elpd, loo.se), rounded(loo.se, loo.se), rounded(loo.p_loo, 1.0));
        let mut line =
            format!("left-out data: elpd {elpd} (se {se}) of {} data, p_loo {p_loo}", loo.data.len());
        line += &doubtful(loo);
        text += &wrapped_after("", &line);
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn width(width: f64) -> String {
    if width < 0.95 {
        format!("{} of the width of the prior", share(width))
    } else {
        "as wide as the prior".to_owned()
    }
}

/// Such as `1/45` or `0.63`.
fn share(width: f64) -> String {
    if width < 0.1 { format!("1/{:.0}", 1.0 / width) } else { format!("{width:.2}") }
}

/// The data of which the estimate cannot be trusted.
fn doubtful(loo: &Loo) -> String {
    let doubtful = loo.doubtful();
    if doubtful.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = doubtful.iter().take(NAMED).map(|datum| &*datum.label).collect();
    let more = doubtful.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "; not to be trusted, as k is above {:.2} for {}{more}: much depends on {}",
        loo.largest_k(),
        names.join(", "),
        if doubtful.len() == 1 { "it" } else { "them" }
    )
}

fn row(summary: &ParameterSummary) -> [String; 8] {
    let sd = summary.sd;
    let count = |value: f64| if value.is_finite() { format!("{value:.0}") } else { "-".to_owned() };
    let r_hat = summary.r_hat.filter(|value| value.is_finite());
    [
        shortened(&summary.name),
        summary.unit.symbol().to_owned(),
        rounded(summary.mean, sd),
        rounded(sd, sd),
        rounded(summary.hdi_lower, sd),
        rounded(summary.hdi_upper, sd),
        count(summary.smallest_ess()),
        r_hat.map_or("-".to_owned(), |value| format!("{value:.3}")),
    ]
}

/// To two digits of the standard deviation: more of them only show noise.
pub fn rounded(value: f64, sd: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let decimals = if sd.is_finite() && sd > 0.0 { 1.0 - sd.log10().floor() } else { 3.0 };
    if decimals > 6.0 || value.abs() >= 1e7 {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.*}", decimals.max(0.0) as usize);
    match text.strip_prefix('-') {
        // What is rounded to zero has no sign.
        Some(zero) if zero.bytes().all(|digit| matches!(digit, b'0' | b'.')) => zero.to_owned(),
        _ => text,
    }
}

/// Median and interval such as `1.42 (1.21 to 1.65)`, to two digits of the interval. Given are its lower end, the median and
/// its upper end.
pub fn interval_text([lower, median, upper]: [f64; 3]) -> String {
    let sd = (upper - lower) / 4.0;
    format!("{} ({} to {})", rounded(median, sd), rounded(lower, sd), rounded(upper, sd))
}

/// Three digits, or how near to 0 or 1 it is.
pub fn probability_text(value: f64) -> String {
    match value {
        _ if value > 0.9995 => "> 0.999".to_owned(),
        _ if value < 0.0005 => "< 0.001".to_owned(),
        _ => format!("{value:.3}"),
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_WIDTH {
        return name.to_owned();
    }
    name.chars().take(NAME_WIDTH - 3).chain("...".chars()).collect()
}

/// A list item, broken at blanks.
fn wrapped(text: &str) -> String {
    wrapped_after("-", text)
}

/// A text after a mark, broken at blanks and indented.
pub fn wrapped_after(mark: &str, text: &str) -> String {
    let mut lines = mark.to_owned();
    let mut width = mark.len();
    for word in text.split(' ') {
        if width + 1 + word.chars().count() > WIDTH {
            lines.push_str("\n ");
            width = 1;
        }
        if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += word.chars().count();
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounded_to_zero_has_no_sign() {
        assert_eq!(rounded(-0.001, 0.3), "0.00");
        assert_eq!(rounded(-0.3, 40.0), "0");
        assert_eq!(rounded(-0.03, 0.02), "-0.030");
        assert_eq!(interval_text([-0.4, -0.001, 0.4]), "0.00 (-0.40 to 0.40)");
    }
}
