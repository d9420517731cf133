//! Samples at the times of a table become samples at equal times.

use thiserror::Error;

use super::{Current, Sweep};
use crate::units::Unit;

/// Times that make no sweep.
#[derive(Debug, PartialEq, Error)]
pub enum SamplingError {
    /// A sweep has a single sample.
    #[error("sweep \"{sweep}\" has {rows} row{}, expected at least 2", if *.rows == 1 { "" } else { "s" })]
    ShortSweep {
        /// Its name.
        sweep: String,
        /// Its samples.
        rows: usize,
    },
    /// Time stands still or runs backwards, or is no number.
    #[error(
        "time goes from {from_ms} ms to {to_ms} ms at sample {sample} of sweep \"{sweep}\", expected it to increase"
    )]
    TimeDecreases {
        /// The sweep.
        sweep: String,
        /// Number of the sample, from 0.
        sample: usize,
        /// The time before.
        from_ms: f64,
        /// Its time.
        to_ms: f64,
    },
    /// Interpolation would make the sweep many times longer.
    #[error(
        "the finest interval is {finest_ms} ms in a sweep of {duration_ms} ms with {rows} rows; sample it more evenly"
    )]
    TooUneven {
        /// Shortest interval.
        finest_ms: f64,
        /// Duration of the sweep.
        duration_ms: f64,
        /// Samples of the sweep.
        rows: usize,
    },
}

/// Samples of one sweep, at the times at which the table has them.
#[derive(Default)]
pub(super) struct Samples {
    pub(super) name: String,
    pub(super) times_ms: Vec<f64>,
    pub(super) voltage_mv: Vec<f64>,
    pub(super) current: Vec<f64>,
}

impl Samples {
    pub(super) fn into_sweep(
        self,
        unit: Option<Unit>,
        notes: &mut Vec<String>,
    ) -> Result<Sweep, SamplingError> {
        let rows = self.times_ms.len();
        let (Some(first), Some(last), true) = (self.times_ms.first(), self.times_ms.last(), rows >= 2) else {
            return Err(SamplingError::ShortSweep { sweep: self.name, rows });
        };
        let (first_ms, duration_ms) = (*first, last - first);
        self.check_increases()?;
        if first_ms.abs() > 0.0 {
            notes.push(format!("sweep {}: time 0 is {first_ms} ms of the file", self.name));
        }
        let interval_ms = duration_ms / (rows - 1) as f64;
        if is_even(&self.times_ms, interval_ms) {
            let current = unit.map(|unit| Current { values: self.current, unit });
            return Ok(Sweep { name: self.name, interval_ms, voltage_mv: self.voltage_mv, current });
        }
        let interval_ms = finest(&self.times_ms);
        // A thousand samples between two rows would be invented, not measured.
        if !(duration_ms / interval_ms <= 1000.0 * rows as f64) {
            return Err(SamplingError::TooUneven { finest_ms: interval_ms, duration_ms, rows });
        }
        notes.push(format!(
            "sweep {}: sampled at unequal times, interpolated linearly every {interval_ms} ms",
            self.name
        ));
        let count = (duration_ms / interval_ms + 1e-6).floor() as usize + 1;
        let on_grid = |values: &[f64]| interpolate(&self.times_ms, values, interval_ms, count);
        let voltage_mv = on_grid(&self.voltage_mv);
        let current = unit.map(|unit| Current { values: on_grid(&self.current), unit });
        Ok(Sweep { name: self.name, interval_ms, voltage_mv, current })
    }
}

impl Samples {
    fn check_increases(&self) -> Result<(), SamplingError> {
        // A time that is no number fails the comparison, too.
        let is_later = |pair: &[f64]| pair[1] > pair[0] && (pair[1] - pair[0]).is_finite();
        match self.times_ms.windows(2).position(|pair| !is_later(pair)) {
            None => Ok(()),
            Some(place) => Err(SamplingError::TimeDecreases {
                sweep: self.name.clone(),
                sample: place + 1,
                from_ms: self.times_ms[place],
                to_ms: self.times_ms[place + 1],
            }),
        }
    }
}

/// Whether every time is within a twentieth of an interval of an even grid: times are written with few digits.
fn is_even(times_ms: &[f64], interval_ms: f64) -> bool {
    times_ms
        .iter()
        .enumerate()
        .all(|(i, time)| (time - times_ms[0] - i as f64 * interval_ms).abs() <= 0.05 * interval_ms)
}

/// The shortest interval, without the rounding error that subtracting decimals leaves.
fn finest(times_ms: &[f64]) -> f64 {
    let shortest = times_ms.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let rounded = (shortest * 1e9).round() / 1e9;
    if rounded > 0.0 { rounded } else { shortest }
}

/// The values at `count` times, `interval_ms` apart, from the first time on.
fn interpolate(times_ms: &[f64], values: &[f64], interval_ms: f64, count: usize) -> Vec<f64> {
    let mut after = 1;
    (0..count)
        .map(|i| {
            let time = times_ms[0] + i as f64 * interval_ms;
            while after + 1 < times_ms.len() && times_ms[after] < time {
                after += 1;
            }
            let (from, to) = (times_ms[after - 1], times_ms[after]);
            let share = ((time - from) / (to - from)).clamp(0.0, 1.0);
            values[after - 1] + share * (values[after] - values[after - 1])
        })
        .collect()
}
