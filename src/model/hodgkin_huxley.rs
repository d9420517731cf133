//! The squid giant axon.
//!
//! C dV/dt = I − g_Na m³h (V − E_Na) − g_K n⁴ (V − E_K) − g_L (V − E_L), with the rates of Hodgkin and Huxley
//! (1952) as functions of v = V − V_rest, every rate multiplied by φ · Q10^((T − 6.3 °C) / 10), Q10 = 3.
//! Source: <https://doi.org/10.1113/jphysiol.1952.sp004764>

use fearless_simd::{Simd, prelude::*};

use super::channels::{ChannelSet, GateRates, efun};
use super::leapfrog::Leapfrog;
use super::vector::{Lanes, linear_over_exponential, small_exponential};
use super::{Build, Membrane, ModelParameter};
use crate::settings::Entry;
use crate::units::Unit;

pub const ENTRY: Entry<Build> = Entry {
    name: "hodgkin_huxley",
    summary: "squid giant axon: Na, K, leak (Hodgkin and Huxley 1952)",
    build,
};

fn build(scheme: Option<&str>) -> Result<Box<dyn Membrane>, &'static [&'static str]> {
    match scheme {
        None | Some("leapfrog") => Ok(Box::new(Leapfrog::<HodgkinHuxley, 3>::new())),
        Some(_) => Err(&["leapfrog"]),
    }
}

const CONDUCTANCE: (f64, f64) = (0.0, 1e4);
const VOLTAGE: (f64, f64) = (-200.0, 200.0);

pub(super) const PARAMETERS: &[ModelParameter] = &[
    ModelParameter {
        name: "g_Na",
        unit: Unit::MillisiemensPerCm2,
        default: 120.0,
        range: CONDUCTANCE,
        summary: "maximal conductance of the sodium channels",
    },
    ModelParameter {
        name: "g_K",
        unit: Unit::MillisiemensPerCm2,
        default: 36.0,
        range: CONDUCTANCE,
        summary: "maximal conductance of the delayed-rectifier potassium channels",
    },
    ModelParameter {
        name: "g_L",
        unit: Unit::MillisiemensPerCm2,
        default: 0.3,
        range: CONDUCTANCE,
        summary: "leak conductance",
    },
    ModelParameter {
        name: "E_Na",
        unit: Unit::Millivolt,
        default: 50.0,
        range: VOLTAGE,
        summary: "reversal potential of sodium",
    },
    ModelParameter {
        name: "E_K",
        unit: Unit::Millivolt,
        default: -77.0,
        range: VOLTAGE,
        summary: "reversal potential of potassium",
    },
    ModelParameter {
        name: "E_L",
        unit: Unit::Millivolt,
        default: -54.387,
        range: VOLTAGE,
        summary: "reversal potential of the leak",
    },
    ModelParameter {
        name: "V_rest",
        unit: Unit::Millivolt,
        default: -65.0,
        range: VOLTAGE,
        summary: "voltage from which the rates of 1952 are counted",
    },
    ModelParameter {
        name: "phi",
        unit: Unit::One,
        default: 1.0,
        range: (1e-3, 1e3),
        summary: "factor on all rates, beside that of the temperature",
    },
    ModelParameter {
        name: "temperature",
        unit: Unit::Celsius,
        default: 6.3,
        range: (-5.0, 60.0),
        summary: "temperature; all rates grow by 3 in 10 degrees from 6.3 degC",
    },
];

// Places in the table above.
const G_NA: usize = 0;
const G_K: usize = 1;
const G_L: usize = 2;
const E_NA: usize = 3;
const E_K: usize = 4;
const E_L: usize = 5;
const V_REST: usize = 6;
const PHI: usize = 7;
const TEMPERATURE: usize = 8;

/// Temperature of the experiments of 1952.
const REFERENCE_CELSIUS: f64 = 6.3;
const Q10: f64 = 3.0;

/// Factor on all rates.
fn rate_factor(phi: f64, temperature_celsius: f64) -> f64 {
    phi * Q10.powf((temperature_celsius - REFERENCE_CELSIUS) / 10.0)
}

pub(super) struct HodgkinHuxley;

#[derive(Clone, Copy)]
pub(super) struct Constants<S: Simd> {
    half_step: Lanes<S>,
    v_rest: Lanes<S>,
    g_na: Lanes<S>,
    g_k: Lanes<S>,
    g_l: Lanes<S>,
    e_na: Lanes<S>,
    e_k: Lanes<S>,
    g_e_l: Lanes<S>,
}

impl ChannelSet<3> for HodgkinHuxley {
    const PARAMETERS: &'static [ModelParameter] = PARAMETERS;

    type Constants<S: Simd> = Constants<S>;

