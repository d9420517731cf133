//! Reads channels from `[model.constants]` and `[model.channels]`.

use std::borrow::Cow;
use std::path::Path;

use super::LIBRARY;
use super::form::{Form, Slope, Term};
use super::set::{Factor, Gate, Kinetics, Speed, Written};
use crate::model::ModelParameter;
use crate::model::channels::Current;
use crate::settings::{Node, Section, Settings, Value, did_you_mean};
use crate::units::Unit;

/// Reads all channels. `None` after a mistake, which is noted.
pub(super) fn read(model: &Section<'_>) -> Option<Written> {
    let before = model.mistakes();
    let library = Settings::from_text(Path::new("channels.toml"), LIBRARY.to_owned());
    let mut reader = Reader::default();
    let constants = model.table("constants", "numbers that several channels share, by names of your own");
    for (name, node) in constants.entries() {
        reader.constant(&constants, name, node);
    }
    let channels = model.table("channels", "one table for each channel");
    for (name, node) in channels.entries() {
        let own = channels.child(name, Some(node));
        if is_name(name) {
            reader.channel(own, name, &library.root());
        } else {
            let message = format!("a channel cannot have the name \"{name}\"");
            let help = "take letters, digits and _, and a letter first: it becomes part of parameter names";
            channels.mistake(&channels.name_span(name), message, Some(help.to_owned()));
        }
    }
    if channels.entries().is_empty() && !model.is_listening() {
        let help = "such as [model.channels.leak] with conductance and reversal";
        model.mistake(&model.place(), "the model has no channels", Some(help.to_owned()));
    }
    (model.mistakes() == before).then_some(reader.set)
}

const CONDUCTANCE: (f64, f64) = (0.0, 1e4);
const VOLTAGE: (f64, f64) = (-400.0, 400.0);
const RATE: (f64, f64) = (0.0, 1e6);
const TIME: (f64, f64) = (0.0, 1e7);
const FRACTION: (f64, f64) = (0.0, 1.0);
const FACTOR: (f64, f64) = (1e-3, 1e3);
const CELSIUS: (f64, f64) = (-5.0, 60.0);

/// A scale closer to zero than this is a step, not a slope.
const STEEPEST_MV: f64 = 1e-2;
const FLATTEST_MV: f64 = 1e4;

/// One number of a channel: its name in the table, and what it may be.
#[derive(Clone, Copy)]
struct Number {
    key: &'static str,
    help: &'static str,
    unit: Unit,
    range: (f64, f64),
    default: Option<f64>,
}

impl Number {
    const fn new(key: &'static str, help: &'static str, unit: Unit, range: (f64, f64)) -> Self {
        Self { key, help, unit, range, default: None }
    }

    const fn or(self, default: f64) -> Self {
        Self { default: Some(default), ..self }
    }
}

const G: Number = Number::new("conductance", "maximal conductance", Unit::MillisiemensPerCm2, CONDUCTANCE);
const E: Number = Number::new("reversal", "reversal potential", Unit::Millivolt, VOLTAGE);
const SHIFT: Number = Number::new("shift", "added to every midpoint", Unit::Millivolt, VOLTAGE).or(0.0);
const SPEED: Number = Number::new("speed", "factor on the rates of all gates", Unit::One, FACTOR).or(1.0);
const Q10: Number = Number::new("q10", "growth of all rates in 10 degrees", Unit::One, (0.1, 20.0));
const REFERENCE: Number = Number::new(
    "reference_temperature",
    "the temperature at which the rates hold as written",
    Unit::Celsius,
    CELSIUS,
);

// The size of a rate, a steady state and a time constant.
const ALPHA_BETA: Number = Number::new("rate", "size of the rate", Unit::PerMillisecond, RATE);
const MAXIMUM: Number = Number::new("maximum", "size of the steady state", Unit::One, FRACTION).or(1.0);
const DURATION: Number = Number::new("time", "size of the time constant", Unit::Millisecond, TIME);

const MIDPOINTS: [Number; 2] = [
    Number::new("midpoint", "the voltage at which x is zero", Unit::Millivolt, VOLTAGE),
    Number::new("midpoint_2", "midpoint of the falling side", Unit::Millivolt, VOLTAGE),
];
const SCALES: [Number; 2] = [
    Number::new(
        "scale",
        "the voltage over which x grows by one",
        Unit::Millivolt,
        (-FLATTEST_MV, FLATTEST_MV),
    ),
    Number::new("scale_2", "scale of the falling side", Unit::Millivolt, (-FLATTEST_MV, FLATTEST_MV)),
];

/// The units that a constant may have.
const CONSTANT_UNITS: [(Unit, (f64, f64)); 6] = [
    (Unit::Millivolt, VOLTAGE),
    (Unit::MillisiemensPerCm2, CONDUCTANCE),
    (Unit::PerMillisecond, RATE),
    (Unit::Millisecond, TIME),
    (Unit::Celsius, CELSIUS),
    (Unit::One, (-1e6, 1e6)),
];

