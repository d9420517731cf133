//! A sweep ready to be measured: its samples, their times, and sums over stretches of them.

use std::ops::Range;

use super::envelope::{Envelope, Extremes};
use super::settings::Settings;

/// Samples of the membrane potential and when they were taken.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    pub voltage_mv: &'a [f64],
    pub clock: Clock<'a>,
    pub envelope: &'a Envelope,
    pub settings: &'a Settings,
    /// Where spikes count: everywhere, or with `strict_stiminterval` within the stimulus.
    pub window: Window,
}

/// Samples from one up to, but without, another.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub start: usize,
    pub end: usize,
}

/// The times of the samples.
#[derive(Clone, Copy, Debug)]
pub enum Clock<'a> {
    /// Sample i is at i times this interval.
    Every(f64),
    /// The grid of eFEL, whose rounding errors belong to its definitions.
    Grid(&'a [f64]),
}

/// A place on the trace, on a sample or between two.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The sample, or the nearest one.
    pub index: usize,
    pub time_ms: f64,
    pub voltage_mv: f64,
}

/// A time that is this close to a sample, in sampling intervals, is the time of that sample:
/// 700 ms / 0.025 ms must not miss sample 28 000 for a rounding error.
const SAME_SAMPLE: f64 = 1e-6;

impl Trace<'_> {
    #[inline]
    pub fn len(&self) -> usize {
        self.voltage_mv.len()
    }

    #[inline]
    pub fn time_ms(&self, index: usize) -> f64 {
        match self.clock {
            Clock::Every(interval_ms) => index as f64 * interval_ms,
            Clock::Grid(times_ms) => times_ms[index],
        }
    }

    #[inline]
    pub fn point(&self, index: usize) -> Point {
        Point { index, time_ms: self.time_ms(index), voltage_mv: self.voltage_mv[index] }
    }

    /// dV/dt in mV/ms: central difference, one-sided at the ends. The trace has two samples or more.
    #[inline(always)]
    pub fn slope_mv_per_ms(&self, index: usize) -> f64 {
        if let (Clock::Every(interval_ms), Some(&[before, _, after])) =
            (self.clock, self.voltage_mv.get(index.wrapping_sub(1)..index + 2).and_then(|v| v.first_chunk()))
        {
            // The quotient is the same for a whole trace, so that loops over slopes do not divide.
            return (after - before) * (0.5 / interval_ms);
        }
        self.slope_at_any_times(index)
    }

    /// The same at the ends, and between times that are not equidistant. Apart, so that loops stay small.
    #[inline(never)]
    fn slope_at_any_times(&self, index: usize) -> f64 {
        let (before, after) = (index.saturating_sub(1), (index + 1).min(self.len() - 1));
        let span_ms = match self.clock {
            Clock::Every(interval_ms) => interval_ms * (after - before) as f64,
            Clock::Grid(times_ms) => times_ms[after] - times_ms[before],
        };
        (self.voltage_mv[after] - self.voltage_mv[before]) / span_ms
    }

    /// The sample of `range` with the largest `sign` · dV/dt, the first of equals, and how large that is.
    #[inline]
    pub fn steepest(&self, range: Range<usize>, sign: f64) -> Option<(usize, f64)> {
        range
            .map(|index| (index, sign * self.slope_mv_per_ms(index)))
            .reduce(|best, own| if own.1 > best.1 { own } else { best })
    }

    /// The slope of the straight line from a sample to the next one in mV/ms.
    pub fn rise_mv_per_ms(&self, index: usize) -> f64 {
        let (from, to) = (self.point(index), self.point(index + 1));
        (to.voltage_mv - from.voltage_mv) / (to.time_ms - from.time_ms)
    }

    /// The first sample at `time_ms` or later; the number of samples if there is none.
    pub fn first_from(&self, time_ms: f64) -> usize {
        match self.clock {
            Clock::Every(interval_ms) => {
                ((time_ms / interval_ms - SAME_SAMPLE).ceil() as usize).min(self.len())
            }
            Clock::Grid(times_ms) => times_ms.partition_point(|&t| t < time_ms),
        }
    }

    /// The first sample later than `time_ms`; the number of samples if there is none.
    pub fn first_after(&self, time_ms: f64) -> usize {
        match self.clock {
            Clock::Every(interval_ms) if time_ms >= 0.0 => {
                ((time_ms / interval_ms + SAME_SAMPLE) as usize).saturating_add(1).min(self.len())
            }
            Clock::Every(_) => 0,
            Clock::Grid(times_ms) => times_ms.partition_point(|&t| t <= time_ms),
        }
    }

    /// The samples from `start_ms` up to, but without, `stop_ms`.
    pub fn between(&self, start_ms: f64, stop_ms: f64) -> Range<usize> {
        let stop = self.first_from(stop_ms);
        self.first_from(start_ms).min(stop)..stop
    }

    /// The first lowest sample of a range.
    #[inline]
    pub fn lowest(&self, range: Range<usize>) -> Option<usize> {
        self.extreme(range, |extremes| extremes.lowest_mv, |candidate, best| candidate < best)
    }

    /// The first highest sample of a range.
    #[inline]
    pub fn highest(&self, range: Range<usize>) -> Option<usize> {
        self.extreme(range, |extremes| extremes.highest_mv, |candidate, best| candidate > best)
    }

    #[inline]
    fn extreme(
        &self,
        range: Range<usize>,
        of_stretch: impl Fn(&Extremes) -> f64,
        beats: impl Fn(f64, f64) -> bool,
    ) -> Option<usize> {
        let voltage_mv = self.voltage_mv.get(..range.end)?;
        let (mut best, mut best_mv) = (range.start, *voltage_mv.get(range.start)?);
        let (head, stretches, tail) = self.envelope.parts(range);
        for index in head {
            if beats(voltage_mv[index], best_mv) {
                (best, best_mv) = (index, voltage_mv[index]);
            }
        }
        let mut best_stretch = None;
        for (stretch, extremes) in stretches {
            let own_mv = of_stretch(extremes);
            if beats(own_mv, best_mv) {
                (best_stretch, best_mv) = (Some(stretch), own_mv);
            }
        }
        if let Some(first) = best_stretch {
            best = first + voltage_mv[first..].iter().position(|&v| !beats(best_mv, v))?;
        }
        for index in tail {
            if beats(voltage_mv[index], best_mv) {
                (best, best_mv) = (index, voltage_mv[index]);
            }
        }
        Some(best)
    }

    /// The first sample above a voltage, at `from` or later.
    #[inline]
    pub fn first_above(&self, from: usize, threshold_mv: f64) -> Option<usize> {
        let above = |&index: &usize| self.voltage_mv[index] > threshold_mv;
        let (mut head, mut stretches, mut tail) = self.envelope.parts(from..self.len());
        head.find(above)
            .or_else(|| {
                let (first, _) = stretches.find(|(_, extremes)| extremes.highest_mv > threshold_mv)?;
                (first..self.len()).find(above)
            })
            .or_else(|| tail.find(above))
    }

    /// The vertex of the parabola through an extreme sample and its two neighbours.
    ///
    /// It lies within half an interval of the sample, and beyond it by at most an eighth of the larger of
    /// the two steps to its neighbours. A sample that is not extreme, or has one neighbour, stays itself.
    #[inline]
    pub fn vertex(&self, index: usize) -> Point {
        let sample = self.point(index);
        if index == 0 || index + 1 >= self.len() {
            return sample;
        }
        let (before, after) = (self.voltage_mv[index - 1], self.voltage_mv[index + 1]);
        let (offset, voltage_mv) = vertex(before, sample.voltage_mv, after);
        let time_ms = sample.time_ms + offset * (self.time_ms(index + 1) - sample.time_ms);
        Point { index, time_ms, voltage_mv }
    }

    /// The voltage on the straight line between two samples; `None` outside of the sweep.
    fn voltage_at_mv(&self, time_ms: f64) -> Option<f64> {
        let after = self.first_from(time_ms);
        let Some(before) = after.checked_sub(1) else { return self.voltage_mv.first().copied() };
        let (from, to) = (self.point(before), (after < self.len()).then(|| self.point(after))?);
        let share = (time_ms - from.time_ms) / (to.time_ms - from.time_ms);
        Some(from.voltage_mv + share * (to.voltage_mv - from.voltage_mv))
    }

    /// The mean of the straight lines between the samples from one time to another, which need not be samples.
    pub fn mean_between(&self, from_ms: f64, to_ms: f64) -> Option<f64> {
        if !(from_ms >= 0.0 && from_ms < to_ms) {
            return None;
        }
        let (mut before, end) =
            ((from_ms, self.voltage_at_mv(from_ms)?), (to_ms, self.voltage_at_mv(to_ms)?));
        let inside = self.first_after(from_ms)..self.first_from(to_ms);
        let samples = inside.map(|index| (self.time_ms(index), self.voltage_mv[index]));
        let mut area = 0.0;
        for own in samples.chain([end]) {
            area += (own.0 - before.0) * f64::midpoint(before.1, own.1);
            before = own;
        }
        Some(area / (to_ms - from_ms))
    }

    /// When the straight line between the samples `index` and `index + 1` is at `level_mv`.
    #[inline]
    pub fn crossing_ms(&self, index: usize, level_mv: f64) -> f64 {
        let (from, to) = (self.point(index), self.point(index + 1));
        let share = (level_mv - from.voltage_mv) / (to.voltage_mv - from.voltage_mv);
        from.time_ms + share * (to.time_ms - from.time_ms)
    }
}

