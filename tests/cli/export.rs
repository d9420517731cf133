//! A result in the formats of other programs, and as a cell of other simulators.

use std::fs::File;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;

use crate::folder::{CELL, Folder};

/// A result of two parameters by chains.
fn result() -> Folder {
    let folder = Folder::new(CELL);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--no-report", "--output", "out"]);
    folder
}

fn text(folder: &Folder, path: &str) -> String {
    String::from_utf8(folder.read(path)).unwrap()
}

/// What a command says that must fail.
fn told(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Columns of a table of comma-separated values by name.
fn column(table: &str, name: &str) -> Vec<f64> {
    let mut lines = table.lines().filter(|line| !line.starts_with('#'));
    let place = lines.next().unwrap().split(',').position(|own| own == name);
    let place = place.unwrap_or_else(|| panic!("no {name}"));
    lines.map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect()
}

/// All formats hold the same draws, to the bit.
#[test]
fn every_format_holds_the_draws() {
    let folder = result();
    for format in ["csv", "parquet", "zarr", "json", "cmdstan"] {
        let shown = folder.succeed(&["export", "out", "--format", format]);
        assert!(shown.starts_with("wrote out/export/"), "{shown}");
    }
    let table = text(&folder, "out/export/draws.csv");
    let expected = column(&text(&folder, "out/draws.csv"), "g_Na");
    assert_eq!(column(&table, "g_Na"), expected);
    let chains = 1 + column(&table, "chain").into_iter().fold(0.0, f64::max) as usize;
    let draws = expected.len() / chains;

    let reader =
        SerializedFileReader::new(File::open(folder.path("out/export/draws.parquet")).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let place = schema.columns().iter().position(|own| own.name() == "g_Na").unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.get_double(place).unwrap()).collect::<Vec<_>>(), expected);
    assert_eq!(rows[draws].get_long(0).unwrap(), 1);
    let units = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let unit = units.iter().find(|own| own.key == "units.g_Na").unwrap();
    assert_eq!(unit.value.as_deref(), Some("mS/cm^2"));

    let array = folder.json("out/export/posterior.zarr/posterior/g_Na/.zarray");
    assert_eq!(array["shape"], serde_json::json!([chains, draws]));
    assert_eq!(array["dtype"], "<f8");
    let mut bytes = Vec::new();
    let chunk = folder.read("out/export/posterior.zarr/posterior/g_Na/0.0");
    ZlibDecoder::new(&*chunk).read_to_end(&mut bytes).unwrap();
    let numbers = bytes.chunks_exact(8).map(|own| f64::from_le_bytes(own.try_into().unwrap()));
    assert_eq!(numbers.collect::<Vec<_>>(), expected);
    let all = folder.json("out/export/posterior.zarr/.zmetadata");
    assert_eq!(all["metadata"]["posterior/g_Na/.zattrs"]["units"], "mS/cm^2");

    let json = folder.json("out/export/posterior.json");
    let lists = json["posterior"]["g_Na"].as_array().unwrap();
    let numbers = lists.iter().flat_map(|chain| chain.as_array().unwrap()).map(|own| own.as_f64().unwrap());
    assert_eq!((lists.len(), numbers.collect::<Vec<_>>()), (chains, expected.clone()));
    assert_eq!(json["about"]["units"]["posterior"]["g_Na"], "mS/cm^2");

    let second = text(&folder, "out/export/draws_2.csv");
    assert_eq!(column(&second, "g_Na"), expected[draws..2 * draws]);
    assert!(second.contains(&format!("num_samples = {draws}")) && second.contains("lp__,"), "{second}");
}

/// A store is replaced as a whole; what is no store is left alone.
#[test]
fn a_store_is_replaced_and_nothing_else() {
    let folder = result();
    let export = ["export", "out", "--format", "zarr", "--output", "there"];
    folder.succeed(&export);
    std::fs::write(folder.path("there/posterior.zarr/old"), "").unwrap();
    folder.succeed(&export);
    assert!(!folder.path("there/posterior.zarr/old").exists());
    std::fs::remove_file(folder.path("there/posterior.zarr/.zgroup")).unwrap();
    let said = told(&folder, &export);
    assert!(said.contains("cannot write `posterior.zarr`"), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.path("there")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn the_best_draw_is_a_cell() {
    let folder = result();
    let shown = folder.succeed(&["export", "out", "--format", "neuron"]);
    assert!(shown.contains("nrnivmodl && python cell.py"), "{shown}");
    let draws = text(&folder, "out/draws.csv");
    let best = |table: &str| {
        let log_density = column(table, "log_prior").into_iter().zip(column(table, "log_likelihood"));
        let log_density: Vec<f64> = log_density.map(|(prior, likelihood)| prior + likelihood).collect();
        log_density.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
    };
    let g_na = column(&draws, "g_Na")[best(&draws)];
    let script = text(&folder, "out/export/neuron/cell.py");
    assert!(script.contains(&format!("soma.gbar_cell_Na = {g_na:?}\n")), "{g_na} in {script}");
    assert!(text(&folder, "out/export/neuron/cell_Na.mod").contains("STATE { m h }"));
    folder.succeed(&["export", "out/posterior.nc", "--format", "brian2", "--output", "cells"]);
    assert!(text(&folder, "cells/brian2/cell.py").contains("method=\"rk4\""));
    folder.succeed(&["export", "out", "--format", "neuroml", "--output", "cells"]);
    assert!(text(&folder, "cells/neuroml/sweep_1.nml").contains("<ionChannelHH id=\"Na\""));
}

#[test]
fn what_cannot_be_exported_says_why() {
    let folder = result();
    let said = told(&folder, &["export", "nowhere", "--format", "csv"]);
    assert!(said.contains("nowhere"), "{said}");
    let said = told(&folder, &["export", "out", "--format", "matlab"]);
    assert!(said.contains("cmdstan") && said.contains("neuroml"), "{said}");
    let foreign = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/posteriors/arviz.nc");
    folder.succeed(&["export", foreign, "--format", "cmdstan", "--output", "foreign"]);
    let first = text(&folder, "foreign/draws_1.csv");
    assert!(first.contains("rate.2.2"), "{first}");
    let said = told(&folder, &["export", foreign, "--format", "neuron", "--output", "foreign"]);
    assert!(said.contains("does not hold the settings of its run"), "{said}");
}
