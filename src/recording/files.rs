//! From the name of a file to its recording.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use hdf5_reader::Hdf5File;

use super::{About, Current, Hdf5Error, Recording, RecordingError, Sweep};
use super::{abf, arrays, atf, channels, csv, hdf5, ibw, nwb, wavesurfer, wfdb};

type Sweeps = (Vec<Sweep>, Vec<String>);

/// Reads a file whose format is known from its content, with what the file itself says about channels and
/// columns. An Igor binary wave gives one sweep without current.
///
/// # Errors
/// If the file cannot be read, is of no known format, or holds no current clamp.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let recording = if hdf5::is_hdf5(&read_head(path)?) {
        let file = open_hdf5(path)?;
        if nwb::is_nwb(&file) {
            from_nwb(path, nwb::Choice::default())?
        } else if wavesurfer::is_wavesurfer(&file) {
            from_wavesurfer(path, &channels::Choice::default(), None)?
        } else {
            from_mat(path, &arrays::Choice::default())?
        }
    } else {
        from_bytes(path, &read_bytes(path)?)?
    };
    recording.check_finite()?;
    Ok(recording)
}

/// Igor binary waves of voltage, one for each sweep, with those of the current at the same places.
///
/// # Errors
/// If a file cannot be read, is no Igor binary wave, or the two were not sampled together.
pub fn read_waves(voltage: &[PathBuf], current: Option<&[PathBuf]>) -> Result<Recording, RecordingError> {
    let recording = from_waves(voltage, current)?;
    recording.check_finite()?;
    Ok(recording)
}

/// A file that is read whole.
fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Recording, RecordingError> {
    if abf::is_abf(bytes) {
        from_abf(path, bytes, &channels::Choice::default())
    } else if ibw::is_ibw(bytes) {
        from_waves(&[path.to_owned()], None)
    } else if arrays::is_npz(bytes) {
        from_npz(path, bytes, &arrays::Choice::default())
    } else if arrays::is_mat5(bytes) {
        from_mat(path, &arrays::Choice::default())
    } else if atf::is_atf(bytes) {
        from_atf(path, bytes, &channels::Choice::default())
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) if wfdb::is_wfdb(text) => from_wfdb(path, bytes, &channels::Choice::default()),
            Ok(text) if !text.contains('\0') => from_csv(path, bytes, &csv::Choice::default()),
            _ => {
                let found = super::first_bytes(bytes);
                Err(RecordingError::UnknownFormat { path: path.to_owned(), found })
            }
        }
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> RecordingError {
    let path = path.to_owned();
    move |source| RecordingError::Unreadable { path, source }
}

pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, RecordingError> {
    std::fs::read(path).map_err(unreadable(path))
}

/// As many bytes as tell that a file is HDF5, which may be too large to be read whole.
fn read_head(path: &Path) -> Result<Vec<u8>, RecordingError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(unreadable(path))?;
    file.take(hdf5::HEAD as u64).read_to_end(&mut head).map_err(unreadable(path))?;
    Ok(head)
}

fn open_hdf5(path: &Path) -> Result<Hdf5File, RecordingError> {
    let head = read_head(path)?;
    let file = if hdf5::is_hdf5(&head) {
        hdf5::open(path)
    } else {
        Err(Hdf5Error::OtherFormat { found: super::first_bytes(&head) })
    };
    file.map_err(|reason| RecordingError::Hdf5 { path: path.to_owned(), reason })
}

/// The recording of one file.
fn recording(path: &Path, format: &'static str, (sweeps, notes): Sweeps, about: About) -> Recording {
    Recording { sweeps, format, files: vec![path.to_owned()], notes, about }
}

pub(super) fn from_abf(
    path: &Path,
    bytes: &[u8],
    choice: &channels::Choice,
) -> Result<Recording, RecordingError> {
    let sweeps = abf::read(bytes, choice);
    let sweeps = sweeps.map_err(|reason| RecordingError::Abf { path: path.to_owned(), reason })?;
    Ok(recording(path, "abf", sweeps, abf::about(bytes)))
}

