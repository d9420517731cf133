//! Runs with likelihoods of traces and of spike times: what their results hold.

use crate::folder::{CELL, Folder};

const FEATURES: &str = "[likelihood.features]\nSpikecount = 0.5\n\"peak_voltage[0]\" = \"2 mV\"\n";

fn settings(likelihood: &str) -> String {
    CELL.replace(FEATURES, likelihood)
        .replace("[prior]\n", "[prior]\ntrace_sd = { kind = \"half_normal\", scale = \"30 mV\" }\n")
}

const TERMS: &str = "[likelihood.trace]\nevery = \"0.5 ms\"\nwindow = \"stimulus\"\nweight = 0.5\n\n\
                     [likelihood.spike_times]\njitter = \"2 ms\"\n";

#[test]
fn a_run_without_features_states_its_terms() {
    let folder = Folder::new(&settings(TERMS));
    let shown = folder.succeed(&["run", "cell.toml", "--quick", "--output", "out"]);
    // 10 to 60 ms by 0.5 ms, both ends included.
    let line = "likelihood: 101 samples of the trace, normal noise, weight 0.5; 3 spike times, normal jitter, weight 1";
    assert!(shown.contains(line), "{shown}");
    let likelihood = &folder.json("out/summary.json")["likelihood"];
    assert_eq!(likelihood["trace"]["data"], 101, "{likelihood}");
    assert_eq!(likelihood["trace"]["weight"], 0.5, "{likelihood}");
    assert_eq!(likelihood["spike_times"]["data"], 3, "{likelihood}");
    assert!(likelihood["features"].is_null(), "{likelihood}");
    let checked = folder.succeed(&["check", "cell.toml"]);
    assert!(checked.contains(line) && !checked.contains("observed feature"), "{checked}");
}

#[test]
fn a_joint_run_is_the_same_on_any_number_of_threads() {
    let folder = Folder::new(&settings(&format!("{TERMS}\n{FEATURES}")));
    for threads in ["1", "3"] {
        folder.succeed(&[
            "run",
            "cell.toml",
            "--quick",
            "--quiet",
            "--output",
            threads,
            "--threads",
            threads,
        ]);
    }
    assert!(folder.read("1/draws.csv") == folder.read("3/draws.csv"));
    assert!(folder.read("1/posterior.nc").len() > 10_000);
}
