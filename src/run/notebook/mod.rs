//! `hhbayes notebook`: a biological and some artificial neurons, side by side.

mod f_i;
mod figures;
mod insights;
mod learning;
mod page;
mod part;
mod pulse;
mod quantities;
mod settings;

use std::path::PathBuf;

use serde_json::{Map, Value};

use self::part::Part;
use self::settings::NotebookSettings;
use super::RunError;
use super::fit::prepare;
use super::threads::on_threads;
use crate::posterior::{write_atomically, write_json};
use crate::settings::{Described, Section, Settings};

/// What holds without a settings file.
const SETTINGS: &str = include_str!("../../../configs/notebook.toml");

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct NotebookOptions {
    /// A settings file in place of `configs/notebook.toml`.
    pub config: Option<PathBuf>,
    /// A result, whose cell is looked at as well.
    pub result: Option<PathBuf>,
    /// The folder for everything.
    pub output: PathBuf,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
}

/// Writes `notebook.txt`, `notebook.json`, `notebook.html` and the figures; returns the text.
///
/// # Errors
/// All mistakes of the settings; a result that cannot be read; a simulation that fails; a folder that cannot be written.
pub fn notebook(options: &NotebookOptions) -> Result<String, RunError> {
    on_threads(options.threads, || write(options))?
}

fn write(options: &NotebookOptions) -> Result<String, RunError> {
    let file = match &options.config {
        Some(path) => Settings::read(path)?,
        None => Settings::from_text("configs/notebook.toml".as_ref(), SETTINGS.to_owned()),
    };
    let settings = NotebookSettings::read(&file.root());
    file.finish()?;
    prepare(&options.output)?;
    let mut parts = vec![pulse::part(&settings)?];
    if let Some(own) = &settings.f_i {
        parts.push(f_i::part(own)?);
    }
    if let Some(folder) = &options.result {
        let own = settings.f_i.as_ref().ok_or_else(|| {
            RunError::Usage("the curve of a result needs the table [f_i] in the settings file".to_owned())
        })?;
        parts.push(f_i::of_result(own, folder)?);
    }
    if let Some(own) = &settings.quantities {
        parts.push(quantities::part(own)?);
    }
    if let Some(own) = &settings.learning {
        parts.push(learning::part(own)?);
    }
    parts.push(insights::part(&parts));
    let text = parts.iter().map(Part::text).collect::<Vec<_>>().join("\n");
    let html = page::html(&parts)
        .map_err(|reason| RunError::Usage(format!("the page cannot be made: {reason:#}")))?;
    let mut json = Map::new();
    for part in &parts {
        json.extend(part.json.clone());
        for picture in &part.pictures {
            picture.write(&options.output)?;
        }
    }
    write_json(&options.output.join("notebook.json"), &Value::Object(json))?;
    for (name, content) in [("notebook.txt", &text), ("notebook.html", &html)] {
        write_atomically(&options.output.join(name), |out| out.write_all(content.as_bytes()))?;
    }
    Ok(format!("{text}\nthe page, the numbers and the figures are in {}\n", options.output.display()))
}

/// The options of a settings file of the notebook.
pub(super) fn options() -> Vec<Described> {
    let root = Section::listening();
    NotebookSettings::read(&root);
    root.described()
}

/// What is said if kuva cannot draw.
fn undrawn(reason: String) -> RunError {
    RunError::Usage(format!("the figure cannot be drawn: {reason}"))
}
