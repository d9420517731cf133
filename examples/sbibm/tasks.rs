//! The tasks of sbibm as simulators of a user of the library: prior, observation and simulator.
//!
//! The observations are read from the folder that `HHBAYES_REFERENCE` names. `tests/sbibm.rs` holds the simulators against
//! closed forms and against the reference draws.

#![allow(clippy::unwrap_used, reason = "data that cannot be read end the program")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use hhbayes::numeric::{Rows, Streams, Summaries, Unconstrained};
use hhbayes::prior::{self, Parameter, ParameterSpace};
use hhbayes::problem::{Simulator, Target};
use hhbayes::settings::Settings;
use hhbayes::units::Unit;

use crate::simulators::{self, Simulate};

const NARROW: &str = "kind = 'normal'\nmean = 0.0\nsd = 0.31622776601683794";
const SMALL_BOX: &str = "kind = 'uniform'\nlower = -1.0\nupper = 1.0";
const MIDDLE_BOX: &str = "kind = 'uniform'\nlower = -3.0\nupper = 3.0";
const LARGE_BOX: &str = "kind = 'uniform'\nlower = -10.0\nupper = 10.0";
// Medians are exp(-0.125) and exp(-3).
const BIRTHS: &str = "kind = 'lognormal'\nmedian = 0.8824969025845955\nspread = 0.5";
const MEETINGS: &str = "kind = 'lognormal'\nmedian = 0.049787068367863944\nspread = 0.5";
const CONTACT: &str = "kind = 'lognormal'\nmedian = 0.4\nspread = 0.5";
const RECOVERY: &str = "kind = 'lognormal'\nmedian = 0.125\nspread = 0.2";

/// Name, simulator and the prior of each parameter.
type Specification = (&'static str, Simulate, &'static [&'static str]);

/// All tasks with a simulator; `bernoulli_glm` needs a design matrix.
pub const TASKS: [Specification; 7] = [
    ("two_moons", simulators::two_moons, &[SMALL_BOX; 2]),
    ("slcp", simulators::slcp, &[MIDDLE_BOX; 5]),
    ("gaussian_linear", simulators::gaussian_linear, &[NARROW; 10]),
    ("gaussian_linear_uniform", simulators::gaussian_linear, &[SMALL_BOX; 10]),
    ("gaussian_mixture", simulators::gaussian_mixture, &[LARGE_BOX; 2]),
    ("sir", simulators::sir, &[CONTACT, RECOVERY]),
    ("lotka_volterra", simulators::lotka_volterra, &[BIRTHS, MEETINGS, BIRTHS, MEETINGS]),
];

/// A task with one of its observations, which counts its simulations.
pub struct Task {
    pub space: ParameterSpace,
    simulate: Simulate,
    observed: Vec<Option<f64>>,
    /// Every feature counts alike, as in the distance of sbibm, unless the sampler takes other scales.
    scales: Vec<f64>,
    pub calls: AtomicU64,
}

impl Task {
    /// `None` if there is no task of that name.
    pub fn named(name: &str, observation: usize) -> Option<Self> {
        let (name, simulate, priors) = TASKS.into_iter().find(|task| task.0 == name)?;
        let observed: Vec<Option<f64>> = numbers(name, observation, "observation.csv")?.map(Some).collect();
        let parameters = priors.iter().enumerate().map(|(index, options)| parameter(index, options));
        let space = ParameterSpace::new(parameters.collect());
        let scales = vec![1.0; observed.len()];
        Some(Self { space, simulate, observed, scales, calls: AtomicU64::new(0) })
    }
}

fn parameter(index: usize, options: &str) -> Parameter {
    let settings = Settings::from_text(Path::new("prior"), format!("[prior]\n{options}"));
    let distribution = prior::from_settings(&settings.root().table("prior", "of one parameter"), Unit::One);
    settings.finish().unwrap();
    Parameter::new(format!("parameter_{}", index + 1), Unit::One, distribution.unwrap())
}

/// The numbers in the second line of a file of the task; `None` if `HHBAYES_REFERENCE` is not set.
pub fn numbers(task: &str, observation: usize, file: &str) -> Option<impl Iterator<Item = f64>> {
    let root = PathBuf::from(std::env::var_os("HHBAYES_REFERENCE")?);
    let path = root.join("sbibm").join(task).join(observation.to_string()).join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let line = text.lines().nth(1).unwrap();
    Some(line.split(',').map(|number| number.parse().unwrap()).collect::<Vec<f64>>().into_iter())
}

impl Target for Task {
    fn dimension(&self) -> usize {
        self.space.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.space.draw(count, streams)
    }
}

impl Simulator for Task {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        self.space.log_density(points)
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &self.scales
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        self.calls.fetch_add(points.len() as u64, Ordering::Relaxed);
        let sets = self.space.to_natural(points);
        let data = |row: usize| (self.simulate)(sets.row(row), &mut streams.generator(call, row as u64));
        let all: Vec<Vec<f64>> = (0..sets.len()).into_par_iter().map(data).collect();
        let mut summaries = Summaries::missing(sets.len(), self.observed.len());
        for (row, data) in all.into_iter().enumerate() {
            for (feature, value) in summaries.row_mut(row).iter_mut().zip(data) {
                *feature = Some(value).filter(|value| value.is_finite());
            }
        }
        summaries
    }
}
