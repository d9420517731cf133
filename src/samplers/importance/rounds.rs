//! Points of several rounds, weighted against all that might have drawn them.

use super::mixture::Mixture;
use crate::numeric::{Rows, Unconstrained, log_sum_exp, smooth_log_weights};
use crate::problem::LogTerms;

/// Points with the density of what they were drawn from.
pub(super) struct Drawn {
    pub(super) points: Rows<Unconstrained>,
    pub(super) terms: Vec<LogTerms>,
    /// Log density of the mixture that drew each point, or of all that might have.
    pub(super) log_proposal: Vec<f64>,
}

impl Drawn {
    pub(super) fn nothing(dimension: usize) -> Self {
        Self { points: Rows::zeros(0, dimension), terms: Vec::new(), log_proposal: Vec::new() }
    }

    pub(super) fn log_weights(&self) -> Vec<f64> {
        let terms = self.terms.iter().zip(&self.log_proposal);
        terms.map(|(terms, log_proposal)| terms.posterior() - log_proposal).collect()
    }

    /// Shape of the tail of the weights.
    pub(super) fn k_hat(&self) -> f64 {
        smooth_log_weights(&mut self.log_weights())
    }
}

/// The mixtures of all rounds with the number of points of each, and the points.
pub(super) struct Rounds {
    mixtures: Vec<(Mixture, f64)>,
    all: Drawn,
}

impl Rounds {
    pub(super) fn new(dimension: usize) -> Self {
        Self { mixtures: Vec::new(), all: Drawn::nothing(dimension) }
    }

    pub(super) fn all(&self) -> &Drawn {
        &self.all
    }

    pub(super) fn take_all(&mut self) -> Drawn {
        let dimension = self.all.points.columns();
        std::mem::replace(&mut self.all, Drawn::nothing(dimension))
    }

    /// Log density of the mixture of all rounds at each point.
    pub(super) fn log_densities(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let total: f64 = self.mixtures.iter().map(|(_, count)| count).sum();
        let of_rounds: Vec<(Vec<f64>, f64)> = self
            .mixtures
            .iter()
            .map(|(mixture, count)| (mixture.log_densities(points), (count / total).ln()))
            .collect();
        let of_point = |index: usize| {
            log_sum_exp(&of_rounds.iter().map(|(logs, share)| logs[index] + share).collect::<Vec<_>>())
        };
        (0..points.len()).map(of_point).collect()
    }

    /// Adds the points of a round; from now on every point counts as drawn from the mixture of all rounds.
    pub(super) fn add(&mut self, mixture: Mixture, drawn: Drawn) {
        let count = drawn.terms.len() as f64;
        let before: f64 = self.mixtures.iter().map(|(_, count)| count).sum();
        let total = before + count;
        let share = (count / total).ln();
        let of_latest = mixture.log_densities(&self.all.points);
        for (log, latest) in self.all.log_proposal.iter_mut().zip(of_latest) {
            *log = log_sum_exp(&[*log + (before / total).ln(), latest + share]);
        }
        let earlier: Vec<(Vec<f64>, f64)> = self
            .mixtures
            .iter()
            .map(|(mixture, count)| (mixture.log_densities(&drawn.points), (count / total).ln()))
            .collect();
        for (index, (point, terms)) in drawn.points.iter().zip(drawn.terms).enumerate() {
            let mut logs = vec![drawn.log_proposal[index] + share];
            logs.extend(earlier.iter().map(|(densities, share)| densities[index] + share));
            self.all.log_proposal.push(log_sum_exp(&logs));
            self.all.points.push(point);
            self.all.terms.push(terms);
        }
        self.mixtures.push((mixture, count));
    }
}
