//! The files of a result, read back by other code than wrote them.
//!
//! The tests leave `chains.nc`, `chains.json`, `particles.nc` and `particles.json` in `target/tmp`, where
//! `tests/arviz/check.py` lets ArviZ read them.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hdf5_reader::Hdf5File;
use hhbayes::diagnostics::{judge_chains, judge_particles, summarise_chains, summarise_particles};
use hhbayes::draws::{Chains, Generation, Particles};
use hhbayes::numeric::{Rows, Streams, standard_normal};
use hhbayes::posterior::{
    Attribute, Group, Posterior, RunSummary, StoreError, Values, Variable, render_table, summary_json,
    write_chains_csv, write_json, write_netcdf, write_particles_csv,
};
use hhbayes::units::Unit;
use ndarray::{Array2, Array3, Axis};
use serde_json::Value;

const PARAMETERS: [(&str, Unit); 2] = [("g_Na", Unit::MillisiemensPerCm2), ("E_leak", Unit::Millivolt)];
const NAMES: [&str; 2] = ["g_Na", "E_leak"];

fn output(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn text(text: &str) -> Attribute {
    Attribute::Text(text.to_owned())
}

/// Autocorrelated draws around 50 mS/cm² and −65 mV.
fn draws(chains: usize, draws: usize) -> Array3<f64> {
    let mut generator = Streams::new(3).generator(0, 0);
    let mut points = Array3::from_shape_simple_fn((chains, draws, 2), || standard_normal(&mut generator));
    for mut chain in points.axis_iter_mut(Axis(0)) {
        for draw in 1..draws {
            for parameter in 0..2 {
                chain[[draw, parameter]] += 0.6 * chain[[draw - 1, parameter]];
            }
        }
    }
    points.mapv_inplace(f64::exp);
    points.index_axis_mut(Axis(2), 0).mapv_inplace(|value| 50.0 + value);
    points.index_axis_mut(Axis(2), 1).mapv_inplace(|value| -65.0 - value);
    points
}

/// The groups of a run with features and a trace.
fn posterior(points: &Array3<f64>, sample_stats: Vec<Variable>) -> Posterior {
    let (chains, draws, _) = points.dim();
    let axes = || vec![Variable::counted("chain", chains), Variable::counted("draw", draws)];
    let parameter = |place: usize| {
        let values = points.index_axis(Axis(2), place).iter().copied().collect();
        let (name, unit) = PARAMETERS[place];
        Variable::new(name, &["chain", "draw"], Values::F64(values)).with("units", text(unit.symbol()))
    };
    let features = || {
        let labels = ["spike_count", "first_spike_latency"].map(str::to_owned).to_vec();
        Variable::coordinate("feature", Values::Text(labels))
    };
    let predicted = (0..chains * draws * 2).map(|i| if i % 7 == 3 { f64::NAN } else { i as f64 / 8.0 });
    let times = Variable::coordinate("time", Values::F64(vec![0.0, 0.1, 0.2])).with("units", text("ms"));
    let voltage =
        Variable::new("voltage", &["time"], Values::F32(vec![-65.0, -64.5, 30.25])).with("units", text("mV"));
    let group = |name: &str, coordinates, variables| Group {
        name: name.to_owned(),
        coordinates,
        variables,
        attributes: vec![("inference_library".to_owned(), text("hhbayes"))],
    };
    let predictive_axes = [axes(), vec![features()]].concat();
    let predicted = Values::F64(predicted.collect());
    let predicted = Variable::new("features", &["chain", "draw", "feature"], predicted);
    let observed = Variable::new("features", &["feature"], Values::F64(vec![7.0, 12.5]));
    let constant = Variable::new("time_step", &[], Values::F64(vec![0.025])).with("units", text("ms"));
    Posterior {
        groups: vec![
            group("posterior", axes(), vec![parameter(0), parameter(1)]),
            group("sample_stats", axes(), sample_stats),
            group("posterior_predictive", predictive_axes, vec![predicted]),
            group("observed_data", vec![features(), times], vec![observed, voltage]),
            group("constant_data", vec![], vec![constant]),
        ],
        attributes: vec![
            ("seed".to_owned(), Attribute::Integer(1 << 60)),
            ("seconds".to_owned(), Attribute::Number(0.1)),
            ("settings".to_owned(), text("capacitance = \"1 µF/cm²\"\n")),
        ],
    }
}

fn chain_posterior(points: &Array3<f64>) -> Posterior {
    let count = points.len() / 2;
    let stats = vec![
        Variable::new("accepted", &["chain", "draw"], Values::Bool((0..count).map(|i| i % 3 == 0).collect())),
        Variable::new("lp", &["chain", "draw"], Values::F64((0..count).map(|i| -0.5 * i as f64).collect())),
        Variable::new("step", &["chain", "draw"], Values::I64((-(1_i64 << 40)..).take(count).collect())),
    ];
    posterior(points, stats)
}

#[test]
fn a_netcdf_file_reads_back() {
    let points = draws(4, 250);
    let path = output("read_back.nc");
    write_netcdf(&chain_posterior(&points), &path).unwrap();
    let file = Hdf5File::open(&path).unwrap();
    for (place, name) in NAMES.iter().enumerate() {
        let dataset = file.dataset(&format!("/posterior/{name}")).unwrap();
        let values = dataset.read_array::<f64>().unwrap();
        assert_eq!(values, points.index_axis(Axis(2), place).into_dyn());
        assert_eq!(
            dataset.attribute("units").unwrap().read_strings().unwrap(),
            [PARAMETERS[place].1.symbol()]
        );
        assert!(dataset.attribute("DIMENSION_LIST").is_ok(), "xarray needs named axes");
    }
    let accepted = file.dataset("/sample_stats/accepted").unwrap();
    assert_eq!(accepted.read_array::<i8>().unwrap().iter().map(|&yes| i32::from(yes)).sum::<i32>(), 334);
    assert_eq!(accepted.attribute("dtype").unwrap().read_string().unwrap(), "bool");
    let step = file.dataset("/sample_stats/step").unwrap().read_array::<i64>().unwrap();
    assert_eq!(step[[0, 1]], 1 - (1 << 40));
    let features = file.dataset("/posterior_predictive/feature").unwrap();
    assert_eq!(features.read_strings().unwrap(), ["spike_count", "first_spike_latency"]);
    let predicted = file.dataset("/posterior_predictive/features").unwrap().read_array::<f64>().unwrap();
    assert_eq!(predicted.shape(), [4, 250, 2]);
    assert!(predicted[[0, 1, 1]].is_nan() && (predicted[[0, 1, 0]] - 0.25).abs() < f64::EPSILON);
    let voltage = file.dataset("/observed_data/voltage").unwrap().read_array::<f32>().unwrap();
    assert_eq!(voltage.into_raw_vec_and_offset().0, [-65.0, -64.5, 30.25]);
    let root = file.root_group().unwrap();
    assert_eq!(root.attribute("seed").unwrap().read_1d::<i64>().unwrap(), [1 << 60]);
    assert_eq!(root.attribute("settings").unwrap().read_strings().unwrap(), ["capacitance = \"1 µF/cm²\"\n"]);
    // Same draws, same bytes.
    let again = output("read_back_again.nc");
    write_netcdf(&chain_posterior(&points), &again).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), std::fs::read(again).unwrap());
}

