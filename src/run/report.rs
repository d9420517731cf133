//! `hhbayes report`: the folder of a result in, one HTML file out. Nothing is simulated: all that is shown stands in the
//! files of the result, so that a report can be made anywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::RunError;
use super::results::VALIDATION;
use crate::posterior::{Group, Posterior, StoredPosterior, Values, read_netcdf, write_atomically};
use crate::report::{Content, Parameter, Picture, Sweep, html, pictures};

/// Name of the report in the folder of a result.
pub(super) const REPORT: &str = "report.html";

/// Name of the folder of the pictures.
const PLOTS: &str = "plots";

/// The groups with predictions, recordings and what is constant: of the fitted sweeps and of those held out.
const PREFIXES: [&str; 2] = ["", VALIDATION];

/// Writes the report of a result into its folder, or to `output`; returns where it is.
///
/// # Errors
/// If the folder holds no result, or the report cannot be written.
pub fn report(folder: &Path, output: Option<&Path>) -> Result<PathBuf, RunError> {
    let content = read_content(folder)?;
    let path = output.map_or_else(|| folder.join(REPORT), Path::to_owned);
    write_page(&path, html(&content))?;
    Ok(path)
}

/// Writes a page, if it could be made.
pub(super) fn write_page(path: &Path, page: Result<String, minijinja::Error>) -> Result<(), RunError> {
    let page = page.map_err(|reason| RunError::Usage(format!("the report cannot be made: {reason:#}")))?;
    Ok(write_atomically(path, |file| file.write_all(page.as_bytes()))?)
}

/// Draws the charts of a result as SVG and PNG into the folder `plots` beside its report; returns that folder.
///
/// # Errors
/// If the folder holds no result, or a picture cannot be drawn or written.
pub fn report_plots(folder: &Path) -> Result<PathBuf, RunError> {
    write_pictures(folder, pictures(&read_content(folder)?))
}

/// Writes pictures, if they could be drawn, into the folder `plots`; returns that folder.
pub(super) fn write_pictures(
    folder: &Path,
    pictures: Result<Vec<Picture>, String>,
) -> Result<PathBuf, RunError> {
    let pictures =
        pictures.map_err(|reason| RunError::Usage(format!("the charts cannot be drawn: {reason}")))?;
    let plots = folder.join(PLOTS);
    std::fs::create_dir_all(&plots).map_err(|source| RunError::Output { folder: plots.clone(), source })?;
    for picture in &pictures {
        picture.write(&plots)?;
    }
    Ok(plots)
}

/// Reports of several results are made with them, as their folders do not hold all draws.
const MADE_WITH: [(&str, &str); 2] = [("comparison.json", "compare"), ("pool.json", "pool")];

fn read_content(folder: &Path) -> Result<Content, RunError> {
    if let Some((file, command)) = MADE_WITH.iter().find(|(file, _)| folder.join(file).exists()) {
        return Err(RunError::Usage(format!(
            "`{0}` holds a {file}, whose report is {0}/{REPORT}\n  help: `hhbayes {command} ... --output {0}` makes it anew",
            folder.display()
        )));
    }
    let stored = StoredPosterior::read(folder)?;
    let groups = ["prior_quantiles".to_owned()].into_iter().chain(PREFIXES.iter().flat_map(|prefix| {
        ["posterior_predictive", "observed_data", "constant_data"].map(|name| format!("{prefix}{name}"))
    }));
    let groups: Vec<String> = groups.collect();
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let file = if folder.is_dir() { folder.join("posterior.nc") } else { folder.to_owned() };
    let further = read_netcdf(&file, &names)?;
    let sweeps: Vec<Sweep> = PREFIXES.iter().flat_map(|prefix| sweeps(&further, prefix)).collect();
    let mut content = Content {
        name: stored.name(),
        parameters: parameters(&stored, &further),
        chains: stored.chains,
        summary: stored.summary.unwrap_or(Value::Null),
        provenance: provenance(folder),
        settings: stored.settings.unwrap_or_default(),
        weights: stored.weights,
        sweeps,
        missing: Vec::new(),
    };
    content.missing = missing(&content);
    Ok(content)
}

