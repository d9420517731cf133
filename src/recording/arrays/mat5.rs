//! MATLAB files of versions 5 to 7.2 (`save -v6`, `save -v7`, `scipy.io.savemat`).
//!
//! A header of 128 bytes, then elements of a tag (type, length) and data; variables are matrices, mostly
//! compressed. Layout: <https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf>

use std::ops::Range;

use flate2::read::ZlibDecoder;

use super::element::Element;
use super::zip::inflate;
use super::{ArrayError, ArrayFile, Matrix};
use crate::recording::bytes::{Bytes, Truncated, latin1};

const HEADER: usize = 128;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;
const STRUCT_CLASS: u8 = 2;
/// double, single, and integers of 8 to 64 bits
const NUMERIC_CLASSES: std::ops::RangeInclusive<u8> = 6..=15;
const COMPLEX: u32 = 0x0800;
/// Flags, dimensions and name of a matrix are in its first bytes.
const PREFIX: usize = 4096;

/// Whether these are the first bytes of a MATLAB file before version 7.3.
pub(in crate::recording) fn is_mat5(bytes: &[u8]) -> bool {
    let is_version_1 = matches!(bytes.get(124..128), Some([0, 1, b'I', b'M'] | [1, 0, b'M', b'I']));
    is_version_1 && bytes.starts_with(b"MATLAB")
}

/// A file; its variables are unpacked when they are asked for.
pub(super) struct MatFile<'b> {
    bytes: &'b [u8],
    is_big_endian: bool,
    variables: Vec<Variable>,
}

/// A numeric matrix: the element of the file and, for a field of a structure, its place in there.
struct Variable {
    name: String,
    element: Range<usize>,
    is_compressed: bool,
    field: Option<Range<usize>>,
}

/// An element: its type, where its data are, and where the next one starts.
struct Tag {
    kind: u32,
    data: Range<usize>,
    next: usize,
}

/// Beginning of a matrix, and where the rest of it starts.
struct Head {
    class: u8,
    is_complex: bool,
    shape: Vec<usize>,
    name: String,
    rest: usize,
}

