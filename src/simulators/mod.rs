//! A cell for other simulators: the channels of one parameter set, its currents, and a script that runs them.
//!
//! NEURON, <https://doi.org/10.1162/neco.1997.9.6.1179>; Brian 2, <https://doi.org/10.7554/eLife.47314>; NeuroML 2,
//! <https://doi.org/10.3389/fninf.2014.00079>. The files come from the templates beside this one.

mod expression;
mod neuroml;
#[cfg(test)]
mod tests;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Value, json};

use self::expression::{Dialect, number, sum};
use crate::model::StepCurrent;
use crate::model::kinetics::{Channel, Gate, Kinetics};

/// A program that simulates neurons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulator {
    /// Mechanisms in NMODL, and the cell in Python and in hoc.
    Neuron,
    /// A script.
    Brian2,
    /// A file for each sweep, and one that runs it.
    NeuroMl,
}

/// A cell of one compartment and what is done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Lines about where it comes from, for the head of each file.
    pub about: Vec<String>,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// Specific capacitance in µF/cm².
    pub capacitance_uf_cm2: f64,
    /// Area of its membrane in µm².
    pub area_um2: f64,
    /// What counts as a spike: the voltage rises through this, in mV.
    pub threshold_mv: f64,
    /// At least one.
    pub sweeps: Vec<Sweep>,
}

/// A current, and what the cell does under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Its name, for people.
    pub name: String,
    /// How long it is, in ms.
    pub duration_ms: f64,
    /// Where the voltage starts, in mV, with all gates at their steady state.
    pub start_mv: f64,
    /// Current density into the cell.
    pub current: Current,
    /// When this program finds spikes, in ms.
    pub spikes_ms: Vec<f64>,
}

/// A current density in µA/cm².
#[derive(Clone, Debug, PartialEq)]
pub enum Current {
    /// It changes in jumps.
    Steps(StepCurrent),
    /// It has one value in each interval.
    Samples {
        /// Length of an interval in ms.
        interval_ms: f64,
        /// In µA/cm².
        density: Vec<f64>,
    },
}

/// A text with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Name in the folder.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The simulator has no such current.
    #[error(
        "NeuroML has no current that is given sample by sample, as that of sweep `{0}` is; take --format neuron or brian2"
    )]
    Samples(String),
    /// A template is broken.
    #[error("cannot write the files: {0:#}")]
    Template(#[from] minijinja::Error),
}

const MECHANISM: &str = include_str!("templates/channel.mod");
const NEURON_PYTHON: &str = include_str!("templates/neuron.py");
const NEURON_HOC: &str = include_str!("templates/neuron.hoc");
const BRIAN2: &str = include_str!("templates/brian2.py");
const NEUROML: &str = include_str!("templates/sweep.nml");
const LEMS: &str = include_str!("templates/LEMS.xml");

/// Values of a line of a list.
const VALUES_PER_LINE: usize = 6;

/// The files with which the simulator runs the cell.
///
/// # Errors
/// If the simulator has no such current.
pub fn files(cell: &Cell, simulator: Simulator) -> Result<Vec<File>, SimulatorError> {
    let environment = environment()?;
    let render = |name: String, template: &str, own: &Value| -> Result<File, SimulatorError> {
        Ok(File { name, text: environment.render_str(template, minijinja::value::Serde(own))? })
    };
    let mut files = match simulator {
        Simulator::Neuron => {
            let own = described(cell, Dialect::Nmodl);
            let mechanisms = cell.channels.iter().map(|own| {
                let content = json!({"about": cell.about, "channel": channel(own, Dialect::Nmodl)});
                render(format!("{}.mod", mechanism(own)), MECHANISM, &content)
            });
            let mut files = mechanisms.collect::<Result<Vec<_>, _>>()?;
            files.push(render("cell.py".to_owned(), NEURON_PYTHON, &own)?);
            files.push(render("cell.hoc".to_owned(), NEURON_HOC, &own)?);
            files
        }
        Simulator::Brian2 => vec![render("cell.py".to_owned(), BRIAN2, &described(cell, Dialect::Brian2))?],
        Simulator::NeuroMl => {
            let mut own = described(cell, Dialect::Lems);
            own["channels"] = neuroml::channels(&cell.channels);
            own["types"] = neuroml::types(&cell.channels);
            let mut files = Vec::new();
            for (index, described) in cell.sweeps.iter().enumerate() {
                let Current::Steps(steps) = &described.current else {
                    return Err(SimulatorError::Samples(described.name.clone()));
                };
                own["sweep"] = sweep(index, described);
                own["pulses"] = neuroml::pulses(steps, cell.area_um2);
                let slug = slug(index);
                files.push(render(format!("{slug}.nml"), NEUROML, &own)?);
                files.push(render(format!("LEMS_{slug}.xml"), LEMS, &own)?);
            }
            files
        }
    };
    files.extend(cell.sweeps.iter().enumerate().filter_map(|(index, sweep)| match &sweep.current {
        Current::Samples { density, .. } => Some(File {
            name: samples_file(index),
            text: density.iter().map(|density| format!("{}\n", number(*density))).collect(),
        }),
        Current::Steps(_) => None,
    }));
    Ok(files)
}

