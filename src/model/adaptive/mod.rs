//! Time steps that follow the state: every lane has its own time and time step, and takes up the next parameter set
//! when it is done.
//!
//! The scheme is the staggered leapfrog, which stays of second order when the step changes if the gates advance by
//! the mean of the last step and the next, with the voltage in the middle of that span. Steps end where the current
//! changes. Between steps the voltage is a cubic, so that it is kept at the instants of the recording as with any
//! other scheme. A current that does not change in jumps is left to the leapfrog with fixed steps, and so is everything on
//! a processor without wide registers.

mod lanes;
mod queue;
mod rule;
#[cfg(test)]
mod tests;

use self::queue::{Work, kernel};
pub(super) use self::rule::StepRule;
use self::rule::Steps;
use super::ModelParameter;
use super::channels::ChannelSet;
use super::drive::Drive;
use super::kinetics::Channel;
use super::leapfrog::{Leapfrog, Run};
use super::membrane::{Grid, Lot, Membrane, Start};
use super::number::{WIDTH, dispatch_lanes};
use crate::numeric::Failure;

/// Name in the settings.
pub(super) const NAME: &str = "adaptive";

/// Lanes of a lot, and measured times relative to the narrowest; two vectors work through all but the narrowest.
const WIDTHS: &[(usize, f64)] = &[(WIDTH, 1.0), (2 * WIDTH, 1.7), (4 * WIDTH, 3.3), (8 * WIDTH, 6.5)];

/// Measures of accuracy that leave the last of a few spikes an error of about 0.01 ms: for the squid axon, and for the
/// faster sodium channels of cortical cells, whose long steps matter less than those of a fixed scheme.
const DEFAULT_DT_MS: f64 = 0.025;
const DEFAULT_CORTICAL_DT_MS: f64 = 0.01;

/// A channel set advanced by steps of each lane's own.
#[derive(Debug)]
pub(super) struct Adaptive<C> {
    fixed: Leapfrog<C>,
}

impl<C> Adaptive<C> {
    pub(super) fn new(channels: C) -> Self {
        Self { fixed: Leapfrog::new(channels) }
    }
}

impl<C: ChannelSet> Membrane for Adaptive<C> {
    fn parameters(&self) -> &[ModelParameter] {
        self.fixed.parameters()
    }

    fn describe(&self, parameters: &[f64]) -> Option<Vec<Channel>> {
        self.fixed.describe(parameters)
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        WIDTHS
    }

    fn default_dt_ms(&self) -> f64 {
        DEFAULT_DT_MS.min(self.fixed.default_dt_ms().max(DEFAULT_CORTICAL_DT_MS))
    }

    fn simulate(
        &self,
        lot: &Lot,
        capacitance: &[f64],
        start: &Start,
        grid: Grid,
        drive: &mut dyn Drive,
        traces: &mut [f64],
    ) -> Vec<Option<Failure>> {
        let level = self.fixed.level();
        let has_lanes = dispatch_lanes!(level, _simd => true, false);
        let moves = grid.still + 1 < grid.samples;
        let Some(currents) = drive.steps().filter(|_| has_lanes && moves) else {
            return self.fixed.simulate(lot, capacitance, start, grid, drive, traces);
        };
        let (state, mut failures) = self.fixed.start(&Run { lot, capacitance, grid }, start);
        // Gates that have run before the sweep are half a step behind the voltage; at rest it makes no difference.
        let step_before_ms = if matches!(start, Start::Rest { .. }) { grid.dt_ms } else { 0.0 };
        let steps = Steps::new(self.fixed.channels().step_rule(), grid.dt_ms);
        let interval_ms = grid.dt_ms * grid.stride as f64;
        let end_ms = interval_ms * grid.samples.saturating_sub(1) as f64;
        let state = &state;
        let currents = &currents;
        let work =
            Work { lot, capacitance, currents, state, step_before_ms, grid, steps, interval_ms, end_ms };
        let channels = self.fixed.channels();
        let failed = &mut *failures;
        if lot.lanes() <= WIDTH {
            dispatch_lanes!(level, simd => kernel::<_, C, 1>(simd, channels, &work, failed, traces), ());
        } else {
            dispatch_lanes!(level, simd => kernel::<_, C, 2>(simd, channels, &work, failed, traces), ());
        }
        failures
    }
}
