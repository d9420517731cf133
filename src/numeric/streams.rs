//! Random numbers named by (seed, stage, call, row), never by thread.
//!
//! Each name is the key and stream number of a `ChaCha8` generator, whose output is a fixed function of them:
//! the numbers of a row do not depend on which thread draws them, on the number of threads, or on what was
//! drawn before.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{Rows, Unconstrained};

/// The random numbers of one stage of a run.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    seed: u64,
    stage: u64,
}

impl Streams {
    /// The streams of a run.
    pub fn new(seed: u64) -> Self {
        Self { seed, stage: 0 }
    }

    /// The streams of one stage of the run, such as `"start"` or `"propose"`. Stages can be nested.
    #[must_use]
    pub fn stage(self, name: &str) -> Self {
        // FNV-1a (Fowler, Noll, Vo), continued from the stage around this one.
        let hash = name.bytes().fold(self.stage ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { seed: self.seed, stage: hash }
    }

    /// The generator of one row of one call.
    pub fn generator(self, call: u64, row: u64) -> ChaCha8Rng {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&self.stage.to_le_bytes());
        key[16..24].copy_from_slice(&call.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(row);
        generator
    }
}

/// A draw from the standard normal distribution.
pub fn standard_normal(generator: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// A table of independent draws from the standard normal distribution. Row `i` takes its numbers from
/// `streams.generator(0, i)`, so a longer table begins with the rows of a shorter one.
pub fn normal_rows(count: usize, columns: usize, streams: Streams) -> Rows<Unconstrained> {
    let mut rows = Rows::zeros(count, columns);
    for (index, row) in rows.iter_mut().enumerate() {
        let mut generator = streams.generator(0, index as u64);
        row.fill_with(|| standard_normal(&mut generator));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn a_name_has_one_stream_and_other_names_have_others() {
        let first = |streams: Streams, call, row| streams.generator(call, row).random::<u64>();
        let streams = Streams::new(7).stage("propose");
        let reference = first(streams, 3, 5);
        assert_eq!(reference, first(Streams::new(7).stage("propose"), 3, 5));
        for other in [
            first(streams, 3, 6),
            first(streams, 4, 5),
            first(Streams::new(8).stage("propose"), 3, 5),
            first(Streams::new(7).stage("accept"), 3, 5),
            first(streams.stage("propose"), 3, 5),
        ] {
            assert_ne!(reference, other);
        }
    }
}
