//! Axons with few channels against an exact simulation of every channel (`tests/markov/expected_channels.py`), and the
//! same random numbers wherever they are drawn.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;

use hhbayes::numeric::{Natural, Rows, Streams};
use hhbayes::problem::Setup;
use hhbayes::settings::Settings;
use serde_json::Value;

/// A squid axon in a membrane of some µm², with a step of current up to the end.
fn setup(scenario: &Value, single_ps: f64) -> Setup {
    let model = format!(
        "kind = \"hodgkin_huxley\"\n[model.channel_noise]\ng_Na = \"{single_ps} pS\"\ng_K = \"{single_ps} pS\""
    );
    setup_of(scenario, &model)
}

/// The same with another membrane.
fn setup_of(scenario: &Value, model: &str) -> Setup {
    let number = |key: &str| scenario[key].as_f64().unwrap();
    let (area, current) = (number("area_um2"), number("current_ua_cm2"));
    let (start, stop) = (number("start_ms"), number("duration_ms"));
    let text = format!(
        r#"
        [[sweeps]]
        name = "axon"
        duration = "{stop} ms"
        interval = "0.1 ms"
        stimulus = {{ amplitude = "{current} uA/cm^2", start = "{start} ms", stop = "{stop} ms" }}
        [model]
        area = "{area} um^2"
        {model}
        "#
    );
    let settings = Settings::from_text(Path::new("axon.toml"), text);
    Setup::from_settings(&settings.root(), Path::new(".")).unwrap()
}

fn axons(setup: &Setup, count: usize, streams: Streams) -> Vec<Vec<f64>> {
    let sets = Rows::<Natural>::from_values(vec![0.0; count], 1);
    let traces = setup.simulation.traces(&setup.experiment.sweeps, 0, &sets, streams);
    traces.into_iter().map(Result::unwrap).collect()
}

/// Samples at which the voltage has crossed 0 mV.
fn spikes(trace: &[f64]) -> Vec<usize> {
    (1..trace.len()).filter(|&i| trace[i - 1] < 0.0 && trace[i] >= 0.0).collect()
}

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string("tests/data/channel_noise.json").unwrap()).unwrap()
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

const OWN: usize = 8000;

