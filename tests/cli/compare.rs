//! Results of quick runs are compared.

use serde_json::Value;

use crate::folder::{CELL, Folder};
use crate::report::{assert_no_file_is_asked_for, assert_picture, assert_tags_match, between};

/// Quick runs of the same cell: of both kinds of draws, and one with more potassium to explain.
fn results() -> Folder {
    let folder = Folder::new(CELL);
    folder.write("smc.toml", CELL.replace("kind = \"demcz\"\nchains = 4", "kind = \"smc\"").as_bytes());
    let run = |settings: &str, output: &str, further: &[&str]| {
        let first = ["run", settings, "--quick", "--quiet", "--threads", "2", "--output", output];
        folder.succeed(&[&first[..], further].concat());
    };
    run("cell.toml", "control", &[]);
    run("cell.toml", "drug", &["--set", "prior.g_K.lower=40 mS/cm^2", "--seed", "2"]);
    run("smc.toml", "particles", &[]);
    folder
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let base = ["compare", "--allow-unconverged", "--format", "json"];
    serde_json::from_str(&folder.succeed(&[&base[..], arguments].concat())).unwrap()
}

/// The report in a folder, which needs no other file and has all of these words.
pub(crate) fn report(folder: &Folder, output: &str, words: &[&str]) -> String {
    let page = String::from_utf8(folder.read(&format!("{output}/report.html"))).unwrap();
    assert_no_file_is_asked_for(&page);
    assert_tags_match(&page);
    assert!(page.len() < 3_000_000, "{}", page.len());
    for word in words {
        assert!(page.contains(word), "{word}");
    }
    page
}

/// The numbers of its charts.
pub(crate) fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "id=\"data\">", "</script>")[0]).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn two_results_are_compared() {
    let folder = results();
    let text = folder.succeed(&["compare", "control", "drug", "--allow-unconverged", "--output", "out"]);
    for expected in [
        "prior.g_K.lower: \"20 mS/cm^2\" | \"40 mS/cm^2\"",
        "B - A (95 %)",
        "P(B > A)",
        "g_K",
        "mS/cm^2",
        "independent draws",
        "both are of the same data",
        "left-out data: elpd of B less that of A",
        "report.html, comparison.json and plots are in out",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    let page =
        report(&folder, "out", &["drug against control", "prior.g_K.lower", "Monte Carlo error", "seed"]);
    // Draws and densities of both sides of both parameters.
    let data = data(&page);
    assert_eq!(data["sides"].as_array().unwrap().len(), 2);
    assert_eq!(data["comparisons"][0]["parameters"].as_array().unwrap().len(), 2);
    for side in 0..2 {
        assert!(!data["comparisons"][0]["parameters"][1]["sides"][side]["density"].is_null(), "{side}");
        assert!(data["sides"][side]["columns"][0]["draws"].as_str().unwrap().len() > 100, "{side}");
    }
    for name in ["differences", "marginals", "pairs", "correlations"] {
        assert_picture(&folder, &format!("out/plots/{name}"));
    }
    let found = folder.json("out/comparison.json");
    let own = &found["parameters"]["g_K"];
    let difference = &own["difference"];
    assert!(number(&difference["lower"]) < number(&difference["median"]));
    assert!(number(&difference["median"]) < number(&difference["upper"]));
    assert!(number(&own["ratio"]["median"]) > 1.0, "{own}");
    // The prior of the drug begins where half of that of the control ends.
    assert!(number(&own["p_greater"]) > 0.6, "{own}");
    for name in ["p_greater", "overlap", "wasserstein", "jensen_shannon", "ks"] {
        assert!(number(&own[name]) >= 0.0 && number(&own[format!("mcse_{name}")]) >= 0.0, "{name}: {own}");
    }
    let joint = &found["joint"];
    // A quick run has too few independent draws for these.
    assert!(joint["energy_distance"].is_null() || number(&joint["energy_distance"]).is_finite(), "{joint}");
    assert!(joint["same_data"] == true && !joint["loo"].is_null(), "{joint}");
    assert!(joint["c2st"].is_null() || number(&joint["c2st"]["accuracy"]) <= 1.0);
    assert_eq!(found["settings"]["different"]["run.seed"], Value::Null);
}

#[test]
fn the_other_way_round_is_the_other_way_round() {
    let folder = results();
    let (there, back) = (json(&folder, &["control", "drug"]), json(&folder, &["drug", "control"]));
    let of = |found: &Value, name: &str| found["parameters"]["g_Na"][name].clone();
    assert!((number(&of(&there, "p_greater")) + number(&of(&back, "p_greater")) - 1.0).abs() < 1e-9);
    for name in ["overlap", "wasserstein", "jensen_shannon", "ks", "mcse_ks"] {
        assert!((number(&of(&there, name)) - number(&of(&back, name))).abs() < 1e-9, "{name}");
    }
    let sum = number(&of(&there, "difference")["median"]) + number(&of(&back, "difference")["median"]);
    assert!(sum.abs() < 1e-3 * number(&of(&there, "wasserstein")).max(1.0), "{sum}");
    // Nothing depends on the threads.
    assert_eq!(there, json(&folder, &["control", "drug", "--threads", "1"]));
}

#[test]
fn particles_and_several_results_are_compared_with_the_first() {
    let folder = results();
    let found = json(&folder, &["control", "drug", "particles", "control/posterior.nc"]);
    let all = found["comparisons"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|own| own["a"]["name"] == "control"), "{found}");
    assert_eq!((&all[1]["b"]["weighted"], &all[1]["b"]["name"]), (&Value::Bool(true), &"particles".into()));
    // Both evidences are needed for a Bayes factor.
    assert!(all[1]["joint"]["log_bayes_factor"].is_null());
    // The same draws again, without what the folder says of them.
    let same = &all[2]["parameters"]["g_K"];
    assert!((number(&same["p_greater"]) - 0.5).abs() < 1e-9 && number(&same["ks"]) < 1e-9, "{same}");
    assert_eq!(found["results"][3]["judged_by"], "compare");
}

