//! What is observed of a simulation: its features with the noise that an experiment adds.

use super::Problem;
use crate::distance::{Reach, Travelled};
use crate::numeric::Streams;

/// Adds noise to features while they are measured, and stops where they are out of reach.
#[derive(Clone, Copy)]
pub(super) struct Observer<'a> {
    pub problem: &'a Problem,
    pub streams: Streams,
    pub call: u64,
    pub reach: Option<Reach<'a>>,
}

impl Observer<'_> {
    /// Appends the observed value of each simulated one; those after the one that is out of reach are NaN and not
    /// measured. `first`: the column of the first.
    pub fn observe(
        &self,
        row: u64,
        set: &[f64],
        first: usize,
        simulated: impl ExactSizeIterator<Item = Option<f64>>,
        observed: &mut Vec<Option<f64>>,
    ) {
        let mut generator = self.streams.stage("observation noise").generator(self.call, row);
        let mut residual = || self.problem.likelihood.draw(&mut generator);
        // The noise of a feature is the same whichever features are measured.
        for _ in 0..first {
            residual();
        }
        let end = observed.len() + simulated.len();
        let mut travelled = Travelled::default();
        for ((column, value), sd) in (first..).zip(simulated).zip(self.problem.sds(set).skip(first)) {
            let noise = sd * residual();
            let value = value.map(|value| value + noise);
            observed.push(value);
            if self.reach.is_some_and(|reach| reach.leaves(&mut travelled, column, value)) {
                observed.resize(end, Some(f64::NAN));
                return;
            }
        }
    }
}
