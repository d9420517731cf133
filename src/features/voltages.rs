//! The values of the features of the membrane potential that need no spikes.

use std::ops::Range;

use super::Mode;
use super::analysis::Analysis;
use super::trace::{central_moment, mean, vertex};

/// A spread below this, relative to the size of the values, is rounding error and has no shape.
const ROUNDING: f64 = 1e-12;

/// A smaller deflection is not a response to the stimulus.
const SMALLEST_DEFLECTION_MV: f64 = 1e-6;

pub fn voltage_base_mv(analysis: &Analysis<'_>) -> Option<f64> {
    analysis.voltage_base_mv()
}

pub fn voltage_base_sd_mv(analysis: &Analysis<'_>) -> Option<f64> {
    central_moment(analysis.base_samples()?, 2).map(f64::sqrt)
}

pub fn voltage_after_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (_, stop_ms) = analysis.stimulus_ms?;
    mean(analysis.trace.voltage_mv.get(analysis.trace.first_after(stop_ms)..)?)
}

/// The mean over the middle half of what follows the stimulus.
pub fn voltage_long_after_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (_, stop_ms) = analysis.stimulus_ms?;
    let trace = &analysis.trace;
    let rest_ms = trace.time_ms(trace.len().checked_sub(1)?) - stop_ms;
    let first = trace.first_from(stop_ms + 0.25 * rest_ms);
    let end = trace.first_after(stop_ms + 0.75 * rest_ms);
    // eFEL adds one sample more before it looks at its time.
    let end = if analysis.mode == Mode::Efel { (end + 1).min(trace.len()) } else { end };
    mean(trace.voltage_mv.get(first..end)?)
}

pub fn highest_above_base_mv(analysis: &Analysis<'_>) -> Option<f64> {
    Some(highest_mv(analysis)? - voltage_base_mv(analysis)?)
}

/// The mean over everything before the stimulus.
fn voltage_before_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (start_ms, _) = analysis.stimulus_ms?;
    mean(&analysis.trace.voltage_mv[..analysis.trace.first_from(start_ms)])
}

/// Samples of eFEL's grid between the window of `voltage_deflection` and the end of the stimulus,
/// and in the window.
const DEFLECTION_WINDOW: usize = 5;

/// How long before the end of the stimulus the same window begins and ends.
const DEFLECTION_WINDOW_MS: (f64, f64) = (1.0, 0.5);

pub fn late_deflection_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (_, stop_ms) = analysis.stimulus_ms?;
    let trace = &analysis.trace;
    let late_mv = match analysis.mode {
        Mode::Efel => {
            let end = Some(trace.first_after(stop_ms)).filter(|&end| end < trace.len())?;
            let window = end.checked_sub(2 * DEFLECTION_WINDOW)?..end - DEFLECTION_WINDOW;
            mean(&trace.voltage_mv[window])?
        }
        Mode::Precise => {
            let (begin, end) = DEFLECTION_WINDOW_MS;
            trace.mean_between(stop_ms - begin, stop_ms - end)?
        }
    };
    Some(late_mv - voltage_before_stimulus_mv(analysis)?)
}

/// Of the stimulus, the part from 5 % to 15 %.
pub fn early_deflection_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (start_ms, stop_ms) = analysis.stimulus_ms?;
    let begin_ms = start_ms + (stop_ms - start_ms) * (0.1 / 2.0);
    let end_ms = begin_ms + (stop_ms - start_ms) * 0.1;
    let window = analysis.trace.first_after(begin_ms)..analysis.trace.first_after(end_ms);
    Some(mean(analysis.trace.voltage_mv.get(window)?)? - voltage_before_stimulus_mv(analysis)?)
}

pub fn resistance_mohm(analysis: &Analysis<'_>) -> Option<f64> {
    Some(late_deflection_mv(analysis)? / analysis.stimulus_current_na?)
}

pub fn steady_resistance_mohm(analysis: &Analysis<'_>) -> Option<f64> {
    Some(steady_deflection_mv(analysis)? / analysis.stimulus_current_na?)
}

