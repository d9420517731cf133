//! The rows of the table: a number, its unit, what it assumes, and where that comes from.

use serde_json::{Value, json};

use super::Measured;
use super::settings::QuantitiesSettings;
use crate::neuroai::energy::{AVOGADRO, SODIUM_PER_ATP};
use crate::neuroai::reliability::EVENT_RATE;
use crate::neuroai::sparseness::sparseness;
use crate::neuroai::spikes::SPIKE_LEVEL_MV;

/// Energy of a 32-bit multiplication and addition in 45 nm: 3.7 and 0.9 pJ.
const MULTIPLY_ADD_PJ: f64 = 4.6;
/// Energy of a mole of ATP in a cell, at the lower end of what is measured.
const ATP_KJ_PER_MOL: f64 = 50.0;
/// 1 cm² is 10⁸ µm².
const UM2_PER_CM2: f64 = 1e8;

const CHARGE: &str = "https://doi.org/10.1113/jphysiol.1952.sp004764";
const PUMP: &str = "https://doi.org/10.1097/00004647-200110000-00001";
const OVERLAP: &str = "https://doi.org/10.1126/science.1174331";
const SPARSE: &str = "https://doi.org/10.1126/science.287.5456.1273";
const RELIABLE: &str = "https://doi.org/10.1016/S0925-2312(02)00838-X";
const PRECISE: &str = "https://doi.org/10.1126/science.7770778";
const STEPS: &str = "https://doi.org/10.1109/TNN.2004.832719";
const JOULES: &str = "https://doi.org/10.1109/ISSCC.2014.6757323";
const ATP_JOULES: &str = "https://doi.org/10.1201/9780429258770";

/// One number.
pub(super) struct Row {
    /// Its name in `notebook.json`.
    pub id: String,
    name: String,
    value: Option<f64>,
    unit: &'static str,
    assumption: String,
    source: &'static str,
}

impl Row {
    pub fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.digits(), self.unit.to_owned()]
    }

    fn digits(&self) -> String {
        self.value.map_or_else(|| "-".to_owned(), shown)
    }

    pub fn has_value(&self) -> bool {
        self.value.is_some()
    }

    /// Value and unit.
    pub fn shown(&self) -> String {
        if self.unit == "1" { self.digits() } else { format!("{} {}", self.digits(), self.unit) }
    }

    pub fn json(&self) -> Value {
        json!({
            "value": self.value,
            "unit": self.unit,
            "assumption": self.assumption,
            "source": self.source,
        })
    }
}

/// Four digits, without an exponent where there need not be one.
fn shown(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = (3 - size.max(0.1).log10().floor() as i32).clamp(0, 4) as usize;
    format!("{value:.digits$}")
}