/// By how many standard errors each statistic differs from the exact simulation.
fn distances(scenario: &Value, single_ps: f64) -> Vec<(String, f64)> {
    let numbers = |key: &str| -> Vec<f64> {
        scenario[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let traces = axons(&setup(scenario, single_ps), OWN, Streams::new(1));
    let spikes: Vec<Vec<usize>> = traces.iter().map(|trace| spikes(trace)).collect();
    let own: Vec<f64> = spikes.iter().map(|spikes| spikes.len() as f64).collect();
    let counts = numbers("spike_counts");
    let theirs: Vec<f64> =
        counts.iter().enumerate().flat_map(|(count, cells)| vec![count as f64; *cells as usize]).collect();
    let per_cell = 1.0 / own.len() as f64 + 1.0 / theirs.len() as f64;
    let ((mean, sd), (their_mean, their_sd)) = (mean_and_sd(&own), mean_and_sd(&theirs));
    let mut distances = vec![
        ("mean count".to_owned(), (mean - their_mean) / (their_sd * per_cell.sqrt())),
        // The logarithm of a standard deviation of n numbers, which are nearly normal here, has the error 1/√(2n).
        ("sd of counts".to_owned(), (sd / their_sd).ln() / (0.5 * per_cell).sqrt()),
    ];
    // What part of the cells is below a quartile of theirs.
    let mut below = |name: &str, quartiles: Vec<f64>, values: Vec<f64>, their_number: f64| {
        let n = values.len() as f64;
        for (quartile, part) in quartiles.into_iter().zip([0.25, 0.5, 0.75]) {
            let found = values.iter().filter(|value| **value < quartile).count() as f64
                + 0.5 * values.iter().filter(|value| (**value - quartile).abs() < 1e-6).count() as f64;
            let error = (part * (1.0 - part) * (1.0 / n + 1.0 / their_number)).sqrt();
            distances.push((format!("{name}, quartile {part}"), (found / n - part) / error));
        }
    };
    let start_ms = scenario["start_ms"].as_f64().unwrap();
    let latencies = spikes.iter().filter_map(|spikes| Some(0.1 * *spikes.first()? as f64 - start_ms));
    let latencies_known = scenario["latencies_ms"]["count"].as_f64().unwrap();
    // Latencies are multiples of 0.1 ms, and so are theirs; a quartile falls between two.
    below("latency", numbers("latency_quartiles_ms"), latencies.collect(), latencies_known);
    let early = traces.iter().map(|trace| trace[100]).collect();
    below("voltage after 10 ms", numbers("voltage_quartiles_mv"), early, theirs.len() as f64);
    distances
}

fn scenarios() -> Vec<Value> {
    expected()["scenarios"].as_array().unwrap().clone()
}

#[test]
fn axons_with_few_channels_fire_like_the_exact_ones() {
    for scenario in scenarios() {
        for (name, distance) in distances(&scenario, 20.0) {
            assert!(distance.abs() < 6.0, "{}: {name} is {distance} standard errors off", scenario["name"]);
        }
    }
}

#[test]
fn channels_of_another_size_are_noticed() {
    for scenario in scenarios() {
        let distances = distances(&scenario, 30.0);
        assert!(distances.iter().any(|(_, distance)| distance.abs() > 6.0), "{distances:?}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_noise() {
    let scenario = &scenarios()[0];
    let on = |threads: usize, count: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| axons(&setup(scenario, 20.0), count, Streams::new(seed)))
    };
    let reference = on(1, 70, 3);
    for (threads, count) in [(2, 70), (3, 70), (2, 9)] {
        let again = on(threads, count, 3);
        assert_eq!(again, reference[..count], "{threads} threads, {count} cells");
    }
    assert_ne!(on(1, 2, 4), reference[..2]);
}

const WRITTEN: &str = r#"
kind = "channels"
dt = "0.025 ms"
[model.channels.Na]
kind = "sodium_squid"
[model.channels.K]
kind = "potassium_squid"
[model.channels.leak]
conductance = "0.3 mS/cm^2"
reversal = "-54.387 mV"
[model.channel_noise]
"#;

/// Its gates are right to 1e-9 mV without noise; a spike makes differences larger by some hundred times.
#[test]
fn an_axon_that_is_written_in_the_settings_has_the_same_noise() {
    let scenario = &scenarios()[1];
    let noise = "g_Na = \"20 pS\"\ng_K = \"20 pS\"\n";
    let built_in = axons(&setup(scenario, 20.0), 16, Streams::new(5));
    let written = axons(&setup_of(scenario, &format!("{WRITTEN}{noise}")), 16, Streams::new(5));
    for (a, b) in built_in.iter().zip(&written) {
        let farthest = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(farthest < 1e-6, "{farthest}");
    }
}

/// Noise of one kind of channels does not depend on whether others are noisy: what differs comes from them alone.
#[test]
fn the_noise_of_sodium_is_its_own() {
    let scenario = &scenarios()[0];
    let noisy = |lines: &str| {
        let model = format!("kind = \"hodgkin_huxley\"\n[model.channel_noise]\n{lines}");
        axons(&setup_of(scenario, &model), 2, Streams::new(6))
    };
    let alone = noisy("g_Na = \"20 pS\"");
    // Potassium channels as small as there are: 20 000 times as many of them.
    let beside = noisy("g_K = \"0.001 pS\"\ng_Na = \"20 pS\"");
    for (alone, beside) in alone.iter().zip(&beside) {
        // Until the first spike some mV of noise of all potassium channels is smaller by the root of 20 000.
        let farthest = (0..50).map(|i| (alone[i] - beside[i]).abs()).fold(0.0, f64::max);
        assert!(farthest > 0.0 && farthest < 0.05, "{farthest}");
    }
}
