//! The reports of a result, of a comparison and of a population: one HTML file that needs nothing else, neither a network nor files beside it.
//!
//! It is made from plain data and knows no files. Text and tables stand in the page and can be read without a script; the
//! charts are drawn by the scripts in `template/` and by uPlot (MIT licence, in `uplot/`) from numbers in the page.

mod charts;
mod comparison;
mod density;
mod figures;
mod forest;
mod frame;
mod packed;
mod page;
mod population;
mod thinning;

use serde_json::Value;

pub use comparison::{Compared, ComparedSide, ComparisonContent, comparison_html, comparison_pictures};
pub use figures::{Picture, pictures};
pub use page::html;
pub use population::{
    PooledCell, PooledCorrelation, PooledNumbers, PooledQuantity, PopulationContent, population_html,
    population_pictures,
};

/// What a report tells about a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// Name of the result.
    pub name: String,
    /// The content of `summary.json`.
    pub summary: Value,
    /// The content of `provenance.json`; null if there is none.
    pub provenance: Value,
    /// The text of the settings file.
    pub settings: String,
    /// What was inferred, in the order of the settings.
    pub parameters: Vec<Parameter>,
    /// Number of chains; particles are one.
    pub chains: usize,
    /// Weights of particles, which sum to 1; `None` if all draws count the same.
    pub weights: Option<Vec<f64>>,
    /// Sweeps with predicted traces.
    pub sweeps: Vec<Sweep>,
    /// What could not be shown, and why.
    pub missing: Vec<String>,
}

/// The draws of one parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Symbol of its unit; `1` if it has none.
    pub unit: String,
    /// Chain after chain.
    pub values: Vec<f64>,
    /// Quantiles of the prior at evenly spaced probabilities; empty if they are not known.
    pub prior_quantiles: Vec<f64>,
}

/// One sweep of the experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// Such as `sweep 3`.
    pub title: String,
    /// Whether it was kept from the fit.
    pub held_out: bool,
    /// Time between two samples.
    pub interval_ms: f64,
    /// The recorded voltage; empty if there is none.
    pub recorded_mv: Vec<f32>,
    /// The predicted voltages, each as long as the sweep.
    pub predicted_mv: Vec<Vec<f32>>,
    /// The injected current; empty if it is not known.
    pub current: Vec<f32>,
    /// Symbol of its unit.
    pub current_unit: String,
    /// Height of the step of current, if it is one.
    pub step: Option<f64>,
    /// Recorded number of spikes.
    pub recorded_spikes: Option<f64>,
    /// Number of spikes of each predicted voltage.
    pub predicted_spikes: Vec<f64>,
}

/// Where a result comes from, and what it says of itself.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its name.
    pub name: String,
    /// Where it was read.
    pub place: String,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// Whether it has converged.
    pub is_converged: bool,
    /// What its summary says, or what was found here.
    pub verdict: String,
    /// What it says of its predictions.
    pub predictions: Option<String>,
    /// The content of `provenance.json`; null if there is none.
    pub provenance: Value,
    /// The text of its settings; empty if there are none.
    pub settings: String,
}
