//! Tables of text: one row per sample, columns for time, voltage and, if there are any, current and sweep.
//!
//! Columns are recognised by headers such as `t_ms`, `v_mV`, `i_pA`, `i_uA_cm2` or `Voltage (mV)`. Lines that
//! start with `#` are comments; without a column of times, one of them states the interval: `# dt_ms=0.02`. Cells are separated by commas, semicolons or tabs.

mod rows;
#[cfg(test)]
mod tests;

use thiserror::Error;

use self::rows::{Row, rows};
use super::columns::{CURRENT, Column, ColumnChoice, ColumnError, INTERVAL, Names, RATE, TIME, VOLTAGE};
use super::sampling::{Samples, SamplingError};
use super::{About, Sweep};

/// What is wrong with a table, or with the choice of its columns.
#[derive(Debug, PartialEq, Error)]
pub enum CsvError {
    /// The file is no text.
    #[error("expected a table of text in UTF-8, found other bytes; is `kind` right?")]
    NotText,
    /// No row holds data.
    #[error("the table has {rows} rows of numbers, expected a header and at least 2")]
    NoData {
        /// How many there are.
        rows: usize,
    },
    /// A column is missing or in another unit.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// A cell is empty or no finite number.
    #[error(
        "{line}:{column}: expected a number in column \"{name}\", found \"{found}\"{}",
        if found.contains(',') { "; write a point before the decimals" } else { "" }
    )]
    NotANumber {
        /// Line of the file, from 1.
        line: usize,
        /// Letter of the line, from 1.
        column: usize,
        /// Header of the column.
        name: String,
        /// The cell.
        found: String,
    },
    /// Time stands still or runs backwards.
    #[error(
        "{line}:{column}: time goes from {from_ms} ms to {to_ms} ms, expected it to increase; if the table \
         holds several sweeps, name their column with `sweep`"
    )]
    TimeDecreases {
        /// Line of the file, from 1.
        line: usize,
        /// Letter of the line, from 1.
        column: usize,
        /// The time before.
        from_ms: f64,
        /// The time in this line.
        to_ms: f64,
    },
    /// The times of the rows make no sweep.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
}

impl CsvError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            CsvError::Column(error) => error.option(),
            CsvError::NotText
            | CsvError::NoData { .. }
            | CsvError::NotANumber { .. }
            | CsvError::TimeDecreases { .. }
            | CsvError::Sampling(_) => "file",
        }
    }

    /// Whether the message starts with line and column.
    pub(super) fn has_place(&self) -> bool {
        matches!(self, CsvError::NotANumber { .. } | CsvError::TimeDecreases { .. })
    }
}

/// Which columns to read; `None` takes the first whose header says what it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub(super) time: Option<ColumnChoice>,
    pub(super) voltage: Option<ColumnChoice>,
    pub(super) current: Option<ColumnChoice>,
    pub(super) sweep: Option<String>,
}

/// The comments before the table.
pub(super) fn about(bytes: &[u8]) -> About {
    let mut about = About::default();
    let lines = std::str::from_utf8(bytes).unwrap_or_default().lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()).take_while(|line| line.starts_with('#')) {
        about.add_comment(line.trim_start_matches('#'));
    }
    about
}

