//! What a spike costs: the sodium that flows in has to be pumped out again.
//!
//! The pump moves three sodium ions for each ATP, so the cost is the charge of the sodium current over 3 e. At the least
//! a spike needs the charge C ΔV that moves the membrane by its height; what is beyond flows while potassium flows the
//! other way. Attwell and Laughlin (2001), <https://doi.org/10.1097/00004647-200110000-00001>; Alle, Roth and Geiger
//! (2009), <https://doi.org/10.1126/science.1174331>.

use super::cells::Cells;
use super::spikes::{SPIKE_LEVEL_MV, spike_times_ms};
use crate::model::kinetics::Channel;
use crate::model::{Grid, Start};
use crate::numeric::Failure;

/// Charge of a sodium ion in coulomb, exact since 2019.
pub const ELEMENTARY_CHARGE_C: f64 = 1.602_176_634e-19;
/// Ions in a mole, exact since 2019.
pub const AVOGADRO: f64 = 6.022_140_76e23;
/// Sodium ions that the pump moves for one ATP.
pub const SODIUM_PER_ATP: f64 = 3.0;

/// A short current that makes a cell spike once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kick {
    /// Height.
    pub amplitude_ua_cm2: f64,
    /// Length; the kick begins with the trace.
    pub length_ms: f64,
    /// Length of the trace, in which the cell comes back to rest.
    pub duration_ms: f64,
    /// Time step; every voltage is kept.
    pub dt_ms: f64,
}

/// The cost of one spike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpikeCost {
    /// Spikes in the trace; the cost is that of one only if this is 1.
    pub spikes: usize,
    /// Sodium current at rest, inward negative.
    pub resting_ua_cm2: f64,
    /// Charge of the sodium that flows in beyond what would have at rest.
    pub charge_nc_cm2: f64,
    /// The same up to the peak.
    pub charge_before_peak_nc_cm2: f64,
    /// From rest to the peak.
    pub height_mv: f64,
    /// C ΔV.
    pub least_charge_nc_cm2: f64,
}

impl SpikeCost {
    /// Sodium ions that flow in, per cm².
    pub fn sodium_per_cm2(&self) -> f64 {
        1e-9 * self.charge_nc_cm2 / ELEMENTARY_CHARGE_C
    }

    /// The same in pmol/cm².
    pub fn sodium_pmol_cm2(&self) -> f64 {
        1e12 * self.sodium_per_cm2() / AVOGADRO
    }

    /// ATP that the pump needs to bring them out again, per cm².
    pub fn atp_per_cm2(&self) -> f64 {
        self.sodium_per_cm2() / SODIUM_PER_ATP
    }

    /// How many times as much sodium flows in as moves the membrane.
    pub fn excess(&self) -> f64 {
        self.charge_nc_cm2 / self.least_charge_nc_cm2
    }

    /// Which share of it flows after the peak, when it only works against the potassium.
    pub fn share_after_peak(&self) -> f64 {
        1.0 - self.charge_before_peak_nc_cm2 / self.charge_nc_cm2
    }
}

impl Kick {
    /// The cost of the spike that it makes in the first of some cells; `None` if the cell has no sodium channels.
    ///
    /// # Errors
    /// If the cell has no stable rest, or the voltage is no number.
    pub fn cost(&self, cells: &Cells) -> Result<Option<SpikeCost>, Failure> {
        let steps = |time_ms: f64| (time_ms / self.dt_ms).round() as usize;
        let grid = Grid { dt_ms: self.dt_ms, stride: 1, samples: 1 + steps(self.duration_ms), still: 0 };
        let end = steps(self.length_ms);
        let current = |_: usize, step: usize| if step < end { self.amplitude_ua_cm2 } else { 0.0 };
        let rest = |lanes: &[usize]| Start::Rest { holding_ua_cm2: vec![0.0; lanes.len()], settle_ms: None };
        let voltage_mv = cells.measure(rest, grid, &current, |_, v| v.to_vec()).swap_remove(0)?;
        let channels = cells.membrane.describe(&cells.parameters[0]).unwrap_or_default();
        let sodium: Vec<f64> = channels
            .iter()
            .filter(|channel| channel.name.starts_with("Na"))
            .map(|channel| current_ua_cm2(channel, &voltage_mv, self.dt_ms))
            .reduce(|a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect())
            .unwrap_or_default();
        let Some(resting_ua_cm2) = sodium.first().copied() else { return Ok(None) };
        let peak = (0..voltage_mv.len()).max_by(|a, b| voltage_mv[*a].total_cmp(&voltage_mv[*b]));
        let peak = peak.unwrap_or(0);
        // 1 µA ms is 1 nC; inward is negative.
        let charge = |upto: usize| -> f64 {
            let beyond = sodium[..=upto].windows(2).map(|i| resting_ua_cm2 - 0.5 * (i[0] + i[1]));
            beyond.sum::<f64>() * self.dt_ms
        };
        let height_mv = voltage_mv[peak] - voltage_mv[0];
        Ok(Some(SpikeCost {
            spikes: spike_times_ms(&voltage_mv, self.dt_ms, SPIKE_LEVEL_MV).len(),
            resting_ua_cm2,
            charge_nc_cm2: charge(sodium.len() - 1),
            charge_before_peak_nc_cm2: charge(peak),
            height_mv,
            least_charge_nc_cm2: cells.capacitances[0] * height_mv,
        }))
    }
}

