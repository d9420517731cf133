//! The normal distribution, and the standard normal functions that its relatives are made of.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};

use super::{Build, Prior, open_probability};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "normal", summary: "normal with mean and sd; no limits", build };

#[derive(Debug)]
struct Normal {
    mean: f64,
    sd: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let mean = section.key("mean", "the mean").quantity(unit);
    let sd = section.key("sd", "the standard deviation").positive().quantity(unit);
    Some(Box::new(Normal { mean, sd }))
}

impl Prior for Normal {
    fn log_density(&self, value: f64) -> f64 {
        if value.is_finite() {
            standard_log_density((value - self.mean) / self.sd) - self.sd.ln()
        } else {
            f64::NEG_INFINITY
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.mean + self.sd * standard_quantile(open_probability(probability))
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// Log density of the standard normal distribution.
pub(super) fn standard_log_density(z: f64) -> f64 {
    -0.5 * z * z - 0.5 * (2.0 * PI).ln()
}

/// Cumulative distribution of the standard normal; accurate in the lower tail.
pub(super) fn standard_cumulative(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// Quantile of the standard normal for a probability strictly between 0 and 1.
pub(super) fn standard_quantile(probability: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * probability)
}
