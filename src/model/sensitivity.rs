//! Forward sensitivities: how the voltage changes with the parameters, carried along with the simulation.
//!
//! The steps of the leapfrog are differentiated, not the equations, so the slopes are those of the trace that the
//! scheme computes, to rounding.
//! Source of the method: <https://doi.org/10.1137/1.9780898718904>, chapter 2.

use super::channels::{ChannelSet, GateRates};
use super::drive::Drive;
use super::dual::Dual;
use super::leapfrog::{Constant, Leapfrog, Run};
use super::membrane::{Grid, Lot, Start};
use super::number::{WIDTH, dispatch_vectors};
use super::rest;
use super::tangent::{Output, State, advance};
use crate::numeric::Failure;

/// One direction in which everything that a simulation depends on may change.
pub struct Direction<'a> {
    /// The parameter of the membrane that changes by one, if one does.
    pub parameter: Option<usize>,
    /// Change of the specific capacitance.
    pub capacitance: f64,
    /// Change of the voltage at the start, for [`Start::Voltage`].
    pub initial_voltage: f64,
    /// Change of the holding current density, one per lane, for [`Start::Rest`].
    pub holding: Vec<f64>,
    /// Change of the injected current density.
    pub current: Box<dyn Drive + 'a>,
}

/// What is simulated with its slopes. The lot has [`WIDTH`] lanes.
pub struct Sensitive<'a, 'd> {
    /// Parameter sets.
    pub lot: &'a Lot,
    /// µF/cm², one per lane.
    pub capacitance: &'a [f64],
    /// How the sweep starts.
    pub start: &'a Start,
    /// Time steps and samples.
    pub grid: Grid,
    /// Injected current density.
    pub drive: &'a mut dyn Drive,
    /// Directions of the slopes.
    pub directions: &'a mut [Direction<'d>],
}

impl<C: ChannelSet> Leapfrog<C> {
    /// See [`super::Membrane::sensitivities`].
    pub(super) fn with_slopes(
        &self,
        sensitive: &mut Sensitive<'_, '_>,
        traces: &mut [f64],
        slopes: &mut [f64],
    ) -> Vec<Option<Failure>> {
        let (mut state, mut failures) = self.start_with_slopes(sensitive);
        let Sensitive { lot, capacitance, grid, .. } = *sensitive;
        let run = Run { lot, capacitance, grid };
        let (drive, directions) = (&mut *sensitive.drive, &mut *sensitive.directions);
        let output = Output { traces, slopes };
        let channels = &self.channels;
        dispatch_vectors!(self.level, zero => advance(zero, channels, &run, &mut state, drive, directions, output));
        for (lane, failure) in failures.iter_mut().enumerate() {
            let slopes = state.voltage_slopes.iter().all(|slopes| slopes[lane].is_finite());
            if !(slopes && state.voltage_mv[lane].is_finite()) {
                failure.get_or_insert(Failure::NotFinite);
            }
        }
        failures
    }

    fn start_with_slopes(&self, sensitive: &mut Sensitive<'_, '_>) -> (State, Vec<Option<Failure>>) {
        let Sensitive { lot, capacitance, start, .. } = *sensitive;
        let directions = &*sensitive.directions;
        match start {
            Start::Voltage(voltage_mv) => {
                let slopes: Vec<[f64; WIDTH]> =
                    directions.iter().map(|direction| [direction.initial_voltage; WIDTH]).collect();
                (self.steady_with_slopes(lot, voltage_mv, &slopes, directions), vec![None; WIDTH])
            }
            Start::Rest { holding_ua_cm2, settle_ms } => {
                let rests = rest::stable_rests(&self.channels, self.level, lot, capacitance, holding_ua_cm2);
                let voltages: Vec<f64> =
                    rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
                let slopes = self.rest_slopes(lot, &voltages, &rests, directions);
                let state = self.steady_with_slopes(lot, &voltages, &slopes, directions);
                let missing = rests.iter().any(Option::is_none);
                match (missing, settle_ms) {
                    (false, _) => (state, vec![None; WIDTH]),
                    (true, None) => {
                        let failed = |rest: &Option<f64>| rest.is_none().then_some(Failure::NoRest);
                        (state, rests.iter().map(failed).collect())
                    }
                    (true, Some(settle_ms)) => {
                        let settled = self.settle_with_slopes(sensitive, &voltages, &slopes, *settle_ms);
                        (state.replaced(&settled, |lane| rests[lane].is_none()), vec![None; WIDTH])
                    }
                }
            }
        }
    }

