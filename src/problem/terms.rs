//! What the likelihood is made of, in words and numbers, for reports.

use std::fmt::{self, Display};

use super::Problem;

/// One term of the likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// `features`, `trace` or `spike_times`, as in the settings.
    pub name: &'static str,
    /// How many data it really uses: features, samples or recorded spikes.
    pub data: usize,
    /// Stretches that the samples are in.
    pub stretches: Option<usize>,
    /// How recording and simulation differ.
    pub noise: Option<&'static str>,
    /// Its power.
    pub weight: f64,
}

impl Problem {
    /// The terms of the likelihood; their logarithms times their weights add up to it.
    pub fn terms(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        if !self.data.data.is_empty() {
            let (data, weight) = (self.data.data.len(), self.weight);
            terms.push(Term { name: "features", data, stretches: None, noise: None, weight });
        }
        if let Some(term) = &self.traces.voltage {
            terms.push(Term {
                name: "trace",
                data: term.samples(),
                stretches: Some(term.stretches()),
                noise: Some(term.noise.name),
                weight: term.weight,
            });
        }
        if let Some(term) = &self.traces.spike_times {
            terms.push(Term {
                name: "spike_times",
                data: self.recorded.spike_times_ms.iter().map(Vec::len).sum(),
                stretches: None,
                noise: Some(term.noise.name),
                weight: term.weight,
            });
        }
        terms
    }

    /// Why a sampler that only compares features cannot be used, and what helps; `None` if it can.
    pub fn obstacle_to_simulation(&self) -> Option<(&'static str, &'static str)> {
        if self.data.data.is_empty() {
            let message = "compares features, and [likelihood.features] has none";
            return Some((
                message,
                "take a sampler with a likelihood such as demcz, or add [likelihood.features]",
            ));
        }
        if !self.traces.is_empty() {
            let message = "compares features only, not [likelihood.trace] and [likelihood.spike_times]";
            return Some((
                message,
                "take a sampler with a likelihood such as demcz, or leave these tables out",
            ));
        }
        let is_weighted = (self.weight - 1.0).abs() > f64::EPSILON;
        is_weighted
            .then_some(("has no likelihood that a `weight` could be the power of", "leave out `weight`"))
    }
}

impl Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        match self.name {
            "trace" => {
                write!(formatter, "{} of the trace", counted(self.data, "sample"))?;
                if let Some(stretches) = self.stretches.filter(|stretches| *stretches > 1) {
                    write!(formatter, " in {stretches} stretches")?;
                }
            }
            "spike_times" => formatter.write_str(&counted(self.data, "spike time"))?,
            _ => formatter.write_str(&counted(self.data, "feature"))?,
        }
        if let Some(noise) = self.noise {
            let word = if self.name == "trace" { "noise" } else { "jitter" };
            write!(formatter, ", {} {word}", noise.replace('_', " "))?;
        }
        write!(formatter, ", weight {}", self.weight)
    }
}
