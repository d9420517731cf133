//! Jumps of the voltage at the edges of the injected current, which cross a threshold like spikes.
//!
//! Where the resistance of the electrode is overcompensated, the voltage jumps up when the current ends, even while a
//! spike falls. No membrane does that: the voltage turns at the edge and turns back within a fraction of a millisecond.

use crate::recording::Sweep;

/// An edge of the current is a change between two samples by this share of its range.
const EDGE_SHARE: f64 = 0.5;
/// The voltage turns back within this time after the edge.
const LONGEST_MS: f64 = 0.3;
/// A smaller jump is no worry.
const SMALLEST_JUMP_MV: f64 = 5.0;

/// The sample where each jump is highest.
pub(super) fn tops(sweep: &Sweep) -> Vec<usize> {
    let longest = (LONGEST_MS / sweep.interval_ms).round() as usize;
    edges(sweep).into_iter().filter_map(|edge| top(&sweep.voltage_mv, edge, longest)).collect()
}

/// The last sample before each jump of the current.
fn edges(sweep: &Sweep) -> Vec<usize> {
    let Some(current) = &sweep.current else { return Vec::new() };
    let (lowest, highest) = current
        .values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (value.min(low), value.max(high)));
    let least = EDGE_SHARE * (highest - lowest);
    let is_edge = |pair: &[f64]| least > 0.0 && (pair[1] - pair[0]).abs() >= least;
    let pairs = current.values.windows(2).enumerate();
    pairs.filter(|(_, pair)| is_edge(pair)).map(|(index, _)| index).collect()
}

/// The highest sample shortly after an edge, if the voltage did not rise before it and falls again soon.
fn top(voltage_mv: &[f64], edge: usize, longest: usize) -> Option<usize> {
    // The filter of the amplifier delays the voltage by up to a sample.
    let shortly_after = edge + 1..edge + 1 + longest;
    let after = voltage_mv.get(shortly_after.clone())?;
    let (place, top_mv) = after
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map(|(place, v)| (edge + 1 + place, *v))?;
    let (before, start) = (*voltage_mv.get(edge.checked_sub(2)?)?, voltage_mv[edge]);
    let falls_again = place + 1 < shortly_after.end;
    (start <= before && top_mv >= start + SMALLEST_JUMP_MV && falls_again).then_some(place)
}
