//! The text and the tables of the page.

use serde_json::{Value, json};

use super::Content;
use super::charts::{BAND, charts, chosen_sweeps};
use super::frame::{CHAINS, Frame, MARGINALS, PAIRS, provenance, unit};
use crate::posterior::rounded;

const FRAME: Frame = Frame {
    kind: "report",
    template: include_str!("template/result.html"),
    scripts: &[MARGINALS, PAIRS, CHAINS, include_str!("template/result.js")],
    uplot: true,
};

/// Files of a recording that are all named.
const NAMED_FILES: usize = 3;

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in; then the program itself is at fault.
pub fn html(content: &Content) -> Result<String, minijinja::Error> {
    let summary = &content.summary;
    let page = json!({
        "summary": summary,
        "converged": summary["verdict"].as_str().is_some_and(|verdict| verdict.starts_with("converged")),
        "has_reasons": summary["reasons"].is_array(),
        "checks": summary["checks"],
        "held_out_checks": summary["validation"]["checks"],
        "directions": summary["diagnostics"]["directions"].is_array(),
        "worst": worst(summary),
        "facts": facts(content),
        "parameters": parameter_rows(content),
        "features": feature_rows(&summary["predicted"]),
        "held_out_features": feature_rows(&summary["validation"]["predicted"]),
        "failures": failures(summary),
        "provenance": provenance(&content.provenance),
        "notes": content.provenance["notes"],
        "settings": content.settings,
        "missing": content.missing,
        "weighted": content.weights.is_some(),
        "chains": content.chains,
        "predicted": content.sweeps.first().map_or(0, |sweep| sweep.predicted_mv.len()),
        "band": format!("{:.0}", 100.0 * BAND),
        "all_sweeps": content.sweeps.len(),
        "shown_sweeps": chosen_sweeps(content).len(),
        "has_priors": content.parameters.iter().all(|own| !own.prior_quantiles.is_empty()),
    });
    FRAME.page(&content.name, &charts(content), page)
}

/// What was fitted and how, in a few lines.
fn facts(content: &Content) -> Vec<[String; 2]> {
    let (summary, provenance) = (&content.summary, &content.provenance);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let count = |noun: &str, count: usize| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let held_out = content.sweeps.iter().filter(|sweep| sweep.held_out).count();
    let mut sweeps = count("sweep", content.sweeps.len() - held_out);
    if held_out > 0 {
        sweeps += &format!(", and {held_out} held out");
    }
    let draws = content.parameters.first().map_or(0, |own| own.values.len());
    let drawn = match &content.weights {
        Some(_) => format!("{draws} weighted draws"),
        None => format!("{} of {} draws", count("chain", content.chains), draws / content.chains.max(1)),
    };
    let simulations = summary["simulations"].as_u64().map(|simulations| {
        let seconds = summary["seconds"].as_f64().unwrap_or(0.0);
        format!("{} in {seconds:.1} s", grouped(simulations))
    });
    let epsilon = summary["epsilon"].as_f64().map(|epsilon| rounded(epsilon, epsilon));
    let lines = [
        ("Recording", recording(&provenance["recordings"])),
        ("Sweeps", (!content.sweeps.is_empty()).then_some(sweeps)),
        ("Inferred", Some(count("parameter", content.parameters.len()))),
        ("Sampler", text(&summary["sampler"]).map(|sampler| format!("{sampler}, {drawn}"))),
        ("Simulations", simulations),
        ("Last threshold ε", epsilon),
        ("Ended by", text(&summary["ended_by"])),
        ("When", text(&provenance["began"])),
    ];
    lines.into_iter().filter_map(|(label, text)| Some([label.to_owned(), text?])).collect()
}

/// The largest R-hat and the smallest effective sample size of all parameters.
fn worst(summary: &Value) -> Option<String> {
    let parameters = || summary["parameters"].as_object().into_iter().flatten().map(|(_, own)| own);
    let r_hat = parameters().filter_map(|own| own["r_hat"].as_f64()).reduce(f64::max);
    let r_hat = r_hat.map(|r_hat| format!("R-hat is at most {r_hat:.3}, "));
    let ess = parameters()
        .flat_map(|own| ["ess_bulk", "ess_tail", "ess"].map(|key| own[key].as_f64()))
        .flatten()
        .reduce(f64::min)?;
    let start = if r_hat.is_some() { "the" } else { "The" };
    Some(format!("{}{start} effective sample size at least {ess:.0}", r_hat.unwrap_or_default()))
}

