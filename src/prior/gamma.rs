//! The gamma distribution: p(x) ∝ x^(shape − 1) exp(−x / scale).

use statrs::function::gamma::{gamma_lr, gamma_ur, ln_gamma};

use super::inversion::turning_point;
use super::{Build, Prior, contains, inside, open_probability};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "gamma", summary: "positive; mean shape x scale, sd sqrt(shape) x scale", build };

#[derive(Debug)]
struct Gamma {
    shape: f64,
    scale: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    // Within these limits the series of the incomplete gamma function is quick and accurate.
    let shape = section.key("shape", "the shape, a number").between(0.01, 10_000.0).quantity(Unit::One);
    let scale = section.key("scale", "the scale").positive().quantity(unit);
    Some(Box::new(Gamma { shape, scale }))
}

impl Prior for Gamma {
    fn log_density(&self, value: f64) -> f64 {
        let z = value / self.scale;
        if !contains(self.support(), z) {
            return f64::NEG_INFINITY;
        }
        (self.shape - 1.0) * z.ln() - z - ln_gamma(self.shape) - self.scale.ln()
    }

    fn quantile(&self, probability: f64) -> f64 {
        let p = open_probability(probability);
        // The logarithms of the smallest and of the largest number bracket every quantile. The upper half
        // compares the tail above, which has the digits that the tail below has lost.
        let ln_z = if p < 0.5 {
            turning_point(|ln_z| gamma_lr(self.shape, ln_z.exp()) < p, -740.0, 700.0)
        } else {
            turning_point(|ln_z| gamma_ur(self.shape, ln_z.exp()) > 1.0 - p, -740.0, 700.0)
        };
        inside(self.support(), self.scale * ln_z.exp())
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
