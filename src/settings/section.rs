//! One table of the settings file, read option by option.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::key::Key;
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

/// What a listening section calls an option whose name the file chooses.
pub const ANY_NAME: &str = "*";

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
        Key::new(self, name, help)
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

    /// For a listening section: a table of any name in a table whose names the file chooses.
    pub fn any_table(&self, help: &'static str) -> Section<'a> {
        self.table(ANY_NAME, help)
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
                let place = self.shown_name();
                let help = did_you_mean(name, &known)
                    .or_else(|| (!known.is_empty()).then(|| format!("known here: {}", known.join(", "))));
                self.mistake(span, format!("unknown option `{name}`{place}"), help);
            }
        }
    }

    /// Where an option is missing or unknown, as messages say it.
    pub(super) fn shown_name(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) }
    }

    /// Whether the file has a table here, or nothing.
    pub fn is_table(&self) -> bool {
        self.node.is_none_or(|node| matches!(node.value, Value::Table(_)))
    }

    fn table_entries(&self) -> &'a [(String, Span, Node)] {
        match self.node.map(|node| &node.value) {
            Some(Value::Table(entries)) => entries,
            Some(Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Flag(_) | Value::List(_))
            | None => &[],
        }
    }

    pub(super) fn entry(&self, name: &str) -> Option<(&'a Span, &'a Node)> {
        self.table_entries().iter().find(|(key, _, _)| key == name).map(|(_, span, node)| (span, node))
    }

    pub(super) fn hear(&self, described: Described) {
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
