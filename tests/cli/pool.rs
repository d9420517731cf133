//! Cells with known parameters are pooled.

use hhbayes::numeric::{Streams, standard_normal};
use hhbayes::posterior::{Attribute, Group, Posterior, Values, Variable, write_netcdf};
use serde_json::Value;

use crate::compare::{data, report};
use crate::folder::{CELL, Folder};
use crate::report::assert_picture;

/// Each cell was inferred with the same priors; `g_K` from two decades of it, `E_leak` normally.
const SETTINGS: &str = r#"[model]
kind = "hodgkin_huxley"

[prior]
g_K = { kind = "log_uniform", lower = "2 mS/cm^2", upper = "400 mS/cm^2" }
E_leak = { kind = "normal", mean = "-54 mV", sd = "8 mV" }
"#;
const CHAINS: usize = 4;
const DRAWS: usize = 250;
const CELLS: usize = 6;
/// The drug makes `g_K` larger by this factor.
const RATIO: f64 = 1.5;

/// Writes the result of a cell: `g_K` is known to 10 %, `E_leak` to 1 mV.
fn write_cell(folder: &Folder, name: &str, g_k: f64, e_leak: f64, number: u64) {
    let mut generator = Streams::new(number).stage("cell").generator(0, 0);
    let mut column = |center: f64, sd: f64| -> Vec<f64> {
        let observed = center + sd * standard_normal(&mut generator);
        (0..CHAINS * DRAWS).map(|_| observed + sd * standard_normal(&mut generator)).collect()
    };
    let axes = ["chain", "draw"];
    let unit = |symbol: &str| Attribute::Text(symbol.to_owned());
    let logs = column(g_k.ln(), 0.1);
    let g_k = Variable::new("g_K", &axes, Values::F64(logs.iter().map(|log| log.exp()).collect()));
    let e_leak = Variable::new("E_leak", &axes, Values::F64(column(e_leak, 1.0)));
    let group = Group {
        name: "posterior".to_owned(),
        coordinates: vec![Variable::counted("chain", CHAINS), Variable::counted("draw", DRAWS)],
        variables: vec![g_k.with("units", unit("mS/cm^2")), e_leak.with("units", unit("mV"))],
        attributes: Vec::new(),
    };
    let attributes = vec![("settings".to_owned(), Attribute::Text(SETTINGS.to_owned()))];
    folder.write(&format!("{name}/settings.toml"), SETTINGS.as_bytes());
    write_netcdf(&Posterior { groups: vec![group], attributes }, &folder.path(name).join("posterior.nc"))
        .unwrap();
}

