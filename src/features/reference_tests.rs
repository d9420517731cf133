//! Agreement with eFEL 5.7.34: its own values for simulated and measured sweeps.
#![allow(clippy::print_stdout, reason = "a skipped test says so, and a comparison says how large it was")]

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Analyser, FEATURES, Mode, Response, extract_all};
use crate::recording;

/// eFEL adds the same numbers in another order, and its interpolated crossings divide small differences.
const RELATIVE: f64 = 1e-9;

/// The expected values for ABF files are those of voltages rounded to 32 bits: 4e-6 mV at 60 mV, and that many times
/// more in slopes and where a difference of voltages is divided by a small number.
const RELATIVE_OF_32_BITS: f64 = 1e-4;

/// `voltage_base - minimum_voltage` is 2e-12 mV there, all of it rounding: eFEL's ratio to it is 3e11.
const NOTHING_BUT_ROUNDING: [(&str, &str); 1] = [("hh_I+160", "sag_ratio2")];

/// Of all values of eFEL, so many must agree in each group of sweeps; those that do not are listed above.
const SHARE: f64 = 0.995;

/// How many values agreed, and what did not.
struct Comparison {
    relative: f64,
    cases: usize,
    features: usize,
    left_out: usize,
    differences: Vec<String>,
}

impl Comparison {
    fn new(relative: f64) -> Self {
        Self { relative, cases: 0, features: 0, left_out: 0, differences: Vec::new() }
    }

    /// Compares one sweep with what eFEL says of it. `times_ms` and `voltage_mv` have the same length.
    fn sweep(&mut self, name: &str, times_ms: &[f64], voltage_mv: &[f64], case: &Value) {
        let stimulus = |key: &str| case[key].as_f64().expect("every case has its stimulus");
        let stimulus_ms = Some((stimulus("stim_start_ms"), stimulus("stim_end_ms")));
        let mut analyser = Analyser::new(Mode::Efel, -20.0);
        let mut analysis = analyser.analyse_timed(|index| times_ms[index], voltage_mv, stimulus_ms);
        analysis.stimulus_current_na = case["stim_amp_pA"].as_f64().map(|current| current / 1000.0);
        let expected = case["features"].as_object().expect("every case has its features");
        self.cases += 1;
        for (feature, found) in extract_all(&analysis) {
            let Some(values) = expected.get(feature.name) else { continue };
            self.features += 1;
            if NOTHING_BUT_ROUNDING.contains(&(name, feature.name)) {
                self.left_out += 1;
                continue;
            }
            let values: Option<Vec<f64>> =
                values.as_array().map(|list| list.iter().filter_map(Value::as_f64).collect());
            if !agree(found.as_deref(), values.as_deref(), self.relative) {
                self.differences.push(format!("{name} {}: {found:?}, eFEL {values:?}", feature.name));
            }
        }
    }

    /// The smooth definitions find the same spikes, at most one sample away from where eFEL puts them.
    fn precise(&mut self, name: &str, interval_ms: f64, voltage_mv: &[f64], case: &Value) {
        let mut analyser = Analyser::new(Mode::Precise, -20.0);
        let analysis = analyser.analyse(&Response { interval_ms, voltage_mv, ..Response::default() });
        let found: Vec<f64> = analysis.spikes.iter().map(|spike| spike.peak.time_ms).collect();
        let expected = case["features"]["peak_time"].as_array();
        let expected: Vec<f64> = expected.into_iter().flatten().filter_map(Value::as_f64).collect();
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= interval_ms.max(0.1);
        if found.len() != expected.len() || !found.iter().zip(&expected).all(near) {
            self.differences.push(format!("{name} peaks at {found:?}, eFEL {expected:?}"));
        }
    }

    fn finish(self, cases: usize) {
        println!(
            "{} of {} values of {} sweeps agree",
            self.features - self.differences.len() - self.left_out,
            self.features,
            self.cases
        );
        assert_eq!(self.cases, cases, "sweeps compared");
        // The rounding of a recording can decide which of two equal samples is the first lowest.
        let differences = self.differences.join("\n");
        assert!(self.differences.is_empty() || self.relative > RELATIVE, "{differences}");
        let share = 1.0 - (self.differences.len() + self.left_out) as f64 / self.features as f64;
        assert!(share >= SHARE, "{share} agree\n{differences}");
    }
}

fn agree(found: Option<&[f64]>, expected: Option<&[f64]>, relative: f64) -> bool {
    // eFEL writes both an empty list and no value for nothing.
    let (found, expected) = (found.unwrap_or(&[]), expected.unwrap_or(&[]));
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= relative * b.abs().max(1.0);
    found.len() == expected.len() && found.iter().zip(expected).all(close)
}

/// The folder of reference data, or `None` after saying that the test is skipped.
fn reference(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("HHBAYES_REFERENCE") else {
        println!("skipped: HHBAYES_REFERENCE is not set");
        return None;
    };
    Some(Path::new(&root).join(folder))
}

fn cases(path: &Path) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let shared = [document["stim_start_ms"].take(), document["stim_end_ms"].take()];
    let cases = document["cases"].as_object_mut().unwrap();
    for case in cases.values_mut() {
        for (key, value) in ["stim_start_ms", "stim_end_ms"].into_iter().zip(&shared) {
            if case[key].is_null() {
                case[key] = value.clone();
            }
        }
    }
    cases.iter().map(|(name, case)| (name.clone(), case.clone())).collect()
}

