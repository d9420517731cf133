//! The values of the features of the membrane potential that need no spikes.

use std::ops::Range;

use super::Mode;
use super::analysis::Analysis;
use super::trace::{central_moment, mean};

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

pub fn voltage_at_end_of_stimulus_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let (start_ms, stop_ms) = analysis.stimulus_ms?;
    let end = analysis.trace.between(stop_ms - 0.1 * (stop_ms - start_ms), stop_ms);
    mean(&analysis.trace.voltage_mv[end])
}

pub fn steady_deflection_mv(analysis: &Analysis<'_>) -> Option<f64> {
    Some(voltage_at_end_of_stimulus_mv(analysis)? - voltage_base_mv(analysis)?)
}

pub fn lowest_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let range = analysis.stimulus_range()?;
    let lowest = analysis.trace.lowest(range.clone())?;
    Some(extreme_mv(analysis, &range, lowest))
}

pub fn highest_mv(analysis: &Analysis<'_>) -> Option<f64> {
    let range = analysis.stimulus_range()?;
    let highest = analysis.trace.highest(range.clone())?;
    Some(extreme_mv(analysis, &range, highest))
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
