//! The same numbers as `SciPy`.

use hhbayes::comparison::{Sample, energy_distance};
use serde_json::Value;

use super::compare;

fn expected() -> Value {
    serde_json::from_str(include_str!("../data/comparison.json")).unwrap()
}

fn column(of: &Value) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn assert_near(what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{what}: {found}, SciPy {expected}");
}

#[test]
fn distances_are_those_of_scipy() {
    let numbers = expected();
    let (a, b) = (column(&numbers["a"]), column(&numbers["b"]));
    let of = |values: &Vec<f64>| Sample::of_chains("s", vec![values.clone()], 2);
    let found = compare(&of(&a), &of(&b));
    assert_near("Wasserstein-1", found.wasserstein.estimate.value, &numbers["wasserstein"]);
    assert_near("Kolmogorov-Smirnov", found.ks.estimate.value, &numbers["ks"]);
    assert_near("P(B > A)", found.p_greater.value, &numbers["p_greater"]);
    let quantiles = [found.difference.lower, found.difference.median, found.difference.upper];
    for (found, expected) in quantiles.iter().zip(numbers["differences"].as_array().unwrap()) {
        assert_near("quantile of B - A", found.value, expected);
    }
    let weights = column(&numbers["weights"]);
    let total: f64 = weights.iter().sum();
    let weights = weights.iter().map(|weight| weight / total).collect();
    let weighted = compare(&of(&a), &Sample::of_particles("w", vec![b], weights));
    assert_near(
        "weighted Wasserstein-1",
        weighted.wasserstein.estimate.value,
        &numbers["wasserstein_weighted"],
    );
}

/// `SciPy`: √(2 E|X − Y| − E|X − X′| − E|Y − Y′|) with the pairs of a draw with itself in the means. Ours is the square
/// without these pairs, and divided by the scale.
#[test]
fn the_energy_distance_is_that_of_scipy() {
    let numbers = expected();
    let (a, b) = (column(&numbers["a"])[..180].to_vec(), column(&numbers["b"]));
    let rows = |values: &[f64]| values.iter().map(|&value| vec![value]).collect::<Vec<_>>();
    let found = energy_distance(&rows(&a), &rows(&b)).unwrap();
    let n = 180.0;
    let variance = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
    };
    let scale = f64::midpoint(variance(&a), variance(&b)).sqrt();
    let sum =
        |x: &[f64], y: &[f64]| x.iter().map(|x| y.iter().map(|y| (x - y).abs()).sum::<f64>()).sum::<f64>();
    let diagonal: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum();
    let pairs = n * (n - 1.0);
    // With the pairs of a draw with itself, and with those of draws of the same number, it is SciPy's.
    let whole = found.estimate.value * scale * pairs + 2.0 * diagonal;
    assert_near("energy distance", (whole / (n * n)).sqrt(), &numbers["energy"]);
    assert!((sum(&a, &b) * 2.0 - sum(&a, &a) - sum(&b, &b) - whole).abs() < 1e-6);
}
