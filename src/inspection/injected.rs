//! The injected current of a sweep as steps on a holding current.

use crate::recording::Sweep;
use crate::stimulus::{Component, Stimulus};
use crate::units::Unit;

/// A commanded current with more pieces than this is a waveform.
const MOST_PIECES: usize = 12;

/// The current of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub enum Injected {
    /// The file has none.
    Unknown,
    /// Constant pieces; without steps, the holding current all the time.
    Steps {
        /// The unit of all levels.
        unit: Unit,
        /// Level outside the steps.
        holding: f64,
        /// In their order.
        steps: Vec<Step>,
    },
    /// Anything else: a ramp, a sine, noise.
    Waveform {
        /// The unit of the current.
        unit: Unit,
    },
}

/// A rectangular piece of the current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Level above the holding current.
    pub amplitude: f64,
    /// Time of the first sample inside.
    pub start_ms: f64,
    /// Time of the first sample after it.
    pub stop_ms: f64,
}

impl Injected {
    /// Reads the current of a sweep: one step in a measured current, or any few steps in a commanded one.
    pub fn of(sweep: &Sweep) -> Self {
        let Some(current) = &sweep.current else { return Self::Unknown };
        let unit = current.unit;
        if let Some(step) = current.recognise_step(sweep.interval_ms) {
            let own = Step { amplitude: step.amplitude, start_ms: step.start_ms, stop_ms: step.stop_ms };
            return Self::Steps { unit, holding: step.holding, steps: vec![own] };
        }
        let pieces: Vec<&[f64]> =
            current.values.chunk_by(|a, b| a.to_bits() == b.to_bits()).take(MOST_PIECES + 1).collect();
        let Some(first) = pieces.first().filter(|_| pieces.len() <= MOST_PIECES) else {
            return Self::Waveform { unit };
        };
        let holding = first[0];
        let mut steps = Vec::new();
        let mut start = 0;
        for piece in pieces {
            let stop = start + piece.len();
            if piece[0].to_bits() != holding.to_bits() {
                steps.push(Step {
                    amplitude: piece[0] - holding,
                    start_ms: start as f64 * sweep.interval_ms,
                    stop_ms: stop as f64 * sweep.interval_ms,
                });
            }
            start = stop;
        }
        Self::Steps { unit, holding, steps }
    }

    /// The current that a settings file describes.
    pub fn written(stimulus: &Stimulus) -> Self {
        let Stimulus { unit, holding, components } = stimulus;
        if !components.iter().all(|component| component.waveform.is_constant()) {
            return Self::Waveform { unit: *unit };
        }
        let step = |component: &Component| Step {
            amplitude: component.amplitude,
            start_ms: component.start_ms,
            stop_ms: component.start_ms + component.duration_ms,
        };
        Self::Steps { unit: *unit, holding: *holding, steps: components.iter().map(step).collect() }
    }

    /// The steps; none of a waveform.
    pub fn steps(&self) -> &[Step] {
        match self {
            Self::Steps { steps, .. } => steps,
            Self::Unknown | Self::Waveform { .. } => &[],
        }
    }

    /// The unit, if there is a current.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Steps { unit, .. } | Self::Waveform { unit } => Some(*unit),
            Self::Unknown => None,
        }
    }
}
