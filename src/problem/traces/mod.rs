//! What is compared sample by sample and spike by spike, beside the features: `[likelihood.trace]` and
//! `[likelihood.spike_times]`.
//!
//! The log likelihood is the sum over sweeps of a ln p(y | v) + b ln p(t | s), with recorded samples y and spike times t,
//! simulated v and s, and the weights a and b of the settings. Samples that do not count are left out, not replaced:
//! the density is that of those that do.

mod matching;
mod score;
mod settings;
mod spike_times;
mod voltage;
mod window;

use super::experiment::ExperimentSweep;
use super::parameters::Slot;
use super::simulation::Protocol;
use crate::features::{Analyser, Response};
use crate::noise::{MOST_NUMBERS, Noise};
use crate::numeric::Streams;

pub(super) use score::{Detail, Score, Scratch};
pub(super) use settings::TraceSettings;
pub use settings::read_trace_options;
pub use spike_times::SpikeTimesTerm;
pub use voltage::VoltageTerm;

/// The terms of a likelihood that look at traces.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    /// The voltage at samples of the recording.
    pub voltage: Option<VoltageTerm>,
    /// The times of spikes.
    pub spike_times: Option<SpikeTimesTerm>,
}

/// What the terms look at, of a recording or of a simulation: one entry for each sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The samples that count, in mV, stretch after stretch; empty without a trace.
    pub voltage_mv: Vec<Vec<f64>>,
    /// The times of the peaks of the spikes, in ms; empty without a trace.
    pub spike_times_ms: Vec<Vec<f64>>,
}

/// A noise with the place of its numbers among the slots.
#[derive(Clone, Copy, Debug)]
pub struct PlacedNoise {
    /// Its name in the settings.
    pub name: &'static str,
    noise: &'static dyn Noise,
    first: usize,
}

impl PlacedNoise {
    /// Its numbers for one parameter set; those that it does not have are 0.
    fn numbers(&self, slots: &[Slot], set: &[f64]) -> [f64; MOST_NUMBERS] {
        let mut numbers = [0.0; MOST_NUMBERS];
        let own = &slots[self.first..self.first + self.noise.numbers().len()];
        for (number, slot) in numbers.iter_mut().zip(own) {
            *number = slot.of(set);
        }
        numbers
    }
}

impl Traces {
    /// Whether there is no such term.
    pub fn is_empty(&self) -> bool {
        self.voltage.is_none() && self.spike_times.is_none()
    }

    /// What the terms look at in the voltages of all sweeps; nothing of a sweep without one.
    pub fn read<'v>(
        &self,
        sweeps: &[ExperimentSweep],
        protocol: Protocol,
        voltage_mv: impl Fn(usize) -> Option<&'v [f64]>,
    ) -> Recorded {
        let mut analyser = Analyser::with_settings(protocol.mode, protocol.settings);
        let mut recorded = Recorded::default();
        for (index, sweep) in sweeps.iter().enumerate() {
            let (mut samples, mut times) = (Vec::new(), Vec::new());
            if let Some(trace) = voltage_mv(index) {
                if let Some(term) = &self.voltage {
                    term.kept[index].samples().for_each(|sample| samples.push(trace[sample]));
                }
                if self.spike_times.is_some() {
                    times = spike_times_ms(sweep, trace, &mut analyser);
                }
            }
            recorded.voltage_mv.push(samples);
            recorded.spike_times_ms.push(times);
        }
        recorded
    }

    /// What might be recorded of the simulation `simulated`: with noise and jitter. Sweeps have random numbers of
    /// their own, from row `row` of the streams. The number of spikes is that of the simulation.
    pub fn replicate(
        &self,
        sweeps: &[ExperimentSweep],
        simulated: &Recorded,
        (slots, set): (&[Slot], &[f64]),
        streams: Streams,
        (call, row): (u64, u64),
    ) -> Recorded {
        let mut recorded = Recorded::default();
        for (index, sweep) in sweeps.iter().enumerate() {
            let generator = |name| streams.stage(name).stage(&sweep.name).generator(call, row);
            let (mut samples, mut times) = (Vec::new(), Vec::new());
            if let Some(term) = &self.voltage {
                let numbers = term.noise.numbers(slots, set);
                let mut generator = generator("trace noise");
                for stretch in term.kept[index].stretches_of(&simulated.voltage_mv[index]) {
                    term.noise.noise.draw(&numbers, stretch, &mut generator, &mut samples);
                }
            }
            if let Some(term) = &self.spike_times {
                let numbers = term.noise.numbers(slots, set);
                let simulated = &simulated.spike_times_ms[index];
                term.noise.noise.draw(&numbers, simulated, &mut generator("spike jitter"), &mut times);
            }
            recorded.voltage_mv.push(samples);
            recorded.spike_times_ms.push(times);
        }
        recorded
    }
}

/// When the spikes of a sweep peak.
fn spike_times_ms(sweep: &ExperimentSweep, voltage_mv: &[f64], analyser: &mut Analyser) -> Vec<f64> {
    let response = Response {
        interval_ms: sweep.interval_ms,
        voltage_mv,
        stimulus_ms: sweep.window_ms,
        stimulus_current_na: None,
    };
    analyser.analyse(&response).spike_times_ms().collect()
}
