//! All chains, one step after the other.

use ndarray::{Array2, Array3, ArrayBase, ArrayView, Axis, Data, Dimension, Slice};
use rand::RngExt;

use super::options::ChainOptions;
use super::outliers::outliers;
use super::start::{Points, Started};
use super::walk::{Step, Turn, Walk};
use crate::draws::{Account, Chains, Draws, Ending, Sampled};
use crate::numeric::Streams;
use crate::problem::LogDensity;
use crate::samplers::stopping::{Clock, EssCheck};
use crate::samplers::{Control, Monitor, Progress, Sampler, SamplerError};

/// Parts of the warm-up; lost chains are restarted after each but the last.
const OUTLIER_CHECKS: usize = 10;

/// Makes the walk of the chains from where they start.
pub(super) type MakeWalk = Box<dyn Fn(&Started, &dyn LogDensity) -> Box<dyn Walk> + Send + Sync>;

/// A sampler of chains with one kind of walk.
pub(in crate::samplers) struct ChainSampler {
    options: ChainOptions,
    walk: MakeWalk,
}

impl ChainSampler {
    pub(super) fn new(options: ChainOptions, walk: MakeWalk) -> Self {
        Self { options, walk }
    }

    pub(in crate::samplers) fn options(&self) -> &ChainOptions {
        &self.options
    }
}

impl Sampler<dyn LogDensity + '_> for ChainSampler {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let chains = self.options.chains_for(oracle.dimension())?;
        let clock = Clock::new(self.options.stopping);
        let start = self.options.start.within(clock.share_of_simulations(0.25));
        let started = start.find(chains, oracle, streams.stage("start"), monitor)?;
        self.run_from(started, clock, (oracle, streams), monitor)
    }
}

impl ChainSampler {
    /// Runs from where a search has ended.
    pub(in crate::samplers) fn run_from(
        &self,
        started: Started,
        clock: Clock,
        (oracle, streams): (&dyn LogDensity, Streams),
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let mut ensemble = Ensemble::new(oracle, streams, started, &self.walk, clock);
        let warmup = ensemble.warm_up(self.options.warmup, monitor)?;
        ensemble.walk.begin_to_draw();
        let (mut chains, ending) = ensemble.sample(&self.options, monitor)?;
        chains.warmup = warmup;
        let mut account = Account::ended_by(ending);
        account.evidence = ensemble.walk.evidence();
        account.cautions.extend(ensemble.walk.caution());
        if warmup < self.options.warmup {
            account.notes.push(format!("warm-up cut to {warmup} iterations, half of what the run may take"));
        }
        Ok(Sampled { draws: Draws::Chains(chains), account })
    }
}

/// The chains with what they have learned.
struct Ensemble<'a> {
    oracle: &'a dyn LogDensity,
    streams: Streams,
    walk: Box<dyn Walk>,
    states: Points,
    clock: Clock,
    iteration: usize,
    simulations: u64,
    /// Share of accepted proposals, over about the last hundred iterations.
    acceptance: f64,
}

impl<'a> Ensemble<'a> {
    fn new(
        oracle: &'a dyn LogDensity,
        streams: Streams,
        started: Started,
        walk: &MakeWalk,
        clock: Clock,
    ) -> Self {
        Self {
            oracle,
            streams,
            walk: walk(&started, oracle),
            states: started.chains,
            clock,
            iteration: 0,
            simulations: started.simulations,
            acceptance: 0.0,
        }
    }

    /// Returns the iterations that were made: fewer than asked for if half of what the run may take is spent.
    fn warm_up(&mut self, iterations: usize, monitor: &mut dyn Monitor) -> Result<usize, SamplerError> {
        let mut heights: Vec<Vec<f64>> = Vec::with_capacity(iterations);
        for iteration in 1..=iterations {
            if self.clock.has_spent(0.5, self.simulations) {
                return Ok(iteration - 1);
            }
            self.step(true);
            heights.push(self.states.terms.iter().map(|terms| terms.posterior()).collect());
            // What was learned far from the posterior must not shape the proposals for ever.
            if [iterations / 4, iterations / 2, iterations * 3 / 4].contains(&iteration) {
                self.walk.forget_older_half();
            }
            let check = (iterations / OUTLIER_CHECKS).max(1);
            if iteration % check == 0 && iteration + check <= iterations {
                self.restart_outliers(&mut heights);
            }
            self.walk.learn();
            if self.report("warm-up", iteration, iterations, None, monitor) == Control::Stop {
                return Err(SamplerError::StoppedBeforeDraws { stage: "warm-up" });
            }
        }
        Ok(iterations)
    }

