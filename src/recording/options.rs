//! The options of `[recording]` that every format has.

use std::path::{Path, PathBuf};

use super::{Recording, RecordingError};
use crate::settings::{Section, Value};
use crate::units::Unit;

/// Options that every format has.
pub(super) struct Common {
    pub(super) sweeps: Option<Vec<usize>>,
    junction_potential_mv: Option<f64>,
    start_ms: Option<f64>,
    stop_ms: Option<f64>,
}

const STRICT: &str = "strict";

/// Whether `[recording]` asks that flaws of the recording are mistakes.
pub fn is_strict(section: &Section<'_>) -> bool {
    matches!(section.peek(STRICT).map(|node| &node.value), Some(Value::Flag(true)))
}

/// The file `name`: from the working folder, from the folder of the settings file or from its parent.
pub(super) fn locate(name: &str, base: &Path) -> Result<PathBuf, RecordingError> {
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

impl Common {
    pub(super) fn read(section: &Section<'_>) -> Self {
        section.key(STRICT, "whether flaws of the recording are mistakes").flag_or(false);
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
    pub(super) fn apply(
        &self,
        section: &Section<'_>,
        recording: Result<Recording, RecordingError>,
    ) -> Option<Recording> {
        let names_file = if section.has("file") { "file" } else { "voltage" };
        let note = |error: &RecordingError| {
            section.mistake_at(error.option().unwrap_or(names_file), error.to_string(), None);
        };
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
