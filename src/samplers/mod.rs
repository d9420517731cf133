//! Samplers: from a question about parameters to draws of them.
//!
//! All chains or particles take each step together, so that a step is one batch for the oracle. Samplers
//! name their random numbers by (seed, stage, step, row): the draws depend neither on
//! the number of threads nor on the order in which simulations end.

#![allow(clippy::unnecessary_wraps, reason = "all members of a catalogue are built by the same signature")]

mod abc;
mod auto;
mod gaussian;
mod importance;
mod mcmc;
mod monitor;
mod moves;
mod prior_check;
mod probe;
mod smc;
mod stopping;

pub use abc::selection::{ModelSelection, SelectedModel, Selection};
pub use monitor::{Control, Monitor, Progress, Silent};

use thiserror::Error;

use crate::draws::Sampled;
use crate::numeric::Streams;
use crate::problem::{LogDensity, Simulator};
use crate::settings::{Entry, Section, Settings, SettingsError, find};

/// Draws from the posterior that an oracle knows.
pub trait Sampler<Oracle: ?Sized>: Send + Sync {
    /// Runs to the end, or until the monitor says stop; then what was drawn so far is returned.
    ///
    /// # Errors
    /// If no parameter set is possible at all, or if the monitor stops the run before the first draw.
    fn run(
        &self,
        oracle: &Oracle,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError>;
}

/// A sampler that asks for the log density of parameter sets.
pub type LikelihoodBased = dyn for<'a> Sampler<dyn LogDensity + 'a>;

/// A sampler that asks for simulated data sets.
pub type SimulationBased = dyn for<'a> Sampler<dyn Simulator + 'a>;

/// A sampler, by the question that it asks.
pub enum Method {
    /// Asks for the log density of parameter sets.
    LikelihoodBased(Box<LikelihoodBased>),
    /// Asks for simulated data sets.
    SimulationBased(Box<SimulationBased>),
}

impl std::fmt::Debug for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Method::LikelihoodBased(_) => "LikelihoodBased",
            Method::SimulationBased(_) => "SimulationBased",
        })
    }
}

/// Why a sampler returns no draws.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SamplerError {
    /// The start has to be possible, and no parameter set was.
    #[error(
        "none of {tried} parameter sets drawn from the prior has a finite log posterior; \
         widen the priors or the sds of the likelihood, or leave out the feature that forbids them"
    )]
    NoFiniteStart {
        /// Prior draws that were tried.
        tried: u64,
    },
    /// No simulation resembles the observation in any way.
    #[error(
        "none of {simulations} simulations has a finite distance to the recording; \
         widen the priors, leave out the feature that is missing, or set `missing_penalty`"
    )]
    NoFiniteDistance {
        /// Simulations that were made.
        simulations: u64,
    },
    /// The wanted distance is too small for a pilot of that size.
    #[error(
        "fewer than two of {simulations} simulations of the pilot are within `epsilon`, the nearest is at {nearest:.4}; \
         take a larger `epsilon`, or a larger `pilot`"
    )]
    NoneNearEnough {
        /// Simulations of the pilot.
        simulations: u64,
        /// The smallest distance.
        nearest: f64,
    },
    /// A simulator does not tell how probable its noise is.
    #[error(
        "`abc_stochastic` needs the density of the observation noise, which the simulator does not state; take `abc_smc`"
    )]
    NoNoiseDensity,
    /// Features are the same in all simulations.
    #[error(
        "no observed feature differs between the simulations of the pilot, so no summary can be learned; compare other \
         features, or widen the priors"
    )]
    NothingToLearnFrom,
    /// Summaries cannot be learned from so few simulations.
    #[error(
        "only {usable} simulations of the pilot can be learned from, and the summaries need {needed}; \
         take a larger `pilot`, or fewer features"
    )]
    TooFewForSummaries {
        /// Simulations that did not fail and are not held out.
        usable: usize,
        /// Simulations that so many features need.
        needed: usize,
    },
    /// An ensemble cannot leave the space that its chains span.
    #[error("an ensemble needs at least {needed} chains for so many parameters, found `chains` = {chains}")]
    TooFewChains {
        /// As in the settings.
        chains: usize,
        /// As many as span the space twice.
        needed: usize,
    },
    /// The monitor stopped the run too early.
    #[error("stopped before the first draw, in the stage \"{stage}\"; let the run go on for longer")]
    StoppedBeforeDraws {
        /// What was being done.
        stage: &'static str,
    },
}

