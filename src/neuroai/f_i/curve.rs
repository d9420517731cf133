//! The curve itself: each current is a long step from rest, and all steps of all cells are one batch.

use super::firing::Firing;
use crate::model::{Grid, Start};
use crate::neuroai::activation::evenly;
use crate::neuroai::{Cells, Constant};
use crate::numeric::Failure;

/// Time between two voltages that are looked at, at the most: a spike is above its threshold for several of them.
const INTERVAL_MS: f64 = 0.1;

/// Long steps of current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiProtocol {
    /// Smallest current, in µA/cm².
    pub from_ua_cm2: f64,
    /// Largest current, in µA/cm².
    pub to_ua_cm2: f64,
    /// Number of intervals between currents: there is one current more.
    pub steps: usize,
    /// Length of a step.
    pub duration_ms: f64,
    /// What is not looked at: the transient at its start.
    pub discard_ms: f64,
    /// Longest time step.
    pub dt_ms: f64,
    /// What a spike crosses from below.
    pub threshold_mv: f64,
}

/// Rates of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct FiCurve {
    /// Currents in growing order, in µA/cm².
    pub currents_ua_cm2: Vec<f64>,
    /// Rate at each, in spikes per second.
    pub rates_hz: Vec<f64>,
}

impl FiProtocol {
    /// Distance between two currents, in µA/cm².
    pub fn step_ua_cm2(&self) -> f64 {
        (self.to_ua_cm2 - self.from_ua_cm2) / self.steps as f64
    }

    /// The lowest rate that two spikes of the window show, in spikes per second.
    pub fn lowest_rate_hz(&self) -> f64 {
        1000.0 / (self.duration_ms - self.discard_ms)
    }

    /// The curve of every cell, by steps from rest; `Err` if a cell fails at one of the currents.
    pub fn curves(&self, cells: &Cells) -> Vec<Result<FiCurve, Failure>> {
        let currents_ua_cm2 = evenly(self.from_ua_cm2, self.to_ua_cm2, self.steps + 1);
        let each = vec![currents_ua_cm2.clone(); cells.len()];
        let curves = self.rates_hz(cells, &each).into_iter();
        curves
            .map(|rates_hz| Ok(FiCurve { currents_ua_cm2: currents_ua_cm2.clone(), rates_hz: rates_hz? }))
            .collect()
    }

    /// Rates of every cell at its own currents; each cell has as many.
    pub(super) fn rates_hz(&self, cells: &Cells, currents: &[Vec<f64>]) -> Vec<Result<Vec<f64>, Failure>> {
        let each = currents.first().map_or(1, Vec::len).max(1);
        let grid = self.grid(self.duration_ms);
        let firing = Firing { threshold_mv: self.threshold_mv, interval_ms: grid.dt_ms * grid.stride as f64 };
        let first = (self.discard_ms / firing.interval_ms).round() as usize;
        let currents = currents.concat();
        let rates = cells.repeated(each).measure(
            |places| self.rest_of(places.len()),
            grid,
            &Constant(&currents),
            |_, trace| firing.rate_hz(&trace[first.min(trace.len())..]),
        );
        rates.chunks(each).map(|own| own.iter().copied().collect()).collect()
    }

    /// At rest without current; a cell without a rest runs freely first.
    pub(super) fn rest_of(&self, cells: usize) -> Start {
        Start::Rest { holding_ua_cm2: vec![0.0; cells], settle_ms: Some(self.duration_ms) }
    }

    pub(super) fn grid(&self, duration_ms: f64) -> Grid {
        // The guard keeps 0.1 / 0.01 from needing eleven steps.
        let stride = (INTERVAL_MS / self.dt_ms * (1.0 - 1e-9)).ceil().max(1.0);
        let interval_ms = INTERVAL_MS.max(self.dt_ms);
        let samples = (duration_ms / interval_ms).round() as usize + 1;
        Grid { dt_ms: interval_ms / stride, stride: stride as usize, samples, still: 0 }
    }
}

impl FiCurve {
    /// The points of the currents from `from` to `to`, both included.
    pub fn within(&self, from: f64, to: f64) -> (Vec<f64>, Vec<f64>) {
        let points = self.currents_ua_cm2.iter().zip(&self.rates_hz);
        points.filter(|(current, _)| (from..=to).contains(*current)).unzip()
    }

    /// The place of the highest rate; the first, if there are several. `None` of a cell that never fires.
    pub fn highest(&self) -> Option<usize> {
        let highest = self.rates_hz.iter().copied().fold(0.0, f64::max);
        self.rates_hz.iter().position(|rate| *rate >= highest && *rate > 0.0)
    }
}
