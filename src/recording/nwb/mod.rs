//! Neurodata Without Borders 2: current clamp as DANDI, Allen, MIES and `PyNWB` write it.
//!
//! Every `CurrentClampSeries` of `/acquisition` is a sweep; its current is the stimulus that the file pairs
//! with it. Description: <https://nwb-schema.readthedocs.io/en/latest/format.html#icephys>

mod about;
mod pairing;
mod series;

use hdf5_reader::Hdf5File;
use thiserror::Error;

pub(super) use self::about::about;
use self::pairing::{Pair, Stretch, pairs};
use self::series::{Series, Timing, all_series};
use super::hdf5::{self, Hdf5Error};
use super::sampling::{Samples, SamplingError};
use super::{Current, Sweep};
use crate::units::Unit;

/// What is wrong with an NWB file, or with the choice of its electrode.
#[derive(Debug, Error)]
pub enum NwbError {
    /// The file is something else.
    #[error("expected an NWB file, but the HDF5 file has no attribute \"nwb_version\"; is `kind` right?")]
    OtherFormat,
    /// NWB 1 has another layout.
    #[error("expected NWB version 2, found {found}; convert it or export the sweeps as CSV")]
    Version {
        /// The version of the file.
        found: String,
    },
    /// The HDF5 file itself cannot be read.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// There is no current clamp.
    #[error("expected a CurrentClampSeries in /acquisition, found {found}; only current clamp can be fitted")]
    NoCurrentClamp {
        /// How many series of which types there are.
        found: String,
    },
    /// No electrode has this name.
    #[error("no electrode \"{asked}\" with current clamp; the file has {known}")]
    UnknownElectrode {
        /// The name.
        asked: String,
        /// All names.
        known: String,
    },
    /// A series lacks a part.
    #[error("the series \"{series}\" has no {what}, which NWB requires")]
    Missing {
        /// Its name.
        series: String,
        /// The part.
        what: &'static str,
    },
    /// The samples of a series are not one after the other.
    #[error("expected one dimension with at least 2 samples in \"{series}\", found the shape {shape:?}")]
    Shape {
        /// Its name.
        series: String,
        /// Its dimensions.
        shape: Vec<u64>,
    },
    /// The unit is that of something else.
    #[error("expected the data of \"{series}\" in {expected}, found the unit \"{found}\"")]
    OtherUnit {
        /// Its name.
        series: String,
        /// What was needed.
        expected: &'static str,
        /// The unit.
        found: String,
    },
    /// A number that scales data or time is impossible.
    #[error("the {what} of \"{series}\" is {found}, expected a finite number{}", if *.is_positive { " above 0" } else { "" })]
    Scale {
        /// The series.
        series: String,
        /// Which number.
        what: &'static str,
        /// The number.
        found: f64,
        /// Whether it must be positive.
        is_positive: bool,
    },
    /// The times of the samples cannot be used.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
}

impl NwbError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        if matches!(self, NwbError::UnknownElectrode { .. }) { "electrode" } else { "file" }
    }
}

/// Which sweeps to read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choice<'c> {
    /// The electrode; the first one if not given.
    pub(super) electrode: Option<&'c str>,
    /// Numbers of the sweeps whose samples are needed; the others come without samples.
    pub(super) sweeps: Option<&'c [usize]>,
}

/// Whether the file says that it is NWB.
pub(super) fn is_nwb(file: &Hdf5File) -> bool {
    version(file).is_some()
}

fn version(file: &Hdf5File) -> Option<String> {
    let root = file.root_group().ok()?;
    // NWB 1 kept it in a dataset.
    hdf5::text_of(&root, "nwb_version").or_else(|| root.dataset("nwb_version").ok()?.read_string().ok())
}

/// All sweeps of an electrode, and what was decided on the way.
pub(super) fn read(file: &Hdf5File, choice: Choice<'_>) -> Result<(Vec<Sweep>, Vec<String>), NwbError> {
    let found = version(file).ok_or(NwbError::OtherFormat)?;
    let digits = found.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    if !digits.starts_with('2') {
        return Err(NwbError::Version { found });
    }
    let mut notes = Vec::new();
    let responses = responses(file, choice.electrode, &mut notes)?;
    let stimuli = all_series(file, "/stimulus/presentation", "CurrentClampStimulusSeries")?.0;
    let pairs = pairs(file, &responses, &stimuli, &mut notes);
    note_bias(&pairs, &mut notes);
    let mut sweeps = Vec::with_capacity(pairs.len());
    for (i, pair) in pairs.iter().enumerate() {
        sweeps.push(if choice.sweeps.is_none_or(|wanted| wanted.contains(&i)) {
            sweep(pair, &mut notes)?
        } else {
            // Large files hold many sweeps of which few are fitted.
            Sweep {
                name: pair.response.name.clone(),
                interval_ms: 1.0,
                voltage_mv: Vec::new(),
                current: None,
            }
        });
    }
    Ok((sweeps, notes))
}

