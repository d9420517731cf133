//! Two posteriors are compared as closed forms and `SciPy` (`tests/comparison/scipy_numbers.py`) say, and every stated
//! Monte Carlo error is that of the replicates.

#![allow(clippy::unwrap_used, reason = "a test")]

mod closed_forms;
mod errors;
mod joint;
mod scipy;

use hhbayes::comparison::{Layout, ParameterComparison, Sample, compare_parameter};
use hhbayes::numeric::{Streams, standard_normal};

/// Independent normal draws.
fn normal(count: usize, mean: f64, sd: f64, seed: u64) -> Vec<f64> {
    let mut generator = Streams::new(seed).generator(0, 0);
    (0..count).map(|_| mean + sd * standard_normal(&mut generator)).collect()
}

/// Four stationary chains of normal draws, each of which remembers the share `memory` of the one before.
fn chains(draws: usize, mean: f64, memory: f64, seed: u64) -> Vec<f64> {
    let mut all = Vec::with_capacity(4 * draws);
    for chain in 0..4 {
        let mut generator = Streams::new(seed).generator(1, chain);
        let mut state = standard_normal(&mut generator);
        for _ in 0..draws {
            all.push(mean + state);
            state = memory * state + (1.0 - memory * memory).sqrt() * standard_normal(&mut generator);
        }
    }
    all
}

fn sample(values: Vec<f64>) -> Sample {
    Sample::of_chains("sample", vec![values], 4)
}

fn compare(a: &Sample, b: &Sample) -> ParameterComparison {
    let layouts: [&Layout; 2] = [&a.layout, &b.layout];
    compare_parameter(("g_K", Some("mS/cm^2")), [&a.columns[0], &b.columns[0]], layouts, None)
}
