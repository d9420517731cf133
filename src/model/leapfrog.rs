//! Staggered leapfrog: gates live at half steps, voltage at whole steps.
//!
//! Both updates are the trapezoidal rule in a variable that enters linearly, so the scheme is of second order
//! and stays finite for any step as long as conductances are not negative.
//! Source: Hines (1984), <https://doi.org/10.1016/0020-7101(84)90008-4>
//!
//! One SIMD lane is one parameter set, and several vectors are advanced in turn to hide the latency of the
//! arithmetic of each.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::ModelParameter;
use super::channels::{ChannelSet, Current, GateRates, Patch};
use super::drive::Drive;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::number::{Lanes, Number, WIDTH};
use super::rest;
use super::sensitivity::Sensitive;
use crate::numeric::Failure;

/// Steps whose currents are computed together: small enough to stay in the first-level cache.
pub(super) const BLOCK: usize = 64;

/// Lanes of a lot, and measured times relative to a lot of one vector.
const WIDTHS: &[(usize, f64)] = &[(WIDTH, 1.0), (2 * WIDTH, 1.15), (4 * WIDTH, 1.8)];

/// A channel set advanced by the staggered leapfrog.
#[derive(Debug)]
pub(super) struct Leapfrog<C> {
    pub(super) level: Level,
    pub(super) channels: C,
}

impl<C> Leapfrog<C> {
    pub(super) fn new(channels: C) -> Self {
        Self { level: Level::new(), channels }
    }
}

/// The state of a lot: voltage and gates, shape `[lane]` and `[gate, lane]`.
#[derive(Clone)]
pub(super) struct State {
    pub voltage_mv: Vec<f64>,
    pub gates: Vec<Vec<f64>>,
}

impl State {
    /// Gates at steady state at the given voltages.
    pub(super) fn steady<C: ChannelSet>(channels: &C, lot: &Lot, voltage_mv: Vec<f64>) -> Self {
        let mut gates = vec![vec![0.0; lot.lanes()]; channels.gates(()).as_ref().len()];
        for (lane, &voltage) in voltage_mv.iter().enumerate() {
            let parameters = lot.lane(lane);
            let steady = Patch::new(channels, &parameters).steady_state(voltage);
            for (gate, value) in gates.iter_mut().zip(steady.as_ref()) {
                gate[lane] = *value;
            }
        }
        Self { voltage_mv, gates }
    }
}

/// What a run of the kernel works on.
pub(super) struct Run<'a> {
    pub lot: &'a Lot,
    pub capacitance: &'a [f64],
    pub grid: Grid,
}

impl<C: ChannelSet> Membrane for Leapfrog<C> {
    fn parameters(&self) -> &[ModelParameter] {
        self.channels.parameters()
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        WIDTHS
    }

