//! Independent Student-t noise: y = v + s t with t of ν degrees of freedom, so each sample has
//! ln p(y | v) = ln Γ((ν + 1) / 2) − ln Γ(ν / 2) − ln(s √(ν π)) − (ν + 1) / 2 · ln(1 + (y − v)² / ν s²).
//! The standard deviation is s √(ν / (ν − 2)) for ν > 2.

use std::f64::consts::PI;

use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution};
use statrs::function::gamma::ln_gamma;

use super::{Noise, Number, SD, sum_of_logs};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<&'static dyn Noise> = Entry {
    name: "student_t",
    summary: "independent at each sample, with heavy tails that forgive single samples",
    build: &StudentT,
};

#[derive(Debug)]
struct StudentT;

const DEGREES_OF_FREEDOM: Number = Number {
    key: "degrees_of_freedom",
    has_unit: false,
    range: (0.1, 1e6),
    // As for features: Lange et al. 1989, doi 10.2307/2290063.
    default: Some(4.0),
    summary: "the smaller, the heavier the tails",
};

impl Noise for StudentT {
    fn numbers(&self) -> &'static [Number] {
        &[SD, DEGREES_OF_FREEDOM]
    }

    fn log_density(&self, numbers: &[f64], recorded: &[f64], simulated: &[f64], _: Option<f64>) -> f64 {
        let (scale, freedom) = (numbers[0], numbers[1]);
        let half = 0.5 * (freedom + 1.0);
        let constant = ln_gamma(half) - ln_gamma(0.5 * freedom) - 0.5 * (freedom * PI).ln() - scale.ln();
        let per_square = 1.0 / (freedom * scale * scale);
        let logs = sum_of_logs(recorded, simulated, |y, v| 1.0 + (y - v) * (y - v) * per_square);
        recorded.len() as f64 * constant - half * logs
    }

    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>) {
        let freedom = numbers[1];
        let chi_squared = ChiSquared::new(freedom).expect("the degrees of freedom are positive");
        recorded.extend(simulated.iter().map(|v| {
            let spread = (freedom / chi_squared.sample(generator)).sqrt();
            v + numbers[0] * spread * standard_normal(generator)
        }));
    }
}
