//! A result that is read back: the folder of a run, or a `posterior.nc` that this program or ArviZ wrote.

mod error;
mod netcdf;

use std::path::{Path, PathBuf};

use ndarray::ArrayView2;
use serde_json::Value;

pub use error::ReadError;
pub use netcdf::{read_all_netcdf, read_netcdf};

use super::{Attribute, Group, Posterior, Values, Variable};
use crate::draws::Evidence;

/// The draws of a result, with what stands beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPosterior {
    /// What was named: the folder or the file.
    pub place: PathBuf,
    /// One for each number that was inferred; in the order of the summary, else of the file.
    pub parameters: Vec<StoredParameter>,
    /// Number of chains; weighted particles are one.
    pub chains: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// Normalised weights of particles, one per draw; `None` if all count the same.
    pub weights: Option<Vec<f64>>,
    /// The log likelihood of each datum, if the file holds it.
    pub data_log_likelihood: Option<StoredLogLikelihood>,
    /// The group `observed_data`; empty if there is none.
    pub observed: Group,
    /// The evidence, from a sampler that estimates it.
    pub evidence: Option<Evidence>,
    /// The program that wrote the file, if it says so.
    pub writer: Option<String>,
    /// The text of the settings file.
    pub settings: Option<String>,
    /// The content of `summary.json`, if a folder was named that has it.
    pub summary: Option<Value>,
}

/// The draws of one number.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredParameter {
    /// Its name; an element of a vector has its place in brackets: `g[0]`, `rate[1][2]`.
    pub name: String,
    /// Its unit, if the file says so.
    pub unit: Option<String>,
    /// Name of the variable that it is an element of; its own name, if it is a single number.
    pub group: String,
    /// Chain after chain, in its unit.
    pub values: Vec<f64>,
}

/// The log likelihood of each datum.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredLogLikelihood {
    /// One per datum.
    pub labels: Vec<String>,
    /// One per datum: of each draw, chain after chain.
    pub columns: Vec<Vec<f64>>,
    /// Number of chains.
    pub chains: usize,
    /// The number of each draw within its chain, as the group `posterior` counts them.
    pub draws: Vec<usize>,
}

/// The groups that are looked at.
const GROUPS: [&str; 4] = ["posterior", "sample_stats", "log_likelihood", "observed_data"];

impl StoredPosterior {
    /// Reads the folder of a run, or a file.
    ///
    /// # Errors
    /// If there is no posterior, the file is broken, draws are not finite, or weights are none.
    pub fn read(place: &Path) -> Result<Self, ReadError> {
        let metadata = std::fs::metadata(place);
        let metadata = metadata.map_err(|source| ReadError::Unreadable { path: place.to_owned(), source })?;
        if !metadata.is_dir() {
            return Self::read_file(place, place);
        }
        let file = place.join("posterior.nc");
        if !file.exists() {
            return Err(ReadError::NoPosteriorFile { folder: place.to_owned(), inside: results_in(place) });
        }
        let mut stored = Self::read_file(&file, place)?;
        stored.settings = std::fs::read_to_string(place.join("settings.toml")).ok().or(stored.settings);
        let path = place.join("summary.json");
        if let Ok(bytes) = std::fs::read(&path) {
            let summary = serde_json::from_slice(&bytes);
            stored.add_summary(summary.map_err(|source| ReadError::Summary { path, source })?);
        }
        Ok(stored)
    }

    fn read_file(file: &Path, place: &Path) -> Result<Self, ReadError> {
        let Posterior { groups, attributes } = read_netcdf(file, &GROUPS)?;
        let mut groups: Vec<Option<Group>> = groups.into_iter().map(Some).collect();
        let mut take = |name: &str| {
            groups.iter_mut().find(|group| group.as_ref().is_some_and(|own| own.name == name))?.take()
        };
        let Some(posterior) = take("posterior") else {
            let found = named(&netcdf::group_names(file)?, "no group");
            return Err(ReadError::NoPosteriorGroup { path: file.to_owned(), found });
        };
        let (chains, draws) = lengths(&posterior).ok_or_else(|| no_parameters(file, &posterior))?;
        let parameters = parameters(&posterior, chains, draws);
        if parameters.is_empty() {
            return Err(no_parameters(file, &posterior));
        }
        check_finite(file, &parameters, draws)?;
        let text = |name: &str| match find(&attributes, name)? {
            Attribute::Text(text) => Some(text.clone()),
            Attribute::Number(_) | Attribute::Integer(_) => None,
        };
        let number = |name: &str| match find(&attributes, name)? {
            Attribute::Number(number) => Some(*number),
            Attribute::Text(_) | Attribute::Integer(_) => None,
        };
        Ok(Self {
            place: place.to_owned(),
            parameters,
            chains,
            draws,
            weights: take("sample_stats").map_or(Ok(None), |stats| weights(file, &stats, chains * draws))?,
            data_log_likelihood: take("log_likelihood").and_then(|group| log_likelihood(&group)),
            observed: take("observed_data").unwrap_or_default(),
            evidence: number("log_evidence")
                .zip(number("log_evidence_error"))
                .map(|(log, error)| Evidence { log, error }),
            writer: text("inference_library").or_else(|| text("creation_library")),
            settings: text("settings"),
            summary: None,
        })
    }

