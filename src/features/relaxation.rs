//! How fast the membrane relaxes: after the start of a stimulus, and after its end.
//!
//! Exponentials are fitted. eFEL fits straight lines to logarithms, with what belongs to the exponential
//! chosen sample by sample; the smooth variants are linear least squares over fixed stretches of time.

use super::Mode;
use super::analysis::Analysis;
use super::trace::Trace;

/// How long after the start of a stimulus the electrode may still disturb the voltage.
const TRANSIENT_MS: f64 = 1.0;

/// The time constant of the fall of the voltage after the start of a stimulus.
pub fn time_constant_ms(analysis: &Analysis<'_>) -> Option<f64> {
    let (start_ms, stop_ms) = analysis.stimulus_ms?;
    let middle_ms = f64::midpoint(start_ms, stop_ms);
    match analysis.mode {
        Mode::Efel => efel_time_constant_ms(&analysis.trace, start_ms, middle_ms),
        Mode::Precise => {
            let range = analysis.trace.between(start_ms + TRANSIENT_MS, middle_ms);
            let spiking = analysis.spikes.iter().any(|spike| range.contains(&spike.peak.index));
            if spiking { None } else { falling_time_constant_ms(&analysis.trace, range) }
        }
    }
}

/// The time constant of the return to rest after the end of a stimulus.
pub fn decay_time_constant_ms(analysis: &Analysis<'_>) -> Option<f64> {
    let ((start_ms, stop_ms), trace) = (analysis.stimulus_ms?, &analysis.trace);
    let range = trace.between(stop_ms + trace.settings.decay_start_ms, stop_ms + trace.settings.decay_end_ms);
    let reference_mv = match analysis.mode {
        Mode::Efel => *trace.voltage_mv.get(trace.first_from(start_ms))?,
        Mode::Precise => analysis.voltage_base_mv()?,
    };
    let distance_mv = |index: usize| (trace.voltage_mv[index] - reference_mv).abs();
    let slope_per_ms = match analysis.mode {
        Mode::Efel => {
            let line: Vec<(f64, f64)> =
                range.map(|index| (trace.time_ms(index), distance_mv(index).ln())).collect();
            fit(&line)?.slope
        }
        Mode::Precise => {
            // Noise of the voltage moves a logarithm by the inverse of the distance: hence its square as weight.
            let first_ms = trace.time_ms(range.start);
            let points = range.map(|index| (trace.time_ms(index) - first_ms, distance_mv(index)));
            weighted_slope(points.filter(|(_, u)| *u > 0.0).map(|(x, u)| (x, u.ln(), u * u)))?
        }
    };
    Some((-1.0 / slope_per_ms).abs())
}

/// The slope of the straight line through points with weights.
fn weighted_slope(points: impl Iterator<Item = (f64, f64, f64)> + Clone) -> Option<f64> {
    let total: f64 = points.clone().map(|(_, _, weight)| weight).sum();
    let mean = points.clone().fold((0.0, 0.0), |(x, y), own| (x + own.2 * own.0, y + own.2 * own.1));
    let (x, y) = (mean.0 / total, mean.1 / total);
    let (xy, xx) = points.fold((0.0, 0.0), |(xy, xx), own| {
        (xy + own.2 * (own.0 - x) * (own.1 - y), xx + own.2 * (own.0 - x).powi(2))
    });
    (xx > 0.0).then(|| xy / xx)
}

/// An exponential relaxation obeys V(t) − V(0) = (V_∞ t − ∫ V dt) / τ, a straight plane in t and ∫ V dt;
/// its slope is found by least squares. `None` for a voltage that does not fall.
fn falling_time_constant_ms(trace: &Trace<'_>, range: std::ops::Range<usize>) -> Option<f64> {
    let first = range.start;
    let count = range.len() as f64;
    let (origin_mv, origin_ms) = (*trace.voltage_mv.get(first)?, trace.time_ms(first));
    // Time, integral of the voltage and voltage, all from the first sample.
    let points = || {
        let mut before = (0.0, 0.0, 0.0);
        range.clone().map(move |index| {
            let (t, v) = (trace.time_ms(index) - origin_ms, trace.voltage_mv[index] - origin_mv);
            before = (t, before.1 + (t - before.0) * f64::midpoint(before.2, v), v);
            before
        })
    };
    let sum = points().fold((0.0, 0.0, 0.0), |sum, own| (sum.0 + own.0, sum.1 + own.1, sum.2 + own.2));
    let mean = (sum.0 / count, sum.1 / count, sum.2 / count);
    let (mut tt, mut ts, mut ss, mut tv, mut sv) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for own in points() {
        let (t, s, v) = (own.0 - mean.0, own.1 - mean.1, own.2 - mean.2);
        (tt, ts, ss, tv, sv) = (tt + t * t, ts + t * s, ss + s * s, tv + t * v, sv + s * v);
    }
    let rate_per_ms = (ts * tv - tt * sv) / (tt * ss - ts * ts);
    // Time and integral together: towards which voltage it relaxes.
    let limit_mv = (ss * tv - ts * sv) / (tt * ss - ts * ts) / rate_per_ms;
    (rate_per_ms > 0.0 && limit_mv < 0.0).then(|| 1.0 / rate_per_ms)
}

/// A straight line through points.
struct Line {
    slope: f64,
    /// Sum of the squared residuals over the square of the range of the values.
    relative_residual: f64,
}

