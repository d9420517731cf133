//! Samples a posterior of posteriordb and writes its draws, for comparisons with other programs:
//!
//! ```sh
//! cargo run --release --example posteriordb garch-garch11 "kind = 'auto'" 1 draws.f64
//! ```
//!
//! Prints what the run has cost as one line of JSON. The file has little-endian numbers: parameters of the reference,
//! shape `[chain, draw, parameter]`, then the weights of the draws if they are weighted.

mod densities;

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hhbayes::draws::{Draws, Sampled};
use hhbayes::numeric::{Rows, Streams, Unconstrained};
use hhbayes::problem::{LogDensity, LogTerms, Target};
use hhbayes::samplers::sample;

use densities::{Case, cases};

/// A posterior that counts how often its density is asked for.
struct Counted {
    case: Case,
    calls: AtomicU64,
}

impl Target for Counted {
    fn dimension(&self) -> usize {
        self.case.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.case.draw_prior(count, streams)
    }
}

impl LogDensity for Counted {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        self.calls.fetch_add(points.len() as u64, Ordering::Relaxed);
        self.case.log_terms(points)
    }
}

/// The draws in the parameters of the reference, and their weights if these differ.
fn numbers(case: &Case, sampled: &Sampled) -> Vec<f64> {
    let (rows, weights) = sampled.draws.weighted();
    let mut numbers: Vec<f64> = rows.iter().flat_map(case.parameters).collect();
    if matches!(sampled.draws, Draws::Particles(_)) {
        numbers.extend(weights);
    }
    numbers
}

#[allow(clippy::print_stdout, reason = "an example shows what it finds")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, options, seed, output] = arguments.as_slice() else {
        return Err("expected a name, the options of a sampler, a seed and a file".into());
    };
    let cases = cases();
    if cases.is_empty() {
        return Err("HHBAYES_REFERENCE does not name the folder with the reference data".into());
    }
    let case = cases.into_iter().find(|case| case.name == name).ok_or("no posterior has this name")?;
    let target = Counted { case, calls: AtomicU64::new(0) };
    let began = Instant::now();
    let sampled = sample(&target, options, seed.parse()?)?;
    let seconds = began.elapsed().as_secs_f64();
    let bytes: Vec<u8> = numbers(&target.case, &sampled).into_iter().flat_map(f64::to_le_bytes).collect();
    std::fs::write(output, bytes)?;
    let (chains, warmup, weighted) = match &sampled.draws {
        Draws::Chains(chains) => (chains.points.dim().0, chains.warmup, false),
        Draws::Particles(_) => (1, 0, true),
    };
    let cautions: Vec<String> = sampled.account.cautions.iter().map(ToString::to_string).collect();
    let told = serde_json::json!({
        "calls": target.calls.load(Ordering::Relaxed),
        "seconds": seconds,
        "chains": chains,
        "warmup": warmup,
        "weighted": weighted,
        "log_evidence": sampled.account.evidence.map(|evidence| evidence.log),
        "log_evidence_error": sampled.account.evidence.map(|evidence| evidence.error),
        "notes": sampled.account.notes,
        "cautions": cautions,
    });
    println!("{told}");
    Ok(())
}
