//! Every command but `run`.

use serde_json::Value;

use crate::folder::{CELL, Folder, repository};

/// The numbers of a CSV table, row by row, after its header.
fn table(text: &str) -> (Vec<&str>, Vec<Vec<f64>>) {
    let mut lines = text.lines();
    let header = lines.next().unwrap().split(',').collect();
    let rows = lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect());
    (header, rows.collect())
}

#[test]
fn check_tells_what_a_run_would_do() {
    let text = Folder::new(CELL).succeed(&["check", "cell.toml"]);
    for expected in ["cell.toml is fine", "demcz, seed 1", "2 parameters", "g_Na", "1 sweep,", "Spikecount"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn simulate_writes_time_voltage_and_current() {
    let folder = Folder::new(CELL);
    let text = folder.succeed(&["simulate", "cell.toml", "--set", "g_Na=120 mS/cm^2", "--set", "g_K=36"]);
    let (header, rows) = table(&text);
    assert_eq!(header, ["t_ms", "v_mV", "i_uA_cm2"]);
    assert_eq!(rows.len(), 700);
    for (sample, row) in rows.iter().enumerate() {
        // Times are decimals with one digit: the nearest number to each is the same.
        assert!((row[0] - sample as f64 / 10.0).abs() < 1e-12, "{row:?}");
        let current = if (10.0..60.0).contains(&row[0]) { 10.0 } else { 0.0 };
        assert!((row[2] - current).abs() < 1e-9, "{row:?}");
        assert!((-90.0..60.0).contains(&row[1]), "{row:?}");
    }
    assert!(rows.iter().any(|row| row[1] > 20.0), "the squid axon fires under 10 uA/cm^2");
    folder.succeed(&["simulate", "cell.toml", "--set", "g_Na=120", "--set", "g_K=36", "--output", "own.csv"]);
    assert_eq!(String::from_utf8(folder.read("own.csv")).unwrap(), text);
}

#[test]
fn simulate_says_which_values_it_took() {
    let output = Folder::new(CELL).run(&["simulate", "cell.toml", "--set", "g_Na=120"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("g_K = 40 mS/cm^2, the median of its prior"), "{notes}");
    assert!(!notes.contains("g_Na"), "{notes}");
}

#[test]
fn a_simulation_is_a_recording() {
    let folder = Folder::new(&CELL.replace("trace.csv", "own.csv"));
    let (_, first) = CELL.split_once("[recording]").unwrap();
    folder.write("make.toml", format!("[recording]{first}").as_bytes());
    folder.succeed(&["simulate", "make.toml", "--set", "g_Na=120", "--set", "g_K=36", "--output", "own.csv"]);
    let features: Value =
        serde_json::from_str(&folder.succeed(&["features", "own.csv", "--format", "json"])).unwrap();
    let sweep = &features["sweeps"][0];
    // The edges of the step lie on samples, so they are found as they were written.
    assert_eq!(sweep["stimulus_ms"], serde_json::json!([10.0, 60.0]));
    assert!(sweep["features"]["Spikecount"].as_f64().unwrap() >= 3.0, "{sweep}");
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--threads", "2", "--output", "out"]);
    assert!(folder.json("out/summary.json")["parameters"]["g_Na"]["mean"].is_number());
}

#[test]
fn sweeps_are_named_in_the_table_of_several() {
    let settings = CELL.replace(
        "[run]",
        "[[sweeps]]\nname = \"silence\"\nduration = \"10 ms\"\ninterval = \"1 ms\"\nobserved = { Spikecount = 0 }\n[run]",
    );
    let text = Folder::new(&settings).succeed(&["simulate", "cell.toml"]);
    assert!(text.starts_with("sweep,t_ms,v_mV,i_uA_cm2\n0,0.0,"), "{}", &text[..60]);
    assert_eq!(text.lines().filter(|line| line.starts_with("silence,")).count(), 11);
}

#[test]
fn features_of_real_recordings() {
    let folder = Folder::new(CELL);
    let wave = repository("data/mouse_neuron_1/B6_Ch3_IDRest_181.ibw");
    let wave = wave.to_str().unwrap();
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(&folder.succeed(arguments)).unwrap() };
    let found = json(&["features", wave, "--start", "700", "--stop", "2700", "--format", "json"]);
    // Counted by eye in data/README.md and configs/mouse_neuron_1.toml.
    assert_eq!(found["sweeps"][0]["features"]["Spikecount"], 26.0);
    assert_eq!(found["sweeps"][0]["features"]["peak_time"].as_array().unwrap().len(), 26);
    // A current is needed for a resistance; eFEL's with the same step is 173.4735 MOhm.
    assert_eq!(found["sweeps"][0]["features"]["ohmic_input_resistance_vb_ssse"], Value::Null);
    let step = ["--start", "700", "--stop", "2700", "--current", "118.7442"];
    let found = json(&[["features", wave, "--format", "json"].as_slice(), &step].concat());
    let resistance = found["sweeps"][0]["features"]["ohmic_input_resistance_vb_ssse"].as_f64().unwrap();
    assert!((resistance - 173.4735).abs() < 1e-3, "{resistance}");
    let text = folder.succeed(&["features", wave]);
    assert!(text.contains("no stimulus recognised; give --start and --stop"), "{text}");
    assert!(text.contains("(26 values)"), "{text}");

    let axon = repository("data/squid_axon.csv");
    let axon = axon.to_str().unwrap();
    let found = json(&["features", axon, "--mode", "precise", "--format", "json"]);
    assert_eq!(found["sweeps"][0]["features"]["Spikecount"], 3.0);
    // Peaks of the full record, see data/README.md; the excerpt is rounded to 0.001 mV.
    for (peak, expected) in found["sweeps"][0]["features"]["peak_voltage"]
        .as_array()
        .unwrap()
        .iter()
        .zip([39.062, 38.573, 37.842])
    {
        assert!((peak.as_f64().unwrap() - expected).abs() < 0.1, "{peak} {expected}");
    }
    assert!(folder.succeed(&["features", axon]).contains("Spikecount"));
    let high = json(&["features", axon, "--threshold", "38.2", "--mode", "precise", "--format", "json"]);
    assert_eq!(high["sweeps"][0]["features"]["Spikecount"], 2.0);
}

#[test]
fn list_knows_every_catalogue() {
    let folder = Folder::new(CELL);
    let all = folder.succeed(&["list"]);
    for expected in ["hodgkin_huxley", "ibw", "step", "Spikecount", "lognormal", "student_t", "abc_smc"] {
        assert!(all.contains(expected), "{expected}");
    }
    let priors = folder.succeed(&["list", "priors"]);
    assert!(priors.contains("lognormal") && !priors.contains("Spikecount"), "{priors}");
}

#[test]
fn completions_and_manual_name_the_commands() {
    let folder = Folder::new(CELL);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = folder.succeed(&["completions", shell]);
        assert!(text.contains("hhbayes") && text.contains("simulate"), "{shell}");
    }
    let page = folder.succeed(&["man"]);
    assert!(page.contains(".TH hhbayes") && page.contains("simulate"), "{page}");
}

/// The recording of the squid axon says by itself what `run` needs.
#[test]
fn a_first_settings_file_is_accepted_as_it_is() {
    let folder = Folder::new(CELL);
    std::fs::copy(repository("data/squid_axon.csv"), folder.path("axon.csv")).unwrap();
    let text = folder.succeed(&["init", "axon.csv"]);
    folder.write("axon.toml", text.as_bytes());
    let checked = folder.succeed(&["check", "axon.toml"]);
    assert!(checked.contains("Spikecount (sweep 0)"), "{checked}");
    folder.succeed(&["run", "axon.toml", "--quick", "--quiet", "--output", "out"]);
    let names = folder.json("out/summary.json")["parameters"].as_object().unwrap().len();
    assert_eq!(names, 6);
}

#[test]
fn inspect_shows_the_step_and_the_flaws() {
    let folder = Folder::new(CELL);
    std::fs::copy(repository("data/squid_axon.csv"), folder.path("axon.csv")).unwrap();
    let shown = folder.succeed(&["inspect", "axon.csv"]);
    assert!(shown.contains("5 uA/cm^2, 8.0 to 9.0 ms"), "{shown}");
    let json: Value =
        serde_json::from_str(&folder.succeed(&["inspect", "axon.csv", "--format", "json"])).unwrap();
    assert_eq!(json["sweeps"][0]["spikes"], 3);
    let flaws: Vec<&str> =
        json["flaws"].as_array().unwrap().iter().map(|flaw| flaw["name"].as_str().unwrap()).collect();
    assert_eq!(flaws, ["depolarised_baseline", "spikes_after_stimulus"]);
}

#[test]
fn inspect_draws_the_sweeps() {
    let folder = Folder::new(CELL);
    std::fs::copy(repository("data/squid_axon.csv"), folder.path("axon.csv")).unwrap();
    folder.succeed(&["inspect", "axon.csv", "--plot", "axon.png"]);
    let picture = folder.read("axon.png");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 10_000, "{} bytes", picture.len());
}

