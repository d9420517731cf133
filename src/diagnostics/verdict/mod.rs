//! Whether a result can be used, and if not, why and what to do.

mod selection;
mod words;

pub use selection::{LEAST_OF_A_MODEL, ModelEstimate, SelectionVerdict, judge_selection};

use ndarray::{ArrayView1, Axis};

use super::chains::MINIMUM_DRAWS;
use super::findings::Finding;
use super::intervals::{quantile_sorted, sorted};
use super::summary::ParameterSummary;
use crate::draws::{Account, Caution, Chains, Ending, Particles};
use crate::problem::TimeStepCheck;

/// Largest R-hat of a converged parameter (Vehtari et al. 2021, <https://doi.org/10.1214/20-BA1221>).
pub const MAXIMUM_R_HAT: f64 = 1.01;

/// Smallest effective sample size of a converged parameter: 50 for each half of four chains
/// (Vehtari et al. 2021, section 4). The same number is asked of weighted particles.
pub const MINIMUM_ESS: f64 = 400.0;

/// Above this R-hat the chains are in different places, and more draws alone seldom bring them together
/// (the older threshold of Gelman and Rubin 1992, <https://doi.org/10.1214/ss/1177011136>).
pub(super) const SEPARATE_R_HAT: f64 = 1.1;

/// A chain that accepts less than this share of what the median chain accepts is stuck.
const STUCK_SHARE: f64 = 0.1;

/// A chain is an outlier if its mean log posterior is this many interquartile ranges below the lower quartile
/// of all chains (Vrugt et al. 2009, <https://doi.org/10.1515/IJNSNS.2009.10.3.273>).
const OUTLIER_RANGES: f64 = 2.0;

/// An outlier is also this many nats below the median chain; less is no matter, however alike the others are.
const OUTLIER_NATS: f64 = 3.0;

/// Draws to ask for beyond what the present rate would need, because the rate is uncertain.
const RESERVE: f64 = 1.2;

/// What to change for more draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct More {
    /// The option of the sampler.
    pub option: &'static str,
    /// What to set it to, if that is known.
    pub to: Option<usize>,
    /// How many times as many draws would do at the present rate.
    pub times: f64,
}

/// One reason why a result cannot be used. Chains are counted from 0, as in the result files.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The user stopped the run.
    StoppedEarly,
    /// Too few draws for any diagnostic.
    TooFewDraws {
        /// Draws of each chain, or particles.
        draws: usize,
        /// Draws that are needed at the least.
        needed: usize,
    },
    /// A single chain has no R-hat.
    SingleChain,
    /// R-hat is too large or not a number.
    RHat {
        /// The parameter with the largest.
        parameter: String,
        /// Its R-hat.
        r_hat: f64,
        /// Number of parameters above the threshold.
        count: usize,
        /// What would do at the present rate.
        more: More,
    },
    /// Too few effective draws.
    Ess {
        /// The parameter with the fewest.
        parameter: String,
        /// Its effective sample size, in the centre or the tails.
        ess: f64,
        /// Number of parameters below the threshold.
        count: usize,
        /// What would do at the present rate.
        more: More,
    },
    /// Chains that hardly accept a proposal.
    StuckChains(Vec<usize>),
    /// Chains that stay at a much lower posterior density than the others.
    OutlyingChains {
        /// The chains.
        chains: Vec<usize>,
        /// How far the lowest is below the median chain.
        nats: f64,
    },
    /// Few particles carry most of the weight.
    ParticleEss {
        /// Effective sample size of the weights.
        ess: f64,
        /// What would do at the present rate.
        more: More,
    },
    /// The acceptance threshold did not come down to its goal.
    Epsilon {
        /// Threshold of the last generation.
        reached: f64,
        /// Where it should end.
        goal: f64,
    },
    /// What the sampler itself has found.
    Sampler(Caution),
}

/// The judgement of a run: converged, or the reasons why not; what to know of the posterior; and whether its time step is
/// too long for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    reasons: Vec<Reason>,
    findings: Vec<Finding>,
    warning: Option<TimeStepCheck>,
}

