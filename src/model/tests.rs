//! Golden numbers of the models, and agreement between the fast and the plain forms of the kinetics.

use std::path::Path;

use approx::assert_relative_eq;
use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::channels::{ChannelSet, GateRates};
use super::cortical::Cortical;
use super::hodgkin_huxley::HodgkinHuxley;
use super::number::{Lanes, Number};
use super::pospischil::Pospischil;
use super::*;
use crate::settings::{Settings, find};
use crate::stimulus::{Component, Step, Stimulus};

fn defaults(membrane: &dyn Membrane) -> Vec<f64> {
    membrane.parameters().iter().map(|parameter| parameter.default).collect()
}

/// The membrane of `[model]` in a settings file with this text.
pub(super) fn membrane(settings: &str) -> Box<dyn Membrane> {
    let settings = Settings::from_text(Path::new("test.toml"), settings.to_owned());
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let membrane = (find(MODELS, &model, None).unwrap().build)(&model);
    settings.finish().unwrap();
    membrane.unwrap()
}

fn build(name: &str, scheme: Option<&str>) -> Box<dyn Membrane> {
    let scheme = scheme.map_or(String::new(), |scheme| format!("scheme = \"{scheme}\""));
    membrane(&format!("[model]\nkind = \"{name}\"\n{scheme}"))
}

pub(super) fn step(amplitude: f64, start_ms: f64, stop_ms: f64) -> Stimulus {
    let component =
        Component { amplitude, start_ms, duration_ms: stop_ms - start_ms, waveform: Box::new(Step) };
    Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] }
}

