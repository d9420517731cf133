//! Student-t differences: a feature that the model cannot reach pulls less than under normal noise.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StudentT as Sampler};
use statrs::distribution::{Continuous, StudentsT};

use super::{Build, Likelihood};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<Build> =
    Entry { name: "student_t", summary: "as normal, with heavy tails that forgive single features", build };

#[derive(Debug)]
struct StudentT {
    density: StudentsT,
    sampler: Sampler<f64>,
}

/// Heavy enough to forgive an outlier, with a finite variance (Lange et al. 1989, doi 10.2307/2290063).
const DEGREES_OF_FREEDOM: f64 = 4.0;

impl Likelihood for StudentT {
    fn log_density(&self, residual: f64) -> f64 {
        self.density.ln_pdf(residual)
    }

    fn draw(&self, generator: &mut ChaCha8Rng) -> f64 {
        self.sampler.sample(generator)
    }
}

fn build(section: &Section<'_>) -> Option<Box<dyn Likelihood>> {
    let key = section.key("degrees_of_freedom", "the smaller, the heavier the tails").between(1.0, 1e6);
    let freedom = key.quantity_or(Unit::One, DEGREES_OF_FREEDOM);
    let density = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(Box::new(StudentT { density, sampler: Sampler::new(freedom).ok()? }))
}
