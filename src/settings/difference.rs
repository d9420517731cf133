//! What differs between two settings files, option by option. Comments, order and spelling do not count: `1` is `1.0`, and
//! `"36 mS/cm^2"` is `"0.036 S/cm²"`.

use std::fmt::{self, Display};

use super::Settings;
use super::tree::{Node, Value};
use crate::units::is_same_quantity;

/// An option that is not the same in two files.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its path, such as `prior.g_K.median`.
    pub option: String,
    /// Its value in the first file, if it is there.
    pub a: Option<Value>,
    /// Its value in the second file, if it is there.
    pub b: Option<Value>,
}

/// The options that differ, in the order of the first file; those that only the second has come last.
pub fn differences(a: &Settings, b: &Settings) -> Vec<Difference> {
    let mut found = Vec::new();
    of_values(String::new(), Some(&a.root.value), Some(&b.root.value), &mut found);
    let (in_a, only_b): (Vec<Difference>, Vec<Difference>) =
        found.into_iter().partition(|own| own.a.is_some());
    in_a.into_iter().chain(only_b).collect()
}

/// The value as it stands in a file.
impl Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Value::Text(text) => write!(formatter, "{text:?}"),
            Value::Integer(number) => number.fmt(formatter),
            Value::Float(number) => number.fmt(formatter),
            Value::Flag(flag) => flag.fmt(formatter),
            Value::List(nodes) => {
                write!(formatter, "[{}]", joined(nodes.iter().map(|node| node.value.to_string()).collect()))
            }
            Value::Table(entries) => {
                let entry = |(name, _, node): &(String, _, Node)| format!("{} = {}", key(name), node.value);
                write!(formatter, "{{ {} }}", joined(entries.iter().map(entry).collect()))
            }
        }
    }
}

fn of_values(option: String, a: Option<&Value>, b: Option<&Value>, found: &mut Vec<Difference>) {
    if !is_branch(a, b) {
        if !a.zip(b).is_some_and(|(a, b)| is_same(a, b)) {
            found.push(Difference { option, a: a.cloned(), b: b.cloned() });
        }
        return;
    }
    let (in_a, in_b) = (children(a), children(b));
    let of = |children: &[(String, &Value)], name: &str| children.iter().position(|(own, _)| own == name);
    let only_b = in_b.iter().filter(|(name, _)| of(&in_a, name).is_none());
    for (name, _) in in_a.iter().chain(only_b) {
        let is_step = option.is_empty() || name.starts_with('[');
        let path = if is_step { format!("{option}{name}") } else { format!("{option}.{name}") };
        of_values(path, of(&in_a, name).map(|at| in_a[at].1), of(&in_b, name).map(|at| in_b[at].1), found);
    }
}

/// Whether two values are looked at part by part: tables, lists of tables, and lists that are equally long.
fn is_branch(a: Option<&Value>, b: Option<&Value>) -> bool {
    if let (Some(Value::List(a)), Some(Value::List(b))) = (a, b)
        && a.len() == b.len()
    {
        return !a.is_empty();
    }
    if let (Some(Value::Table(a)), Some(Value::Table(b))) = (a, b) {
        return !a.is_empty() || !b.is_empty();
    }
    let has_options = |value: &Value| match value {
        Value::Table(entries) => !entries.is_empty(),
        Value::List(nodes) => nodes.iter().any(|node| matches!(node.value, Value::Table(_))),
        Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Flag(_) => false,
    };
    a.is_none_or(has_options) && b.is_none_or(has_options)
}

/// The parts of a table or of a list, each with its step of the path; none of a single value.
fn children(value: Option<&Value>) -> Vec<(String, &Value)> {
    match value {
        Some(Value::Table(entries)) => {
            entries.iter().map(|(name, _, node)| (key(name), &node.value)).collect()
        }
        Some(Value::List(nodes)) => {
            let step = |(place, node)| (list_step(place, node), &node.value);
            nodes.iter().enumerate().map(step).collect()
        }
        Some(Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Flag(_)) | None => Vec::new(),
    }
}

