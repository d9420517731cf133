//! The current density that drives each lane, step by step.

use rand_chacha::ChaCha8Rng;

use crate::numeric::standard_normal;
use crate::stimulus::Stimulus;

/// Injected current density over time.
pub trait Drive {
    /// Mean current density of the steps from `first_step` on.
    ///
    /// `out`: shape `[step, lane]`, in µA/cm². Steps are asked for in order, each once.
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]);
}

/// How the current of a stimulus becomes a current density.
#[derive(Clone, Debug, PartialEq)]
pub enum CurrentUnit {
    /// The stimulus is in µA/cm².
    Density,
    /// The stimulus is in pA and enters a cell of this area, in µm²; one per lane.
    WholeCell(Vec<f64>),
}

/// 1 pA through 1 µm² is 100 µA/cm².
const UA_CM2_PER_PA_UM2: f64 = 100.0;

/// A stimulus as each lane feels it: (holding + Σ amplitude · waveform) · scale + bias, plus white noise.
#[derive(Debug)]
pub struct StimulusDrive<'a> {
    dt_ms: f64,
    constant: Vec<f64>,
    components: Vec<DrivenComponent<'a>>,
    noise: Option<(Vec<f64>, Vec<ChaCha8Rng>)>,
}

#[derive(Debug)]
struct DrivenComponent<'a> {
    source: &'a crate::stimulus::Component,
    /// Amplitude in µA/cm², one per lane.
    gain: Vec<f64>,
    /// Onset and duration in ms, one per lane; `None` if every lane has those of the settings.
    spans_ms: Option<Vec<(f64, f64)>>,
}

impl<'a> StimulusDrive<'a> {
    /// The drive of a stimulus.
    ///
    /// `values(lane)`: holding current, then amplitude, start and duration of each component, in the units of
    /// the stimulus and ms. `scale` and `bias_ua_cm2`: one per lane.
    pub fn new(
        stimulus: &'a Stimulus,
        dt_ms: f64,
        unit: &CurrentUnit,
        scale: &[f64],
        bias_ua_cm2: &[f64],
        values: impl Fn(usize) -> Vec<f64>,
    ) -> Self {
        let lanes = scale.len();
        let values: Vec<Vec<f64>> = (0..lanes).map(values).collect();
        let factor = |lane: usize| match unit {
            CurrentUnit::Density => scale[lane],
            CurrentUnit::WholeCell(area) => scale[lane] * UA_CM2_PER_PA_UM2 / area[lane],
        };
        let component = |(index, source): (usize, &'a crate::stimulus::Component)| {
            let at = 1 + 3 * index;
            let spans: Vec<(f64, f64)> = values.iter().map(|v| (v[at + 1], v[at + 2])).collect();
            let fixed = spans.iter().all(|&span| span == (source.start_ms, source.duration_ms));
            let gain = (0..lanes).map(|lane| values[lane][at] * factor(lane)).collect();
            DrivenComponent { source, gain, spans_ms: (!fixed).then_some(spans) }
        };
        Self {
            dt_ms,
            constant: (0..lanes).map(|lane| values[lane][0] * factor(lane) + bias_ua_cm2[lane]).collect(),
            components: stimulus.components.iter().enumerate().map(component).collect(),
            noise: None,
        }
    }

    /// The current density before any component, which holds the cell at rest; µA/cm², one per lane.
    pub fn holding_ua_cm2(&self) -> &[f64] {
        &self.constant
    }

    /// Adds white noise of `strength` µA/cm² √ms, one per lane, each lane with its own generator.
    #[must_use]
    pub fn with_noise(mut self, strength: &[f64], generators: Vec<ChaCha8Rng>) -> Self {
        let per_step = strength.iter().map(|strength| strength / self.dt_ms.sqrt()).collect();
        self.noise = Some((per_step, generators));
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
            if let Some((per_step, generators)) = &mut self.noise {
                for ((current, strength), generator) in row.iter_mut().zip(per_step).zip(generators) {
                    *current += *strength * standard_normal(generator);
                }
            }
        }
    }
}

impl DrivenComponent<'_> {
    fn add(&self, from_ms: f64, to_ms: f64, row: &mut [f64]) {
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
