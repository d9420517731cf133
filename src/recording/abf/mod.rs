//! Axon Binary Format, versions 1 and 2: what pClamp and Clampex write.
//!
//! Episodic current clamp is read: the voltage of one channel, and the current from the commanded waveform
//! or from a channel that measured it. Description: <https://swharden.com/pyabf/abf-file-format>

mod command;
mod header;
#[cfg(test)]
mod tests;
mod version1;
mod version2;

use thiserror::Error;

use self::command::{Output, Source};
use self::header::{Channel, Header};
use super::bytes::{Bytes, Truncated};
use super::channels::{Choice, Pick};
use super::{Current, Sweep};
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
    /// The recording is not made of episodes.
    #[error(
        "expected episodic stimulation (mode 5), found mode {found} ({}); export the stretch of interest as \
         CSV and read it with kind = \"csv\"", mode_name(*.found)
    )]
    Mode {
        /// The acquisition mode.
        found: i16,
    },
    /// No channel is a voltage.
    #[error(
        "no channel is a voltage (found {channels}): this looks like voltage clamp, and only current clamp \
         can be fitted"
    )]
    NoVoltage {
        /// Names and units of the channels.
        channels: String,
    },
    /// A channel that was asked for does not exist.
    #[error("no channel {asked}; the file has {channels}")]
    UnknownChannel {
        /// The option that asked.
        option: &'static str,
        /// Its value.
        asked: String,
        /// Names and units of the channels.
        channels: String,
    },
    /// A channel measures something else.
    #[error("expected a channel that measures a {expected}, found \"{channel}\" in \"{unit}\"")]
    OtherQuantity {
        /// The option that asked.
        option: &'static str,
        /// The channel.
        channel: String,
        /// Its unit.
        unit: String,
        /// What was needed.
        expected: &'static str,
    },
}

impl AbfError {
    fn corrupt(what: &'static str, found: &impl ToString) -> Self {
        AbfError::Corrupt { what, found: found.to_string() }
    }

    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            AbfError::UnknownChannel { option, .. } | AbfError::OtherQuantity { option, .. } => option,
            AbfError::OtherFormat { .. }
            | AbfError::Truncated(_)
            | AbfError::Corrupt { .. }
            | AbfError::BadGain { .. }
            | AbfError::NoData { .. }
            | AbfError::Mode { .. }
            | AbfError::NoVoltage { .. } => "file",
        }
    }
}

fn mode_name(mode: i16) -> &'static str {
    match mode {
        1 => "events of variable length",
        2 => "events of fixed length",
        3 => "gap-free",
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
    let voltage = voltage_channel(&header, choice.voltage.as_ref())?;
    let mut notes = vec![format!("voltage from channel {}", describe(&header.channels[voltage]))];
    let to_mv = factor(&header.channels[voltage], Unit::Millivolt, "voltage_channel", "voltage (mV)")?;
    let currents = currents(&header, bytes, choice.current.as_ref(), &mut notes)?;
    let sweeps = currents.into_iter().enumerate().map(|(sweep, current)| {
        let values = header.values(bytes, voltage, sweep)?.into_iter();
        let voltage_mv = values.map(|value| to_mv.apply(value)).collect();
        Ok(Sweep { name: sweep.to_string(), interval_ms: header.interval_ms, voltage_mv, current })
    });
    Ok((sweeps.collect::<Result<_, AbfError>>()?, notes))
}

fn read_header(bytes: &[u8]) -> Result<Header, AbfError> {
    let reader = Bytes::little_endian(bytes);
    let header = match bytes.get(..4) {
        Some(b"ABF2") => version2::read(reader)?,
        Some(b"ABF ") => version1::read(reader)?,
        _ => return Err(AbfError::OtherFormat { found: super::first_bytes(bytes) }),
    };
    header.check(reader)?;
    Ok(header)
}

fn describe(channel: &Channel) -> String {
    format!("\"{}\" ({})", channel.name, channel.unit)
}

fn describe_all(header: &Header) -> String {
    header.channels.iter().map(describe).collect::<Vec<_>>().join(", ")
}

fn factor(
    channel: &Channel,
    unit: Unit,
    option: &'static str,
    expected: &'static str,
) -> Result<Factor, AbfError> {
    unit.factor_from(&channel.unit).ok_or_else(|| AbfError::OtherQuantity {
        option,
        channel: channel.name.clone(),
        unit: channel.unit.clone(),
        expected,
    })
}

fn picked(header: &Header, pick: &Pick, option: &'static str) -> Result<usize, AbfError> {
    let (place, asked) = match pick {
        Pick::Name(name) => {
            (header.channels.iter().position(|channel| &channel.name == name), format!("\"{name}\""))
        }
        Pick::Number(number) => {
            (Some(*number).filter(|&number| number < header.channels.len()), number.to_string())
        }
    };
    place.ok_or_else(|| AbfError::UnknownChannel { option, asked, channels: describe_all(header) })
}

fn first_in(header: &Header, unit: Unit) -> Option<usize> {
    header.channels.iter().position(|channel| unit.factor_from(&channel.unit).is_some())
}

fn voltage_channel(header: &Header, pick: Option<&Pick>) -> Result<usize, AbfError> {
    match pick {
        Some(pick) => picked(header, pick, "voltage_channel"),
        None => first_in(header, Unit::Millivolt)
            .ok_or_else(|| AbfError::NoVoltage { channels: describe_all(header) }),
    }
}

/// The current of every sweep, measured or commanded.
fn currents(
    header: &Header,
    bytes: Bytes<'_>,
    pick: Option<&Pick>,
    notes: &mut Vec<String>,
) -> Result<Vec<Option<Current>>, AbfError> {
    if let Some(pick) = pick {
        let channel = picked(header, pick, "current_channel")?;
        return measured(header, bytes, channel, notes);
    }
    let output = stimulating_output(header);
    if output.is_none_or(|(output, _)| output.source == Source::File)
        && let Some(channel) = first_in(header, Unit::Picoamp)
    {
        return measured(header, bytes, channel, notes);
    }
    Ok(commanded(header, output, notes))
}

fn measured(
    header: &Header,
    bytes: Bytes<'_>,
    channel: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Option<Current>>, AbfError> {
    let to_pa = factor(&header.channels[channel], Unit::Picoamp, "current_channel", "current (pA)")?;
    notes.push(format!("current as measured by channel {}", describe(&header.channels[channel])));
    (0..header.sweeps)
        .map(|sweep| {
            let values = header.values(bytes, channel, sweep)?.into_iter().map(|value| to_pa.apply(value));
            Ok(Some(Current { values: values.collect(), unit: Unit::Picoamp }))
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
    let commands: Result<Vec<Vec<f64>>, i16> = match output.source {
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
