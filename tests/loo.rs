//! Leave-one-out cross-validation against `arviz-stats`, on log likelihoods and numbers that
//! `tests/arviz/expected_loo.py` made.

#![allow(clippy::unwrap_used, reason = "a test")]

use hhbayes::diagnostics::{Loo, LooDatum, ess_mean, loo, loo_weighted};
use ndarray::Array2;
use serde_json::Value;

const TABLES: &[u8] = include_bytes!("data/loo.bin");
const EXPECTED: &str = include_str!("data/loo.json");

struct Case {
    labels: Vec<String>,
    log_likelihood: Vec<Vec<f64>>,
    log_weights: Vec<f64>,
    parameter: Array2<f64>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let numbers = TABLES.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
    let mut numbers = numbers.collect::<Vec<_>>().into_iter();
    let described: Value = serde_json::from_str(EXPECTED).unwrap();
    let case = |case: &Value| {
        let [data, chains, draws] = [0, 1, 2].map(|axis| case["shape"][axis].as_u64().unwrap() as usize);
        let mut column = || numbers.by_ref().take(chains * draws).collect::<Vec<f64>>();
        Case {
            labels: (0..data).map(|datum| format!("datum {datum}")).collect(),
            log_likelihood: (0..data).map(|_| column()).collect(),
            log_weights: column(),
            parameter: Array2::from_shape_vec((chains, draws), column()).unwrap(),
            expected: case["expected"].clone(),
        }
    };
    described.as_array().unwrap().iter().map(case).collect()
}

/// 1e-10: the definitions are the same, and differ in the order of sums.
fn assert_close(what: &str, value: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((value - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{what}: {value} is not {expected}");
}

fn assert_data(loo: &Loo, elpd: &Value, pareto_k: &Value) {
    for (index, LooDatum { label, elpd: own, pareto_k: k, .. }) in loo.data.iter().enumerate() {
        assert_close(&format!("elpd of {label}"), *own, &elpd[index]);
        assert_close(&format!("k of {label}"), k.unwrap(), &pareto_k[index]);
    }
}

#[test]
fn the_numbers_are_those_of_arviz() {
    for case in cases() {
        let chains = case.parameter.view();
        let efficiency = if chains.nrows() == 1 { 1.0 } else { ess_mean(chains) / chains.len() as f64 };
        let loo = loo(&case.labels, &case.log_likelihood, efficiency);
        assert_data(&loo, &case.expected["elpd_i"], &case.expected["pareto_k"]);
        assert_close("elpd", loo.elpd, &case.expected["elpd"]);
        assert_close("se", loo.se, &case.expected["se"]);
        assert_close("p_loo", loo.p_loo, &case.expected["p_loo"]);
    }
}

#[test]
fn weighted_draws_are_those_of_an_approximate_posterior_of_arviz() {
    for case in cases() {
        let weights: Vec<f64> = case.log_weights.iter().map(|log| log.exp()).collect();
        let loo = loo_weighted(&case.labels, &case.log_likelihood, &weights);
        assert_data(&loo, &case.expected["weighted_elpd_i"], &case.expected["weighted_pareto_k"]);
    }
}

#[test]
fn equal_weights_are_no_weights_and_draws_without_weight_do_not_count() {
    let case = &cases()[0];
    let plain = loo(&case.labels, &case.log_likelihood, 1.0);
    let mut log_likelihood = case.log_likelihood.clone();
    let mut weights = vec![0.25; log_likelihood[0].len()];
    for column in &mut log_likelihood {
        column.push(f64::NEG_INFINITY);
    }
    weights.push(0.0);
    let weighted = loo_weighted(&case.labels, &log_likelihood, &weights);
    assert_eq!(weighted.draws, plain.draws);
    for (own, other) in weighted.data.iter().zip(&plain.data) {
        assert!((own.elpd - other.elpd).abs() < 1e-12 && (own.p_loo - other.p_loo).abs() < 1e-12);
    }
}

/// With a normal prior and normal likelihoods what the others say of a datum is known.
#[test]
fn the_expected_log_density_of_a_normal_datum_is_recovered() {
    use hhbayes::numeric::{Streams, standard_normal};
    let observed = [-0.4, 0.3, 1.1, 0.2, 0.6, -0.9, 0.8, 0.1];
    let precision = 1.0 + observed.len() as f64;
    let mean = observed.iter().sum::<f64>() / precision;
    let mut generator = Streams::new(5).generator(0, 0);
    let draws: Vec<f64> =
        (0..20_000).map(|_| mean + standard_normal(&mut generator) / precision.sqrt()).collect();
    let log_normal =
        |x: f64, variance: f64| -0.5 * (x * x / variance + (std::f64::consts::TAU * variance).ln());
    let table: Vec<Vec<f64>> =
        observed.iter().map(|y| draws.iter().map(|draw| log_normal(y - draw, 1.0)).collect()).collect();
    let labels: Vec<String> = observed.iter().map(f64::to_string).collect();
    let found = loo(&labels, &table, 1.0);
    for (datum, y) in found.data.iter().zip(observed) {
        let others = (mean * precision - y) / (precision - 1.0);
        let exact = log_normal(y - others, 1.0 + 1.0 / (precision - 1.0));
        // The standard error is below 1 / √20 000 = 0.007.
        assert!((datum.elpd - exact).abs() < 0.03, "{} is not {exact}", datum.elpd);
    }
    assert!(found.doubtful().is_empty());
}

#[test]
fn a_datum_that_all_draws_expect_alike_needs_no_weights() {
    let labels = ["no spike".to_owned(), "peak".to_owned()];
    let table = [vec![-0.5; 500], (0..500).map(|i| -0.01 * f64::from(i % 37)).collect()];
    let found = loo(&labels, &table, 1.0);
    assert!((found.data[0].elpd + 0.5).abs() < 1e-15 && found.data[0].pareto_k.is_none());
    assert!(found.doubtful().is_empty());
}

#[test]
fn doubtful_data_are_named_the_worst_first() {
    let case = &cases()[0];
    let mut table = case.log_likelihood.clone();
    // Few draws do not expect it; of the second of them one alone has all the weight.
    table[3] = case.log_weights.iter().map(|x| x - 3.0).collect();
    table[5] = case.log_weights.iter().map(|x| 20.0 * x).collect();
    let found = loo(&case.labels, &table, 1.0);
    assert_eq!(
        found.doubtful().iter().map(|datum| &*datum.label).collect::<Vec<_>>(),
        ["datum 5", "datum 3"]
    );
}