#[test]
fn chains_and_their_summary_are_left_for_arviz() {
    let points = draws(4, 1000);
    write_netcdf(&chain_posterior(&points), &output("chains.nc")).unwrap();
    let parameters = summarise_chains(points.view(), &PARAMETERS);
    let chains = Chains {
        log_prior: Array2::zeros((4, 1000)),
        log_likelihood: Array2::zeros((4, 1000)),
        accepted: Array2::from_elem((4, 1000), true),
        warmup: 0,
        points,
    };
    let verdict = judge_chains(&chains, &parameters, false);
    let json = summary_json(&RunSummary {
        parameters: &parameters,
        sampler: "adaptive_metropolis",
        simulations: 5000,
        failed_simulations: &BTreeMap::from([("voltage not finite", 3)]),
        seconds: 2.5,
        verdict: &verdict,
    });
    let path = output("chains.json");
    write_json(&path, &json).unwrap();
    let read: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(read["verdict"], "converged");
    assert_eq!(read["simulations_per_second"], 2000.0);
    assert_eq!(read["failed_simulations"]["voltage not finite"], 3);
    let parameter = &read["parameters"]["E_leak"];
    assert_eq!(parameter["unit"], "mV");
    // The reader of serde_json may miss the last bit of a number.
    let ess_bulk = parameter["ess_bulk"].as_f64().unwrap() / parameters[1].ess_bulk.unwrap();
    assert!((ess_bulk - 1.0).abs() < 1e-15);
    assert!(parameter.get("ess").is_none());
}

#[test]
fn particles_and_their_summary_are_left_for_arviz() {
    let points = draws(1, 900);
    let weights: Vec<f64> = (0..900_u32).map(|i| f64::from(1 + i % 5) / 2700.0).collect();
    let weight = Variable::new("weight", &["chain", "draw"], Values::F64(weights.clone()));
    write_netcdf(&posterior(&points, vec![weight]), &output("particles.nc")).unwrap();
    let parameters = summarise_particles(points.index_axis(Axis(0), 0), &weights, &PARAMETERS);
    let generation = Generation {
        epsilon: 2.0,
        temperature: None,
        simulations: 1,
        acceptance: 0.1,
        effective_sample_size: 1.0,
    };
    let particles = Particles {
        points: Rows::zeros(900, 2),
        weights,
        distances: vec![1.0; 900],
        terms: Vec::new(),
        generations: vec![generation],
        unadjusted: None,
    };
    let verdict = judge_particles(&particles, Some(1.0), false);
    let json = summary_json(&RunSummary {
        parameters: &parameters,
        sampler: "abc_smc",
        simulations: 90_000,
        failed_simulations: &BTreeMap::new(),
        seconds: 0.0,
        verdict: &verdict,
    });
    write_json(&output("particles.json"), &json).unwrap();
    assert!(json["simulations_per_second"].is_null());
    assert!(json["parameters"]["g_Na"]["ess"].is_f64());
    assert!(json["parameters"]["g_Na"].get("r_hat").is_none());
    assert!(json["verdict"].as_str().unwrap().contains("epsilon reached 2.0000, not its goal 1.0000"));
}

