//! Eight parameter sets, each at its own time.

use std::array;

use fearless_simd::{Simd, mask64x8, prelude::*};

use super::queue::Work;
use crate::model::channels::{ChannelSet, Current, GateRates, Patch};
use crate::model::leapfrog::{Ohmic, total_conductance};
use crate::model::number::{Lanes, Number, WIDTH};

/// All lanes of one vector, one bit each.
pub(super) const ALL: u64 = (1 << WIDTH) - 1;

/// Room for rates and open fractions, the same for every vector.
pub(super) struct Scratch<S: Simd, C: ChannelSet> {
    rates: C::Gates<GateRates<Lanes<S>>>,
    open: C::Currents<Lanes<S>>,
}

impl<S: Simd, C: ChannelSet> Scratch<S, C> {
    pub(super) fn new(simd: S, channels: &C) -> Self {
        let zero = simd.splat_f64x8(0.0);
        let rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
        Self { rates, open: channels.per_current(zero) }
    }
}

/// A step that is over: its length and the mean slope of the voltage in it.
#[derive(Clone, Copy)]
struct Past<S: Simd> {
    length: Lanes<S>,
    slope: Lanes<S>,
}

/// The state of eight lanes.
pub(super) struct Eight<S: Simd, C: ChannelSet> {
    constants: C::Constants<Lanes<S>>,
    currents: C::Currents<Ohmic<Lanes<S>>>,
    gates: C::Gates<Lanes<S>>,
    capacitance: Lanes<S>,
    injected: Lanes<S>,
    /// When the current changes next, or the sweep ends.
    edge_ms: Lanes<S>,
    time_ms: Lanes<S>,
    v: Lanes<S>,
    v_before: Lanes<S>,
    /// The last step as the gates feel it, and as the rule wished it to be.
    step: Lanes<S>,
    wish: Lanes<S>,
    /// Voltage from which steps shorten.
    from_mv: Lanes<S>,
    /// The last two steps as the trace sees them; one that an edge has ended has the length 0 and the slope after it.
    last: Past<S>,
    before: Past<S>,
    /// The number of the next sample, and its place among all traces.
    sample: Lanes<S>,
    places: [usize; WIDTH],
    /// The set of each lane.
    pub sets: [usize; WIDTH],
}

impl<S: Simd, C: ChannelSet> Eight<S, C> {
    pub(super) fn new(simd: S, channels: &C, work: &Work<'_>) -> Self {
        let zero = simd.splat_f64x8(0.0);
        let idle = zero + f64::INFINITY;
        let past = Past { length: zero, slope: zero };
        let sets = [0; WIDTH];
        Self {
            constants: constants(simd, channels, work, &sets),
            currents: channels.per_current(Ohmic { conductance: zero, reversal: zero }),
            gates: channels.gates(zero),
            capacitance: zero + 1.0,
            injected: zero,
            edge_ms: idle,
            time_ms: zero,
            v: zero,
            v_before: zero,
            step: zero,
            wish: zero + work.steps.longest_ms,
            from_mv: zero,
            last: past,
            before: past,
            sample: idle,
            places: [0; WIDTH],
            sets,
        }
    }

    /// Puts a parameter set at the start of its sweep into a lane.
    pub(super) fn load(&mut self, simd: S, channels: &C, work: &Work<'_>, lane: usize, set: usize) {
        let parameters = work.lot.lane(set);
        self.sets[lane] = set;
        self.constants = constants(simd, channels, work, &self.sets);
        let (g, g_e) = self.load_channels(channels, work, lane, &parameters);
        let v = work.state.voltage_mv[set];
        let injected = work.currents[set].start_ua_cm2;
        self.capacitance[lane] = work.capacitance[set];
        self.injected[lane] = injected;
        self.edge_ms[lane] = work.edge_ms(set, 0);
        self.time_ms[lane] = work.grid.still as f64 * work.interval_ms;
        self.v[lane] = v;
        self.v_before[lane] = v;
        self.step[lane] = work.step_before_ms;
        self.wish[lane] = work.steps.first_ms;
        self.from_mv[lane] = work.steps.onset_mv(&parameters);
        self.restart(lane, (injected + g_e - g * v) / work.capacitance[set]);
        // The first sample is the start itself, which needs no interpolation.
        self.sample[lane] = (work.grid.still + 1) as f64;
        self.places[lane] = set * work.grid.samples + work.grid.still + 1;
    }

