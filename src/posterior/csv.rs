//! Draws as a table of comma-separated values.
//!
//! A number is written with the fewest digits that read back as the same number, so the same draws give the
//! same bytes. NaN and infinities are `NaN`, `inf` and `-inf`, which pandas and R read.

use std::io;
use std::path::Path;

use ndarray::{ArrayView2, ArrayView3};

use super::{StoreError, write_atomically};

/// Writes the draws of chains: `chain,draw,<names>,log_prior,log_likelihood`, chain after chain.
///
/// `draws`: shape `[chain, draw, parameter]`, natural units, in the order of `names`. `log_prior` and
/// `log_likelihood`: shape `[chain, draw]`.
///
/// # Errors
/// If the shapes differ or the folder cannot be written.
pub fn write_chains_csv(
    path: &Path,
    names: &[&str],
    draws: ArrayView3<'_, f64>,
    log_prior: ArrayView2<'_, f64>,
    log_likelihood: ArrayView2<'_, f64>,
) -> Result<(), StoreError> {
    let (chains, length, parameters) = draws.dim();
    check("parameters", names.len(), parameters)?;
    for (column, array) in [("log_prior", log_prior), ("log_likelihood", log_likelihood)] {
        check(column, array.nrows(), chains)?;
        check(column, array.ncols(), length)?;
    }
    write_table(path, &[&["chain", "draw"], names, &["log_prior", "log_likelihood"]].concat(), |writer| {
        for ((chain, draw), prior) in log_prior.indexed_iter() {
            let mut row = vec![chain.to_string(), draw.to_string()];
            row.extend((0..parameters).map(|parameter| number(draws[[chain, draw, parameter]])));
            row.push(number(*prior));
            row.push(number(log_likelihood[[chain, draw]]));
            writer.write_record(&row)?;
        }
        Ok(())
    })
}

/// Writes weighted particles: `particle,weight,<columns>,<names>`.
///
/// `draws`: shape `[particle, parameter]`, natural units, in the order of `names`. `weights`: one per particle.
/// `columns`: what else is known of each particle, by name.
///
/// # Errors
/// If the shapes differ or the folder cannot be written.
pub fn write_particles_csv(
    path: &Path,
    names: &[&str],
    draws: ArrayView2<'_, f64>,
    weights: &[f64],
    columns: &[(&str, &[f64])],
) -> Result<(), StoreError> {
    check("parameters", names.len(), draws.ncols())?;
    check("weight", weights.len(), draws.nrows())?;
    for (column, values) in columns {
        check(column, values.len(), draws.nrows())?;
    }
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    write_table(path, &[&["particle", "weight"], &header[..], names].concat(), |writer| {
        for (particle, parameters) in draws.rows().into_iter().enumerate() {
            let mut row = vec![particle.to_string(), number(weights[particle])];
            row.extend(columns.iter().map(|(_, values)| number(values[particle])));
            row.extend(parameters.iter().map(|value| number(*value)));
            writer.write_record(&row)?;
        }
        Ok(())
    })
}

/// The shortest text that reads back as the same number; very large and small ones with an exponent.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

fn check(column: &str, found: usize, expected: usize) -> Result<(), StoreError> {
    if found == expected {
        Ok(())
    } else {
        Err(StoreError::WrongColumn { column: column.to_owned(), found, expected })
    }
}

pub(super) type Table<'a> = csv::Writer<&'a mut dyn io::Write>;

pub(super) fn write_table(
    path: &Path,
    header: &[&str],
    rows: impl FnOnce(&mut Table<'_>) -> csv::Result<()>,
) -> Result<(), StoreError> {
    write_atomically(path, |writer| {
        let mut table = csv::Writer::from_writer(writer);
        table.write_record(header)?;
        rows(&mut table)?;
        table.flush()
    })
}
