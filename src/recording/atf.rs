//! Axon Text File 1.0: sweeps side by side in columns, as Clampfit exports them.
//!
//! Line 1 is `ATF 1.0`, line 2 the number of optional lines and of columns; then come the optional lines, the
//! titles of the columns and the rows of numbers. Columns `Trace #1 (mV)`, `Trace #2 (mV)` are sweeps of one
//! channel; the optional line `Signals=` names the channel of each column.
//! Description: <https://swharden.com/pyabf/atf-file-format>

use thiserror::Error;

use super::bytes::latin1;
use super::channels::{self, ChannelError, Choice, Chosen, Label};
use super::columns::word_and_unit;
use super::sampling::{Samples, SamplingError};
use super::{About, Current, Sweep};
use crate::units::Unit;

/// What is wrong with an ATF file, or with the choice of its channels.
#[derive(Debug, PartialEq, Error)]
pub enum AtfError {
    /// The file is something else.
    #[error("expected an ATF file, found one that starts with \"{found}\"; is `kind` right?")]
    OtherFormat {
        /// Its first bytes.
        found: String,
    },
    /// The file ends before its table.
    #[error("the file ends at line {lines}, expected {expected}; was it copied whole?")]
    Truncated {
        /// How many lines there are.
        lines: usize,
        /// What should follow.
        expected: &'static str,
    },
    /// Line 2 is not as it should be.
    #[error(
        "{line}:1: expected the number of optional lines and of columns such as \"8 3\", found \"{found}\""
    )]
    Sizes {
        /// Line of the file, from 1.
        line: usize,
        /// The line.
        found: String,
    },
    /// A row has another number of cells than there are columns.
    #[error("{line}:1: expected {columns} columns, found {found}")]
    Columns {
        /// Line of the file, from 1.
        line: usize,
        /// As line 2 says.
        columns: usize,
        /// Cells of the row.
        found: usize,
    },
    /// The first column is not the time.
    #[error("{line}:1: expected a first column such as \"Time (s)\", found \"{found}\"")]
    NoTime {
        /// Line of the titles.
        line: usize,
        /// Title of the first column.
        found: String,
    },
    /// A cell is no finite number.
    #[error("{line}:1: expected a number in column \"{name}\", found \"{found}\"")]
    NotANumber {
        /// Line of the file, from 1.
        line: usize,
        /// Title of the column.
        name: String,
        /// The cell.
        found: String,
    },
    /// A channel cannot be used.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The times of the rows make no sweep.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
}

impl AtfError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            AtfError::Channel(error) => error.option(),
            AtfError::OtherFormat { .. }
            | AtfError::Truncated { .. }
            | AtfError::Sizes { .. }
            | AtfError::Columns { .. }
            | AtfError::NoTime { .. }
            | AtfError::NotANumber { .. }
            | AtfError::Sampling(_) => "file",
        }
    }

    /// Whether the message starts with line and column.
    pub(super) fn has_place(&self) -> bool {
        matches!(
            self,
            AtfError::Sizes { .. }
                | AtfError::Columns { .. }
                | AtfError::NoTime { .. }
                | AtfError::NotANumber { .. }
        )
    }
}

/// Whether these are the first bytes of an ATF file.
pub(super) fn is_atf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ATF") && bytes.get(3).is_some_and(u8::is_ascii_whitespace)
}

/// The table behind the optional lines.
struct Table {
    titles: Vec<String>,
    /// The channel of each column, if the file names it.
    signals: Vec<String>,
    /// One list for each column.
    columns: Vec<Vec<f64>>,
    time_unit: String,
}

/// All sweeps, named by the number of their trace, and what was decided on the way.
pub(super) fn read(bytes: &[u8], choice: &Choice) -> Result<(Vec<Sweep>, Vec<String>), AtfError> {
    if !is_atf(bytes) {
        return Err(AtfError::OtherFormat { found: super::first_bytes(bytes) });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Laboratory programs write Latin-1.
        Err(_) => latin1(bytes),
    };
    let table = Table::read(&text)?;
    let (channels, channel_of) = channels_of(&table);
    let mut notes = Vec::new();
    let (voltage, current) = channels::choose(&channels, choice, &mut notes)?;
    let columns = |chosen: Chosen| -> Vec<usize> {
        (1..table.columns.len()).filter(|&column| channel_of[column - 1] == chosen.place).collect()
    };
    let values = |column: usize, chosen: Chosen| -> Vec<f64> {
        table.columns[column].iter().map(|&value| chosen.factor.apply(value)).collect()
    };
    let voltages = columns(voltage);
    let currents = current.map(columns).unwrap_or_default();
    let is_paired = currents.len() == voltages.len() || currents.len() == 1;
    if current.is_some() && !is_paired {
        notes.push(format!("no current: {} traces of it for {} of voltage", currents.len(), voltages.len()));
    }
    let to_ms = Unit::Millisecond.factor_from(&table.time_unit);
    let times_ms: Vec<f64> =
        table.columns[0].iter().map(|&time| to_ms.map_or(f64::NAN, |factor| factor.apply(time))).collect();
    let mut sweeps = Vec::with_capacity(voltages.len());
    for (i, &column) in voltages.iter().enumerate() {
        let own = current.filter(|_| is_paired).map(|current| {
            let place = if currents.len() == 1 { 0 } else { i };
            Current { values: values(currents[place], current), unit: current.unit }
        });
        let unit = own.as_ref().map(|current| current.unit);
        let samples = Samples {
            name: i.to_string(),
            times_ms: times_ms.clone(),
            voltage_mv: values(column, voltage),
            current: own.map(|current| current.values).unwrap_or_default(),
        };
        sweeps.push(samples.into_sweep(unit, &mut notes)?);
    }
    Ok((sweeps, notes))
}