/// The trace of the first lane; `change` edits the parameters of each lane.
pub(super) fn trace(
    membrane: &dyn Membrane,
    stimulus: &Stimulus,
    start: Option<f64>,
    grid: Grid,
    change: impl Fn(usize, &mut Vec<f64>),
) -> (Vec<Vec<f64>>, Vec<Option<crate::numeric::Failure>>) {
    let lanes = membrane.widths()[0].0;
    let sets: Vec<Vec<f64>> = (0..lanes)
        .map(|lane| {
            let mut set = defaults(membrane);
            change(lane, &mut set);
            set
        })
        .collect();
    let lot = Lot::new(sets[0].len(), lanes, |index, lane| sets[lane][index]);
    let spans = stimulus.components.iter().flat_map(|c| [c.amplitude, c.start_ms, c.duration_ms]);
    let values = [stimulus.holding].into_iter().chain(spans).collect();
    let lane = LaneStimulus { stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
    let ones = vec![1.0; lanes];
    let mut drive = StimulusDrive::new(grid.dt_ms, &vec![lane; lanes]);
    let start = match start {
        Some(voltage) => Start::Voltage(vec![voltage; lanes]),
        None => Start::Rest { holding_ua_cm2: drive.holding_ua_cm2().to_vec(), settle_ms: None },
    };
    let mut traces = vec![0.0; lanes * grid.samples];
    let failures = membrane.simulate(&lot, &ones, &start, grid, &mut drive, &mut traces);
    (traces.chunks_exact(grid.samples).map(<[f64]>::to_vec).collect(), failures)
}

/// The numbers that the notebook printed with pyHH, to 1e-9.
#[test]
fn pyhh_prints_the_numbers_of_the_notebook() {
    let grid = Grid { dt_ms: 0.01, stride: 1, samples: 20_000 };
    let (traces, _) = trace(&*build("pyhh", None), &step(5.0, 70.0, 130.0), None, grid, |_, _| ());
    let v = &traces[0];
    let peak = v.iter().copied().fold(f64::MIN, f64::max);
    let lowest = v.iter().copied().fold(f64::MAX, f64::min);
    assert_relative_eq!(peak, 104.324_793_732_181_22, epsilon = 1e-9);
    assert_relative_eq!(v[0], -0.012_197_334_672_829_383, epsilon = 1e-9);
    assert_relative_eq!(lowest, -10.628_319_988_105_11, epsilon = 1e-9);
    assert_relative_eq!(peak - lowest, 114.953_113_720_287_33, epsilon = 1e-9);
    // The notebook names the last sample below zero.
    let crossings: Vec<usize> = (0..v.len() - 1).filter(|&i| v[i] < 0.0 && v[i + 1] > 0.0).collect();
    assert_eq!(crossings, [6122, 8369, 13991, 15637, 17248]);
    let above: Vec<usize> = (0..v.len()).filter(|&i| v[i] > 0.0).collect();
    assert_relative_eq!((above[above.len() - 1] - above[0]) as f64 * 0.01, 138.76, epsilon = 1e-9);
}

fn falling(v: &[f64], level: f64) -> Vec<usize> {
    (1..v.len()).filter(|&i| v[i - 1] > level && v[i] <= level).collect()
}

/// 5e-4 µA over a disc of 70 µm radius, in µA/cm².
fn reference_amplitude() -> f64 {
    5e-4 / (std::f64::consts::PI * 70e-4_f64.powi(2))
}

/// The seven statistics that Gonçalves et al. (2020) reduce a sweep to.
fn seven_statistics(v: &[f64], dt_ms: f64) -> [f64; 7] {
    let index = |ms: f64| (ms / dt_ms).round() as usize;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let moment = |x: &[f64], power: i32| {
        let centre = mean(x);
        x.iter().map(|x| (x - centre).powi(power)).sum::<f64>() / x.len() as f64
    };
    let before: Vec<f64> = v[..index(10.0)].to_vec();
    let late: Vec<f64> = v[index(9.0)..index(10.0)].to_vec();
    let inside: Vec<f64> = v[index(10.0) + 1..index(110.0)].to_vec();
    let variance = moment(&inside, 2);
    [
        falling(&v[index(10.0)..index(110.0)], -10.0).len() as f64,
        mean(&before),
        moment(&late, 2).sqrt(),
        mean(&inside),
        variance,
        moment(&inside, 3) / variance.powf(1.5),
        moment(&inside, 4) / variance.powi(2),
    ]
}

/// The statistics, spike times and last value of the reference implementation.
#[test]
fn pospischil_gives_the_reference_numbers_with_the_reference_scheme() {
    let membrane = build("pospischil", Some("exponential_euler"));
    let grid = Grid { dt_ms: 0.01, stride: 1, samples: 12_001 };
    let stimulus = step(reference_amplitude(), 10.0, 110.0);
    let (traces, _) = trace(&*membrane, &stimulus, Some(-70.0), grid, |_, _| ());
    let v = &traces[0];
    assert_relative_eq!(v[12_000], -71.384_569_557_320_65, epsilon = 1e-9);
    // The reference names the sample before each peak.
    let peaks = (1..v.len() - 1).filter(|&i| v[i] > 0.0 && v[i] > v[i - 1] && v[i] >= v[i + 1]);
    assert_eq!(peaks.map(|i| i - 1).collect::<Vec<_>>(), [1954, 3426, 5131, 7082, 9268]);
    let printed = [5.0, -70.277_192, 0.008_278, -56.453_449, 375.185_373, 3.703_806, 18.324_726];
    for (value, printed) in seven_statistics(v, 0.01).into_iter().zip(printed) {
        assert!((value - printed).abs() <= 0.5e-6, "{value} {printed}");
    }
}

/// The lanes compute the rates of the paper.
#[test]
fn fast_and_plain_rates_agree() {
    fn check<C: ChannelSet>(channels: &C, singular: &[f64]) {
        let parameters: Vec<f64> = channels.parameters().iter().map(|parameter| parameter.default).collect();
        let level = Level::new();
        let voltages = (0..1600).map(|i| -110.0 + 0.1 * f64::from(i)).chain(singular.iter().copied());
        for voltage in voltages {
            let fast = dispatch!(level, simd => fast_rates(simd, channels, &parameters, voltage));
            for ((opening, total), (alpha, beta)) in
                fast.into_iter().zip(channels.rates_per_ms(&parameters, voltage).as_ref())
            {
                assert_relative_eq!(opening, *alpha, max_relative = 3e-7, epsilon = 1e-12);
                assert_relative_eq!(total, alpha + beta, max_relative = 3e-7, epsilon = 1e-12);
            }
        }
    }
    check(&HodgkinHuxley, &[-40.0, -55.0, -40.0 + 1e-9, -55.0 - 1e-12]);
    check(&Pospischil, &[-47.0, -20.0, -45.0, -47.0 + 1e-9, -20.0 - 1e-12]);
    check(&Cortical, &[-27.0, -27.0 + 1e-9]);
}

/// α and α + β per ms of every gate, from the lanes.
#[inline(always)]
fn fast_rates<S: Simd, C: ChannelSet>(
    simd: S,
    channels: &C,
    parameters: &[f64],
    voltage: f64,
) -> Vec<(f64, f64)> {
    let zero = simd.splat_f64x8(0.0);
    let constants = channels.constants(|index| zero.constant(parameters[index]), 1.0);
    let mut rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
    channels.rates(&constants, zero.constant(voltage), &mut rates);
    let quotient = |a: Lanes<S>, b: Lanes<S>| (a / b).as_slice()[3];
    let rates = rates.as_ref().iter();
    rates.map(|r| (quotient(r.opening, r.denominator), quotient(r.total, r.denominator))).collect()
}
