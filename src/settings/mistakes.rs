//! What is wrong with a settings file, told with file, line, column, the line itself and the way out.

use std::fmt::Write as _;
use std::path::PathBuf;

use thiserror::Error;

use super::assignment::AssignmentError;
use super::tree::{Span, WHOLE_FILE};

/// One mistake in a settings file.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Where, in bytes of the text.
    pub span: Span,
    /// The fact.
    pub message: String,
    /// The action that mends it.
    pub help: Option<String>,
}

/// A settings file that cannot be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("error: cannot read the settings file `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is no text.
    #[error(
        "error: the settings file `{}` is not text in UTF-8\n  help: save it as plain text with the encoding UTF-8",
        path.display()
    )]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// What the command line says of it cannot be put in.
    #[error(transparent)]
    Assignment(#[from] AssignmentError),
    /// The file has mistakes.
    #[error("{}", render(path, text, mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// All mistakes, in the order of the file.
        mistakes: Vec<Mistake>,
    },
}

fn render(path: &std::path::Path, text: &str, mistakes: &[Mistake]) -> String {
    let mut out = String::new();
    for mistake in mistakes {
        let start = mistake.span.start.min(text.len());
        let before = &text[..start];
        let line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = text[line_start..start].chars().count() + 1;
        let shown = text[line_start..].lines().next().unwrap_or("");
        let _ = writeln!(out, "error: {}", mistake.message);
        if mistake.span == WHOLE_FILE {
            let _ = writeln!(out, "  --> {}", path.display());
        } else {
            let _ = writeln!(out, "  --> {}:{line}:{column}", path.display());
            let _ = writeln!(out, "   | {shown}");
        }
        if let Some(help) = &mistake.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out.push('\n');
    }
    let count = mistakes.len();
    let _ = write!(out, "{count} mistake{} in {}", if count == 1 { "" } else { "s" }, path.display());
    out
}
