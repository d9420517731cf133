//! Log probability of recorded samples of the voltage, given those of a simulation.
//!
//! A noise says how each recorded sample y differs from the simulated v. It is normalised over y, so that its own
//! numbers can be inferred with the parameters of the model. The five kinds are those of PINTS (Clerx et al. 2019,
//! <https://doi.org/10.5334/jors.252>); the files state their densities. Samples are in mV; the same densities serve
//! for the times of spikes, in ms.

mod autoregressive;
mod constant_and_multiplicative;
mod multiplicative;
mod normal;
mod student_t;

use std::f64::consts::TAU;
use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;

use crate::settings::Entry;
use crate::units::Unit;

/// A distribution of the difference between recording and simulation, whose numbers are fixed or inferred elsewhere.
pub trait Noise: Debug + Send + Sync {
    /// The numbers, in the order in which the other functions take them.
    fn numbers(&self) -> &'static [Number];

    /// Log density of recorded samples that follow each other. `previous`: what recording and simulation differ by at
    /// the sample before the first one; `None` at the start of a stretch. −∞ or NaN where the density does not exist.
    fn log_density(&self, numbers: &[f64], recorded: &[f64], simulated: &[f64], previous: Option<f64>)
    -> f64;

    /// Adds to `recorded` a draw for each simulated sample of one stretch.
    fn draw(&self, numbers: &[f64], simulated: &[f64], generator: &mut ChaCha8Rng, recorded: &mut Vec<f64>);
}

/// A number of a noise.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// Its name in the settings.
    pub key: &'static str,
    /// Whether it has the unit of the samples; else it is a pure number.
    pub has_unit: bool,
    /// Physical range, without its ends.
    pub range: (f64, f64),
    /// What it is if nothing is said; `None`: it must be given.
    pub default: Option<f64>,
    /// What it is.
    pub summary: &'static str,
}

impl Number {
    /// Its unit, if samples have the given one.
    pub fn unit(&self, samples: Unit) -> Unit {
        if self.has_unit { samples } else { Unit::One }
    }
}

/// No noise has more numbers.
pub const MOST_NUMBERS: usize = 3;

/// All noises, in alphabetical order.
pub const NOISES: &[Entry<&'static dyn Noise>] = &[
    autoregressive::ENTRY,
    constant_and_multiplicative::ENTRY,
    multiplicative::ENTRY,
    normal::ENTRY,
    student_t::ENTRY,
];

const SD: Number = Number {
    key: "sd",
    has_unit: true,
    range: (0.0, f64::INFINITY),
    default: None,
    summary: "standard deviation of the noise; the scale of student_t",
};

const RELATIVE: Number = Number {
    key: "relative",
    has_unit: false,
    range: (0.0, f64::INFINITY),
    default: None,
    summary: "standard deviation per |simulated voltage in mV| to the `power`",
};

const POWER: Number = Number {
    key: "power",
    has_unit: false,
    range: (0.0, 10.0),
    default: Some(1.0),
    summary: "with which power of the simulated voltage the noise grows",
};

/// ln √2π.
fn log_root_tau() -> f64 {
    0.5 * TAU.ln()
}

/// Partial sums that do not wait for each other, and factors under one logarithm.
const TOGETHER: usize = 8;

/// Σ f(y, v) over samples, in a fixed order of its own that keeps a vector unit busy.
fn sum(recorded: &[f64], simulated: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    let (ys, vs) = (recorded.chunks_exact(TOGETHER), simulated.chunks_exact(TOGETHER));
    let rest: f64 = ys.remainder().iter().zip(vs.remainder()).map(|(&y, &v)| f(y, v)).sum();
    let mut sums = [0.0; TOGETHER];
    for (y, v) in ys.zip(vs) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += f(y[lane], v[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Σ ln f(y, v) over samples, with one logarithm for several: it is what these densities cost.
fn sum_of_logs(recorded: &[f64], simulated: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    let pieces = recorded.chunks(TOGETHER).zip(simulated.chunks(TOGETHER));
    pieces.map(|(y, v)| y.iter().zip(v).map(|(&y, &v)| f(y, v)).product::<f64>().ln()).sum()
}
