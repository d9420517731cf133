//! The command `run`: its files, its random numbers, and how it ends early.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::folder::{CELL, Folder, repository};

const FILES: [&str; 6] =
    ["draws.csv", "posterior.nc", "provenance.json", "report.html", "settings.toml", "summary.json"];

/// Settings files of the repository, but for those of the notebook.
fn configs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository("configs")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.retain(|path| !path.ends_with("notebook.toml"));
    paths.sort();
    assert!(paths.len() >= 4, "{paths:?}");
    paths
}

fn check_summary(summary: &Value, is_weighted: bool) {
    for key in
        ["sampler", "simulations", "failed_simulations", "seconds", "simulations_per_second", "verdict"]
    {
        assert!(!summary[key].is_null(), "{key}: {summary}");
    }
    assert!(summary["simulations"].as_u64().unwrap() > 0);
    let own: &[&str] = if is_weighted { &["ess"] } else { &["ess_bulk", "ess_tail", "r_hat"] };
    let parameters = summary["parameters"].as_object().unwrap();
    assert!(!parameters.is_empty());
    for (name, parameter) in parameters {
        for key in ["mean", "sd", "hdi_lower", "hdi_upper", "mcse_mean"].iter().chain(own) {
            let value = &parameter[key];
            // A chain that never moved has no R-hat; a quick run may have one.
            assert!(value.is_number() || (*key == "r_hat" && value.is_null()), "{name}.{key}: {value}");
        }
        assert!(parameter["hdi_lower"].as_f64() <= parameter["hdi_upper"].as_f64(), "{name}");
        assert!(parameter["unit"].is_string(), "{name}");
    }
}

#[test]
fn an_option_of_the_command_line_takes_the_place_of_that_of_the_settings() {
    let folder = Folder::new(&CELL.replace("trace.csv", "missing.csv"));
    let set = [
        "--set",
        "recording.file=trace.csv",
        "--set",
        "prior.g_K.upper=55 mS/cm^2",
        "--set",
        "sampler.chains=6",
    ];
    let checked = folder.succeed(&[&["check", "cell.toml"], set.as_slice()].concat());
    assert!(checked.contains("54."), "97.5 % of the prior of g_K lie below 54.1: {checked}");
    folder
        .succeed(&[&["run", "cell.toml", "--quick", "--quiet", "--output", "out"], set.as_slice()].concat());
    // The copy is what was run: it gives the same draws.
    let copy = String::from_utf8(folder.read("out/settings.toml")).unwrap();
    let expected = CELL.replace("upper = \"60 mS", "upper = \"55 mS").replace("chains = 4", "chains = 6");
    assert_eq!(copy, expected);
    folder.write("copy.toml", copy.as_bytes());
    folder.succeed(&["run", "copy.toml", "--quick", "--quiet", "--output", "again"]);
    assert!(folder.read("out/draws.csv") == folder.read("again/draws.csv"));
}

/// The spikes are 35 mV high; a squid axon with a sodium reversal potential of 35 mV cannot reach that.
#[test]
fn what_the_posterior_does_not_predict_is_named() {
    let impossible = CELL.replace("kind = \"hodgkin_huxley\"", "kind = \"hodgkin_huxley\"\nE_Na = \"35 mV\"");
    for (settings, is_possible) in [(CELL.to_owned(), true), (impossible, false)] {
        let folder = Folder::new(&settings.replace("\"2 mV\"", "\"0.5 mV\""));
        let shown = folder.succeed(&["run", "cell.toml", "--output", "out", "--set", "sampler.draws=300"]);
        let summary = folder.json("out/summary.json");
        let predicted = summary["predicted"].as_array().unwrap();
        let peak = predicted
            .iter()
            .find(|own| own["feature"].as_str().unwrap().starts_with("peak_voltage[0]"))
            .unwrap();
        let number = |key: &str| peak[key].as_f64().unwrap();
        assert!((number("observed") - 35.0).abs() < 0.1, "{peak}");
        assert!(number("lower") < number("median") && number("median") < number("upper"), "{peak}");
        let is_outside = number("upper") < number("observed") || number("observed") < number("lower");
        assert_eq!(peak["outside"].as_bool(), Some(is_outside), "{peak}");
        // One value alone outside of 95 % is more than chance.
        let wrong = summary["checks"]["wrong"].as_array().unwrap();
        assert_eq!(shown.contains("too low (recorded 35 mV)"), is_outside, "{shown}");
        assert_eq!(wrong.is_empty(), predicted.iter().all(|own| own["outside"] == false), "{wrong:?}");
        assert!(is_possible || is_outside, "{peak}");
    }
}