    /// The state after running freely under the holding current.
    fn settle_with_slopes(
        &self,
        sensitive: &Sensitive<'_, '_>,
        voltage_mv: &[f64],
        voltage_slopes: &[[f64; WIDTH]],
        settle_ms: f64,
    ) -> State {
        let Sensitive { lot, capacitance, start, grid, .. } = *sensitive;
        let holding = |start: &Start| match start {
            Start::Rest { holding_ua_cm2, .. } => holding_ua_cm2.clone(),
            Start::Voltage(_) => vec![0.0; WIDTH],
        };
        let steps = ((settle_ms / grid.dt_ms).ceil() as usize).max(1);
        let run =
            Run { lot, capacitance, grid: Grid { dt_ms: grid.dt_ms, stride: steps, samples: 2, still: 0 } };
        let mut directions: Vec<Direction<'_>> = sensitive
            .directions
            .iter()
            .map(|direction| Direction {
                holding: direction.holding.clone(),
                current: Box::new(Constant(direction.holding.clone())),
                ..*direction
            })
            .collect();
        let mut state = self.steady_with_slopes(lot, voltage_mv, voltage_slopes, &directions);
        let mut drive = Constant(holding(start));
        let (mut traces, mut slopes) = (vec![0.0; 2 * WIDTH], vec![0.0; 2 * WIDTH * directions.len()]);
        let output = Output { traces: &mut traces, slopes: &mut slopes };
        let (channels, directions) = (&self.channels, &mut *directions);
        dispatch_vectors!(self.level, zero => advance(zero, channels, &run, &mut state, &mut drive, directions, output));
        state
    }

    /// Gates at their steady state.
    fn steady_with_slopes(
        &self,
        lot: &Lot,
        voltage_mv: &[f64],
        voltage_slopes: &[[f64; WIDTH]],
        directions: &[Direction<'_>],
    ) -> State {
        let channels = &self.channels;
        let mut state = State {
            voltage_mv: [0.0; WIDTH],
            gates: vec![[0.0; WIDTH]; channels.gates(()).as_ref().len()],
            voltage_slopes: voltage_slopes.to_vec(),
            gate_slopes: vec![vec![[0.0; WIDTH]; channels.gates(()).as_ref().len()]; directions.len()],
        };
        state.voltage_mv.copy_from_slice(voltage_mv);
        for lane in 0..WIDTH {
            let set = lot.lane(lane);
            let steady = |slope: f64, parameter: Option<usize>| {
                steady(channels, &set, Dual { value: voltage_mv[lane], slope }, parameter)
            };
            for (gate, steady) in state.gates.iter_mut().zip(steady(0.0, None).as_ref()) {
                gate[lane] = steady.value;
            }
            for (number, direction) in directions.iter().enumerate() {
                let steady = steady(voltage_slopes[number][lane], direction.parameter);
                for (gate, steady) in state.gate_slopes[number].iter_mut().zip(steady.as_ref()) {
                    gate[lane] = steady.slope;
                }
            }
        }
        state
    }

    /// How the rest moves, by the theorem of implicit functions: with the outward current F(V, θ) = 0, the slope is
    /// −(dF/dθ) / (dF/dV).
    fn rest_slopes(
        &self,
        lot: &Lot,
        voltage_mv: &[f64],
        rests: &[Option<f64>],
        directions: &[Direction<'_>],
    ) -> Vec<[f64; WIDTH]> {
        let mut slopes = vec![[0.0; WIDTH]; directions.len()];
        for lane in (0..WIDTH).filter(|&lane| rests[lane].is_some()) {
            let set = lot.lane(lane);
            let outward = |slope: f64, parameter: Option<usize>| {
                outward_slope(&self.channels, &set, Dual { value: voltage_mv[lane], slope }, parameter)
            };
            let with_voltage = outward(1.0, None);
            for (slopes, direction) in slopes.iter_mut().zip(directions) {
                slopes[lane] = (direction.holding[lane] - outward(0.0, direction.parameter)) / with_voltage;
            }
        }
        slopes
    }
}

/// Gates at their steady state, with their slopes along that of the voltage and with one parameter moving.
fn steady<C: ChannelSet>(
    channels: &C,
    set: &[f64],
    v: Dual<f64>,
    parameter: Option<usize>,
) -> C::Gates<Dual<f64>> {
    let constants = channels.constants(|index| Dual::moving_if(set[index], parameter == Some(index)), 1.0);
    let mut rates = channels.gates(GateRates { opening: v, total: v, denominator: v });
    channels.rates(&constants, v, &mut rates);
    let mut gates = channels.gates(v);
    for (gate, rate) in gates.as_mut().iter_mut().zip(rates.as_ref()) {
        *gate = rate.opening / rate.total;
    }
    gates
}

/// Slope of the steady outward current.
fn outward_slope<C: ChannelSet>(channels: &C, set: &[f64], v: Dual<f64>, parameter: Option<usize>) -> f64 {
    let of = |index: usize| Dual::moving_if(set[index], parameter == Some(index));
    let constants = channels.constants(of, 1.0);
    let gates = steady(channels, set, v, parameter);
    let mut open = channels.per_current(v);
    channels.open(&constants, &gates, v, &mut open);
    let currents = channels.currents();
    let terms = currents.as_ref().iter().zip(open.as_ref());
    terms.map(|(current, open)| (of(current.conductance) * *open * (v - of(current.reversal))).slope).sum()
}
