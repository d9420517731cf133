//! The exponential distribution.

use super::{Build, Prior, contains, inside, open_probability};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "exponential", summary: "positive; most likely near zero, with a mean", build };

#[derive(Debug)]
struct Exponential {
    mean: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let mean = section.key("mean", "the mean").positive().quantity(unit);
    Some(Box::new(Exponential { mean }))
}

impl Prior for Exponential {
    fn log_density(&self, value: f64) -> f64 {
        if contains(self.support(), value) { -value / self.mean - self.mean.ln() } else { f64::NEG_INFINITY }
    }

    fn quantile(&self, probability: f64) -> f64 {
        inside(self.support(), -self.mean * (-open_probability(probability)).ln_1p())
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
