//! Which cell belongs where, and what is believed of the population beforehand.

use nalgebra::{DMatrix, DVector};

use super::cell::Cell;

/// The prior of the mean is so many times wider than what all draws together span.
const MEAN_WIDTH: f64 = 10.0;

/// Which cell belongs to which group, and which are the same cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Design {
    /// Number of groups; the first is the baseline.
    pub groups: usize,
    /// The group of each result.
    pub group_of: Vec<usize>,
    /// The cell that each result is of, where a cell has a result in every group.
    pub pair_of: Vec<Option<usize>>,
}

impl Design {
    /// One group of so many cells.
    pub fn single(cells: usize) -> Self {
        Self { groups: 1, group_of: vec![0; cells], pair_of: vec![None; cells] }
    }

    /// Groups of so many cells each, one after the other; all of them other cells.
    pub fn grouped(sizes: &[usize]) -> Self {
        let group_of: Vec<usize> =
            sizes.iter().enumerate().flat_map(|(group, &size)| std::iter::repeat_n(group, size)).collect();
        Self { groups: sizes.len(), pair_of: vec![None; group_of.len()], group_of }
    }

    /// The same cells in each of so many groups, in the same order.
    pub fn paired(groups: usize, cells: usize) -> Self {
        let pair_of = (0..groups * cells).map(|place| Some(place % cells)).collect();
        Self { pair_of, ..Self::grouped(&vec![cells; groups]) }
    }

    /// Whether cells have a result in every group.
    pub fn is_paired(&self) -> bool {
        self.pairs() > 0
    }

    pub(super) fn pairs(&self) -> usize {
        self.pair_of.iter().flatten().max().map_or(0, |last| last + 1)
    }
}

/// What is believed of means and spreads: by the scale of all draws together, so wide that it hardly matters.
#[derive(Clone, Debug)]
pub struct Hyperprior {
    /// Of the means of groups.
    pub center: DVector<f64>,
    /// Standard deviation of all draws of all cells: the scale of the half-t prior of a spread. The standard deviation of the
    /// prior of a mean is ten times as wide.
    pub scales: DVector<f64>,
}

impl Hyperprior {
    /// From cells of the same parameters, of which there is one at least.
    pub fn of(cells: &[Cell]) -> Self {
        let dimension = cells.first().map_or(0, Cell::dimension);
        let share = 1.0 / cells.len() as f64;
        let center = cells.iter().fold(DVector::zeros(dimension), |sum, cell| sum + &cell.mean * share);
        let variance = |place: usize| -> f64 {
            let of =
                |cell: &Cell| cell.covariance[(place, place)] + (cell.mean[place] - center[place]).powi(2);
            cells.iter().map(of).sum::<f64>() * share
        };
        let scales = DVector::from_fn(dimension, |place, _| variance(place).sqrt());
        Self { center, scales }
    }

    pub(super) fn mean_precision(&self) -> DMatrix<f64> {
        DMatrix::from_diagonal(&self.scales.map(|scale| (MEAN_WIDTH * scale).powi(-2)))
    }
}
