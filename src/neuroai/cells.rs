//! Some cells of one model under commanded currents.

use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Drive, Grid, Lot, MODELS, Membrane, Start};
use crate::numeric::Failure;
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
}

impl<F: Fn(usize, usize) -> f64 + Sync> CommandedCurrent for F {
    fn of(&self, cell: usize, step: usize) -> f64 {
        self(cell, step)
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

    /// The voltage of every cell in mV; `Err` says why it failed.
    ///
    /// `start_of`: how some cells start, given by their places.
    pub fn simulate(
        &self,
        start_of: impl Fn(&[usize]) -> Start + Sync,
        grid: Grid,
        current: &dyn CommandedCurrent,
    ) -> Vec<Result<Vec<f64>, Failure>> {
        // The narrowest lot; its spare lanes repeat the last cell.
        let width = self.membrane.widths().first().map_or(1, |(width, _)| *width);
        let all: Vec<usize> = (0..self.len()).collect();
        let lot = |cells: &[usize]| {
            let lanes: Vec<usize> = (0..width).map(|lane| cells[lane.min(cells.len() - 1)]).collect();
            let lot = Lot::new(self.membrane.parameters().len(), width, |parameter, lane| {
                self.parameters[lanes[lane]][parameter]
            });
            let capacitances: Vec<f64> = lanes.iter().map(|cell| self.capacitances[*cell]).collect();
            let mut traces = vec![0.0; width * grid.samples];
            let start = start_of(&lanes);
            let mut drive = Commanded { lanes: &lanes, current };
            let failures = self.membrane.simulate(&lot, &capacitances, &start, grid, &mut drive, &mut traces);
            let outcomes = traces.chunks_exact(grid.samples).zip(failures).take(cells.len());
            outcomes
                .map(|(trace, failure)| failure.map_or_else(|| Ok(trace.to_vec()), Err))
                .collect::<Vec<_>>()
        };
        all.par_chunks(width).flat_map_iter(lot).collect()
    }
}

struct Commanded<'a> {
    lanes: &'a [usize],
    current: &'a dyn CommandedCurrent,
}

impl Drive for Commanded<'_> {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        for (offset, step) in out.chunks_exact_mut(lanes).enumerate() {
            for (value, cell) in step.iter_mut().zip(self.lanes) {
                *value = self.current.of(*cell, first_step + offset);
            }
        }
    }
}
