//! Throughput of the forward models in cell-steps per second on one thread.

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hhbayes::features::{Analyser, Measure, Mode, Response};
use hhbayes::model::{
    Direction, Drive, Grid, LaneStimulus, Lot, MODELS, Membrane, Sensitive, Start, StimulusDrive,
};
use hhbayes::numeric::Streams;
use hhbayes::settings::{Settings, find};
use hhbayes::stimulus::{Component, Step, Stimulus};
use hhbayes::units::Unit;

/// The membrane of a `[model]` with this kind and scheme.
fn membrane(kind: &str, scheme: Option<&str>) -> Box<dyn Membrane> {
    let scheme = scheme.map_or(String::new(), |scheme| format!("scheme = \"{scheme}\""));
    let text = match kind {
        "channels" => include_str!("written_squid.toml").to_owned(),
        _ => format!("[model]\nkind = \"{kind}\"\n{scheme}"),
    };
    let settings = Settings::from_text(Path::new("bench.toml"), text);
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let entry = find(MODELS, &model, None).expect("in the catalogue");
    (entry.build)(&model).expect("a membrane without mistakes")
}

const DEFAULT: Grid = Grid { dt_ms: 0.025, stride: 4, samples: 2001, still: 0 };

/// Parameter sets that differ by up to 20 %.
fn lot(membrane: &dyn Membrane, lanes: usize) -> Lot {
    let spread = |lane: usize| 0.8 + 0.4 * lane as f64 / lanes as f64;
    Lot::new(membrane.parameters().len(), lanes, |index, lane| {
        let parameter = &membrane.parameters()[index];
        parameter.default * if parameter.name.starts_with("g_") { spread(lane) } else { 1.0 }
    })
}

fn step() -> Stimulus {
    let component =
        Component { amplitude: 10.0, start_ms: 70.0, duration_ms: 60.0, waveform: Box::new(Step) };
    Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] }
}

fn drive(stimulus: &Stimulus, lanes: usize, dt_ms: f64) -> StimulusDrive<'_> {
    let values = vec![0.0, 10.0, 70.0, 60.0];
    let lane = LaneStimulus { stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
    StimulusDrive::new(dt_ms, &vec![lane; lanes])
}

/// One simulation of a lot: traces, with noise if it is not 0.
fn simulate(membrane: &dyn Membrane, lanes: usize, grid: Grid, noise: f64) -> impl FnMut() {
    let (lot, stimulus) = (lot(membrane, lanes), step());
    let mut traces = vec![0.0; lanes * grid.samples];
    move || {
        let mut drive = drive(&stimulus, lanes, grid.dt_ms);
        if noise > 0.0 {
            let generators = (0..lanes as u64).map(|row| Streams::new(1).generator(0, row));
            drive = drive.with_noise(&vec![noise; lanes], generators.collect());
        }
        let start = Start::Voltage(vec![-65.0; lanes]);
        membrane.simulate(&lot, &vec![1.0; lanes], &start, grid, &mut drive, &mut traces);
    }
}

/// Every model, with noise and with features.
fn models(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("models");
    for (name, scheme, noise) in [
        ("hodgkin_huxley", None, 0.0),
        ("hodgkin_huxley", Some("adaptive"), 0.0),
        ("hodgkin_huxley", None, 0.1),
        ("pospischil", None, 0.0),
        ("pospischil", None, 0.1),
        ("pospischil_calcium", None, 0.0),
        ("cortical", None, 0.0),
        ("channels", None, 0.0),
        ("pospischil", Some("exponential_euler"), 0.0),
        ("pyhh", None, 0.0),
    ] {
        let membrane = membrane(name, scheme);
        let lanes =
            membrane.widths().iter().map(|(lanes, _)| *lanes).max().expect("every membrane has a width");
        group.throughput(Throughput::Elements((lanes * DEFAULT.steps()) as u64));
        let label = if noise > 0.0 { " with noise" } else { "" };
        group.bench_function(format!("{name} {}{label}", scheme.unwrap_or("default")), |bencher| {
            bencher.iter(simulate(&*membrane, lanes, DEFAULT, noise));
        });
    }
    group.finish();
}

