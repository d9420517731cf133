//! Datasets of an HDF5 file: MATLAB's since version 7.3, or anyone's.
//!
//! MATLAB stores a matrix with its dimensions in reverse, so that a column of it is a row here.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File};

use super::{ArrayError, ArrayFile, Matrix};
use crate::recording::hdf5::{self, Hdf5Error};

/// Structures in structures are rare; a corrupt file can have groups in groups without end.
const DEEPEST: usize = 4;
/// No one looks through more arrays.
const MOST: usize = 10_000;

/// The datasets of a file and of its groups, each with its name.
pub(super) struct Arrays {
    datasets: Vec<(String, Dataset)>,
}

impl Arrays {
    pub(super) fn open(file: &Hdf5File) -> Result<Self, ArrayError> {
        let mut datasets = Vec::new();
        collect(&file.root_group().map_err(Hdf5Error::from)?, 0, &mut datasets)?;
        Ok(Self { datasets })
    }
}

fn collect(group: &Group, depth: usize, found: &mut Vec<(String, Dataset)>) -> Result<(), Hdf5Error> {
    let (groups, datasets) = group.members()?;
    for dataset in datasets {
        if found.len() < MOST && !found.iter().any(|(name, _)| name == dataset.name()) {
            found.push((dataset.name().to_owned(), dataset));
        }
    }
    // `#refs#` holds the cells of MATLAB.
    for group in groups.iter().filter(|group| depth < DEEPEST && !group.name().starts_with('#')) {
        collect(group, depth + 1, found)?;
    }
    Ok(())
}

impl ArrayFile for Arrays {
    const ONE: &'static str = "variable";

    fn names(&self) -> Vec<String> {
        self.datasets.iter().map(|(name, _)| name.clone()).collect()
    }

    fn load(&self, place: usize) -> Result<Matrix, ArrayError> {
        let (name, dataset) = &self.datasets[place];
        let shape: Vec<usize> =
            dataset.shape().iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
        Matrix::new(name, &shape, hdf5::numbers(dataset)?)
    }
}
