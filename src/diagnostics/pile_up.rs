//! Whether a posterior leans against a bound of its prior, as if the bound were all that held it.

use crate::prior::Prior;

/// The part of the prior at a bound that is looked at.
pub const PILE_UP_PART: f64 = 0.02;

/// A posterior that has more than so many times this part there leans against the bound.
pub const PILE_UP_TIMES: f64 = 5.0;

/// Standard errors by which it must be more.
const STANDARD_ERRORS: f64 = 3.0;

/// A density that falls to less than this part of what it is near the bound vanishes there: it has no bound to lean
/// against.
const LEAST_DENSITY: f64 = 0.1;

/// A bound against which the posterior leans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PileUp {
    /// The bound, in the unit of the parameter.
    pub bound: f64,
    /// Whether it is the upper one.
    pub is_upper: bool,
    /// Whether the prior has a bound at its other end as well.
    pub is_interval: bool,
    /// Posterior probability of the values next to the bound that have the prior probability [`PILE_UP_PART`].
    pub mass: f64,
}

/// The bounds against which the posterior of one parameter leans.
///
/// `values`: draws in the unit of the parameter, with their `weights`. `ess`: effective number of draws, in the tails.
pub fn pile_ups(values: &[f64], weights: &[f64], ess: f64, prior: &dyn Prior) -> Vec<PileUp> {
    let (lower, upper) = prior.support();
    let is_interval = lower.is_finite() && upper.is_finite();
    let total: f64 = weights.iter().sum();
    let mass = |is_near: &dyn Fn(f64) -> bool| {
        let near = values.iter().zip(weights).filter(|(value, _)| is_near(**value));
        near.map(|(_, weight)| weight).sum::<f64>() / total
    };
    let expected = PILE_UP_TIMES * PILE_UP_PART;
    let is_more = |mass: f64| mass - STANDARD_ERRORS * (mass * (1.0 - mass) / ess).sqrt() > expected;
    let ends =
        [(lower, false, lower.next_up(), PILE_UP_PART), (upper, true, upper.next_down(), 1.0 - PILE_UP_PART)];
    let at_end = |&(bound, is_upper, inside, probability): &(f64, bool, f64, f64)| {
        let edge = prior.quantile(probability);
        if !bound.is_finite() || !(prior.log_density(inside) >= prior.log_density(edge) + LEAST_DENSITY.ln())
        {
            return None;
        }
        let mass = if is_upper { mass(&|value| value > edge) } else { mass(&|value| value < edge) };
        is_more(mass).then_some(PileUp { bound, is_upper, is_interval, mass })
    };
    ends.iter().filter_map(at_end).collect()
}
