//! One option of a table, read as what it should be.

use super::section::{Described, Section, Shape, did_you_mean};
use super::tree::{Node, Value};
use crate::units::Unit;

/// One option of a section: the range it may have, then one method that reads it.
///
/// The methods ending in `_or` have a default, those ending in `_maybe` may be absent, and the others note a
/// mistake if the option is absent. After a mistake they return a placeholder inside the range.
#[derive(Clone, Copy, Debug)]
pub struct Key<'s, 'a> {
    section: &'s Section<'a>,
    name: &'s str,
    help: &'static str,
    lower: f64,
    upper: f64,
    open: bool,
}

impl<'s, 'a> Key<'s, 'a> {
    pub(super) fn new(section: &'s Section<'a>, name: &'s str, help: &'static str) -> Self {
        Self { section, name, help, lower: f64::NEG_INFINITY, upper: f64::INFINITY, open: false }
    }

    /// The value must be in `[lower, upper]`.
    #[must_use]
    pub fn between(self, lower: f64, upper: f64) -> Self {
        Self { lower, upper, open: false, ..self }
    }

    /// The value must be above zero.
    #[must_use]
    pub fn positive(self) -> Self {
        Self { lower: 0.0, upper: f64::INFINITY, open: true, ..self }
    }

    /// A quantity in `unit`.
    pub fn quantity(self, unit: Unit) -> f64 {
        self.hear(Shape::Quantity(unit), true, None);
        match self.present(unit.expected()) {
            Some(node) => self.read_quantity(node, unit),
            None => self.placeholder(),
        }
    }

    /// A quantity in `unit`, or `default`.
    pub fn quantity_or(self, unit: Unit, default: f64) -> f64 {
        let shown =
            if unit == Unit::One { default.to_string() } else { format!("{default} {}", unit.symbol()) };
        self.hear(Shape::Quantity(unit), false, Some(shown));
        self.given().map_or(default, |node| self.read_quantity(node, unit))
    }

    /// A quantity in `unit`, if given.
    pub fn quantity_maybe(self, unit: Unit) -> Option<f64> {
        self.hear(Shape::Quantity(unit), false, None);
        self.given().map(|node| self.read_quantity(node, unit))
    }

    /// A list of quantities in `unit`, if given.
    pub fn quantities_maybe(self, unit: Unit) -> Option<Vec<f64>> {
        self.hear(Shape::List(Box::new(Shape::Quantity(unit))), false, None);
        Some(self.list()?.iter().map(|node| self.read_quantity(node, unit)).collect())
    }

    /// A whole number.
    pub fn count(self) -> usize {
        self.hear(Shape::Count, true, None);
        match self.present("a whole number") {
            Some(node) => self.read_count(node),
            None => self.placeholder() as usize,
        }
    }

    /// A whole number, or `default`.
    pub fn count_or(self, default: usize) -> usize {
        self.hear(Shape::Count, false, Some(default.to_string()));
        self.given().map_or(default, |node| self.read_count(node))
    }

    /// A whole number, if given.
    pub fn count_maybe(self) -> Option<usize> {
        self.hear(Shape::Count, false, None);
        self.given().map(|node| self.read_count(node))
    }

    /// A list of whole numbers, if given.
    pub fn counts_maybe(self) -> Option<Vec<usize>> {
        self.hear(Shape::List(Box::new(Shape::Count)), false, None);
        Some(self.list()?.iter().map(|node| self.read_count(node)).collect())
    }

    /// `true` or `false`, or `default`.
    pub fn flag_or(self, default: bool) -> bool {
        self.hear(Shape::Flag, false, Some(default.to_string()));
        match self.given() {
            Some(Node { value: Value::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.expected("true or false", node);
                default
            }
            None => default,
        }
    }

    /// A text.
    pub fn text(self) -> String {
        self.hear(Shape::Text, true, None);
        self.present("a text in quotes").map_or_else(String::new, |node| self.read_text(node))
    }

    /// A text, if given.
    pub fn text_maybe(self) -> Option<String> {
        self.hear(Shape::Text, false, None);
        self.given().map(|node| self.read_text(node))
    }

    /// A list of texts, or one text alone; `None` if not given.
    pub fn texts_maybe(self) -> Option<Vec<String>> {
        self.hear(Shape::List(Box::new(Shape::Text)), false, None);
        match self.given() {
            Some(Node { value: Value::Text(text), .. }) => Some(vec![text.clone()]),
            _ => Some(self.list()?.iter().map(|node| self.read_text(node)).collect()),
        }
    }

    /// One of `known`.
    pub fn choice(self, known: &[&str]) -> String {
        self.hear(Shape::Choice(known.iter().map(|&word| word.to_owned()).collect()), true, None);
        let expected = format!("one of {}", known.join(", "));
        self.present(&expected).and_then(|node| self.read_choice(node, known)).unwrap_or_default()
    }

    /// One of `known`, or `default`.
    pub fn choice_or(self, known: &[&str], default: &str) -> String {
        let words = known.iter().map(|&word| word.to_owned()).collect();
        self.hear(Shape::Choice(words), false, Some(default.to_owned()));
        match self.given() {
            Some(node) => self.read_choice(node, known).unwrap_or_default(),
            None => default.to_owned(),
        }
    }

    /// The value as it stands, for options that may be several things.
    pub fn node_maybe(self) -> Option<&'a Node> {
        self.hear(Shape::Any, false, None);
        self.given()
    }

