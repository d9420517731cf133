//! The command `select`: its files, and what it refuses.

use crate::folder::{CELL, Folder};

/// The cell with another sampler, and the same with a potassium conductance that is fixed.
fn two_models() -> Folder {
    let both = CELL.replace("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\"\nmissing_penalty = 2");
    let folder = Folder::new(&both);
    let prior = "g_K = { kind = \"uniform\", lower = \"20 mS/cm^2\", upper = \"60 mS/cm^2\" }\n";
    assert_eq!(both.matches(prior).count(), 1);
    folder.write("fixed.toml", both.replace(prior, "").as_bytes());
    folder
}

const QUICK: [&str; 6] = ["select", "cell.toml", "fixed.toml", "--quick", "--threads", "2"];

#[test]
fn probabilities_and_posteriors_are_written() {
    let folder = two_models();
    let shown = folder.succeed(&[&QUICK[..], &["--output", "out", "--prior-weights", "1,3"]].concat());
    assert!(shown.contains("probability") && shown.contains("not given the recording"), "{shown}");
    let summary = folder.json("out/summary.json");
    let models = summary["models"].as_object().unwrap();
    let of = |name: &str, key: &str| models[name][key].as_f64().unwrap();
    assert!((of("cell", "probability") + of("fixed", "probability") - 1.0).abs() < 1e-9, "{summary}");
    assert!((of("cell", "prior") - 0.25).abs() < 1e-12);
    assert!(of("cell", "mcse") > 0.0 && of("cell", "bayes_factor") <= 1.0);
    let largest = of("cell", "bayes_factor").max(of("fixed", "bayes_factor"));
    assert!((largest - 1.0).abs() < 1e-12, "{summary}");
    assert!(summary["generations"][0]["probabilities"]["fixed"].is_number(), "{summary}");
    for (name, parameter, is_there) in
        [("cell", "g_K", true), ("fixed", "g_K", false), ("fixed", "g_Na", true)]
    {
        let own = folder.json(&format!("out/{name}/summary.json"));
        assert_eq!(own["parameters"][parameter].is_object(), is_there, "{own}");
        assert!(folder.path(&format!("out/{name}/posterior.nc")).exists());
        assert!(folder.path(&format!("out/{name}/settings.toml")).exists());
    }
}

#[test]
fn the_seed_names_the_particles_and_threads_do_not_change_them() {
    let folder = two_models();
    for (output, threads, seed) in [("a", "1", "7"), ("b", "2", "7"), ("c", "2", "8")] {
        let arguments = ["select", "cell.toml", "fixed.toml", "--quick", "--quiet", "--threads", threads];
        folder.succeed(&[&arguments[..], &["--seed", seed, "--output", output]].concat());
    }
    assert_eq!(folder.read("a/cell/draws.csv"), folder.read("b/cell/draws.csv"));
    assert_ne!(folder.read("a/cell/draws.csv"), folder.read("c/cell/draws.csv"));
}

#[test]
fn models_of_different_data_are_refused() {
    let folder = two_models();
    let fixed = String::from_utf8(folder.read("fixed.toml")).unwrap();
    for (from, to, reason) in [
        ("Spikecount = 0.5\n", "", "only cell.toml has Spikecount"),
        ("Spikecount = 0.5\n", "Spikecount = 0.4\n", "that of Spikecount (sweep 0) is 0.5000 and 0.4000"),
        (
            "file = \"trace.csv\"",
            "file = \"trace.csv\"\nstop = \"40 ms\"",
            "Spikecount (sweep 0) is 3.0000 and 2.0000",
        ),
    ] {
        assert_eq!(fixed.matches(from).count(), 1, "{from}");
        folder.write("fixed.toml", fixed.replace(from, to).as_bytes());
        let output = folder.run(&[&QUICK[..], &["--output", "out"]].concat());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(reason) && message.contains("help:"), "{reason}: {message}");
        assert!(!folder.path("out").exists());
    }
}

#[test]
fn learned_summaries_do_not_compare_models() {
    let folder = two_models();
    let first = String::from_utf8(folder.read("cell.toml")).unwrap();
    let first = first.replace("missing_penalty = 2", "missing_penalty = 2\nsummaries = {}");
    folder.write("cell.toml", first.as_bytes());
    let output = folder.run(&[&QUICK[..], &["--output", "out"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("learned `summaries`") && message.contains("help:"), "{message}");
}
