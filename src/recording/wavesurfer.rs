//! `WaveSurfer` (Janelia): HDF5 with the counts of the analogue channels, one group for each sweep.
//!
//! value = polynomial(counts) / scale of the channel, in its unit. Description:
//! <https://github.com/JaneliaSciComp/Wavesurfer> and its reader for Python, `pywavesurfer`.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File};
use thiserror::Error;

use super::channels::{self, ChannelError, Choice, Chosen, Label};
use super::hdf5::{self, Hdf5Error};
use super::{About, Current, Sweep};

/// What is wrong with a `WaveSurfer` file, or with the choice of its channels.
#[derive(Debug, Error)]
pub enum WaveSurferError {
    /// The HDF5 file itself cannot be read.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// The header lacks a number.
    #[error("expected a WaveSurfer file, but the header has no \"{what}\"; is `kind` right?")]
    Missing {
        /// Its name.
        what: &'static str,
    },
    /// A number of the header is impossible.
    #[error("the header is corrupt: {what} is {found}")]
    Corrupt {
        /// Which number.
        what: &'static str,
        /// The number.
        found: String,
    },
    /// There are no samples.
    #[error("expected groups such as \"sweep_0001\" with \"analogScans\", found {found}")]
    NoSweeps {
        /// The groups of the file.
        found: String,
    },
    /// The samples of a sweep do not fit the channels.
    #[error("expected {channels} channels with at least 2 samples in \"{sweep}\", found the shape {shape:?}")]
    Shape {
        /// The sweep.
        sweep: String,
        /// Channels that are switched on.
        channels: usize,
        /// Dimensions of the samples.
        shape: Vec<u64>,
    },
    /// A channel cannot be used.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

impl WaveSurferError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        if let WaveSurferError::Channel(error) = self { error.option() } else { "file" }
    }
}

/// Names of the header since version 0.97 and before it, where they are in the group `Acquisition`.
const RATE: [&str; 2] = ["AcquisitionSampleRate", "SampleRate"];
const NAMES: [&str; 2] = ["AIChannelNames", "AnalogChannelNames"];
const UNITS: [&str; 2] = ["AIChannelUnits", "AnalogChannelUnits"];
const SCALES: [&str; 2] = ["AIChannelScales", "AnalogChannelScales"];
const ACTIVE: [&str; 2] = ["IsAIChannelActive", "IsAnalogChannelActive"];
const COEFFICIENTS: [&str; 2] = ["AIScalingCoefficients", "AnalogScalingCoefficients"];

/// Whether the file has the header and a sweep of `WaveSurfer`.
pub(super) fn is_wavesurfer(file: &Hdf5File) -> bool {
    file.group("/header").is_ok_and(|header| RATE.iter().any(|name| entry(&header, [name, name]).is_some()))
}

/// A dataset of the header under its newer or its older name.
fn entry(header: &Group, [newer, older]: [&str; 2]) -> Option<Dataset> {
    let newer = header.dataset(newer).ok();
    newer.or_else(|| header.group("Acquisition").ok()?.dataset(older).ok())
}

