//! The Monte Carlo errors: as large as the spread over replicates, larger for draws that remember.

use hhbayes::comparison::{Estimate, ParameterComparison, Sample};

use super::{chains, compare, normal, sample};

const REPLICATES: u64 = 80;

fn numbers(found: &ParameterComparison) -> Vec<(&'static str, Estimate)> {
    let ratio = found.ratio.unwrap();
    vec![
        ("lower end of B - A", found.difference.lower),
        ("median of B - A", found.difference.median),
        ("upper end of B - A", found.difference.upper),
        ("median of B / A", ratio.median),
        ("P(B > A)", found.p_greater),
        ("overlap", found.overlap.estimate),
        ("Wasserstein-1", found.wasserstein.estimate),
        ("Jensen-Shannon", found.jensen_shannon),
        ("Kolmogorov-Smirnov", found.ks.estimate),
    ]
}

/// Ratio of the spread of each number over replicates to the root of its mean stated variance.
fn spread_over_error(replicate: impl Fn(u64) -> ParameterComparison) -> Vec<(&'static str, f64)> {
    let all: Vec<_> = (0..REPLICATES).map(|seed| numbers(&replicate(seed))).collect();
    let count = REPLICATES as f64;
    (0..all[0].len())
        .map(|number| {
            let of = |replicate: &Vec<(&'static str, Estimate)>| replicate[number].1;
            let mean = all.iter().map(|own| of(own).value).sum::<f64>() / count;
            let spread = all.iter().map(|own| (of(own).value - mean).powi(2)).sum::<f64>() / (count - 1.0);
            let stated = all.iter().map(|own| of(own).error.powi(2)).sum::<f64>() / count;
            (all[0][number].0, (spread / stated).sqrt())
        })
        .collect()
}

/// The spread over 80 replicates is known to 8 %, so that six of its errors are a half; a mistake by the autocorrelation
/// time (19 at a memory of 0.9, a factor of 4.4 in the error) is seen.
fn assert_as_stated(ratios: &[(&'static str, f64)]) {
    for (what, ratio) in ratios {
        assert!((0.6..1.5).contains(ratio), "{what}: the spread is {ratio:.2} times the stated error");
    }
}

#[test]
fn errors_of_independent_draws_are_the_spread_over_replicates() {
    assert_as_stated(&spread_over_error(|seed| {
        compare(&sample(chains(500, 20.0, 0.0, 1000 + seed)), &sample(chains(500, 20.8, 0.0, 2000 + seed)))
    }));
}

#[test]
fn errors_of_draws_that_remember_are_the_spread_over_replicates() {
    assert_as_stated(&spread_over_error(|seed| {
        compare(&sample(chains(4000, 20.0, 0.9, 3000 + seed)), &sample(chains(4000, 20.8, 0.9, 4000 + seed)))
    }));
}

/// Independent draws instead of those that remember: the same check must fail.
#[test]
fn forgotten_autocorrelation_is_noticed() {
    let ratios = spread_over_error(|seed| {
        let blind = |values: Vec<f64>| {
            let count = values.len();
            Sample::of_particles("blind", vec![values], vec![1.0 / count as f64; count])
        };
        compare(&blind(chains(1000, 20.0, 0.9, 5000 + seed)), &blind(chains(1000, 20.8, 0.9, 6000 + seed)))
    });
    let median = ratios.iter().find(|(what, _)| *what == "median of B - A").unwrap().1;
    assert!(median > 3.0, "{median}");
}

#[test]
fn draws_that_remember_have_larger_errors() {
    let error = |memory| {
        let (a, b) = (chains(2000, 20.0, memory, 11), chains(2000, 20.8, memory, 12));
        compare(&sample(a), &sample(b)).p_greater.error
    };
    assert!(error(0.9) > 3.0 * error(0.0), "{} {}", error(0.9), error(0.0));
}

/// Particles whose weights are whole numbers, against the same particles so often: same numbers, not same errors.
#[test]
fn a_weight_is_a_draw_that_stands_so_often() {
    let values = normal(600, 5.0, 1.0, 21);
    let times: Vec<usize> = (0..600).map(|place| place * 7 % 4).collect();
    let total: usize = times.iter().sum();
    let weights = times.iter().map(|&times| times as f64 / total as f64).collect();
    let repeated: Vec<f64> =
        values.iter().zip(&times).flat_map(|(&value, &times)| vec![value; times]).collect();
    let even = vec![1.0 / total as f64; total];
    let other = sample(normal(4000, 5.5, 1.0, 22));
    let weighted = compare(&Sample::of_particles("w", vec![values], weights), &other);
    let copied = compare(&Sample::of_particles("r", vec![repeated], even), &other);
    for ((what, a), (_, b)) in numbers(&weighted).into_iter().zip(numbers(&copied)) {
        // The bandwidth of the densities depends on the effective sample size, which copies raise; that is 8 % of it.
        let tolerance = if ["overlap", "Jensen-Shannon"].contains(&what) { 0.02 } else { 1e-6 };
        assert!((a.value - b.value).abs() < tolerance, "{what}: {} {}", a.value, b.value);
        assert!(a.error > 0.0 && b.error > 0.0, "{what}");
    }
}
