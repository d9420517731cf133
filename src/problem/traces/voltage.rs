//! The term of the voltage: each stretch of samples that count under the noise of the settings.

use std::ops::Range;

use super::window::Kept;
use super::{Detail, PlacedNoise};
use crate::noise::MOST_NUMBERS;

/// The voltage at samples of the recording.
#[derive(Clone, Debug)]
pub struct VoltageTerm {
    /// How recording and simulation differ.
    pub noise: PlacedNoise,
    /// Power of this term.
    pub weight: f64,
    /// The samples of each sweep that count.
    pub kept: Vec<Kept>,
}

/// About so many samples share one entry of a pointwise likelihood.
const BLOCK: usize = 100;

/// No stretch has more entries.
const MOST_BLOCKS: usize = 100;

/// The blocks of a stretch of `length` samples: as few as hold at most [`BLOCK`] each, but at most [`MOST_BLOCKS`];
/// their lengths differ by one at most.
fn blocks(length: usize) -> impl Iterator<Item = Range<usize>> {
    let count = length.div_ceil(BLOCK).clamp(1, MOST_BLOCKS);
    (0..count).map(move |block| block * length / count..(block + 1) * length / count)
}

impl VoltageTerm {
    /// Samples that count, in all sweeps.
    pub fn samples(&self) -> usize {
        self.kept.iter().map(Kept::len).sum()
    }

    /// Stretches of them, in all sweeps.
    pub fn stretches(&self) -> usize {
        self.kept.iter().map(Kept::stretch_count).sum()
    }

    /// Entries of one sweep.
    pub(super) fn columns(&self, sweep: usize, detail: Detail) -> usize {
        let kept = &self.kept[sweep];
        match detail {
            Detail::Sums => usize::from(!kept.is_empty()),
            Detail::Data => kept.stretches.iter().map(|stretch| blocks(stretch.len()).count()).sum(),
        }
    }

    /// First and last time of each entry of one sweep, in ms.
    pub(super) fn times_ms(&self, sweep: usize, interval_ms: f64, detail: Detail) -> Vec<(f64, f64)> {
        let kept = &self.kept[sweep];
        let time = |index: usize| (index * kept.stride) as f64 * interval_ms;
        match (detail, kept.stretches.as_slice()) {
            (Detail::Sums, []) => Vec::new(),
            (Detail::Sums, [first, ..]) => {
                vec![(time(first.start), time(kept.stretches[kept.stretches.len() - 1].end - 1))]
            }
            (Detail::Data, stretches) => {
                let of = |stretch: &Range<usize>| {
                    let start = stretch.start;
                    blocks(stretch.len()).map(move |b| (time(start + b.start), time(start + b.end - 1)))
                };
                stretches.iter().flat_map(of).collect()
            }
        }
    }

    /// Adds the entries of one sweep to `out`. `trace_mv`: the simulated voltage at every sample; `scratch`: room for
    /// those that count.
    pub(super) fn score(
        &self,
        (sweep, detail): (usize, Detail),
        numbers: &[f64; MOST_NUMBERS],
        mut recorded_mv: &[f64],
        trace_mv: &[f64],
        scratch: &mut Vec<f64>,
        out: &mut Vec<f64>,
    ) {
        let kept = &self.kept[sweep];
        let mut sum = 0.0;
        for stretch in &kept.stretches {
            let (recorded, rest) = recorded_mv.split_at(stretch.len());
            recorded_mv = rest;
            let simulated = if kept.stride == 1 {
                &trace_mv[stretch.clone()]
            } else {
                scratch.clear();
                scratch.extend(stretch.clone().map(|index| trace_mv[index * kept.stride]));
                &scratch[..]
            };
            let log_density = |block: Range<usize>| {
                let before = block.start.checked_sub(1).map(|before| recorded[before] - simulated[before]);
                let (recorded, simulated) = (&recorded[block.clone()], &simulated[block]);
                self.noise.noise.log_density(numbers, recorded, simulated, before)
            };
            match detail {
                Detail::Sums => sum += log_density(0..stretch.len()),
                Detail::Data => {
                    out.extend(blocks(stretch.len()).map(|block| self.weight * log_density(block)));
                }
            }
        }
        if detail == Detail::Sums && !kept.is_empty() {
            out.push(self.weight * sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_a_stretch_evenly() {
        for (length, count) in [(1, 1), (100, 1), (101, 2), (1201, 13), (10_000, 100), (1_000_003, 100)] {
            let blocks: Vec<Range<usize>> = blocks(length).collect();
            assert_eq!(blocks.len(), count, "{length}");
            assert_eq!((blocks[0].start, blocks[count - 1].end), (0, length));
            assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start));
            let (shortest, longest) =
                (blocks.iter().map(Range::len).min().unwrap(), blocks.iter().map(Range::len).max().unwrap());
            assert!(longest - shortest <= 1, "{length}: {shortest} to {longest}");
        }
    }
}
