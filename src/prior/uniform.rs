//! Every value between two ends is equally likely.

use super::{Build, Prior, contains, ends, inside};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "uniform", summary: "every value between lower and upper is equally likely", build };

#[derive(Debug)]
struct Uniform {
    lower: f64,
    upper: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let (lower, upper) = ends(section, unit)?;
    Some(Box::new(Uniform { lower, upper }))
}

impl Prior for Uniform {
    fn log_density(&self, value: f64) -> f64 {
        if contains(self.support(), value) { -(self.upper - self.lower).ln() } else { f64::NEG_INFINITY }
    }

    fn quantile(&self, probability: f64) -> f64 {
        let value = self.lower * (1.0 - probability) + self.upper * probability;
        inside(self.support(), value)
    }

    fn support(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }
}
