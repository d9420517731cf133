//! The interface of a membrane: a lot of parameter sets in, a lot of traces out.

use std::fmt::Debug;

use super::ModelParameter;
use super::drive::Drive;
use super::kinetics::Channel;
use super::operations::Operations;
use super::sensitivity::Sensitive;
use crate::numeric::Failure;

/// Parameter sets that are simulated side by side, one per lane.
#[derive(Clone, Debug)]
pub struct Lot {
    lanes: usize,
    values: Vec<f64>,
}

impl Lot {
    /// A lot from `parameter(index, lane)`.
    pub fn new(parameters: usize, lanes: usize, parameter: impl Fn(usize, usize) -> f64) -> Self {
        let indices = (0..parameters).flat_map(|index| (0..lanes).map(move |lane| (index, lane)));
        Self { lanes, values: indices.map(|(index, lane)| parameter(index, lane)).collect() }
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// One parameter in every lane.
    pub fn parameter(&self, index: usize) -> &[f64] {
        &self.values[index * self.lanes..(index + 1) * self.lanes]
    }

    /// All parameters of one lane.
    pub fn lane(&self, lane: usize) -> Vec<f64> {
        self.values.iter().skip(lane).step_by(self.lanes).copied().collect()
    }
}

/// How a sweep starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// At a voltage, with all gates at their steady state there; mV, one per lane.
    Voltage(Vec<f64>),
    /// At the parameter set's own stable rest under a constant current density, µA/cm², one per lane.
    Rest {
        /// The holding current.
        holding_ua_cm2: Vec<f64>,
        /// What a set without a stable rest does: runs freely for this many ms before the sweep, or fails.
        settle_ms: Option<f64>,
    },
}

/// Time steps and the instants at which the voltage is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Time step in ms.
    pub dt_ms: f64,
    /// Every how many steps the voltage is kept.
    pub stride: usize,
    /// How many values are kept; the first is the start of the sweep.
    pub samples: usize,
    /// For how many values after the first nothing happens: every lane rests, and the current stays the same. They need
    /// not be simulated.
    pub still: usize,
}

impl Grid {
    /// Number of time steps.
    pub fn steps(self) -> usize {
        self.samples.saturating_sub(1) * self.stride
    }
}

/// Time step of a membrane of which nothing is known: with it the cortical cells, whose sodium channels are the fastest
/// of the built-in ones, keep the promise of [`Membrane::default_dt_ms`].
pub const CAUTIOUS_DT_MS: f64 = 0.004;

/// A patch of excitable membrane.
pub trait Membrane: Debug + Send + Sync {
    /// Its own parameters, in the order of the lot.
    fn parameters(&self) -> &[ModelParameter];

    /// The time step, in ms, that leaves 95 % of cells whose conductances are spread by 20 % around the defaults an
    /// error below 0.01 ms in the time of their last spike (`tests/accuracy/default_step.rs`).
    fn default_dt_ms(&self) -> f64 {
        CAUTIOUS_DT_MS
    }

    /// The arithmetic of one time step of eight parameter sets; `None` for schemes in plain numbers.
    fn operations(&self) -> Option<Operations> {
        None
    }

    /// How many lanes a lot may have, in growing order, with the time that a lot takes relative to the narrowest. The
    /// spare lanes of a lot that is not full repeat one of its sets.
    fn widths(&self) -> &'static [(usize, f64)];

    /// How many independent random processes the channels of a conductance need to open at random; `conductance` is its
    /// place among the parameters. 0 of a leak, and of what is no conductance; `None`: the scheme has no channel noise.
    fn noise_processes(&self, _conductance: usize) -> Option<usize> {
        None
    }

    /// Its channels with the numbers of one parameter set; `None` if it is more than its channels.
    fn describe(&self, _parameters: &[f64]) -> Option<Vec<Channel>> {
        None
    }

    /// Whether it starts at rest when asked to; pyHH does not.
    fn has_rest(&self) -> bool {
        true
    }

    /// The voltage of every lane.
    ///
    /// `capacitance`: µF/cm², one per lane. `traces`: shape `[lane, sample]`, in mV.
    /// Returns why a lane failed, if it did; its trace is then of no use. Lanes do not touch each other.
    fn simulate(
        &self,
        lot: &Lot,
        capacitance: &[f64],
        start: &Start,
        grid: Grid,
        drive: &mut dyn Drive,
        traces: &mut [f64],
    ) -> Vec<Option<Failure>>;

    /// The voltage of eight lanes, and how it changes in each direction.
    ///
    /// `traces`: shape `[lane, sample]`, in mV. `slopes`: shape `[direction, lane, sample]`, in mV per unit of the
    /// direction. Returns why a lane failed; `None` if the scheme has no sensitivities.
    fn sensitivities(
        &self,
        _: Sensitive<'_, '_>,
        _traces: &mut [f64],
        _slopes: &mut [f64],
    ) -> Option<Vec<Option<Failure>>> {
        None
    }
}
