//! The settings file: TOML in which every value knows its line.
//!
//! A member of the program reads its own options from a [`Section`]. Each read names the option, says what
//! it is for and what it may be; a mistake is noted and a placeholder returned, so that reading goes on and
//! all mistakes of a file are reported together. The same calls, made on a section that only listens
//! ([`Section::listening`]), describe the options for the editor's schema: nothing is written down twice.

mod assignment;
mod catalogue;
mod difference;
mod key;
mod mistakes;
mod section;
#[cfg(test)]
mod tests;
mod tree;

pub use assignment::AssignmentError;
pub use catalogue::{Entry, find, names};
pub use difference::{Difference, differences};
pub use key::Key;
pub use mistakes::{Mistake, SettingsError};
pub use section::{ANY_NAME, Described, Section, Shape, did_you_mean};
pub use tree::{Node, Span, Value};

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use assignment::assigned;

/// A settings file, read, with the mistakes found so far.
#[derive(Debug)]
pub struct Settings {
    path: PathBuf,
    text: String,
    root: Node,
    mistakes: Rc<RefCell<Vec<Mistake>>>,
}

impl Settings {
    /// Reads a file. Mistakes of TOML syntax are kept for [`Settings::finish`].
    ///
    /// # Errors
    /// If the file cannot be read as text.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        Self::read_with(path, &[])
    }

    /// Reads a file, with the values of some `table.option=value` in place of those that are there.
    ///
    /// # Errors
    /// If the file cannot be read as text, or an assignment cannot be made.
    pub fn read_with(path: &Path, assignments: &[String]) -> Result<Self, SettingsError> {
        let bytes = std::fs::read(path)
            .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
        let text = String::from_utf8(bytes).map_err(|_| SettingsError::NotText { path: path.to_owned() })?;
        Ok(Self::from_text(path, assigned(text, assignments)?))
    }

    /// Reads a text as if it stood in the file `path`.
    pub fn from_text(path: &Path, text: String) -> Self {
        let (root, mistakes) = tree::parse(&text);
        Self { path: path.to_owned(), text, root, mistakes: Rc::new(RefCell::new(mistakes)) }
    }

    /// The whole file as a section.
    pub fn root(&self) -> Section<'_> {
        Section::new(&self.root, String::new(), Rc::clone(&self.mistakes))
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of an option of the file itself, such as a table, as it was written.
    pub fn value(&self, name: &str) -> Option<Value> {
        match &self.root.value {
            Value::Table(entries) => {
                entries.iter().find(|(own, ..)| own == name).map(|(_, _, node)| node.value.clone())
            }
            _ => None,
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If any mistake was noted: all of them, in the order of the file.
    pub fn finish(&self) -> Result<(), SettingsError> {
        let mut mistakes = self.mistakes.borrow_mut().split_off(0);
        if mistakes.is_empty() {
            return Ok(());
        }
        mistakes.sort_by_key(|mistake| mistake.span.start);
        mistakes.dedup();
        Err(SettingsError::Mistakes { path: self.path.clone(), text: self.text.clone(), mistakes })
    }
}
