//! Forward sensitivities: how the voltage changes with the parameters, carried along with the simulation.
//!
//! The steps of the leapfrog are differentiated, not the equations, so the slopes are those of the trace that the
//! scheme computes, to rounding. The slopes of the rates with the voltage are shared by all directions; each direction
//! then costs a few multiplications per gate and per current.
//! Source of the method: <https://doi.org/10.1137/1.9780898718904>, chapter 2.

use fearless_simd::{Simd, dispatch};

use super::channels::{ChannelSet, Current, GateRates, Patch};
use super::drive::Drive;
use super::dual::Dual;
use super::leapfrog::{BLOCK, Leapfrog, Ohmic, Run, load, ohmic, total_conductance};
use super::membrane::{Grid, Lot, Start};
use super::number::{Lanes, Number, WIDTH};
use super::rest;
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

/// Voltage and gates of eight lanes, with their slopes in every direction.
struct State {
    voltage_mv: [f64; WIDTH],
    gates: Vec<[f64; WIDTH]>,
    /// Shape `[direction][lane]`.
    voltage_slopes: Vec<[f64; WIDTH]>,
    /// Shape `[direction][gate][lane]`.
    gate_slopes: Vec<Vec<[f64; WIDTH]>>,
}

/// Where the kernel writes: shape `[lane, sample]`, and `[direction, lane, sample]` for slopes.
struct Output<'a> {
    traces: &'a mut [f64],
    slopes: &'a mut [f64],
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
        dispatch!(self.level, simd => kernel(simd, &self.channels, &run, &mut state, drive, directions, output));
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
        let run = Run { lot, capacitance, grid: Grid { dt_ms: grid.dt_ms, stride: steps, samples: 2 } };
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
        dispatch!(self.level, simd => kernel(simd, channels, &run, &mut state, &mut drive, directions, output));
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
        let steady = |v: &[f64; WIDTH], slope: &[f64; WIDTH], parameter: Option<usize>| dispatch!(self.level, simd => steady(simd, &self.channels, lot, v, slope, parameter));
        let mut v = [0.0; WIDTH];
        v.copy_from_slice(voltage_mv);
        let gates = steady(&v, &[0.0; WIDTH], None).into_iter().map(|(value, _)| value).collect();
        let slopes = voltage_slopes.iter().zip(directions).map(|(slope, direction)| {
            steady(&v, slope, direction.parameter).into_iter().map(|(_, slope)| slope).collect()
        });
        let gate_slopes = slopes.collect();
        State { voltage_mv: v, gates, voltage_slopes: voltage_slopes.to_vec(), gate_slopes }
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
        let with_voltage =
            dispatch!(self.level, simd => outward_slope(simd, &self.channels, lot, voltage_mv, 1.0, None));
        let slope = |direction: &Direction<'_>| {
            let parameter = direction.parameter;
            let own = dispatch!(self.level, simd => outward_slope(simd, &self.channels, lot, voltage_mv, 0.0, parameter));
            let mut slope = [0.0; WIDTH];
            for lane in (0..WIDTH).filter(|&lane| rests[lane].is_some()) {
                slope[lane] = (direction.holding[lane] - own[lane]) / with_voltage[lane];
            }
            slope
        };
        directions.iter().map(slope).collect()
    }
}

impl State {
    /// This state with some lanes of another one.
    fn replaced(mut self, other: &Self, is_other: impl Fn(usize) -> bool) -> Self {
        for lane in (0..WIDTH).filter(|&lane| is_other(lane)) {
            self.voltage_mv[lane] = other.voltage_mv[lane];
            for (own, other) in self.gates.iter_mut().zip(&other.gates) {
                own[lane] = other[lane];
            }
            for (own, other) in self.voltage_slopes.iter_mut().zip(&other.voltage_slopes) {
                own[lane] = other[lane];
            }
            let slopes = self.gate_slopes.iter_mut().zip(&other.gate_slopes);
            for (own, other) in slopes.flat_map(|(own, other)| own.iter_mut().zip(other)) {
                own[lane] = other[lane];
            }
        }
        self
    }
}

/// A drive that does not change.
struct Constant(Vec<f64>);

impl Drive for Constant {
    fn fill(&mut self, _: usize, lanes: usize, out: &mut [f64]) {
        for row in out.chunks_exact_mut(lanes) {
            row.copy_from_slice(&self.0);
        }
    }
}

