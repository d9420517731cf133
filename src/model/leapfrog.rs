//! Staggered leapfrog: gates live at half steps, voltage at whole steps.
//!
//! Both updates are the trapezoidal rule in a variable that enters linearly, so the scheme is of second order
//! and stays finite for any step as long as conductances are not negative.
//! Source: Hines (1984), <https://doi.org/10.1016/0020-7101(84)90008-4>
//!
//! One SIMD lane is one parameter set, and several vectors are advanced in turn to hide the latency of the
//! arithmetic of each.

use std::fmt;
use std::marker::PhantomData;

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::channels::ChannelSet;
use super::drive::Drive;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::rest;
use super::vector::{Lanes, WIDTH};
use super::{ModelParameter, channels::steady_state};
use crate::numeric::Failure;

/// Steps whose currents are computed together: small enough to stay in the first-level cache.
const BLOCK: usize = 64;

/// Lanes of a lot, and measured times relative to a lot of one vector.
const WIDTHS: &[(usize, f64)] = &[(WIDTH, 1.0), (2 * WIDTH, 1.15), (4 * WIDTH, 1.8)];

/// A channel set advanced by the staggered leapfrog.
pub(super) struct Leapfrog<C, const GATES: usize> {
    level: Level,
    channels: PhantomData<C>,
}

impl<C, const GATES: usize> Leapfrog<C, GATES> {
    pub(super) fn new() -> Self {
        Self { level: Level::new(), channels: PhantomData }
    }
}

impl<C, const GATES: usize> fmt::Debug for Leapfrog<C, GATES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leapfrog {{ {:?} }}", self.level)
    }
}

/// The state of a lot: voltage and gates, shape `[lane]` and `[gate, lane]`.
#[derive(Clone)]
pub(super) struct State<const GATES: usize> {
    pub voltage_mv: Vec<f64>,
    pub gates: [Vec<f64>; GATES],
}

impl<const GATES: usize> State<GATES> {
    /// Gates at steady state at the given voltages.
    pub(super) fn steady<C: ChannelSet<GATES>>(lot: &Lot, voltage_mv: Vec<f64>) -> Self {
        let mut gates = std::array::from_fn(|_| vec![0.0; lot.lanes()]);
        for (lane, &voltage) in voltage_mv.iter().enumerate() {
            for (gate, value) in gates.iter_mut().zip(steady_state::<C, GATES>(&lot.lane(lane), voltage)) {
                gate[lane] = value;
            }
        }
        Self { voltage_mv, gates }
    }
}

/// What a run of the kernel works on.
struct Run<'a> {
    lot: &'a Lot,
    capacitance: &'a [f64],
    grid: Grid,
}

impl<C: ChannelSet<GATES>, const GATES: usize> Membrane for Leapfrog<C, GATES> {
    fn parameters(&self) -> &'static [ModelParameter] {
        C::PARAMETERS
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        WIDTHS
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
        let run = Run { lot, capacitance, grid };
        let (mut state, mut failures) = self.start(&run, start);
        self.advance(&run, &mut state, drive, traces);
        for (failure, voltage) in failures.iter_mut().zip(&state.voltage_mv) {
            if !voltage.is_finite() {
                failure.get_or_insert(Failure::NotFinite);
            }
        }
        failures
    }
}

impl<C: ChannelSet<GATES>, const GATES: usize> Leapfrog<C, GATES> {
    fn start(&self, run: &Run<'_>, start: &Start) -> (State<GATES>, Vec<Option<Failure>>) {
        let lot = run.lot;
        let none = vec![None; lot.lanes()];
        match start {
            Start::Voltage(voltage_mv) => (State::steady::<C>(lot, voltage_mv.clone()), none),
            Start::Rest { holding_ua_cm2, settle_ms } => {
                let rests = rest::stable_rests::<C, GATES>(self.level, lot, run.capacitance, holding_ua_cm2);
                let voltages = rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
                let mut state = State::steady::<C>(lot, voltages);
                if rests.iter().all(Option::is_some) {
                    return (state, none);
                }
                let Some(settle_ms) = *settle_ms else {
                    let failed = |rest: &Option<f64>| rest.is_none().then_some(Failure::NoRest);
                    return (state, rests.iter().map(failed).collect());
                };
                let settled = self.settle(run, state.clone(), holding_ua_cm2, settle_ms);
                for lane in (0..lot.lanes()).filter(|&lane| rests[lane].is_none()) {
                    state.voltage_mv[lane] = settled.voltage_mv[lane];
                    for (gate, settled) in state.gates.iter_mut().zip(&settled.gates) {
                        gate[lane] = settled[lane];
                    }
                }
                (state, none)
            }
        }
    }

