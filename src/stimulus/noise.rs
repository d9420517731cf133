//! Ornstein-Uhlenbeck noise: Gaussian, with mean 0, standard deviation 1 and an exponential correlation.
//!
//! The exact discrete path at `interval`, linear in between: x' = x e^(−Δ/τ) + √(1 − e^(−2Δ/τ)) ξ.
//! Source: <https://doi.org/10.1103/PhysRevE.54.2084>

use super::{Component, Waveform, read_amplitude, read_span};
use crate::numeric::{Streams, standard_normal};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<fn(&Section<'_>, Unit) -> Option<Component>> =
    Entry { name: "noise", summary: "Ornstein-Uhlenbeck noise; amplitude is its standard deviation", build };

#[derive(Debug)]
struct Noise {
    interval_ms: f64,
    path: Vec<f64>,
}

/// More samples than this are a mistake in the settings, not a stimulus.
const MOST_SAMPLES: f64 = 1e8;

impl Noise {
    fn new(seed: u64, time_constant_ms: f64, interval_ms: f64, duration_ms: f64) -> Self {
        let mut generator = Streams::new(seed).stage("stimulus noise").generator(0, 0);
        let decay = (-interval_ms / time_constant_ms).exp();
        let spread = (1.0 - decay * decay).sqrt();
        let mut x = standard_normal(&mut generator);
        let count = (duration_ms / interval_ms).ceil() as usize + 2;
        let mut next = || {
            let now = x;
            x = x * decay + spread * standard_normal(&mut generator);
            now
        };
        Self { interval_ms, path: (0..count).map(|_| next()).collect() }
    }

    fn at(&self, time_ms: f64) -> f64 {
        let position = (time_ms / self.interval_ms).clamp(0.0, (self.path.len() - 2) as f64);
        let index = (position as usize).min(self.path.len() - 2);
        self.path[index] + (self.path[index + 1] - self.path[index]) * (position - index as f64)
    }
}

impl Waveform for Noise {
    fn mean(&self, from_ms: f64, to_ms: f64, _: f64) -> f64 {
        self.at(f64::midpoint(from_ms, to_ms))
    }
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let amplitude = read_amplitude(section, unit, "standard deviation of the noise");
    let time_constant = section.key("time_constant", "correlation time of the noise").positive();
    let time_constant_ms = time_constant.quantity(Unit::Millisecond);
    let interval = section.key("interval", "time between two values of the noise").positive();
    let interval_ms = interval.quantity_or(Unit::Millisecond, 0.1);
    let seed = section.key("seed", "names the noise; the same seed gives the same current").count_or(1);
    let (start_ms, duration_ms) = read_span(section);
    if section.is_listening() {
        return None;
    }
    if duration_ms / interval_ms > MOST_SAMPLES {
        section.mistake_at("interval", "the noise has more than 10^8 values", Some("take a longer interval"));
        return None;
    }
    let waveform = Noise::new(seed as u64, time_constant_ms, interval_ms, duration_ms);
    Some(Component { amplitude, start_ms, duration_ms, waveform: Box::new(waveform) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_has_unit_variance_and_its_correlation_time() {
        let noise = Noise::new(3, 5.0, 0.5, 500_000.0);
        let n = noise.path.len() as f64;
        let variance = noise.path.iter().map(|x| x * x).sum::<f64>() / n;
        let lag = 10;
        let pairs = noise.path.iter().zip(&noise.path[lag..]);
        let correlation = pairs.map(|(a, b)| a * b).sum::<f64>() / n;
        // About n Δ / 2τ independent values: six standard errors are 6 √(2 · 2 · 5 / 500 000) = 0.04.
        assert!((variance - 1.0).abs() < 0.04, "variance {variance}");
        assert!((correlation - (-1.0_f64).exp()).abs() < 0.04, "correlation {correlation}");
    }
}
