//! The options that all Markov chain samplers share.

use super::start::Start;
use crate::settings::Section;

/// How many chains, how long.
#[derive(Debug)]
pub(super) struct ChainOptions {
    pub(super) chains: usize,
    /// Draws kept of each chain.
    pub(super) draws: usize,
    /// Iterations of warm-up.
    pub(super) warmup: usize,
    /// Iterations per kept draw.
    pub(super) thin: usize,
    pub(super) start: Start,
}

impl ChainOptions {
    pub(super) fn from_settings(section: &Section<'_>, quick: bool) -> Self {
        let count = |name, help, least, default, quick_limit: usize| {
            let count = section.key(name, help).between(least, 1e7).count_or(default);
            if quick { count.min(quick_limit) } else { count }
        };
        Self {
            chains: count("chains", "chains that move together", 2.0, 16, 8),
            draws: count("draws", "draws kept of each chain", 1.0, 2000, 50),
            warmup: count("warmup", "iterations of each chain before the first draw", 0.0, 2000, 50),
            thin: count("thin", "iterations per kept draw", 1.0, 5, 1),
            start: Start::from_settings(&section.table("start", "where the chains start"), quick),
        }
    }
}
