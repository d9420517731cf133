//! The values of the features of the intervals between spikes.

use super::analysis::{Analysis, Spike};
use super::measure::median;

type Values = Vec<f64>;

pub fn all_intervals_ms(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.intervals_ms());
}

pub fn later_intervals_ms(analysis: &Analysis<'_>, values: &mut Values) {
    values.extend(analysis.later_intervals_ms());
}

pub fn interval_variation(analysis: &Analysis<'_>) -> Option<f64> {
    let intervals_ms = analysis.later_intervals_ms();
    let count = intervals_ms.clone().count() as f64;
    if count < 2.0 {
        return None;
    }
    let mean_ms = intervals_ms.clone().sum::<f64>() / count;
    let variance = intervals_ms.map(|interval| (interval - mean_ms).powi(2)).sum::<f64>() / (count - 1.0);
    Some(variance.sqrt() / mean_ms)
}

pub fn irregularity_ms(analysis: &Analysis<'_>) -> Option<f64> {
    let intervals_ms = analysis.later_intervals_ms();
    let steps = intervals_ms.clone().zip(intervals_ms.skip(1)).map(|(before, after)| (after - before).abs());
    mean_of(steps)
}

/// 1 / interval, counted from 0.
pub fn interval_rate_hz(analysis: &Analysis<'_>, interval: usize) -> Option<f64> {
    analysis.intervals_ms().nth(interval).map(|interval_ms| 1000.0 / interval_ms)
}

pub fn last_interval_rate_hz(analysis: &Analysis<'_>) -> Option<f64> {
    analysis.intervals_ms().last().map(|interval_ms| 1000.0 / interval_ms)
}

/// Slope of the straight line through ln(interval) over ln(number of the interval).
pub fn interval_log_slope(analysis: &Analysis<'_>) -> Option<f64> {
    let points = || {
        let intervals = analysis.later_intervals_ms().zip(1_u32..);
        intervals.map(|(interval_ms, number)| (f64::from(number).ln(), interval_ms.ln()))
    };
    let count = points().count() as f64;
    if count < 2.0 {
        return None;
    }
    let (x, y) = points().fold((0.0, 0.0), |(x, y), own| (x + own.0 / count, y + own.1 / count));
    let products = points().map(|own| ((own.0 - x) * (own.1 - y), (own.0 - x).powi(2)));
    let (xy, xx) = products.fold((0.0, 0.0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
    Some(xy / xx)
}

/// (n − 1) intervals over the time that they take.
pub fn spike_rate_hz(analysis: &Analysis<'_>) -> Option<f64> {
    let (count, total_ms) =
        analysis.intervals_ms().fold((0, 0.0), |(count, total), interval| (count + 1, total + interval));
    (count > 0).then(|| 1000.0 * f64::from(count) / total_ms)
}

pub fn adaptation_without_start(analysis: &Analysis<'_>) -> Option<f64> {
    let spikes = analysis.spikes_in_stimulus()?;
    // By default a tenth of the spikes, rounded, and at most two.
    let settings = analysis.trace.settings;
    let skipped = (settings.spike_skipf * spikes.len() as f64 + 0.5) as usize;
    let skipped = skipped.min(settings.max_spike_skip);
    adaptation(spikes.get(skipped..).filter(|rest| rest.len() >= 4)?)
}

pub fn adaptation_without_first(analysis: &Analysis<'_>) -> Option<f64> {
    let spikes = analysis.spikes_in_stimulus().filter(|spikes| spikes.len() >= 4)?;
    adaptation(&spikes[1..])
}

/// Mean relative growth of successive intervals.
fn adaptation(spikes: &[Spike]) -> Option<f64> {
    let intervals_ms = spikes.windows(2).map(|pair| pair[1].peak.time_ms - pair[0].peak.time_ms);
    mean_of(intervals_ms.clone().zip(intervals_ms.skip(1)).map(|(a, b)| (b - a) / (b + a)))
}

fn mean_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

pub fn burst_count(analysis: &Analysis<'_>) -> Option<f64> {
    let mut rates_hz = Values::new();
    burst_rates_hz(analysis, &mut rates_hz);
    (analysis.trace.len() > 0).then_some(rates_hz.len() as f64)
}

/// Spikes over duration of each burst of two or more spikes.
pub fn burst_rates_hz(analysis: &Analysis<'_>, values: &mut Values) {
    let intervals_ms: Vec<f64> = analysis.later_intervals_ms().collect();
    let mut lasts = last_spikes_of_bursts(&intervals_ms, analysis.trace.settings.burst_factor);
    if lasts.is_empty() {
        return;
    }
    lasts.push(analysis.spikes.len() - 1);
    let peak_ms = |spike: usize| analysis.spikes[spike].peak.time_ms;
    let rate_hz =
        |count: usize, first: usize, last: usize| count as f64 * 1000.0 / (peak_ms(last) - peak_ms(first));
    values.push(rate_hz(lasts[0] + 1, 0, lasts[0]));
    let later = lasts.windows(2).filter(|pair| pair[1] - pair[0] != 1);
    values.extend(later.map(|pair| rate_hz(pair[1] - pair[0], pair[0] + 1, pair[1])));
}

/// The last spike of each burst but the last one; `intervals_ms` is usually without the first interval of the sweep.
/// An interval longer than `factor` median intervals ends a burst, if the next one is shorter by the same factor.
fn last_spikes_of_bursts(intervals_ms: &[f64], factor: f64) -> Vec<usize> {
    let (mut lasts, mut first) = (Vec::new(), 0);
    if intervals_ms.len() < 4 {
        return lasts;
    }
    for (place, pair) in intervals_ms.windows(2).enumerate().skip(1) {
        // The median is the costly part, so it comes second.
        if pair[1] < pair[0] / factor
            && let Some(usual_ms) = median(&mut intervals_ms[first..place].to_vec())
            && pair[0] > factor * usual_ms
        {
            lasts.push(place + 1);
            first = place;
        }
    }
    lasts
}
