//! All parameters together.

use hhbayes::comparison::{Sample, classify, correlation_changes, energy_distance, mean_of_members};
use hhbayes::numeric::Streams;
use statrs::distribution::{ContinuousCDF, Normal};

use super::{chains, normal};

fn phi(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

fn rows(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..columns[0].len()).map(|draw| columns.iter().map(|column| column[draw]).collect()).collect()
}

/// 2 E|X − Y| − E|X − X′| − E|Y − Y′| of N(0, 1) and N(d, 1), of which every difference is normal with sd √2.
fn energy_of_normals(shift: f64) -> f64 {
    let s = std::f64::consts::SQRT_2;
    let size = |mean: f64| {
        s * (2.0 / std::f64::consts::PI).sqrt() * (-mean * mean / (2.0 * s * s)).exp()
            + mean * (1.0 - 2.0 * phi(-mean / s))
    };
    2.0 * size(shift) - 2.0 * size(0.0)
}

#[test]
fn the_energy_distance_of_two_normals() {
    for (shift, seed) in [(1.0, 31), (0.3, 41)] {
        let of = |mean, seed| rows(&[normal(2000, mean, 1.0, seed)]);
        let found = energy_distance(&of(0.0, seed), &of(shift, seed + 1)).unwrap().estimate;
        let truth = energy_of_normals(shift);
        // The scale is that of the draws, known to 1 %.
        assert!((found.value - truth).abs() < 5.0 * found.error + 0.01 * truth, "{found:?} {truth}");
        assert!(found.error < 0.25 * truth, "{found:?}");
    }
}

/// Without bias and with the right error where first-order theory says 0: the mean over 100 replicates is 0, and their spread
/// is the stated error (known to 7 %, so within a third).
#[test]
fn the_energy_distance_of_equal_distributions_is_zero() {
    let of = |seed| rows(&[normal(200, 0.0, 1.0, seed), normal(200, 0.0, 2.0, seed + 1)]);
    let found: Vec<_> =
        (0..100).map(|seed| energy_distance(&of(10 * seed), &of(10 * seed + 5)).unwrap().estimate).collect();
    let mean = found.iter().map(|own| own.value).sum::<f64>() / 100.0;
    let spread = (found.iter().map(|own| (own.value - mean).powi(2)).sum::<f64>() / 99.0).sqrt();
    let stated = (found.iter().map(|own| own.error.powi(2)).sum::<f64>() / 100.0).sqrt();
    assert!(mean.abs() < 5.0 * spread / 10.0, "{mean} {spread}");
    assert!((spread / stated - 1.0).abs() < 0.35, "{spread} {stated}");
}

fn two(mean: f64, memory: f64, seed: u64) -> Sample {
    Sample::of_chains("s", vec![chains(4000, mean, memory, seed), chains(4000, 0.0, memory, seed + 7)], 4)
}

#[test]
fn a_classifier_tells_separated_normals_apart_as_well_as_it_can() {
    for shift in [0.5, 1.0, 3.0] {
        let test = classify(&two(0.0, 0.0, 51).thinned(2000), &two(shift, 0.0, 61).thinned(2000)).unwrap();
        let best = phi(shift / 2.0);
        let error = (best * (1.0 - best) / 4000.0).sqrt();
        // Nothing is better than the best but by chance, and what is to be learned costs little.
        assert!((test.accuracy - best).abs() < 4.0 * error + 0.005, "{shift}: {test:?}, best {best}");
        assert!(test.interval[0] < test.accuracy && test.accuracy < test.interval[1]);
    }
}

/// Equal distributions, with draws that remember: the interval holds 0.5 in at least 88 of 100 replicates, which an interval
/// of 95 % misses with probability 0.4 %; of draws that are not thinned it does not.
#[test]
fn the_interval_of_a_classifier_holds_one_half_for_equal_samples() {
    let held = (0..100)
        .filter(|seed| {
            let (a, b) = (two(0.0, 0.9, 1000 + 20 * seed), two(0.0, 0.9, 9000 + 20 * seed));
            let [low, high] = classify(&a.thinned(2000), &b.thinned(2000)).unwrap().interval;
            low <= 0.5 && 0.5 <= high
        })
        .count();
    assert!(held >= 88, "{held}");
}

#[test]
fn a_difference_of_correlation_alone_is_found() {
    let (x, y, z) = (normal(8000, 0.0, 1.0, 71), normal(8000, 0.0, 1.0, 72), normal(8000, 0.0, 1.0, 73));
    let mixed: Vec<f64> = x.iter().zip(&z).map(|(x, z)| 0.8 * x + 0.6 * z).collect();
    let a = Sample::of_chains("a", vec![x.clone(), y], 4);
    let b = Sample::of_chains("b", vec![x, mixed], 4);
    let (a, b) = (a.thinned(2000), b.thinned(2000));
    let changes = correlation_changes(&a.rows, &b.rows);
    assert_eq!(changes.len(), 1);
    assert!((changes[0].change.value - 0.8).abs() < 6.0 * changes[0].change.error, "{changes:?}");
    assert!(changes[0].is_notable() && changes[0].change.error < 0.05);
    assert!(classify(&a, &b).unwrap().interval[0] > 0.6);
}

/// Equal marginals and correlations: what a quadratic classifier sees is nothing.
#[test]
fn no_change_of_correlation_is_no_news() {
    let changes =
        correlation_changes(&two(0.0, 0.0, 81).thinned(2000).rows, &two(0.0, 0.0, 91).thinned(2000).rows);
    assert!(!changes[0].is_notable(), "{changes:?}");
}

/// The mean of two cells with means 1 and 3 and sd 1 and 2: mean 2, sd √5 / 2; errors of what the members remember.
#[test]
fn a_group_is_the_mean_of_its_members() {
    let first = Sample::of_chains("first", vec![chains(5000, 1.0, 0.8, 5)], 4);
    let wide: Vec<f64> = chains(5000, 0.0, 0.8, 6).into_iter().map(|value| 3.0 + 2.0 * value).collect();
    let second = Sample::of_chains("second", vec![wide], 4);
    let group = mean_of_members("both", &[first.clone(), second], Streams::new(1));
    let count = group.draws() as f64;
    assert_eq!(group.draws(), 20_000);
    let mean = group.columns[0].iter().sum::<f64>() / count;
    let sd = (group.columns[0].iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let effective = group.layout.effective();
    // A memory of 0.8 is an autocorrelation time of 9.
    assert!((effective / (count / 9.0) - 1.0).abs() < 0.2, "{effective}");
    let error = sd / effective.sqrt();
    assert!((mean - 2.0).abs() < 6.0 * error, "{mean}");
    assert!((sd - 5.0_f64.sqrt() / 2.0).abs() < 6.0 * error, "{sd}");
    // Particles count by their weights, and as often as they are worth.
    let values: Vec<f64> = normal(1000, 0.0, 1.0, 9);
    let weights: Vec<f64> = values.iter().map(|value| (0.5 * value).exp()).collect();
    let total: f64 = weights.iter().sum();
    let tilted =
        Sample::of_particles("t", vec![values], weights.iter().map(|weight| weight / total).collect());
    let group = mean_of_members("group", &[first, tilted.clone()], Streams::new(1));
    assert_eq!(group.draws(), tilted.layout.effective() as usize);
    let mean = group.columns[0].iter().sum::<f64>() / group.draws() as f64;
    assert!((mean - 0.75).abs() < 6.0 * 0.7 / (group.draws() as f64).sqrt(), "{mean}");
}
