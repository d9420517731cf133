//! One part of the notebook: the same content as text, as a section of the page, and as numbers.

use serde_json::{Map, Value, json};

use crate::posterior::{aligned_rows, wrapped_after};
use crate::report::Picture;

/// Widest row of a table in a terminal.
const WIDTH: usize = 110;

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
    /// What it contributes to the table of insights.
    pub insights: Vec<Insight>,
}

/// A difference between both kinds of neuron, as measured.
pub(super) struct Insight {
    pub aspect: &'static str,
    pub biological: String,
    pub artificial: String,
}

/// A table of texts.
pub(super) struct Table {
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Whether its cells are words, which begin at the left and are too long to stand side by side in a terminal.
    fn is_wordy(&self) -> bool {
        self.rows.iter().any(|row| row.iter().map(|cell| cell.chars().count()).sum::<usize>() > WIDTH)
    }

    fn text(&self) -> String {
        if !self.is_wordy() {
            return aligned_rows(&self.header, self.rows.clone());
        }
        let cells = |row: &Vec<String>| {
            let others = self.header.iter().zip(row).skip(1);
            row[0].clone()
                + "\n"
                + &others.map(|(name, cell)| format!("  {name}: {cell}\n")).collect::<String>()
        };
        self.rows.iter().map(cells).collect()
    }
}

impl Part {
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n", self.title, "─".repeat(self.title.chars().count()));
        text.push_str(&wrapped_after("", &self.lead).replace("\n  ", "\n"));
        for table in &self.tables {
            text.push('\n');
            text.push_str(&table.text());
        }
        if !self.notes.is_empty() {
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
        let tables = self
            .tables
            .iter()
            .map(|own| json!({"header": own.header, "rows": own.rows, "words": own.is_wordy()}));
        json!({
            "id": self.id,
            "title": self.title,
            "lead": self.lead,
            "tables": tables.collect::<Vec<_>>(),
            "notes": self.notes,
            "pictures": self.pictures.iter().map(|own| scalable(&own.svg)).collect::<Vec<_>>(),
        })
    }
}

/// A picture with a view box, without which a narrow page cuts it off instead of making it smaller.
fn scalable(svg: &str) -> String {
    let size = |name: &str| svg.split_once(&format!(" {name}=\""))?.1.split_once('"').map(|own| own.0);
    match size("width").zip(size("height")) {
        Some((width, height)) => svg.replacen("<svg ", &format!("<svg viewBox=\"0 0 {width} {height}\" "), 1),
        None => svg.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_gets_a_view_box() {
        let found = scalable(r#"<svg xmlns="x" width="13" height="4"><rect width="1"/></svg>"#);
        assert!(found.starts_with(r#"<svg viewBox="0 0 13 4" xmlns="x" width="13""#), "{found}");
    }
}