#[test]
fn draws_of_chains_read_back_from_csv() {
    let points = draws(2, 30);
    let log_prior = Array2::from_shape_fn((2, 30), |(chain, draw)| -0.1 * (chain + draw) as f64);
    let mut log_likelihood = log_prior.mapv(|value| 1e-20 * value);
    log_likelihood[[1, 3]] = f64::NEG_INFINITY;
    let path = output("draws.csv");
    write_chains_csv(&path, &NAMES, points.view(), log_prior.view(), log_likelihood.view()).unwrap();
    let mut reader = csv::Reader::from_path(&path).unwrap();
    assert_eq!(
        reader.headers().unwrap(),
        &csv::StringRecord::from(vec!["chain", "draw", "g_Na", "E_leak", "log_prior", "log_likelihood"])
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 60);
    for (row, (chain, draw)) in
        rows.iter().zip((0..2).flat_map(|chain| (0..30).map(move |draw| (chain, draw))))
    {
        assert_eq!((row[0].parse(), row[1].parse()), (Ok(chain), Ok(draw)));
        let numbers = [points[[chain, draw, 0]], points[[chain, draw, 1]], log_prior[[chain, draw]]];
        for (text, number) in
            row.iter().skip(2).zip(numbers.into_iter().chain([log_likelihood[[chain, draw]]]))
        {
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
    let short = log_prior.slice_axis(Axis(1), (..29).into());
    let error = write_chains_csv(&path, &NAMES, points.view(), short, log_likelihood.view()).unwrap_err();
    assert!(matches!(error, StoreError::WrongColumn { found: 29, expected: 30, .. }), "{error}");
}

#[test]
fn particles_stand_in_csv_with_weight_and_distance() {
    let path = output("particles.csv");
    let points = Array2::from_shape_fn((2, 2), |(row, column)| row as f64 - 0.5 * column as f64);
    write_particles_csv(&path, &NAMES, points.view(), &[0.75, 0.25], &[("distance", &[0.1, 1e-7])]).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, "particle,weight,distance,g_Na,E_leak\n0,0.75,0.1,0.0,-0.5\n1,0.25,1e-7,1.0,0.5\n");
}

#[test]
fn a_variable_that_does_not_fit_its_group_is_named() {
    let group = |variable| Group {
        name: "posterior".to_owned(),
        coordinates: vec![Variable::counted("chain", 2)],
        variables: vec![variable],
        attributes: vec![],
    };
    let write = |variable| {
        let posterior = Posterior { groups: vec![group(variable)], attributes: vec![] };
        write_netcdf(&posterior, &output("never.nc")).unwrap_err()
    };
    let long = write(Variable::new("g_K", &["chain"], Values::F64(vec![1.0; 3])));
    assert_eq!(
        long.to_string(),
        "`posterior/g_K` has 3 values, expected 2 for its dimensions; give one for each place"
    );
    let unknown = write(Variable::new("g_K", &["draw"], Values::F64(vec![1.0; 3])));
    assert!(matches!(unknown, StoreError::UnknownDimension { .. }), "{unknown}");
    let slash = write(Variable::new("g/K/", &["chain"], Values::Text(vec!["a\0".to_owned(); 2])));
    assert!(matches!(slash, StoreError::NotNetcdf { .. }), "{slash}");
    assert!(!output("never.nc").exists());
}

#[test]
fn the_table_is_aligned_and_fits_a_terminal() {
    let mut points = draws(4, 100);
    let names = ["g_Na", "a_very_long_name_of_a_parameter"];
    let parameters = [(names[0], Unit::MillisiemensPerCm2), (names[1], Unit::MillisiemensPerCm2)];
    points.index_axis_mut(Axis(2), 1).mapv_inplace(|value| 1e-9 * value);
    let summaries = summarise_chains(points.view(), &parameters);
    let chains = Chains {
        log_prior: Array2::zeros((4, 100)),
        log_likelihood: Array2::zeros((4, 100)),
        accepted: Array2::from_elem((4, 100), false),
        warmup: 0,
        points,
    };
    let table = render_table(&summaries, &judge_chains(&chains, &summaries, true));
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{table}");
    let header = ["parameter", "unit", "mean", "sd", "95", "%", "HDI", "ESS", "R-hat"];
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), header);
    let end = |line: &str, cell: &str| line.find(cell).unwrap() + cell.len();
    let mean = format!("{:.1}", summaries[0].mean);
    assert_eq!(end(lines[0], "mean"), end(lines[1], &format!(" {mean} ")) - 1, "{table}");
    assert!(lines[2].starts_with("a_very_long_name_of_a..."), "{table}");
    assert_eq!(lines[4], "not converged:");
    assert_eq!(lines[5], "- the run was stopped early, let it run to its end");
}
