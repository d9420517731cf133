//! Traces with fewer points, in which no spike is lost.

/// How a trace is thinned: each stretch of samples becomes two points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Thinning {
    stretch: usize,
}

impl Thinning {
    /// So that at most about `points` are left of `samples`.
    pub(super) fn new(samples: usize, points: usize) -> Self {
        if samples <= points {
            Self { stretch: 1 }
        } else {
            Self { stretch: (2 * samples).div_ceil(points.max(2)) }
        }
    }

    /// Time between two points, if that between two samples is `interval`.
    pub(super) fn interval(self, interval: f64) -> f64 {
        if self.stretch == 1 { interval } else { 0.5 * interval * self.stretch as f64 }
    }

    /// The lowest and the highest sample of each stretch, in the order in which they come.
    pub(super) fn trace(self, values: &[f32]) -> Vec<f64> {
        self.pairs(values, |low, high, low_is_first| if low_is_first { [low, high] } else { [high, low] })
    }

    /// The lowest of each stretch, twice.
    pub(super) fn lowest(self, values: &[f32]) -> Vec<f64> {
        self.pairs(values, |low, _, _| [low, low])
    }

    /// The highest of each stretch, twice.
    pub(super) fn highest(self, values: &[f32]) -> Vec<f64> {
        self.pairs(values, |_, high, _| [high, high])
    }

    fn pairs(self, values: &[f32], pair: fn(f64, f64, bool) -> [f64; 2]) -> Vec<f64> {
        if self.stretch == 1 {
            return values.iter().copied().map(f64::from).collect();
        }
        let of_stretch = |samples: &[f32]| {
            let (mut low, mut high) = (0, 0);
            for (place, value) in samples.iter().enumerate() {
                if *value < samples[low] {
                    low = place;
                }
                if *value > samples[high] {
                    high = place;
                }
            }
            pair(f64::from(samples[low]), f64::from(samples[high]), low <= high)
        };
        values.chunks(self.stretch).flat_map(of_stretch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_trace_stays_as_it_is() {
        let thinning = Thinning::new(3, 10);
        assert_eq!(thinning.trace(&[1.0, 5.0, 2.0]), [1.0, 5.0, 2.0]);
        assert!((thinning.interval(0.1) - 0.1).abs() < 1e-15);
    }

    #[test]
    fn no_spike_is_lost_in_a_long_trace() {
        let mut values = vec![-70.0_f32; 100_000];
        values[54_321] = 30.0;
        let thinning = Thinning::new(values.len(), 1000);
        let thinned = thinning.trace(&values);
        assert_eq!(thinned.len(), 1000);
        let peak = thinned.iter().position(|value| *value > 0.0).unwrap();
        let peak_ms = peak as f64 * thinning.interval(0.05);
        // A stretch is 200 samples of 0.05 ms.
        assert!((peak_ms - 2716.05).abs() < 10.0, "{peak_ms}");
        assert!(thinning.highest(&values)[peak] > 0.0 && thinning.lowest(&values)[peak] < 0.0);
    }
}
