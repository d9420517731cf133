//! Why a result cannot be read back.

use std::path::PathBuf;

use thiserror::Error;

use crate::recording::Hdf5Error;

/// Why a result cannot be read back. Each names the file, what was found and what to do.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is nothing at the path.
    #[error(
        "cannot open `{path}`: {source}\n  help: name the folder of a result, such as results/quickstart, or a posterior.nc"
    )]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A folder without a posterior.
    #[error(
        "expected the folder of a result, found no posterior.nc in `{folder}`\n  help: name the folder that \
         `hhbayes run` wrote into{inside}"
    )]
    NoPosteriorFile {
        /// The folder.
        folder: PathBuf,
        /// Results that are in it, as words to be added.
        inside: String,
    },
    /// The file is no NetCDF-4.
    #[error(
        "expected a NetCDF-4 file with draws, found {found} in `{path}`\n  help: name the folder of a result or its \
         posterior.nc; xarray writes NetCDF-4 with `engine=\"h5netcdf\"`"
    )]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// How it begins, in words.
        found: String,
    },
    /// The file is broken.
    #[error("cannot read `{path}`: {source}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Hdf5Error,
    },
    /// The file has no group of draws.
    #[error(
        "expected a group `posterior` in `{path}`, found {found}\n  help: ArviZ writes one with \
         `idata.to_netcdf(...)`, xarray with the group of that name"
    )]
    NoPosteriorGroup {
        /// The file.
        path: PathBuf,
        /// The groups that it has, in words.
        found: String,
    },
    /// The group of draws has no variable over chains and draws.
    #[error(
        "expected variables with the dimensions `chain` and `draw` in the group `posterior` of `{path}`, found \
         {found}\n  help: rename the dimensions in xarray before the file is written"
    )]
    NoParameters {
        /// The file.
        path: PathBuf,
        /// The variables that it has, in words.
        found: String,
    },
    /// A draw is no number.
    #[error(
        "expected finite draws of `{parameter}` in `{path}`, found {found} at chain {chain}, draw {draw}\n  \
         help: leave out the chain, or find out why it went astray"
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The parameter.
        parameter: String,
        /// The draw.
        found: f64,
        /// Its chain.
        chain: usize,
        /// Its number.
        draw: usize,
    },
    /// The weights are not weights.
    #[error(
        "expected a weight, 0 or larger, for each of {draws} draws in `sample_stats` of `{path}`, found {found}\n  \
         help: write `weight` with the dimensions `chain` and `draw` of the group `posterior`"
    )]
    Weights {
        /// The file.
        path: PathBuf,
        /// Number of draws.
        draws: usize,
        /// What there is, in words.
        found: String,
    },
    /// A file beside the posterior cannot be understood.
    #[error("cannot read `{path}`: {source}\n  help: run `hhbayes run` again, or move the file away")]
    Summary {
        /// The file.
        path: PathBuf,
        /// Where it breaks.
        source: serde_json::Error,
    },
}