/// Cells before and after a drug; they differ by 20 % from each other, and in what the drug does by 5 %.
fn cells() -> (Folder, [String; 2]) {
    let folder = Folder::new(CELL);
    let mut generator = Streams::new(11).generator(0, 0);
    let mut names = [Vec::new(), Vec::new()];
    for cell in 0..CELLS {
        let mut away = |sd: f64| sd * standard_normal(&mut generator);
        let (g_k, e_leak) = (36.0 * away(0.2).exp(), -54.0 + away(2.0));
        for (group, (name, factor)) in [("control", 1.0), ("drug", RATIO)].into_iter().enumerate() {
            let place = format!("{name}_{cell}");
            write_cell(&folder, &place, g_k * factor * away(0.05).exp(), e_leak, (2 * cell + group) as u64);
            names[group].push(place);
        }
    }
    (folder, names.map(|names| names.join(",")))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn width(value: &Value) -> f64 {
    number(&value["upper"]) / number(&value["lower"])
}

#[test]
fn groups_and_pairs_find_the_effect() {
    let (folder, [control, drug]) = cells();
    let groups = [format!("control={control}"), format!("drug={drug}")];
    let arguments = ["pool", "--group", &groups[0], "--group", &groups[1]];
    let json = |further: &[&str]| -> Value {
        let all = [&arguments[..], &["--format", "json"], further].concat();
        serde_json::from_str(&folder.succeed(&all)).unwrap()
    };
    let (apart, paired) = (json(&[]), json(&["--paired"]));
    for found in [&apart, &paired] {
        assert_eq!(found["converged"], true, "{found}");
        let effect = &found["parameters"]["g_K"]["effect"]["drug"];
        assert_eq!(
            (&effect["kind"], &found["parameters"]["g_K"]["family"]),
            (&"ratio".into(), &"lognormal".into())
        );
        assert!(number(&effect["lower"]) < RATIO && RATIO < number(&effect["upper"]), "{effect}");
        let e_leak = &found["parameters"]["E_leak"];
        assert_eq!(
            (&e_leak["effect"]["drug"]["kind"], &e_leak["family"]),
            (&"difference".into(), &"normal".into())
        );
        assert!(number(&e_leak["mean"]["control"]["median"]) < -48.0, "{e_leak}");
    }
    // What cells have in common is taken off.
    let effect = |found: &Value| found["parameters"]["g_K"]["effect"]["drug"].clone();
    assert!(width(&effect(&paired)) < width(&effect(&apart)), "{} {}", effect(&paired), effect(&apart));
    assert!(number(&effect(&paired)["p_greater"]) > 0.99);
    // Nothing depends on the threads.
    assert_eq!(apart, json(&["--threads", "1"]));
}

#[test]
fn one_group_is_written_and_shown() {
    let (folder, [control, _]) = cells();
    let names: Vec<&str> = control.split(',').collect();
    let text = folder.succeed(&[&["pool"][..], &names, &["--output", "out"]].concat());
    for expected in [
        "6 cells",
        "converged",
        "mean (95 %)",
        "g_K",
        "mS/cm^2",
        "E_leak",
        "between cells",
        "control_3",
        "are in out",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    let found = folder.json("out/pool.json");
    assert_eq!(found["cells"].as_array().unwrap().len(), CELLS);
    let cell = &found["cells"][0]["parameters"]["g_K"];
    assert!(number(&cell["lower"]) < number(&cell["upper"]), "{cell}");
    let order: Vec<&String> = found["parameters"].as_object().unwrap().keys().collect();
    let pair = &found["correlations"][0];
    assert_eq!((&pair["first"], &pair["second"]), (&order[0].as_str().into(), &order[1].as_str().into()));
    let page =
        report(&folder, "out", &["6 cells", "coefficient of variation", "control_3", "R-hat is at most"]);
    let charts = data(&page);
    assert_eq!(charts["parameters"][0]["own"].as_array().unwrap().len(), CELLS);
    // A cell knows more with the others than by itself.
    let width = |which: &str, cell: usize| {
        let ends = &charts["parameters"][0][which][cell];
        (number(&ends[2]) / number(&ends[0])).abs().ln().abs()
    };
    let mean = |which: &str| (0..CELLS).map(|cell| width(which, cell)).sum::<f64>();
    assert!(mean("shrunken") < mean("own"), "{} {}", mean("shrunken"), mean("own"));
    for name in ["population", "shrinkage", "correlations", "chains"] {
        assert_picture(&folder, &format!("out/plots/{name}"));
    }
    assert!(folder.fail(&["report", "out"]).contains("hhbayes pool ... --output out"));
    // What was written can be read back.
    let stored = hhbayes::posterior::StoredPosterior::read(&folder.path("out/posterior.nc")).unwrap();
    let place = order.iter().position(|name| *name == "g_K").unwrap();
    let means = stored.parameter(&format!("mean[0][{place}]")).unwrap();
    let mean = means.values.iter().sum::<f64>() / means.values.len() as f64;
    let shown = number(&found["parameters"]["g_K"]["mean"]["all"]["median"]);
    assert!((mean.exp() / shown - 1.0).abs() < 0.05, "{mean} {shown}");
}

#[test]
fn parameters_and_scales_can_be_chosen() {
    let (folder, [control, _]) = cells();
    let names: Vec<&str> = control.split(',').collect();
    let arguments =
        [&["pool"][..], &names, &["--parameter", "g_K", "--normal", "g_K", "--format", "json"]].concat();
    let found: Value = serde_json::from_str(&folder.succeed(&arguments)).unwrap();
    let own = &found["parameters"]["g_K"];
    assert_eq!((&own["family"], &own["spread"]["kind"]), (&"normal".into(), &"sd".into()));
    assert!(found["parameters"]["E_leak"].is_null() && found["correlations"] == serde_json::json!([]));
}
