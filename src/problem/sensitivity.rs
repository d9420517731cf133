//! How the voltage changes with every inferred parameter.

use rayon::prelude::*;

use super::experiment::ExperimentSweep;
use super::parameters::cell;
use super::simulation::{Batch, Lane, Simulation};
use crate::model::{Direction, Drive, Sensitive, StimulusDrive};
use crate::numeric::{Failure, Natural, Rows, Streams};

/// A simulated voltage and its slopes.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The voltage at each sample, in mV.
    pub voltage_mv: Vec<f64>,
    /// For each parameter the slope of the voltage at each sample, in mV per unit of the parameter.
    pub slopes: Vec<Vec<f64>>,
}

/// Lanes of a simulation with slopes.
const LANES: usize = 8;

/// A number moves by this part of itself for the slope of the injected current. The current is linear in all numbers
/// but the area, for which the error is the square of it.
const NUDGE: f64 = 1e-5;

impl Simulation {
    /// Voltage and slopes of one sweep for every parameter set; `Err` says why a simulation failed.
    /// `None` if the scheme has no sensitivities, or channels open at random.
    pub fn sensitivities(
        &self,
        sweeps: &[ExperimentSweep],
        sweep: usize,
        sets: &Rows<Natural>,
        streams: Streams,
    ) -> Option<Vec<Result<Sensitivity, Failure>>> {
        if !self.channel_noise.is_empty() {
            return None;
        }
        let batch = Batch { sweeps, sets, streams, call: 0 };
        let lanes: Vec<Lane> = (0..sets.len()).map(|row| Lane { row, sweep }).collect();
        let lots: Vec<&[Lane]> = lanes.chunks(LANES).collect();
        let outcomes: Option<Vec<Vec<_>>> =
            lots.par_iter().map(|lanes| self.with_slopes(batch, lanes)).collect();
        Some(outcomes?.into_iter().flatten().collect())
    }

    fn with_slopes(&self, batch: Batch<'_>, own: &[Lane]) -> Option<Vec<Result<Sensitivity, Failure>>> {
        // Spare lanes repeat the last one.
        let lanes: Vec<Lane> = (0..LANES).map(|index| own[index.min(own.len() - 1)]).collect();
        let grid = self.grid(&batch.sweeps[lanes[0].sweep]);
        let lot = self.lot(batch, &lanes);
        let capacitance = self.each(batch, &lanes, cell::C_M);
        let mut drive = self.drive(batch, &lanes, grid.dt_ms);
        let start = self.start(batch, &lanes, &drive);
        let columns = batch.sets.columns();
        let moved: Vec<[Rows<Natural>; 2]> =
            (0..columns).map(|column| [-1.0, 1.0].map(|sign| nudged(batch.sets, column, sign))).collect();
        let mut directions: Vec<Direction<'_>> = moved
            .iter()
            .enumerate()
            .map(|(column, moved)| self.direction(batch, &lanes, column, moved, grid.dt_ms))
            .collect();
        let mut traces = vec![0.0; LANES * grid.samples];
        let mut slopes = vec![0.0; columns * LANES * grid.samples];
        let sensitive = Sensitive {
            lot: &lot,
            capacitance: &capacitance,
            start: &start,
            grid,
            drive: &mut drive,
            directions: &mut directions,
        };
        let failures = self.membrane.sensitivities(sensitive, &mut traces, &mut slopes)?;
        let offset = self.cell(cell::VOLTAGE_OFFSET);
        let outcome = |index: usize| {
            if let Some(failure) = failures[index] {
                return Err(failure);
            }
            let of = |values: &[f64], at: usize, added: f64| -> Vec<f64> {
                values[at * grid.samples..(at + 1) * grid.samples].iter().map(|v| v + added).collect()
            };
            let set = batch.sets.row(own[index].row);
            let with_offset = |column| if offset.column == Some(column) { 1.0 } else { 0.0 };
            Ok(Sensitivity {
                voltage_mv: of(&traces, index, offset.of(set)),
                slopes: (0..columns)
                    .map(|column| of(&slopes, column * LANES + index, with_offset(column)))
                    .collect(),
            })
        };
        Some((0..own.len()).map(outcome).collect())
    }

    /// What changes with one column of the parameter sets.
    fn direction<'a>(
        &self,
        batch: Batch<'a>,
        lanes: &[Lane],
        column: usize,
        moved: &'a [Rows<Natural>; 2],
        dt_ms: f64,
    ) -> Direction<'a> {
        let own = self.membrane.parameters().len();
        let place = self.slots.iter().position(|slot| slot.column == Some(column));
        let is = |number: usize| if place == Some(own + number) { 1.0 } else { 0.0 };
        let drive = |sets| self.drive(Batch { sets, ..batch }, lanes, dt_ms);
        let [below, above] = [drive(&moved[0]), drive(&moved[1])];
        let per_unit: Vec<f64> = lanes
            .iter()
            .map(|lane| 1.0 / (moved[1].row(lane.row)[column] - moved[0].row(lane.row)[column]))
            .collect();
        let holding = (0..lanes.len())
            .map(|lane| (above.holding_ua_cm2()[lane] - below.holding_ua_cm2()[lane]) * per_unit[lane]);
        Direction {
            parameter: place.filter(|place| *place < own),
            capacitance: is(cell::C_M),
            initial_voltage: is(cell::INITIAL_VOLTAGE),
            holding: holding.collect(),
            current: Box::new(Difference { below, above, per_unit, scratch: Vec::new() }),
        }
    }
}

/// The parameter sets with one column moved a little.
fn nudged(sets: &Rows<Natural>, column: usize, sign: f64) -> Rows<Natural> {
    let mut moved = sets.clone();
    for set in moved.iter_mut() {
        set[column] += sign * NUDGE * set[column].abs().max(1e-3);
    }
    moved
}

/// The slope of the injected current, from two currents.
struct Difference<'a> {
    below: StimulusDrive<'a>,
    above: StimulusDrive<'a>,
    per_unit: Vec<f64>,
    scratch: Vec<f64>,
}

impl Drive for Difference<'_> {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        self.scratch.resize(out.len(), 0.0);
        self.above.fill(first_step, lanes, out);
        self.below.fill(first_step, lanes, &mut self.scratch);
        for (row, below) in out.chunks_exact_mut(lanes).zip(self.scratch.chunks_exact(lanes)) {
            for ((value, below), per_unit) in row.iter_mut().zip(below).zip(&self.per_unit) {
                *value = (*value - below) * per_unit;
            }
        }
    }
}