/// The current clamp of the chosen electrode, in order.
fn responses(
    file: &Hdf5File,
    electrode: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Vec<Series>, NwbError> {
    let (mut responses, found) = all_series(file, "/acquisition", "CurrentClampSeries")?;
    if responses.is_empty() {
        return Err(NwbError::NoCurrentClamp { found });
    }
    responses.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut electrodes: Vec<&str> = Vec::new();
    for response in &responses {
        if !electrodes.contains(&response.electrode.as_str()) {
            electrodes.push(&response.electrode);
        }
    }
    let known = electrodes.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let chosen = match electrode {
        Some(asked) if !electrodes.contains(&asked) => {
            return Err(NwbError::UnknownElectrode { asked: asked.to_owned(), known });
        }
        Some(asked) => asked.to_owned(),
        None => electrodes[0].to_owned(),
    };
    if electrodes.len() > 1 {
        notes.push(format!("electrode \"{chosen}\" of {known}; another one is chosen with `electrode`"));
    }
    responses.retain(|response| response.electrode == chosen);
    Ok(responses)
}

/// The bias is injected by the amplifier besides the stimulus, and not every laboratory counts it in.
fn note_bias(pairs: &[Pair<'_>], notes: &mut Vec<String>) {
    let to_pa = |bias_a: f64| Unit::Picoamp.factor_from("A").map_or(0.0, |factor| factor.apply(bias_a));
    let biases = pairs.iter().filter_map(|pair| pair.response.bias_current_a).map(to_pa);
    let (low, high) = biases
        .filter(|bias| bias.is_finite())
        .fold((0.0_f64, 0.0_f64), |(low, high), bias| (low.min(bias), high.max(bias)));
    if low < 0.0 || high > 0.0 {
        notes.push(format!("the bias current ({low} to {high} pA) is not added to the stimulus"));
    }
}

fn sweep(pair: &Pair<'_>, notes: &mut Vec<String>) -> Result<Sweep, NwbError> {
    let Pair { response, stretch, stimulus } = pair;
    let mut voltage_mv = response.values(*stretch, Unit::Millivolt, "volts")?;
    let recorded = voltage_mv.len();
    // Acquisition that was stopped early leaves a tail that is not a number.
    while voltage_mv.last().is_some_and(|value| value.is_nan()) {
        voltage_mv.pop();
    }
    if voltage_mv.len() < recorded {
        let tail = recorded - voltage_mv.len();
        notes.push(format!(
            "sweep {}: {tail} samples at the end are no numbers and were left out",
            response.name
        ));
    }
    if voltage_mv.len() < 2 {
        return Err(NwbError::Shape { series: response.name.clone(), shape: vec![voltage_mv.len() as u64] });
    }
    let current = match stimulus {
        Some((stimulus, stretch)) => current(response, stimulus, *stretch, voltage_mv.len(), notes)?,
        None => None,
    };
    let name = response.name.clone();
    let times_ms = match &response.timing {
        Timing::Rate(interval_ms) => {
            return Ok(Sweep { name, interval_ms: *interval_ms, voltage_mv, current });
        }
        Timing::Times(_) => response.times_ms(*stretch, voltage_mv.len())?,
    };
    // Time 0 of a sweep is its first sample.
    let first_ms = times_ms.first().copied().unwrap_or(0.0);
    let times_ms = times_ms.into_iter().map(|time_ms| time_ms - first_ms).collect();
    let unit = current.as_ref().map(|current| current.unit);
    let current = current.map(|current| current.values).unwrap_or_default();
    Ok(Samples { name, times_ms, voltage_mv, current }.into_sweep(unit, notes)?)
}

/// The stimulus, if it was sampled like the response and is at least as long.
fn current(
    response: &Series,
    stimulus: &Series,
    stretch: Stretch,
    samples: usize,
    notes: &mut Vec<String>,
) -> Result<Option<Current>, NwbError> {
    let mut none = |why: String| {
        notes.push(format!("sweep {}: no current: stimulus \"{}\" {why}", response.name, stimulus.name));
        Ok(None)
    };
    if let (Timing::Rate(voltage_ms), Timing::Rate(current_ms)) = (&response.timing, &stimulus.timing)
        // Rates are written with few digits.
        && (voltage_ms - current_ms).abs() > 1e-6 * voltage_ms
    {
        return none(format!("has a sample every {current_ms} ms, the voltage every {voltage_ms} ms"));
    }
    let mut values = stimulus.values(stretch, Unit::Picoamp, "amperes")?;
    if values.len() < samples {
        return none(format!("has {} samples, the voltage {samples}", values.len()));
    }
    values.truncate(samples);
    Ok(Some(Current { values, unit: Unit::Picoamp }))
}
