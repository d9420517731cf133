//! Some cells of one model under commanded currents.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{ChannelNoise, Drive, Grid, Lot, MODELS, Membrane, NoisyChannels, Start, StepCurrent};
use crate::numeric::{Failure, Streams};
use crate::settings::Section;

/// Cells of one model that differ in their numbers.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Their membrane.
    pub membrane: Arc<dyn Membrane>,
    /// For each cell the numbers of the membrane, in its own order and units.
    pub parameters: Vec<Vec<f64>>,
    /// For each cell its capacitance, in µF/cm².
    pub capacitances: Vec<f64>,
}

/// What is injected: one cell's current density at each time step.
pub trait CommandedCurrent: Sync {
    /// Mean current density of a step in a cell, in µA/cm².
    fn of(&self, cell: usize, step: usize) -> f64;

    /// The same in several cells.
    fn fill(&self, cells: &[usize], step: usize, out: &mut [f64]) {
        for (value, cell) in out.iter_mut().zip(cells) {
            *value = self.of(*cell, step);
        }
    }

    /// Whether no current ever changes.
    fn is_constant(&self) -> bool {
        false
    }

    /// The current of a cell from the start on, if it is known to change in jumps alone: membranes that choose their own
    /// time steps need to know when.
    fn steps(&self, _cell: usize) -> Option<StepCurrent> {
        None
    }
}

impl<F: Fn(usize, usize) -> f64 + Sync> CommandedCurrent for F {
    fn of(&self, cell: usize, step: usize) -> f64 {
        self(cell, step)
    }
}

/// Currents that never change, one for each cell, in µA/cm².
#[derive(Clone, Copy, Debug)]
pub struct Constant<'a>(pub &'a [f64]);

impl CommandedCurrent for Constant<'_> {
    fn of(&self, cell: usize, _: usize) -> f64 {
        self.0[cell]
    }

    fn is_constant(&self) -> bool {
        true
    }

    fn steps(&self, cell: usize) -> Option<StepCurrent> {
        Some(StepCurrent { start_ua_cm2: self.0[cell], changes: Vec::new() })
    }
}

impl Cells {
    /// One cell of a model with its default numbers and 1 µF/cm²; `None` if there is no such model that needs no options.
    pub fn of_model(name: &str) -> Option<Self> {
        let entry = MODELS.iter().find(|entry| entry.name == name)?;
        let membrane: Arc<dyn Membrane> = (entry.build)(&Section::listening())?.into();
        let parameters = vec![membrane.parameters().iter().map(|own| own.default).collect()];
        Some(Self { membrane, parameters, capacitances: vec![1.0] })
    }

    /// The same with one number changed in every cell, if the membrane has it.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64) -> Self {
        let place = self.membrane.parameters().iter().position(|own| own.name == name);
        if let Some(place) = place {
            for set in &mut self.parameters {
                set[place] = value;
            }
        }
        self
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Some of these cells.
    #[must_use]
    pub fn chosen(&self, cells: &[usize]) -> Self {
        Self {
            membrane: Arc::clone(&self.membrane),
            parameters: cells.iter().map(|cell| self.parameters[*cell].clone()).collect(),
            capacitances: cells.iter().map(|cell| self.capacitances[*cell]).collect(),
        }
    }

    /// These cells, each `copies` times in a row: for as many currents.
    #[must_use]
    pub fn repeated(&self, copies: usize) -> Self {
        let cells: Vec<usize> = (0..self.len()).flat_map(|cell| std::iter::repeat_n(cell, copies)).collect();
        self.chosen(&cells)
    }

    /// The voltage of every cell in mV; `Err` says why it failed.
    ///
    /// `start_of`: how some cells start, given by their places.
    pub fn simulate(
        &self,
        start_of: impl Fn(&[usize]) -> Start + Sync,
        grid: Grid,
        current: &dyn CommandedCurrent,
    ) -> Vec<Result<Vec<f64>, Failure>> {
        self.measure(start_of, grid, current, |_, trace| trace.to_vec())
    }