pub(super) fn from_atf(
    path: &Path,
    bytes: &[u8],
    choice: &channels::Choice,
) -> Result<Recording, RecordingError> {
    let sweeps = atf::read(bytes, choice);
    let sweeps = sweeps.map_err(|reason| RecordingError::Atf { path: path.to_owned(), reason })?;
    Ok(recording(path, "atf", sweeps, atf::about(bytes)))
}

pub(super) fn from_csv(path: &Path, bytes: &[u8], choice: &csv::Choice) -> Result<Recording, RecordingError> {
    let sweeps = csv::read(bytes, choice);
    let sweeps =
        sweeps.map_err(|reason| RecordingError::Csv { path: path.to_owned(), reason: Box::new(reason) })?;
    Ok(recording(path, "csv", sweeps, csv::about(bytes)))
}

pub(super) fn from_npz(
    path: &Path,
    bytes: &[u8],
    choice: &arrays::Choice,
) -> Result<Recording, RecordingError> {
    let sweeps = arrays::read_npz(bytes, choice);
    let sweeps = sweeps
        .map_err(|reason| RecordingError::Arrays { path: path.to_owned(), reason: Box::new(reason) })?;
    Ok(recording(path, "npz", sweeps, About::default()))
}

/// MATLAB of any version.
pub(super) fn from_mat(path: &Path, choice: &arrays::Choice) -> Result<Recording, RecordingError> {
    let sweeps = if hdf5::is_hdf5(&read_head(path)?) {
        arrays::read_hdf5(&open_hdf5(path)?, choice)
    } else {
        arrays::read_mat5(&read_bytes(path)?, choice)
    };
    let sweeps = sweeps
        .map_err(|reason| RecordingError::Arrays { path: path.to_owned(), reason: Box::new(reason) })?;
    Ok(recording(path, "mat", sweeps, About::default()))
}

pub(super) fn from_nwb(path: &Path, choice: nwb::Choice<'_>) -> Result<Recording, RecordingError> {
    let file = open_hdf5(path)?;
    let sweeps = nwb::read(&file, choice);
    let sweeps = sweeps.map_err(|reason| RecordingError::Nwb { path: path.to_owned(), reason })?;
    Ok(recording(path, "nwb", sweeps, nwb::about(&file)))
}

/// Sweeps that are not `wanted` come without samples.
pub(super) fn from_wavesurfer(
    path: &Path,
    choice: &channels::Choice,
    wanted: Option<&[usize]>,
) -> Result<Recording, RecordingError> {
    let file = open_hdf5(path)?;
    let sweeps = wavesurfer::read(&file, choice, wanted);
    let sweeps = sweeps.map_err(|reason| RecordingError::WaveSurfer { path: path.to_owned(), reason })?;
    Ok(recording(path, "wavesurfer", sweeps, wavesurfer::about(&file)))
}

pub(super) fn from_wfdb(
    path: &Path,
    bytes: &[u8],
    choice: &channels::Choice,
) -> Result<Recording, RecordingError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let sweeps = wfdb::read(bytes, folder, choice);
    let sweeps = sweeps.map_err(|reason| RecordingError::Wfdb { path: path.to_owned(), reason })?;
    Ok(recording(path, "wfdb", sweeps, wfdb::about(bytes)))
}

/// One sweep from each file of `voltage`, with the current from the file at the same place of `current`.
pub(super) fn from_waves(
    voltage: &[PathBuf],
    current: Option<&[PathBuf]>,
) -> Result<Recording, RecordingError> {
    let mut sweeps = Vec::new();
    let mut about = About::default();
    for (i, path) in voltage.iter().enumerate() {
        let wave = read_wave(path)?;
        let voltage_mv =
            wave.voltage_mv().map_err(|reason| RecordingError::Ibw { path: path.clone(), reason })?;
        let current = match current.and_then(|current| current.get(i)) {
            Some(current_path) => Some(current_beside(current_path, &wave)?),
            None => None,
        };
        let name = path.file_stem().map_or_else(|| i.to_string(), |stem| stem.to_string_lossy().into_owned());
        about.describe(&format!("note of {name}"), &wave.note);
        sweeps.push(Sweep { name, interval_ms: wave.interval_ms, voltage_mv, current });
    }
    let files = voltage.iter().chain(current.unwrap_or(&[])).cloned().collect();
    Ok(Recording { sweeps, format: "ibw", files, notes: Vec::new(), about })
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
