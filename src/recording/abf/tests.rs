//! The reader against PyABF on real files, and against files made here byte by byte.

use std::path::PathBuf;

use approx::assert_relative_eq;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::command::Kind;
use super::*;

/// The folder of real recordings.
#[allow(clippy::print_stderr, reason = "a test that does not run must say so")]
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("HHBAYES_REFERENCE").map(|root| PathBuf::from(root).join("recordings/abf"));
    if folder.is_none() {
        eprintln!("skipped: HHBAYES_REFERENCE is not set");
    }
    folder
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// PyABF keeps 32-bit floats: a relative error of 2⁻²⁴ in each of the two steps of scaling.
const SINGLE: f64 = 2.4e-7;

fn check_channel(values: &[f64], expected: &Value) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let largest = low.abs().max(high.abs());
    for (i, &first) in numbers(&expected["first5"]).iter().enumerate() {
        assert_relative_eq!(values[i], first, epsilon = SINGLE * largest);
    }
    for (i, &last) in numbers(&expected["last5"]).iter().enumerate() {
        assert_relative_eq!(values[values.len() - 5 + i], last, epsilon = SINGLE * largest);
    }
    assert_relative_eq!(low, expected["min"].as_f64().unwrap(), epsilon = SINGLE * largest);
    assert_relative_eq!(high, expected["max"].as_f64().unwrap(), epsilon = SINGLE * largest);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert_relative_eq!(mean, expected["mean"].as_f64().unwrap(), epsilon = SINGLE * largest);
}

fn check_epochs(output: &Output, sweep: usize, samples: usize, expected: &Value) {
    let segments = output.segments(sweep, samples);
    let expected = expected.as_array().unwrap();
    assert_eq!(segments.len(), expected.len());
    for (segment, expected) in segments.iter().zip(expected) {
        let kind = match segment.kind {
            Kind::Step => "Step",
            Kind::Ramp => "Ramp",
            Kind::Pulse => "Pulse",
            Kind::Other(_) => "Other",
        };
        assert_eq!(kind, expected["type"]);
        assert_relative_eq!(segment.level, expected["level"].as_f64().unwrap());
        assert_eq!(segment.start as u64, expected["start"].as_u64().unwrap());
        assert_eq!(segment.end as u64, expected["end"].as_u64().unwrap());
    }
}