/// Assumptions, each once, with their sources.
pub(super) fn notes(rows: &[Row]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for row in rows {
        let note = format!("{} ({})", row.assumption, row.source);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// All rows.
pub(super) fn rows(settings: &QuantitiesSettings, measured: &Measured) -> Vec<Row> {
    let mut rows = energy(measured);
    rows.extend(sparse(settings, measured));
    rows.extend(precise(settings, measured));
    rows.extend(arithmetic(settings, measured));
    rows
}

fn row(
    id: impl Into<String>,
    (name, unit): (String, &'static str),
    value: impl Into<Option<f64>>,
    (assumption, source): (&str, &'static str),
) -> Row {
    Row { id: id.into(), name, value: value.into(), unit, assumption: assumption.to_owned(), source }
}

fn energy(measured: &Measured) -> Vec<Row> {
    const SODIUM: (&str, &str) = (
        "Sodium charge: the current g_Na m³h (V − E_Na) from a short kick until the axon is at rest again, less what flows at rest.",
        CHARGE,
    );
    const MINIMUM: (&str, &str) = (
        "Excess: the least that a spike needs is the charge C ΔV from rest to the peak; what is beyond flows while potassium flows the other way. The axon at 6.3 °C has far more of it than the factor of four that is often quoted, which is that of 18.5 °C.",
        OVERLAP,
    );
    let mut rows = Vec::new();
    for (celsius, cost) in &measured.costs {
        let id = |name: &str| format!("{name}_at_{celsius}_celsius");
        let name = |name: &str| format!("{name}, {celsius} °C");
        let atp = format!(
            "ATP: the pump brings out {SODIUM_PER_ATP} sodium ions for each ATP, and nothing but the spike is paid for."
        );
        rows.push(row(
            id("sodium_charge"),
            (name("sodium charge of a spike"), "nC/cm²"),
            cost.charge_nc_cm2,
            SODIUM,
        ));
        rows.push(row(id("sodium"), (name("sodium of a spike"), "pmol/cm²"), cost.sodium_pmol_cm2(), SODIUM));
        rows.push(row(
            id("atp_per_cm2"),
            (name("ATP of a spike"), "1/cm²"),
            cost.atp_per_cm2(),
            (&atp, PUMP),
        ));
        rows.push(row(id("excess"), (name("sodium over the least needed"), "1"), cost.excess(), MINIMUM));
        rows.push(row(
            id("share_after_peak"),
            (name("of it after the peak"), "1"),
            cost.share_after_peak(),
            MINIMUM,
        ));
    }
    rows
}

fn sparse(settings: &QuantitiesSettings, measured: &Measured) -> Vec<Row> {
    let inputs = settings.inputs;
    let ensemble = format!(
        "Inputs: {} constant currents at the quantiles of a normal distribution of mean {} and standard deviation {} µA/cm², from rest, {} to {} ms; a spike lasts as long as the voltage is above {SPIKE_LEVEL_MV} mV, 50 mV above rest.",
        inputs.count, inputs.mean_ua_cm2, inputs.sd_ua_cm2, inputs.skipped_ms, inputs.duration_ms
    );
    let units = "Artificial units get the same inputs, standardised, so that a rectifier is silent at every input below the mean.";
    let measure = "Sparseness: (1 − a) / (1 − 1/n) with a = (Σ r/n)² / (Σ r²/n) over the n inputs: 0 if all responses are the same, 1 if one input alone has a response.";
    let share = |silent: usize| silent as f64 / measured.inputs.len() as f64;
    let silent = |values: &[f64]| share(values.iter().filter(|value| **value <= 0.0).count());
    let of = |unit: fn(f64) -> f64| -> Vec<f64> { measured.inputs.iter().map(|z| unit(*z)).collect() };
    let relu = of(|z| z.max(0.0));
    let sigmoid = of(|z| 1.0 / (1.0 + (-z).exp()));
    vec![
        row(
            "time_spiking",
            ("share of time in a spike, axon".to_owned(), "1"),
            measured.time_spiking,
            (&ensemble, CHARGE),
        ),
        row(
            "silent_axon",
            ("share of inputs without a spike, axon".to_owned(), "1"),
            silent(&measured.rates_hz),
            (&ensemble, CHARGE),
        ),
        row("silent_relu", ("the same, ReLU".to_owned(), "1"), silent(&relu), (units, SPARSE)),
        row(
            "sparseness_axon",
            ("sparseness of the rate, axon".to_owned(), "1"),
            sparseness(&measured.rates_hz),
            (measure, SPARSE),
        ),
        row("sparseness_relu", ("the same, ReLU".to_owned(), "1"), sparseness(&relu), (measure, SPARSE)),
        row(
            "sparseness_sigmoid",
            ("the same, sigmoid".to_owned(), "1"),
            sparseness(&sigmoid),
            (measure, SPARSE),
        ),
    ]
}

fn precise(settings: &QuantitiesSettings, measured: &Measured) -> Vec<Row> {
    let (timing, found) = (settings.timing, &measured.timing);
    let trials = format!(
        "Trials: {} of {} ms with each current into {} µm² of the axon, where {:.0} sodium and {:.0} potassium channels of {} pS open at random; the constant current is {} µA/cm², and the other fluctuates about it with {} µA/cm² and a memory of {} ms, in each trial in the same way.",
        timing.trials,
        timing.duration_ms - timing.skipped_ms,
        timing.area_um2,
        found.channels[0],
        found.channels[1],
        timing.single_channel_ps,
        timing.mean_ua_cm2,
        timing.sd_ua_cm2,
        timing.correlation_ms
    );
    let reliability = format!(
        "Reliability: the mean correlation of pairs of trials whose spikes are smoothed by a Gaussian of {} ms: 1 if all are alike; by chance alone it is c / (1 + c), with c = 2 √π times width times rate.",
        timing.sigma_ms
    );
    let jitter = format!(
        "Jitter: the standard deviation of spike times within events, stretches where the smoothed rate over all trials is above {EVENT_RATE} times its mean; where there is no event, there is no jitter either."
    );
    let mut rows = Vec::new();
    for (name, own) in [("constant", &found.constant), ("fluctuating", &found.fluctuating)] {
        let id = |what: &str| format!("{what}_{name}");
        let called = |what: &str| format!("{what}, {name} current");
        rows.push(row(id("rate"), (called("rate"), "Hz"), own.rate_hz, (&trials, PRECISE)));
        rows.push(row(
            id("reliability"),
            (called("reliability"), "1"),
            own.correlation,
            (&reliability, RELIABLE),
        ));
        rows.push(row(
            id("chance"),
            (called("the same by chance"), "1"),
            own.chance,
            (&reliability, RELIABLE),
        ));
        rows.push(row(
            id("in_events"),
            (called("share of spikes in events"), "1"),
            own.events.share_of_spikes,
            (&jitter, PRECISE),
        ));
        rows.push(row(id("jitter"), (called("jitter"), "ms"), own.events.jitter_ms, (&jitter, PRECISE)));
    }
    rows.push(row(
        "reliability_unit",
        ("reliability, artificial unit".to_owned(), "1"),
        1.0,
        ("An artificial unit has no noise and no time: it gives the same output for the same input, and no spike that could come early or late.", PRECISE),
    ));
    rows
}

fn arithmetic(settings: &QuantitiesSettings, measured: &Measured) -> Vec<Row> {
    let work = measured.operations;
    let each = work.fused + work.multiplications + work.additions + work.divisions + work.others;
    let per_ms = f64::from(each) / measured.dt_ms;
    let counted = format!(
        "Operations of the axon are counted in this program's kernel, a multiply-add being one, with its time step of {} ms; a well-known estimate is 1200 per ms.",
        measured.dt_ms
    );
    let unit = "An artificial unit of one input is one multiply-add per step and one comparison; with n inputs it is n multiply-adds.";
    let mut rows = vec![
        row("operations_per_ms", ("operations, axon".to_owned(), "1/ms"), per_ms, (&counted, STEPS)),
        row(
            "multiply_adds_per_step",
            ("multiply-adds, unit of one input".to_owned(), "1/step"),
            1.0,
            (unit, STEPS),
        ),
    ];
    if let Some((celsius, cost)) = measured.costs.first() {
        let area_cm2 = settings.timing.area_um2 / UM2_PER_CM2;
        let joules = cost.atp_per_cm2() * area_cm2 * 1e3 * ATP_KJ_PER_MOL / AVOGADRO;
        let energy = format!(
            "Energy: a spike of {} µm² at {celsius} °C, if a mole of ATP is {ATP_KJ_PER_MOL} kJ, the lower end of what is found in cells ({ATP_JOULES}), and a multiply-add of 32 bits in 45 nm is {MULTIPLY_ADD_PJ} pJ without any transport of data.",
            settings.timing.area_um2
        );
        rows.push(row(
            "energy_of_a_spike",
            ("energy of a spike of the patch".to_owned(), "pJ"),
            1e12 * joules,
            (&energy, JOULES),
        ));
        rows.push(row(
            "spike_in_multiply_adds",
            ("the same in multiply-adds".to_owned(), "1"),
            1e12 * joules / MULTIPLY_ADD_PJ,
            (&energy, JOULES),
        ));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        let found = [1393.816, 0.034_56, 13.2114, 2.9e12, 0.0, 1.0, 0.000_12].map(shown);
        assert_eq!(found, ["1394", "0.0346", "13.21", "2.900e12", "0.0000", "1.000", "1.200e-4"]);
    }
}
