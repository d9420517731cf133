//! Diagnostics against `arviz-stats`, on draws and numbers that `tests/arviz/expected_diagnostics.py` made.

#![allow(clippy::unwrap_used, reason = "a test")]

use hhbayes::diagnostics::{
    Finding, MODES_LEVEL, PileUp, Reason, chains_apart, dip, ess_bulk, ess_mean, ess_quantile, ess_tail, hdi,
    judge_chains, judge_particles, mcse_mean, mcse_quantile, mcse_sd, modes_of_chains, pile_ups, quantile,
    r_hat, summarise_chains, summarise_particles,
};
use hhbayes::draws::{Account, Chains, Ending, Generation, Particles};
use hhbayes::numeric::{Rows, Streams, standard_normal};
use hhbayes::prior::Prior;
use hhbayes::settings::Settings;
use hhbayes::units::Unit;
use ndarray::{Array2, Array3, ArrayView2, Axis};
use rand::RngExt;
use serde_json::Value;

const DRAWS: &[u8] = include_bytes!("data/diagnostics.bin");
const EXPECTED: &str = include_str!("data/diagnostics.json");

struct Case {
    name: String,
    draws: Array2<f64>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let mut numbers = DRAWS
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect::<Vec<_>>()
        .into_iter();
    let described: Value = serde_json::from_str(EXPECTED).unwrap();
    let case = |case: &Value| {
        let size = |axis: usize| case["shape"][axis].as_u64().unwrap() as usize;
        let values = numbers.by_ref().take(size(0) * size(1)).collect();
        Case {
            name: case["name"].as_str().unwrap().to_owned(),
            draws: Array2::from_shape_vec((size(0), size(1)), values).unwrap(),
            expected: case["expected"].clone(),
        }
    };
    described.as_array().unwrap().iter().map(case).collect()
}

/// 1e-10: the definitions are the same, and differ in the order of sums and in the Fourier transform.
fn assert_close(case: &Case, number: &str, value: f64) {
    let name = &case.name;
    match case.expected[number].as_f64() {
        None => assert!(value.is_nan(), "{name}: {number} is {value}, expected not a number"),
        Some(expected) => assert!(
            (value - expected).abs() <= 1e-10 * expected.abs(),
            "{name}: {number} is {value}, expected {expected}"
        ),
    }
}

#[test]
fn the_numbers_are_those_of_arviz() {
    let cases = cases();
    assert_eq!(cases.len(), 17);
    for case in &cases {
        let chains = case.draws.view();
        assert_close(case, "r_hat", r_hat(chains));
        assert_close(case, "ess_bulk", ess_bulk(chains));
        assert_close(case, "ess_tail", ess_tail(chains));
        assert_close(case, "ess_mean", ess_mean(chains));
        assert_close(case, "mcse_mean", mcse_mean(chains));
        assert_close(case, "mcse_sd", mcse_sd(chains));
        let values: Vec<f64> = chains.iter().copied().collect();
        let (lower, upper) = hdi(&values, 0.95);
        if case.expected["mean"].is_null() {
            // NumPy sorts NaN last and reports an interval of the others; here it is not a number.
            assert!(lower.is_nan() && upper.is_nan());
        } else {
            assert_close(case, "hdi_lower", lower);
            assert_close(case, "hdi_upper", upper);
        }
        for (name, probability) in [("lower", 0.025), ("median", 0.5), ("upper", 0.975)] {
            assert_close(case, name, quantile(&values, probability));
            assert_close(case, &format!("ess_{name}"), ess_quantile(chains, probability));
            assert_close(case, &format!("mcse_{name}"), mcse_quantile(chains, probability));
        }
        // Equal draws are spread here, and a step there.
        if !["constant", "ties", "not a number"].contains(&case.name.as_str()) {
            assert_close(case, "dip", dip(&values));
        }
    }
}