/// A table of a list is known by its name, if it has one: a sweep that was left out does not move the others.
fn list_step(place: usize, node: &Node) -> String {
    let Value::Table(entries) = &node.value else { return format!("[{place}]") };
    let named = entries.iter().find_map(|(key, _, node)| match &node.value {
        Value::Text(text) if key == "name" => Some(text),
        _ => None,
    });
    named.map_or_else(|| format!("[{place}]"), |name| format!("[{name}]"))
}

/// A name as it stands in a path.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { format!("{name:?}") }
}

fn is_same(a: &Value, b: &Value) -> bool {
    let is_equal = |a: f64, b: f64| a.total_cmp(&b).is_eq();
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b || is_same_quantity(a, b),
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => is_equal(*a, *b),
        (Value::Integer(whole), Value::Float(number)) | (Value::Float(number), Value::Integer(whole)) => {
            is_equal(*whole as f64, *number)
        }
        (Value::Flag(a), Value::Flag(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(&a.value, &b.value))
        }
        (Value::Table(a), Value::Table(b)) => a.is_empty() && b.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn lines(a: &str, b: &str) -> Vec<String> {
        let settings = |text: &str| Settings::from_text(Path::new("cell.toml"), text.to_owned());
        let side = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
        let line = |own: &Difference| format!("{}: {} | {}", own.option, side(&own.a), side(&own.b));
        differences(&settings(a), &settings(b)).iter().map(line).collect()
    }

    #[test]
    fn comments_order_and_spelling_do_not_count() {
        let a =
            "# one\n[prior]\ng_K = { kind = \"normal\", mean = \"36 mS/cm^2\", sd = 1 }\n[run]\nseed = 1\n";
        let b = "[run]\nseed = 1 # two\n[prior.g_K]\nsd = 1.0\nmean = \"0.036 S/cm²\"\nkind = \"normal\"\n";
        assert_eq!(lines(a, b), [""; 0]);
    }

    #[test]
    fn each_option_is_named_with_both_values() {
        let a = "[prior]\ng_K = { median = \"36 mS/cm^2\", spread = 1 }\n[sampler]\nthin = 4\n";
        let b = "[sampler]\nkind = \"smc\"\n[prior]\ng_K = { median = \"20 mS/cm^2\", spread = 1 }\n";
        let expected = [
            "prior.g_K.median: \"36 mS/cm^2\" | \"20 mS/cm^2\"",
            "sampler.thin: 4 | -",
            "sampler.kind: - | \"smc\"",
        ];
        assert_eq!(lines(a, b), expected);
    }

    #[test]
    fn lists_differ_place_by_place_or_as_a_whole() {
        assert_eq!(lines("a = [1, 2, 3]", "a = [1, 5, 3]"), ["a[1]: 2 | 5"]);
        assert_eq!(lines("a = [1, 2]", "a = [1, 2, 3]"), ["a: [1, 2] | [1, 2, 3]"]);
        assert_eq!(lines("a = []", "a = [1]"), ["a: [] | [1]"]);
        assert_eq!(lines("a = { b = 1 }", "a = 2"), ["a: { b = 1 } | 2"]);
        assert_eq!(lines("\"x[0]\" = 1", ""), ["\"x[0]\": 1 | -"]);
    }

    #[test]
    fn sweeps_are_known_by_their_names() {
        let sweep = |name: &str, count: u8| format!("[[sweeps]]\nname = \"{name}\"\ncount = {count}\n");
        let (a, b) = (sweep("low", 1) + &sweep("high", 2), sweep("high", 3));
        assert_eq!(
            lines(&a, &b),
            ["sweeps[low].name: \"low\" | -", "sweeps[low].count: 1 | -", "sweeps[high].count: 2 | 3"]
        );
    }
}
