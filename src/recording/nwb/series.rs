//! One time series of an NWB file: value = data · conversion + offset, in its unit.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File};

use super::NwbError;
use super::pairing::Stretch;
use crate::recording::hdf5::{self, Hdf5Error};
use crate::units::{Factor, Unit};

/// A series; its samples are still in the file.
pub(super) struct Series {
    pub(super) name: String,
    /// Where the file keeps it, as references name it.
    pub(super) address: u64,
    pub(super) electrode: String,
    pub(super) sweep_number: Option<u64>,
    pub(super) bias_current_a: Option<f64>,
    pub(super) timing: Timing,
    data: Dataset,
    unit: String,
    conversion: f64,
    offset: f64,
}

/// When the samples were taken.
pub(super) enum Timing {
    /// Every so many ms.
    Rate(f64),
    /// At the times in a dataset, in s.
    Times(Box<Dataset>),
}

/// The series of type `wanted` in the group `path`, and a list of all types that are there.
pub(super) fn all_series(
    file: &Hdf5File,
    path: &str,
    wanted: &str,
) -> Result<(Vec<Series>, String), NwbError> {
    let Ok(folder) = file.group(path) else { return Ok((Vec::new(), "nothing".to_owned())) };
    let electrodes = file.group("/general/intracellular_ephys").ok();
    let mut series = Vec::new();
    let mut types: Vec<(String, usize)> = Vec::new();
    for group in folder.groups().map_err(Hdf5Error::from)? {
        let kind =
            hdf5::text_of(&group, "neurodata_type").unwrap_or_else(|| "group without a type".to_owned());
        match types.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => types.push((kind.clone(), 1)),
        }
        if kind == wanted {
            series.push(Series::open(&group, electrodes.as_ref())?);
        }
    }
    let found = types.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ");
    Ok((series, if found.is_empty() { "nothing".to_owned() } else { found }))
}

impl Series {
    fn open(group: &Group, electrodes: Option<&Group>) -> Result<Self, NwbError> {
        let name = group.name().to_owned();
        let missing = |what| NwbError::Missing { series: name.clone(), what };
        let data = group.dataset("data").map_err(|_| missing("dataset \"data\""))?;
        let number = |attribute: &str| data.attribute(attribute).ok()?.read_as_f64().ok();
        let unit = data.attribute("unit").ok().and_then(|unit| unit.read_string().ok());
        let conversion = finite(&name, "conversion", number("conversion").unwrap_or(1.0))?;
        // Files before NWB 2.1 have no offset.
        let offset = finite(&name, "offset", number("offset").unwrap_or(0.0))?;
        let timing = timing(group)?;
        if data.ndim() != 1 || data.shape().iter().any(|&samples| samples < 2) {
            return Err(NwbError::Shape { series: name, shape: data.shape().to_vec() });
        }
        let electrode = group.group("electrode").ok().map(|electrode| {
            let known = electrodes.and_then(|all| all.child_name_by_address(electrode.address()).ok()?);
            known.unwrap_or_else(|| electrode.name().to_owned())
        });
        let bias = group.dataset("bias_current").ok().and_then(|bias| hdf5::numbers(&bias).ok());
        Ok(Self {
            unit: unit.ok_or_else(|| missing("unit of its data"))?,
            address: group.address(),
            electrode: electrode.unwrap_or_default(),
            sweep_number: hdf5::number_of(group, "sweep_number").map(|number| number as u64),
            bias_current_a: bias.and_then(|bias| bias.first().copied()),
            name,
            timing,
            data,
            conversion,
            offset,
        })
    }

    /// By number of the sweep, then by the numbers in the name, so that 10 comes after 9.
    pub(super) fn order(&self) -> (Option<u64>, Vec<u64>, &str) {
        (self.sweep_number, numbers_in_name(&self.name), &self.name)
    }

