//! The random numbers by which channels open, one for each process, lane and step.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use crate::numeric::{NORMALS, NormalBlocks};

/// Channels that open at random, in every lane.
#[derive(Debug)]
pub struct NoisyChannels {
    /// The place of their maximal conductance among the parameters of the membrane.
    pub conductance: usize,
    /// How many processes they need; see [`Membrane::noise_processes`](crate::model::Membrane::noise_processes).
    pub processes: usize,
    /// How many channels there are, one number per lane; without any there is no noise.
    pub counts: Vec<f64>,
    /// One generator per lane.
    pub generators: Vec<ChaCha8Rng>,
}

/// The noise of the channels of some lanes. The numbers of a lane come from its own generators, so they depend on
/// neither its neighbours nor the number of threads.
#[derive(Debug)]
pub struct ChannelNoise {
    channels: Vec<NoisyChannels>,
    processes: usize,
    blocks: NormalBlocks,
    /// Shape `[step, process, lane]`.
    normals: Vec<f64>,
}

impl ChannelNoise {
    /// The noise of channels with different conductances.
    pub fn new(channels: Vec<NoisyChannels>) -> Self {
        let processes = channels.iter().map(|own| own.processes).sum();
        Self { channels, processes, blocks: NormalBlocks::default(), normals: Vec::new() }
    }

    /// The channels, in the order of their processes.
    pub(in crate::model) fn channels(&self) -> &[NoisyChannels] {
        &self.channels
    }

    /// Processes of all channels together.
    pub(in crate::model) fn processes(&self) -> usize {
        self.processes
    }

    /// Draws from the standard normal distribution for the next [`NORMALS`] steps of some lanes; shape
    /// `[step, process, lane]`.
    pub(in crate::model) fn draw(&mut self, lanes: Range<usize>) -> &[f64] {
        let width = lanes.len();
        let row = self.processes * width;
        self.normals.resize(NORMALS * row, 0.0);
        let mut first = 0;
        for own in &mut self.channels {
            for (lane, generator) in own.generators[lanes.clone()].iter_mut().enumerate() {
                for process in first..first + own.processes {
                    let place = process * width + lane;
                    let normals = self.blocks.draw(generator);
                    for (row, normal) in self.normals.chunks_exact_mut(row).zip(normals) {
                        row[place] = normal;
                    }
                }
            }
            first += own.processes;
        }
        &self.normals
    }
}