    /// Moves chains that are lost to where a random other chain is.
    fn restart_outliers(&mut self, heights: &mut [Vec<f64>]) {
        let recent = &heights[heights.len() / 2..];
        let chains = self.states.terms.len();
        let mean = |chain: usize| recent.iter().map(|row| row[chain]).sum::<f64>() / recent.len() as f64;
        let lost = outliers(&(0..chains).map(mean).collect::<Vec<f64>>());
        let good: Vec<usize> = (0..chains).filter(|chain| !lost.contains(chain)).collect();
        for chain in lost {
            let mut generator = self.streams.stage("restart").generator(self.iteration as u64, chain as u64);
            let donor = good[generator.random_range(0..good.len())];
            let state = self.states.points.row(donor).to_vec();
            self.states.replace(chain, &state, self.states.terms[donor]);
            self.walk.replace(chain, donor);
            for row in heights.iter_mut() {
                row[chain] = row[donor];
            }
        }
    }

    fn sample(
        &mut self,
        options: &ChainOptions,
        monitor: &mut dyn Monitor,
    ) -> Result<(Chains, Ending), SamplerError> {
        let (count, dimension) = (self.states.terms.len(), self.states.points.columns());
        let mut chains = empty_chains(count, options.draws, dimension);
        let mut ess = EssCheck::new(options.stopping);
        let total = options.draws * options.thin;
        for done in 1..=total {
            let step = self.step(false);
            let kept = done / options.thin;
            if done.is_multiple_of(options.thin) {
                self.keep(kept - 1, &step, &mut chains);
            }
            let drawn = (kept > 0).then_some((&chains, kept));
            let control = self.report("sampling", done, total, drawn, monitor);
            let ending = if control == Control::Stop {
                Some(Ending::Stopped)
            } else if ess.is_reached(first(&chains.points, kept)) {
                Some(Ending::MinEss)
            } else {
                // At least one draw has to be kept.
                self.clock.ending(self.simulations).filter(|_| kept > 0)
            };
            if let Some(ending) = ending.filter(|_| done < total) {
                return Ok((first_draws(&chains, kept)?, ending));
            }
        }
        Ok((chains, Ending::Done))
    }

    fn keep(&self, draw: usize, step: &Step, chains: &mut Chains) {
        for (chain, (point, terms)) in self.states.points.iter().zip(&self.states.terms).enumerate() {
            for (parameter, &value) in point.iter().enumerate() {
                chains.points[[chain, draw, parameter]] = value;
            }
            chains.log_prior[[chain, draw]] = terms.prior;
            chains.log_likelihood[[chain, draw]] = terms.likelihood;
            chains.accepted[[chain, draw]] = step.accepted[chain];
        }
    }

    fn step(&mut self, warming_up: bool) -> Step {
        let turn =
            Turn { oracle: self.oracle, streams: self.streams, iteration: self.iteration as u64, warming_up };
        let step = self.walk.step(&mut self.states, &turn);
        self.iteration += 1;
        self.simulations += step.simulations;
        let accepted = step.accepted.iter().filter(|&&accepted| accepted).count();
        let share = accepted as f64 / step.accepted.len() as f64;
        let memory = self.iteration.min(100) as f64;
        self.acceptance += (share - self.acceptance) / memory;
        step
    }

    fn report(
        &self,
        stage: &str,
        done: usize,
        total: usize,
        drawn: Option<(&Chains, usize)>,
        monitor: &mut dyn Monitor,
    ) -> Control {
        monitor.report(&Progress {
            stage,
            done,
            total,
            simulations: self.simulations,
            acceptance: Some(self.acceptance),
            epsilon: None,
            draws: drawn.map(|(chains, count)| first(&chains.points, count)),
        })
    }
}

fn empty_chains(count: usize, draws: usize, dimension: usize) -> Chains {
    let shape = (count, draws);
    Chains {
        points: Array3::zeros((count, draws, dimension)),
        log_prior: Array2::zeros(shape),
        log_likelihood: Array2::zeros(shape),
        accepted: Array2::from_elem(shape, false),
        warmup: 0,
    }
}

/// The chains up to the draw at which the run ended.
fn first_draws(chains: &Chains, count: usize) -> Result<Chains, SamplerError> {
    if count == 0 {
        return Err(SamplerError::StoppedBeforeDraws { stage: "sampling" });
    }
    Ok(Chains {
        points: first(&chains.points, count).to_owned(),
        log_prior: first(&chains.log_prior, count).to_owned(),
        log_likelihood: first(&chains.log_likelihood, count).to_owned(),
        accepted: first(&chains.accepted, count).to_owned(),
        warmup: chains.warmup,
    })
}

/// The first draws of each chain; the second axis counts draws.
fn first<S: Data, D: Dimension>(array: &ArrayBase<S, D>, count: usize) -> ArrayView<'_, S::Elem, D> {
    array.slice_axis(Axis(1), Slice::from(..count))
}
