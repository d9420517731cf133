//! `WFDB`, the format of `PhysioNet`: a header of text (.hea) and files of samples (.dat).
//!
//! value = (sample − baseline) / gain, in the unit of the signal. Formats 16, 61, 80, 212 and 32 are read.
//! Description: <https://wfdb.io/spec/header-files.html>, <https://wfdb.io/spec/signal-files.html>

use std::path::Path;

use thiserror::Error;

use super::bytes::{Bytes, Truncated};
use super::channels::{self, ChannelError, Choice, Chosen, Label};
use super::{About, Current, Sweep};

/// What is wrong with a WFDB record, or with the choice of its signals.
#[derive(Debug, PartialEq, Error)]
pub enum WfdbError {
    /// The file is something else.
    #[error("expected a WFDB header (.hea), found a file that starts with \"{found}\"; is `kind` right?")]
    OtherFormat {
        /// Its first bytes.
        found: String,
    },
    /// A line of the header cannot be understood.
    #[error("{line}:1: expected {expected}, found \"{found}\"")]
    Line {
        /// Line of the header, from 1.
        line: usize,
        /// What was needed.
        expected: &'static str,
        /// The line.
        found: String,
    },
    /// The samples cannot be found.
    #[error("cannot read the samples in \"{file}\": {why}; it belongs beside the header")]
    NoSamples {
        /// Name of the file.
        file: String,
        /// What the operating system says.
        why: String,
    },
    /// The file of samples is shorter than the header says.
    #[error("in \"{file}\" {reason}")]
    Truncated {
        /// Name of the file.
        file: String,
        /// How much is missing.
        reason: Truncated,
    },
    /// There are less than two samples.
    #[error("the record has {found} samples, expected at least 2")]
    NoData {
        /// Announced or found samples.
        found: usize,
    },
    /// A signal cannot be used.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

impl WfdbError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        if let WfdbError::Channel(error) = self { error.option() } else { "file" }
    }

    /// Whether the message starts with line and column.
    pub(super) fn has_place(&self) -> bool {
        matches!(self, WfdbError::Line { .. })
    }
}

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// 16 bits, little endian.
    Sixteen,
    /// 16 bits, big endian.
    SixtyOne,
    /// 8 bits, 128 is zero.
    Eighty,
    /// Two samples of 12 bits in three bytes.
    TwoHundredTwelve,
    /// 32 bits, little endian.
    ThirtyTwo,
}

/// One signal of a record.
#[derive(Clone, Debug, PartialEq)]
struct Signal {
    file: String,
    coding: Coding,
    /// Bytes before the first sample.
    offset: usize,
    gain: f64,
    baseline: f64,
    label: Label,
}

/// The header of a record.
#[derive(Clone, Debug, PartialEq)]
struct Header {
    interval_ms: f64,
    samples: Option<usize>,
    signals: Vec<Signal>,
}

/// Whether this is the header of a record: a line with a name and a number, then one with a file and a format.
pub(super) fn is_wfdb(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let second = |line: Option<&str>| line?.split_ascii_whitespace().nth(1).map(str::to_owned);
    let signals = second(lines.next());
    signals.is_some_and(|word| word.parse::<u16>().is_ok())
        && second(lines.next()).is_some_and(|word| coding(&word).is_some())
}

/// The comments of the header.
pub(super) fn about(bytes: &[u8]) -> About {
    let mut about = About::default();
    for line in std::str::from_utf8(bytes).unwrap_or_default().lines() {
        if let Some(comment) = line.strip_prefix('#') {
            about.add_comment(comment);
        }
    }
    about
}

