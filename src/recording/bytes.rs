//! Numbers in the bytes of a file; every read is checked against its end.

use thiserror::Error;

/// A file that ends before what its header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the file ends at byte {length}, before byte {needed} that its header points to; was it copied whole?"
)]
pub struct Truncated {
    /// How far the file should reach.
    pub needed: usize,
    /// How far it reaches.
    pub length: usize,
}

/// The bytes of a file and their order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Bytes<'a> {
    pub(super) fn little_endian(bytes: &'a [u8]) -> Self {
        Self { bytes, big_endian: false }
    }

    pub(super) fn big_endian(bytes: &'a [u8]) -> Self {
        Self { bytes, big_endian: true }
    }

    /// `length` bytes from `at`.
    pub(super) fn slice(self, at: usize, length: usize) -> Result<&'a [u8], Truncated> {
        let needed = at.saturating_add(length);
        self.bytes.get(at..needed).ok_or(Truncated { needed, length: self.bytes.len() })
    }

    fn array<const N: usize>(self, at: usize) -> Result<[u8; N], Truncated> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(at, N)?);
        if self.big_endian {
            array.reverse();
        }
        Ok(array)
    }

    pub(super) fn i8(self, at: usize) -> Result<i8, Truncated> {
        self.array(at).map(i8::from_le_bytes)
    }

    pub(super) fn u8(self, at: usize) -> Result<u8, Truncated> {
        self.array(at).map(u8::from_le_bytes)
    }

    pub(super) fn i16(self, at: usize) -> Result<i16, Truncated> {
        self.array(at).map(i16::from_le_bytes)
    }

    pub(super) fn u16(self, at: usize) -> Result<u16, Truncated> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn i32(self, at: usize) -> Result<i32, Truncated> {
        self.array(at).map(i32::from_le_bytes)
    }

    pub(super) fn u32(self, at: usize) -> Result<u32, Truncated> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn u64(self, at: usize) -> Result<u64, Truncated> {
        self.array(at).map(u64::from_le_bytes)
    }

    pub(super) fn i64(self, at: usize) -> Result<i64, Truncated> {
        self.array(at).map(i64::from_le_bytes)
    }

    pub(super) fn f32(self, at: usize) -> Result<f64, Truncated> {
        self.array(at).map(|bytes| f64::from(f32::from_le_bytes(bytes)))
    }

    pub(super) fn f64(self, at: usize) -> Result<f64, Truncated> {
        self.array(at).map(f64::from_le_bytes)
    }

    /// A text of fixed width without the blanks and zeros that fill it. Laboratory programs write Latin-1.
    pub(super) fn text(self, at: usize, length: usize) -> Result<String, Truncated> {
        self.slice(at, length).map(latin1)
    }
}

/// Latin-1 bytes up to the first zero, trimmed.
pub(super) fn latin1(bytes: &[u8]) -> String {
    let text: String = bytes.iter().take_while(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect();
    text.trim().to_owned()
}
