//! When a cell spikes.

use super::pulse::{ACTION_POTENTIAL_MV, REST_MV};

/// A voltage of the squid's axon above this is part of an action potential.
pub const SPIKE_LEVEL_MV: f64 = REST_MV + ACTION_POTENTIAL_MV;

/// When a voltage crosses a level from below, in ms after the first sample; interpolated between samples.
pub fn spike_times_ms(voltage_mv: &[f64], interval_ms: f64, level_mv: f64) -> Vec<f64> {
    let crossings = voltage_mv.windows(2).enumerate().filter(|(_, v)| v[0] <= level_mv && v[1] > level_mv);
    crossings.map(|(at, v)| (at as f64 + (level_mv - v[0]) / (v[1] - v[0])) * interval_ms).collect()
}

/// Spikes per second in a window, in which parts of the intervals at both ends count as parts of spikes, so that the rate
/// of a regular train does not depend on where the window lies.
///
/// A part is that of the nearest interval between spikes, and at most one; of a window with one spike nothing is known
/// but that.
pub fn rate_hz(spikes_ms: &[f64], (start_ms, stop_ms): (f64, f64)) -> f64 {
    let within: Vec<f64> =
        spikes_ms.iter().copied().filter(|time| (start_ms..stop_ms).contains(time)).collect();
    let cycles = match *within {
        [] => 0.0,
        [_] => 1.0,
        [first, second, ..] => {
            let (last, before) = (within[within.len() - 1], within[within.len() - 2]);
            let part = |rest_ms: f64, interval_ms: f64| (rest_ms / interval_ms).min(1.0);
            let ends = part(first - start_ms, second - first) + part(stop_ms - last, last - before);
            (within.len() - 1) as f64 + ends
        }
    };
    1000.0 * cycles / (stop_ms - start_ms)
}

/// The share of samples above a level.
pub fn share_above(voltage_mv: &[f64], level_mv: f64) -> f64 {
    voltage_mv.iter().filter(|v| **v > level_mv).count() as f64 / voltage_mv.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_interpolated() {
        let found = spike_times_ms(&[0.0, 1.0, 3.0, 1.0, 2.0, 4.0], 0.5, 2.0);
        assert_eq!(found, [0.75, 2.0]);
        assert!(spike_times_ms(&[1.0, 1.0], 0.5, 2.0).is_empty());
    }

    #[test]
    fn the_rate_of_a_regular_train_is_that_of_its_intervals_wherever_the_window_lies() {
        for shift in 0..20 {
            let spikes: Vec<f64> =
                (0..40).map(|spike| 17.0 * f64::from(spike) + 0.85 * f64::from(shift)).collect();
            let found = rate_hz(&spikes, (100.0, 400.0));
            assert!((found - 1000.0 / 17.0).abs() < 1e-9, "{shift}: {found}");
        }
        assert!(rate_hz(&[], (0.0, 100.0)).abs() < 1e-12);
        assert!((rate_hz(&[3.0], (0.0, 100.0)) - 10.0).abs() < 1e-12);
    }

    /// Two spikes at the onset and then none: not the rate of their interval, but at most two spikes more.
    #[test]
    fn a_cell_that_falls_silent_has_a_low_rate() {
        assert!((rate_hz(&[1.0, 11.0], (0.0, 1000.0)) - 2.1).abs() < 1e-9);
    }

    #[test]
    fn a_quarter_of_the_samples_is_above() {
        assert!((share_above(&[0.0, 1.0, 2.0, 3.0], 2.5) - 0.25).abs() < 1e-12);
    }
}
