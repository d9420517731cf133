//! The table `[recording]` of a settings file.

use std::path::{Path, PathBuf};

use super::abf::Pick;
use super::csv::ColumnChoice;
use super::{Recording, RecordingError, abf, csv};
use crate::settings::{Entry, Section, Value, find};
use crate::units::Unit;

/// Reads the recording that a section describes; relative names also start from the folder given. Mistakes
/// are noted and give `None`, and so does a listening section, for which no file is touched.
pub type Format = fn(&Section<'_>, &Path) -> Option<Recording>;

/// The formats that a settings file can name.
pub const FORMATS: &[Entry<Format>] = &[
    Entry { name: "abf", summary: "Axon binary format 1 and 2, episodic current clamp", build: read_abf },
    Entry {
        name: "csv",
        summary: "table of text with columns for time, voltage and current",
        build: read_csv,
    },
    Entry { name: "ibw", summary: "Igor binary waves, one file per sweep and channel", build: read_ibw },
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

/// Options that every format has.
struct Common {
    sweeps: Option<Vec<usize>>,
    junction_potential_mv: Option<f64>,
    start_ms: Option<f64>,
    stop_ms: Option<f64>,
}

fn read_abf(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the ABF file").text();
    let voltage = pick(section, "voltage_channel", "name or number of the channel that measures the voltage");
    let current = pick(section, "current_channel", "name or number of the channel that measures the current");
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| {
        let bytes = super::read_bytes(&path)?;
        super::from_abf(&path, &bytes, &abf::Choice { voltage, current })
    };
    common.apply(section, locate(&file, base).and_then(read))
}

fn read_csv(section: &Section<'_>, base: &Path) -> Option<Recording> {
    let file = section.key("file", "the table").text();
    let choice = csv::Choice {
        time: column(section, "time", "column of the time"),
        voltage: column(section, "voltage", "column of the voltage"),
        current: column(section, "current", "column of the current"),
        sweep: section.key("sweep", "column that names the sweep of each row").text_maybe(),
    };
    let common = Common::read(section);
    if section.is_listening() || file.is_empty() {
        return None;
    }
    let read = |path: PathBuf| {
        let bytes = super::read_bytes(&path)?;
        super::from_csv(&path, &bytes, &choice)
    };
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
        super::from_waves(&all(&voltage)?, current.as_deref())
    };
    common.apply(section, read())
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

/// `{ column = "v", unit = "mV" }`
fn column(section: &Section<'_>, name: &str, help: &'static str) -> Option<ColumnChoice> {
    let table = section.table(name, help);
    if !section.has(name) && !section.is_listening() {
        return None;
    }
    let column = table.key("column", "its header").text();
    let unit = table.key("unit", "its unit, if the header does not end in it").text_maybe();
    table.finish();
    (!column.is_empty()).then_some(ColumnChoice { column, unit })
}

/// The file `name`: from the working folder, from the folder of the settings file or from its parent.
fn locate(name: &str, base: &Path) -> Result<PathBuf, RecordingError> {
    let mut tried = vec![PathBuf::from(name)];
    for folder in [Some(base), base.parent()].into_iter().flatten() {
        let path = folder.join(name);
        if !tried.contains(&path) {
            tried.push(path);
        }
    }
    match tried.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(RecordingError::NotFound { name: name.to_owned(), tried }),
    }
}

impl RecordingError {
    /// The option that mends it.
    fn option(&self, section: &Section<'_>) -> &'static str {
        match self {
            RecordingError::Abf { reason, .. } => reason.option(),
            RecordingError::Csv { reason, .. } => reason.option(),
            RecordingError::OtherSampling { .. } => "current",
            RecordingError::NotFound { .. }
            | RecordingError::Unreadable { .. }
            | RecordingError::UnknownFormat { .. }
            | RecordingError::Ibw { .. }
            | RecordingError::NotFinite { .. } => {
                if section.has("file") {
                    "file"
                } else {
                    "voltage"
                }
            }
        }
    }
}

impl Common {
    fn read(section: &Section<'_>) -> Self {
        let sweeps = section.key("sweeps", "numbers of the sweeps to use, from 0; all if not given");
        let junction_potential = section.key(
            "junction_potential",
            "liquid junction potential, subtracted from the voltage; 0 mV if it was already, or is not known",
        );
        Self {
            sweeps: sweeps.counts_maybe(),
            junction_potential_mv: junction_potential.between(-100.0, 100.0).quantity_maybe(Unit::Millivolt),
            start_ms: section
                .key("start", "leave out what is before; time 0 is then here")
                .between(0.0, f64::INFINITY)
                .quantity_maybe(Unit::Millisecond),
            stop_ms: section
                .key("stop", "leave out what is after, counted from the start of the file's sweep")
                .positive()
                .quantity_maybe(Unit::Millisecond),
        }
    }

    /// What these options leave of the recording.
    fn apply(
        &self,
        section: &Section<'_>,
        recording: Result<Recording, RecordingError>,
    ) -> Option<Recording> {
        let note =
            |error: &RecordingError| section.mistake_at(error.option(section), error.to_string(), None);
        let mut recording = recording.map_err(|error| note(&error)).ok()?;
        self.select(section, &mut recording)?;
        self.crop(section, &mut recording)?;
        if let Some(junction_potential_mv) = self.junction_potential_mv {
            let voltages = recording.sweeps.iter_mut().flat_map(|sweep| &mut sweep.voltage_mv);
            voltages.for_each(|voltage| *voltage -= junction_potential_mv);
            let text = format!("junction potential of {junction_potential_mv} mV subtracted");
            recording.notes.push(text);
        }
        recording.check_finite().map_err(|error| note(&error)).ok()?;
        Some(recording)
    }

    /// Keeps the sweeps that were asked for, in the order asked for.
    fn select(&self, section: &Section<'_>, recording: &mut Recording) -> Option<()> {
        let Some(asked) = &self.sweeps else { return Some(()) };
        let count = recording.sweeps.len();
        let mut kept: Vec<usize> = Vec::new();
        for &sweep in asked {
            let help = match count {
                1 => "the recording has one sweep, number 0".to_owned(),
                _ => format!("the recording has {count} sweeps, numbers 0 to {}", count - 1),
            };
            if sweep >= count {
                let message = format!("sweep {sweep} does not exist");
                section.mistake_at("sweeps", message, Some(&help));
                return None;
            }
            if kept.contains(&sweep) {
                section.mistake_at("sweeps", format!("sweep {sweep} is named twice"), Some("name it once"));
                return None;
            }
            kept.push(sweep);
        }
        if kept.is_empty() {
            section.mistake_at("sweeps", "`sweeps` names no sweep", Some("leave it out to use all"));
            return None;
        }
        recording.sweeps = kept.iter().map(|&sweep| recording.sweeps[sweep].clone()).collect();
        recording.notes.push(format!("sweeps {kept:?} of {count}"));
        Some(())
    }

    /// Keeps the samples from `start` (included) to `stop` (excluded), each rounded to the nearest sample.
    fn crop(&self, section: &Section<'_>, recording: &mut Recording) -> Option<()> {
        if self.start_ms.is_none() && self.stop_ms.is_none() {
            return Some(());
        }
        for sweep in &mut recording.sweeps {
            let count = sweep.voltage_mv.len();
            let place = |time_ms: f64| (time_ms / sweep.interval_ms).round() as usize;
            let start = self.start_ms.map_or(0, place);
            let stop = self.stop_ms.map_or(count, place);
            let problem = if stop > count {
                Some(("stop", "is after its end"))
            } else if stop.saturating_sub(start) < 2 {
                Some(if self.start_ms.is_some() {
                    ("start", "leaves nothing")
                } else {
                    ("stop", "leaves nothing")
                })
            } else {
                None
            };
            if let Some((option, what)) = problem {
                let duration_ms = count as f64 * sweep.interval_ms;
                let message = format!("`{option}` {what}: sweep {} lasts {duration_ms} ms", sweep.name);
                section.mistake_at(option, message, Some("times are counted from the start of the sweep"));
                return None;
            }
            sweep.voltage_mv = sweep.voltage_mv[start..stop].to_vec();
            if let Some(current) = &mut sweep.current {
                current.values = current.values[start..stop].to_vec();
            }
        }
        let edge =
            |time_ms: Option<f64>, whole: &str| time_ms.map_or(whole.to_owned(), |t| format!("{t} ms"));
        let kept = format!("kept {} to {}", edge(self.start_ms, "the start"), edge(self.stop_ms, "the end"));
        recording.notes.push(kept);
        Some(())
    }
}