/// The squid axon: lanes of a lot, time steps, and features.
fn squid(criterion: &mut Criterion) {
    let membrane = membrane("hodgkin_huxley", None);
    let mut group = criterion.benchmark_group("squid");
    for (lanes, _) in membrane.widths() {
        group.throughput(Throughput::Elements((lanes * DEFAULT.steps()) as u64));
        group.bench_function(format!("{lanes} lanes"), |bencher| {
            bencher.iter(simulate(&*membrane, *lanes, DEFAULT, 0.0));
        });
    }
    for (dt_ms, stride) in [(0.05, 2), (0.0125, 8)] {
        let grid = Grid { dt_ms, stride, ..DEFAULT };
        group.throughput(Throughput::Elements((32 * grid.steps()) as u64));
        group.bench_function(format!("dt {dt_ms} ms"), |bencher| {
            bencher.iter(simulate(&*membrane, 32, grid, 0.0));
        });
    }
    let names = ["Spikecount", "time_to_first_spike", "mean(peak_voltage)", "mean(AHP_depth_abs)"];
    let measures: Vec<Measure> = names.iter().map(|name| Measure::parse(name).expect("a feature")).collect();
    let (lot, stimulus) = (lot(&*membrane, 32), step());
    let mut traces = vec![0.0; 32 * DEFAULT.samples];
    let mut analyser = Analyser::new(Mode::Precise, -20.0);
    group.throughput(Throughput::Elements((32 * DEFAULT.steps()) as u64));
    group.bench_function("with features", |bencher| {
        bencher.iter(|| {
            let mut drive = drive(&stimulus, 32, DEFAULT.dt_ms);
            let start = Start::Voltage(vec![-65.0; 32]);
            membrane.simulate(&lot, &[1.0; 32], &start, DEFAULT, &mut drive, &mut traces);
            let value = |voltage_mv| {
                let stimulus_ms = Some((70.0, 130.0));
                let response = Response { interval_ms: 0.1, voltage_mv, stimulus_ms, ..Response::default() };
                let analysis = analyser.analyse(&response);
                measures.iter().filter_map(|measure| measure.value(&analysis)).sum::<f64>()
            };
            traces.chunks_exact(DEFAULT.samples).map(value).sum::<f64>()
        });
    });
    group.finish();
}

/// The squid axon with slopes in some directions; the first two change conductances, the others kinetics too.
fn sensitivities(criterion: &mut Criterion) {
    let membrane = membrane("hodgkin_huxley", None);
    let mut group = criterion.benchmark_group("sensitivities");
    let (lot, stimulus) = (lot(&*membrane, 8), step());
    group.throughput(Throughput::Elements((8 * DEFAULT.steps()) as u64));
    for count in [0, 3, 4, 6, 8] {
        let mut traces = vec![0.0; 8 * DEFAULT.samples];
        let mut slopes = vec![0.0; count * 8 * DEFAULT.samples];
        group.bench_function(format!("{count} parameters"), |bencher| {
            bencher.iter(|| {
                let direction = |parameter| Direction {
                    parameter: Some(parameter),
                    capacitance: 0.0,
                    initial_voltage: 0.0,
                    holding: vec![0.0; 8],
                    current: Box::new(NoCurrent),
                };
                let mut directions: Vec<Direction<'_>> = (0..count).map(direction).collect();
                let sensitive = Sensitive {
                    lot: &lot,
                    capacitance: &[1.0; 8],
                    start: &Start::Voltage(vec![-65.0; 8]),
                    grid: DEFAULT,
                    drive: &mut drive(&stimulus, 8, DEFAULT.dt_ms),
                    directions: &mut directions,
                };
                membrane.sensitivities(sensitive, &mut traces, &mut slopes)
            });
        });
    }
    group.finish();
}

/// A current that does not change with a parameter.
struct NoCurrent;

impl Drive for NoCurrent {
    fn fill(&mut self, _: usize, _: usize, out: &mut [f64]) {
        out.fill(0.0);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = models, squid, sensitivities
}
criterion_main!(benches);