impl Verdict {
    /// A run that was stopped and is good enough is good enough.
    fn new(mut reasons: Vec<Reason>, stopped: bool) -> Self {
        if stopped && !reasons.is_empty() {
            reasons.insert(0, Reason::StoppedEarly);
        }
        Self { reasons, findings: Vec::new(), warning: None }
    }

    /// Adds what the sampler tells of its run: what speaks against its draws, and which of its options gives more.
    #[must_use]
    pub fn with_account(mut self, account: &Account) -> Self {
        for reason in &mut self.reasons {
            if let Reason::RHat { more, .. } | Reason::Ess { more, .. } | Reason::ParticleEss { more, .. } =
                reason
            {
                more.after(account);
            }
        }
        self.reasons.extend(account.cautions.iter().cloned().map(Reason::Sampler));
        self
    }

    /// Adds what there is to know of a posterior even if its draws are good.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    /// Adds what the time step does to the posterior, which is a warning if it is too much.
    #[must_use]
    pub fn with_time_step(mut self, check: Option<&TimeStepCheck>) -> Self {
        self.warning = check.filter(|check| !check.is_fine()).cloned();
        self
    }

    /// Whether nothing speaks against the draws.
    pub fn is_converged(&self) -> bool {
        self.reasons.is_empty()
    }

    /// A time step that is too long for the posterior.
    pub fn warning(&self) -> Option<&TimeStepCheck> {
        self.warning.as_ref()
    }

    /// What to know of the posterior.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What speaks against the result; empty if it converged.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

/// Judges Markov chains.
///
/// `summaries`: of the same chains, one per parameter. `stopped`: whether the user ended the run early.
/// R-hat alone is not enough: it compares halves that all contain the same stuck chain, and its ranks do not
/// see how much worse the place of a lost chain is.
pub fn judge_chains(chains: &Chains, summaries: &[ParameterSummary], stopped: bool) -> Verdict {
    let (chain_count, draws, _) = chains.points.dim();
    if draws < MINIMUM_DRAWS || chain_count == 0 {
        return Verdict::new(vec![Reason::TooFewDraws { draws, needed: MINIMUM_DRAWS }], stopped);
    }
    let mut reasons = Vec::new();
    reasons.extend(stuck_chains(chains));
    reasons.extend(outlying_chains(chains));
    if chain_count == 1 {
        reasons.push(Reason::SingleChain);
    } else {
        reasons.extend(large_r_hat(summaries, draws));
    }
    reasons.extend(small_ess(summaries, draws));
    Verdict::new(reasons, stopped)
}

/// Judges weighted particles.
///
/// `epsilon_goal`: where the acceptance threshold should end, if the settings name such a goal. `stopped`:
/// whether the user ended the run early.
pub fn judge_particles(particles: &Particles, epsilon_goal: Option<f64>, stopped: bool) -> Verdict {
    let count = particles.weights.len();
    if count == 0 {
        return Verdict::new(vec![Reason::TooFewDraws { draws: 0, needed: 1 }], stopped);
    }
    let mut reasons = Vec::new();
    let ess = super::effective_sample_size(&particles.weights);
    if !at_least(ess, MINIMUM_ESS) {
        reasons.push(Reason::ParticleEss { ess, more: More::of("particles", count, MINIMUM_ESS / ess) });
    }
    let reached = particles.generations.last().map_or(f64::INFINITY, |generation| generation.epsilon);
    if let Some(goal) = epsilon_goal
        && !at_least(goal, reached)
    {
        reasons.push(Reason::Epsilon { reached, goal });
    }
    Verdict::new(reasons, stopped)
}

/// False for NaN: what cannot be computed has not been shown.
fn at_least(value: f64, bound: f64) -> bool {
    value >= bound
}

fn stuck_chains(chains: &Chains) -> Option<Reason> {
    let rate = |accepted: ArrayView1<'_, bool>| {
        accepted.iter().filter(|accepted| **accepted).count() as f64 / accepted.len() as f64
    };
    let rates: Vec<f64> = chains.accepted.rows().into_iter().map(rate).collect();
    let median = quantile_sorted(&sorted(&rates), 0.5);
    let half = chains.accepted.ncols() / 2;
    let is_stuck = |chain: &usize| {
        let mut last_half = chains.accepted.row(*chain).into_iter().skip(half);
        rates[*chain] < STUCK_SHARE * median || last_half.all(|accepted| !accepted)
    };
    let stuck: Vec<usize> = (0..rates.len()).filter(is_stuck).collect();
    (!stuck.is_empty()).then_some(Reason::StuckChains(stuck))
}

