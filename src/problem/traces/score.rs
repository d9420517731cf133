//! Log likelihood of traces, entry by entry, while they are simulated.

use super::matching::Matching;
use super::{Recorded, Traces};
use crate::features::Analysis;
use crate::problem::experiment::ExperimentSweep;
use crate::problem::parameters::Slot;

/// How finely a likelihood is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::problem) enum Detail {
    /// One entry for each term and sweep.
    Sums,
    /// One for each block of samples and each spike.
    Data,
}

/// Room that each thread keeps.
#[derive(Debug, Default)]
pub(in crate::problem) struct Scratch {
    kept_mv: Vec<f64>,
    times_ms: Vec<f64>,
    matching: Matching,
}

/// The terms, a recording, and which entry stands where: sweep by sweep, the voltage first.
#[derive(Debug)]
pub(in crate::problem) struct Score<'a> {
    traces: &'a Traces,
    recorded: &'a Recorded,
    detail: Detail,
    /// First entry of each sweep, and the number of all entries.
    first: Vec<usize>,
}

impl<'a> Score<'a> {
    pub fn new(traces: &'a Traces, recorded: &'a Recorded, detail: Detail) -> Self {
        let of_voltage = |sweep| traces.voltage.as_ref().map_or(0, |term| term.columns(sweep, detail));
        let of_spikes = |sweep: usize| {
            let count = recorded.spike_times_ms[sweep].len();
            traces.spike_times.as_ref().map_or(0, |term| term.columns(sweep, count, detail))
        };
        let sweeps = 0..recorded.voltage_mv.len();
        let mut first = vec![0];
        first.extend(sweeps.scan(0, |sum, sweep| {
            *sum += of_voltage(sweep) + of_spikes(sweep);
            Some(*sum)
        }));
        Self { traces, recorded, detail, first }
    }

    /// Number of all entries.
    pub fn len(&self) -> usize {
        self.first[self.first.len() - 1]
    }

    /// The entries of one sweep.
    pub fn places(&self, sweep: usize) -> std::ops::Range<usize> {
        if self.first.len() == 1 { 0..0 } else { self.first[sweep]..self.first[sweep + 1] }
    }

    /// Whether spikes must be found for it.
    pub fn needs_spikes(&self) -> bool {
        self.traces.spike_times.is_some()
    }

    /// Adds the entries of one sweep of one parameter set to `out`, with their weights; −∞ for what is impossible.
    pub fn add(
        &self,
        sweep: usize,
        (slots, set): (&[Slot], &[f64]),
        trace_mv: &[f64],
        analysis: Option<&Analysis<'_>>,
        scratch: &mut Scratch,
        out: &mut Vec<f64>,
    ) {
        let from = out.len();
        let Scratch { kept_mv, times_ms, matching } = scratch;
        if let Some(term) = &self.traces.voltage {
            let (numbers, recorded) = (term.noise.numbers(slots, set), &self.recorded.voltage_mv[sweep]);
            term.score((sweep, self.detail), &numbers, recorded, trace_mv, kept_mv, out);
        }
        if let Some(term) = &self.traces.spike_times {
            let (numbers, recorded) = (term.noise.numbers(slots, set), &self.recorded.spike_times_ms[sweep]);
            times_ms.clear();
            times_ms.extend(analysis.into_iter().flat_map(Analysis::spike_times_ms));
            term.score((sweep, self.detail), &numbers, recorded, times_ms, matching, out);
        }
        for value in &mut out[from..] {
            if !value.is_finite() {
                *value = f64::NEG_INFINITY;
            }
        }
    }

    /// What each entry is, and its weight.
    pub fn labels(&self, sweeps: &[ExperimentSweep]) -> Vec<(String, f64)> {
        let mut labels = Vec::with_capacity(self.len());
        for (index, sweep) in sweeps.iter().enumerate() {
            let title = sweep.title();
            if let Some(term) = &self.traces.voltage {
                for (from, to) in term.times_ms(index, sweep.interval_ms, self.detail) {
                    labels.push((format!("voltage from {from:.4} to {to:.4} ms ({title})"), term.weight));
                }
            }
            if let Some(term) = &self.traces.spike_times {
                let recorded = self.recorded.spike_times_ms[index].len();
                let count = term.columns(index, recorded, self.detail);
                let label = |at: usize| match self.detail {
                    Detail::Sums => format!("spike times ({title})"),
                    Detail::Data if at == recorded => format!("no other spikes ({title})"),
                    Detail::Data => format!("time of spike {at} ({title})"),
                };
                labels.extend((0..count).map(|at| (label(at), term.weight)));
            }
        }
        labels
    }
}
