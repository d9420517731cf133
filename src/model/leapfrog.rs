//! Staggered leapfrog: gates live at half steps, voltage at whole steps.
//!
//! Both updates are the trapezoidal rule in a variable that enters linearly, so the scheme is of second order
//! and stays finite for any step as long as conductances are not negative.
//! Source: Hines (1984), <https://doi.org/10.1016/0020-7101(84)90008-4>
//!
//! One SIMD lane is one parameter set, and several vectors are advanced in turn to hide the latency of the
//! arithmetic of each.

use std::ops::Range;

use fearless_simd::Level;

use super::channels::{ChannelSet, Current, GateRates};
use super::drive::Drive;
use super::kinetics::Channel;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::number::{Number, Vector, WIDTH, dispatch_vectors};
use super::operations::{self, Operations};
use super::pair::Pair;
use super::recorder::Recorder;
use super::sensitivity::Sensitive;
use super::{ModelParameter, channel_noise, rest};
use crate::numeric::{Failure, instructions};

/// Steps whose currents are computed together: small enough to stay in the first-level cache.
pub(super) const BLOCK: usize = 64;

/// Lanes of a lot, and measured times relative to a lot of one vector.
const WIDTHS: &[(usize, f64)] = &[(WIDTH, 1.0), (2 * WIDTH, 1.1), (4 * WIDTH, 1.4), (8 * WIDTH, 2.3)];

/// A channel set advanced by the staggered leapfrog.
#[derive(Debug)]
pub(super) struct Leapfrog<C> {
    pub(super) level: Level,
    pub(super) channels: C,
}

