//! Cortical and thalamic cells: sodium, delayed-rectifier potassium, slow potassium (M) and leak currents.
//!
//! The minimal model of Pospischil et al. (2008) in the form that Gonçalves et al. (2020) fitted to recordings,
//! with v = V − V_T in the rates of the fast channels, a factor `phi` on those rates, and `tau_max` the longest time
//! constant of the M current.
//! Sources: <https://doi.org/10.1007/s00422-008-0263-8>, <https://doi.org/10.7554/eLife.56261>

use fearless_simd::{Simd, prelude::*};

use super::channels::{ChannelSet, GateRates, efun};
use super::leapfrog::Leapfrog;
use super::reference::ExponentialEuler;
use super::vector::{Lanes, linear_over_exponential, small_exponential};
use super::{Build, Membrane, ModelParameter};
use crate::settings::Entry;
use crate::units::Unit;

pub const ENTRY: Entry<Build> =
    Entry { name: "pospischil", summary: "cortical cells: Na, K, M, leak (Pospischil et al. 2008)", build };

fn build(scheme: Option<&str>) -> Result<Box<dyn Membrane>, &'static [&'static str]> {
    match scheme {
        None | Some("leapfrog") => Ok(Box::new(Leapfrog::<Pospischil, 4>::new())),
        Some("exponential_euler") => Ok(Box::new(ExponentialEuler::<Pospischil, 4>::new())),
        Some(_) => Err(&["exponential_euler", "leapfrog"]),
    }
}

const CONDUCTANCE: (f64, f64) = (0.0, 1e4);
const VOLTAGE: (f64, f64) = (-200.0, 200.0);