/// All sweeps in the order of the table, and what was done to them.
pub(super) fn read(bytes: &[u8], choice: &Choice) -> Result<(Vec<Sweep>, Vec<String>), CsvError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CsvError::NotText)?;
    let mut rows = rows(text);
    if rows.len() < 3 {
        return Err(CsvError::NoData { rows: rows.len().saturating_sub(1) });
    }
    let header: Vec<&str> = rows.remove(0).cells.into_iter().map(|(_, cell)| cell).collect();
    let names = Names { list: &header, one: "column", all: "the table has" };
    let clock = match names.find(TIME, choice.time.as_ref())? {
        Some(column) => Clock::Column(column),
        None => Clock::Every(stated_interval_ms(text).ok_or_else(|| names.not_recognised(TIME))?),
    };
    let voltage =
        names.find(VOLTAGE, choice.voltage.as_ref())?.ok_or_else(|| names.not_recognised(VOLTAGE))?;
    let current = names.find(CURRENT, choice.current.as_ref())?;
    let sweep = names.sweep(choice.sweep.as_deref())?;
    let mut found: Vec<Samples> = Vec::new();
    for row in &rows {
        let name = sweep.and_then(|place| row.cells.get(place)).map_or("0", |(_, cell)| cell);
        let samples = sweep_named(&mut found, name);
        let (time_ms, place) = match clock {
            Clock::Column(time) => (number(row, &header, time)?, time.place),
            Clock::Every(interval_ms) => (interval_ms * samples.times_ms.len() as f64, 0),
        };
        if let Some(&from_ms) = samples.times_ms.last()
            && time_ms <= from_ms
        {
            let column = row.cells[place].0;
            return Err(CsvError::TimeDecreases { line: row.line, column, from_ms, to_ms: time_ms });
        }
        samples.times_ms.push(time_ms);
        samples.voltage_mv.push(number(row, &header, voltage)?);
        if let Some(current) = current {
            samples.current.push(number(row, &header, current)?);
        }
    }
    let mut notes = Vec::new();
    if let Clock::Every(interval_ms) = clock {
        notes.push(format!("no column is a time; a comment says that rows are {interval_ms} ms apart"));
    }
    let unit = current.map(|column| column.unit);
    let sweeps = found.into_iter().map(|samples| samples.into_sweep(unit, &mut notes));
    Ok((sweeps.collect::<Result<_, SamplingError>>()?, notes))
}

/// The time of a row.
#[derive(Clone, Copy)]
enum Clock {
    /// It stands in a column.
    Column(Column),
    /// Rows follow each other at this interval, in ms.
    Every(f64),
}

/// The time between rows that a comment above the table states, such as `# dt_ms=0.02` or `# fs_kHz = 50`.
fn stated_interval_ms(text: &str) -> Option<f64> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let comments = lines.take_while(|line| line.is_empty() || line.starts_with('#'));
    let statements = comments.flat_map(|line| line.trim_start_matches('#').split([',', ';']));
    let (names, values): (Vec<&str>, Vec<&str>) = statements
        .filter_map(|statement| statement.split_once('='))
        .map(|(name, value)| (name.split_whitespace().last().unwrap_or_default(), value.trim()))
        .unzip();
    let names = Names { list: &names, one: "comment", all: "the comments have" };
    let stated = |quantity| -> Option<f64> {
        let column = names.find(quantity, None).ok()??;
        let value = values[column.place].split_whitespace().next()?.parse().ok()?;
        Some(column.factor.apply(value))
    };
    let interval_ms = stated(INTERVAL).or_else(|| stated(RATE).map(|rate_hz| 1000.0 / rate_hz));
    interval_ms.filter(|interval_ms| *interval_ms > 0.0 && interval_ms.is_finite())
}

fn sweep_named<'f>(found: &'f mut Vec<Samples>, name: &str) -> &'f mut Samples {
    // Rows of a sweep mostly follow one another, so look from the end.
    let place = found.iter().rposition(|samples| samples.name == name).unwrap_or_else(|| {
        found.push(Samples { name: name.to_owned(), ..Samples::default() });
        found.len() - 1
    });
    &mut found[place]
}

fn number(row: &Row<'_>, header: &[&str], column: Column) -> Result<f64, CsvError> {
    let end = row.cells.last().map_or(1, |(start, cell)| start + cell.chars().count());
    let (start, cell) = row.cells.get(column.place).copied().unwrap_or((end, ""));
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(column.factor.apply(value)),
        _ => Err(CsvError::NotANumber {
            line: row.line,
            column: start,
            name: header[column.place].to_owned(),
            found: cell.to_owned(),
        }),
    }
}
