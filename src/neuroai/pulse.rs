//! One pulse of current into the squid's axon, as pyHH steps it and as it is.
//!
//! All voltages are counted from rest, as pyHH counts them: rest is at 0 mV.
//! pyHH: <https://github.com/swharden/pyHH>. The axon: <https://doi.org/10.1113/jphysiol.1952.sp004764>

use super::cells::Cells;
use crate::model::{Drive, Grid, Start, pyhh_runs};
use crate::numeric::Failure;

/// Rest of the squid's axon; pyHH counts from it.
pub const REST_MV: f64 = -65.0;

/// What is higher above rest than this is an action potential: half of one, and far above what rings after a pulse.
pub const ACTION_POTENTIAL_MV: f64 = 50.0;

/// A step of current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// Length of the trace.
    pub duration_ms: f64,
    /// Time step; every voltage is kept.
    pub dt_ms: f64,
    /// Height.
    pub amplitude_ua_cm2: f64,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub stop_ms: f64,
}

/// A voltage over time.
#[derive(Clone, Debug, PartialEq)]
pub struct PulseTrace {
    /// Time between two samples.
    pub dt_ms: f64,
    /// Voltage above rest.
    pub above_rest_mv: Vec<f64>,
}

/// What is commonly printed of the trace, by definitions that do not look at what the trace is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Printed {
    /// Highest sample.
    pub peak_mv: f64,
    /// First sample, called the rest.
    pub first_sample_mv: f64,
    /// Highest less lowest sample.
    pub range_mv: f64,
    /// From the first to the last sample above 0 mV.
    pub spike_duration_ms: f64,
    /// Crossings of 0 mV from below.
    pub spike_count: usize,
}

/// One action potential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionPotential {
    /// When it is highest.
    pub peak_ms: f64,
    /// How high that is, above rest.
    pub peak_mv: f64,
    /// How long it is above half of that.
    pub half_width_ms: f64,
    /// The lowest voltage between it and the end of the pulse, from rest.
    pub trough_mv: f64,
}

impl Pulse {
    fn samples(&self) -> usize {
        (self.duration_ms / self.dt_ms).round() as usize
    }

    fn simulate(&self, cells: &Cells, start: &Start) -> Result<PulseTrace, Failure> {
        let samples = self.samples();
        let grid = Grid { dt_ms: self.dt_ms, stride: 1, samples, still: 0 };
        let place = |time_ms: f64| (time_ms / self.dt_ms).round() as usize;
        let (from, to) = (place(self.start_ms), place(self.stop_ms));
        let current =
            |_: usize, step: usize| if (from..to).contains(&step) { self.amplitude_ua_cm2 } else { 0.0 };
        let lanes = |lanes: &[usize]| match start {
            Start::Voltage(at) => Start::Voltage(vec![at[0]; lanes.len()]),
            Start::Rest { holding_ua_cm2, settle_ms } => {
                Start::Rest { holding_ua_cm2: vec![holding_ua_cm2[0]; lanes.len()], settle_ms: *settle_ms }
            }
        };
        let above_rest_mv = cells.simulate(lanes, grid, &current).swap_remove(0)?;
        Ok(PulseTrace { dt_ms: self.dt_ms, above_rest_mv })
    }

    /// As pyHH steps it: forward Euler from h = 0.
    ///
    /// # Errors
    /// If the time step is so long that the voltage is no number.
    #[allow(clippy::missing_panics_doc, reason = "the models of the catalogue are known")]
    pub fn as_pyhh(&self) -> Result<PulseTrace, Failure> {
        let cells = Cells::of_model("pyhh").expect("pyhh is in the catalogue of models and needs no options");
        self.simulate(&cells, &Start::Voltage(vec![0.0]))
    }

    /// The second run of one Python process, which starts with the h that the first has left.
    ///
    /// # Errors
    /// If the time step is so long that the voltage is no number.
    pub fn as_pyhh_again(&self) -> Result<PulseTrace, Failure> {
        let grid = Grid { dt_ms: self.dt_ms, stride: 1, samples: self.samples(), still: 0 };
        let above_rest_mv = pyhh_runs(2, grid, &mut Injected(*self)).swap_remove(1)?;
        Ok(PulseTrace { dt_ms: self.dt_ms, above_rest_mv })
    }