/// Makes a sampler from its options, or notes what is wrong with them. `quick`: for a run of a second or
/// two that shows that everything fits together, without a claim about the posterior.
pub type Build = fn(&Section<'_>, quick: bool) -> Option<Method>;

/// All samplers, in alphabetical order.
pub const SAMPLERS: &[Entry<Build>] = &[
    abc::del_moral::ENTRY,
    abc::mcmc::ENTRY,
    abc::rejection::ENTRY,
    abc::smc::ENTRY,
    abc::stochastic::ENTRY,
    mcmc::adaptive_metropolis::ENTRY,
    auto::ENTRY,
    mcmc::demcz::ENTRY,
    mcmc::dream_zs::ENTRY,
    mcmc::ensemble::ENTRY,
    mcmc::ensemble_slice::ENTRY,
    importance::ENTRY,
    smc::ENTRY,
    abc::synthetic::ENTRY,
    mcmc::tempering::ENTRY,
];

/// The sampler that the table `[sampler]` describes, `demcz` if it does not say; `None` after a mistake,
/// which is noted.
pub fn from_settings(section: &Section<'_>, quick: bool) -> Option<Method> {
    let entry = find(SAMPLERS, section, Some("demcz"))?;
    let method = (entry.build)(section, quick);
    section.finish();
    method.map(|method| match method {
        Method::LikelihoodBased(sampler) => Method::LikelihoodBased(Box::new(probe::Probed { sampler })),
        Method::SimulationBased(sampler) => Method::SimulationBased(sampler),
    })
}

/// Why a target was not sampled.
#[derive(Debug, Error)]
pub enum SampleError {
    /// The options cannot be used.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The sampler has nothing to return.
    #[error(transparent)]
    Sampler(#[from] SamplerError),
    /// Approximate Bayesian computation simulates data, which a log density cannot.
    #[error("`{options}` asks for simulated data sets; take a sampler that asks for a log density")]
    NeedsSimulator {
        /// The options.
        options: String,
    },
    /// A log density cannot be had from simulations alone.
    #[error("`{options}` asks for a log density; take `abc_smc` or another sampler that only simulates")]
    NeedsLogDensity {
        /// The options.
        options: String,
    },
}

/// Samples a target. `options`: what stands in the table `[sampler]` of a settings file, such as
/// `"kind = 'smc'\nparticles = 1000"`.
///
/// # Errors
/// If the options cannot be used, or no parameter set is possible.
pub fn sample(target: &dyn LogDensity, options: &str, seed: u64) -> Result<Sampled, SampleError> {
    match method(options)? {
        Some(Method::LikelihoodBased(sampler)) => Ok(sampler.run(target, Streams::new(seed), &mut Silent)?),
        _ => Err(SampleError::NeedsSimulator { options: options.to_owned() }),
    }
}

/// Samples a model that can only be simulated, by one of the samplers without a likelihood, such as `abc_smc`. `options`: as
/// for [`sample`].
///
/// # Errors
/// If the options cannot be used, or no simulation resembles the observation.
pub fn sample_by_simulation(
    simulator: &dyn Simulator,
    options: &str,
    seed: u64,
) -> Result<Sampled, SampleError> {
    match method(options)? {
        Some(Method::SimulationBased(sampler)) => {
            Ok(sampler.run(simulator, Streams::new(seed), &mut Silent)?)
        }
        _ => Err(SampleError::NeedsLogDensity { options: options.to_owned() }),
    }
}

/// The sampler that the lines of a table describe.
fn method(options: &str) -> Result<Option<Method>, SampleError> {
    let settings =
        Settings::from_text(std::path::Path::new("options"), format!("[sampler]\n{}", options.trim()));
    let method = from_settings(&settings.root().table("sampler", "how the target is explored"), false);
    settings.finish()?;
    Ok(method)
}
