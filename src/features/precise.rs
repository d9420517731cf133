//! Definitions that move smoothly with the parameters of a simulation, on the samples as they are.

use std::ops::Range;

use super::analysis::{Edge, Spike};
use super::trace::{Point, Trace, vertex};

/// A spike lies between an upward crossing of the threshold and the next downward one.
/// A sample on the threshold counts as below it.
pub fn find_spikes(trace: &Trace<'_>, spikes: &mut Vec<Spike>) {
    let threshold_mv = trace.settings.threshold_mv;
    let voltage_mv = trace.voltage_mv;
    let below = |v: &f64| *v <= threshold_mv;
    // A sweep that begins above the threshold has not crossed it.
    let Some(mut from) = voltage_mv.iter().position(below) else { return };
    while let Some(rise) = trace.first_above(from, threshold_mv) {
        let (mut fall, mut top) = (rise, rise);
        while let Some(&v) = voltage_mv.get(fall).filter(|&v| !below(v)) {
            if v > voltage_mv[top] {
                top = fall;
            }
            fall += 1;
        }
        if fall == voltage_mv.len() {
            // The sweep ends within the spike.
            return;
        }
        spikes.push(Spike { rise, fall, peak: trace.vertex(top) });
        from = fall;
    }
}

/// The samples between a spike and the next one, or the end of the sweep.
fn after(trace: &Trace<'_>, spikes: &[Spike], spike: usize) -> Range<usize> {
    spikes[spike].fall..spikes.get(spike + 1).map_or(trace.window.end, |next| next.rise)
}

/// The first sample that may belong to the upstroke of a spike.
fn before(trace: &Trace<'_>, spikes: &[Spike], spike: usize) -> usize {
    spike.checked_sub(1).map_or(trace.window.start, |previous| spikes[previous].fall)
}

/// The true minimum after each spike.
pub fn find_troughs(trace: &Trace<'_>, spikes: &[Spike], troughs: &mut Vec<Point>) {
    let lowest = (0..spikes.len()).filter_map(|spike| trace.lowest(after(trace, spikes, spike)));
    // At the end of the sweep the voltage is still falling.
    troughs.extend(lowest.filter(|&index| index + 1 < trace.window.end).map(|index| trace.vertex(index)));
}

/// Back from the steepest rise of each spike: where the slope is `DerivativeThreshold`, between two samples.
pub fn find_onsets(trace: &Trace<'_>, spikes: &[Spike], onsets: &mut Vec<Edge>) {
    onsets.extend((0..spikes.len()).filter_map(|spike| {
        let point = onset(trace, before(trace, spikes, spike), spikes[spike])?;
        Some(Edge { spike, point })
    }));
}

fn onset(trace: &Trace<'_>, first: usize, spike: Spike) -> Option<Point> {
    let slope = |index: usize| trace.slope_mv_per_ms(index);
    let level = trace.settings.derivative_threshold_mv_per_ms;
    let (steepest, _) = trace
        .steepest(spike.rise.saturating_sub(1)..spike.peak.index + 1, 1.0)
        .filter(|(_, slope)| *slope >= level)?;
    let index = (first..steepest).rev().find(|&index| slope(index) < level)?;
    Some(where_slope_is(trace, index, level))
}

/// Where the slope, between the samples `index` and `index + 1`, is `level`.
fn where_slope_is(trace: &Trace<'_>, index: usize, level_mv_per_ms: f64) -> Point {
    let slopes = (trace.slope_mv_per_ms(index), trace.slope_mv_per_ms(index + 1));
    let share = (level_mv_per_ms - slopes.0) / (slopes.1 - slopes.0);
    let (from, to) = (trace.point(index), trace.point(index + 1));
    Point {
        index,
        time_ms: from.time_ms + share * (to.time_ms - from.time_ms),
        voltage_mv: from.voltage_mv + share * (to.voltage_mv - from.voltage_mv),
    }
}

/// On from the steepest fall of each spike: where the slope is `DownDerivativeThreshold`, between two samples.
pub fn find_ends(trace: &Trace<'_>, spikes: &[Spike], ends: &mut Vec<Edge>) {
    let level = trace.settings.down_derivative_threshold_mv_per_ms;
    ends.extend((0..spikes.len()).filter_map(|spike| {
        let range = spikes[spike].peak.index..after(trace, spikes, spike).end;
        let (steepest, fall) = trace.steepest(range.clone(), -1.0)?;
        if -fall >= level {
            return None;
        }
        let mut later = steepest..range.end.saturating_sub(1);
        let index = later.find(|&index| trace.slope_mv_per_ms(index + 1) >= level)?;
        Some(Edge { spike, point: where_slope_is(trace, index, level) })
    }));
}

/// How long a spike stays above `level_mv`, between interpolated crossings on both sides of its peak.
pub fn width_ms(trace: &Trace<'_>, spikes: &[Spike], spike: usize, level_mv: f64) -> Option<f64> {
    let top = spikes[spike].peak.index;
    let below = |&index: &usize| trace.voltage_mv[index] < level_mv;
    if below(&top) {
        return None;
    }
    let rise = (before(trace, spikes, spike)..top).rev().find(below)?;
    Some(fall_ms(trace, spikes, spike, level_mv)? - trace.crossing_ms(rise, level_mv))
}

/// When a spike falls through `level_mv`, which lies below its peak.
pub fn fall_ms(trace: &Trace<'_>, spikes: &[Spike], spike: usize, level_mv: f64) -> Option<f64> {
    let mut later = spikes[spike].peak.index + 1..after(trace, spikes, spike).end;
    let fall = later.find(|&index| trace.voltage_mv[index] < level_mv)?;
    Some(trace.crossing_ms(fall - 1, level_mv))
}

/// The steepest rise of a spike in mV/ms.
pub fn upstroke_mv_per_ms(trace: &Trace<'_>, spikes: &[Spike], spike: usize) -> Option<f64> {
    let range = before(trace, spikes, spike)..spikes[spike].peak.index + 1;
    Some(slope_vertex(trace, trace.steepest(range, 1.0)?.0))
}

/// The steepest fall of a spike in mV/ms, a negative number.
pub fn downstroke_mv_per_ms(trace: &Trace<'_>, spikes: &[Spike], spike: usize) -> Option<f64> {
    let range = spikes[spike].peak.index..after(trace, spikes, spike).end;
    Some(slope_vertex(trace, trace.steepest(range, -1.0)?.0))
}

fn slope_vertex(trace: &Trace<'_>, index: usize) -> f64 {
    let slope = |index: usize| trace.slope_mv_per_ms(index);
    if index == 0 || index + 1 >= trace.len() {
        return slope(index);
    }
    vertex(slope(index - 1), slope(index), slope(index + 1)).1
}
