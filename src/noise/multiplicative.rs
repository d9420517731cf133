//! Normal noise that grows with the voltage: y = v + σ(v) ε with ε ~ N(0, 1) and σ(v) = r |v|^η mV, v in mV, so
//! ln p(y | v) = −Σ ln(σ(v) √2π) − Σ (y − v)² / 2σ(v)².
//! As `MultiplicativeGaussianLogLikelihood` of PINTS, which takes v^η of positive signals; a voltage has both signs,
//! so its size is meant. At 0 mV there is no noise, and a recording that is not there too is impossible.

use rand_chacha::ChaCha8Rng;

use super::{Noise, Number, POWER, RELATIVE, log_root_tau, sum, sum_of_logs};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<&'static dyn Noise> = Entry {
    name: "multiplicative",
    summary: "normal, with a standard deviation that is a power of the simulated voltage",
    build: &Multiplicative,
};

#[derive(Debug)]
struct Multiplicative;

/// |v|^η, without a power where there is none.
pub(super) fn growth(v: f64, power: f64) -> f64 {
    if (power - 1.0).abs() < f64::EPSILON { v.abs() } else { v.abs().powf(power) }
}

impl Noise for Multiplicative {
    fn numbers(&self) -> &'static [Number] {
        &[RELATIVE, POWER]
    }

    fn log_density(&self, numbers: &[f64], recorded: &[f64], simulated: &[f64], _: Option<f64>) -> f64 {
        let (relative, power) = (numbers[0], numbers[1]);
        normal_log_density(recorded, simulated, |v| relative * growth(v, power))
    }

    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>) {
        let sd = |v: f64| numbers[0] * growth(v, numbers[1]);
        recorded.extend(simulated.iter().map(|v| v + sd(*v) * standard_normal(generator)));
    }
}

/// Of normal noise whose standard deviation depends on the simulated voltage.
pub(super) fn normal_log_density(recorded: &[f64], simulated: &[f64], sd: impl Fn(f64) -> f64) -> f64 {
    let logs = sum_of_logs(recorded, simulated, |_, v| sd(v));
    let squares = sum(recorded, simulated, |y, v| ((y - v) / sd(v)).powi(2));
    -(recorded.len() as f64) * log_root_tau() - logs - 0.5 * squares
}
