//! The result of a run: the groups that ArviZ reads, and its files.
//!
//! A [`Posterior`] is plain data in the `InferenceData` schema,
//! <https://python.arviz.org/en/stable/schema/schema.html>. [`write_netcdf`] writes it as NetCDF-4,
//! [`write_chains_csv`] and [`write_particles_csv`] the draws as a table, [`summary_json`] the numbers of the
//! summary and [`render_table`] the same for a terminal. A file appears whole or not at all.

#![allow(clippy::needless_pass_by_value, reason = "a view of an array is a reference")]

mod atomic;
mod csv;
mod diagnostics;
mod export;
mod groups;
mod netcdf;
mod stored;
mod summary;
mod table;

pub use self::csv::{write_chains_csv, write_particles_csv};
pub use atomic::{StoreError, write_atomically};
pub use diagnostics::{diagnostics_json, loo_json};
pub use export::{DrawTable, write_cmdstan, write_inference_json, write_parquet, write_zarr};
pub use groups::{Attribute, Group, Posterior, Values, Variable};
pub use netcdf::write_netcdf;
pub use stored::{
    ReadError, StoredLogLikelihood, StoredParameter, StoredPosterior, read_all_netcdf, read_netcdf,
};
pub use summary::{RunSummary, summary_json, write_json};
pub use table::{
    aligned, aligned_rows, interval_text, probability_text, render_findings, render_table, rounded,
    wrapped_after,
};
