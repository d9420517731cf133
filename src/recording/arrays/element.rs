//! Numbers of any width in a row of bytes.

use super::ArrayError;
use crate::recording::bytes::{Bytes, Truncated};

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Element {
    pub(super) fn width(self) -> usize {
        match self {
            Element::I8 | Element::U8 => 1,
            Element::I16 | Element::U16 => 2,
            Element::I32 | Element::U32 | Element::F32 => 4,
            Element::I64 | Element::U64 | Element::F64 => 8,
        }
    }

    /// The first `count` numbers.
    pub(super) fn numbers(self, bytes: Bytes<'_>, count: usize) -> Result<Vec<f64>, ArrayError> {
        // Nothing is allocated for numbers that are not there.
        bytes.slice(0, count.saturating_mul(self.width()))?;
        let all = (0..count).map(|i| self.number(bytes, i * self.width()));
        Ok(all.collect::<Result<_, _>>()?)
    }

    fn number(self, bytes: Bytes<'_>, at: usize) -> Result<f64, Truncated> {
        match self {
            Element::I8 => bytes.i8(at).map(f64::from),
            Element::U8 => bytes.u8(at).map(f64::from),
            Element::I16 => bytes.i16(at).map(f64::from),
            Element::U16 => bytes.u16(at).map(f64::from),
            Element::I32 => bytes.i32(at).map(f64::from),
            Element::U32 => bytes.u32(at).map(f64::from),
            Element::I64 => bytes.i64(at).map(|value| value as f64),
            Element::U64 => bytes.u64(at).map(|value| value as f64),
            Element::F32 => bytes.f32(at),
            Element::F64 => bytes.f64(at),
        }
    }
}
