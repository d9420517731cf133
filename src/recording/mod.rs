//! What was measured: sweeps of membrane potential, with the injected current where the file carries it.
//!
//! The format of a file is known from its content. A settings file says besides which sweeps and channels
//! to use, which junction potential to subtract and which stretch of time to keep.

mod abf;
mod bytes;
mod csv;
mod ibw;
mod options;
mod step;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::abf::AbfError;
pub use self::bytes::Truncated;
pub use self::csv::CsvError;
pub use self::ibw::IbwError;
pub use self::options::{FORMATS, Format, from_settings};
pub use self::step::RecognisedStep;
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
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// What was decided or done on the way: channels, junction potential, interpolation.
    pub notes: Vec<String>,
}

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
        "`{}` starts with \"{found}\", which is no known format; expected ABF, an Igor binary wave or a table \
         of text, so export it as CSV with columns such as t_ms, v_mV, i_pA", path.display()
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
        reason: CsvError,
    },
    /// An Igor binary wave cannot be used.
    #[error("`{}`: {reason}", path.display())]
    Ibw {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: IbwError,
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

/// Reads a file whose format is known from its content, with what the file itself says about channels and
/// columns. An Igor binary wave gives one sweep without current.
///
/// # Errors
/// If the file cannot be read, is of no known format, or holds no current clamp.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let bytes = read_bytes(path)?;
    let recording = if abf::is_abf(&bytes) {
        from_abf(path, &bytes, &abf::Choice::default())?
    } else if ibw::is_ibw(&bytes) {
        from_waves(&[path.to_owned()], None)?
    } else if is_text(&bytes) {
        from_csv(path, &bytes, &csv::Choice::default())?
    } else {
        return Err(RecordingError::UnknownFormat { path: path.to_owned(), found: first_bytes(&bytes) });
    };
    recording.check_finite()?;
    Ok(recording)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, RecordingError> {
    std::fs::read(path).map_err(|source| RecordingError::Unreadable { path: path.to_owned(), source })
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// The first bytes of a file as they can be shown.
fn first_bytes(bytes: &[u8]) -> String {
    bytes.iter().take(8).flat_map(|&byte| std::ascii::escape_default(byte)).map(char::from).collect()
}

fn from_abf(path: &Path, bytes: &[u8], choice: &abf::Choice) -> Result<Recording, RecordingError> {
    let (sweeps, notes) =
        abf::read(bytes, choice).map_err(|reason| RecordingError::Abf { path: path.to_owned(), reason })?;
    Ok(Recording { sweeps, files: vec![path.to_owned()], notes })
}

fn from_csv(path: &Path, bytes: &[u8], choice: &csv::Choice) -> Result<Recording, RecordingError> {
    let (sweeps, notes) =
        csv::read(bytes, choice).map_err(|reason| RecordingError::Csv { path: path.to_owned(), reason })?;
    Ok(Recording { sweeps, files: vec![path.to_owned()], notes })
}

/// One sweep from each file of `voltage`, with the current from the file at the same place of `current`.
fn from_waves(voltage: &[PathBuf], current: Option<&[PathBuf]>) -> Result<Recording, RecordingError> {
    let mut sweeps = Vec::new();
    for (i, path) in voltage.iter().enumerate() {
        let wave = read_wave(path)?;
        let voltage_mv =
            wave.voltage_mv().map_err(|reason| RecordingError::Ibw { path: path.clone(), reason })?;
        let current = match current.and_then(|current| current.get(i)) {
            Some(current_path) => Some(current_beside(current_path, &wave)?),
            None => None,
        };
        let name = path.file_stem().map_or_else(|| i.to_string(), |stem| stem.to_string_lossy().into_owned());
        sweeps.push(Sweep { name, interval_ms: wave.interval_ms, voltage_mv, current });
    }
    let files = voltage.iter().chain(current.unwrap_or(&[])).cloned().collect();
    Ok(Recording { sweeps, files, notes: Vec::new() })
}

fn read_wave(path: &Path) -> Result<ibw::Wave, RecordingError> {
    ibw::Wave::read(&read_bytes(path)?)
        .map_err(|reason| RecordingError::Ibw { path: path.to_owned(), reason })
}

/// The current in the file `path`, which was sampled together with `voltage`.
fn current_beside(path: &Path, voltage: &ibw::Wave) -> Result<Current, RecordingError> {
    let wave = read_wave(path)?;
    // The intervals may differ by the rounding of their units.
    let is_together = wave.values.len() == voltage.values.len()
        && (wave.interval_ms - voltage.interval_ms).abs() <= 1e-9 * voltage.interval_ms;
    if !is_together {
        return Err(RecordingError::OtherSampling {
            path: path.to_owned(),
            current: wave.values.len(),
            current_interval_ms: wave.interval_ms,
            voltage: voltage.values.len(),
            voltage_interval_ms: voltage.interval_ms,
        });
    }
    wave.current().map_err(|reason| RecordingError::Ibw { path: path.to_owned(), reason })
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