pub fn steepest_rise_mv_per_ms(analysis: &Analysis<'_>) -> Option<f64> {
    let trace = &analysis.trace;
    let last = trace.len().checked_sub(2)?;
    let rise = |index: usize| trace.rise_mv_per_ms(index);
    let steeper = |best: (usize, f64), own: (usize, f64)| if own.1 > best.1 { own } else { best };
    let (index, steepest) = (0..=last).map(|index| (index, rise(index))).reduce(steeper)?;
    match analysis.mode {
        Mode::Precise if index > 0 && index < last => {
            Some(vertex(rise(index - 1), steepest, rise(index + 1)).1)
        }
        Mode::Precise | Mode::Efel => Some(steepest),
    }
}

pub fn voltage_at_end_of_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (start_ms, stop_ms) = analysis.stimulus_ms?;
    let end = analysis.trace.between(stop_ms - 0.1 * (stop_ms - start_ms), stop_ms);
    mean(&analysis.trace.voltage_mv[end])
}

pub fn steady_deflection_mv(analysis: &Analysis<'_>) -> Option<f64> {
    Some(voltage_at_end_of_stimulus_mv(analysis)? - voltage_base_mv(analysis)?)
}

pub fn lowest_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let range = range_of_extremes(analysis)?;
    let lowest = analysis.trace.lowest(range.clone())?;
    Some(extreme_mv(analysis, &range, lowest))
}

pub fn highest_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let range = range_of_extremes(analysis)?;
    let highest = analysis.trace.highest(range.clone())?;
    Some(extreme_mv(analysis, &range, highest))
}

fn range_of_extremes(analysis: &Analysis<'_>) -> Option<Range<usize>> {
    let range = analysis.stimulus_range()?;
    // eFEL lets a stimulus that outlasts the sweep end at the last sample, which it leaves out.
    let outlasted = analysis.mode == Mode::Efel && range.end == analysis.trace.len();
    if outlasted { Some(range.start..range.end - 1).filter(|range| !range.is_empty()) } else { Some(range) }
}

fn extreme_mv(analysis: &Analysis<'_>, range: &Range<usize>, index: usize) -> f64 {
    // At an end of the stimulus, the neighbour outside of it must not count.
    let inside = index > range.start && index + 1 < range.end;
    match analysis.mode {
        Mode::Precise if inside => analysis.trace.vertex(index).voltage_mv,
        Mode::Precise | Mode::Efel => analysis.trace.voltage_mv[index],
    }
}

pub fn sag_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let sagging = steady_deflection_mv(analysis)? <= 0.0;
    sagging.then_some(voltage_at_end_of_stimulus_mv(analysis)? - lowest_mv(analysis)?)
}

pub fn sag_share_of_deflection(analysis: &Analysis<'_>) -> Option<f64> {
    Some(sag_mv(analysis)? / deflection_mv(analysis)?)
}

pub fn steady_share_of_deflection(analysis: &Analysis<'_>) -> Option<f64> {
    Some(-steady_deflection_mv(analysis)? / deflection_mv(analysis)?)
}

/// From the base down to the lowest voltage during the stimulus.
fn deflection_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let deflection_mv = voltage_base_mv(analysis)? - lowest_mv(analysis)?;
    // eFEL divides by rounding errors, too, if the stimulus lowers nothing.
    (analysis.mode == Mode::Efel || deflection_mv > SMALLEST_DEFLECTION_MV).then_some(deflection_mv)
}

pub fn mean_in_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    mean(analysis.stimulus_samples()?)
}

pub fn variance_in_stimulus_mv2(analysis: &Analysis<'_>) -> Option<f64> {
    central_moment(analysis.stimulus_samples()?, 2)
}

pub fn skewness_in_stimulus(analysis: &Analysis<'_>) -> Option<f64> {
    standardised_moment(analysis.stimulus_samples()?, 3)
}

pub fn kurtosis_in_stimulus(analysis: &Analysis<'_>) -> Option<f64> {
    standardised_moment(analysis.stimulus_samples()?, 4)
}

/// The `order`-th central moment in units of the standard deviation; `None` for a constant voltage.
fn standardised_moment(voltage_mv: &[f64], order: i32) -> Option<f64> {
    let sd_mv = central_moment(voltage_mv, 2)?.sqrt();
    if sd_mv <= ROUNDING * mean(voltage_mv)?.abs().max(1.0) {
        return None;
    }
    Some(central_moment(voltage_mv, order)? / sd_mv.powi(order))
}
