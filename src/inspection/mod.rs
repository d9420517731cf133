//! What a recording tells before any model: its sweeps, the passive membrane, and what is wrong with it.

mod artefacts;
mod injected;
mod passive;
mod quality;
mod spikes;
#[cfg(test)]
mod tests;

pub use injected::{Injected, Step};
pub use passive::Passive;
pub use quality::{Finding, Flaw, worst_of_each_kind};
pub use spikes::USUAL_THRESHOLD_MV;

use crate::features::{Analyser, Mode};
use crate::recording::{Recording, Sweep};

/// A recording with what was found in it.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// One for each sweep, in their order.
    pub sweeps: Vec<SweepView>,
    /// The passive membrane, if some sweep has a step of current in pA that causes no spikes.
    pub passive: Option<Passive>,
    /// What is wrong with the recording.
    pub findings: Vec<Finding>,
    /// Voltage that its spikes cross.
    pub threshold_mv: f64,
}

/// One sweep at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepView {
    /// Its name in the file.
    pub name: String,
    /// Number of samples.
    pub samples: usize,
    /// Time between samples.
    pub interval_ms: f64,
    /// The injected current.
    pub injected: Injected,
    /// Times of the peaks of all spikes.
    pub peaks_ms: Vec<f64>,
    /// Median voltage before the first step, or of a sweep without one; `None` if the step begins with the sweep.
    pub baseline_mv: Option<f64>,
    /// For each step the median voltage of its last fifth, less that of the stretch before it; `None` for a step with
    /// spikes.
    pub deflections_mv: Vec<Option<f64>>,
}

impl SweepView {
    fn new(sweep: &Sweep, injected: Injected, analyser: &mut Analyser) -> Self {
        let peaks_ms = spikes::peaks_ms(sweep, analyser);
        let mut free_ms = 0.0;
        let mut deflections_mv = Vec::new();
        for step in injected.steps() {
            let before_mv = median(between(sweep, free_ms, step.start_ms));
            let from_ms = step.stop_ms - 0.2 * (step.stop_ms - step.start_ms);
            let steady_mv = median(between(sweep, from_ms, step.stop_ms));
            let is_silent = !peaks_ms.iter().any(|&peak| free_ms <= peak && peak <= step.stop_ms);
            deflections_mv
                .push(steady_mv.zip(before_mv).filter(|_| is_silent).map(|(steady, before)| steady - before));
            free_ms = step.stop_ms;
        }
        let baseline_mv = median(before_steps(sweep, &injected));
        Self {
            name: sweep.name.clone(),
            samples: sweep.voltage_mv.len(),
            interval_ms: sweep.interval_ms,
            injected,
            peaks_ms,
            baseline_mv,
            deflections_mv,
        }
    }

    /// Spikes within a stretch of time, both ends included.
    pub fn spikes_between(&self, from_ms: f64, to_ms: f64) -> usize {
        self.peaks_ms.iter().filter(|&&peak_ms| from_ms <= peak_ms && peak_ms <= to_ms).count()
    }

    /// How long the sweep lasts, in ms.
    pub fn duration_ms(&self) -> f64 {
        self.samples as f64 * self.interval_ms
    }
}

/// Looks at every sweep of a recording.
pub fn inspect(recording: &Recording) -> Inspection {
    let threshold_mv = spikes::threshold_mv(&recording.sweeps);
    let sweeps = views(&recording.sweeps, threshold_mv, Injected::of);
    let passive = Passive::estimate(recording, &sweeps);
    let findings = quality::findings(&recording.sweeps, &sweeps);
    Inspection { sweeps, passive, findings, threshold_mv }
}

/// What is wrong with sweeps whose current may be known from elsewhere.
pub fn find_flaws(sweeps: &[Sweep], injected: impl Fn(&Sweep) -> Injected) -> Vec<Finding> {
    quality::findings(sweeps, &views(sweeps, spikes::threshold_mv(sweeps), injected))
}

fn views(sweeps: &[Sweep], threshold_mv: f64, injected: impl Fn(&Sweep) -> Injected) -> Vec<SweepView> {
    let mut analyser = Analyser::new(Mode::Precise, threshold_mv);
    sweeps.iter().map(|sweep| SweepView::new(sweep, injected(sweep), &mut analyser)).collect()
}

/// The samples before the first step, or all of them.
fn before_steps<'a>(sweep: &'a Sweep, injected: &Injected) -> &'a [f64] {
    injected.steps().first().map_or(&sweep.voltage_mv, |step| between(sweep, 0.0, step.start_ms))
}

/// The samples from one time up to, but without, another.
fn between(sweep: &Sweep, from_ms: f64, to_ms: f64) -> &[f64] {
    let place =
        |time_ms: f64| ((time_ms / sweep.interval_ms).round().max(0.0) as usize).min(sweep.voltage_mv.len());
    let to = place(to_ms);
    &sweep.voltage_mv[place(from_ms).min(to)..to]
}

/// The middle value; `None` for no values.
fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
