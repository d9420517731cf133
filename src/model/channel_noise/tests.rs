//! The covariance of the processes against that of single channels, and what they do to the voltage.

use super::*;
use crate::model::channels::Patch;
use crate::model::cortical::{Calcium, Cortical};
use crate::model::drive::{Drive, NoisyChannels};
use crate::model::hodgkin_huxley::HodgkinHuxley;
use crate::model::membrane::{Grid, Lot, Membrane, Start};
use crate::model::pospischil::Pospischil;
use crate::model::{ChannelNoise, ModelParameter};
use crate::numeric::{NORMALS, Streams};

const DT_MS: f64 = 0.025;
const CHANNELS: f64 = 500.0;

/// The open fraction of the first two currents of the squid axon, as channels at a prescribed voltage have it.
struct Course {
    voltages_mv: Vec<f64>,
    /// Open fractions of many cells at the steps that are looked at; shape `[current, look, cell]`.
    seen: Vec<Vec<Vec<f64>>>,
    /// For each step the gates m, h, n, and what it leaves of them.
    gates: Vec<[(f64, f64); 3]>,
}

fn defaults(parameters: &[ModelParameter]) -> Vec<f64> {
    parameters.iter().map(|parameter| parameter.default).collect()
}

fn squid_noise(count: f64, row: u64) -> ChannelNoise {
    let channels = |(conductance, name)| NoisyChannels {
        conductance,
        processes: processes(&HodgkinHuxley, conductance),
        counts: vec![count],
        generators: vec![Streams::new(5).stage(name).generator(0, row)],
    };
    ChannelNoise::new([(0, "Na"), (1, "K")].map(channels).into())
}

/// Runs channels through a course of the voltage.
fn run(voltages_mv: Vec<f64>, looks: &[usize], cells: u64, count: f64) -> Course {
    let set = defaults(HodgkinHuxley.parameters());
    let steady = Patch::new(&HodgkinHuxley, &set).steady_state(voltages_mv[0]);
    let constants = HodgkinHuxley.constants(|index| set[index], 0.5 * DT_MS);
    let nothing = GateRates { opening: 0.0, total: 0.0, denominator: 0.0 };
    let mut seen = vec![vec![Vec::new(); looks.len()]; 2];
    let mut course = Vec::new();
    for cell in 0..cells {
        let mut noise = squid_noise(count, cell);
        let mut fluctuations = Fluctuations::new(0.0, &HodgkinHuxley, &noise, 0);
        let (mut gates, mut rates, mut normals) = (steady, [nothing; 3], Vec::new());
        course.clear();
        for (step, &v) in voltages_mv.iter().enumerate() {
            if step % NORMALS == 0 {
                normals = noise.draw(0..1).to_vec();
            }
            HodgkinHuxley.rates(&constants, v, &mut rates);
            let mut now = [(0.0, 0.0); 3];
            for ((gate, rate), now) in gates.iter_mut().zip(&rates).zip(&mut now) {
                *gate += 2.0 * (rate.opening - *gate * rate.total) / (rate.denominator + rate.total);
                *now = (*gate, (rate.denominator - rate.total) / (rate.denominator + rate.total));
            }
            course.push(now);
            let mut open = [0.0; 3];
            HodgkinHuxley.open(&constants, &gates, v, &mut open);
            let row = step % NORMALS * noise.processes();
            fluctuations.disturb(&gates, &rates, &[1.0; 3], &normals[row..], &mut open);
            if let Some(look) = looks.iter().position(|look| *look == step) {
                seen[0][look].push(open[0]);
                seen[1][look].push(open[1]);
            }
        }
    }
    Course { voltages_mv, seen, gates: course }
}

impl Course {
    /// Mean of the open fraction of single channels at a step, and its covariance between two steps.
    fn truth(&self, current: usize, from: usize, to: usize) -> (f64, f64) {
        let left = |gate: usize| self.gates[from + 1..=to].iter().map(|now| now[gate].1).product::<f64>();
        let (mut both, mut mean_from, mut mean_to) = (1.0, 1.0, 1.0);
        for (gate, power) in HodgkinHuxley.gating(current) {
            let (x, y) = (self.gates[from][gate].0, self.gates[to][gate].0);
            // Open at both times: open at the first, and open again given that.
            both *= (x * y + x * (1.0 - x) * left(gate)).powi(i32::try_from(power).unwrap());
            mean_from *= x.powi(i32::try_from(power).unwrap());
            mean_to *= y.powi(i32::try_from(power).unwrap());
        }
        (mean_to, both - mean_from * mean_to)
    }

