//! Depolarisation block: a cell that stays depolarised instead of spiking.

use super::Mode;
use super::analysis::Analysis;
use super::trace::mean;

/// A cell that stays below this between spikes is blocked as well.
const HYPERPOLARISED_MV: f64 = -75.0;

/// 1 if the cell is blocked, 0 if it is not; a cell without spikes is not.
pub fn is_blocked(analysis: &Analysis<'_>) -> Option<f64> {
    let stimulus = analysis.stimulus_range()?;
    if stimulus.end == analysis.trace.len() && analysis.mode == Mode::Efel {
        // eFEL looks for a sample after the stimulus and stops where there is none.
        return None;
    }
    let begins_mv: Vec<f64> = analysis.onsets().iter().map(|onset| onset.point.voltage_mv).collect();
    let Some(begin_mv) = mean(&begins_mv) else { return Some(0.0) };
    let blocked = match analysis.mode {
        Mode::Efel => efel_block(analysis, begin_mv),
        Mode::Precise => {
            let voltage_mv = &analysis.trace.voltage_mv[stimulus.clone()];
            let first_ms = analysis.trace.time_ms(stimulus.start);
            let stay_ms = |samples: usize| analysis.trace.time_ms(stimulus.start + samples) - first_ms;
            let high = longest_run(voltage_mv.iter().map(|&v| v > begin_mv));
            // A stretch that was there before the stimulus is rest.
            let since = voltage_mv.iter().position(|&v| v >= HYPERPOLARISED_MV).unwrap_or(voltage_mv.len());
            let low = longest_run(voltage_mv[since..].iter().map(|&v| v < HYPERPOLARISED_MV));
            stay_ms(high.max(low).min(voltage_mv.len() - 1)) > analysis.trace.settings.depol_block_ms
        }
    };
    Some(f64::from(u8::from(blocked)))
}

/// The largest number of samples in a row that are in a state.
fn longest_run(states: impl Iterator<Item = bool>) -> usize {
    let lengths = states.scan(0, |length, state| {
        *length = if state { *length + 1 } else { 0 };
        Some(*length)
    });
    lengths.max().unwrap_or(0)
}

fn efel_block(analysis: &Analysis<'_>, begin_mv: f64) -> bool {
    let trace = &analysis.trace;
    let Some(stimulus) = analysis.stimulus_range() else { return false };
    let (start, stop) = (stimulus.start, stimulus.end);
    let longest_ms = |froms: &[usize], tos: &[usize]| {
        // Pairs by their numbers, also if the first downward crossing comes before the first upward one.
        let stays = froms.iter().zip(tos).map(|(&from, &to)| trace.time_ms(to) - trace.time_ms(from));
        stays.fold(f64::NEG_INFINITY, f64::max)
    };
    let (ups, mut downs) = crossings(trace.voltage_mv, begin_mv);
    if ups.len() > downs.len() {
        downs.push(stop);
    }
    if ups.is_empty() || longest_ms(&ups, &downs) > analysis.trace.settings.depol_block_ms {
        return true;
    }
    let (mut ups, mut downs) = crossings(trace.voltage_mv, HYPERPOLARISED_MV);
    downs.retain(|&down| down > start && down < stop);
    let Some(&first_down) = downs.first() else { return false };
    ups.retain(|&up| up > start && up < stop && up > first_down);
    if ups.len() < downs.len() {
        ups.push(stop);
    }
    longest_ms(&downs, &ups) > analysis.trace.settings.depol_block_ms
}

/// The last sample before each upward and before each downward crossing of a level.
fn crossings(voltage_mv: &[f64], level_mv: f64) -> (Vec<usize>, Vec<usize>) {
    let (mut ups, mut downs) = (Vec::new(), Vec::new());
    for (index, pair) in voltage_mv.windows(2).enumerate() {
        match (pair[0] > level_mv, pair[1] > level_mv) {
            (false, true) => ups.push(index),
            (true, false) => downs.push(index),
            (true, true) | (false, false) => {}
        }
    }
    (ups, downs)
}
