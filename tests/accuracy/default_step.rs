//! The time step that a model has by default leaves an error below 0.01 ms in the time of the last spike, for 95 % of
//! cells whose conductances are spread by 20 %.

use hhbayes::numeric::Streams;
use rand::RngExt;

use crate::solvers::{CORTICAL_SWEEP, SQUID_SWEEP, Sweep, conductances, membrane, simulated, solved};

/// What is promised for 95 % of cells.
const PROMISE_MS: f64 = 0.01;

/// The error of a model at a time step in a population.
struct Outcome {
    p95_ms: f64,
    /// Cells that fire.
    firing: usize,
    /// Cells with another number of spikes.
    other_counts: usize,
}

/// Every conductance is drawn evenly from 80 to 120 % of its default.
fn spread(kind: &str, cells: usize) -> Vec<Vec<f64>> {
    let membrane = membrane(kind);
    let cell = |row: usize| {
        let mut generator = Streams::new(1).generator(0, row as u64);
        let mut scaled =
            |place: usize| generator.random_range(0.8..1.2) * membrane.parameters()[place].default;
        conductances(&*membrane).into_iter().map(&mut scaled).collect()
    };
    (0..cells).map(cell).collect()
}

/// When the voltage rises through 0 mV, by the cubic through the four samples around it.
fn spike_times_ms(trace: &[f64], interval_ms: f64) -> Vec<f64> {
    let rises = (2..trace.len() - 1).filter(|&at| trace[at - 1] < 0.0 && trace[at] >= 0.0);
    rises
        .map(|at| {
            let [a, b, c, d] = [trace[at - 2], trace[at - 1], trace[at], trace[at + 1]];
            let cubic = |x: f64| {
                -a * x * (x - 1.0) * (x - 2.0) / 6.0 + b * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
                    - c * (x + 1.0) * x * (x - 2.0) / 2.0
                    + d * (x + 1.0) * x * (x - 1.0) / 6.0
            };
            let (mut below, mut above) = (0.0, 1.0);
            for _ in 0..40 {
                let middle = f64::midpoint(below, above);
                if cubic(middle) < 0.0 { below = middle } else { above = middle }
            }
            ((at - 1) as f64 + below) * interval_ms
        })
        .collect()
}

/// Spike times of every cell by DOP853. Sampled finely enough that the cubic is exact to 1e-5 ms.
fn true_spikes(kind: &str, sweep: &Sweep, cells: &[Vec<f64>]) -> Vec<Vec<f64>> {
    cells.iter().map(|set| spike_times_ms(&solved(kind, set, sweep, 0.0125), 0.0125)).collect()
}

fn outcome(kind: &str, sweep: &Sweep, cells: &[Vec<f64>], truth: &[Vec<f64>], dt_ms: f64) -> Outcome {
    let traces = simulated(&*membrane(kind), cells, sweep, dt_ms, dt_ms);
    let mut errors = Vec::new();
    let mut other_counts = 0;
    for (trace, truth) in traces.iter().zip(truth) {
        let found = spike_times_ms(trace, dt_ms);
        let Some(last) = truth.last() else { continue };
        let same = found.len() == truth.len();
        other_counts += usize::from(!same);
        errors.push(if same { (found[found.len() - 1] - last).abs() } else { f64::INFINITY });
    }
    errors.sort_by(f64::total_cmp);
    let firing = errors.len();
    Outcome { p95_ms: errors[(0.95 * firing as f64) as usize], firing, other_counts }
}

const POPULATIONS: [(&str, Sweep); 4] = [
    ("hodgkin_huxley", SQUID_SWEEP),
    ("pospischil", CORTICAL_SWEEP),
    ("pospischil_calcium", CORTICAL_SWEEP),
    ("cortical", CORTICAL_SWEEP),
];

#[test]
fn the_default_step_keeps_its_promise() {
    for (kind, sweep) in POPULATIONS {
        let cells = spread(kind, 64);
        let truth = true_spikes(kind, &sweep, &cells);
        let dt_ms = membrane(kind).default_dt_ms();
        let Outcome { p95_ms, firing, other_counts } = outcome(kind, &sweep, &cells, &truth, dt_ms);
        println!("{kind} {dt_ms} ms: {p95_ms:.5} ms");
        assert_eq!((firing, other_counts), (64, 0), "{kind}");
        assert!(p95_ms < PROMISE_MS, "{kind} at {dt_ms} ms: {p95_ms} ms");
    }
}

#[test]
fn a_step_that_is_too_long_is_noticed() {
    for (kind, sweep) in POPULATIONS {
        let cells = spread(kind, 64);
        let truth = true_spikes(kind, &sweep, &cells);
        let dt_ms = 2.0 * membrane(kind).default_dt_ms();
        let Outcome { p95_ms, .. } = outcome(kind, &sweep, &cells, &truth, dt_ms);
        assert!(p95_ms > PROMISE_MS, "{kind} at {dt_ms} ms: {p95_ms} ms");
    }
}

/// The numbers of `results/README.md`, from which the default steps were chosen.
#[test]
#[ignore = "a minute: cargo test --release --test accuracy -- --ignored --nocapture"]
fn the_default_step_keeps_its_promise_for_a_thousand_cells() {
    for (kind, sweep) in POPULATIONS {
        let cells = spread(kind, 1000);
        let truth = true_spikes(kind, &sweep, &cells);
        for dt_ms in [0.05, 0.025, 0.0125, 0.01, 0.005, 0.004] {
            let Outcome { p95_ms, firing, other_counts } = outcome(kind, &sweep, &cells, &truth, dt_ms);
            println!("{kind} {dt_ms} ms: {p95_ms:.5} ms ({firing} fire, {other_counts} another number)");
            assert!(dt_ms > membrane(kind).default_dt_ms() || p95_ms < PROMISE_MS);
        }
    }
}
