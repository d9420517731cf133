//! Recordings in every format: tiny ones written by other programs, real ones, and corrupt ones.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use approx::assert_relative_eq;
use hhbayes::recording::{Recording, read};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

fn tiny(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(name)
}

/// Two sweeps (a record of WFDB has one) as `tests/data/recordings/make.py` describes them.
fn check_tiny(name: &str, recording: &Recording) {
    let count = if name == "record.hea" { 1 } else { 2 };
    assert_eq!(recording.sweeps.len(), count, "{name}: {:?}", recording.notes);
    for (i, sweep) in recording.sweeps.iter().enumerate() {
        assert_relative_eq!(sweep.interval_ms, 0.1, max_relative = 1e-9);
        assert_eq!(sweep.voltage_mv.len(), 60, "{name}");
        let current = sweep.current.as_ref().unwrap_or_else(|| panic!("{name}: {:?}", recording.notes));
        for k in 0..60 {
            // Rounding of scales, and of 0.1 in 32 bits for one rate.
            assert_relative_eq!(sweep.voltage_mv[k], -65.0 + i as f64 + k as f64 / 4.0, epsilon = 1e-9);
            let expected = if (20..40).contains(&k) { 50.0 * (i + 1) as f64 } else { 0.0 };
            assert_relative_eq!(current.values[k], expected, epsilon = 1e-9);
        }
    }
}

const TINY: [&str; 11] = [
    "table_int16.nwb",
    "named_float.nwb",
    "two_electrodes.nwb",
    "stored.npz",
    "deflated.npz",
    "v7.mat",
    "v6_struct.mat",
    "v73.mat",
    "wavesurfer.h5",
    "record.hea",
    "clampfit.atf",
];

#[test]
fn files_of_other_programs_are_known_by_content_and_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(tiny("record.dat"), folder.path().join("record.dat")).unwrap();
    for name in TINY {
        // Under a name that tells nothing.
        let path = folder.path().join("unnamed");
        std::fs::copy(tiny(name), &path).unwrap();
        let recording = read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_tiny(name, &recording);
    }
}

#[test]
fn nwb_tells_how_it_was_read() {
    let has = |name: &str, note: &str| {
        let notes = read(&tiny(name)).unwrap().notes;
        assert!(notes.iter().any(|found| found.contains(note)), "{name}: {notes:?}");
    };
    has("named_float.nwb", "2 stimuli were paired with their sweeps by name");
    has("two_electrodes.nwb", "electrode \"cell0\" of \"cell0\", \"cell1\"");
    has("table_int16.nwb", "the bias current (-10 to 0 pA) is not added");
}

/// The folder of real recordings.
#[allow(clippy::print_stderr, reason = "a test that does not run must say so")]
fn reference(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HHBAYES_REFERENCE").map(|root| PathBuf::from(root).join("recordings"));
    if root.is_none() {
        eprintln!("skipped: HHBAYES_REFERENCE is not set");
    }
    root.map(|root| root.join(folder))
}

#[test]
fn real_nwb_files_read_as_written() {
    let Some(folder) = reference("nwb") else { return };
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    for (name, file) in expected.as_object().unwrap() {
        let recording = read(&folder.join(name)).unwrap();
        for (number, case) in file["sweeps"].as_object().unwrap() {
            let sweep = recording.sweeps.iter().find(|sweep| sweep.name.ends_with(number.as_str())).unwrap();
            let numbers = |key: &str| -> Vec<f64> {
                case[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
            };
            let values = &sweep.voltage_mv;
            assert_eq!(values.len() as u64, case["npts"].as_u64().unwrap(), "{name} {number}");
            assert_relative_eq!(1000.0 / sweep.interval_ms, case["rate_hz"].as_f64().unwrap());
            // mV = 1000 · (data · conversion + offset): three roundings of at most 2⁻⁵³ each.
            for (value, expected) in values[..5].iter().zip(numbers("first5_mV")) {
                assert_relative_eq!(*value, expected, max_relative = 4e-16 * 3.0);
            }
            for (value, expected) in values[values.len() - 5..].iter().zip(numbers("last5_mV")) {
                assert_relative_eq!(*value, expected, max_relative = 4e-16 * 3.0);
            }
            let low = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert_relative_eq!(low(values), case["min_mV"].as_f64().unwrap(), max_relative = 1e-14);
            assert_relative_eq!(high(values), case["max_mV"].as_f64().unwrap(), max_relative = 1e-14);
            let current = &sweep.current.as_ref().unwrap().values;
            let range = numbers("stim_pA_min_max");
            assert_relative_eq!(low(current), range[0], max_relative = 1e-12);
            assert_relative_eq!(high(current), range[1], max_relative = 1e-12);
        }
    }
}

/// Bytes that were cut, flipped, overwritten, or that claim more than there is.
fn corrupted(original: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = original.to_vec();
    let at = |random: &mut ChaCha8Rng, length: usize| random.random_range(0..length);
    match random.random_range(0..4) {
        0 => bytes.truncate(at(random, original.len())),
        1 => {
            for _ in 0..random.random_range(1..12) {
                let place = at(random, bytes.len());
                bytes[place] ^= 1 << random.random_range(0..8);
            }
        }
        2 => {
            let start = at(random, bytes.len());
            let end = bytes.len().min(start + random.random_range(1..64));
            bytes[start..end].iter_mut().for_each(|byte| *byte = random.random());
        }
        _ => {
            // Numbers of 64 bits are at multiples of 8: here is 2⁶⁰, or nearly so many.
            for _ in 0..random.random_range(1..4) {
                let start = at(random, bytes.len()) / 8 * 8;
                let claim: u64 = (1 << 60) - random.random_range(0..2) * 8;
                let end = bytes.len().min(start + 8);
                bytes[start..end].copy_from_slice(&claim.to_le_bytes()[..end - start]);
            }
        }
    }
    bytes
}

/// The most memory that this process has used, where the operating system tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn corrupt_files_are_refused_or_read_but_never_a_panic_a_hang_or_a_flood() {
    const CASES: usize = 1000;
    let folder = tempfile::tempdir().unwrap();
    let data = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    let mut files: Vec<PathBuf> = TINY.iter().map(|name| tiny(name)).collect();
    files.push(data("squid_axon.csv"));
    files.push(data("mouse_neuron_1/B6_Ch3_IDRest_181.ibw"));
    std::fs::copy(tiny("record.dat"), folder.path().join("record.dat")).unwrap();
    let before = peak_memory_kib();
    for (number, file) in files.iter().enumerate() {
        let original = std::fs::read(file).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(number as u64);
        let mut refused = 0;
        for case in 0..CASES {
            let path = folder.path().join("corrupt");
            std::fs::write(&path, corrupted(&original, &mut random)).unwrap();
            let start = Instant::now();
            let Ok(result) = std::panic::catch_unwind(|| read(&path)) else {
                panic!("case {case} of {} panicked", file.display());
            };
            match result {
                Ok(recording) => {
                    assert!(recording.sweeps.iter().all(|sweep| sweep.voltage_mv.len() >= 2));
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
            // Tiny files take milliseconds; a machine at work takes longer, but no minute.
            assert!(start.elapsed() < Duration::from_secs(20), "case {case} of {}", file.display());
        }
        assert!(refused > CASES / 20, "{}: only {refused} of {CASES} were refused", file.display());
    }
    if let (Some(before), Some(after)) = (before, peak_memory_kib()) {
        // Files of less than 100 kB expand by at most 1032, in a few copies.
        assert!(after < before + (1 << 20), "memory grew from {before} to {after} KiB");
    }
}