/// Optional lines with numbers of sweeps and channels, which are read elsewhere or say nothing to people.
const TECHNICAL: [&str; 7] = [
    "Signals",
    "SignalsExported",
    "SweepStartTimesMS",
    "SyncTimeUnits",
    "YTop",
    "YBottom",
    "AcquisitionMode",
];

/// The optional lines, which read `"name=text"`.
pub(super) fn about(bytes: &[u8]) -> About {
    let text = latin1(bytes.get(..LONGEST_HEADER).unwrap_or(bytes));
    let mut lines = text.lines().skip(1);
    let optional = lines.next().and_then(|sizes| sizes.split_whitespace().next()?.parse().ok());
    let mut about = About::default();
    for line in lines.take(optional.unwrap_or(0)) {
        let line = line.trim().trim_matches('"');
        match line.split_once('=') {
            Some((name, _)) if TECHNICAL.contains(&name) => {}
            Some(("Comment", text)) => about.add_comment(text),
            Some((name, text)) if name.to_lowercase().contains("protocol") => about.add_protocol(text),
            Some((name, text)) => about.describe(name, text),
            None => about.add_comment(line),
        }
    }
    about
}

/// Behind this there are only numbers.
const LONGEST_HEADER: usize = 64 << 10;

impl Table {
    fn read(text: &str) -> Result<Self, AtfError> {
        let lines: Vec<&str> = text.lines().collect();
        let truncated = |expected| AtfError::Truncated { lines: lines.len(), expected };
        let sizes = *lines.get(1).ok_or_else(|| truncated("a line with the numbers of lines and columns"))?;
        let bad_sizes = || AtfError::Sizes { line: 2, found: sizes.chars().take(40).collect() };
        let mut numbers = sizes.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        let mut number = || numbers.next()?.parse::<usize>().ok();
        let (optional, count) = number().zip(number()).ok_or_else(bad_sizes)?;
        let title_line = optional.saturating_add(2);
        let title = *lines.get(title_line).ok_or_else(|| truncated("the titles of the columns"))?;
        let titles = cells(title);
        if titles.len() != count || count < 2 {
            return Err(AtfError::Columns { line: title_line + 1, columns: count, found: titles.len() });
        }
        let (word, time_unit) = word_and_unit(&titles[0]);
        if !word.eq_ignore_ascii_case("time") || Unit::Millisecond.factor_from(time_unit).is_none() {
            return Err(AtfError::NoTime { line: title_line + 1, found: titles[0].clone() });
        }
        let time_unit = time_unit.to_owned();
        let signals = lines[2..title_line].iter().map(|line| cells(line));
        let is_signals = |line: &Vec<String>| line[0].starts_with("Signals=") && line.len() == count;
        let signals = signals.into_iter().find(is_signals).unwrap_or_default();
        let mut columns = vec![Vec::new(); count];
        for (i, line) in lines.iter().enumerate().skip(title_line + 1) {
            if !line.trim().is_empty() {
                push_row(&mut columns, &titles, i + 1, line)?;
            }
        }
        Ok(Self { titles, signals, columns, time_unit })
    }
}

/// The cells of a line without quotes; tabs separate them, or commas where there is no tab.
fn cells(line: &str) -> Vec<String> {
    let delimiter = if line.contains('\t') { '\t' } else { ',' };
    line.split(delimiter).map(|cell| cell.trim().trim_matches('"').trim().to_owned()).collect()
}

fn push_row(
    columns: &mut [Vec<f64>],
    titles: &[String],
    line_number: usize,
    line: &str,
) -> Result<(), AtfError> {
    let delimiter = if line.contains('\t') { '\t' } else { ',' };
    let cells: Vec<&str> = line.trim_end().split(delimiter).map(str::trim).collect();
    if cells.len() != columns.len() {
        return Err(AtfError::Columns { line: line_number, columns: columns.len(), found: cells.len() });
    }
    for ((column, title), cell) in columns.iter_mut().zip(titles).zip(cells) {
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() => column.push(value),
            _ => {
                let found = cell.chars().take(40).collect();
                return Err(AtfError::NotANumber { line: line_number, name: title.clone(), found });
            }
        }
    }
    Ok(())
}