    /// What differs from `count` independent channels by more than six standard errors.
    fn faults(&self, looks: &[usize], count: f64) -> Vec<String> {
        let mut faults = Vec::new();
        for current in 0..2 {
            for (i, &from) in looks.iter().enumerate() {
                for (j, &to) in looks.iter().enumerate().skip(i) {
                    let (mean, covariance) = self.truth(current, from, to);
                    let (_, variance_from) = self.truth(current, from, from);
                    let (_, variance_to) = self.truth(current, to, to);
                    let (a, b) = (&self.seen[current][i], &self.seen[current][j]);
                    let (mean_from, _) = self.truth(current, from, from);
                    let n = a.len() as f64;
                    let found_mean = b.iter().sum::<f64>() / n;
                    let products = a.iter().zip(b).map(|(a, b)| (a - mean_from) * (b - mean));
                    let found = products.sum::<f64>() / n;
                    let error = (variance_to / count / n).sqrt();
                    if (found_mean - mean).abs() > 6.0 * error {
                        faults.push(format!("mean of {current} at {to}: {found_mean}, expected {mean}"));
                    }
                    // The product of two normal numbers has the variance σ²σ'² + cov².
                    let spread = variance_from * variance_to + covariance * covariance;
                    if (found - covariance / count).abs() > 6.0 * (spread / n).sqrt() / count {
                        let expected = covariance / count;
                        let at = self.voltages_mv[to];
                        faults.push(format!(
                            "covariance of {current} from {from} to {to} ({at} mV): {found}, expected {expected}"
                        ));
                    }
                }
            }
        }
        faults
    }
}

const CELLS: u64 = 20_000;

#[test]
fn at_a_constant_voltage_channels_fluctuate_like_single_ones() {
    let looks = [0, 1, 8, 40, 200];
    for v in [-65.0, -40.0, 0.0] {
        let course = run(vec![v; 201], &looks, CELLS, CHANNELS);
        assert_eq!(course.faults(&looks, CHANNELS), Vec::<String>::new(), "{v} mV");
    }
}

/// A voltage as in a spike: 100 mV up within half a millisecond, and down again within two.
fn spike() -> Vec<f64> {
    let shape = |ms: f64| if ms < 0.5 { ms / 0.5 } else { (1.0 - (ms - 0.5) / 2.0).max(-0.1) };
    (0..160).map(|step| -65.0 + 100.0 * shape(f64::from(step) * DT_MS)).collect()
}

const LOOKS: [usize; 7] = [0, 6, 14, 20, 32, 60, 150];

#[test]
fn in_a_spike_channels_fluctuate_like_single_ones() {
    let course = run(spike(), &LOOKS, CELLS, CHANNELS);
    assert_eq!(course.faults(&LOOKS, CHANNELS), Vec::<String>::new());
}

#[test]
fn channels_that_are_fewer_by_a_tenth_are_noticed() {
    let faults = run(spike(), &LOOKS, CELLS, 0.9 * CHANNELS).faults(&LOOKS, CHANNELS);
    assert!(faults.len() > LOOKS.len() && faults.iter().all(|fault| fault.starts_with("covariance")));
}

/// The exponential that the step stands for, at the shortest time constant of the squid axon in a spike.
#[test]
fn a_step_forgets_as_much_as_it_should() {
    let set = defaults(HodgkinHuxley.parameters());
    for v in [-80.0, -65.0, -40.0, 0.0, 40.0] {
        let course = run(vec![v; 2], &[], 1, CHANNELS);
        for (gate, (alpha, beta)) in HodgkinHuxley.rates_per_ms(&set, v).into_iter().enumerate() {
            let x = DT_MS * (alpha + beta);
            // (2 − x) / (2 + x) = e^(−x) (1 − x³ / 12 + ..); below 1 the rest adds less than half of it.
            let error = course.gates[0][gate].1 / (-x).exp() - 1.0;
            assert!(x < 1.0 && error.abs() < 1.5 * x.powi(3) / 12.0 + 1e-8, "gate {gate} at {v}: {error}");
        }
    }
}

