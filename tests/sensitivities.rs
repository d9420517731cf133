//! Slopes of the voltage against automatic differentiation by another program, and against central differences.

#![allow(clippy::unwrap_used, reason = "a failing helper fails its test")]

use std::path::Path;

use hhbayes::model::{Direction, Drive, Grid, Lot, MODELS, Membrane, Sensitive, Start};
use hhbayes::settings::{Settings, find};
use num_dual::{Dual64, DualNum};

const LANES: usize = 8;
const GRID: Grid = Grid { dt_ms: 0.025, stride: 4, samples: 401, still: 0 };

fn membrane(model: &str) -> Box<dyn Membrane> {
    let settings = Settings::from_text(Path::new("test.toml"), format!("[model]\n{model}"));
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let membrane = (find(MODELS, &model, None).unwrap().build)(&model).unwrap();
    settings.finish().unwrap();
    membrane
}

/// A step of current from 5 ms on.
struct StepCurrent(f64);

impl Drive for StepCurrent {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        for (step, row) in out.chunks_exact_mut(lanes).enumerate() {
            row.fill(if first_step + step >= 200 { self.0 } else { 0.0 });
        }
    }
}

/// What a direction moves.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Parameter(usize),
    Capacitance,
    Start,
    Current,
}

/// Eight parameter sets: every conductance a little different in each lane.
fn sets(membrane: &dyn Membrane) -> Vec<Vec<f64>> {
    let scale = |lane: usize, name: &str| if name.starts_with("g_") { 0.9 + 0.03 * lane as f64 } else { 1.0 };
    let parameters = membrane.parameters();
    (0..LANES).map(|lane| parameters.iter().map(|p| p.default * scale(lane, &p.name)).collect()).collect()
}

fn lot(sets: &[Vec<f64>]) -> Lot {
    Lot::new(sets[0].len(), LANES, |parameter, lane| sets[lane][parameter])
}

/// Trace and slopes of one lane: shape `[sample]` and `[direction][sample]`.
fn slopes(
    membrane: &dyn Membrane,
    start: &Start,
    amplitude: f64,
    moved: &[What],
    lane: usize,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let lot = lot(&sets(membrane));
    let one = |yes: bool| if yes { 1.0 } else { 0.0 };
    let mut directions: Vec<Direction<'_>> = moved
        .iter()
        .map(|what| Direction {
            parameter: if let What::Parameter(index) = what { Some(*index) } else { None },
            capacitance: one(*what == What::Capacitance),
            initial_voltage: one(*what == What::Start),
            holding: vec![0.0; LANES],
            current: Box::new(StepCurrent(one(*what == What::Current))),
        })
        .collect();
    let mut traces = vec![0.0; LANES * GRID.samples];
    let mut slopes = vec![0.0; moved.len() * LANES * GRID.samples];
    let sensitive = Sensitive {
        lot: &lot,
        capacitance: &[1.0; LANES],
        start,
        grid: GRID,
        drive: &mut StepCurrent(amplitude),
        directions: &mut directions,
    };
    let failures = membrane.sensitivities(sensitive, &mut traces, &mut slopes).unwrap();
    assert!(failures.iter().all(Option::is_none));
    let of = |values: &[f64], row: usize| values[row * GRID.samples..(row + 1) * GRID.samples].to_vec();
    (of(&traces, lane), (0..moved.len()).map(|number| of(&slopes, number * LANES + lane)).collect())
}

