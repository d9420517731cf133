//! The rate at which a cell goes on firing.

/// What counts as firing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Firing {
    /// A spike crosses this from below, in mV.
    pub threshold_mv: f64,
    /// Time between two samples, in ms.
    pub interval_ms: f64,
}

/// A cell that stays silent for more than this number of its longest interval has stopped.
const SILENT_INTERVALS: f64 = 2.0;

impl Firing {
    /// Spikes per second: one over the mean interval; 0 of a cell that has fewer than two spikes, or has stopped before
    /// the end.
    pub fn rate_hz(&self, voltage_mv: &[f64]) -> f64 {
        let level = self.threshold_mv;
        let (mut first, mut last, mut count, mut longest) = (0.0, 0.0, 0_usize, 0.0_f64);
        for (sample, pair) in voltage_mv.windows(2).enumerate() {
            if pair[0] < level && pair[1] >= level {
                let now = (sample as f64 + (level - pair[0]) / (pair[1] - pair[0])) * self.interval_ms;
                if count == 0 {
                    first = now;
                } else {
                    longest = longest.max(now - last);
                }
                (last, count) = (now, count + 1);
            }
        }
        let silent_ms = voltage_mv.len().saturating_sub(1) as f64 * self.interval_ms - last;
        if count < 2 || silent_ms > SILENT_INTERVALS * longest {
            return 0.0;
        }
        1000.0 * (count - 1) as f64 / (last - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRING: Firing = Firing { threshold_mv: -20.0, interval_ms: 0.1 };

    /// A sine crosses its middle from below once in each period.
    fn sine(period_ms: f64, until_ms: f64) -> Vec<f64> {
        let value = |sample: u32| {
            let time = f64::from(sample) * 0.1;
            if time < until_ms {
                -20.0 + 40.0 * (std::f64::consts::TAU * time / period_ms).sin()
            } else {
                -60.0
            }
        };
        (0..5000).map(value).collect()
    }

    #[test]
    fn the_rate_is_one_over_the_period() {
        for period_ms in [7.3, 12.0, 55.5] {
            let found = FIRING.rate_hz(&sine(period_ms, 1e9));
            // Crossings between samples are off by less than a thousandth of a sample of 0.1 ms.
            assert!((found - 1000.0 / period_ms).abs() < 1e-2, "{period_ms}: {found}");
        }
    }

    #[test]
    fn a_cell_that_stops_has_no_rate() {
        assert_eq!(FIRING.rate_hz(&sine(20.0, 300.0)).to_bits(), 0.0_f64.to_bits());
        assert_eq!(FIRING.rate_hz(&sine(20.0, 15.0)).to_bits(), 0.0_f64.to_bits());
        assert!(FIRING.rate_hz(&sine(20.0, 490.0)) > 49.0);
    }
}
