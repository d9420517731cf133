//! The recordings of the folder `data`, and the table `[recording]`.

use std::fs;
use std::path::{Path, PathBuf};

use approx::assert_relative_eq;
use serde_json::Value;

use super::*;
use crate::settings::{Section, Settings};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// The recording of a settings file with this table, or its mistakes.
fn from_text(text: &str) -> Result<Recording, String> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = Settings::from_text(Path::new("cell.toml"), format!("[recording]\n{text}"));
    let recording = from_settings(&settings.root().table("recording", "what was measured"), base);
    settings.finish().map_err(|error| error.to_string())?;
    Ok(recording.expect("no mistake was noted"))
}

fn all_of_mouse_neuron_1() -> String {
    let files = |channel: &str| {
        let name = |sweep| format!("\"data/mouse_neuron_1/B6_{channel}_IDRest_{sweep}.ibw\"");
        (181..=185).map(name).collect::<Vec<_>>().join(", ")
    };
    format!("kind = \"ibw\"\nvoltage = [{}]\ncurrent = [{}]\n", files("Ch3"), files("Ch0"))
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that does not run must say so")]
fn igor_waves_and_their_steps_are_as_published() {
    let Some(root) = std::env::var_os("HHBAYES_REFERENCE").map(PathBuf::from) else {
        eprintln!("skipped: HHBAYES_REFERENCE is not set");
        return;
    };
    for (cell, folder) in [("ibw_B6", "mouse_neuron_1"), ("ibw_B8", "mouse_neuron_2")] {
        let path = root.join("recordings").join(cell).join("expected_features.json");
        let expected: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for (name, case) in expected["cases"].as_object().unwrap() {
            let file = |key: &str| data(folder).join(case[key].as_str().unwrap());
            let current_file = file("current_file");
            let recording = files::from_waves(&[file("voltage_file")], Some(&[current_file])).unwrap();
            let sweep = &recording.sweeps[0];
            let current = sweep.current.as_ref().unwrap();
            // Published to 32 bits; read as such, since the JSON reader may miss the last of 64.
            let numbers = |key: &str| -> Vec<f64> {
                let values = case[key].as_array().unwrap().iter();
                values.map(|value| f64::from(value.as_f64().unwrap() as f32)).collect()
            };
            assert_eq!(sweep.voltage_mv[..5], numbers("first5_v"), "{name}");
            assert_eq!(sweep.voltage_mv[11_995..], numbers("last5_v"), "{name}");
            assert_eq!(current.values[..5], numbers("first5_i"), "{name}");
            assert_relative_eq!(sweep.interval_ms, 0.25);
            let step = current.recognise_step(sweep.interval_ms).unwrap();
            // Known to one sample of 0.25 ms.
            let on = numbers("current_on_samples");
            assert_relative_eq!(step.start_ms, on[0] * 0.25);
            assert_relative_eq!(step.stop_ms, (on[1] + 1.0) * 0.25, epsilon = 0.25);
            // The current is digitised in steps of 3.125 pA, and a median may fall on the next one.
            assert_relative_eq!(step.amplitude, case["stim_amp_pA"].as_f64().unwrap(), epsilon = 3.2);
            assert_relative_eq!(step.holding, case["holding_pA"].as_f64().unwrap(), epsilon = 3.2);
        }
    }
}

#[test]
fn files_are_known_by_their_content() {
    let wave = read(&data("mouse_neuron_2/B8_Ch3_IDRest_145.ibw")).unwrap();
    assert_eq!((wave.sweeps[0].voltage_mv.len(), &wave.sweeps[0].current), (12_000, &None));
    let message = read(&data("mouse_neuron_2/B8_Ch0_IDRest_145.ibw")).unwrap_err().to_string();
    assert!(message.contains("expected a wave in mV or V, found the unit \"pA\""), "{message}");
    let squid = read(&data("squid_axon.csv")).unwrap();
    assert_relative_eq!(squid.sweeps[0].interval_ms, 0.04);
    assert_eq!(squid.sweeps[0].voltage_mv.len(), 951);
    assert!(squid.notes[1].contains("interpolated"), "{:?}", squid.notes);
    let step = squid.sweeps[0].current.as_ref().unwrap().recognise_step(0.04).unwrap();
    // The measured pulse is from 8.016 to 9.016 ms; the table has samples every 0.04 ms.
    assert_relative_eq!(step.start_ms, 8.016, epsilon = 0.04);
    assert_relative_eq!(step.stop_ms, 9.016, epsilon = 0.04);
    assert_relative_eq!(step.amplitude, 5.0);
    for name in ["hh_I+10.csv", "hh_gNa100_gK30_I+10.csv"] {
        let simulated = read(&data("simulated").join(name)).unwrap();
        let sweep = &simulated.sweeps[0];
        assert_relative_eq!(sweep.interval_ms, 0.01, epsilon = 1e-15);
        assert_eq!((sweep.voltage_mv.len(), simulated.notes.len()), (20_001, 0));
        let current = sweep.current.as_ref().unwrap();
        assert_eq!(current.unit, Unit::MicroampPerCm2);
        let step = current.recognise_step(sweep.interval_ms).unwrap();
        assert_relative_eq!(step.start_ms, 50.0, epsilon = 1e-9);
        assert_relative_eq!(step.stop_ms, 150.0, epsilon = 1e-9);
        assert_relative_eq!(step.amplitude, 10.0);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cell.nwb");
    fs::write(&path, b"\x89HDF\r\n\x1a\n\0\0").unwrap();
    let message = read(&path).unwrap_err().to_string();
    assert!(message.contains("cell.nwb`: the HDF5 file cannot be read"), "{message}");
    let path = folder.path().join("cell.dat");
    fs::write(&path, b"\x7fDAT1\0\0").unwrap();
    let message = read(&path).unwrap_err().to_string();
    assert!(message.contains("cell.dat` starts with \"\\x7fDAT1"), "{message}");
}

#[test]
fn options_select_crop_and_correct() {
    let all = from_text(&all_of_mouse_neuron_1()).unwrap();
    assert_eq!((all.sweeps.len(), all.files.len()), (5, 10));
    let options = "sweeps = [3, 1]\njunction_potential = \"14 mV\"\nstart = \"100 ms\"\nstop = \"2.9 s\"\n";
    let some = from_text(&format!("{}{options}", all_of_mouse_neuron_1())).unwrap();
    assert_eq!(some.sweeps[0].name, "B6_Ch3_IDRest_184");
    assert_eq!(some.sweeps[1].name, "B6_Ch3_IDRest_182");
    assert_eq!(some.sweeps[1].voltage_mv.len(), 11_200);
    assert_relative_eq!(some.sweeps[1].voltage_mv[0], all.sweeps[1].voltage_mv[400] - 14.0);
    let step = some.sweeps[1].current.as_ref().unwrap().recognise_step(0.25).unwrap();
    assert_relative_eq!(step.start_ms, 600.25);
    assert_eq!(
        some.notes,
        ["sweeps [3, 1] of 5", "kept 100 ms to 2900 ms", "junction potential of 14 mV subtracted"]
    );
}

#[test]
fn mistakes_name_the_option_and_the_way_out() {
    let mistakes = |text: &str| from_text(text).unwrap_err();
    let waves = all_of_mouse_neuron_1();
    let message = mistakes(&format!("{waves}sweeps = [0, 7]"));
    assert!(message.contains("error: sweep 7 does not exist\n  --> cell.toml:5:10"), "{message}");
    assert!(message.contains("help: the recording has 5 sweeps, numbers 0 to 4"), "{message}");
    let message = mistakes(&format!("{waves}stop = \"4 s\""));
    assert!(message.contains("`stop` is after its end: sweep B6_Ch3_IDRest_181 lasts 3000 ms"), "{message}");
    let message = mistakes(&format!("{waves}start = \"2 s\"\nstop = \"1 s\""));
    assert!(message.contains("`start` leaves nothing"), "{message}");
    let message = mistakes("kind = \"ibw\"\nvoltage = [\"a.ibw\"]\ncurrent = []");
    assert!(message.contains("0 files of current for 1 of voltage"), "{message}");
    let message = mistakes("kind = \"ibw\"\nvoltage = [\"missing.ibw\"]\nsweps = [1]");
    assert!(message.contains("no file `missing.ibw`; looked for `missing.ibw`, `"), "{message}");
    assert!(message.contains("did you mean `sweeps`?"), "{message}");
    let message = mistakes("kind = \"abf\"\nfile = \"data/squid_axon.csv\"\nvoltage_channel = -1");
    assert!(message.contains("expected an ABF file, found one that starts with \"# Physio"), "{message}");
    assert!(message.contains("expected the name or number of a channel, found -1"), "{message}");
    let message = mistakes("kind = \"csv\"\nfile = \"data/squid_axon.csv\"\nvoltage = { column = \"u\" }");
    assert!(message.contains("cell.toml:4:11"), "{message}");
    assert!(message.contains("no column \"u\"; the table has \"t_ms\", \"v_mV\", \"i_uA_cm2\""), "{message}");
    let message = mistakes("kind = \"nbw\"");
    assert!(message.contains("unknown kind \"nbw\"") && message.contains("abf, atf, csv, ibw"), "{message}");
}

#[test]
fn electrodes_arrays_and_sweeps_are_chosen() {
    let nwb = "kind = \"nwb\"\nfile = \"tests/data/recordings/two_electrodes.nwb\"\n";
    let second = from_text(&format!("{nwb}electrode = \"cell1\"\nsweeps = [1]\n")).unwrap();
    assert_eq!((second.sweeps.len(), second.sweeps[0].voltage_mv.len()), (1, 60));
    // The second cell was written 10 mV lower.
    assert_relative_eq!(second.sweeps[0].voltage_mv[0], -74.0, epsilon = 1e-9);
    let message = from_text(&format!("{nwb}electrode = \"cell2\"")).unwrap_err();
    assert!(message.contains("cell.toml:4:13"), "{message}");
    assert!(
        message.contains("no electrode \"cell2\" with current clamp; the file has \"cell0\", \"cell1\""),
        "{message}"
    );
    let mat = "kind = \"mat\"\nfile = \"tests/data/recordings/v7.mat\"\n";
    let other = "voltage = { variable = \"i_pA\", unit = \"mV\" }\ncurrent = { variable = \"v_mV\", unit = \"nA\" }\n";
    let exchanged = from_text(&format!("{mat}{other}")).unwrap();
    assert_relative_eq!(exchanged.sweeps[1].voltage_mv[30], 100.0);
    assert_relative_eq!(exchanged.sweeps[0].current.as_ref().unwrap().values[0], -65_000.0);
    let message = from_text(&format!("{mat}voltage = {{ variable = \"u\" }}")).unwrap_err();
    assert!(message.contains("no variable \"u\"; the file has \"t_ms\", \"v_mV\", \"i_pA\""), "{message}");
    let message = from_text("kind = \"nwb\"\nfile = \"tests/data/recordings/v73.mat\"").unwrap_err();
    assert!(message.contains("has no attribute \"nwb_version\"; is `kind` right?"), "{message}");
    let message = from_text("kind = \"nwb\"\nfile = \"data/squid_axon.csv\"").unwrap_err();
    assert!(message.contains("expected an HDF5 file, found one that starts with \"# Physio"), "{message}");
    let surfer = "kind = \"wavesurfer\"\nfile = \"tests/data/recordings/wavesurfer.h5\"\nsweeps = [1]\n";
    assert_eq!(from_text(surfer).unwrap().sweeps[0].name, "sweep_0002");
}

#[test]
fn a_sample_that_is_no_number_is_refused_unless_it_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aborted.ibw");
    let mut bytes = fs::read(data("mouse_neuron_1/B6_Ch3_IDRest_181.ibw")).unwrap();
    bytes[384 + 4 * 11_000..384 + 4 * 11_001].copy_from_slice(&f32::NAN.to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let text = format!("kind = \"ibw\"\nvoltage = '{}'\n", path.display());
    let message = from_text(&text).unwrap_err();
    assert!(message.contains("sweep aborted is not a finite number at 2750 ms"), "{message}");
    assert!(from_text(&format!("{text}stop = \"2750 ms\"")).is_ok());
}

#[test]
fn every_format_tells_its_options_without_touching_a_file() {
    for format in FORMATS {
        let section = Section::listening();
        assert_eq!((format.build)(&section, Path::new("")), None);
        let names: Vec<String> = section.described().into_iter().map(|option| option.name).collect();
        for name in ["sweeps", "junction_potential", "start", "stop"] {
            assert!(names.iter().any(|known| known == name), "{}: {names:?}", format.name);
        }
    }
}
