//! How sparse responses are over an ensemble of inputs.
//!
//! With a = (Σ r / n)² / (Σ r² / n) of Treves and Rolls (1991), <https://doi.org/10.1088/0954-898X_2_4_004>, the sparseness
//! is S = (1 − a) / (1 − 1/n) of Vinje and Gallant (2000), <https://doi.org/10.1126/science.287.5456.1273>: 0 if all
//! responses are the same, 1 if only one input has a response.

use statrs::distribution::{ContinuousCDF, Normal};

/// The sparseness S of responses that are not negative; `None` of fewer than two, and if there is no response at all.
pub fn sparseness(responses: &[f64]) -> Option<f64> {
    let n = responses.len() as f64;
    let sum: f64 = responses.iter().sum();
    let squares: f64 = responses.iter().map(|r| r * r).sum();
    if responses.len() < 2 || squares <= 0.0 {
        return None;
    }
    Some((1.0 - sum * sum / (n * squares)) / (1.0 - 1.0 / n))
}

/// The quantiles of the standard normal distribution in the middle of so many equal shares, growing: an ensemble without
/// random numbers.
pub fn normal_quantiles(count: usize) -> Vec<f64> {
    let normal = Normal::standard();
    (0..count).map(|place| normal.inverse_cdf((place as f64 + 0.5) / count as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_response_is_sparse_and_equal_ones_are_not() {
        assert!((sparseness(&[0.0, 0.0, 7.0, 0.0]).unwrap() - 1.0).abs() < 1e-12);
        assert!(sparseness(&[7.0; 4]).unwrap().abs() < 1e-12);
        assert_eq!(sparseness(&[0.0; 4]), None);
        assert_eq!(sparseness(&[7.0]), None);
        assert!((sparseness(&[1.0, 0.0]).unwrap() - 1.0).abs() < 1e-12);
    }

    /// Of a rectified normal input E r = 1/√(2π) and E r² = 1/2, so that a = 1/π.
    #[test]
    fn a_rectifier_of_normal_inputs_has_its_closed_form() {
        let outputs: Vec<f64> = normal_quantiles(100_000).iter().map(|z| z.max(0.0)).collect();
        let expected = 1.0 - std::f64::consts::FRAC_1_PI;
        assert!((sparseness(&outputs).unwrap() - expected).abs() < 1e-4);
    }

    #[test]
    fn quantiles_are_those_of_the_normal() {
        let found = normal_quantiles(4);
        assert!((found[3] - 1.150_349_380_376_008).abs() < 1e-9 && (found[0] + found[3]).abs() < 1e-12);
    }
}
