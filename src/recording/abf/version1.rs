//! ABF 1: fixed offsets, little endian. <https://swharden.com/pyabf/abf1-file-format>

use super::AbfError;
use super::about::Texts;
use super::command::{Epoch, Kind, Output, Source};
use super::header::{Data, Gains, Header};
use crate::recording::bytes::{Bytes, Truncated};

const MODE: usize = 8;
const SAMPLES: usize = 10;
const IGNORED_SAMPLES: usize = 14;
const SWEEPS: usize = 16;
const DATA_BLOCK: usize = 40;
const TAG_BLOCK: usize = 44;
const TAGS: usize = 48;
const DATA_FORMAT: usize = 100;
const CHANNELS: usize = 120;
/// Microseconds between samples of any channel.
const INTERVAL: usize = 122;
const CLOCK_TICK: usize = 130;
const RANGE: usize = 244;
const RESOLUTION: usize = 252;
const COMMENT: usize = 310;
const SAMPLING_SEQUENCE: usize = 410;
const CHANNEL_NAMES: usize = 442;
const CHANNEL_UNITS: usize = 602;
const PROGRAMMABLE_GAIN: usize = 730;
const INSTRUMENT_SCALE: usize = 922;
const INSTRUMENT_OFFSET: usize = 986;
const SIGNAL_GAIN: usize = 1050;
const SIGNAL_OFFSET: usize = 1114;
const OUTPUT_NAMES: usize = 1306;
const OUTPUT_UNITS: usize = 1346;
const HOLDING: usize = 1394;
const PULSE_PERIOD: usize = 2136;
const PULSE_WIDTH: usize = 2216;
const WAVEFORM_ENABLE: usize = 2296;
const WAVEFORM_SOURCE: usize = 2300;
const INTER_EPISODE: usize = 2304;
const EPOCH_TYPE: usize = 2308;
const EPOCH_LEVEL: usize = 2348;
const EPOCH_LEVEL_INCREMENT: usize = 2428;
const EPOCH_DURATION: usize = 2508;
const EPOCH_DURATION_INCREMENT: usize = 2588;
const TELEGRAPH: usize = 4512;
const TELEGRAPH_GAIN: usize = 4576;
const PROTOCOL_PATH: usize = 4898;

const BLOCK: usize = 512;
const CONVERTERS: i16 = 16;
/// Outputs with a table of epochs, and epochs in each.
const OUTPUTS: usize = 2;
const EPOCHS: usize = 10;

pub(super) fn read(bytes: Bytes<'_>) -> Result<Header, AbfError> {
    let count = bytes.i16(CHANNELS)?;
    if !(1..=CONVERTERS).contains(&count) {
        return Err(AbfError::corrupt("number of channels", &count));
    }
    let count = usize::from(count.unsigned_abs());
    let is_float = bytes.i16(DATA_FORMAT)? != 0;
    let width = if is_float { 4 } else { 2 };
    let ignored = usize::try_from(bytes.i16(IGNORED_SAMPLES)?).unwrap_or(0);
    Ok(Header {
        mode: bytes.i16(MODE)?,
        interval_ms: bytes.f32(INTERVAL)? * count as f64 / 1000.0,
        sweeps: not_negative(bytes, SWEEPS, "number of sweeps")?,
        data: Data {
            start: not_negative(bytes, DATA_BLOCK, "start of the data")? * BLOCK + ignored * width,
            count: not_negative(bytes, SAMPLES, "number of samples")?,
            is_float,
        },
        channels: (0..count).map(|i| channel(bytes, i)).collect::<Result<_, _>>()?,
        outputs: (0..OUTPUTS).map(|i| output(bytes, i)).collect::<Result<_, _>>()?,
    })
}

/// Texts of the header. Files of older programs have a shorter one without the protocol.
pub(super) fn texts(bytes: Bytes<'_>) -> Result<Texts, AbfError> {
    let has_protocol = PROTOCOL_PATH < header_length(bytes)?;
    let tick_us = bytes.f32(CLOCK_TICK)?;
    // Without a clock of their own, tags count samples of any channel.
    let tick_us = if tick_us > 0.0 { tick_us } else { bytes.f32(INTERVAL)? };
    Ok(Texts {
        protocol: if has_protocol { bytes.text(PROTOCOL_PATH, 384)? } else { String::new() },
        comment: bytes.text(COMMENT, 56)?,
        tags_at: not_negative(bytes, TAG_BLOCK, "start of the tags")? * BLOCK,
        tags: not_negative(bytes, TAGS, "number of tags")?,
        tick_us,
    })
}

