//! Reads channels from `[model.constants]` and `[model.channels]`.

use std::path::Path;

use super::LIBRARY;
use super::form::{Form, Slope, Term};
use super::numbers::{
    ALPHA_BETA, DURATION, E, G, MAXIMUM, MIDPOINTS, Number, Numbers, Q10, REFERENCE, SCALES, SHIFT, SPEED,
    is_name,
};
use super::set::{Factor, Gate, Kinetics, Speed, Written};
use crate::model::channels::Current;
use crate::settings::{Section, Settings, Value};

/// Reads all channels. `None` after a mistake, which is noted.
pub(super) fn read(model: &Section<'_>) -> Option<Written> {
    let before = model.mistakes();
    let library = Settings::from_text(Path::new("channels.toml"), LIBRARY.to_owned());
    let mut reader = Reader::default();
    let constants = model.table("constants", "numbers that several channels share, by names of your own");
    for (name, node) in constants.entries() {
        reader.numbers.constant(&constants, name, node);
    }
    let channels = model.table("channels", "one table for each channel");
    for (name, node) in channels.entries() {
        let own = channels.child(name, Some(node));
        if is_name(name) {
            reader.channel(&own, name, &library.root());
            reader.numbers.note_clashes(&own, &constants);
        } else {
            bad_name(&channels, name, "channel");
        }
    }
    if channels.is_listening() {
        reader.channel(&channels.any_table("a channel"), "channel", &library.root());
    }
    if channels.entries().is_empty() && channels.is_table() && !model.is_listening() {
        let help = "such as [model.channels.leak] with conductance and reversal";
        model.mistake(&model.place(), "the model has no channels", Some(help.to_owned()));
    }
    if model.mistakes() == before {
        reader.numbers.note_unused(&constants);
    }
    let Reader { numbers, set } = reader;
    (model.mistakes() == before).then_some(Written { parameters: numbers.parameters, ..set })
}

/// How the gates of a channel differ from what is written of them.
#[derive(Clone, Copy)]
struct Changes {
    speed: Speed,
    shift: Option<usize>,
}

/// The functions of voltage that a gate may have.
const KINETICS: [(&str, &str); 4] = [
    (
        "alpha",
        "opening rate: a rate, { form, rate, midpoint, scale }, or a list of such tables to be added up",
    ),
    ("beta", "closing rate, written like alpha"),
    ("steady_state", "from 0 to 1: { form, midpoint, scale }; without time_constant it is reached at once"),
    ("time_constant", "a time, { form, time, midpoint, scale }, or a list of such tables to be added up"),
];

#[derive(Default)]
struct Reader {
    numbers: Numbers,
    /// All but the parameters.
    set: Written,
}

impl Reader {
    fn channel(&mut self, own: &Section<'_>, name: &str, library: &Section<'_>) {
        for key in ["summary", "source"] {
            own.key(key, "a text for people").text_maybe();
        }
        for key in [G.key, E.key, SHIFT.key, SPEED.key, Q10.key, REFERENCE.key, "gates"] {
            own.key(key, "read below, or taken from the library").node_maybe();
        }
        let kind = kind(own, library);
        own.finish();
        // What seems to be missing may stand in the channel that was meant.
        if kind.as_deref() == Some("") {
            return self.numbers.misread_channel(name);
        }
        let model = kind.map(|kind| library.table(&kind, "a channel"));
        let source = |key: &str| match &model {
            Some(model) if !own.has(key) && model.has(key) => model,
            _ => own,
        };
        let numbers = &mut self.numbers;
        let mut number = |number: Number, name: String| numbers.number(source(number.key), number, name);
        let conductance = number(G, format!("g_{name}"));
        let reversal = number(E, format!("E_{name}"));
        let shift = number(SHIFT, format!("{name}_shift"));
        let factor = number(SPEED, format!("{name}_speed"));
        let has_q10 = source(Q10.key).has(Q10.key) || own.has(REFERENCE.key) || own.is_listening();
        let q10 = has_q10.then(|| {
            let q10 = number(Q10, format!("{name}_{}", Q10.key));
            (q10, number(REFERENCE, format!("{name}_{}", REFERENCE.key)))
        });
        let q10 = q10.map(|(q10, reference)| (q10, reference, self.numbers.temperature(reference)));
        let changes = Changes { speed: Speed { factor, q10 }, shift: Some(shift) };
        let gates = source("gates").table("gates", "one table for each gate");
        let (names, factors) = self.gates(&gates, name, changes);
        self.set.names.push((name.to_owned(), names));
        self.set.currents.push(Current { conductance, reversal });
        self.set.factors.push(factors);
    }

