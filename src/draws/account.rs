//! How a run ended, what it says about the evidence, and what speaks against its draws.

use std::fmt::{self, Display};

use super::Draws;

/// Draws with the account of how they came about.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The draws.
    pub draws: Draws,
    /// How they came about.
    pub account: Account,
}

/// What a sampler tells beside its draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// What ended the run.
    pub ending: Ending,
    /// The evidence, from a sampler that estimates it.
    pub evidence: Option<Evidence>,
    /// What the sampler has found that speaks against its draws.
    pub cautions: Vec<Caution>,
    /// What the sampler has chosen by itself, in words.
    pub notes: Vec<String>,
    /// The option that sets how many draws there are.
    pub size: &'static str,
}

impl Account {
    /// The account of a run about which there is nothing else to tell.
    pub fn ended_by(ending: Ending) -> Self {
        Self { ending, evidence: None, cautions: Vec::new(), notes: Vec::new(), size: "draws" }
    }
}

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything that the settings ask for was done.
    Done,
    /// `min_ess` was reached.
    MinEss,
    /// `max_time` was over.
    MaxTime,
    /// `max_simulations` were made.
    MaxSimulations,
    /// The monitor said stop.
    Stopped,
}

impl Ending {
    /// The word in the results.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Done => "draws",
            Ending::MinEss => "min_ess",
            Ending::MaxTime => "max_time",
            Ending::MaxSimulations => "max_simulations",
            Ending::Stopped => "interrupt",
        }
    }

    /// Whether the same settings and seed end the run at the same draw on any machine.
    pub fn is_reproducible(self) -> bool {
        !matches!(self, Ending::MaxTime | Ending::Stopped)
    }
}

/// An estimate of the log of the evidence, ∫ likelihood × prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Natural logarithm of the evidence.
    pub log: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
}

/// What a sampler has found that speaks against its own draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Caution {
    /// The weights of importance sampling have too heavy a tail.
    HeavyWeights {
        /// Shape of the tail of the weights.
        k_hat: f64,
        /// The largest shape at which so many draws can be trusted.
        limit: f64,
    },
    /// Walks that begin at draws of importance sampling end where it has too few draws.
    WalksLeave {
        /// Probability of such ends if no part of the posterior is missed.
        p_value: f64,
    },
    /// Nothing at all changes the likelihood.
    NothingMatters,
    /// The likelihood does not change with a parameter.
    NoInfluence {
        /// The parameter.
        parameter: String,
    },
    /// Two parameters can be exchanged without changing the likelihood.
    Exchangeable {
        /// The parameters.
        pair: [String; 2],
    },
    /// A parameter went much farther than its prior.
    RanAway {
        /// The parameter.
        parameter: String,
        /// How many times as wide as the prior its draws are.
        times: f64,
    },
    /// The draws of the prior do not follow the log density that is stated for it.
    OtherPrior {
        /// By how much the stated density is too large, as a logarithm.
        nats: f64,
    },
    /// No simulation of a prior draw reaches what was observed.
    BeyondThePrior {
        /// The feature.
        feature: String,
        /// How many simulations have a value of it.
        simulations: usize,
    },
    /// The population ended before the whole likelihood counted.
    PartOfTheLikelihood {
        /// The power of the likelihood that was reached.
        power: f64,
    },
    /// No generation after the prior draws was finished.
    OnlyThePrior {
        /// What the first generation had to reach, in words.
        goal: String,
        /// Proposals that reached it.
        accepted: usize,
        /// Proposals that were made.
        proposed: usize,
    },
}

impl Display for Caution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caution::HeavyWeights { k_hat, limit } => {
                write!(formatter, "k-hat of the importance weights is {k_hat:.2}, above {limit:.2}: ")?;
                write!(formatter, "few draws carry the result, increase draws or take kind = \"demcz\"")
            }
            Caution::WalksLeave { p_value } => {
                write!(
                    formatter,
                    "walks from the draws end where there are too few of them (p = {p_value:.0e}): "
                )?;
                write!(
                    formatter,
                    "a part of the posterior is missed, take kind = \"demcz\" or increase draws"
                )
            }
            Caution::NothingMatters => {
                write!(formatter, "no parameter changes the likelihood: the draws are those of the prior, ")?;
                write!(formatter, "compare features that the recording has")
            }
            Caution::NoInfluence { parameter } => {
                write!(
                    formatter,
                    "`{parameter}` does not change the likelihood: its draws are those of its "
                )?;
                write!(formatter, "prior, fix it or compare a feature that depends on it")
            }
            Caution::Exchangeable { pair: [first, second] } => {
                write!(formatter, "`{first}` and `{second}` can be exchanged without changing the ")?;
                write!(formatter, "likelihood, which cannot tell them apart: fix one of them")
            }
            Caution::RanAway { parameter, times } => {
                write!(
                    formatter,
                    "the draws of `{parameter}` spread {times:.0} times as wide as its prior: "
                )?;
                write!(formatter, "the posterior seems not to be normalisable, give it a proper prior")
            }
            Caution::OtherPrior { nats } => {
                write!(
                    formatter,
                    "prior draws do not follow the stated log prior density, which is {nats:.1} "
                )?;
                write!(formatter, "nats off: posterior and evidence of this sampler need both to agree")
            }
            Caution::BeyondThePrior { feature, simulations } => {
                write!(
                    formatter,
                    "the observed {feature} lies beyond all of {simulations} simulations of prior "
                )?;
                write!(formatter, "draws: the model may not explain it, widen the priors or leave it out")
            }
            Caution::PartOfTheLikelihood { power } => {
                write!(
                    formatter,
                    "the run ended when the likelihood counted to the power of {power:.3} only, "
                )?;
                write!(formatter, "allow more simulations")
            }
            Caution::OnlyThePrior { goal, accepted, proposed } => {
                write!(
                    formatter,
                    "the draws are those of the prior, as {accepted} of {proposed} proposals came to {goal}: "
                )?;
                write!(formatter, "begin with a larger epsilon, or allow more simulations")
            }
        }
    }
}
