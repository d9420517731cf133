//! Parameter sets of which many are simulated: the rows of a table, or draws from the prior.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::numeric::{Natural, Rows, Streams};
use crate::problem::{Problem, Slot, medians};
use crate::settings::did_you_mean;

/// Where parameter sets come from.
#[derive(Clone, Debug)]
pub enum SetSource {
    /// A CSV file: a header with the names of parameters, then one set in each line, in the units of the parameters.
    File(PathBuf),
    /// Draws from the prior.
    Prior {
        /// How many.
        count: usize,
    },
}

/// What is wrong with a table of parameter sets.
#[derive(Debug, Error)]
pub enum SetsError {
    /// The file cannot be read as text.
    #[error("cannot read the parameter sets `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The header names no parameter, or there is nothing below it.
    #[error("`{}` has no parameter set\n  help: write a header such as g_Na,g_K and one set in each line below it", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// The header names something else.
    #[error("the model has no parameter `{name}`\n  --> {}:{line}:{letter}\n  help: {help}", path.display())]
    UnknownParameter {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Letter of the line, from 1.
        letter: usize,
        /// The header.
        name: String,
        /// What was perhaps meant.
        help: String,
    },
    /// The header names a parameter twice.
    #[error("two columns have the name `{name}`\n  --> {}:{line}:{letter}", path.display())]
    SameName {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Letter of the line, from 1.
        letter: usize,
        /// The header.
        name: String,
    },
    /// A line has more or fewer cells than the header.
    #[error("expected {expected} values, one for each column, found {found}\n  --> {}:{line}", path.display())]
    OtherLength {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Columns of the header.
        expected: usize,
        /// Cells of the line.
        found: usize,
    },
    /// A cell is no finite number.
    #[error(
        "expected a number in column \"{name}\", found \"{found}\"\n  --> {}:{line}:{letter}\n  help: write it without its unit, in {unit}",
        path.display()
    )]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Letter of the line, from 1.
        letter: usize,
        /// Header of the column.
        name: String,
        /// Unit of the parameter.
        unit: &'static str,
        /// The cell.
        found: String,
    },
    /// A number is not physical.
    #[error("`{name}` must be between {} and {} {unit}, found {value}\n  --> {}:{line}:{letter}", range.0, range.1, path.display())]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Letter of the line, from 1.
        letter: usize,
        /// The parameter.
        name: String,
        /// Its unit.
        unit: &'static str,
        /// Its physical range.
        range: (f64, f64),
        /// The cell.
        value: f64,
    },
}

/// Parameter sets, of which only a batch is in memory if they are drawn.
#[derive(Debug)]
pub(super) enum ParameterSets {
    Table(Rows<Natural>),
    Prior { count: usize, streams: Streams },
}

impl ParameterSets {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Table(rows) => rows.len(),
            Self::Prior { count, .. } => *count,
        }
    }

    /// Batch `index` of `size` rows; the last one may be shorter. A row does not depend on the number of rows.
    pub(super) fn batch(&self, problem: &Problem, index: usize, size: usize) -> Rows<Natural> {
        let (from, to) = (index * size, ((index + 1) * size).min(self.len()));
        match self {
            Self::Table(rows) => {
                let columns = rows.columns();
                Rows::from_values(rows.values()[from * columns..to * columns].to_vec(), columns)
            }
            Self::Prior { streams, .. } => {
                let streams = streams.stage(&format!("batch {index}"));
                problem.space.to_natural(&problem.space.draw(to - from, streams))
            }
        }
    }
}

/// A table of parameter sets.
#[derive(Debug)]
pub(super) struct SetTable {
    /// The parameters of the columns: those that are inferred, then fixed ones that the file changes.
    pub names: Vec<String>,
    pub rows: Rows<Natural>,
    /// Which parameters the file does not name, and what they are instead.
    pub notes: String,
}

