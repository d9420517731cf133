//! Independent normal noise: y = v + σ ε with ε ~ N(0, 1), so
//! ln p(y | v) = −n ln(σ √2π) − Σ (y − v)² / 2σ².

use rand_chacha::ChaCha8Rng;

use super::{Noise, Number, SD, log_root_tau, sum};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<&'static dyn Noise> = Entry {
    name: "normal",
    summary: "independent at each sample, with one standard deviation",
    build: &Normal,
};

#[derive(Debug)]
struct Normal;

impl Noise for Normal {
    fn numbers(&self) -> &'static [Number] {
        &[SD]
    }

    fn log_density(&self, numbers: &[f64], recorded: &[f64], simulated: &[f64], _: Option<f64>) -> f64 {
        let sd = numbers[0];
        let squares = sum(recorded, simulated, |y, v| (y - v) * (y - v));
        -(recorded.len() as f64) * (log_root_tau() + sd.ln()) - 0.5 * squares / (sd * sd)
    }

    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>) {
        recorded.extend(simulated.iter().map(|v| v + numbers[0] * standard_normal(generator)));
    }
}
