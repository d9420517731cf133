//! Correlations of two parameters that are not the same in two posteriors.

use ndarray::Array2;

use super::marginal::Estimate;
use crate::diagnostics::normal_scores;

/// The correlation of a pair of parameters in A and in B: of the normal scores of their ranks, so that neither the scale nor
/// a tail counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelationChange {
    /// Numbers of the parameters.
    pub pair: [usize; 2],
    /// In A and in B.
    pub sides: [f64; 2],
    /// B − A.
    pub change: Estimate,
}

impl CorrelationChange {
    /// Changes below this are not worth a word.
    pub const WORTH_A_WORD: f64 = 0.2;

    /// Whether the change is larger than chance and large enough to matter.
    pub fn is_notable(&self) -> bool {
        let size = self.change.value.abs();
        size > Self::WORTH_A_WORD && size > 4.0 * self.change.error
    }
}

/// One column of scores per parameter, each with mean 0 and length 1.
fn directions(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = 0..rows.first().map_or(0, Vec::len);
    columns
        .map(|column| {
            let values = Array2::from_shape_fn((1, rows.len()), |(_, draw)| rows[draw][column]);
            let mut scores = normal_scores(values.view());
            let length = scores.iter().map(|score| score * score).sum::<f64>().sqrt();
            scores.iter_mut().for_each(|score| *score /= length.max(f64::MIN_POSITIVE));
            scores.into_raw_vec_and_offset().0
        })
        .collect()
}

/// All pairs. `a`, `b`: one row per draw, independent.
///
/// The error of a correlation r of n draws is (1 − r²) / √(n − 3) (Fisher 1915, <https://doi.org/10.1093/biomet/10.4.507>).
pub fn correlation_changes(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<CorrelationChange> {
    let sides = [directions(a), directions(b)];
    let sizes = [a.len(), b.len()].map(|count| (count as f64 - 3.0).max(1.0).sqrt());
    let mut changes = Vec::new();
    for second in 0..sides[0].len() {
        for first in 0..second {
            let of = |side: usize| -> f64 {
                let (x, y) = (&sides[side][first], &sides[side][second]);
                x.iter().zip(y).map(|(x, y)| x * y).sum()
            };
            let correlations = [of(0), of(1)];
            let [error_a, error_b] = [0, 1].map(|side| (1.0 - correlations[side].powi(2)) / sizes[side]);
            let change = Estimate::with_errors(correlations[1] - correlations[0], error_a, error_b);
            changes.push(CorrelationChange { pair: [first, second], sides: correlations, change });
        }
    }
    changes.sort_by(|x, y| y.change.value.abs().total_cmp(&x.change.value.abs()));
    changes
}
