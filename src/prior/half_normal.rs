//! The size of a normal quantity around zero.

use std::f64::consts::{LN_2, SQRT_2};

use statrs::function::erf::erf_inv;

use super::normal::standard_log_density;
use super::{Build, Prior, contains, inside, open_probability};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "half_normal", summary: "positive; the upper half of a normal around zero", build };

#[derive(Debug)]
struct HalfNormal {
    scale: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let scale = section.key("scale", "sd of the whole normal; 68 % of the probability is below").positive();
    Some(Box::new(HalfNormal { scale: scale.quantity(unit) }))
}

impl Prior for HalfNormal {
    fn log_density(&self, value: f64) -> f64 {
        if !contains(self.support(), value) {
            return f64::NEG_INFINITY;
        }
        LN_2 + standard_log_density(value / self.scale) - self.scale.ln()
    }

    fn quantile(&self, probability: f64) -> f64 {
        inside(self.support(), self.scale * SQRT_2 * erf_inv(open_probability(probability)))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
