//! The table of insights: what sets both kinds of neuron apart, each row with what the other parts have measured.

use serde_json::{Map, Value, json};

use super::part::{Part, Table};

/// A part of the rows of all others.
pub(super) fn part(parts: &[Part]) -> Part {
    let all = || parts.iter().flat_map(|part| part.insights.iter().map(move |own| (part, own)));
    let rows =
        all().map(|(_, own)| vec![own.aspect.to_owned(), own.biological.clone(), own.artificial.clone()]);
    let json = all().map(|(part, own)| {
        json!({
            "aspect": own.aspect,
            "biological": own.biological,
            "artificial": own.artificial,
            "measured_in": part.id,
        })
    });
    Part {
        id: "insights",
        title: "Biological against artificial, measured",
        lead: "Each row says what was measured above, and nothing else.".to_owned(),
        tables: vec![Table { header: vec!["", "biological", "artificial"], rows: rows.collect() }],
        notes: Vec::new(),
        pictures: Vec::new(),
        json: Map::from_iter([("insights".to_owned(), Value::Array(json.collect()))]),
        insights: Vec::new(),
    }
}
