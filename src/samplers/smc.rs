//! From the prior to the posterior in steps of the power of the likelihood: sequential Monte Carlo, Del Moral, Doucet
//! and Jasra (2006), <https://doi.org/10.1111/j.1467-9868.2006.00553.x>.
//!
//! Each power is the largest at which the weights still have the wanted share of effective draws. Then particles are
//! resampled and moved by random walks along the differences of particles and with their covariance, until the
//! moves have made them forget where they were. The product of the mean weights estimates the evidence.

use rand::RngExt;

use super::mcmc::evaluate;
use super::mcmc::start::Points;
use super::moves::Others;
use super::prior_check::disagreement;
use super::stopping::{Clock, Stopping};
use crate::diagnostics::effective_sample_size;
use crate::draws::{Account, Caution, Draws, Ending, Evidence, Particles, Sampled};
use crate::numeric::{Rows, Streams, Unconstrained, log_mean_exp, normalised, systematic};
use crate::problem::{LogDensity, LogTerms};
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "smc",
    summary: "particles go from the prior to the posterior by powers of the likelihood; knows the evidence",
    build,
};

/// Simulations per call of the oracle.
const BATCH: usize = 1000;
/// Acceptance to which the length of the steps is led, and the smallest length, in units of the best for a normal
/// posterior: below it rough likelihoods would bring the particles to a halt.
const GOAL_ACCEPTANCE: f64 = 0.234;
const SMALLEST_SCALE: f64 = 0.1;
/// Particles have forgotten where they were when no parameter is correlated with its old value by more than this.
const FORGOTTEN: f64 = 0.3;
/// The same at the end, when the particles become the draws.
const FORGOTTEN_AT_LAST: f64 = 0.1;
/// Prior draws of which one must be possible, per particle.
const PRIOR_TRIES: usize = 100;

#[derive(Debug)]
struct TemperedParticles {
    particles: usize,
    /// Effective draws of the weights of each step, as a share of the particles.
    ess_share: f64,
    most_moves: usize,
    stopping: Stopping,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let particles = section.key("particles", "particles").between(20.0, 1e7).count_or(2000);
    let share = section.key("ess_share", "effective share of the particles that each power leaves");
    let moves = section.key("most_moves", "most moves of a particle at each power").between(1.0, 1e5);
    Some(Method::LikelihoodBased(Box::new(TemperedParticles {
        particles: if quick { particles.min(100) } else { particles },
        ess_share: share.between(0.05, 0.99).quantity_or(Unit::One, 0.5),
        most_moves: if quick { moves.count_or(100).min(5) } else { moves.count_or(100) },
        stopping: Stopping::from_settings(section),
    })))
}

impl Sampler<dyn LogDensity + '_> for TemperedParticles {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let clock = Clock::new(self.stopping);
        let mut run = Run {
            options: self,
            oracle,
            streams,
            clock,
            simulations: 0,
            stage: 0,
            ending: None,
            disagreement: None,
            scale: 1.0,
        };
        let (mut population, mut evidence) = run.prior(monitor)?;
        let mut power = 0.0;
        while power < 1.0 && run.ending.is_none() {
            run.stage += 1;
            let next = self.next_power(&population.states.terms, power);
            evidence.step(&population, next - power);
            run.resample(&mut population, next - power);
            power = next;
            run.make_forget(&mut population, power, monitor);
        }
        let mut account = Account::ended_by(run.ending.unwrap_or(Ending::Done));
        account.size = "particles";
        account.cautions.extend(run.disagreement.take());
        account.notes.push(format!("{} powers of the likelihood", run.stage));
        if power < 1.0 {
            account.cautions.push(Caution::PartOfTheLikelihood { power });
        } else {
            account.evidence = Some(evidence.evidence());
        }
        let Points { points, terms } = population.states;
        let weights = vec![1.0 / terms.len() as f64; terms.len()];
        let draws = Draws::Particles(Particles::of_likelihood(points, weights, terms));
        Ok(Sampled { draws, account })
    }
}