/// The straight line through points, in the arithmetic of eFEL: a search that compares residuals must
/// decide as eFEL decides.
fn fit(points: &[(f64, f64)]) -> Option<Line> {
    let count = points.len() as f64;
    let (mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0);
    for own in points {
        (x, y, xx, xy) = (x + own.0, y + own.1, xx + own.0 * own.0, xy + own.0 * own.1);
    }
    let slope = (count * xy - x * y) / (count * xx - x * x);
    let intercept = (y - slope * x) / count;
    let residuals = points.iter().map(|own| (own.1 - intercept - slope * own.0).powi(2)).sum::<f64>();
    let highest = points.iter().map(|own| own.1).reduce(f64::max)?;
    let lowest = points.iter().map(|own| own.1).reduce(f64::min)?;
    let range = highest - lowest;
    Some(Line { slope, relative_residual: residuals / (range * range) })
}

/// Samples of eFEL's grid that are skipped after the start of the stimulus.
const SKIPPED: usize = 10;
/// The fall of the voltage is over when it is slower than this.
const SLOWEST_MV_PER_MS: f64 = 5e-3;
/// Samples in a row that must fall at the begin.
const FALLING: usize = 5;
/// How long the voltage must be flat after the fall.
const FLAT_MS: f64 = 70.0;
/// Fewer samples are no fall.
const FEWEST: usize = 10;

fn efel_time_constant_ms(trace: &Trace<'_>, start_ms: f64, middle_ms: f64) -> Option<f64> {
    let first = trace.first_from(start_ms) + SKIPPED;
    let middle = trace.first_from(middle_ms).max(first);
    if middle >= trace.len() || middle - first < FALLING {
        return None;
    }
    let times_ms: Vec<f64> = (first..middle).map(|index| trace.time_ms(index)).collect();
    let voltage_mv = &trace.voltage_mv[first..middle];
    let (rises, steps) = (five_point_differences(voltage_mv), five_point_differences(&times_ms));
    let slopes: Vec<f64> = rises.iter().zip(&steps).map(|(rise, step)| rise / step).collect();
    let falls = |slopes: &[f64]| !slopes.iter().any(|&slope| slope > -SLOWEST_MV_PER_MS);
    let begin = slopes.windows(FALLING).position(falls)?;
    let last_ms = trace.time_ms(middle) - FLAT_MS;
    let latest = (begin..times_ms.len()).find(|&index| times_ms[index] >= last_ms)?;
    let flat = (begin..latest).find(|&index| is_flat(&times_ms[index..], &slopes[index..]));
    let fall = begin..flat.unwrap_or(latest);
    (fall.len() >= FEWEST).then(|| search(&times_ms[fall.clone()], &voltage_mv[fall]))?
}

/// Whether the voltage falls no more at the first sample and in the mean of the 70 ms after it.
fn is_flat(times_ms: &[f64], slopes: &[f64]) -> bool {
    if slopes[0] + SLOWEST_MV_PER_MS <= 0.0 {
        return false;
    }
    let count = times_ms.iter().take_while(|&time| time - times_ms[0] < FLAT_MS).count();
    slopes[..count].iter().sum::<f64>() / count as f64 + SLOWEST_MV_PER_MS > 0.0
}

/// Differences of samples by the five-point stencil; fewer points at the ends.
fn five_point_differences(values: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    let at = |index: usize| match index {
        0 => values[1] - values[0],
        _ if index == last => values[last] - values[last - 1],
        _ if index == 1 || index + 1 == last => (values[index + 1] - values[index - 1]) / 2.0,
        _ => {
            let sum = -values[index + 2] + 8.0 * values[index + 1] - 8.0 * values[index - 1];
            (sum + values[index - 2]) / 12.0
        }
    };
    (0..=last).map(at).collect()
}

/// The golden section as eFEL has it, to be squared with its search to the bit.
const GOLDEN: f64 = 1.618_033_988;
/// The search for the asymptote ends when it is known to this, in mV.
const ASYMPTOTE_MV: f64 = 0.01;

/// Searches for the asymptote, 0 to 5 mV below the last voltage, under which ln(V − asymptote) is straightest.
/// eFEL returns the slope of the last line that was tried, which need not be the best one.
fn search(times_ms: &[f64], voltage_mv: &[f64]) -> Option<f64> {
    let last_mv = *voltage_mv.last()?;
    let line = |below_mv: f64| {
        let points: Vec<(f64, f64)> =
            times_ms.iter().zip(voltage_mv).map(|(&t, v)| (t, (v - last_mv + below_mv).ln())).collect();
        fit(&points)
    };
    let (mut low, mut high) = (0.0, SLOWEST_MV_PER_MS * 1000.0);
    let mut middle = (low * GOLDEN + high) / (1.0 + GOLDEN);
    let Line { mut slope, relative_residual: mut least } = line(middle)?;
    let mut upwards = true;
    while high - low > ASYMPTOTE_MV {
        let (from, to) = if upwards { (middle, high) } else { (low, middle) };
        let tried = if upwards {
            (from * GOLDEN + to) / (1.0 + GOLDEN)
        } else {
            (from + GOLDEN * to) / (1.0 + GOLDEN)
        };
        let own = line(tried)?;
        slope = own.slope;
        if own.relative_residual < least {
            *(if upwards { &mut low } else { &mut high }) = middle;
            (middle, least) = (tried, own.relative_residual);
        } else {
            *(if upwards { &mut high } else { &mut low }) = tried;
            upwards = !upwards;
        }
    }
    Some(-1.0 / slope)
}
