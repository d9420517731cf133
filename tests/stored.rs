//! Results are read back: those of this program to the bit, and those that ArviZ and the NetCDF library have written
//! (`tests/arviz/stored_posteriors.py`).

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};

use hhbayes::posterior::{
    Attribute, Group, Posterior, ReadError, StoredPosterior, Values, Variable, read_netcdf, write_netcdf,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/posteriors").join(name)
}

/// What `tests/arviz/stored_posteriors.py` writes at a place.
fn written(chain: usize, draw: usize, element: usize) -> f64 {
    (10 * element + chain) as f64 + draw as f64 / 100.0
}

fn assert_written(stored: &StoredPosterior, name: &str, element: usize, times: f64) {
    let draws = stored.by_chain(stored.parameter(name).unwrap());
    assert_eq!(draws.dim(), (2, 25));
    for ((chain, draw), &value) in draws.indexed_iter() {
        let expected = written(chain, draw, element) * times;
        assert!((value - expected).abs() < 1e-9, "{name} at {chain}, {draw}: {value}, not {expected}");
    }
}

#[test]
fn a_file_of_arviz_is_read() {
    let stored = StoredPosterior::read(&data("arviz.nc")).unwrap();
    let mut names: Vec<&str> = stored.parameters.iter().map(|own| &*own.name).collect();
    names.sort_unstable();
    let rates = ["rate[0][0]", "rate[0][1]", "rate[1][0]", "rate[1][1]"];
    assert_eq!(names, [&["g[0]", "g[1]", "g[2]"][..], &rates, &["tau"]].concat());
    for (element, name) in ["g[0]", "g[1]", "g[2]"].into_iter().enumerate() {
        assert_written(&stored, name, element, 1.0);
    }
    for (element, name) in rates.into_iter().enumerate() {
        assert_written(&stored, name, element, 1.0);
        assert_eq!(stored.parameter(name).unwrap().group, "rate");
    }
    assert_written(&stored, "tau", 0, 1.0);
    assert!(stored.parameters.iter().all(|own| own.unit.is_none()));
    assert!(stored.weights.is_none() && stored.settings.is_none() && stored.verdict().is_none());
    assert_eq!(stored.name(), "arviz");
}

#[test]
fn a_file_of_the_netcdf_library_is_read() {
    let stored = StoredPosterior::read(&data("netcdf4.nc")).unwrap();
    assert_written(&stored, "g", 0, 1.0);
    assert_eq!(stored.parameter("g").unwrap().unit.as_deref(), Some("mS/cm^2"));
    // An axis without labels, and whole numbers.
    assert_written(&stored, "count[0]", 0, 100.0);
    assert_written(&stored, "count[1]", 1, 100.0);
    let table = stored.data_log_likelihood.unwrap();
    assert_eq!((table.labels, table.chains), (vec!["monday".to_owned(), "tuesday".to_owned()], 2));
    assert!((table.columns[1][26] + written(1, 1, 1)).abs() < 1e-12);
}

/// A result with every kind of values.
fn result(draws: Vec<f64>) -> Posterior {
    let axes = || vec![Variable::counted("chain", 2), Variable::counted("draw", draws.len() / 2)];
    let on = ["chain", "draw"];
    let unit = Attribute::Text("mS/cm^2".to_owned());
    let accepted = draws.iter().map(|value| *value > 0.0).collect();
    let group = |name: &str, coordinates, variables| Group {
        name: name.to_owned(),
        coordinates,
        variables,
        attributes: Vec::new(),
    };
    let features = Values::Text(vec!["Spikecount".to_owned(), "AP height (sweep 1)".to_owned()]);
    let voltage = Values::F32(vec![-65.0, 20.0]);
    Posterior {
        groups: vec![
            group(
                "posterior",
                axes(),
                vec![Variable::new("g_K", &on, Values::F64(draws.clone())).with("units", unit)],
            ),
            group("sample_stats", axes(), vec![Variable::new("accepted", &on, Values::Bool(accepted))]),
            group(
                "observed_data",
                vec![Variable::coordinate("feature", features)],
                vec![Variable::new("voltage", &["feature"], voltage)],
            ),
        ],
        attributes: vec![
            ("log_evidence".to_owned(), Attribute::Number(-12.5)),
            ("seed".to_owned(), Attribute::Integer(7)),
            ("settings".to_owned(), Attribute::Text("[run]\nseed = 7\n# µ\n".to_owned())),
        ],
    }
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posterior.nc");
    let draws: Vec<f64> = (0..50).map(|place| f64::from(place).sin() * 1e-3 + 0.1).collect();
    let written = result(draws);
    write_netcdf(&written, &path).unwrap();
    let mut read = read_netcdf(&path, &["posterior", "sample_stats", "observed_data"]).unwrap();
    for group in &mut read.groups {
        let place = |name: &str| written.groups.iter().position(|own| own.name == name).unwrap();
        assert_eq!(group, &written.groups[place(&group.name)]);
    }
    read.attributes.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(read.attributes, written.attributes);
    let stored = StoredPosterior::read(folder.path()).unwrap();
    assert_eq!(stored.settings.as_deref(), Some("[run]\nseed = 7\n# µ\n"));
    assert_eq!(Some(stored.name().as_str()), folder.path().file_name().unwrap().to_str());
}

#[test]
fn a_draw_that_is_no_number_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posterior.nc");
    let mut draws = vec![1.0; 50];
    draws[27] = f64::NAN;
    write_netcdf(&result(draws), &path).unwrap();
    let error = StoredPosterior::read(&path).unwrap_err();
    assert!(matches!(&error, ReadError::NotFinite { chain: 1, draw: 2, .. }), "{error}");
}

#[test]
fn a_file_without_draws_names_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posterior.nc");
    let mut result = result(vec![1.0; 50]);
    result.groups[0].name = "prior".to_owned();
    write_netcdf(&result, &path).unwrap();
    let message = StoredPosterior::read(&path).unwrap_err().to_string();
    assert!(message.contains("found `observed_data`, `prior`, `sample_stats`"), "{message}");
    result.groups[0].name = "posterior".to_owned();
    for variable in &mut result.groups[0].variables {
        variable.dimensions.reverse();
        variable.dimensions.truncate(1);
        variable.values = Values::F64(vec![1.0; 25]);
    }
    write_netcdf(&result, &path).unwrap();
    let message = StoredPosterior::read(&path).unwrap_err().to_string();
    assert!(message.contains("found g_K (draw)") && message.contains("help:"), "{message}");
}

#[test]
fn a_broken_file_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(data("netcdf4.nc")).unwrap();
    let path = folder.path().join("cut.nc");
    for part in 0..40 {
        std::fs::write(&path, &whole[..whole.len() * part / 40]).unwrap();
        assert!(StoredPosterior::read(&path).is_err(), "{part}");
    }
}
