//! From features, some of which may be missing, to numbers without gaps and of a spread of about one.

use nalgebra::DMatrix;

use crate::distance::usual_deviations;

/// A feature counts as at most so many spreads away from the middle: simulations far off must not decide alone.
const FARTHEST: f64 = 10.0;

/// The predictors.
pub(super) struct Predictors {
    columns: Vec<Column>,
    /// Whether the squares of values are predictors as well.
    has_squares: bool,
}

/// One predictor.
enum Column {
    /// The value of a feature; the middle where it has none.
    Value { feature: usize, middle: f64, spread: f64 },
    /// Whether a feature has a value, where some have none.
    HasValue { feature: usize },
}

impl Predictors {
    /// Of the features that differ between simulations. A feature that the observation lacks only counts by whether it
    /// has a value.
    pub(super) fn new(features: &[Vec<Option<f64>>], observed: &[Option<f64>], has_squares: bool) -> Self {
        let spreads = usual_deviations(features.iter().map(Vec::as_slice), observed.len());
        let mut columns = Vec::new();
        for (feature, (observed, spread)) in observed.iter().zip(spreads).enumerate() {
            let values = || features.iter().filter_map(|row| row[feature]);
            let present = values().count();
            if present == 0 {
                continue;
            }
            if observed.is_some() && spread.is_finite() {
                let finite = || values().filter(|value| value.is_finite());
                let middle = finite().sum::<f64>() / finite().count() as f64;
                columns.push(Column::Value { feature, middle, spread });
            }
            if present < features.len() {
                columns.push(Column::HasValue { feature });
            }
        }
        Self { columns, has_squares }
    }

    /// How many numbers there are.
    pub(super) fn count(&self) -> usize {
        let values = self.columns.iter().filter(|column| matches!(column, Column::Value { .. })).count();
        self.columns.len() + if self.has_squares { values } else { 0 }
    }

    /// The features that are used.
    pub(super) fn features(&self) -> Vec<usize> {
        let mut features: Vec<usize> = self.columns.iter().map(Column::feature).collect();
        features.dedup();
        features
    }

    /// The numbers of one simulation.
    pub(super) fn of(&self, features: &[Option<f64>]) -> Vec<f64> {
        let mut numbers: Vec<f64> = self.columns.iter().map(|column| column.of(features)).collect();
        if self.has_squares {
            let is_value = |(column, _): &(&Column, &f64)| matches!(column, Column::Value { .. });
            let values = self.columns.iter().zip(&numbers).filter(is_value);
            let squares: Vec<f64> = values.map(|(_, value)| value * value - 1.0).collect();
            numbers.extend(squares);
        }
        numbers
    }

    /// The numbers of many, shape `[simulation, predictor]`.
    pub(super) fn matrix<'a>(&self, rows: impl Iterator<Item = &'a [Option<f64>]>) -> DMatrix<f64> {
        let numbers: Vec<f64> = rows.flat_map(|row| self.of(row)).collect();
        DMatrix::from_row_slice(numbers.len() / self.count().max(1), self.count(), &numbers)
    }
}

impl Column {
    fn feature(&self) -> usize {
        match *self {
            Column::Value { feature, .. } | Column::HasValue { feature } => feature,
        }
    }

    fn of(&self, features: &[Option<f64>]) -> f64 {
        match *self {
            Column::Value { feature, middle, spread } => {
                let value = features[feature].filter(|value| value.is_finite()).unwrap_or(middle);
                ((value - middle) / spread).clamp(-FARTHEST, FARTHEST)
            }
            Column::HasValue { feature } => f64::from(u8::from(features[feature].is_some())) - 0.5,
        }
    }
}
