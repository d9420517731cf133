//! `hhbayes diff-config`: what differs between two settings files, or between those of two results.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::RunError;
use crate::posterior::StoredPosterior;
use crate::settings::{Difference, Settings, Value, differences};

/// Shows what differs between the settings of two files, folders of results, or `posterior.nc`.
///
/// # Errors
/// If one of them cannot be read, has a mistake of syntax, or holds no settings.
pub fn diff_config(a: &Path, b: &Path, as_json: bool) -> Result<String, RunError> {
    let found = differences(&settings_at(a)?, &settings_at(b)?);
    if as_json {
        return Ok(format!("{:#}\n", difference_json((a, b), &found)));
    }
    let (name_a, name_b) = (a.display(), b.display());
    if found.is_empty() {
        return Ok(format!("{name_a} and {name_b} set the same options to the same values\n"));
    }
    Ok(format!("A is {name_a}, B is {name_b}\n\n{}", difference_text(&found)))
}

/// One line for each option that both have, `option: A | B`, then those that only one has.
pub(super) fn difference_text(differences: &[Difference]) -> String {
    let mut text = String::new();
    for own in differences {
        if let (Some(a), Some(b)) = (&own.a, &own.b) {
            let _ = writeln!(text, "{}: {a} | {b}", own.option);
        }
    }
    for (side, is_b) in [("A", false), ("B", true)] {
        let value = |own: &Difference| match (&own.a, &own.b, is_b) {
            (Some(value), None, false) | (None, Some(value), true) => {
                Some(format!("  {}: {value}\n", own.option))
            }
            _ => None,
        };
        let lines: String = differences.iter().filter_map(value).collect();
        if !lines.is_empty() {
            let _ = write!(text, "only in {side}\n{lines}");
        }
    }
    text
}

/// Lines that are shown above a comparison.
const MOST_LINES: usize = 14;

/// The same in a few lines: elements of one list together, no more than some options, and no value longer than a line.
pub(super) fn short_text(differences: &[Difference]) -> String {
    let line = |[option, a, b]: [String; 3]| match (a.is_empty(), b.is_empty()) {
        (true, true) => format!("  {option}"),
        _ => format!("  {option}: {a} | {b}"),
    };
    let mut lines: Vec<String> = short_rows(differences).into_iter().map(line).collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("  and {more} more, which `hhbayes diff-config` shows"));
    }
    lines.iter().map(|line| line.clone() + "\n").collect()
}

/// Option, value in A and value in B, shortened; of elements of one list only how many they are.
pub(super) fn short_rows(differences: &[Difference]) -> Vec<[String; 3]> {
    const LONGEST: usize = 40;
    let list = |own: &Difference| {
        own.option.strip_suffix(']').and_then(|own| own.rsplit_once('[')).map(|own| own.0.to_owned())
    };
    let side = |value: &Option<Value>| {
        let text = value.as_ref().map_or("-".to_owned(), ToString::to_string);
        if text.chars().count() <= LONGEST {
            return text;
        }
        text.chars().take(LONGEST - 3).chain("...".chars()).collect()
    };
    let row = |same: &[Difference]| match (same, list(&same[0])) {
        ([_, _, ..], Some(list)) => {
            [format!("{list}: {} elements differ", same.len()), String::new(), String::new()]
        }
        _ => [same[0].option.clone(), side(&same[0].a), side(&same[0].b)],
    };
    differences.chunk_by(|a, b| list(a).is_some() && list(a) == list(b)).map(row).collect()
}

fn difference_json((a, b): (&Path, &Path), differences: &[Difference]) -> Json {
    let mut object = json!({"a": a.display().to_string(), "b": b.display().to_string()});
    let parts = parts_json(differences);
    object.as_object_mut().expect("it is one").extend(parts);
    object
}

/// `different`, `only_a` and `only_b`, each by option.
pub(super) fn parts_json(differences: &[Difference]) -> Map<String, Json> {
    let collect = |value: &dyn Fn(&Difference) -> Option<Json>| -> Json {
        differences
            .iter()
            .filter_map(|own| Some((own.option.clone(), value(own)?)))
            .collect::<Map<_, _>>()
            .into()
    };
    let both = |own: &Difference| Some(json!([plain(own.a.as_ref()?), plain(own.b.as_ref()?)]));
    let only_a = |own: &Difference| own.a.as_ref().filter(|_| own.b.is_none()).map(plain);
    let only_b = |own: &Difference| own.b.as_ref().filter(|_| own.a.is_none()).map(plain);
    [
        ("different".to_owned(), collect(&both)),
        ("only_a".to_owned(), collect(&only_a)),
        ("only_b".to_owned(), collect(&only_b)),
    ]
    .into_iter()
    .collect()
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::List(nodes) => nodes.iter().map(|node| plain(&node.value)).collect(),
        Value::Table(entries) => {
            let entries = entries.iter().map(|(name, _, node)| (name.clone(), plain(&node.value)));
            entries.collect::<Map<_, _>>().into()
        }
    }
}

fn settings_at(place: &Path) -> Result<Settings, RunError> {
    let is_file_of_draws = place.extension().is_some_and(|extension| extension == "nc");
    let settings = if place.is_dir() {
        read_in_folder(place)?
    } else if is_file_of_draws {
        let stored = StoredPosterior::read(place)?;
        from_text(place, stored.settings)?
    } else {
        Settings::read(place)?
    };
    settings.finish()?;
    Ok(settings)
}

fn read_in_folder(folder: &Path) -> Result<Settings, RunError> {
    let path: PathBuf = folder.join("settings.toml");
    if path.exists() { Ok(Settings::read(&path)?) } else { from_text(folder, None) }
}

fn from_text(place: &Path, text: Option<String>) -> Result<Settings, RunError> {
    let text = text.ok_or_else(|| {
        RunError::Usage(format!(
            "expected the settings of a run, found none in `{}`\n  help: name a settings file, the folder of a result, or \
             its posterior.nc",
            place.display()
        ))
    })?;
    Ok(Settings::from_text(place, text))
}