const PARAMETERS: &[ModelParameter] = &[
    ModelParameter {
        name: "g_Na",
        unit: Unit::MillisiemensPerCm2,
        default: 50.0,
        range: CONDUCTANCE,
        summary: "maximal conductance of the sodium channels",
    },
    ModelParameter {
        name: "g_K",
        unit: Unit::MillisiemensPerCm2,
        default: 5.0,
        range: CONDUCTANCE,
        summary: "maximal conductance of the delayed-rectifier potassium channels",
    },
    ModelParameter {
        name: "g_leak",
        unit: Unit::MillisiemensPerCm2,
        default: 0.1,
        range: CONDUCTANCE,
        summary: "leak conductance",
    },
    ModelParameter {
        name: "g_M",
        unit: Unit::MillisiemensPerCm2,
        default: 0.07,
        range: CONDUCTANCE,
        summary: "maximal conductance of the slow potassium (M) channels",
    },
    ModelParameter {
        name: "tau_max",
        unit: Unit::Millisecond,
        default: 600.0,
        range: (1e-2, 1e6),
        summary: "longest time constant of the M channels",
    },
    ModelParameter {
        name: "V_T",
        unit: Unit::Millivolt,
        default: -60.0,
        range: VOLTAGE,
        summary: "voltage that shifts the spike threshold",
    },
    ModelParameter {
        name: "E_leak",
        unit: Unit::Millivolt,
        default: -70.0,
        range: VOLTAGE,
        summary: "reversal potential of the leak",
    },
    ModelParameter {
        name: "E_Na",
        unit: Unit::Millivolt,
        default: 53.0,
        range: VOLTAGE,
        summary: "reversal potential of sodium",
    },
    ModelParameter {
        name: "E_K",
        unit: Unit::Millivolt,
        default: -107.0,
        range: VOLTAGE,
        summary: "reversal potential of potassium",
    },
    ModelParameter {
        name: "phi",
        unit: Unit::One,
        default: 1.0,
        range: (1e-3, 1e3),
        summary: "factor on the rates of the sodium and delayed-rectifier channels",
    },
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
const E_K: usize = 8;
const PHI: usize = 9;

pub(super) struct Pospischil;

#[derive(Clone, Copy)]
pub(super) struct Constants<S: Simd> {
    half_step_ms: f64,
    fast_half_step: Lanes<S>,
    v_t: Lanes<S>,
    /// `e^(−(V_T + 35) / 20)` of the centred exponential, which turns e^(−v/20) into that of the M channels.
    m_current_shift: Lanes<S>,
    tau_max: Lanes<S>,
    g_na: Lanes<S>,
    g_k: Lanes<S>,
    g_m: Lanes<S>,
    g_leak: Lanes<S>,
    e_na: Lanes<S>,
    e_k: Lanes<S>,
    g_e_leak: Lanes<S>,
}

/// The voltage v about which the exponential is expanded.
const CENTRE: f64 = 35.0;

impl ChannelSet<4> for Pospischil {
    const PARAMETERS: &'static [ModelParameter] = PARAMETERS;

    type Constants<S: Simd> = Constants<S>;

    #[inline(always)]
    fn constants<S: Simd>(
        simd: S,
        parameters: impl Fn(usize) -> Lanes<S>,
        half_step_ms: f64,
    ) -> Constants<S> {
        let v_t = parameters(V_T);
        let shift: [f64; 8] = std::array::from_fn(|lane| (-(v_t[lane] + 35.0 + CENTRE) / 20.0).exp());
        Constants {
            half_step_ms,
            fast_half_step: parameters(PHI) * half_step_ms,
            v_t,
            m_current_shift: shift.simd_into(simd),
            tau_max: parameters(TAU_MAX),
            g_na: parameters(G_NA),
            g_k: parameters(G_K),
            g_m: parameters(G_M),
            g_leak: parameters(G_LEAK),
            e_na: parameters(E_NA),
            e_k: parameters(E_K),
            g_e_leak: parameters(G_LEAK) * parameters(E_LEAK),
        }
    }

    /// All rates from the one exponential u = e^(−v / 360): u⁹ = e^(−v/40), u¹⁸ = e^(−v/20), u²⁰ = e^(−v/18),
    /// u⁷² = e^(−v/5), u⁹⁰ = e^(−v/4).
    #[inline(always)]
    fn rates<S: Simd>(simd: S, constants: &Constants<S>, voltage: Lanes<S>) -> [GateRates<S>; 4] {
        const EXP_13: f64 = 0.004_086_771_438_464_067; // e^((13 − 35)/4)
        const EXP_40: f64 = std::f64::consts::E; // e^((40 − 35)/5)
        const EXP_15: f64 = 0.018_315_638_888_734_18; // e^((15 − 35)/5)
        const ALPHA_H: f64 = 0.128 * 0.367_879_441_171_442_33; // e^((17 − 35)/18)
        const BETA_N: f64 = 0.5 * 0.535_261_428_518_990_2; // e^((10 − 35)/40)
        let h = constants.fast_half_step;
        let v = voltage - constants.v_t;
        let u = small_exponential(simd, v.max(-150.0).min(220.0) - CENTRE, 360.0);
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
        let (x_open, d_open) = linear_over_exponential(simd, -(v - 13.0), u90 * EXP_13, 4.0);
        let exp_40 = u72 * EXP_40;
        let (x_close, d_close) = linear_over_exponential(simd, -(v - 40.0), exp_40, 5.0);
        let m_opening = x_open * 0.32 * h * d_close;
        // 0.28 (v − 40) / (1 − e^(−(v − 40)/5)) · e^(−(v − 40)/5)
        let m_closing = x_close * exp_40 * 0.28 * h * d_open;

        let h_denominator = exp_40 + 1.0;
        let h_opening = u20 * ALPHA_H * h_denominator * h;

        let (x_n, n_denominator) = linear_over_exponential(simd, -(v - 15.0), u72 * EXP_15, 5.0);
        let n_opening = x_n * 0.032 * h;
        let n_closing = u9 * BETA_N * h;

        // With w = e^(−(V + 35)/20): p∞ = 1 / (1 + w²) and 1/τ = (3.3 + w²) / (w τ_max).
        let w = u18 * constants.m_current_shift;
        let w2 = w * w;
        let p_opening = (w2 + 3.3) * constants.half_step_ms;
        [
            GateRates { opening: m_opening, total: m_opening + m_closing, denominator: d_open * d_close },
            GateRates { opening: h_opening, total: h.mul_add(4.0, h_opening), denominator: h_denominator },
            GateRates {
                opening: n_opening,
                total: n_closing.mul_add(n_denominator, n_opening),
                denominator: n_denominator,
            },
            GateRates {
                opening: p_opening,
                total: p_opening * (w2 + 1.0),
                denominator: w * constants.tau_max * (w2 + 1.0),
            },
        ]
    }

    #[inline(always)]
    fn conductance<S: Simd>(constants: &Constants<S>, gates: &[Lanes<S>; 4]) -> (Lanes<S>, Lanes<S>) {
        let [m, h, n, p] = *gates;
        let n2 = n * n;
        let g_na = constants.g_na * (m * m) * (m * h);
        let g_potassium = constants.g_k.mul_add(n2 * n2, constants.g_m * p);
        let total = g_na + g_potassium + constants.g_leak;
        (total, g_na.mul_add(constants.e_na, g_potassium.mul_add(constants.e_k, constants.g_e_leak)))
    }

    fn rates_per_ms(parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 4] {
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

    fn conductance_plain(parameters: &[f64], gates: &[f64; 4]) -> (f64, f64) {
        let [m, h, n, p] = *gates;
        let g_na = parameters[G_NA] * m.powi(3) * h;
        let g_k = parameters[G_K] * n.powi(4);
        let g_m = parameters[G_M] * p;
        let g_leak = parameters[G_LEAK];
        let current = g_na * parameters[E_NA] + (g_k + g_m) * parameters[E_K] + g_leak * parameters[E_LEAK];
        (g_na + g_k + g_m + g_leak, current)
    }
}
