//! Problems that have no good answer end in a statement that says why.

use hhbayes::draws::{Account, Caution};
use hhbayes::numeric::{Rows, Streams, Unconstrained};
use hhbayes::problem::{LogDensity, LogTerms, Target};

use crate::known::{Proper, sample};

const SHORT: &str = "chains = 16\nwarmup = 300\ndraws = 300\nthin = 1";

fn account(dimension: usize, log_density: fn(&[f64]) -> f64) -> Account {
    let target = Proper { dimension, prior_sd: 1.0, log_density };
    sample(&format!("kind = 'demcz'\n{SHORT}"), &target, 3).account
}

/// The standard normal prior of one parameter, up to a constant.
fn prior(x: f64) -> f64 {
    -0.5 * x * x - 0.5 * std::f64::consts::TAU.ln()
}

#[test]
fn nothing_is_said_of_a_good_problem() {
    let cautions =
        account(3, |x| x.iter().enumerate().map(|(i, x)| prior(2.0 * x - i as f64)).sum()).cautions;
    assert_eq!(cautions, []);
}

#[test]
fn a_parameter_without_influence_is_named() {
    let cautions =
        account(3, |x| prior(x[0]) + prior(x[1]) + prior(x[2]) - 2.0 * (x[1] - x[2]).powi(2)).cautions;
    assert!(cautions.contains(&Caution::NoInfluence { parameter: "parameter 0".to_owned() }), "{cautions:?}");
    // The other two come in as (x − y)², which is the same after an exchange.
    let pair = ["parameter 1", "parameter 2"].map(str::to_owned);
    assert!(cautions.contains(&Caution::Exchangeable { pair }), "{cautions:?}");
    assert!(cautions[0].to_string().contains("`parameter 0` does not change the likelihood"));
}

#[test]
fn two_parameters_that_only_count_together_are_named() {
    let cautions = account(2, |x| prior(x[0]) + prior(x[1]) - 20.0 * (x[0] + x[1] - 1.0).powi(2)).cautions;
    let pair = ["parameter 0", "parameter 1"].map(str::to_owned);
    assert_eq!(cautions, [Caution::Exchangeable { pair }]);
}

#[test]
fn data_that_say_nothing_are_named() {
    assert_eq!(account(2, |x| prior(x[0]) + prior(x[1])).cautions, [Caution::NothingMatters]);
}

#[test]
fn a_posterior_without_an_end_is_named() {
    /// Grows for ever along one direction.
    fn improper(x: &[f64]) -> f64 {
        prior(x[0]) + x[1].abs().ln_1p()
    }
    let options = "kind = 'demcz'\nchains = 16\nwarmup = 3000\ndraws = 300\nthin = 1";
    let target = Proper { dimension: 2, prior_sd: 1.0, log_density: improper };
    let cautions = sample(options, &target, 3).account.cautions;
    let has_run = |caution: &Caution| matches!(caution, Caution::RanAway { parameter, .. } if parameter == "parameter 1");
    assert!(cautions.iter().any(has_run), "{cautions:?}");
}

/// States a flat prior, but draws from a normal one.
struct Contradiction;

impl Target for Contradiction {
    fn dimension(&self) -> usize {
        2
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        Proper { dimension: 2, prior_sd: 9.0, log_density: |_| 0.0 }.draw_prior(count, streams)
    }
}

impl LogDensity for Contradiction {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let terms = |x: &[f64]| LogTerms { prior: 0.0, likelihood: prior(x[0]) + prior(x[1] - 1.0) };
        points.iter().map(terms).collect()
    }
}

#[test]
fn a_prior_that_is_not_the_one_drawn_from_is_named() {
    for options in ["kind = 'smc'", &format!("kind = 'tempering'\n{SHORT}")] {
        let cautions = sample(options, &Contradiction, 3).account.cautions;
        assert!(cautions.iter().any(|caution| matches!(caution, Caution::OtherPrior { .. })), "{cautions:?}");
        let target = Proper { dimension: 2, prior_sd: 9.0, log_density: |x| prior(x[0]) + prior(x[1] - 1.0) };
        assert_eq!(sample(options, &target, 3).account.cautions, []);
    }
}

#[test]
fn weights_with_heavy_tails_are_named() {
    /// So rough on the smallest scale that a few lucky draws have all the weight.
    fn rough(x: &[f64]) -> f64 {
        let bits = (x[0] + 2.0 * x[1]).to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        prior(x[0]) + prior(x[1]) - 3.0 * ((bits >> 11) as f64 / (1_u64 << 53) as f64).ln()
    }
    let target = Proper { dimension: 2, prior_sd: 5.0, log_density: rough };
    let cautions = sample("kind = 'importance'\ndraws = 2000", &target, 3).account.cautions;
    assert!(matches!(cautions[0], Caution::HeavyWeights { .. }), "{cautions:?}");
    assert!(cautions[0].to_string().contains("k-hat of the importance weights"));
}
