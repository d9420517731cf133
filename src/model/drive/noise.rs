//! White noise of the current: one normal draw for each lane and step.

use rand_chacha::ChaCha8Rng;

use crate::numeric::{NORMALS, NormalBlocks};

/// The noise of some lanes. Step `i` of a lane is draw `i` of its generator, whatever the other lanes are and however
/// many steps are asked for at once.
#[derive(Debug)]
pub(super) struct WhiteNoise {
    /// Standard deviation in one step, one per lane.
    per_step: Vec<f64>,
    generators: Vec<ChaCha8Rng>,
    blocks: NormalBlocks,
    /// The noise of the next steps, shape `[step, lane]`.
    ready: Vec<f64>,
    /// How much of it has been used.
    used: usize,
}

impl WhiteNoise {
    pub(super) fn new(per_step: Vec<f64>, generators: Vec<ChaCha8Rng>) -> Self {
        let ready = vec![0.0; NORMALS * per_step.len()];
        Self { per_step, generators, blocks: NormalBlocks::default(), used: ready.len(), ready }
    }

    /// Adds the noise of the next steps to `currents`, shape `[step, lane]`.
    pub(super) fn add(&mut self, mut currents: &mut [f64]) {
        while !currents.is_empty() {
            if self.used == self.ready.len() {
                self.draw();
            }
            let ready = &self.ready[self.used..];
            let (now, later) = currents.split_at_mut(ready.len().min(currents.len()));
            for (current, noise) in now.iter_mut().zip(ready) {
                *current += noise;
            }
            self.used += now.len();
            currents = later;
        }
    }

    fn draw(&mut self) {
        let lanes = self.per_step.len();
        for (lane, (generator, strength)) in self.generators.iter_mut().zip(&self.per_step).enumerate() {
            let normals = self.blocks.draw(generator);
            for (row, normal) in self.ready.chunks_exact_mut(lanes).zip(normals) {
                row[lane] = strength * normal;
            }
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    const STEPS: usize = 1000;

    /// Noise of the rows, asked for in blocks of `block` steps; shape `[step, lane]`.
    fn noise(rows: &[u64], block: usize) -> Vec<f64> {
        let generators = rows.iter().map(|&row| Streams::new(5).generator(2, row)).collect();
        let mut noise = WhiteNoise::new(rows.iter().map(|row| 1.0 + *row as f64).collect(), generators);
        let mut currents = vec![0.0; STEPS * rows.len()];
        for currents in currents.chunks_mut(block * rows.len()) {
            noise.add(currents);
        }
        currents
    }

    #[test]
    fn the_noise_of_a_row_depends_on_neither_blocks_nor_neighbours() {
        let reference = noise(&[4, 9, 2], 64);
        for block in [1, 7, 64, 65, STEPS] {
            assert_eq!(noise(&[4, 9, 2], block), reference, "blocks of {block}");
        }
        let moved = noise(&[2, 0, 0, 0, 0, 0, 0, 4], 50);
        for step in 0..STEPS {
            assert_eq!(moved[8 * step].to_bits(), reference[3 * step + 2].to_bits(), "row 2, step {step}");
            assert_eq!(moved[8 * step + 7].to_bits(), reference[3 * step].to_bits(), "row 4, step {step}");
        }
    }

    #[test]
    fn the_noise_has_its_strength() {
        let noise = noise(&[0, 3], 64);
        for (lane, strength) in [(0, 1.0), (1, 4.0)] {
            let squares = noise.chunks_exact(2).map(|row| (row[lane] / strength).powi(2));
            let variance = squares.sum::<f64>() / STEPS as f64;
            // Six standard errors of the variance of a normal.
            assert!((variance - 1.0).abs() < 6.0 * (2.0 / STEPS as f64).sqrt(), "lane {lane}: {variance}");
        }
    }
}
