//! One population from all simulations of a run, whichever generation proposed them.
//!
//! A parameter set that was simulated counts by its prior density over the density of the mixture of all proposals, each
//! with its number of simulations: Veach and Guibas (1995), <https://doi.org/10.1145/218380.218498>; for samplers that
//! learn their proposals, Cornuet et al. (2012), <https://doi.org/10.1111/j.1467-9469.2011.00756.x>. So neither the rejected
//! proposals of earlier generations nor a generation that was cut short are lost.

use std::rc::Rc;

use super::mixture::{Mixture, Model};
use super::population::{Member, Population};
use super::ruler::Ruler;
use crate::diagnostics::effective_sample_size;
use crate::draws::Generation;
use crate::numeric::{Rows, Summaries, Unconstrained, log_sum_exp, normalised};

/// All simulations within a distance that shrinks with the generations.
pub(super) struct Pool {
    /// Simulations farther than this are not kept.
    limit: f64,
    members: Vec<Member>,
    proposals: Vec<Proposal>,
}

/// What simulations were drawn from, and how many.
struct Proposal {
    mixture: Rc<Mixture>,
    simulations: usize,
}

impl Pool {
    pub(super) fn new() -> Self {
        Self { limit: f64::MAX, members: Vec::new(), proposals: Vec::new() }
    }

    /// How near the simulations have to be.
    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    /// Before the first simulations of these proposals; from now on those within `limit` are kept, in the scales of the
    /// ruler.
    pub(super) fn begin(&mut self, mixture: &Rc<Mixture>, limit: f64, ruler: &Ruler<'_>) {
        self.proposals.push(Proposal { mixture: Rc::clone(mixture), simulations: 0 });
        self.limit = limit;
        self.measure(ruler);
        self.members.retain(|member| member.distance <= limit);
    }

    /// Simulations of the present proposals, near or not, with their log prior densities.
    pub(super) fn see(
        &mut self,
        model: usize,
        points: &Rows<Unconstrained>,
        (simulated, log_priors): (&Summaries, &[f64]),
        ruler: &Ruler<'_>,
    ) {
        if let Some(proposal) = self.proposals.last_mut() {
            proposal.simulations += points.len();
        }
        for (row, point) in points.iter().enumerate() {
            let distance = ruler.measure(simulated, row);
            if distance <= self.limit && log_priors[row].is_finite() {
                self.members.push(Member {
                    model,
                    point: point.to_vec(),
                    features: simulated.row(row).to_vec(),
                    distance,
                    log_prior: log_priors[row],
                    log_weight: 0.0,
                });
            }
        }
    }

    /// The nearest simulations with an effective size of `wanted`, or all that are kept if they have less. `generations`:
    /// those of the run.
    pub(super) fn population(
        mut self,
        models: &[Model<'_>],
        wanted: usize,
        ruler: &Ruler<'_>,
        mut generations: Vec<Generation>,
    ) -> Population {
        self.measure(ruler);
        self.members.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        let log_weights = self.log_weights(models);
        let count = enough(&log_weights, wanted as f64);
        self.members.truncate(count);
        let weights = normalised(&log_weights[..count]);
        let reached = self.members.last().map_or(f64::INFINITY, |member| member.distance);
        let simulations: usize = self.proposals.iter().map(|proposal| proposal.simulations).sum();
        let counted: u64 = generations.iter().map(|generation| generation.simulations).sum();
        generations.push(Generation {
            epsilon: reached,
            temperature: None,
            // Those of a generation that was not finished.
            simulations: simulations as u64 - counted,
            acceptance: count as f64 / simulations as f64,
            effective_sample_size: effective_sample_size(&weights),
        });
        Population { members: self.members, weights, generations, reached }
    }

    /// Log prior density over that of the mixture of all proposals.
    fn log_weights(&self, models: &[Model<'_>]) -> Vec<f64> {
        let mut log_weights = vec![0.0; self.members.len()];
        for (model, Model { oracle, prior }) in models.iter().enumerate() {
            let mut points = Rows::zeros(0, oracle.dimension());
            let own: Vec<usize> =
                (0..self.members.len()).filter(|&index| self.members[index].model == model).collect();
            for &index in &own {
                points.push(&self.members[index].point);
            }
            let of_proposal = |proposal: &Proposal| {
                let count = (proposal.simulations as f64).ln();
                let own = proposal.mixture.log_density(models, model, &points);
                own.into_iter().map(|log_density| count + log_density).collect::<Vec<f64>>()
            };
            let made = self.proposals.iter().filter(|proposal| proposal.simulations > 0);
            let densities: Vec<Vec<f64>> = made.map(of_proposal).collect();
            for (place, index) in own.into_iter().enumerate() {
                let mixture: Vec<f64> = densities.iter().map(|own| own[place]).collect();
                log_weights[index] = prior.ln() + self.members[index].log_prior - log_sum_exp(&mixture);
            }
        }
        log_weights
    }

    /// In the present scales.
    fn measure(&mut self, ruler: &Ruler<'_>) {
        for member in &mut self.members {
            member.distance = ruler.between(&member.features);
        }
    }
}

/// The smallest count of first weights that has this effective size; all of them if none has.
fn enough(log_weights: &[f64], wanted: f64) -> usize {
    let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut squares) = (0.0, 0.0);
    let reaches = |log_weight: &f64| {
        let weight = (log_weight - largest).exp();
        sum += weight;
        squares += weight * weight;
        squares > 0.0 && sum * sum >= wanted * squares
    };
    log_weights.iter().position(reaches).map_or(log_weights.len(), |index| index + 1)
}