/// The record with this header, whose samples are in the folder; one sweep.
pub(super) fn read(
    header: &[u8],
    folder: &Path,
    choice: &Choice,
) -> Result<(Vec<Sweep>, Vec<String>), WfdbError> {
    let other = || WfdbError::OtherFormat { found: super::first_bytes(header) };
    let text = std::str::from_utf8(header).map_err(|_| other())?;
    if !is_wfdb(text) {
        return Err(other());
    }
    let header = Header::read(text)?;
    let labels: Vec<Label> = header.signals.iter().map(|signal| signal.label.clone()).collect();
    let mut notes = Vec::new();
    let (voltage, current) = channels::choose(&labels, choice, &mut notes)?;
    let mut voltage_mv = header.values(folder, voltage)?;
    let current = match current {
        Some(current) => {
            let mut values = header.values(folder, current)?;
            // Two files without an announced length may differ.
            voltage_mv.truncate(values.len());
            values.truncate(voltage_mv.len());
            Some(Current { values, unit: current.unit })
        }
        None => None,
    };
    let sweep = Sweep { name: "0".to_owned(), interval_ms: header.interval_ms, voltage_mv, current };
    Ok((vec![sweep], notes))
}

impl Header {
    fn read(text: &str) -> Result<Self, WfdbError> {
        let mut lines =
            text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && !line.trim().is_empty());
        let bad = |(found, line): (&str, usize), expected| WfdbError::Line {
            line,
            expected,
            found: found.chars().take(60).collect(),
        };
        let first = lines.next().unwrap_or(("", 1));
        let words: Vec<&str> = first.0.split_ascii_whitespace().collect();
        if words.first().is_some_and(|name| name.contains('/')) {
            return Err(bad(first, "a record of one segment; join the segments with the program `wfdbcat`"));
        }
        let count = words.get(1).and_then(|word| word.parse::<u16>().ok());
        let count =
            count.ok_or_else(|| bad(first, "a name and a number of signals such as \"a1t18 2 125000\""))?;
        // Without a rate it is 250 Hz; a counter of the recorder may follow it.
        let rate = words.get(2).map_or("250", |word| word.split(['/', '(']).next().unwrap_or(""));
        let rate_hz = rate.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
        let rate_hz = rate_hz.ok_or_else(|| bad(first, "a sampling rate above 0"))?;
        let samples = words.get(3).map(|word| word.parse::<usize>()).transpose();
        let samples = samples.map_err(|_| bad(first, "a number of samples"))?.filter(|&samples| samples > 0);
        let mut signals = Vec::new();
        for _ in 0..count {
            let line = lines.next().unwrap_or(("", text.lines().count() + 1));
            signals.push(Signal::read(line.0).map_err(|expected| bad(line, expected))?);
        }
        Ok(Self { interval_ms: 1000.0 / rate_hz, samples, signals })
    }

    /// The values of a signal.
    fn values(&self, folder: &Path, chosen: Chosen) -> Result<Vec<f64>, WfdbError> {
        let signal = &self.signals[chosen.place];
        let bytes = std::fs::read(folder.join(&signal.file))
            .map_err(|error| WfdbError::NoSamples { file: signal.file.clone(), why: error.to_string() })?;
        // Signals of one file alternate.
        let together: Vec<usize> =
            (0..self.signals.len()).filter(|&i| self.signals[i].file == signal.file).collect();
        let own = together.iter().position(|&i| i == chosen.place).unwrap_or(0);
        let truncated = |reason| WfdbError::Truncated { file: signal.file.clone(), reason };
        let length = bytes.len();
        let bytes = bytes
            .get(signal.offset..)
            .ok_or_else(|| truncated(Truncated { needed: signal.offset, length }))?;
        let stored = signal.coding.capacity(bytes.len()) / together.len();
        let samples = self.samples.unwrap_or(stored);
        if samples > stored {
            let needed =
                signal.coding.bytes(samples.saturating_mul(together.len())).saturating_add(signal.offset);
            return Err(truncated(Truncated { needed, length }));
        }
        if samples < 2 {
            return Err(WfdbError::NoData { found: samples });
        }
        let value = |i: usize| {
            let sample = signal.coding.sample(bytes, i * together.len() + own).map_err(truncated)?;
            Ok(sample.map_or(f64::NAN, |sample| {
                chosen.factor.apply((f64::from(sample) - signal.baseline) / signal.gain)
            }))
        };
        (0..samples).map(value).collect()
    }
}