#[test]
fn a_summary_puts_the_numbers_together() {
    for case in cases() {
        let draws = case.draws.clone().insert_axis(Axis(2));
        let summaries = summarise_chains(draws.view(), &[("g_Na", Unit::MillisiemensPerCm2)]);
        assert_eq!(summaries.len(), 1);
        let summary = &summaries[0];
        assert_eq!((summary.name.as_str(), summary.unit), ("g_Na", Unit::MillisiemensPerCm2));
        for (number, value) in [
            ("mean", summary.mean),
            ("sd", summary.sd),
            ("lower", summary.lower),
            ("median", summary.median),
            ("upper", summary.upper),
            ("ess_bulk", summary.ess_bulk.unwrap()),
            ("ess_tail", summary.ess_tail.unwrap()),
            ("mcse_mean", summary.mcse_mean),
            ("r_hat", summary.r_hat.unwrap()),
        ] {
            assert_close(&case, number, value);
        }
    }
}

#[test]
fn chains_that_stand_still_at_different_places_never_agree() {
    let chains = Array2::from_shape_fn((4, 50), |(chain, _)| 0.1 + 0.3 * chain as f64);
    assert!(r_hat(chains.view()).is_infinite());
}

const PARAMETERS: [(&str, Unit); 2] = [("g_K", Unit::MillisiemensPerCm2), ("E_K", Unit::Millivolt)];

/// Independent standard normal draws, every second proposal accepted.
fn good_chains(chains: usize, draws: usize) -> Chains {
    let mut generator = Streams::new(11).generator(0, 0);
    let points = Array3::from_shape_simple_fn((chains, draws, 2), || standard_normal(&mut generator));
    let log_likelihood = points.map_axis(Axis(2), |point| -0.5 * point.iter().map(|x| x * x).sum::<f64>());
    Chains {
        log_prior: Array2::zeros((chains, draws)),
        log_likelihood,
        accepted: Array2::from_shape_fn((chains, draws), |(_, draw)| draw % 2 == 0),
        warmup: 100,
        points,
    }
}

fn judge(chains: &Chains) -> (Vec<Reason>, String) {
    let verdict = judge_chains(chains, &summarise_chains(chains.points.view(), &PARAMETERS), false);
    assert_eq!(verdict.is_converged(), verdict.reasons().is_empty());
    (verdict.reasons().to_vec(), verdict.to_string())
}

#[test]
fn good_chains_are_converged() {
    assert_eq!(judge(&good_chains(8, 500)).1, "converged");
}

#[test]
fn too_few_effective_draws_come_with_a_number_that_is_enough() {
    let (reasons, text) = judge(&good_chains(4, 60));
    let [Reason::Ess { ess, count, more, .. }] = reasons.as_slice() else { panic!("{text}") };
    assert_eq!(*count, 2);
    assert!(*ess > 100.0 && *ess < 400.0, "{ess}");
    let advised = more.to.unwrap();
    let enough = judge(&good_chains(4, advised));
    assert_eq!(enough.1, "converged");
    assert!(text.contains(&format!("increase draws to about {advised}")), "{text}");
}

#[test]
fn a_stuck_chain_is_found_although_r_hat_misses_it() {
    let mut chains = good_chains(64, 500);
    chains.accepted.row_mut(5).fill(false);
    // Near the centre, where ranks see nothing odd: R-hat stays below 1.01.
    for mut point in chains.points.index_axis_mut(Axis(0), 5).rows_mut() {
        point.fill(0.3);
    }
    let (reasons, text) = judge(&chains);
    assert_eq!(reasons, [Reason::StuckChains(vec![5])], "{text}");
    assert_eq!(text, "not converged: chain 5 accepted almost no proposal, lengthen the warm-up");
    // The twin that must pass: a chain that accepts a quarter of what the others do.
    let mut slow = good_chains(64, 500);
    for (draw, accepted) in slow.accepted.row_mut(5).iter_mut().enumerate() {
        *accepted = draw % 8 == 0;
    }
    assert_eq!(judge(&slow).1, "converged");
}

