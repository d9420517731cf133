//! From parameter sets to voltages and features, in lots over all cores.

use rayon::prelude::*;

use super::data::SweepMeasures;
use super::experiment::ExperimentSweep;
use super::parameters::{Slot, cell};
use crate::features::{Analyser, Mode, Response};
use crate::model::{CurrentUnit, Drive, Grid, Lot, Membrane, Start, StimulusDrive};
use crate::numeric::{Failure, Natural, Rows, Streams, Summaries};
use crate::units::Unit;

/// How a simulation runs, beside its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protocol {
    /// The longest time step, in ms; each sweep divides its interval into equal steps not longer than this.
    pub dt_ms: f64,
    /// Whether sweeps start at the rest of the parameter set rather than at a given voltage.
    pub from_rest: bool,
    /// How long a parameter set without a rest runs freely before the sweep; `None`: it fails.
    pub settle_ms: Option<f64>,
    /// Which definitions of the features.
    pub mode: Mode,
    /// Voltage that a spike crosses.
    pub threshold_mv: f64,
}

/// Everything that turns a parameter set into voltages.
#[derive(Debug)]
pub struct Simulation {
    /// The membrane.
    pub membrane: Box<dyn Membrane>,
    /// How it runs.
    pub protocol: Protocol,
    /// Every number by name: those of the membrane, of the cell, of the stimuli, then standard deviations.
    pub slots: Vec<Slot>,
    /// For each sweep the place of its holding current among the slots, followed by amplitude, onset and duration
    /// of each component; `None` if the stimulus is fixed.
    pub stimulus_slots: Vec<Option<usize>>,
}

/// Voltages of one sweep for a group of parameter sets.
struct Group {
    /// Shape `[lane, sample]`.
    traces_mv: Vec<f64>,
    failures: Vec<Option<Failure>>,
}

impl Simulation {
    /// The time grid of a sweep: equal steps, so that every sample falls on one.
    pub fn grid(&self, sweep: &ExperimentSweep) -> Grid {
        // The guard keeps 0.25 / 0.025 from needing eleven steps.
        let stride = (sweep.interval_ms / self.protocol.dt_ms * (1.0 - 1e-9)).ceil().max(1.0);
        Grid { dt_ms: sweep.interval_ms / stride, stride: stride as usize, samples: sweep.samples }
    }

    /// Whether two simulations of one parameter set differ.
    pub fn is_stochastic(&self) -> bool {
        let slot = self.cell(cell::CURRENT_NOISE);
        slot.column.is_some() || slot.value != Some(0.0)
    }

    /// A number of the cell.
    pub fn cell(&self, place: usize) -> &Slot {
        &self.slots[self.membrane.parameters().len() + place]
    }

    /// Whether every number of a parameter set is in its physical range.
    pub fn is_physical(&self, set: &[f64]) -> bool {
        self.slots.iter().filter(|slot| slot.column.is_some()).all(|slot| {
            let value = slot.of(set);
            value >= slot.range.0 && value <= slot.range.1
        })
    }

    /// Features of every parameter set, shape `[rows, data]`. Intrinsic noise of row `i` comes from
    /// `streams.generator(call, i)`, one stage per sweep.
    pub fn features(
        &self,
        sweeps: &[ExperimentSweep],
        measures: &[SweepMeasures],
        sets: &Rows<Natural>,
        streams: Streams,
        call: u64,
    ) -> Summaries {
        let columns = measures.iter().map(|own| own.measures.len()).sum();
        let mut summaries = Summaries::missing(sets.len(), columns);
        let width = self.width(sets.len(), sweeps);
        let tasks: Vec<(usize, usize)> = (0..sets.len())
            .step_by(width)
            .flat_map(|first| (0..sweeps.len()).map(move |sweep| (first, sweep)))
            .collect();
        let outcome = |analyser: &mut Analyser, &(first, index): &(usize, usize)| {
            let sweep = &sweeps[index];
            let rows: Vec<usize> = (first..(first + width).min(sets.len())).collect();
            let group = self.group(index, sweep, sets, &rows, width, streams, call);
            let mut values = Vec::with_capacity(rows.len() * measures[index].measures.len());
            for trace in group.traces_mv.chunks_exact(sweep.samples).take(rows.len()) {
                let response = Response {
                    interval_ms: sweep.interval_ms,
                    voltage_mv: trace,
                    stimulus_ms: sweep.window_ms,
                };
                let analysis = analyser.analyse(&response);
                values.extend(measures[index].measures.iter().map(|measure| measure.value(&analysis)));
            }
            (values, group.failures)
        };
        let analyser = || Analyser::new(self.protocol.mode, self.protocol.threshold_mv);
        let outcomes: Vec<_> = tasks.par_iter().map_init(analyser, outcome).collect();
        for (&(first, index), (values, failures)) in tasks.iter().zip(&outcomes) {
            let own = &measures[index];
            let count = own.measures.len();
            for (lane, failure) in failures.iter().enumerate().take(sets.len() - first) {
                if let Some(failure) = failure {
                    summaries.fail(first + lane, *failure);
                }
                if count > 0 {
                    let row = &mut summaries.row_mut(first + lane)[own.first..own.first + count];
                    row.copy_from_slice(&values[lane * count..(lane + 1) * count]);
                }
            }
        }
        summaries
    }