/// The names of the files, of many the first and the last.
fn recording(files: &Value) -> Option<String> {
    let paths: Vec<&str> = files.as_array()?.iter().filter_map(Value::as_str).collect();
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    match paths.as_slice() {
        [] => None,
        [first, .., last] if paths.len() > NAMED_FILES => {
            Some(format!("{} to {} ({} files)", name(first), name(last), paths.len()))
        }
        few => Some(few.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ")),
    }
}

/// `1 505 328`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

fn parameter_rows(content: &Content) -> Vec<Value> {
    let row = |own: &super::Parameter| {
        let summary = &content.summary["parameters"][&own.name];
        let sd = summary["sd"].as_f64().unwrap_or(f64::NAN);
        let number = |key: &str| summary[key].as_f64().map_or("–".to_owned(), |value| rounded(value, sd));
        let ess =
            ["ess_bulk", "ess_tail", "ess"].iter().filter_map(|key| summary[*key].as_f64()).reduce(f64::min);
        let diagnosis = &content.summary["diagnostics"]["parameters"][&own.name];
        let contraction = diagnosis["contraction"].as_f64();
        let at = |share: f64| {
            let place = (share * own.prior_quantiles.len() as f64) as usize;
            own.prior_quantiles.get(place).copied()
        };
        let prior = at(0.025).zip(at(0.975)).map(|(lower, upper)| {
            let width = 0.25 * (upper - lower);
            format!("{} to {}", rounded(lower, width), rounded(upper, width))
        });
        json!({
            "name": own.name,
            "unit": unit(&own.unit),
            "median": number("median"),
            "lower": number("lower"),
            "upper": number("upper"),
            "prior": prior,
            "r_hat": summary["r_hat"].as_f64().map(|r_hat| format!("{r_hat:.3}")),
            "bad_r_hat": summary["r_hat"].as_f64().is_some_and(|r_hat| !(r_hat <= crate::diagnostics::MAXIMUM_R_HAT)),
            "ess": ess.map(|ess| format!("{ess:.0}")),
            "bad_ess": ess.is_some_and(|ess| !(ess >= crate::diagnostics::MINIMUM_ESS)),
            "contraction": contraction.map(|contraction| format!("{:.0} %", 100.0 * contraction)),
            "undetermined": diagnosis["undetermined"] == true,
        })
    };
    content.parameters.iter().map(row).collect()
}

fn feature_rows(predicted: &Value) -> Vec<Value> {
    let row = |own: &Value| {
        let number = |key: &str| own[key].as_f64();
        let spread = number("upper").zip(number("lower")).map(|(upper, lower)| 0.25 * (upper - lower));
        let spread = spread.filter(|spread| *spread > 0.0).unwrap_or(1.0);
        let text = |key: &str| number(key).map_or("none".to_owned(), |value| rounded(value, spread));
        json!({
            "feature": own["feature"],
            "unit": unit(own["unit"].as_str().unwrap_or("")),
            "observed": text("observed"),
            "median": text("median"),
            "lower": text("lower"),
            "upper": text("upper"),
            "p_value": number("p_value").map(|p_value| format!("{p_value:.2}")),
            "missing": number("missing").filter(|missing| *missing > 0.0).map(|missing| format!("{:.0} %", 100.0 * missing)),
            "outside": own["outside"] == true,
        })
    };
    predicted.as_array().map_or_else(Vec::new, |rows| rows.iter().map(row).collect())
}

/// Reasons with their counts, most frequent first.
fn failures(summary: &Value) -> Vec<Value> {
    let mut failures: Vec<(&String, u64)> = summary["failed_simulations"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(reason, count)| Some((reason, count.as_u64()?)))
        .collect();
    failures.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let simulations = summary["simulations"].as_f64().unwrap_or(f64::NAN);
    let row = |(reason, count): (&String, u64)| json!({"reason": reason, "count": grouped(count), "share": format!("{:.1} %", 100.0 * count as f64 / simulations)});
    failures.into_iter().map(row).collect()
}