/// A line with a block alone leaves no trace; a name that the program forgot is an error.
fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    Ok(environment)
}

fn slug(index: usize) -> String {
    format!("sweep_{}", index + 1)
}

fn samples_file(index: usize) -> String {
    format!("{}_uA_cm2.txt", slug(index))
}

/// What the templates fill in; numbers are texts that read back as the same number.
fn described(cell: &Cell, dialect: Dialect) -> Value {
    let side_um = (cell.area_um2 / std::f64::consts::PI).sqrt();
    json!({
        "about": cell.about,
        "capacitance": number(cell.capacitance_uf_cm2),
        "area": number(cell.area_um2),
        "side": number(side_um),
        "threshold": number(cell.threshold_mv),
        "channels": cell.channels.iter().map(|own| channel(own, dialect)).collect::<Vec<_>>(),
        "sweeps": cell.sweeps.iter().enumerate().map(|(index, own)| sweep(index, own)).collect::<Vec<_>>(),
    })
}

fn channel(channel: &Channel, dialect: Dialect) -> Value {
    let open = channel.gates.iter().map(|gate| dialect.power(&gate_name(channel, gate, dialect), gate.power));
    let open: Vec<String> = open.collect();
    json!({
        "name": channel.name,
        "mechanism": mechanism(channel),
        "conductance": number(channel.conductance),
        "reversal": number(channel.reversal_mv),
        "open": open,
        "gates": channel.gates.iter().map(|own| gate(channel, own, dialect)).collect::<Vec<_>>(),
    })
}

/// Its name among the mechanisms of NEURON, of which some have short names.
fn mechanism(channel: &Channel) -> String {
    format!("cell_{}", channel.name)
}

/// All equations of Brian 2 share one room for names.
fn gate_name(channel: &Channel, gate: &Gate, dialect: Dialect) -> String {
    match dialect {
        Dialect::Brian2 => format!("{}_{}", gate.name, channel.name),
        Dialect::Nmodl | Dialect::Lems => gate.name.clone(),
    }
}

fn gate(channel: &Channel, gate: &Gate, dialect: Dialect) -> Value {
    let (kind, functions) = match &gate.kinetics {
        Kinetics::Rates { alpha, beta } => ("rates", [sum(alpha, dialect), sum(beta, dialect)]),
        Kinetics::Relaxation { steady_state, time_constant } => {
            ("relaxation", [sum(steady_state, dialect), sum(time_constant, dialect)])
        }
        Kinetics::Instantaneous { steady_state } => {
            ("instantaneous", [sum(steady_state, dialect), String::new()])
        }
    };
    let [first, second] = functions;
    json!({"name": gate_name(channel, gate, dialect), "power": gate.power, "kind": kind, "first": first, "second": second})
}

fn sweep(index: usize, sweep: &Sweep) -> Value {
    let numbers = |values: &mut dyn Iterator<Item = f64>| values.map(number).collect::<Vec<_>>();
    let (samples, interval, times, densities) = match &sweep.current {
        Current::Samples { interval_ms, .. } => {
            (Some(samples_file(index)), Some(number(*interval_ms)), Vec::new(), Vec::new())
        }
        Current::Steps(StepCurrent { start_ua_cm2, changes }) => {
            let times = &mut std::iter::once(0.0).chain(changes.iter().map(|change| change.0));
            let densities = &mut std::iter::once(*start_ua_cm2).chain(changes.iter().map(|change| change.1));
            (None, None, numbers(times), numbers(densities))
        }
    };
    let spikes: Vec<String> = sweep.spikes_ms.iter().map(|time| format!("{time:.3}")).collect();
    let lines =
        |values: &[String]| values.chunks(VALUES_PER_LINE).map(<[String]>::to_vec).collect::<Vec<_>>();
    json!({
        "name": sweep.name,
        "slug": slug(index),
        "duration": number(sweep.duration_ms),
        "start": number(sweep.start_mv),
        "samples": samples,
        "interval": interval,
        "times": lines(&times),
        "densities": lines(&densities),
        "spikes": lines(&spikes),
        "count": spikes.len(),
    })
}
