//! Parameter sets that run side by side do not touch each other, and no parameters, however wild, make a voltage that is
//! not a number without saying so.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;

use hhbayes::model::{Grid, LaneStimulus, Lot, MODELS, Membrane, ModelParameter, Start, StimulusDrive};
use hhbayes::numeric::Failure;
use hhbayes::settings::{Settings, find};
use hhbayes::stimulus::{Component, Step, Stimulus};
use hhbayes::units::Unit;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const WRITTEN_SQUID: &str = include_str!("../benches/written_squid.toml");
const WRITTEN_CORTICAL: &str = include_str!("../configs/written_channels.toml");

/// The membrane that the table `[model]` of a text describes.
fn membrane(text: &str) -> Box<dyn Membrane> {
    let settings = Settings::from_text(Path::new("test.toml"), text.to_owned());
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let entry = find(MODELS, &model, None).unwrap();
    (entry.build)(&model).unwrap()
}

fn built_in(kind: &str) -> Box<dyn Membrane> {
    membrane(&format!("[model]\nkind = \"{kind}\""))
}

/// Every membrane that is advanced by the staggered leapfrog.
fn membranes() -> Vec<(&'static str, Box<dyn Membrane>)> {
    let kinds = ["hodgkin_huxley", "pospischil", "pospischil_calcium", "cortical"];
    let mut all: Vec<_> = kinds.into_iter().map(|kind| (kind, built_in(kind))).collect();
    all.push(("written squid", membrane(WRITTEN_SQUID)));
    all.push(("written cortical", membrane(WRITTEN_CORTICAL)));
    all
}

/// What a lot is simulated from; one value of each list per lane.
#[derive(Clone)]
struct Lanes {
    sets: Vec<Vec<f64>>,
    capacitance: Vec<f64>,
    current: Vec<f64>,
    start_mv: Vec<f64>,
    holding: Vec<f64>,
}

impl Lanes {
    /// The defaults, a little different in every lane so that two lanes cannot be mistaken for each other.
    fn spread(membrane: &dyn Membrane, lanes: usize) -> Self {
        let share = |lane: usize| lane as f64 / lanes as f64;
        let set = |lane: usize| {
            let scaled = |parameter: &ModelParameter| {
                let factor = if is_conductance(parameter) { 0.9 + 0.2 * share(lane) } else { 1.0 };
                parameter.default * factor
            };
            membrane.parameters().iter().map(scaled).collect()
        };
        Self {
            sets: (0..lanes).map(set).collect(),
            capacitance: (0..lanes).map(|lane| 0.8 + 0.4 * share(lane)).collect(),
            current: (0..lanes).map(|lane| 5.0 + 10.0 * share(lane)).collect(),
            start_mv: vec![-65.0; lanes],
            holding: vec![0.0; lanes],
        }
    }

    /// Traces and failures of all lanes: 2 ms of holding, then a current step.
    fn run(&self, membrane: &dyn Membrane, from_rest: bool, settle_ms: Option<f64>) -> Outcome {
        let lanes = self.sets.len();
        let lot = Lot::new(membrane.parameters().len(), lanes, |index, lane| self.sets[lane][index]);
        let component =
            Component { amplitude: 1.0, start_ms: 2.0, duration_ms: 10.0, waveform: Box::new(Step) };
        let stimulus = Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] };
        let lane = |lane: usize| LaneStimulus {
            stimulus: &stimulus,
            values: vec![self.holding[lane], self.current[lane], 2.0, 10.0],
            factor: 1.0,
            bias_ua_cm2: 0.0,
        };
        let mut drive = StimulusDrive::new(GRID.dt_ms, &(0..lanes).map(lane).collect::<Vec<_>>());
        let start = if from_rest {
            Start::Rest { holding_ua_cm2: drive.holding_ua_cm2().to_vec(), settle_ms }
        } else {
            Start::Voltage(self.start_mv.clone())
        };
        let mut traces = vec![0.0; lanes * GRID.samples];
        let failures = membrane.simulate(&lot, &self.capacitance, &start, GRID, &mut drive, &mut traces);
        Outcome { traces: traces.chunks_exact(GRID.samples).map(<[f64]>::to_vec).collect(), failures }
    }
}

