//! The values of the features of spikes.

use super::analysis::Analysis;
use super::trace::Point;
use super::{Mode, efel, precise};

type Values = Vec<f64>;

pub fn spike_count(analysis: &Analysis<'_>) -> Option<f64> {
    (analysis.trace.len() > 0).then_some(analysis.spikes.len() as f64)
}

pub fn spike_count_in_stimulus(analysis: &Analysis<'_>) -> Option<f64> {
    analysis.stimulus_range()?;
    Some(analysis.spikes_in_stimulus()?.len() as f64)
}

pub fn mean_frequency_hz(analysis: &Analysis<'_>) -> Option<f64> {
    analysis.stimulus_range()?;
    let (start_ms, stop_ms) = analysis.stimulus_ms?;
    let spikes = analysis.spikes_in_stimulus()?;
    let rate_hz = |duration_ms: f64| 1000.0 * spikes.len() as f64 / duration_ms;
    match analysis.mode {
        Mode::Efel if analysis.spikes.is_empty() => None,
        // eFEL divides by the time from the start to 0 ms.
        Mode::Efel if spikes.is_empty() && start_ms == 0.0 => None,
        Mode::Efel => Some(spikes.last().map_or(0.0, |last| rate_hz(last.peak.time_ms - start_ms))),
        Mode::Precise => Some(rate_hz(stop_ms - start_ms)),
    }
}

pub fn time_to_first_spike_ms(analysis: &Analysis<'_>) -> Option<f64> {
    Some(analysis.spikes.first()?.peak.time_ms - analysis.stimulus_ms?.0)
}

pub fn time_to_last_spike_ms(analysis: &Analysis<'_>) -> Option<f64> {
    Some(analysis.spikes.last()?.peak.time_ms - analysis.stimulus_ms?.0)
}

pub fn inverse_time_to_first_spike_hz(analysis: &Analysis<'_>) -> Option<f64> {
    time_to_first_spike_ms(analysis).map(|latency_ms| 1000.0 / latency_ms)
}

pub fn time_to_second_spike_ms(analysis: &Analysis<'_>) -> Option<f64> {
    Some(analysis.spikes.get(1)?.peak.time_ms - analysis.stimulus_ms?.0)
}

pub fn peak_time_ms(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.spikes.iter().map(|spike| spike.peak.time_ms));
}

pub fn peak_voltage_mv(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.spikes.iter().map(|spike| spike.peak.voltage_mv));
}

pub fn upstroke_mv_per_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes) = (&analysis.trace, analysis.spikes);
    let slope = |index: usize| trace.slope_mv_per_ms(index);
    match analysis.mode {
        Mode::Efel => {
            let mut peaks = spikes.iter().map(|spike| spike.peak.index);
            values.extend(analysis.onsets().iter().filter_map(|onset| {
                // eFEL gives each begin the first peak after it that no earlier begin has.
                let peak = peaks.find(|&peak| peak >= onset.point.index)?;
                (onset.point.index..=peak).map(slope).reduce(f64::max)
            }));
        }
        Mode::Precise => values
            .extend((0..spikes.len()).filter_map(|spike| precise::upstroke_mv_per_ms(trace, spikes, spike))),
    }
}

pub fn downstroke_mv_per_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes) = (&analysis.trace, analysis.spikes);
    let slope = |index: usize| trace.slope_mv_per_ms(index);
    match analysis.mode {
        Mode::Efel => values.extend(spikes.iter().zip(&*analysis.troughs()).filter_map(|(spike, trough)| {
            (spike.peak.index..trough.index.max(spike.peak.index + 1)).map(slope).reduce(f64::min)
        })),
        Mode::Precise => values.extend(
            (0..spikes.len()).filter_map(|spike| precise::downstroke_mv_per_ms(trace, spikes, spike)),
        ),
    }
}

pub fn width_at_threshold_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes) = (&analysis.trace, analysis.spikes);
    let threshold_mv = trace.settings.threshold_mv;
    match analysis.mode {
        Mode::Efel => {
            efel::widths_at_threshold_ms(trace, threshold_mv, spikes, &analysis.troughs(), values);
        }
        Mode::Precise => values.extend(
            (0..spikes.len()).filter_map(|spike| precise::width_ms(trace, spikes, spike, threshold_mv)),
        ),
    }
}

pub fn half_width_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes) = (&analysis.trace, analysis.spikes);
    match analysis.mode {
        Mode::Efel => efel::half_widths_ms(trace, spikes, &analysis.onsets(), &analysis.ends(), values),
        Mode::Precise => values.extend(analysis.onsets().iter().filter_map(|onset| {
            let half_mv = f64::midpoint(spikes[onset.spike].peak.voltage_mv, onset.point.voltage_mv);
            precise::width_ms(trace, spikes, onset.spike, half_mv)
        })),
    }
}

pub fn half_width_above_trough_ms(analysis: &Analysis<'_>, values: &mut Values) {
    let (trace, spikes, troughs) = (&analysis.trace, analysis.spikes, analysis.troughs());
    match (analysis.mode, analysis.stimulus_ms) {
        (Mode::Efel, Some((start_ms, _))) => {
            efel::half_widths_above_trough_ms(trace, spikes, &troughs, start_ms, values);
        }
        (Mode::Efel, None) => {}
        (Mode::Precise, _) => values.extend(troughs.iter().enumerate().filter_map(|(spike, trough)| {
            let half_mv = f64::midpoint(spikes[spike].peak.voltage_mv, trough.voltage_mv);
            precise::width_ms(trace, spikes, spike, half_mv)
        })),
    }
}

pub fn trough_voltage_mv(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.troughs().iter().map(|trough| trough.voltage_mv));
}

pub fn trough_depth_mv(analysis: &Analysis<'_>, values: &mut Values) {
    if let Some(base_mv) = analysis.voltage_base_mv() {
        values.extend(analysis.troughs().iter().map(|trough| trough.voltage_mv - base_mv));
    }
}

pub fn trough_depth_from_peak_mv(analysis: &Analysis<'_>, values: &mut Values) {
    peaks_and_troughs(analysis, values, |peak, trough| peak.voltage_mv - trough.voltage_mv);
}

pub fn trough_time_from_peak_ms(analysis: &Analysis<'_>, values: &mut Values) {
    peaks_and_troughs(analysis, values, |peak, trough| trough.time_ms - peak.time_ms);
}

fn peaks_and_troughs(analysis: &Analysis<'_>, values: &mut Values, f: impl Fn(Point, Point) -> f64) {
    let troughs = analysis.troughs();
    values.extend(analysis.spikes.iter().zip(&*troughs).map(|(spike, trough)| f(spike.peak, *trough)));
}

pub fn voltage_between_spikes_mv(analysis: &Analysis<'_>, values: &mut Values) {
    let trace = &analysis.trace;
    let between = analysis.spikes.len().saturating_sub(1);
    match analysis.mode {
        Mode::Efel => values.extend(analysis.spikes.windows(2).filter_map(|pair| {
            trace.lowest(pair[0].peak.index..pair[1].peak.index).map(|index| trace.voltage_mv[index])
        })),
        Mode::Precise => values.extend(analysis.troughs().iter().take(between).map(|t| t.voltage_mv)),
    }
}
