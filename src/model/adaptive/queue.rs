//! The loop over all lanes, and who takes up which parameter set.

use std::array;
use std::collections::VecDeque;

use fearless_simd::Simd;

use super::lanes::{Eight, Scratch, places};
use super::rule::Steps;
use crate::model::channels::ChannelSet;
use crate::model::drive::StepCurrent;
use crate::model::leapfrog::State;
use crate::model::membrane::{Grid, Lot};
use crate::model::number::WIDTH;
use crate::numeric::Failure;

/// Steps that a sweep may take, as a multiple of the longest ones that it has room for, beside a few.
const MOST_STEPS: f64 = 200.0;
const FEW_STEPS: f64 = 10_000.0;

/// What a run works on.
pub(super) struct Work<'a> {
    pub lot: &'a Lot,
    pub capacitance: &'a [f64],
    pub currents: &'a [StepCurrent],
    pub state: &'a State,
    /// The step that the gates have not yet been taken through to its end, as if before the start.
    pub step_before_ms: f64,
    pub grid: Grid,
    pub steps: Steps,
    pub interval_ms: f64,
    pub end_ms: f64,
}

impl Work<'_> {
    /// When a part of a sweep ends: the current changes, or the sweep is over.
    pub(super) fn edge_ms(&self, set: usize, part: usize) -> f64 {
        self.currents[set].changes.get(part).map_or(self.end_ms, |change| change.0.min(self.end_ms))
    }

    fn most_steps(&self) -> u64 {
        (FEW_STEPS + MOST_STEPS * self.end_ms / self.steps.longest_ms) as u64
    }
}

/// What the lanes of a vector work on.
struct Ledger {
    /// Part of its sweep of each lane.
    parts: [usize; WIDTH],
    /// The step before which each lane has to be done.
    deadlines: [u64; WIDTH],
    /// Lanes that have work, one bit each.
    busy: u64,
}

/// One run of the kernel.
struct Queue<'a, S: Simd, C: ChannelSet> {
    simd: S,
    channels: &'a C,
    work: &'a Work<'a>,
    /// The sets that no lane has taken up yet.
    waiting: VecDeque<usize>,
    failures: &'a mut [Option<Failure>],
    traces: &'a mut [f64],
    /// Steps that each lane has taken since the start.
    steps: u64,
}

/// Simulates all sets without a failure; `traces`: shape `[set, sample]`.
#[inline(always)]
pub(super) fn kernel<S: Simd, C: ChannelSet, const VECTORS: usize>(
    simd: S,
    channels: &C,
    work: &Work<'_>,
    failures: &mut [Option<Failure>],
    traces: &mut [f64],
) {
    let waiting = (0..failures.len()).filter(|&set| failures[set].is_none()).collect();
    let mut queue = Queue { simd, channels, work, waiting, failures, traces, steps: 0 };
    let mut scratch = Scratch::new(simd, channels);
    let mut eights: [Eight<S, C>; VECTORS] = array::from_fn(|_| Eight::new(simd, channels, work));
    let mut ledgers: [Ledger; VECTORS] =
        array::from_fn(|_| Ledger { parts: [0; WIDTH], deadlines: [u64::MAX; WIDTH], busy: 0 });
    for (eight, ledger) in eights.iter_mut().zip(&mut ledgers) {
        (0..WIDTH).for_each(|lane| queue.take_up(eight, ledger, lane));
    }
    let mut deadline = soonest(&ledgers);
    while ledgers.iter().any(|ledger| ledger.busy != 0) {
        let mut edges = [0; VECTORS];
        for (edges, eight) in edges.iter_mut().zip(&mut eights) {
            *edges = eight.advance(channels, &mut scratch, work, queue.traces);
        }
        queue.steps += 1;
        let late = queue.steps >= deadline;
        for ((edges, eight), ledger) in edges.into_iter().zip(&mut eights).zip(&mut ledgers) {
            for lane in places(edges & ledger.busy) {
                queue.pass_edge(eight, ledger, lane);
            }
            if late {
                queue.give_up(eight, ledger);
            }
        }
        if late || edges != [0; VECTORS] {
            deadline = soonest(&ledgers);
        }
    }
}

/// The first of all deadlines.
fn soonest(ledgers: &[Ledger]) -> u64 {
    ledgers.iter().flat_map(|ledger| ledger.deadlines).min().unwrap_or(u64::MAX)
}

impl<S: Simd, C: ChannelSet> Queue<'_, S, C> {
    /// Changes the current of a lane, or ends its sweep and takes up the next.
    fn pass_edge(&mut self, eight: &mut Eight<S, C>, ledger: &mut Ledger, lane: usize) {
        let set = eight.sets[lane];
        if !eight.is_finite(lane) {
            self.fail(eight, lane, Failure::NotFinite);
            return self.take_up(eight, ledger, lane);
        }
        let part = ledger.parts[lane];
        let change = self.work.currents[set].changes.get(part).filter(|change| change.0 < self.work.end_ms);
        let slope = eight.finish_part(self.work, lane, change.is_none(), self.traces);
        if let Some(&(_, current)) = change {
            eight.jump(self.work, lane, current, self.work.edge_ms(set, part + 1), slope);
            ledger.parts[lane] = part + 1;
        } else {
            self.take_up(eight, ledger, lane);
        }
    }

    /// Ends the sweeps that have taken too many steps.
    fn give_up(&mut self, eight: &mut Eight<S, C>, ledger: &mut Ledger) {
        for lane in places(ledger.busy) {
            if self.steps >= ledger.deadlines[lane] {
                self.fail(eight, lane, Failure::TooManySteps);
                self.take_up(eight, ledger, lane);
            }
        }
    }

    fn fail(&mut self, eight: &Eight<S, C>, lane: usize, failure: Failure) {
        let (set, samples) = (eight.sets[lane], self.work.grid.samples);
        self.failures[set] = Some(failure);
        self.traces[set * samples..(set + 1) * samples].fill(f64::NAN);
    }

    /// Gives a lane another parameter set, or lets it idle if there is none.
    fn take_up(&mut self, eight: &mut Eight<S, C>, ledger: &mut Ledger, lane: usize) {
        let Some(set) = self.waiting.pop_front() else {
            ledger.busy &= !(1 << lane);
            ledger.deadlines[lane] = u64::MAX;
            return eight.idle(lane);
        };
        ledger.busy |= 1 << lane;
        ledger.parts[lane] = 0;
        ledger.deadlines[lane] = self.steps + self.work.most_steps();
        let first = set * self.work.grid.samples;
        self.traces[first..=first + self.work.grid.still].fill(self.work.state.voltage_mv[set]);
        eight.load(self.simd, self.channels, self.work, lane, set);
    }
}
