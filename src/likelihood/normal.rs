//! Normal differences: the usual choice where the standard deviations are known.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;

use super::{Build, Likelihood};
use crate::numeric::standard_normal;
use crate::settings::Entry;

pub const ENTRY: Entry<Build> = Entry {
    name: "normal",
    summary: "features differ from the model by normal noise",
    build: |_| Some(Box::new(Normal)),
};

#[derive(Debug)]
struct Normal;

impl Likelihood for Normal {
    fn log_density(&self, residual: f64) -> f64 {
        -0.5 * (residual * residual + TAU.ln())
    }

    fn draw(&self, generator: &mut ChaCha8Rng) -> f64 {
        standard_normal(generator)
    }
}
