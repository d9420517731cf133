//! How well spikes come again at the same time, trial after trial.

/// A rate above so many times its mean is an event (Mainen and Sejnowski 1995, <https://doi.org/10.1126/science.7770778>).
pub const EVENT_RATE: f64 = 3.0;
/// Points per width of the smoothing at which the rate is looked at.
const POINTS_PER_WIDTH: f64 = 10.0;
/// Widths beyond which a Gaussian is nothing.
const REACH: f64 = 6.0;

/// The mean correlation of all pairs of trains, each smoothed by a Gaussian of standard deviation `sigma_ms`: 1 if all are
/// alike, 0 if no two spikes are near each other. `None` of fewer than two trains; a train without spikes is like none.
///
/// Two Gaussians a time d apart have the product e^(−d²/4σ²), so that no time grid is needed. Schreiber, Fellous, Whitmer,
/// Tiesinga and Sejnowski (2003), <https://doi.org/10.1016/S0925-2312(02)00838-X>
pub fn correlation(trains: &[Vec<f64>], sigma_ms: f64) -> Option<f64> {
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().flat_map(|s| b.iter().map(move |t| s - t));
        pairs.map(|d| (-d * d / (4.0 * sigma_ms * sigma_ms)).exp()).sum()
    };
    let norms: Vec<f64> = trains.iter().map(|train| product(train, train).sqrt()).collect();
    let (mut sum, mut pairs) = (0.0, 0_u32);
    for i in 0..trains.len() {
        for j in 0..i {
            if norms[i] > 0.0 && norms[j] > 0.0 {
                sum += product(&trains[i], &trains[j]) / (norms[i] * norms[j]);
            }
            pairs += 1;
        }
    }
    (pairs > 0).then(|| sum / f64::from(pairs))
}

/// What [`correlation`] is for trains without any relation to each other or to time, at this rate: with c = 2 √π σ r, the
/// spikes that another train has within reach of one, it is c / (1 + c) for long trains.
pub fn chance_correlation(rate_hz: f64, sigma_ms: f64) -> f64 {
    let c = 2.0 * std::f64::consts::PI.sqrt() * sigma_ms * rate_hz / 1000.0;
    c / (1.0 + c)
}

/// Times at which most trials spike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Events {
    /// How many.
    pub count: usize,
    /// The share of all spikes that is in one.
    pub share_of_spikes: f64,
    /// The standard deviation of the times of spikes within one, pooled over all; the ends of events cut off what is far
    /// out. `None` if no event has two spikes.
    pub jitter_ms: Option<f64>,
}

