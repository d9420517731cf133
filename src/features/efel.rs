//! The definitions of eFEL 5.7.34 to the bit, with their quirks.
//! Source: <https://efel.readthedocs.io/en/latest/eFeatures.html>

use std::ops::Range;

use super::analysis::{Edge, Spike};
use super::trace::{Clock, Point, Trace};

/// 1000 s of sweep at the usual step. A longer one has no features in this mode; without a bound, a slip in the sampling
/// interval would ask for all the memory there is.
const LONGEST_GRID: f64 = 1e7;

/// A sweep on eFEL's grid.
#[derive(Debug, Default)]
pub struct Grid {
    times_ms: Vec<f64>,
    voltage_mv: Vec<f64>,
}

impl Grid {
    /// Interpolates a sweep onto a grid of `step_ms`. The times of the grid are added up, so their rounding
    /// errors add up as well: 500 steps of 0.1 ms are 50.00000000000044 ms.
    pub fn resample(&mut self, step_ms: f64, time_ms: impl Fn(usize) -> f64, voltage_mv: &[f64]) {
        self.times_ms.clear();
        self.voltage_mv.clear();
        let Some(last) = voltage_mv.len().checked_sub(1) else { return };
        let (start_ms, end_ms) = (time_ms(0), time_ms(last));
        let count = ((end_ms - start_ms) / step_ms).ceil();
        if count.is_nan() || count > LONGEST_GRID {
            return;
        }
        let mut count = count as usize;
        let (mut time, mut left, mut closed) = (start_ms, 0, false);
        while self.times_ms.len() < count {
            while left < last && time_ms(left + 1) <= time {
                left += 1;
            }
            self.times_ms.push(time);
            self.voltage_mv.push(if left == last {
                voltage_mv[last]
            } else {
                let slope = (voltage_mv[left + 1] - voltage_mv[left]) / (time_ms(left + 1) - time_ms(left));
                voltage_mv[left] + slope * (time - time_ms(left))
            });
            // Once only: rounding may leave the next time just short of the end, too.
            if self.times_ms.len() == count && time < end_ms && !closed {
                (count, closed) = (count + 1, true);
            }
            time += step_ms;
        }
    }

    /// The samples of the resampled sweep.
    pub fn voltage_mv(&self) -> &[f64] {
        &self.voltage_mv
    }

    /// The times of the samples of the resampled sweep.
    pub fn clock(&self) -> Clock<'_> {
        Clock::Grid(&self.times_ms)
    }
}

/// Pairs the upward with the downward crossings. Both are strict, so a sample that hits the threshold
/// exactly hides a crossing.
pub fn find_spikes(trace: &Trace<'_>, spikes: &mut Vec<Spike>) {
    let threshold_mv = trace.settings.threshold_mv;
    let pairs = || trace.voltage_mv.windows(2).enumerate();
    let mut rises =
        pairs().filter(|(_, v)| v[0] < threshold_mv && v[1] > threshold_mv).map(|(i, _)| i + 1).peekable();
    let Some(&first_rise) = rises.peek() else { return };
    let falls = pairs()
        .filter(|(_, v)| v[0] > threshold_mv && v[1] < threshold_mv)
        .map(|(i, _)| i + 1)
        .filter(|&fall| fall > first_rise);
    spikes.extend(rises.zip(falls).filter_map(|(rise, fall)| {
        let peak = trace.point(trace.highest(rise..fall + 1)?);
        Some(Spike { rise, fall, peak })
    }));
}

/// The first minimum after each peak: a running minimum after which two samples were not lower,
/// or the lowest sample before the next peak.
pub fn find_troughs(trace: &Trace<'_>, spikes: &[Spike], troughs: &mut Vec<Point>) {
    for (spike, end) in spikes.iter().zip(ends(trace, spikes)) {
        let mut lowest = spike.peak.index;
        for index in spike.peak.index + 1..end {
            if trace.voltage_mv[index] < trace.voltage_mv[lowest] {
                lowest = index;
            } else if index - lowest >= 2 {
                break;
            }
        }
        if lowest + 1 != trace.window.end {
            troughs.push(trace.point(lowest));
        }
    }
}

/// The peak after each spike; after the last one the end of where spikes count.
fn ends<'a>(trace: &Trace<'_>, spikes: &'a [Spike]) -> impl Iterator<Item = usize> + 'a {
    spikes.iter().skip(1).map(|spike| spike.peak.index).chain([trace.window.end])
}

/// Backwards from each peak after the start of the stimulus: the sample from which the slope stays above
/// `DerivativeThreshold` for `DerivativeWindow` samples. The search ends at the minimum before the spike.
pub fn find_onsets(
    trace: &Trace<'_>,
    spikes: &[Spike],
    troughs: &[Point],
    start_ms: f64,
    onsets: &mut Vec<Edge>,
) {
    let stimulus = trace.first_from(start_ms);
    let minima = [stimulus.saturating_sub(2)]
        .into_iter()
        .chain(troughs.iter().map(|trough| trough.index).filter(|&index| index > stimulus));
    let later = spikes.iter().enumerate().filter(|(_, spike)| spike.peak.index > stimulus);
    onsets.extend(later.zip(minima).filter_map(|((spike, Spike { peak, .. }), minimum)| {
        let point = trace.point(onset(trace, minimum, peak.index)?);
        Some(Edge { spike, point })
    }));
}

