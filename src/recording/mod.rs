//! What was measured: sweeps of membrane potential, with the injected current where the file carries it.
//!
//! The format of a file is known from its content. A settings file says besides which sweeps and channels
//! to use, which junction potential to subtract and which stretch of time to keep.

mod abf;
mod about;
mod arrays;
mod atf;
mod bytes;
mod channels;
mod columns;
mod csv;
mod error;
mod files;
mod formats;
pub(crate) mod hdf5;
mod ibw;
mod nwb;
mod options;
mod sampling;
mod step;
#[cfg(test)]
mod tests;
mod wavesurfer;
mod wfdb;

use std::path::PathBuf;

pub use self::abf::AbfError;
pub use self::about::{About, Holding};
pub use self::arrays::ArrayError;
pub use self::atf::AtfError;
pub use self::bytes::Truncated;
pub use self::channels::ChannelError;
pub use self::columns::ColumnError;
pub use self::csv::CsvError;
pub use self::error::RecordingError;
pub use self::files::{read, read_waves};
pub use self::formats::{FORMATS, Format, from_settings};
pub use self::hdf5::Hdf5Error;
pub use self::ibw::IbwError;
pub use self::nwb::NwbError;
pub use self::options::is_strict;
pub use self::sampling::SamplingError;
pub use self::step::RecognisedStep;
pub use self::wavesurfer::WaveSurferError;
pub use self::wfdb::WfdbError;
use crate::units::Unit;

/// One response of the cell. The time of sample `i` is `i * interval_ms`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Its number in the file, or the name that the file gives it.
    pub name: String,
    /// Time between samples.
    pub interval_ms: f64,
    /// Membrane potential.
    pub voltage_mv: Vec<f64>,
    /// Injected current, if the file has it.
    pub current: Option<Current>,
}

/// The injected current of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// One value for each sample of the voltage.
    pub values: Vec<f64>,
    /// [`Unit::Picoamp`] into a whole cell or [`Unit::MicroampPerCm2`] through its membrane.
    pub unit: Unit,
}

/// What was measured, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// At least one sweep; each has at least two samples, all of them finite.
    pub sweeps: Vec<Sweep>,
    /// How settings call the format, such as `abf`.
    pub format: &'static str,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// What was decided or done on the way: channels, junction potential, interpolation.
    pub notes: Vec<String>,
    /// What the file says about itself.
    pub about: About,
}

/// The first bytes of a file as they can be shown.
fn first_bytes(bytes: &[u8]) -> String {
    bytes.iter().take(8).flat_map(|&byte| std::ascii::escape_default(byte)).map(char::from).collect()
}

impl Recording {
    /// That every sample is a finite number.
    fn check_finite(&self) -> Result<(), RecordingError> {
        for sweep in &self.sweeps {
            let current = sweep.current.as_ref().map_or(&[][..], |current| &current.values);
            let is_bad = |value: &f64| !value.is_finite();
            let bad = sweep.voltage_mv.iter().position(is_bad).or_else(|| current.iter().position(is_bad));
            if let Some(bad) = bad {
                return Err(RecordingError::NotFinite {
                    files: self.files.clone(),
                    sweep: sweep.name.clone(),
                    time_ms: bad as f64 * sweep.interval_ms,
                });
            }
        }
        Ok(())
    }
}
