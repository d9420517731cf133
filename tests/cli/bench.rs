//! The command `bench`.

use serde_json::Value;

use crate::folder::{CELL, Folder};

#[test]
fn every_model_has_its_speed() {
    let text = Folder::new(CELL).succeed(&["bench", "--format", "json", "--seconds", "0.05"]);
    let bench: Value = serde_json::from_str(&text).unwrap();
    assert!(bench["threads"].as_u64().unwrap() >= 1 && bench["instructions"].is_string(), "{bench}");
    for name in ["hodgkin_huxley", "pospischil", "pospischil_calcium", "cortical", "channels", "pyhh"] {
        let model = &bench["models"][name];
        for part in [model, &model["one_thread"], &model["all_threads"]] {
            for key in ["cell_steps_per_second", "simulations_per_second"] {
                assert!(part[key].as_f64().unwrap() > 0.0, "{name} {key}: {model}");
            }
            // What runs in plain numbers has no roof; nothing reaches its roof, but a measurement is disturbed.
            let fraction = part["roof_fraction"].as_f64();
            assert_eq!(fraction.is_none(), name == "pyhh", "{name}: {model}");
            assert!(fraction.is_none_or(|fraction| fraction > 0.0 && fraction < 2.0), "{name}: {model}");
        }
        assert_eq!(model["cell_steps_per_second"], model["one_thread"]["cell_steps_per_second"]);
        assert!(model["dt_ms"].is_number(), "{model}");
    }
}

#[test]
fn people_get_a_table() {
    let text = Folder::new(CELL).succeed(&["bench", "--seconds", "0.01"]);
    for expected in ["hodgkin_huxley", "one simulation", "100 000 simulations", " us", " %"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
