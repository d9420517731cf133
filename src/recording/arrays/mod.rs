//! Files of named arrays: `NumPy`'s .npz and MATLAB's .mat.
//!
//! Arrays are recognised by names such as `t_ms`, `v_mV`, `i_pA`, as are the columns of a table. Voltage and
//! current are vectors or matrices of one sweep beside the other; instead of a time there may be an interval
//! (`dt_ms`) or a rate (`fs_Hz`).

mod element;
mod hdf5_arrays;
mod mat5;
mod npz;
#[cfg(test)]
mod tests;
mod zip;

use hdf5_reader::Hdf5File;
use thiserror::Error;

pub(super) use self::mat5::is_mat5;
pub(super) use self::npz::is_npz;
use super::bytes::Truncated;
use super::columns::{
    CURRENT, Column, ColumnChoice, ColumnError, INTERVAL, Names, Quantity, RATE, TIME, VOLTAGE,
};
use super::hdf5::Hdf5Error;
use super::sampling::{Samples, SamplingError};
use super::{Current, Sweep};

/// What is wrong with a file of arrays, or with the choice among them.
#[derive(Debug, Error)]
pub enum ArrayError {
    /// The file is something else.
    #[error("expected {expected}, found a file that starts with \"{found}\"; is `kind` right?")]
    OtherFormat {
        /// The format.
        expected: &'static str,
        /// Its first bytes.
        found: String,
    },
    /// The file is shorter than it says.
    #[error("{0}")]
    Truncated(#[from] Truncated),
    /// The HDF5 file itself cannot be read.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// A part of the file is not as the format prescribes.
    #[error("the {what} is corrupt: {found}; was the file copied whole?")]
    Corrupt {
        /// Which part.
        what: String,
        /// What is wrong with it.
        found: String,
    },
    /// An array cannot be read.
    #[error("expected {expected} in \"{array}\", found {found}")]
    OtherType {
        /// Its name.
        array: String,
        /// What was needed.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// An array is missing or in another unit.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// Two arrays do not fit together.
    #[error("\"{array}\" is {found}, which does not fit {other}; expected {expected}")]
    Shape {
        /// The option that mends it.
        option: &'static str,
        /// Its name.
        array: String,
        /// Its dimensions.
        found: String,
        /// The other array and its dimensions.
        other: String,
        /// What was needed.
        expected: String,
    },
    /// The time between samples is impossible.
    #[error("\"{array}\" makes the time between samples {found_ms} ms, expected a finite number above 0")]
    Interval {
        /// The array that says so.
        array: String,
        /// The time.
        found_ms: f64,
    },
    /// The times of the samples make no sweep.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
}

impl ArrayError {
    fn corrupt(what: impl Into<String>, found: impl ToString) -> Self {
        ArrayError::Corrupt { what: what.into(), found: found.to_string() }
    }

    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            ArrayError::Column(error) => error.option(),
            ArrayError::Shape { option, .. } => option,
            ArrayError::OtherFormat { .. }
            | ArrayError::Truncated(_)
            | ArrayError::Hdf5(_)
            | ArrayError::Corrupt { .. }
            | ArrayError::OtherType { .. }
            | ArrayError::Interval { .. }
            | ArrayError::Sampling(_) => "file",
        }
    }
}

/// Which arrays to read; `None` takes the first whose name says what it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub(super) time: Option<ColumnChoice>,
    pub(super) voltage: Option<ColumnChoice>,
    pub(super) current: Option<ColumnChoice>,
}

/// An array with at most two dimensions that are longer than 1; rows one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

/// A file whose arrays are read one by one.
trait ArrayFile {
    /// What an array is called in this format: "array" or "variable".
    const ONE: &'static str;

    /// The names of the arrays.
    fn names(&self) -> Vec<String>;

    /// The array at a place of the names.
    fn load(&self, place: usize) -> Result<Matrix, ArrayError>;
}

type Sweeps = (Vec<Sweep>, Vec<String>);

