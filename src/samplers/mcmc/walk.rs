//! A way in which all chains move together, one iteration after the other.

use super::start::Points;
use crate::draws::{Caution, Evidence};
use crate::numeric::Streams;
use crate::problem::LogDensity;

/// All chains of a run with what they have learned, beside their present states.
pub(super) trait Walk {
    /// One iteration of every chain: states are replaced where a chain moves.
    fn step(&mut self, states: &mut Points, turn: &Turn<'_>) -> Step;

    /// Drops what was learned in the older half of the warm-up.
    fn forget_older_half(&mut self) {}

    /// Gives a chain, whose state was replaced by that of a donor, the past of the donor.
    fn replace(&mut self, _chain: usize, _donor: usize) {}

    /// Adapts to the past of the chains; at the end of each iteration of the warm-up.
    fn learn(&mut self) {}

    /// The warm-up is over: from now on what is drawn counts.
    fn begin_to_draw(&mut self) {}

    /// What the walk has found that speaks against its draws.
    fn caution(&self) -> Option<Caution> {
        None
    }

    /// The evidence from the draws so far, if the walk estimates it.
    fn evidence(&self) -> Option<Evidence> {
        None
    }
}

/// What an iteration is given.
pub(super) struct Turn<'a> {
    pub(super) oracle: &'a dyn LogDensity,
    pub(super) streams: Streams,
    /// Names the random numbers of the iteration.
    pub(super) iteration: u64,
    /// Whether the walk may still adapt.
    pub(super) warming_up: bool,
}

/// What an iteration did.
pub(super) struct Step {
    /// Whether each chain moved.
    pub(super) accepted: Vec<bool>,
    pub(super) simulations: u64,
}
