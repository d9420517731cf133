//! Every order of magnitude between two positive ends is equally likely.

use super::{Build, Prior, contains, ends, inside};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> = Entry {
    name: "log_uniform",
    summary: "every order of magnitude between lower and upper is equally likely",
    build,
};

#[derive(Debug)]
struct LogUniform {
    lower: f64,
    upper: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let (lower, upper) = ends(section, unit)?;
    if lower <= 0.0 {
        let message = format!("`lower` of a log_uniform prior must be above 0, found {lower}");
        section.mistake_at("lower", message, Some("give a small positive end, or take `uniform`"));
        return None;
    }
    Some(Box::new(LogUniform { lower, upper }))
}

impl Prior for LogUniform {
    fn log_density(&self, value: f64) -> f64 {
        if contains(self.support(), value) {
            -value.ln() - (self.upper.ln() - self.lower.ln()).ln()
        } else {
            f64::NEG_INFINITY
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        let value = (self.lower.ln() * (1.0 - probability) + self.upper.ln() * probability).exp();
        inside(self.support(), value)
    }

    fn support(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }
}
