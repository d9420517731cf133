//! The log likelihood, datum by datum: what leave-one-out cross-validation asks for.

use ndarray::Array2;

use super::Problem;
use super::outcomes::Taken;
use super::simulation::Batch;
use super::traces::{Detail, Score};
use crate::likelihood::pointwise;
use crate::numeric::{Natural, Rows, Streams};

/// Log likelihoods of some parameter sets.
#[derive(Clone, Debug, PartialEq)]
pub struct PointwiseLogLikelihood {
    /// What each datum is: a feature and its sweep, a block of samples, a spike, or that there are no other spikes.
    pub labels: Vec<String>,
    /// The power of the term that the datum belongs to.
    pub weights: Vec<f64>,
    /// Shape `[rows, data]`, with the weights: the sum of a row is its log likelihood; −∞ for what is impossible.
    pub values: Array2<f64>,
}

impl Problem {
    /// The contribution of each datum to the log likelihood of each parameter set.
    ///
    /// Each feature of each sweep is a datum, and so is each recorded spike. One entry for each sample would be too
    /// many: a stretch of samples is divided into blocks of nearly equal length, as few as hold at most 100 samples
    /// each, but no more than 100. With autoregressive noise a block is given the sample before it.
    pub fn pointwise_log_likelihood(&self, sets: &Rows<Natural>) -> PointwiseLogLikelihood {
        let sweeps = &self.experiment.sweeps;
        let score = Score::new(&self.traces, &self.recorded, Detail::Data);
        let batch = Batch { sweeps, sets, streams: Streams::new(0), call: 0 };
        let (summaries, scores) = self.simulation.outcomes(batch, &Taken::scored(&self.data.sweeps, &score));
        let features = self.data.data.len();
        let mut values = Array2::from_elem((sets.len(), features + score.len()), f64::NEG_INFINITY);
        for (row, mut entries) in values.rows_mut().into_iter().enumerate() {
            let set = sets.row(row);
            if summaries.failure(row).is_some() || !self.simulation.is_physical(set) {
                continue;
            }
            let sds: Vec<f64> = self.sds(set).collect();
            let of_features = pointwise(&*self.likelihood, &self.data.data, summaries.row(row), &sds);
            let all = of_features.map(|term| self.weight * term).chain(scores.row(row).iter().copied());
            entries.iter_mut().zip(all).for_each(|(entry, value)| *entry = value);
        }
        let of_features = self.data.data.iter().map(|datum| (datum.label.clone(), self.weight));
        let (labels, weights) = of_features.chain(score.labels(sweeps)).unzip();
        PointwiseLogLikelihood { labels, weights, values }
    }
}
