//! The command `calibrate`: its files, going on where it stopped, and what it finds.

use crate::folder::{CELL, Folder};

fn calibrate(folder: &Folder, runs: &str, output: &str) -> String {
    folder.succeed(&["calibrate", "cell.toml", "--quick", "--runs", runs, "--output", output])
}

#[test]
fn a_calibration_goes_on_where_it_stopped() {
    let folder = Folder::new(CELL);
    calibrate(&folder, "3", "parts");
    let table = String::from_utf8(folder.read("parts/runs.csv")).unwrap();
    let shown = calibrate(&folder, "8", "parts");
    calibrate(&folder, "8", "whole");
    assert_eq!(folder.read("parts/runs.csv"), folder.read("whole/runs.csv"));
    assert!(folder.read("parts/runs.csv").starts_with(table.as_bytes()), "{table}");
    let report = folder.json("whole/calibration.json");
    assert_eq!(report["runs"], 8);
    let ranks = report["parameters"]["g_K"]["histogram"].as_array().unwrap();
    assert_eq!(ranks.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), 8);
    assert!(report["coverage"]["p_value"].is_number(), "{report}");
    for picture in ["ranks.png", "coverage.png"] {
        assert!(folder.read(&format!("whole/{picture}")).starts_with(b"\x89PNG"), "{picture}");
    }
    for word in ["g_Na", "coverage", "8 runs show only gross mistakes"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn the_calibration_of_something_else_is_left_alone() {
    let folder = Folder::new(CELL);
    calibrate(&folder, "1", "out");
    let (runs, settings) = (folder.read("out/runs.csv"), CELL.replace("0.5", "0.6"));
    let refused = |arguments: &[&str], reason: &str| {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(reason) && message.contains("--output"), "{message}");
        assert_eq!(folder.read("out/runs.csv"), runs);
    };
    let again = ["calibrate", "cell.toml", "--quick", "--runs", "2", "--output", "out"];
    refused(&[&again[..], &["--seed", "5"]].concat(), "another seed");
    folder.write("cell.toml", settings.as_bytes());
    refused(&again, "other settings");
}

#[test]
#[ignore = "some minutes: cargo test --release --test cli calibrate -- --ignored"]
fn a_sampler_that_is_right_passes() {
    let folder = Folder::new(&CELL.replace("chains = 4", "chains = 16\nwarmup = 500\ndraws = 500"));
    let shown = folder.succeed(&["calibrate", "cell.toml", "--runs", "200", "--output", "out"]);
    assert!(shown.contains("\ncalibrated: "), "{shown}");
}
