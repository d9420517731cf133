//! `hhbayes schema`: the JSON schema of a settings file, for editors that complete and check TOML.
//!
//! The options are heard from the same code that reads them, so the schema cannot fall behind.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::notebook;
use crate::likelihood::LIKELIHOODS;
use crate::model::MODELS;
use crate::prior::PRIORS;
use crate::problem::{
    VALIDATION, read_model_options, read_recorded_options, read_simulated_options, read_trace_options,
    read_validation_options,
};
use crate::recording::FORMATS;
use crate::samplers::SAMPLERS;
use crate::settings::{ANY_NAME, Described, Section, Shape};
use crate::stimulus::STIMULI;
use crate::units::Unit;

/// The schema of a settings file, or of one of `hhbayes notebook`: draft 2020-12.
pub fn schema(of_notebook: bool) -> Value {
    if of_notebook { notebook_schema() } else { settings_schema() }
}

fn settings_schema() -> Value {
    let stimuli = STIMULI.iter().map(|entry| {
        let section = Section::listening();
        (entry.build)(&section, Unit::MicroampPerCm2);
        (entry.name, entry.summary, section.described())
    });
    let heard = |read: fn(&Section<'_>)| {
        let section = Section::listening();
        read(&section);
        section.described()
    };
    let recorded = ("recording", "the current that the recording carries", heard(read_recorded_options));
    let stimulus = one_of(stimuli.chain([recorded]));
    let sampler = one_of(SAMPLERS.iter().map(|entry| {
        let section = Section::listening();
        (entry.build)(&section, false);
        (entry.name, entry.summary, section.described())
    }));
    let formats = FORMATS.iter().map(|entry| {
        let section = Section::listening();
        (entry.build)(&section, Path::new("."));
        (entry.name, entry.summary, section.described())
    });
    let simulated =
        ("simulated", "traces made by the model from known parameters", heard(read_simulated_options));
    let recording = one_of(formats.chain([simulated]));
    let likelihood = one_of(LIKELIHOODS.iter().map(|entry| {
        let section = Section::listening();
        (entry.build)(&section);
        read_trace_options(&section);
        (entry.name, entry.summary, section.described())
    }));
    let prior = one_of(PRIORS.iter().map(|entry| {
        let section = Section::listening();
        (entry.build)(&section, Unit::One);
        (entry.name, entry.summary, without_units(section.described()))
    }));
    let validation = Section::listening();
    read_validation_options(&validation);
    let model = one_of(MODELS.iter().filter_map(|entry| {
        let section = Section::listening();
        let membrane = (entry.build)(&section)?;
        read_model_options(&section, &*membrane);
        Some((entry.name, entry.summary, section.described()))
    }));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hhbayes settings",
        "type": "object",
        "required": ["model", "prior", "likelihood"],
        "properties": {
            "recording": loosely(recording),
            "stimulus": loosely(stimulus),
            "sweeps": {"type": "array", "items": {"type": "object"}},
            "features": {"type": "object"},
            "model": model,
            "prior": {"type": "object", "additionalProperties": prior},
            "likelihood": loosely(likelihood),
            "sampler": sampler,
            "validation": {
                "type": "object",
                "description": VALIDATION,
                "properties": properties(&validation.described()),
                "required": ["sweeps"],
                "additionalProperties": false,
            },
            "run": {
                "type": "object",
                "properties": {"seed": {"type": "integer", "minimum": 0}},
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    })
}

fn notebook_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hhbayes notebook",
        "type": "object",
        "required": ["pulse", "activation"],
        "properties": properties(&notebook::options()),
    });
    closed(&mut schema);
    schema
}

/// Forbids options that no table knows.
fn closed(schema: &mut Value) {
    let Some(inner) = schema["properties"].as_object_mut() else { return };
    inner.values_mut().filter(|own| own["type"] == "object").for_each(closed);
    schema["additionalProperties"] = json!(false);
}

/// One alternative for each `kind`.
fn one_of<'a>(members: impl Iterator<Item = (&'a str, &'a str, Vec<Described>)>) -> Value {
    let alternative = |(name, summary, options): (&str, &str, Vec<Described>)| {
        let mut properties = properties(&options);
        properties.insert("kind".to_owned(), json!({"const": name, "description": summary}));
        let required: Vec<&str> = options
            .iter()
            .filter(|option| option.required && option.name != "kind")
            .map(|option| &*option.name)
            .collect();
        json!({
            "type": "object",
            "title": name,
            "description": summary,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    json!({"oneOf": members.map(alternative).collect::<Vec<_>>()})
}

/// Alternatives that other readers of the table add options to.
fn loosely(mut schema: Value) -> Value {
    for alternative in schema["oneOf"].as_array_mut().into_iter().flatten() {
        alternative["additionalProperties"] = json!(true);
        alternative["required"] = json!([]);
    }
    json!({"anyOf": schema["oneOf"], "type": "object"})
}

/// Options in the unit of a parameter that is not known here: a number, or a text with any unit.
fn without_units(options: Vec<Described>) -> Vec<Described> {
    let loosened = |option: Described| match option.shape {
        Shape::Quantity(_) => Described { shape: Shape::Any, ..option },
        _ => option,
    };
    options.into_iter().map(loosened).collect()
}

fn properties(options: &[Described]) -> Map<String, Value> {
    let mut properties = Map::new();
    for option in options {
        let mut schema = shape(&option.shape);
        schema["description"] = json!(option.help);
        if let Some(default) = &option.default {
            schema["default"] = json!(default);
        }
        properties.insert(option.name.clone(), schema);
    }
    properties
}

fn shape(shape_: &Shape) -> Value {
    match shape_ {
        Shape::Text => json!({"type": "string"}),
        Shape::Quantity(Unit::One) => json!({"type": "number"}),
        Shape::Quantity(unit) => json!({"type": "string", "examples": [format!("1 {}", unit.symbol())]}),
        Shape::Count => json!({"type": "integer", "minimum": 0}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::List(inner) => json!({"anyOf": [{"type": "array", "items": shape(inner)}, shape(inner)]}),
        Shape::Table(options) => {
            let mut own = properties(&options.borrow());
            match own.remove(ANY_NAME) {
                Some(any) => json!({"type": "object", "properties": own, "additionalProperties": any}),
                None => json!({"type": "object", "properties": own}),
            }
        }
        Shape::OpenTable => json!({"type": "object"}),
        Shape::Any => json!({}),
    }
}