    /// The state after running freely under the holding current.
    fn settle(
        &self,
        run: &Run<'_>,
        mut state: State<GATES>,
        holding_ua_cm2: &[f64],
        settle_ms: f64,
    ) -> State<GATES> {
        let steps = (settle_ms / run.grid.dt_ms).ceil() as usize;
        let grid = Grid { dt_ms: run.grid.dt_ms, stride: steps.max(1), samples: 2 };
        let run = Run { grid, ..*run };
        let mut traces = vec![0.0; 2 * run.lot.lanes()];
        self.advance(&run, &mut state, &mut Constant(holding_ua_cm2), &mut traces);
        state
    }

    /// Advances a lot of any of the widths; each lane does the same arithmetic whatever the width.
    fn advance(&self, run: &Run<'_>, state: &mut State<GATES>, drive: &mut dyn Drive, traces: &mut [f64]) {
        let level = self.level;
        match run.lot.lanes() / WIDTH {
            1 => dispatch!(level, simd => kernel::<_, C, GATES, 1>(simd, run, state, drive, traces)),
            2 => dispatch!(level, simd => kernel::<_, C, GATES, 2>(simd, run, state, drive, traces)),
            _ => dispatch!(level, simd => kernel::<_, C, GATES, 4>(simd, run, state, drive, traces)),
        }
    }
}

/// A drive that does not change.
struct Constant<'a>(&'a [f64]);

impl Drive for Constant<'_> {
    fn fill(&mut self, _: usize, lanes: usize, out: &mut [f64]) {
        for row in out.chunks_exact_mut(lanes) {
            row.copy_from_slice(self.0);
        }
    }
}

#[inline(always)]
fn load<S: Simd>(simd: S, values: &[f64], vector: usize) -> Lanes<S> {
    Lanes::from_slice(simd, &values[vector * WIDTH..(vector + 1) * WIDTH])
}

/// Advances a lot over its grid; keeps the voltage of every `stride`-th step in `traces` `[lane, sample]`.
#[inline(always)]
fn kernel<S: Simd, C: ChannelSet<GATES>, const GATES: usize, const VECTORS: usize>(
    simd: S,
    run: &Run<'_>,
    state: &mut State<GATES>,
    drive: &mut dyn Drive,
    traces: &mut [f64],
) {
    let Grid { dt_ms, stride, samples } = run.grid;
    let lanes = VECTORS * WIDTH;
    let constants: [C::Constants<S>; VECTORS] = std::array::from_fn(|k| {
        C::constants(simd, |index| load(simd, run.lot.parameter(index), k), 0.5 * dt_ms)
    });
    let capacitance: [Lanes<S>; VECTORS] = std::array::from_fn(|k| load(simd, run.capacitance, k));
    let mut v: [Lanes<S>; VECTORS] = std::array::from_fn(|k| load(simd, &state.voltage_mv, k));
    let mut gates: [[Lanes<S>; GATES]; VECTORS] =
        std::array::from_fn(|k| std::array::from_fn(|gate| load(simd, &state.gates[gate], k)));

    let mut currents = vec![0.0; BLOCK * lanes];
    let mut sample = 0;
    let mut until_sample = 0;
    let mut keep = |v: &[Lanes<S>; VECTORS]| {
        for (k, vector) in v.iter().enumerate() {
            for (lane, &voltage) in vector.as_slice().iter().enumerate() {
                traces[(k * WIDTH + lane) * samples + sample] = voltage;
            }
        }
        sample += 1;
    };
    keep(&v);
    let steps = run.grid.steps();
    for first in (0..steps).step_by(BLOCK) {
        let block = BLOCK.min(steps - first);
        drive.fill(first, lanes, &mut currents[..block * lanes]);
        for row in currents[..block * lanes].chunks_exact(lanes) {
            for k in 0..VECTORS {
                let rates = C::rates(simd, &constants[k], v[k]);
                for (gate, rate) in gates[k].iter_mut().zip(&rates) {
                    let excess = rate.opening - *gate * rate.total;
                    *gate += (excess + excess) / (rate.denominator + rate.total);
                }
                let (g, g_e) = C::conductance(&constants[k], &gates[k]);
                let current = g_e + load(simd, row, k);
                let slope = (current - g * v[k]) * dt_ms;
                v[k] += slope / g.mul_add(0.5 * dt_ms, capacitance[k]);
            }
            until_sample += 1;
            if until_sample == stride {
                until_sample = 0;
                keep(&v);
            }
        }
    }
    for k in 0..VECTORS {
        v[k].store_slice(&mut state.voltage_mv[k * WIDTH..(k + 1) * WIDTH]);
        for (gate, values) in gates[k].iter().zip(&mut state.gates) {
            gate.store_slice(&mut values[k * WIDTH..(k + 1) * WIDTH]);
        }
    }
}
