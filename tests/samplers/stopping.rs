//! What ends a run, and that nothing but the seed decides where it goes.

use hhbayes::diagnostics::{ess_bulk, ess_tail};
use hhbayes::draws::{Draws, Ending};
use hhbayes::samplers::SAMPLERS;
use ndarray::Axis;

use crate::known::{Proper, Weighted, banana, sample};

const BANANA: Proper = Proper { dimension: 2, prior_sd: 5.0, log_density: banana };

/// Every sampler that takes a log density, with few draws.
fn kinds() -> Vec<String> {
    let simulates = |name: &str| name.starts_with("abc") || name == "synthetic_likelihood";
    let likelihood_based = SAMPLERS.iter().filter(|entry| !simulates(entry.name));
    likelihood_based.map(|entry| format!("kind = '{}'", entry.name)).collect()
}

fn short(kind: &str) -> String {
    match kind {
        "kind = 'smc'" => format!("{kind}\nparticles = 200"),
        "kind = 'importance'" => format!("{kind}\ndraws = 300"),
        "kind = 'auto'" => format!("{kind}\nmin_ess = 100"),
        _ => format!("{kind}\nchains = 8\nwarmup = 50\ndraws = 50\nthin = 1"),
    }
}

#[test]
fn enough_effective_draws_end_a_run() {
    let sampled = sample("kind = 'demcz'\nmin_ess = 800\ndraws = 100000", &BANANA, 1);
    assert_eq!(sampled.account.ending, Ending::MinEss);
    let Draws::Chains(chains) = sampled.draws else { panic!("demcz returns chains") };
    let ess = chains.points.axis_iter(Axis(2)).map(|x| ess_bulk(x).min(ess_tail(x)));
    let ess = ess.fold(f64::INFINITY, f64::min);
    // The next check comes when there are 1.2 times as many draws.
    assert!((800.0..1400.0).contains(&ess), "{ess}");
}

#[test]
fn so_many_simulations_end_every_run() {
    for kind in kinds() {
        let more = if kind.contains("auto") { "min_ess = 100000" } else { "" };
        let sampled = sample(&format!("{kind}\nmax_simulations = 6000\n{more}"), &BANANA, 1);
        assert_eq!(sampled.account.ending, Ending::MaxSimulations, "{kind}");
        assert!(!Weighted::of(&sampled.draws).rows.is_empty(), "{kind}");
    }
}

#[test]
fn so_much_time_ends_every_run_and_says_that_another_would_differ() {
    for kind in kinds() {
        let more = match kind.as_str() {
            "kind = 'smc'" => "particles = 100000",
            "kind = 'auto'" => "min_ess = 1000000",
            _ => "draws = 100000",
        };
        let sampled = sample(&format!("{kind}\n{more}\nmax_time = '300 ms'"), &BANANA, 1);
        assert_eq!(sampled.account.ending, Ending::MaxTime, "{kind}");
        assert!(!sampled.account.ending.is_reproducible());
    }
}

#[test]
fn the_same_seed_gives_the_same_draws_at_any_number_of_threads() {
    for kind in kinds() {
        let at = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| sample(&short(&kind), &BANANA, 5))
        };
        let (one, seven) = (at(1), at(7));
        assert_eq!(one.account, seven.account, "{kind}");
        let (one, seven) = (Weighted::of(&one.draws), Weighted::of(&seven.draws));
        assert_eq!(one.rows, seven.rows, "{kind}");
        assert_eq!(one.weights, seven.weights, "{kind}");
        let other = Weighted::of(&sample(&short(&kind), &BANANA, 6).draws);
        assert_ne!(one.rows, other.rows, "{kind}");
    }
}