#[test]
fn features_are_a_table_with_one_row_for_each_value() {
    let folder = Folder::new(CELL);
    std::fs::copy(repository("data/squid_axon.csv"), folder.path("axon.csv")).unwrap();
    let table = folder.succeed(&["features", "axon.csv", "--format", "csv"]);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("sweep,name,feature,unit,number,value"));
    let of = |name: &str| -> Vec<&str> { table.lines().filter(|line| line.contains(name)).collect() };
    assert_eq!(of(",Spikecount,"), ["0,0,Spikecount,,0,3"]);
    assert_eq!(of(",peak_voltage,").len(), 3);
    assert_eq!(of(",ISI_CV,"), ["0,0,ISI_CV,,,"]);
}

/// The second spike is after the stimulus.
#[test]
fn settings_of_efel_are_taken_from_the_command_line() {
    let folder = Folder::new(CELL);
    let spikes = |more: &[&str]| {
        let command = [["features", "trace.csv", "--start", "10", "--stop", "20"].as_slice(), more].concat();
        let text = folder.succeed(&[command, vec!["--format", "json"]].concat());
        serde_json::from_str::<Value>(&text).unwrap()["sweeps"][0]["features"]["Spikecount"].as_f64()
    };
    assert_eq!(spikes(&[]), Some(3.0));
    assert_eq!(spikes(&["--setting", "strict_stiminterval=1"]), Some(1.0));
    assert_eq!(spikes(&["--setting", "Threshold=40", "--setting", "interp_step=0.05"]), Some(0.0));
}

/// Two sweeps of a mouse neuron, voltage and current in files of their own.
#[test]
fn a_first_settings_file_is_written_for_igor_waves_of_voltage_and_current() {
    let folder = Folder::new(CELL);
    let wave = |channel: u32, sweep: u32| {
        repository(&format!("data/mouse_neuron_1/B6_Ch{channel}_IDRest_{sweep}.ibw")).display().to_string()
    };
    let (voltages, currents) = ([wave(3, 181), wave(3, 183)], [wave(0, 181), wave(0, 183)]);
    let alone = folder.run(&["init", &voltages[0]]);
    assert!(String::from_utf8_lossy(&alone.stderr).contains("--current CURRENT.ibw"));
    let text = folder.succeed(&["init", &voltages[0], &voltages[1], "--current", &currents[0], &currents[1]]);
    folder.write("mouse.toml", text.as_bytes());
    assert!(folder.succeed(&["check", "mouse.toml"]).contains("Spikecount"));
    assert!(text.contains("26 spikes"), "{text}");
}
