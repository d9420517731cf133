//! Spikes as the eye sees them, and the voltage that all of them cross.
//!
//! A voltage of −20 mV, eFEL's and the usual threshold, fails where a strong current lifts the whole trace above it, or
//! where spikes are small. So spikes are first found by their height: up and down again within a short time.

use super::artefacts;
use crate::features::{Analyser, Mode, Response};
use crate::recording::Sweep;

/// eFEL's threshold; taken unless another one finds more of the spikes.
pub const USUAL_THRESHOLD_MV: f64 = -20.0;

/// Thresholds that are tried instead, the nearest first.
const THRESHOLDS_MV: [f64; 7] = [USUAL_THRESHOLD_MV, -25.0, -15.0, -10.0, -30.0, 0.0, 10.0];

/// A spike rises and falls by this much ...
const HEIGHT_MV: f64 = 15.0;
/// ... within this time on either side of its peak, ...
const FLANK_MS: f64 = 5.0;
/// ... and does not peak below this.
const LOWEST_PEAK_MV: f64 = -30.0;

/// The threshold that finds the spikes that stand out, the usual one if it does.
pub(super) fn threshold_mv(sweeps: &[Sweep]) -> f64 {
    let count = |sweep: &Sweep| {
        let artefacts = artefacts::tops(sweep);
        standing_out(sweep).filter(|top| !artefacts.contains(top)).count()
    };
    let standing_out: Vec<usize> = sweeps.iter().map(count).collect();
    if standing_out.iter().all(|&count| count == 0) {
        return USUAL_THRESHOLD_MV;
    }
    let mismatch = |threshold_mv: f64| -> usize {
        let mut analyser = Analyser::new(Mode::Precise, threshold_mv);
        let crossing = sweeps.iter().map(|sweep| peaks_ms(sweep, &mut analyser).len());
        crossing.zip(&standing_out).map(|(a, b)| a.abs_diff(*b)).sum()
    };
    THRESHOLDS_MV
        .into_iter()
        .map(|threshold_mv| (threshold_mv, mismatch(threshold_mv)))
        .reduce(|best, own| if own.1 < best.1 { own } else { best })
        .map_or(USUAL_THRESHOLD_MV, |(threshold_mv, _)| threshold_mv)
}

/// When the spikes that cross the threshold of the analyser peak.
pub(super) fn peaks_ms(sweep: &Sweep, analyser: &mut Analyser) -> Vec<f64> {
    let response = Response {
        interval_ms: sweep.interval_ms,
        voltage_mv: &sweep.voltage_mv,
        stimulus_ms: None,
        stimulus_current_na: None,
    };
    analyser.analyse(&response).peak_times_ms().collect()
}

/// Peaks of what stands out, by the turning points of the voltage.
fn standing_out(sweep: &Sweep) -> impl Iterator<Item = usize> + '_ {
    let flank = ((FLANK_MS / sweep.interval_ms).ceil() as usize).max(2);
    let voltage_mv = &sweep.voltage_mv;
    let (mut top, mut bottom, mut rising) = (0, 0, true);
    (1..voltage_mv.len()).filter_map(move |index| {
        let own_mv = voltage_mv[index];
        let mut peak = None;
        if rising {
            if own_mv > voltage_mv[top] {
                top = index;
            } else if own_mv < voltage_mv[top] - HEIGHT_MV {
                peak = (index - top <= flank && stands_out(voltage_mv, top, flank)).then_some(top);
                (rising, bottom) = (false, index);
            }
        } else if own_mv < voltage_mv[bottom] {
            bottom = index;
        } else if own_mv > voltage_mv[bottom] + HEIGHT_MV {
            (rising, top) = (true, index);
        }
        peak
    })
}

/// Whether the voltage came up to its turning point in a short time.
fn stands_out(voltage_mv: &[f64], top: usize, flank: usize) -> bool {
    let peak_mv = voltage_mv[top];
    let before = &voltage_mv[top.saturating_sub(flank)..top];
    peak_mv > LOWEST_PEAK_MV && before.iter().any(|&v| v < peak_mv - HEIGHT_MV)
}
