//! Systematic resampling: evenly spaced points on the cumulated weights (Douc and Cappé 2005,
//! <https://doi.org/10.1109/ISPA.2005.195385>).

/// The particle that each of `count` new ones is a copy of. `weights`: normalised, at least one; `offset`: a draw from 0 to 1.
pub(crate) fn systematic(weights: &[f64], count: usize, offset: f64) -> Vec<usize> {
    let (mut parent, mut cumulated) = (0, weights[0]);
    let mut parents = Vec::with_capacity(count);
    for index in 0..count {
        let place = (index as f64 + offset) / count as f64;
        while cumulated < place && parent + 1 < weights.len() {
            parent += 1;
            cumulated += weights[parent];
        }
        parents.push(parent);
    }
    parents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_are_resampled_by_their_weights() {
        assert_eq!(systematic(&[0.5, 0.0, 0.25, 0.25], 4, 0.5), [0, 0, 2, 3]);
        assert_eq!(systematic(&[0.5, 0.0, 0.25, 0.25], 2, 0.5), [0, 2]);
    }
}
