//! The channels of a membrane in the standard forms, with the numbers of one parameter set: for people and for other
//! simulators. The numerical schemes do not use it; a test holds it to the rates that they use.

use super::channels::efun;
pub use super::written::Form;

/// Channels of one kind: I = g · Π gateᵖ · (V − E).
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Name of the settings, or of the paper: `Na`.
    pub name: String,
    /// Maximal conductance in mS/cm².
    pub conductance: f64,
    /// Reversal potential in mV.
    pub reversal_mv: f64,
    /// None of a leak.
    pub gates: Vec<Gate>,
}

/// A gate of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Name of the settings, or of the paper: `m`.
    pub name: String,
    /// How many such gates must be open.
    pub power: usize,
    /// How it opens and closes.
    pub kinetics: Kinetics,
}

/// Functions of voltage, each a sum of terms; factors on the rates, such as that of the temperature, are in the terms.
#[derive(Clone, Debug, PartialEq)]
pub enum Kinetics {
    /// dx/dt = α (1 − x) − β x, both in 1/ms.
    Rates {
        /// Opening rate α.
        alpha: Vec<Term>,
        /// Closing rate β.
        beta: Vec<Term>,
    },
    /// dx/dt = (x∞ − x) / τ.
    Relaxation {
        /// x∞, from 0 to 1.
        steady_state: Vec<Term>,
        /// τ in ms.
        time_constant: Vec<Term>,
    },
    /// x = x∞ at all times.
    Instantaneous {
        /// x∞, from 0 to 1.
        steady_state: Vec<Term>,
    },
}

/// One term of a function of voltage.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its shape.
    pub form: Form,
    /// Its size, in 1/ms, ms or 1.
    pub size: f64,
    /// Midpoint and scale in mV, as many as the form has.
    pub slopes: Vec<(f64, f64)>,
}

impl Term {
    /// Its value at a voltage in mV.
    pub fn at(&self, voltage_mv: f64) -> f64 {
        let x = |place: usize| {
            let (midpoint, scale) = self.slopes[place];
            (voltage_mv - midpoint) / scale
        };
        self.size
            * match self.form {
                Form::Constant => 1.0,
                Form::Exponential => x(0).exp(),
                Form::Sigmoid => 1.0 / (1.0 + (-x(0)).exp()),
                Form::LinearExponential => efun(-x(0)),
                Form::Bell => 1.0 / (x(0).exp() + (-x(1)).exp()),
            }
    }
}

/// The sum of some terms at a voltage in mV.
pub fn sum(terms: &[Term], voltage_mv: f64) -> f64 {
    terms.iter().map(|term| term.at(voltage_mv)).sum()
}

impl Gate {
    /// The steady state, and the rate in 1/ms at which it is approached, at a voltage in mV; infinite if at once.
    pub fn steady_state_and_rate(&self, voltage_mv: f64) -> (f64, f64) {
        match &self.kinetics {
            Kinetics::Rates { alpha, beta } => {
                let (alpha, beta) = (sum(alpha, voltage_mv), sum(beta, voltage_mv));
                (alpha / (alpha + beta), alpha + beta)
            }
            Kinetics::Relaxation { steady_state, time_constant } => {
                (sum(steady_state, voltage_mv), sum(time_constant, voltage_mv).recip())
            }
            Kinetics::Instantaneous { steady_state } => (sum(steady_state, voltage_mv), f64::INFINITY),
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::model::channels::ChannelSet;
    use crate::model::cortical::Cortical;
    use crate::model::hodgkin_huxley::HodgkinHuxley;

    /// α and β of every gate with a state, in 1/ms.
    fn rates(channels: &[Channel], v: f64) -> Vec<(f64, f64)> {
        let gates = channels.iter().flat_map(|channel| &channel.gates);
        let with_state = gates.filter(|gate| !matches!(gate.kinetics, Kinetics::Instantaneous { .. }));
        let rates = with_state.map(|gate| gate.steady_state_and_rate(v));
        rates.map(|(steady, rate)| (steady * rate, (1.0 - steady) * rate)).collect()
    }

    /// Every parameter is away from its default, so that none is forgotten.
    fn check<C: ChannelSet>(set: &C) {
        let defaults = set.parameters().iter().map(|parameter| parameter.default);
        let parameters: Vec<f64> = defaults.enumerate().map(|(i, x)| x * (1.03 + 0.01 * i as f64)).collect();
        let channels = set.describe(&parameters);
        for voltage in (0..220).map(|i| -110.3 + f64::from(i)) {
            let printed = set.rates_per_ms(&parameters, voltage);
            let described = rates(&channels, voltage);
            assert_eq!(described.len(), printed.as_ref().len());
            for (found, expected) in described.iter().zip(printed.as_ref()) {
                assert_relative_eq!(found.0, expected.0, max_relative = 1e-9, epsilon = 1e-12);
                assert_relative_eq!(found.1, expected.1, max_relative = 1e-9, epsilon = 1e-12);
            }
        }
        let currents = set.currents();
        assert_eq!(channels.len(), currents.as_ref().len());
        let mut first_gate = 0;
        for (index, (channel, current)) in channels.iter().zip(currents.as_ref()).enumerate() {
            assert_relative_eq!(channel.conductance, parameters[current.conductance]);
            assert_relative_eq!(channel.reversal_mv, parameters[current.reversal]);
            let has_state = |gate: &&Gate| !matches!(gate.kinetics, Kinetics::Instantaneous { .. });
            let powers = channel.gates.iter().filter(has_state).map(|gate| gate.power);
            let powers: Vec<(usize, usize)> =
                powers.enumerate().map(|(i, power)| (first_gate + i, power)).collect();
            assert_eq!(powers, set.gating(index), "{}", channel.name);
            first_gate += powers.len();
        }
    }

    #[test]
    fn described_rates_are_the_printed_ones() {
        check(&HodgkinHuxley);
        check(&Cortical);
    }

    /// m∞ and s∞ at the voltage of their midpoints are one half.
    #[test]
    fn gates_without_a_state_are_described() {
        let defaults: Vec<f64> = Cortical.parameters().iter().map(|parameter| parameter.default).collect();
        let channels = Cortical.describe(&defaults);
        let steady = |channel: &str, v: f64| {
            let channel = channels.iter().find(|own| own.name == channel).unwrap();
            let Kinetics::Instantaneous { steady_state } = &channel.gates[0].kinetics else {
                panic!("{channel:?}")
            };
            sum(steady_state, v)
        };
        assert_relative_eq!(steady("CaT", -59.0), 0.5, max_relative = 1e-12);
        assert_relative_eq!(steady("A", -50.0), 0.5, max_relative = 1e-12);
    }
}