/// The constants of a channel set, with one parameter moving.
#[inline(always)]
fn moving<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    lot: &Lot,
    parameter: Option<usize>,
    half_step_ms: f64,
) -> C::Constants<Dual<S>> {
    let of = |index: usize| {
        let value = load(simd, lot.parameter(index), 0);
        if parameter == Some(index) { Dual::moving(value) } else { Dual::fixed(value) }
    };
    channels.constants(of, half_step_ms)
}

/// Gates at their steady state, with their slopes; `slope`: that of the voltage.
#[inline(always)]
fn steady<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    lot: &Lot,
    voltage_mv: &[f64; WIDTH],
    slope: &[f64; WIDTH],
    parameter: Option<usize>,
) -> Vec<([f64; WIDTH], [f64; WIDTH])> {
    let constants = moving(simd, channels, lot, parameter, 1.0);
    let v = Dual { value: load(simd, voltage_mv, 0), slope: load(simd, slope, 0) };
    let mut rates = channels.gates(GateRates { opening: v, total: v, denominator: v });
    channels.rates(&constants, v, &mut rates);
    let mut gates = Vec::with_capacity(rates.as_ref().len());
    for rate in rates.as_ref() {
        let gate = rate.opening / rate.total;
        gates.push((gate.value.into(), gate.slope.into()));
    }
    gates
}

/// Slope of the steady outward current; `voltage_slope`: 1 along the voltage.
#[inline(always)]
fn outward_slope<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    lot: &Lot,
    voltage_mv: &[f64],
    voltage_slope: f64,
    parameter: Option<usize>,
) -> [f64; WIDTH] {
    let constants = moving(simd, channels, lot, parameter, 1.0);
    let value = load(simd, voltage_mv, 0);
    let v = Dual { value, slope: value.constant(voltage_slope) };
    let mut rates = channels.gates(GateRates { opening: v, total: v, denominator: v });
    channels.rates(&constants, v, &mut rates);
    let mut gates = channels.gates(v);
    for (gate, rate) in gates.as_mut().iter_mut().zip(rates.as_ref()) {
        *gate = rate.opening / rate.total;
    }
    let mut open = channels.per_current(v);
    channels.open(&constants, &gates, v, &mut open);
    let mut outward = value.constant(0.0);
    for (current, open) in channels.currents().as_ref().iter().zip(open.as_ref()) {
        let of = |index: usize| {
            let value = load(simd, lot.parameter(index), 0);
            if parameter == Some(index) { Dual::moving(value) } else { Dual::fixed(value) }
        };
        outward += (of(current.conductance) * *open * (v - of(current.reversal))).slope;
    }
    outward.into()
}

/// What one direction needs at every step.
struct Tangent<S: Simd, C: ChannelSet> {
    /// With the parameter of the direction moving.
    constants: C::Constants<Dual<S>>,
    /// Whether that parameter changes the rates.
    is_kinetic: bool,
    /// The current whose conductance or reversal potential it is.
    conductances: Vec<usize>,
    reversals: Vec<usize>,
    capacitance: Lanes<S>,
    voltage: Lanes<S>,
    voltage_before: Lanes<S>,
    gates: C::Gates<Lanes<S>>,
}

/// How a gate after the step changes with the gate before it and with the voltage; and what its change with a
/// parameter is made from.
#[derive(Clone, Copy)]
struct GateSlopes<S: Simd> {
    with_gate: Lanes<S>,
    with_voltage: Lanes<S>,
    before: Lanes<S>,
    step: Lanes<S>,
    inverse: Lanes<S>,
}

impl<S: Simd> GateSlopes<S> {
    /// Change of the gate if its rates change.
    #[inline(always)]
    fn with_rates(self, rate: &GateRates<Dual<S>>) -> Lanes<S> {
        let excess = rate.opening.slope - self.before * rate.total.slope;
        (excess + excess - self.step * (rate.denominator.slope + rate.total.slope)) * self.inverse
    }
}

impl<S: Simd, C: ChannelSet> Tangent<S, C> {
    #[inline(always)]
    fn new(
        simd: S,
        channels: &C,
        run: &Run<'_>,
        state: &State,
        number: usize,
        direction: &Direction<'_>,
    ) -> Self {
        let parameter = direction.parameter;
        let currents = channels.currents();
        let places = |place: fn(&Current) -> usize| {
            let same = |current: &Current| Some(place(current)) == parameter;
            (0..currents.as_ref().len()).filter(|&i| same(&currents.as_ref()[i])).collect::<Vec<_>>()
        };
        let mut gates = channels.gates(simd.splat_f64x8(0.0));
        for (gate, slope) in gates.as_mut().iter_mut().zip(&state.gate_slopes[number]) {
            *gate = load(simd, slope, 0);
        }
        let voltage = load(simd, &state.voltage_slopes[number], 0);
        Self {
            constants: moving(simd, channels, run.lot, parameter, 0.5 * run.grid.dt_ms),
            is_kinetic: parameter.is_some_and(|parameter| is_kinetic(channels, run.lot, parameter)),
            conductances: places(|current| current.conductance),
            reversals: places(|current| current.reversal),
            capacitance: simd.splat_f64x8(direction.capacitance),
            voltage,
            voltage_before: voltage,
            gates,
        }
    }
}

