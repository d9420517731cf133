//! What the numerical schemes need to know of a set of channels.
//!
//! The kinetics are written twice: once in plain numbers as the papers print them, and once for any [`Number`],
//! shaped for speed. A test holds the two together.

use std::fmt::Debug;

use super::ModelParameter;
use super::adaptive::StepRule;
use super::kinetics::Channel;
use super::membrane::CAUTIOUS_DT_MS;
use super::number::Number;

/// The kinetics of one gate at one voltage: α = `opening` / `denominator` and
/// α + β = `total` / `denominator`, both in units of 2 / dt.
#[derive(Clone, Copy)]
pub(super) struct GateRates<N> {
    pub opening: N,
    pub total: N,
    pub denominator: N,
}

impl<N: Number> GateRates<N> {
    /// α = `opening` / `denominator`, and β in whole, both times dt / 2.
    #[inline(always)]
    pub(super) fn new(opening: N, beta: N, denominator: N) -> Self {
        Self { opening, total: beta.times_plus(denominator, opening), denominator }
    }
}

/// A current g · (open fraction) · (V − E), by the places of g and E among the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Current {
    pub conductance: usize,
    pub reversal: usize,
}

/// A set of channels: gates that open with the voltage, and currents that flow through what is open.
///
/// Sets that are known when the program is built keep their gates in arrays, sets from a settings file in lists.
pub(super) trait ChannelSet: Debug + Send + Sync {
    /// One `T` for each gate.
    type Gates<T: Copy>: Clone + AsRef<[T]> + AsMut<[T]>;

    /// One `T` for each current.
    type Currents<T: Copy>: Clone + AsRef<[T]> + AsMut<[T]>;

    /// What is computed once per run.
    type Constants<N: Number>;

    /// On how many registers each operation of a step is done one after the other, so that they hide each other's
    /// latency: 4, or 2 for sets with so much to remember within a step that the registers do not hold it for four.
    const TOGETHER: usize = 4;

    /// Parameters in the order in which lots carry them.
    fn parameters(&self) -> &[ModelParameter];

    /// As that of a [`Membrane`](super::Membrane).
    fn default_dt_ms(&self) -> f64 {
        CAUTIOUS_DT_MS
    }

    /// What shortens the time steps where they follow the state.
    fn step_rule(&self) -> StepRule {
        StepRule::ANY
    }

    /// Room for one `T` per gate.
    fn gates<T: Copy>(&self, value: T) -> Self::Gates<T>;

    /// The currents.
    fn currents(&self) -> Self::Currents<Current>;

    /// Room for one `T` per current.
    fn per_current<T: Copy>(&self, value: T) -> Self::Currents<T>;

    /// Constants of the parameter sets that `parameters(index)` gives, one parameter at a time.
    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Self::Constants<N>;

    /// The rates of every gate.
    fn rates<N: Number>(
        &self,
        constants: &Self::Constants<N>,
        voltage: N,
        rates: &mut Self::Gates<GateRates<N>>,
    );

    /// The open fraction of every current. Gates that follow the voltage at once are read from `voltage`.
    fn open<N: Number>(
        &self,
        constants: &Self::Constants<N>,
        gates: &Self::Gates<N>,
        voltage: N,
        open: &mut Self::Currents<N>,
    );

    /// Through which gates a current flows, by number, and to what power each of them: its open fraction is the product
    /// of these powers, and of gates that follow the voltage at once.
    fn gating(&self, current: usize) -> Vec<(usize, usize)>;

    /// α and β of every gate in 1/ms, as the paper prints them.
    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> Self::Gates<(f64, f64)>;

    /// The channels in the standard forms, one for each current and in their order.
    fn describe(&self, parameters: &[f64]) -> Vec<Channel>;
}

/// One parameter set in plain numbers.
pub(super) struct Patch<'a, C: ChannelSet> {
    channels: &'a C,
    pub parameters: &'a [f64],
    constants: C::Constants<f64>,
}

impl<'a, C: ChannelSet> Patch<'a, C> {
    pub(super) fn new(channels: &'a C, parameters: &'a [f64]) -> Self {
        Self { channels, parameters, constants: channels.constants(|index| parameters[index], 1.0) }
    }

    /// The rates of every gate in 1/ms.
    pub(super) fn rates(&self, voltage_mv: f64) -> C::Gates<GateRates<f64>> {
        let zero = GateRates { opening: 0.0, total: 0.0, denominator: 0.0 };
        let mut rates = self.channels.gates(zero);
        self.channels.rates(&self.constants, voltage_mv, &mut rates);
        rates
    }

    /// Gates at their steady state at one voltage, where the schemes in lanes let them rest.
    pub(super) fn steady_state(&self, voltage_mv: f64) -> C::Gates<f64> {
        let mut gates = self.channels.gates(0.0);
        for (gate, rate) in gates.as_mut().iter_mut().zip(self.rates(voltage_mv).as_ref()) {
            *gate = rate.opening / rate.total;
        }
        gates
    }

    /// Gates at their steady state at one voltage, by the rates as the paper prints them.
    pub(super) fn printed_steady_state(&self, voltage_mv: f64) -> C::Gates<f64> {
        let rates = self.channels.rates_per_ms(self.parameters, voltage_mv);
        let mut gates = self.channels.gates(0.0);
        for (gate, (alpha, beta)) in gates.as_mut().iter_mut().zip(rates.as_ref()) {
            *gate = alpha / (alpha + beta);
        }
        gates
    }

    /// The open fraction of every current.
    pub(super) fn open(&self, gates: &C::Gates<f64>, voltage_mv: f64) -> C::Currents<f64> {
        let mut open = self.channels.per_current(0.0);
        self.channels.open(&self.constants, gates, voltage_mv, &mut open);
        open
    }

    /// Total conductance g and Σ g E in mS/cm² and µA/cm²: the membrane current is g V − Σ g E.
    pub(super) fn conductance(&self, gates: &C::Gates<f64>, voltage_mv: f64) -> (f64, f64) {
        let open = self.open(gates, voltage_mv);
        let currents = self.channels.currents();
        let terms = currents.as_ref().iter().zip(open.as_ref());
        terms.fold((0.0, 0.0), |(g, g_e), (current, open)| {
            let own = self.parameters[current.conductance] * open;
            (g + own, g_e + own * self.parameters[current.reversal])
        })
    }
}

/// x / (eˣ − 1), continued through x = 0 by its Taylor polynomial.
pub(super) fn efun(x: f64) -> f64 {
    if x.abs() < 1e-4 { 1.0 - x / 2.0 } else { x / x.exp_m1() }
}

/// The part of a [`ChannelSet`] that its number of gates and currents says.
macro_rules! fixed_shape {
    ($gates:literal gates, $currents:expr) => {
        type Gates<T: Copy> = [T; $gates];
        type Currents<T: Copy> = [T; $currents.len()];

        #[inline(always)]
        fn gates<T: Copy>(&self, value: T) -> Self::Gates<T> {
            [value; $gates]
        }

        #[inline(always)]
        fn currents(&self) -> Self::Currents<Current> {
            $currents
        }

        #[inline(always)]
        fn per_current<T: Copy>(&self, value: T) -> Self::Currents<T> {
            [value; $currents.len()]
        }
    };
}
pub(super) use fixed_shape;