/// How the gates of a channel differ from what is written of them.
#[derive(Clone, Copy)]
struct Changes {
    speed: Speed,
    shift: Option<usize>,
}

#[derive(Default)]
struct Reader {
    set: Written,
}

impl Reader {
    fn constant(&mut self, section: &Section<'_>, name: &str, node: &Node) {
        let fits = |unit: Unit| match &node.value {
            Value::Text(text) => unit != Unit::One && unit.parse(text).is_ok(),
            Value::Integer(_) | Value::Float(_) => unit == Unit::One,
            Value::Flag(_) | Value::List(_) | Value::Table(_) => false,
        };
        let Some((unit, range)) = CONSTANT_UNITS.into_iter().find(|(unit, _)| fits(*unit)) else {
            let message = format!("expected a number or a quantity, found {}", node.value.describe());
            let help =
                "such as V_T = \"-60 mV\"; conductances, voltages, rates, times and temperatures are known";
            section.mistake(&node.span, message, Some(help.to_owned()));
            return;
        };
        if !is_name(name) {
            let message = format!("a constant cannot have the name \"{name}\"");
            section.mistake(&section.name_span(name), message, Some("take letters, digits and _".to_owned()));
            return;
        }
        let value = section.key(name, "a constant").between(range.0, range.1).quantity(unit);
        self.add(name.to_owned(), unit, range, value);
    }

    fn add(&mut self, name: String, unit: Unit, range: (f64, f64), default: f64) -> usize {
        let name = Cow::Owned(name);
        let summary = "written in the settings file";
        self.set.parameters.push(ModelParameter { name, unit, default, range, summary, is_written: true });
        self.set.parameters.len() - 1
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.set.parameters.iter().position(|parameter| parameter.name == name)
    }

    fn channel(&mut self, own: Section<'_>, name: &str, library: &Section<'_>) {
        let known: Vec<&str> = library.entries().iter().map(|(name, _)| *name).collect();
        let model = own.has("kind").then(|| own.key("kind", "a channel of the library").choice(&known));
        let model = model.filter(|kind| !kind.is_empty()).map(|kind| library.table(&kind, "a channel"));
        let source = |key: &str| match &model {
            Some(model) if !own.has(key) && model.has(key) => model,
            _ => &own,
        };
        for key in ["summary", "source"] {
            own.key(key, "a text for people").text_maybe();
        }
        let conductance = self.number(source("conductance"), G, format!("g_{name}"));
        let reversal = self.number(source("reversal"), E, format!("E_{name}"));
        let shift = self.number(source("shift"), SHIFT, format!("{name}_shift"));
        let factor = self.number(source("speed"), SPEED, format!("{name}_speed"));
        let q10 = source("q10").has("q10").then(|| {
            let q10 = self.number(source("q10"), Q10, format!("{name}_q10"));
            let key = "reference_temperature";
            let reference = self.number(source(key), REFERENCE, format!("{name}_{key}"));
            (q10, reference, self.temperature(reference))
        });
        let changes = Changes { speed: Speed { factor, q10 }, shift: Some(shift) };
        let gates = source("gates").table("gates", "one table for each gate");
        let mut factors = Vec::new();
        for (gate, node) in gates.entries() {
            let section = gates.child(gate, Some(node));
            factors.extend(self.gate(&section, &format!("{name}_{gate}"), changes));
            section.finish();
        }
        self.set.currents.push(Current { conductance, reversal });
        self.set.factors.push(factors);
        own.finish();
    }

    /// The temperature of the membrane; that at which the first channel was measured, if `[model]` does not say.
    fn temperature(&mut self, reference: usize) -> usize {
        self.find("temperature").unwrap_or_else(|| {
            let default = self.set.parameters[reference].default;
            let summary = "temperature of the membrane";
            let parameter = ModelParameter::new("temperature", Unit::Celsius, default, CELSIUS, summary);
            self.set.parameters.push(parameter);
            self.set.parameters.len() - 1
        })
    }

    fn gate(&mut self, section: &Section<'_>, name: &str, changes: Changes) -> Option<Factor> {
        let power = section.key("power", "how many such gates must be open").between(1.0, 12.0).count_or(1);
        let has = |key: &str| section.has(key);
        let kinetics = match (has("alpha") || has("beta"), has("steady_state") || has("time_constant")) {
            (true, false) => Kinetics::Rates,
            (false, true) => Kinetics::Relaxation,
            (both, _) => {
                no_kinetics(section, name, both);
                return None;
            }
        };
        let functions = match kinetics {
            Kinetics::Rates => [("alpha", ALPHA_BETA), ("beta", ALPHA_BETA)],
            Kinetics::Relaxation => [("steady_state", MAXIMUM), ("time_constant", DURATION)],
        };
        if kinetics == Kinetics::Relaxation && !has("time_constant") {
            let steady_state = self.terms(section, "steady_state", name, MAXIMUM);
            return Some(Factor::Instantaneous { steady_state, shift: changes.shift, power });
        }
        let functions = functions.map(|(key, size)| self.terms(section, key, name, size));
        self.set.gates.push(Gate { kinetics, functions, speed: changes.speed, shift: changes.shift });
        Some(Factor::Gate { index: self.set.gates.len() - 1, power })
    }