/// The sweeps of a `NumPy` archive.
pub(super) fn read_npz(bytes: &[u8], choice: &Choice) -> Result<Sweeps, ArrayError> {
    read(&npz::Archive::open(bytes)?, choice)
}

/// The sweeps of a MATLAB file before version 7.3.
pub(super) fn read_mat5(bytes: &[u8], choice: &Choice) -> Result<Sweeps, ArrayError> {
    read(&mat5::MatFile::open(bytes)?, choice)
}

/// The sweeps of a MATLAB 7.3 file, or of another HDF5 file with named arrays.
pub(super) fn read_hdf5(file: &Hdf5File, choice: &Choice) -> Result<Sweeps, ArrayError> {
    read(&hdf5_arrays::Arrays::open(file)?, choice)
}

/// An array that was found and read, in the unit of its column.
struct Found {
    name: String,
    column: Column,
    matrix: Matrix,
}

impl Found {
    fn dimensions(&self) -> String {
        format!("{} x {}", self.matrix.rows, self.matrix.columns)
    }

    /// Row `i`, or the only row.
    fn row(&self, i: usize) -> Vec<f64> {
        let columns = self.matrix.columns;
        let start = if self.matrix.rows == 1 { 0 } else { i * columns };
        let row = &self.matrix.values[start..start + columns];
        row.iter().map(|&value| self.column.factor.apply(value)).collect()
    }
}

fn read<F: ArrayFile>(file: &F, choice: &Choice) -> Result<Sweeps, ArrayError> {
    let names = file.names();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let names = Names { list: &list, one: F::ONE, all: "the file has" };
    let find = |quantity: Quantity, choice: Option<&ColumnChoice>| -> Result<Option<Found>, ArrayError> {
        let Some(column) = names.find(quantity, choice)? else { return Ok(None) };
        let matrix = file.load(column.place)?;
        Ok(Some(Found { name: list[column.place].to_owned(), column, matrix }))
    };
    let missing = |quantity| ArrayError::Column(names.not_recognised(quantity));
    let mut voltage = find(VOLTAGE, choice.voltage.as_ref())?.ok_or_else(|| missing(VOLTAGE))?;
    let mut current = find(CURRENT, choice.current.as_ref())?;
    let mut time = find(TIME, choice.time.as_ref())?;
    let mut notes = Vec::new();
    orient(&mut voltage, &mut current, &mut time, &mut notes)?;
    let interval_ms = match &time {
        Some(_) => None,
        None => {
            Some(interval_ms(find(INTERVAL, None)?, find(RATE, None)?).ok_or_else(|| missing(INTERVAL))??)
        }
    };
    let mut sweeps = Vec::with_capacity(voltage.matrix.rows);
    for i in 0..voltage.matrix.rows {
        let unit = current.as_ref().map(|current| current.column.unit);
        let own = current.as_ref().map(|current| current.row(i));
        let (name, voltage_mv) = (i.to_string(), voltage.row(i));
        sweeps.push(match (&time, interval_ms) {
            (None, Some(interval_ms)) => {
                let current = own.zip(unit).map(|(values, unit)| Current { values, unit });
                Sweep { name, interval_ms, voltage_mv, current }
            }
            (time, _) => {
                let times_ms = time.as_ref().map(|time| time.row(i)).unwrap_or_default();
                let current = own.unwrap_or_default();
                Samples { name, times_ms, voltage_mv, current }.into_sweep(unit, &mut notes)?
            }
        });
    }
    Ok((sweeps, notes))
}

