//! Simulations that are too far to be of use, told from their first features.

use super::Distance;

/// Rounding of the sums; a simulation at the border is looked at to the end.
const BORDER: f64 = 1.0 + 1e-9;

/// Everything within a distance of the observation.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    distance: Distance,
    observed: &'a [Option<f64>],
    scales: &'a [f64],
    /// Sum of powers from which on a simulation is too far.
    limit: f64,
}

/// What the features so far add up to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Travelled(f64);

impl<'a> Reach<'a> {
    /// Everything within `epsilon`. `observed` and `scales` are as in [`Distance::between`].
    pub fn new(distance: Distance, observed: &'a [Option<f64>], scales: &'a [f64], epsilon: f64) -> Self {
        Self { distance, observed, scales, limit: distance.raised(epsilon) * BORDER }
    }

    /// Adds the feature in a column. Returns whether the simulation is too far whatever its other features are.
    pub fn leaves(&self, travelled: &mut Travelled, column: usize, simulated: Option<f64>) -> bool {
        let part = self.distance.part(simulated, self.observed[column], self.scales[column]);
        travelled.0 = self.distance.join(travelled.0, self.distance.raised(part));
        // NaN is infinitely far.
        !(travelled.0 <= self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is left early is beyond epsilon, and whatever is not left is within it or at its border.
    #[test]
    fn what_leaves_is_too_far() {
        let observed = [Some(1.0), Some(-2.0), None, Some(0.5)];
        let scales = [1.0, 0.5, 10.0, f64::INFINITY];
        let values = [None, Some(f64::NAN), Some(-3.0), Some(0.9), Some(1.0), Some(4.0)];
        for power in [1.0, 2.0, 3.5, f64::INFINITY] {
            let distance = Distance { power, missing_penalty: 1.5 };
            for code in 0..values.len().pow(4) {
                let row: Vec<_> = (0..4).map(|i| values[code / values.len().pow(i) % values.len()]).collect();
                let whole = distance.between(&row, &observed, &scales);
                for epsilon in [0.0, 1.5, 3.0, 100.0] {
                    let reach = Reach::new(distance, &observed, &scales, epsilon);
                    let mut travelled = Travelled::default();
                    let leaves = row
                        .iter()
                        .enumerate()
                        .any(|(column, value)| reach.leaves(&mut travelled, column, *value));
                    assert!(!leaves || whole > epsilon, "{row:?} {power} {epsilon}: {whole}");
                    assert!(leaves || whole <= epsilon * 1.0001, "{row:?} {power} {epsilon}: {whole}");
                }
            }
        }
    }
}
