//! The report of a result, posterior predictive checks, and sweeps that are held out.

use crate::folder::{CELL, Folder, trace};

/// Two equal sweeps of the same cell in one table.
fn two_sweeps() -> String {
    let mut table = String::from("sweep,t_ms,v_mV\n");
    for sweep in 0..2 {
        table.extend(trace().lines().skip(1).map(|line| format!("{sweep},{line}\n")));
    }
    table
}

/// The texts between two marks.
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn a_run_leaves_a_report_that_needs_no_other_file() {
    let folder = Folder::new(CELL);
    let shown = folder.succeed(&["run", "cell.toml", "--quick", "--output", "out"]);
    assert!(shown.contains("report.html in a browser") && shown.contains("predictive check: "), "{shown}");
    let page = String::from_utf8(folder.read("out/report.html")).unwrap();
    assert_no_file_is_asked_for(&page);
    for section in
        ["verdict", "parameters", "pairs", "traces", "features", "sampling", "directions", "settings"]
    {
        assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    let verdict = folder.json("out/summary.json")["checks"]["verdict"].as_str().unwrap().to_owned();
    assert!(page.contains(&verdict), "{verdict}");
    assert!(page.contains("kind = &quot;demcz&quot;"), "the settings are not there");
    assert!(page.len() < 3_000_000, "{}", page.len());
    // The numbers of the charts.
    let data = between(&page, "id=\"data\">", "</script>")[0];
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["parameters"].as_array().unwrap().len(), 2);
    assert!(data["parameters"][0]["prior"]["values"].as_array().unwrap().len() > 100);
    assert_eq!(data["sweeps"][0]["title"], "sweep 0");
    assert_eq!(data["sweeps"][0]["points"], 700);
}

#[test]
fn the_tags_of_a_report_match() {
    let folder = Folder::new(CELL);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--output", "out"]);
    assert_tags_match(&String::from_utf8(folder.read("out/report.html")).unwrap());
}

/// A page that can be read without a network.
pub(crate) fn assert_no_file_is_asked_for(page: &str) {
    for source in between(page, "src=\"", "\"").into_iter().chain(between(page, "href=\"", "\"")) {
        assert!(source.starts_with('#') || source.starts_with("data:"), "{source}");
    }
    assert!(!page.contains("@import") && !page.contains("url(http"), "the style asks for a file");
}

/// A chart as SVG and PNG.
pub(crate) fn assert_picture(folder: &Folder, name: &str) {
    let svg = String::from_utf8(folder.read(&format!("{name}.svg"))).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
    assert!(!svg.contains("NaN"), "{name}");
    let png = folder.read(&format!("{name}.png"));
    assert!(png.starts_with(b"\x89PNG") && png.len() > 2000, "{name}");
}

/// The tags of a page that are opened are closed, in order.
pub(crate) fn assert_tags_match(page: &str) {
    const EMPTY: [&str; 4] = ["meta", "link", "br", "input"];
    // Scripts and styles hold signs that look like tags.
    let scripts =
        page.split("<script").map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest));
    let plain: String = scripts.collect();
    let styles = plain.split("<style").map(|part| part.split_once("</style>").map_or(part, |(_, rest)| rest));
    let plain: String = styles.collect();
    let mut open: Vec<String> = Vec::new();
    for tag in between(&plain, "<", ">") {
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|sign| sign.is_alphanumeric()).collect();
        if name.is_empty() || EMPTY.contains(&name.as_str()) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{tag} in {open:?}");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_report_is_the_same_whenever_and_wherever_it_is_made() {
    let folder = Folder::new(CELL);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--no-report", "--output", "out"]);
    assert!(!folder.path("out/report.html").exists());
    folder.succeed(&["report", "out"]);
    let first = folder.read("out/report.html");
    // Neither the recording nor the settings are looked at.
    std::fs::remove_file(folder.path("trace.csv")).unwrap();
    std::fs::remove_file(folder.path("cell.toml")).unwrap();
    folder.succeed(&["report", "out", "--output", "again.html"]);
    assert!(first == folder.read("again.html"));
}

#[test]
fn an_older_result_without_priors_and_summary_has_a_report_that_says_so() {
    let folder = Folder::new(CELL);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--no-report", "--output", "out"]);
    std::fs::remove_file(folder.path("out/summary.json")).unwrap();
    std::fs::remove_file(folder.path("out/provenance.json")).unwrap();
    folder.succeed(&["report", "out"]);
    let page = String::from_utf8(folder.read("out/report.html")).unwrap();
    assert!(page.contains("There is no summary.json"));
}

#[test]
fn charts_are_drawn_for_papers() {
    let folder = Folder::new(CELL);
    folder.succeed(&["run", "cell.toml", "--quick", "--quiet", "--no-report", "--output", "out"]);
    folder.succeed(&["report", "out", "--plots"]);
    for name in ["marginals", "pairs", "chains", "ranks", "traces", "features"] {
        assert_picture(&folder, &format!("out/plots/{name}"));
    }
}

/// Both sweeps are equal, so what the posterior predicts of the one that it has not seen is what it predicts of the other.
#[test]
fn a_sweep_that_is_held_out_is_predicted_and_not_fitted() {
    let settings = CELL.replace("[run]", "[validation]\nsweeps = [\"1\"]\n\n[run]");
    let folder = Folder::new(&settings);
    folder.write("trace.csv", two_sweeps().as_bytes());
    assert!(folder.succeed(&["check", "cell.toml"]).contains("held out: sweep 1"));
    let shown = folder.succeed(&["run", "cell.toml", "--quick", "--output", "out"]);
    assert!(shown.contains("check with held-out sweeps: "), "{shown}");
    let summary = folder.json("out/summary.json");
    let labels = |predicted: &serde_json::Value| -> Vec<String> {
        let rows = predicted.as_array().unwrap().iter();
        rows.map(|own| own["feature"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(labels(&summary["predicted"]), ["Spikecount (sweep 0)", "peak_voltage[0] (sweep 0)"]);
    let held_out = &summary["validation"]["predicted"];
    assert_eq!(labels(held_out), ["Spikecount (sweep 1)", "peak_voltage[0] (sweep 1)"]);
    assert_eq!(held_out[1]["observed"], summary["predicted"][1]["observed"]);
    assert_eq!(summary["validation"]["sweeps"][0], "1");
    let page = String::from_utf8(folder.read("out/report.html")).unwrap();
    assert!(page.contains("Predictions of the held-out sweeps"));

    // The same draws as without the other sweep.
    let alone = Folder::new(CELL);
    alone.succeed(&["run", "cell.toml", "--quick", "--quiet", "--output", "out"]);
    assert!(folder.read("out/draws.csv") == alone.read("out/draws.csv"));
}