#[test]
fn an_outlying_chain_is_named() {
    let mut chains = good_chains(8, 500);
    for log_likelihood in chains.log_likelihood.row_mut(3) {
        *log_likelihood -= 20.0;
    }
    let (reasons, text) = judge(&chains);
    assert!(
        matches!(reasons.as_slice(), [Reason::OutlyingChains { chains, .. }] if chains == &[3]),
        "{text}"
    );
    // The twin that must pass: alike chains, one of them a nat lower, which is no matter.
    let mut close = good_chains(8, 500);
    for log_likelihood in close.log_likelihood.row_mut(3) {
        *log_likelihood -= 1.0;
    }
    assert_eq!(judge(&close).1, "converged");
}

#[test]
fn chains_in_different_places_are_told_so() {
    let mut chains = good_chains(4, 1000);
    chains.points.index_axis_mut(Axis(0), 1).index_axis_mut(Axis(1), 1).mapv_inplace(|value| value + 4.0);
    let (reasons, text) = judge(&chains);
    assert!(matches!(&reasons[0], Reason::RHat { parameter, .. } if parameter == "E_K"), "{text}");
    assert!(text.contains("the chains are in different places, lengthen the warm-up"), "{text}");
}

#[test]
fn draws_that_are_all_equal_are_told_so() {
    let mut chains = good_chains(4, 1000);
    chains.points.index_axis_mut(Axis(2), 1).fill(-77.0);
    let (reasons, text) = judge(&chains);
    assert!(matches!(reasons.as_slice(), [Reason::RHat { parameter, .. }] if parameter == "E_K"), "{text}");
    assert!(
        text.contains("R-hat of `E_K` cannot be computed, its draws are all equal or not finite"),
        "{text}"
    );
}

#[test]
fn an_unfinished_run_says_so_only_if_it_is_not_enough() {
    let chains = good_chains(4, 2);
    let verdict = judge_chains(&chains, &summarise_chains(chains.points.view(), &PARAMETERS), true);
    assert_eq!(verdict.reasons(), [Reason::StoppedEarly, Reason::TooFewDraws { draws: 2, needed: 4 }]);
    let none = good_chains(4, 0);
    let verdict = judge_chains(&none, &summarise_chains(none.points.view(), &PARAMETERS), true);
    assert!(!verdict.is_converged());
    let chains = good_chains(4, 1000);
    let verdict = judge_chains(&chains, &summarise_chains(chains.points.view(), &PARAMETERS), true);
    assert_eq!(verdict.to_string(), "converged");
    assert!(judge(&good_chains(1, 1000)).0.contains(&Reason::SingleChain));
}

fn particles(weights: Vec<f64>, epsilon: f64) -> Particles {
    let generation = Generation {
        epsilon,
        temperature: None,
        simulations: 1000,
        acceptance: 0.5,
        effective_sample_size: 1.0,
    };
    Particles {
        points: Rows::zeros(weights.len(), 2),
        distances: vec![0.5 * epsilon; weights.len()],
        terms: Vec::new(),
        weights,
        generations: vec![generation],
        unadjusted: None,
    }
}

#[test]
fn particles_are_judged_by_weights_and_threshold() {
    let good = particles(vec![1e-3; 1000], 0.9);
    assert_eq!(judge_particles(&good, Some(1.0), false).to_string(), "converged");
    assert_eq!(judge_particles(&good, None, false).to_string(), "converged");
    let far = judge_particles(&good, Some(0.5), true);
    assert_eq!(far.reasons(), [Reason::StoppedEarly, Reason::Epsilon { reached: 0.9, goal: 0.5 }]);
    let mut weights = vec![0.5 / 999.0; 1000];
    weights[7] = 0.5;
    let uneven = judge_particles(&particles(weights, 0.9), Some(1.0), false);
    assert!(matches!(uneven.reasons(), [Reason::ParticleEss { .. }]), "{uneven}");
    assert_eq!(
        uneven.to_string(),
        "not converged: effective sample size of the weights is 4, below 400, \
         increase particles to about 130000"
    );
    assert!(!judge_particles(&particles(vec![], 0.9), None, false).is_converged());
}

