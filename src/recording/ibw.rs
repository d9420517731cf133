//! Igor binary waves, versions 2 and 5, one channel of one sweep in each file.
//!
//! Layout: `WaveMetrics`, Igor Technical Note 3, as read by igor2
//! (<https://github.com/AFM-analysis/igor2/blob/master/igor2/binarywave.py>).

use thiserror::Error;

use super::Current;
use super::bytes::{Bytes, Truncated, latin1};
use crate::units::Unit;

/// What is wrong with an Igor binary wave.
#[derive(Debug, PartialEq, Error)]
pub enum IbwError {
    /// The file is something else.
    #[error("expected an Igor binary wave of version 2 or 5, found a file that starts with \"{found}\"")]
    OtherFormat {
        /// Its first bytes.
        found: String,
    },
    /// The file is shorter than it says.
    #[error("{0}")]
    Truncated(#[from] Truncated),
    /// The samples are of another type.
    #[error("expected samples that are real numbers (type 2, 4, 8, 16 or 32), found type {found}")]
    Type {
        /// Igor's number of the type.
        found: i16,
    },
    /// The wave has rows and columns.
    #[error("expected a wave with one dimension, found {columns} columns; save each sweep as its own wave")]
    Dimensions {
        /// Number of columns.
        columns: i32,
    },
    /// There are no samples.
    #[error("the wave has {found} samples, expected at least 2")]
    NoData {
        /// Announced samples.
        found: i32,
    },
    /// The time between samples is impossible.
    #[error("the time between samples is {found} {unit}; set it in Igor with SetScale/P x 0, 2.5e-05, \"s\"")]
    Interval {
        /// The number.
        found: f64,
        /// Its unit.
        unit: String,
    },
    /// The unit is that of something else.
    #[error(
        "expected a wave in {expected}, found the unit \"{found}\"; set it in Igor with SetScale d 0, 0, \"mV\""
    )]
    OtherUnit {
        /// What was needed.
        expected: &'static str,
        /// The unit of the wave.
        found: String,
    },
}

/// One wave.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wave {
    pub(super) interval_ms: f64,
    pub(super) unit: String,
    pub(super) values: Vec<f64>,
    /// What the experimenter or the program wrote behind the samples.
    pub(super) note: String,
}

/// Where version 2 or 5 keeps what is needed; offsets from the start of the file.
struct Layout {
    data_type: usize,
    count: usize,
    interval: usize,
    unit: usize,
    time_unit: usize,
    data: usize,
}

const VERSION_2: Layout =
    Layout { data_type: 16, count: 58, interval: 64, unit: 50, time_unit: 54, data: 126 };
const VERSION_5: Layout =
    Layout { data_type: 80, count: 76, interval: 148, unit: 212, time_unit: 216, data: 384 };

/// Columns, and the lengths of texts behind the data; version 5 only.
const COLUMNS: usize = 136;
const FORMULA_LENGTH: usize = 8;
const NOTE_LENGTH: usize = 12;
const LONG_UNIT_LENGTH: usize = 16;

/// The length of the note in version 2, and the bytes between samples and note.
const NOTE_LENGTH_2: usize = 6;
const PADDING_2: usize = 16;

/// The reader in the byte order in which the version reads 2 or 5.
fn open(bytes: &[u8]) -> Option<(Bytes<'_>, i16)> {
    [Bytes::little_endian(bytes), Bytes::big_endian(bytes)]
        .into_iter()
        .find_map(|reader| reader.i16(0).ok().filter(|version| [2, 5].contains(version)).map(|v| (reader, v)))
}

/// Whether these are the first bytes of an Igor binary wave.
pub(super) fn is_ibw(bytes: &[u8]) -> bool {
    open(bytes).is_some()
}

impl Wave {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, IbwError> {
        let (reader, version) =
            open(bytes).ok_or_else(|| IbwError::OtherFormat { found: super::first_bytes(bytes) })?;
        let layout = if version == 2 { VERSION_2 } else { VERSION_5 };
        if version == 5 {
            let columns = reader.i32(COLUMNS)?;
            if columns > 0 {
                return Err(IbwError::Dimensions { columns });
            }
        }
        let found = reader.i32(layout.count)?;
        let count =
            usize::try_from(found).ok().filter(|&count| count >= 2).ok_or(IbwError::NoData { found })?;
        let (values, width) = samples(reader, &layout, count)?;
        let mut unit = reader.text(layout.unit, 4)?;
        if version == 5 && unit.is_empty() {
            unit = long_unit(reader, layout.data.saturating_add(count.saturating_mul(width)))?;
        }
        let note = note(reader, version, layout.data.saturating_add(count.saturating_mul(width)));
        Ok(Self { interval_ms: interval_ms(reader, &layout)?, unit, values, note })
    }

    /// The values in mV.
    pub(super) fn voltage_mv(&self) -> Result<Vec<f64>, IbwError> {
        let factor = Unit::Millivolt
            .factor_from(&self.unit)
            .ok_or_else(|| IbwError::OtherUnit { expected: "mV or V", found: self.unit.clone() })?;
        Ok(self.values.iter().map(|&value| factor.apply(value)).collect())
    }

    /// The values in pA.
    pub(super) fn current(&self) -> Result<Current, IbwError> {
        let factor = Unit::Picoamp
            .factor_from(&self.unit)
            .ok_or_else(|| IbwError::OtherUnit { expected: "pA, nA or A", found: self.unit.clone() })?;
        let values = self.values.iter().map(|&value| factor.apply(value)).collect();
        Ok(Current { values, unit: Unit::Picoamp })
    }
}

