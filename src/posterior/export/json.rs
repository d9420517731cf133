//! A result as JSON: groups of nested lists, as ArviZ's `from_dict` takes them.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::{Group, Posterior, StoreError, Values, Variable, write_json};
use super::table::attribute_text;

/// Writes `{"posterior": {"g_Na": [[..], ..]}, .., "about": {"attributes", "coordinates", "dimensions", "units"}}`; a
/// number that is not finite is `null`.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_inference_json(posterior: &Posterior, path: &Path) -> Result<(), StoreError> {
    let mut all: Map<String, Value> =
        posterior.groups.iter().map(|group| (group.name.clone(), variables(group))).collect();
    let attributes = posterior.attributes.iter();
    let attributes: Map<String, Value> =
        attributes.map(|(name, value)| (name.clone(), json!(attribute_text(value)))).collect();
    let labels = |group: &Group| -> Map<String, Value> {
        group.coordinates.iter().map(|own| (own.name.clone(), nested(&own.values, &[]))).collect()
    };
    let dimensions = |group: &Group| -> Map<String, Value> {
        group.variables.iter().map(|own| (own.name.clone(), json!(own.dimensions))).collect()
    };
    let units = |group: &Group| -> Map<String, Value> {
        let unit = |own: &Variable| {
            let (_, unit) = own.attributes.iter().find(|(name, _)| name == "units")?;
            Some((own.name.clone(), json!(attribute_text(unit))))
        };
        group.variables.iter().filter_map(unit).collect()
    };
    let each = |of: &dyn Fn(&Group) -> Map<String, Value>| -> Map<String, Value> {
        posterior.groups.iter().map(|group| (group.name.clone(), Value::Object(of(group)))).collect()
    };
    let about = json!({
        "attributes": attributes,
        "coordinates": each(&labels),
        "dimensions": each(&dimensions),
        "units": each(&units),
    });
    all.insert("about".to_owned(), about);
    write_json(path, &Value::Object(all))
}

fn variables(group: &Group) -> Value {
    let lengths = |variable: &Variable| -> Vec<usize> {
        let of = |name: &String| group.coordinates.iter().find(|own| own.name == *name);
        variable.dimensions.iter().map(|name| of(name).map_or(1, |own| own.values.len())).collect()
    };
    let named = |own: &Variable| (own.name.clone(), nested(&own.values, &lengths(own)));
    Value::Object(group.variables.iter().map(named).collect())
}

/// Lists in lists by the lengths of the axes; one list without axes.
fn nested(values: &Values, lengths: &[usize]) -> Value {
    let plain: Vec<Value> = match values {
        Values::F64(values) => values.iter().map(|value| json!(value)).collect(),
        // A 32-bit number has its own digits, not those of its neighbour in 64 bits.
        Values::F32(values) => values.iter().map(|value| json!(value)).collect(),
        Values::I64(values) => values.iter().map(|value| json!(value)).collect(),
        Values::Bool(values) => values.iter().map(|value| json!(value)).collect(),
        Values::Text(values) => values.iter().map(|value| json!(value)).collect(),
    };
    lengths
        .iter()
        .skip(1)
        .rev()
        .fold(plain, |inner, &length| {
            inner.chunks(length.max(1)).map(|chunk| Value::Array(chunk.to_vec())).collect()
        })
        .into()
}
