//! Channel noise: voltage-gated channels are few, and each of them opens at random.
//!
//! A channel is open while all its gates are, and each gate opens and closes by itself. Let x be the probability that a
//! gate is open, p its power and E = exp(−∫ dt / τ) what is left of its past from s to t. Then the open fraction of N
//! channels has the mean ∏ xᵖ and, under any course of the voltage, the covariance
//!
//! > (1 / N) Σ ∏ C(p, i) (x(s) x(t))^(p − i) (x(s) (1 − x(s)) E)^i,
//!
//! where the products go over the gates and the sum over all powers 0 ≤ i ≤ p of each of them, except where all are 0.
//! It is the sum of independent processes, one for each term: ∏ √C(p, i) x^(p − i) · Y / √N, where Y is normal with the
//! variance ∏ (x (1 − x))^i and forgets by the factor ∏ E^i. At a constant voltage these are the Ornstein-Uhlenbeck
//! processes of Linaro, Storace and Giugliano (2011), <https://doi.org/10.1371/journal.pcbi.1001102>, and Goldwyn and
//! Shea-Brown (2011), <https://doi.org/10.1371/journal.pcbi.1002247>. See `docs/decisions/0010`.
//!
//! The noise goes the steps of the gates: E is what a step of the leapfrog leaves of a gate. The open fraction may leave
//! [0, 1] and is left there: cutting it off would change its mean.

mod lanes;
#[cfg(test)]
mod tests;

use super::channels::{ChannelSet, GateRates};
use super::drive::ChannelNoise;
use super::leapfrog::load;
use super::number::Vector;

pub(super) use self::lanes::advance;

/// Processes of a current through gates with these powers.
fn processes_of(gating: &[(usize, usize)]) -> usize {
    gating.iter().map(|(_, power)| power + 1).product::<usize>() - 1
}

/// Processes of all currents with a conductance.
pub(super) fn processes<C: ChannelSet>(channels: &C, conductance: usize) -> usize {
    let currents = channels.currents();
    let own = (0..currents.as_ref().len()).filter(|&at| currents.as_ref()[at].conductance == conductance);
    own.map(|current| processes_of(&channels.gating(current))).sum()
}

/// The noise of the open fractions of one vector of a lot.
pub(super) struct Fluctuations<N> {
    currents: Vec<NoisyCurrent<N>>,
    terms: Vec<Term<N>>,
}

/// A current through channels that open at random.
struct NoisyCurrent<N> {
    current: usize,
    gates: Vec<NoisyGate>,
    /// 1 / √N.
    root_share: N,
    processes: Vec<Process<N>>,
}

/// A gate of such a channel.
struct NoisyGate {
    gate: usize,
    /// √C(p, i) for i from 0 to p.
    root_coefficients: Vec<f64>,
}

/// The state of one process.
#[derive(Clone, Copy)]
struct Process<N> {
    y: N,
    /// Variance of `y`.
    variance: N,
}

/// What a step says of one process.
#[derive(Clone, Copy)]
struct Term<N> {
    /// ∏ (x (1 − x))^i
    variance: N,
    /// ∏ E^i
    decay: N,
    /// ∏ √C(p, i) x^(p − i)
    weight: N,
}

impl<N: Vector> Fluctuations<N> {
    /// Before the first step nothing is known, so the first step draws from the distribution at rest.
    pub(super) fn new<C: ChannelSet>(zero: N, channels: &C, noise: &ChannelNoise, vector: usize) -> Self {
        let mut currents = Vec::new();
        for own in noise.channels() {
            let share = |count: &f64| if *count > 0.0 { count.recip() } else { 0.0 };
            let root_shares: Vec<f64> = own.counts.iter().map(|count| share(count).sqrt()).collect();
            for (current, place) in channels.currents().as_ref().iter().enumerate() {
                let gating = channels.gating(current);
                if place.conductance == own.conductance && !gating.is_empty() {
                    currents.push(NoisyCurrent {
                        current,
                        root_share: load(zero, &root_shares, vector),
                        processes: vec![Process { y: zero, variance: zero }; processes_of(&gating)],
                        gates: gating.into_iter().map(NoisyGate::new).collect(),
                    });
                }
            }
        }
        let most = currents.iter().map(|own| own.processes.len()).max().unwrap_or(0);
        let nothing = Term { variance: zero, decay: zero, weight: zero };
        Self { currents, terms: vec![nothing; 1 + most] }
    }

    /// Adds the noise of the next step to the open fractions of all currents.
    ///
    /// `rates` brought the gates where they are. `follows`: the share of each open fraction that follows the voltage at
    /// once. `normals`: shape `[process, lane]`.
    #[inline(always)]
    pub(super) fn disturb(
        &mut self,
        gates: &[N],
        rates: &[GateRates<N>],
        follows: &[N],
        mut normals: &[f64],
        open: &mut [N],
    ) {
        for own in &mut self.currents {
            let terms = &mut self.terms[..=own.processes.len()];
            fill_terms(&own.gates, gates, rates, terms);
            let zero = own.root_share.constant(0.0);
            let mut sum = zero;
            // The first term is the mean.
            for (process, term) in own.processes.iter_mut().zip(&terms[1..]) {
                let left = term.decay * process.variance;
                // Steps longer than twice the time constant may leave more than there is.
                let fresh = (-left).times_plus(term.decay, term.variance).within(0.0, 1.0).root();
                process.y = fresh.times_plus(zero.load(normals), term.decay * process.y);
                process.variance = term.variance;
                sum = term.weight.times_plus(process.y, sum);
                normals = &normals[N::LEN..];
            }
            open[own.current] = (sum * own.root_share).times_plus(follows[own.current], open[own.current]);
        }
    }
}

impl NoisyGate {
    fn new((gate, power): (usize, usize)) -> Self {
        let mut coefficient = 1.0_f64;
        let mut root_coefficients = vec![1.0];
        for i in 0..power {
            coefficient *= (power - i) as f64 / (i + 1) as f64;
            root_coefficients.push(coefficient.sqrt());
        }
        Self { gate, root_coefficients }
    }
}

/// The terms of all combinations of powers, the power of the first gate growing first.
#[inline(always)]
fn fill_terms<N: Vector>(
    noisy_gates: &[NoisyGate],
    gates: &[N],
    rates: &[GateRates<N>],
    terms: &mut [Term<N>],
) {
    let one = gates[0].constant(1.0);
    terms[0] = Term { variance: one, decay: one, weight: one };
    let mut known = 1;
    for NoisyGate { gate, root_coefficients } in noisy_gates {
        let (x, rate) = (gates[*gate], rates[*gate]);
        let decay = (rate.denominator - rate.total) / (rate.denominator + rate.total);
        // A step longer than twice the time constant may carry a gate beyond 1.
        let variance = (x * (one - x)).within(0.0, 1.0);
        let powers = root_coefficients.len();
        for i in 1..powers {
            for place in 0..known {
                let before = terms[(i - 1) * known + place];
                terms[i * known + place] = Term {
                    variance: before.variance * variance,
                    decay: before.decay * decay,
                    weight: before.weight,
                };
            }
        }
        let mut rest = one;
        for i in (0..powers).rev() {
            let factor = rest * root_coefficients[i];
            for term in &mut terms[i * known..(i + 1) * known] {
                term.weight = term.weight * factor;
            }
            rest = rest * x;
        }
        known *= powers;
    }
}