/// Of the spikes at 15, 30 and 45 ms, one is before the step and one after it.
#[test]
fn flaws_of_the_recording_stand_in_the_summary_and_in_the_report() {
    let settings = CELL.replace("\"10 ms\"", "\"20 ms\"").replace("\"60 ms\"", "\"40 ms\"");
    let folder = Folder::new(&settings);
    let shown = folder.succeed(&["run", "cell.toml", "--quick", "--output", "out"]);
    assert!(shown.contains("spontaneous_spikes    sweep 0: 1 spike before the step"), "{shown}");
    let summary = folder.json("out/summary.json");
    let flaws = summary["flaws"].as_array().unwrap().iter();
    let flaws: Vec<_> = flaws.map(|flaw| (flaw["name"].as_str().unwrap(), flaw["number"].as_f64())).collect();
    assert_eq!(flaws, [("spontaneous_spikes", Some(1.0)), ("spikes_after_stimulus", Some(1.0))]);
    assert!(folder.succeed(&["check", "cell.toml"]).contains("spikes_after_stimulus"));
}

/// The distance of the recording from itself is 0, that of a simulation is not.
#[test]
fn a_simulation_can_be_compared_with_the_recorded_spikes() {
    let distances = "\"van_rossum_distance(10 ms)\" = 1.0\n\"victor_purpura_distance(0.1 /ms)\" = 1.0\n\
                     phase_plane_distance = 0.3\nwasserstein_distance = \"2 mV\"\nSpikecount = 0.5\n";
    let folder = Folder::new(&CELL.replace("Spikecount = 0.5\n", distances));
    let checked = folder.succeed(&["check", "cell.toml"]);
    let line = checked.lines().find(|line| line.contains("van_rossum_distance(10 ms)")).unwrap();
    assert!(line.contains("0.0000 ± 1.0000"), "{line}");
    let table = folder.succeed(&["simulate", "cell.toml", "--prior", "8"]);
    let mut rows = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let of = |name: &str| header.iter().position(|column| column.starts_with(name)).unwrap();
    let columns = [of("van_rossum"), of("victor_purpura"), of("phase_plane_distance"), of("wasserstein")];
    // A parameter set without a rest has no features.
    let rows: Vec<_> = rows.filter(|row| row.last() == Some(&"")).collect();
    assert!(rows.len() >= 4, "{table}");
    for row in rows {
        assert!(columns.iter().all(|&column| row[column].parse::<f64>().unwrap() > 0.0), "{row:?}");
    }
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--output", "out"]);
}

#[test]
fn every_settings_file_of_the_repository_runs() {
    for config in configs() {
        let folder = Folder::new(CELL);
        let config_text = config.to_str().unwrap();
        let arguments = ["run", config_text, "--quick", "--quiet", "--threads", "2", "--output"];
        let output =
            folder.command(&arguments).arg(folder.path("out")).current_dir(repository("")).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{config_text}: {error}");
        assert_eq!(output.stdout, b"", "--quiet says nothing");
        for file in FILES {
            assert!(!folder.read(&format!("out/{file}")).is_empty(), "{config_text}: {file}");
        }
        assert_eq!(folder.read("out/settings.toml"), std::fs::read(&config).unwrap());
        let summary = folder.json("out/summary.json");
        check_summary(
            &summary,
            summary["sampler"].as_str().is_some_and(|sampler| sampler.starts_with("abc")),
        );
    }
}

#[test]
fn particles_have_a_summary_too() {
    for kind in ["abc_rejection", "abc_smc", "abc_del_moral", "abc_stochastic"] {
        let folder =
            Folder::new(&CELL.replace("kind = \"demcz\"\nchains = 4", &format!("kind = \"{kind}\"")));
        let text = folder.succeed(&["run", "cell.toml", "--quick", "--threads", "2"]);
        assert!(text.contains("g_Na") && text.contains("results in results/cell"), "{text}");
        let summary = folder.json("results/cell/summary.json");
        check_summary(&summary, true);
        assert_eq!(summary["sampler"], kind);
        assert!(summary["epsilon"].as_f64().unwrap() >= 0.0);
    }
}