/// The numbers of a text table without its headings; shape `[rows, columns]`.
fn table(path: &Path) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap();
    let numbers = |line: &str| {
        let words = line.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        words.map(|word| word.parse().ok()).collect::<Option<Vec<f64>>>()
    };
    text.lines().filter_map(numbers).filter(|row| !row.is_empty()).collect()
}

fn column(table: &[Vec<f64>], column: usize) -> Vec<f64> {
    table.iter().map(|row| row[column]).collect()
}

fn uniform_ms(count: usize, interval_ms: f64) -> Vec<f64> {
    (0..count).map(|index| index as f64 * interval_ms).collect()
}

/// The samples of an Igor binary wave of version 5, big endian, 32-bit floats: 64 bytes of file header,
/// 320 of wave header, then the data. <https://www.wavemetrics.com/technical-note/tn003>
fn igor_wave(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes[..2], [0, 5], "version 5, big endian");
    let count = u32::from_be_bytes(bytes[76..80].try_into().unwrap()) as usize;
    let samples = bytes[384..384 + 4 * count].chunks_exact(4);
    samples.map(|four| f64::from(f32::from_be_bytes(four.try_into().unwrap()))).collect()
}

#[test]
fn simulated_squid_axons_have_the_features_of_efel() {
    let Some(folder) = reference("simulated") else { return };
    let mut comparison = Comparison::new(RELATIVE);
    for (name, case) in cases(&folder.join("expected.json")) {
        let table = table(&folder.join(case["file"].as_str().unwrap()));
        comparison.sweep(&name, &column(&table, 0), &column(&table, 1), &case);
    }
    comparison.finish(9);
}

#[test]
fn cortical_cells_have_the_features_of_efel() {
    let Some(folder) = reference("recordings/allen") else { return };
    let mut comparison = Comparison::new(RELATIVE);
    for (name, case) in cases(&folder.join("expected_features.json")) {
        let voltage_mv = column(&table(&folder.join(case["file"].as_str().unwrap())), 0);
        let times_ms = uniform_ms(voltage_mv.len(), case["dt_ms"].as_f64().unwrap());
        comparison.sweep(&name, &times_ms, &voltage_mv, &case);
        comparison.precise(&name, times_ms[1], &voltage_mv, &case);
    }
    comparison.finish(6);
}

#[test]
fn the_test_traces_of_efel_have_its_features() {
    let Some(folder) = reference("recordings/efel") else { return };
    let mut comparison = Comparison::new(RELATIVE);
    for (name, case) in cases(&folder.join("expected_features_5.7.34.json")) {
        let table = table(&folder.join(case["file"].as_str().unwrap()));
        if case["time_column"].as_bool().unwrap() {
            comparison.sweep(&name, &column(&table, 0), &column(&table, 1), &case);
        } else {
            let times_ms = uniform_ms(table.len(), 0.1);
            comparison.sweep(&name, &times_ms, &column(&table, 0), &case);
        }
    }
    comparison.finish(11);
}

#[test]
fn mouse_neurons_have_the_features_of_efel() {
    let mut comparison = Comparison::new(RELATIVE);
    for cell in ["recordings/ibw_B6", "recordings/ibw_B8"] {
        let Some(folder) = reference(cell) else { return };
        for (name, case) in cases(&folder.join("expected_features.json")) {
            let voltage_mv = igor_wave(&folder.join(case["voltage_file"].as_str().unwrap()));
            comparison.sweep(&name, &uniform_ms(voltage_mv.len(), 0.25), &voltage_mv, &case);
            comparison.precise(&name, 0.25, &voltage_mv, &case);
        }
    }
    comparison.finish(10);
}

#[test]
fn recordings_of_several_laboratories_have_the_features_of_efel() {
    let Some(folder) = reference("recordings/abf") else { return };
    let mut comparison = Comparison::new(RELATIVE_OF_32_BITS);
    for (name, case) in cases(&folder.join("expected_features.json")) {
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let recording = recording::read(&folder.join(case["file"].as_str().unwrap())).unwrap();
        let (first, end) = (number(&case["crop_samples"][0]), number(&case["crop_samples"][1]));
        let voltage_mv = &recording.sweeps[number(&case["sweep"])].voltage_mv[first..end];
        let interval_ms = case["dt_ms"].as_f64().unwrap();
        comparison.sweep(&name, &uniform_ms(voltage_mv.len(), interval_ms), voltage_mv, &case);
        comparison.precise(&name, interval_ms, voltage_mv, &case);
    }
    comparison.finish(25);
}

#[test]
fn a_squid_axon_has_the_features_of_efel() {
    let Some(folder) = reference("recordings/squid_sgamp") else { return };
    let table = table(&folder.join("a1t18_992_1030ms_thinned.csv"));
    let start_ms = 992.0;
    let times_ms: Vec<f64> = column(&table, 0).iter().map(|time| time - start_ms).collect();
    let mut comparison = Comparison::new(RELATIVE);
    for (name, case) in cases(&folder.join("expected_features.json")) {
        comparison.sweep(&name, &times_ms, &column(&table, 1), &case);
    }
    comparison.finish(2);
}

#[test]
fn the_catalogue_is_in_alphabetical_order() {
    assert!(FEATURES.is_sorted_by(|a, b| a.name < b.name));
}
