//! Samples a task of sbibm, whose posteriors are known, and writes 10 000 draws:
//!
//! ```sh
//! cargo run --release --example sbibm two_moons 1 "kind = 'abc_smc'" 1 draws.f64
//! ```
//!
//! Prints what the run has cost as one line of JSON. The file has little-endian numbers, shape `[draw, parameter]`, in the
//! units of the task. Fewer particles than that are smoothed by a kernel, see `smoothing.rs`.

mod simulators;
mod smoothing;
mod tasks;

use std::error::Error;
use std::sync::atomic::Ordering;
use std::time::Instant;

use hhbayes::draws::Draws;
use hhbayes::numeric::Streams;
use hhbayes::samplers::sample_by_simulation;

use smoothing::Smoothed;
use tasks::Task;

const DRAWS: usize = 10_000;

#[allow(clippy::print_stdout, reason = "an example shows what it finds")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, observation, options, seed, output] = arguments.as_slice() else {
        return Err(
            "expected a task, the number of an observation, the options of a sampler, a seed and a file"
                .into(),
        );
    };
    let task = Task::named(name, observation.parse()?).ok_or(
        "no task has this name, or HHBAYES_REFERENCE does not name the folder with the reference data",
    )?;
    let seed = seed.parse()?;
    let began = Instant::now();
    let sampled = sample_by_simulation(&task, options, seed)?;
    let seconds = began.elapsed().as_secs_f64();
    let (points, weights) = sampled.draws.weighted();
    let smoothed = Smoothed::new(&points, &weights);
    let draws = task.space.to_natural(&smoothed.draw(DRAWS, Streams::new(seed).stage("smooth")));
    let bytes: Vec<u8> = draws.iter().flatten().copied().flat_map(f64::to_le_bytes).collect();
    std::fs::write(output, bytes)?;
    let generations = match &sampled.draws {
        Draws::Particles(particles) => particles.generations.clone(),
        Draws::Chains(_) => Vec::new(),
    };
    let told = serde_json::json!({
        "calls": task.calls.load(Ordering::Relaxed),
        "seconds": seconds,
        "particles": weights.len(),
        "effective": 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>(),
        "epsilon": generations.last().map(|generation| generation.epsilon),
        "generations": generations.len(),
        "width": smoothed.width,
        "local_kernels": smoothed.is_local,
        "notes": sampled.account.notes,
    });
    println!("{told}");
    Ok(())
}