impl Signal {
    /// `file format gain(baseline)/unit resolution zero first checksum block name`; the error says what was expected.
    fn read(line: &str) -> Result<Self, &'static str> {
        let mut words = line.split_ascii_whitespace();
        let file = words.next().ok_or("a line for each signal")?;
        if file.contains(['/', '\\']) || file.starts_with('.') || ["-", "~"].contains(&file) {
            return Err("the name of a file beside the header");
        }
        let format = words.next().unwrap_or("");
        let coding = coding(format).ok_or("a format 16, 61, 80, 212 or 32 with one sample per frame")?;
        let offset = format.split_once('+').map_or(Ok(0), |(_, offset)| offset.parse());
        let offset = offset.map_err(|_| "a number of bytes behind the \"+\" of the format")?;
        let gain = words.next().unwrap_or("");
        let (gain, unit) = gain.split_once('/').unwrap_or((gain, "mV"));
        let (gain, baseline) = match gain.split_once('(') {
            Some((gain, baseline)) => (gain, baseline.trim_end_matches(')').parse::<f64>().ok()),
            None => (gain, None),
        };
        let gain = gain.parse::<f64>().ok().filter(|gain| gain.is_finite() && gain.abs() > 0.0);
        let gain = gain.ok_or("a gain other than 0 such as \"200(0)/mV\"; the signal is not calibrated")?;
        let zero = words.nth(1).and_then(|word| word.parse::<f64>().ok());
        let baseline = baseline.or(zero).filter(|baseline| baseline.is_finite()).unwrap_or(0.0);
        // First value, checksum and size of a block stand before the name, which may have blanks.
        let name = words.skip(3).collect::<Vec<_>>().join(" ");
        let label = Label { name, unit: unit.to_owned() };
        Ok(Self { file: file.to_owned(), coding, offset, gain, baseline, label })
    }
}

/// The coding of a format such as `16` or `16+24`; `None` if it is not read.
fn coding(format: &str) -> Option<Coding> {
    match format.split('+').next()?.trim_end_matches("x1") {
        "16" => Some(Coding::Sixteen),
        "61" => Some(Coding::SixtyOne),
        "80" => Some(Coding::Eighty),
        "212" => Some(Coding::TwoHundredTwelve),
        "32" => Some(Coding::ThirtyTwo),
        _ => None,
    }
}

impl Coding {
    /// Bytes of so many samples.
    fn bytes(self, samples: usize) -> usize {
        match self {
            Coding::Eighty => samples,
            Coding::Sixteen | Coding::SixtyOne => samples.saturating_mul(2),
            Coding::ThirtyTwo => samples.saturating_mul(4),
            Coding::TwoHundredTwelve => samples.saturating_mul(3).div_ceil(2),
        }
    }

    /// Samples in so many bytes.
    fn capacity(self, bytes: usize) -> usize {
        match self {
            Coding::Eighty => bytes,
            Coding::Sixteen | Coding::SixtyOne => bytes / 2,
            Coding::ThirtyTwo => bytes / 4,
            Coding::TwoHundredTwelve => bytes / 3 * 2 + usize::from(bytes % 3 == 2),
        }
    }

