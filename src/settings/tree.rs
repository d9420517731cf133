//! The TOML text as a tree of values with their places.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::mistakes::Mistake;

/// Bytes of the text.
pub type Span = Range<usize>;

/// Where a mistake of the whole file stands.
pub const WHOLE_FILE: Span = 0..0;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value stands; for a table that was not written, where it would belong.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A TOML value. Dates are kept as text: no option takes one.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string or a date.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array.
    List(Vec<Node>),
    /// A table: name, place of the name, value; in the order of the file.
    Table(Vec<(String, Span, Node)>),
}

impl Value {
    /// What the value is, for messages.
    pub fn describe(&self) -> String {
        match self {
            Value::Text(text) => format!("\"{text}\""),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

/// The tree of a text, and its mistakes of syntax.
pub fn parse(text: &str) -> (Node, Vec<Mistake>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut mistakes: Vec<Mistake> = errors
        .into_iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            // The parser does not say which key.
            if error.message() == "duplicate key" {
                let message =
                    format!("`{}` is given a second time", text.get(span.clone()).unwrap_or_default());
                return Mistake { span, message, help: Some("keep one of them".to_owned()) };
            }
            Mistake { span, message: error.message().to_owned(), help: None }
        })
        .collect();
    let value = table_value(table.into_inner(), &mut mistakes);
    (Node { span: WHOLE_FILE, value }, mistakes)
}

fn table_value(table: DeTable<'_>, mistakes: &mut Vec<Mistake>) -> Value {
    let mut entries: Vec<(String, Span, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let key_span = key.span();
            (key.into_inner().into_owned(), key_span, node(value.span(), value.into_inner(), mistakes))
        })
        .collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    Value::Table(entries)
}

fn node(span: Span, value: DeValue<'_>, mistakes: &mut Vec<Mistake>) -> Node {
    let mut bad_number = |text: &str| {
        let message = format!("the number {text} is outside the range of numbers");
        mistakes.push(Mistake { span: span.clone(), message, help: None });
        Value::Integer(0)
    };
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| bad_number(number.as_str()), Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| bad_number(number.as_str()), Value::Float)
        }
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(values) => {
            Value::List(values.into_iter().map(|v| node(v.span(), v.into_inner(), mistakes)).collect())
        }
        DeValue::Table(table) => table_value(table, mistakes),
    };
    Node { span, value }
}
