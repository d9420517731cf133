//! Systematic resampling: evenly spaced points on the cumulated weights (Douc and Cappé 2005,
//! <https://doi.org/10.1109/ISPA.2005.195385>).

/// The particle that each of as many new ones is a copy of. `weights`: normalised; `offset`: a draw from 0 to 1.
pub(crate) fn systematic(weights: &[f64], offset: f64) -> Vec<usize> {
    let count = weights.len();
    let (mut parent, mut cumulated) = (0, weights[0]);
    let mut parents = Vec::with_capacity(count);
    for index in 0..count {
        let place = (index as f64 + offset) / count as f64;
        while cumulated < place && parent + 1 < count {
            parent += 1;
            cumulated += weights[parent];
        }
        parents.push(parent);
    }
    parents
}
