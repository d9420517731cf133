//! Normal noise that remembers the sample before, AR(1): the residuals e = y − v of a stretch follow
//! e₁ ~ N(0, σ²) and eᵢ = ρ eᵢ₋₁ + σ √(1 − ρ²) εᵢ, so that every sample has the standard deviation σ and neighbours
//! have the correlation ρ (Box, Jenkins and Reinsel 2008, chapter 3, <https://doi.org/10.1002/9781118619193>):
//! ln p = ln N(e₁; 0, σ²) + Σ ln N(eᵢ; ρ eᵢ₋₁, σ² (1 − ρ²)).
//! PINTS has the same σ and ρ, but takes the first sample as given.
//!
//! Neighbours are the samples that count: with every n-th sample, ρ is the correlation over n intervals.

use rand_chacha::ChaCha8Rng;

use super::{Noise, Number, SD, log_root_tau};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<&'static dyn Noise> = Entry {
    name: "autoregressive",
    summary: "normal, and each sample remembers the one before: AR(1)",
    build: &Autoregressive,
};

#[derive(Debug)]
struct Autoregressive;

const CORRELATION: Number = Number {
    key: "correlation",
    has_unit: false,
    range: (-1.0, 1.0),
    default: None,
    summary: "correlation of the noise of neighbouring samples that count",
};

impl Noise for Autoregressive {
    fn numbers(&self) -> &'static [Number] {
        &[SD, CORRELATION]
    }

    fn log_density(
        &self,
        numbers: &[f64],
        recorded: &[f64],
        simulated: &[f64],
        previous: Option<f64>,
    ) -> f64 {
        let (sd, correlation) = (numbers[0], numbers[1]);
        let (Some(y), Some(v)) = (recorded.first(), simulated.first()) else { return 0.0 };
        let (first, innovation_sd) = (y - v, sd * (1.0 - correlation * correlation).sqrt());
        let (mean, first_sd) = previous.map_or((0.0, sd), |previous| (correlation * previous, innovation_sd));
        let first = (first - mean) / first_sd;
        let pairs = recorded.windows(2).zip(simulated.windows(2));
        let innovation = |(y, v): (&[f64], &[f64])| (y[1] - v[1]) - correlation * (y[0] - v[0]);
        let squares: f64 = pairs.map(innovation).map(|innovation| innovation * innovation).sum();
        let later = recorded.len() as f64 - 1.0;
        -(later + 1.0) * log_root_tau()
            - first_sd.ln()
            - later * innovation_sd.ln()
            - 0.5 * (first * first + squares / (innovation_sd * innovation_sd))
    }

    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>) {
        let (sd, correlation) = (numbers[0], numbers[1]);
        let innovation_sd = sd * (1.0 - correlation * correlation).sqrt();
        let mut residual = sd * standard_normal(generator);
        for (index, v) in simulated.iter().enumerate() {
            if index > 0 {
                residual = correlation * residual + innovation_sd * standard_normal(generator);
            }
            recorded.push(v + residual);
        }
    }
}