fn not_negative(bytes: Bytes<'_>, at: usize, what: &'static str) -> Result<usize, AbfError> {
    let number = bytes.i32(at)?;
    usize::try_from(number).map_err(|_| AbfError::corrupt(what, &number))
}

fn channel(bytes: Bytes<'_>, i: usize) -> Result<super::header::Channel, AbfError> {
    let converter = bytes.i16(SAMPLING_SEQUENCE + 2 * i)?;
    if !(0..CONVERTERS).contains(&converter) {
        return Err(AbfError::corrupt("number of a converter", &converter));
    }
    let adc = usize::from(converter.unsigned_abs());
    let of_adc = |table: usize| bytes.f32(table + 4 * adc);
    // Files of older programs have a shorter header without telegraphs.
    let telegraph = match bytes.i16(TELEGRAPH + 2 * adc) {
        Ok(1) if TELEGRAPH_GAIN < header_length(bytes)? => Some(of_adc(TELEGRAPH_GAIN)?),
        _ => None,
    };
    let gains = Gains {
        range_v: bytes.f32(RANGE)?,
        resolution: f64::from(bytes.i32(RESOLUTION)?),
        instrument: of_adc(INSTRUMENT_SCALE)?,
        signal: of_adc(SIGNAL_GAIN)?,
        programmable: of_adc(PROGRAMMABLE_GAIN)?,
        telegraph,
        instrument_offset: of_adc(INSTRUMENT_OFFSET)?,
        signal_offset: of_adc(SIGNAL_OFFSET)?,
    };
    Ok(gains.channel(bytes.text(CHANNEL_NAMES + 10 * adc, 10)?, bytes.text(CHANNEL_UNITS + 8 * adc, 8)?))
}

/// Bytes before the data.
fn header_length(bytes: Bytes<'_>) -> Result<usize, AbfError> {
    Ok(not_negative(bytes, DATA_BLOCK, "start of the data")? * BLOCK)
}

fn output(bytes: Bytes<'_>, i: usize) -> Result<Output, AbfError> {
    let has_epochs = EPOCH_DURATION_INCREMENT < header_length(bytes)?;
    let source = match (has_epochs, bytes.i16(WAVEFORM_ENABLE + 2 * i)?, bytes.i16(WAVEFORM_SOURCE + 2 * i)?)
    {
        (true, 1.., 1) => Source::Epochs,
        (true, 1.., 2) => Source::File,
        _ => Source::Nothing,
    };
    let epochs = (0..if has_epochs { EPOCHS } else { 0 }).map(|k| epoch(bytes, i * EPOCHS + k));
    Ok(Output {
        number: i,
        name: bytes.text(OUTPUT_NAMES + 10 * i, 10)?,
        unit: bytes.text(OUTPUT_UNITS + 8 * i, 8)?,
        holding: bytes.f32(HOLDING + 4 * i)?,
        source,
        keeps_last_level: has_epochs && bytes.i16(INTER_EPISODE + 2 * i)? != 0,
        epochs: epochs.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(),
    })
}

fn epoch(bytes: Bytes<'_>, slot: usize) -> Result<Option<Epoch>, Truncated> {
    let Some(kind) = Kind::from_number(bytes.i16(EPOCH_TYPE + 2 * slot)?) else { return Ok(None) };
    Ok(Some(Epoch {
        kind,
        level: bytes.f32(EPOCH_LEVEL + 4 * slot)?,
        level_increment: bytes.f32(EPOCH_LEVEL_INCREMENT + 4 * slot)?,
        duration: bytes.i32(EPOCH_DURATION + 4 * slot)?,
        duration_increment: bytes.i32(EPOCH_DURATION_INCREMENT + 4 * slot)?,
        pulse_period: bytes.i32(PULSE_PERIOD + 4 * slot)?,
        pulse_width: bytes.i32(PULSE_WIDTH + 4 * slot)?,
    }))
}
