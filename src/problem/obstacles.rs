//! Which features and traces forbid parameter sets of the prior.

use std::collections::BTreeMap;

use super::Problem;
use super::outcomes::Taken;
use super::simulation::Batch;
use super::traces::{Detail, Score};
use crate::likelihood::pointwise;
use crate::numeric::Streams;

/// Prior draws that are looked at.
const LOOKED_AT: usize = 200;

impl Problem {
    /// Why prior draws have a likelihood of zero, most frequent reason first, as lines of text.
    pub fn obstacles(&self) -> Vec<String> {
        let sets = self.space.to_natural(&self.space.draw(LOOKED_AT, Streams::new(0).stage("obstacles")));
        let sweeps = &self.experiment.sweeps;
        let score = Score::new(&self.traces, &self.recorded, Detail::Sums);
        let batch = Batch { sweeps, sets: &sets, streams: Streams::new(0), call: 0 };
        let (summaries, scores) = self.simulation.outcomes(batch, &Taken::scored(&self.data.sweeps, &score));
        let labels = score.labels(sweeps);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in 0..sets.len() {
            if let Some(failure) = summaries.failure(row) {
                *counts.entry(failure.reason().to_owned()).or_default() += 1;
                continue;
            }
            let sds: Vec<f64> = self.sds(sets.row(row)).collect();
            let simulated = summaries.row(row);
            let terms = pointwise(&*self.likelihood, &self.data.data, simulated, &sds);
            for ((term, datum), simulated) in terms.zip(&self.data.data).zip(simulated) {
                if term == f64::NEG_INFINITY {
                    let why = match (datum.observed, simulated) {
                        (Some(_), None) => "the recording has it, the simulation not",
                        (None, Some(_)) => "the simulation has it, the recording not",
                        _ => "it is too far from the recording",
                    };
                    *counts.entry(format!("`{}` forbids them: {why}", datum.label)).or_default() += 1;
                }
            }
            for (term, (label, _)) in scores.row(row).iter().zip(&labels) {
                if *term == f64::NEG_INFINITY {
                    let reason = format!("`{label}` forbids them: {}", why_impossible(label));
                    *counts.entry(reason).or_default() += 1;
                }
            }
        }
        let mut reasons: Vec<(String, usize)> = counts.into_iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let line =
            |(reason, count): (String, usize)| format!("{count} of {LOOKED_AT} parameter sets: {reason}");
        reasons.into_iter().map(line).collect()
    }
}

/// Why a term of a trace can be impossible.
fn why_impossible(label: &str) -> &'static str {
    if label.starts_with("spike times") {
        "recording and simulation have different numbers of spikes, or they are too far apart"
    } else {
        "the noise has no density there"
    }
}
