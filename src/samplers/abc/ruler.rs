//! How far simulations are from the observation, and what the observation has that none of them has.

use super::Features;
use crate::distance::{Distance, Metric, Reach, ScaleSource};
use crate::draws::Caution;
use crate::numeric::Summaries;
use crate::problem::Simulator;

/// Simulations from which scales are taken, at most; the first ones.
const SEEN: usize = 10_000;
/// Simulations without one beyond the observation that make it an outlier.
const ENOUGH: usize = 500;

/// A distance with its scales.
pub(super) struct Ruler<'a> {
    oracle: &'a dyn Simulator,
    metric: Metric,
    source: ScaleSource,
    /// The first simulations since the scales were last taken.
    seen: Vec<Features>,
    /// Whether simulations of prior draws have been seen to the end.
    is_scaled: bool,
    /// Observed features that are beyond all simulations of prior draws.
    pub(super) outliers: Vec<Caution>,
}

impl<'a> Ruler<'a> {
    /// With the scales of the likelihood, until there are simulations.
    pub(super) fn new(oracle: &'a dyn Simulator, distance: Distance, source: ScaleSource) -> Self {
        let penalties = (0..oracle.scales().len()).map(|feature| oracle.missing_penalty(feature));
        Self {
            oracle,
            metric: Metric::new(distance, oracle.scales(), penalties),
            source,
            seen: Vec::new(),
            is_scaled: false,
            outliers: Vec::new(),
        }
    }

    /// Distance of one row of simulations; infinite if it failed.
    pub(super) fn measure(&self, simulated: &Summaries, row: usize) -> f64 {
        match simulated.failure(row) {
            Some(_) => f64::INFINITY,
            None => self.between(simulated.row(row)),
        }
    }

    /// Distance of the features of one simulation.
    pub(super) fn between(&self, features: &[Option<f64>]) -> f64 {
        self.metric.between(features, self.oracle.observed())
    }

    /// What need not be looked at to the end; `None` while all simulations tell of the scales.
    pub(super) fn reach(&self, epsilon: f64) -> Option<Reach<'_>> {
        let wanted = self.is_done() && epsilon < f64::MAX;
        wanted.then(|| Reach::new(&self.metric, self.oracle.observed(), epsilon)).flatten()
    }

    /// Keeps what is needed of simulations that are measured, near or not.
    pub(super) fn see(&mut self, simulated: &Summaries) {
        let room = if self.is_done() { 0 } else { SEEN - self.seen.len() };
        let whole = (0..simulated.len()).filter(|&row| simulated.failure(row).is_none());
        self.seen.extend(whole.take(room).map(|row| simulated.row(row).to_vec()));
    }

    /// Whether no scales will be taken any more.
    fn is_done(&self) -> bool {
        self.is_scaled && self.source != ScaleSource::Generation
    }

    /// Takes new scales from the simulations seen, if the settings want them; `is_prior`: these are of prior draws.
    /// Returns the new distances of some simulations.
    pub(super) fn rescale(&mut self, is_prior: bool, kept: &[Features]) -> Option<Vec<f64>> {
        let wanted = match self.source {
            ScaleSource::Likelihood => false,
            ScaleSource::Prior => is_prior,
            ScaleSource::Generation => true,
        };
        if is_prior {
            self.outliers = self.find_outliers();
        }
        let seen = std::mem::take(&mut self.seen);
        self.is_scaled = true;
        if !wanted {
            return None;
        }
        self.metric.rescale(seen.iter().map(Vec::as_slice), self.oracle.observed());
        Some(kept.iter().map(|features| self.between(features)).collect())
    }

    /// Observed features that are beyond all simulations of prior draws: the model, as its prior has it, does not
    /// explain them.
    fn find_outliers(&self) -> Vec<Caution> {
        let beyond = |column: usize| {
            let observed = self.oracle.observed()[column]?;
            let values: Vec<f64> = self.seen.iter().filter_map(|features| features[column]).collect();
            let outside =
                values.iter().all(|value| *value < observed) || values.iter().all(|value| *value > observed);
            (values.len() >= ENOUGH && outside).then(|| Caution::BeyondThePrior {
                feature: self.oracle.feature_name(column),
                simulations: values.len(),
            })
        };
        (0..self.oracle.observed().len()).filter_map(beyond).collect()
    }
}
