//! The summary as a table of plain text for a terminal, at most 100 columns wide.

use crate::diagnostics::{ParameterSummary, Verdict};

/// Columns of a terminal that the table keeps to.
const WIDTH: usize = 100;

/// Columns of a name, so that the widest table still fits.
const NAME_WIDTH: usize = 24;

/// The table of parameters, then the verdict; every line ends with a line break.
///
/// Of two effective sample sizes the smaller is shown. Particles have no R-hat, shown as `-`.
pub fn render_table(parameters: &[ParameterSummary], verdict: &Verdict) -> String {
    let header = ["parameter", "unit", "mean", "sd", "95 % HDI", "", "ESS", "R-hat"].map(str::to_owned);
    let rows: Vec<[String; 8]> = std::iter::once(header).chain(parameters.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text.push('\n');
    if verdict.is_converged() {
        text.push_str("converged\n");
    } else {
        text.push_str("not converged:\n");
        for reason in verdict.reasons() {
            text.push_str(&wrapped(&reason.to_string()));
        }
    }
    if let Some(warning) = verdict.warning() {
        text.push_str("the time step is too long:\n");
        text.push_str(&wrapped(&warning.to_string()));
    }
    text
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
fn rounded(value: f64, sd: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let decimals = if sd.is_finite() && sd > 0.0 { 1.0 - sd.log10().floor() } else { 3.0 };
    if decimals > 6.0 || value.abs() >= 1e7 {
        return format!("{value:.3e}");
    }
    format!("{value:.*}", decimals.max(0.0) as usize)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_WIDTH {
        return name.to_owned();
    }
    name.chars().take(NAME_WIDTH - 3).chain("...".chars()).collect()
}

/// A list item, broken at blanks.
fn wrapped(text: &str) -> String {
    let mut lines = String::from("-");
    let mut width = 1;
    for word in text.split(' ') {
        if width + 1 + word.chars().count() > WIDTH {
            lines.push_str("\n ");
            width = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        width += 1 + word.chars().count();
    }
    lines.push('\n');
    lines
}