/// 15 ms: the step and what follows it.
const GRID: Grid = Grid { dt_ms: 0.025, stride: 2, samples: 301, still: 0 };

struct Outcome {
    traces: Vec<Vec<f64>>,
    failures: Vec<Option<Failure>>,
}

impl Outcome {
    fn bits(&self, lane: usize) -> Vec<u64> {
        self.traces[lane].iter().map(|v| v.to_bits()).collect()
    }

    /// The first lane with a voltage that is not a number and no word about it.
    fn silent_failure(&self) -> Option<usize> {
        let lanes = self.traces.iter().zip(&self.failures);
        lanes
            .map(|(trace, failure)| failure.is_none() && !trace.iter().all(|v| v.is_finite()))
            .position(|bad| bad)
    }
}

fn is_conductance(parameter: &ModelParameter) -> bool {
    parameter.unit == Unit::MillisiemensPerCm2
}

/// Factors on rates, as the built-in models and written channels name them.
fn is_rate(parameter: &ModelParameter) -> bool {
    let name = &parameter.name;
    name == "phi" || name == "tau_max" || name.ends_with("_speed") || parameter.unit == Unit::PerMillisecond
}

/// The same cases every time.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

const ABSURD: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e-300, 0.0, -50.0];

/// How each lot starts: at a voltage, at rest, and at rest or where it settles.
const STARTS: [(bool, Option<f64>); 3] = [(false, None), (true, None), (true, Some(5.0))];

