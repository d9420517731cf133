//! HDF5 files: what NWB, `WaveSurfer` and MATLAB 7.3 have in common.
//!
//! A file is read piece by piece, so that one sweep at a time is in memory besides what is kept of it.

use std::path::Path;
use std::sync::Arc;

use hdf5_reader::error::Error as ReaderError;
use hdf5_reader::group::Group;
use hdf5_reader::{
    BlockCacheStorage, Dataset, Datatype, FileStorage, H5Type, Hdf5File, OpenOptions, SliceInfo,
    SliceInfoElem,
};
use thiserror::Error;

/// An HDF5 file, or a part of it, that cannot be read.
#[derive(Debug, Error)]
pub enum Hdf5Error {
    /// The file is something else.
    #[error("expected an HDF5 file, found one that starts with \"{found}\"; is `kind` right?")]
    OtherFormat {
        /// Its first bytes.
        found: String,
    },
    /// The bytes are not as HDF5 prescribes, or the file ends too early.
    #[error(
        "the HDF5 file cannot be read: {0}; was it copied whole? `h5dump` shows whether others can read it"
    )]
    Corrupt(Box<ReaderError>),
    /// A dataset holds no plain numbers.
    #[error("expected numbers in the HDF5 dataset \"{dataset}\", found {found}")]
    NotNumbers {
        /// Its name.
        dataset: String,
        /// Its type.
        found: String,
    },
}

impl From<ReaderError> for Hdf5Error {
    fn from(error: ReaderError) -> Self {
        Hdf5Error::Corrupt(Box::new(error))
    }
}

const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Where HDF5 may start: at once or behind a block of the program that wrote it.
const STARTS: [usize; 4] = [0, 512, 1024, 2048];

/// Bytes of a file that are enough for [`is_hdf5`].
pub(crate) const HEAD: usize = 2056;

/// Deflate makes at most 1032 bytes of one (<https://zlib.net/zlib_tech.html>).
pub(super) const LARGEST_EXPANSION: u64 = 1032;

/// No sweep is larger; a dataset that claims to be is corrupt.
const LARGEST_READ: u64 = 4 << 30;

/// Whether these are the first bytes of an HDF5 file.
pub(crate) fn is_hdf5(head: &[u8]) -> bool {
    STARTS.iter().any(|&start| head.get(start..).is_some_and(|rest| rest.starts_with(SIGNATURE)))
}

/// The limits that keep a corrupt header of a file of `length` bytes from claiming all memory.
fn limits(length: u64) -> OpenOptions {
    let most = length.saturating_mul(LARGEST_EXPANSION).min(LARGEST_READ) as usize;
    OpenOptions::default()
        .with_max_read_bytes(most)
        .with_max_chunk_bytes(most.min(hdf5_reader::DEFAULT_MAX_CHUNK_BYTES))
        // Every sample is read once.
        .with_chunk_cache_bytes(0)
}

/// The file at `path`; its samples stay on disk until they are asked for.
pub(crate) fn open(path: &Path) -> Result<Hdf5File, Hdf5Error> {
    const BLOCK: usize = 64 << 10;
    const BLOCKS: usize = 256;
    let length = std::fs::metadata(path).map_err(ReaderError::from)?.len();
    let storage = BlockCacheStorage::new(Arc::new(FileStorage::open(path)?), BLOCK, BLOCKS);
    Ok(Hdf5File::from_storage_with_options(Arc::new(storage), limits(length))?)
}

/// All numbers of a dataset, in the order of the file.
pub(crate) fn numbers(dataset: &Dataset) -> Result<Vec<f64>, Hdf5Error> {
    decode(dataset, None)
}

/// `count` numbers of a dataset with one dimension, from `start` on.
pub(super) fn numbers_in(dataset: &Dataset, start: u64, count: u64) -> Result<Vec<f64>, Hdf5Error> {
    let stretch = SliceInfoElem::Slice { start, end: start.saturating_add(count), step: 1 };
    decode(dataset, Some(&SliceInfo { selections: vec![stretch] }))
}

/// Row `row` of a dataset with two dimensions.
pub(super) fn row(dataset: &Dataset, row: u64) -> Result<Vec<f64>, Hdf5Error> {
    let whole = SliceInfoElem::Slice { start: 0, end: u64::MAX, step: 1 };
    decode(dataset, Some(&SliceInfo { selections: vec![SliceInfoElem::Index(row), whole] }))
}

fn decode(dataset: &Dataset, stretch: Option<&SliceInfo>) -> Result<Vec<f64>, Hdf5Error> {
    match dataset.dtype() {
        Datatype::FloatingPoint { size: 4, .. } => decode_as::<f32>(dataset, stretch, f64::from),
        Datatype::FloatingPoint { size: 8, .. } => decode_as::<f64>(dataset, stretch, |value| value),
        Datatype::FixedPoint { size: 1, signed: true, .. } => decode_as::<i8>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 1, signed: false, .. } => decode_as::<u8>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 2, signed: true, .. } => decode_as::<i16>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 2, signed: false, .. } => decode_as::<u16>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 4, signed: true, .. } => decode_as::<i32>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 4, signed: false, .. } => decode_as::<u32>(dataset, stretch, f64::from),
        Datatype::FixedPoint { size: 8, signed: true, .. } => {
            decode_as(dataset, stretch, |value: i64| value as f64)
        }
        Datatype::FixedPoint { size: 8, signed: false, .. } => {
            decode_as(dataset, stretch, |value: u64| value as f64)
        }
        other => Err(Hdf5Error::NotNumbers {
            dataset: dataset.name().to_owned(),
            found: describe(other).to_owned(),
        }),
    }
}

fn decode_as<T: H5Type>(
    dataset: &Dataset,
    stretch: Option<&SliceInfo>,
    to_f64: impl Fn(T) -> f64,
) -> Result<Vec<f64>, Hdf5Error> {
    let array = match stretch {
        Some(stretch) => dataset.read_slice::<T>(stretch)?,
        None => dataset.read_array::<T>()?,
    };
    Ok(array.into_iter().map(to_f64).collect())
}

fn describe(datatype: &Datatype) -> &'static str {
    match datatype {
        Datatype::FixedPoint { .. } => "integers of another size",
        Datatype::FloatingPoint { .. } => "floating point numbers of another size",
        Datatype::String { .. } => "texts",
        Datatype::Compound { .. } => "records",
        Datatype::Array { .. } => "arrays",
        Datatype::Enum { .. } => "names of a list",
        Datatype::VarLen { .. } => "lists or texts of any length",
        Datatype::Opaque { .. } | Datatype::Bitfield { .. } => "bytes",
        Datatype::Reference { .. } => "references",
    }
}

/// The attribute `name` of a group as text, if it has one.
pub(super) fn text_of(group: &Group, name: &str) -> Option<String> {
    group.attribute(name).ok()?.read_string().ok()
}

/// The attribute `name` of a group as a number, if it has one.
pub(super) fn number_of(group: &Group, name: &str) -> Option<f64> {
    group.attribute(name).ok()?.read_as_f64().ok()
}
