//! Exponential Euler as Gonçalves et al. (2020) use it: voltage first, then every gate at the new voltage.
//!
//! Of first order. It is here because printed numbers were made with it; for inference the leapfrog is faster
//! and more accurate.

use fearless_simd::Level;

use super::ModelParameter;
use super::channels::{ChannelSet, conductance};
use super::drive::Drive;
use super::leapfrog::State;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::rest;
use crate::numeric::Failure;

/// Lanes of a lot; the scheme is plain arithmetic, so this is only how much a thread takes at once.
const LANES: usize = 8;

#[derive(Debug)]
pub(super) struct ExponentialEuler<C>(C);

impl<C> ExponentialEuler<C> {
    pub(super) fn new(channels: C) -> Self {
        Self(channels)
    }
}

impl<C: ChannelSet> Membrane for ExponentialEuler<C> {
    fn parameters(&self) -> &[ModelParameter] {
        self.0.parameters()
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        &[(LANES, 1.0)]
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
        let rests = match start {
            Start::Voltage(voltage_mv) => voltage_mv.iter().copied().map(Some).collect(),
            Start::Rest { holding_ua_cm2, .. } => {
                rest::stable_rests(&self.0, Level::new(), lot, capacitance, holding_ua_cm2)
            }
        };
        let voltages = rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
        let mut state = State::steady(&self.0, lot, voltages);
        let sets: Vec<Vec<f64>> = (0..lot.lanes()).map(|lane| lot.lane(lane)).collect();
        let mut currents = vec![0.0; lot.lanes()];
        for step in 0..=grid.steps() {
            if step % grid.stride == 0 {
                for (lane, voltage) in state.voltage_mv.iter().enumerate() {
                    traces[lane * grid.samples + step / grid.stride] = *voltage;
                }
            }
            if step < grid.steps() {
                drive.fill(step, lot.lanes(), &mut currents);
                for (lane, set) in sets.iter().enumerate() {
                    let step =
                        Step { capacitance: capacitance[lane], current: currents[lane], dt_ms: grid.dt_ms };
                    advance(&self.0, set, step, &mut state, lane);
                }
            }
        }
        let failure = |(rest, voltage): (&Option<f64>, &f64)| match (rest, voltage.is_finite()) {
            (None, _) => Some(Failure::NoRest),
            (Some(_), false) => Some(Failure::NotFinite),
            (Some(_), true) => None,
        };
        rests.iter().zip(&state.voltage_mv).map(failure).collect()
    }
}

/// What one step of one lane needs beside its state.
struct Step {
    capacitance: f64,
    current: f64,
    dt_ms: f64,
}

fn advance<C: ChannelSet>(channels: &C, parameters: &[f64], step: Step, state: &mut State, lane: usize) {
    let Step { capacitance, current, dt_ms } = step;
    let mut gates = channels.gates(0.0);
    for (gate, values) in gates.as_mut().iter_mut().zip(&state.gates) {
        *gate = values[lane];
    }
    let (g, g_e) = conductance(channels, parameters, &gates, state.voltage_mv[lane]);
    let v_inf = (g_e + current) / g;
    let v = v_inf + (state.voltage_mv[lane] - v_inf) * (-dt_ms * g / capacitance).exp();
    state.voltage_mv[lane] = v;
    let rates = channels.rates_per_ms(parameters, v);
    for (gate, (alpha, beta)) in state.gates.iter_mut().zip(rates.as_ref()) {
        let x_inf = alpha / (alpha + beta);
        gate[lane] = x_inf + (gate[lane] - x_inf) * (-dt_ms * (alpha + beta)).exp();
    }
}
