//! The normal distribution within limits.

use super::normal::{standard_cumulative, standard_log_density, standard_quantile};
use super::{Build, Prior, contains, inside, open_probability, ordered, unbounded};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> = Entry {
    name: "truncated_normal",
    summary: "normal with mean and sd, cut at lower, upper or both",
    build,
};

#[derive(Debug)]
struct TruncatedNormal {
    mean: f64,
    sd: f64,
    lower: f64,
    upper: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    let mean = section.key("mean", "the mean before cutting").quantity(unit);
    let sd = section.key("sd", "the standard deviation before cutting").positive().quantity(unit);
    let lower = unbounded(section.key("lower", "the lower end, if there is one")).quantity_maybe(unit);
    let upper = unbounded(section.key("upper", "the upper end, if there is one")).quantity_maybe(unit);
    if lower.is_none() && upper.is_none() {
        let help = "give `lower`, `upper` or both, or take `normal`";
        section.mistake_at("kind", "a truncated_normal prior has no limit", Some(help));
        return None;
    }
    let lower = lower.unwrap_or(f64::NEG_INFINITY);
    let (lower, upper) = ordered(section, unit, lower, upper.unwrap_or(f64::INFINITY))?;
    let prior = TruncatedNormal { mean, sd, lower, upper };
    let (below, within, _) = prior.tail();
    // Beyond this the distribution of the numbers themselves would show in the draws.
    if within < 1e-300 || within < 1e-12 * below {
        let message = "no probability of the normal lies within the limits";
        section.mistake_at("mean", message, Some("move `mean` towards the limits, or take a larger `sd`"));
        return None;
    }
    Some(Box::new(prior))
}

impl TruncatedNormal {
    /// Probability below the limits, probability within them, and whether both are of the mirrored
    /// distribution: limits above the mean are mirrored to the lower tail, where numbers are dense.
    fn tail(&self) -> (f64, f64, bool) {
        let (a, b) = ((self.lower - self.mean) / self.sd, (self.upper - self.mean) / self.sd);
        let mirrored = a > 0.0;
        let (a, b) = if mirrored { (-b, -a) } else { (a, b) };
        let below = standard_cumulative(a);
        (below, standard_cumulative(b) - below, mirrored)
    }
}

impl Prior for TruncatedNormal {
    fn log_density(&self, value: f64) -> f64 {
        if !contains(self.support(), value) {
            return f64::NEG_INFINITY;
        }
        let (_, within, _) = self.tail();
        standard_log_density((value - self.mean) / self.sd) - self.sd.ln() - within.ln()
    }

    fn quantile(&self, probability: f64) -> f64 {
        let (below, within, mirrored) = self.tail();
        let share = if mirrored { 1.0 - probability } else { probability };
        let z = standard_quantile(open_probability(below + share * within));
        inside(self.support(), self.mean + if mirrored { -z } else { z } * self.sd)
    }

    fn support(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }
}
