//! A table of feature values, some of which may be missing.

/// Feature values of many simulations: shape `[rows, columns]`, row-major. `None`: the feature has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Summaries {
    values: Vec<Option<f64>>,
    columns: usize,
    failures: Vec<Option<Failure>>,
}

/// Why a simulation has no features at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The membrane potential became infinite or not a number.
    NotFinite,
    /// The parameter set has no stable resting potential under the holding current.
    NoRest,
    /// Time steps that follow the state would have to be too short.
    TooManySteps,
}

impl Failure {
    /// The reason as it stands in the results.
    pub fn reason(self) -> &'static str {
        match self {
            Failure::NotFinite => "voltage not finite",
            Failure::NoRest => "no stable rest under the holding current",
            Failure::TooManySteps => "needs too many time steps",
        }
    }
}

impl Summaries {
    /// A table without any value.
    pub fn missing(rows: usize, columns: usize) -> Self {
        Self { values: vec![None; rows * columns], columns, failures: vec![None; rows] }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.failures.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    /// Number of features.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The features of one row.
    pub fn row(&self, row: usize) -> &[Option<f64>] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// The features of one row, to be filled in.
    pub fn row_mut(&mut self, row: usize) -> &mut [Option<f64>] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// Why the row failed, if it did.
    pub fn failure(&self, row: usize) -> Option<Failure> {
        self.failures[row]
    }

    /// Marks a row as failed; the first reason stays.
    pub fn fail(&mut self, row: usize, failure: Failure) {
        self.failures[row].get_or_insert(failure);
    }
}
