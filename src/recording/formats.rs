//! The table `[recording]` of a settings file: formats and their own options.

use std::path::{Path, PathBuf};

use super::channels::{Choice, Pick};
use super::columns::ColumnChoice;
use super::options::{Common, locate};
use super::{Recording, arrays, csv, files, nwb};
use crate::settings::{Entry, Section, Value, find};

/// Reads the recording that a section describes; relative names also start from the folder given. Mistakes
/// are noted and give `None`, and so does a listening section, for which no file is touched.
pub type Format = fn(&Section<'_>, &Path) -> Option<Recording>;

/// The formats that a settings file can name.
pub const FORMATS: &[Entry<Format>] = &[
    Entry { name: "abf", summary: "Axon binary format 1 and 2, episodic current clamp", build: read_abf },
    Entry { name: "atf", summary: "Axon text format, sweeps side by side", build: read_atf },
    Entry {
        name: "csv",
        summary: "table of text with columns for time, voltage and current",
        build: read_csv,
    },
    Entry { name: "ibw", summary: "Igor binary waves, one file per sweep and channel", build: read_ibw },
    Entry {
        name: "mat",
        summary: "MATLAB variables of any version, named t_ms, v_mV, i_pA",
        build: read_mat,
    },
    Entry { name: "npz", summary: "NumPy archive of arrays named t_ms, v_mV, i_pA", build: read_npz },
    Entry { name: "nwb", summary: "Neurodata Without Borders 2, current clamp", build: read_nwb },
    Entry { name: "wavesurfer", summary: "WaveSurfer HDF5 files", build: read_wavesurfer },
    Entry {
        name: "wfdb",
        summary: "PhysioNet records, a header with its files of samples",
        build: read_wfdb,
    },
];

/// The recording of the table `[recording]`. `base` is the folder of the settings file.
///
/// Mistakes, also those of the files, are noted at the option that mends them and give `None`.
pub fn from_settings(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let entry = find(FORMATS, section, None)?;
    let recording = (entry.build)(section, base);
    section.finish();
    recording
}

fn read_abf(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the ABF file").text();
    let choice = channels(section);
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_abf(&path, &files::read_bytes(&path)?, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_csv(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the table").text();
    let choice = csv::Choice {
        time: column(section, "column", "time", "column of the time"),
        voltage: column(section, "column", "voltage", "column of the voltage"),
        current: column(section, "column", "current", "column of the current"),
        sweep: section.key("sweep", "column that names the sweep of each row").text_maybe(),
    };
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_csv(&path, &files::read_bytes(&path)?, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_ibw(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let voltage = section.key("voltage", "the voltage, one file for each sweep").texts_maybe();
    let current = section.key("current", "the current, one file for each sweep").texts_maybe();
    let common = Common::read(section);
    if section.is_listening() {
        return None;
    }
    let Some(voltage) = voltage.filter(|files| !files.is_empty()) else {
        let help = "voltage = [\"first_sweep.ibw\", \"second_sweep.ibw\"]";
        section.mistake_at("voltage", "`voltage` names no file", Some(help));
        return None;
    };
    if let Some(current) = &current
        && current.len() != voltage.len()
    {
        let found = format!("{} files of current for {} of voltage", current.len(), voltage.len());
        section.mistake_at("current", found, Some("name one file of current for each file of voltage"));
        return None;
    }
    let all = |files: &[String]| files.iter().map(|file| locate(file, base)).collect::<Result<Vec<_>, _>>();
    let read = || {
        let current = current.as_deref().map(all).transpose()?;
        files::from_waves(&all(&voltage)?, current.as_deref())
    };
    common.apply(section, read())
}

fn read_atf(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the ATF file").text();
    let choice = channels(section);
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_atf(&path, &files::read_bytes(&path)?, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_mat(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the MATLAB file").text();
    let choice = arrays(section, "variable");
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_mat(&path, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_npz(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the NumPy archive").text();
    let choice = arrays(section, "array");
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_npz(&path, &files::read_bytes(&path)?, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_nwb(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the NWB file").text();
    let electrode = section.key("electrode", "name of the electrode; the first if not given").text_maybe();
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let choice = nwb::Choice { electrode: electrode.as_deref(), sweeps: common.sweeps.as_deref() };
    let read = |path: PathBuf| files::from_nwb(&path, choice);
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_wavesurfer(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the WaveSurfer file").text();
    let choice = channels(section);
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_wavesurfer(&path, &choice, common.sweeps.as_deref());
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_wfdb(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the header (.hea)").text();
    let choice = channels(section);
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| files::from_wfdb(&path, &files::read_bytes(&path)?, &choice);
    common.apply(section, locate(&file, base).and_then(read))
}

/// The arrays of time, voltage and current; `one`: what an array is called in this format.
fn arrays(section: &Section<'_>, one: &str) -> arrays::Choice {
    arrays::Choice {
        time: column(section, one, "time", "array of the time"),
        voltage: column(section, one, "voltage", "array of the voltage"),
        current: column(section, one, "current", "array of the current"),
    }
}

/// A channel by name or number.
fn pick(section: &Section<'_>, name: &str, help: &'static str) -> Option<Pick> {
    let node = section.key(name, help).node_maybe()?;
    match &node.value {
        Value::Text(text) => Some(Pick::Name(text.clone())),
        Value::Integer(number) if *number >= 0 => usize::try_from(*number).ok().map(Pick::Number),
        other @ (Value::Integer(_) | Value::Float(_) | Value::Flag(_) | Value::List(_) | Value::Table(_)) => {
            let message = format!("expected the name or number of a channel, found {}", other.describe());
            section.mistake_at(name, message, None);
            None
        }
    }
}

/// The channels of voltage and current.
fn channels(section: &Section<'_>) -> Choice {
    Choice {
        voltage: pick(section, "voltage_channel", "name or number of the channel that measures the voltage"),
        current: pick(section, "current_channel", "name or number of the channel that measures the current"),
    }
}

/// `{ column = "v", unit = "mV" }`; `one`: what a column is called in this format.
fn column(section: &Section<'_>, one: &str, name: &str, help: &'static str) -> Option<ColumnChoice> {
    let table = section.table(name, help);
    if !section.has(name) && !section.is_listening() {
        return None;
    }
    let column = table.key(one, "its name").text();
    let unit = table.key("unit", "its unit, if the name does not end in it").text_maybe();
    table.finish();
    (!column.is_empty()).then_some(ColumnChoice { column, unit })
}
