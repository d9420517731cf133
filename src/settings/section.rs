//! One table of the settings file, read option by option.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::mistakes::Mistake;
use super::tree::{Node, Span, Value, WHOLE_FILE};
use crate::units::Unit;

/// What an option may be, for the schema.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// A quantity with a unit.
    Quantity(Unit),
    /// A whole number.
    Count,
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Choice(Vec<String>),
    /// A list of values of one shape.
    List(Box<Shape>),
    /// A table with options of its own, which are heard as they are read.
    Table(Rc<RefCell<Vec<Described>>>),
    /// A table whose names the file chooses.
    OpenTable,
    /// Several shapes are possible; the reader decides.
    Any,
}

/// One option as a listening section heard it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub help: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// Whether it must be given.
    pub required: bool,
    /// What holds if it is not given.
    pub default: Option<String>,
}

/// One table of a settings file.
///
/// Dropping a section does nothing: call [`Section::finish`] after the last option, which notes every key
/// that no one asked for.
#[derive(Debug)]
pub struct Section<'a> {
    node: Option<&'a Node>,
    /// Where the table stands; where the one around it stands if it is not given.
    place: Span,
    name: String,
    mistakes: Rc<RefCell<Vec<Mistake>>>,
    asked: RefCell<BTreeSet<String>>,
    heard: Option<Rc<RefCell<Vec<Described>>>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(node: &'a Node, name: String, mistakes: Rc<RefCell<Vec<Mistake>>>) -> Self {
        let place = node.span.clone();
        Self { node: Some(node), place, name, mistakes, asked: RefCell::default(), heard: None }
    }

    /// A section without a file that only hears which options are read.
    pub fn listening() -> Section<'static> {
        Section {
            node: None,
            place: WHOLE_FILE,
            name: String::new(),
            mistakes: Rc::default(),
            asked: RefCell::default(),
            heard: Some(Rc::default()),
        }
    }

    /// The options heard by a listening section; empty for a section of a file.
    pub fn described(&self) -> Vec<Described> {
        self.heard.as_ref().map(|heard| heard.borrow().clone()).unwrap_or_default()
    }

    /// Whether the section only listens: then no file, folder or recording may be touched.
    pub fn is_listening(&self) -> bool {
        self.heard.is_some()
    }

    /// The dotted name of the table; empty for the whole file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An option of this table, to be read by one of the methods of [`Key`].
    pub fn key<'s>(&'s self, name: &'s str, help: &'static str) -> Key<'s, 'a> {
        self.asked.borrow_mut().insert(name.to_owned());
        Key { section: self, name, help, lower: f64::NEG_INFINITY, upper: f64::INFINITY, open: false }
    }

    /// Whether the file gives this option.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// The value of an option as it stands, without reading it: to decide how to read it.
    pub fn peek(&self, name: &str) -> Option<&'a Node> {
        self.entry(name).map(|(_, node)| node)
    }

    /// All names of the table with their values: for tables whose names the file chooses.
    pub fn entries(&self) -> Vec<(&'a str, &'a Node)> {
        let entries = self.table_entries();
        self.asked.borrow_mut().extend(entries.iter().map(|(name, _, _)| name.clone()));
        entries.iter().map(|(name, _, node)| (name.as_str(), node)).collect()
    }

    /// The table `name`, or an empty one if the file has none.
    pub fn table(&self, name: &str, help: &'static str) -> Section<'a> {
        self.asked.borrow_mut().insert(name.to_owned());
        let inner = self.child(name, self.entry(name).map(|(_, node)| node));
        if let (Some(heard), Some(own)) = (&inner.heard, &self.heard) {
            own.borrow_mut().push(Described {
                name: name.to_owned(),
                help,
                shape: Shape::Table(Rc::clone(heard)),
                required: false,
                default: None,
            });
        }
        inner
    }

    /// A section for a value inside this table, such as an inline table in a list.
    pub fn child(&self, name: &str, node: Option<&'a Node>) -> Section<'a> {
        let full = if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) };
        if let Some(node) = node
            && !matches!(node.value, Value::Table(_))
        {
            let help =
                matches!(node.value, Value::List(_)).then(|| format!("write [{full}] in single brackets"));
            self.mistake(&node.span, format!("expected a table, found {}", node.value.describe()), help);
        }
        Section {
            node,
            place: node.map_or_else(|| self.place(), |node| node.span.clone()),
            name: full,
            mistakes: Rc::clone(&self.mistakes),
            asked: RefCell::default(),
            heard: self.heard.as_ref().map(|_| Rc::default()),
        }
    }

    /// Where the option stands; the whole table if it is not given.
    pub fn span(&self, name: &str) -> Span {
        match self.entry(name) {
            Some((_, node)) => node.span.clone(),
            None => self.place(),
        }
    }

    /// Where the name of an option stands; the whole table if it is not given.
    pub fn name_span(&self, name: &str) -> Span {
        self.entry(name).map_or_else(|| self.place(), |(span, _)| span.clone())
    }

    /// Where the table stands; where the one around it stands if it is not given.
    pub fn place(&self) -> Span {
        self.place.clone()
    }

    /// Notes a mistake.
    pub fn mistake(&self, span: &Span, message: impl Into<String>, help: Option<String>) {
        if self.heard.is_none() {
            self.mistakes.borrow_mut().push(Mistake { span: span.clone(), message: message.into(), help });
        }
    }

    /// Notes a mistake at an option.
    pub fn mistake_at(&self, name: &str, message: impl Into<String>, help: Option<&str>) {
        self.mistake(&self.span(name), message, help.map(str::to_owned));
    }

    /// Whether any mistake was noted so far, in the whole file.
    pub fn has_mistakes(&self) -> bool {
        self.mistakes() > 0
    }

    /// How many mistakes were noted so far, in the whole file.
    pub fn mistakes(&self) -> usize {
        self.mistakes.borrow().len()
    }

    /// Notes every key that no one asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (name, span, _) in self.table_entries() {
            if !asked.contains(name) {
                let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                let place = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
                let help = did_you_mean(name, &known)
                    .or_else(|| (!known.is_empty()).then(|| format!("known here: {}", known.join(", "))));
                self.mistake(span, format!("unknown option `{name}`{place}"), help);
            }
        }
    }

    fn table_entries(&self) -> &'a [(String, Span, Node)] {
        match self.node.map(|node| &node.value) {
            Some(Value::Table(entries)) => entries,
            Some(Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Flag(_) | Value::List(_))
            | None => &[],
        }
    }

    fn entry(&self, name: &str) -> Option<(&'a Span, &'a Node)> {
        self.table_entries().iter().find(|(key, _, _)| key == name).map(|(_, span, node)| (span, node))
    }

    fn hear(&self, described: Described) {
        if let Some(heard) = &self.heard {
            heard.borrow_mut().push(described);
        }
    }
}

/// `did you mean ...` for the nearest known word, if one is near.
pub fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

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

impl<'a> Key<'_, 'a> {
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
        let in_table = self.section.node.is_none_or(|section| matches!(section.value, Value::Table(_)));
        if node.is_none() && in_table {
            let place = if self.section.name.is_empty() {
                String::new()
            } else {
                format!(" in [{}]", self.section.name)
            };
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
