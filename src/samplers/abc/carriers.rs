//! Particles that carry simulations, and weigh by how many of them are near.

use super::Features;
use super::schedule::keeping;
use crate::diagnostics::effective_sample_size;
use crate::draws::{Generation, Particles};
use crate::numeric::{Rows, Unconstrained, systematic};

/// A parameter set with its simulations.
#[derive(Clone, Debug)]
pub(super) struct Particle {
    pub(super) point: Vec<f64>,
    pub(super) log_prior: f64,
    pub(super) weight: f64,
    /// Of each of its simulations.
    pub(super) distances: Vec<f64>,
    pub(super) features: Vec<Features>,
    /// Copies that resampling has made of one particle have the same until they move.
    pub(super) family: usize,
}

impl Particle {
    /// Number of simulations within epsilon.
    pub(super) fn near(&self, epsilon: f64) -> usize {
        self.distances.iter().filter(|distance| **distance <= epsilon).count()
    }
}

/// Particles with the epsilon of which they have the posterior.
pub(super) struct Population {
    pub(super) particles: Vec<Particle>,
    pub(super) epsilon: f64,
    pub(super) generations: Vec<Generation>,
}

impl Population {
    /// The epsilon that leaves the wanted share of effective particles; `None` if the goal is reached or no distance
    /// is smaller.
    pub(super) fn next_epsilon(&self, effective_size: f64, goal: f64) -> Option<f64> {
        if self.epsilon <= goal {
            return None;
        }
        let wanted = effective_size * effective_sample_size(&self.weights());
        let count = |particle: &Particle| particle.near(self.epsilon).max(1) as f64;
        let each: Vec<f64> = self.particles.iter().map(|own| own.weight / count(own)).collect();
        let distances: Vec<f64> = self.particles.iter().flat_map(|own| own.distances.clone()).collect();
        Some(keeping(wanted, self.epsilon, &distances, &each)?.max(goal))
    }

    /// Weighs the particles for a smaller epsilon.
    pub(super) fn come_near(&mut self, epsilon: f64) {
        for own in &mut self.particles {
            own.weight *= own.near(epsilon) as f64 / own.near(self.epsilon).max(1) as f64;
        }
        self.epsilon = epsilon;
        self.normalise();
    }

    pub(super) fn normalise(&mut self) {
        let total: f64 = self.particles.iter().map(|own| own.weight).sum();
        self.particles.iter_mut().for_each(|own| own.weight /= total);
    }

    pub(super) fn weights(&self) -> Vec<f64> {
        self.particles.iter().map(|own| own.weight).collect()
    }

    /// The particles of even or of odd index, with their weights.
    pub(super) fn half(&self, half: usize, dimension: usize) -> (Rows<Unconstrained>, Vec<f64>) {
        let (mut points, mut weights) = (Rows::zeros(0, dimension), Vec::new());
        for own in self.particles.iter().skip(half).step_by(2).filter(|own| own.weight > 0.0) {
            points.push(&own.point);
            weights.push(own.weight);
        }
        let total: f64 = weights.iter().sum();
        (points, weights.iter().map(|weight| weight / total).collect())
    }

    /// As many particles of equal weight.
    pub(super) fn resample(&mut self, offset: f64) {
        let equal = 1.0 / self.particles.len() as f64;
        let copy = |parent: usize| Particle { weight: equal, ..self.particles[parent].clone() };
        let parents = systematic(&self.weights(), self.particles.len(), offset);
        self.particles = parents.into_iter().map(copy).collect();
    }

    /// The weight of each family: copies of one particle do not count as several.
    fn families(&self) -> Vec<(&Particle, f64)> {
        let mut ordered: Vec<&Particle> = self.particles.iter().filter(|own| own.weight > 0.0).collect();
        ordered.sort_by_key(|own| own.family);
        let same = ordered.chunk_by(|a, b| a.family == b.family);
        same.map(|copies| (copies[0], copies.iter().map(|own| own.weight).sum())).collect()
    }

    pub(super) fn effective_size(&self) -> f64 {
        effective_sample_size(&self.families().iter().map(|(_, weight)| *weight).collect::<Vec<_>>())
    }

    /// The particles, copies of one taken together, and the features of a simulation of each: the first that is near,
    /// as they are all alike.
    pub(super) fn into_particles(self, dimension: usize) -> (Particles, Vec<Features>) {
        let mut points = Rows::zeros(0, dimension);
        let (mut weights, mut distances, mut features) = (Vec::new(), Vec::new(), Vec::new());
        for (own, weight) in self.families() {
            let near = own.distances.iter().position(|distance| *distance <= self.epsilon);
            let Some(near) = near else { continue };
            points.push(&own.point);
            weights.push(weight);
            distances.push(own.distances[near]);
            features.push(own.features[near].clone());
        }
        let (terms, generations) = (Vec::new(), self.generations);
        (Particles { points, weights, distances, terms, generations, unadjusted: None }, features)
    }
}