/// Whether a parameter changes rates or open fractions: it then makes a difference between two voltages.
fn is_kinetic<C: ChannelSet>(channels: &C, lot: &Lot, parameter: usize) -> bool {
    let set = lot.lane(0);
    let mut other = set.clone();
    other[parameter] = set[parameter] * 1.01 + 0.01;
    let (own, other) = (Patch::new(channels, &set), Patch::new(channels, &other));
    [-90.0, -60.0, -40.0, -10.0].into_iter().any(|v| {
        let gates = own.steady_state(v);
        let same = |a: &GateRates<f64>, b: &GateRates<f64>| {
            [(a.opening, b.opening), (a.total, b.total), (a.denominator, b.denominator)]
                .into_iter()
                .all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let rates = own.rates(v);
        !rates.as_ref().iter().zip(other.rates(v).as_ref()).all(|(a, b)| same(a, b))
            || own.open(&gates, v).as_ref() != other.open(&gates, v).as_ref()
    })
}

/// Advances eight lanes and their slopes over the grid.
#[inline(always)]
fn kernel<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    directions: &mut [Direction<'_>],
    output: Output<'_>,
) {
    let Grid { dt_ms, stride, samples } = run.grid;
    let half_dt = simd.splat_f64x8(0.5 * dt_ms);
    let constants = moving(simd, channels, run.lot, None, 0.5 * dt_ms);
    let currents = ohmic(simd, channels, run.lot, 0);
    let capacitance = load(simd, run.capacitance, 0);
    let mut v = load(simd, &state.voltage_mv, 0);
    let mut v_before = v;
    let zero = v.constant(0.0);
    let mut gates = channels.gates(zero);
    for (gate, values) in gates.as_mut().iter_mut().zip(&state.gates) {
        *gate = load(simd, values, 0);
    }
    let mut tangents = Vec::with_capacity(directions.len());
    for (number, direction) in directions.iter().enumerate() {
        tangents.push(Tangent::<S, C>::new(simd, channels, run, state, number, direction));
    }
    let still = Dual::fixed(zero);
    let mut rates = channels.gates(GateRates { opening: still, total: still, denominator: still });
    let mut own_rates = rates.clone();
    let nothing = GateSlopes { with_gate: zero, with_voltage: zero, before: zero, step: zero, inverse: zero };
    let mut gate_slopes = channels.gates(nothing);
    let mut moving_gates = channels.gates(still);
    let mut open = channels.per_current(still);
    let mut open_now = channels.per_current(zero);

    let mut injected = vec![0.0; BLOCK * WIDTH];
    let mut changes = vec![vec![0.0; BLOCK * WIDTH]; directions.len()];
    let mut recorder = Recorder { output, samples, sample: 0 };
    recorder.keep(v, &tangents);
    let steps = run.grid.steps();
    let mut until_sample = 0;
    for first in (0..steps).step_by(BLOCK) {
        let block = BLOCK.min(steps - first);
        drive.fill(first, WIDTH, &mut injected[..block * WIDTH]);
        for (direction, change) in directions.iter_mut().zip(&mut changes) {
            direction.current.fill(first, WIDTH, &mut change[..block * WIDTH]);
        }
        for step in 0..block {
            // The leapfrog, with the slopes of every gate.
            channels.rates(&constants, Dual::moving(v), &mut rates);
            for ((x, rate), slopes) in gates.as_mut().iter_mut().zip(rates.as_ref()).zip(gate_slopes.as_mut())
            {
                let inverse = v.constant(1.0) / (rate.denominator.value + rate.total.value);
                let excess = rate.opening.value - *x * rate.total.value;
                let step = (excess + excess) * inverse;
                let total = rate.total.value;
                let with_gate = v.constant(1.0) - (total + total) * inverse;
                *slopes = GateSlopes { with_gate, with_voltage: zero, before: *x, step, inverse };
                slopes.with_voltage = slopes.with_rates(rate);
                *x += step;
            }
            let v_middle = v + (v - v_before) * 0.5;
            let mut plain = gates.clone();
            for (moving, x) in moving_gates.as_mut().iter_mut().zip(plain.as_mut()) {
                *moving = Dual::fixed(*x);
            }
            channels.open(&constants, &moving_gates, Dual::fixed(v_middle), &mut open);
            for (now, open) in open_now.as_mut().iter_mut().zip(open.as_ref()) {
                *now = open.value;
            }
            let (g, g_e) = total_conductance(currents.as_ref(), open_now.as_ref());
            let inverse = v.constant(1.0) / Number::times_plus(g, half_dt, capacitance);
            let v_step = (g_e + load(simd, &injected, step) - g * v) * dt_ms * inverse;

            for (tangent, change) in tangents.iter_mut().zip(&changes) {
                if tangent.is_kinetic {
                    channels.rates(&tangent.constants, Dual::fixed(v), &mut own_rates);
                }
                for i in 0..gate_slopes.as_ref().len() {
                    let slopes = gate_slopes.as_ref()[i];
                    let dx = &mut tangent.gates.as_mut()[i];
                    *dx = Number::times_plus(*dx, slopes.with_gate, slopes.with_voltage * tangent.voltage);
                    if tangent.is_kinetic {
                        *dx += slopes.with_rates(&own_rates.as_ref()[i]);
                    }
                    moving_gates.as_mut()[i].slope = *dx;
                }
                let slope = tangent.voltage + (tangent.voltage - tangent.voltage_before) * 0.5;
                let middle = Dual { value: v_middle, slope };
                let own = if tangent.is_kinetic { &tangent.constants } else { &constants };
                channels.open(own, &moving_gates, middle, &mut open);
                let (dg, dg_e) = tangent.conductance_slopes(currents.as_ref(), open.as_ref());
                let pull = dg_e + load(simd, change, step) - dg * v - g * tangent.voltage;
                let resistance = Number::times_plus(dg, half_dt, tangent.capacitance);
                tangent.voltage_before = tangent.voltage;
                tangent.voltage += (pull * dt_ms - v_step * resistance) * inverse;
            }
            v_before = v;
            v += v_step;
            until_sample += 1;
            if until_sample == stride {
                until_sample = 0;
                recorder.keep(v, &tangents);
            }
        }
    }
    state.voltage_mv = v.into();
    for (values, gate) in state.gates.iter_mut().zip(gates.as_ref()) {
        *values = (*gate).into();
    }
    for (number, tangent) in tangents.iter().enumerate() {
        state.voltage_slopes[number] = tangent.voltage.into();
        for (values, gate) in state.gate_slopes[number].iter_mut().zip(tangent.gates.as_ref()) {
            *values = (*gate).into();
        }
    }
}

impl<S: Simd, C: ChannelSet> Tangent<S, C> {
    /// Changes of Σ g and Σ g E.
    #[inline(always)]
    fn conductance_slopes(&self, currents: &[Ohmic<S>], open: &[Dual<S>]) -> (Lanes<S>, Lanes<S>) {
        let mut dg = open[0].slope * currents[0].conductance;
        let mut dg_e = dg * currents[0].reversal;
        for (current, open) in currents[1..].iter().zip(&open[1..]) {
            let own = open.slope * current.conductance;
            dg += own;
            dg_e = Number::times_plus(own, current.reversal, dg_e);
        }
        for &i in &self.conductances {
            dg += open[i].value;
            dg_e = Number::times_plus(open[i].value, currents[i].reversal, dg_e);
        }
        for &i in &self.reversals {
            dg_e = Number::times_plus(open[i].value, currents[i].conductance, dg_e);
        }
        (dg, dg_e)
    }
}

/// Writes samples of the voltage and its slopes.
struct Recorder<'a> {
    output: Output<'a>,
    samples: usize,
    sample: usize,
}

impl Recorder<'_> {
    #[inline(always)]
    fn keep<S: Simd, C: ChannelSet>(&mut self, v: Lanes<S>, tangents: &[Tangent<S, C>]) {
        for lane in 0..WIDTH {
            self.output.traces[lane * self.samples + self.sample] = v[lane];
            for (number, tangent) in tangents.iter().enumerate() {
                let place = (number * WIDTH + lane) * self.samples + self.sample;
                self.output.slopes[place] = tangent.voltage[lane];
            }
        }
        self.sample += 1;
    }
}