    /// The summary knows the order of the settings.
    fn add_summary(&mut self, summary: Value) {
        if let Some(order) = summary["parameters"].as_object() {
            let place = |name: &String| order.keys().position(|own| own == name).unwrap_or(usize::MAX);
            self.parameters.sort_by_key(|parameter| place(&parameter.name));
        }
        self.summary = Some(summary);
    }

    /// The last part of the path of a folder; of a file without its ending.
    pub fn name(&self) -> String {
        let full = std::path::absolute(&self.place).unwrap_or_else(|_| self.place.clone());
        let is_file = full.extension().is_some_and(|extension| extension == "nc") && !full.is_dir();
        // `posterior.nc` is the name of all of them.
        let named = match full.file_stem() {
            Some(stem) if is_file && stem == "posterior" => full.parent().and_then(Path::file_name),
            Some(stem) if is_file => Some(stem),
            _ => full.file_name(),
        };
        named.unwrap_or(self.place.as_os_str()).to_string_lossy().into_owned()
    }

    /// What the run said about itself, such as `converged`; `None` if there is no summary.
    pub fn verdict(&self) -> Option<&str> {
        self.summary.as_ref()?["verdict"].as_str()
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&StoredParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The draws of one of the parameters, shape `[chain, draw]`.
    #[allow(clippy::missing_panics_doc, reason = "the number of draws is checked when they are read")]
    pub fn by_chain<'a>(&self, parameter: &'a StoredParameter) -> ArrayView2<'a, f64> {
        ArrayView2::from_shape((self.chains, self.draws), &parameter.values)
            .expect("checked when it was read")
    }
}

/// Folders in a folder that hold results, in words.
fn results_in(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut inside: Vec<String> = entries
        .filter(|entry| entry.path().join("posterior.nc").exists())
        .map(|entry| format!("`{}`", entry.path().display()))
        .collect();
    inside.sort();
    if inside.is_empty() { String::new() } else { format!(", here {}", inside.join(" or ")) }
}

