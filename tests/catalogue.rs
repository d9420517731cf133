//! The catalogues: in order, without gaps, and nothing left out.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};

use hhbayes::features::FEATURES;
use hhbayes::likelihood::LIKELIHOODS;
use hhbayes::model::MODELS;
use hhbayes::noise::NOISES;
use hhbayes::prior::PRIORS;
use hhbayes::recording::FORMATS;
use hhbayes::samplers::SAMPLERS;
use hhbayes::settings::Entry;
use hhbayes::stimulus::STIMULI;

/// Title, and name and summary of every member.
type Catalogue = (&'static str, Vec<(&'static str, &'static str)>);

fn members<Build>(entries: &[Entry<Build>]) -> Vec<(&'static str, &'static str)> {
    entries.iter().map(|entry| (entry.name, entry.summary)).collect()
}

fn catalogues() -> Vec<Catalogue> {
    let features = FEATURES.iter().map(|feature| (feature.name, feature.summary)).collect();
    vec![
        ("models", members(MODELS)),
        ("recordings", members(FORMATS)),
        ("stimuli", members(STIMULI)),
        ("features", features),
        ("priors", members(PRIORS)),
        ("likelihoods", members(LIKELIHOODS)),
        ("noises", members(NOISES)),
        ("samplers", members(SAMPLERS)),
    ]
}

#[test]
fn names_are_unique_and_in_alphabetical_order() {
    for (title, members) in catalogues() {
        for pair in members.windows(2) {
            // Capital letters come first, as `sort` has them.
            let (before, after) = (pair[0].0, pair[1].0);
            assert!(before < after, "{title}: `{before}` stands before `{after}`");
        }
    }
}

#[test]
fn every_member_has_a_summary_of_one_line() {
    for (title, members) in catalogues() {
        assert!(!members.is_empty(), "{title}");
        for (name, summary) in members {
            assert!(summary.len() > 10 && !summary.contains('\n'), "{title}: {name}: \"{summary}\"");
            assert!(!summary.ends_with('.'), "{title}: {name}: a summary ends without a full stop");
        }
    }
}

/// The folder of a catalogue of [`Entry`], and the name of its list.
const FOLDERS: [(&str, &str); 6] = [
    ("likelihood", "LIKELIHOODS"),
    ("model", "MODELS"),
    ("noise", "NOISES"),
    ("prior", "PRIORS"),
    ("samplers", "SAMPLERS"),
    ("stimulus", "STIMULI"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// The name of the constant that a line defines as an entry of a catalogue, such as `ENTRY`.
fn defined(line: &str) -> Option<&str> {
    let (name, kind) = line.split_once("const ")?.1.split_once(": ")?;
    (line.starts_with("pub") && kind.starts_with("Entry<")).then_some(name)
}

/// `file::CONSTANT` of every entry that the files of a folder define.
fn entries_of(folder: &Path) -> Vec<String> {
    let mut entries = Vec::new();
    for file in sources(folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        // A module with files of its own has the name of its folder.
        let named = if file.ends_with("mod.rs") { file.parent().unwrap() } else { &file };
        let stem = named.file_stem().unwrap().to_string_lossy().into_owned();
        entries.extend(text.lines().filter_map(defined).map(|name| format!("{stem}::{name}")));
    }
    entries.sort();
    entries
}

/// `file::CONSTANT` of every member of a list.
fn listed(text: &str, list: &str) -> Vec<String> {
    let start = text.find(&format!("pub const {list}: &[Entry<")).unwrap();
    let (_, after) = text[start..].split_once("] =").unwrap();
    let (members, _) = after.trim_start().trim_start_matches("&[").split_once("];").unwrap();
    let last_two = |path: &str| {
        let parts: Vec<&str> = path.split("::").collect();
        parts[parts.len().saturating_sub(2)..].join("::")
    };
    let mut entries: Vec<String> =
        members.split(',').map(str::trim).filter(|member| !member.is_empty()).map(last_two).collect();
    entries.sort();
    entries
}

#[test]
fn every_entry_is_in_its_list() {
    for (folder, list) in FOLDERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let text = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
        let entries = entries_of(&folder);
        assert!(entries.len() >= 2, "{list}: {entries:?}");
        assert_eq!(entries, listed(&text, list), "{list}");
    }
}

#[test]
fn a_forgotten_entry_is_noticed() {
    assert_eq!(defined("pub(super) const ENTRY: Entry<Build> ="), Some("ENTRY"));
    assert_eq!(defined("pub const CHIRP: Entry<fn() -> u8> = Entry {"), Some("CHIRP"));
    assert_eq!(defined("pub const STIMULI: &[Entry<Build>] = &["), None);
    assert_eq!(defined("    pub const OTHER: usize = 3;"), None);
    let list = "pub const KINDS: &[Entry<Build>] = &[\n    mcmc::walk::ENTRY,\n    step::ENTRY,\n];";
    assert_eq!(listed(list, "KINDS"), ["step::ENTRY", "walk::ENTRY"]);
}