    /// The terms of a sum: a table, a list of tables, or a constant.
    fn terms(&mut self, section: &Section<'_>, key: &'static str, gate: &str, size: Number) -> Vec<Term> {
        let name = format!("{gate}_{key}");
        match section.peek(key).map(|node| &node.value) {
            Some(Value::Table(_)) => vec![self.term(&section.table(key, "kinetics"), &name, size)],
            Some(Value::List(_)) => {
                let tables = section.key(key, "a sum of terms").tables();
                let terms = tables.iter().enumerate();
                terms.map(|(i, table)| self.term(table, &format!("{name}_{}", i + 1), size)).collect()
            }
            _ => {
                let size = self.number(section, Number { key, default: None, ..size }, name);
                vec![Term { form: Form::Constant, size, slopes: Vec::new() }]
            }
        }
    }

    fn term(&mut self, section: &Section<'_>, name: &str, size: Number) -> Term {
        let form = section.key("form", "shape of the function of voltage").choice(&Form::NAMES);
        let form = Form::named(&form);
        let size = self.number(section, size, format!("{name}_{}", size.key));
        let slopes = (0..form.map_or(2, Form::slopes)).filter(|_| form.is_some()).map(|i| Slope {
            midpoint: self.number(section, MIDPOINTS[i], format!("{name}_{}", MIDPOINTS[i].key)),
            scale: self.scale(section, SCALES[i], format!("{name}_{}", SCALES[i].key)),
        });
        let slopes = slopes.collect();
        if form.is_some() {
            section.finish();
        }
        Term { form: form.unwrap_or(Form::Constant), size, slopes }
    }

    /// A number of a channel: written here, or the name of one that is written elsewhere.
    fn number(&mut self, section: &Section<'_>, number: Number, name: String) -> usize {
        let Number { key, help, unit, range, default } = number;
        if let Some(Value::Text(text)) = section.peek(key).map(|node| &node.value)
            && is_name(text)
        {
            section.key(key, help).node_maybe();
            return self.reference(section, number, text);
        }
        let option = section.key(key, help).between(range.0, range.1);
        let value = match default {
            Some(default) => option.quantity_or(unit, default),
            None => option.quantity(unit),
        };
        if self.find(&name).is_some() {
            let message = format!("two numbers have the name `{name}`");
            section.mistake(
                &section.place(),
                message,
                Some("rename a channel, a gate or a constant".to_owned()),
            );
        }
        self.add(name, unit, range, value)
    }

    fn reference(&self, section: &Section<'_>, number: Number, text: &str) -> usize {
        let Number { key, unit, .. } = number;
        match self.find(text) {
            Some(place) if self.set.parameters[place].unit == unit => place,
            Some(place) => {
                let found = self.set.parameters[place].unit.symbol();
                let message = format!("`{key}` is {}, but `{text}` is in {found}", unit.expected());
                section.mistake_at(key, message, None);
                0
            }
            None => {
                let known: Vec<&str> = self.set.parameters.iter().map(|parameter| &*parameter.name).collect();
                let help = did_you_mean(text, &known).unwrap_or_else(|| {
                    format!("write the number here, or {text} in [model.constants]; names must stand above their use")
                });
                let message =
                    format!("expected {}, or the name of a constant, found \"{text}\"", unit.expected());
                section.mistake_at(key, message, Some(&help));
                0
            }
        }
    }

    /// A scale keeps its sign and is never zero.
    fn scale(&mut self, section: &Section<'_>, number: Number, name: String) -> usize {
        let place = self.number(section, number, name);
        let Some(parameter) = self.set.parameters.get_mut(place) else { return place };
        let value = parameter.default;
        if value.abs() < STEEPEST_MV && !section.has_mistakes() {
            let message =
                format!("`{}` must be at least {STEEPEST_MV} mV, or at most -{STEEPEST_MV} mV", number.key);
            section.mistake_at(number.key, message, None);
        }
        parameter.range = if value < 0.0 { (-FLATTEST_MV, -STEEPEST_MV) } else { (STEEPEST_MV, FLATTEST_MV) };
        place
    }
}

/// Notes that a gate has no kinetics, or too many.
fn no_kinetics(section: &Section<'_>, name: &str, both: bool) {
    let found = if both { "both rates and a steady state" } else { "no kinetics" };
    let help = "give alpha and beta, or steady_state and time_constant; steady_state alone makes a gate that follows the voltage at once";
    for key in ["alpha", "beta", "steady_state", "time_constant"] {
        section.key(key, "kinetics").node_maybe();
    }
    section.mistake(&section.place(), format!("gate `{name}` has {found}"), Some(help.to_owned()));
}

/// Letters, digits and _, and a letter first.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