fn named(names: &[String], none: &str) -> String {
    if names.is_empty() {
        return none.to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn find<'a>(attributes: &'a [(String, Attribute)], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

fn no_parameters(file: &Path, group: &Group) -> ReadError {
    let variable = |own: &Variable| format!("{} ({})", own.name, own.dimensions.join(", "));
    let found: Vec<String> = group.variables.iter().map(variable).collect();
    let found = if found.is_empty() { "none".to_owned() } else { found.join("; ") };
    ReadError::NoParameters { path: file.to_owned(), found }
}

/// Number of chains and of draws.
fn lengths(group: &Group) -> Option<(usize, usize)> {
    let length = |name: &str| {
        group
            .coordinates
            .iter()
            .find(|own| own.name == name)
            .map(|own| own.values.len())
            .filter(|&own| own > 0)
    };
    Some((length("chain")?, length("draw")?))
}

fn numbers(values: &Values) -> Option<Vec<f64>> {
    match values {
        Values::F64(values) => Some(values.clone()),
        Values::F32(values) => Some(values.iter().map(|&value| f64::from(value)).collect()),
        Values::I64(values) => Some(values.iter().map(|&value| value as f64).collect()),
        Values::Bool(values) => Some(values.iter().map(|&value| f64::from(u8::from(value))).collect()),
        Values::Text(_) => None,
    }
}

/// Columns of a variable over chains and draws: the index of each element, and its draws, chain after chain.
fn columns(variable: &Variable, chains: usize, draws: usize) -> Option<Vec<(usize, Vec<f64>)>> {
    let [first, second, ..] = &*variable.dimensions else { return None };
    let is_transposed = match (first.as_str(), second.as_str()) {
        ("chain", "draw") => false,
        ("draw", "chain") => true,
        _ => return None,
    };
    let values = numbers(&variable.values)?;
    let count = chains * draws;
    let elements = values.len() / count;
    if elements * count != values.len() {
        return None;
    }
    if elements == 1 && !is_transposed {
        return Some(vec![(0, values)]);
    }
    let row =
        |chain: usize, draw: usize| if is_transposed { draw * chains + chain } else { chain * draws + draw };
    let column = |element: usize| {
        let rows = (0..chains).flat_map(|chain| (0..draws).map(move |draw| (chain, draw)));
        (element, rows.map(|(chain, draw)| values[row(chain, draw) * elements + element]).collect())
    };
    Some((0..elements).map(column).collect())
}

fn parameters(group: &Group, chains: usize, draws: usize) -> Vec<StoredParameter> {
    let of = |own: DrawColumn| StoredParameter {
        name: own.name,
        unit: own.unit,
        group: own.variable,
        values: own.values,
    };
    draw_columns(group, chains, draws).into_iter().map(of).collect()
}

/// One number of every draw.
pub(in crate::posterior) struct DrawColumn {
    /// Its name; an element of a vector has its place in brackets.
    pub name: String,
    /// Its unit, if the file says so.
    pub unit: Option<String>,
    /// The variable that it is an element of.
    pub variable: String,
    /// Chain after chain.
    pub values: Vec<f64>,
}

/// The numbers of a group that every draw has.
pub(in crate::posterior) fn draw_columns(group: &Group, chains: usize, draws: usize) -> Vec<DrawColumn> {
    let length = |name: &String| {
        group.coordinates.iter().find(|own| own.name == *name).map_or(1, |own| own.values.len())
    };
    let mut found = Vec::new();
    for variable in &group.variables {
        let Some(columns) = columns(variable, chains, draws) else { continue };
        let lengths: Vec<usize> = variable.dimensions[2..].iter().map(length).collect();
        let unit = ["units", "unit"].iter().find_map(|name| match find(&variable.attributes, name) {
            Some(Attribute::Text(text)) => Some(text.clone()),
            _ => None,
        });
        for (element, values) in columns {
            found.push(DrawColumn {
                name: element_name(&variable.name, element, &lengths),
                unit: unit.clone(),
                variable: variable.name.clone(),
                values,
            });
        }
    }
    found
}

/// `rate[1][2]` for the element at that place of a variable with more axes than chains and draws.
fn element_name(variable: &str, element: usize, lengths: &[usize]) -> String {
    let mut rest = element;
    let mut places = Vec::new();
    for &length in lengths.iter().rev() {
        places.push(rest % length.max(1));
        rest /= length.max(1);
    }
    let places = places.iter().rev().map(|place| format!("[{place}]"));
    variable.to_owned() + &places.collect::<String>()
}

fn check_finite(file: &Path, parameters: &[StoredParameter], draws: usize) -> Result<(), ReadError> {
    for parameter in parameters {
        if let Some(place) = parameter.values.iter().position(|value| !value.is_finite()) {
            return Err(ReadError::NotFinite {
                path: file.to_owned(),
                parameter: parameter.name.clone(),
                found: parameter.values[place],
                chain: place / draws,
                draw: place % draws,
            });
        }
    }
    Ok(())
}

fn weights(file: &Path, stats: &Group, draws: usize) -> Result<Option<Vec<f64>>, ReadError> {
    let Some(variable) = stats.variables.iter().find(|own| own.name == "weight") else { return Ok(None) };
    let wrong = |found: String| ReadError::Weights { path: file.to_owned(), draws, found };
    let weights = numbers(&variable.values).ok_or_else(|| wrong("texts".to_owned()))?;
    if weights.len() != draws {
        return Err(wrong(format!("{} of them", weights.len())));
    }
    if let Some(weight) = weights.iter().find(|weight| !(weight.is_finite() && **weight >= 0.0)) {
        return Err(wrong(weight.to_string()));
    }
    let total: f64 = weights.iter().sum();
    if !(total > 0.0) {
        return Err(wrong("only zeros".to_owned()));
    }
    Ok(Some(weights.into_iter().map(|weight| weight / total).collect()))
}

/// All variables of the group side by side; their labels are those of their last axis.
fn log_likelihood(group: &Group) -> Option<StoredLogLikelihood> {
    let (chains, draws) = lengths(group)?;
    let several = group.variables.len() > 1;
    let (mut labels, mut all) = (Vec::new(), Vec::new());
    for variable in &group.variables {
        let columns = columns(variable, chains, draws)?;
        let axis = variable.dimensions.get(2).filter(|_| variable.dimensions.len() == 3);
        let axis = axis.and_then(|axis| group.coordinates.iter().find(|own| own.name == *axis));
        for (element, column) in columns {
            let label = match axis.map(|axis| &axis.values) {
                Some(Values::Text(texts)) if !several => texts[element].clone(),
                _ => format!("{}[{element}]", variable.name),
            };
            labels.push(label);
            all.push(column);
        }
    }
    let counted = (0..draws).collect();
    let numbers = match group.coordinates.iter().find(|own| own.name == "draw").map(|own| &own.values) {
        Some(Values::I64(numbers)) => {
            numbers.iter().map(|&draw| usize::try_from(draw).unwrap_or(0)).collect()
        }
        _ => counted,
    };
    let table = StoredLogLikelihood { labels, columns: all, chains, draws: numbers };
    Some(table).filter(|table| !table.columns.is_empty())
}
