//! The numbers that describe a population.

use ndarray::ArrayView2;

use super::gibbs::Chain;
use crate::diagnostics::{ess_bulk, ess_tail, quantile, r_hat};

/// What a number says; parameters and groups by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Mean of a group.
    Mean {
        /// The group.
        group: usize,
        /// The parameter.
        parameter: usize,
    },
    /// Mean of a group less that of the first.
    Effect {
        /// The group, from 1.
        group: usize,
        /// The parameter.
        parameter: usize,
    },
    /// Standard deviation between cells; of a paired design of what a cell has in common.
    Sd {
        /// The parameter.
        parameter: usize,
    },
    /// Correlation between cells; of a paired design of what a cell has in common.
    Correlation {
        /// The one parameter.
        first: usize,
        /// The other, after it.
        second: usize,
    },
    /// Standard deviation of what a cell does not have in common; of a paired design only.
    SdWithin {
        /// The parameter.
        parameter: usize,
    },
}

/// A number with its draws.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// What it says.
    pub kind: Kind,
    /// On the scale of the population, chain after chain.
    pub values: Vec<f64>,
    /// Rank-normalised split R-hat.
    pub r_hat: f64,
    /// The smaller of the effective sample sizes of bulk and tails.
    pub ess: f64,
}

impl Quantity {
    /// `values`: chain after chain.
    pub(super) fn new(kind: Kind, values: Vec<f64>, chains: usize) -> Self {
        let shape = (chains, values.len() / chains);
        let (r_hat, ess) = ArrayView2::from_shape(shape, &values)
            .map_or((f64::NAN, f64::NAN), |view| (r_hat(view), ess_bulk(view).min(ess_tail(view))));
        Self { kind, values, r_hat, ess }
    }

    /// 2.5 % quantile, median and 97.5 % quantile, on the scale of the population.
    pub fn interval(&self) -> [f64; 3] {
        [0.025, 0.5, 0.975].map(|probability| quantile(&self.values, probability))
    }

    /// The probability that it is above zero.
    pub fn positive(&self) -> f64 {
        self.values.iter().filter(|value| **value > 0.0).count() as f64 / self.values.len() as f64
    }
}

/// All numbers of a design, in the order in which [`draw`] gives them.
pub(super) fn kinds(groups: usize, parameters: usize, is_paired: bool) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for group in 0..groups {
        kinds.extend((0..parameters).map(|parameter| Kind::Mean { group, parameter }));
    }
    for group in 1..groups {
        kinds.extend((0..parameters).map(|parameter| Kind::Effect { group, parameter }));
    }
    kinds.extend((0..parameters).map(|parameter| Kind::Sd { parameter }));
    for first in 0..parameters {
        kinds.extend((first + 1..parameters).map(|second| Kind::Correlation { first, second }));
    }
    if is_paired {
        kinds.extend((0..parameters).map(|parameter| Kind::SdWithin { parameter }));
    }
    kinds
}

/// The numbers as a chain has them now.
pub(super) fn draw(kinds: &[Kind], chain: &Chain<'_>) -> Vec<f64> {
    let between = &chain.between.as_ref().unwrap_or(&chain.within).matrix;
    let sd = |parameter: usize| between[(parameter, parameter)].sqrt();
    let value = |kind: &Kind| match *kind {
        Kind::Mean { group, parameter } => chain.means[group][parameter],
        Kind::Effect { group, parameter } => chain.means[group][parameter] - chain.means[0][parameter],
        Kind::Sd { parameter } => sd(parameter),
        Kind::Correlation { first, second } => between[(first, second)] / (sd(first) * sd(second)),
        Kind::SdWithin { parameter } => chain.within.matrix[(parameter, parameter)].sqrt(),
    };
    kinds.iter().map(value).collect()
}