/// Puts an absurd number into one lane: a parameter, the capacitance, the current, or where it starts.
fn spoil(lanes: &mut Lanes, lane: usize, place: usize, value: f64) {
    let parameters = lanes.sets[lane].len();
    match place % (parameters + 4) {
        0 => lanes.capacitance[lane] = value,
        1 => lanes.current[lane] = value,
        2 => lanes.start_mv[lane] = value,
        3 => lanes.holding[lane] = value,
        place => lanes.sets[lane][place - 4] = value,
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn an_absurd_lane_leaves_the_others_as_they_are(
        place in 0_usize..1000, value in prop::sample::select(&ABSURD), at in 0.0..1.0,
    ) {
        for (name, membrane) in membranes() {
            for &(width, _) in membrane.widths() {
                let sound = Lanes::spread(&*membrane, width);
                let spoilt_lane = (at * width as f64) as usize;
                let mut spoilt = sound.clone();
                spoil(&mut spoilt, spoilt_lane, place, value);
                for (from_rest, settle_ms) in STARTS {
                    let sound = sound.run(&*membrane, from_rest, settle_ms);
                    let spoilt = spoilt.run(&*membrane, from_rest, settle_ms);
                    for lane in (0..width).filter(|&lane| lane != spoilt_lane) {
                        prop_assert!(
                            sound.bits(lane) == spoilt.bits(lane) && sound.failures[lane] == spoilt.failures[lane],
                            "{name}, {width} lanes, start {from_rest}: lane {spoilt_lane} spoils lane {lane}"
                        );
                    }
                    prop_assert_eq!(spoilt.silent_failure(), None, "{}: {} in {}", name, value, place);
                }
            }
        }
    }
}

/// The sound lots of the test above are no lots of failures.
#[test]
fn sound_lanes_are_simulated() {
    for (name, membrane) in membranes() {
        for &(width, _) in membrane.widths() {
            for (from_rest, settle_ms) in STARTS {
                let outcome = Lanes::spread(&*membrane, width).run(&*membrane, from_rest, settle_ms);
                assert!(outcome.failures.iter().all(Option::is_none), "{name}: {:?}", outcome.failures);
                assert_eq!(outcome.silent_failure(), None, "{name}");
                assert_ne!(outcome.bits(0), outcome.bits(1), "{name}");
            }
        }
    }
}

/// Voltages at which a rate as printed is 0 / 0, of the defaults. The program's rates are off by a relative 1e-7 there
/// (`model::number`), as if time ran faster by as much: within 15 ms by 1.5e-6 ms, or 6e-4 mV on the steepest upstroke,
/// 400 mV/ms. The start itself is another by 1e-9 mV.
#[test]
fn a_rate_that_is_printed_as_zero_over_zero_is_continued() {
    let cases: [(&str, &[f64]); 6] = [
        ("hodgkin_huxley", &[-40.0, -55.0]),
        ("pospischil", &[-47.0, -20.0, -45.0]),
        ("pospischil_calcium", &[-47.0, -20.0, -45.0, -27.0]),
        ("cortical", &[-47.0, -20.0, -45.0, -27.0]),
        ("written squid", &[-40.0, -55.0]),
        ("written cortical", &[-47.0, -20.0, -45.0]),
    ];
    for ((name, membrane), (of, voltages)) in membranes().into_iter().zip(cases) {
        assert_eq!(name, of);
        for &voltage in voltages {
            let from = |start_mv: f64| {
                let mut lanes = Lanes::spread(&*membrane, membrane.widths()[0].0);
                lanes.start_mv.fill(start_mv);
                lanes.run(&*membrane, false, None)
            };
            let exact = from(voltage);
            assert_eq!(exact.silent_failure(), None, "{name} at {voltage}");
            assert!(exact.failures.iter().all(Option::is_none), "{name} at {voltage}");
            for beside in [voltage - 1e-9, voltage + 1e-9] {
                let beside = from(beside);
                let pairs = exact.traces.iter().flatten().zip(beside.traces.iter().flatten());
                let farthest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(farthest < 6e-4, "{name} at {voltage}: {farthest:e} mV");
            }
        }
    }
}

/// Tens to the power of -3 to 3.
fn factor() -> impl Strategy<Value = f64> {
    (-3.0..3.0_f64).prop_map(|power| 10.0_f64.powf(power))
}

proptest! {
    #![proptest_config(cases(64))]

    /// Conductances, factors on rates and the capacitance a thousandth to a thousand times what they are, and a stimulus
    /// up to a thousand times as strong.
    #[test]
    fn wild_parameters_give_a_voltage_or_a_reason(
        factors in prop::collection::vec(factor(), 8 * 60), capacitance in prop::collection::vec(factor(), 8),
        current in prop::collection::vec((0.0..1e4_f64).prop_map(|size| size - 5e3), 8),
    ) {
        for (name, membrane) in membranes() {
            let mut lanes = Lanes::spread(&*membrane, 8);
            let parameters = membrane.parameters();
            for (lane, set) in lanes.sets.iter_mut().enumerate() {
                for (index, (value, parameter)) in set.iter_mut().zip(parameters).enumerate() {
                    if is_conductance(parameter) || is_rate(parameter) {
                        let (lower, upper) = parameter.range;
                        *value = (*value * factors[lane * 60 + index]).clamp(lower, upper);
                    }
                }
            }
            lanes.capacitance.clone_from(&capacitance);
            lanes.current.clone_from(&current);
            for (from_rest, settle_ms) in STARTS {
                let outcome = lanes.run(&*membrane, from_rest, settle_ms);
                prop_assert_eq!(outcome.silent_failure(), None, "{}", name);
                if !from_rest {
                    // Conductances are not negative, so the scheme is stable whatever they are.
                    prop_assert!(outcome.failures.iter().all(Option::is_none), "{name}: {:?}", outcome.failures);
                }
            }
        }
    }

    /// Every number of written channels anywhere in its physical range.
    #[test]
    fn wild_kinetics_give_a_voltage_or_a_reason(shares in prop::collection::vec(0.0..=1.0_f64, 8 * 60)) {
        for text in [WRITTEN_SQUID, WRITTEN_CORTICAL] {
            let membrane = membrane(text);
            let mut lanes = Lanes::spread(&*membrane, 8);
            for (lane, set) in lanes.sets.iter_mut().enumerate() {
                for (index, (value, parameter)) in set.iter_mut().zip(membrane.parameters()).enumerate() {
                    let (lower, upper) = parameter.range;
                    let share = shares[lane * 60 + index];
                    *value = lower + share * (upper - lower);
                }
            }
            for (from_rest, settle_ms) in STARTS {
                prop_assert_eq!(lanes.run(&*membrane, from_rest, settle_ms).silent_failure(), None);
            }
        }
    }
}
