//! From parameter sets to voltages, in lots over all cores.

use std::cell::Cell;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::channel_noise::NoisyConductance;
use super::experiment::ExperimentSweep;
use super::parameters::{Slot, cell};
use crate::features::{Mode, Settings};
use crate::model::{
    ChannelNoise, Drive, Grid, LaneStimulus, Lot, Membrane, NoisyChannels, Start, StepCurrent, StimulusDrive,
    UA_CM2_PER_PA_UM2,
};
use crate::numeric::{Failure, Natural, Rows, Streams};
use crate::units::Unit;

/// How a simulation runs, beside its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protocol {
    /// The longest of fixed time steps, in ms; each sweep divides its interval into equal steps not longer than this.
    pub dt_ms: f64,
    /// Into how many each of these steps is divided; 1, except to see what the step costs in accuracy.
    pub refinement: usize,
    /// Whether sweeps start at the rest of the parameter set rather than at a given voltage.
    pub from_rest: bool,
    /// How long a parameter set without a rest runs freely before the sweep; `None`: it fails.
    pub settle_ms: Option<f64>,
    /// Which definitions of the features.
    pub mode: Mode,
    /// How they find and measure spikes.
    pub settings: Settings,
}

/// Everything that turns a parameter set into voltages.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The membrane.
    pub membrane: Arc<dyn Membrane>,
    /// How it runs.
    pub protocol: Protocol,
    /// Every number by name: those of the membrane, of the cell, of the stimuli, then standard deviations.
    pub slots: Vec<Slot>,
    /// For each sweep the place of its holding current among the slots, followed by amplitude, onset and duration
    /// of each component; `None` if the stimulus is fixed.
    pub stimulus_slots: Vec<Option<usize>>,
    /// The channels that open at random.
    pub channel_noise: Vec<NoisyConductance>,
}

/// What one lane simulates: a row of the parameter sets on one sweep.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    pub row: usize,
    pub sweep: usize,
}

thread_local! {
    /// Room for the voltages of one lot, which each thread keeps: a step of a sampler is too short to ask the operating
    /// system for it every time.
    pub(super) static TRACES_MV: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
}

/// What a batch of simulations has in common.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub sweeps: &'a [ExperimentSweep],
    pub sets: &'a Rows<Natural>,
    pub streams: Streams,
    pub call: u64,
}

impl Simulation {
    /// The same with every time step divided into `parts`.
    pub fn refined(&self, parts: usize) -> Self {
        let mut finer = self.clone();
        finer.protocol.refinement *= parts;
        finer
    }

    /// The time grid of a sweep: equal steps, so that every sample falls on one.
    pub fn grid(&self, sweep: &ExperimentSweep) -> Grid {
        // The guard keeps 0.25 / 0.025 from needing eleven steps.
        let stride = (sweep.interval_ms / self.protocol.dt_ms * (1.0 - 1e-9)).ceil().max(1.0);
        let stride = stride * self.protocol.refinement as f64;
        Grid { dt_ms: sweep.interval_ms / stride, stride: stride as usize, samples: sweep.samples, still: 0 }
    }

    /// Time steps of one parameter set in all sweeps; while nothing happens there are none.
    pub fn steps(&self, sweeps: &[ExperimentSweep]) -> usize {
        let of = |(index, sweep): (usize, &ExperimentSweep)| {
            let grid = self.grid(sweep);
            grid.steps() - self.still(index, sweep) * grid.stride
        };
        sweeps.iter().enumerate().map(of).sum()
    }

    /// Whether two simulations of one parameter set differ.
    pub fn is_stochastic(&self) -> bool {
        self.has_current_noise() || !self.channel_noise.is_empty()
    }

    /// Whether the injected current has intrinsic noise.
    pub fn has_current_noise(&self) -> bool {
        let slot = self.cell(cell::CURRENT_NOISE);
        slot.column.is_some() || slot.value != Some(0.0)
    }

