//! The simulators of sbibm: Lueckmann et al. (2021), <https://proceedings.mlr.press/v130/lueckmann21a.html>.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

use hhbayes::numeric::standard_normal;

/// One data set of a parameter set in natural units.
pub type Simulate = fn(&[f64], &mut ChaCha8Rng) -> Vec<f64>;

fn normal(mean: f64, sd: f64, generator: &mut ChaCha8Rng) -> f64 {
    mean + sd * standard_normal(generator)
}

/// A point of a crescent that the parameters shift: one of two parameter sets may have done it.
pub fn two_moons(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    let angle = generator.random_range(-FRAC_PI_2..FRAC_PI_2);
    let radius = normal(0.1, 0.01, generator);
    let (sum, difference) = (theta[0] + theta[1], theta[1] - theta[0]);
    vec![
        radius * angle.cos() + 0.25 - FRAC_1_SQRT_2 * sum.abs(),
        radius * angle.sin() + FRAC_1_SQRT_2 * difference,
    ]
}

/// Four draws of a normal distribution in the plane whose sds are the squares of parameters.
pub fn slcp(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    // Added to both variances, so that the covariance has an inverse.
    const SMALLEST_VARIANCE: f64 = 1e-6;
    let (first, second, correlation) = (theta[2] * theta[2], theta[3] * theta[3], theta[4].tanh());
    let side = (first * first + SMALLEST_VARIANCE).sqrt();
    let slope = correlation * first * second / side;
    let rest = (second * second + SMALLEST_VARIANCE - slope * slope).sqrt();
    let mut data = Vec::with_capacity(8);
    for _ in 0..4 {
        let (z, other) = (standard_normal(generator), standard_normal(generator));
        data.extend([theta[0] + side * z, theta[1] + slope * z + rest * other]);
    }
    data
}

/// Each parameter with noise of variance 0.1.
pub fn gaussian_linear(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    let sd = 0.1_f64.sqrt();
    theta.iter().map(|&mean| normal(mean, sd, generator)).collect()
}

/// Both parameters with wide or narrow noise.
pub fn gaussian_mixture(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    let sd = if generator.random::<bool>() { 1.0 } else { 0.1 };
    theta.iter().map(|&mean| normal(mean, sd, generator)).collect()
}

/// An epidemic in a million people: how many of a thousand are infected, every 17 days.
pub fn sir(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    const PEOPLE: f64 = 1e6;
    const STEPS_PER_DAY: usize = 10;
    let slope = |[susceptible, infected]: [f64; 2]| {
        let infections = theta[0] * susceptible * infected / PEOPLE;
        [-infections, infections - theta[1] * infected]
    };
    let states = integrate(slope, [PEOPLE - 1.0, 1.0], 1.0 / STEPS_PER_DAY as f64, 17 * STEPS_PER_DAY);
    let tested = |[_, infected]: [f64; 2]| {
        let share = (infected / PEOPLE).clamp(0.0, 1.0);
        Binomial::new(1000, share).map_or(f64::NAN, |binomial| binomial.sample(generator) as f64)
    };
    states.map(tested).to_vec()
}

/// Predators and prey with log-normal noise, every 2.1 days: all prey, then all predators.
pub fn lotka_volterra(theta: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
    const STEPS: usize = 420;
    let slope = |[prey, predators]: [f64; 2]| {
        let caught = prey * predators;
        [theta[0] * prey - theta[1] * caught, theta[3] * caught - theta[2] * predators]
    };
    let states = integrate(slope, [30.0, 1.0], 2.1 / STEPS as f64, STEPS);
    let mut noisy = |count: f64| (normal(count.clamp(1e-10, 1e4).ln(), 0.1, generator)).exp();
    let mut data: Vec<f64> = states.iter().map(|state| noisy(state[0])).collect();
    data.extend(states.iter().map(|state| noisy(state[1])));
    data
}

/// The first ten states, `apart` steps from each other, by the classical method of Runge and Kutta.
fn integrate(slope: impl Fn([f64; 2]) -> [f64; 2], start: [f64; 2], dt: f64, apart: usize) -> [[f64; 2]; 10] {
    let along = |y: [f64; 2], k: [f64; 2], dt: f64| [y[0] + dt * k[0], y[1] + dt * k[1]];
    let mut states = [start; 10];
    let mut y = start;
    for state in &mut states[1..] {
        for _ in 0..apart {
            let a = slope(y);
            let b = slope(along(y, a, 0.5 * dt));
            let c = slope(along(y, b, 0.5 * dt));
            let d = slope(along(y, c, dt));
            let mean = [0, 1].map(|i| (a[i] + 2.0 * (b[i] + c[i]) + d[i]) / 6.0);
            y = along(y, mean, dt);
        }
        *state = y;
    }
    states
}
