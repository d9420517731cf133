//! The membranes of one vector at any voltage, with their gates at steady state.

use super::stability::Arrow;
use crate::model::channels::{ChannelSet, GateRates};
use crate::model::leapfrog::{Ohmic, load, ohmic, total_conductance};
use crate::model::membrane::Lot;
use crate::model::number::Vector;

/// Distance over which slopes are taken, in mV and in fractions of open gates.
const SMALL: f64 = 1e-5;

/// The parameter sets of one vector under their holding currents.
pub(super) struct Membranes<'a, N: Vector, C: ChannelSet> {
    channels: &'a C,
    constants: C::Constants<N>,
    currents: C::Currents<Ohmic<N>>,
    capacitance: N,
    holding: N,
    rates: C::Gates<GateRates<N>>,
    gates: C::Gates<N>,
    open: C::Currents<N>,
    /// The linear system around a voltage, shape `[1 + 2 · gates, lane]`: a, then bᵢ cᵢ and kᵢ of each gate.
    linear: Vec<f64>,
}

// Plain loops all through: a closure would not be inlined into the code of the instruction set.
impl<'a, N: Vector, C: ChannelSet> Membranes<'a, N, C> {
    #[inline(always)]
    pub(super) fn new(
        zero: N,
        channels: &'a C,
        lot: &Lot,
        capacitance: &[f64],
        holding_ua_cm2: &[f64],
        vector: usize,
    ) -> Self {
        let gates = channels.gates(zero);
        Self {
            channels,
            constants: channels.constants(|index| load(zero, lot.parameter(index), vector), 1.0),
            currents: ohmic(zero, channels, lot, vector),
            capacitance: load(zero, capacitance, vector),
            holding: load(zero, holding_ua_cm2, vector),
            rates: channels.gates(GateRates { opening: zero, total: zero, denominator: zero }),
            linear: vec![0.0; (1 + 2 * gates.as_ref().len()) * N::LEN],
            gates,
            open: channels.per_current(zero),
        }
    }

    /// The outward current beyond the holding current.
    #[inline(always)]
    pub(super) fn outward(&mut self, v: N) -> N {
        self.rest_gates(v);
        self.current(v)
    }

    /// Lets the gates come to rest.
    #[inline(always)]
    fn rest_gates(&mut self, v: N) {
        self.channels.rates(&self.constants, v, &mut self.rates);
        for (gate, rate) in self.gates.as_mut().iter_mut().zip(self.rates.as_ref()) {
            *gate = rate.opening / rate.total;
        }
    }

    /// The outward current beyond the holding current with the gates as they are.
    #[inline(always)]
    fn current(&mut self, v: N) -> N {
        self.channels.open(&self.constants, &self.gates, v, &mut self.open);
        let (g, g_e) = total_conductance(self.currents.as_ref(), self.open.as_ref());
        g * v - g_e - self.holding
    }

    /// Finds the linear system around a voltage.
    #[inline(always)]
    pub(super) fn disturb(&mut self, v: N) {
        let per_span = v.constant(0.5 / SMALL);
        let per_current = -(per_span / self.capacitance);
        self.rest_gates(v - SMALL);
        let below = self.gates.clone();
        self.rest_gates(v + SMALL);
        let above = self.gates.clone();
        self.rest_gates(v);
        ((self.current(v + SMALL) - self.current(v - SMALL)) * per_current).store(&mut self.linear);
        for i in 0..below.as_ref().len() {
            let gate = self.gates.as_ref()[i];
            self.gates.as_mut()[i] = gate + SMALL;
            let up = self.current(v);
            self.gates.as_mut()[i] = gate - SMALL;
            let down = self.current(v);
            self.gates.as_mut()[i] = gate;
            let rate = self.rates.as_ref()[i];
            let k = rate.total / rate.denominator;
            let b = (up - down) * per_current;
            let c = k * (above.as_ref()[i] - below.as_ref()[i]) * per_span;
            (b * c).store(&mut self.linear[(1 + 2 * i) * N::LEN..]);
            k.store(&mut self.linear[(2 + 2 * i) * N::LEN..]);
        }
    }

    /// The linear system of one lane.
    pub(super) fn arrow(&self, lane: usize, arrow: &mut Arrow) {
        let mut own = self.linear[lane..].iter().step_by(N::LEN).copied();
        arrow.a = own.next().unwrap_or(f64::NAN);
        arrow.gates.clear();
        while let (Some(b_c), Some(k)) = (own.next(), own.next()) {
            arrow.gates.push((b_c, k));
        }
    }
}

/// Gates at steady state at the voltage of each lane, shape `[gate, lane]`.
#[inline(always)]
pub(super) fn steady_gates<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    lot: &Lot,
    voltage_mv: &[f64],
) -> Vec<Vec<f64>> {
    let mut rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
    let mut gates = vec![vec![0.0; lot.lanes()]; rates.as_ref().len()];
    for vector in 0..lot.lanes() / N::LEN {
        let constants = channels.constants(|index| load(zero, lot.parameter(index), vector), 1.0);
        channels.rates(&constants, load(zero, voltage_mv, vector), &mut rates);
        for (gate, rate) in gates.iter_mut().zip(rates.as_ref()) {
            (rate.opening / rate.total).store(&mut gate[vector * N::LEN..]);
        }
    }
    gates
}