fn outlying_chains(chains: &Chains) -> Option<Reason> {
    let log_posterior = &chains.log_prior + &chains.log_likelihood;
    let means = log_posterior.mean_axis(Axis(1))?.to_vec();
    let ordered = sorted(&means);
    let (lower, median) = (quantile_sorted(&ordered, 0.25), quantile_sorted(&ordered, 0.5));
    let range = quantile_sorted(&ordered, 0.75) - lower;
    let is_outlying = |chain: &usize| {
        let mean = means[*chain];
        mean < lower - OUTLIER_RANGES * range && mean < median - OUTLIER_NATS
    };
    let outlying: Vec<usize> = (0..means.len()).filter(is_outlying).collect();
    (!outlying.is_empty()).then(|| Reason::OutlyingChains { chains: outlying, nats: median - ordered[0] })
}

fn large_r_hat(summaries: &[ParameterSummary], draws: usize) -> Option<Reason> {
    let value = |summary: &ParameterSummary| summary.r_hat.unwrap_or(f64::NAN);
    let above: Vec<_> = summaries.iter().filter(|summary| !at_least(MAXIMUM_R_HAT, value(summary))).collect();
    let worst = above.iter().max_by(|a, b| value(a).total_cmp(&value(b)))?;
    let r_hat = value(worst);
    // B / W, and with it R-hat − 1, falls as one over the number of draws.
    let more = More::of("draws", draws, (r_hat - 1.0) / (MAXIMUM_R_HAT - 1.0));
    Some(Reason::RHat { parameter: worst.name.clone(), r_hat, count: above.len(), more })
}

fn small_ess(summaries: &[ParameterSummary], draws: usize) -> Option<Reason> {
    let value = ParameterSummary::smallest_ess;
    let below: Vec<_> = summaries.iter().filter(|summary| !at_least(value(summary), MINIMUM_ESS)).collect();
    let worst = below.iter().min_by(|a, b| value(a).total_cmp(&value(b)))?;
    let ess = value(worst);
    let more = More::of("draws", draws, MINIMUM_ESS / ess);
    Some(Reason::Ess { parameter: worst.name.clone(), ess, count: below.len(), more })
}

impl More {
    /// `count` times `factor` and a reserve, rounded up to two digits. Without a finite factor, twice as many.
    fn of(option: &'static str, count: usize, factor: f64) -> Self {
        let times = if factor.is_finite() { factor * RESERVE } else { 2.0 };
        let number = (count as f64 * times).ceil().max(1.0);
        let unit = 10_f64.powf(number.log10().floor() - 1.0).max(1.0);
        Self { option, to: Some(((number / unit).ceil() * unit) as usize), times }
    }

    /// Names what has ended the run in place of the number of draws.
    fn after(&mut self, account: &Account) {
        (self.option, self.to) = match account.ending {
            Ending::Done | Ending::Stopped if account.size == "min_ess" => ("min_ess", None),
            Ending::Done | Ending::Stopped => (account.size, self.to),
            Ending::MinEss => ("min_ess", Some((MINIMUM_ESS * RESERVE) as usize)),
            Ending::MaxTime => ("max_time", None),
            // A population has as many particles however many simulations it took.
            Ending::MaxSimulations if account.size == "particles" => (account.size, self.to),
            Ending::MaxSimulations => ("max_simulations", None),
        };
    }
}