/// The leapfrog for the squid axon as Hines and Hodgkin and Huxley print it, for any kind of number.
/// `p`: `g_Na`, `g_K`, `g_L`, `E_Na`, `E_K`, `E_L`, `V_rest`, `phi`, `temperature`, then C, V at the start, current.
fn squid<D: DualNum + Copy + From<f64>>(p: [D; 12]) -> Vec<D> {
    let c = |value: f64| D::from(value);
    let efun = |x: D| x / (x.exp() - c(1.0));
    let [g_na, g_k, g_l, e_na, e_k, e_l, v_rest, phi, temperature, capacitance, start, current] = p;
    let factor = phi * (((temperature - c(6.3)) / c(10.0)) * c(3.0_f64.ln())).exp();
    let rates = |v: D| {
        let v = v - v_rest;
        [
            (efun((c(25.0) - v) / c(10.0)), c(4.0) * (-v / c(18.0)).exp()),
            (c(0.07) * (-v / c(20.0)).exp(), c(1.0) / (((c(30.0) - v) / c(10.0)).exp() + c(1.0))),
            (c(0.1) * efun((c(10.0) - v) / c(10.0)), c(0.125) * (-v / c(80.0)).exp()),
        ]
        .map(|(alpha, beta)| (alpha * factor, beta * factor))
    };
    let dt = c(GRID.dt_ms);
    let half = c(0.5 * GRID.dt_ms);
    let mut v = start;
    let mut gates = rates(v).map(|(alpha, beta)| alpha / (alpha + beta));
    let mut trace = vec![v];
    for step in 0..GRID.steps() {
        for (x, (alpha, beta)) in gates.iter_mut().zip(rates(v)) {
            *x = (*x * (c(1.0) - half * (alpha + beta)) + dt * alpha) / (c(1.0) + half * (alpha + beta));
        }
        let [m, h, n] = gates;
        let (na, k) = (g_na * m * m * m * h, g_k * n * n * n * n);
        let injected = if step >= 200 { current } else { c(0.0) };
        let g = na + k + g_l;
        let drive = na * e_na + k * e_k + g_l * e_l + injected;
        v = (v * (capacitance - half * g) + dt * drive) / (capacitance + half * g);
        if (step + 1) % GRID.stride == 0 {
            trace.push(v);
        }
    }
    trace
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// The rates of the lanes differ from the printed ones by 3e-7 at most. Slopes are of the order of the change of a
/// late upstroke with a rate, which passes such a difference on some hundred times.
#[test]
fn slopes_of_the_squid_axon_agree_with_num_dual() {
    let squid_axon = membrane("kind = \"hodgkin_huxley\"");
    let mut moved: Vec<What> = (0..9).map(What::Parameter).collect();
    moved.extend([What::Capacitance, What::Start, What::Current]);
    let lane = 3;
    let (trace, slopes) = slopes(&*squid_axon, &Start::Voltage(vec![-64.0; LANES]), 12.0, &moved, lane);
    let mut values = sets(&*squid_axon)[lane].clone();
    values.extend([1.0, -64.0, 12.0]);
    for (number, slope) in slopes.iter().enumerate() {
        let p = std::array::from_fn(|i| Dual64::new(values[i], if i == number { 1.0 } else { 0.0 }));
        let reference = squid::<Dual64>(p);
        let distance = |pairs: Vec<f64>| largest(&pairs);
        let voltage = distance(trace.iter().zip(&reference).map(|(v, d)| v - d.re).collect());
        assert!(voltage < 1e-3, "voltage: {voltage}");
        let apart = distance(slope.iter().zip(&reference).map(|(s, d)| s - d.eps).collect());
        let size = largest(slope);
        assert!(size > 0.0 && apart < 1e-4 * size, "direction {number}: {apart} of {size}");
    }
}

/// Central differences of whole simulations, for a set with every kind of channel that starts at its own rest.
/// Their error is some 1e-4 of the largest slope: the second-order term and the rounding of the difference.
#[test]
fn slopes_agree_with_central_differences_from_rest() {
    for (model, amplitude) in
        [("kind = \"cortical\"", 4.0), (include_str!("../benches/written_squid.toml"), 10.0)]
    {
        let membrane = membrane(model.split("[model]").last().unwrap());
        let start = Start::Rest { holding_ua_cm2: vec![0.0; LANES], settle_ms: None };
        let moved: Vec<What> = (0..membrane.parameters().len()).map(What::Parameter).collect();
        let (_, slopes) = slopes(&*membrane, &start, amplitude, &moved, 5);
        for (number, slope) in slopes.iter().enumerate() {
            let size = 1e-5 * sets(&*membrane)[5][number].abs().max(1e-2);
            let trace = |sign: f64| {
                let mut sets = sets(&*membrane);
                sets[5][number] += sign * size;
                let mut traces = vec![0.0; LANES * GRID.samples];
                let (lot, ones) = (lot(&sets), [1.0; LANES]);
                membrane.simulate(&lot, &ones, &start, GRID, &mut StepCurrent(amplitude), &mut traces);
                traces[5 * GRID.samples..6 * GRID.samples].to_vec()
            };
            let (above, below) = (trace(1.0), trace(-1.0));
            let difference = above.iter().zip(&below).map(|(a, b)| (a - b) / (2.0 * size));
            let apart: Vec<f64> = slope.iter().zip(difference).map(|(s, d)| s - d).collect();
            let name = &membrane.parameters()[number].name;
            let (apart, size) = (largest(&apart), largest(slope));
            assert!(apart <= 3e-4 * size + 1e-6, "{name}: {apart} of {size}");
        }
    }
}