#[test]
fn the_advice_names_the_option_of_the_sampler_or_what_ended_the_run() {
    let few = judge_particles(&particles(vec![0.01; 100], 0.9), None, false);
    let said = |ending: Ending, size: &'static str| {
        let mut account = Account::ended_by(ending);
        account.size = size;
        few.clone().with_account(&account).to_string()
    };
    assert!(said(Ending::Done, "draws").ends_with("increase draws to about 480"));
    assert!(said(Ending::Done, "particles").ends_with("increase particles to about 480"));
    assert!(said(Ending::Done, "min_ess").ends_with("increase min_ess about 4.8 times"));
    assert!(said(Ending::MinEss, "draws").ends_with("increase min_ess to about 480"));
    assert!(said(Ending::MaxTime, "draws").ends_with("increase max_time about 4.8 times"));
}

/// Draws of one parameter of chains, uniform between 0 and 1.
fn uniform_chains(seed: u64) -> Array2<f64> {
    let mut generator = Streams::new(seed).stage("uniform").generator(0, 0);
    Array2::from_shape_simple_fn((4, 500), || generator.random::<f64>())
}

#[test]
fn a_posterior_with_one_mode_is_not_said_to_have_two() {
    // Uniform draws, of all with one mode those with the largest dip: 0.05 of 400 is 20, with a standard deviation of 4.
    let p = |seed: u64| modes_of_chains(uniform_chains(seed).view()).unwrap().p_value;
    let below = (0..400).filter(|seed| p(*seed) < 0.05).count();
    assert!(below <= 37, "{below}");
    assert!((0..400).filter(|seed| p(*seed) < MODES_LEVEL).count() <= 13);
}

#[test]
fn two_modes_are_found_and_placed() {
    let mut generator = Streams::new(4).generator(0, 0);
    let draws = Array2::from_shape_simple_fn((4, 500), || {
        standard_normal(&mut generator) + if generator.random::<f64>() < 0.4 { 10.0 } else { 5.0 }
    });
    let modes = modes_of_chains(draws.view()).unwrap();
    let split = modes.split.unwrap();
    assert!(modes.p_value < 0.001, "{modes:?}");
    assert!((split.lower - 5.0).abs() < 1.0 && (split.upper - 10.0).abs() < 1.0, "{split:?}");
    assert!((split.share - 0.6).abs() < 0.08, "{split:?}");
    assert_eq!(chains_apart(draws.view()), None);
}

#[test]
fn chains_that_stay_in_a_mode_of_their_own_are_named() {
    let mut draws = uniform_chains(1);
    draws.row_mut(2).mapv_inplace(|value| value + 1.5);
    let apart = chains_apart(draws.view()).unwrap();
    assert_eq!(apart.chains, [2]);
    assert!((apart.place - 2.0).abs() < 0.1 && (apart.others - 0.5).abs() < 0.1, "{apart:?}");
    // The twin that must pass: its place overlaps with theirs.
    draws.row_mut(2).mapv_inplace(|value| value - 1.0);
    assert_eq!(chains_apart(draws.view()), None);
}

/// A prior from its table in a settings file.
fn prior(options: &str) -> Box<dyn Prior> {
    let settings = Settings::from_text(std::path::Path::new("cell.toml"), format!("[prior]\n{options}"));
    let prior = hhbayes::prior::from_settings(&settings.root().table("prior", "the prior"), Unit::One);
    settings.finish().unwrap();
    prior.unwrap()
}

