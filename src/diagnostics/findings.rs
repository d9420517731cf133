//! What there is to know of a posterior even if its draws are good, with what to do about it.

use std::fmt::{self, Display};

use super::modes::{Apart, Split};
use super::pile_up::{PILE_UP_PART, PileUp};
use crate::units::Unit;

/// One thing to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The draws of a parameter have several modes.
    Modes {
        /// The parameter.
        parameter: String,
        /// Its unit.
        unit: Unit,
        /// Where the modes are, if the density shows two.
        split: Option<Split>,
    },
    /// Some chains never met the others.
    Apart {
        /// The parameter in which they are apart.
        parameter: String,
        /// Its unit.
        unit: Unit,
        /// The chains.
        apart: Apart,
    },
    /// The posterior leans against a bound of the prior.
    PileUp {
        /// The parameter.
        parameter: String,
        /// Its unit.
        unit: Unit,
        /// The bound.
        pile_up: PileUp,
    },
    /// The data say nothing about some parameters by themselves.
    Undetermined {
        /// The parameters.
        parameters: Vec<String>,
    },
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Modes { parameter, unit, split } => {
                write!(formatter, "`{parameter}` has several modes")?;
                if let Some(Split { lower, upper, share, .. }) = split {
                    let (lower, upper) = (with_unit(*lower, *unit), with_unit(*upper, *unit));
                    write!(
                        formatter,
                        ", {:.0} % of the draws near {lower}, the others near {upper}",
                        100.0 * share
                    )?;
                }
                write!(formatter, ": its mean describes none of them, look at its draws, and see with ")?;
                write!(formatter, "kind = \"smc\" or \"tempering\" whether their shares hold")
            }
            Finding::Apart { parameter, unit, apart: Apart { chains, place, others } } => {
                let numbers = chains.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                let (chains, stay) = if chains.len() == 1 { ("chain", "stays") } else { ("chains", "stay") };
                let (place, others) = (with_unit(*place, *unit), with_unit(*others, *unit));
                write!(
                    formatter,
                    "{chains} {numbers} {stay} at `{parameter}` near {place} and never met the others "
                )?;
                write!(
                    formatter,
                    "near {others}: take kind = \"smc\" or \"tempering\", which weigh such modes"
                )
            }
            Finding::PileUp { parameter, unit, pile_up } => {
                write_pile_up(formatter, parameter, *unit, pile_up)
            }
            Finding::Undetermined { parameters } => {
                let names = parameters.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let (its, it) = if parameters.len() == 1 { ("its", "it") } else { ("their", "them") };
                let prior = if parameters.len() == 1 { "prior" } else { "priors" };
                write!(
                    formatter,
                    "{names} stayed at {its} {prior}: these data say nothing about {it} taken alone, "
                )?;
                write!(formatter, "compare a feature that depends on {it}, or fix {it}")
            }
        }
    }
}

fn write_pile_up(
    formatter: &mut fmt::Formatter<'_>,
    parameter: &str,
    unit: Unit,
    pile_up: &PileUp,
) -> fmt::Result {
    let (end, outward) = if pile_up.is_upper { ("upper", "above") } else { ("lower", "below") };
    let bound = with_unit(pile_up.bound, unit);
    let (mass, part) = (100.0 * pile_up.mass, 100.0 * PILE_UP_PART);
    write!(
        formatter,
        "`{parameter}` leans against the {end} bound {bound} of its prior ({mass:.0} % of the "
    )?;
    write!(formatter, "posterior where the prior has {part:.0} %): ")?;
    if pile_up.is_interval {
        write!(formatter, "widen the prior if values {outward} are possible, else doubt the model or the sds")
    } else {
        write!(formatter, "the data want none of it, leave it out or fix it at {bound}")
    }
}

/// To three digits.
fn with_unit(value: f64, unit: Unit) -> String {
    let decimals = if value.abs() > 0.0 { (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) } else { 0.0 };
    let text = format!("{value:.*}", decimals as usize);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    if unit == Unit::One { text } else { format!("{text} {}", unit.symbol()) }
}