impl<C> Leapfrog<C> {
    pub(super) fn new(channels: C) -> Self {
        Self { level: instructions(), channels }
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    pub(super) fn channels(&self) -> &C {
        &self.channels
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
    pub(super) fn steady<C: ChannelSet>(channels: &C, level: Level, lot: &Lot, voltage_mv: Vec<f64>) -> Self {
        Self { gates: rest::steady_gates(channels, level, lot, &voltage_mv), voltage_mv }
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

    fn describe(&self, parameters: &[f64]) -> Option<Vec<Channel>> {
        Some(self.channels.describe(parameters))
    }

    fn default_dt_ms(&self) -> f64 {
        self.channels.default_dt_ms()
    }

    fn operations(&self) -> Option<Operations> {
        Some(operations::of_one_step(&self.channels))
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        WIDTHS
    }

    fn noise_processes(&self, conductance: usize) -> Option<usize> {
        Some(channel_noise::processes(&self.channels, conductance))
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
    pub(super) fn start(&self, run: &Run<'_>, start: &Start) -> (State, Vec<Option<Failure>>) {
        let (channels, lot) = (&self.channels, run.lot);
        let none = vec![None; lot.lanes()];
        match start {
            Start::Voltage(voltage_mv) => {
                (State::steady(channels, self.level, lot, voltage_mv.clone()), none)
            }
            Start::Rest { holding_ua_cm2, settle_ms } => {
                let rests = rest::stable_rests(channels, self.level, lot, run.capacitance, holding_ua_cm2);
                let voltages = rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
                let mut state = State::steady(channels, self.level, lot, voltages);
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
        let grid = Grid { dt_ms: run.grid.dt_ms, stride: steps.max(1), samples: 2, still: 0 };
        let run = Run { grid, ..*run };
        let mut traces = vec![0.0; 2 * run.lot.lanes()];
        self.advance(&run, &mut state, &mut Constant(holding_ua_cm2.to_vec()), &mut traces);
        state
    }

    /// Advances a lot of any of the widths; each lane does the same arithmetic whatever the width.
    fn advance(&self, run: &Run<'_>, state: &mut State, drive: &mut dyn Drive, traces: &mut [f64]) {
        let (level, channels) = (self.level, &self.channels);
        for (trace, voltage) in traces.chunks_exact_mut(run.grid.samples).zip(&state.voltage_mv) {
            trace[..=run.grid.still].fill(*voltage);
        }
        if drive.channel_noise().is_some() {
            dispatch_vectors!(level, zero => channel_noise::advance(zero, channels, run, state, drive, traces));
        } else {
            dispatch_vectors!(level, zero => advance(zero, channels, run, state, drive, traces));
        }
    }
}

/// A drive that does not change.
pub(super) struct Constant(pub Vec<f64>);

impl Drive for Constant {
    fn fill(&mut self, _: usize, lanes: usize, out: &mut [f64]) {
        for row in out.chunks_exact_mut(lanes) {
            row.copy_from_slice(&self.0);
        }
    }

    fn is_constant(&self, _: Range<usize>) -> bool {
        true
    }
}

/// Vector number `vector` of `values`.
#[inline(always)]
pub(super) fn load<N: Vector>(zero: N, values: &[f64], vector: usize) -> N {
    zero.load(&values[vector * N::LEN..])
}

/// Conductance and reversal potential of one current.
#[derive(Clone, Copy)]
pub(super) struct Ohmic<N> {
    pub conductance: N,
    pub reversal: N,
}

/// The currents of one vector of a lot.
#[inline(always)]
pub(super) fn ohmic<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    lot: &Lot,
    vector: usize,
) -> C::Currents<Ohmic<N>> {
    let mut currents = channels.per_current(Ohmic { conductance: zero, reversal: zero });
    let places = channels.currents();
    for (current, Current { conductance, reversal }) in currents.as_mut().iter_mut().zip(places.as_ref()) {
        current.conductance = load(zero, lot.parameter(*conductance), vector);
        current.reversal = load(zero, lot.parameter(*reversal), vector);
    }
    currents
}

/// Advances a lot over its grid; keeps the voltage of every `stride`-th step in `traces` `[lane, sample]`.
///
/// Each operation is done on several vectors one after the other, which hides its latency.
#[inline(always)]
fn advance<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    traces: &mut [f64],
) {
    let vectors = run.lot.lanes() / N::LEN;
    let two = Pair(zero, zero);
    // Constants, so that what a processor does not use is not compiled for it.
    if const { N::LEN > 1 && 4 * N::REGISTERS <= C::TOGETHER } && vectors.is_multiple_of(4) {
        advance_in(Pair(two, two), channels, run, state, drive, traces);
    } else if const { N::LEN > 1 && 2 * N::REGISTERS <= C::TOGETHER } && vectors.is_multiple_of(2) {
        advance_in(two, channels, run, state, drive, traces);
    } else {
        advance_in(zero, channels, run, state, drive, traces);
    }
}

/// The same in vectors of one kind, which take their steps in turn: the end of a step of one, where every operation
/// waits for the one before it, overlaps with the beginning of a step of the next.
#[inline(always)]
fn advance_in<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    traces: &mut [f64],
) {
    let Grid { samples, still, stride, .. } = run.grid;
    let lanes = run.lot.lanes();
    let mut vectors = Vec::with_capacity(lanes / N::LEN);
    for vector in 0..lanes / N::LEN {
        vectors.push(Moving::<N, C>::new(zero, channels, run, state, vector));
    }
    let mut recorder = Recorder::new(traces, samples, lanes, still + 1);
    let mut scratch = Scratch::new(zero, channels);
    let mut injected = vec![0.0; BLOCK * lanes];
    let mut until_sample = stride;
    let (start, steps) = (still * stride, run.grid.steps());
    for first in (start..steps).step_by(BLOCK) {
        let block = BLOCK.min(steps - first);
        let injected = &mut injected[..block * lanes];
        // What the block before has left is right if nothing changes in both.
        if first == start || !drive.is_constant(first - BLOCK..first + block) {
            drive.fill(first, lanes, injected);
        }
        for row in injected.chunks_exact(lanes) {
            for (moving, injected) in vectors.iter_mut().zip(row.chunks_exact(N::LEN)) {
                moving.step(channels, zero.load(injected), &mut scratch);
            }
            until_sample -= 1;
            if until_sample == 0 {
                until_sample = stride;
                for (moving, voltages) in vectors.iter().zip(recorder.sample().chunks_exact_mut(N::LEN)) {
                    moving.v.store(voltages);
                }
                recorder.keep(zero);
            }
        }
    }
    recorder.finish();
    for (vector, moving) in vectors.iter().enumerate() {
        moving.store(state, vector * N::LEN);
    }
}

/// Room for what is computed at every step.
pub(super) struct Scratch<N: Vector, C: ChannelSet> {
    pub rates: C::Gates<GateRates<N>>,
    pub open: C::Currents<N>,
}

impl<N: Vector, C: ChannelSet> Scratch<N, C> {
    #[inline(always)]
    pub(super) fn new(zero: N, channels: &C) -> Self {
        let rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
        Self { rates, open: channels.per_current(zero) }
    }
}

/// One vector of a lot on its way.
pub(super) struct Moving<N: Vector, C: ChannelSet> {
    pub constants: C::Constants<N>,
    currents: C::Currents<Ohmic<N>>,
    /// C / dt.
    capacitance_per_step: N,
    pub v: N,
    v_before: N,
    pub gates: C::Gates<N>,
}

impl<N: Vector, C: ChannelSet> Moving<N, C> {
    #[inline(always)]
    pub(super) fn new(zero: N, channels: &C, run: &Run<'_>, state: &State, vector: usize) -> Self {
        let v = load(zero, &state.voltage_mv, vector);
        let mut gates = channels.gates(zero);
        for (gate, values) in gates.as_mut().iter_mut().zip(&state.gates) {
            *gate = load(zero, values, vector);
        }
        let parameter = |index| load(zero, run.lot.parameter(index), vector);
        Self {
            constants: channels.constants(parameter, 0.5 * run.grid.dt_ms),
            currents: ohmic(zero, channels, run.lot, vector),
            capacitance_per_step: load(zero, run.capacitance, vector) * (1.0 / run.grid.dt_ms),
            v,
            v_before: v,
            gates,
        }
    }

    /// One step under the current density `injected`.
    #[inline(always)]
    fn step(&mut self, channels: &C, injected: N, scratch: &mut Scratch<N, C>) {
        self.open_channels(channels, scratch);
        self.move_voltage(injected, scratch);
    }

    /// The first half of a step: the gates, and the open fraction of every current.
    #[inline(always)]
    pub(super) fn open_channels(&mut self, channels: &C, scratch: &mut Scratch<N, C>) {
        let v = self.v;
        // Gates from half a step before to half a step after v.
        channels.rates(&self.constants, v, &mut scratch.rates);
        for (x, rate) in self.gates.as_mut().iter_mut().zip(scratch.rates.as_ref()) {
            let excess = (-*x).times_plus(rate.total, rate.opening);
            *x = *x + (excess + excess) / (rate.denominator + rate.total);
        }
        channels.open(&self.constants, &self.gates, self.v_middle(), &mut scratch.open);
    }

    /// The voltage in the middle of the coming step, for gates that follow it at once.
    #[inline(always)]
    pub(super) fn v_middle(&self) -> N {
        self.v + (self.v - self.v_before) * 0.5
    }

    /// The second half of a step: the voltage.
    #[inline(always)]
    pub(super) fn move_voltage(&mut self, injected: N, scratch: &Scratch<N, C>) {
        let v = self.v;
        let (g, g_e) = total_conductance(self.currents.as_ref(), scratch.open.as_ref());
        // C dV/dt = I + Σ g E − V Σ g by the trapezoidal rule.
        let total = (-g).times_plus(v, g_e + injected);
        self.v_before = v;
        self.v = v + total / g.times_plus(v.constant(0.5), self.capacitance_per_step);
    }

    #[inline(always)]
    pub(super) fn store(&self, state: &mut State, lane: usize) {
        self.v.store(&mut state.voltage_mv[lane..]);
        for (gate, values) in self.gates.as_ref().iter().zip(&mut state.gates) {
            gate.store(&mut values[lane..]);
        }
    }
}

/// Σ g and Σ g E of what is open.
#[inline(always)]
pub(super) fn total_conductance<N: Number>(currents: &[Ohmic<N>], open: &[N]) -> (N, N) {
    let mut g = currents[0].conductance * open[0];
    let mut g_e = g * currents[0].reversal;
    for (current, open) in currents[1..].iter().zip(&open[1..]) {
        let own = current.conductance * *open;
        g = g + own;
        g_e = own.times_plus(current.reversal, g_e);
    }
    (g, g_e)
}