#[test]
fn real_files_read_as_in_pyabf() {
    let Some(folder) = reference() else { return };
    let text = std::fs::read_to_string(folder.join("expected_reader.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let files = expected["files"].as_object().unwrap();
    assert_eq!(files.len(), 8);
    for (name, file) in files {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let header = read_header(&bytes).unwrap();
        let reader = Bytes::little_endian(&bytes);
        assert_eq!(header.samples() as u64, file["sweep_points"].as_u64().unwrap(), "{name}");
        assert_eq!(header.sweeps as u64, file["sweep_count"].as_u64().unwrap(), "{name}");
        assert_relative_eq!(1000.0 / header.interval_ms, file["sample_rate_hz"].as_f64().unwrap());
        assert_eq!(header.outputs[0].unit, file["dac"][0]["unit"], "{name}");
        assert_eq!(header.channels.len(), file["channels"].as_array().unwrap().len(), "{name}");
        for (sweep, expected) in file["sweeps"].as_array().unwrap().iter().enumerate() {
            for (i, channel) in header.channels.iter().enumerate() {
                assert_eq!(channel.name, file["channels"][i]["name"], "{name}");
                assert_eq!(channel.unit, file["channels"][i]["unit"], "{name}");
                check_channel(&header.values(reader, i, sweep).unwrap(), &expected["channels"][i]);
            }
            check_epochs(&header.outputs[0], sweep, header.samples(), &expected["epochs_dac0"]);
        }
    }
}

#[test]
fn ramps_and_pulses_are_those_of_pyabf() {
    let Some(folder) = reference() else { return };
    let current = |file: &str, sweep: usize| {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        read(&bytes, &Choice::default()).unwrap().0[sweep].current.clone().unwrap().values
    };
    // Sums and edges from PyABF 2.3.8.
    let ramp = current("17o05027_ic_ramp.abf", 1);
    assert_relative_eq!(ramp.iter().sum::<f64>(), 100_380.0, max_relative = 1e-6);
    assert_relative_eq!(ramp[10_000], 5.019_949_220_166_849, max_relative = 1e-6);
    assert_relative_eq!(ramp[312], 0.0);
    assert_relative_eq!(ramp[19_611], 10.0);
    let pulses = current("18425108.abf", 0);
    assert_relative_eq!(pulses.iter().sum::<f64>(), 2_187_500.0, max_relative = 1e-6);
    let edges: Vec<usize> =
        (1..pulses.len()).filter(|&i| (pulses[i] - pulses[i - 1]).abs() > 0.0).map(|i| i - 1).collect();
    assert_eq!(edges[..6], [6249, 12499, 24999, 25049, 25249, 25299]);
    assert_eq!((edges.len(), edges[41]), (42, 29799));
    assert_eq!(current("18425108_abf1.abf", 0), pulses, "the same recording in both versions");
}

#[test]
fn commanded_steps_are_recognised() {
    let Some(folder) = reference() else { return };
    let bytes = std::fs::read(folder.join("File_axon_5.abf")).unwrap();
    let (sweeps, _) = read(&bytes, &Choice::default()).unwrap();
    for (i, sweep) in sweeps.iter().enumerate() {
        let step = sweep.current.as_ref().unwrap().recognise_step(sweep.interval_ms);
        let amplitude = -100.0 + 50.0 * i as f64;
        match step {
            Some(step) => {
                assert_relative_eq!(step.amplitude, amplitude);
                assert_relative_eq!(step.start_ms, 215.6, epsilon = 1e-9);
                assert_relative_eq!(step.stop_ms, 715.6, epsilon = 1e-9);
            }
            None => assert_eq!(i, 2, "only sweep 2 has no current"),
        }
    }
}

/// A small ABF 2 file: 10 V over 32768 steps, an instrument gain of 0.01 V per unit.
struct Made {
    mode: i16,
    is_float: bool,
    units: [&'static str; 2],
    telegraph: f32,
    output: (&'static str, i16),
    keeps_last_level: i16,
    sweeps: u32,
}

const MADE: Made = Made {
    mode: 5,
    is_float: false,
    units: ["mV", "nA"],
    telegraph: 2.0,
    output: ("pA", 1),
    keeps_last_level: 0,
    sweeps: 2,
};

const SAMPLES: usize = 128;

fn put(bytes: &mut Vec<u8>, at: usize, value: &[u8]) {
    if bytes.len() < at + value.len() {
        bytes.resize(at + value.len(), 0);
    }
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn put_section(bytes: &mut Vec<u8>, at: usize, (block, entry, count): (u32, u32, i64)) {
    put(bytes, at, &block.to_le_bytes());
    put(bytes, at + 4, &entry.to_le_bytes());
    put(bytes, at + 8, &count.to_le_bytes());
}

impl Made {
    /// Output 0, holding 7, with two steps.
    fn put_stimulus(&self, bytes: &mut Vec<u8>) {
        put(bytes, 1536 + 12, &7_f32.to_le_bytes());
        put(bytes, 1536 + 24, &5_i32.to_le_bytes());
        put(bytes, 1536 + 28, &6_i32.to_le_bytes());
        for (offset, value) in [(40, 1), (42, self.output.1), (44, self.keeps_last_level)] {
            put(bytes, 1536 + offset, &i16::to_le_bytes(value));
        }
        for (i, (level, increment)) in [(20_f32, 5_f32), (-30.0, 0.0)].into_iter().enumerate() {
            let at = 2048 + 48 * i;
            put(bytes, at, &u16::try_from(i).unwrap().to_le_bytes());
            put(bytes, at + 4, &1_i16.to_le_bytes());
            put(bytes, at + 6, &level.to_le_bytes());
            put(bytes, at + 10, &increment.to_le_bytes());
            put(bytes, at + 14, &30_i32.to_le_bytes());
            put(bytes, at + 18, &10_i32.to_le_bytes());
        }
    }

    /// Sample `i` of channel `c` in sweep `s` is 1000 s + 2 i + c.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"ABF2".to_vec();
        let count = SAMPLES * 2 * self.sweeps as usize;
        let count_i64 = i64::try_from(count).unwrap();
        put(&mut bytes, 12, &self.sweeps.to_le_bytes());
        put(&mut bytes, 30, &u16::from(self.is_float).to_le_bytes());
        for (at, section) in [
            (76, (1, 512, 1)),
            (92, (2, 128, 2)),
            (108, (3, 256, 1)),
            (156, (4, 48, 2)),
            (220, (5, 512, 1)),
            (236, (6, if self.is_float { 4 } else { 2 }, count_i64)),
        ] {
            put_section(&mut bytes, at, section);
        }
        put(&mut bytes, 512, &self.mode.to_le_bytes());
        put(&mut bytes, 514, &50_f32.to_le_bytes());
        put(&mut bytes, 512 + 110, &10_f32.to_le_bytes());
        put(&mut bytes, 512 + 118, &32768_i32.to_le_bytes());
        for (at, name) in [(1024, 1_i32), (1152, 3)] {
            put(&mut bytes, at + 2, &1_i16.to_le_bytes());
            for (offset, value) in
                [(6, self.telegraph), (28, 1.0), (40, 0.01), (44, 3.0), (48, 1.0), (52, 1.0)]
            {
                put(&mut bytes, at + offset, &value.to_le_bytes());
            }
            put(&mut bytes, at + 74, &name.to_le_bytes());
            put(&mut bytes, at + 78, &(name + 1).to_le_bytes());
        }
        self.put_stimulus(&mut bytes);
        let texts = ["Vm", self.units[0], "Im", self.units[1], "Cmd 0", self.output.0, ""].join("\0");
        put(&mut bytes, 2560 + 16, &(texts.len() as u32).to_le_bytes());
        put(&mut bytes, 2560 + 44, texts.as_bytes());
        for k in 0..count {
            let raw = i16::try_from(1000 * (k / (2 * SAMPLES)) + k % (2 * SAMPLES)).unwrap();
            if self.is_float {
                put(&mut bytes, 3072 + 4 * k, &f32::from(raw).to_le_bytes());
            } else {
                put(&mut bytes, 3072 + 2 * k, &raw.to_le_bytes());
            }
        }
        bytes
    }
}

#[test]
fn samples_are_scaled_with_the_gain_of_the_amplifier() {
    let (sweeps, _) = read(&MADE.bytes(), &Choice::default()).unwrap();
    assert_eq!(sweeps.len(), 2);
    assert_relative_eq!(sweeps[0].interval_ms, 0.05);
    assert_eq!(sweeps[1].voltage_mv.len(), SAMPLES);
    // 10 V / 32768 / 0.01 / 2 for each step, and an offset of 3 - 1; the gain 0.01 is a 32-bit float.
    let scale = 10.0 / 32768.0 / 0.01 / 2.0;
    assert_relative_eq!(sweeps[1].voltage_mv[10], 1020.0 * scale + 2.0, max_relative = 1e-7);
}

#[test]
fn floats_are_not_scaled() {
    let (sweeps, _) = read(&Made { is_float: true, ..MADE }.bytes(), &Choice::default()).unwrap();
    assert_relative_eq!(sweeps[1].voltage_mv[10], 1020.0);
}

#[test]
fn the_command_is_lead_in_epochs_and_holding() {
    let (sweeps, notes) = read(&MADE.bytes(), &Choice::default()).unwrap();
    let levels = |sweep: usize| sweeps[sweep].current.as_ref().unwrap().values.clone();
    let expected = |parts: &[(usize, f64)]| -> Vec<f64> {
        parts.iter().flat_map(|&(count, level)| vec![level; count]).collect()
    };
    assert_eq!(levels(0), expected(&[(2, 7.0), (30, 20.0), (30, -30.0), (66, 7.0)]));
    assert_eq!(levels(1), expected(&[(2, 7.0), (40, 25.0), (40, -30.0), (46, 7.0)]));
    assert!(notes.iter().any(|note| note.contains("commanded by output 0 \"Cmd 0\" (pA)")), "{notes:?}");
    let (sweeps, _) = read(&Made { keeps_last_level: 1, ..MADE }.bytes(), &Choice::default()).unwrap();
    let levels = |sweep: usize| sweeps[sweep].current.as_ref().unwrap().values.clone();
    assert_eq!(levels(0), expected(&[(2, 7.0), (30, 20.0), (96, -30.0)]));
    assert_eq!(levels(1), expected(&[(2, -30.0), (40, 25.0), (86, -30.0)]));
}

#[test]
fn a_measured_current_is_used_if_asked_for_or_if_a_file_was_played() {
    let asked = Choice { current: Some(Pick::Name("Im".to_owned())), ..Choice::default() };
    let (measured, _) = read(&MADE.bytes(), &asked).unwrap();
    let (played, notes) = read(&Made { output: ("pA", 2), ..MADE }.bytes(), &Choice::default()).unwrap();
    assert_eq!(measured, played);
    assert!(notes.iter().any(|note| note.contains("measured by channel \"Im\" (nA)")), "{notes:?}");
    let scale = 10.0 / 32768.0 / 0.01 / 2.0;
    let values = &measured[0].current.as_ref().unwrap().values;
    assert_relative_eq!(values[3], 1000.0 * (7.0 * scale + 2.0), max_relative = 1e-7);
    let (unknown, notes) =
        read(&Made { output: ("pA", 2), units: ["mV", "mV"], ..MADE }.bytes(), &Choice::default()).unwrap();
    assert_eq!(unknown[0].current, None);
    assert!(notes.iter().any(|note| note.contains("another file")), "{notes:?}");
}

#[test]
fn a_gap_free_recording_is_one_sweep_under_the_measured_or_the_holding_current() {
    let read = |made: Made| read(&made.bytes(), &Choice::default()).unwrap();
    let (measured, _) = read(Made { mode: 3, ..MADE });
    assert_eq!((measured.len(), measured[0].voltage_mv.len()), (1, 2 * SAMPLES));
    let (episodes, _) = read(Made { output: ("pA", 2), ..MADE });
    let first = |sweep: &Sweep| sweep.current.as_ref().unwrap().values[..SAMPLES].to_vec();
    assert_eq!(first(&measured[0]), first(&episodes[0]));
    let (holding, _) = read(Made { mode: 3, units: ["mV", "mV"], ..MADE });
    assert_eq!(holding[0].current.as_ref().unwrap().values, vec![7.0; 2 * SAMPLES]);
}

#[test]
fn protocol_comment_tags_and_holding_are_what_the_file_says_about_itself() {
    let mut bytes = MADE.bytes();
    // The fifth text is the unit of the output; it serves as protocol, the third as comment.
    put(&mut bytes, 72, &5_i32.to_le_bytes());
    put(&mut bytes, 512 + 132, &3_i32.to_le_bytes());
    put(&mut bytes, 512 + 14, &50_f32.to_le_bytes());
    let block = bytes.len().div_ceil(512);
    put_section(&mut bytes, 252, (u32::try_from(block).unwrap(), 64, 1));
    put(&mut bytes, 512 * block, &40_000_i32.to_le_bytes());
    put(&mut bytes, 512 * block + 4, b"TTX");
    put(&mut bytes, 512 * block + 63, &[0]);
    let about = about(&bytes);
    assert_eq!((about.protocols.len(), about.comments[1].as_str()), (1, "at 2.000 s: TTX"));
    assert_eq!((about.holding[0].level, about.holding[0].unit.as_str()), (7.0, "pA"));
    assert_eq!(super::about(b"ABF2"), super::super::About::default());
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let error = |made: Made, choice: Choice| read(&made.bytes(), &choice).unwrap_err();
    let message = error(Made { mode: 4, ..MADE }, Choice::default()).to_string();
    assert!(message.contains("found mode 4 (oscilloscope)"), "{message}");
    let clamped = Made { units: ["pA", "pA"], output: ("mV", 1), ..MADE };
    let message = error(clamped, Choice::default()).to_string();
    assert!(message.contains("\"Vm\" (pA), \"Im\" (pA)") && message.contains("voltage clamp"), "{message}");
    let third = Choice { voltage: Some(Pick::Number(2)), ..Choice::default() };
    assert_eq!(error(MADE, third).option(), "voltage_channel");
    let voltage = Choice { current: Some(Pick::Number(0)), ..Choice::default() };
    assert!(matches!(
        error(MADE, voltage),
        AbfError::Channel(ChannelError::OtherQuantity { option: "current_channel", .. })
    ));
    assert!(matches!(error(Made { telegraph: 0.0, ..MADE }, Choice::default()), AbfError::BadGain { .. }));
    assert!(matches!(error(Made { sweeps: 0, ..MADE }, Choice::default()), AbfError::NoData { .. }));
    let bytes = MADE.bytes();
    assert_eq!(
        read(&bytes[..bytes.len() - 1], &Choice::default()).unwrap_err(),
        AbfError::Truncated(Truncated { needed: bytes.len(), length: bytes.len() - 1 })
    );
    assert!(matches!(read(b"RIFF....", &Choice::default()), Err(AbfError::OtherFormat { .. })));
}

/// A small ABF 1 file with one channel in mV and one epoch, zero where nothing is needed.
fn made_version_1() -> Vec<u8> {
    let mut bytes = b"ABF ".to_vec();
    for (at, value) in [(10, 256_i32), (16, 2), (40, 12), (252, 32768), (2508, 64)] {
        put(&mut bytes, at, &value.to_le_bytes());
    }
    for (at, value) in [(8, 5_i16), (120, 1), (2296, 1), (2300, 1), (2308, 1)] {
        put(&mut bytes, at, &value.to_le_bytes());
    }
    for (at, value) in [(122, 100_f32), (244, 10.0), (730, 1.0), (922, 0.01), (1050, 1.0), (2348, 50.0)] {
        put(&mut bytes, at, &value.to_le_bytes());
    }
    put(&mut bytes, 442, b"Vm        ");
    put(&mut bytes, 602, b"mV      ");
    put(&mut bytes, 1346, b"pA      ");
    put(&mut bytes, 6144 + 511, &[0]);
    bytes
}

#[test]
fn version_1_is_read() {
    let (sweeps, _) = read(&made_version_1(), &Choice::default()).unwrap();
    assert_eq!((sweeps.len(), sweeps[0].voltage_mv.len()), (2, 128));
    assert_relative_eq!(sweeps[0].interval_ms, 0.1);
    let step = sweeps[1].current.as_ref().unwrap().recognise_step(0.1).unwrap();
    assert_relative_eq!(step.amplitude, 50.0);
    assert_relative_eq!(step.start_ms, 0.2);
}

#[test]
fn corrupt_bytes_are_an_error_or_other_numbers_but_never_a_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut refused = 0;
    for original in [MADE.bytes(), made_version_1()] {
        for _ in 0..2000 {
            let mut bytes = original.clone();
            for _ in 0..random.random_range(1..20) {
                // Mostly in the header, where bytes steer the reader.
                let at = random.random_range(4..bytes.len());
                bytes[at] = random.random();
            }
            if random.random_bool(0.3) {
                bytes.truncate(random.random_range(0..bytes.len()));
            }
            refused += usize::from(read(&bytes, &Choice::default()).is_err());
        }
    }
    assert!(refused > 1000, "only {refused} of 4000 corrupt files were refused");
}
