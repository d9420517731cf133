//! Which of the channels of a file is the voltage and which the current.

use thiserror::Error;

use crate::units::{Factor, Unit};

/// A channel that cannot be used.
#[derive(Debug, PartialEq, Error)]
pub enum ChannelError {
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
    Unknown {
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

impl ChannelError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            ChannelError::Unknown { option, .. } | ChannelError::OtherQuantity { option, .. } => option,
            ChannelError::NoVoltage { .. } => "file",
        }
    }
}

/// A channel as the settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    Name(String),
    Number(usize),
}

/// Which channels to read; `None` takes the first voltage and the first current.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub(super) voltage: Option<Pick>,
    pub(super) current: Option<Pick>,
}

/// Name and unit of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) unit: String,
}

/// A channel that was chosen, and how its values are brought into `unit`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) place: usize,
    pub(super) unit: Unit,
    pub(super) factor: Factor,
}

/// The channel of the voltage and, if there is one, that of the current, with notes about both.
pub(super) fn choose(
    channels: &[Label],
    choice: &Choice,
    notes: &mut Vec<String>,
) -> Result<(Chosen, Option<Chosen>), ChannelError> {
    let units = [Unit::Picoamp, Unit::MicroampPerCm2];
    let voltage = voltage(channels, choice.voltage.as_ref(), notes)?;
    let current = current(channels, choice.current.as_ref(), &units, notes)?;
    if current.is_none() {
        notes.push("no current: no channel is one".to_owned());
    }
    Ok((voltage, current))
}

/// The channel of the voltage, with a note.
pub(super) fn voltage(
    channels: &[Label],
    pick: Option<&Pick>,
    notes: &mut Vec<String>,
) -> Result<Chosen, ChannelError> {
    let chosen = match pick {
        Some(pick) => picked(channels, pick, "voltage_channel", &[Unit::Millivolt], "voltage (mV)")?,
        None => first_in(channels, &[Unit::Millivolt])
            .ok_or_else(|| ChannelError::NoVoltage { channels: describe_all(channels) })?,
    };
    notes.push(format!("voltage from channel {}", describe(&channels[chosen.place])));
    Ok(chosen)
}

/// The channel of the current in one of some units, with a note if there is one.
pub(super) fn current(
    channels: &[Label],
    pick: Option<&Pick>,
    units: &[Unit],
    notes: &mut Vec<String>,
) -> Result<Option<Chosen>, ChannelError> {
    let chosen = match pick {
        Some(pick) => Some(picked(channels, pick, "current_channel", units, "current (pA)")?),
        None => first_in(channels, units),
    };
    if let Some(chosen) = &chosen {
        notes.push(format!("current as measured by channel {}", describe(&channels[chosen.place])));
    }
    Ok(chosen)
}

fn describe(channel: &Label) -> String {
    format!("\"{}\" ({})", channel.name, channel.unit)
}

fn describe_all(channels: &[Label]) -> String {
    if channels.is_empty() {
        return "none".to_owned();
    }
    channels.iter().map(describe).collect::<Vec<_>>().join(", ")
}

fn chosen(channels: &[Label], place: usize, units: &[Unit]) -> Option<Chosen> {
    let in_unit =
        |&unit: &Unit| Some(Chosen { place, unit, factor: unit.factor_from(&channels[place].unit)? });
    units.iter().find_map(in_unit)
}

fn first_in(channels: &[Label], units: &[Unit]) -> Option<Chosen> {
    (0..channels.len()).find_map(|place| chosen(channels, place, units))
}

fn picked(
    channels: &[Label],
    pick: &Pick,
    option: &'static str,
    units: &[Unit],
    expected: &'static str,
) -> Result<Chosen, ChannelError> {
    let (place, asked) = match pick {
        Pick::Name(name) => {
            (channels.iter().position(|channel| &channel.name == name), format!("\"{name}\""))
        }
        Pick::Number(number) => (Some(*number).filter(|&number| number < channels.len()), number.to_string()),
    };
    let place =
        place.ok_or_else(|| ChannelError::Unknown { option, asked, channels: describe_all(channels) })?;
    chosen(channels, place, units).ok_or_else(|| ChannelError::OtherQuantity {
        option,
        channel: channels[place].name.clone(),
        unit: channels[place].unit.clone(),
        expected,
    })
}
