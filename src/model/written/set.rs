//! Channels from a settings file as a [`ChannelSet`]: the same schemes run them that run the built-in ones.

use super::form::{Term, TermValues, sum};
use crate::model::ModelParameter;
use crate::model::channels::{ChannelSet, Current, GateRates};
use crate::model::kinetics;
use crate::model::number::Number;

/// What the two functions of voltage of a gate are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinetics {
    /// Rates α and β.
    Rates,
    /// A steady state, and the time constant with which it is approached.
    Relaxation,
}

/// How much faster than written all gates of a channel are, by places of parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    /// A plain factor.
    pub factor: usize,
    /// Q10, the temperature that the rates were measured at, and the temperature.
    pub q10: Option<(usize, usize, usize)>,
}

/// A gate with a state of its own.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub kinetics: Kinetics,
    pub functions: [Vec<Term>; 2],
    pub speed: Speed,
    pub shift: Option<usize>,
}

/// What a current flows through.
#[derive(Clone, Debug)]
pub(super) enum Factor {
    /// A gate of the set, by number.
    Gate { index: usize, power: usize },
    /// A gate that follows the voltage at once.
    Instantaneous { steady_state: Vec<Term>, shift: Option<usize>, power: usize },
}

/// Channels that were read from a settings file.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub parameters: Vec<ModelParameter>,
    pub gates: Vec<Gate>,
    pub currents: Vec<Current>,
    /// For each current what it flows through.
    pub factors: Vec<Vec<Factor>>,
    /// For each current the name of its channel, and of what it flows through.
    pub names: Vec<(String, Vec<String>)>,
}

pub(super) struct Constants<N> {
    gates: Vec<GateValues<N>>,
    factors: Vec<Vec<FactorValues<N>>>,
}

/// A gate with the numbers of some parameter sets.
struct GateValues<N> {
    /// dt / 2, times how much faster than written the gate is.
    half_step: N,
    kinetics: Kinetics,
    functions: [Vec<TermValues<N>>; 2],
}

enum FactorValues<N> {
    Gate { index: usize, power: usize },
    Instantaneous { steady_state: Vec<TermValues<N>>, power: usize },
}

/// Beyond these voltages the rates are those at the nearer end.
const LOWEST_MV: f64 = -300.0;
const HIGHEST_MV: f64 = 300.0;

impl ChannelSet for Written {
    type Gates<T: Copy> = Vec<T>;
    type Currents<T: Copy> = Vec<T>;
    type Constants<N: Number> = Constants<N>;

    fn parameters(&self) -> &[ModelParameter] {
        &self.parameters
    }

    fn gates<T: Copy>(&self, value: T) -> Vec<T> {
        vec![value; self.gates.len()]
    }

    fn currents(&self) -> Vec<Current> {
        self.currents.clone()
    }

    fn per_current<T: Copy>(&self, value: T) -> Vec<T> {
        vec![value; self.currents.len()]
    }

    fn constants<N: Number>(&self, parameters: impl Fn(usize) -> N, half_step_ms: f64) -> Constants<N> {
        let values = |terms: &[Term], shift: Option<usize>| -> Vec<TermValues<N>> {
            terms.iter().map(|term| term.values(&parameters, shift)).collect()
        };
        let gate = |gate: &Gate| GateValues {
            half_step: gate.speed.of(&parameters) * half_step_ms,
            kinetics: gate.kinetics,
            functions: gate.functions.each_ref().map(|terms| values(terms, gate.shift)),
        };
        let factor = |factor: &Factor| match factor {
            Factor::Gate { index, power } => FactorValues::Gate { index: *index, power: *power },
            Factor::Instantaneous { steady_state, shift, power } => {
                FactorValues::Instantaneous { steady_state: values(steady_state, *shift), power: *power }
            }
        };
        Constants {
            gates: self.gates.iter().map(gate).collect(),
            factors: self.factors.iter().map(|factors| factors.iter().map(factor).collect()).collect(),
        }
    }