/// Events are stretches in which the rate over all trials, smoothed by a Gaussian of standard deviation `sigma_ms`, is above
/// [`EVENT_RATE`] times its mean. `duration_ms`: length of the trials.
pub fn events(trains: &[Vec<f64>], sigma_ms: f64, duration_ms: f64) -> Events {
    let mut all: Vec<f64> = trains.iter().flatten().copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let step_ms = sigma_ms / POINTS_PER_WIDTH;
    let points = (duration_ms / step_ms).ceil() as usize + 1;
    let per_ms = 1.0 / (sigma_ms * std::f64::consts::TAU.sqrt());
    let limit = EVENT_RATE * all.len() as f64 / duration_ms;
    let is_event = |point: usize| {
        let time_ms = point as f64 * step_ms;
        let first = all.partition_point(|t| *t < time_ms - REACH * sigma_ms);
        let near = all[first..].iter().take_while(|t| **t <= time_ms + REACH * sigma_ms);
        let rate: f64 = near.map(|t| (-0.5 * ((t - time_ms) / sigma_ms).powi(2)).exp() * per_ms).sum();
        rate > limit
    };
    let inside: Vec<bool> = (0..points).map(is_event).collect();
    let (mut count, mut within, mut squares, mut freedoms) = (0, 0_usize, 0.0, 0_usize);
    let mut start = 0;
    for stretch in inside.chunk_by(|a, b| a == b) {
        let end = start + stretch.len();
        if stretch[0] {
            let times = (start as f64 * step_ms, end as f64 * step_ms);
            let spikes: Vec<f64> = all.iter().copied().filter(|t| (times.0..times.1).contains(t)).collect();
            let mean = spikes.iter().sum::<f64>() / spikes.len().max(1) as f64;
            squares += spikes.iter().map(|t| (t - mean).powi(2)).sum::<f64>();
            freedoms += spikes.len().saturating_sub(1);
            within += spikes.len();
            count += 1;
        }
        start = end;
    }
    Events {
        count,
        share_of_spikes: within as f64 / all.len().max(1) as f64,
        jitter_ms: (freedoms > 0).then(|| (squares / freedoms as f64).sqrt()),
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::numeric::{Streams, standard_normal};

    /// Trains of a Poisson process.
    fn poisson(trials: u64, rate_hz: f64, duration_ms: f64) -> Vec<Vec<f64>> {
        let train = |trial: u64| {
            let mut generator = Streams::new(5).stage("poisson").generator(0, trial);
            let mut time_ms = 0.0;
            let mut train = Vec::new();
            loop {
                time_ms -= 1000.0 / rate_hz * (1.0 - generator.random::<f64>()).ln();
                if time_ms > duration_ms {
                    return train;
                }
                train.push(time_ms);
            }
        };
        (0..trials).map(train).collect()
    }

    #[test]
    fn trains_that_are_alike_are_reliable() {
        let train = poisson(1, 40.0, 1000.0).remove(0);
        assert!((correlation(&vec![train; 4], 1.0).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(correlation(&[vec![1.0]], 1.0), None);
        assert_eq!(correlation(&[vec![], vec![1.0]], 1.0), Some(0.0));
    }

    /// Two spikes a time d apart are correlated by e^(−d²/4σ²).
    #[test]
    fn two_spikes_are_correlated_by_their_distance() {
        let found = correlation(&[vec![10.0], vec![13.0]], 2.0).unwrap();
        assert!((found - (-9.0_f64 / 16.0).exp()).abs() < 1e-12);
    }

    /// About 0 where spikes are rare, and what is expected by chance where they are not.
    #[test]
    fn independent_trains_are_correlated_by_chance_alone() {
        let rare = correlation(&poisson(20, 2.0, 20_000.0), 1.0).unwrap();
        assert!(rare.abs() < 0.02, "{rare}");
        for rate_hz in [20.0, 80.0] {
            let found = correlation(&poisson(20, rate_hz, 20_000.0), 1.0).unwrap();
            assert!((found - chance_correlation(rate_hz, 1.0)).abs() < 0.01, "{rate_hz}: {found}");
        }
    }

    /// Spikes about times 20 ms apart with a jitter of 0.5 ms.
    #[test]
    fn jitter_is_found_again() {
        let trial = |trial: u64| -> Vec<f64> {
            let mut generator = Streams::new(6).stage("jitter").generator(0, trial);
            (1..50).map(|at| 20.0 * f64::from(at) + 0.5 * standard_normal(&mut generator)).collect()
        };
        let found = events(&(0..40).map(trial).collect::<Vec<_>>(), 0.5, 1000.0);
        assert_eq!(found.count, 49);
        // The smoothed rate of an event is normal with the variance 0.5² + 0.5², 564 Hz at its peak, and falls below 150 Hz
        // at 1.15 ms, 2.3 deviations of the spikes: what a normal cut off there keeps of itself, and of its deviation.
        let (kept, narrowed) = (0.978_6, 0.931_2);
        assert!((found.share_of_spikes - kept).abs() < 0.015, "{found:?}");
        // 1911 freedoms: a standard error of 1.6 %.
        assert!((found.jitter_ms.unwrap() / (0.5 * narrowed) - 1.0).abs() < 0.06, "{found:?}");
    }

    #[test]
    fn trains_without_relation_have_few_events() {
        let found = events(&poisson(60, 50.0, 2000.0), 1.0, 2000.0);
        assert!(found.share_of_spikes < 0.05, "{found:?}");
        assert_eq!(
            events(&[vec![], vec![]], 1.0, 100.0),
            Events { count: 0, share_of_spikes: 0.0, jitter_ms: None }
        );
    }
}
