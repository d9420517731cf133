//! The staggered leapfrog with channels that open at random.

use super::Fluctuations;
use crate::model::channels::ChannelSet;
use crate::model::drive::Drive;
use crate::model::leapfrog::{BLOCK, Moving, Run, Scratch, State};
use crate::model::membrane::Grid;
use crate::model::number::{Vector, WIDTH};
use crate::numeric::NORMALS;

/// Advances a lot over its grid; keeps the voltage of every `stride`-th step in `traces` `[lane, sample]`.
///
/// The processes of one vector hide each other's latency, so vectors take turns of a block each: their random numbers
/// stay in the first-level cache.
#[inline(always)]
pub(in crate::model) fn advance<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    run: &Run<'_>,
    state: &mut State,
    drive: &mut dyn Drive,
    traces: &mut [f64],
) {
    const { assert!(BLOCK == NORMALS) }
    let Grid { samples, still, stride, .. } = run.grid;
    let lanes = run.lot.lanes();
    let mut vectors = Vec::with_capacity(lanes / N::LEN);
    let mut processes = 0;
    for vector in 0..lanes / N::LEN {
        let Some(noise) = drive.channel_noise() else { return };
        let fluctuations = Fluctuations::new(zero, channels, noise, vector);
        vectors.push((Moving::<N, C>::new(zero, channels, run, state, vector), fluctuations));
        processes = noise.processes();
    }
    let mut room = Room::new(zero, channels);
    let mut injected = vec![0.0; BLOCK * lanes];
    let (start, steps) = (still * stride, run.grid.steps());
    for first in (start..steps).step_by(BLOCK) {
        let block = BLOCK.min(steps - first);
        let injected = &mut injected[..block * lanes];
        drive.fill(first, lanes, injected);
        for (vector, (moving, fluctuations)) in vectors.iter_mut().enumerate() {
            let lane = vector * N::LEN;
            let Some(noise) = drive.channel_noise() else { return };
            let normals = noise.draw(lane..lane + N::LEN).chunks_exact(processes * N::LEN);
            let traces = &mut traces[lane * samples..(lane + N::LEN) * samples];
            let mut sample = first / stride;
            let mut until_sample = stride - first % stride;
            for (injected, normals) in injected.chunks_exact(lanes).zip(normals) {
                room.step(channels, (moving, fluctuations), zero.load(&injected[lane..]), normals);
                until_sample -= 1;
                if until_sample == 0 {
                    until_sample = stride;
                    sample += 1;
                    room.keep(moving.v, sample, samples, traces);
                }
            }
        }
    }
    for (vector, (moving, _)) in vectors.iter().enumerate() {
        moving.store(state, vector * N::LEN);
    }
}

/// Room for what is computed at every step.
struct Room<N: Vector, C: ChannelSet> {
    scratch: Scratch<N, C>,
    open_gates: C::Gates<N>,
    follows: C::Currents<N>,
    voltages: [f64; WIDTH],
}

impl<N: Vector, C: ChannelSet> Room<N, C> {
    #[inline(always)]
    fn new(zero: N, channels: &C) -> Self {
        Self {
            scratch: Scratch::new(zero, channels),
            open_gates: channels.gates(zero.constant(1.0)),
            follows: channels.per_current(zero),
            voltages: [0.0; WIDTH],
        }
    }

    /// One step under the current density `injected`.
    #[inline(always)]
    fn step(
        &mut self,
        channels: &C,
        (moving, fluctuations): (&mut Moving<N, C>, &mut Fluctuations<N>),
        injected: N,
        normals: &[f64],
    ) {
        let scratch = &mut self.scratch;
        moving.open_channels(channels, scratch);
        // With all other gates open, what is left follows the voltage at once.
        channels.open(&moving.constants, &self.open_gates, moving.v_middle(), &mut self.follows);
        let (gates, rates) = (moving.gates.as_ref(), scratch.rates.as_ref());
        fluctuations.disturb(gates, rates, self.follows.as_ref(), normals, scratch.open.as_mut());
        moving.move_voltage(injected, scratch);
    }

    #[inline(always)]
    fn keep(&mut self, v: N, sample: usize, samples: usize, traces: &mut [f64]) {
        v.store(&mut self.voltages);
        for (trace, voltage) in traces.chunks_exact_mut(samples).zip(&self.voltages) {
            trace[sample] = *voltage;
        }
    }
}