    /// Conductances, reversal potentials and gates of a lane; returns Σ g and Σ g E.
    fn load_channels(
        &mut self,
        channels: &C,
        work: &Work<'_>,
        lane: usize,
        parameters: &[f64],
    ) -> (f64, f64) {
        let set = self.sets[lane];
        for (current, place) in self.currents.as_mut().iter_mut().zip(channels.currents().as_ref()) {
            let Current { conductance, reversal } = *place;
            current.conductance[lane] = parameters[conductance];
            current.reversal[lane] = parameters[reversal];
        }
        let mut start = channels.gates(0.0);
        let rows = self.gates.as_mut().iter_mut().zip(start.as_mut()).zip(&work.state.gates);
        for ((gate, start), values) in rows {
            *start = values[set];
            gate[lane] = values[set];
        }
        Patch::new(channels, parameters).conductance(&start, work.state.voltage_mv[set])
    }

    /// Lets a lane run on without leaving a trace.
    pub(super) fn idle(&mut self, lane: usize) {
        self.edge_ms[lane] = f64::INFINITY;
        self.sample[lane] = f64::INFINITY;
    }

    /// The slope is new, whatever it was before.
    fn restart(&mut self, lane: usize, slope: f64) {
        for past in [&mut self.last, &mut self.before] {
            past.length[lane] = 0.0;
            past.slope[lane] = slope;
        }
    }

    /// Advances every lane by a step of its own; returns the lanes that have come to an edge, one bit each.
    #[inline(always)]
    pub(super) fn advance(
        &mut self,
        channels: &C,
        scratch: &mut Scratch<S, C>,
        work: &Work<'_>,
        traces: &mut [f64],
    ) -> u64 {
        self.wish = work.steps.next(self.wish, self.last.slope - self.before.slope, self.v - self.from_mv);
        let rest = self.edge_ms - self.time_ms;
        // A step that is no number counts as an edge, where it is found out.
        let within = self.wish.simd_lt(rest);
        let step = self.wish.min(rest);
        // The gates go from the middle of the last step to the middle of this one.
        let span = (step + self.step) * 0.5;
        let quarter = (step - self.step) * 0.25;
        let v_middle = Number::times_plus(self.last.slope, quarter, self.v);
        channels.rates(&self.constants, v_middle, &mut scratch.rates);
        for (x, rate) in self.gates.as_mut().iter_mut().zip(scratch.rates.as_ref()) {
            let excess = rate.opening - *x * rate.total;
            *x += excess * span / Number::times_plus(rate.total, span * 0.5, rate.denominator);
        }
        let half = step * 0.5;
        let v_coming = Number::times_plus(self.last.slope, half, self.v);
        channels.open(&self.constants, &self.gates, v_coming, &mut scratch.open);
        let (g, g_e) = total_conductance(self.currents.as_ref(), scratch.open.as_ref());
        let slope = (g_e + self.injected - g * self.v) / Number::times_plus(g, half, self.capacitance);
        if self.due(work).any_true() {
            self.keep(work, Past { length: step, slope }, traces);
        }
        (self.before, self.last) = (self.last, Past { length: step, slope });
        self.step = step;
        self.v_before = self.v;
        self.v = Number::times_plus(slope, step, self.v);
        self.time_ms += step;
        !within.to_bitmask() & ALL
    }

    /// The lanes whose next sample lies in the last step.
    #[inline(always)]
    fn due(&self, work: &Work<'_>) -> mask64x8<S> {
        (self.sample * work.interval_ms).simd_le(self.time_ms)
    }

