//! Exponential Euler as Gonçalves et al. (2020) use it: voltage first, then every gate at the new voltage.
//!
//! Voltage and gates take turns, so the voltage is of second order, with a smaller error than that of the leapfrog at the
//! same step. It is here because printed numbers were made with it, in plain arithmetic; the leapfrog in lanes is faster.

use super::ModelParameter;
use super::channels::{ChannelSet, Patch};
use super::drive::Drive;
use super::kinetics::Channel;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::rest;
use crate::numeric::{Failure, instructions};

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

    fn describe(&self, parameters: &[f64]) -> Option<Vec<Channel>> {
        Some(self.0.describe(parameters))
    }

    fn default_dt_ms(&self) -> f64 {
        self.0.default_dt_ms()
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
                rest::stable_rests(&self.0, instructions(), lot, capacitance, holding_ua_cm2)
            }
        };
        let sets: Vec<Vec<f64>> = (0..lot.lanes()).map(|lane| lot.lane(lane)).collect();
        let patches: Vec<Patch<'_, C>> = sets.iter().map(|set| Patch::new(&self.0, set)).collect();
        let mut states: Vec<(f64, C::Gates<f64>)> = patches
            .iter()
            .zip(&rests)
            .map(|(patch, rest)| {
                let v = rest.unwrap_or(rest::FREE_START_MV);
                (v, patch.printed_steady_state(v))
            })
            .collect();
        let mut currents = vec![0.0; lot.lanes()];
        for step in 0..=grid.steps() {
            if step % grid.stride == 0 {
                for (lane, (voltage, _)) in states.iter().enumerate() {
                    traces[lane * grid.samples + step / grid.stride] = *voltage;
                }
            }
            if step < grid.steps() {
                drive.fill(step, lot.lanes(), &mut currents);
                for (lane, (patch, state)) in patches.iter().zip(&mut states).enumerate() {
                    let step =
                        Step { capacitance: capacitance[lane], current: currents[lane], dt_ms: grid.dt_ms };
                    advance(&self.0, patch, step, state);
                }
            }
        }
        let failure =
            |(rest, (voltage, _)): (&Option<f64>, &(f64, C::Gates<f64>))| match (rest, voltage.is_finite()) {
                (None, _) => Some(Failure::NoRest),
                (Some(_), false) => Some(Failure::NotFinite),
                (Some(_), true) => None,
            };
        rests.iter().zip(&states).map(failure).collect()
    }
}

/// What one step of one lane needs beside its state.
struct Step {
    capacitance: f64,
    current: f64,
    dt_ms: f64,
}

fn advance<C: ChannelSet>(channels: &C, patch: &Patch<'_, C>, step: Step, state: &mut (f64, C::Gates<f64>)) {
    let Step { capacitance, current, dt_ms } = step;
    let (v, gates) = state;
    let (g, g_e) = patch.conductance(gates, *v);
    let v_inf = (g_e + current) / g;
    *v = v_inf + (*v - v_inf) * (-dt_ms * g / capacitance).exp();
    let rates = channels.rates_per_ms(patch.parameters, *v);
    for (x, (alpha, beta)) in gates.as_mut().iter_mut().zip(rates.as_ref()) {
        let x_inf = alpha / (alpha + beta);
        *x = x_inf + (*x - x_inf) * (-dt_ms * (alpha + beta)).exp();
    }
}
