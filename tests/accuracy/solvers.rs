//! The same sweep by the program and by DOP853.

use std::path::Path;

use differential_equations::methods::ExplicitRungeKutta;
use differential_equations::prelude::IVP;
use hhbayes::model::{Grid, LaneStimulus, Lot, MODELS, Membrane, Start, StimulusDrive};
use hhbayes::settings::{Settings, find};
use hhbayes::stimulus::{Component, Step, Stimulus};
use hhbayes::units::Unit;

use crate::equations::{Cortical, Equations, Squid};

/// A current step into a membrane with all gates at steady state at a voltage.
#[derive(Clone, Copy)]
pub struct Sweep {
    pub amplitude_ua_cm2: f64,
    pub start_ms: f64,
    pub stop_ms: f64,
    pub duration_ms: f64,
    pub initial_mv: f64,
}

/// The squid axon fires five times.
pub const SQUID_SWEEP: Sweep =
    Sweep { amplitude_ua_cm2: 10.0, start_ms: 70.0, stop_ms: 130.0, duration_ms: 200.0, initial_mv: -65.0 };

/// The sweep of Gonçalves et al. (2020): 0.5 nA into a disc of 70 µm radius.
pub const CORTICAL_SWEEP: Sweep = Sweep {
    amplitude_ua_cm2: 3.248_06,
    start_ms: 10.0,
    stop_ms: 110.0,
    duration_ms: 120.0,
    initial_mv: -70.0,
};

/// The membrane of a `[model]`.
pub fn membrane(kind: &str) -> Box<dyn Membrane> {
    let text = match kind {
        "channels" => include_str!("../../benches/written_squid.toml").to_owned(),
        _ => format!("[model]\nkind = \"{kind}\""),
    };
    let settings = Settings::from_text(Path::new("test.toml"), text);
    let root = settings.root();
    let model = root.table("model", "the membrane");
    let entry = find(MODELS, &model, None).unwrap();
    (entry.build)(&model).unwrap()
}

/// Places of the conductances among the parameters of a membrane.
pub fn conductances(membrane: &dyn Membrane) -> Vec<usize> {
    let parameters = membrane.parameters().iter().enumerate();
    parameters.filter(|(_, parameter)| parameter.name.starts_with("g_")).map(|(place, _)| place).collect()
}

/// Voltages by the program, one trace per set of conductances, all else at its default.
pub fn simulated(
    membrane: &dyn Membrane,
    conductance_sets: &[Vec<f64>],
    sweep: &Sweep,
    dt_ms: f64,
    interval_ms: f64,
) -> Vec<Vec<f64>> {
    let count = |duration: f64, step: f64| (duration / step).round() as usize;
    let samples = count(sweep.duration_ms, interval_ms) + 1;
    let grid = Grid { dt_ms, stride: count(interval_ms, dt_ms), samples, still: 0 };
    let (width, _) = membrane.widths()[membrane.widths().len() - 1];
    let places = conductances(membrane);
    let duration_ms = sweep.stop_ms - sweep.start_ms;
    let component = Component {
        amplitude: sweep.amplitude_ua_cm2,
        start_ms: sweep.start_ms,
        duration_ms,
        waveform: Box::new(Step),
    };
    let stimulus = Stimulus { unit: Unit::MicroampPerCm2, holding: 0.0, components: vec![component] };
    let mut traces = Vec::new();
    for sets in conductance_sets.chunks(width) {
        let lot = Lot::new(membrane.parameters().len(), width, |index, lane| {
            match places.iter().position(|place| *place == index) {
                Some(place) => sets[lane.min(sets.len() - 1)][place],
                None => membrane.parameters()[index].default,
            }
        });
        let values = vec![0.0, sweep.amplitude_ua_cm2, sweep.start_ms, duration_ms];
        let lane = LaneStimulus { stimulus: &stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
        let mut drive = StimulusDrive::new(dt_ms, &vec![lane; width]);
        let start = Start::Voltage(vec![sweep.initial_mv; width]);
        let mut voltages = vec![0.0; width * samples];
        membrane.simulate(&lot, &vec![1.0; width], &start, grid, &mut drive, &mut voltages);
        traces.extend(voltages.chunks_exact(samples).take(sets.len()).map(<[f64]>::to_vec));
    }
    traces
}

/// Voltages by DOP853 of the papers' equations for a set of conductances.
pub fn solved(kind: &str, set: &[f64], sweep: &Sweep, interval_ms: f64) -> Vec<f64> {
    match (kind, set) {
        ("hodgkin_huxley" | "channels", &[g_na, g_k, g_l]) => {
            integrate(&Squid { g_na, g_k, g_l }, sweep, interval_ms)
        }
        (_, &[g_na, g_k, g_leak, g_m, ref rest @ ..]) => {
            let extra = |place: usize| rest.get(place).copied().unwrap_or(0.0);
            let (g_cal, g_cat, g_a, g_h) = (extra(0), extra(1), extra(2), extra(3));
            let cell = Cortical { g_na, g_k, g_leak, g_m, g_cal, g_cat, g_a, g_h };
            integrate(&cell, sweep, interval_ms)
        }
        _ => panic!("{kind} has other conductances: {set:?}"),
    }
}

/// Piece by piece between the edges of the stimulus, where the slope jumps.
fn integrate<const N: usize>(cell: &impl Equations<N>, sweep: &Sweep, interval_ms: f64) -> Vec<f64> {
    let mut state = cell.steady(sweep.initial_mv);
    let mut voltages = vec![state[0]];
    let edges = [0.0, sweep.start_ms, sweep.stop_ms, sweep.duration_ms];
    for (piece, edge) in edges.windows(2).enumerate() {
        let injected = if piece == 1 { sweep.amplitude_ua_cm2 } else { 0.0 };
        let first = (edge[0] / interval_ms).round() as usize + 1;
        let last = (edge[1] / interval_ms).round() as usize;
        let mut times: Vec<f64> = (first..=last).map(|sample| sample as f64 * interval_ms).collect();
        *times.last_mut().unwrap() = edge[1];
        let slope = |_: f64, y: &[f64; N], dydt: &mut [f64; N]| cell.slope(injected, y, dydt);
        let method = ExplicitRungeKutta::dop853().rtol(1e-11).atol(1e-11).max_steps(1_000_000);
        let problem = IVP::ode_from_fn(slope, edge[0], edge[1], state).method(method).t_eval(&times);
        let solution = problem.solve().unwrap();
        assert_eq!(solution.t.len(), times.len(), "one state for each sample");
        voltages.extend(solution.y.iter().map(|state| state[0]));
        state = *solution.y.last().unwrap();
    }
    voltages
}
