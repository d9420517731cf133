//! The numbers of written channels: each is a parameter named after its place, or takes one that is written elsewhere.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::ModelParameter;
use crate::settings::{Node, Section, Value, did_you_mean};
use crate::units::Unit;

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
const SCALE: (f64, f64) = (-FLATTEST_MV, FLATTEST_MV);

/// One number of a channel: its name in the table, and what it may be.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub key: &'static str,
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

    /// The same number where it stands for a whole function of voltage, which is constant then.
    pub(super) fn alone(self, key: &'static str) -> Self {
        Self { key, default: None, ..self }
    }
}

pub(super) const G: Number =
    Number::new("conductance", "maximal conductance", Unit::MillisiemensPerCm2, CONDUCTANCE);
pub(super) const E: Number = Number::new("reversal", "reversal potential", Unit::Millivolt, VOLTAGE);
pub(super) const SHIFT: Number =
    Number::new("shift", "added to every midpoint", Unit::Millivolt, VOLTAGE).or(0.0);
pub(super) const SPEED: Number =
    Number::new("speed", "factor on the rates of all gates", Unit::One, FACTOR).or(1.0);
pub(super) const Q10: Number =
    Number::new("q10", "growth of all rates in 10 degrees", Unit::One, (0.1, 20.0));
pub(super) const REFERENCE: Number = Number::new(
    "reference_temperature",
    "the temperature at which the rates hold as written",
    Unit::Celsius,
    CELSIUS,
);

// The size of a rate, a steady state and a time constant.
pub(super) const ALPHA_BETA: Number = Number::new("rate", "size of the rate", Unit::PerMillisecond, RATE);
pub(super) const MAXIMUM: Number =
    Number::new("maximum", "size of the steady state", Unit::One, FRACTION).or(1.0);
pub(super) const DURATION: Number = Number::new("time", "size of the time constant", Unit::Millisecond, TIME);

pub(super) const MIDPOINTS: [Number; 2] = [
    Number::new("midpoint", "the voltage at which (V - midpoint) / scale is zero", Unit::Millivolt, VOLTAGE),
    Number::new("midpoint_2", "midpoint of the falling side", Unit::Millivolt, VOLTAGE),
];
pub(super) const SCALES: [Number; 2] = [
    Number::new(
        "scale",
        "the voltage over which (V - midpoint) / scale grows by one",
        Unit::Millivolt,
        SCALE,
    ),
    Number::new("scale_2", "scale of the falling side", Unit::Millivolt, SCALE),
];

/// The units that a constant may have.
const CONSTANT_UNITS: [(Unit, (f64, f64)); 6] = [
    (Unit::Millivolt, SCALE),
    (Unit::MillisiemensPerCm2, CONDUCTANCE),
    (Unit::PerMillisecond, RATE),
    (Unit::Millisecond, TIME),
    (Unit::Celsius, CELSIUS),
    (Unit::One, (-1e6, 1e6)),
];

/// The parameters that were read so far.
#[derive(Default)]
pub(super) struct Numbers {
    pub parameters: Vec<ModelParameter>,
    /// Constants with a mistake: what refers to them is no second one.
    misread: Vec<String>,
    /// Names that stand in the place of a number.
    used: BTreeSet<String>,
    /// Names that were given twice, and what for, since [`Numbers::note_clashes`].
    clashes: Vec<(String, &'static str)>,
}

impl Numbers {
    pub(super) fn constant(&mut self, section: &Section<'_>, name: &str, node: &Node) {
        let before = section.mistakes();
        self.read_constant(section, name, node);
        if section.mistakes() > before {
            self.misread.push(name.to_owned());
        }
    }

    fn read_constant(&mut self, section: &Section<'_>, name: &str, node: &Node) {
        if !is_name(name) {
            let message = format!("a constant cannot have the name \"{name}\"");
            let help = "take letters, digits and _, and a letter first";
            return section.mistake(&section.name_span(name), message, Some(help.to_owned()));
        }
        if name == "temperature" {
            let message = "`temperature` is that of the membrane, and no constant";
            let help = "write it into [model], above [model.constants]";
            return section.mistake(&section.name_span(name), message, Some(help.to_owned()));
        }
        let fits = |unit: Unit| match &node.value {
            Value::Text(text) => unit != Unit::One && unit.parse(text).is_ok(),
            Value::Integer(_) | Value::Float(_) => unit == Unit::One,
            Value::Flag(_) | Value::List(_) | Value::Table(_) => false,
        };
        let Some((unit, range)) = CONSTANT_UNITS.into_iter().find(|(unit, _)| fits(*unit)) else {
            let message = format!("expected a number or a quantity, found {}", node.value.describe());
            let help = "a constant is a voltage in mV, a conductance in mS/cm^2, a rate in /ms, a time in ms, a temperature in degC, or a plain number";
            return section.mistake(&node.span, message, Some(help.to_owned()));
        };
        let value = section.key(name, "a constant").between(range.0, range.1).quantity(unit);
        self.add(name.to_owned(), "constant", unit, range, value);
    }

    fn add(&mut self, name: String, key: &'static str, unit: Unit, range: (f64, f64), default: f64) -> usize {
        if self.find(&name).is_some() {
            self.clashes.push((name.clone(), key));
        }
        let name = Cow::Owned(name);
        let summary = "written in the settings file";
        self.parameters.push(ModelParameter { name, unit, default, range, summary, is_written: true });
        self.parameters.len() - 1
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.name == name)
    }