    /// What is measured of the voltage of every cell (its place, its trace in mV), of which no more is kept; `Err` says
    /// why a cell failed.
    pub fn measure<T: Send>(
        &self,
        start_of: impl Fn(&[usize]) -> Start + Sync,
        grid: Grid,
        current: &dyn CommandedCurrent,
        measure: impl Fn(usize, &[f64]) -> T + Sync,
    ) -> Vec<Result<T, Failure>> {
        self.measure_noisy(start_of, grid, (current, &[]), measure)
    }

    /// The same with channels that open at random; of those that are not named there are as many as one likes.
    pub fn measure_noisy<T: Send>(
        &self,
        start_of: impl Fn(&[usize]) -> Start + Sync,
        grid: Grid,
        (current, channels): (&dyn CommandedCurrent, &[RandomChannels]),
        measure: impl Fn(usize, &[f64]) -> T + Sync,
    ) -> Vec<Result<T, Failure>> {
        let width = self.width();
        let all: Vec<usize> = (0..self.len()).collect();
        let lot = |cells: &[usize]| {
            // Spare lanes repeat the last cell.
            let lanes: Vec<usize> = (0..width).map(|lane| cells[lane.min(cells.len() - 1)]).collect();
            let lot = Lot::new(self.membrane.parameters().len(), width, |parameter, lane| {
                self.parameters[lanes[lane]][parameter]
            });
            let capacitances: Vec<f64> = lanes.iter().map(|cell| self.capacitances[*cell]).collect();
            let mut traces = vec![0.0; width * grid.samples];
            let start = start_of(&lanes);
            let noise = self.noise(channels, &lanes);
            let mut drive = Commanded { lanes: &lanes, current, noise };
            let failures = self.membrane.simulate(&lot, &capacitances, &start, grid, &mut drive, &mut traces);
            let outcomes = cells.iter().zip(traces.chunks_exact(grid.samples)).zip(failures);
            outcomes
                .map(|((cell, trace), failure)| failure.map_or_else(|| Ok(measure(*cell, trace)), Err))
                .collect::<Vec<_>>()
        };
        all.par_chunks(width).flat_map_iter(lot).collect()
    }

    /// The width of the lots with which all threads together are done first.
    fn width(&self) -> usize {
        let threads = rayon::current_num_threads();
        let time = |(width, time): &(usize, f64)| self.len().div_ceil(*width).div_ceil(threads) as f64 * time;
        let widths = self.membrane.widths().iter();
        widths.min_by(|a, b| time(a).total_cmp(&time(b))).map_or(1, |(width, _)| *width)
    }

    fn noise(&self, channels: &[RandomChannels], lanes: &[usize]) -> Option<ChannelNoise> {
        let place = |name: &str| self.membrane.parameters().iter().position(|own| own.name == name);
        let noisy = channels.iter().filter_map(|own| {
            let conductance = place(&own.conductance)?;
            Some(NoisyChannels {
                conductance,
                processes: self.membrane.noise_processes(conductance)?,
                counts: vec![own.count; lanes.len()],
                generators: lanes.iter().map(|cell| own.streams.generator(0, *cell as u64)).collect(),
            })
        });
        let noisy: Vec<NoisyChannels> = noisy.collect();
        (!noisy.is_empty()).then(|| ChannelNoise::new(noisy))
    }
}

/// Channels of one kind that are few and open at random, the same number in every cell.
#[derive(Clone, Debug)]
pub struct RandomChannels {
    /// The name of their maximal conductance.
    pub conductance: String,
    /// How many there are.
    pub count: f64,
    /// Their random numbers; cell `i` takes those of row `i`.
    pub streams: Streams,
}

struct Commanded<'a> {
    lanes: &'a [usize],
    current: &'a dyn CommandedCurrent,
    noise: Option<ChannelNoise>,
}

impl Drive for Commanded<'_> {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        for (offset, step) in out.chunks_exact_mut(lanes).enumerate() {
            self.current.fill(self.lanes, first_step + offset, step);
        }
    }

    fn is_constant(&self, _: Range<usize>) -> bool {
        self.current.is_constant()
    }

    fn steps(&self) -> Option<Vec<StepCurrent>> {
        self.lanes.iter().map(|cell| self.current.steps(*cell)).collect()
    }

    fn channel_noise(&mut self) -> Option<&mut ChannelNoise> {
        self.noise.as_mut()
    }
}
