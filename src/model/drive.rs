//! The current density that drives each lane, step by step.

mod channels;
mod noise;

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

pub use self::channels::{ChannelNoise, NoisyChannels};
use self::noise::WhiteNoise;

use crate::stimulus::{Component, Stimulus};

/// Injected current density over time.
pub trait Drive {
    /// Mean current density of the steps from `first_step` on.
    ///
    /// `out`: shape `[step, lane]`, in µA/cm². Steps are asked for in order, each once.
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]);

    /// Whether the current density is known to be the same in all these steps.
    fn is_constant(&self, _steps: Range<usize>) -> bool {
        false
    }

    /// The random numbers by which channels open, if they do so at random.
    fn channel_noise(&mut self) -> Option<&mut ChannelNoise> {
        None
    }

    /// The current density of every lane, if it changes in jumps alone.
    fn steps(&self) -> Option<Vec<StepCurrent>> {
        None
    }
}

/// A current density that changes in jumps.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCurrent {
    /// Current density at the start, in µA/cm².
    pub start_ua_cm2: f64,
    /// Instants in ms after the start, growing, with the current density from there on.
    pub changes: Vec<(f64, f64)>,
}

/// 1 pA through 1 µm² is 100 µA/cm².
pub const UA_CM2_PER_PA_UM2: f64 = 100.0;

/// The current of one lane: (holding + Σ amplitude · waveform) · `factor` + `bias_ua_cm2`.
#[derive(Clone, Debug)]
pub struct LaneStimulus<'a> {
    /// The waveforms. Neighbouring lanes with the same stimulus share the work of computing them.
    pub stimulus: &'a Stimulus,
    /// Holding current, then amplitude, start and duration of each component; in the unit of the stimulus, and ms.
    pub values: Vec<f64>,
    /// µA/cm² for one unit of the stimulus.
    pub factor: f64,
    /// Constant current density beside the stimulus.
    pub bias_ua_cm2: f64,
}

/// Stimuli as the lanes feel them, plus white noise.
#[derive(Debug)]
pub struct StimulusDrive<'a> {
    dt_ms: f64,
    constant: Vec<f64>,
    components: Vec<DrivenComponent<'a>>,
    noise: Option<WhiteNoise>,
    channel_noise: Option<ChannelNoise>,
}

/// One component in neighbouring lanes.
#[derive(Debug)]
struct DrivenComponent<'a> {
    source: &'a Component,
    first_lane: usize,
    /// Amplitude in µA/cm², one per lane.
    gain: Vec<f64>,
    /// Onset and duration in ms, one per lane; `None` if every lane has those of the settings.
    spans_ms: Option<Vec<(f64, f64)>>,
}

impl<'a> StimulusDrive<'a> {
    /// The drive of these lanes with time steps of `dt_ms`.
    pub fn new(dt_ms: f64, lanes: &[LaneStimulus<'a>]) -> Self {
        let constant = lanes.iter().map(|lane| lane.values[0] * lane.factor + lane.bias_ua_cm2).collect();
        let mut components = Vec::new();
        let mut first_lane = 0;
        for alike in lanes.chunk_by(|a, b| std::ptr::eq(a.stimulus, b.stimulus)) {
            let sources = alike[0].stimulus.components.iter().enumerate();
            components.extend(
                sources.map(|(index, source)| DrivenComponent::new(source, index, first_lane, alike)),
            );
            first_lane += alike.len();
        }
        Self { dt_ms, constant, components, noise: None, channel_noise: None }
    }

    /// The current density before any component, which holds the cell at rest; µA/cm², one per lane.
    pub fn holding_ua_cm2(&self) -> &[f64] {
        &self.constant
    }

    /// Adds white noise of `strength` µA/cm² √ms, one per lane, each lane with its own generator.
    #[must_use]
    pub fn with_noise(mut self, strength: &[f64], generators: Vec<ChaCha8Rng>) -> Self {
        let per_step = strength.iter().map(|strength| strength / self.dt_ms.sqrt()).collect();
        self.noise = Some(WhiteNoise::new(per_step, generators));
        self
    }

    /// Lets channels open at random.
    #[must_use]
    pub fn with_channel_noise(mut self, noise: ChannelNoise) -> Self {
        self.channel_noise = Some(noise);
        self
    }
}

impl Drive for StimulusDrive<'_> {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        for (step, row) in out.chunks_exact_mut(lanes).enumerate() {
            let from_ms = (first_step + step) as f64 * self.dt_ms;
            let to_ms = (first_step + step + 1) as f64 * self.dt_ms;
            row.copy_from_slice(&self.constant);
            for component in &self.components {
                component.add(from_ms, to_ms, row);
            }
        }
        if let Some(noise) = &mut self.noise {
            noise.add(out);
        }
    }

    fn is_constant(&self, steps: Range<usize>) -> bool {
        let (from_ms, to_ms) = (steps.start as f64 * self.dt_ms, steps.end as f64 * self.dt_ms);
        self.noise.is_none() && self.components.iter().all(|component| component.is_constant(from_ms, to_ms))
    }

    fn channel_noise(&mut self) -> Option<&mut ChannelNoise> {
        self.channel_noise.as_mut()
    }

    fn steps(&self) -> Option<Vec<StepCurrent>> {
        let exact = self.noise.is_none()
            && self.components.iter().all(|component| component.source.waveform.is_constant());
        exact.then(|| (0..self.constant.len()).map(|lane| self.step_current(lane)).collect())
    }
}