/// Where the parabola through three equidistant values has its vertex, in intervals from the middle one,
/// and how high it is there. If the middle value is not extreme, it is returned.
#[inline]
pub fn vertex(before: f64, middle: f64, after: f64) -> (f64, f64) {
    let difference = before - after;
    let offset = 0.5 * difference / (before - 2.0 * middle + after);
    if offset.is_nan() || offset.abs() > 0.5 {
        return (0.0, middle);
    }
    (offset, middle - 0.25 * difference * offset)
}

/// Σ f(v). Eight sums side by side, because one alone waits for each addition.
fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().map(|&v| f(v)).sum();
    for chunk in chunks {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += f(value);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The arithmetic mean; `None` for no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values, |v| v) / values.len() as f64)
}

/// The mean of the `order`-th powers of the distances from the mean: the central moment of a population.
pub fn central_moment(values: &[f64], order: i32) -> Option<f64> {
    let mean = mean(values)?;
    let square = |v: f64| (v - mean) * (v - mean);
    // A power that is known only at run time is a call for each value: half the time of a simulation.
    let total = match order {
        2 => sum(values, square),
        3 => sum(values, |v| (v - mean) * square(v)),
        4 => sum(values, |v| square(v) * square(v)),
        _ => sum(values, |v| (v - mean).powi(order)),
    };
    Some(total / values.len() as f64)
}
