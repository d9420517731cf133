//! The notebook: numbers as they are commonly printed, and as they are.

use serde_json::Value;

use crate::folder::{CELL, Folder};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_notebook_has_both_numbers() {
    let folder = Folder::new(CELL);
    let text = folder.succeed(&["notebook", "--output", "out"]);
    for expected in ["104.32", "-0.01", "115.0", "138.76", "action potential"] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    let found = folder.json("out/notebook.json");
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
    // Without the artefact, as in the second run of one Python process.
    assert_eq!(found["from_rest"]["spike_count"], 4);
    let page = String::from_utf8(folder.read("out/notebook.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("138.76") && !page.contains("src="), "{}", page.len());
    assert!(folder.read("out/neurons.png").starts_with(b"\x89PNG"));
    assert!(String::from_utf8(folder.read("out/neurons.svg")).unwrap().contains("<svg"));
    assert_eq!(folder.read("out/notebook.txt"), &text.as_bytes()[..text.find("\nthe page").unwrap()]);
}