#[test]
fn a_posterior_that_leans_against_a_bound_is_told_so() {
    let values: Vec<f64> = uniform_chains(2).into_iter().collect();
    let weights = vec![1.0; values.len()];
    let uniform = prior("kind = 'uniform'\nlower = 0\nupper = 1");
    assert_eq!(pile_ups(&values, &weights, 2000.0, &*uniform), []);
    let high: Vec<f64> = values.iter().map(|u| u.powf(0.02)).collect();
    let found = pile_ups(&high, &weights, 2000.0, &*uniform);
    let [PileUp { bound, is_upper: true, is_interval: true, mass }] = found[..] else { panic!("{found:?}") };
    // Probability of u^0.02 > 0.98 is 1 - 0.98^50 = 0.64.
    assert!((bound - 1.0).abs() < 1e-15 && (mass - 0.636).abs() < 0.05, "{mass}");
    let finding =
        Finding::PileUp { parameter: "g_Na".to_owned(), unit: Unit::MillisiemensPerCm2, pile_up: found[0] };
    let text = finding.to_string();
    assert!(text.contains("`g_Na` leans against the upper bound 1 mS/cm^2 of its prior"), "{text}");
    assert!(text.contains("widen the prior"), "{text}");
    // A lognormal prior has no density at its lower end, a half-normal one has.
    let low: Vec<f64> = values.iter().map(|u| 1e-3 * u).collect();
    assert_eq!(pile_ups(&low, &weights, 2000.0, &*prior("kind = 'lognormal'\nmedian = 1\nspread = 1")), []);
    assert_eq!(pile_ups(&low, &weights, 2000.0, &*prior("kind = 'half_normal'\nscale = 1")).len(), 1);
}

#[test]
fn what_is_to_know_stands_behind_the_verdict() {
    let chains = good_chains(8, 500);
    let summaries = summarise_chains(chains.points.view(), &PARAMETERS);
    let undetermined = Finding::Undetermined { parameters: vec!["g_M".to_owned()] };
    let verdict = judge_chains(&chains, &summaries, false).with_findings(vec![undetermined]);
    assert!(verdict.is_converged());
    assert_eq!(
        verdict.to_string(),
        "converged, but `g_M` stayed at its prior: these data say nothing about it taken alone, compare a feature \
         that depends on it, or fix it"
    );
}

#[test]
fn particles_are_summarised_by_weight() {
    let draws = Array2::from_shape_fn((4, 1), |(row, _)| [1.0, 2.0, 3.0, 100.0][row]);
    let summaries = summarise_particles(draws.view(), &[0.25, 0.5, 0.25, 0.0], &PARAMETERS[..1]);
    let summary = &summaries[0];
    let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-14, "{value} {expected}");
    close(summary.mean, 2.0);
    // Effective sample size 1 / (1/16 + 1/4 + 1/16) = 8/3, so the divisor is 1 − 3/8.
    close(summary.ess.unwrap(), 8.0 / 3.0);
    close(summary.sd, (0.5_f64 / 0.625).sqrt());
    close(summary.mcse_mean, (0.5_f64 / 0.625).sqrt() / (8.0_f64 / 3.0).sqrt());
    assert_eq!((summary.lower, summary.median, summary.upper), (1.0, 2.0, 3.0));
    assert_eq!((summary.hdi_lower, summary.hdi_upper), (1.0, 3.0));
    assert_eq!((summary.ess_bulk, summary.ess_tail, summary.r_hat), (None, None, None));
}

/// 64 chains of 2000 draws of 12 parameters; `cargo test --release -- --ignored`.
#[test]
#[ignore = "measures time"]
fn the_largest_run_is_summarised_in_a_second() {
    let names: Vec<String> = (0..12).map(|parameter| format!("p{parameter}")).collect();
    let parameters: Vec<(&str, Unit)> = names.iter().map(|name| (name.as_str(), Unit::One)).collect();
    let mut generator = Streams::new(1).generator(0, 0);
    let draws = Array3::from_shape_simple_fn((64, 2000, 12), || standard_normal(&mut generator));
    let start = std::time::Instant::now();
    let summaries = summarise_chains(draws.view(), &parameters);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(summaries.len(), 12);
    assert!(seconds < 1.0, "{seconds} s");
    let one: ArrayView2<'_, f64> = draws.index_axis(Axis(2), 0);
    assert!(r_hat(one) < 1.01);
}