    /// Keeps the samples of the last step, now that the slope at its end is known.
    #[inline(always)]
    fn keep(&mut self, work: &Work<'_>, next: Past<S>, traces: &mut [f64]) {
        let Past { length, slope } = self.last;
        let (from, to) = (between(self.before, self.last), between(self.last, next));
        let cubic = Cubic::new(self.v_before, length, slope, from, to);
        let start_ms = self.time_ms - length;
        loop {
            let due = self.due(work);
            if due.all_false() {
                return;
            }
            let values = cubic.at(self.sample * work.interval_ms - start_ms);
            let values = values.as_slice();
            for lane in places(due.to_bitmask()) {
                traces[self.places[lane]] = values[lane];
                self.places[lane] += 1;
            }
            self.sample = due.select(self.sample + 1.0, self.sample);
        }
    }

    /// Changes the current of a lane at the end of its last step.
    pub(super) fn jump(&mut self, work: &Work<'_>, lane: usize, current: f64, edge_ms: f64, slope: f64) {
        let jump = (current - self.injected[lane]) / self.capacitance[lane];
        self.restart(lane, slope + jump);
        self.injected[lane] = current;
        self.edge_ms[lane] = edge_ms;
        self.wish[lane] = work.steps.first_ms;
    }

    /// Keeps the samples of a lane up to an edge; returns the slope there.
    pub(super) fn finish_part(
        &mut self,
        work: &Work<'_>,
        lane: usize,
        is_end: bool,
        traces: &mut [f64],
    ) -> f64 {
        let (length, slope) = (self.last.length[lane], self.last.slope[lane]);
        let (length_before, slope_before) = (self.before.length[lane], self.before.slope[lane]);
        let from = (slope_before * length + slope * length_before) / (length + length_before);
        // The parabola that starts with this slope and has the mean slope of the step.
        let to = 2.0 * slope - from;
        let end_ms = self.edge_ms[lane];
        self.time_ms[lane] = end_ms;
        let mut sample = self.sample[lane] as usize;
        while sample < work.grid.samples && (is_end || sample as f64 * work.interval_ms <= end_ms) {
            let s = sample as f64 * work.interval_ms - (end_ms - length);
            let bend = s * (slope - from) / length.max(f64::MIN_POSITIVE);
            traces[self.places[lane]] = self.v_before[lane] + s * (from + bend);
            self.places[lane] += 1;
            sample += 1;
        }
        self.sample[lane] = sample as f64;
        to
    }

    pub(super) fn is_finite(&self, lane: usize) -> bool {
        self.v[lane].is_finite()
    }
}

/// The slope where one step ends and the next begins.
#[inline(always)]
fn between<S: Simd>(a: Past<S>, b: Past<S>) -> Lanes<S> {
    Number::times_plus(a.slope, b.length, b.slope * a.length) / (a.length + b.length)
}

/// A cubic by its value and slope at both ends, counted from the start.
struct Cubic<S: Simd> {
    value: Lanes<S>,
    slope: Lanes<S>,
    square: Lanes<S>,
    cube: Lanes<S>,
}

impl<S: Simd> Cubic<S> {
    /// From the value at the start, the length, and the slopes: in the mean, at the start, and at the end.
    #[inline(always)]
    fn new(value: Lanes<S>, length: Lanes<S>, mean: Lanes<S>, from: Lanes<S>, to: Lanes<S>) -> Self {
        let per_length = length.constant(1.0) / length;
        let square = (mean * 3.0 - from * 2.0 - to) * per_length;
        let cube = (from + to - mean * 2.0) * per_length * per_length;
        Self { value, slope: from, square, cube }
    }

    #[inline(always)]
    fn at(&self, s: Lanes<S>) -> Lanes<S> {
        let inner = Number::times_plus(self.cube, s, self.square);
        let slope = Number::times_plus(inner, s, self.slope);
        Number::times_plus(slope, s, self.value)
    }
}

#[inline(always)]
fn constants<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    work: &Work<'_>,
    sets: &[usize; WIDTH],
) -> C::Constants<Lanes<S>> {
    let row = |index: usize| -> [f64; WIDTH] { array::from_fn(|lane| work.lot.parameter(index)[sets[lane]]) };
    channels.constants(|index| row(index).simd_into(simd), 1.0)
}

/// The places of the bits that are set.
pub(super) fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}
