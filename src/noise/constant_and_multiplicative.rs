//! Normal noise with a part that grows with the voltage: y = v + σ(v) ε with ε ~ N(0, 1) and
//! σ(v) = σ₀ + r |v|^η mV, v in mV, so ln p(y | v) = −Σ ln(σ(v) √2π) − Σ (y − v)² / 2σ(v)².
//! As `ConstantAndMultiplicativeGaussianLogLikelihood` of PINTS, for a voltage of both signs.

use rand_chacha::ChaCha8Rng;

use super::multiplicative::{growth, normal_log_density};
use super::{Noise, Number, POWER, RELATIVE, SD};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<&'static dyn Noise> = Entry {
    name: "constant_and_multiplicative",
    summary: "normal, with a constant standard deviation plus one that grows with the voltage",
    build: &ConstantAndMultiplicative,
};

#[derive(Debug)]
struct ConstantAndMultiplicative;

impl Noise for ConstantAndMultiplicative {
    fn numbers(&self) -> &'static [Number] {
        &[SD, RELATIVE, POWER]
    }

    fn log_density(&self, numbers: &[f64], recorded: &[f64], simulated: &[f64], _: Option<f64>) -> f64 {
        normal_log_density(recorded, simulated, |v| numbers[0] + numbers[1] * growth(v, numbers[2]))
    }

    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>) {
        let sd = |v: f64| numbers[0] + numbers[1] * growth(v, numbers[2]);
        recorded.extend(simulated.iter().map(|v| v + sd(*v) * standard_normal(generator)));
    }
}
