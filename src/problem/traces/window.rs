//! Which samples of a sweep count.

use std::ops::Range;

/// The part of each sweep that is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Window {
    /// All of it.
    All,
    /// While the stimulus lasts.
    Stimulus,
    /// Around the peaks of the recorded spikes: so long before and after each.
    Spikes { before_ms: f64, after_ms: f64 },
    /// From one time to another.
    Times(f64, f64),
}

/// The samples of one sweep that count: each `stride`-th, counted from the first sample of the sweep, in some
/// stretches of these. What is left between two stretches is unknown, so noise starts afresh in each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub(super) stride: usize,
    /// In units of `stride` samples; in order, and with a gap between two.
    pub(super) stretches: Vec<Range<usize>>,
}

impl Kept {
    /// The kept samples of a sweep of `samples` that are `interval_ms` apart, within intervals of time, ends included,
    /// in order of their starts.
    pub(super) fn new(samples: usize, interval_ms: f64, stride: usize, times: &[(f64, f64)]) -> Self {
        // Rounding must not lose a sample on an end.
        const GUARD: f64 = 1e-9;
        let (count, step_ms) = (samples.div_ceil(stride), interval_ms * stride as f64);
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for (from, to) in times {
            let first = (from / step_ms - GUARD).ceil().max(0.0) as usize;
            let end = ((to / step_ms + GUARD).floor() + 1.0).clamp(0.0, count as f64) as usize;
            match stretches.last_mut() {
                Some(last) if first <= last.end => last.end = last.end.max(end),
                _ if first < end => stretches.push(first..end),
                _ => {}
            }
        }
        Self { stride, stretches }
    }

    /// How many samples count.
    pub fn len(&self) -> usize {
        self.stretches.iter().map(Range::len).sum()
    }

    /// Whether no sample counts.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// In how many stretches.
    pub fn stretch_count(&self) -> usize {
        self.stretches.len()
    }

    /// Their places in the sweep.
    pub fn samples(&self) -> impl Iterator<Item = usize> + '_ {
        self.stretches.iter().flat_map(|stretch| stretch.clone().map(|index| index * self.stride))
    }

    /// The stretches of values that are kept.
    pub(super) fn stretches_of<'a>(&'a self, mut kept: &'a [f64]) -> impl Iterator<Item = &'a [f64]> + 'a {
        self.stretches.iter().map_while(move |stretch| {
            let (own, rest) = kept.split_at_checked(stretch.len())?;
            kept = rest;
            Some(own)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: [(f64, f64); 1] = [(0.0, f64::INFINITY)];

    #[test]
    fn every_third_of_ten_samples_are_four() {
        let kept = Kept::new(10, 0.1, 3, &ALWAYS);
        assert_eq!(kept.samples().collect::<Vec<_>>(), [0, 3, 6, 9]);
        assert_eq!((kept.len(), kept.stretch_count()), (4, 1));
        assert_eq!(Kept::new(9, 0.1, 3, &ALWAYS).len(), 3);
    }

    #[test]
    fn ends_of_a_window_count() {
        // 0.3 is not 3 times 0.1 in binary.
        let kept = Kept::new(10, 0.1, 1, &[(0.3, 0.6)]);
        assert_eq!(kept.samples().collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(Kept::new(10, 0.1, 2, &[(0.3, 0.6)]).samples().collect::<Vec<_>>(), [4, 6]);
    }

    #[test]
    fn windows_are_joined_where_they_meet_and_cut_at_the_ends() {
        let kept = Kept::new(20, 1.0, 1, &[(-2.0, 2.0), (2.5, 4.0), (8.0, 9.0), (8.0, 8.5), (18.0, 25.0)]);
        assert_eq!(kept.stretches, [0..5, 8..10, 18..20]);
        let values: Vec<f64> = (0..9).map(f64::from).collect();
        let stretches: Vec<&[f64]> = kept.stretches_of(&values).collect();
        assert_eq!(stretches, [&values[..5], &values[5..7], &values[7..]]);
    }

    #[test]
    fn a_window_outside_the_sweep_keeps_nothing() {
        for times in [(-5.0, -1.0), (30.0, 40.0), (3.2, 3.8)] {
            assert!(Kept::new(20, 1.0, 1, &[times]).is_empty(), "{times:?}");
        }
    }
}
