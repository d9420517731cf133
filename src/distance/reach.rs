//! Simulations that are too far to be of use, told from their first features.

use super::Metric;

/// Rounding of the sums; a simulation at the border is looked at to the end.
const BORDER: f64 = 1.0 + 1e-9;

/// Everything within a distance of the observation.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    metric: &'a Metric,
    observed: &'a [Option<f64>],
    /// Sum of powers from which on a simulation is too far.
    limit: f64,
}

/// What the features so far add up to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Travelled(f64);

impl<'a> Reach<'a> {
    /// Everything within `epsilon`; `None` if a distance can become smaller with each feature.
    pub fn new(metric: &'a Metric, observed: &'a [Option<f64>], epsilon: f64) -> Option<Self> {
        metric.grows().then(|| Self { metric, observed, limit: metric.raised(epsilon) * BORDER })
    }

    /// Adds the feature in a column. Returns whether the simulation is too far whatever its other features are.
    pub fn leaves(&self, travelled: &mut Travelled, column: usize, simulated: Option<f64>) -> bool {
        let part = self.metric.part(column, simulated, self.observed[column]);
        travelled.0 = self.metric.join(travelled.0, self.metric.raised(part));
        // NaN is infinitely far.
        !(travelled.0 <= self.limit)
    }
}