/// The current through channels of one kind under a known voltage, in µA/cm² at each sample, outward positive. Gates start
/// at their steady state and move as if the voltage were constant between two samples: second order in the interval.
pub fn current_ua_cm2(channel: &Channel, voltage_mv: &[f64], interval_ms: f64) -> Vec<f64> {
    let Some(&first) = voltage_mv.first() else { return Vec::new() };
    let mut gates: Vec<f64> = channel.gates.iter().map(|gate| gate.steady_state_and_rate(first).0).collect();
    let mut before = first;
    let mut currents = Vec::with_capacity(voltage_mv.len());
    for (sample, &v) in voltage_mv.iter().enumerate() {
        for (x, gate) in gates.iter_mut().zip(&channel.gates) {
            let (_, rate) = gate.steady_state_and_rate(v);
            // A gate without a memory follows the voltage of the sample itself.
            let (steady, rate) = if rate.is_finite() && sample > 0 {
                gate.steady_state_and_rate(f64::midpoint(before, v))
            } else {
                (gate.steady_state_and_rate(v).0, f64::INFINITY)
            };
            *x = steady + (*x - steady) * (-rate * interval_ms).exp();
        }
        let open: f64 = gates.iter().zip(&channel.gates).map(|(x, gate)| x.powf(gate.power as f64)).product();
        currents.push(channel.conductance * open * (v - channel.reversal_mv));
        before = v;
    }
    currents
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    const KICK: Kick = Kick { amplitude_ua_cm2: 20.0, length_ms: 1.0, duration_ms: 50.0, dt_ms: 0.01 };

    fn axon(celsius: f64) -> Cells {
        Cells::of_model("hodgkin_huxley").unwrap().with("temperature", celsius)
    }

    /// Numbers of the same equations solved by `DOP853` of `SciPy` with a relative tolerance of 1e-11, the charge being one
    /// of the variables. The schemes are of second order, so a step half as long errs by a quarter.
    #[test]
    fn the_sodium_charge_is_that_of_a_reference_solver() {
        for (celsius, charge, before_peak, height) in [
            (6.3, 1_393.816_579_092_8, 149.037_594_121_0, 105.500_860_196_083),
            (18.5, 377.308_654_646_5, 120.723_456_592_4, 95.269_682_391_755_45),
        ] {
            let error = |dt_ms: f64| {
                let found = Kick { dt_ms, ..KICK }.cost(&axon(celsius)).unwrap().unwrap();
                assert_eq!(found.spikes, 1);
                assert_relative_eq!(found.resting_ua_cm2, -1.221_322_742_8, max_relative = 1e-6);
                assert_relative_eq!(found.height_mv, height, max_relative = 2.5e-3);
                assert_relative_eq!(found.charge_before_peak_nc_cm2, before_peak, max_relative = 0.03);
                (found.charge_nc_cm2 / charge - 1.0).abs()
            };
            let (coarse, fine) = (error(0.02), error(0.01));
            assert!(fine < 1e-3, "{celsius}: {fine}");
            assert!(coarse / fine > 3.0, "{celsius}: {coarse} {fine}");
        }
    }

    /// At 18.5 °C four times what the capacitance needs, which is the factor that energy budgets have taken from it.
    #[test]
    fn the_cost_is_the_charge_over_three_elementary_charges() {
        let found = KICK.cost(&axon(18.5)).unwrap().unwrap();
        assert_relative_eq!(found.excess(), 3.960_427, max_relative = 2e-3);
        assert_relative_eq!(
            found.sodium_pmol_cm2(),
            found.charge_nc_cm2 * 1e3 / 96_485.332_12,
            max_relative = 1e-9
        );
        assert_relative_eq!(
            found.atp_per_cm2(),
            found.charge_nc_cm2 / 4.806_529_902e-10,
            max_relative = 1e-9
        );
        assert!((0.5..0.8).contains(&found.share_after_peak()), "{found:?}");
    }

    #[test]
    fn a_leak_has_the_current_of_ohm() {
        let channel = Channel { name: "L".into(), conductance: 0.3, reversal_mv: -54.0, gates: Vec::new() };
        let found = current_ua_cm2(&channel, &[-65.0, -44.0], 0.1);
        assert_relative_eq!(found[0], -3.3, max_relative = 1e-12);
        assert_relative_eq!(found[1], 3.0, max_relative = 1e-12);
    }

    #[test]
    fn a_cell_without_sodium_has_no_cost() {
        let still = axon(6.3).with("g_Na", 0.0);
        let found = KICK.cost(&still).unwrap().unwrap();
        assert_eq!(found.spikes, 0);
        assert!(found.charge_nc_cm2.abs() < 1e-12);
    }
}
