//! Lowest and highest sample of each stretch of a sweep, so that searches need not look at every sample.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};

use crate::numeric::instructions;

/// Samples in a stretch.
const STRETCH: usize = 32;

/// Samples in a vector.
const WIDTH: usize = 8;

/// The extremes of the stretches of one sweep after the other, in memory that is kept.
#[derive(Debug)]
pub struct Envelope {
    level: Level,
    stretches: Vec<Extremes>,
}

/// The extremes of one stretch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extremes {
    pub lowest_mv: f64,
    pub highest_mv: f64,
}

impl Envelope {
    pub fn new() -> Self {
        Self { level: instructions(), stretches: Vec::new() }
    }

    /// Follows a sweep. Returns whether every sample is a finite number; if not, the envelope is of no use.
    pub fn follow(&mut self, voltage_mv: &[f64]) -> bool {
        let (level, extremes) = (self.level, &mut self.stretches);
        let (stretches, rest) = voltage_mv.as_chunks();
        extremes.clear();
        extremes.resize(stretches.len(), Extremes::default());
        let finite = dispatch!(level, simd => follow(simd, stretches, extremes));
        finite && rest.iter().all(|voltage| voltage.is_finite())
    }

    /// A range of samples in three parts: samples, whole stretches with the first sample of each, and samples again.
    pub fn parts(
        &self,
        range: Range<usize>,
    ) -> (Range<usize>, impl Iterator<Item = (usize, &Extremes)>, Range<usize>) {
        let first = range.start.div_ceil(STRETCH);
        let end = (range.end / STRETCH).max(first);
        let (head, tail) = ((first * STRETCH).min(range.end), (end * STRETCH).min(range.end));
        let stretches = self.stretches.get(first..end).unwrap_or_default().iter();
        let places = (first * STRETCH..).step_by(STRETCH);
        (range.start..head, places.zip(stretches), tail..range.end)
    }
}

#[inline(always)]
fn follow<S: Simd>(simd: S, stretches: &[[f64; STRETCH]], extremes: &mut [Extremes]) -> bool {
    let zero = simd.splat_f64x8(0.0);
    let mut zeros = zero;
    for (stretch, extremes) in stretches.iter().zip(extremes) {
        let mut lowest = f64x8::from_slice(simd, &stretch[..WIDTH]);
        let mut highest = lowest;
        for vector in stretch.as_chunks::<WIDTH>().0 {
            let v = f64x8::from_slice(simd, vector);
            lowest = lowest.min(v);
            highest = highest.max(v);
            // Zero for a finite number, NaN for any other.
            zeros += v * zero;
        }
        *extremes = Extremes { lowest_mv: lowest.reduce_min(), highest_mv: highest.reduce_max() };
    }
    zeros.as_slice().iter().all(|zero| !zero.is_nan())
}
