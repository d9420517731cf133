//! The options that all Markov chain samplers share.

use super::start::Start;
use crate::samplers::SamplerError;
use crate::samplers::stopping::Stopping;
use crate::settings::Section;

/// How many chains, how long.
#[derive(Debug)]
pub(in crate::samplers) struct ChainOptions {
    chains: ChainCount,
    /// Draws kept of each chain.
    pub(super) draws: usize,
    /// Iterations of warm-up.
    pub(super) warmup: usize,
    /// Iterations per kept draw.
    pub(super) thin: usize,
    pub(in crate::samplers) start: Start,
    pub(in crate::samplers) stopping: Stopping,
}

/// How the number of chains follows from the settings.
#[derive(Debug)]
enum ChainCount {
    /// As given.
    Fixed(usize),
    /// Chains that move by the places of one another, and must span the space: as given, or by the dimension.
    Spanning(Option<usize>),
}

impl ChainCount {
    fn fixed(section: &Section<'_>, quick: bool) -> Self {
        let chains = section.key("chains", "chains that move together").between(2.0, 1e7).count_or(16);
        Self::Fixed(if quick { chains.min(8) } else { chains })
    }
}

/// Chains of an ensemble if the settings do not say: four per parameter, and at least this many.
const SMALLEST_ENSEMBLE: usize = 32;

impl ChainOptions {
    /// The options of chains that do not need one another.
    pub(in crate::samplers) fn from_settings(section: &Section<'_>, quick: bool) -> Self {
        let start = Start::from_settings(&section.table("start", "where the chains start"), quick);
        Self::with(ChainCount::fixed(section, quick), start, section, quick)
    }

    /// The options of chains that start at draws of the prior which are made anyway.
    pub(in crate::samplers) fn without_start(section: &Section<'_>, quick: bool) -> Self {
        Self::with(ChainCount::fixed(section, quick), Start::Prior { simulations: 0 }, section, quick)
    }

    /// The options of a run that ends by its effective draws.
    pub(in crate::samplers) fn until(stopping: Stopping, start: Start, quick: bool) -> Self {
        Self {
            chains: ChainCount::Fixed(if quick { 8 } else { 32 }),
            draws: if quick { 50 } else { 20_000 },
            warmup: if quick { 50 } else { 2000 },
            thin: if quick { 1 } else { 5 },
            start,
            stopping,
        }
    }

    /// The options of chains that span the space in which they move.
    pub(super) fn of_ensemble(section: &Section<'_>, quick: bool) -> Self {
        let help = "chains that move together, more than twice as many as parameters; 32 or 4 per parameter";
        let chains = section.key("chains", help).between(4.0, 1e7).count_maybe();
        let start = Start::from_settings(&section.table("start", "where the chains start"), quick);
        Self::with(ChainCount::Spanning(chains), start, section, quick)
    }

    fn with(chains: ChainCount, start: Start, section: &Section<'_>, quick: bool) -> Self {
        let count = |name, help, least, default, quick_limit: usize| {
            let count = section.key(name, help).between(least, 1e7).count_or(default);
            if quick { count.min(quick_limit) } else { count }
        };
        Self {
            chains,
            draws: count("draws", "draws kept of each chain", 1.0, 2000, 50),
            warmup: count("warmup", "iterations of each chain before the first draw", 0.0, 2000, 50),
            thin: count("thin", "iterations per kept draw", 1.0, 5, 1),
            start,
            stopping: Stopping::of_chains(section),
        }
    }

    /// The number of chains in a space of so many parameters.
    ///
    /// # Errors
    /// If the chains of an ensemble are too few for the space.
    pub(in crate::samplers) fn chains_for(&self, dimension: usize) -> Result<usize, SamplerError> {
        // Half of the chains move by the other half, which must span the space (Goodman and Weare 2010).
        let needed = 2 * (dimension + 1);
        match self.chains {
            ChainCount::Fixed(chains) => Ok(chains),
            ChainCount::Spanning(Some(chains)) if chains < needed => {
                Err(SamplerError::TooFewChains { chains, needed })
            }
            ChainCount::Spanning(chains) => Ok(chains.unwrap_or((4 * dimension).max(SMALLEST_ENSEMBLE))),
        }
    }
}