    /// What refers to the numbers of a channel that could not be read is no second mistake.
    pub(super) fn misread_channel(&mut self, name: &str) {
        self.misread.extend([format!("g_{name}"), format!("E_{name}")]);
        self.misread.extend([format!("{name}_{}", SHIFT.key), format!("{name}_{}", SPEED.key)]);
    }

    /// Notes constants whose name stands nowhere.
    pub(super) fn note_unused(&self, constants: &Section<'_>) {
        for (name, _) in constants.entries() {
            if !self.used.contains(name) {
                let message = format!("no channel takes the constant `{name}`");
                let help = format!("remove it, or write its name where its value belongs: \"{name}\"");
                constants.mistake(&constants.name_span(name), message, Some(help));
            }
        }
    }

    /// Notes at a channel which of its numbers have a name that was taken. A channel of the library has no place of
    /// its own to note them at.
    pub(super) fn note_clashes(&mut self, channel: &Section<'_>, constants: &Section<'_>) {
        for (name, key) in self.clashes.drain(..) {
            let (message, help) = if constants.has(&name) {
                let help =
                    format!("rename the constant, or write {key} = \"{name}\" in the channel to take it");
                (format!("`{name}` is the name of a constant, and of the {key} of this channel"), help)
            } else {
                let help = "rename the channel or a gate".to_owned();
                (format!("two numbers of the channels have the name `{name}`"), help)
            };
            channel.mistake(&channel.place(), message, Some(help));
        }
    }

    /// The temperature of the membrane; that at which the first channel was measured, if `[model]` does not say.
    pub(super) fn temperature(&mut self, reference: usize) -> usize {
        self.find("temperature").unwrap_or_else(|| {
            let default = self.parameters[reference].default;
            let summary = "temperature of the membrane";
            let parameter = ModelParameter::new("temperature", Unit::Celsius, default, CELSIUS, summary);
            self.parameters.push(parameter);
            self.parameters.len() - 1
        })
    }

    /// A number of a channel: written here, or the name of one that is written elsewhere.
    pub(super) fn number(&mut self, section: &Section<'_>, number: Number, name: String) -> usize {
        let Number { key, help, unit, range, default } = number;
        let option = section.key(key, help).between(range.0, range.1);
        if section.is_listening() {
            // A plain number may be the name of a constant too, and so a text.
            if unit == Unit::One {
                option.node_maybe();
            } else {
                option.quantity_maybe(unit);
            }
            return self.add(name, key, unit, range, f64::NAN);
        }
        let value = match section.peek(key).map(|node| &node.value) {
            Some(Value::Text(text)) if is_name(text) => match self.reference(section, number, text) {
                Some(place) => return place,
                // The mistake is noted; any number will do.
                None => f64::midpoint(range.0, range.1),
            },
            _ => match default {
                Some(default) => option.quantity_or(unit, default),
                None => option.quantity(unit),
            },
        };
        self.add(name, key, unit, range, value)
    }

    /// The number that another one is the name of. Its range shrinks to what is possible in both places.
    fn reference(&mut self, section: &Section<'_>, number: Number, text: &str) -> Option<usize> {
        let Number { key, unit, range: (lower, upper), .. } = number;
        let Some(place) = self.find(text) else {
            if !self.misread.iter().any(|name| name == text) {
                self.unknown(section, number, text);
            }
            return None;
        };
        self.used.insert(text.to_owned());
        let found = &mut self.parameters[place];
        let shown = if found.unit == Unit::One { String::new() } else { format!(" {}", found.unit.symbol()) };
        let value = found.default;
        let message = if found.unit != unit {
            let is = if found.unit == Unit::One { "a plain number" } else { found.unit.symbol() };
            format!("`{key}` must be {}, but `{text}` is in {is}", unit.expected())
        } else if !(lower..=upper).contains(&value) {
            format!("`{key}` must be between {lower} and {upper}{shown}, but `{text}` is {value}{shown}")
        } else {
            found.range = (found.range.0.max(lower), found.range.1.min(upper));
            return Some(place);
        };
        section.mistake_at(key, message, None);
        None
    }

    fn unknown(&self, section: &Section<'_>, number: Number, text: &str) {
        let Number { key, unit, .. } = number;
        let of_the_unit = self.parameters.iter().filter(|parameter| parameter.unit == unit);
        let known: Vec<&str> = of_the_unit.map(|parameter| &*parameter.name).collect();
        let help = did_you_mean(text, &known).unwrap_or_else(|| {
            format!("write the number here, or `{text}` into [model.constants]; a number of another channel must stand above its use")
        });
        let message = format!("`{key}` is \"{text}\", but there is no number of that name");
        section.mistake_at(key, message, Some(&help));
    }

    /// A scale keeps its sign and is never zero.
    pub(super) fn scale(&mut self, section: &Section<'_>, number: Number, name: String) -> usize {
        let before = section.mistakes();
        let place = self.number(section, number, name);
        let parameter = &mut self.parameters[place];
        let value = parameter.default;
        let (lower, upper) =
            if value < 0.0 { (-FLATTEST_MV, -STEEPEST_MV) } else { (STEEPEST_MV, FLATTEST_MV) };
        if value.abs() < STEEPEST_MV && section.mistakes() == before {
            let message = format!("`{}` must not be nearer to zero than {STEEPEST_MV} mV", number.key);
            let help = "above zero the function grows with the voltage, below zero it falls";
            section.mistake_at(number.key, message, Some(help));
        }
        parameter.range = (parameter.range.0.max(lower), parameter.range.1.min(upper));
        place
    }
}

/// Letters, digits and _, and a letter first.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
