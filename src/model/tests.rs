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
use crate::numeric::Streams;
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
    let grid = Grid { dt_ms: 0.01, stride: 1, samples: 20_000, still: 0 };
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
    let grid = Grid { dt_ms: 0.01, stride: 1, samples: 12_001, still: 0 };
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

/// The statistics of sweeps with the noise of the reference, one sweep for each row of random numbers.
fn noisy_statistics(membrane: &dyn Membrane, strength: f64, rows: u64) -> Vec<[f64; 7]> {
    let grid = Grid { dt_ms: 0.01, stride: 1, samples: 12_001, still: 0 };
    let stimulus = step(reference_amplitude(), 10.0, 110.0);
    let lanes = membrane.widths()[0].0;
    let set = defaults(membrane);
    let lot = Lot::new(set.len(), lanes, |index, _| set[index]);
    let values = vec![0.0, reference_amplitude(), 10.0, 100.0];
    let lane = LaneStimulus { stimulus: &stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
    let mut statistics = Vec::new();
    for first in (0..rows).step_by(lanes) {
        let generators = (first..).take(lanes).map(|row| Streams::new(1).generator(0, row)).collect();
        let mut drive = StimulusDrive::new(grid.dt_ms, &vec![lane.clone(); lanes])
            .with_noise(&vec![strength; lanes], generators);
        let mut traces = vec![0.0; lanes * grid.samples];
        let start = Start::Voltage(vec![-70.0; lanes]);
        membrane.simulate(&lot, &vec![1.0; lanes], &start, grid, &mut drive, &mut traces);
        statistics.extend(traces.chunks_exact(grid.samples).map(|v| seven_statistics(v, grid.dt_ms)));
    }
    statistics
}

/// Mean and standard deviation of each statistic in 60 sweeps of the reference implementation, σ = 0.1.
const NOISY: [(f64, f64); 7] = [
    (5.0, 0.0),
    (-70.298, 0.121),
    (0.0363, 0.0143),
    (-56.450, 0.042),
    (375.153, 0.492),
    (3.7038, 0.0037),
    (18.3256, 0.0220),
];
const REFERENCE_SWEEPS: f64 = 60.0;

/// Which statistics differ from the reference by more than six standard errors.
fn differences_from_the_reference(membrane: &dyn Membrane, strength: f64) -> Vec<String> {
    const SWEEPS: u64 = 240;
    let statistics = noisy_statistics(membrane, strength, SWEEPS);
    let (own, reference) = (SWEEPS as f64, REFERENCE_SWEEPS);
    let mut differences = Vec::new();
    for (index, (mean, sd)) in NOISY.into_iter().enumerate() {
        let found_mean = statistics.iter().map(|s| s[index]).sum::<f64>() / own;
        let squares = statistics.iter().map(|s| (s[index] - found_mean).powi(2)).sum::<f64>();
        let found_sd = (squares / (own - 1.0)).sqrt();
        // Both means have an error; the reference is printed to three or more digits after the point.
        let error = sd * (1.0 / own + 1.0 / reference).sqrt();
        if (found_mean - mean).abs() > 6.0 * error + 0.5e-3 {
            differences.push(format!("mean of statistic {index}: {found_mean}, expected {mean}"));
        }
        // The logarithm of a standard deviation of n normal numbers has the error 1/√(2 (n − 1)): a factor of 1.85.
        let error = (0.5 / (own - 1.0) + 0.5 / (reference - 1.0)).sqrt();
        if sd == 0.0 && found_sd != 0.0 || sd > 0.0 && (found_sd / sd).ln().abs() > 6.0 * error {
            differences.push(format!("sd of statistic {index}: {found_sd}, expected {sd}"));
        }
    }
    differences
}

#[test]
fn pospischil_with_noise_has_the_reference_statistics() {
    let membrane = build("pospischil", Some("exponential_euler"));
    assert_eq!(differences_from_the_reference(&*membrane, 0.1), Vec::<String>::new());
}

/// At this step the scheme does not matter: it moves the statistics by less than the noise does.
#[test]
fn the_leapfrog_with_noise_has_the_reference_statistics() {
    assert_eq!(differences_from_the_reference(&*build("pospischil", None), 0.1), Vec::<String>::new());
}

/// Noise whose strength forgets the time step, √0.01 of what it should be.
#[test]
fn noise_of_another_strength_is_noticed() {
    let membrane = build("pospischil", Some("exponential_euler"));
    let differences = differences_from_the_reference(&*membrane, 0.01);
    assert!(differences.len() >= 5, "{differences:?}");
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

/// At rest nothing moves, so that the samples before the onset need no steps. What rounding leaves of the balance of
/// currents grows by less than 1e4 in the steep parts of the spikes.
#[test]
fn a_cell_at_rest_is_the_same_whether_it_is_simulated_or_not() {
    let moving = Grid { dt_ms: 0.025, stride: 2, samples: 1201, still: 0 };
    let cases =
        [("hodgkin_huxley", 10.0), ("pospischil", 4.0), ("pospischil_calcium", 4.0), ("cortical", 6.0)];
    for (name, amplitude) in cases {
        let run = |still| {
            let grid = Grid { still, ..moving };
            let change = |lane: usize, set: &mut Vec<f64>| set[0] *= 1.0 + 0.01 * lane as f64;
            trace(&*build(name, None), &step(amplitude, 20.0, 50.0), None, grid, change).0
        };
        let expected = run(0);
        assert!(expected.iter().all(|trace| trace.iter().any(|v| *v > 0.0)), "{name}: no spike");
        let all = run(399).into_iter().flatten().zip(expected.into_iter().flatten());
        let worst = all.map(|(own, expected)| (own - expected).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-8, "{name}: {worst} mV");
        let silent = run(1200);
        assert!(silent.iter().all(|trace| trace.iter().all(|v| v.to_bits() == trace[0].to_bits())), "{name}");
    }
}