impl TemperedParticles {
    /// The largest power up to 1 whose weights leave the wanted share of effective draws.
    fn next_power(&self, terms: &[LogTerms], power: f64) -> f64 {
        let share = |next: f64| {
            let logs: Vec<f64> = terms.iter().map(|terms| (next - power) * terms.likelihood).collect();
            effective_sample_size(&normalised(&logs)) / terms.len() as f64
        };
        if share(1.0) >= self.ess_share {
            return 1.0;
        }
        let (mut low, mut high) = (power, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if share(middle) >= self.ess_share { low = middle } else { high = middle }
        }
        // Among likelihoods that lie far apart no power may do; the step must still be one.
        if low > power { low } else { high }
    }
}

/// Particles, each with the particle that it came from at the last resampling.
struct Population {
    states: Points,
    parents: Vec<usize>,
}

/// The evidence as a product of mean weights, and its error.
struct Product {
    log: f64,
    variance: f64,
}

impl Product {
    /// Takes in the weights of a step of the power.
    fn step(&mut self, population: &Population, step: f64) {
        let logs: Vec<f64> = population.states.terms.iter().map(|terms| step * terms.likelihood).collect();
        self.log += log_mean_exp(&logs);
        // Particles of one parent may still be alike, so that families count, not particles.
        let weights = normalised(&logs);
        let mut families = vec![0.0; weights.len()];
        for (weight, &parent) in weights.iter().zip(&population.parents) {
            families[parent] += weight - 1.0 / weights.len() as f64;
        }
        self.variance += families.iter().map(|family| family * family).sum::<f64>();
    }

    fn evidence(&self) -> Evidence {
        Evidence { log: self.log, error: self.variance.sqrt() }
    }
}

/// A run under way.
struct Run<'a> {
    options: &'a TemperedParticles,
    oracle: &'a dyn LogDensity,
    streams: Streams,
    clock: Clock,
    simulations: u64,
    stage: u64,
    ending: Option<Ending>,
    /// Whether prior draws follow the log density that is stated for them.
    disagreement: Option<Caution>,
    /// Length of the steps, in units of the best for a normal posterior.
    scale: f64,
}

