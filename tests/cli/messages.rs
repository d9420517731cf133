//! Every mistake gives the message in `tests/messages/`, letter by letter.
//!
//! `HHBAYES_WRITE_MESSAGES=1 cargo test --test cli messages` writes the files anew; the difference is for the
//! eyes of a reviewer.

use std::collections::BTreeSet;

use crate::cases::{self, Case};
use crate::channel_cases;
use crate::comparison_cases;
use crate::folder::{CELL, Folder, repository};
use crate::noise_cases;
use crate::notebook_cases;
use crate::pool_cases;
use crate::trace_cases;
use crate::validation_cases;

/// What the user sees: exit code, then the error stream.
fn message(case: &Case) -> String {
    let mut settings = CELL.to_owned();
    for (from, to) in case.changes {
        assert_eq!(settings.matches(from).count(), 1, "{}: {from}", case.name);
        settings = settings.replace(from, to);
    }
    let folder = Folder::new(&settings);
    for (name, content) in case.files {
        folder.write(name, content);
    }
    let before = folder.files();
    let output = folder.run(case.command);
    let shown = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!error.contains("panicked"), "{}: {error}", case.name);
    // A folder that was made and left empty is no harm; a file would look like a result.
    assert_eq!(folder.files(), before, "{}: files are left", case.name);
    format!("exit code {}\n{shown}{error}", output.status.code().unwrap())
}

fn all() -> impl Iterator<Item = &'static Case> {
    let further = channel_cases::CASES
        .iter()
        .chain(noise_cases::CASES)
        .chain(notebook_cases::CASES)
        .chain(trace_cases::CASES)
        .chain(validation_cases::CASES)
        .chain(comparison_cases::CASES)
        .chain(pool_cases::CASES);
    cases::CASES.iter().chain(further)
}

#[test]
fn every_mistake_has_its_message() {
    let write = std::env::var_os("HHBAYES_WRITE_MESSAGES").is_some();
    let mut wrong = Vec::new();
    for case in all() {
        let file = repository("tests/messages").join(format!("{}.txt", case.name));
        let found = message(case);
        if write {
            std::fs::write(&file, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected || found.starts_with("exit code 0") {
            wrong.push(format!("--- {}: expected\n{expected}\n+++ found\n{found}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} messages differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_file_of_a_message_has_its_mistake() {
    let names: BTreeSet<String> = all().map(|case| format!("{}.txt", case.name)).collect();
    assert_eq!(names.len(), all().count(), "two cases have the same name");
    for entry in std::fs::read_dir(repository("tests/messages")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "tests/messages/{name} belongs to no case");
    }
}
