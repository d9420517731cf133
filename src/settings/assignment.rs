//! Options from the command line, put into the text of a settings file: what runs is what the copy in the results says.

use thiserror::Error;
use toml_edit::{DocumentMut, Item, Key, TableLike, Value};

/// An assignment that cannot be made.
#[derive(Debug, Error, PartialEq)]
pub enum AssignmentError {
    /// It has no equals sign, or no table before the option.
    #[error(
        "error: `--set {0}` is not understood\n  help: write table.option=value, such as recording.file=cell.csv"
    )]
    NotAnAssignment(String),
    /// Something that is no table stands where it needs one.
    #[error(
        "error: `--set {assignment}`: `{name}` is not a table of the settings\n  help: tables are such as recording, model, prior.g_Na, sampler and run"
    )]
    NotATable {
        /// As it was given.
        assignment: String,
        /// What is no table.
        name: String,
    },
}

/// The text with the value of each `table.option=value`, in place of the one that is there. A value that is not TOML is
/// text, so that it needs no quotes: `recording.file=cell.csv`, `model.dt=0.01 ms`, `sampler.draws=500`.
///
/// A text that is not TOML stays as it is: its mistakes are told when it is read.
pub fn assigned(text: String, assignments: &[String]) -> Result<String, AssignmentError> {
    if assignments.is_empty() {
        return Ok(text);
    }
    let Ok(mut document) = text.parse::<DocumentMut>() else { return Ok(text) };
    for assignment in assignments {
        assign(document.as_table_mut(), assignment)?;
    }
    Ok(document.to_string())
}

fn assign(root: &mut dyn TableLike, assignment: &str) -> Result<(), AssignmentError> {
    let not_understood = || AssignmentError::NotAnAssignment(assignment.to_owned());
    let (place, value) = assignment.split_once('=').ok_or_else(not_understood)?;
    let keys = Key::parse(place.trim()).map_err(|_| not_understood())?;
    let [tables @ .., option] = keys.as_slice() else { return Err(not_understood()) };
    if tables.is_empty() {
        return Err(not_understood());
    }
    let mut table = root;
    for key in tables {
        let not_a_table =
            || AssignmentError::NotATable { assignment: assignment.to_owned(), name: key.get().to_owned() };
        let item = table.entry_format(key).or_insert_with(toml_edit::table);
        table = item.as_table_like_mut().ok_or_else(not_a_table)?;
    }
    let mut value = value.trim().parse().unwrap_or_else(|_| Value::from(value.trim()));
    if let Some(old) = table.get(option.get()).and_then(Item::as_value) {
        // The comment behind the old value stays.
        *value.decor_mut() = old.decor().clone();
    }
    table.insert(option.get(), Item::Value(value));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "[recording]\nfile = \"a.csv\"  # a cell\n\n[prior]\ng_K = { lower = 1, upper = \"2 mS/cm^2\" }\n";

    fn with(assignments: &[&str]) -> Result<String, AssignmentError> {
        assigned(TEXT.to_owned(), &assignments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_value_takes_the_place_of_the_old_one() {
        let changed = with(&["recording.file=b c.csv", "prior.g_K.upper=3 mS/cm^2"]).unwrap();
        let expected = TEXT.replace("a.csv", "b c.csv").replace("2 mS/cm^2", "3 mS/cm^2");
        assert_eq!(changed, expected);
    }

    #[test]
    fn a_value_is_toml_if_it_can_be_and_text_otherwise() {
        let changed =
            with(&["recording.sweeps=[1, 2]", "sampler.draws=500", "recording.strict=true"]).unwrap();
        for expected in ["sweeps = [1, 2]\n", "[sampler]\ndraws = 500\n", "strict = true\n"] {
            assert!(changed.contains(expected), "{changed}");
        }
        let quoted = with(&["likelihood.features.\"mean(peak_voltage)\"=\"2 mV\""]).unwrap();
        assert!(quoted.contains("\"mean(peak_voltage)\" = \"2 mV\"\n"), "{quoted}");
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        for text in ["recording.file", "file=b.csv", "=b.csv", "a..b=c"] {
            assert_eq!(with(&[text]), Err(AssignmentError::NotAnAssignment(text.to_owned())), "{text}");
        }
        let message = with(&["recording.file.name=b"]).unwrap_err().to_string();
        assert!(message.contains("`file` is not a table"), "{message}");
    }

    #[test]
    fn a_text_with_mistakes_of_syntax_is_left_to_its_reader() {
        let text = "[recording\nfile = 1\n";
        assert_eq!(assigned(text.to_owned(), &["a.b=1".to_owned()]).unwrap(), text);
    }
}
