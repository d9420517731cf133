//! The values of the features between the begin, the peak and the end of each spike.

use super::analysis::{Analysis, Edge};
use super::trace::{Point, mean};
use super::{Mode, efel, precise};

type Values = Vec<f64>;

pub fn onset_voltage_mv(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.onsets().iter().map(|onset| onset.point.voltage_mv));
}

pub fn onset_time_ms(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.onsets().iter().map(|onset| onset.point.time_ms));
}

pub fn rise_time_ms(analysis: &Analysis<'_>, values: &mut Values) {
    upstrokes(analysis, values, |begin, peak| peak.time_ms - begin.time_ms);
}

pub fn rise_rate_mv_per_ms(analysis: &Analysis<'_>, values: &mut Values) {
    upstrokes(analysis, values, rate_mv_per_ms);
}

pub fn fall_time_ms(analysis: &Analysis<'_>, values: &mut Values) {
    downstrokes(analysis, values, |peak, end| end.time_ms - peak.time_ms);
}

pub fn fall_rate_mv_per_ms(analysis: &Analysis<'_>, values: &mut Values) {
    downstrokes(analysis, values, rate_mv_per_ms);
}

fn rate_mv_per_ms(from: Point, to: Point) -> f64 {
    (to.voltage_mv - from.voltage_mv) / (to.time_ms - from.time_ms)
}

/// Appends `f` of the begin and the peak of each spike that has a begin.
fn upstrokes(analysis: &Analysis<'_>, values: &mut Values, f: impl Fn(Point, Point) -> f64) {
    let (onsets, spikes) = (analysis.onsets(), analysis.spikes);
    let Some(first) = onsets.first() else { return };
    match analysis.mode {
        // eFEL pairs the begins with the peaks after the first of them by their numbers.
        Mode::Efel => {
            let peaks = spikes.iter().filter(|spike| spike.peak.index > first.point.index);
            values.extend(onsets.iter().zip(peaks).map(|(onset, spike)| f(onset.point, spike.peak)));
        }
        Mode::Precise => values.extend(onsets.iter().map(|onset| f(onset.point, spikes[onset.spike].peak))),
    }
}

/// Appends `f` of the peak and the end of each spike that has an end.
fn downstrokes(analysis: &Analysis<'_>, values: &mut Values, f: impl Fn(Point, Point) -> f64) {
    let (ends, spikes) = (analysis.ends(), analysis.spikes);
    match (analysis.mode, analysis.stimulus_ms) {
        // eFEL pairs the ends with the peaks after the start of the stimulus by their numbers.
        (Mode::Efel, Some((start_ms, _))) => {
            let peaks = spikes.iter().filter(|spike| spike.peak.time_ms > start_ms);
            values.extend(ends.iter().zip(peaks).map(|(end, spike)| f(spike.peak, end.point)));
        }
        (Mode::Efel, None) => {}
        (Mode::Precise, _) => values.extend(ends.iter().map(|end| f(spikes[end.spike].peak, end.point))),
    }
}

/// The edge of a spike in a list that is ordered by spikes.
fn of_spike(edges: &[Edge], spike: usize) -> Option<Point> {
    edges.binary_search_by_key(&spike, |edge| edge.spike).ok().map(|place| edges[place].point)
}

pub fn duration_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (onsets, ends) = (analysis.onsets(), analysis.ends());
    match analysis.mode {
        Mode::Efel => values
            .extend(onsets.iter().zip(&*ends).map(|(onset, end)| end.point.time_ms - onset.point.time_ms)),
        Mode::Precise => values.extend(
            onsets
                .iter()
                .filter_map(|onset| Some(of_spike(&ends, onset.spike)?.time_ms - onset.point.time_ms)),
        ),
    }
}

/// The area that the trajectory of each spike encloses in the plane of voltage and slope, in mV²/ms: from its begin to
/// its end and straight back.
pub fn phase_plane_area(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, onsets, ends) = (&analysis.trace, analysis.onsets(), analysis.ends());
    let settings = trace.settings;
    values.extend(onsets.iter().filter_map(|onset| {
        let (begin, end) = (onset.point, of_spike(&ends, onset.spike)?);
        let samples = (begin.index + 1..=end.index).filter(|&index| trace.time_ms(index) < end.time_ms);
        let path = samples.map(|index| (trace.voltage_mv[index], trace.slope_mv_per_ms(index)));
        let first = (begin.voltage_mv, settings.derivative_threshold_mv_per_ms);
        let last = (end.voltage_mv, settings.down_derivative_threshold_mv_per_ms);
        let (mut area, mut before) = (0.0, first);
        for own in path.chain([last, first]) {
            area += 0.5 * (before.0 * own.1 - own.0 * before.1);
            before = own;
        }
        Some(area.abs())
    }));
}

