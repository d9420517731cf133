//! Why a recording cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use super::abf::AbfError;
use super::arrays::ArrayError;
use super::atf::AtfError;
use super::csv::CsvError;
use super::hdf5::Hdf5Error;
use super::ibw::IbwError;
use super::nwb::NwbError;
use super::wavesurfer::WaveSurferError;
use super::wfdb::WfdbError;

/// A recording that cannot be used.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// No file has this name.
    #[error("no file `{name}`; looked for {}", list(tried))]
    NotFound {
        /// The name in the settings file.
        name: String,
        /// The places that were tried.
        tried: Vec<PathBuf>,
    },
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The format is unknown.
    #[error(
        "`{}` starts with \"{found}\", which is no known format; expected ABF, ATF, Igor, NWB, WaveSurfer, MATLAB, \
         .npz, WFDB or a table of text, so export it as CSV with columns such as t_ms, v_mV, i_pA", path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Its first bytes.
        found: String,
    },
    /// An ABF file cannot be used.
    #[error("`{}`: {reason}", path.display())]
    Abf {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: AbfError,
    },
    /// A table cannot be used.
    #[error("`{}`:{}{reason}", path.display(), if reason.has_place() { "" } else { " " })]
    Csv {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: Box<CsvError>,
    },
    /// An Igor binary wave cannot be used.
    #[error("`{}`: {reason}", path.display())]
    Ibw {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: IbwError,
    },
    /// An HDF5 file cannot be read.
    #[error("`{}`: {reason}", path.display())]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: Hdf5Error,
    },
    /// An NWB file cannot be used.
    #[error("`{}`: {reason}", path.display())]
    Nwb {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: NwbError,
    },
    /// A `WaveSurfer` file cannot be used.
    #[error("`{}`: {reason}", path.display())]
    WaveSurfer {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: WaveSurferError,
    },
    /// A file of arrays cannot be used.
    #[error("`{}`: {reason}", path.display())]
    Arrays {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: Box<ArrayError>,
    },
    /// An ATF file cannot be used.
    #[error("`{}`:{}{reason}", path.display(), if reason.has_place() { "" } else { " " })]
    Atf {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: AtfError,
    },
    /// A WFDB record cannot be used.
    #[error("`{}`:{}{reason}", path.display(), if reason.has_place() { "" } else { " " })]
    Wfdb {
        /// Its header.
        path: PathBuf,
        /// Why.
        reason: WfdbError,
    },
    /// Voltage and current were not sampled together.
    #[error(
        "`{}` has {current} samples every {current_interval_ms} ms, but its voltage has {voltage} every \
         {voltage_interval_ms} ms; expected the same", path.display()
    )]
    OtherSampling {
        /// The file of the current.
        path: PathBuf,
        /// Samples of the current.
        current: usize,
        /// Time between them.
        current_interval_ms: f64,
        /// Samples of the voltage.
        voltage: usize,
        /// Time between them.
        voltage_interval_ms: f64,
    },
    /// A sample is not a number.
    #[error(
        "{}: sweep {sweep} is not a finite number at {time_ms} ms; leave it out with `start`, `stop` or `sweeps`",
        list(files)
    )]
    NotFinite {
        /// The files that were read.
        files: Vec<PathBuf>,
        /// Name of the sweep.
        sweep: String,
        /// Time of the first such sample.
        time_ms: f64,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

impl RecordingError {
    /// The option of the settings file that mends it; `None` if it is the one that names the file.
    pub(super) fn option(&self) -> Option<&'static str> {
        match self {
            RecordingError::Abf { reason, .. } => Some(reason.option()),
            RecordingError::Csv { reason, .. } => Some(reason.option()),
            RecordingError::Nwb { reason, .. } => Some(reason.option()),
            RecordingError::WaveSurfer { reason, .. } => Some(reason.option()),
            RecordingError::Arrays { reason, .. } => Some(reason.option()),
            RecordingError::Atf { reason, .. } => Some(reason.option()),
            RecordingError::Wfdb { reason, .. } => Some(reason.option()),
            RecordingError::OtherSampling { .. } => Some("current"),
            RecordingError::NotFound { .. }
            | RecordingError::Unreadable { .. }
            | RecordingError::UnknownFormat { .. }
            | RecordingError::Hdf5 { .. }
            | RecordingError::Ibw { .. }
            | RecordingError::NotFinite { .. } => None,
        }
    }
}
