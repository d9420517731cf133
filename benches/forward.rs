//! Throughput of the forward models in cell-steps per second on one thread.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hhbayes::model::{Grid, LaneStimulus, Lot, MODELS, Membrane, Start, StimulusDrive};
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

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward");
    for (name, scheme, noise) in [
        ("hodgkin_huxley", None, 0.0),
        ("pospischil", None, 0.0),
        ("pospischil", None, 0.1),
        ("pospischil_calcium", None, 0.0),
        ("cortical", None, 0.0),
        ("channels", None, 0.0),
        ("pospischil", Some("exponential_euler"), 0.0),
        ("pyhh", None, 0.0),
    ] {
        let membrane = membrane(name, scheme);
        let (lanes, _) = *membrane.widths().last().expect("every membrane has a width");
        let spread = |lane: usize| 0.8 + 0.4 * lane as f64 / lanes as f64;
        let lot = Lot::new(membrane.parameters().len(), lanes, |index, lane| {
            let parameter = &membrane.parameters()[index];
            parameter.default * if index < 3 { spread(lane) } else { 1.0 }
        });
        let component =
            Component { amplitude: 10.0, start_ms: 70.0, duration_ms: 60.0, waveform: Box::new(Step) };
        let stimulus = Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] };
        let grid = Grid { dt_ms: 0.025, stride: 4, samples: 2001 };
        let ones = vec![1.0; lanes];
        let mut traces = vec![0.0; lanes * grid.samples];
        let start = Start::Voltage(vec![-65.0; lanes]);
        group.throughput(Throughput::Elements((lanes * grid.steps()) as u64));
        let label = if noise > 0.0 { " with noise" } else { "" };
        group.bench_function(format!("{name} {}{label}", scheme.unwrap_or("default")), |bencher| {
            bencher.iter(|| {
                let lane = LaneStimulus {
                    stimulus: &stimulus,
                    values: vec![0.0, 10.0, 70.0, 60.0],
                    factor: 1.0,
                    bias_ua_cm2: 0.0,
                };
                let mut drive = StimulusDrive::new(grid.dt_ms, &vec![lane; lanes]);
                if noise > 0.0 {
                    let generators = (0..lanes as u64).map(|row| Streams::new(1).generator(0, row));
                    drive = drive.with_noise(&vec![noise; lanes], generators.collect());
                }
                membrane.simulate(&lot, &ones, &start, grid, &mut drive, &mut traces)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, forward);
criterion_main!(benches);
