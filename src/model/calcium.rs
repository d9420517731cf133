//! Calcium currents of cortical cells.
//!
//! High threshold: I = g_CaL q²r (V − E_Ca), from Reuveni et al. (1993), <https://doi.org/10.1523/JNEUROSCI.13-11-04609.1993>.
//! Low threshold: I = g_CaT s∞²u (V − E_Ca), where s follows the voltage at once, from Destexhe et al. (1996),
//! <https://doi.org/10.1152/jn.1996.76.3.2049>. Both as Pospischil et al. (2008) use them for cells that burst:
//! <https://doi.org/10.1007/s00422-008-0263-8>

use super::channels::{GateRates, efun};
use super::number::{Number, small_exponential};

/// The voltage about which the exponentials are expanded.
const CENTRE: f64 = -60.0;

/// q and r of the high-threshold current; r from u = e^(−V / 700): u¹⁴ = e^(−V/50), u²⁵ = e^(−V/28). `v`: mV;
/// `half_step`: ms.
#[inline(always)]
pub(super) fn high_threshold<N: Number>(v: N, half_step: N) -> [GateRates<N>; 2] {
    const ALPHA_R: f64 = 0.000_457 * 2.559_981_418_329_271_3; // e^(−(13 − 60)/50)
    const EXP_15: f64 = 4.988_537_881_672_623; // e^(−(15 − 60)/28)
    let x = -(v + 27.0);
    let (x_q, q_denominator) = x.linear_over_exponential((x * (1.0 / 3.8)).exp(), v.constant(1.0 / 3.8));
    let q_opening = x_q * 0.055 * half_step;
    let beta_q = ((v + 75.0) * (-1.0 / 17.0)).exp() * 0.94;
    let u = small_exponential::<700, 10, N>(v - CENTRE);
    let u2 = u * u;
    let u4 = u2 * u2;
    let u8 = u4 * u4;
    let r_denominator = (u8 * u8) * (u8 * u) * EXP_15 + 1.0;
    let r_opening = (u8 * u4) * u2 * ALPHA_R * half_step * r_denominator;
    [
        GateRates::new(q_opening, beta_q * half_step, q_denominator),
        GateRates {
            opening: r_opening,
            total: half_step.times_plus(v.constant(0.0065), r_opening),
            denominator: r_denominator,
        },
    ]
}

/// The same in 1/ms, as the paper prints them.
pub(super) fn high_threshold_per_ms(v: f64) -> [(f64, f64); 2] {
    let alpha_q = 0.055 * 3.8 * efun((-27.0 - v) / 3.8);
    let beta_q = 0.94 * ((-75.0 - v) / 17.0).exp();
    let alpha_r = 0.000_457 * ((-13.0 - v) / 50.0).exp();
    let beta_r = 0.0065 / (((-15.0 - v) / 28.0).exp() + 1.0);
    [(alpha_q, beta_q), (alpha_r, beta_r)]
}

/// Inactivation u of the low-threshold current, from w = e^(v / 800): w¹⁶⁰ = e^(v/5), w²⁰⁰ = e^(v/4),
/// w²⁵⁰ = e^(v/3.2). `v`: V + `V_x` in mV; `half_step`: ms.
#[inline(always)]
pub(super) fn low_threshold<N: Number>(v: N, half_step: N) -> GateRates<N> {
    const EXP_113: f64 = 41_772.771_218_515_5; // e^((113.2 − 60)/5)
    const EXP_84: f64 = 1_808.042_414_456_063_2; // e^((84 − 60)/3.2)
    const EXP_81: f64 = 190.566_268_458_63; // e^((81 − 60)/4)
    let w = small_exponential::<800, 10, N>(v.constant(CENTRE) - v);
    let w2 = w * w;
    let w5 = w2 * w2 * w;
    let w10 = w5 * w5;
    let w20 = w10 * w10;
    let w25 = w20 * w5;
    let w40 = w20 * w20;
    let w80 = w40 * w40;
    let w100 = w80 * w20;
    // u∞ = 1 / (1 + c), τ = (30.8 + (211.4 + a) / (1 + b)) / 3.7.
    let a = w80 * w80 * EXP_113;
    let w125 = w100 * w25;
    let one_and_b = w125 * w125 * EXP_84 + 1.0;
    let one_and_c = w100 * w100 * EXP_81 + 1.0;
    let opening = one_and_b * half_step * 3.7;
    let denominator = (one_and_b * 30.8 + a + 211.4) * one_and_c;
    GateRates { opening, total: opening * one_and_c, denominator }
}

/// The same in 1/ms, as the paper prints them.
pub(super) fn low_threshold_per_ms(v: f64) -> (f64, f64) {
    let u_inf = 1.0 / (1.0 + ((v + 81.0) / 4.0).exp());
    let tau = (30.8 + (211.4 + ((v + 113.2) / 5.0).exp()) / (1.0 + ((v + 84.0) / 3.2).exp())) / 3.7;
    (u_inf / tau, (1.0 - u_inf) / tau)
}

/// Activation s∞ of the low-threshold current. `v`: V + `V_x` in mV.
#[inline(always)]
pub(super) fn low_threshold_activation<N: Number>(v: N) -> N {
    v.constant(1.0) / (((v + 57.0) * (-1.0 / 6.2)).exp() + 1.0)
}