fn onset(trace: &Trace<'_>, minimum: usize, peak: usize) -> Option<usize> {
    let (onset, window) = (trace.settings.derivative_threshold_mv_per_ms, trace.settings.derivative_window);
    let steep = |index: usize| index < trace.len() && trace.slope_mv_per_ms(index) >= onset;
    let mut flats = (minimum..peak).rev().filter(|&i| trace.slope_mv_per_ms(i) <= onset);
    flats.find_map(|flat| (flat + 1..=flat + window).all(steep).then_some(flat + 1))
}

/// For each spike after the start of the stimulus: after its steepest fall, the first sample that falls by less
/// than `DownDerivativeThreshold`.
pub fn find_ends(trace: &Trace<'_>, spikes: &[Spike], start_ms: f64, ends: &mut Vec<Edge>) {
    let stimulus = trace.first_from(start_ms);
    let next = spikes.iter().skip(1).map(|spike| spike.peak.index).chain([trace.len().saturating_sub(1)]);
    ends.extend(spikes.iter().zip(next).enumerate().filter_map(|(spike, (own, next))| {
        let peak = own.peak.index;
        let (steepest, _) = trace.steepest(peak + 1..next, -1.0).filter(|_| peak > stimulus)?;
        let mut later = steepest..next;
        let end = later.find(|&index| {
            trace.slope_mv_per_ms(index) >= trace.settings.down_derivative_threshold_mv_per_ms
        })?;
        Some(Edge { spike, point: trace.point(end) })
    }));
}

/// Time between the samples nearest to half height, before and after the peak.
/// Returns no value if a spike was mistaken for another.
pub fn half_widths_ms(
    trace: &Trace<'_>,
    spikes: &[Spike],
    onsets: &[Edge],
    ends: &[Edge],
    widths_ms: &mut Vec<f64>,
) {
    // eFEL counts onsets and ends from the stimulus and peaks from the start of the sweep, and pairs the three.
    for (place, (spike, onset)) in spikes.iter().zip(onsets).enumerate() {
        let (peak, begin) = (spike.peak, onset.point);
        // Without an end eFEL reads beyond its list.
        let Some(end) = ends.get(place).filter(|_| peak.index >= begin.index) else {
            return widths_ms.clear();
        };
        let half_mv = f64::midpoint(peak.voltage_mv, begin.voltage_mv);
        let distance = |&index: &usize| (trace.voltage_mv[index] - half_mv).abs();
        let nearest = |range: Range<usize>| {
            let first = range.start;
            range.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(first)
        };
        let rise = nearest(begin.index..peak.index);
        // If the end is that of an earlier spike, eFEL leaves the fall at the first sample.
        let fall = if end.point.index < peak.index { 0 } else { nearest(peak.index..end.point.index) };
        widths_ms.push(trace.time_ms(fall) - trace.time_ms(rise));
    }
}

/// Time from each begin to the first sample that is not above it.
/// Minima and begins after the start of the stimulus are paired by their numbers.
pub fn widths_at_begin_ms(
    trace: &Trace<'_>,
    onsets: &[Edge],
    troughs: &[Point],
    start_ms: f64,
    widths_ms: &mut Vec<f64>,
) {
    let stimulus = trace.first_from(start_ms);
    let minima = || troughs.iter().map(|trough| trough.index).filter(|&index| index > stimulus);
    if onsets.len() < minima().count() {
        return;
    }
    widths_ms.extend(onsets.iter().zip(minima()).map(|(Edge { point: begin, .. }, minimum)| {
        let mut later = begin.index + 1..minimum;
        let fall = later.find(|&index| trace.voltage_mv[index] <= begin.voltage_mv).unwrap_or(minimum);
        trace.time_ms(fall) - begin.time_ms
    }));
}

/// Time between the crossings of the level halfway between the peak and the minimum after it.
/// The first search begins at the stimulus, wherever the first spike is.
pub fn half_widths_above_trough_ms(
    trace: &Trace<'_>,
    spikes: &[Spike],
    troughs: &[Point],
    start_ms: f64,
    widths_ms: &mut Vec<f64>,
) {
    let mut from = trace.first_from(start_ms);
    for (spike, trough) in spikes.iter().zip(troughs) {
        let peak = spike.peak;
        let half_mv = f64::midpoint(peak.voltage_mv, trough.voltage_mv);
        let rise = (from..peak.index).find(|&i| trace.voltage_mv[i] >= half_mv).unwrap_or(peak.index);
        let fall = (peak.index..trough.index).find(|&i| trace.voltage_mv[i] <= half_mv);
        let fall = fall.unwrap_or(trough.index);
        let (Some(before_rise), Some(before_fall)) = (rise.checked_sub(1), fall.checked_sub(1)) else {
            return widths_ms.clear();
        };
        widths_ms.push(trace.crossing_ms(before_fall, half_mv) - trace.crossing_ms(before_rise, half_mv));
        from = trough.index;
    }
}

/// From the first sample above the threshold after the minimum before each spike to the next one below it.
pub fn widths_at_threshold_ms(
    trace: &Trace<'_>,
    threshold_mv: f64,
    spikes: &[Spike],
    troughs: &[Point],
    widths_ms: &mut Vec<f64>,
) {
    let minima = [trace.window.start].into_iter().chain(troughs.iter().map(|trough| trough.index));
    widths_ms.extend(minima.zip(troughs).take(spikes.len()).map(|(minimum, trough)| {
        let rise = (minimum..trough.index).find(|&i| trace.voltage_mv[i] >= threshold_mv);
        let rise = rise.unwrap_or(trough.index);
        // A "first minimum" may lie above the threshold; eFEL takes the spike to end there.
        let fall = (rise..trough.index).find(|&i| trace.voltage_mv[i] <= threshold_mv);
        trace.time_ms(fall.unwrap_or(trough.index)) - trace.time_ms(rise)
    }));
}