pub fn width_at_begin_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes, onsets) = (&analysis.trace, analysis.spikes, analysis.onsets());
    match (analysis.mode, analysis.stimulus_ms) {
        (Mode::Efel, Some((start_ms, _))) => {
            efel::widths_at_begin_ms(trace, &onsets, &analysis.troughs(), start_ms, values);
        }
        (Mode::Efel, None) => {}
        (Mode::Precise, _) => values.extend(onsets.iter().filter_map(|onset| {
            let begin = onset.point;
            Some(precise::fall_ms(trace, spikes, onset.spike, begin.voltage_mv)? - begin.time_ms)
        })),
    }
}

pub fn fast_trough_depth_mv(analysis: &Analysis<'_>, values: &mut Values) {
    let (onsets, troughs) = (analysis.onsets(), analysis.troughs());
    let all_but_last = onsets.iter().take(onsets.len().saturating_sub(1));
    match analysis.mode {
        // eFEL pairs the begins after the start of the stimulus with all minima by their numbers.
        Mode::Efel => values.extend(
            all_but_last.zip(&*troughs).map(|(onset, trough)| onset.point.voltage_mv - trough.voltage_mv),
        ),
        Mode::Precise => values.extend(
            all_but_last
                .filter_map(|onset| Some(onset.point.voltage_mv - troughs.get(onset.spike)?.voltage_mv)),
        ),
    }
}

pub fn depolarized_base_mv(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, onsets, ends) = (&analysis.trace, analysis.onsets(), analysis.ends());
    match analysis.mode {
        Mode::Efel => {
            let pairs = onsets.len().min(ends.len());
            if pairs > 2 {
                let between = ends.iter().zip(onsets.iter().take(pairs).skip(1));
                let samples =
                    between.map(|(end, onset)| trace.voltage_mv.get(end.point.index..onset.point.index));
                values.extend(samples.filter_map(|samples| mean(samples?)));
            }
        }
        Mode::Precise => values.extend(ends.iter().filter_map(|end| {
            let next = of_spike(&onsets, end.spike + 1)?;
            trace.mean_between(end.point.time_ms, next.time_ms)
        })),
    }
}

pub fn amplitude_mv(analysis: &Analysis<'_>, values: &mut Values) {
    let onsets = analysis.onsets();
    match (analysis.mode, analysis.spikes_in_stimulus()) {
        // eFEL pairs the peaks within the stimulus with the onsets by their numbers.
        (Mode::Efel, Some(spikes)) if spikes.len() <= onsets.len() => values.extend(
            spikes.iter().zip(&*onsets).map(|(spike, onset)| spike.peak.voltage_mv - onset.point.voltage_mv),
        ),
        (Mode::Efel, _) => {}
        (Mode::Precise, _) => values.extend(
            onsets.iter().map(|onset| analysis.spikes[onset.spike].peak.voltage_mv - onset.point.voltage_mv),
        ),
    }
}

pub fn amplitude_change(analysis: &Analysis<'_>, values: &mut Values) {
    amplitude_mv(analysis, values);
    if values.is_empty() {
        return;
    }
    let first = values.remove(0);
    for amplitude in values {
        *amplitude = (*amplitude - first) / first;
    }
}

pub fn first_amplitude_mv(analysis: &Analysis<'_>) -> Option<f64> {
    amplitudes_mv(analysis).first().copied()
}

pub fn second_amplitude_mv(analysis: &Analysis<'_>) -> Option<f64> {
    amplitudes_mv(analysis).get(1).copied()
}

pub fn last_amplitude_mv(analysis: &Analysis<'_>) -> Option<f64> {
    amplitudes_mv(analysis).last().copied()
}

fn amplitudes_mv(analysis: &Analysis<'_>) -> Values {
    let mut values = Values::new();
    amplitude_mv(analysis, &mut values);
    values
}
