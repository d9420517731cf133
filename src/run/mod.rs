//! The commands of the program, one file each. They return what is to be shown; only `main.rs` talks.

mod accuracy;
mod bench;
mod calibrate;
mod check;
mod compare;
mod diff_config;
mod export;
mod features;
mod fit;
mod init;
mod inspect;
mod list;
mod notebook;
mod parameter_sets;
mod plot;
mod pool;
mod progress;
mod report;
mod results;
mod schema;
mod select;
mod simulate;
mod simulate_sets;
mod stored_setup;
mod threads;
mod trace_results;

use std::path::PathBuf;

use thiserror::Error;

use crate::posterior::{ReadError, StoreError};
use crate::recording::RecordingError;
use crate::samplers::SamplerError;
use crate::settings::SettingsError;

pub use accuracy::{AccuracyOptions, accuracy};
pub use bench::{BenchOptions, bench};
pub use calibrate::calibrate;
pub use check::check;
pub use compare::{CompareOptions, compare};
pub use diff_config::diff_config;
pub use export::{ExportFormat, export};
pub use features::{FeatureFormat, FeatureOptions, features};
pub use fit::{FitOptions, FitReport, fit};
pub use init::init;
pub use inspect::{InspectOptions, inspect};
pub use list::list;
pub use notebook::{NotebookOptions, notebook};
pub use parameter_sets::{SetSource, SetsError};
pub use pool::{PoolOptions, pool};
pub use report::{report, report_plots};
pub use schema::schema;
pub use select::select;
pub use simulate::{SimulateOptions, simulate};
pub use simulate_sets::{SetsOptions, simulate_sets};

/// Why a command did not do what was asked.
#[derive(Debug, Error)]
pub enum RunError {
    /// The settings file cannot be used.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The recording cannot be used.
    #[error("error: {0}")]
    Recording(#[from] RecordingError),
    /// The parameter sets cannot be used.
    #[error("error: {0}")]
    Sets(#[from] SetsError),
    /// A result cannot be read back.
    #[error("error: {0}")]
    Stored(#[from] ReadError),
    /// A result cannot be written.
    #[error("error: {0}")]
    Store(#[from] StoreError),
    /// The sampler has nothing to return.
    #[error("error: {source}{reasons}")]
    Sampler {
        /// Why.
        source: SamplerError,
        /// What went wrong in the simulations, as lines to be added.
        reasons: String,
    },
    /// The folder for the results cannot be used.
    #[error("error: cannot write results into `{}`: {source}\n  help: choose another folder with --output", folder.display())]
    Output {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A text on the command line cannot be used.
    #[error("error: {0}")]
    Usage(String),
    /// A parameter set cannot be simulated.
    #[error("error: sweep `{sweep}` cannot be simulated with these parameters: {reason}{help}")]
    Simulation {
        /// The sweep.
        sweep: String,
        /// Why.
        reason: &'static str,
        /// What to do, as a line to be added.
        help: &'static str,
    },
    /// The thread pool cannot be made.
    #[error("error: cannot start {threads} threads: {source}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
}

impl RunError {
    /// The exit code of the program: 2 if what the user wrote is at fault, 1 otherwise.
    pub fn exit_code(&self) -> u8 {
        match self {
            RunError::Settings(_) | RunError::Usage(_) | RunError::Sets(_) => 2,
            RunError::Recording(_)
            | RunError::Stored(_)
            | RunError::Store(_)
            | RunError::Sampler { .. }
            | RunError::Output { .. }
            | RunError::Simulation { .. }
            | RunError::Threads { .. } => 1,
        }
    }
}
