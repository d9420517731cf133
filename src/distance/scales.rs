//! What counts as one unit of distance in each feature.

use crate::settings::Section;

/// Where the scale of each feature comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleSource {
    /// The standard deviations of the likelihood.
    Likelihood,
    /// The spread of the simulations of prior draws.
    Prior,
    /// The spread of the simulations of the generation before, rejected ones included: Prangle (2017),
    /// <https://doi.org/10.1214/16-BA1002>. A feature that only varies far from the posterior does not drown the
    /// others.
    Generation,
}

impl ScaleSource {
    /// Reads `scales` from the table of the sampler. `needs_simulations`: the sds of the likelihood will not do.
    pub(super) fn from_settings(section: &Section<'_>, known: &[&str], needs_simulations: bool) -> Self {
        let key = section.key(
            "scales",
            "what is one unit of distance: the sds of the likelihood, or how simulations differ",
        );
        let choice = key.choice_or(known, if needs_simulations { "prior" } else { "likelihood" });
        if needs_simulations && choice == "likelihood" {
            section.mistake_at(
                "scales",
                "`distance = \"mahalanobis\"` takes its units from how simulations differ together",
                Some("leave out `scales`, which are then those of prior draws"),
            );
        }
        match &*choice {
            "prior" => ScaleSource::Prior,
            "generation" => ScaleSource::Generation,
            _ => ScaleSource::Likelihood,
        }
    }
}

/// Scale of the median absolute deviation that makes it the standard deviation of a normal distribution.
const NORMAL: f64 = 1.482_602_218_505_602;

/// How much each feature usually differs from its median: the median absolute deviation as a standard deviation, or,
/// where more than half of the values are the same, the standard deviation. Infinite for a feature that is always the
/// same, which then does not count.
pub fn usual_deviations<'a>(
    rows: impl Iterator<Item = &'a [Option<f64>]> + Clone,
    columns: usize,
) -> Vec<f64> {
    let deviation = |column| middle_and_deviation(values(rows.clone(), column)).map(|own| own.1);
    (0..columns).map(|column| deviation(column).unwrap_or(f64::INFINITY)).collect()
}

/// The values of one feature.
pub(super) fn values<'a>(rows: impl Iterator<Item = &'a [Option<f64>]>, column: usize) -> Vec<f64> {
    rows.filter_map(|row| row[column]).filter(|value| value.is_finite()).collect()
}

/// The median, and the usual deviation from it; `None` without a value.
pub(super) fn middle_and_deviation(mut values: Vec<f64>) -> Option<(f64, f64)> {
    let middle = median(&mut values)?;
    let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let robust = median(&mut distances).map_or(0.0, |distance| NORMAL * distance);
    let spread = if robust > 0.0 { robust } else { standard_deviation(&values) };
    Some((middle, if spread > 0.0 { spread } else { f64::INFINITY }))
}

fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn standard_deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_those_of_a_normal_distribution_and_withstand_outliers() {
        // Quantiles of a normal distribution with sd 2, one of them spoiled; a count that is mostly 3; a constant.
        use statrs::distribution::{ContinuousCDF, Normal};
        let normal = Normal::new(5.0, 2.0).unwrap();
        let row = |k: u32| {
            let value = if k == 7 { 1e9 } else { normal.inverse_cdf((f64::from(k) + 0.5) / 1000.0) };
            vec![Some(value), Some(if k < 100 { 4.0 } else { 3.0 }), Some(1.0), None]
        };
        let rows: Vec<Vec<Option<f64>>> = (0..1000).map(row).collect();
        let found = usual_deviations(rows.iter().map(Vec::as_slice), 4);
        // The spoiled value moves the median by one place of a thousand.
        assert!((found[0] - 2.0).abs() < 0.02, "{found:?}");
        assert!((found[1] - 0.3).abs() < 1e-12, "{found:?}");
        assert!(found[2].is_infinite() && found[3].is_infinite(), "{found:?}");
    }
}
