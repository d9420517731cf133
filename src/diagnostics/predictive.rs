//! Posterior predictive checks: whether the recording looks like what the posterior predicts.
//!
//! A recorded value T(y) is placed among values T(y') that might be recorded again under draws of the posterior (Gelman,
//! Meng and Stern 1996, Statistica Sinica 6: 733). Of data that were fitted the p-value is conservative: they have been
//! used twice, so it crowds around one half (Bayarri and Berger 2000, <https://doi.org/10.1080/01621459.2000.10474309>).
//! Of data that were held out it is uniform if model and posterior are right.

use super::intervals::{quantile_sorted, sorted};

/// The share of the predictions in the outer and in the inner interval.
pub const COVERED: f64 = 0.95;
/// Half of the predictions.
pub const INNER: f64 = 0.5;

/// One recorded value among its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictiveCheck {
    /// `None`: the recording has no such value.
    pub observed: Option<f64>,
    /// What the predictions that have a value say; `None` if none has.
    pub predicted: Option<PredictedRange>,
    /// Share of the predictions that have no value.
    pub missing: f64,
    /// Share of the predictions above the recorded value, equal ones counted by half; of a recording without a value, the
    /// share of those that have none. `None` if there is nothing to compare.
    pub share_above: Option<f64>,
}

/// Median and intervals of predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedRange {
    /// The middle one.
    pub median: f64,
    /// Lower end of [`COVERED`].
    pub lower: f64,
    /// Upper end of [`COVERED`].
    pub upper: f64,
    /// Lower end of [`INNER`].
    pub inner_lower: f64,
    /// Upper end of [`INNER`].
    pub inner_upper: f64,
}

impl PredictiveCheck {
    /// `replicated`: one entry for each prediction, `None` where it has no value.
    pub fn new(observed: Option<f64>, replicated: &[Option<f64>]) -> Self {
        let values: Vec<f64> =
            replicated.iter().copied().flatten().filter(|value| value.is_finite()).collect();
        let values = sorted(&values);
        let count = values.len() as f64;
        let at = |share: f64| quantile_sorted(&values, share);
        let ends = |covered: f64| (at(0.5 - 0.5 * covered), at(0.5 + 0.5 * covered));
        let range = || {
            let ((lower, upper), (inner_lower, inner_upper)) = (ends(COVERED), ends(INNER));
            PredictedRange { median: at(0.5), lower, upper, inner_lower, inner_upper }
        };
        let missing = if replicated.is_empty() { 1.0 } else { 1.0 - count / replicated.len() as f64 };
        let share_above = match observed {
            Some(_) if values.is_empty() => None,
            Some(observed) => {
                let below = values.partition_point(|value| *value < observed);
                let up_to = values.partition_point(|value| *value <= observed);
                Some(1.0 - 0.5 * (below + up_to) as f64 / count)
            }
            None => Some(missing),
        };
        Self { observed, predicted: (!values.is_empty()).then(range), missing, share_above }
    }

    /// The two-sided p-value: twice the smaller of the shares above and below.
    pub fn p_value(&self) -> Option<f64> {
        self.share_above
            .map(|share| if self.observed.is_some() { 2.0 * share.min(1.0 - share) } else { share })
    }

    /// Whether the recording is not what the posterior predicts: outside of [`COVERED`], or with a value where at most
    /// one prediction in twenty has one, or the other way round.
    pub fn is_outside(&self) -> bool {
        match (self.observed, self.predicted) {
            (Some(observed), Some(PredictedRange { lower, upper, .. })) => {
                self.missing > COVERED || !(lower..=upper).contains(&observed)
            }
            (Some(_), None) => true,
            (None, _) => self.missing < 1.0 - COVERED,
        }
    }

    /// Whether the recorded value is in the middle half of the predictions; `None` without both.
    pub fn is_in_inner(&self) -> Option<bool> {
        let (observed, range) = (self.observed?, self.predicted?);
        Some((range.inner_lower..=range.inner_upper).contains(&observed))
    }

    /// How far the middle prediction is above the recording.
    pub fn bias(&self) -> Option<f64> {
        Some(self.predicted?.median - self.observed?)
    }
}

