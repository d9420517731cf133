//! A population: accepted proposals with their weights.

use super::Features;
use crate::draws::{Generation, Particles};
use crate::numeric::Rows;

/// An accepted proposal.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) model: usize,
    pub(super) point: Vec<f64>,
    pub(super) features: Features,
    pub(super) distance: f64,
    pub(super) log_prior: f64,
    /// What its acceptance adds to the log of its weight.
    pub(super) log_weight: f64,
}

/// A proposal with the log density of the observation, accepted or not.
pub(super) struct Tried {
    pub(super) point: Vec<f64>,
    pub(super) log_density: f64,
}

/// A generation with what the next one needs to know.
pub(super) struct Population {
    pub(super) members: Vec<Member>,
    /// Normalised over all models.
    pub(super) weights: Vec<f64>,
    pub(super) generations: Vec<Generation>,
    /// The epsilon in the scales of the next generation.
    pub(super) reached: f64,
}

impl Population {
    pub(super) fn distances(&self) -> Vec<f64> {
        self.members.iter().map(|member| member.distance).collect()
    }

    /// The probability of each model.
    pub(super) fn shares(&self, models: usize) -> Vec<f64> {
        let mut shares = vec![0.0; models];
        for (member, weight) in self.members.iter().zip(&self.weights) {
            shares[member.model] += weight;
        }
        shares
    }

    /// The members of a model with normalised weights, and their features.
    pub(super) fn particles(&self, model: usize, dimension: usize) -> (Particles, Vec<Features>) {
        let (mut points, mut weights) = (Rows::zeros(0, dimension), Vec::new());
        let (mut distances, mut features) = (Vec::new(), Vec::new());
        for (member, weight) in self.members.iter().zip(&self.weights).filter(|(own, _)| own.model == model) {
            points.push(&member.point);
            weights.push(*weight);
            distances.push(member.distance);
            features.push(member.features.clone());
        }
        if weights.len() < self.weights.len() {
            let total: f64 = weights.iter().sum();
            for weight in &mut weights {
                *weight /= total;
            }
        }
        let (terms, generations) = (Vec::new(), self.generations.clone());
        (Particles { points, weights, distances, terms, generations, unadjusted: None }, features)
    }
}
