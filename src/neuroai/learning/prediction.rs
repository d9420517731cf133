//! What a model predicts of a measurement, and how good predictions are.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::numeric::log_sum_exp;

/// The share of measurements that a band should hold.
pub const COVERED: f64 = 0.95;
/// Halvings of the interval in which a quantile is searched: beyond the precision of a number.
const HALVINGS: usize = 60;

/// The predictive distribution of one measurement, noise included: a mixture of normals of equal weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// Their means.
    pub means: Vec<f64>,
    /// Their standard deviation.
    pub sd: f64,
}

/// How good predictions are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Root of the mean squared difference of measurement and mean prediction.
    pub error: f64,
    /// Mean width of the 95 % bands.
    pub width: f64,
    /// The share of measurements within them.
    pub coverage: f64,
    /// Mean log density of the measurements.
    pub log_density: f64,
}

impl Predicted {
    /// Mean of the mixture.
    pub fn mean(&self) -> f64 {
        self.means.iter().sum::<f64>() / self.means.len() as f64
    }

    /// Log density of a measurement.
    pub fn log_density(&self, measured: f64) -> f64 {
        let terms: Vec<f64> =
            self.means.iter().map(|mean| -0.5 * ((measured - mean) / self.sd).powi(2)).collect();
        log_sum_exp(&terms) - (self.means.len() as f64 * self.sd * std::f64::consts::TAU.sqrt()).ln()
    }

    /// The value below which a measurement lies with some probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        let normal = Normal::standard();
        let below = |value: f64| {
            let shares = self.means.iter().map(|mean| normal.cdf((value - mean) / self.sd));
            shares.sum::<f64>() / self.means.len() as f64
        };
        let reach = 10.0 * self.sd;
        let mut low = self.means.iter().copied().fold(f64::INFINITY, f64::min) - reach;
        let mut high = self.means.iter().copied().fold(f64::NEG_INFINITY, f64::max) + reach;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if below(middle) < probability { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// The band that holds a measurement with 95 %, as much of the rest below it as above.
    pub fn band(&self) -> (f64, f64) {
        let rest = 0.5 * (1.0 - COVERED);
        (self.quantile(rest), self.quantile(1.0 - rest))
    }
}

impl Score {
    /// The score of one prediction for each measurement; `None` of none.
    pub fn of(predicted: &[Predicted], measured: &[f64]) -> Option<Self> {
        let n = measured.len() as f64;
        let pairs = || predicted.iter().zip(measured);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
        let bands: Vec<(f64, f64)> = predicted.iter().map(Predicted::band).collect();
        let within = bands.iter().zip(measured).filter(|((low, high), y)| (low..=high).contains(y));
        (!measured.is_empty()).then(|| Self {
            error: mean(&mut pairs().map(|(own, y)| (own.mean() - y).powi(2))).sqrt(),
            width: mean(&mut bands.iter().map(|(low, high)| high - low)),
            coverage: within.count() as f64 / n,
            log_density: mean(&mut pairs().map(|(own, y)| own.log_density(*y))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_normal_has_its_band_and_its_density() {
        let own = Predicted { means: vec![3.0], sd: 2.0 };
        let (low, high) = own.band();
        assert!((low - (3.0 - 3.919_927_969)).abs() < 1e-6 && (high - (3.0 + 3.919_927_969)).abs() < 1e-6);
        assert!((own.log_density(5.0) - (-0.5 - (2.0 * std::f64::consts::TAU.sqrt()).ln())).abs() < 1e-12);
    }

    /// Half of a mixture of two that are far from each other lies below the middle.
    #[test]
    fn a_mixture_has_the_quantiles_of_its_parts() {
        let own = Predicted { means: vec![0.0, 100.0], sd: 1.0 };
        assert!((own.quantile(0.25) - 0.0).abs() < 1e-6 && (own.quantile(0.75) - 100.0).abs() < 1e-6);
        assert!((own.mean() - 50.0).abs() < 1e-12);
    }

    #[test]
    fn a_score_is_counted() {
        let predicted = vec![Predicted { means: vec![0.0], sd: 1.0 }; 4];
        let score = Score::of(&predicted, &[0.0, 1.0, -1.0, 4.0]).unwrap();
        assert!((score.error - 4.5_f64.sqrt()).abs() < 1e-12);
        assert!((score.coverage - 0.75).abs() < 1e-12 && (score.width - 3.919_928).abs() < 1e-5);
        assert_eq!(Score::of(&[], &[]), None);
    }
}