    /// The tables of an array of tables; empty if not given.
    pub fn tables(self) -> Vec<Section<'a>> {
        self.hear(Shape::List(Box::new(Shape::OpenTable)), false, None);
        let nodes = self.list().unwrap_or(&[]);
        let sections = nodes.iter().enumerate();
        sections.map(|(i, node)| self.section.child(&format!("{}[{i}]", self.name), Some(node))).collect()
    }

    fn given(self) -> Option<&'a Node> {
        self.section.entry(self.name).map(|(_, node)| node)
    }

    /// The value; its absence is a mistake.
    fn present(self, expected: &str) -> Option<&'a Node> {
        let node = self.given();
        // What should be a table and is none was noted as such already.
        if node.is_none() && self.section.is_table() {
            let place = self.section.shown_name();
            let help = format!("add `{}`, {}: {expected}", self.name, self.help);
            let message = format!("missing option `{}`{place}", self.name);
            self.section.mistake(&self.section.place(), message, Some(help));
        }
        node
    }

    fn list(self) -> Option<&'a [Node]> {
        let node = self.given()?;
        if let Value::List(nodes) = &node.value {
            return Some(nodes);
        }
        self.expected("a list such as [..]", node);
        Some(&[])
    }

    fn read_quantity(self, node: &Node, unit: Unit) -> f64 {
        let parsed = match &node.value {
            Value::Text(text) => unit.parse(text).map_err(|error| error.to_string()),
            Value::Integer(number) if unit == Unit::One => Ok(*number as f64),
            Value::Float(number) if unit == Unit::One && number.is_finite() => Ok(*number),
            Value::Integer(_) | Value::Float(_) if unit != Unit::One => {
                Err(format!("expected {}, found {} without a unit", unit.expected(), node.value.describe()))
            }
            other => Err(format!("expected {}, found {}", unit.expected(), other.describe())),
        };
        match parsed {
            Ok(value) if self.in_range(value) => value,
            Ok(value) => {
                self.out_of_range(node, value, unit);
                self.placeholder()
            }
            Err(message) => {
                self.section.mistake(&node.span, message, None);
                self.placeholder()
            }
        }
    }

    fn read_count(self, node: &Node) -> usize {
        match node.value {
            Value::Integer(number) if number >= 0 && self.in_range(number as f64) => number as usize,
            Value::Integer(number) => {
                let counted = Self { lower: self.lower.max(0.0), ..self };
                counted.out_of_range(node, number as f64, Unit::One);
                self.placeholder() as usize
            }
            _ => {
                self.expected("a whole number", node);
                self.placeholder() as usize
            }
        }
    }

    fn read_text(self, node: &Node) -> String {
        if let Value::Text(text) = &node.value {
            return text.clone();
        }
        self.expected("a text in quotes", node);
        String::new()
    }

    fn read_choice(self, node: &Node, known: &[&str]) -> Option<String> {
        let text = self.read_text(node);
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        if matches!(node.value, Value::Text(_)) {
            let help = did_you_mean(&text, known).unwrap_or_else(|| format!("known: {}", known.join(", ")));
            let message = format!("unknown {} \"{text}\"", self.name);
            self.section.mistake(&node.span, message, Some(help));
        }
        None
    }

    fn in_range(self, value: f64) -> bool {
        value <= self.upper && if self.open { value > self.lower } else { value >= self.lower }
    }

    fn out_of_range(self, node: &Node, value: f64, unit: Unit) {
        let unit = if unit == Unit::One { String::new() } else { format!(" {}", unit.symbol()) };
        let range = match (self.lower.is_finite(), self.upper.is_finite(), self.open) {
            (true, true, _) => format!("between {} and {}{unit}", self.lower, self.upper),
            (true, false, true) => format!("above {}{unit}", self.lower),
            (true, false, false) => format!("at least {}{unit}", self.lower),
            _ => format!("at most {}{unit}", self.upper),
        };
        let message = format!("`{}` must be {range}, found {value}{unit}", self.name);
        self.section.mistake(&node.span, message, None);
    }

    fn expected(self, what: &str, node: &Node) {
        let message = format!("expected {what}, found {}", node.value.describe());
        self.section.mistake(&node.span, message, None);
    }

    fn placeholder(self) -> f64 {
        match (self.lower.is_finite(), self.upper.is_finite()) {
            (true, true) => f64::midpoint(self.lower, self.upper),
            (true, false) => self.lower + 1.0,
            (false, true) => self.upper,
            (false, false) => 1.0,
        }
    }

    fn hear(self, shape: Shape, required: bool, default: Option<String>) {
        let name = self.name.to_owned();
        self.section.hear(Described { name, help: self.help, shape, required, default });
    }
}