    #[inline(always)]
    fn rates<N: Number>(&self, constants: &Constants<N>, voltage: N, rates: &mut Vec<GateRates<N>>) {
        let v = voltage.within(LOWEST_MV, HIGHEST_MV);
        for (rate, gate) in rates.iter_mut().zip(&constants.gates) {
            let h = gate.half_step;
            let mut functions = [v, v];
            for (function, terms) in functions.iter_mut().zip(&gate.functions) {
                *function = sum(terms, v);
            }
            let [first, second] = functions;
            *rate = match gate.kinetics {
                Kinetics::Rates => {
                    let opening = first * h;
                    let total = second.times_plus(h, opening);
                    GateRates { opening, total, denominator: v.constant(1.0) }
                }
                Kinetics::Relaxation => GateRates { opening: first * h, total: h, denominator: second },
            };
        }
    }

    #[inline(always)]
    fn open<N: Number>(&self, constants: &Constants<N>, gates: &Vec<N>, voltage: N, open: &mut Vec<N>) {
        let v = voltage.within(LOWEST_MV, HIGHEST_MV);
        for (open, factors) in open.iter_mut().zip(&constants.factors) {
            let mut product = voltage.constant(1.0);
            for factor in factors {
                let (x, power) = match factor {
                    FactorValues::Gate { index, power } => (gates[*index], *power),
                    FactorValues::Instantaneous { steady_state, power } => (sum(steady_state, v), *power),
                };
                for _ in 0..power {
                    product = product * x;
                }
            }
            *open = product;
        }
    }

    fn gating(&self, current: usize) -> Vec<(usize, usize)> {
        let with_state = |factor: &Factor| match factor {
            Factor::Gate { index, power } => Some((*index, *power)),
            Factor::Instantaneous { .. } => None,
        };
        self.factors[current].iter().filter_map(with_state).collect()
    }

    fn rates_per_ms(&self, parameters: &[f64], voltage_mv: f64) -> Vec<(f64, f64)> {
        let constants = self.constants(|index| parameters[index], 1.0);
        let mut rates = self.gates(GateRates { opening: 0.0, total: 0.0, denominator: 0.0 });
        self.rates(&constants, voltage_mv, &mut rates);
        let pair = |rate: &GateRates<f64>| {
            (rate.opening / rate.denominator, (rate.total - rate.opening) / rate.denominator)
        };
        rates.iter().map(pair).collect()
    }

    fn describe(&self, parameters: &[f64]) -> Vec<kinetics::Channel> {
        let channel = |(index, (name, gates)): (usize, &(String, Vec<String>))| {
            let (current, gates) = (self.currents[index], gates.iter().zip(&self.factors[index]));
            kinetics::Channel {
                name: name.clone(),
                conductance: parameters[current.conductance],
                reversal_mv: parameters[current.reversal],
                gates: gates.map(|(name, factor)| self.describe_gate(name, factor, parameters)).collect(),
            }
        };
        self.names.iter().enumerate().map(channel).collect()
    }
}

impl Written {
    fn describe_gate(&self, name: &str, factor: &Factor, parameters: &[f64]) -> kinetics::Gate {
        let terms = |terms: &[Term], shift: Option<usize>, factor: f64| -> Vec<kinetics::Term> {
            terms.iter().map(|term| term.described(parameters, shift, factor)).collect()
        };
        let (power, kinetics) = match factor {
            Factor::Instantaneous { steady_state, shift, power } => {
                (*power, kinetics::Kinetics::Instantaneous { steady_state: terms(steady_state, *shift, 1.0) })
            }
            Factor::Gate { index, power } => {
                let Gate { kinetics, functions: [first, second], speed, shift } = &self.gates[*index];
                let speed = speed.of(&|index| parameters[index]);
                let kinetics = match kinetics {
                    Kinetics::Rates => kinetics::Kinetics::Rates {
                        alpha: terms(first, *shift, speed),
                        beta: terms(second, *shift, speed),
                    },
                    Kinetics::Relaxation => kinetics::Kinetics::Relaxation {
                        steady_state: terms(first, *shift, 1.0),
                        time_constant: terms(second, *shift, 1.0 / speed),
                    },
                };
                (*power, kinetics)
            }
        };
        kinetics::Gate { name: name.to_owned(), power, kinetics }
    }
}

impl Speed {
    /// factor · Q10^((T − T₀) / 10)
    fn of<N: Number>(self, parameters: &impl Fn(usize) -> N) -> N {
        let factor = parameters(self.factor);
        self.q10.map_or(factor, |(q10, reference, temperature)| {
            let decades = (parameters(temperature) - parameters(reference)) * 0.1;
            factor * (decades * parameters(q10).ln()).exp()
        })
    }
}
