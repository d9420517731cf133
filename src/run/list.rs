//! `hhbayes list`: what there is to choose from.

use std::fmt::Write as _;

use crate::features::{COMPARISONS, FEATURES};
use crate::likelihood::LIKELIHOODS;
use crate::model::{MODELS, ModelParameter, library};
use crate::noise::NOISES;
use crate::prior::PRIORS;
use crate::problem::CELL;
use crate::recording::FORMATS;
use crate::samplers::SAMPLERS;
use crate::settings::{Entry, Section};
use crate::stimulus::STIMULI;
use crate::units::Unit;

/// Every catalogue with one line per member; `only`: the title of one of them.
///
/// # Errors
/// The titles, if there is no catalogue of that title.
pub fn list(only: Option<&str>) -> Result<String, Vec<&'static str>> {
    let catalogues = [
        ("models", models()),
        ("channels", library().iter().map(|(name, summary)| line(name, summary)).collect()),
        (
            "recordings",
            entries(FORMATS) + &line("simulated", "traces made by the model from known parameters"),
        ),
        ("stimuli", entries(STIMULI)),
        ("features", features()),
        ("priors", entries(PRIORS)),
        ("likelihoods", entries(LIKELIHOODS)),
        ("noises", noises()),
        ("samplers", entries(SAMPLERS)),
    ];
    let chosen: Vec<_> =
        catalogues.iter().filter(|(title, _)| only.is_none_or(|only| only == *title)).collect();
    if chosen.is_empty() {
        return Err(catalogues.iter().map(|(title, _)| *title).collect());
    }
    Ok(chosen.iter().map(|(title, text)| format!("{title}\n{text}\n")).collect())
}

fn line(name: &str, summary: &str) -> String {
    format!("  {name:<28} {summary}\n")
}

fn entries<Build>(entries: &[Entry<Build>]) -> String {
    entries.iter().map(|entry| line(entry.name, entry.summary)).collect()
}

/// Models with their parameters.
fn models() -> String {
    let mut text = String::new();
    for entry in MODELS {
        text += &line(entry.name, entry.summary);
        if let Some(membrane) = (entry.build)(&Section::listening()) {
            // The parameters of written channels have names of the user's own.
            let built_in = membrane.parameters().iter().filter(|parameter| !parameter.is_written);
            parameters(&mut text, built_in);
        }
    }
    text += &line("(every model)", "numbers of the cell and its electrode");
    parameters(&mut text, CELL.iter());
    text
}

/// Noises of traces with their numbers.
fn noises() -> String {
    let mut text = String::new();
    for entry in NOISES {
        text += &line(entry.name, entry.summary);
        for number in entry.build.numbers() {
            let unit = if number.has_unit { Unit::Millivolt.symbol() } else { "" };
            let default = number.default.map_or_else(|| "-".to_owned(), |default| default.to_string());
            let default = format!("{default} {unit}");
            let _ = writeln!(text, "    {:<24} {default:<10} {}", number.key, number.summary);
        }
    }
    text
}

fn parameters<'a>(text: &mut String, parameters: impl Iterator<Item = &'a ModelParameter>) {
    for parameter in parameters {
        let unit = if parameter.unit == Unit::One { "" } else { parameter.unit.symbol() };
        let default =
            if parameter.default.is_nan() { "-".to_owned() } else { format!("{} {unit}", parameter.default) };
        let _ = writeln!(text, "    {:<16} {default:<18} {}", parameter.name, parameter.summary);
    }
}

fn features() -> String {
    let comparisons = COMPARISONS
        .iter()
        .map(|kind| format!("  {:<32} {:<6} {:<10} {}\n", kind.spelling(), "-", "", kind.summary));
    let comparisons: String = comparisons.collect();
    let features: String = FEATURES
        .iter()
        .map(|feature| {
            let unit = if feature.unit == Unit::One { "-" } else { feature.unit.symbol() };
            let many = if feature.per_spike() { "per spike" } else { "" };
            format!("  {:<32} {unit:<6} {many:<10} {}\n", feature.name, feature.summary)
        })
        .collect();
    features + "  from the recorded sweep, in [likelihood.features] only\n" + &comparisons
}
