//! The problem as it would be if one of its own simulations had been recorded: parameters drawn from the prior, and
//! the features and traces that they give.

use std::sync::Arc;

use super::Problem;
use super::target::{LogDensity, LogTerms, Simulator, Target};
use super::traces::Recorded;
use crate::likelihood::Datum;
use crate::numeric::{Natural, Rows, Streams, Summaries, Unconstrained};

/// Draws from the prior until one can be simulated; a problem in which none of so many can has no posterior either.
const MOST_TRIES: u64 = 1000;

/// A problem with another observation, of which the truth is known.
#[derive(Debug)]
pub struct Replica {
    problem: Arc<Problem>,
    truth: Rows<Unconstrained>,
    data: Vec<Datum>,
    observed: Vec<Option<f64>>,
    recorded: Recorded,
}

impl Problem {
    /// Replica number `index`. A parameter set that cannot be simulated has no posterior probability, so it is drawn
    /// again. `None` if too many cannot. Which samples count does not change: windows around spikes are around those
    /// of the recording, so that the replicas follow the likelihood exactly.
    pub fn replica(self: &Arc<Self>, streams: Streams, index: u64) -> Option<Replica> {
        let streams = streams.stage(&format!("replica {index}"));
        let simulate = |attempt: u64| {
            let streams = streams.stage(&format!("try {attempt}"));
            let truth = self.space.draw(1, streams);
            let sets = self.space.to_natural(&truth);
            let summaries = self.features(&sets, streams, 0);
            let possible = summaries.failure(0).is_none() && self.simulation.is_physical(sets.row(0));
            if !possible {
                return None;
            }
            let simulated = self.simulated(&sets, 0, streams)?;
            let recorded = self.noisy(&simulated, sets.row(0), streams, 0, 0);
            Some((truth, self.replicate(summaries.row(0), sets.row(0), streams, 0, 0), recorded))
        };
        let (truth, observed, recorded) = (0..MOST_TRIES).find_map(simulate)?;
        let mut data = self.data.data.clone();
        for (datum, observed) in data.iter_mut().zip(&observed) {
            datum.observed = *observed;
        }
        Some(Replica { problem: Arc::clone(self), truth, data, observed, recorded })
    }

    /// What the terms of traces look at in the simulation of row `row`, without noise. `None` if it fails.
    pub fn simulated(&self, sets: &Rows<Natural>, row: usize, streams: Streams) -> Option<Recorded> {
        let sweeps = &self.experiment.sweeps;
        if self.traces.is_empty() {
            return Some(self.recorded.clone());
        }
        let set = Rows::from_values(sets.row(row).to_vec(), sets.columns());
        let trace = |index: usize| self.simulation.traces(sweeps, index, &set, streams).swap_remove(0).ok();
        let traces: Option<Vec<Vec<f64>>> = (0..sweeps.len()).map(trace).collect();
        let traces = traces?;
        let known = |index: usize| sweeps[index].voltage_mv.as_ref().map(|_| &*traces[index]);
        Some(self.traces.read(sweeps, self.simulation.protocol, known))
    }

    /// What might be recorded of a simulation: with the noise and jitter of the likelihood.
    pub fn noisy(
        &self,
        simulated: &Recorded,
        set: &[f64],
        streams: Streams,
        call: u64,
        row: u64,
    ) -> Recorded {
        let numbers = (self.simulation.slots.as_slice(), set);
        self.traces.replicate(&self.experiment.sweeps, simulated, numbers, streams, (call, row))
    }
}

impl Replica {
    /// The parameters behind the observation, on the real line.
    pub fn truth(&self) -> &[f64] {
        self.truth.row(0)
    }
}

impl Target for Replica {
    fn dimension(&self) -> usize {
        self.problem.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.problem.draw_prior(count, streams)
    }
}

impl LogDensity for Replica {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        self.problem.terms_given(&self.data, &self.recorded, points)
    }
}

impl Simulator for Replica {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        self.problem.log_prior(points)
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        self.problem.scales()
    }

    fn missing_penalty(&self, feature: usize) -> Option<f64> {
        self.problem.missing_penalty(feature)
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        self.problem.summaries(points, streams, call)
    }

    fn noiseless(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> (Summaries, Vec<f64>) {
        self.problem.noiseless_given(&self.data, points, streams, call)
    }

    fn highest_log_density(&self) -> Option<f64> {
        let sets = crate::problem::medians(&self.problem.space, &[]);
        Some(self.problem.log_likelihood(&self.data, sets.row(0), &self.observed))
    }
}