    /// Sample `i` of a file; the lowest number means that there is none.
    fn sample(self, bytes: &[u8], i: usize) -> Result<Option<i32>, Truncated> {
        let little = Bytes::little_endian(bytes);
        let (sample, invalid) = match self {
            Coding::Sixteen => (i32::from(little.i16(2 * i)?), -(1 << 15)),
            Coding::SixtyOne => (i32::from(Bytes::big_endian(bytes).i16(2 * i)?), -(1 << 15)),
            Coding::Eighty => (i32::from(little.u8(i)?) - 128, -(1 << 7)),
            Coding::ThirtyTwo => (little.i32(4 * i)?, i32::MIN),
            Coding::TwoHundredTwelve => {
                let at = i / 2 * 3;
                let middle = i32::from(little.u8(at + 1)?);
                let bits = if i.is_multiple_of(2) {
                    (middle & 0x0F) << 8 | i32::from(little.u8(at)?)
                } else {
                    (middle & 0xF0) << 4 | i32::from(little.u8(at + 2)?)
                };
                // The sign is the highest of twelve bits.
                ((bits << 20) >> 20, -(1 << 11))
            }
        };
        Ok((sample != invalid).then_some(sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(header: &str, samples: &[u8]) -> Result<(Vec<Sweep>, Vec<String>), WfdbError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.dat"), samples).unwrap();
        read(header.as_bytes(), folder.path(), &Choice::default())
    }

    #[test]
    fn signals_alternate_and_are_scaled() {
        let header = "# squid\na 2 125000/1(0) 3\na.dat 16 200(-100)/mV 12 0 0 0 0 Vmembrane\n\
            a.dat 16 10/uA/cm^2 12 5 0 0 0 Stimulus current\n";
        let samples: Vec<u8> =
            [100_i16, 55, -300, 5, -100, 105].iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let (sweeps, notes) = record(header, &samples).unwrap();
        assert_eq!(sweeps[0].voltage_mv, [1.0, -1.0, 0.0]);
        let current = sweeps[0].current.as_ref().unwrap();
        // The baseline is the zero of the converter where the header names none.
        assert_eq!(
            (current.values.as_slice(), current.unit),
            (&[5.0, 0.0, 10.0][..], crate::units::Unit::MicroampPerCm2)
        );
        assert_eq!(notes[1], "current as measured by channel \"Stimulus current\" (uA/cm^2)");
        assert!((sweeps[0].interval_ms - 0.008).abs() < 1e-15);
    }

    #[test]
    fn every_coding_is_read() {
        let voltages = |format: &str, samples: &[u8]| {
            let (sweeps, _) = record(&format!("a 1 1000\na.dat {format} 1\n"), samples).unwrap();
            sweeps[0].voltage_mv.clone()
        };
        assert_eq!(voltages("61", &[0, 1, 255, 254]), [1.0, -2.0]);
        assert_eq!(voltages("80", &[129, 126]), [1.0, -2.0]);
        assert_eq!(voltages("32", &[1, 0, 0, 0, 254, 255, 255, 255]), [1.0, -2.0]);
        assert_eq!(voltages("212", &[0x01, 0xF0, 0xFE, 0x03, 0x00]), [1.0, -2.0, 3.0]);
        assert_eq!(voltages("16+4", &[9, 9, 9, 9, 1, 0, 254, 255]), [1.0, -2.0]);
        assert!(voltages("16", &[0, 128, 0, 0])[0].is_nan());
    }

    #[test]
    fn mistakes_say_what_was_expected() {
        let message = |header: &str| record(header, &[0; 8]).unwrap_err().to_string();
        assert!(message("t_ms,v_mV\n0,1\n").starts_with("expected a WFDB header (.hea)"));
        assert!(message("a 2 1000\na.dat 16 1\n").starts_with("3:1: expected a line for each signal"));
        assert!(message("a 1 1000\n../a.dat 16 1\n").contains("a file beside the header"));
        assert!(message("a 1 1000\na.dat 16 0\n").contains("not calibrated"));
        assert!(message("a 1 0\na.dat 16 1\n").contains("a sampling rate above 0"));
        assert!(message("a 1 1000 1152921504606846976\na.dat 16 1\n").contains("the file ends at byte 8"));
        assert!(message("a 1 1000\nb.dat 16 1\n").contains("cannot read the samples in \"b.dat\""));
        assert!(message("a 1 1000\na.dat 16 1/pA\n").contains("no channel is a voltage"));
        assert!(message("a/3 1 1000\na.dat 16 1\n").contains("one segment"));
    }
}
