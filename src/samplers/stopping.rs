//! When a run ends before everything was done: enough effective draws, or no time or simulations left.

use std::time::{Duration, Instant};

use ndarray::{ArrayView3, Axis};

use crate::diagnostics::{ess_bulk, ess_tail};
use crate::draws::Ending;
use crate::settings::Section;
use crate::units::Unit;

/// Draws of each chain before the effective draws are counted for the first time.
const FIRST_CHECK: usize = 50;
/// They are counted again when there are so many times as many draws, because counting takes time too.
const CHECK_GROWTH: f64 = 1.2;

/// What may end a run early.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stopping {
    /// Effective draws of every parameter, in the centre and in the tails; of chains only.
    pub(super) min_ess: Option<f64>,
    pub(super) max_time: Option<Duration>,
    pub(super) max_simulations: Option<u64>,
}

impl Stopping {
    /// Reads `max_time` and `max_simulations`.
    pub(super) fn from_settings(section: &Section<'_>) -> Self {
        let simulations = section.key("max_simulations", "simulations after which the run ends");
        let simulations = simulations.between(1.0, 1e15).count_maybe();
        let max_simulations = simulations.map(|count| count as u64);
        Self { min_ess: None, max_time: max_time(section), max_simulations }
    }

    /// Reads `min_ess` as well.
    pub(super) fn of_chains(section: &Section<'_>) -> Self {
        let help =
            "effective draws of every parameter, in the centre and the tails, after which the run ends";
        let min_ess = section.key("min_ess", help).positive().quantity_maybe(Unit::One);
        Self { min_ess, ..Self::from_settings(section) }
    }
}

fn max_time(section: &Section<'_>) -> Option<Duration> {
    let help =
        "time after which the run ends, such as \"10 min\"; where it ends then differs from run to run";
    let text = section.key("max_time", help).text_maybe()?;
    let duration = humantime::parse_duration(text.trim()).ok().filter(|time| !time.is_zero());
    if duration.is_none() {
        let message = format!("expected a time such as \"10 min\" or \"2 h\", found \"{text}\"");
        section.mistake_at("max_time", message, None);
    }
    duration
}

/// What a run has spent of what it may.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    stopping: Stopping,
}

impl Clock {
    pub(super) fn new(stopping: Stopping) -> Self {
        Self { began: Instant::now(), stopping }
    }

    /// A share of the simulations that the run may make, if they are limited.
    pub(super) fn share_of_simulations(&self, share: f64) -> Option<usize> {
        self.stopping.max_simulations.map(|count| ((count as f64 * share) as usize).max(1))
    }

    /// Whether the run has spent this share of its simulations or of its time.
    pub(super) fn has_spent(&self, share: f64, simulations: u64) -> bool {
        self.ending_at(share, simulations).is_some()
    }

    /// Why the run ends now, if it does.
    pub(super) fn ending(&self, simulations: u64) -> Option<Ending> {
        self.ending_at(1.0, simulations)
    }

    /// Simulations left; `None`: any number.
    pub(super) fn left(&self, simulations: u64) -> Option<u64> {
        self.stopping.max_simulations.map(|most| most.saturating_sub(simulations))
    }

    fn ending_at(&self, share: f64, simulations: u64) -> Option<Ending> {
        let Stopping { max_time, max_simulations, .. } = self.stopping;
        if max_simulations.is_some_and(|most| simulations as f64 >= share * most as f64) {
            return Some(Ending::MaxSimulations);
        }
        max_time.is_some_and(|most| self.began.elapsed() >= most.mul_f64(share)).then_some(Ending::MaxTime)
    }
}

/// Counts effective draws now and then.
#[derive(Debug)]
pub(super) struct EssCheck {
    goal: Option<f64>,
    next: usize,
}

impl EssCheck {
    pub(super) fn new(stopping: Stopping) -> Self {
        Self { goal: stopping.min_ess, next: FIRST_CHECK }
    }

    /// Whether every parameter has enough effective draws. `draws`: shape `[chain, draw, parameter]`; ranks are
    /// the same on the real line as in natural units.
    pub(super) fn is_reached(&mut self, draws: ArrayView3<'_, f64>) -> bool {
        let count = draws.len_of(Axis(1));
        let Some(goal) = self.goal.filter(|_| count >= self.next) else { return false };
        self.next = (count as f64 * CHECK_GROWTH).ceil() as usize;
        draws.axis_iter(Axis(2)).all(|chains| ess_bulk(chains) >= goal && ess_tail(chains) >= goal)
    }
}