    /// Voltage of one sweep for every parameter set, one trace each; `Err` says why it failed.
    pub fn traces(
        &self,
        index: usize,
        sweep: &ExperimentSweep,
        sets: &Rows<Natural>,
        streams: Streams,
    ) -> Vec<Result<Vec<f64>, Failure>> {
        let width = self.width(sets.len(), std::slice::from_ref(sweep));
        let firsts: Vec<usize> = (0..sets.len()).step_by(width).collect();
        let groups: Vec<Vec<Result<Vec<f64>, Failure>>> = firsts
            .par_iter()
            .map(|&first| {
                let rows: Vec<usize> = (first..(first + width).min(sets.len())).collect();
                let group = self.group(index, sweep, sets, &rows, width, streams, 0);
                let traces = group.traces_mv.chunks_exact(sweep.samples).zip(&group.failures);
                let outcome = |(trace, failure): (&[f64], &Option<Failure>)| match failure {
                    Some(failure) => Err(*failure),
                    None => Ok(trace.to_vec()),
                };
                traces.take(rows.len()).map(outcome).collect()
            })
            .collect();
        groups.into_iter().flatten().collect()
    }

    /// The current of one sweep in the unit of the stimulus, without scale and bias; one value per sample, the mean
    /// from that sample to the next.
    pub fn stimulus_current(&self, index: usize, sweep: &ExperimentSweep, set: &[f64]) -> Vec<f64> {
        let values = self.stimulus_values(index, sweep, set);
        let at = |sample: usize| {
            let from = sample as f64 * sweep.interval_ms;
            let components = sweep.stimulus.components.iter().zip(values[1..].chunks_exact(3));
            let sum: f64 =
                components.map(|(c, v)| v[0] * c.unit_mean(from, from + sweep.interval_ms, v[1], v[2])).sum();
            values[0] + sum
        };
        (0..sweep.samples).map(at).collect()
    }

    /// The current density that the membrane feels, with scale and bias but without noise, in µA/cm²; one value per
    /// sample, the mean from that sample to the next.
    pub fn current_density(&self, index: usize, sweep: &ExperimentSweep, set: &[f64]) -> Vec<f64> {
        let one = |place: usize| [self.cell(place).of(set)];
        let unit = self.current_unit(sweep, |place| one(place).to_vec());
        let values = |_| self.stimulus_values(index, sweep, set);
        let (scale, bias) = (one(cell::CURRENT_SCALE), one(cell::BIAS_CURRENT));
        let mut drive = StimulusDrive::new(&sweep.stimulus, sweep.interval_ms, &unit, &scale, &bias, values);
        let mut density = vec![0.0; sweep.samples];
        drive.fill(0, 1, &mut density);
        density
    }

    /// The widest lot that still gives every thread the same to do. Sweeps much shorter than the longest are not work.
    fn width(&self, rows: usize, sweeps: &[ExperimentSweep]) -> usize {
        let widths = self.membrane.widths();
        let threads = rayon::current_num_threads();
        let steps: Vec<usize> = sweeps.iter().map(|sweep| self.grid(sweep).steps()).collect();
        let longest = steps.iter().max().copied().unwrap_or(0);
        let long = steps.iter().filter(|&&steps| 2 * steps >= longest).count();
        let even = |width: &&usize| {
            let lots = rows.div_ceil(**width) * long;
            lots >= 4 * threads || lots.is_multiple_of(threads)
        };
        *widths.iter().rev().find(even).unwrap_or(&widths[0])
    }

