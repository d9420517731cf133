//! The leapfrog with its derivatives: eight lanes that carry their slopes in some directions.
//!
//! The slopes of the rates with the voltage are shared by all directions; each direction then costs a few
//! multiplications per gate and per current, and the rates once more if its parameter changes them.

use super::channels::{ChannelSet, Current, GateRates, Patch};
use super::drive::Drive;
use super::dual::Dual;
use super::leapfrog::{BLOCK, Ohmic, Run, load, ohmic, total_conductance};
use super::membrane::Lot;
use super::number::{Number, Vector, WIDTH};
use super::sensitivity::Direction;

/// Voltage and gates of eight lanes, with their slopes in every direction.
pub(super) struct State {
    pub voltage_mv: [f64; WIDTH],
    pub gates: Vec<[f64; WIDTH]>,
    /// Shape `[direction][lane]`.
    pub voltage_slopes: Vec<[f64; WIDTH]>,
    /// Shape `[direction][gate][lane]`.
    pub gate_slopes: Vec<Vec<[f64; WIDTH]>>,
}

/// Where the kernel writes: shape `[lane, sample]`, and `[direction, lane, sample]` for slopes.
pub(super) struct Output<'a> {
    pub traces: &'a mut [f64],
    pub slopes: &'a mut [f64],
}