/// Reads a table of parameter sets. A fixed number that has a column is no longer fixed in `problem`. A parameter that
/// is inferred but has no column is the truth of a simulated recording, or the median of its prior.
///
/// # Errors
/// If the file cannot be read, or is no table of physical values of parameters.
pub(super) fn read_sets(path: &Path, problem: &mut Problem) -> Result<SetTable, SetsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| SetsError::Unreadable { path: path.to_owned(), source })?;
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let no_rows = || SetsError::NoRows { path: path.to_owned() };
    let (number, header) = lines.next().ok_or_else(no_rows)?;
    let places = read_header(path, number + 1, header, &problem.simulation.slots)?;

    let space = &problem.space;
    let mut names: Vec<String> = space.parameters().iter().map(|parameter| parameter.name.clone()).collect();
    let mut usual = medians(space, &problem.truth).values().to_vec();
    let notes = notes(problem, &places);
    let slots = &mut problem.simulation.slots;
    for &place in &places {
        let slot = &mut slots[place];
        if slot.column.is_none() {
            slot.column = Some(names.len());
            names.push(slot.name.clone());
            usual.push(f64::NAN);
        }
    }
    let columns: Vec<&Slot> = places.iter().map(|&place| &slots[place]).collect();
    let mut values = Vec::new();
    for (number, line) in lines {
        let first = values.len();
        values.extend_from_slice(&usual);
        read_line(path, number + 1, line, &columns, &mut values[first..])?;
    }
    if values.is_empty() {
        return Err(no_rows());
    }
    let rows = Rows::from_values(values, names.len());
    Ok(SetTable { names, rows, notes })
}

/// The cells of a line, without blanks and quotes, each with the letter at which it starts.
fn cells(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 1;
    line.split(',').map(move |cell| {
        let blanks = cell.chars().take_while(|letter| letter.is_whitespace()).count();
        let letter = start + blanks;
        start += cell.chars().count() + 1;
        (letter, cell.trim().trim_matches('"').trim())
    })
}

/// The slot of each column.
fn read_header(path: &Path, line: usize, header: &str, slots: &[Slot]) -> Result<Vec<usize>, SetsError> {
    let mut places: Vec<usize> = Vec::new();
    for (letter, name) in cells(header) {
        let (path, name) = (path.to_owned(), name.to_owned());
        let Some(place) = slots.iter().position(|slot| slot.name == name) else {
            let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            let help = did_you_mean(&name, &known).unwrap_or_else(|| format!("known: {}", known.join(", ")));
            return Err(SetsError::UnknownParameter { path, line, letter, name, help });
        };
        if places.contains(&place) {
            return Err(SetsError::SameName { path, line, letter, name });
        }
        places.push(place);
    }
    Ok(places)
}

/// Fills in one parameter set.
fn read_line(
    path: &Path,
    line: usize,
    text: &str,
    columns: &[&Slot],
    set: &mut [f64],
) -> Result<(), SetsError> {
    let found = cells(text).count();
    if found != columns.len() {
        return Err(SetsError::OtherLength { path: path.to_owned(), line, expected: columns.len(), found });
    }
    for ((letter, cell), slot) in cells(text).zip(columns) {
        let (name, unit) = (slot.name.clone(), slot.unit.symbol());
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(value) = number else {
            let found = cell.to_owned();
            return Err(SetsError::NotANumber { path: path.to_owned(), line, letter, name, unit, found });
        };
        let range = slot.range;
        if !(value >= range.0 && value <= range.1) {
            let path = path.to_owned();
            return Err(SetsError::OutOfRange { path, line, letter, name, unit, range, value });
        }
        if let Some(column) = slot.column {
            set[column] = value;
        }
    }
    Ok(())
}

/// What the inferred parameters without a column are.
fn notes(problem: &Problem, places: &[usize]) -> String {
    let slots = &problem.simulation.slots;
    let is_given = |column: usize| places.iter().any(|&place| slots[place].column == Some(column));
    let usual = medians(&problem.space, &problem.truth);
    let mut notes = String::new();
    for (column, parameter) in problem.space.parameters().iter().enumerate() {
        if !is_given(column) {
            let is_true = problem.truth.iter().any(|(known, _)| *known == column);
            let origin = if is_true { "its true value" } else { "the median of its prior" };
            let (name, unit, value) = (&parameter.name, parameter.unit.symbol(), usual.row(0)[column]);
            notes += &format!("{name} = {value} {unit}, {origin}\n");
        }
    }
    notes
}
