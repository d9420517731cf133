//! Rank normalisation: every draw becomes the normal score of its rank, so that heavy tails do no harm.

use ndarray::{Array2, ArrayView2};
use statrs::distribution::{ContinuousCDF, Normal};

/// Normal scores of the ranks among all draws of all chains; equal draws share their average rank.
///
/// The score of rank r of n is Φ⁻¹((r − 3/8) / (n + 1/4)), Blom's offset as in Vehtari et al. (2021),
/// equation 14. `chains` is free of NaN; the shape stays.
#[allow(clippy::missing_panics_doc, reason = "there is one score for each draw")]
pub fn normal_scores(chains: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut sorted: Vec<(f64, usize)> = chains.iter().copied().zip(0..).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let normal = Normal::standard();
    let count = sorted.len() as f64;
    let mut scores = vec![0.0; sorted.len()];
    let mut ranked = 0;
    // Not by total order: −0 and 0 are equal draws.
    for equals in sorted.chunk_by(|a, b| a.0 <= b.0 && b.0 <= a.0) {
        let rank = ranked as f64 + 0.5 * (equals.len() + 1) as f64;
        let score = normal.inverse_cdf((rank - 0.375) / (count + 0.25));
        for (_, place) in equals {
            scores[*place] = score;
        }
        ranked += equals.len();
    }
    Array2::from_shape_vec(chains.dim(), scores).expect("one score for each draw")
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn equal_draws_share_their_average_rank() {
        let scores = normal_scores(array![[3.0, -0.0], [0.0, -7.0]].view());
        let expected = |rank: f64| Normal::standard().inverse_cdf((rank - 0.375) / 4.25);
        let exact = array![[expected(4.0), expected(2.5)], [expected(2.5), expected(1.0)]];
        assert_eq!(scores, exact);
    }
}
