//! One part of the notebook: the same content as text, as a section of the page, and as numbers.

use serde_json::{Map, Value, json};

use crate::posterior::{aligned_rows, wrapped_after};
use crate::report::Picture;

/// One part.
pub(super) struct Part {
    /// Names the section of the page.
    pub id: &'static str,
    pub title: &'static str,
    /// What is said first.
    pub lead: String,
    pub tables: Vec<Table>,
    /// What is said of the tables, each a sentence or two.
    pub notes: Vec<String>,
    pub pictures: Vec<Picture>,
    /// Entries of `notebook.json`.
    pub json: Map<String, Value>,
}

/// A table of texts.
pub(super) struct Table {
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Part {
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n", self.title, "─".repeat(self.title.chars().count()));
        text.push_str(wrapped_after("", &self.lead).trim_start());
        text.push_str("\n\n");
        for table in &self.tables {
            text.push_str(&aligned_rows(&table.header, table.rows.clone()));
            text.push('\n');
        }
        for note in &self.notes {
            text.push_str(wrapped_after("-", note).trim_end());
            text.push('\n');
        }
        text
    }

    /// What the template of the page asks for.
    pub fn for_page(&self) -> Value {
        let tables = self.tables.iter().map(|own| json!({"header": own.header, "rows": own.rows}));
        json!({
            "id": self.id,
            "title": self.title,
            "lead": self.lead,
            "tables": tables.collect::<Vec<_>>(),
            "notes": self.notes,
            "pictures": self.pictures.iter().map(|own| &own.svg).collect::<Vec<_>>(),
        })
    }
}
