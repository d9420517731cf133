//! Axon Binary Format, versions 1 and 2: what pClamp and Clampex write.
//!
//! Episodic and gap-free current clamp is read: the voltage of one channel, and the current from the commanded
//! waveform or from a channel that measured it. Description: <https://swharden.com/pyabf/abf-file-format>

mod about;
mod command;
mod header;
#[cfg(test)]
mod tests;
mod version1;
mod version2;

use thiserror::Error;

pub(super) use self::about::about;
use self::command::{Output, Source};
use self::header::Header;
use super::bytes::{Bytes, Truncated};
use super::channels::{ChannelError, Choice, Chosen, Label, Pick};
use super::{Current, Sweep, channels};
use crate::units::{Factor, Unit};

/// What is wrong with an ABF file, or with the choice of its channels.
#[derive(Debug, PartialEq, Error)]
pub enum AbfError {
    /// The file is something else.
    #[error("expected an ABF file, found one that starts with \"{found}\"; is `kind` right?")]
    OtherFormat {
        /// Its first bytes.
        found: String,
    },
    /// The file is shorter than it says.
    #[error("{0}")]
    Truncated(#[from] Truncated),
    /// A number of the header is impossible.
    #[error("the ABF header is corrupt: {what} is {found}")]
    Corrupt {
        /// Which number.
        what: &'static str,
        /// The number.
        found: String,
    },
    /// A channel cannot be scaled.
    #[error("the ABF header is corrupt: the gain of channel \"{channel}\" is zero or not a number")]
    BadGain {
        /// Its name.
        channel: String,
    },
    /// The header announces no sample.
    #[error("the file has {sweeps} sweeps and {channels} channels, but less than two samples in each")]
    NoData {
        /// Announced sweeps.
        sweeps: usize,
        /// Announced channels.
        channels: usize,
    },
    /// The recording is made neither of episodes nor of one piece.
    #[error(
        "expected episodic stimulation (mode 5) or a gap-free recording (mode 3), found mode {found} ({}); export \
         the stretch of interest as CSV and read it with kind = \"csv\"", mode_name(*.found)
    )]
    Mode {
        /// The acquisition mode.
        found: i16,
    },
    /// A channel cannot be used.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

impl AbfError {
    fn corrupt(what: &'static str, found: &impl ToString) -> Self {
        AbfError::Corrupt { what, found: found.to_string() }
    }

    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            AbfError::Channel(reason) => reason.option(),
            AbfError::OtherFormat { .. }
            | AbfError::Truncated(_)
            | AbfError::Corrupt { .. }
            | AbfError::BadGain { .. }
            | AbfError::NoData { .. }
            | AbfError::Mode { .. } => "file",
        }
    }
}

fn mode_name(mode: i16) -> &'static str {
    match mode {
        1 => "events of variable length",
        2 => "events of fixed length",
        4 => "oscilloscope",
        _ => "unknown",
    }
}

/// Whether these are the first bytes of an ABF file.
pub(super) fn is_abf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ABF2") || bytes.starts_with(b"ABF ")
}

/// All sweeps, named by their number, and what was decided on the way.
pub(super) fn read(bytes: &[u8], choice: &Choice) -> Result<(Vec<Sweep>, Vec<String>), AbfError> {
    let header = read_header(bytes)?;
    let bytes = Bytes::little_endian(bytes);
    let labels = header.labels();
    let mut notes = Vec::new();
    let voltage = channels::voltage(&labels, choice.voltage.as_ref(), &mut notes)?;
    let currents = currents(&header, bytes, &labels, choice.current.as_ref(), &mut notes)?;
    let sweeps = currents.into_iter().enumerate().map(|(sweep, current)| {
        let values = header.values(bytes, voltage.place, sweep)?.into_iter();
        let voltage_mv = values.map(|value| voltage.factor.apply(value)).collect();
        Ok(Sweep { name: sweep.to_string(), interval_ms: header.interval_ms, voltage_mv, current })
    });
    Ok((sweeps.collect::<Result<_, AbfError>>()?, notes))
}

fn read_header(bytes: &[u8]) -> Result<Header, AbfError> {
    let reader = Bytes::little_endian(bytes);
    let mut header = match bytes.get(..4) {
        Some(b"ABF2") => version2::read(reader)?,
        Some(b"ABF ") => version1::read(reader)?,
        _ => return Err(AbfError::OtherFormat { found: super::first_bytes(bytes) }),
    };
    if header.is_gap_free() {
        // The count of episodes means nothing then.
        header.sweeps = 1;
    }
    header.check(reader)?;
    Ok(header)
}

/// The current of every sweep, measured or commanded.
fn currents(
    header: &Header,
    bytes: Bytes<'_>,
    labels: &[Label],
    pick: Option<&Pick>,
    notes: &mut Vec<String>,
) -> Result<Vec<Option<Current>>, AbfError> {
    let output = stimulating_output(header);
    let is_unknown = output.is_none_or(|(output, _)| output.source == Source::File);
    // No epochs are played without gaps, but the amplifier may have been driven from elsewhere.
    if (pick.is_some() || is_unknown || header.is_gap_free())
        && let Some(channel) = channels::current(labels, pick, &[Unit::Picoamp], notes)?
    {
        return measured(header, bytes, channel);
    }
    Ok(commanded(header, output, notes))
}

fn measured(header: &Header, bytes: Bytes<'_>, channel: Chosen) -> Result<Vec<Option<Current>>, AbfError> {
    (0..header.sweeps)
        .map(|sweep| {
            let values = header.values(bytes, channel.place, sweep)?.into_iter();
            let values = values.map(|value| channel.factor.apply(value)).collect();
            Ok(Some(Current { values, unit: channel.unit }))
        })
        .collect()
}

/// The output that injects current: the first one that is switched on, or else the first.
fn stimulating_output(header: &Header) -> Option<(&Output, Factor)> {
    let in_pa = |output: &'_ Output| Unit::Picoamp.factor_from(&output.unit);
    let outputs = || header.outputs.iter().filter_map(|output| Some((output, in_pa(output)?)));
    outputs().find(|(output, _)| output.source != Source::Nothing).or_else(|| outputs().next())
}

/// The commanded current of every sweep, or a note why it is not known.
fn commanded(
    header: &Header,
    output: Option<(&Output, Factor)>,
    notes: &mut Vec<String>,
) -> Vec<Option<Current>> {
    let mut unknown = |why: String| {
        notes.push(format!("no current: {why}"));
        vec![None; header.sweeps]
    };
    let Some((output, to_pa)) = output else {
        return unknown("no output of the amplifier is a current".to_owned());
    };
    let name = format!("output {} \"{}\" ({})", output.number, output.name, output.unit);
    let in_pa = |values: Vec<f64>| values.into_iter().map(|value| to_pa.apply(value)).collect();
    let current = |values| Some(Current { values: in_pa(values), unit: Unit::Picoamp });
    let samples = header.samples();
    let source = if header.is_gap_free() { Source::Nothing } else { output.source };
    let commands: Result<Vec<Vec<f64>>, i16> = match source {
        Source::Nothing => Ok(vec![vec![output.holding; samples]; header.sweeps]),
        Source::Epochs => (0..header.sweeps).map(|sweep| output.command(sweep, samples)).collect(),
        Source::File => return unknown(format!("{name} played a waveform from another file")),
    };
    match commands {
        Ok(commands) => {
            notes.push(format!("current as commanded by {name}"));
            commands.into_iter().map(current).collect()
        }
        Err(kind) => unknown(format!("{name} has an epoch of kind {kind}, not a step, ramp or pulse")),
    }
}
