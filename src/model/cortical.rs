//! Cortical cells that burst, spike from rebound, or sag: the currents of Pospischil et al. (2008) and more.
//!
//! Two sets, composed from the channels of `pospischil.rs`, `calcium.rs` and `subthreshold.rs`: with both calcium
//! currents, and with A-type potassium and h-currents too. A current whose conductance is zero is absent.

use std::sync::LazyLock;

use super::adaptive::StepRule;
use super::calcium::{
    high_threshold, high_threshold_per_ms, low_threshold, low_threshold_activation, low_threshold_per_ms,
};
use super::channels::{ChannelSet, Current, GateRates, fixed_shape};
use super::kinetics::Channel;
use super::number::Number;
use super::pospischil::{self, Pospischil};
use super::subthreshold::{a_type, a_type_activation, a_type_per_ms, h_type, h_type_per_ms};
use super::{Build, Membrane, ModelParameter, leapfrog_or_adaptive, written};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const CALCIUM_ENTRY: Entry<Build> = Entry {
    name: "pospischil_calcium",
    summary: "bursting cortical cells: Na, K, M, leak, high- and low-threshold Ca (Pospischil et al. 2008)",
    build: build_calcium,
};

pub const ENTRY: Entry<Build> =
    Entry { name: "cortical", summary: "the currents of pospischil_calcium, A-type K and h", build };

fn build_calcium(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    Some(leapfrog_or_adaptive(model, Calcium))
}

fn build(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    Some(leapfrog_or_adaptive(model, Cortical))
}

/// Parameters beside those of [`Pospischil`]; the first four belong to the calcium currents.
const EXTRA: [ModelParameter; 7] = [
    ModelParameter::new(
        "g_CaL",
        Unit::MillisiemensPerCm2,
        0.1,
        (0.0, 1e4),
        "maximal conductance of the high-threshold calcium channels",
    ),
    ModelParameter::new(
        "g_CaT",
        Unit::MillisiemensPerCm2,
        0.4,
        (0.0, 1e4),
        "maximal conductance of the low-threshold calcium channels",
    ),
    ModelParameter::new("E_Ca", Unit::Millivolt, 120.0, (-200.0, 400.0), "reversal potential of calcium"),
    ModelParameter::new(
        "V_x",
        Unit::Millivolt,
        2.0,
        (-200.0, 200.0),
        "shift of the low-threshold calcium channels towards lower voltages",
    ),
    ModelParameter::new(
        "g_A",
        Unit::MillisiemensPerCm2,
        1.0,
        (0.0, 1e4),
        "maximal conductance of the A-type potassium channels",
    ),
    ModelParameter::new(
        "g_h",
        Unit::MillisiemensPerCm2,
        0.02,
        (0.0, 1e4),
        "maximal conductance of the hyperpolarisation-activated channels",
    ),
    ModelParameter::new(
        "E_h",
        Unit::Millivolt,
        -43.0,
        (-200.0, 200.0),
        "reversal potential of the hyperpolarisation-activated channels",
    ),
];

// Places after the parameters of `Pospischil`.
const FIRST: usize = pospischil::PARAMETERS.len();
const CALCIUM_PARAMETERS: usize = 4;
const G_CAL: usize = FIRST;
const G_CAT: usize = FIRST + 1;
const E_CA: usize = FIRST + 2;
const V_X: usize = FIRST + 3;
const G_A: usize = FIRST + 4;
const G_H: usize = FIRST + 5;
const E_H: usize = FIRST + 6;

static PARAMETERS: LazyLock<Vec<ModelParameter>> =
    LazyLock::new(|| pospischil::PARAMETERS.iter().chain(&EXTRA).cloned().collect());

const FAST: [Current; 4] = pospischil::CURRENTS;
const CA_L: Current = Current { conductance: G_CAL, reversal: E_CA };
const CA_T: Current = Current { conductance: G_CAT, reversal: E_CA };
const A: Current = Current { conductance: G_A, reversal: pospischil::E_K };
const H: Current = Current { conductance: G_H, reversal: E_H };

/// Those of `Pospischil`, q²r, s∞²u, a∞³b, l.
const GATING: [&[(usize, usize)]; 8] = {
    let [na, k, m, leak] = pospischil::GATING;
    [na, k, m, leak, &[(4, 2), (5, 1)], &[(6, 1)], &[(7, 1)], &[(8, 1)]]
};

/// Beyond these voltages the rates are those at the nearer end, so that no product of them overflows
/// and the small exponentials stay small.
const LOWEST_MV: f64 = -250.0;
const HIGHEST_MV: f64 = 250.0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Calcium;

pub(super) struct Constants<N> {
    pospischil: pospischil::Constants<N>,
    half_step: N,
    v_x: N,
}

impl ChannelSet for Calcium {
    type Constants<N: Number> = Constants<N>;
    const TOGETHER: usize = 2;

