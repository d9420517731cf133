//! All parameters that are inferred, in order, with their priors.

use std::sync::Arc;

use rand::RngExt;
use rayon::prelude::*;

use super::{Prior, Transform};
use crate::numeric::{Natural, ROWS_PER_THREAD, Rows, Streams, Unconstrained};
use crate::units::Unit;

/// One parameter that is inferred.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the settings and in the results.
    pub name: String,
    /// The unit of its natural value.
    pub unit: Unit,
    /// What is believed about it beforehand.
    pub prior: Arc<dyn Prior>,
    /// From the real line onto the support of the prior.
    pub transform: Transform,
}

impl Parameter {
    /// A parameter with the transform that belongs to the support of its prior.
    pub fn new(name: String, unit: Unit, prior: Box<dyn Prior>) -> Self {
        let transform = Transform::onto(prior.support());
        Self { name, unit, prior: prior.into(), transform }
    }
}

/// The parameters of a problem; their priors are independent.
#[derive(Clone, Debug)]
pub struct ParameterSpace {
    parameters: Vec<Parameter>,
}

impl ParameterSpace {
    /// The space of the parameters, in this order.
    ///
    /// # Panics
    /// If there is no parameter: the settings are checked for that before.
    pub fn new(parameters: Vec<Parameter>) -> Self {
        assert!(!parameters.is_empty(), "a space has a parameter");
        Self { parameters }
    }

    /// The parameters, in the order of the columns.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.parameters.len()
    }

    /// Draws from the prior, shape `[count, parameters]`, on the real line. Row `i` takes its numbers from
    /// `streams.generator(0, i)`, so a longer table begins with the rows of a shorter one.
    pub fn draw(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = Rows::zeros(count, self.dimension());
        for (index, row) in rows.iter_mut().enumerate() {
            let mut generator = streams.generator(0, index as u64);
            for (value, parameter) in row.iter_mut().zip(&self.parameters) {
                let natural = parameter.prior.quantile(generator.random());
                *value = parameter.transform.to_unconstrained(natural);
            }
        }
        rows
    }

    /// The rows in the units of the parameters; every value is strictly inside the support of its prior.
    pub fn to_natural(&self, points: &Rows<Unconstrained>) -> Rows<Natural> {
        let columns = self.dimension();
        let numbers = points.values().par_iter().with_min_len(ROWS_PER_THREAD * columns).enumerate();
        let natural = |(place, u): (usize, &f64)| self.parameters[place % columns].transform.to_natural(*u);
        Rows::from_values(numbers.map(natural).collect(), columns)
    }

    /// The rows on the real line.
    pub fn to_unconstrained(&self, points: &Rows<Natural>) -> Rows<Unconstrained> {
        let mut rows = Rows::zeros(points.len(), self.dimension());
        for (unconstrained, natural) in rows.iter_mut().zip(points) {
            for ((u, x), parameter) in unconstrained.iter_mut().zip(natural).zip(&self.parameters) {
                *u = parameter.transform.to_unconstrained(*x);
            }
        }
        rows
    }

    /// Log prior density of each row on the real line, with the Jacobians of the transforms.
    pub fn log_density(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        let rows = points.values().par_chunks_exact(self.dimension());
        rows.with_min_len(ROWS_PER_THREAD).map(|row| self.log_density_of(row)).collect()
    }

    /// The same of one row.
    pub fn log_density_of(&self, row: &[f64]) -> f64 {
        let terms = row.iter().zip(&self.parameters).map(|(&u, parameter)| {
            let transform = parameter.transform;
            parameter.prior.log_density(transform.to_natural(u)) + transform.log_jacobian(u)
        });
        terms.sum()
    }
}
