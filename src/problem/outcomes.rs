//! What is kept of each simulation: its features, and the log likelihood of its traces. Both are taken by the task that
//! has simulated it, while the voltage is in the cache; the voltage itself is not kept.

use rayon::prelude::*;

use super::data::SweepMeasures;
use super::experiment::ExperimentSweep;
use super::observer::Observer;
use super::simulation::{Batch, Lane, Simulation, TRACES_MV};
use super::traces::{Score, Scratch};
use crate::features::{Analyser, Response};
use crate::numeric::{Failure, Natural, Rows, Streams, Summaries};

/// Entries of the log likelihood of traces for each parameter set, shape `[rows, entries]`.
#[derive(Debug, Default)]
pub(super) struct Scores {
    values: Vec<f64>,
    columns: usize,
}

impl Scores {
    /// The entries of one parameter set; −∞ if its simulation failed.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}

/// What is taken of a simulation.
#[derive(Clone, Copy)]
pub(super) struct Taken<'a> {
    /// The features of each sweep.
    pub measures: &'a [SweepMeasures],
    /// The log likelihood of traces.
    pub score: Option<&'a Score<'a>>,
    /// Who adds noise to the features.
    pub observer: Option<&'a Observer<'a>>,
}

impl<'a> Taken<'a> {
    /// Features without noise, and a log likelihood of traces.
    pub(super) fn scored(measures: &'a [SweepMeasures], score: &'a Score<'a>) -> Self {
        Self { measures, score: Some(score), observer: None }
    }
}

/// What one lot gives: lane after lane, without the lanes that are spare.
struct LotOutcome {
    features: Vec<Option<f64>>,
    scores: Vec<f64>,
    failures: Vec<Option<Failure>>,
}

impl Simulation {
    /// Features of every parameter set, shape `[rows, data]`. Intrinsic noise of row `i` comes from
    /// `streams.generator(call, i)`, one stage per sweep.
    pub fn features(
        &self,
        sweeps: &[ExperimentSweep],
        measures: &[SweepMeasures],
        sets: &Rows<Natural>,
        streams: Streams,
        call: u64,
    ) -> Summaries {
        let taken = Taken { measures, score: None, observer: None };
        self.outcomes(Batch { sweeps, sets, streams, call }, &taken).0
    }

    /// Features of every parameter set, and the entries of the score.
    pub(super) fn outcomes(&self, batch: Batch<'_>, taken: &Taken<'_>) -> (Summaries, Scores) {
        let Taken { measures, score, .. } = *taken;
        let rows = batch.sets.len();
        let columns = measures.iter().map(|own| own.measures.len()).sum();
        let mut summaries = Summaries::missing(rows, columns);
        let columns = score.map_or(0, Score::len);
        let mut scores = Scores { values: vec![f64::NEG_INFINITY; rows * columns], columns };
        let lots = self.lots(batch.sweeps, rows);
        let worker =
            || (Analyser::with_settings(self.protocol.mode, self.protocol.settings), Scratch::default());
        let outcome = |worker: &mut (Analyser, Scratch), (lanes, width): &(Vec<Lane>, usize)| {
            self.outcome(batch, (lanes, *width), taken, worker)
        };
        let outcomes: Vec<LotOutcome> = lots.par_iter().map_init(worker, outcome).collect();
        for ((lanes, _), outcome) in lots.iter().zip(&outcomes) {
            let (mut features, mut entries) = (outcome.features.as_slice(), outcome.scores.as_slice());
            for (lane, failure) in lanes.iter().zip(&outcome.failures) {
                if let Some(failure) = failure {
                    summaries.fail(lane.row, *failure);
                }
                let own = &measures[lane.sweep];
                let (mine, rest) = features.split_at(own.measures.len());
                summaries.row_mut(lane.row)[own.first..own.first + mine.len()].copy_from_slice(mine);
                features = rest;
                if let Some(score) = score {
                    let places = score.places(lane.sweep);
                    let (mine, rest) = entries.split_at(places.len());
                    scores.values[lane.row * columns..][places].copy_from_slice(mine);
                    entries = rest;
                }
            }
        }
        (summaries, scores)
    }

    /// Simulates one lot and looks at its traces.
    fn outcome(
        &self,
        batch: Batch<'_>,
        (lanes, width): (&[Lane], usize),
        taken: &Taken<'_>,
        (analyser, scratch): &mut (Analyser, Scratch),
    ) -> LotOutcome {
        let mut traces_mv = TRACES_MV.take();
        let failures = self.group(batch, lanes, width, &mut traces_mv);
        let samples = batch.sweeps[lanes[0].sweep].samples;
        let (mut features, mut scores) = (Vec::new(), Vec::new());
        for ((trace_mv, failure), lane) in traces_mv.chunks_exact(samples).zip(&failures).zip(lanes) {
            let Taken { score, observer, .. } = *taken;
            let SweepMeasures { measures, first } = &taken.measures[lane.sweep];
            let sweep = &batch.sweeps[lane.sweep];
            if failure.is_some() {
                features.resize(features.len() + measures.len(), None);
                let entries = score.map_or(0, |score| score.places(lane.sweep).len());
                scores.resize(scores.len() + entries, f64::NEG_INFINITY);
                continue;
            }
            let response = Response {
                interval_ms: sweep.interval_ms,
                voltage_mv: trace_mv,
                stimulus_ms: sweep.window_ms,
                stimulus_current_na: sweep.stimulus_current_na(),
            };
            // Finding spikes is wasted where only samples are compared.
            let is_analysed = !measures.is_empty() || score.is_some_and(Score::needs_spikes);
            let analysis = is_analysed.then(|| analyser.analyse(&response));
            if let Some(analysis) = &analysis {
                let values = measures.iter().map(|measure| measure.value(analysis));
                match observer {
                    Some(observer) => {
                        let set = batch.sets.row(lane.row);
                        observer.observe(lane.row as u64, set, *first, values, &mut features);
                    }
                    None => features.extend(values),
                }
            }
            if let Some(score) = score {
                let numbers = (self.slots.as_slice(), batch.sets.row(lane.row));
                score.add(lane.sweep, numbers, trace_mv, analysis.as_ref(), scratch, &mut scores);
            }
        }
        TRACES_MV.set(traces_mv);
        LotOutcome { features, scores, failures }
    }
}