#[test]
fn groups_are_the_means_of_their_members() {
    let folder = results();
    let group = ["--group", "control=control,particles", "--group", "drug=drug"];
    let found = json(&folder, &group);
    assert_eq!((&found["a"]["members"], &found["b"]["members"]), (&2.into(), &1.into()));
    assert_eq!(found["a"]["name"], "control");
    let single = json(&folder, &["control", "particles"]);
    let of = |found: &Value, side: &str| number(&found["parameters"]["g_K"][side]["median"]);
    let middle = f64::midpoint(of(&single, "a"), of(&single, "b"));
    // The median of a mean of two is near the mean of the medians.
    assert!((of(&found, "a") / middle - 1.0).abs() < 0.1, "{} {middle}", of(&found, "a"));
    let text = folder.succeed(&[&["compare", "--allow-unconverged"][..], &group].concat());
    assert!(text.contains("control, the mean of control, particles"), "{text}");
}

#[test]
fn a_region_of_equivalence_can_be_given() {
    let folder = results();
    let rope = ["--rope", "g_K=100 mS/cm^2", "--rope", "20%"];
    let found = json(&folder, &[&["control", "drug"][..], &rope].concat());
    let of = |name: &str| found["parameters"][name]["rope"].clone();
    assert_eq!(of("g_K")["kind"], "absolute");
    assert!((number(&of("g_K")["probability"]) - 1.0).abs() < 1e-12, "{found}");
    assert_eq!((&of("g_Na")["kind"], number(&of("g_Na")["width"])), (&"relative".into(), 0.2));
}

#[test]
fn settings_are_compared_option_by_option() {
    let folder = results();
    let text = folder.succeed(&["diff-config", "control", "drug"]);
    assert!(text.contains("prior.g_K.lower: \"20 mS/cm^2\" | \"40 mS/cm^2\"\n"), "{text}");
    let same = folder.succeed(&["diff-config", "control", "control/posterior.nc"]);
    assert!(same.contains("the same options"), "{same}");
    let found: Value =
        serde_json::from_str(&folder.succeed(&["diff-config", "cell.toml", "drug", "--format", "json"]))
            .unwrap();
    assert_eq!(found["different"]["prior.g_K.lower"], serde_json::json!(["20 mS/cm^2", "40 mS/cm^2"]));
    assert_eq!((&found["only_a"], &found["only_b"]), (&serde_json::json!({}), &serde_json::json!({})));
}

#[test]
fn several_results_have_one_report_and_what_is_not_compared_is_told() {
    let folder = results();
    folder.succeed(&["compare", "control", "drug", "particles", "--allow-unconverged", "--output", "out"]);
    let page = report(&folder, "out", &["2 results against control", "drug", "particles", "Do not believe"]);
    assert_eq!(data(&page)["comparisons"].as_array().unwrap().len(), 2);
    for name in ["differences", "marginals_drug", "marginals_particles", "pairs_particles"] {
        assert_picture(&folder, &format!("out/plots/{name}"));
    }
    // It is made with the comparison, not from its folder.
    let refused = folder.fail(&["report", "out"]);
    assert!(refused.contains("hhbayes compare ... --output out"), "{refused}");
}
