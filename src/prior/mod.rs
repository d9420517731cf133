//! Prior distributions: what is believed about a parameter before the recording is seen.
//!
//! Each kind is a file and an entry of [`PRIORS`]. Quantities of a prior are written in the unit of its
//! parameter. A draw is the quantile of a uniform number, so that density and draws cannot disagree unnoticed.

#![allow(clippy::unnecessary_wraps, reason = "all members of a catalogue are built by the same signature")]

mod beta;
mod exponential;
mod gamma;
mod half_normal;
mod inversion;
mod log_uniform;
mod lognormal;
mod normal;
mod space;
mod transform;
mod truncated_normal;
mod uniform;

pub use space::{Parameter, ParameterSpace};
pub use transform::Transform;

use std::fmt::Debug;

use crate::settings::{Entry, Key, Section, find};
use crate::units::Unit;

/// The distribution of one parameter, in the unit of the parameter.
pub trait Prior: Debug + Send + Sync {
    /// Log density per unit of the parameter; −∞ outside the support and on its ends.
    fn log_density(&self, value: f64) -> f64;

    /// The value below which a share `probability` lies. Finite and strictly inside the support for every
    /// probability from 0 to 1, both included. The only way to sample.
    fn quantile(&self, probability: f64) -> f64;

    /// The ends of the open interval that holds all probability; infinite where there is no end.
    fn support(&self) -> (f64, f64);
}

/// Makes a prior from its options, or notes what is wrong with them.
pub type Build = fn(&Section<'_>, Unit) -> Option<Box<dyn Prior>>;

/// All kinds of priors, in alphabetical order.
pub const PRIORS: &[Entry<Build>] = &[
    beta::ENTRY,
    exponential::ENTRY,
    gamma::ENTRY,
    half_normal::ENTRY,
    log_uniform::ENTRY,
    lognormal::ENTRY,
    normal::ENTRY,
    truncated_normal::ENTRY,
    uniform::ENTRY,
];

/// The prior that a table of the settings describes; `None` after a mistake, which is noted.
/// `unit` is the unit of the parameter.
pub fn from_settings(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let entry = find(PRIORS, section, None)?;
    let prior = (entry.build)(section, unit);
    section.finish();
    prior
}

/// What an option without a lower limit and with this upper limit reads as after a mistake. No file gives
/// this number, so an unreadable end is not reported a second time as being in the wrong order.
const UNREADABLE: f64 = f64::MAX;

fn unbounded<'s, 'a>(key: Key<'s, 'a>) -> Key<'s, 'a> {
    key.between(f64::NEG_INFINITY, UNREADABLE)
}

/// The options `lower` and `upper`, both required; `None` after a mistake.
fn ends(section: &Section<'_>, unit: Unit) -> Option<(f64, f64)> {
    let lower = unbounded(section.key("lower", "the lower end")).quantity(unit);
    let upper = unbounded(section.key("upper", "the upper end")).quantity(unit);
    ordered(section, unit, lower, upper)
}

/// The two ends if they were readable and are in order; notes a mistake if they are not in order.
#[allow(clippy::float_cmp, reason = "the placeholder is returned as it is")]
fn ordered(section: &Section<'_>, unit: Unit, lower: f64, upper: f64) -> Option<(f64, f64)> {
    if lower == UNREADABLE || upper == UNREADABLE {
        return None;
    }
    if lower.next_up() < upper {
        return Some((lower, upper));
    }
    let symbol = if unit == Unit::One { String::new() } else { format!(" {}", unit.symbol()) };
    let message = format!("`lower` must be below `upper`, found {lower}{symbol} and {upper}{symbol}");
    let at = if section.has("upper") { "upper" } else { "lower" };
    section.mistake_at(at, message, Some("write the smaller number first, also below zero"));
    None
}

/// A probability that is neither 0 nor 1.
fn open_probability(probability: f64) -> f64 {
    probability.clamp(f64::MIN_POSITIVE, 1.0_f64.next_down())
}

/// The nearest number strictly inside the open interval.
fn inside((lower, upper): (f64, f64), value: f64) -> f64 {
    value.max(lower.next_up()).min(upper.next_down())
}

/// Whether the value is strictly inside the open interval; NaN is not.
fn contains((lower, upper): (f64, f64), value: f64) -> bool {
    lower < value && value < upper
}
