//! A log density that is rough on the smallest scale, as those of spike counts and last intervals are.

use std::sync::atomic::{AtomicU64, Ordering};

use hhbayes::diagnostics::{effective_sample_size, ess_bulk, ess_tail, r_hat};
use hhbayes::draws::Draws;
use hhbayes::numeric::{Rows, Streams, Unconstrained};
use hhbayes::problem::{LogDensity, LogTerms, Target};
use ndarray::Axis;

use crate::known::{Proper, Weighted, ridge, sample};

/// Side of the cells in which the roughness is constant.
const CELL: f64 = 1e-6;

/// The ridge, with a fixed normal number for each cell added to its log density.
struct Rough {
    smooth: Proper,
    sd: f64,
    calls: AtomicU64,
}

impl Rough {
    fn new(dimension: usize, sd: f64) -> Self {
        let smooth = Proper { dimension, prior_sd: 5.0, log_density: ridge };
        Self { smooth, sd, calls: AtomicU64::new(0) }
    }
}

/// A normal number that depends on the cell alone (the finaliser of `SplitMix64` over the coordinates).
fn roughness(x: &[f64]) -> f64 {
    let mix = |mut h: u64| {
        h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        h ^ (h >> 31)
    };
    let cell = |x: &f64| ((x / CELL).floor() as i64).cast_unsigned();
    let hash = x.iter().fold(1, |hash, x| mix(hash ^ cell(x).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let uniform = |hash: u64| ((hash >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    (-2.0 * uniform(hash).ln()).sqrt() * (std::f64::consts::TAU * uniform(mix(hash ^ 0x77))).cos()
}

impl Target for Rough {
    fn dimension(&self) -> usize {
        self.smooth.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.smooth.draw_prior(count, streams)
    }
}

impl LogDensity for Rough {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        self.calls.fetch_add(points.len() as u64, Ordering::Relaxed);
        let mut terms = self.smooth.log_terms(points);
        for (terms, point) in terms.iter_mut().zip(points) {
            terms.likelihood += self.sd * roughness(point);
        }
        terms
    }
}

/// No step is accepted more often than 2 Φ(−2 / √2) = 0.157 of the time, however short: a length that is led to a
/// larger acceptance than that would bring the chains to a halt.
#[test]
fn chains_do_not_come_to_a_halt() {
    for kind in ["adaptive_metropolis", "demcz", "dream_zs", "ensemble"] {
        let options = format!("kind = '{kind}'\nchains = 32\nwarmup = 1500\ndraws = 1500\nthin = 5");
        let sampled = sample(&options, &Rough::new(4, 2.0), 20);
        let draws = Weighted::of(&sampled.draws);
        draws.assert_mean(kind, |x| x[0], 0.0, 0.4);
        draws.assert_mean(kind, |x| x[3] * x[3], 1.0, 0.6);
        let Draws::Chains(chains) = sampled.draws else { panic!("{kind} returns chains") };
        let worst = chains.points.axis_iter(Axis(2)).map(r_hat).fold(0.0, f64::max);
        assert!(worst < 1.1, "{kind}: R-hat {worst}");
    }
}

/// Weights whose logarithms have the sd s leave exp(−s²) of the draws, in any dimension.
#[test]
fn importance_sampling_loses_what_the_roughness_costs_and_no_more() {
    let sampled = sample("kind = 'importance'\ndraws = 40000", &Rough::new(6, 1.5), 20);
    let (_, weights) = sampled.draws.weighted();
    let share = effective_sample_size(&weights) / weights.len() as f64;
    // The fit costs something, and the largest of the weights are a matter of luck.
    assert!(share > 0.7 * (-1.5_f64 * 1.5).exp(), "{share}");
    assert_eq!(sampled.account.cautions, []);
    // The mean of the exponential of the roughness is exp(s² / 2); the ridge is normalised but for a constant.
    let ridge = 3.0 * std::f64::consts::TAU.ln() + 2.5 * (1.0_f64 - 0.95 * 0.95).ln();
    let evidence = sampled.account.evidence.unwrap();
    assert!((evidence.log - ridge - 1.125).abs() < 6.0 * evidence.error, "{evidence:?}");
}

/// Effective draws per log density of every sampler, search, warm-up and adaptation included.
#[test]
#[ignore = "a measurement: cargo test --release --test samplers -- --ignored rough --nocapture"]
fn effective_draws_per_log_density_of_rough_targets() {
    let chains = "chains = 16\nwarmup = 5000\ndraws = 5000\nthin = 10";
    let ensemble = "chains = 64\nwarmup = 2000\ndraws = 1500\nthin = 10";
    let kinds = [
        format!("kind = 'adaptive_metropolis'\n{chains}"),
        format!("kind = 'adaptive_metropolis'\ndelayed_rejection = true\n{chains}"),
        format!("kind = 'demcz'\n{chains}"),
        format!("kind = 'dream_zs'\n{chains}"),
        format!("kind = 'ensemble'\n{ensemble}"),
        format!("kind = 'ensemble_slice'\n{}", ensemble.replace("thin = 10", "thin = 1")),
        format!("kind = 'tempering'\n{}", chains.replace("thin = 10", "thin = 1")),
        "kind = 'importance'\ndraws = 100000".to_owned(),
        "kind = 'smc'\nparticles = 4000".to_owned(),
        "kind = 'auto'".to_owned(),
    ];
    for (dimension, sd) in [(4, 0.0), (8, 0.0), (4, 1.0), (8, 1.0), (4, 2.0), (8, 2.0)] {
        for options in &kinds {
            let mut shares: Vec<f64> = (1..=5).map(|seed| share(options, dimension, sd, seed)).collect();
            shares.sort_by(f64::total_cmp);
            let kind = options.replace('\n', ", ");
            println!(
                "d {dimension}, sd {sd}: {:.5} ({:.5} to {:.5}) {kind}",
                shares[2], shares[0], shares[4]
            );
        }
    }
}

/// The fewest effective draws of any parameter, per log density. Particles of equal weight count as independent.
fn share(options: &str, dimension: usize, sd: f64, seed: u64) -> f64 {
    let target = Rough::new(dimension, sd);
    let ess = match sample(options, &target, seed).draws {
        Draws::Chains(chains) => {
            let of_parameter = |x| ess_bulk(x).min(ess_tail(x));
            chains.points.axis_iter(Axis(2)).map(of_parameter).fold(f64::INFINITY, f64::min)
        }
        Draws::Particles(particles) => effective_sample_size(&particles.weights),
    };
    ess / target.calls.load(Ordering::Relaxed) as f64
}