impl<'b> MatFile<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, ArrayError> {
        if !is_mat5(bytes) {
            let found = crate::recording::first_bytes(bytes);
            return Err(ArrayError::OtherFormat { expected: "a MATLAB file (.mat)", found });
        }
        let is_big_endian = bytes[126] == b'M';
        let mut file = Self { bytes, is_big_endian, variables: Vec::new() };
        let mut at = HEADER;
        while at < bytes.len() {
            let tag = Tag::read(file.order(bytes), at)?;
            // Compressed elements follow one another without padding.
            at = if tag.kind == COMPRESSED { tag.data.end } else { tag.next };
            if tag.kind == MATRIX || tag.kind == COMPRESSED {
                file.list(tag.data, tag.kind == COMPRESSED)?;
            }
        }
        Ok(file)
    }

    fn order<'a>(&self, bytes: &'a [u8]) -> Bytes<'a> {
        if self.is_big_endian { Bytes::big_endian(bytes) } else { Bytes::little_endian(bytes) }
    }

    /// The content of a matrix element, or as much as `most` bytes of it.
    fn content(
        &self,
        element: &Range<usize>,
        is_compressed: bool,
        most: usize,
    ) -> Result<Vec<u8>, ArrayError> {
        let stored = &self.bytes[element.clone()];
        if !is_compressed {
            return Ok(stored[..stored.len().min(most)].to_vec());
        }
        let inflated = inflate(ZlibDecoder::new(stored), stored.len(), most.saturating_add(8))
            .map_err(|error| ArrayError::corrupt("compressed variable", error))?;
        let inner = self.order(&inflated).u32(0)?;
        if inner != MATRIX {
            return Err(ArrayError::corrupt(
                "compressed variable",
                format!("it holds an element of type {inner}"),
            ));
        }
        Ok(inflated[8.min(inflated.len())..].to_vec())
    }

    /// Adds the matrix, or the matrices in a structure, to the variables.
    fn list(&mut self, element: Range<usize>, is_compressed: bool) -> Result<(), ArrayError> {
        let prefix = self.content(&element, is_compressed, PREFIX)?;
        let head = Head::read(self.order(&prefix))?;
        if NUMERIC_CLASSES.contains(&head.class) {
            self.add(Variable { name: head.name, element, is_compressed, field: None });
        } else if head.class == STRUCT_CLASS && head.shape.iter().all(|&length| length == 1) {
            let whole = self.content(&element, is_compressed, usize::MAX)?;
            for (name, field) in fields(self.order(&whole), Head::read(self.order(&whole))?.rest)? {
                let class = Head::read(self.order(&whole[field.clone()])).map(|head| head.class);
                if class.is_ok_and(|class| NUMERIC_CLASSES.contains(&class)) {
                    self.add(Variable { name, element: element.clone(), is_compressed, field: Some(field) });
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, variable: Variable) {
        if !self.variables.iter().any(|known| known.name == variable.name) {
            self.variables.push(variable);
        }
    }
}

impl ArrayFile for MatFile<'_> {
    const ONE: &'static str = "variable";

    fn names(&self) -> Vec<String> {
        self.variables.iter().map(|variable| variable.name.clone()).collect()
    }

    fn load(&self, place: usize) -> Result<Matrix, ArrayError> {
        let Variable { name, element, is_compressed, field } = &self.variables[place];
        let content = self.content(element, *is_compressed, usize::MAX)?;
        let matrix = &content[field.clone().unwrap_or(0..content.len())];
        let reader = self.order(matrix);
        let head = Head::read(reader)?;
        if head.is_complex {
            let (expected, found) = ("real numbers", "complex ones".to_owned());
            return Err(ArrayError::OtherType { array: name.clone(), expected, found });
        }
        let data = Tag::read(reader, head.rest)?;
        let element = element_of(data.kind).ok_or_else(|| {
            ArrayError::corrupt(format!("variable \"{name}\""), format!("its data are of type {}", data.kind))
        })?;
        let count = head.shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
        let values = element.numbers(self.order(&matrix[data.data]), count.unwrap_or(usize::MAX))?;
        // The first index runs fastest.
        let reversed: Vec<usize> = head.shape.iter().rev().copied().collect();
        Matrix::new(name, &reversed, values)
    }
}

impl Tag {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, Truncated> {
        let kind = bytes.u32(at)?;
        // An element of at most four bytes has its length in the upper half of the type, and its data follow.
        let (kind, start, length) = match kind >> 16 {
            0 => (kind, at + 8, bytes.u32(at + 4)? as usize),
            short => (kind & 0xFFFF, at + 4, (short as usize).min(4)),
        };
        bytes.slice(start, length)?;
        let end = start + length;
        let next = if start == at + 4 { at + 8 } else { end.next_multiple_of(8) };
        Ok(Self { kind, data: start..end, next })
    }
}

impl Head {
    fn read(bytes: Bytes<'_>) -> Result<Self, ArrayError> {
        let flags = Tag::read(bytes, 0)?;
        let word = bytes.u32(flags.data.start)?;
        let dimensions = Tag::read(bytes, flags.next)?;
        let shape = dimensions.data.clone().step_by(4).map(|at| {
            let length = bytes.i32(at)?;
            usize::try_from(length).map_err(|_| {
                ArrayError::corrupt("variable", format!("it has a dimension of length {length}"))
            })
        });
        let shape = shape.collect::<Result<_, ArrayError>>()?;
        let name = Tag::read(bytes, dimensions.next)?;
        Ok(Self {
            class: (word & 0xFF) as u8,
            is_complex: word & COMPLEX != 0,
            shape,
            name: latin1(bytes.slice(name.data.start, name.data.len())?),
            rest: name.next,
        })
    }
}

/// Name and matrix of every field of a structure; `at`: behind the head of the structure.
fn fields(bytes: Bytes<'_>, at: usize) -> Result<Vec<(String, Range<usize>)>, ArrayError> {
    let length = Tag::read(bytes, at)?;
    let width = bytes.i32(length.data.start)?;
    let width = usize::try_from(width).ok().filter(|&width| width > 0);
    let width = width.ok_or_else(|| ArrayError::corrupt("structure", "its names have no length"))?;
    let names = Tag::read(bytes, length.next)?;
    let mut at = names.next;
    let mut fields = Vec::new();
    for name in bytes.slice(names.data.start, names.data.len())?.chunks_exact(width) {
        let field = Tag::read(bytes, at)?;
        at = field.next;
        fields.push((latin1(name), field.data));
    }
    Ok(fields)
}

/// The types of data that hold numbers.
fn element_of(kind: u32) -> Option<Element> {
    Some(match kind {
        1 => Element::I8,
        2 => Element::U8,
        3 => Element::I16,
        4 => Element::U16,
        5 => Element::I32,
        6 => Element::U32,
        7 => Element::F32,
        9 => Element::F64,
        12 => Element::I64,
        13 => Element::U64,
        _ => return None,
    })
}