    /// As pyHH would step it if its axon rested at `rest_mv`: what an attribute `V_rest` would mean, if it were read.
    ///
    /// # Errors
    /// If the time step is so long that the voltage is no number.
    #[allow(clippy::missing_panics_doc, reason = "the models of the catalogue are known")]
    pub fn with_rest_read(&self, rest_mv: f64) -> Result<PulseTrace, Failure> {
        let cells = Cells::of_model("pyhh").expect("pyhh is in the catalogue of models and needs no options");
        self.simulate(&cells.with("V_rest", rest_mv), &Start::Voltage(vec![0.0]))
    }

    /// The same axon with all gates at their steady state at the start, by the staggered leapfrog: second order in the
    /// time step.
    ///
    /// # Errors
    /// If the voltage is no number.
    #[allow(clippy::missing_panics_doc, reason = "the models of the catalogue are known")]
    pub fn from_rest(&self) -> Result<PulseTrace, Failure> {
        let cells = Cells::of_model("hodgkin_huxley")
            .expect("hodgkin_huxley is in the catalogue of models and needs no options");
        let cells = [("E_Na", 115.0), ("E_K", -12.0), ("E_L", 10.6), ("V_rest", 0.0)]
            .into_iter()
            .fold(cells, |cells, (name, value)| cells.with(name, value));
        self.simulate(&cells, &Start::Voltage(vec![0.0]))
    }

    /// Action potentials of a trace, with the lowest voltage until the end of the pulse.
    pub fn action_potentials(&self, trace: &PulseTrace) -> Vec<ActionPotential> {
        let (v, dt_ms) = (&trace.above_rest_mv, trace.dt_ms);
        let stop = ((self.stop_ms / dt_ms).round() as usize).min(v.len());
        let crossing = |before: usize, level: f64| {
            (before as f64 + (level - v[before]) / (v[before + 1] - v[before])) * dt_ms
        };
        let mut found = Vec::new();
        for rise in trace.crossings(ACTION_POTENTIAL_MV) {
            let end = (rise..v.len()).find(|at| v[*at] < ACTION_POTENTIAL_MV).unwrap_or(v.len());
            let peak = (rise..end).max_by(|a, b| v[*a].total_cmp(&v[*b])).unwrap_or(rise);
            let half = 0.5 * v[peak];
            let left = (0..peak).rev().find(|at| v[*at] < half);
            let right = (peak..v.len() - 1).find(|at| v[at + 1] < half);
            let (Some(left), Some(right)) = (left, right) else { continue };
            found.push(ActionPotential {
                peak_ms: peak as f64 * dt_ms,
                peak_mv: v[peak],
                half_width_ms: crossing(right, half) - crossing(left, half),
                trough_mv: v[peak..stop.max(peak + 1)].iter().copied().fold(f64::INFINITY, f64::min),
            });
        }
        found
    }
}

/// The pulse, step by step.
struct Injected(Pulse);

impl Drive for Injected {
    fn fill(&mut self, first_step: usize, lanes: usize, out: &mut [f64]) {
        let Pulse { dt_ms, start_ms, stop_ms, amplitude_ua_cm2, .. } = self.0;
        let place = |time_ms: f64| (time_ms / dt_ms).round() as usize;
        let within = place(start_ms)..place(stop_ms);
        for (step, row) in out.chunks_exact_mut(lanes).enumerate() {
            row.fill(if within.contains(&(first_step + step)) { amplitude_ua_cm2 } else { 0.0 });
        }
    }
}

impl PulseTrace {
    /// What is commonly printed of it.
    pub fn printed(&self) -> Printed {
        let v = &self.above_rest_mv;
        let highest = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lowest = v.iter().copied().fold(f64::INFINITY, f64::min);
        let (first, last) = (v.iter().position(|v| *v > 0.0), v.iter().rposition(|v| *v > 0.0));
        let first_to_last = first.zip(last).map_or(0, |(first, last)| last - first);
        Printed {
            peak_mv: highest,
            first_sample_mv: v[0],
            range_mv: highest - lowest,
            spike_duration_ms: first_to_last as f64 * self.dt_ms,
            spike_count: self.crossings(0.0).len(),
        }
    }

