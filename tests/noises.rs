//! Each density against `SciPy` 1.17, as a distribution, and against its own draws.
//!
//! The numbers are those of
//! ```python
//! import numpy as np
//! from scipy import linalg, stats
//! y = np.array([-64.2, -61.0, -40.5, 12.0, 31.5, -8.0, -55.0, -71.3, -69.9, -66.0, -65.1])
//! v = np.array([-65.0, -62.5, -38.0, 10.5, 33.0, -5.5, -57.0, -70.0, -70.5, -65.2, -65.0])
//! stats.norm(v, 1.7).logpdf(y).sum()                                    # normal
//! stats.t(3.5, v, 1.2).logpdf(y).sum()                                  # student_t
//! for rho in [0.6, -0.4]:                                               # autoregressive
//!     covariance = linalg.toeplitz(1.7**2 * rho ** np.arange(len(y)))
//!     stats.multivariate_normal(v, covariance).logpdf(y)
//! stats.norm(v, 0.05 * np.abs(v)).logpdf(y).sum()                       # multiplicative
//! stats.norm(v, 0.3 * np.sqrt(np.abs(v))).logpdf(y).sum()
//! stats.norm(v, 0.8 + 0.02 * np.abs(v) ** 1.5).logpdf(y).sum()          # constant_and_multiplicative
//! ```

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hhbayes::noise::{MOST_NUMBERS, NOISES, Noise};
use hhbayes::numeric::Streams;

const RECORDED: [f64; 11] = [-64.2, -61.0, -40.5, 12.0, 31.5, -8.0, -55.0, -71.3, -69.9, -66.0, -65.1];
const SIMULATED: [f64; 11] = [-65.0, -62.5, -38.0, 10.5, 33.0, -5.5, -57.0, -70.0, -70.5, -65.2, -65.0];

/// Name, numbers, and the log density of [`RECORDED`].
const EXPECTED: [(&str, &[f64], f64); 7] = [
    ("normal", &[1.7], -20.545_580_647_696_514),
    ("student_t", &[1.2, 3.5], -21.673_302_190_257_555),
    ("autoregressive", &[1.7, 0.6], -27.831_554_304_104_593),
    ("autoregressive", &[1.7, -0.4], -19.167_305_226_225_39),
    ("multiplicative", &[0.05, 1.0], -64.742_641_428_053_94),
    ("multiplicative", &[0.3, 0.5], -26.722_597_460_436_63),
    ("constant_and_multiplicative", &[0.8, 0.02, 1.5], -34.236_891_654_853_224),
];

fn noise(name: &str) -> &'static dyn Noise {
    NOISES.iter().find(|entry| entry.name == name).unwrap().build
}

#[test]
fn densities_are_those_of_scipy() {
    for (name, numbers, expected) in EXPECTED {
        let found = noise(name).log_density(numbers, &RECORDED, &SIMULATED, None);
        assert!((found / expected - 1.0).abs() < 1e-12, "{name} {numbers:?}: {found}, expected {expected}");
    }
}

#[test]
fn every_noise_is_held_against_scipy() {
    for entry in NOISES {
        assert!(EXPECTED.iter().any(|(name, _, _)| *name == entry.name), "{}", entry.name);
        assert!(entry.build.numbers().len() <= MOST_NUMBERS, "{}", entry.name);
    }
}

#[test]
fn pieces_of_a_stretch_add_up_to_the_whole() {
    for (name, numbers, expected) in EXPECTED {
        for cut in 1..RECORDED.len() {
            let (before, after) = (&RECORDED[..cut], &RECORDED[cut..]);
            let previous = Some(RECORDED[cut - 1] - SIMULATED[cut - 1]);
            let found = noise(name).log_density(numbers, before, &SIMULATED[..cut], None)
                + noise(name).log_density(numbers, after, &SIMULATED[cut..], previous);
            assert!((found / expected - 1.0).abs() < 1e-12, "{name} cut at {cut}: {found}");
        }
    }
}

#[test]
fn no_samples_are_certain() {
    for (name, numbers, _) in EXPECTED {
        assert!(noise(name).log_density(numbers, &[], &[], None).abs() < 1e-300, "{name}");
    }
}

#[test]
fn densities_integrate_to_one() {
    // The tail of Student's distribution beyond 2000 mV, 1700 times its scale, holds less than 1e-10.
    let step = 0.01;
    for (name, numbers, _) in EXPECTED {
        for previous in [None, Some(2.3)] {
            let density = |i: i32| {
                let y = f64::from(i) * step;
                noise(name).log_density(numbers, &[y], &[-52.0], previous).exp() * step
            };
            let total: f64 = (-200_000..200_000).map(density).sum();
            assert!((total - 1.0).abs() < 1e-8, "{name} {numbers:?} {previous:?}: {total}");
        }
    }
}

/// The share of draws within 1 mV of the simulation is the integral of the density there, and the correlation of
/// neighbours that of the numbers.
#[test]
fn draws_follow_the_density() {
    const COUNT: usize = 40_000;
    for (index, (name, numbers, _)) in EXPECTED.into_iter().enumerate() {
        let mut generator = Streams::new(5).stage("noise").generator(0, index as u64);
        let mut residuals = Vec::new();
        // Pairs, so that the first samples of stretches are looked at as much as later ones.
        for _ in 0..COUNT {
            noise(name).draw(numbers, &[-52.0, -52.0], &mut generator, &mut residuals);
        }
        let residuals: Vec<f64> = residuals.iter().map(|y| y + 52.0).collect();
        let density = |i: i32| {
            let y = -52.0 + (f64::from(i) + 0.5) / 1000.0;
            noise(name).log_density(numbers, &[y], &[-52.0], None).exp() / 1000.0
        };
        let expected: f64 = (-1000..1000).map(density).sum();
        let error = (expected * (1.0 - expected) / COUNT as f64).sqrt();
        for member in 0..2 {
            let inside = residuals.chunks_exact(2).filter(|pair| pair[member].abs() < 1.0).count();
            let share = inside as f64 / COUNT as f64;
            assert!((share - expected).abs() < 6.0 * error, "{name} {numbers:?}: {share}, not {expected}");
        }
        // Signs agree with probability 1/2 + asin(ρ) / π: of normal pairs, and of independent ones with ρ = 0.
        let correlation: f64 = if name == "autoregressive" { numbers[1] } else { 0.0 };
        let expected = 0.5 + correlation.asin() / std::f64::consts::PI;
        let alike = residuals.chunks_exact(2).filter(|pair| pair[0] * pair[1] > 0.0).count();
        let share = alike as f64 / COUNT as f64;
        assert!(
            (share - expected).abs() < 6.0 * 0.5 / (COUNT as f64).sqrt(),
            "{name}: {share}, not {expected}"
        );
    }
}

#[test]
fn noise_that_vanishes_forbids_every_other_voltage() {
    let numbers = [0.1, 1.0];
    let found = noise("multiplicative").log_density(&numbers, &[3.0], &[0.0], None);
    assert!(!found.is_finite(), "{found}");
}