    #[allow(clippy::too_many_arguments, reason = "a lot is named by all of these")]
    fn group(
        &self,
        index: usize,
        sweep: &ExperimentSweep,
        sets: &Rows<Natural>,
        rows: &[usize],
        width: usize,
        streams: Streams,
        call: u64,
    ) -> Group {
        // Spare lanes repeat the last set.
        let row_of = |lane: usize| rows[lane.min(rows.len() - 1)];
        let set = |lane: usize| sets.row(row_of(lane));
        let each =
            |place: usize| -> Vec<f64> { (0..width).map(|lane| self.cell(place).of(set(lane))).collect() };
        let own = self.membrane.parameters().len();
        let lot = Lot::new(own, width, |parameter, lane| self.slots[parameter].of(set(lane)));
        let capacitance = each(cell::C_M);
        let unit = self.current_unit(sweep, each);
        let grid = self.grid(sweep);
        let values = |lane| self.stimulus_values(index, sweep, set(lane));
        let (scale, bias) = (each(cell::CURRENT_SCALE), each(cell::BIAS_CURRENT));
        let mut drive = StimulusDrive::new(&sweep.stimulus, grid.dt_ms, &unit, &scale, &bias, values);
        if self.is_stochastic() {
            let streams = streams.stage("current noise").stage(&sweep.name);
            let generators = (0..width).map(|lane| streams.generator(call, row_of(lane) as u64)).collect();
            drive = drive.with_noise(&each(cell::CURRENT_NOISE), generators);
        }
        let start = if self.protocol.from_rest {
            let holding_ua_cm2 = drive.holding_ua_cm2().to_vec();
            Start::Rest { holding_ua_cm2, settle_ms: self.protocol.settle_ms }
        } else {
            Start::Voltage(each(cell::INITIAL_VOLTAGE))
        };
        let mut traces_mv = vec![0.0; width * sweep.samples];
        let failures = if self.stays_at_rest(sweep) {
            let mut rests_mv = vec![0.0; width];
            let moment = Grid { samples: 1, ..grid };
            let failures =
                self.membrane.simulate(&lot, &capacitance, &start, moment, &mut drive, &mut rests_mv);
            for (trace, rest) in traces_mv.chunks_exact_mut(sweep.samples).zip(rests_mv) {
                trace.fill(rest);
            }
            failures
        } else {
            self.membrane.simulate(&lot, &capacitance, &start, grid, &mut drive, &mut traces_mv)
        };
        for (trace, offset) in traces_mv.chunks_exact_mut(sweep.samples).zip(each(cell::VOLTAGE_OFFSET)) {
            if offset != 0.0 {
                for voltage in trace {
                    *voltage += offset;
                }
            }
        }
        Group { traces_mv, failures }
    }

    /// Whether nothing happens in a sweep: it starts at a stable rest, which no current leaves.
    fn stays_at_rest(&self, sweep: &ExperimentSweep) -> bool {
        let protocol = self.protocol;
        protocol.from_rest
            && protocol.settle_ms.is_none()
            && sweep.stimulus.components.is_empty()
            && !self.is_stochastic()
            && self.membrane.has_rest()
    }

    /// How the current of a sweep becomes a density: by the membrane area as given, or by that of the capacitance of
    /// the whole cell. `each(place)`: a number of the cell in every lane.
    fn current_unit(&self, sweep: &ExperimentSweep, each: impl Fn(usize) -> Vec<f64>) -> CurrentUnit {
        // 1 pF at 1 µF/cm² is 100 µm².
        const UM2: f64 = 100.0;
        if sweep.stimulus.unit != Unit::Picoamp {
            return CurrentUnit::Density;
        }
        if self.cell(cell::AREA).is_given() {
            return CurrentUnit::WholeCell(each(cell::AREA));
        }
        let areas = each(cell::CAPACITANCE).into_iter().zip(each(cell::C_M));
        CurrentUnit::WholeCell(areas.map(|(whole, specific)| UM2 * whole / specific).collect())
    }

    /// Holding current, then amplitude, onset and duration of each component.
    fn stimulus_values(&self, index: usize, sweep: &ExperimentSweep, set: &[f64]) -> Vec<f64> {
        let count = 1 + 3 * sweep.stimulus.components.len();
        if let Some(first) = self.stimulus_slots[index] {
            self.slots[first..first + count].iter().map(|slot| slot.of(set)).collect()
        } else {
            let components = sweep.stimulus.components.iter();
            let values = components.flat_map(|c| [c.amplitude, c.start_ms, c.duration_ms]);
            [sweep.stimulus.holding].into_iter().chain(values).collect()
        }
    }
}