    fixed_shape!(7 gates, [FAST[0], FAST[1], FAST[2], FAST[3], CA_L, CA_T]);

    fn parameters(&self) -> &[ModelParameter] {
        &PARAMETERS[..FIRST + CALCIUM_PARAMETERS]
    }

    fn step_rule(&self) -> StepRule {
        Pospischil.step_rule()
    }

    #[inline(always)]
    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Constants<N> {
        let v_x = parameters(V_X);
        let pospischil = Pospischil.constants(parameters, half_step_ms);
        Constants { pospischil, half_step: v_x.constant(half_step_ms), v_x }
    }

    #[inline(always)]
    fn rates<N: Number>(&self, constants: &Constants<N>, voltage: N, rates: &mut [GateRates<N>; 7]) {
        let mut fast = [rates[0]; 4];
        Pospischil.rates(&constants.pospischil, voltage, &mut fast);
        let v = voltage.within(LOWEST_MV, HIGHEST_MV);
        let [m, h, n, p] = fast;
        let [q, r] = high_threshold(v, constants.half_step);
        let u = low_threshold(v + constants.v_x, constants.half_step);
        *rates = [m, h, n, p, q, r, u];
    }

    /// m³h, n⁴, p, 1, q²r, s∞²u.
    #[inline(always)]
    fn open<N: Number>(&self, constants: &Constants<N>, gates: &[N; 7], voltage: N, open: &mut [N; 6]) {
        let [m, h, n, p, q, r, u] = *gates;
        let mut fast = [m; 4];
        Pospischil.open(&constants.pospischil, &[m, h, n, p], voltage, &mut fast);
        let s = low_threshold_activation(voltage.within(LOWEST_MV, HIGHEST_MV) + constants.v_x);
        let [na, k, m, leak] = fast;
        *open = [na, k, m, leak, q * q * r, s * s * u];
    }

    fn gating(&self, current: usize) -> Vec<(usize, usize)> {
        GATING[current].to_vec()
    }

    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 7] {
        let [m, h, n, p] = Pospischil.rates_per_ms(parameters, voltage_mv);
        let [q, r] = high_threshold_per_ms(voltage_mv);
        [m, h, n, p, q, r, low_threshold_per_ms(voltage_mv + parameters[V_X])]
    }

    fn describe(&self, parameters: &[f64]) -> Vec<Channel> {
        let shift = [("CaT_shift", -parameters[V_X])];
        let calcium = written::describe("calcium", &PARAMETERS, parameters, &shift);
        [Pospischil.describe(parameters), calcium].concat()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Cortical;

impl ChannelSet for Cortical {
    type Constants<N: Number> = Constants<N>;
    const TOGETHER: usize = 2;

    fixed_shape!(9 gates, [FAST[0], FAST[1], FAST[2], FAST[3], CA_L, CA_T, A, H]);

    fn parameters(&self) -> &[ModelParameter] {
        &PARAMETERS
    }

    fn step_rule(&self) -> StepRule {
        Pospischil.step_rule()
    }

    #[inline(always)]
    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Constants<N> {
        Calcium.constants(parameters, half_step_ms)
    }

    #[inline(always)]
    fn rates<N: Number>(&self, constants: &Constants<N>, voltage: N, rates: &mut [GateRates<N>; 9]) {
        let mut calcium = [rates[0]; 7];
        Calcium.rates(constants, voltage, &mut calcium);
        let v = voltage.within(LOWEST_MV, HIGHEST_MV);
        let [m, h, n, p, q, r, u] = calcium;
        *rates = [m, h, n, p, q, r, u, a_type(v, constants.half_step), h_type(v, constants.half_step)];
    }

    /// m³h, n⁴, p, 1, q²r, s∞²u, a∞³b, l.
    #[inline(always)]
    fn open<N: Number>(&self, constants: &Constants<N>, gates: &[N; 9], voltage: N, open: &mut [N; 8]) {
        let [m, h, n, p, q, r, u, b, l] = *gates;
        let mut calcium = [m; 6];
        Calcium.open(constants, &[m, h, n, p, q, r, u], voltage, &mut calcium);
        let a = a_type_activation(voltage.within(LOWEST_MV, HIGHEST_MV));
        let [na, k, m, leak, ca_l, ca_t] = calcium;
        *open = [na, k, m, leak, ca_l, ca_t, (a * a) * (a * b), l];
    }

    fn gating(&self, current: usize) -> Vec<(usize, usize)> {
        GATING[current].to_vec()
    }

    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 9] {
        let [m, h, n, p, q, r, u] = Calcium.rates_per_ms(parameters, voltage_mv);
        [m, h, n, p, q, r, u, a_type_per_ms(voltage_mv), h_type_per_ms(voltage_mv)]
    }

    fn describe(&self, parameters: &[f64]) -> Vec<Channel> {
        let subthreshold = written::describe("subthreshold", &PARAMETERS, parameters, &[]);
        [Calcium.describe(parameters), subthreshold].concat()
    }
}
