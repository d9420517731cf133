//! Samples a log density of one's own: slope, intercept and log noise of a line, all with standard normal priors.
use hhbayes::numeric::{Rows, Streams, Unconstrained, normal_rows};
use hhbayes::problem::{LogDensity, LogTerms, Target};
use hhbayes::samplers::{SampleError, sample};

const POINTS: [(f64, f64); 5] = [(0.0, 0.4), (0.5, 0.9), (1.0, 1.1), (1.5, 1.8), (2.0, 2.1)];

struct Line;

impl Target for Line {
    fn dimension(&self) -> usize {
        3
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        normal_rows(count, 3, streams)
    }
}

impl LogDensity for Line {
    fn log_terms(&self, rows: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let normal = |z: f64| -0.5 * (z * z + std::f64::consts::TAU.ln());
        let terms = |row: &[f64]| {
            let point = |(x, y): &(f64, f64)| normal((y - row[0] * x - row[1]) / row[2].exp()) - row[2];
            let prior = row.iter().map(|&x| normal(x)).sum();
            LogTerms { prior, likelihood: POINTS.iter().map(point).sum() }
        };
        rows.iter().map(terms).collect()
    }
}

#[allow(clippy::print_stdout, reason = "an example shows what it finds")]
fn main() -> Result<(), SampleError> {
    let sampled = sample(&Line, "kind = 'auto'", 1)?;
    let (rows, weights) = sampled.draws.weighted();
    let slope: f64 = rows.iter().zip(&weights).map(|(row, weight)| weight * row[0]).sum();
    println!("slope {slope:.3}, evidence {:?}, {:?}", sampled.account.evidence, sampled.account.notes);
    Ok(())
}
