//! The notebook: numbers as they are commonly printed, and as they are. It is run once for all tests.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

use crate::folder::{CELL, Folder, repository};
use crate::notebook_page;

/// What a run has left, and shown.
struct Run {
    output: PathBuf,
    text: String,
    json: Value,
}

/// The notebook with its own settings, and with the cell of a quick run.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    let output = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("notebook");
    let _ = std::fs::remove_dir_all(&output);
    let folder = Folder::new(CELL);
    let result = folder.path("axon");
    let result = result.to_str().unwrap();
    // The settings of a result name its recording from here.
    let here = |arguments: &[&str]| {
        let output = folder.command(arguments).current_dir(repository("")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    here(&["run", "configs/quickstart.toml", "--quick", "--quiet", "--no-report", "--output", result]);
    let text = here(&["notebook", "--result", result, "--output", output.to_str().unwrap()]);
    let json = serde_json::from_slice(&std::fs::read(output.join("notebook.json")).unwrap()).unwrap();
    Run { output, text, json }
});

fn read(name: &str) -> Vec<u8> {
    std::fs::read(RUN.output.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_notebook_has_both_numbers() {
    let (text, found) = (&RUN.text, &RUN.json);
    for expected in ["104.32", "-0.01", "115.0", "138.76", "action potential"] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    let printed = &found["notebook"];
    assert_eq!(format!("{:.2}", number(&printed["peak_mv"])), "104.32");
    assert_eq!(format!("{:.2}", number(&printed["first_sample_mv"])), "-0.01");
    assert_eq!(format!("{:.1}", number(&printed["range_mv"])), "115.0");
    assert_eq!(format!("{:.2}", number(&printed["spike_duration_ms"])), "138.76");
    assert_eq!(printed["spike_count"], 5);
    let corrected = &found["corrected"];
    assert_eq!(corrected["spike_count"], 1);
    assert!((0.5..3.0).contains(&number(&corrected["spike_duration_ms"])), "{corrected}");
    assert!(number(&corrected["first_sample_mv"]).abs() < 0.05, "{corrected}");
    for key in ["peak_mv", "first_sample_mv", "range_mv", "spike_duration_ms", "spike_count"] {
        assert!(corrected["reasons"][key].is_string(), "{key}: {corrected}");
    }
    quantities_hold(&found["quantities"]);
    learning_holds(&found["learning"]);
    // By a scheme of second order, without the artefact: the same up to half a millivolt.
    assert_eq!(found["from_rest"]["spike_count"], 1);
    assert!((number(&found["from_rest"]["peak_mv"]) - number(&corrected["peak_mv"])).abs() < 0.5);
    // With the h that the first run leaves; and with a rest that pyHH does not read.
    assert_eq!(found["second_run"]["spike_count"], 4);
    let peak_mv = number(&found["if_v_rest_were_read"]["peak_mv"]);
    assert!((peak_mv - number(&printed["peak_mv"])).abs() > 0.5, "{peak_mv}");
    assert!(found["insights"].as_array().unwrap().len() >= 5, "{}", found["insights"]);
    let page = String::from_utf8(read("notebook.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("138.76") && !page.contains("src="), "{}", page.len());
    assert!(read("neurons.png").starts_with(b"\x89PNG"));
    assert!(String::from_utf8(read("neurons.svg")).unwrap().contains("<svg"));
    assert_eq!(read("notebook.txt"), &text.as_bytes()[..text.find("\nthe page").unwrap()]);
}

/// Sodium by an independent solver, at 18.5 °C the factor of four that is often quoted; the closed form of a rectifier.
fn quantities_hold(found: &Value) {
    let value = |name: &str| number(&found[name]["value"]);
    for (name, expected, tolerance) in [
        ("sodium_charge_at_6.3_celsius", 1393.82, 1.0),
        ("sodium_charge_at_18.5_celsius", 377.31, 0.5),
        ("atp_per_cm2_at_6.3_celsius", 2.900e12, 2e9),
        ("excess_at_6.3_celsius", 13.211, 0.02),
        ("excess_at_18.5_celsius", 3.960, 0.01),
        ("sparseness_relu", 0.6861, 1e-4),
        ("silent_relu", 0.5, 1e-12),
    ] {
        assert!((value(name) - expected).abs() <= tolerance, "{name}: {} {expected}", value(name));
    }
    assert!(value("reliability_fluctuating") > value("reliability_constant") + 0.4, "{found}");
    assert!((value("reliability_constant") - value("chance_constant")).abs() < 0.1, "{found}");
    assert!((0.1..1.0).contains(&value("jitter_fluctuating")), "{found}");
    assert!(found["jitter_constant"]["value"].is_null(), "{found}");
    assert!((0.01..0.1).contains(&value("time_spiking")), "{found}");
    for own in found.as_object().unwrap().values() {
        assert!(own["source"].as_str().unwrap().starts_with("https://doi.org/"), "{own}");
        assert!(own["assumption"].as_str().unwrap().len() > 20 && own["unit"].is_string(), "{own}");
    }
}

/// What made the data explains them best: within and beyond what was fitted.
fn learning_holds(found: &Value) {
    let worlds = found["worlds"].as_array().unwrap();
    let parameters: Vec<u64> = worlds.iter().map(|own| own["parameters"].as_u64().unwrap()).collect();
    assert_eq!(parameters, [3, 10, 100, 25, 250]);
    let (axon, networks) = worlds.split_first().unwrap();
    assert!(number(&axon["inside"]["coverage"]) > 0.8 && number(&axon["beyond"]["coverage"]) > 0.8, "{axon}");
    for own in networks {
        // Three parameters cannot follow the noise as many can.
        assert!(number(&own["fitted"]["error_hz"]) < number(&axon["fitted"]["error_hz"]), "{own}");
        for place in ["inside", "beyond"] {
            let density = |world: &Value| number(&world[place]["log_predictive_density"]);
            assert!(density(axon) > density(own), "{place}: {own}");
        }
        if let Some(evidence) = own["log_evidence"].as_f64() {
            assert!(number(&axon["log_evidence"]) > evidence, "{own}");
        }
    }
    let width = |world: &Value, place: &str| number(&world[place]["band_width_hz"]);
    assert!(width(&worlds[3], "beyond") > 5.0 * width(&worlds[3], "inside"), "{}", worlds[3]);
    for own in found["conductances"].as_array().unwrap() {
        let (truth, ends) = (number(&own["truth"]), own["interval"].as_array().unwrap());
        assert!(number(&ends[0]) < truth && truth < number(&ends[1]), "{own}");
    }
    assert!(number(&found["effective_draws"]) > 200.0, "{found}");
}

/// Beside the adaptive steps and eigenvalues of the same axon by scipy: `tests/neuroai/f_i.py`.
#[test]
fn the_f_i_curve_is_that_of_another_program() {
    let found = &RUN.json["f_i"];
    let text = std::fs::read_to_string(repository("tests/neuroai/f_i.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let step = number(&found["to_ua_cm2"]) / number(&found["steps"]);
    for (current, rate) in expected["rates"].as_object().unwrap() {
        let place = (current.parse::<f64>().unwrap() / step).round() as usize;
        let own = number(&found["rates_hz"][place]);
        // Half a per mille of the rate for time steps of 0.025 ms.
        assert!((own - number(rate)).abs() <= 5e-4 * number(rate), "{current}: {own} and {rate}");
    }
    let middle = |edge: &Value| 0.5 * (number(&edge[0]) + number(&edge[1]));
    for (key, other, within) in [
        ("onset_ua_cm2", "onset", 0.005),
        ("rest_lost_ua_cm2", "rest_lost", 1e-4),
        ("rest_found_ua_cm2", "rest_found", 1e-3),
        ("block_ua_cm2", "block", 0.05),
    ] {
        let (own, other) = (number(&found[key]), middle(&expected[other]));
        assert!((own - other).abs() < within, "{key}: {own} and {other}");
    }
    assert_eq!(found["fits"]["firing"]["closest"], "tanh", "{}", found["fits"]["firing"]);
    assert_eq!(found["fits"]["onset"]["closest"], "sigmoid", "{}", found["fits"]["onset"]);
    assert!(number(&found["hysteresis_ua_cm2"]) > 3.0, "{}", found["hysteresis_ua_cm2"]);
}

#[test]
fn the_curve_of_a_result_is_a_band() {
    let found = &RUN.json["f_i_of_result"];
    assert_eq!((&found["draws"], &found["failed"]), (&100.into(), &0.into()));
    let rates = |name: &str| -> Vec<f64> { found[name].as_array().unwrap().iter().map(number).collect() };
    let (lower, median, upper) = (rates("lower_hz"), rates("median_hz"), rates("upper_hz"));
    assert_eq!(median.len(), 201);
    assert!((0..201).all(|at| lower[at] <= median[at] && median[at] <= upper[at]), "{found}");
    let last = 200;
    assert!(lower[last] > 0.0 && upper[last] > 1.05 * lower[last], "{} to {}", lower[last], upper[last]);
    // Four times the largest current, which the axon has not felt.
    let ratio = number(&found["to_ua_cm2"]) / number(&found["largest_recorded_ua_cm2"]);
    assert!((ratio - 4.0).abs() < 1e-9, "{ratio}");
    for (name, range) in found["closest"].as_object().unwrap() {
        let sum: f64 = range["probability"].as_object().unwrap().values().map(number).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{name}: {range}");
    }
    let onset = &found["onset_ua_cm2"];
    assert!(number(&onset["lower"]) < number(&onset["upper"]), "{onset}");
    assert!(RUN.text.contains("has not converged"), "{}", RUN.text);
    assert!(String::from_utf8(read("f_i_of_result.svg")).unwrap().contains("95 % of the draws"));
}

#[test]
fn the_page_tells_the_numbers_of_the_notebook() {
    notebook_page::is_of(&RUN.json, &RUN.output);
}
