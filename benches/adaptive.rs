//! Simulated milliseconds per second on one thread: steps that follow the state beside fixed steps.
//!
//! The fixed steps are those with the same 95th percentile of the error of the last spike over sets within 20 %:
//! 0.009 ms for the squid axon, 0.09 ms after thirty spikes for the cortical cell.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hhbayes::model::{Grid, LaneStimulus, Lot, MODELS, Membrane, Start, StimulusDrive};
use hhbayes::settings::{Settings, find};
use hhbayes::stimulus::{Component, Step, Stimulus};
use hhbayes::units::Unit;

const SETS: usize = 128;

/// One simulation.
struct Work {
    kind: &'static str,
    start_mv: f64,
    amplitude: f64,
    start_ms: f64,
    duration_ms: f64,
    end_ms: f64,
    interval_ms: f64,
    /// Fixed steps per sample that are as exact as the adaptive ones with the default `dt`.
    stride: usize,
}

const SQUID: Work = Work {
    kind: "hodgkin_huxley",
    start_mv: -65.0,
    amplitude: 10.0,
    start_ms: 70.0,
    duration_ms: 60.0,
    end_ms: 200.0,
    interval_ms: 0.1,
    stride: 3,
};

const WORK: [Work; 3] = [
    SQUID,
    Work { interval_ms: 0.25, stride: 8, ..SQUID },
    Work {
        kind: "pospischil",
        start_mv: -70.0,
        amplitude: 2.25,
        start_ms: 100.0,
        duration_ms: 2000.0,
        end_ms: 2200.0,
        interval_ms: 0.25,
        stride: 90,
    },
];

fn membrane(kind: &str, scheme: &str) -> Box<dyn Membrane> {
    let text = format!("[model]\nkind = \"{kind}\"\nscheme = \"{scheme}\"");
    let settings = Settings::from_text(Path::new("bench.toml"), text);
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let entry = find(MODELS, &model, None).expect("in the catalogue");
    (entry.build)(&model).expect("a membrane without mistakes")
}

/// Simulates all sets in lots of `width`.
fn simulate(work: &Work, membrane: &dyn Membrane, width: usize, grid: Grid, traces: &mut [f64]) {
    let parameters = membrane.parameters();
    let component = Component {
        amplitude: work.amplitude,
        start_ms: work.start_ms,
        duration_ms: work.duration_ms,
        waveform: Box::new(Step),
    };
    let stimulus = Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] };
    for first in (0..SETS).step_by(width) {
        // Three conductances within 20 % of the defaults, each at another pace.
        let spread = |index: usize, set: usize| 0.8 + 0.4 * ((set * (2 * index + 5)) % 256) as f64 / 256.0;
        let lot = Lot::new(parameters.len(), width, |index, lane| {
            parameters[index].default * if index < 3 { spread(index, first + lane) } else { 1.0 }
        });
        let values = vec![0.0, work.amplitude, work.start_ms, work.duration_ms];
        let lane = LaneStimulus { stimulus: &stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
        let mut drive = StimulusDrive::new(grid.dt_ms, &vec![lane; width]);
        let start = Start::Voltage(vec![work.start_mv; width]);
        let traces = &mut traces[..width * grid.samples];
        membrane.simulate(&lot, &vec![1.0; width], &start, grid, &mut drive, traces);
    }
}

fn adaptive(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("adaptive");
    group.sample_size(10);
    for work in WORK {
        let Work { kind, end_ms, interval_ms, stride, .. } = work;
        let samples = 1 + (end_ms / interval_ms).round() as usize;
        let mut traces = vec![0.0; 64 * samples];
        group.throughput(Throughput::Elements((SETS as f64 * end_ms) as u64));
        let default = (interval_ms / 0.025).round() as usize;
        for (scheme, width, stride) in [("leapfrog", 32, stride), ("adaptive", 64, default)] {
            let membrane = membrane(kind, scheme);
            let grid = Grid { dt_ms: interval_ms / stride as f64, stride, samples, still: 0 };
            group.bench_function(format!("{kind} every {interval_ms} ms {scheme}"), |bencher| {
                bencher.iter(|| simulate(&work, &*membrane, width, grid, &mut traces));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, adaptive);
criterion_main!(benches);
