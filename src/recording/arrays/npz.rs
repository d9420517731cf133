//! `NumPy`: a ZIP archive of arrays (`numpy.savez`, `numpy.savez_compressed`).
//!
//! Layout of an array: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use super::element::Element;
use super::zip::{self, Entry};
use super::{ArrayError, ArrayFile, Matrix};
use crate::recording::bytes::Bytes;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Whether these are the first bytes of a ZIP archive.
pub(in crate::recording) fn is_npz(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// An archive; its arrays are unpacked when they are asked for.
pub(super) struct Archive<'b> {
    bytes: &'b [u8],
    entries: Vec<Entry>,
}

impl<'b> Archive<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, ArrayError> {
        if !is_npz(bytes) {
            let found = crate::recording::first_bytes(bytes);
            return Err(ArrayError::OtherFormat { expected: "a NumPy archive (.npz)", found });
        }
        let mut entries = zip::entries(bytes)?;
        entries.retain(|entry| entry.name.strip_suffix(".npy").is_some());
        Ok(Self { bytes, entries })
    }
}

impl ArrayFile for Archive<'_> {
    const ONE: &'static str = "array";

    fn names(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.name.trim_end_matches(".npy").to_owned()).collect()
    }

    fn load(&self, place: usize) -> Result<Matrix, ArrayError> {
        let entry = &self.entries[place];
        array(entry.name.trim_end_matches(".npy"), &entry.unpack(self.bytes)?)
    }
}

/// What stands before the numbers of an array.
#[derive(Debug, PartialEq)]
struct Header {
    element: Element,
    is_big_endian: bool,
    is_fortran: bool,
    shape: Vec<usize>,
}

pub(super) fn array(name: &str, bytes: &[u8]) -> Result<Matrix, ArrayError> {
    let corrupt = |found: &str| ArrayError::corrupt(format!("array \"{name}\""), found);
    if !bytes.starts_with(MAGIC) {
        return Err(corrupt("it does not start as an array of NumPy"));
    }
    let reader = Bytes::little_endian(bytes);
    // Version 1 has two bytes for the length of the header, later ones have four.
    let (start, length) = match reader.u8(6)? {
        1 => (10, usize::from(reader.u16(8)?)),
        _ => (12, reader.u32(8)? as usize),
    };
    let text = String::from_utf8_lossy(reader.slice(start, length)?);
    let header = Header::parse(name, &text)?;
    let count = header.shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
    let count = count.ok_or_else(|| corrupt("its shape has no end"))?;
    let numbers = &bytes[start + length..];
    let reader =
        if header.is_big_endian { Bytes::big_endian(numbers) } else { Bytes::little_endian(numbers) };
    let values = header.element.numbers(reader, count)?;
    if header.is_fortran {
        // The first index runs fastest: the transposed array in the order of C.
        let reversed: Vec<usize> = header.shape.iter().rev().copied().collect();
        return Ok(Matrix::new(name, &reversed, values)?.transposed());
    }
    Matrix::new(name, &header.shape, values)
}

impl Header {
    /// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`
    fn parse(name: &str, text: &str) -> Result<Self, ArrayError> {
        let corrupt =
            |key: &str| ArrayError::corrupt(format!("array \"{name}\""), format!("its {key} is missing"));
        let after = |key: &str| text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        let descr = after("descr").ok_or_else(|| corrupt("type"))?;
        let descr = descr.strip_prefix('\'').and_then(|rest| rest.split('\'').next()).unwrap_or("a record");
        let shape = after("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next());
        let lengths = shape.ok_or_else(|| corrupt("shape"))?.split(',').map(str::trim);
        let shape =
            lengths.filter(|word| !word.is_empty()).map(str::parse).collect::<Result<Vec<usize>, _>>();
        Ok(Self {
            element: element(descr).ok_or_else(|| ArrayError::OtherType {
                array: name.to_owned(),
                expected: "real numbers (f4, f8, i1 to i8, u1 to u8)",
                found: format!("\"{descr}\""),
            })?,
            is_big_endian: descr.starts_with('>'),
            is_fortran: after("fortran_order").ok_or_else(|| corrupt("order"))?.starts_with("True"),
            shape: shape.map_err(|_| corrupt("shape"))?,
        })
    }
}

fn element(descr: &str) -> Option<Element> {
    Some(match descr.trim_start_matches(['<', '>', '=', '|']) {
        "i1" => Element::I8,
        "u1" => Element::U8,
        "i2" => Element::I16,
        "u2" => Element::U16,
        "i4" => Element::I32,
        "u4" => Element::U32,
        "i8" => Element::I64,
        "u8" => Element::U64,
        "f4" => Element::F32,
        "f8" => Element::F64,
        _ => return None,
    })
}