#[test]
fn chains_without_a_likelihood_have_a_summary_too() {
    for kind in ["abc_mcmc", "synthetic_likelihood"] {
        let folder = Folder::new(&CELL.replace("kind = \"demcz\"", &format!("kind = \"{kind}\"")));
        folder.succeed(&["run", "cell.toml", "--quick", "--threads", "2"]);
        let summary = folder.json("results/cell/summary.json");
        check_summary(&summary, false);
        assert!(summary["loo"]["left_out"].as_str().unwrap().contains("no likelihood"), "{}", summary["loo"]);
        assert_eq!(summary["notes"].as_array().unwrap().len(), 1, "{}", summary["notes"]);
    }
}

#[test]
fn the_seed_names_the_draws_and_threads_do_not_change_them() {
    let noise = CELL.replace("dt = ", "current_noise = 1\ndt = ");
    let stochastic = noise.replace("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\"");
    for settings in [CELL, &stochastic] {
        let folder = Folder::new(settings);
        for (output, threads, seed) in [("a", "1", "7"), ("b", "2", "7"), ("c", "2", "8")] {
            let mut arguments = vec!["run", "cell.toml", "--quick", "--quiet", "--output", output];
            arguments.extend(["--threads", threads, "--seed", seed]);
            folder.succeed(&arguments);
        }
        for file in ["draws.csv", "posterior.nc"] {
            let read = |output: &str| folder.read(&format!("{output}/{file}"));
            assert!(read("a") == read("b"), "{file} differs with the number of threads");
            assert!(read("b") != read("c"), "{file} is the same with another seed");
        }
    }
}

#[test]
fn a_feature_that_the_model_never_has_is_counted() {
    // With so little sodium the axon never fires, and the recording does; the penalty is finite.
    let never =
        CELL.replace("\"60 mS/cm^2\", upper = \"200 mS/cm^2\"", "\"0.1 mS/cm^2\", upper = \"0.2 mS/cm^2\"");
    let folder = Folder::new(&never);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--threads", "2", "--output", "out"]);
    let summary = folder.json("out/summary.json");
    assert_eq!(
        summary["failed_simulations"]["no peak_voltage[0] (sweep 0)"], summary["simulations"],
        "{summary}"
    );
}

#[test]
fn results_replace_those_of_an_earlier_run() {
    let folder = Folder::new(CELL);
    for seed in ["1", "2"] {
        folder.succeed(&[
            "run",
            "cell.toml",
            "--quick",
            "--quiet",
            "--threads",
            "2",
            "--output",
            "out",
            "--seed",
            seed,
        ]);
    }
    assert_eq!(folder.json("out/provenance.json")["seed"], 2);
    assert_eq!(folder.files().len(), 2 + FILES.len(), "{:?}", folder.files());
}

/// What a run that was interrupted after a while did; `None` if it had not drawn yet.
fn interrupted(folder: &Folder, after: Duration) -> Option<String> {
    let run = folder
        .command(&["run", "cell.toml", "--threads", "2", "--output", "out"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(after);
    let killed = Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = run.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    if output.status.code().is_none() || error.contains("stopped before the first draw") {
        return None;
    }
    assert_eq!(output.status.code(), Some(130), "{error}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_keeps_its_draws() {
    // Far more draws than are made before the interruption.
    let long = "chains = 4\ndraws = 1000000\nwarmup = 10\nstart = { kind = \"prior\" }";
    // So slow that no machine draws enough before it to have converged, which would be good enough.
    let slow = "dt = \"0.0002 ms\"";
    let folder = Folder::new(&CELL.replace("chains = 4", long).replace("dt = \"0.05 ms\"", slow));
    let mut after = Duration::from_millis(500);
    let text = loop {
        if let Some(text) = interrupted(&folder, after) {
            break text;
        }
        after *= 2;
        assert!(after < Duration::from_secs(20), "no draw in 10 s");
    };
    assert!(text.contains("the run was stopped early"), "{text}");
    for file in FILES {
        assert!(!folder.read(&format!("out/{file}")).is_empty(), "{file}");
    }
    let draws = String::from_utf8(folder.read("out/draws.csv")).unwrap().lines().count() - 1;
    assert!(draws > 0 && draws < 4_000_000, "{draws}");
    assert!(folder.json("out/summary.json")["verdict"].to_string().contains("stopped early"));
}
