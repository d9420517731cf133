//! What the numerical schemes need to know of a set of channels.
//!
//! Every channel set is written twice: once in plain numbers as the papers print it, and once in lanes for speed.
//! A test holds the two together.

use fearless_simd::Simd;

use super::ModelParameter;
use super::vector::Lanes;

/// The kinetics of one gate at one voltage: α = `opening` / `denominator` and
/// α + β = `total` / `denominator`, both in units of 2 / dt.
#[derive(Clone, Copy)]
pub(super) struct GateRates<S: Simd> {
    pub opening: Lanes<S>,
    pub total: Lanes<S>,
    pub denominator: Lanes<S>,
}

/// A set of channels with `GATES` gates, composed at compile time.
pub(super) trait ChannelSet<const GATES: usize>: Send + Sync + 'static {
    /// Parameters in the order in which lots carry them.
    const PARAMETERS: &'static [ModelParameter];

    /// What the lanes need at every step, made once per run.
    type Constants<S: Simd>: Copy;

    /// Constants for eight parameter sets; `parameters(index)` gives one parameter in eight lanes.
    fn constants<S: Simd>(
        simd: S,
        parameters: impl Fn(usize) -> Lanes<S>,
        half_step_ms: f64,
    ) -> Self::Constants<S>;

    /// The rates of every gate.
    fn rates<S: Simd>(simd: S, constants: &Self::Constants<S>, voltage: Lanes<S>) -> [GateRates<S>; GATES];

    /// Total conductance g and Σ g E, in mS/cm² and µA/cm²: the membrane current is g V − Σ g E.
    fn conductance<S: Simd>(
        constants: &Self::Constants<S>,
        gates: &[Lanes<S>; GATES],
    ) -> (Lanes<S>, Lanes<S>);

    /// α and β of every gate in 1/ms, as the paper prints them.
    fn rates_per_ms(parameters: &[f64], voltage_mv: f64) -> [(f64, f64); GATES];

    /// The same as `conductance`, in plain numbers.
    fn conductance_plain(parameters: &[f64], gates: &[f64; GATES]) -> (f64, f64);
}

/// Gates at their steady state at one voltage.
pub(super) fn steady_state<C: ChannelSet<GATES>, const GATES: usize>(
    parameters: &[f64],
    voltage_mv: f64,
) -> [f64; GATES] {
    C::rates_per_ms(parameters, voltage_mv).map(|(alpha, beta)| alpha / (alpha + beta))
}

/// x / (eˣ − 1), continued through x = 0 by its Taylor polynomial.
pub(super) fn efun(x: f64) -> f64 {
    if x.abs() < 1e-4 { 1.0 - x / 2.0 } else { x / x.exp_m1() }
}
