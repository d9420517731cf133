//! Every feature that eFEL has, with the values of eFEL 5.7.34 for sweeps of this repository.
//! `benches/peers/features.py --write` makes the table of values.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use hhbayes::features::{Analyser, FEATURES, Mode, Response, Settings, extract_all};
use hhbayes::recording;
use serde_json::Value;

/// Features of this program alone.
const NOT_IN_EFEL: [&str; 7] = [
    "kurtosis_voltage_stim",
    "mean_voltage_stim",
    "phase_plane_area",
    "sd_voltage_base",
    "skewness_voltage_stim",
    "spike_rate",
    "variance_voltage_stim",
];

/// eFEL adds the same numbers in another order, and fits with other algorithms.
const RELATIVE: f64 = 1e-9;

fn agree(found: &[f64], expected: &[f64]) -> bool {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= RELATIVE * b.abs().max(1.0);
    found.len() == expected.len() && found.iter().zip(expected).all(close)
}

#[test]
fn every_feature_of_efel_has_the_value_of_efel() {
    let mut seen = check("efel_features.json");
    seen.extend(NOT_IN_EFEL);
    let unseen = FEATURES.iter().map(|feature| feature.name).filter(|name| !seen.contains(name));
    assert_eq!(unseen.collect::<Vec<_>>(), [""; 0], "features without a value of eFEL");
}

#[test]
fn settings_of_efel_move_the_features_as_in_efel() {
    let seen = check("efel_settings.json");
    assert!(seen.len() > 60, "{seen:?}");
}

/// Compares a table of eFEL's values; returns the features that had one.
fn check(table: &str) -> Vec<&'static str> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(repository.join("tests/data").join(table)).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut seen = Vec::new();
    for case in document["sweeps"].as_array().unwrap() {
        let mut settings = Settings::default();
        for setting in case["settings"].as_array().into_iter().flatten() {
            settings.assign(setting.as_str().unwrap()).unwrap();
        }
        let mut analyser = Analyser::with_settings(Mode::Efel, settings);
        let file = case["file"].as_str().unwrap();
        let sweep = recording::read(&repository.join(file)).unwrap().sweeps.swap_remove(0);
        let number = |key: &str| case[key].as_f64().unwrap();
        let response = Response {
            interval_ms: sweep.interval_ms,
            voltage_mv: &sweep.voltage_mv,
            stimulus_ms: Some((number("start_ms"), number("stop_ms"))),
            stimulus_current_na: Some(number("current_na")),
        };
        for (feature, found) in extract_all(&analyser.analyse(&response)) {
            let Some(expected) = case["features"].get(feature.name) else { continue };
            let expected = expected.as_array().map_or(Vec::new(), Clone::clone);
            let expected: Vec<f64> = expected.iter().filter_map(Value::as_f64).collect();
            let found = found.unwrap_or_default();
            let settings = &case["settings"];
            let name = feature.name;
            assert!(agree(&found, &expected), "{file} {settings} {name}: {found:?}, eFEL {expected:?}");
            if !found.is_empty() && !seen.contains(&feature.name) {
                seen.push(feature.name);
            }
        }
    }
    seen
}
