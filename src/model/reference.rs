//! Exponential Euler as Gonçalves et al. (2020) use it: voltage first, then every gate at the new voltage.
//!
//! Of first order. It is here because printed numbers were made with it; for inference the leapfrog is faster
//! and more accurate.

use std::fmt;
use std::marker::PhantomData;

use fearless_simd::Level;

use super::ModelParameter;
use super::channels::ChannelSet;
use super::drive::Drive;
use super::leapfrog::State;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::rest;
use crate::numeric::Failure;

/// Lanes of a lot; the scheme is plain arithmetic, so this is only how much a thread takes at once.
const LANES: usize = 8;

pub(super) struct ExponentialEuler<C, const GATES: usize>(PhantomData<C>);

impl<C, const GATES: usize> ExponentialEuler<C, GATES> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C, const GATES: usize> fmt::Debug for ExponentialEuler<C, GATES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExponentialEuler")
    }
}

impl<C: ChannelSet<GATES>, const GATES: usize> Membrane for ExponentialEuler<C, GATES> {
    fn parameters(&self) -> &'static [ModelParameter] {
        C::PARAMETERS
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
                rest::stable_rests::<C, GATES>(Level::new(), lot, capacitance, holding_ua_cm2)
            }
        };
        let voltages = rests.iter().map(|rest| rest.unwrap_or(rest::FREE_START_MV)).collect();
        let mut state = State::<GATES>::steady::<C>(lot, voltages);
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
                    advance::<C, GATES>(set, capacitance[lane], currents[lane], grid.dt_ms, &mut state, lane);
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

fn advance<C: ChannelSet<GATES>, const GATES: usize>(
    parameters: &[f64],
    capacitance: f64,
    current: f64,
    dt_ms: f64,
    state: &mut State<GATES>,
    lane: usize,
) {
    let gates: [f64; GATES] = std::array::from_fn(|gate| state.gates[gate][lane]);
    let (g, g_e) = C::conductance_plain(parameters, &gates);
    let v_inf = (g_e + current) / g;
    let v = v_inf + (state.voltage_mv[lane] - v_inf) * (-dt_ms * g / capacitance).exp();
    state.voltage_mv[lane] = v;
    for (gate, (alpha, beta)) in state.gates.iter_mut().zip(C::rates_per_ms(parameters, v)) {
        let x_inf = alpha / (alpha + beta);
        gate[lane] = x_inf + (gate[lane] - x_inf) * (-dt_ms * (alpha + beta)).exp();
    }
}
