//! The sampler that suits the problem.
//!
//! The rule: with up to 30 parameters a distribution is fitted to the posterior as `importance` does. If its draws
//! promise an effective draw in at most 200 simulations and their weights can be trusted, they are the result, as many
//! as `min_ess` needs. This also settles features that come in steps, such as counts: they cost effective draws, which
//! the rounds of the fit count, but no chain gets stuck. Otherwise 32 chains run as with `demcz`, from the same search,
//! until they have `min_ess`. What a simulation costs does not enter: both are counted in simulations, and beside
//! them the time of either sampler is short.

use super::importance::{Attempt, Wanted, explore};
use super::mcmc::demcz;
use super::mcmc::options::ChainOptions;
use super::mcmc::start::Start;
use super::stopping::{Clock, Stopping};
use crate::draws::Sampled;
use crate::numeric::Streams;
use crate::problem::LogDensity;
use crate::samplers::{Build, Method, Monitor, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "auto",
    summary: "importance sampling where it promises enough, chains as demcz otherwise",
    build,
};

/// More parameters than this are too many to fit a distribution to.
const MOST_PARAMETERS: usize = 30;
/// Effective draws if the settings do not say.
const USUAL_ESS: f64 = 2000.0;

#[derive(Debug)]
struct Auto {
    min_ess: f64,
    start: Start,
    stopping: Stopping,
    quick: bool,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let help = "effective draws of every parameter that are aimed at";
    let min_ess = section.key("min_ess", help).between(10.0, 1e6).quantity_or(Unit::One, USUAL_ESS);
    let min_ess = if quick { min_ess.min(100.0) } else { min_ess };
    let start = Start::from_settings(&section.table("start", "where the exploration begins"), quick);
    let stopping = Stopping { min_ess: Some(min_ess), ..Stopping::from_settings(section) };
    Some(Method::LikelihoodBased(Box::new(Auto { min_ess, start, stopping, quick })))
}

impl Sampler<dyn LogDensity + '_> for Auto {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let clock = Clock::new(self.stopping);
        let options = ChainOptions::until(self.stopping, self.start, self.quick);
        let chains = options.chains_for(oracle.dimension())?;
        let start = self.start.within(clock.share_of_simulations(0.25));
        let mut started = start.find(chains, oracle, streams.stage("start"), monitor)?;
        let why = if oracle.dimension() > MOST_PARAMETERS {
            format!("there are more than {MOST_PARAMETERS} parameters")
        } else {
            let wanted = Wanted::Effective(self.min_ess);
            match explore(&started, wanted, clock, (oracle, streams.stage("importance")), monitor)? {
                Attempt::Done(mut sampled) => {
                    sampled.account.size = "min_ess";
                    sampled.account.notes.insert(0, "auto took `importance`".to_owned());
                    return Ok(*sampled);
                }
                Attempt::NotWorthwhile { simulations, why } => {
                    started.simulations = simulations;
                    why
                }
            }
        };
        let mut sampled = demcz::sampler(options).run_from(started, clock, (oracle, streams), monitor)?;
        sampled.account.size = "min_ess";
        sampled.account.notes.insert(0, format!("auto took `demcz`: {why}"));
        Ok(sampled)
    }
}
