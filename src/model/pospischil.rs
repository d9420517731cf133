//! Cortical and thalamic cells: sodium, delayed-rectifier potassium, slow potassium (M) and leak currents.
//!
//! The minimal model of Pospischil et al. (2008) in the form that Gonçalves et al. (2020) fitted to recordings,
//! with v = V − V_T in the rates of the fast channels, a factor `phi` on those rates, and `tau_max` the longest time
//! constant of the M current.
//! Sources: <https://doi.org/10.1007/s00422-008-0263-8>, <https://doi.org/10.7554/eLife.56261>

use super::adaptive::{self, Adaptive, StepRule};
use super::channels::{ChannelSet, Current, GateRates, efun, fixed_shape};
use super::kinetics::Channel;
use super::leapfrog::Leapfrog;
use super::number::{Number, small_exponential};
use super::reference::ExponentialEuler;
use super::{Build, Membrane, ModelParameter, scheme, written};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<Build> =
    Entry { name: "pospischil", summary: "cortical cells: Na, K, M, leak (Pospischil et al. 2008)", build };

fn build(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    match &*scheme(model, &["leapfrog", adaptive::NAME, "exponential_euler"]) {
        adaptive::NAME => Some(Box::new(Adaptive::new(Pospischil))),
        "exponential_euler" => Some(Box::new(ExponentialEuler::new(Pospischil))),
        _ => Some(Box::new(Leapfrog::new(Pospischil))),
    }
}

const CONDUCTANCE: (f64, f64) = (0.0, 1e4);
const VOLTAGE: (f64, f64) = (-200.0, 200.0);

pub(super) const PARAMETERS: &[ModelParameter] = &[
    ModelParameter::new(
        "g_Na",
        Unit::MillisiemensPerCm2,
        50.0,
        CONDUCTANCE,
        "maximal conductance of the sodium channels",
    ),
    ModelParameter::new(
        "g_K",
        Unit::MillisiemensPerCm2,
        5.0,
        CONDUCTANCE,
        "maximal conductance of the delayed-rectifier potassium channels",
    ),
    ModelParameter::new("g_leak", Unit::MillisiemensPerCm2, 0.1, CONDUCTANCE, "leak conductance"),
    ModelParameter::new(
        "g_M",
        Unit::MillisiemensPerCm2,
        0.07,
        CONDUCTANCE,
        "maximal conductance of the slow potassium (M) channels",
    ),
    ModelParameter::new(
        "tau_max",
        Unit::Millisecond,
        600.0,
        (1e-2, 1e6),
        "longest time constant of the M channels",
    ),
    ModelParameter::new("V_T", Unit::Millivolt, -60.0, VOLTAGE, "voltage that shifts the spike threshold"),
    ModelParameter::new("E_leak", Unit::Millivolt, -70.0, VOLTAGE, "reversal potential of the leak"),
    ModelParameter::new("E_Na", Unit::Millivolt, 53.0, VOLTAGE, "reversal potential of sodium"),
    ModelParameter::new("E_K", Unit::Millivolt, -107.0, VOLTAGE, "reversal potential of potassium"),
    ModelParameter::new(
        "phi",
        Unit::One,
        1.0,
        (1e-3, 1e3),
        "factor on the rates of the sodium and delayed-rectifier channels",
    ),
];

// Places in the table above.
const G_NA: usize = 0;
const G_K: usize = 1;
const G_LEAK: usize = 2;
const G_M: usize = 3;
const TAU_MAX: usize = 4;
const V_T: usize = 5;
const E_LEAK: usize = 6;
const E_NA: usize = 7;
pub(super) const E_K: usize = 8;
const PHI: usize = 9;

/// Sodium, delayed-rectifier potassium, M and leak currents.
pub(super) const CURRENTS: [Current; 4] = [
    Current { conductance: G_NA, reversal: E_NA },
    Current { conductance: G_K, reversal: E_K },
    Current { conductance: G_M, reversal: E_K },
    Current { conductance: G_LEAK, reversal: E_LEAK },
];

/// m³h, n⁴, p, and the leak.
pub(super) const GATING: [&[(usize, usize)]; 4] = [&[(0, 3), (1, 1)], &[(2, 4)], &[(3, 1)], &[]];

#[derive(Clone, Copy, Debug)]
pub(super) struct Pospischil;

/// Where rates are counted from, and the factor of each times dt / 2.
pub(super) struct Constants<N> {
    half_step_ms: f64,
    v_t: N,
    alpha_m: N,
    beta_m: N,
    alpha_h: N,
    beta_h: N,
    alpha_n: N,
    beta_n: N,
    /// `e^(−(V_T + 35) / 20)` of the centred exponential, which turns e^(−v/20) into that of the M channels.
    m_current_shift: N,
    tau_max: N,
}

/// The voltage v about which the exponential is expanded; the factors of the rates include its own.
const CENTRE: f64 = 35.0;

impl ChannelSet for Pospischil {
    type Constants<N: Number> = Constants<N>;

    fixed_shape!(4 gates, CURRENTS);

    fn parameters(&self) -> &[ModelParameter] {
        PARAMETERS
    }

    /// The last of thirty spikes errs by less than 0.1 ms at the default `dt`, in 95 % of the sets that lie within 20 %.
    fn step_rule(&self) -> StepRule {
        StepRule { bend_mv_per_ms2: 0.5, voltage_parameter: Some(V_T), above_mv: 2.0 }
    }