/// The probability that at least `outside` of `count` independent values are outside of [`COVERED`] by chance.
pub fn chance_of_outside(outside: usize, count: usize) -> f64 {
    let (inside, mut term, mut below) = (COVERED, COVERED.powf(count as f64), 0.0);
    for number in 0..outside.min(count + 1) {
        below += term;
        term *= (count - number) as f64 / (number + 1) as f64 * (1.0 - inside) / inside;
    }
    (1.0 - below).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;
    use crate::numeric::{Streams, standard_normal};

    /// A normal model of known sd 1 with a flat prior of its mean and `data` values: the posterior predictive of one more
    /// value is normal around their mean with variance 1 + 1/n. Replicates are its exact quantiles.
    fn predictions(mean: f64, data: usize) -> Vec<Option<f64>> {
        let normal = Normal::new(mean, (1.0 + 1.0 / data as f64).sqrt()).unwrap();
        (0..4000).map(|place| Some(normal.inverse_cdf((f64::from(place) + 0.5) / 4000.0))).collect()
    }

    #[test]
    fn the_share_above_is_that_of_the_exact_normal_predictive() {
        let replicated = predictions(0.3, 3);
        for observed in [-2.0, -0.5, 0.3, 1.1, 2.5] {
            let check = PredictiveCheck::new(Some(observed), &replicated);
            let exact = 1.0 - Normal::new(0.3, (4.0_f64 / 3.0).sqrt()).unwrap().cdf(observed);
            let (found, p_value) = (check.share_above.unwrap(), check.p_value().unwrap());
            // Half the distance between two of the quantiles.
            assert!((found - exact).abs() < 0.5 / 4000.0 + 1e-9, "{observed}: {found} for {exact}");
            assert!((p_value - 2.0 * exact.min(1.0 - exact)).abs() < 1.0 / 4000.0 + 1e-9);
        }
    }

    #[test]
    fn a_single_datum_that_was_fitted_has_the_p_value_one() {
        let check = PredictiveCheck::new(Some(7.0), &predictions(7.0, 1));
        assert!((check.p_value().unwrap() - 1.0).abs() < 1e-3 && !check.is_outside());
    }

    /// With n data a fitted one differs from their mean with variance 1 - 1/n, and a held-out one with 1 + 1/n.
    #[test]
    fn fitted_data_are_covered_too_often_and_held_out_data_as_often_as_said() {
        let (data, trials) = (3, 20_000_u64);
        let mut generator = Streams::new(5).generator(0, 0);
        let (mut fitted, mut held_out) = (0, 0);
        let zero = predictions(0.0, data);
        for _ in 0..trials {
            let own: Vec<f64> = (0..data).map(|_| standard_normal(&mut generator)).collect();
            let mean = own.iter().sum::<f64>() / data as f64;
            let inside = |value: f64| !PredictiveCheck::new(Some(value - mean), &zero).is_outside();
            fitted += u64::from(inside(own[0]));
            held_out += u64::from(inside(standard_normal(&mut generator)));
        }
        let normal = Normal::standard();
        let ratio = ((1.0 + 1.0 / 3.0) / (1.0 - 1.0 / 3.0_f64)).sqrt();
        let exact = 2.0 * normal.cdf(normal.inverse_cdf(0.975) * ratio) - 1.0;
        for (found, exact) in [(fitted, exact), (held_out, 0.95)] {
            let (share, error) =
                (found as f64 / trials as f64, (exact * (1.0 - exact) / trials as f64).sqrt());
            assert!((share - exact).abs() < 6.0 * error + 1e-3, "{share} for {exact}");
        }
        assert!(exact > 0.99, "{exact}");
    }

    #[test]
    fn equal_predictions_count_by_half() {
        let replicated = [1.0, 2.0, 2.0, 5.0].map(Some);
        assert_eq!(PredictiveCheck::new(Some(2.0), &replicated).share_above, Some(0.5));
        assert_eq!(PredictiveCheck::new(Some(9.0), &replicated).share_above, Some(0.0));
    }

    #[test]
    fn a_value_that_only_one_side_has_is_outside() {
        let none = [None; 30];
        let mostly_none: Vec<Option<f64>> = [Some(1.0)].into_iter().chain(none).collect();
        assert!(PredictiveCheck::new(Some(1.0), &none).is_outside());
        assert!(PredictiveCheck::new(Some(1.0), &mostly_none).is_outside());
        assert!(!PredictiveCheck::new(None, &mostly_none).is_outside());
        assert!(PredictiveCheck::new(None, &[Some(1.0); 30]).is_outside());
        assert_eq!(PredictiveCheck::new(None, &[Some(1.0), None]).p_value(), Some(0.5));
    }

    #[test]
    fn chance_follows_the_binomial_distribution() {
        assert!((chance_of_outside(1, 1) - 0.05).abs() < 1e-12);
        assert!((chance_of_outside(1, 5) - (1.0 - 0.95_f64.powi(5))).abs() < 1e-12);
        let two = 1.0 - 0.95_f64.powi(5) - 5.0 * 0.05 * 0.95_f64.powi(4);
        assert!((chance_of_outside(2, 5) - two).abs() < 1e-12);
        assert!((chance_of_outside(0, 5) - 1.0).abs() < 1e-12);
    }
}
