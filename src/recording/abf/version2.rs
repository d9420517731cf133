//! ABF 2: sections of entries, little endian. <https://swharden.com/pyabf/abf2-file-format>

use super::AbfError;
use super::about::{TAG, Texts};
use super::command::{Epoch, Kind, Output, Source};
use super::header::{Channel, Data, Gains, Header, LONGEST_TABLE};
use crate::recording::bytes::{Bytes, latin1};

const SWEEPS: usize = 12;
const DATA_FORMAT: usize = 30;
const BLOCK: usize = 512;

/// A table of the file: where it starts, how long its entries are and how many it has.
#[derive(Clone, Copy)]
struct Section {
    start: usize,
    entry: usize,
    count: usize,
}

impl Section {
    /// `at`: where the map of the file describes the section. `needs`: bytes read of each entry.
    fn read(bytes: Bytes<'_>, at: usize, needs: usize, what: &'static str) -> Result<Self, AbfError> {
        let (block, entry, count) = (bytes.u32(at)?, bytes.u32(at + 4)?, bytes.i64(at + 8)?);
        let section = Self {
            start: (block as usize).saturating_mul(BLOCK),
            entry: entry as usize,
            count: usize::try_from(count).map_err(|_| AbfError::corrupt(what, &count))?,
        };
        if section.count > 0 && section.entry < needs {
            return Err(AbfError::corrupt(what, &entry));
        }
        Ok(section)
    }

    /// The starts of all entries.
    fn entries(self, what: &'static str) -> Result<impl Iterator<Item = usize>, AbfError> {
        if self.count > LONGEST_TABLE {
            return Err(AbfError::corrupt(what, &self.count));
        }
        Ok((0..self.count).map(move |i| self.start.saturating_add(i.saturating_mul(self.entry))))
    }
}

/// What the whole file has in common.
struct Protocol {
    mode: i16,
    interval_ms: f64,
    range_v: f64,
    resolution: f64,
}

pub(super) fn read(bytes: Bytes<'_>) -> Result<Header, AbfError> {
    let protocol = Section::read(bytes, 76, 122, "protocol section")?.start;
    let protocol = Protocol {
        mode: bytes.i16(protocol)?,
        interval_ms: bytes.f32(protocol.saturating_add(2))? / 1000.0,
        range_v: bytes.f32(protocol.saturating_add(110))?,
        resolution: f64::from(bytes.i32(protocol.saturating_add(118))?),
    };
    let strings = strings(bytes)?;
    let data = Section::read(bytes, 236, 2, "data section")?;
    Ok(Header {
        mode: protocol.mode,
        interval_ms: protocol.interval_ms,
        sweeps: bytes.u32(SWEEPS)? as usize,
        data: Data { start: data.start, count: data.count, is_float: bytes.u16(DATA_FORMAT)? != 0 },
        channels: channels(bytes, &protocol, &strings)?,
        outputs: outputs(bytes, &strings)?,
    })
}

/// Texts of the header.
pub(super) fn texts(bytes: Bytes<'_>) -> Result<Texts, AbfError> {
    const PROTOCOL_PATH: usize = 72;
    let protocol = Section::read(bytes, 76, 136, "protocol section")?.start;
    let tags = Section::read(bytes, 252, TAG, "tag section")?;
    let strings = strings(bytes)?;
    let tick_us = bytes.f32(protocol.saturating_add(14))?;
    let interval_us = bytes.f32(protocol.saturating_add(2))?;
    Ok(Texts {
        protocol: text(&strings, bytes.i32(PROTOCOL_PATH)?),
        comment: text(&strings, bytes.i32(protocol.saturating_add(132))?),
        tags_at: tags.start,
        tags: tags.count,
        tick_us: if tick_us > 0.0 { tick_us } else { interval_us },
    })
}

/// Names and units: texts that end in a zero, behind a header whose fifth number is their total length.
fn strings(bytes: Bytes<'_>) -> Result<Vec<String>, AbfError> {
    const HEADER: usize = 44;
    const TOTAL: usize = 16;
    let start = Section::read(bytes, 220, HEADER, "strings section")?.start;
    let length = bytes.u32(start.saturating_add(TOTAL))? as usize;
    let texts = bytes.slice(start.saturating_add(HEADER), length)?;
    Ok(texts.split(|&byte| byte == 0).map(latin1).collect())
}

/// Texts are numbered from 1; 0 is no text.
fn text(strings: &[String], index: i32) -> String {
    let place = usize::try_from(index).ok().and_then(|index| index.checked_sub(1));
    place.and_then(|place| strings.get(place)).cloned().unwrap_or_default()
}

fn channels(bytes: Bytes<'_>, protocol: &Protocol, strings: &[String]) -> Result<Vec<Channel>, AbfError> {
    let section = Section::read(bytes, 92, 82, "channel section")?;
    let channel = |at: usize| -> Result<Channel, AbfError> {
        let has_telegraph = bytes.i16(at.saturating_add(2))? == 1;
        let gains = Gains {
            range_v: protocol.range_v,
            resolution: protocol.resolution,
            telegraph: has_telegraph.then(|| bytes.f32(at + 6)).transpose()?,
            programmable: bytes.f32(at + 28)?,
            instrument: bytes.f32(at + 40)?,
            instrument_offset: bytes.f32(at + 44)?,
            signal: bytes.f32(at + 48)?,
            signal_offset: bytes.f32(at + 52)?,
        };
        Ok(gains.channel(text(strings, bytes.i32(at + 74)?), text(strings, bytes.i32(at + 78)?)))
    };
    section.entries("channel section")?.map(channel).collect()
}

fn outputs(bytes: Bytes<'_>, strings: &[String]) -> Result<Vec<Output>, AbfError> {
    let section = Section::read(bytes, 108, 46, "output section")?;
    let mut outputs = Vec::new();
    for at in section.entries("output section")? {
        let number = bytes.i16(at)?;
        outputs.push(Output {
            number: usize::try_from(number).map_err(|_| AbfError::corrupt("number of an output", &number))?,
            name: text(strings, bytes.i32(at + 24)?),
            unit: text(strings, bytes.i32(at + 28)?),
            holding: bytes.f32(at + 12)?,
            source: match (bytes.i16(at + 40)?, bytes.i16(at + 42)?) {
                (1.., 1) => Source::Epochs,
                (1.., 2) => Source::File,
                _ => Source::Nothing,
            },
            keeps_last_level: bytes.i16(at + 44)? != 0,
            epochs: epochs(bytes, number)?,
        });
    }
    Ok(outputs)
}

/// The epochs of one output, in the order of their numbers.
fn epochs(bytes: Bytes<'_>, output: i16) -> Result<Vec<Epoch>, AbfError> {
    let section = Section::read(bytes, 156, 30, "epoch section")?;
    let mut epochs = Vec::new();
    for at in section.entries("epoch section")? {
        if bytes.i16(at.saturating_add(2))? != output {
            continue;
        }
        if let Some(kind) = Kind::from_number(bytes.i16(at + 4)?) {
            let epoch = Epoch {
                kind,
                level: bytes.f32(at + 6)?,
                level_increment: bytes.f32(at + 10)?,
                duration: bytes.i32(at + 14)?,
                duration_increment: bytes.i32(at + 18)?,
                pulse_period: bytes.i32(at + 22)?,
                pulse_width: bytes.i32(at + 26)?,
            };
            epochs.push((bytes.i16(at)?, epoch));
        }
    }
    epochs.sort_by_key(|(number, _)| *number);
    Ok(epochs.into_iter().map(|(_, epoch)| epoch).collect())
}
