//! Every number that a simulation needs, by name: fixed by the settings, or inferred.

use crate::model::{Membrane, ModelParameter};
use crate::numeric::{Natural, Rows};
use crate::prior::{self, Parameter, ParameterSpace};
use crate::settings::{Section, Value, did_you_mean};
use crate::units::Unit;

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Name in the settings and the results.
    pub name: String,
    /// Unit of the value.
    pub unit: Unit,
    /// Physical range.
    pub range: (f64, f64),
    /// Its value if it is fixed; `None` if the settings must give it where it is needed.
    pub value: Option<f64>,
    /// The column of the parameter set that holds it, if it is inferred.
    pub column: Option<usize>,
}

impl Slot {
    /// The number in one parameter set. A number that no one needs is NaN.
    pub fn of(&self, set: &[f64]) -> f64 {
        match self.column {
            Some(column) => set[column],
            None => self.value.unwrap_or(f64::NAN),
        }
    }

    /// Whether the number is known or inferred.
    pub fn is_given(&self) -> bool {
        self.column.is_some() || self.value.is_some()
    }
}

/// Numbers of the cell and its electrode, beside those of the membrane.
pub const CELL: &[ModelParameter] = &[
    ModelParameter::new(
        "C_m",
        Unit::MicrofaradPerCm2,
        1.0,
        (1e-3, 1e3),
        "specific capacitance of the membrane",
    ),
    ModelParameter::new(
        "area",
        Unit::SquareMicrometre,
        f64::NAN,
        (1e-3, 1e12),
        "membrane area; turns pA into uA/cm^2",
    ),
    ModelParameter::new(
        "capacitance",
        Unit::Picofarad,
        f64::NAN,
        (1e-3, 1e9),
        "capacitance of the whole cell, in place of its area",
    ),
    ModelParameter::new(
        "current_scale",
        Unit::One,
        1.0,
        (0.0, 1e3),
        "factor on the injected current (nuisance: calibration of the electrode)",
    ),
    ModelParameter::new(
        "bias_current",
        Unit::MicroampPerCm2,
        0.0,
        (-1e4, 1e4),
        "constant current beside the injected one (nuisance: leak of the electrode)",
    ),
    ModelParameter::new(
        "voltage_offset",
        Unit::Millivolt,
        0.0,
        (-200.0, 200.0),
        "added to the simulated voltage (nuisance: offset of the amplifier)",
    ),
    ModelParameter::new(
        "initial_voltage",
        Unit::Millivolt,
        -65.0,
        (-200.0, 200.0),
        "voltage at the start of a sweep, for start = \"voltage\"",
    ),
    ModelParameter::new(
        "current_noise",
        Unit::One,
        0.0,
        (0.0, 1e3),
        "intrinsic white current noise, in uA/cm^2 sqrt(ms)",
    ),
];

/// Places in [`CELL`].
pub mod cell {
    /// Specific capacitance.
    pub const C_M: usize = 0;
    /// Membrane area.
    pub const AREA: usize = 1;
    /// Whole-cell capacitance.
    pub const CAPACITANCE: usize = 2;
    /// Factor on the injected current.
    pub const CURRENT_SCALE: usize = 3;
    /// Constant current beside the injected one.
    pub const BIAS_CURRENT: usize = 4;
    /// Added to the simulated voltage.
    pub const VOLTAGE_OFFSET: usize = 5;
    /// Voltage at the start.
    pub const INITIAL_VOLTAGE: usize = 6;
    /// Intrinsic noise.
    pub const CURRENT_NOISE: usize = 7;
}

/// Reads the numbers of the membrane and the cell from `[model]`: first those of the membrane, then [`CELL`].
pub fn read_slots(section: &Section<'_>, membrane: &dyn Membrane) -> Vec<Slot> {
    let parameters = membrane.parameters().iter().chain(CELL);
    parameters
        .map(|parameter| {
            let ModelParameter { ref name, unit, default, range, summary, is_written } = *parameter;
            if is_written {
                return Slot { name: name.to_string(), unit, range, value: Some(default), column: None };
            }
            let key = section.key(name, summary).between(range.0, range.1);
            let value = if default.is_nan() {
                key.quantity_maybe(unit)
            } else {
                Some(key.quantity_or(unit, default))
            };
            Slot { name: name.to_string(), unit, range, value, column: None }
        })
        .collect()
}