/// The protocol file, and when the acquisition started.
pub(super) fn about(file: &Hdf5File) -> About {
    const PROTOCOLS: [&str; 2] = ["AbsoluteProtocolFileName", "ProtocolFileName"];
    let mut about = About::default();
    let Ok(header) = file.group("/header") else { return about };
    let text = |name: &str| header.dataset(name).ok()?.read_string().ok();
    if let Some(protocol) = PROTOCOLS.into_iter().find_map(text) {
        about.add_protocol(&protocol);
    }
    if let Ok(start) = header.dataset("ClockAtRunStart")
        && let Ok(numbers) = hdf5::numbers(&start)
        && let [year, month, day, hour, minute, ..] = numbers[..]
    {
        about.describe("started", &format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"));
    }
    about
}

/// The channels that are switched on.
struct Header {
    interval_ms: f64,
    labels: Vec<Label>,
    scales: Vec<f64>,
    /// Of each channel, from the constant on.
    coefficients: Vec<Vec<f64>>,
}

impl Header {
    fn read(file: &Hdf5File) -> Result<Self, WaveSurferError> {
        let header = file.group("/header").map_err(|_| WaveSurferError::Missing { what: "header" })?;
        let find = |names: [&'static str; 2]| {
            entry(&header, names).ok_or(WaveSurferError::Missing { what: names[0] })
        };
        let rate_hz = hdf5::numbers(&find(RATE)?)?.first().copied().unwrap_or(f64::NAN);
        let interval_ms = 1000.0 / rate_hz;
        if !(rate_hz > 0.0 && interval_ms.is_finite() && interval_ms > 0.0) {
            return Err(WaveSurferError::Corrupt { what: RATE[0], found: rate_hz.to_string() });
        }
        let texts = |names| Ok::<_, WaveSurferError>(find(names)?.read_strings().map_err(Hdf5Error::from)?);
        let (names, units) = (texts(NAMES)?, texts(UNITS)?);
        let scales = hdf5::numbers(&find(SCALES)?)?;
        let is_active: Vec<bool> = match entry(&header, ACTIVE) {
            Some(active) => hdf5::numbers(&active)?.iter().map(|number| *number > 0.0).collect(),
            None => vec![true; names.len()],
        };
        let active = || (0..names.len()).filter(|&i| is_active.get(i).copied().unwrap_or(false));
        let label = |i: usize| Label {
            name: names[i].trim().to_owned(),
            unit: units.get(i).map_or("", |unit| unit.trim()).to_owned(),
        };
        let labels: Vec<Label> = active().map(label).collect();
        let coefficients = coefficients(&find(COEFFICIENTS)?, labels.len())?;
        let scales = active().map(|i| scales.get(i).copied().unwrap_or(f64::NAN)).collect();
        Ok(Self { interval_ms, labels, scales, coefficients })
    }

    /// The values of a channel in one sweep.
    fn values(&self, scans: &Dataset, chosen: Chosen) -> Result<Vec<f64>, WaveSurferError> {
        let (scale, coefficients) = (self.scales[chosen.place], &self.coefficients[chosen.place]);
        let is_usable = scale.is_finite() && scale.abs() > 0.0 && coefficients.iter().all(|c| c.is_finite());
        if !is_usable {
            return Err(WaveSurferError::Corrupt { what: SCALES[0], found: scale.to_string() });
        }
        let mut values = hdf5::row(scans, chosen.place as u64)?;
        for value in &mut values {
            let volts = coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * *value + coefficient);
            *value = chosen.factor.apply(volts / scale);
        }
        Ok(values)
    }
}

/// The coefficients of each channel; some versions store them with channels and coefficients exchanged.
fn coefficients(dataset: &Dataset, channels: usize) -> Result<Vec<Vec<f64>>, WaveSurferError> {
    let values = hdf5::numbers(dataset)?;
    let found = || WaveSurferError::Corrupt {
        what: COEFFICIENTS[0],
        found: format!("of shape {:?} for {channels} channels", dataset.shape()),
    };
    let &[rows, columns] = dataset.shape() else { return Err(found()) };
    let (rows, columns) = (rows as usize, columns as usize);
    if rows == channels {
        return Ok((0..channels).map(|i| values[i * columns..(i + 1) * columns].to_vec()).collect());
    }
    if columns == channels {
        return Ok((0..channels).map(|i| (0..rows).map(|k| values[k * columns + i]).collect()).collect());
    }
    Err(found())
}

/// All sweeps, and what was decided on the way. Sweeps that are not `wanted` come without samples.
pub(super) fn read(
    file: &Hdf5File,
    choice: &Choice,
    wanted: Option<&[usize]>,
) -> Result<(Vec<Sweep>, Vec<String>), WaveSurferError> {
    let header = Header::read(file)?;
    let mut notes = Vec::new();
    let (voltage, current) = channels::choose(&header.labels, choice, &mut notes)?;
    let mut groups = file.root_group().and_then(|root| root.groups()).map_err(Hdf5Error::from)?;
    groups.sort_by(|a, b| a.name().cmp(b.name()));
    let found = groups.iter().map(|group| format!("\"{}\"", group.name())).collect::<Vec<_>>().join(", ");
    groups.retain(|group| ["sweep_", "trial_"].iter().any(|start| group.name().starts_with(start)));
    let mut sweeps = Vec::with_capacity(groups.len());
    for (i, group) in groups.iter().enumerate() {
        let name = group.name().to_owned();
        let mut sweep =
            Sweep { name, interval_ms: header.interval_ms, voltage_mv: Vec::new(), current: None };
        if wanted.is_none_or(|wanted| wanted.contains(&i)) {
            let scans = group.dataset("analogScans").map_err(Hdf5Error::from)?;
            let is_fitting = matches!(*scans.shape(), [rows, columns] if rows == header.labels.len() as u64 && columns >= 2);
            if !is_fitting {
                let (channels, shape) = (header.labels.len(), scans.shape().to_vec());
                return Err(WaveSurferError::Shape { sweep: sweep.name, channels, shape });
            }
            sweep.voltage_mv = header.values(&scans, voltage)?;
            if let Some(current) = current {
                let values = header.values(&scans, current)?;
                sweep.current = Some(Current { values, unit: current.unit });
            }
        }
        sweeps.push(sweep);
    }
    if sweeps.is_empty() {
        return Err(WaveSurferError::NoSweeps { found });
    }
    Ok((sweeps, notes))
}
