//! Resting potential, input resistance and membrane time constant from steps that cause no spikes.

use super::{Step, SweepView, between, median};
use crate::recording::{Recording, Sweep};
use crate::units::Unit;

/// The passive membrane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passive {
    /// Median of the baselines.
    pub rest_mv: f64,
    /// Steady deflection per current, over the sweeps used.
    pub input_resistance_mohm: f64,
    /// Time constant of the charging of the largest deflection that was used.
    pub time_constant_ms: Option<f64>,
    /// How many steps were used: the hyperpolarising ones, or all without spikes if there is none.
    pub steps: usize,
}

/// A deflection below this is not told from noise and drift.
const SMALLEST_DEFLECTION_MV: f64 = 0.5;

/// What of the charging is left out, because the electrode charges with it.
const ELECTRODE_MS: f64 = 0.5;

/// Charging that is looked at: after it, slow currents answer.
const CHARGING_MS: f64 = 200.0;

/// Time constants that a membrane may have.
const SHORTEST_MS: f64 = 0.3;
const LONGEST_MS: f64 = 200.0;

impl Passive {
    /// From the steps in pA of all sweeps.
    pub(super) fn estimate(recording: &Recording, sweeps: &[SweepView]) -> Option<Self> {
        let all: Vec<Charge<'_>> =
            recording.sweeps.iter().zip(sweeps).flat_map(|(sweep, view)| charges(sweep, view)).collect();
        let down: Vec<Charge<'_>> =
            all.iter().filter(|charge| charge.step.amplitude < 0.0).copied().collect();
        let used = if down.is_empty() { all } else { down };
        let sum = |of: fn(&Charge<'_>) -> f64| used.iter().map(of).sum::<f64>();
        let squares = sum(|charge| charge.step.amplitude * charge.step.amplitude);
        let products = sum(|charge| charge.step.amplitude * charge.deflection_mv);
        let largest = used.iter().max_by(|a, b| a.deflection_mv.abs().total_cmp(&b.deflection_mv.abs()))?;
        let baselines: Vec<f64> = sweeps.iter().filter_map(|view| view.baseline_mv).collect();
        Some(Self {
            rest_mv: median(&baselines)?,
            // mV/pA are GΩ.
            input_resistance_mohm: 1000.0 * products / squares,
            time_constant_ms: time_constant_ms(largest),
            steps: used.len(),
        })
    }

    /// Capacitance of the cell in pF.
    pub fn capacitance_pf(&self) -> Option<f64> {
        self.time_constant_ms.map(|time_constant_ms| 1000.0 * time_constant_ms / self.input_resistance_mohm)
    }

    /// Area of the membrane in µm², if it has 1 µF/cm²: 1 pF is 100 µm².
    pub fn area_um2(&self) -> Option<f64> {
        self.capacitance_pf().map(|capacitance_pf| 100.0 * capacitance_pf)
    }
}

/// A step that charges the membrane and causes no spikes.
#[derive(Clone, Copy)]
struct Charge<'a> {
    sweep: &'a Sweep,
    step: Step,
    deflection_mv: f64,
}

fn charges<'a>(sweep: &'a Sweep, view: &'a SweepView) -> impl Iterator<Item = Charge<'a>> {
    let steps = view.injected.steps().iter().zip(&view.deflections_mv);
    let in_pa = view.injected.unit() == Some(Unit::Picoamp);
    steps
        .filter(move |_| in_pa)
        .filter_map(move |(step, deflection_mv)| {
            Some(Charge { sweep, step: *step, deflection_mv: (*deflection_mv)? })
        })
        .filter(|charge| {
            let (amplitude, deflection_mv) = (charge.step.amplitude, charge.deflection_mv);
            deflection_mv.abs() > SMALLEST_DEFLECTION_MV && deflection_mv * amplitude > 0.0
        })
}

/// τ of a + b e^(−t/τ), fitted to the charging by least squares.
fn time_constant_ms(charge: &Charge<'_>) -> Option<f64> {
    let Charge { sweep, step, .. } = *charge;
    let from_ms = step.start_ms + ELECTRODE_MS;
    let charging = between(sweep, from_ms, step.stop_ms.min(from_ms + CHARGING_MS));
    if charging.len() < 10 {
        return None;
    }
    // The error has one minimum over ln τ, found by looking at ever shorter stretches.
    let error = |tau_ms: f64| misfit(charging, sweep.interval_ms / tau_ms);
    let (mut low, mut high) = (SHORTEST_MS.ln(), LONGEST_MS.ln());
    for _ in 0..60 {
        let third = (high - low) / 3.0;
        if error((low + third).exp()) < error((high - third).exp()) {
            high -= third;
        } else {
            low += third;
        }
    }
    let tau_ms = low.exp();
    (tau_ms > 1.05 * SHORTEST_MS && tau_ms < 0.95 * LONGEST_MS).then_some(tau_ms)
}

/// What the best a + b e^(−i · `rate`) leaves of the variance of the values.
fn misfit(values: &[f64], rate: f64) -> f64 {
    let count = values.len() as f64;
    let decay = |index: usize| (-(index as f64) * rate).exp();
    let mean_x = (0..values.len()).map(decay).sum::<f64>() / count;
    let mean_y = values.iter().sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let (x, y) = (decay(index) - mean_x, value - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    yy - xy * xy / xx
}
