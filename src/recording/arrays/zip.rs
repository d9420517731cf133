//! The parts of a ZIP archive, stored or deflated.
//!
//! Layout: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, sections 4.3 and 4.5.3.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::ArrayError;
use crate::recording::bytes::{Bytes, Truncated};
use crate::recording::hdf5::LARGEST_EXPANSION;

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// The end stands before a comment of at most this length.
const LONGEST_COMMENT: usize = 65_535;
const END_64_LOCATOR: &[u8] = b"PK\x06\x07";
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
const LOCAL_LENGTH: usize = 30;
/// Stands for a number that is in the 64-bit extension.
const SEE_EXTENSION: u32 = u32::MAX;

/// One part of an archive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    checksum: u32,
    packed: usize,
    unpacked: usize,
    start: usize,
}

/// All parts, in the order of the list at the end of the archive.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry>, ArrayError> {
    let reader = Bytes::little_endian(bytes);
    let earliest = bytes.len().saturating_sub(END_LENGTH + LONGEST_COMMENT);
    let end = bytes[earliest..].windows(END.len()).rposition(|window| window == END).map(|at| earliest + at);
    let end = end.ok_or_else(|| ArrayError::corrupt("ZIP archive", "its list of parts is missing"))?;
    let (mut count, mut at) = (usize::from(reader.u16(end + 10)?), reader.u32(end + 16)? as usize);
    if let Some(locator) = end.checked_sub(20)
        && bytes[locator..].starts_with(END_64_LOCATOR)
    {
        let end_64 = size(reader.u64(locator + 8)?);
        count = size(reader.u64(end_64.saturating_add(32))?);
        at = size(reader.u64(end_64.saturating_add(48))?);
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        if reader.slice(at, ENTRY.len())? != ENTRY {
            return Err(ArrayError::corrupt(
                "list of parts of the ZIP archive",
                "an entry is not where it should be",
            ));
        }
        let length = |offset| reader.u16(at.saturating_add(offset)).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        entries.push(entry(reader, at, name, extra)?);
        at = at.saturating_add(ENTRY_LENGTH + name + extra + comment);
    }
    Ok(entries)
}

fn entry(reader: Bytes<'_>, at: usize, name: usize, extra: usize) -> Result<Entry, Truncated> {
    let mut extension = extension(reader, at + ENTRY_LENGTH + name, extra)?;
    let mut number = |offset: usize| -> Result<usize, Truncated> {
        match reader.u32(at + offset)? {
            SEE_EXTENSION if extension.len() >= 8 => {
                let (first, rest) = extension.split_at(8);
                extension = rest;
                Bytes::little_endian(first).u64(0).map(size)
            }
            number => Ok(number as usize),
        }
    };
    // The extension has them in this order.
    let (unpacked, packed, start) = (number(24)?, number(20)?, number(42)?);
    let name = String::from_utf8_lossy(reader.slice(at + ENTRY_LENGTH, name)?).into_owned();
    Ok(Entry { name, method: reader.u16(at + 10)?, checksum: reader.u32(at + 16)?, packed, unpacked, start })
}

/// The 64-bit numbers of an entry; empty if it has none.
fn extension(reader: Bytes<'_>, start: usize, length: usize) -> Result<&[u8], Truncated> {
    const ZIP_64: u16 = 1;
    let end = start + length;
    let mut at = start;
    while at + 4 <= end {
        let own = usize::from(reader.u16(at + 2)?);
        if reader.u16(at)? == ZIP_64 {
            return reader.slice(at + 4, own);
        }
        at += 4 + own;
    }
    Ok(&[])
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Entry {
    /// The bytes of this part.
    pub(super) fn unpack(&self, archive: &[u8]) -> Result<Vec<u8>, ArrayError> {
        const STORED: u16 = 0;
        const DEFLATED: u16 = 8;
        let what = || format!("part \"{}\" of the ZIP archive", self.name);
        let reader = Bytes::little_endian(archive);
        let length = |offset: usize| reader.u16(self.start.saturating_add(offset)).map(usize::from);
        let start = self.start.saturating_add(LOCAL_LENGTH + length(26)? + length(28)?);
        let packed = reader.slice(start, self.packed)?;
        let bytes = match self.method {
            STORED => packed.to_vec(),
            DEFLATED => inflate(DeflateDecoder::new(packed), self.packed, self.unpacked)
                .map_err(|error| ArrayError::corrupt(what(), error))?,
            other => return Err(ArrayError::corrupt(what(), format!("its compression {other} is unknown"))),
        };
        let mut checksum = Crc::new();
        checksum.update(&bytes);
        if bytes.len() != self.unpacked || checksum.sum() != self.checksum {
            return Err(ArrayError::corrupt(what(), "its checksum is wrong"));
        }
        Ok(bytes)
    }
}

/// At most `most` bytes, and no more than can come out of `packed` bytes.
pub(super) fn inflate(decoder: impl Read, packed: usize, most: usize) -> std::io::Result<Vec<u8>> {
    let most = (most as u64).min((packed as u64).saturating_mul(LARGEST_EXPANSION));
    let mut bytes = Vec::new();
    decoder.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
