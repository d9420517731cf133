//! A module imports only from modules above it in the list of `src/lib.rs`.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};

/// The modules of a `lib.rs`, from the ground up.
fn order(lib: &str) -> Vec<&str> {
    lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

/// The name at the start of a path.
fn first_name(path: &str) -> &str {
    let end = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(path.len());
    &path[..end]
}

/// The names that follow `crate::`, or that stand in the braces after it.
fn names_after(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return vec![first_name(path)] };
    let mut depth = 0;
    let mut names = vec![first_name(group.trim_start())];
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names
}

/// Line and name of every module of the crate that a file names. `depth`: how many `super::` lead from the file to
/// the root of the crate.
fn imports(text: &str, depth: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let root = "super::".repeat(depth);
    for marker in ["crate::", root.as_str()] {
        for (at, _) in text.match_indices(marker) {
            let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let before = &text[line_start..at];
            // `super::super::` is longer than `super::`, and comments import nothing.
            if before.contains("//") || before.ends_with("super::") {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            let names = names_after(&text[at + marker.len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The lines of a file of `module` that name a module below it.
fn violations<'t>(order: &[&str], module: &str, depth: usize, text: &'t str) -> Vec<(usize, &'t str)> {
    let place = |name: &str| order.iter().position(|known| *known == name);
    let own = place(module).unwrap();
    imports(text, depth).into_iter().filter(|(_, name)| place(name).is_some_and(|at| at > own)).collect()
}

/// Every source file under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn modules_import_only_from_above() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(root.join("lib.rs")).unwrap();
    let order = order(&lib);
    assert!(order.len() > 10, "the list of modules was not understood: {order:?}");
    let mut found = Vec::new();
    let mut imported = 0;
    for file in sources(&root) {
        let inside = file.strip_prefix(&root).unwrap();
        let names: Vec<String> =
            inside.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
        if ["lib", "main", "commands"].contains(&names[0].as_str()) {
            continue;
        }
        assert!(order.contains(&names[0].as_str()), "`{}` is not in the list of src/lib.rs", names[0]);
        let depth = names.iter().filter(|name| *name != "mod").count();
        let text = std::fs::read_to_string(&file).unwrap();
        imported += imports(&text, depth).len();
        for (line, name) in violations(&order, &names[0], depth, &text) {
            found.push(format!("src/{}:{line}: `{}` imports `{name}`", inside.display(), names[0]));
        }
    }
    assert!(imported > 50, "only {imported} imports were found");
    assert!(found.is_empty(), "imports from below:\n{}", found.join("\n"));
}

#[test]
fn an_import_from_below_is_noticed() {
    let order = order("pub mod units;\npub mod model;\npub mod run;\n");
    let seen = |depth, text| violations(&order, "model", depth, text);
    assert_eq!(seen(1, "use crate::units::Unit;\nuse crate::run::fit;\n"), [(2, "run")]);
    assert_eq!(seen(1, "fn f() { crate::run::fit() }"), [(1, "run")]);
    assert_eq!(seen(1, "use crate::{\n    units::{Unit, UnitError},\n    run,\n};"), [(1, "run")]);
    assert_eq!(seen(1, "use super::run::fit;"), [(1, "run")]);
    assert_eq!(seen(2, "use super::super::run::fit;"), [(1, "run")]);
    assert_eq!(seen(2, "use super::run::fit; use crate::units::{run, fit};"), []);
    assert_eq!(seen(1, "// see crate::run\nuse crate::model::Lot;\nuse crate::runner;"), []);
}
