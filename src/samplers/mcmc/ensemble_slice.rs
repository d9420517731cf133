//! Slice sampling along the differences of an ensemble: Karamanis and Beutler (2021),
//! <https://doi.org/10.1007/s11222-021-10038-2>, the sampler of zeus (<https://doi.org/10.1093/mnras/stab2867>).
//!
//! Each chain of one half draws a height below its log density and a direction between two chains of the other half,
//! steps out until both ends of an interval lie below the height (Neal 2003, <https://doi.org/10.1214/aos/1056562461>)
//! and shrinks it until a point of it lies above. All chains of a half do so in step, so that every end and every
//! point is one row of a batch. Nothing is refused; what an iteration costs depends on how well the length fits.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chains::ChainSampler;
use super::differences::two_rows;
use super::ensemble::halves;
use super::evaluate;
use super::options::ChainOptions;
use super::start::{Points, Started};
use super::walk::{Step, Turn, Walk};
use crate::numeric::{Rows, Unconstrained};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "ensemble_slice",
    summary: "chains sample slices along the differences of one another; no step is refused",
    build,
};

/// Steps out of both ends together.
const MOST_STEPS_OUT: u32 = 100;
/// An interval that has shrunk so often holds nothing but the state itself.
const MOST_SHRINKS: u32 = 100;

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::of_ensemble(section, quick);
    let walk =
        |_: &Started, _: &dyn LogDensity| -> Box<dyn Walk> { Box::new(Slices { length: 1.0, tunings: 0 }) };
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, Box::new(walk)))))
}

struct Slices {
    /// Length of the first interval, in units of twice the difference of two chains.
    length: f64,
    tunings: u32,
}

/// The slice of one chain.
struct Slice {
    chain: usize,
    generator: ChaCha8Rng,
    origin: Vec<f64>,
    direction: Vec<f64>,
    height: f64,
    lower: f64,
    upper: f64,
    /// Steps out that each end may still make; 0 once it has ended.
    steps_down: u32,
    steps_up: u32,
    /// Where on the slice the next point is tried.
    tried: f64,
    shrinks: u32,
}

impl Slice {
    fn new(
        chain: usize,
        states: &Points,
        others: &Rows<Unconstrained>,
        length: f64,
        turn: &Turn<'_>,
    ) -> Self {
        let mut generator = turn.streams.stage("slice").generator(turn.iteration, chain as u64);
        let (first, second) = two_rows(others, &mut generator);
        let direction = first.iter().zip(second).map(|(a, b)| 2.0 * length * (a - b)).collect();
        // The height is below the log density by an exponential number.
        let height = states.posterior(chain) + (1.0 - generator.random::<f64>()).ln();
        let lower = -generator.random::<f64>();
        let steps_down = generator.random_range(0..MOST_STEPS_OUT);
        Self {
            chain,
            origin: states.points.row(chain).to_vec(),
            direction,
            height,
            lower,
            upper: lower + 1.0,
            steps_down,
            steps_up: MOST_STEPS_OUT - 1 - steps_down,
            tried: 0.0,
            shrinks: 0,
            generator,
        }
    }

    fn point(&self, place: f64) -> Vec<f64> {
        self.origin.iter().zip(&self.direction).map(|(x, along)| x + place * along).collect()
    }

    /// Chooses the next point to try in the interval.
    fn choose(&mut self) {
        self.tried = self.lower + (self.upper - self.lower) * self.generator.random::<f64>();
    }

    /// The last point tried was below the height: the interval ends there.
    fn shrink(&mut self) {
        if self.tried < 0.0 {
            self.lower = self.tried;
        } else {
            self.upper = self.tried;
        }
        self.shrinks += 1;
    }
}

impl Walk for Slices {
    fn step(&mut self, states: &mut Points, turn: &Turn<'_>) -> Step {
        let chains = states.terms.len();
        let mut step = Step { accepted: vec![false; chains], simulations: 0 };
        let (mut outward, mut inward) = (0_u64, 0_u64);
        for (half, others) in halves(chains, turn) {
            let others = states.pick(others).points;
            let mut slices: Vec<Slice> =
                half.iter().map(|&chain| Slice::new(chain, states, &others, self.length, turn)).collect();
            outward += step_out(&mut slices, turn, &mut step);
            inward += shrink(slices, states, turn, &mut step);
        }
        if turn.warming_up {
            self.tune(outward, inward);
        }
        step
    }
}

impl Slices {
    /// Leads the length to as many steps outward as inward, which costs least (section 3 of the paper).
    fn tune(&mut self, outward: u64, inward: u64) {
        self.tunings += 1;
        let outward = outward.max(1) as f64;
        let ratio = 2.0 * outward / (outward + inward as f64);
        self.length *= ratio.powf(f64::from(self.tunings).powf(-0.6));
    }
}

/// Moves the ends of all slices outward until they lie below the heights; returns how often one moved.
fn step_out(slices: &mut [Slice], turn: &Turn<'_>, step: &mut Step) -> u64 {
    let mut moved = 0;
    loop {
        let mut points = Vec::new();
        for slice in slices.iter() {
            if slice.steps_down > 0 {
                points.push(slice.point(slice.lower));
            }
            if slice.steps_up > 0 {
                points.push(slice.point(slice.upper));
            }
        }
        if points.is_empty() {
            return moved;
        }
        let mut heights = heights(points, turn, step).into_iter().map(LogTerms::posterior);
        for slice in slices.iter_mut() {
            let height = slice.height;
            let mut above = |left: &mut u32| {
                let above = *left > 0 && heights.next().is_some_and(|end| end > height);
                *left = if above { *left - 1 } else { 0 };
                above
            };
            if above(&mut slice.steps_down) {
                slice.lower -= 1.0;
                moved += 1;
            }
            if above(&mut slice.steps_up) {
                slice.upper += 1.0;
                moved += 1;
            }
        }
    }
}

/// Tries points of the intervals until each slice has found one above its height; returns how many were below.
fn shrink(mut slices: Vec<Slice>, states: &mut Points, turn: &Turn<'_>, step: &mut Step) -> u64 {
    let mut below = 0;
    while !slices.is_empty() {
        for slice in &mut slices {
            slice.choose();
        }
        let points: Vec<Vec<f64>> = slices.iter().map(|slice| slice.point(slice.tried)).collect();
        let mut left = Vec::new();
        for (mut slice, terms) in slices.into_iter().zip(heights(points, turn, step)) {
            if terms.posterior() > slice.height {
                states.replace(slice.chain, &slice.point(slice.tried), terms);
                step.accepted[slice.chain] = true;
                continue;
            }
            below += 1;
            slice.shrink();
            if slice.shrinks < MOST_SHRINKS {
                left.push(slice);
            }
        }
        slices = left;
    }
    below
}

/// The log terms of some points, in one batch.
fn heights(points: Vec<Vec<f64>>, turn: &Turn<'_>, step: &mut Step) -> Vec<LogTerms> {
    let columns = points[0].len();
    let rows = Rows::from_values(points.concat(), columns);
    step.simulations += rows.len() as u64;
    evaluate(turn.oracle, &rows)
}