/// The channels of the file and, for every column but the time, which of them it is.
fn channels_of(table: &Table) -> (Vec<Label>, Vec<usize>) {
    let mut channels: Vec<Label> = Vec::new();
    let places = (1..table.titles.len()).map(|column| {
        let (name, unit) = match table.titles[column].rsplit_once(['(', '[']) {
            Some((name, unit)) => (name.trim(), unit.trim_matches([' ', ')', ']'])),
            None => (table.titles[column].as_str(), ""),
        };
        let name = table.signals.get(column).map_or_else(|| without_sweep(name), String::as_str);
        let label = Label { name: name.to_owned(), unit: unit.to_owned() };
        channels.iter().position(|known| *known == label).unwrap_or_else(|| {
            channels.push(label);
            channels.len() - 1
        })
    });
    let places = places.collect();
    (channels, places)
}

/// `Trace #3` and `sweep 3` are sweeps of the channels `Trace` and `sweep`; another name is that of a channel.
fn without_sweep(title: &str) -> &str {
    let name =
        title.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches(['#', ' ', '_']);
    let is_sweep = ["trace", "sweep", "episode"].iter().any(|word| name.eq_ignore_ascii_case(word));
    if is_sweep { name } else { title }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::super::channels::Pick;
    use super::*;

    const CLAMPFIT: &str = "ATF\t1.0\r\n4\t5     \r\n\"AcquisitionMode=Episodic Stimulation\"\r\n\
        \"Comment=\"\r\n\"SweepStartTimesMS=0.000,3000.000\"\r\n\
        \"Signals=\"\t\"IN 0\"\t\"IN 1\"\t\"IN 0\"\t\"IN 1\"\r\n\
        \"Time (s)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (nA)\"\t\"Trace #2 (mV)\"\t\"Trace #2 (nA)\"\r\n\
        0\t-65\t0\t-66\t0.1\r\n0.0001\t-64.5\t0.25\t-66.5\t0.2\r\n0.0002\t-64\t0\t-67\t0.3\r\n";

    #[test]
    fn sweeps_stand_side_by_side() {
        let (sweeps, notes) = read(CLAMPFIT.as_bytes(), &Choice::default()).unwrap();
        assert_eq!(sweeps.len(), 2);
        assert_eq!(sweeps[1].voltage_mv, [-66.0, -66.5, -67.0]);
        assert_relative_eq!(sweeps[0].interval_ms, 0.1, max_relative = 1e-12);
        assert_eq!(sweeps[0].current.as_ref().unwrap().values, [0.0, 250.0, 0.0]);
        assert_eq!(notes[0], "voltage from channel \"IN 0\" (mV)");
        // Without names of signals the unit tells the channel; the unit may be in Latin-1.
        let plain = "ATF 1.0\n0 3\n\"Time (ms)\"\t\"Trace #1 (\u{b5}V)\"\t\"Trace #2 (\u{b5}V)\"\n0\t1000\t2000\n1\t3e3\t0\n";
        let bytes: Vec<u8> = plain.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        let (sweeps, _) = read(&bytes, &Choice::default()).unwrap();
        assert_eq!([&sweeps[0].voltage_mv, &sweeps[1].voltage_mv], [&[1.0, 3.0], &[2.0, 0.0]]);
        assert_eq!(sweeps[0].current, None);
    }

    #[test]
    fn mistakes_name_the_line() {
        let message = |text: &str| read(text.as_bytes(), &Choice::default()).unwrap_err().to_string();
        assert!(message("ATF\t1.0\n").starts_with("the file ends at line 1, expected a line with"));
        assert!(message("ATF\t1.0\n8\n").starts_with("2:1: expected the number of optional lines"));
        assert!(message("ATF\t1.0\n99999999999\t3\n").contains("expected the titles of the columns"));
        assert_eq!(message(&CLAMPFIT.replace("4\t5 ", "4\t6 ")), "7:1: expected 6 columns, found 5");
        assert_eq!(message(&CLAMPFIT.replace("-66.5\t", "")), "9:1: expected 5 columns, found 4");
        let broken = message(&CLAMPFIT.replace("-66.5", "x"));
        assert_eq!(broken, "9:1: expected a number in column \"Trace #2 (mV)\", found \"x\"");
        assert!(message(&CLAMPFIT.replace("Time (s)", "Distance (m)")).contains("found \"Distance (m)\""));
        assert!(message(&CLAMPFIT.replace("(mV)", "(pA)")).contains("no channel is a voltage"));
        let third = Choice { voltage: Some(Pick::Number(2)), ..Choice::default() };
        assert_eq!(read(CLAMPFIT.as_bytes(), &third).unwrap_err().option(), "voltage_channel");
        assert!(matches!(read(b"ABF2", &third), Err(AtfError::OtherFormat { .. })));
    }
}