impl Run<'_> {
    /// Possible prior draws, one per particle; the share of them is the first factor of the evidence.
    fn prior(&mut self, monitor: &mut dyn Monitor) -> Result<(Population, Product), SamplerError> {
        let wanted = self.options.particles;
        let mut states = Points { points: Rows::zeros(0, self.oracle.dimension()), terms: Vec::new() };
        let (mut tried, mut batch) = (0, 0);
        while states.terms.len() < wanted {
            if tried >= PRIOR_TRIES * wanted || (self.ending.is_some() && states.terms.is_empty()) {
                break;
            }
            let points = self
                .oracle
                .draw_prior(wanted.min(BATCH), self.streams.stage("prior").stage(&format!("batch {batch}")));
            let terms = evaluate(self.oracle, &points);
            let draws = Points { points, terms };
            if batch == 0 {
                self.disagreement = disagreement(&draws);
            }
            batch += 1;
            for (point, &terms) in draws.points.iter().zip(&draws.terms) {
                if states.terms.len() < wanted {
                    tried += 1;
                    if terms.posterior().is_finite() {
                        states.points.push(point);
                        states.terms.push(terms);
                    }
                }
            }
            self.simulations += draws.terms.len() as u64;
            let done = states.terms.len();
            if self.report("prior", done, wanted, None, monitor) == Control::Stop {
                return Err(SamplerError::StoppedBeforeDraws { stage: "prior" });
            }
        }
        let found = states.terms.len();
        if found == 0 {
            return Err(SamplerError::NoFiniteStart { tried: tried as u64 });
        }
        // Too few: they come several times, and the moves have to part them.
        let parents: Vec<usize> = (0..wanted).map(|particle| particle % found).collect();
        let states = states.pick(parents.iter().copied());
        let share = found as f64 / tried as f64;
        let evidence = Product { log: share.ln(), variance: (1.0 - share) / found as f64 };
        Ok((Population { states, parents }, evidence))
    }

    fn resample(&mut self, population: &mut Population, step: f64) {
        let logs: Vec<f64> = population.states.terms.iter().map(|terms| step * terms.likelihood).collect();
        let offset: f64 = self.streams.stage("resample").generator(self.stage, 0).random();
        let parents = systematic(&normalised(&logs), logs.len(), offset);
        population.states = population.states.pick(parents.iter().copied());
        population.parents = parents;
    }

    /// Moves all particles until they have forgotten where they were.
    fn make_forget(&mut self, population: &mut Population, power: f64, monitor: &mut dyn Monitor) {
        let old = population.states.points.clone();
        let last = power >= 1.0;
        let goal = if last { FORGOTTEN_AT_LAST } else { FORGOTTEN };
        let stage = format!("power {power:.4}");
        for round in 0..self.options.most_moves as u64 {
            let acceptance = self.move_all(&mut population.states, power, round);
            let gain = (round as f64 + 1.0).powf(-0.6);
            self.scale *= (gain * (acceptance - GOAL_ACCEPTANCE)).exp();
            self.scale = self.scale.clamp(SMALLEST_SCALE, 1.0);
            let control =
                self.report(&stage, round as usize + 1, self.options.most_moves, Some(acceptance), monitor);
            if control == Control::Stop {
                self.ending = Some(Ending::Stopped);
            } else if !last {
                self.ending = self.clock.ending(self.simulations);
            } else if self.clock.ending(self.simulations).is_some() {
                return;
            }
            if self.ending.is_some() || largest_correlation(&old, &population.states.points) < goal {
                return;
            }
        }
    }

    /// One move of every particle; returns the share that moved.
    ///
    /// Particles of even and odd index take turns, each by the places of the others, so that their proposals do not
    /// depend on where they are themselves.
    fn move_all(&mut self, states: &mut Points, power: f64, round: u64) -> f64 {
        let call = (self.stage << 32) + round;
        let mut accepted = 0_usize;
        for half in 0..2 {
            let movers: Vec<usize> = (half..states.terms.len()).step_by(2).collect();
            let others = states.pick((1 - half..states.terms.len()).step_by(2)).points;
            let equal = vec![1.0 / others.len() as f64; others.len()];
            let others = Others::new(&others, &equal);
            for movers in movers.chunks(BATCH) {
                let mut points = Rows::zeros(0, self.oracle.dimension());
                for &particle in movers {
                    let mut generator = self.streams.stage("propose").generator(call, particle as u64);
                    let state = states.points.row(particle);
                    points.push(&others.propose(state, self.scale, &mut generator));
                }
                let terms = evaluate(self.oracle, &points);
                self.simulations += points.len() as u64;
                for ((&particle, point), terms) in movers.iter().zip(&points).zip(terms) {
                    let height = |terms: LogTerms| terms.prior + power * terms.likelihood;
                    let log_ratio = height(terms) - height(states.terms[particle]);
                    let mut generator = self.streams.stage("accept").generator(call, particle as u64);
                    if generator.random::<f64>() < log_ratio.min(0.0).exp() {
                        states.replace(particle, point, terms);
                        accepted += 1;
                    }
                }
            }
        }
        accepted as f64 / states.terms.len() as f64
    }

    fn report(
        &self,
        stage: &str,
        done: usize,
        total: usize,
        acceptance: Option<f64>,
        monitor: &mut dyn Monitor,
    ) -> Control {
        let simulations = self.simulations;
        monitor.report(&Progress { stage, done, total, simulations, acceptance, epsilon: None, draws: None })
    }
}

/// The largest correlation of any parameter with its old value; 1 if one does not vary.
fn largest_correlation(old: &Rows<Unconstrained>, new: &Rows<Unconstrained>) -> f64 {
    let of_column = |column: usize| {
        let mean =
            |rows: &Rows<Unconstrained>| rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64;
        let (a, b) = (mean(old), mean(new));
        let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
        for (old, new) in old.iter().zip(new) {
            let (x, y) = (old[column] - a, new[column] - b);
            both += x * y;
            first += x * x;
            second += y * y;
        }
        let correlation = both / (first * second).sqrt();
        if correlation.is_nan() { 1.0 } else { correlation }
    };
    (0..old.columns()).map(of_column).fold(f64::NEG_INFINITY, f64::max)
}