    fn gates(&mut self, gates: &Section<'_>, channel: &str, changes: Changes) -> (Vec<String>, Vec<Factor>) {
        if gates.is_listening() {
            self.gate(&gates.any_table("a gate"), "gate", changes);
        }
        let (mut names, mut factors) = (Vec::new(), Vec::new());
        for (name, node) in gates.entries() {
            let section = gates.child(name, Some(node));
            if is_name(name) {
                if let Some(factor) = self.gate(&section, &format!("{channel}_{name}"), changes) {
                    names.push((*name).to_owned());
                    factors.push(factor);
                }
                section.finish();
            } else {
                bad_name(gates, name, "gate");
            }
        }
        (names, factors)
    }

    fn gate(&mut self, section: &Section<'_>, name: &str, changes: Changes) -> Option<Factor> {
        let power = section.key("power", "how many such gates must be open").between(1.0, 12.0).count_or(1);
        let has = |key: &str| section.has(key);
        let kinetics = match (has("alpha") || has("beta"), has("steady_state") || has("time_constant")) {
            (true, false) => Kinetics::Rates,
            (false, true) => Kinetics::Relaxation,
            (both, _) => {
                no_kinetics(section, both);
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
                if tables.is_empty() {
                    let help = "write a term such as { form = \"constant\", .. }, or leave the list out";
                    section.mistake_at(key, format!("`{key}` has no terms"), Some(help));
                }
                let terms = tables.iter().enumerate();
                terms.map(|(i, table)| self.term(table, &format!("{name}_{}", i + 1), size)).collect()
            }
            _ => {
                let size = self.numbers.number(section, size.alone(key), name);
                vec![Term { form: Form::Constant, size, slopes: Vec::new() }]
            }
        }
    }

    fn term(&mut self, section: &Section<'_>, name: &str, size: Number) -> Term {
        let form = section.key("form", "shape of the function of voltage").choice(&Form::NAMES);
        let form = Form::named(&form);
        if form.is_none() {
            // Which of them it has is not known.
            for number in MIDPOINTS.into_iter().chain(SCALES) {
                section.key(number.key, "a number of some forms").node_maybe();
            }
        }
        let size = self.numbers.number(section, size, format!("{name}_{}", size.key));
        let slopes = (0..form.map_or(0, Form::slopes)).map(|i| Slope {
            midpoint: self.numbers.number(section, MIDPOINTS[i], format!("{name}_{}", MIDPOINTS[i].key)),
            scale: self.numbers.scale(section, SCALES[i], format!("{name}_{}", SCALES[i].key)),
        });
        let slopes = slopes.collect();
        section.finish();
        Term { form: form.unwrap_or(Form::Constant), size, slopes }
    }
}

/// Notes that a gate has no kinetics, or too many.
fn no_kinetics(section: &Section<'_>, both: bool) {
    if !section.is_table() {
        return;
    }
    for (key, help) in KINETICS {
        section.key(key, help).node_maybe();
    }
    let found = if both { "both rates and a steady state" } else { "no kinetics" };
    let help = "give alpha and beta, or steady_state and time_constant; steady_state alone makes a gate that follows the voltage at once";
    let message = format!("the gate [{}] has {found}", section.name());
    section.mistake(&section.place(), message, Some(help.to_owned()));
}

fn bad_name(section: &Section<'_>, name: &str, what: &str) {
    let message = format!("a {what} cannot have the name \"{name}\"");
    let help = "take letters, digits and _, and a letter first: it becomes part of parameter names";
    section.mistake(&section.name_span(name), message, Some(help.to_owned()));
}

/// The channel of the library that a channel takes, if it takes one; empty after a mistake.
fn kind(own: &Section<'_>, library: &Section<'_>) -> Option<String> {
    let known: Vec<&str> = library.entries().iter().map(|(name, _)| *name).collect();
    let key = own.key("kind", "a channel of `hhbayes list channels` to start from");
    if own.is_listening() {
        key.choice(&known);
    }
    own.has("kind").then(|| key.choice(&known))
}
