//! `hhbayes export`: a result in the formats of other programs, and its best fit as a cell of other simulators.

mod best_fit;

use std::path::{Path, PathBuf};

use super::RunError;
use super::fit::prepare;
use crate::posterior::{
    DrawTable, Posterior, ReadError, StoredPosterior, read_all_netcdf, write_atomically, write_cmdstan,
    write_inference_json, write_parquet, write_zarr,
};
use crate::simulators::{Simulator, files};

/// What a result is exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// The draws as comma-separated values.
    Csv,
    /// The draws as Apache Parquet.
    Parquet,
    /// All groups as a Zarr store.
    Zarr,
    /// All groups as JSON.
    Json,
    /// The draws as the files of `CmdStan`.
    CmdStan,
    /// The best fit as a cell.
    Cell(Simulator),
}

/// Writes the result into `output`, or into the folder `export` beside its `posterior.nc`; returns what to say.
///
/// # Errors
/// If the result cannot be read, does not hold what the format needs, or the folder cannot be written.
pub fn export(place: &Path, format: ExportFormat, output: Option<&Path>) -> Result<String, RunError> {
    // What is wrong with a result is told in the same way by every command.
    let stored = StoredPosterior::read(place)?;
    let file = if place.is_dir() { place.join("posterior.nc") } else { place.to_owned() };
    let beside = file.parent().unwrap_or(Path::new(".")).join("export");
    let folder = output.map_or(beside, Path::to_owned);
    let all = read_all_netcdf(&file)?;
    let table = DrawTable::new(&all).ok_or_else(|| nothing_to_export(&file))?;
    let (written, note) = if let ExportFormat::Cell(simulator) = format {
        let (cell, note) = best_fit::cell(&stored, &table)?;
        let files = files(&cell, simulator).map_err(|error| RunError::Usage(error.to_string()))?;
        let folder = folder.join(simulator_folder(simulator));
        prepare(&folder)?;
        for file in &files {
            write_atomically(&folder.join(&file.name), |out| out.write_all(file.text.as_bytes()))?;
        }
        let written = files.iter().map(|file| folder.join(&file.name)).collect();
        (written, note + &format!("run it with\n  {}\n", how_to_run(simulator, &folder)))
    } else {
        prepare(&folder)?;
        (write_draws(format, &all, &table, &folder)?, note_on_weights(format, &table))
    };
    let lines: String = written.iter().map(|path| format!("wrote {}\n", path.display())).collect();
    Ok(lines + &note)
}

fn write_draws(
    format: ExportFormat,
    all: &Posterior,
    table: &DrawTable,
    folder: &Path,
) -> Result<Vec<PathBuf>, RunError> {
    let in_folder = |name: &str| folder.join(name);
    Ok(match format {
        ExportFormat::Csv => {
            let path = in_folder("draws.csv");
            table.write_csv(&path)?;
            vec![path]
        }
        ExportFormat::Parquet => {
            let path = in_folder("draws.parquet");
            write_parquet(table, &path)?;
            vec![path]
        }
        ExportFormat::Zarr => {
            let path = in_folder("posterior.zarr");
            write_zarr(all, &path)?;
            vec![path]
        }
        ExportFormat::Json => {
            let path = in_folder("posterior.json");
            write_inference_json(all, &path)?;
            vec![path]
        }
        ExportFormat::CmdStan => write_cmdstan(table, folder, "draws")?,
        ExportFormat::Cell(_) => Vec::new(),
    })
}

/// Readers that do not look for weights would take the particles for draws.
fn note_on_weights(format: ExportFormat, table: &DrawTable) -> String {
    match (format, table.statistic("weight")) {
        (_, None) => String::new(),
        (ExportFormat::CmdStan, Some(_)) => {
            "the particles have weights, which CmdStan's files cannot hold: they are resampled, so that all draws count the same\n".to_owned()
        }
        (_, Some(_)) => {
            "the particles have weights: take the column `weight` into every mean and quantile\n".to_owned()
        }
    }
}

fn nothing_to_export(file: &Path) -> RunError {
    let found = "no variable over chain and draw".to_owned();
    RunError::Stored(ReadError::NoParameters { path: file.to_owned(), found })
}

fn simulator_folder(simulator: Simulator) -> &'static str {
    match simulator {
        Simulator::Neuron => "neuron",
        Simulator::Brian2 => "brian2",
        Simulator::NeuroMl => "neuroml",
    }
}

fn how_to_run(simulator: Simulator, folder: &Path) -> String {
    let there = format!("cd '{}'", folder.display());
    match simulator {
        Simulator::Neuron => format!("{there} && nrnivmodl && python cell.py     (or: nrniv cell.hoc -)"),
        Simulator::Brian2 => format!("{there} && python cell.py"),
        Simulator::NeuroMl => format!("{there} && pynml LEMS_sweep_1.xml -nogui"),
    }
}
