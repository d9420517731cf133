//! Shapes that defeat some samplers: many dimensions, a funnel, a curved ridge, a wall.

use crate::known::{Proper, Weighted, banana, narrow, ridge, sample};

const SEED: u64 = 20;
const CHAINS: [&str; 6] =
    ["adaptive_metropolis", "demcz", "dream_zs", "ensemble", "ensemble_slice", "tempering"];

fn chains(kind: &str, draws: usize, extra: &str) -> String {
    let count = if kind == "tempering" { 16 } else { 32 };
    format!("kind = '{kind}'\nchains = {count}\nwarmup = 1000\ndraws = {draws}\nthin = 2\n{extra}")
}

/// Every sampler that takes a log density.
fn all(draws: usize) -> Vec<String> {
    let mut all: Vec<String> = CHAINS.iter().map(|kind| chains(kind, draws, "")).collect();
    all.push(chains("adaptive_metropolis", draws, "delayed_rejection = true"));
    all.push("kind = 'importance'\ndraws = 10000".to_owned());
    all.push("kind = 'smc'\nparticles = 4000".to_owned());
    all
}

#[test]
fn a_narrow_gaussian_in_two_dimensions() {
    let target = Proper { dimension: 2, prior_sd: 10.0, log_density: narrow };
    for options in all(1000) {
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        draws.assert_mean(&options, |x| x[0], 1.0, 0.3);
        draws.assert_mean(&options, |x| (x[1] - 1.0).powi(2), 4.0, 0.8);
        draws.assert_mean(&options, |x| (x[0] - x[1]).powi(2), 0.16, 0.04);
    }
}

#[test]
fn ten_correlated_dimensions() {
    let target = Proper { dimension: 10, prior_sd: 5.0, log_density: ridge };
    for options in all(1000) {
        // Stepping along one direction at a time takes its time.
        let options = options.replace("'ensemble_slice'", "'ensemble_slice'\nmax_simulations = 1000000");
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        for i in [0, 9] {
            draws.assert_mean(&options, |x| x[i], 0.0, 0.4);
            draws.assert_mean(&options, |x| x[i] * x[i], 1.0, 0.5);
        }
        draws.assert_mean(&options, |x| x[4] * x[5], 0.95, 0.5);
    }
}

#[test]
fn fifty_independent_dimensions() {
    fn sphere(x: &[f64]) -> f64 {
        -0.5 * x.iter().map(|x| x * x).sum::<f64>()
    }
    let target = Proper { dimension: 50, prior_sd: 3.0, log_density: sphere };
    let start = "start = { simulations = 60000 }";
    for kind in ["adaptive_metropolis", "demcz", "dream_zs"] {
        let options = format!("kind = '{kind}'\nchains = 64\nwarmup = 3000\ndraws = 1000\nthin = 5\n{start}");
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        for i in [0, 20, 49] {
            draws.assert_mean(&options, |x| x[i], 0.0, 0.4);
            draws.assert_mean(&options, |x| x[i] * x[i], 1.0, 0.5);
        }
        draws.assert_mean(&options, |x| x.iter().map(|x| x * x).sum::<f64>(), 50.0, 6.0);
    }
}

#[test]
fn a_banana() {
    let target = Proper { dimension: 2, prior_sd: 10.0, log_density: banana };
    for options in all(3000) {
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        draws.assert_mean(&options, |x| x[0], 0.0, 0.6);
        draws.assert_mean(&options, |x| x[1], 2.0, 0.9);
        draws.assert_mean(&options, |x| (x[1] - 0.5 * x[0] * x[0]).powi(2), 1.0, 0.2);
    }
}

/// v ~ N(0, 1), three others ~ N(0, exp(v / 2)²): Neal (2003) with a milder v.
fn funnel(x: &[f64]) -> f64 {
    let v = x[0];
    -0.5 * v * v - x[1..].iter().map(|x| 0.5 * x * x * (-v).exp() + 0.5 * v).sum::<f64>()
}

#[test]
fn a_funnel() {
    let target = Proper { dimension: 4, prior_sd: 10.0, log_density: funnel };
    for options in all(3000) {
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        draws.assert_mean(&options, |x| x[0], 0.0, 0.35);
        draws.assert_mean(&options, |x| x[0] * x[0], 1.0, 0.5);
        draws.assert_mean(&options, |x| f64::from(x[1] > 0.0), 0.5, 0.2);
    }
}

/// A normal distribution cut along x + y > 0, where its density is highest.
fn cut(x: &[f64]) -> f64 {
    if x[0] + x[1] > 0.0 { -0.5 * (x[0] * x[0] + x[1] * x[1]) } else { f64::NEG_INFINITY }
}

#[test]
fn a_wall() {
    let target = Proper { dimension: 2, prior_sd: 4.0, log_density: cut };
    for options in all(1000) {
        let draws = Weighted::of(&sample(&options, &target, SEED).draws);
        // (x + y) / √2 is half-normal, (x − y) / √2 is normal.
        draws.assert_mean(&options, |x| x[0] + x[1], 2.0 / std::f64::consts::PI.sqrt(), 0.15);
        draws.assert_mean(&options, |x| (x[0] - x[1]).powi(2), 2.0, 0.4);
        assert!(draws.rows.iter().zip(&draws.weights).all(|(x, w)| *w <= 0.0 || x[0] + x[1] > 0.0));
    }
}
