//! Quantiles and highest-density intervals of equally weighted draws.

/// Quantile by linear interpolation between order statistics, type 7 of Hyndman and Fan (1996),
/// <https://doi.org/10.1080/00031305.1996.10473566>, the default of NumPy.
///
/// `probability` between 0 and 1. NaN if there is no value or one of them is NaN.
pub fn quantile(values: &[f64], probability: f64) -> f64 {
    quantile_sorted(&sorted(values), probability)
}

/// The narrowest interval between two draws that contains the share `probability` of the draws.
///
/// Among equally narrow intervals the lowest. Both ends are NaN if there is no value or one of them is NaN.
/// Definition of `arviz_stats.hdi` with method "nearest"; one interval even where the density has two modes.
pub fn hdi(values: &[f64], probability: f64) -> (f64, f64) {
    hdi_sorted(&sorted(values), probability)
}

/// Ascending; NaN stands last (or, with a sign, first).
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn has_no_order(sorted: &[f64]) -> bool {
    match (sorted.first(), sorted.last()) {
        (Some(first), Some(last)) => first.is_nan() || last.is_nan(),
        _ => true,
    }
}

pub(super) fn quantile_sorted(sorted: &[f64], probability: f64) -> f64 {
    if has_no_order(sorted) {
        return f64::NAN;
    }
    let last = sorted.len() - 1;
    let place = (probability * last as f64).clamp(0.0, last as f64);
    let below = place.floor() as usize;
    let (lower, upper) = (sorted[below], sorted[(below + 1).min(last)]);
    let share = place - below as f64;
    if share <= 0.0 {
        return lower;
    }
    // From the nearer end, as NumPy does: exact at both ends, so a draw compares with its own quantile.
    if share < 0.5 { lower + (upper - lower) * share } else { upper - (upper - lower) * (1.0 - share) }
}

pub(super) fn hdi_sorted(sorted: &[f64], probability: f64) -> (f64, f64) {
    if has_no_order(sorted) {
        return (f64::NAN, f64::NAN);
    }
    let span = ((probability * sorted.len() as f64).floor() as usize).min(sorted.len() - 1);
    let mut narrowest = (sorted[0], sorted[span]);
    for (&lower, &upper) in sorted.iter().zip(&sorted[span..]) {
        if upper - lower < narrowest.1 - narrowest.0 {
            narrowest = (lower, upper);
        }
    }
    narrowest
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values are chosen to be exact")]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let values = [4.0, 1.0, 2.0];
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 0.25), 1.5);
        assert_eq!(quantile(&values, 0.75), 3.0);
        assert_eq!(quantile(&values, 1.0), 4.0);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
        assert!(quantile(&[], 0.5).is_nan());
        assert!(quantile(&[1.0, f64::NAN], 0.5).is_nan());
    }

    #[test]
    fn the_interval_sits_where_the_draws_are_dense() {
        let values = [0.0, 10.0, 10.1, 10.2, 10.3, 30.0, 50.0, 90.0];
        assert_eq!(hdi(&values, 0.4), (10.0, 10.3));
        assert_eq!(hdi(&values, 1.0), (0.0, 90.0));
        assert_eq!(hdi(&[3.0], 0.95), (3.0, 3.0));
        assert!(hdi(&[], 0.95).0.is_nan());
    }
}