/// The samples and the bytes that each takes.
fn samples(reader: Bytes<'_>, layout: &Layout, count: usize) -> Result<(Vec<f64>, usize), IbwError> {
    type Read = fn(Bytes<'_>, usize) -> Result<f64, Truncated>;
    let found = reader.i16(layout.data_type)?;
    let (width, read): (usize, Read) = match found {
        2 => (4, |bytes, at| bytes.f32(at)),
        4 => (8, |bytes, at| bytes.f64(at)),
        8 => (1, |bytes, at| bytes.i8(at).map(f64::from)),
        16 => (2, |bytes, at| bytes.i16(at).map(f64::from)),
        32 => (4, |bytes, at| bytes.i32(at).map(f64::from)),
        _ => return Err(IbwError::Type { found }),
    };
    // Nothing is allocated for samples that are not there.
    reader.slice(layout.data, count.saturating_mul(width))?;
    let values = (0..count).map(|i| read(reader, layout.data + i * width));
    Ok((values.collect::<Result<_, _>>()?, width))
}

/// Units of more than three letters stand behind data, formula and note.
fn long_unit(reader: Bytes<'_>, data_end: usize) -> Result<String, IbwError> {
    let length = |at| reader.i32(at).map(|length| usize::try_from(length).unwrap_or(0));
    let start = data_end.saturating_add(length(FORMULA_LENGTH)?).saturating_add(length(NOTE_LENGTH)?);
    Ok(latin1(reader.slice(start, length(LONG_UNIT_LENGTH)?)?))
}

/// The note behind the samples; empty if there is none or the file is cut.
fn note(reader: Bytes<'_>, version: i16, data_end: usize) -> String {
    let length = |at| reader.i32(at).ok().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let (start, length) = if version == 2 {
        (data_end.saturating_add(PADDING_2), length(NOTE_LENGTH_2))
    } else {
        (data_end.saturating_add(length(FORMULA_LENGTH)), length(NOTE_LENGTH))
    };
    reader.slice(start, length).map(latin1).unwrap_or_default()
}

/// The time between samples; Igor counts in seconds where the wave names no unit.
fn interval_ms(reader: Bytes<'_>, layout: &Layout) -> Result<f64, IbwError> {
    let found = reader.f64(layout.interval)?;
    let unit = reader.text(layout.time_unit, 4)?;
    let symbol = if unit.is_empty() { "s" } else { &unit };
    match Unit::Millisecond.factor_from(symbol).map(|factor| factor.apply(found)) {
        Some(interval_ms) if interval_ms.is_finite() && interval_ms > 0.0 => Ok(interval_ms),
        _ => Err(IbwError::Interval { found, unit }),
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn put(bytes: &mut Vec<u8>, at: usize, value: &[u8]) {
        bytes.resize(bytes.len().max(at + value.len()), 0);
        bytes[at..at + value.len()].copy_from_slice(value);
    }

    /// Three samples of version 2, little endian, 16 bits.
    fn version_2() -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, 0, &2_i16.to_le_bytes());
        put(&mut bytes, 16, &16_i16.to_le_bytes());
        put(&mut bytes, 50, b"mV");
        put(&mut bytes, 54, b"ms");
        put(&mut bytes, 58, &3_i32.to_le_bytes());
        put(&mut bytes, 64, &0.1_f64.to_le_bytes());
        put(&mut bytes, 126, &[(-70_i16).to_le_bytes(), 5_i16.to_le_bytes(), 30_i16.to_le_bytes()].concat());
        bytes
    }

    /// Three samples of version 5, big endian, 64 bits, with a unit that is too long for its field.
    fn version_5() -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, 0, &5_i16.to_be_bytes());
        put(&mut bytes, 12, &4_i32.to_be_bytes());
        put(&mut bytes, 16, &2_i32.to_be_bytes());
        put(&mut bytes, 76, &3_i32.to_be_bytes());
        put(&mut bytes, 80, &4_i16.to_be_bytes());
        put(&mut bytes, 132, &3_i32.to_be_bytes());
        put(&mut bytes, 148, &2e-5_f64.to_be_bytes());
        let samples: Vec<u8> = [1e-9_f64, 0.0, -1e-9].iter().flat_map(|value| value.to_be_bytes()).collect();
        put(&mut bytes, 384, &samples);
        put(&mut bytes, 408, b"noteuA");
        bytes
    }

    #[test]
    fn both_versions_and_byte_orders_are_read() {
        let wave = Wave::read(&version_2()).unwrap();
        assert_eq!(wave.voltage_mv().unwrap(), [-70.0, 5.0, 30.0]);
        assert_relative_eq!(wave.interval_ms, 0.1);
        assert!(matches!(wave.current(), Err(IbwError::OtherUnit { .. })));
        let wave = Wave::read(&version_5()).unwrap();
        assert_relative_eq!(wave.interval_ms, 0.02);
        assert_relative_eq!(wave.current().unwrap().values[0], 0.001, max_relative = 1e-12);
        assert_eq!(wave.note, "note");
    }

    #[test]
    fn corrupt_bytes_are_an_error_or_other_numbers_but_never_a_panic() {
        let mut random = ChaCha8Rng::seed_from_u64(8);
        let mut refused = 0;
        for original in [version_2(), version_5()] {
            for _ in 0..1000 {
                let mut bytes = original.clone();
                for _ in 0..random.random_range(1..20) {
                    let at = random.random_range(0..bytes.len());
                    bytes[at] = random.random();
                }
                bytes.truncate(random.random_range(0..2 * bytes.len()));
                refused += usize::from(Wave::read(&bytes).is_err());
            }
        }
        assert!(refused > 1000, "only {refused} of 2000 corrupt files were refused");
    }
}
