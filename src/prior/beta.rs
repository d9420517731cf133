//! The beta distribution, stretched to an interval.

use statrs::function::beta::{beta_reg, ln_beta};

use super::inversion::turning_point;
use super::{Build, Prior, contains, inside, open_probability, ordered, unbounded};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(super) const ENTRY: Entry<Build> =
    Entry { name: "beta", summary: "beta with shapes alpha and beta, stretched from lower to upper", build };

#[derive(Debug)]
struct Beta {
    shapes: (f64, f64),
    lower: f64,
    upper: f64,
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Box<dyn Prior>> {
    // Within these limits the continued fraction of the incomplete beta function is accurate.
    let shape = |name, help| section.key(name, help).between(0.01, 1000.0).quantity(Unit::One);
    let alpha = shape("alpha", "the shape at the lower end");
    let beta = shape("beta", "the shape at the upper end");
    let lower = unbounded(section.key("lower", "the lower end")).quantity_or(unit, 0.0);
    let upper = unbounded(section.key("upper", "the upper end")).quantity_or(unit, 1.0);
    let (lower, upper) = ordered(section, unit, lower, upper)?;
    Some(Box::new(Beta { shapes: (alpha, beta), lower, upper }))
}

impl Prior for Beta {
    fn log_density(&self, value: f64) -> f64 {
        if !contains(self.support(), value) {
            return f64::NEG_INFINITY;
        }
        let (alpha, beta) = self.shapes;
        let width = self.upper - self.lower;
        let (below, above) = ((value - self.lower) / width, (self.upper - value) / width);
        (alpha - 1.0) * below.ln() + (beta - 1.0) * above.ln() - ln_beta(alpha, beta) - width.ln()
    }

    fn quantile(&self, probability: f64) -> f64 {
        let (alpha, beta) = self.shapes;
        let p = open_probability(probability);
        let width = self.upper - self.lower;
        // Measured from the nearer end, so that no digit is lost there.
        let value = if p < beta_reg(alpha, beta, 0.5) {
            self.lower + width * lower_half_quantile(alpha, beta, p)
        } else {
            self.upper - width * lower_half_quantile(beta, alpha, 1.0 - p)
        };
        inside(self.support(), value)
    }

    fn support(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }
}

/// The quantile on the unit interval, known to be at most a half.
fn lower_half_quantile(alpha: f64, beta: f64, probability: f64) -> f64 {
    turning_point(|ln_x| beta_reg(alpha, beta, ln_x.exp()) < probability, -740.0, 0.5_f64.ln()).exp()
}
