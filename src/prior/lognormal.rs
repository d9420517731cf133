//! The distribution of a positive quantity whose logarithm is normal.

use super::normal::{standard_log_density, standard_quantile};
use super::{Build, Prior, contains, inside, open_probability};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> = Entry {
    name: "lognormal",
    summary: "positive; median, and spread = sd of the natural logarithm (0.4: within a factor 1.5 mostly)",
    build,
};

#[derive(Debug)]
struct Lognormal {
    median: f64,
    spread: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let median = section.key("median", "half of the probability is below").positive().quantity(unit);
    let spread = section.key("spread", "standard deviation of the natural logarithm").positive();
    Some(Box::new(Lognormal { median, spread: spread.quantity(Unit::One) }))
}

impl Prior for Lognormal {
    fn log_density(&self, value: f64) -> f64 {
        if !contains(self.support(), value) {
            return f64::NEG_INFINITY;
        }
        let z = (value.ln() - self.median.ln()) / self.spread;
        standard_log_density(z) - self.spread.ln() - value.ln()
    }

    fn quantile(&self, probability: f64) -> f64 {
        let z = standard_quantile(open_probability(probability));
        inside(self.support(), self.median * (self.spread * z).exp())
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
