//! From the voltages of all lanes at one time to the trace of each lane.

use super::number::{Vector, WIDTH};

/// Holds the voltages of some samples back until it can write as many of them side by side into each trace.
pub(super) struct Recorder<'a> {
    /// Shape `[lane, sample]`.
    traces: &'a mut [f64],
    samples: usize,
    lanes: usize,
    /// Voltages held back, shape `[WIDTH, lanes]`.
    held: Vec<f64>,
    /// How many samples of them there are.
    count: usize,
    /// The sample that comes next.
    next: usize,
}

impl<'a> Recorder<'a> {
    /// A recorder of the samples from `next` on.
    pub(super) fn new(traces: &'a mut [f64], samples: usize, lanes: usize, next: usize) -> Self {
        Self { traces, samples, lanes, held: vec![0.0; WIDTH * lanes], count: 0, next }
    }

    /// Where the voltages of the next sample go, one per lane; [`Recorder::keep`] follows.
    #[inline(always)]
    pub(super) fn sample(&mut self) -> &mut [f64] {
        &mut self.held[self.count * self.lanes..][..self.lanes]
    }

    #[inline(always)]
    pub(super) fn keep<N: Vector>(&mut self, zero: N) {
        self.count += 1;
        self.next += 1;
        if self.count == WIDTH {
            let first = self.next - WIDTH;
            let columns = self.traces.chunks_exact_mut(N::LEN * self.samples);
            for (vector, traces) in columns.enumerate() {
                zero.transpose(&self.held[vector * N::LEN..], self.lanes, &mut traces[first..], self.samples);
            }
            self.count = 0;
        }
    }

    /// Writes what is left.
    pub(super) fn finish(self) {
        for (lane, trace) in self.traces.chunks_exact_mut(self.samples).enumerate() {
            let voltages = self.held[lane..].iter().step_by(self.lanes);
            for (sample, voltage) in trace[self.next - self.count..self.next].iter_mut().zip(voltages) {
                *sample = *voltage;
            }
        }
    }
}
