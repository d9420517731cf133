//! The squid giant axon.
//!
//! C dV/dt = I − g_Na m³h (V − E_Na) − g_K n⁴ (V − E_K) − g_L (V − E_L), with the rates of Hodgkin and Huxley
//! (1952) as functions of v = V − V_rest, every rate multiplied by φ · Q10^((T − 6.3 °C) / 10), Q10 = 3.
//! Source: <https://doi.org/10.1113/jphysiol.1952.sp004764>

use super::adaptive::StepRule;
use super::channels::{ChannelSet, Current, GateRates, efun, fixed_shape};
use super::kinetics::Channel;
use super::number::{Number, small_exponential};
use super::{Build, Membrane, ModelParameter, leapfrog_or_adaptive, written};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<Build> = Entry {
    name: "hodgkin_huxley",
    summary: "squid giant axon: Na, K, leak (Hodgkin and Huxley 1952)",
    build,
};

fn build(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    Some(leapfrog_or_adaptive(model, HodgkinHuxley))
}

const CONDUCTANCE: (f64, f64) = (0.0, 1e4);
const VOLTAGE: (f64, f64) = (-200.0, 200.0);

const PARAMETERS: &[ModelParameter] = &[
    ModelParameter::new(
        "g_Na",
        Unit::MillisiemensPerCm2,
        120.0,
        CONDUCTANCE,
        "maximal conductance of the sodium channels",
    ),
    ModelParameter::new(
        "g_K",
        Unit::MillisiemensPerCm2,
        36.0,
        CONDUCTANCE,
        "maximal conductance of the delayed-rectifier potassium channels",
    ),
    ModelParameter::new("g_L", Unit::MillisiemensPerCm2, 0.3, CONDUCTANCE, "leak conductance"),
    ModelParameter::new("E_Na", Unit::Millivolt, 50.0, VOLTAGE, "reversal potential of sodium"),
    ModelParameter::new("E_K", Unit::Millivolt, -77.0, VOLTAGE, "reversal potential of potassium"),
    ModelParameter::new("E_L", Unit::Millivolt, -54.387, VOLTAGE, "reversal potential of the leak"),
    ModelParameter::new(
        "V_rest",
        Unit::Millivolt,
        -65.0,
        VOLTAGE,
        "voltage from which the rates of 1952 are counted",
    ),
    ModelParameter::new(
        "phi",
        Unit::One,
        1.0,
        (1e-3, 1e3),
        "factor on all rates, beside that of the temperature",
    ),
    ModelParameter::new(
        "temperature",
        Unit::Celsius,
        6.3,
        (-5.0, 60.0),
        "temperature; all rates grow by 3 in 10 degrees from 6.3 degC",
    ),
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

/// Temperature of the experiments of 1952, and how much faster gates are 10 degrees above it.
const REFERENCE_CELSIUS: f64 = 6.3;
const Q10: f64 = 3.0;

/// m³h, n⁴, and the leak.
const GATING: [&[(usize, usize)]; 3] = [&[(0, 3), (1, 1)], &[(2, 4)], &[]];

#[derive(Clone, Copy, Debug)]
pub(super) struct HodgkinHuxley;

/// Where rates are counted from, and the factor of each times dt / 2.
pub(super) struct Constants<N> {
    v_rest: N,
    alpha_m: N,
    beta_m: N,
    alpha_h: N,
    beta_h: N,
    alpha_n: N,
    beta_n: N,
}

/// The voltage v about which the exponential is expanded; the factors of the rates include its own.
const CENTRE: f64 = 30.0;

impl ChannelSet for HodgkinHuxley {
    type Constants<N: Number> = Constants<N>;

    fixed_shape!(3 gates, [
        Current { conductance: G_NA, reversal: E_NA },
        Current { conductance: G_K, reversal: E_K },
        Current { conductance: G_L, reversal: E_L },
    ]);

    fn parameters(&self) -> &[ModelParameter] {
        PARAMETERS
    }

    fn default_dt_ms(&self) -> f64 {
        0.025
    }

    /// The last of four spikes errs by less than 0.01 ms at the default `dt`, in 95 % of the sets that lie within 20 %.
    fn step_rule(&self) -> StepRule {
        StepRule { bend_mv_per_ms2: 3.0, voltage_parameter: Some(V_REST), above_mv: 1.0 }
    }

    #[inline(always)]
    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Constants<N> {
        let decades = (parameters(TEMPERATURE) - REFERENCE_CELSIUS) * 0.1;
        let half_step = parameters(PHI) * (decades * Q10.ln()).exp() * half_step_ms;
        // The further factors are e^(−CENTRE/18), e^(−CENTRE/20) and e^(−CENTRE/80).
        Constants {
            v_rest: parameters(V_REST),
            alpha_m: half_step * 0.1,
            beta_m: half_step * (4.0 * 0.188_875_602_837_562_2),
            alpha_h: half_step * (0.07 * 0.223_130_160_148_429_83),
            beta_h: half_step,
            alpha_n: half_step * 0.01,
            beta_n: half_step * (0.125 * 0.687_289_278_790_972_2),
        }
    }

    /// All six rates from the one exponential u = e^(−v / 720): u⁹ = e^(−v/80), u³⁶ = e^(−v/20),
    /// u⁴⁰ = e^(−v/18), u⁷² = e^(−v/10).
    #[inline(always)]
    fn rates<N: Number>(&self, constants: &Constants<N>, voltage: N, rates: &mut [GateRates<N>; 3]) {
        const EXP_10: f64 = 0.135_335_283_236_612_7; // e^((10 − 30)/10)
        const EXP_25: f64 = 0.606_530_659_712_633_4; // e^((25 − 30)/10)
        let c = constants;
        let v = voltage - c.v_rest;
        let u = small_exponential::<720, 8, N>(v.within(-100.0, 160.0) - CENTRE);
        let u2 = u * u;
        let u4 = u2 * u2;
        let u8 = u4 * u4;
        let u9 = u8 * u;
        let u18 = u9 * u9;
        let u36 = u18 * u18;
        let u40 = u36 * u4;
        let u72 = u36 * u36;

        let per_10_mv = v.constant(0.1);
        let (x_m, m_denominator) = (v.constant(25.0) - v).linear_over_exponential(u72 * EXP_25, per_10_mv);
        let (x_n, n_denominator) = (v.constant(10.0) - v).linear_over_exponential(u72 * EXP_10, per_10_mv);
        let h_denominator = u72 + 1.0;
        let h_opening = u36 * c.alpha_h * h_denominator;
        *rates = [
            GateRates::new(x_m * c.alpha_m, u40 * c.beta_m, m_denominator),
            GateRates { opening: h_opening, total: h_opening + c.beta_h, denominator: h_denominator },
            GateRates::new(x_n * c.alpha_n, u9 * c.beta_n, n_denominator),
        ];
    }

    /// m³h, n⁴, 1.
    #[inline(always)]
    fn open<N: Number>(&self, _: &Constants<N>, gates: &[N; 3], _: N, open: &mut [N; 3]) {
        let [m, h, n] = *gates;
        let n2 = n * n;
        *open = [(m * m) * (m * h), n2 * n2, n.constant(1.0)];
    }

    fn gating(&self, current: usize) -> Vec<(usize, usize)> {
        GATING[current].to_vec()
    }

    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> [(f64, f64); 3] {
        let v = voltage_mv - parameters[V_REST];
        let phi = parameters[PHI] * Q10.powf((parameters[TEMPERATURE] - REFERENCE_CELSIUS) / 10.0);
        let alpha_m = efun((25.0 - v) / 10.0);
        let beta_m = 4.0 * (-v / 18.0).exp();
        let alpha_h = 0.07 * (-v / 20.0).exp();
        let beta_h = 1.0 / (((30.0 - v) / 10.0).exp() + 1.0);
        let alpha_n = 0.1 * efun((10.0 - v) / 10.0);
        let beta_n = 0.125 * (-v / 80.0).exp();
        [(phi * alpha_m, phi * beta_m), (phi * alpha_h, phi * beta_h), (phi * alpha_n, phi * beta_n)]
    }

    fn describe(&self, parameters: &[f64]) -> Vec<Channel> {
        written::describe(ENTRY.name, PARAMETERS, parameters, &[])
    }
}
