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

    /// `start` is not asked: pyHH always starts at 0 mV.
    fn simulate(
        &self,
        lot: &Lot,
        capacitance: &[f64],
        _: &Start,
        grid: Grid,
        drive: &mut dyn Drive,
        traces: &mut [f64],
    ) -> Vec<Option<Failure>> {
        let sets: Vec<Vec<f64>> = (0..lot.lanes()).map(|lane| lot.lane(lane)).collect();
        let patches: Vec<Patch<'_, HodgkinHuxley>> =
            sets.iter().map(|set| Patch::new(&HodgkinHuxley, set)).collect();
        let mut states: Vec<(f64, [f64; 3])> = patches
            .iter()
            .map(|patch| {
                let [m, _, n] = patch.printed_steady_state(0.0);
                (0.0, [m, 0.0, n])
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
        states.iter().map(|(v, _)| (!v.is_finite()).then_some(Failure::NotFinite)).collect()
    }
}