impl StimulusDrive<'_> {
    /// The current of a lane whose components are all steps.
    fn step_current(&self, lane: usize) -> StepCurrent {
        let steps: Vec<(f64, f64, f64)> =
            self.components.iter().filter_map(|component| component.step(lane)).collect();
        let mut edges_ms: Vec<f64> = steps.iter().flat_map(|step| [step.0, step.1]).collect();
        edges_ms.retain(|&edge_ms| edge_ms > 0.0);
        edges_ms.sort_unstable_by(f64::total_cmp);
        edges_ms.dedup();
        let density_from = |time_ms: f64| {
            let now = steps.iter().filter(|step| step.0 <= time_ms && time_ms < step.1);
            now.fold(self.constant[lane], |sum, step| sum + step.2)
        };
        StepCurrent {
            start_ua_cm2: density_from(0.0),
            changes: edges_ms.into_iter().map(|edge_ms| (edge_ms, density_from(edge_ms))).collect(),
        }
    }
}

impl<'a> DrivenComponent<'a> {
    /// Component `index` of the stimulus that `lanes` share.
    fn new(source: &'a Component, index: usize, first_lane: usize, lanes: &[LaneStimulus<'a>]) -> Self {
        let at = 1 + 3 * index;
        let spans: Vec<(f64, f64)> =
            lanes.iter().map(|lane| (lane.values[at + 1], lane.values[at + 2])).collect();
        let fixed = spans.iter().all(|&span| span == (source.start_ms, source.duration_ms));
        let gain = lanes.iter().map(|lane| lane.values[at] * lane.factor).collect();
        Self { source, first_lane, gain, spans_ms: (!fixed).then_some(spans) }
    }

    /// Onset, end and amplitude in one lane, if the component drives it.
    fn step(&self, lane: usize) -> Option<(f64, f64, f64)> {
        let own = lane.checked_sub(self.first_lane)?;
        let gain = *self.gain.get(own)?;
        let spans_ms = self.spans_ms.as_ref().map(|spans| spans[own]);
        let (start_ms, duration_ms) = spans_ms.unwrap_or((self.source.start_ms, self.source.duration_ms));
        Some((start_ms, start_ms + duration_ms, gain))
    }

    /// Whether it has the same value from `from_ms` to `to_ms`, in every lane.
    fn is_constant(&self, from_ms: f64, to_ms: f64) -> bool {
        let outside = |edge_ms: f64| edge_ms <= from_ms || edge_ms >= to_ms;
        let alike = |&(start_ms, duration_ms): &(f64, f64)| {
            let silent = start_ms >= to_ms || start_ms + duration_ms <= from_ms;
            let steady = self.source.waveform.is_constant();
            silent || steady && outside(start_ms) && outside(start_ms + duration_ms)
        };
        match &self.spans_ms {
            Some(spans) => spans.iter().all(alike),
            None => alike(&(self.source.start_ms, self.source.duration_ms)),
        }
    }

    fn add(&self, from_ms: f64, to_ms: f64, row: &mut [f64]) {
        let row = &mut row[self.first_lane..self.first_lane + self.gain.len()];
        let unit_mean =
            |(start, duration): (f64, f64)| self.source.unit_mean(from_ms, to_ms, start, duration);
        if let Some(spans) = &self.spans_ms {
            for ((current, gain), span) in row.iter_mut().zip(&self.gain).zip(spans) {
                *current += gain * unit_mean(*span);
            }
        } else {
            let mean = unit_mean((self.source.start_ms, self.source.duration_ms));
            if mean != 0.0 {
                for (current, gain) in row.iter_mut().zip(&self.gain) {
                    *current += gain * mean;
                }
            }
        }
    }
}
