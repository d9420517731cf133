//! Every command that stands in a block of the README works.

use std::path::Path;

use assert_cmd::Command;

#[test]
fn the_commands_of_the_readme_work() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(repository.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ran = Vec::new();
    for command in shell_lines(&readme) {
        // This very command runs the test.
        if command == "cargo test" {
            continue;
        }
        let own =
            command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("hhbayes "));
        let arguments =
            own.unwrap_or_else(|| panic!("the README has a command that no test runs: {command}"));
        let mut program = Command::cargo_bin("hhbayes").unwrap();
        // Results of the README are those of the quick runs before, which claim nothing.
        let own = arguments.replace("results/", &format!("{}/", folder.path().display()));
        program.current_dir(repository).args(own.split_whitespace());
        if let Some(settings) = arguments.strip_prefix("run ") {
            let name = Path::new(settings.trim()).file_stem().unwrap();
            program.args(["--quick", "--output"]).arg(folder.path().join(name));
        }
        // Quick runs have not converged.
        if arguments.starts_with("compare ") && !arguments.contains("--allow-unconverged") {
            program.arg("--allow-unconverged");
        }
        program.assert().success();
        ran.push(command);
    }
    assert!(ran.len() >= 4, "{ran:?}");
}

/// The lines of the blocks that are marked `sh`.
fn shell_lines(markdown: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in markdown.lines().map(str::trim) {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside && !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}