/// The gates of every current, by what opens if they do.
fn check_gating<C: ChannelSet>(channels: &C) {
    let set = defaults(channels.parameters());
    let patch = Patch::new(channels, &set);
    let mut gates = channels.gates(0.0);
    for (index, gate) in gates.as_mut().iter_mut().enumerate() {
        *gate = 0.35 + 0.05 * index as f64;
    }
    let (open, follows) = (patch.open(&gates, -50.0), patch.open(&channels.gates(1.0), -50.0));
    for (current, (open, follows)) in open.as_ref().iter().zip(follows.as_ref()).enumerate() {
        let gating = channels.gating(current);
        let product: f64 = gating
            .iter()
            .map(|&(gate, power)| gates.as_ref()[gate].powi(i32::try_from(power).unwrap()))
            .product();
        assert!((open - follows * product).abs() < 1e-12 * open, "current {current} of {channels:?}");
    }
}

#[test]
fn the_gates_of_every_current_are_known() {
    check_gating(&HodgkinHuxley);
    check_gating(&Pospischil);
    check_gating(&Calcium);
    check_gating(&Cortical);
}

/// The voltage of the squid axon in eight lanes of `count` channels each, for 20 ms under `current`.
fn voltages(count: Option<f64>, current: f64, rows: &[u64]) -> Vec<Vec<f64>> {
    struct Step(f64, Option<ChannelNoise>);
    impl Drive for Step {
        fn fill(&mut self, _: usize, _: usize, out: &mut [f64]) {
            out.fill(self.0);
        }
        fn channel_noise(&mut self) -> Option<&mut ChannelNoise> {
            self.1.as_mut()
        }
    }
    let lanes = rows.len();
    let membrane = crate::model::leapfrog::Leapfrog::new(HodgkinHuxley);
    let set = defaults(HodgkinHuxley.parameters());
    let lot = Lot::new(set.len(), lanes, |index, _| set[index]);
    let noise = count.map(|count| {
        let channels = |(conductance, name)| NoisyChannels {
            conductance,
            processes: membrane.noise_processes(conductance).unwrap(),
            counts: vec![count; lanes],
            generators: rows.iter().map(|row| Streams::new(2).stage(name).generator(0, *row)).collect(),
        };
        ChannelNoise::new([(0, "Na"), (1, "K")].map(channels).into())
    });
    let grid = Grid { dt_ms: DT_MS, stride: 4, samples: 201, still: 0 };
    let start = Start::Rest { holding_ua_cm2: vec![0.0; lanes], settle_ms: None };
    let mut traces = vec![0.0; lanes * grid.samples];
    let mut drive = Step(current, noise);
    let failures = membrane.simulate(&lot, &vec![1.0; lanes], &start, grid, &mut drive, &mut traces);
    assert_eq!(failures, vec![None; lanes]);
    traces.chunks_exact(grid.samples).map(<[f64]>::to_vec).collect()
}

const ROWS: [u64; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn very_many_channels_are_deterministic() {
    let (silent, noisy) = (voltages(None, 10.0, &ROWS), voltages(Some(1e30), 10.0, &ROWS));
    let peak = silent[0].iter().copied().fold(f64::MIN, f64::max);
    assert!(peak > 30.0, "no spike: {peak}");
    for (silent, noisy) in silent.iter().zip(&noisy) {
        // The noise of 10³⁰ channels is 10⁻¹⁵ of that of one: rounding.
        assert!(farthest(silent, noisy) < 1e-8, "{}", farthest(silent, noisy));
    }
}

/// With the same random numbers, and so many channels that the membrane is linear in their noise.
#[test]
fn a_quarter_of_the_channels_has_four_times_the_variance() {
    let silent = voltages(None, 0.0, &ROWS);
    let (many, fewer) = (voltages(Some(4e10), 0.0, &ROWS), voltages(Some(1e10), 0.0, &ROWS));
    for lane in 0..ROWS.len() {
        let (small, large) = (farthest(&many[lane], &silent[lane]), farthest(&fewer[lane], &silent[lane]));
        // Relative to the noise, what is not linear is as large as the noise in mV.
        assert!(small > 1e-5 && small < 1e-2, "{small}");
        assert!((large / small - 2.0).abs() < 0.02, "lane {lane}: {large} {small}");
    }
}

#[test]
fn the_noise_of_a_row_does_not_depend_on_its_neighbours() {
    let eight = voltages(Some(1000.0), 0.0, &ROWS);
    let rows: Vec<u64> = (0..64).map(|lane| (lane * 5) % 64).collect();
    let all = voltages(Some(1000.0), 0.0, &rows);
    for (lane, row) in rows.iter().enumerate().filter(|(_, row)| **row < 8) {
        assert_eq!(all[lane], eight[*row as usize], "row {row}");
    }
    assert_ne!(eight[0], eight[1]);
}
