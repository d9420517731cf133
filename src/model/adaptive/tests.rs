//! Steps that follow the state, against fixed ones and against themselves.

use super::super::tests::{membrane, step};
use super::super::*;
use crate::numeric::Failure;
use crate::stimulus::{Component, Step, Stimulus, Waveform};

/// Models with the current of a step from 10.013 to 60.007 ms, which no grid knows.
const CASES: [(&str, f64); 4] =
    [("hodgkin_huxley", 10.0), ("pospischil", 4.0), ("pospischil_calcium", 4.0), ("cortical", 6.0)];

const EDGES_MS: (f64, f64) = (10.013, 60.007);

fn build(name: &str, scheme: &str) -> Box<dyn Membrane> {
    membrane(&format!("[model]\nkind = \"{name}\"\nscheme = \"{scheme}\""))
}

/// 70 ms, kept every 0.05 ms.
fn grid(dt_ms: f64) -> Grid {
    Grid { dt_ms, stride: (0.05 / dt_ms).round() as usize, samples: 1401, still: 0 }
}

/// What the lanes of a lot differ in: conductances by up to 10 %, and the amplitude.
#[derive(Clone, Copy)]
struct Set {
    factor: f64,
    amplitude: f64,
}

fn sets(count: usize, amplitude: f64) -> Vec<Set> {
    let set = |k: usize| Set {
        factor: 0.9 + 0.2 * (k % 40) as f64 / 40.0,
        amplitude: amplitude * (1.0 + 0.1 * (k % 7) as f64),
    };
    (0..count).map(set).collect()
}

type Outcome = (Vec<Vec<f64>>, Vec<Option<Failure>>);

fn simulate(membrane: &dyn Membrane, sets: &[Set], stimulus: &Stimulus, grid: Grid, rest: bool) -> Outcome {
    let (parameters, lanes) = (membrane.parameters(), sets.len());
    let lot = Lot::new(parameters.len(), lanes, |index, lane| {
        parameters[index].default * if index < 3 { sets[lane].factor } else { 1.0 }
    });
    let span = [stimulus.components[0].start_ms, stimulus.components[0].duration_ms];
    let lane = |set: &Set| LaneStimulus {
        stimulus,
        values: vec![0.0, set.amplitude, span[0], span[1]],
        factor: 1.0,
        bias_ua_cm2: stimulus.holding,
    };
    let mut drive = StimulusDrive::new(grid.dt_ms, &sets.iter().map(lane).collect::<Vec<_>>());
    let start = if rest {
        Start::Rest { holding_ua_cm2: drive.holding_ua_cm2().to_vec(), settle_ms: Some(30.0) }
    } else {
        Start::Voltage(vec![-70.0; lanes])
    };
    let mut traces = vec![0.0; lanes * grid.samples];
    let failures = membrane.simulate(&lot, &vec![1.0; lanes], &start, grid, &mut drive, &mut traces);
    (traces.chunks_exact(grid.samples).map(<[f64]>::to_vec).collect(), failures)
}

fn run(name: &str, scheme: &str, sets: &[Set], dt_ms: f64, rest: bool) -> Vec<Vec<f64>> {
    let stimulus = step(1.0, EDGES_MS.0, EDGES_MS.1);
    let (traces, failures) = simulate(&*build(name, scheme), sets, &stimulus, grid(dt_ms), rest);
    assert!(failures.iter().all(Option::is_none), "{failures:?}");
    traces
}

/// Where a trace rises through −20 mV, by straight lines.
fn crossings_ms(trace: &[f64]) -> Vec<f64> {
    let pairs = trace.windows(2).enumerate().filter(|(_, pair)| pair[0] < -20.0 && pair[1] >= -20.0);
    pairs.map(|(i, pair)| (i as f64 + (-20.0 - pair[0]) / (pair[1] - pair[0])) * 0.05).collect()
}

/// The largest difference of the last crossings; as many crossings in both.
fn worst_ms(traces: &[Vec<f64>], others: &[Vec<f64>]) -> f64 {
    let difference = |(trace, other): (&Vec<f64>, &Vec<f64>)| {
        let (own, other) = (crossings_ms(trace), crossings_ms(other));
        assert!(own.len() == other.len() && !own.is_empty(), "{} and {} spikes", own.len(), other.len());
        (own[own.len() - 1] - other[other.len() - 1]).abs()
    };
    traces.iter().zip(others).map(difference).fold(0.0, f64::max)
}

