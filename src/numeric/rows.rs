//! A table of numbers whose type says which space they live in.

use std::marker::PhantomData;

/// For fewer rows that need no simulation it is not worth to wake up a thread.
pub const ROWS_PER_THREAD: usize = 64;

/// Model parameters in their own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Natural {}

/// Parameters on the real line, where samplers move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconstrained {}

/// A table of shape `[rows, columns]`, row-major: one row per parameter set.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<Space> {
    values: Vec<f64>,
    columns: usize,
    space: PhantomData<Space>,
}

impl<Space> Rows<Space> {
    /// A table of zeros.
    ///
    /// # Panics
    /// If `columns` is zero: a parameter set without parameters is not a row.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::from_values(vec![0.0; rows * columns], columns)
    }

    /// A table from row-major values.
    ///
    /// # Panics
    /// If the values do not fill whole rows.
    pub fn from_values(values: Vec<f64>, columns: usize) -> Self {
        assert!(columns > 0 && values.len().is_multiple_of(columns), "values fill whole rows");
        Self { values, columns, space: PhantomData }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to be changed.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// All rows in order.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.columns)
    }

    /// All rows in order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::ChunksExactMut<'_, f64> {
        self.values.chunks_exact_mut(self.columns)
    }

    /// Adds a row at the end.
    ///
    /// # Panics
    /// If the row has another number of columns.
    pub fn push(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.columns, "a row has the columns of its table");
        self.values.extend_from_slice(row);
    }

    /// The row-major values.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

impl<'a, Space> IntoIterator for &'a Rows<Space> {
    type Item = &'a [f64];
    type IntoIter = std::slice::ChunksExact<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
