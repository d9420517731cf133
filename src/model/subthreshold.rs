//! Currents that act below the spike threshold.
//!
//! A-type potassium: I = g_A a∞³b (V − E_K), where a follows the voltage at once, from Golomb et al. (2006),
//! <https://doi.org/10.1152/jn.00205.2006>. Hyperpolarisation-activated (h): I = g_h l (V − E_h), from Huguenard and
//! McCormick (1992), <https://doi.org/10.1152/jn.1992.68.4.1373>

use super::channels::GateRates;
use super::number::Number;

/// Time constant of the inactivation of the A-type current.
const TAU_B_MS: f64 = 15.0;

/// Inactivation b of the A-type current. `v`: mV; `half_step`: ms.
#[inline(always)]
pub(super) fn a_type<N: Number>(v: N, half_step: N) -> GateRates<N> {
    let c = ((v + 80.0) * (1.0 / 6.0)).exp() + 1.0;
    GateRates { opening: half_step, total: half_step * c, denominator: c * TAU_B_MS }
}

/// The same in 1/ms.
pub(super) fn a_type_per_ms(v: f64) -> (f64, f64) {
    let b_inf = 1.0 / (1.0 + ((v + 80.0) / 6.0).exp());
    (b_inf / TAU_B_MS, (1.0 - b_inf) / TAU_B_MS)
}

/// Activation a∞ of the A-type current.
#[inline(always)]
pub(super) fn a_type_activation<N: Number>(v: N) -> N {
    v.constant(1.0) / (((v + 50.0) * (-1.0 / 20.0)).exp() + 1.0)
}

/// Activation l of the h-current. `v`: mV; `half_step`: ms.
#[inline(always)]
pub(super) fn h_type<N: Number>(v: N, half_step: N) -> GateRates<N> {
    let c = ((v + 75.0) * (1.0 / 5.5)).exp() + 1.0;
    // 1 / τ
    let speed = (v * -0.086 - 14.59).exp() + (v * 0.0701 - 1.87).exp();
    let opening = speed * half_step;
    GateRates { opening, total: opening * c, denominator: c }
}

/// The same in 1/ms, as the paper prints them.
pub(super) fn h_type_per_ms(v: f64) -> (f64, f64) {
    let l_inf = 1.0 / (1.0 + ((v + 75.0) / 5.5).exp());
    let tau = 1.0 / ((-14.59 - 0.086 * v).exp() + (-1.87 + 0.0701 * v).exp());
    (l_inf / tau, (1.0 - l_inf) / tau)
}
