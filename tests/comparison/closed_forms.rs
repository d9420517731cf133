//! Two normal distributions, of which everything is known.

use hhbayes::comparison::{Estimate, Rope, compare_parameter};
use statrs::distribution::{ContinuousCDF, Normal};

use super::{chains, compare, normal, sample};

const COUNT: usize = 200_000;

fn phi(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

/// Within six standard errors, and sharp enough to see an error of `resolution`; `bias`: what the method itself may add.
fn assert_estimate(what: &str, found: Estimate, truth: f64, resolution: f64, bias: f64) {
    assert!(6.0 * found.error < resolution, "{what}: six standard errors are {:.4}", 6.0 * found.error);
    let off = (found.value - truth).abs();
    assert!(off < 6.0 * found.error + bias, "{what}: {} ± {}, not {truth}", found.value, found.error);
}

/// Jensen-Shannon divergence in bits of N(0, 1) and N(`shift`, 1), by the trapezoidal rule, which is exact to rounding here.
fn jensen_shannon(shift: f64) -> f64 {
    let density = |x: f64, mean: f64| (-0.5 * (x - mean).powi(2)).exp() / std::f64::consts::TAU.sqrt();
    let step = 0.001;
    let point = |place: i32| {
        let x = f64::from(place) * step;
        let (f, g) = (density(x, 0.0), density(x, shift));
        let part = |own: f64| if own > 0.0 { 0.5 * own * (2.0 * own / (f + g)).log2() } else { 0.0 };
        part(f) + part(g)
    };
    (-12_000..15_000).map(point).sum::<f64>() * step
}

#[test]
fn two_normals_of_equal_width() {
    let shift = 0.8;
    // All positive, so that there is a ratio; nothing else changes under a shift of both.
    let (a, b) = (sample(normal(COUNT, 20.0, 1.0, 1)), sample(normal(COUNT, 20.0 + shift, 1.0, 2)));
    let found = compare(&a, &b);
    let root_two = std::f64::consts::SQRT_2;
    assert_estimate("P(B > A)", found.p_greater, phi(shift / root_two), 0.01, 0.0);
    assert_estimate("median of B - A", found.difference.median, shift, 0.05, 0.0);
    let half = 1.959_964 * root_two;
    assert_estimate("lower end of B - A", found.difference.lower, shift - half, 0.1, 0.0);
    assert_estimate("upper end of B - A", found.difference.upper, shift + half, 0.1, 0.0);
    assert_estimate("Wasserstein-1", found.wasserstein.estimate, shift, 0.03, 0.0);
    assert_estimate("Kolmogorov-Smirnov", found.ks.estimate, 2.0 * phi(shift / 2.0) - 1.0, 0.02, 0.0);
    // Kernels widen both by (1 + h²)^½ with h = 0.9 n^(-1/5) = 0.078.
    let bias = 0.003;
    assert_estimate("overlap", found.overlap.estimate, 2.0 * phi(-shift / 2.0), 0.02, bias);
    assert_estimate("Jensen-Shannon", found.jensen_shannon, jensen_shannon(shift), 0.02, bias);
}

#[test]
fn the_ratio_of_two_lognormals() {
    let exponential = |values: Vec<f64>| sample(values.into_iter().map(f64::exp).collect());
    let (a, b) = (exponential(normal(COUNT, 0.0, 0.3, 3)), exponential(normal(COUNT, 0.5, 0.4, 4)));
    let found = compare(&a, &b);
    // log B - log A is normal with mean 0.5 and sd 0.5.
    let ratio = found.ratio.unwrap();
    for (found, score) in [(ratio.lower, -1.959_964_f64), (ratio.median, 0.0), (ratio.upper, 1.959_964)] {
        assert_estimate("quantile of B / A", found, (0.5 + 0.5 * score).exp(), 0.3, 0.0);
    }
    let (rope, probability) = found.rope.unwrap();
    assert_eq!(rope, Rope::Relative(0.05));
    let width = 1.05_f64.ln();
    let truth = phi((width - 0.5) / 0.5) - phi((-width - 0.5) / 0.5);
    assert_estimate("P(practically equal)", probability, truth, 0.01, 0.0);
}

#[test]
fn a_given_region_of_equivalence_is_that_of_the_difference() {
    let (a, b) = (normal(COUNT, 0.0, 1.0, 5), normal(COUNT, 0.5, 1.0, 6));
    let (of_a, of_b) = (sample(a.clone()), sample(b.clone()));
    let layouts = [&of_a.layout, &of_b.layout];
    let found = compare_parameter(("x", None), [&a, &b], layouts, Some(Rope::Absolute(1.0)));
    let root_two = std::f64::consts::SQRT_2;
    let truth = phi(0.5 / root_two) - phi(-1.5 / root_two);
    assert_estimate("P(|B - A| < 1)", found.rope.unwrap().1, truth, 0.01, 0.0);
    // Draws of both signs have no ratio, and so no region without one that is given.
    assert!(found.ratio.is_none());
    assert!(compare_parameter(("x", None), [&a, &b], layouts, None).rope.is_none());
}

#[test]
fn voltages_have_no_ratio_but_a_region_of_one_millivolt() {
    let (a, b) = (sample(normal(4000, -65.0, 1.0, 7)), sample(normal(4000, -65.0, 1.0, 8)));
    let layouts = [&a.layout, &b.layout];
    let of = |unit| compare_parameter(("E_K", Some(unit)), [&a.columns[0], &b.columns[0]], layouts, None);
    assert!(of("mV").ratio.is_none() && of("V").ratio.is_none() && of("pA").ratio.is_some());
    assert_eq!(of("mV").rope.unwrap().0, Rope::Absolute(1.0));
    assert_eq!(of("V").rope.unwrap().0, Rope::Absolute(0.001));
}

/// What two samples of one distribution give on average is what is stated: over 60 replicates to a tenth.
#[test]
fn distances_of_equal_distributions_are_as_large_as_stated() {
    let mut sums = [[0.0; 2]; 3];
    for seed in 0..60 {
        let found =
            compare(&sample(chains(500, 30.0, 0.0, 100 + seed)), &sample(chains(500, 30.0, 0.0, 500 + seed)));
        for (sum, own) in sums.iter_mut().zip([found.wasserstein, found.ks, found.overlap]) {
            sum[0] += own.estimate.value;
            sum[1] += own.if_equal;
        }
    }
    for [found, stated] in [sums[0], sums[1]] {
        assert!((found / stated - 1.0).abs() < 0.1, "{found} {stated}");
    }
    let [found, stated] = sums[2].map(|sum| 1.0 - sum / 60.0);
    // Kernels of two samples have correlated errors at neighbouring places, which does not change the mean.
    assert!((found / stated - 1.0).abs() < 0.2, "{found} {stated}");
}
