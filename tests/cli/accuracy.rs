//! What the time step costs, as `simulate --accuracy` and the verdict of a run tell it.

use crate::folder::{CELL, Folder};

const FINE: &str = "dt = \"0.01 ms\"";
const ACCURACY: [&str; 3] = ["simulate", "cell.toml", "--accuracy"];

/// A recording so good that the peak of a spike counts to 0.2 mV.
fn strict(dt: &str) -> String {
    let peak = "\"peak_voltage[0]\" = \"2 mV\"";
    CELL.replace("dt = \"0.05 ms\"", dt).replace(peak, "\"peak_voltage[0]\" = \"0.2 mV\"")
}

#[test]
fn a_short_time_step_is_fine() {
    let text = Folder::new(&CELL.replace("dt = \"0.05 ms\"", FINE)).succeed(&ACCURACY);
    for expected in ["your parameter set:", "sweep 0", "64 draws from the prior", "dt = 0.01 ms is fine"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn the_advised_time_step_is_fine() {
    let text = Folder::new(&strict("dt = \"0.1 ms\"")).succeed(&ACCURACY);
    let (_, advice) = text.split_once("take ").unwrap_or_else(|| panic!("{text}"));
    let (dt, _) = advice.split_once(" in [model]").unwrap();
    let text = Folder::new(&strict(dt)).succeed(&ACCURACY);
    assert!(text.contains(" ms is fine"), "{dt}: {text}");
}

#[test]
fn another_seed_draws_other_parameter_sets() {
    let folder = Folder::new(CELL);
    let with_seed = |seed: &str| folder.succeed(&["simulate", "cell.toml", "--accuracy", "--seed", seed]);
    assert_eq!(with_seed("1"), with_seed("1"));
    assert_ne!(with_seed("1"), with_seed("2"));
}

#[test]
fn without_a_likelihood_the_last_spike_counts() {
    let (settings, _) = CELL.split_once("[likelihood.features]").unwrap();
    let folder = Folder::new(&settings.replace("dt = \"0.05 ms\"", FINE));
    let text = folder.succeed(&ACCURACY);
    assert!(text.contains("the last one is off by less than 0.01 ms, in 95 % of the draws too"), "{text}");
    let (settings, _) = settings.split_once("[prior]").unwrap();
    let text = Folder::new(settings).succeed(&ACCURACY);
    assert!(!text.contains("draws"), "{text}");
    // The last spike of the squid axon is late by 0.02 ms at 0.05 ms.
    assert!(text.contains("take dt = \"0.025 ms\""), "{text}");
}

#[test]
fn noise_is_left_out_and_that_is_said() {
    let folder = Folder::new(&CELL.replace("dt = \"0.05 ms\"", "current_noise = 1"));
    let notes = String::from_utf8(folder.run(&ACCURACY).stderr).unwrap();
    assert!(notes.contains("current_noise = 0 here"), "{notes}");
}

#[test]
fn the_verdict_names_a_time_step_that_is_too_long() {
    let summary = |settings: &str| {
        let folder = Folder::new(settings);
        folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--output", "out"]);
        folder.json("out/summary.json")
    };
    let coarse = summary(&strict("dt = \"0.1 ms\""));
    let verdict = coarse["verdict"].as_str().unwrap();
    assert!(
        verdict.contains("half the time step of 0.1 ms moves peak_voltage[0] (sweep 0) by "),
        "{verdict}"
    );
    assert!(verdict.ends_with("in [model]"), "{verdict}");
    assert!(coarse["time_step"]["moves_by_sds"].as_f64().unwrap() > 0.2, "{coarse}");
    let fine = summary(&CELL.replace("dt = \"0.05 ms\"", FINE));
    assert!(!fine["verdict"].as_str().unwrap().contains("time step"), "{fine}");
    assert!(fine["time_step"]["moves_by_sds"].as_f64().unwrap() < 0.2, "{fine}");
    // With noise two simulations differ whatever the time step.
    let noisy = CELL.replace("dt = ", "current_noise = 1\ndt = ");
    let noisy = summary(&noisy.replace("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\""));
    assert!(noisy["time_step"].is_null(), "{noisy}");
}