/// The steps of the default `dt` err by 0.01 ms in a squid axon, and by less than 0.05 ms in the others.
#[test]
fn spikes_are_those_of_short_fixed_steps() {
    for (name, amplitude) in CASES {
        for rest in [true, false] {
            let sets = sets(8, amplitude);
            let exact = run(name, "leapfrog", &sets, 0.05 / 128.0, rest);
            let worst = worst_ms(&run(name, "adaptive", &sets, 0.025, rest), &exact);
            let bound = if name == "hodgkin_huxley" { 0.02 } else { 0.05 };
            assert!(worst < bound, "{name}: the last spike is {worst:.4} ms off");
        }
    }
}

/// Half the `dt` leaves a quarter of the error, for steps that change as smoothly as the voltage does.
#[test]
fn traces_are_of_second_order() {
    for (name, amplitude) in CASES {
        let sets = sets(8, amplitude);
        let exact = run(name, "adaptive", &sets, 0.05 / 128.0, true);
        let error = |dt_ms: f64| {
            let traces = run(name, "adaptive", &sets, dt_ms, true);
            let squares = traces.iter().flatten().zip(exact.iter().flatten()).map(|(a, b)| (a - b).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let quotient = error(0.05 / 8.0) / error(0.05 / 16.0);
        assert!((3.2..4.8).contains(&quotient), "{name}: the error falls by {quotient:.2}");
    }
}

#[test]
fn a_lane_depends_on_neither_the_width_of_its_lot_nor_its_neighbours() {
    for (name, amplitude) in CASES {
        let all = sets(64, amplitude);
        let together = run(name, "adaptive", &all, 0.025, true);
        for width in [8, 16, 32] {
            let last = &all[64 - width..];
            let own = run(name, "adaptive", last, 0.025, true);
            assert_eq!(own, together[64 - width..], "{name}, {width} lanes");
        }
    }
}

#[test]
fn a_lane_that_fails_leaves_the_others_alone() {
    let good = sets(32, 10.0);
    let traces = run("hodgkin_huxley", "adaptive", &good, 0.025, true);
    let mut bad = good.clone();
    bad[3].amplitude = f64::NAN;
    bad[5].amplitude = f64::INFINITY;
    bad[17].factor = f64::NAN;
    let stimulus = step(1.0, EDGES_MS.0, EDGES_MS.1);
    let membrane = build("hodgkin_huxley", "adaptive");
    let (spoilt, failures) = simulate(&*membrane, &bad, &stimulus, grid(0.025), false);
    let (fine, _) = simulate(&*membrane, &good, &stimulus, grid(0.025), false);
    for lane in 0..32 {
        if [3, 5, 17].contains(&lane) {
            assert_eq!(failures[lane], Some(Failure::NotFinite), "lane {lane}");
        } else {
            assert_eq!((failures[lane], &spoilt[lane]), (None, &fine[lane]), "lane {lane}");
        }
    }
    assert_ne!(traces, fine);
}

/// 10 kA/cm² take the voltage so far that the steps come to the shortest.
#[test]
fn a_wild_lane_comes_to_an_end() {
    let good = sets(16, 10.0);
    let mut wild = good.clone();
    wild[2].amplitude = 1e10;
    wild[4].factor = 1e6;
    let stimulus = step(1.0, EDGES_MS.0, EDGES_MS.1);
    let membrane = build("hodgkin_huxley", "adaptive");
    let (traces, failures) = simulate(&*membrane, &wild, &stimulus, grid(0.025), true);
    assert_eq!(failures[2], Some(Failure::TooManySteps));
    let fine = run("hodgkin_huxley", "adaptive", &good, 0.025, true);
    for lane in 0..16 {
        if wild[lane].amplitude < 1e9 && wild[lane].factor < 1e5 {
            assert_eq!((failures[lane], &traces[lane]), (None, &fine[lane]), "lane {lane}");
        }
        assert!(failures[lane].is_some() || traces[lane].iter().all(|voltage| voltage.is_finite()));
    }
}

/// 12 µA/cm² make every set fire before the sweep too. Both schemes have the same state when it begins.
#[test]
fn a_pacemaker_runs_on_from_where_it_settled() {
    let sets = sets(8, 0.0);
    let stimulus = Stimulus { holding: 12.0, ..step(1.0, EDGES_MS.0, EDGES_MS.1) };
    let traces = ["adaptive", "leapfrog"].map(|scheme| {
        simulate(&*build("hodgkin_huxley", scheme), &sets, &stimulus, grid(0.05 / 32.0), true).0
    });
    // 256 times less than the error at the default step.
    let worst = worst_ms(&traces[0], &traces[1]);
    assert!(worst < 1e-3, "the last spike is {worst:.5} ms off");
}

/// A step that does not say that it is one.
#[derive(Debug)]
struct Disguised;

impl Waveform for Disguised {
    fn mean(&self, from_ms: f64, to_ms: f64, duration_ms: f64) -> f64 {
        Step.mean(from_ms, to_ms, duration_ms)
    }
}

#[test]
fn other_currents_are_left_to_fixed_steps() {
    for (name, amplitude) in CASES {
        let component =
            Component { amplitude: 1.0, start_ms: 10.0, duration_ms: 50.0, waveform: Box::new(Disguised) };
        let stimulus = Stimulus { components: vec![component], ..Stimulus::silence(Unit::MicroampPerCm2) };
        let outcome = |scheme, lanes| {
            simulate(&*build(name, scheme), &sets(lanes, amplitude), &stimulus, grid(0.025), true)
        };
        assert_eq!(outcome("adaptive", 32), outcome("leapfrog", 32));
        // A lot that is wider than any of fixed steps.
        assert_eq!(outcome("adaptive", 64).0[..32], outcome("leapfrog", 32).0[..]);
    }
}

#[test]
fn a_drive_of_steps_knows_its_jumps() {
    let component = |amplitude, start_ms, duration_ms| Component {
        amplitude,
        start_ms,
        duration_ms,
        waveform: Box::new(Step),
    };
    let components = vec![component(1.0, 0.0, 30.0), component(1.0, 10.0, 20.0)];
    let stimulus = Stimulus { unit: Unit::MicroampPerCm2, holding: 0.5, components };
    let lane =
        |values: Vec<f64>| LaneStimulus { stimulus: &stimulus, values, factor: 2.0, bias_ua_cm2: 0.25 };
    let lanes =
        [lane(vec![0.5, 1.0, 0.0, 30.0, 1.0, 10.0, 20.0]), lane(vec![0.5, 1.0, 5.0, 1e9, 3.0, 4.0, 0.0])];
    let steps = StimulusDrive::new(0.1, &lanes).steps().unwrap();
    assert_eq!((steps[0].start_ua_cm2, &steps[0].changes), (3.25, &vec![(10.0, 5.25), (30.0, 1.25)]));
    assert_eq!(
        (steps[1].start_ua_cm2, &steps[1].changes),
        (1.25, &vec![(4.0, 1.25), (5.0, 3.25), (1e9 + 5.0, 1.25)])
    );
}

/// A cubic through a straight line or a parabola is exact, so what is kept does not depend on where it falls.
#[test]
fn the_kept_voltage_does_not_depend_on_the_interval() {
    let sets = sets(8, 10.0);
    let stimulus = step(1.0, EDGES_MS.0, EDGES_MS.1);
    let membrane = build("hodgkin_huxley", "adaptive");
    let fine = simulate(&*membrane, &sets, &stimulus, grid(0.025), true).0;
    let coarse_grid = Grid { dt_ms: 0.025, stride: 10, samples: 281, still: 0 };
    let coarse = simulate(&*membrane, &sets, &stimulus, coarse_grid, true).0;
    for (fine, coarse) in fine.iter().zip(&coarse) {
        for (a, b) in fine.iter().step_by(5).zip(coarse) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
}

/// The step before the onset is another one, which moves the spikes by less than a hundredth of a millisecond.
#[test]
fn a_cell_at_rest_is_the_same_whether_it_is_simulated_or_not() {
    for (name, amplitude) in CASES {
        let sets = sets(16, amplitude);
        let stimulus = step(1.0, EDGES_MS.0, EDGES_MS.1);
        let run = |still| {
            let grid = Grid { still, ..grid(0.01) };
            simulate(&*build(name, "adaptive"), &sets, &stimulus, grid, true).0
        };
        let (expected, still) = (run(0), run(200));
        assert!(worst_ms(&still, &expected) < 0.01, "{name}: {} ms", worst_ms(&still, &expected));
        assert!(
            still.iter().all(|trace| trace[..=200].iter().all(|v| v.to_bits() == trace[0].to_bits())),
            "{name}"
        );
    }
}