    /// The first sample above a level after each crossing of it from below; a sample on it hides one.
    pub fn crossings(&self, level_mv: f64) -> Vec<usize> {
        let v = &self.above_rest_mv;
        (1..v.len()).filter(|&at| v[at - 1] < level_mv && v[at] > level_mv).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PULSE: Pulse =
        Pulse { duration_ms: 200.0, dt_ms: 0.01, amplitude_ua_cm2: 5.0, start_ms: 70.0, stop_ms: 130.0 };

    /// The places of the crossings were printed by pyHH itself.
    #[test]
    fn pyhh_is_reproduced_sample_by_sample() {
        let trace = PULSE.as_pyhh().unwrap();
        assert_eq!(trace.above_rest_mv.len(), 20_000);
        assert_eq!(trace.crossings(0.0), [6123, 8370, 13_992, 15_638, 17_249]);
        let found = trace.printed();
        assert!((found.peak_mv - 104.324_793_732_181_22).abs() < 1e-9, "{found:?}");
        assert!((found.first_sample_mv + 0.012_197_334_672_829_383).abs() < 1e-12, "{found:?}");
        assert!((found.range_mv - 114.953_113_720_287_33).abs() < 1e-9, "{found:?}");
        assert!((found.spike_duration_ms - 138.76).abs() < 1e-9, "{found:?}");
        assert_eq!(found.spike_count, 5);
    }

    #[test]
    fn one_of_the_five_is_an_action_potential() {
        let found = PULSE.action_potentials(&PULSE.as_pyhh().unwrap());
        assert_eq!(found.len(), 1);
        let exact = PULSE.action_potentials(&PULSE.from_rest().unwrap());
        assert_eq!(exact.len(), 1);
        assert!((found[0].half_width_ms - exact[0].half_width_ms).abs() < 0.05, "{found:?} {exact:?}");
        assert!((found[0].peak_mv - exact[0].peak_mv).abs() < 1.0, "{found:?} {exact:?}");
    }

    /// Without the artefact of h = 0, as in the second run of one Python process.
    #[test]
    fn from_rest_there_are_four_crossings() {
        assert_eq!(PULSE.from_rest().unwrap().printed().spike_count, 4);
    }

    /// pyHH itself counts four in the second run of a process.
    #[test]
    fn gates_that_are_shared_change_the_second_run() {
        let again = PULSE.as_pyhh_again().unwrap();
        assert_eq!(again.printed().spike_count, 4);
        assert_eq!(PULSE.action_potentials(&again).len(), 1);
        let first =
            pyhh_runs(1, Grid { dt_ms: 0.01, stride: 1, samples: 20_000, still: 0 }, &mut Injected(PULSE));
        assert_eq!(first[0].as_ref().unwrap(), &PULSE.as_pyhh().unwrap().above_rest_mv);
    }

    /// What is printed is that of an axon that does not read `V_rest`.
    #[test]
    fn an_axon_that_rests_at_50_mv_would_print_other_numbers() {
        let peak_mv = PULSE.with_rest_read(50.0).map_or(f64::NAN, |trace| trace.printed().peak_mv);
        assert!(!((peak_mv - 104.32).abs() < 0.5), "{peak_mv}");
        let same = PULSE.with_rest_read(0.0).unwrap();
        assert_eq!(same, PULSE.as_pyhh().unwrap());
    }

    #[test]
    fn a_triangle_has_its_half_width() {
        let above_rest_mv = (0..=40).map(|at: i32| 80.0 - 4.0 * f64::from((at - 20).abs())).collect();
        let trace = PulseTrace { dt_ms: 0.5, above_rest_mv };
        let pulse = Pulse { duration_ms: 20.5, dt_ms: 0.5, stop_ms: 20.0, ..PULSE };
        let found = pulse.action_potentials(&trace);
        assert_eq!(found.len(), 1);
        assert!((found[0].half_width_ms - 10.0).abs() < 1e-9 && (found[0].peak_ms - 10.0).abs() < 1e-9);
    }
}