/// Brings all arrays into rows of sweeps. Samples run along the side that is as long as the time; without a
/// time along the longer side, since there are more samples than sweeps.
fn orient(
    voltage: &mut Found,
    current: &mut Option<Found>,
    time: &mut Option<Found>,
    notes: &mut Vec<String>,
) -> Result<(), ArrayError> {
    let as_row = |found: &mut Found| {
        if found.matrix.columns == 1 {
            found.matrix = std::mem::take(&mut found.matrix).transposed();
        }
    };
    let (rows, columns) = (voltage.matrix.rows, voltage.matrix.columns);
    if let Some(time) = time.as_mut() {
        as_row(time);
    }
    let is_upright = match time.as_ref().filter(|time| time.matrix.rows == 1) {
        Some(time) => columns != time.matrix.columns && rows == time.matrix.columns,
        None => rows > columns,
    };
    let is_matrix = rows > 1 && columns > 1;
    if is_upright {
        voltage.matrix = std::mem::take(&mut voltage.matrix).transposed();
    }
    if is_matrix {
        let (rows, columns) = (voltage.matrix.rows, voltage.matrix.columns);
        notes.push(format!("\"{}\" read as {rows} sweeps of {columns} samples", voltage.name));
    }
    for (found, option) in [(current.as_mut(), "current"), (time.as_mut(), "time")] {
        let Some(found) = found else { continue };
        as_row(found);
        if is_upright && found.matrix.rows > 1 {
            found.matrix = std::mem::take(&mut found.matrix).transposed();
        }
        let (rows, columns) = (voltage.matrix.rows, voltage.matrix.columns);
        if found.matrix.columns != columns || ![1, rows].contains(&found.matrix.rows) {
            return Err(ArrayError::Shape {
                option,
                array: found.name.clone(),
                found: found.dimensions(),
                other: format!("\"{}\" with {}", voltage.name, voltage.dimensions()),
                expected: format!("{columns} samples for one sweep or for each of {rows}"),
            });
        }
    }
    if voltage.matrix.columns < 2 {
        let rows = voltage.matrix.columns;
        return Err(SamplingError::ShortSweep { sweep: "0".to_owned(), rows }.into());
    }
    Ok(())
}

/// The time between samples from one of the two, if either is there.
fn interval_ms(interval: Option<Found>, rate: Option<Found>) -> Option<Result<f64, ArrayError>> {
    let first = |found: &Found| match found.matrix.values.as_slice() {
        [value] => found.column.factor.apply(*value),
        _ => f64::NAN,
    };
    let (array, found_ms) = match (interval, rate) {
        (Some(interval), _) => (interval.name.clone(), first(&interval)),
        (None, Some(rate)) => (rate.name.clone(), 1000.0 / first(&rate)),
        (None, None) => return None,
    };
    let is_good = found_ms.is_finite() && found_ms > 0.0;
    Some(if is_good { Ok(found_ms) } else { Err(ArrayError::Interval { array, found_ms }) })
}

impl Matrix {
    /// An array of any shape whose last dimension runs fastest; dimensions of length 1 do not count.
    fn new(name: &str, shape: &[usize], values: Vec<f64>) -> Result<Self, ArrayError> {
        let long: Vec<usize> = shape.iter().copied().filter(|&length| length != 1).collect();
        let (rows, columns) = match (long.as_slice(), shape) {
            // A column of MATLAB or of `NumPy` stays one, so that its neighbour can be judged by it.
            ([length], [_, 1]) => (*length, 1),
            ([], _) => (1, 1),
            ([length], _) => (1, *length),
            ([rows, columns], _) => (*rows, *columns),
            _ => {
                let found = format!("{} dimensions", long.len());
                let expected = "a vector or a matrix [sweep, sample]";
                return Err(ArrayError::OtherType { array: name.to_owned(), expected, found });
            }
        };
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(ArrayError::corrupt(
                format!("array \"{name}\""),
                "its length is not that of its shape",
            ));
        }
        Ok(Self { rows, columns, values })
    }

    fn transposed(self) -> Self {
        let (rows, columns) = (self.columns, self.rows);
        if rows == 1 || columns == 1 {
            return Self { rows, columns, values: self.values };
        }
        let values = (0..rows * columns).map(|k| self.values[k % columns * rows + k / columns]).collect();
        Self { rows, columns, values }
    }
}
