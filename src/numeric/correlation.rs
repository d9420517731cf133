//! Correlations of a few vectors, drawn towards zero so that they can be inverted: Warton (2008),
//! <https://doi.org/10.1198/016214508000000021>.

use nalgebra::{DMatrix, DVector};

/// How far correlations are drawn to zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shrinkage {
    /// By this share.
    Share(f64),
    /// As far as chance alone may have made them, after Ledoit and Wolf: Schäfer and Strimmer (2005),
    /// <https://doi.org/10.2202/1544-6115.1175>; and at least by this share.
    Estimated {
        /// The smallest share.
        least: f64,
    },
}

/// Correlations of vectors around zero. One that is always zero is correlated with nothing. `None` without a vector.
pub fn shrunk_correlations(vectors: &[DVector<f64>], shrinkage: Shrinkage) -> Option<DMatrix<f64>> {
    let mut correlations = DMatrix::zeros(vectors.first()?.len(), vectors.first()?.len());
    for vector in vectors {
        correlations.ger(1.0, vector, vector, 1.0);
    }
    correlations /= vectors.len() as f64;
    let sizes = correlations.diagonal().map(f64::sqrt);
    let divided = |value: f64, size: f64| if size > 0.0 { value / size } else { 0.0 };
    for row in 0..sizes.len() {
        for column in 0..sizes.len() {
            let value = divided(correlations[(row, column)], sizes[row] * sizes[column]);
            correlations[(row, column)] = if row == column { 1.0 } else { value };
        }
    }
    let share = match shrinkage {
        Shrinkage::Share(share) => share,
        Shrinkage::Estimated { least } => by_chance(vectors, &sizes, &correlations).clamp(least, 1.0),
    };
    for row in 0..sizes.len() {
        for column in (0..sizes.len()).filter(|column| *column != row) {
            correlations[(row, column)] *= 1.0 - share;
        }
    }
    Some(correlations)
}

/// The variance of the correlations, as estimates, over their squares.
fn by_chance(vectors: &[DVector<f64>], sizes: &DVector<f64>, correlations: &DMatrix<f64>) -> f64 {
    let count = vectors.len() as f64;
    let (mut variances, mut squares) = (0.0, 0.0);
    for row in 0..sizes.len() {
        for column in 0..row {
            let mean = correlations[(row, column)];
            squares += mean * mean;
            let size = sizes[row] * sizes[column];
            if size > 0.0 {
                let product = |vector: &DVector<f64>| vector[row] * vector[column] / size;
                let sum: f64 = vectors.iter().map(|vector| (product(vector) - mean).powi(2)).sum();
                variances += sum / (count * (count - 1.0));
            }
        }
    }
    if squares > 0.0 { variances / squares } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(rows: &[[f64; 2]]) -> Vec<DVector<f64>> {
        rows.iter().map(|row| DVector::from_column_slice(row)).collect()
    }

    /// Products 1, 1, −1, 1 of mean 1/2 have the variance 3/4 · 4/3 / 4 = 1/4, as large as the square of the mean.
    #[test]
    fn correlations_of_few_vectors_are_drawn_to_zero_as_far_as_chance_reaches() {
        let own = vectors(&[[1.0, 2.0], [-1.0, -2.0], [1.0, -2.0], [-1.0, -2.0]]);
        let of = |shrinkage| shrunk_correlations(&own, shrinkage).unwrap()[(0, 1)];
        assert!((of(Shrinkage::Share(0.0)) - 0.5).abs() < 1e-12);
        assert!((of(Shrinkage::Share(0.5)) - 0.25).abs() < 1e-12);
        assert!(of(Shrinkage::Estimated { least: 0.0 }).abs() < 1e-12);
        let many: Vec<_> = own.iter().cycle().take(4000).cloned().collect();
        let found = shrunk_correlations(&many, Shrinkage::Estimated { least: 0.0 }).unwrap()[(0, 1)];
        // The variance is 3/4 over 3999 and the square 1/4.
        assert!((found - 0.5 * (1.0 - 3.0 / 3999.0)).abs() < 1e-12, "{found}");
    }

    #[test]
    fn two_numbers_that_are_the_same_can_still_be_told_apart() {
        let own = vectors(&[[1.0, 1.0], [-2.0, -2.0], [1.0, 1.0]]);
        let found = shrunk_correlations(&own, Shrinkage::Estimated { least: 0.01 }).unwrap();
        assert!(found.cholesky().is_some());
        let constant = vectors(&[[1.0, 0.0], [-1.0, 0.0]]);
        let found = shrunk_correlations(&constant, Shrinkage::Share(0.0)).unwrap();
        assert_eq!(found, DMatrix::identity(2, 2));
    }
}