    /// The values of a stretch in `unit`.
    pub(super) fn values(
        &self,
        stretch: Stretch,
        unit: Unit,
        expected: &'static str,
    ) -> Result<Vec<f64>, NwbError> {
        let factor = factor(&self.unit, unit).ok_or_else(|| NwbError::OtherUnit {
            series: self.name.clone(),
            expected,
            found: self.unit.clone(),
        })?;
        let mut values = match stretch {
            Stretch::Whole => hdf5::numbers(&self.data)?,
            Stretch::Part { start, count } => hdf5::numbers_in(&self.data, start, count)?,
        };
        for value in &mut values {
            *value = factor.apply(*value * self.conversion + self.offset);
        }
        Ok(values)
    }

    /// The times of the first `count` samples of a stretch.
    pub(super) fn times_ms(&self, stretch: Stretch, count: usize) -> Result<Vec<f64>, NwbError> {
        let start = match stretch {
            Stretch::Whole => 0,
            Stretch::Part { start, .. } => start,
        };
        let count = count as u64;
        match &self.timing {
            Timing::Times(times) if times.ndim() == 1 && times.shape()[0] >= start.saturating_add(count) => {
                let times_s = hdf5::numbers_in(times, start, count)?;
                Ok(times_s.into_iter().map(|time_s| 1000.0 * time_s).collect())
            }
            Timing::Times(times) => Err(NwbError::Shape {
                series: format!("{}/timestamps", self.name),
                shape: times.shape().to_vec(),
            }),
            Timing::Rate(interval_ms) => Ok((0..count).map(|i| i as f64 * interval_ms).collect()),
        }
    }

    /// How many samples there are.
    pub(super) fn len(&self) -> u64 {
        self.data.shape().first().copied().unwrap_or(0)
    }
}

fn finite(series: &str, what: &'static str, found: f64) -> Result<f64, NwbError> {
    if found.is_finite() {
        return Ok(found);
    }
    Err(NwbError::Scale { series: series.to_owned(), what, found, is_positive: false })
}

fn timing(group: &Group) -> Result<Timing, NwbError> {
    let series = || group.name().to_owned();
    if let Ok(times) = group.dataset("timestamps") {
        return Ok(Timing::Times(Box::new(times)));
    }
    let missing = |what| NwbError::Missing { series: series(), what };
    let start =
        group.dataset("starting_time").map_err(|_| missing("\"starting_time\" and no \"timestamps\""))?;
    let rate = start.attribute("rate").ok().and_then(|rate| rate.read_as_f64().ok());
    let found: f64 = rate.ok_or_else(|| missing("sampling rate"))?;
    let interval_ms = 1000.0 / found;
    if found > 0.0 && interval_ms.is_finite() && interval_ms > 0.0 {
        return Ok(Timing::Rate(interval_ms));
    }
    Err(NwbError::Scale { series: series(), what: "sampling rate", found, is_positive: true })
}

/// How the unit of a series becomes `unit`; NWB prescribes "volts" and "amperes", and files have others too.
fn factor(found: &str, unit: Unit) -> Option<Factor> {
    const WORDS: [(&str, &[&str]); 2] =
        [("V", &["volts", "volt"]), ("A", &["amperes", "ampere", "amps", "amp"])];
    const PREFIXES: [(&str, &str); 5] =
        [("", ""), ("milli", "m"), ("micro", "u"), ("nano", "n"), ("pico", "p")];
    let lower = found.trim().to_lowercase();
    for (symbol, words) in WORDS {
        for (long, short) in PREFIXES {
            if lower.strip_prefix(long).is_some_and(|word| words.contains(&word)) {
                return unit.factor_from(&format!("{short}{symbol}"));
            }
        }
    }
    unit.factor_from(found.trim())
}

/// The runs of digits in a name: `data_00012_AD0` has 12 and 0.
pub(super) fn numbers_in_name(name: &str) -> Vec<u64> {
    let runs = name.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
    runs.map(|run| run.parse().unwrap_or(u64::MAX)).collect()
}