impl State {
    /// This state with some lanes of another one.
    pub(super) fn replaced(mut self, other: &Self, is_other: impl Fn(usize) -> bool) -> Self {
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

/// What one direction needs at every step.
struct Tangent<N: Number, C: ChannelSet> {
    /// With the parameter of the direction moving.
    constants: C::Constants<Dual<N>>,
    /// Whether that parameter changes the rates.
    is_kinetic: bool,
    /// The currents whose conductance or reversal potential it is.
    conductances: Vec<usize>,
    reversals: Vec<usize>,
    capacitance: N,
    voltage: N,
    voltage_before: N,
    gates: C::Gates<N>,
}

impl<N: Vector, C: ChannelSet> Tangent<N, C> {
    #[inline(always)]
    fn new(
        zero: N,
        channels: &C,
        run: &Run<'_>,
        state: &State,
        vector: usize,
        (number, direction): (usize, &Direction<'_>),
    ) -> Self {
        let parameter = direction.parameter;
        let currents = channels.currents();
        let places = |place: fn(&Current) -> usize| {
            let same = |current: &Current| Some(place(current)) == parameter;
            (0..currents.as_ref().len()).filter(|&i| same(&currents.as_ref()[i])).collect::<Vec<_>>()
        };
        let mut gates = channels.gates(zero);
        for (gate, slope) in gates.as_mut().iter_mut().zip(&state.gate_slopes[number]) {
            *gate = load(zero, slope, vector);
        }
        let voltage = load(zero, &state.voltage_slopes[number], vector);
        let of = |index: usize| {
            Dual::moving_if(load(zero, run.lot.parameter(index), vector), parameter == Some(index))
        };
        Self {
            constants: channels.constants(of, 0.5 * run.grid.dt_ms),
            is_kinetic: parameter.is_some_and(|parameter| is_kinetic(channels, run.lot, parameter)),
            conductances: places(|current| current.conductance),
            reversals: places(|current| current.reversal),
            capacitance: zero.constant(direction.capacitance),
            voltage,
            voltage_before: voltage,
            gates,
        }
    }

    /// Changes of Σ g and Σ g E.
    #[inline(always)]
    fn conductance_slopes(&self, currents: &[Ohmic<N>], open: &[Dual<N>]) -> (N, N) {
        let mut dg = open[0].slope * currents[0].conductance;
        let mut dg_e = dg * currents[0].reversal;
        for (current, open) in currents[1..].iter().zip(&open[1..]) {
            let own = open.slope * current.conductance;
            dg = dg + own;
            dg_e = own.times_plus(current.reversal, dg_e);
        }
        for &i in &self.conductances {
            dg = dg + open[i].value;
            dg_e = open[i].value.times_plus(currents[i].reversal, dg_e);
        }
        for &i in &self.reversals {
            dg_e = open[i].value.times_plus(currents[i].conductance, dg_e);
        }
        (dg, dg_e)
    }
}

/// Whether a parameter changes rates or open fractions: it then makes a difference between two voltages.
fn is_kinetic<C: ChannelSet>(channels: &C, lot: &Lot, parameter: usize) -> bool {
    let set = lot.lane(0);
    let mut other = set.clone();
    other[parameter] = set[parameter] * 1.01 + 0.01;
    let (own, other) = (Patch::new(channels, &set), Patch::new(channels, &other));
    let bits = |patch: &Patch<'_, C>, v: f64| -> Vec<u64> {
        let rates = patch.rates(v);
        let rates = rates.as_ref().iter().flat_map(|rate| [rate.opening, rate.total, rate.denominator]);
        let open = patch.open(&own.steady_state(v), v);
        rates.chain(open.as_ref().iter().copied()).map(f64::to_bits).collect()
    };
    [-90.0, -60.0, -40.0, -10.0].into_iter().any(|v| bits(&own, v) != bits(&other, v))
}

/// How a gate after the step changes with the gate before it and with the voltage; and what its change with a
/// parameter is made from.
#[derive(Clone, Copy)]
struct GateSlopes<N> {
    with_gate: N,
    with_voltage: N,
    before: N,
    step: N,
    inverse: N,
}

impl<N: Number> GateSlopes<N> {
    /// Change of the gate if its rates change.
    #[inline(always)]
    fn with_rates(self, rate: &GateRates<Dual<N>>) -> N {
        let excess = rate.opening.slope - self.before * rate.total.slope;
        (excess + excess - self.step * (rate.denominator.slope + rate.total.slope)) * self.inverse
    }
}

/// Advances eight lanes and their slopes over the grid.
#[inline(always)]
pub(super) fn advance<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    directions: &mut [Direction<'_>],
    output: Output<'_>,
) {
    let samples = run.grid.samples;
    let mut vectors = Vec::with_capacity(WIDTH / N::LEN);
    for vector in 0..WIDTH / N::LEN {
        vectors.push(Moving::new(zero, channels, run, state, vector, directions));
    }
    for lane in 0..WIDTH {
        output.traces[lane * samples] = state.voltage_mv[lane];
        for (number, slopes) in state.voltage_slopes.iter().enumerate() {
            output.slopes[(number * WIDTH + lane) * samples] = slopes[lane];
        }
    }
    let mut injected = vec![0.0; BLOCK * WIDTH];
    let mut changes = vec![vec![0.0; BLOCK * WIDTH]; directions.len()];
    let steps = run.grid.steps();
    for first in (0..steps).step_by(BLOCK) {
        let block = BLOCK.min(steps - first);
        drive.fill(first, WIDTH, &mut injected[..block * WIDTH]);
        for (direction, change) in directions.iter_mut().zip(&mut changes) {
            direction.current.fill(first, WIDTH, &mut change[..block * WIDTH]);
        }
        for (vector, moving) in vectors.iter_mut().enumerate() {
            let lane = vector * N::LEN;
            for step in 0..block {
                let row = step * WIDTH + lane;
                moving.step(channels, run.grid.dt_ms, zero.load(&injected[row..]), |number| {
                    zero.load(&changes[number][row..])
                });
                if (first + step + 1) % run.grid.stride == 0 {
                    let sample = (first + step + 1) / run.grid.stride;
                    moving.keep(&mut *output.traces, &mut *output.slopes, lane, (sample, samples));
                }
            }
        }
    }
    for (vector, moving) in vectors.iter().enumerate() {
        moving.store(state, vector * N::LEN);
    }
}

/// One vector of lanes with its slopes.
struct Moving<N: Number, C: ChannelSet> {
    constants: C::Constants<Dual<N>>,
    currents: C::Currents<Ohmic<N>>,
    capacitance: N,
    v: N,
    v_before: N,
    gates: C::Gates<N>,
    tangents: Vec<Tangent<N, C>>,
    // Room for what is computed at every step.
    rates: C::Gates<GateRates<Dual<N>>>,
    slopes: C::Gates<GateSlopes<N>>,
    dual_gates: C::Gates<Dual<N>>,
    open: C::Currents<Dual<N>>,
    open_now: C::Currents<N>,
}

impl<N: Vector, C: ChannelSet> Moving<N, C> {
    #[inline(always)]
    fn new(
        zero: N,
        channels: &C,
        run: &Run<'_>,
        state: &State,
        vector: usize,
        directions: &[Direction<'_>],
    ) -> Self {
        let still = Dual::fixed(zero);
        let of = |index: usize| Dual::fixed(load(zero, run.lot.parameter(index), vector));
        let mut gates = channels.gates(zero);
        for (gate, values) in gates.as_mut().iter_mut().zip(&state.gates) {
            *gate = load(zero, values, vector);
        }
        let mut tangents = Vec::with_capacity(directions.len());
        for direction in directions.iter().enumerate() {
            tangents.push(Tangent::new(zero, channels, run, state, vector, direction));
        }
        let v = load(zero, &state.voltage_mv, vector);
        let slopes = GateSlopes { with_gate: v, with_voltage: v, before: v, step: v, inverse: v };
        Self {
            constants: channels.constants(of, 0.5 * run.grid.dt_ms),
            currents: ohmic(zero, channels, run.lot, vector),
            capacitance: load(zero, run.capacitance, vector),
            v,
            v_before: v,
            gates,
            tangents,
            rates: channels.gates(GateRates { opening: still, total: still, denominator: still }),
            slopes: channels.gates(slopes),
            dual_gates: channels.gates(still),
            open: channels.per_current(still),
            open_now: channels.per_current(zero),
        }
    }

    /// One step of the leapfrog under the current density `injected`, whose slopes are `change(direction)`.
    #[inline(always)]
    fn step(&mut self, channels: &C, dt_ms: f64, injected: N, change: impl Fn(usize) -> N) {
        let (v, half_dt) = (self.v, self.v.constant(0.5 * dt_ms));
        self.step_gates(channels);
        let v_middle = v + (v - self.v_before) * 0.5;
        channels.open(&self.constants, &self.dual_gates, Dual::fixed(v_middle), &mut self.open);
        for (now, open) in self.open_now.as_mut().iter_mut().zip(self.open.as_ref()) {
            *now = open.value;
        }
        let (g, g_e) = total_conductance(self.currents.as_ref(), self.open_now.as_ref());
        let inverse = v.constant(1.0) / g.times_plus(half_dt, self.capacitance);
        let v_step = (g_e + injected - g * v) * dt_ms * inverse;
        for (number, tangent) in self.tangents.iter_mut().enumerate() {
            if tangent.is_kinetic {
                channels.rates(&tangent.constants, Dual::fixed(v), &mut self.rates);
            }
            let gates = tangent.gates.as_mut().iter_mut().zip(self.slopes.as_ref());
            for ((dx, slopes), (moving, rate)) in
                gates.zip(self.dual_gates.as_mut().iter_mut().zip(self.rates.as_ref()))
            {
                *dx = dx.times_plus(slopes.with_gate, slopes.with_voltage * tangent.voltage);
                if tangent.is_kinetic {
                    *dx = *dx + slopes.with_rates(rate);
                }
                moving.slope = *dx;
            }
            let slope = tangent.voltage + (tangent.voltage - tangent.voltage_before) * 0.5;
            let constants = if tangent.is_kinetic { &tangent.constants } else { &self.constants };
            channels.open(constants, &self.dual_gates, Dual { value: v_middle, slope }, &mut self.open);
            let (dg, dg_e) = tangent.conductance_slopes(self.currents.as_ref(), self.open.as_ref());
            let pull = dg_e + change(number) - dg * v - g * tangent.voltage;
            let resistance = dg.times_plus(half_dt, tangent.capacitance);
            tangent.voltage_before = tangent.voltage;
            tangent.voltage = tangent.voltage + (pull * dt_ms - v_step * resistance) * inverse;
        }
        self.v_before = v;
        self.v = v + v_step;
    }

    /// Advances the gates, and says how they change with what they were and with the voltage.
    #[inline(always)]
    fn step_gates(&mut self, channels: &C) {
        let (v, one) = (self.v, self.v.constant(1.0));
        channels.rates(&self.constants, Dual::moving(v), &mut self.rates);
        let gates = self.gates.as_mut().iter_mut().zip(self.dual_gates.as_mut());
        for ((x, moving), (rate, slopes)) in gates.zip(self.rates.as_ref().iter().zip(self.slopes.as_mut())) {
            let total = rate.total.value;
            let inverse = one / (rate.denominator.value + total);
            let excess = rate.opening.value - *x * total;
            let step = (excess + excess) * inverse;
            let with_gate = one - (total + total) * inverse;
            *slopes = GateSlopes { with_gate, with_voltage: one, before: *x, step, inverse };
            slopes.with_voltage = slopes.with_rates(rate);
            *x = *x + step;
            *moving = Dual::fixed(*x);
        }
    }

    /// Writes a sample of the voltage and its slopes.
    #[inline(always)]
    fn keep(
        &self,
        traces: &mut [f64],
        slopes: &mut [f64],
        first_lane: usize,
        (sample, samples): (usize, usize),
    ) {
        let mut values = [0.0; WIDTH];
        self.v.store(&mut values);
        for (lane, value) in values[..N::LEN].iter().enumerate() {
            traces[(first_lane + lane) * samples + sample] = *value;
        }
        for (number, tangent) in self.tangents.iter().enumerate() {
            tangent.voltage.store(&mut values);
            for (lane, value) in values[..N::LEN].iter().enumerate() {
                slopes[(number * WIDTH + first_lane + lane) * samples + sample] = *value;
            }
        }
    }

    #[inline(always)]
    fn store(&self, state: &mut State, lane: usize) {
        self.v.store(&mut state.voltage_mv[lane..]);
        for (values, gate) in state.gates.iter_mut().zip(self.gates.as_ref()) {
            gate.store(&mut values[lane..]);
        }
        for (number, tangent) in self.tangents.iter().enumerate() {
            tangent.voltage.store(&mut state.voltage_slopes[number][lane..]);
            for (values, gate) in state.gate_slopes[number].iter_mut().zip(tangent.gates.as_ref()) {
                gate.store(&mut values[lane..]);
            }
        }
    }
}
