//! The Python package pyHH, step for step, for the numbers that were printed with it.
//!
//! The equations of the squid axon with the voltage counted from rest, by forward Euler: rates from the old
//! voltage, voltage first, then gates with the old rates. pyHH sets n twice and h never, so a run starts with
//! h = 0 and with an artefact that looks like a spike. The first value kept is the state after the first step.
//! Source: <https://github.com/swharden/pyHH>

use super::channels::{ChannelSet, Patch};
use super::drive::Drive;
use super::hodgkin_huxley::HodgkinHuxley;
use super::membrane::{Grid, Lot, Membrane, Start};
use super::{Build, ModelParameter, scheme};
use crate::numeric::Failure;
use crate::settings::{Entry, Section};

pub const ENTRY: Entry<Build> =
    Entry { name: "pyhh", summary: "squid axon as the Python package pyHH steps it, faults included", build };

fn build(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    scheme(model, &["forward_euler"]);
    Some(Box::new(PyHh::new()))
}

const LANES: usize = 8;

#[derive(Debug)]
struct PyHh(Vec<ModelParameter>);

impl PyHh {
    /// The squid's parameters, with voltages counted from rest.
    fn new() -> Self {
        let mut parameters = HodgkinHuxley.parameters().to_vec();
        for (name, default) in [("E_Na", 115.0), ("E_K", -12.0), ("E_L", 10.6), ("V_rest", 0.0)] {
            for parameter in parameters.iter_mut().filter(|parameter| parameter.name == name) {
                parameter.default = default;
            }
        }
        Self(parameters)
    }
}

impl Membrane for PyHh {
    fn parameters(&self) -> &[ModelParameter] {
        &self.0
    }

    /// The step of the leapfrog for the same axon; forward Euler keeps no promise with it.
    fn default_dt_ms(&self) -> f64 {
        0.025
    }

    fn widths(&self) -> &'static [(usize, f64)] {
        &[(LANES, 1.0)]
    }

    fn has_rest(&self) -> bool {
        false
    }

    /// `start` is not asked: pyHH always starts at 0 mV, with h = 0 in the first run of a process.
    fn simulate(
        &self,
        lot: &Lot,
        capacitance: &[f64],
        _: &Start,
        grid: Grid,
        drive: &mut dyn Drive,
        traces: &mut [f64],
    ) -> Vec<Option<Failure>> {
        run(lot, capacitance, grid, drive, &mut vec![0.0; lot.lanes()], traces)
    }
}

/// Voltages of the default axon in some runs, one after another in one Python process and under the same current: gates
/// belong to pyHH's class, and a new instance sets m and n alone, so that each run starts with the h that the last one
/// left.
pub fn pyhh_runs(runs: usize, grid: Grid, drive: &mut dyn Drive) -> Vec<Result<Vec<f64>, Failure>> {
    let axon = PyHh::new();
    let lot = Lot::new(axon.0.len(), 1, |parameter, _| axon.0[parameter].default);
    let mut h = vec![0.0];
    let one = |_| {
        let mut trace = vec![0.0; grid.samples];
        let failure = run(&lot, &[1.0], grid, drive, &mut h, &mut trace).swap_remove(0);
        failure.map_or(Ok(trace), Err)
    };
    (0..runs).map(one).collect()
}

/// `h`: the sodium gate of every lane at the start, and then at the end.
fn run(
    lot: &Lot,
    capacitance: &[f64],
    grid: Grid,
    drive: &mut dyn Drive,
    h: &mut [f64],
    traces: &mut [f64],
) -> Vec<Option<Failure>> {
    let sets: Vec<Vec<f64>> = (0..lot.lanes()).map(|lane| lot.lane(lane)).collect();
    let patches: Vec<Patch<'_, HodgkinHuxley>> =
        sets.iter().map(|set| Patch::new(&HodgkinHuxley, set)).collect();
    let mut states: Vec<(f64, [f64; 3])> = patches
        .iter()
        .zip(&*h)
        .map(|(patch, h)| {
            let [m, _, n] = patch.printed_steady_state(0.0);
            (0.0, [m, *h, n])
        })
        .collect();
    let mut currents = vec![0.0; lot.lanes()];
    for step in 0..=grid.steps() {
        drive.fill(step, lot.lanes(), &mut currents);
        for (lane, (v, gates)) in states.iter_mut().enumerate() {
            let rates = HodgkinHuxley.rates_per_ms(&sets[lane], *v);
            let (g, g_e) = patches[lane].conductance(gates, *v);
            *v += grid.dt_ms * (currents[lane] - (g * *v - g_e)) / capacitance[lane];
            for (gate, (alpha, beta)) in gates.iter_mut().zip(rates) {
                *gate += grid.dt_ms * (alpha * (1.0 - *gate) - beta * *gate);
            }
            if step % grid.stride == 0 {
                traces[lane * grid.samples + step / grid.stride] = *v;
            }
        }
    }
    for (h, (_, gates)) in h.iter_mut().zip(&states) {
        *h = gates[1];
    }
    states.iter().map(|(v, _)| (!v.is_finite()).then_some(Failure::NotFinite)).collect()
}