/// The content of `provenance.json`; null if the folder has none that can be read.
pub(super) fn provenance(folder: &Path) -> Value {
    let bytes = std::fs::read(folder.join("provenance.json")).ok();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

/// What the files of a result do not hold, and what to do about it.
fn missing(content: &Content) -> Vec<String> {
    let mut missing = Vec::new();
    if content.summary.is_null() {
        missing.push("There is no summary.json, so that nothing is said about convergence and features: name the folder of a run that has it.".to_owned());
    }
    if content.sweeps.is_empty() {
        missing.push(
            "posterior.nc holds no predicted traces: run the settings once more to have them.".to_owned(),
        );
    }
    if content.parameters.iter().any(|own| own.prior_quantiles.is_empty()) {
        missing.push("posterior.nc does not tell the priors: run the settings once more to have them beside the posterior.".to_owned());
    }
    missing
}

fn parameters(stored: &StoredPosterior, further: &Posterior) -> Vec<Parameter> {
    let priors = find(further, "prior_quantiles");
    let of = |own: &crate::posterior::StoredParameter| Parameter {
        name: own.name.clone(),
        unit: own.unit.clone().unwrap_or_default(),
        values: own.values.clone(),
        prior_quantiles: priors.map_or_else(Vec::new, |group| numbers(group, &own.name)),
    };
    stored.parameters.iter().map(of).collect()
}

fn find<'a>(posterior: &'a Posterior, name: &str) -> Option<&'a Group> {
    posterior.groups.iter().find(|group| group.name == name)
}

/// The numbers of a variable or a coordinate; empty if there is none of that name.
fn numbers(group: &Group, name: &str) -> Vec<f64> {
    match values(group, name) {
        Some(Values::F64(values)) => values.clone(),
        Some(Values::F32(values)) => values.iter().copied().map(f64::from).collect(),
        Some(Values::I64(values)) => values.iter().map(|value| *value as f64).collect(),
        Some(Values::Bool(_) | Values::Text(_)) | None => Vec::new(),
    }
}

/// The same for traces.
fn samples(group: &Group, name: &str) -> Vec<f32> {
    match values(group, name) {
        Some(Values::F32(values)) => values.clone(),
        _ => numbers(group, name).into_iter().map(|value| value as f32).collect(),
    }
}

fn values<'a>(group: &'a Group, name: &str) -> Option<&'a Values> {
    let variables = group.variables.iter().chain(&group.coordinates);
    variables.into_iter().find(|variable| variable.name == name).map(|variable| &variable.values)
}

fn unit(group: &Group, name: &str) -> String {
    let variable = group.variables.iter().find(|variable| variable.name == name);
    let attribute = variable.and_then(|own| own.attributes.iter().find(|(name, _)| name == "units"));
    match attribute {
        Some((_, crate::posterior::Attribute::Text(text))) => text.clone(),
        _ => String::new(),
    }
}

/// The sweeps with predicted traces, in the order of the experiment.
fn sweeps(further: &Posterior, prefix: &str) -> Vec<Sweep> {
    let Some(predicted) = find(further, &format!("{prefix}posterior_predictive")) else { return Vec::new() };
    let none = Group::default();
    let group = |name: &str| find(further, &format!("{prefix}{name}")).unwrap_or(&none);
    let (observed, constant) = (group("observed_data"), group("constant_data"));
    let places = places(predicted);
    let at = |values: Vec<f64>, name: &str| {
        let place = *places.get(name)?;
        values.get(place).copied().filter(|value| value.is_finite())
    };
    let counts = numbers(predicted, "spikes");
    let of = |variable: &crate::posterior::Variable| {
        let name = variable.name.strip_prefix("voltage_")?;
        let times = numbers(predicted, &format!("time_{name}"));
        let count = times.len();
        let interval_ms =
            if count > 1 { (times[count - 1] - times[0]) / (count - 1) as f64 } else { return None };
        let predicted_mv: Vec<Vec<f32>> =
            samples(predicted, &variable.name).chunks_exact(count).map(<[f32]>::to_vec).collect();
        let kept = |trace: &&Vec<f32>| trace.iter().all(|value| value.is_finite());
        let current = format!("current_{name}");
        let spikes =
            |place: &usize| counts.iter().skip(*place).step_by(places.len().max(1)).copied().collect();
        let own = Sweep {
            title: if name.parse::<usize>().is_ok() { format!("sweep {name}") } else { name.to_owned() },
            held_out: !prefix.is_empty(),
            interval_ms,
            recorded_mv: samples(observed, &variable.name),
            predicted_mv: predicted_mv.iter().filter(kept).cloned().collect(),
            current: samples(constant, &current),
            current_unit: unit(constant, &current),
            step: at(numbers(constant, "step_amplitude"), name),
            recorded_spikes: at(numbers(observed, "spikes"), name),
            predicted_spikes: places.get(name).map_or_else(Vec::new, spikes),
        };
        let place = places.get(name).copied().unwrap_or(usize::MAX);
        Some((place, own))
    };
    let mut found: Vec<(usize, Sweep)> = predicted.variables.iter().filter_map(of).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, sweep)| sweep).collect()
}

/// The names of the sweeps with their places.
fn places(group: &Group) -> BTreeMap<String, usize> {
    match values(group, "sweep") {
        Some(Values::Text(names)) => names.iter().cloned().zip(0..).collect(),
        _ => BTreeMap::new(),
    }
}