    /// The same without anything that is random.
    pub fn without_noise(&self) -> Self {
        let mut silent = self.clone();
        silent.channel_noise.clear();
        let slot = &mut silent.slots[self.membrane.parameters().len() + cell::CURRENT_NOISE];
        (slot.value, slot.column) = (Some(0.0), None);
        silent
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

    /// Voltage of one sweep for every parameter set, one trace each; `Err` says why it failed.
    pub fn traces(
        &self,
        sweeps: &[ExperimentSweep],
        sweep: usize,
        sets: &Rows<Natural>,
        streams: Streams,
    ) -> Vec<Result<Vec<f64>, Failure>> {
        let batch = Batch { sweeps, sets, streams, call: 0 };
        let lanes: Vec<Lane> = (0..sets.len()).map(|row| Lane { row, sweep }).collect();
        let width = self.width(lanes.len());
        let lots: Vec<&[Lane]> = lanes.chunks(width).collect();
        let groups: Vec<Vec<Result<Vec<f64>, Failure>>> = lots
            .par_iter()
            .map(|lanes| {
                let mut traces_mv = Vec::new();
                let failures = self.group(batch, lanes, width, &mut traces_mv);
                let traces = traces_mv.chunks_exact(sweeps[sweep].samples).zip(&failures);
                let outcome = |(trace, failure): (&[f64], &Option<Failure>)| match failure {
                    Some(failure) => Err(*failure),
                    None => Ok(trace.to_vec()),
                };
                traces.take(lanes.len()).map(outcome).collect()
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
        let mut drive = StimulusDrive::new(sweep.interval_ms, &[self.lane_stimulus(index, sweep, set)]);
        let mut density = vec![0.0; sweep.samples];
        drive.fill(0, 1, &mut density);
        density
    }

    /// The same, if it changes in jumps alone; exact where they fall between samples.
    pub fn step_current(&self, index: usize, sweep: &ExperimentSweep, set: &[f64]) -> Option<StepCurrent> {
        let drive = StimulusDrive::new(sweep.interval_ms, &[self.lane_stimulus(index, sweep, set)]);
        drive.steps()?.pop()
    }

    /// All lanes of a batch in lots with their width. Sweeps on the same time grid and with the same onset share lots.
    pub(super) fn lots(&self, sweeps: &[ExperimentSweep], rows: usize) -> Vec<(Vec<Lane>, usize)> {
        let kind = |(index, sweep): (usize, &ExperimentSweep)| {
            (sweep.interval_ms.to_bits(), sweep.samples, self.still(index, sweep))
        };
        let kinds: Vec<_> = sweeps.iter().enumerate().map(kind).collect();
        let mut different = kinds.clone();
        different.sort_unstable();
        different.dedup();
        let mut lots = Vec::new();
        for own in different {
            let alike = (0..sweeps.len()).filter(|&sweep| kinds[sweep] == own);
            let lanes: Vec<Lane> =
                alike.flat_map(|sweep| (0..rows).map(move |row| Lane { row, sweep })).collect();
            let width = self.width(lanes.len());
            lots.extend(lanes.chunks(width).map(|lanes| (lanes.to_vec(), width)));
        }
        lots
    }

    /// The width at which all threads together are done first.
    fn width(&self, lanes: usize) -> usize {
        let threads = rayon::current_num_threads();
        let time = |(width, time): &(usize, f64)| lanes.div_ceil(*width).div_ceil(threads) as f64 * time;
        let widths = self.membrane.widths().iter();
        widths.min_by(|a, b| time(a).total_cmp(&time(b))).map_or(lanes, |(width, _)| *width)
    }

    /// Simulates lanes that share a time grid. Writes their voltages to `traces_mv`, shape `[lane, sample]`; returns
    /// why a lane failed.
    pub(super) fn group(
        &self,
        batch: Batch<'_>,
        lanes: &[Lane],
        width: usize,
        traces_mv: &mut Vec<f64>,
    ) -> Vec<Option<Failure>> {
        // Spare lanes repeat the last one.
        let lanes: Vec<Lane> = (0..width).map(|index| lanes[index.min(lanes.len() - 1)]).collect();
        let each = |place: usize| self.each(batch, &lanes, place);
        let (index, sweep) = (lanes[0].sweep, &batch.sweeps[lanes[0].sweep]);
        let lot = self.lot(batch, &lanes);
        let capacitance = each(cell::C_M);
        let grid = Grid { still: self.still(index, sweep), ..self.grid(sweep) };
        let mut drive = self.drive(batch, &lanes, grid.dt_ms);
        let start = self.start(batch, &lanes, &drive);
        // What is left of other lanes is overwritten.
        traces_mv.resize(width * grid.samples, 0.0);
        let failures = self.membrane.simulate(&lot, &capacitance, &start, grid, &mut drive, traces_mv);
        for (trace, offset) in traces_mv.chunks_exact_mut(grid.samples).zip(each(cell::VOLTAGE_OFFSET)) {
            if offset != 0.0 {
                for voltage in trace {
                    *voltage += offset;
                }
            }
        }
        failures
    }

    /// The parameters of the membrane in every lane.
    pub(super) fn lot(&self, batch: Batch<'_>, lanes: &[Lane]) -> Lot {
        let set = |lane: usize| batch.sets.row(lanes[lane].row);
        let own = self.membrane.parameters().len();
        Lot::new(own, lanes.len(), |parameter, lane| self.slots[parameter].of(set(lane)))
    }

    /// One number of the cell in every lane.
    pub(super) fn each(&self, batch: Batch<'_>, lanes: &[Lane], place: usize) -> Vec<f64> {
        lanes.iter().map(|lane| self.cell(place).of(batch.sets.row(lane.row))).collect()
    }

    /// The injected current of every lane, with its noise and that of the channels.
    pub(super) fn drive<'a>(&self, batch: Batch<'a>, lanes: &[Lane], dt_ms: f64) -> StimulusDrive<'a> {
        let stimulus =
            |lane: &Lane| self.lane_stimulus(lane.sweep, &batch.sweeps[lane.sweep], batch.sets.row(lane.row));
        let stimuli: Vec<LaneStimulus<'_>> = lanes.iter().map(stimulus).collect();
        let mut drive = StimulusDrive::new(dt_ms, &stimuli);
        let generators = |stage: &str| -> Vec<ChaCha8Rng> {
            let streams = batch.streams.stage(stage);
            let own = |lane: &Lane| {
                streams.stage(&batch.sweeps[lane.sweep].name).generator(batch.call, lane.row as u64)
            };
            lanes.iter().map(own).collect()
        };
        if self.has_current_noise() {
            let strength = self.each(batch, lanes, cell::CURRENT_NOISE);
            drive = drive.with_noise(&strength, generators("current noise"));
        }
        if !self.channel_noise.is_empty() {
            let channels = self.channel_noise.iter().map(|own| NoisyChannels {
                conductance: own.total,
                processes: own.processes,
                counts: lanes.iter().map(|lane| self.count(own, batch.sets.row(lane.row))).collect(),
                generators: generators(&format!("noise of {}", self.slots[own.total].name)),
            });
            drive = drive.with_channel_noise(ChannelNoise::new(channels.collect()));
        }
        drive
    }

    /// How many channels of a kind there are.
    pub fn count(&self, channels: &NoisyConductance, set: &[f64]) -> f64 {
        channels.count(&self.slots, self.area_um2(set), set)
    }

    /// How the lanes start.
    pub(super) fn start(&self, batch: Batch<'_>, lanes: &[Lane], drive: &StimulusDrive<'_>) -> Start {
        if self.protocol.from_rest {
            let holding_ua_cm2 = drive.holding_ua_cm2().to_vec();
            Start::Rest { holding_ua_cm2, settle_ms: self.protocol.settle_ms }
        } else {
            Start::Voltage(self.each(batch, lanes, cell::INITIAL_VOLTAGE))
        }
    }

    /// The current of a sweep as one parameter set feels it.
    fn lane_stimulus<'a>(&self, index: usize, sweep: &'a ExperimentSweep, set: &[f64]) -> LaneStimulus<'a> {
        let density = match sweep.stimulus.unit {
            Unit::Picoamp => UA_CM2_PER_PA_UM2 / self.area_um2(set),
            _ => 1.0,
        };
        LaneStimulus {
            stimulus: &sweep.stimulus,
            values: self.stimulus_values(index, sweep, set),
            factor: density * self.cell(cell::CURRENT_SCALE).of(set),
            bias_ua_cm2: self.cell(cell::BIAS_CURRENT).of(set),
        }
    }

    /// Membrane area in um^2: as given, or from the capacitance of the whole cell; NaN if nothing tells it.
    pub fn area_um2(&self, set: &[f64]) -> f64 {
        // 1 pF at 1 µF/cm² is 100 µm².
        const UM2: f64 = 100.0;
        if self.cell(cell::AREA).is_given() {
            return self.cell(cell::AREA).of(set);
        }
        UM2 * self.cell(cell::CAPACITANCE).of(set) / self.cell(cell::C_M).of(set)
    }

    /// For how many samples after the first nothing happens in a sweep: it starts at a stable rest, and the first
    /// component of the current sets in later.
    fn still(&self, index: usize, sweep: &ExperimentSweep) -> usize {
        let protocol = self.protocol;
        let rests = protocol.from_rest && protocol.settle_ms.is_none() && self.membrane.has_rest();
        if !rests || self.is_stochastic() {
            return 0;
        }
        // An onset that is inferred may be anywhere.
        let onsets_ms = (0..sweep.stimulus.components.len())
            .map(|component| self.onset_ms(index, sweep, component).unwrap_or(0.0));
        let first = onsets_ms.fold(f64::INFINITY, f64::min);
        let before = (first / sweep.interval_ms).ceil() - 1.0;
        before.clamp(0.0, sweep.samples.saturating_sub(1) as f64) as usize
    }

    /// When a component of the stimulus sets in, unless it is inferred.
    fn onset_ms(&self, index: usize, sweep: &ExperimentSweep, component: usize) -> Option<f64> {
        match self.stimulus_slots[index] {
            Some(first) => {
                let slot = &self.slots[first + 3 * component + 2];
                slot.value.filter(|_| slot.column.is_none())
            }
            None => Some(sweep.stimulus.components[component].start_ms),
        }
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