    #[inline(always)]
    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Constants<N> {
        let v_t = parameters(V_T);
        let half_step = parameters(PHI) * half_step_ms;
        // The further factors are e^((17 − CENTRE)/18) and e^((10 − CENTRE)/40).
        Constants {
            half_step_ms,
            v_t,
            alpha_m: half_step * 0.32,
            beta_m: half_step * 0.28,
            alpha_h: half_step * (0.128 * 0.367_879_441_171_442_33),
            beta_h: half_step * 4.0,
            alpha_n: half_step * 0.032,
            beta_n: half_step * (0.5 * 0.535_261_428_518_990_2),
            m_current_shift: ((v_t + (35.0 + CENTRE)) * (-1.0 / 20.0)).exp(),
            tau_max: parameters(TAU_MAX),
        }
    }

    /// All rates from the one exponential u = e^(−v / 360): u⁹ = e^(−v/40), u¹⁸ = e^(−v/20), u²⁰ = e^(−v/18),
    /// u⁷² = e^(−v/5), u⁹⁰ = e^(−v/4).
    #[inline(always)]
    fn rates<N: Number>(&self, constants: &Constants<N>, voltage: N, rates: &mut [GateRates<N>; 4]) {
        const EXP_13: f64 = 0.004_086_771_438_464_067; // e^((13 − 35)/4)
        const EXP_40: f64 = std::f64::consts::E; // e^((40 − 35)/5)
        const EXP_15: f64 = 0.018_315_638_888_734_18; // e^((15 − 35)/5)
        let c = constants;
        let v = voltage - c.v_t;
        let u = small_exponential::<360, 10, N>(v.within(-150.0, 220.0) - CENTRE);
        let u2 = u * u;
        let u4 = u2 * u2;
        let u8 = u4 * u4;
        let u9 = u8 * u;
        let u18 = u9 * u9;
        let u20 = u18 * u2;
        let u36 = u18 * u18;
        let u72 = u36 * u36;
        let u90 = u72 * u18;

        // α_m and β_m are both x / (eˣ − 1); β_m grows with v and is turned into e^(−x).
        let (per_4_mv, per_5_mv) = (v.constant(0.25), v.constant(0.2));
        let (x_open, d_open) = (v.constant(13.0) - v).linear_over_exponential(u90 * EXP_13, per_4_mv);
        let exp_40 = u72 * EXP_40;
        let (x_close, d_close) = (v.constant(40.0) - v).linear_over_exponential(exp_40, per_5_mv);
        let m_opening = x_open * c.alpha_m * d_close;
        // 0.28 (v − 40) / (1 − e^(−(v − 40)/5)) · e^(−(v − 40)/5)
        let m_closing = x_close * exp_40 * c.beta_m * d_open;

        let h_denominator = exp_40 + 1.0;
        let h_opening = u20 * c.alpha_h * h_denominator;

        let (x_n, n_denominator) = (v.constant(15.0) - v).linear_over_exponential(u72 * EXP_15, per_5_mv);

        // With w = e^(−(V + 35)/20): p∞ = 1 / (1 + w²) and 1/τ = (3.3 + w²) / (w τ_max).
        let w = u18 * c.m_current_shift;
        let w2 = w * w;
        let p_opening = (w2 + 3.3) * c.half_step_ms;
        *rates = [
            GateRates { opening: m_opening, total: m_opening + m_closing, denominator: d_open * d_close },
            GateRates { opening: h_opening, total: h_opening + c.beta_h, denominator: h_denominator },
            GateRates::new(x_n * c.alpha_n, u9 * c.beta_n, n_denominator),
            GateRates {
                opening: p_opening,
                total: p_opening * (w2 + 1.0),
                denominator: w * c.tau_max * (w2 + 1.0),
            },
        ];
    }

    /// m³h, n⁴, p, 1.
    #[inline(always)]
    fn open<N: Number>(&self, _: &Constants<N>, gates: &[N; 4], _: N, open: &mut [N; 4]) {
        let [m, h, n, p] = *gates;
        let n2 = n * n;
        *open = [(m * m) * (m * h), n2 * n2, p, p.constant(1.0)];
    }

    fn gating(&self, current: usize) -> Vec<(usize, usize)> {
        GATING[current].to_vec()
    }

    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 4] {
        let v = voltage_mv - parameters[V_T];
        let phi = parameters[PHI];
        let alpha_m = 0.32 * efun(-0.25 * (v - 13.0)) / 0.25;
        let beta_m = 0.28 * efun(0.2 * (v - 40.0)) / 0.2;
        let alpha_h = 0.128 * (-(v - 17.0) / 18.0).exp();
        let beta_h = 4.0 / (1.0 + (-0.2 * (v - 40.0)).exp());
        let alpha_n = 0.032 * efun(-0.2 * (v - 15.0)) / 0.2;
        let beta_n = 0.5 * (-(v - 10.0) / 40.0).exp();
        let y = voltage_mv + 35.0;
        let p_inf = 1.0 / (1.0 + (-0.1 * y).exp());
        let tau_p = parameters[TAU_MAX] / (3.3 * (0.05 * y).exp() + (-0.05 * y).exp());
        [
            (phi * alpha_m, phi * beta_m),
            (phi * alpha_h, phi * beta_h),
            (phi * alpha_n, phi * beta_n),
            (p_inf / tau_p, (1.0 - p_inf) / tau_p),
        ]
    }

    fn describe(&self, parameters: &[f64]) -> Vec<Channel> {
        written::describe(ENTRY.name, PARAMETERS, parameters, &[])
    }
}
