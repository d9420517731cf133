//! How long all features of a sweep take, eFEL's definitions, with the voltage in memory:
//!
//! ```sh
//! cargo run --release --example feature_seconds -- FILE SWEEP START_MS STOP_MS CURRENT_NA
//! ```
//!
//! prints the median of many repeats, in seconds. `benches/peers/features.py` compares it with eFEL, which is timed without
//! reading files as well.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use hhbayes::features::{Analyser, Mode, Response, Settings, extract_all};
use hhbayes::recording;

const REPEATS: usize = 101;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, sweep, start, stop, current] = words.as_slice() else {
        return Err("expected FILE SWEEP START_MS STOP_MS CURRENT_NA".into());
    };
    let mut sweeps = recording::read(Path::new(file))?.sweeps;
    let place: usize = sweep.parse()?;
    let sweep =
        if place < sweeps.len() { sweeps.swap_remove(place) } else { return Err("no such sweep".into()) };
    let response = Response {
        interval_ms: sweep.interval_ms,
        voltage_mv: &sweep.voltage_mv,
        stimulus_ms: Some((start.parse()?, stop.parse()?)),
        stimulus_current_na: Some(current.parse()?),
    };
    let mut analyser = Analyser::with_settings(Mode::Efel, Settings::default());
    let mut seconds = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        let clock = Instant::now();
        std::hint::black_box(extract_all(&analyser.analyse(&response)));
        seconds.push(clock.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    println!("{}", seconds[REPEATS / 2]);
    Ok(())
}
