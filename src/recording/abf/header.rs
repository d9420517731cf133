//! What both versions of the format say about channels, outputs and samples.

use super::AbfError;
use super::command::Output;
use crate::recording::bytes::Bytes;
use crate::recording::channels::Label;

/// No amplifier has more channels, outputs or epochs; a longer table is a corrupt file.
pub(super) const LONGEST_TABLE: usize = 1024;

/// One piece without a stimulus, and episodes, whose stimulus is known sample by sample.
const GAP_FREE: i16 = 3;
const EPISODIC: i16 = 5;

/// The header, independent of the version.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Acquisition mode; 3 is gap-free, 5 episodic.
    pub(super) mode: i16,
    /// Time between samples of one channel.
    pub(super) interval_ms: f64,
    pub(super) sweeps: usize,
    pub(super) data: Data,
    pub(super) channels: Vec<Channel>,
    pub(super) outputs: Vec<Output>,
}

/// Where the samples of all channels and sweeps are: channels alternate, sweeps follow one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    pub(super) start: usize,
    pub(super) count: usize,
    pub(super) is_float: bool,
}

/// A recorded channel: value = sample · scale + offset, in `unit`.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) scale: f64,
    pub(super) offset: f64,
}

/// The gains and offsets of one channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gains {
    pub(super) range_v: f64,
    pub(super) resolution: f64,
    pub(super) instrument: f64,
    pub(super) signal: f64,
    pub(super) programmable: f64,
    /// Of the amplifier, where it reports its gain.
    pub(super) telegraph: Option<f64>,
    pub(super) instrument_offset: f64,
    pub(super) signal_offset: f64,
}

impl Gains {
    /// The channel whose samples these gains scale.
    pub(super) fn channel(&self, name: String, unit: String) -> Channel {
        // In the order of PyABF, so that rounding is the same.
        let mut scale = 1.0 / self.instrument / self.signal / self.programmable;
        if let Some(telegraph) = self.telegraph {
            scale /= telegraph;
        }
        scale = scale * self.range_v / self.resolution;
        Channel { name, unit, scale, offset: self.instrument_offset - self.signal_offset }
    }
}

impl Header {
    /// Names and units of the channels.
    pub(super) fn labels(&self) -> Vec<Label> {
        let label = |channel: &Channel| Label { name: channel.name.clone(), unit: channel.unit.clone() };
        self.channels.iter().map(label).collect()
    }

    /// Samples of one channel in one sweep.
    pub(super) fn samples(&self) -> usize {
        self.data.count / (self.sweeps * self.channels.len()).max(1)
    }

    /// Whether the recording is one piece without a stimulus.
    pub(super) fn is_gap_free(&self) -> bool {
        self.mode == GAP_FREE
    }

    /// Refuses other modes, and what cannot be true.
    pub(super) fn check(&self, bytes: Bytes<'_>) -> Result<(), AbfError> {
        if ![GAP_FREE, EPISODIC].contains(&self.mode) {
            return Err(AbfError::Mode { found: self.mode });
        }
        if !(self.interval_ms.is_finite() && self.interval_ms > 0.0) {
            return Err(AbfError::corrupt("sampling interval", &self.interval_ms));
        }
        if self.samples() < 2 || self.sweeps == 0 || self.channels.is_empty() {
            return Err(AbfError::NoData { sweeps: self.sweeps, channels: self.channels.len() });
        }
        let width = if self.data.is_float { 4 } else { 2 };
        bytes.slice(self.data.start, self.data.count.saturating_mul(width))?;
        Ok(())
    }

    /// Values of one channel in one sweep.
    pub(super) fn values(
        &self,
        bytes: Bytes<'_>,
        channel: usize,
        sweep: usize,
    ) -> Result<Vec<f64>, AbfError> {
        let Channel { scale, offset, name, .. } = &self.channels[channel];
        let is_scale = scale.is_finite() && offset.is_finite() && *scale != 0.0;
        if !(self.data.is_float || is_scale) {
            return Err(AbfError::BadGain { channel: name.clone() });
        }
        let samples = self.samples();
        let position = |i: usize| (sweep * samples + i) * self.channels.len() + channel;
        (0..samples)
            .map(|i| {
                Ok(if self.data.is_float {
                    bytes.f32(self.data.start + 4 * position(i))?
                } else {
                    f64::from(bytes.i16(self.data.start + 2 * position(i))?) * scale + offset
                })
            })
            .collect()
    }
}