    fn sensitivities(
        &self,
        mut sensitive: Sensitive<'_, '_>,
        traces: &mut [f64],
        slopes: &mut [f64],
    ) -> Option<Vec<Option<Failure>>> {
        Some(self.with_slopes(&mut sensitive, traces, slopes))
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

impl<C: ChannelSet> Leapfrog<C> {
    fn start(&self, run: &Run<'_>, start: &Start) -> (State, Vec<Option<Failure>>) {
        let (channels, lot) = (&self.channels, run.lot);
        let none = vec![None; lot.lanes()];
        match start {
            Start::Voltage(voltage_mv) => (State::steady(channels, lot, voltage_mv.clone()), none),
            Start::Rest { holding_ua_cm2, settle_ms } => {
                let rests = rest::stable_rests(channels, self.level, lot, run.capacitance, holding_ua_cm2);
                let voltages = rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
                let mut state = State::steady(channels, lot, voltages);
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
    fn settle(&self, run: &Run<'_>, mut state: State, holding_ua_cm2: &[f64], settle_ms: f64) -> State {
        let steps = (settle_ms / run.grid.dt_ms).ceil() as usize;
        let grid = Grid { dt_ms: run.grid.dt_ms, stride: steps.max(1), samples: 2 };
        let run = Run { grid, ..*run };
        let mut traces = vec![0.0; 2 * run.lot.lanes()];
        self.advance(&run, &mut state, &mut Constant(holding_ua_cm2), &mut traces);
        state
    }

    /// Advances a lot of any of the widths; each lane does the same arithmetic whatever the width.
    fn advance(&self, run: &Run<'_>, state: &mut State, drive: &mut dyn Drive, traces: &mut [f64]) {
        let (level, channels) = (self.level, &self.channels);
        match run.lot.lanes() / WIDTH {
            1 => dispatch!(level, simd => kernel::<_, C, 1>(simd, channels, run, state, drive, traces)),
            2 => dispatch!(level, simd => kernel::<_, C, 2>(simd, channels, run, state, drive, traces)),
            _ => dispatch!(level, simd => kernel::<_, C, 4>(simd, channels, run, state, drive, traces)),
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
pub(super) fn load<S: Simd>(simd: S, values: &[f64], vector: usize) -> Lanes<S> {
    Lanes::from_slice(simd, &values[vector * WIDTH..(vector + 1) * WIDTH])
}

/// Conductance and reversal potential of one current.
#[derive(Clone, Copy)]
pub(super) struct Ohmic<S: Simd> {
    pub conductance: Lanes<S>,
    pub reversal: Lanes<S>,
}

/// The currents of one vector of a lot.
#[inline(always)]
pub(super) fn ohmic<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    lot: &Lot,
    vector: usize,
) -> C::Currents<Ohmic<S>> {
    let zero = simd.splat_f64x8(0.0);
    let mut currents = channels.per_current(Ohmic { conductance: zero, reversal: zero });
    let places = channels.currents();
    for (current, Current { conductance, reversal }) in currents.as_mut().iter_mut().zip(places.as_ref()) {
        current.conductance = load(simd, lot.parameter(*conductance), vector);
        current.reversal = load(simd, lot.parameter(*reversal), vector);
    }
    currents
}

/// Advances a lot over its grid; keeps the voltage of every `stride`-th step in `traces` `[lane, sample]`.
#[inline(always)]
fn kernel<S: Simd, C: ChannelSet, const VECTORS: usize>(
    simd: S,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    traces: &mut [f64],
) {
    let Grid { dt_ms, stride, samples } = run.grid;
    let lanes = VECTORS * WIDTH;
    let zero = simd.splat_f64x8(0.0);
    let constants: [C::Constants<Lanes<S>>; VECTORS] = std::array::from_fn(|k| {
        channels.constants(|index| load(simd, run.lot.parameter(index), k), 0.5 * dt_ms)
    });
    let currents: [C::Currents<Ohmic<S>>; VECTORS] =
        std::array::from_fn(|k| ohmic(simd, channels, run.lot, k));
    let capacitance: [Lanes<S>; VECTORS] = std::array::from_fn(|k| load(simd, run.capacitance, k));
    let mut v: [Lanes<S>; VECTORS] = std::array::from_fn(|k| load(simd, &state.voltage_mv, k));
    let mut v_before = v;
    let half_dt = simd.splat_f64x8(0.5 * dt_ms);
    let mut gates: [C::Gates<Lanes<S>>; VECTORS] = std::array::from_fn(|k| {
        let mut gates = channels.gates(zero);
        for (gate, values) in gates.as_mut().iter_mut().zip(&state.gates) {
            *gate = load(simd, values, k);
        }
        gates
    });
    let mut rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
    let mut open = channels.per_current(zero);

    let mut injected = vec![0.0; BLOCK * lanes];
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
        drive.fill(first, lanes, &mut injected[..block * lanes]);
        for row in injected[..block * lanes].chunks_exact(lanes) {
            for k in 0..VECTORS {
                // Gates from half a step before to half a step after v.
                channels.rates(&constants[k], v[k], &mut rates);
                for (x, rate) in gates[k].as_mut().iter_mut().zip(rates.as_ref()) {
                    let excess = rate.opening - *x * rate.total;
                    *x += (excess + excess) / (rate.denominator + rate.total);
                }
                // The voltage in the middle of the coming step, for gates that follow it at once.
                let v_middle = v[k] + (v[k] - v_before[k]) * 0.5;
                v_before[k] = v[k];
                channels.open(&constants[k], &gates[k], v_middle, &mut open);
                let (g, g_e) = total_conductance(currents[k].as_ref(), open.as_ref());
                // C dV/dt = I + Σ g E − V Σ g by the trapezoidal rule.
                let slope = (g_e + load(simd, row, k) - g * v[k]) * dt_ms;
                v[k] += slope / Number::times_plus(g, half_dt, capacitance[k]);
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
        for (gate, values) in gates[k].as_ref().iter().zip(&mut state.gates) {
            gate.store_slice(&mut values[k * WIDTH..(k + 1) * WIDTH]);
        }
    }
}

/// Σ g and Σ g E of what is open.
#[inline(always)]
pub(super) fn total_conductance<S: Simd>(currents: &[Ohmic<S>], open: &[Lanes<S>]) -> (Lanes<S>, Lanes<S>) {
    let mut g = currents[0].conductance * open[0];
    let mut g_e = g * currents[0].reversal;
    for (current, open) in currents[1..].iter().zip(&open[1..]) {
        let own = current.conductance * *open;
        g += own;
        g_e = Number::times_plus(own, current.reversal, g_e);
    }
    (g, g_e)
}
