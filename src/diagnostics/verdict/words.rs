//! The verdict in words.

use std::fmt::{self, Display};

use super::{MAXIMUM_R_HAT, MINIMUM_ESS, More, Reason, SEPARATE_R_HAT, Verdict};

const NOT_A_NUMBER: &str = "its draws are all equal or not finite, look at its prior and start values";

impl Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", if self.is_converged() { "converged" } else { "not converged" })?;
        for (place, reason) in self.reasons.iter().enumerate() {
            write!(formatter, "{}{reason}", if place == 0 { ": " } else { "; " })?;
        }
        let findings = self.findings.iter().map(|finding| finding as &dyn Display);
        let warning = self.warning.as_ref().map(|warning| warning as &dyn Display);
        for (place, text) in findings.chain(warning).enumerate() {
            let joint = match (place, self.is_converged()) {
                (0, true) => ", but ",
                (0, false) => "; also ",
                _ => "; ",
            };
            write!(formatter, "{joint}{text}")?;
        }
        Ok(())
    }
}

impl Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::StoppedEarly => write!(formatter, "the run was stopped early, let it run to its end"),
            Reason::TooFewDraws { draws, needed } => {
                write!(formatter, "{draws} draws are too few to judge, draw at least {needed}")
            }
            Reason::SingleChain => {
                write!(formatter, "a single chain cannot be compared with others, run at least 4 chains")
            }
            Reason::RHat { parameter, r_hat, count, more } => {
                write_r_hat(formatter, parameter, *r_hat, *count, *more)
            }
            Reason::Ess { parameter, ess, count, more } => {
                write_ess(formatter, parameter, *ess, *count, *more)
            }
            Reason::StuckChains(chains) => {
                let chains = list(chains);
                write!(formatter, "{chains} accepted almost no proposal, lengthen the warm-up")
            }
            Reason::OutlyingChains { chains, nats } => {
                let chains = list(chains);
                write!(
                    formatter,
                    "{chains} stayed up to {nats:.1} nats below the posterior density of the "
                )?;
                write!(formatter, "others, lengthen the warm-up or narrow the prior")
            }
            Reason::ParticleEss { ess, more } => {
                write!(formatter, "effective sample size of the weights is {ess:.0}, below {MINIMUM_ESS}, ")?;
                more.fmt(formatter)
            }
            Reason::Epsilon { reached, goal } => {
                write!(formatter, "epsilon reached {reached:.4}, not its goal {goal:.4}, ")?;
                write!(formatter, "allow more simulations or generations")
            }
            Reason::Sampler(caution) => caution.fmt(formatter),
        }
    }
}

impl Display for More {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = self.option;
        match self.to {
            Some(number) => write!(formatter, "increase {option} to about {number}"),
            None => write!(formatter, "increase {option} about {:.1} times", self.times),
        }
    }
}

fn write_r_hat(
    formatter: &mut fmt::Formatter<'_>,
    parameter: &str,
    r_hat: f64,
    count: usize,
    more: More,
) -> fmt::Result {
    if r_hat.is_nan() {
        return write!(formatter, "R-hat of `{parameter}` cannot be computed, {NOT_A_NUMBER}");
    }
    write!(formatter, "R-hat of `{parameter}` is {r_hat:.3}, above {MAXIMUM_R_HAT}")?;
    write_others(formatter, count)?;
    if r_hat <= SEPARATE_R_HAT {
        return write!(formatter, ", {more}");
    }
    write!(formatter, ": the chains are in different places, lengthen the warm-up, and look at the chains ")?;
    write!(formatter, "for several modes")
}

fn write_ess(
    formatter: &mut fmt::Formatter<'_>,
    parameter: &str,
    ess: f64,
    count: usize,
    more: More,
) -> fmt::Result {
    if ess.is_nan() {
        return write!(
            formatter,
            "effective sample size of `{parameter}` cannot be computed, {NOT_A_NUMBER}"
        );
    }
    write!(formatter, "effective sample size of `{parameter}` is {ess:.0}, below {MINIMUM_ESS}")?;
    write_others(formatter, count)?;
    write!(formatter, ", {more}")
}

fn write_others(formatter: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count {
        0 | 1 => Ok(()),
        2 => write!(formatter, " (and that of 1 other parameter)"),
        _ => write!(formatter, " (and that of {} other parameters)", count - 1),
    }
}

fn list(chains: &[usize]) -> String {
    let numbers = chains.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if chains.len() == 1 { format!("chain {numbers}") } else { format!("chains {numbers}") }
}