/// Notes channels that are written for a built-in model, numbers of written channels that stand in `[model]` itself, and
/// constants that have the name of one of the `others`: those of the cell and the stimulus.
pub fn check_written(model: &Section<'_>, membrane: &dyn Membrane, others: &[Slot]) {
    if model.has("channels") && !membrane.parameters().iter().any(|parameter| parameter.is_written) {
        model.key("channels", "noted here").node_maybe();
        let message = "a built-in model has its channels already";
        let help = "take kind = \"channels\" to write channels";
        model.mistake(&model.name_span("channels"), message, Some(help.to_owned()));
    }
    for parameter in membrane.parameters().iter().filter(|parameter| parameter.is_written) {
        let name = &*parameter.name;
        if others.iter().any(|slot| slot.name == name) {
            let constants = model.table("constants", "numbers that several channels share");
            let message = format!("`{name}` is a number of the cell or the stimulus, not of the channels");
            let help = "rename the constant; a number of the cell is written into [model] itself";
            constants.mistake(&constants.name_span(name), message, Some(help.to_owned()));
        } else if model.has(name) {
            model.key(name, "noted here").node_maybe();
            let message = format!("`{name}` is a number of a written channel");
            let help = "change it where the channel is written, below [model.channels]";
            model.mistake(&model.name_span(name), message, Some(help.to_owned()));
        }
    }
}

/// Reads `[prior]`: gives each slot that has a prior its column.
pub fn read_priors(root: &Section<'_>, slots: &mut [Slot]) -> Vec<Parameter> {
    let section = root.table("prior", "what is believed about each inferred parameter beforehand");
    let model = root.table("model", "the membrane");
    let mut parameters = Vec::new();
    for (name, node) in section.entries() {
        let Some(place) = slots.iter().position(|slot| slot.name == name) else {
            let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            let help = absent_term(root, name).or_else(|| did_you_mean(name, &known));
            let help = help.unwrap_or_else(|| format!("known: {}", known.join(", ")));
            section.mistake(
                &section.name_span(name),
                format!("the model has no parameter `{name}`"),
                Some(help),
            );
            continue;
        };
        if !matches!(node.value, Value::Table(_)) {
            let message = format!("the prior of `{name}` is no distribution, but {}", node.value.describe());
            let help = format!(
                "a fixed value belongs into [model]; a prior is such as {name} = {{ kind = \"uniform\", lower = .., upper = .. }}"
            );
            section.mistake(&node.span, message, Some(help));
            continue;
        }
        if model.has(name) {
            let message = format!("`{name}` is fixed in [model] and has a prior");
            section.mistake(&node.span, message, Some("keep one of them".to_owned()));
        }
        parameters.extend(inferred(&section, name, slots, place, parameters.len()));
    }
    parameters
}

/// What to do about a number of the noise of traces or spike times that are not compared.
fn absent_term(root: &Section<'_>, name: &str) -> Option<String> {
    let table = match name.split_once('_')?.0 {
        "trace" => "trace",
        "spike" => "spike_times",
        _ => return None,
    };
    let likelihood = root.table("likelihood", "how recording and simulation are compared");
    (!likelihood.has(table)).then(|| format!("it is a number of [likelihood.{table}], which is not there"))
}

/// Beyond these quantiles no sampler will ever look.
const TAIL: f64 = 1e-9;

/// Reads the prior `name` of `section` for the slot at `place`, which becomes the parameter in `column`.
pub fn inferred(
    section: &Section<'_>,
    name: &str,
    slots: &mut [Slot],
    place: usize,
    column: usize,
) -> Option<Parameter> {
    let slot = &mut slots[place];
    let inner = section.child(name, section.peek(name));
    let before = section.mistakes();
    let prior = prior::from_settings(&inner, slot.unit)?;
    if section.mistakes() > before {
        return None;
    }
    let (lowest, highest) = (prior.quantile(TAIL), prior.quantile(1.0 - TAIL));
    let (lower, upper) = slot.range;
    if lowest < lower || highest > upper {
        let unit = if slot.unit == Unit::One { "" } else { slot.unit.symbol() };
        let message = format!(
            "the prior of `{}` reaches from {lowest:.4} to {highest:.4} {unit}, but only {lower} to {upper} {unit} is physical",
            slot.name
        );
        let help = "narrow it, or take a prior with bounds such as uniform, truncated_normal or lognormal";
        section.mistake_at(name, message, Some(help));
        return None;
    }
    slot.column = Some(column);
    Some(Parameter::new(slot.name.clone(), slot.unit, prior))
}

/// Parameter sets in which every parameter has the median of its prior, except those that are `given`.
pub fn medians(space: &ParameterSpace, given: &[(usize, f64)]) -> Rows<Natural> {
    let mut values: Vec<f64> =
        space.parameters().iter().map(|parameter| parameter.prior.quantile(0.5)).collect();
    for &(column, value) in given {
        values[column] = value;
    }
    let columns = values.len();
    Rows::from_values(values, columns)
}
