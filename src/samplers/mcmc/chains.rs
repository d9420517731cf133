//! All chains, one step after the other.

use ndarray::{Array2, Array3, ArrayBase, ArrayView, Axis, Data, Dimension, Slice};
use rand::RngExt;

use super::archive::Archive;
use super::options::ChainOptions;
use super::outliers::outliers;
use super::start::{Points, Started};
use super::{Kernel, Proposal, evaluate};
use crate::draws::{Chains, Draws};
use crate::numeric::{Rows, Streams};
use crate::problem::LogDensity;
use crate::samplers::{Control, Monitor, Progress, Sampler, SamplerError};

/// Iterations between two appends to the archive.
const ARCHIVE_INTERVAL: usize = 10;
/// Parts of the warm-up; lost chains are restarted after each but the last.
const OUTLIER_CHECKS: usize = 10;

/// A sampler of chains with one kind of kernel.
pub(super) struct ChainSampler {
    options: ChainOptions,
    kernel: fn(&Archive) -> Box<dyn Kernel>,
}

impl ChainSampler {
    pub(super) fn new(options: ChainOptions, kernel: fn(&Archive) -> Box<dyn Kernel>) -> Self {
        Self { options, kernel }
    }
}

impl Sampler<dyn LogDensity> for ChainSampler {
    fn run(
        &self,
        oracle: &dyn LogDensity,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Draws, SamplerError> {
        let started =
            self.options.start.find(self.options.chains, oracle, streams.stage("start"), monitor)?;
        let mut ensemble = Ensemble::new(oracle, streams, started, self.kernel);
        ensemble.warm_up(self.options.warmup, monitor)?;
        ensemble.sample(&self.options, monitor).map(Draws::Chains)
    }
}

/// The chains with what they have learned.
struct Ensemble<'a> {
    oracle: &'a dyn LogDensity,
    streams: Streams,
    kernel: Box<dyn Kernel>,
    archive: Archive,
    states: Points,
    iteration: usize,
    simulations: u64,
    /// Share of accepted proposals, over about the last hundred iterations.
    acceptance: f64,
}

/// What a step did.
struct Step {
    accepted: Vec<bool>,
    /// Mean acceptance probability of the proposals of full size.
    full_size_acceptance: Option<f64>,
}

impl<'a> Ensemble<'a> {
    fn new(
        oracle: &'a dyn LogDensity,
        streams: Streams,
        started: Started,
        kernel: fn(&Archive) -> Box<dyn Kernel>,
    ) -> Self {
        let archive = Archive::new(started.founders, &started.chains.points);
        Self {
            oracle,
            streams,
            kernel: kernel(&archive),
            archive,
            states: started.chains,
            iteration: 0,
            simulations: started.simulations,
            acceptance: 0.0,
        }
    }

    fn warm_up(&mut self, iterations: usize, monitor: &mut dyn Monitor) -> Result<(), SamplerError> {
        let mut heights: Vec<Vec<f64>> = Vec::with_capacity(iterations);
        for iteration in 1..=iterations {
            let archived = self.archive.rows().len();
            if let Some(acceptance) = self.step().full_size_acceptance {
                self.kernel.tune(acceptance);
            }
            heights.push(self.states.terms.iter().map(|terms| terms.posterior()).collect());
            // What was learned far from the posterior must not shape the proposals for ever.
            if [iterations / 4, iterations / 2, iterations * 3 / 4].contains(&iteration) {
                self.archive.forget_older_half();
            }
            let check = (iterations / OUTLIER_CHECKS).max(1);
            if iteration % check == 0 && iteration + check <= iterations {
                self.restart_outliers(&mut heights);
            }
            if self.archive.rows().len() != archived {
                self.kernel.learn(&self.archive);
            }
            if self.report("warm-up", iteration, iterations, None, monitor) == Control::Stop {
                return Err(SamplerError::StoppedBeforeDraws { stage: "warm-up" });
            }
        }
        Ok(())
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
            self.states.points.row_mut(chain).copy_from_slice(&state);
            self.states.terms[chain] = self.states.terms[donor];
            self.archive.replace(chain, donor);
            for row in heights.iter_mut() {
                row[chain] = row[donor];
            }
        }
    }

    fn sample(&mut self, options: &ChainOptions, monitor: &mut dyn Monitor) -> Result<Chains, SamplerError> {
        let dimension = self.states.points.columns();
        let shape = (options.chains, options.draws);
        let mut chains = Chains {
            points: Array3::zeros((options.chains, options.draws, dimension)),
            log_prior: Array2::zeros(shape),
            log_likelihood: Array2::zeros(shape),
            accepted: Array2::from_elem(shape, false),
            warmup: options.warmup,
        };
        for draw in 0..options.draws {
            for unkept in 1..options.thin {
                self.step();
                let done = draw * options.thin + unkept;
                let drawn = (draw > 0).then_some((&chains, draw));
                if self.report("sampling", done, options.draws * options.thin, drawn, monitor)
                    == Control::Stop
                {
                    return first_draws(&chains, draw);
                }
            }
            let step = self.step();
            self.keep(draw, &step, &mut chains);
            let (done, total) = ((draw + 1) * options.thin, options.draws * options.thin);
            let drawn = Some((&chains, draw + 1));
            if self.report("sampling", done, total, drawn, monitor) == Control::Stop {
                return first_draws(&chains, draw + 1);
            }
        }
        Ok(chains)
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

    /// One Metropolis-Hastings step of every chain.
    fn step(&mut self) -> Step {
        let iteration = self.iteration as u64;
        let proposals: Vec<Proposal> = (0..self.states.terms.len())
            .map(|chain| {
                let mut generator = self.streams.stage("propose").generator(iteration, chain as u64);
                self.kernel.propose(self.states.points.row(chain), &self.archive, &mut generator)
            })
            .collect();
        let mut points = Rows::zeros(0, self.states.points.columns());
        for proposal in &proposals {
            points.push(&proposal.point);
        }
        let terms = evaluate(self.oracle, &points);
        let mut accepted = vec![false; proposals.len()];
        let mut probabilities = Vec::with_capacity(proposals.len());
        for (chain, (proposal, terms)) in proposals.iter().zip(terms).enumerate() {
            let log_ratio = terms.posterior() - self.states.posterior(chain) + proposal.log_ratio;
            let probability = log_ratio.min(0.0).exp();
            let mut generator = self.streams.stage("accept").generator(iteration, chain as u64);
            // The uniform number is below 1, so that a proposal that is no worse is always accepted, and at
            // least 0, so that an impossible one never is.
            accepted[chain] = generator.random::<f64>() < probability;
            if accepted[chain] {
                self.states.points.row_mut(chain).copy_from_slice(&proposal.point);
                self.states.terms[chain] = terms;
            }
            if proposal.full_size {
                probabilities.push(probability);
            }
        }
        self.count(&accepted);
        let full_size_acceptance = (!probabilities.is_empty())
            .then(|| probabilities.iter().sum::<f64>() / probabilities.len() as f64);
        Step { accepted, full_size_acceptance }
    }

    fn count(&mut self, accepted: &[bool]) {
        self.iteration += 1;
        self.simulations += accepted.len() as u64;
        let share = accepted.iter().filter(|&&accepted| accepted).count() as f64 / accepted.len() as f64;
        let memory = self.iteration.min(100) as f64;
        self.acceptance += (share - self.acceptance) / memory;
        if self.iteration.is_multiple_of(ARCHIVE_INTERVAL) {
            self.archive.append(&self.states.points);
        }
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

/// The chains up to the draw at which the monitor stopped them.
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
