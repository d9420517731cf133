use super::*;

const OBSERVED: [Option<f64>; 3] = [Some(1.0), Some(-2.0), None];
/// See [`the_mahalanobis_distance_is_that_of_scipy`].
const SCIPY: f64 = 0.948_761_298_010_100_6;
const SCALES: [f64; 3] = [1.0, 0.5, 10.0];

fn metric(form: Form, missing_penalty: f64, own: [Option<f64>; 3]) -> Metric {
    Metric::new(Distance { form, missing_penalty }, &SCALES, own.into_iter())
}

fn euclidean(missing_penalty: f64) -> Metric {
    metric(Form::Power(2.0), missing_penalty, [None; 3])
}

#[test]
fn features_are_measured_in_their_scales() {
    let distance = euclidean(f64::INFINITY);
    assert_eq!(distance.between(&OBSERVED, &OBSERVED), 0.0);
    assert_eq!(distance.between(&[Some(4.0), Some(0.0), None], &OBSERVED), 5.0);
}

#[test]
fn the_power_says_how_differences_add_up() {
    let simulated = [Some(4.0), Some(0.0), None];
    for (power, expected) in [(1.0, 7.0), (3.0, 91.0_f64.cbrt()), (f64::INFINITY, 4.0)] {
        let distance = metric(Form::Power(power), f64::INFINITY, [None; 3]);
        let found = distance.between(&simulated, &OBSERVED);
        assert!((found - expected).abs() < 1e-12, "{power}: {found}");
        assert_eq!(distance.between(&[Some(f64::NAN), None, None], &OBSERVED), f64::INFINITY);
    }
}

#[test]
fn a_feature_of_one_alone_counts_its_penalty() {
    let simulated = [Some(1.0), None, Some(7.0)];
    assert_eq!(euclidean(f64::INFINITY).between(&simulated, &OBSERVED), f64::INFINITY);
    assert_eq!(euclidean(3.0).between(&simulated, &OBSERVED), 18.0_f64.sqrt());
    for form in [Form::Power(2.0), Form::Mahalanobis] {
        let own = metric(form, 3.0, [None, Some(4.0), None]);
        assert_eq!(own.between(&simulated, &OBSERVED), 5.0);
        let rejected = metric(form, 3.0, [None, None, Some(f64::INFINITY)]);
        assert_eq!(rejected.between(&simulated, &OBSERVED), f64::INFINITY);
    }
}

#[test]
fn what_is_not_a_number_is_infinitely_far() {
    for form in [Form::Power(2.0), Form::Mahalanobis] {
        let distance = metric(form, f64::INFINITY, [None; 3]);
        assert_eq!(distance.between(&[Some(f64::NAN), Some(-2.0), None], &OBSERVED), f64::INFINITY);
    }
}

/// Six simulations of two features that go together, and of a third, which the observation lacks or which is constant.
fn whitened(observed: &[Option<f64>]) -> Metric {
    let values = [(1.0, 11.0), (2.0, 9.0), (3.0, 16.0), (4.0, 14.0), (5.0, 22.0), (6.0, 17.0)];
    let rows = values.map(|(x, y)| vec![Some(x), Some(y), Some(7.0)]);
    let mut metric = metric(Form::Mahalanobis, 2.0, [None; 3]);
    metric.rescale(rows.iter().map(Vec::as_slice), observed);
    metric
}

/// The number is that of `scipy.spatial.distance.mahalanobis` (`SciPy` 1.17.1), with the inverse of `diag(mad) @ r @ diag(mad)`, the
/// correlations `r` shrunk after Schäfer and Strimmer with `NumPy`.
#[test]
fn the_mahalanobis_distance_is_that_of_scipy() {
    let observed = [Some(3.2), Some(13.0), Some(7.0)];
    let found = whitened(&observed).between(&[Some(5.0), Some(12.0), Some(7.0)], &observed);
    assert!((found - SCIPY).abs() < 1e-12 * SCIPY, "{found}");
}

/// Of two features one is left, which is as far as without the other.
#[test]
fn without_a_feature_the_others_keep_their_mahalanobis_distance() {
    let observed = [Some(3.2), Some(13.0), None];
    let metric = whitened(&observed);
    let found = metric.between(&[Some(5.0), None, None], &observed);
    let alone = 1.8 / metric.scales[0];
    assert!((found - alone.hypot(2.0)).abs() < 1e-12, "{found}");
    assert!(!metric.grows());
}

/// Whatever is left early is beyond epsilon, and whatever is not left is within it or at its border.
#[test]
fn what_leaves_is_too_far() {
    let observed = [Some(1.0), Some(-2.0), None, Some(0.5)];
    let scales = [1.0, 0.5, 10.0, f64::INFINITY];
    let values = [None, Some(f64::NAN), Some(-3.0), Some(0.9), Some(1.0), Some(4.0)];
    for power in [1.0, 2.0, 3.5, f64::INFINITY] {
        let distance = Distance { form: Form::Power(power), missing_penalty: 1.5 };
        let metric = Metric::new(distance, &scales, [None, Some(0.7), None, None].into_iter());
        for code in 0..values.len().pow(4) {
            let row: Vec<_> = (0..4).map(|i| values[code / values.len().pow(i) % values.len()]).collect();
            let whole = metric.between(&row, &observed);
            for epsilon in [0.0, 1.5, 3.0, 100.0] {
                let reach = Reach::new(&metric, &observed, epsilon).unwrap();
                let mut travelled = Travelled::default();
                let leaves = row
                    .iter()
                    .enumerate()
                    .any(|(column, value)| reach.leaves(&mut travelled, column, *value));
                assert!(!leaves || whole > epsilon, "{row:?} {power} {epsilon}: {whole}");
                assert!(leaves || whole <= epsilon * 1.0001, "{row:?} {power} {epsilon}: {whole}");
            }
        }
    }
}