    #[inline(always)]
    fn constants<S: Simd>(
        simd: S,
        parameters: impl Fn(usize) -> Lanes<S>,
        half_step_ms: f64,
    ) -> Constants<S> {
        let (phi, temperature) = (parameters(PHI), parameters(TEMPERATURE));
        let half_step: [f64; 8] =
            std::array::from_fn(|lane| half_step_ms * rate_factor(phi[lane], temperature[lane]));
        Constants {
            half_step: half_step.simd_into(simd),
            v_rest: parameters(V_REST),
            g_na: parameters(G_NA),
            g_k: parameters(G_K),
            g_l: parameters(G_L),
            e_na: parameters(E_NA),
            e_k: parameters(E_K),
            g_e_l: parameters(G_L) * parameters(E_L),
        }
    }

    /// All six rates from the one exponential u = e^(−v / 720): u⁹ = e^(−v/80), u³⁶ = e^(−v/20),
    /// u⁴⁰ = e^(−v/18), u⁷² = e^(−v/10).
    #[inline(always)]
    fn rates<S: Simd>(simd: S, constants: &Constants<S>, voltage: Lanes<S>) -> [GateRates<S>; 3] {
        const CENTRE: f64 = 30.0;
        // Constant factors e^(CENTRE / k) that the centred polynomial leaves out, folded with those of the rates.
        const BETA_N: f64 = 0.125 * 0.687_289_278_790_972_2; // e^(−30/80)
        const ALPHA_H: f64 = 0.07 * 0.223_130_160_148_429_83; // e^(−30/20)
        const BETA_M: f64 = 4.0 * 0.188_875_602_837_562_2; // e^(−30/18)
        const EXP_10: f64 = 0.135_335_283_236_612_7; // e^((10 − 30)/10)
        const EXP_25: f64 = 0.606_530_659_712_633_4; // e^((25 − 30)/10)
        let h = constants.half_step;
        let v = voltage - constants.v_rest;
        let u = small_exponential(simd, v.max(-100.0).min(160.0) - CENTRE, 720.0);
        let u2 = u * u;
        let u4 = u2 * u2;
        let u8 = u4 * u4;
        let u9 = u8 * u;
        let u18 = u9 * u9;
        let u36 = u18 * u18;
        let u40 = u36 * u4;
        let u72 = u36 * u36;

        let (x_m, m_denominator) = linear_over_exponential(simd, -(v - 25.0), u72 * EXP_25, 10.0);
        let m_opening = x_m * 0.1 * h;
        let h_denominator = u72 + 1.0;
        let h_opening = u36 * ALPHA_H * h_denominator * h;
        let (x_n, n_denominator) = linear_over_exponential(simd, -(v - 10.0), u72 * EXP_10, 10.0);
        let n_opening = x_n * 0.01 * h;
        let gate = |opening: Lanes<S>, beta: Lanes<S>, denominator: Lanes<S>| GateRates {
            opening,
            total: beta.mul_add(denominator, opening),
            denominator,
        };
        [
            gate(m_opening, u40 * BETA_M * h, m_denominator),
            GateRates { opening: h_opening, total: h_opening + h, denominator: h_denominator },
            gate(n_opening, u9 * BETA_N * h, n_denominator),
        ]
    }

    #[inline(always)]
    fn conductance<S: Simd>(constants: &Constants<S>, gates: &[Lanes<S>; 3]) -> (Lanes<S>, Lanes<S>) {
        let [m, h, n] = *gates;
        let n2 = n * n;
        let g_na = constants.g_na * (m * m) * (m * h);
        let g_k = constants.g_k * (n2 * n2);
        let total = g_na + g_k + constants.g_l;
        (total, g_na.mul_add(constants.e_na, g_k.mul_add(constants.e_k, constants.g_e_l)))
    }

    fn rates_per_ms(parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 3] {
        let v = voltage_mv - parameters[V_REST];
        let phi = rate_factor(parameters[PHI], parameters[TEMPERATURE]);
        let alpha_m = efun((25.0 - v) / 10.0);
        let beta_m = 4.0 * (-v / 18.0).exp();
        let alpha_h = 0.07 * (-v / 20.0).exp();
        let beta_h = 1.0 / (((30.0 - v) / 10.0).exp() + 1.0);
        let alpha_n = 0.1 * efun((10.0 - v) / 10.0);
        let beta_n = 0.125 * (-v / 80.0).exp();
        [(phi * alpha_m, phi * beta_m), (phi * alpha_h, phi * beta_h), (phi * alpha_n, phi * beta_n)]
    }

    fn conductance_plain(parameters: &[f64], gates: &[f64; 3]) -> (f64, f64) {
        let [m, h, n] = *gates;
        let g_na = parameters[G_NA] * m.powi(3) * h;
        let g_k = parameters[G_K] * n.powi(4);
        let g_l = parameters[G_L];
        (g_na + g_k + g_l, g_na * parameters[E_NA] + g_k * parameters[E_K] + g_l * parameters[E_L])
    }
}
