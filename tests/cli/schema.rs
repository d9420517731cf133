//! The schema for editors agrees with the settings files.

use serde_json::{Value, json};

use crate::folder::{CELL, Folder, repository};

/// Why a value does not follow a schema; `None` if it does. Knows the words that `hhbayes schema` uses.
fn fault(schema: &Value, value: &Value) -> Option<String> {
    for (word, rule) in schema.as_object().unwrap() {
        let found = match word.as_str() {
            "type" => (!is_type(rule.as_str().unwrap(), value)).then(|| format!("{value} is no {rule}")),
            "const" => (rule != value).then(|| format!("{value} is not {rule}")),
            "enum" => {
                (!rule.as_array().unwrap().contains(value)).then(|| format!("{value} is not in {rule}"))
            }
            "minimum" => (value.as_f64() < rule.as_f64()).then(|| format!("{value} is below {rule}")),
            "required" => {
                let missing = |name: &&Value| value.get(name.as_str().unwrap()).is_none();
                rule.as_array().unwrap().iter().find(missing).map(|name| format!("{name} is missing"))
            }
            "properties" => rule.as_object().unwrap().iter().find_map(|(name, inner)| {
                fault(inner, value.get(name)?).map(|fault| format!("{name}: {fault}"))
            }),
            "additionalProperties" => additional(schema, rule, value),
            "items" => value.as_array().into_iter().flatten().find_map(|item| fault(rule, item)),
            "anyOf" => {
                let faults: Vec<_> =
                    rule.as_array().unwrap().iter().map(|inner| fault(inner, value)).collect();
                faults.iter().all(Option::is_some).then(|| format!("none of {faults:?}"))
            }
            "oneOf" => {
                let inner = rule.as_array().unwrap().iter();
                let fitting = inner.filter(|inner| fault(inner, value).is_none()).count();
                (fitting != 1).then(|| format!("{value} fits {fitting} alternatives"))
            }
            "$schema" | "title" | "description" | "default" | "examples" => None,
            other => panic!("the schema uses the word `{other}`, which this test does not know"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("unknown type {other}"),
    }
}

fn additional(schema: &Value, rule: &Value, value: &Value) -> Option<String> {
    let known = |name: &str| schema["properties"].get(name).is_some();
    let others = value.as_object().into_iter().flatten().filter(|(name, _)| !known(name));
    for (name, inner) in others {
        let found = match rule {
            Value::Bool(true) => None,
            Value::Bool(false) => Some("is unknown".to_owned()),
            rule => fault(rule, inner),
        };
        if let Some(found) = found {
            return Some(format!("{name}: {found}"));
        }
    }
    None
}

fn settings(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&Folder::new(CELL).succeed(&["schema"])).unwrap()
}

#[test]
fn every_settings_file_follows_the_schema() {
    let schema = schema();
    let mut texts = vec![CELL.to_owned()];
    for entry in std::fs::read_dir(repository("configs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") && !path.ends_with("notebook.toml") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    assert!(texts.len() > 4);
    for text in texts {
        assert_eq!(fault(&schema, &settings(&text)), None, "{text}");
    }
}

#[test]
fn the_settings_of_the_notebook_follow_theirs() {
    let schema = Folder::new(CELL).succeed(&["schema", "--notebook"]);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let text = std::fs::read_to_string(repository("configs/notebook.toml")).unwrap();
    assert_eq!(fault(&schema, &settings(&text)), None);
    for (from, to) in [
        ("[pulse]", "[pulses]"),
        ("steps = 400", "stepz = 400"),
        ("[f_i.result]", "[f_i.results]"),
        ("seed = 1", "seed = -1"),
        ("duration = \"200 ms\"", "duration = 200"),
    ] {
        let wrong = text.replace(from, to);
        assert_ne!(wrong, text, "{from}");
        assert!(fault(&schema, &settings(&wrong)).is_some(), "{to}");
    }
}

#[test]
fn mistakes_do_not_follow_the_schema() {
    let schema = schema();
    for (from, to) in [
        ("[prior]", "[priors]"),
        ("hodgkin_huxley", "hodgkin_huxly"),
        ("\"0.05 ms\"", "0.05"),
        ("chains = 4", "chain = 4"),
        ("chains = 4", "chains = -4"),
        ("kind = \"uniform\", lower = \"60", "kind = \"unifrom\", lower = \"60"),
        (", upper = \"200 mS/cm^2\"", ""),
        ("seed = 1", "seed = 0.5"),
        ("seed = 1", "sed = 1"),
    ] {
        let text = CELL.replace(from, to);
        assert_ne!(text, CELL);
        assert!(fault(&schema, &settings(&text)).is_some(), "{to}");
    }
}

#[test]
fn the_schema_describes_every_option() {
    let schema = schema();
    let model = schema["properties"]["model"]["oneOf"][0]["properties"].as_object().unwrap();
    for (name, option) in model {
        assert!(option["description"].is_string(), "{name}: {option}");
    }
    assert_eq!(schema["properties"]["run"]["properties"]["seed"]["minimum"], json!(0));
}
