//! What a spike costs, how rare spikes are, how precise, and how much arithmetic they are; each beside the artificial unit,
//! with its assumption and its source.

mod figure;
mod rows;
mod settings;

use serde_json::{Map, Value, json};

use self::rows::Row;
pub(super) use self::settings::QuantitiesSettings;
use super::part::{Insight, Part, Table};
use super::{RunError, undrawn};
use crate::model::{Grid, Operations, Start};
use crate::neuroai::energy::SpikeCost;
use crate::neuroai::sparseness::normal_quantiles;
use crate::neuroai::spikes::{SPIKE_LEVEL_MV, rate_hz, share_above, spike_times_ms};
use crate::neuroai::timing::TimingResult;
use crate::neuroai::{Cells, Constant};
use crate::numeric::{Failure, Streams};

/// Everything that is measured.
struct Measured {
    /// At each temperature.
    costs: Vec<(f64, SpikeCost)>,
    /// Standardised inputs, growing.
    inputs: Vec<f64>,
    /// The rate of the axon at each of them.
    rates_hz: Vec<f64>,
    /// The share of time in an action potential, over all of them.
    time_spiking: f64,
    timing: TimingResult,
    operations: Operations,
    dt_ms: f64,
}

pub(super) fn part(settings: &QuantitiesSettings) -> Result<Part, RunError> {
    let measured = Measured::new(settings)?;
    let rows = rows::rows(settings, &measured);
    let json: Map<String, Value> = rows.iter().map(|row| (row.id.clone(), row.json())).collect();
    let Value::Object(json) = json!({ "quantities": json }) else { unreachable!("an object was written") };
    Ok(Part {
        id: "quantities",
        title: "What a spike costs, and what it tells",
        lead: "The squid's axon beside an artificial unit in numbers. Each number rests on an assumption, which stands below with its source.".to_owned(),
        tables: vec![Table {
            header: vec!["", "value", "unit"],
            rows: rows.iter().map(Row::cells).collect(),
        }],
        notes: rows::notes(&rows),
        pictures: vec![figure::picture(&settings.timing, &measured.timing).map_err(undrawn)?],
        json,
        insights: insights(&rows),
    })
}

/// Rows of the table of insights: what is named here, if it has a value.
fn insights(rows: &[Row]) -> Vec<Insight> {
    let of = |id: &str| rows.iter().find(|row| row.id == id).filter(|row| row.has_value()).map(Row::shown);
    let pairs = [
        ("energy", "energy_of_a_spike", "spike_in_multiply_adds", ["a spike: #", "that of # multiply-adds"]),
        ("sparseness", "sparseness_axon", "sparseness_relu", ["# of the rates", "# of a ReLU"]),
        (
            "timing",
            "reliability_fluctuating",
            "reliability_unit",
            ["reliability # of spikes in time", "reliability #, without any time"],
        ),
        (
            "arithmetic",
            "operations_per_ms",
            "multiply_adds_per_step",
            ["operations: #", "multiply-adds of one input: #"],
        ),
    ];
    let row =
        |(aspect, biological, artificial, [of_one, of_other]): (&'static str, &str, &str, [&str; 2])| {
            Some(Insight {
                aspect,
                biological: of_one.replace('#', &of(biological)?),
                artificial: of_other.replace('#', &of(artificial)?),
            })
        };
    pairs.into_iter().filter_map(row).collect()
}

impl Measured {
    fn new(settings: &QuantitiesSettings) -> Result<Self, RunError> {
        let axon = Cells::of_model("hodgkin_huxley")
            .ok_or_else(|| RunError::Usage("there is no model hodgkin_huxley".to_owned()))?;
        let failed = |what: &'static str| {
            move |failure: Failure| {
                RunError::Usage(format!(
                    "{what} cannot be simulated: {}\n  help: take smaller currents, or a shorter dt",
                    failure.reason()
                ))
            }
        };
        let mut costs = Vec::new();
        for celsius in &settings.temperatures_celsius {
            let warm = axon.clone().with("temperature", *celsius);
            let cost = settings.kick.cost(&warm).map_err(failed("the spike"))?;
            let cost = cost.filter(|cost| cost.spikes == 1).ok_or_else(|| {
                RunError::Usage(format!(
                    "[quantities.spike] does not make the axon spike once at {celsius} degC\n  help: take another amplitude or length"
                ))
            })?;
            costs.push((*celsius, cost));
        }
        let inputs = normal_quantiles(settings.inputs.count);
        let responses = settings.responses(&axon, &inputs).map_err(failed("the ensemble of inputs"))?;
        let timing = settings.timing.run(&axon, Streams::new(settings.seed).stage("timing"));
        Ok(Self {
            costs,
            inputs,
            rates_hz: responses.iter().map(|own| own.0).collect(),
            time_spiking: responses.iter().map(|own| own.1).sum::<f64>() / responses.len() as f64,
            timing: timing.map_err(failed("the trials"))?,
            operations: axon.membrane.operations().unwrap_or_default(),
            dt_ms: axon.membrane.default_dt_ms(),
        })
    }
}

impl QuantitiesSettings {
    /// Rate, and share of time in an action potential, for each standardised input.
    fn responses(&self, axon: &Cells, inputs: &[f64]) -> Result<Vec<(f64, f64)>, Failure> {
        let own = self.inputs;
        let steps = (own.duration_ms / settings::DT_MS).round() as usize;
        let grid = Grid { dt_ms: settings::DT_MS, stride: 1, samples: steps + 1, still: 0 };
        let currents: Vec<f64> = inputs.iter().map(|z| own.mean_ua_cm2 + own.sd_ua_cm2 * z).collect();
        let rest = |lanes: &[usize]| Start::Rest { holding_ua_cm2: vec![0.0; lanes.len()], settle_ms: None };
        let first = (own.skipped_ms / settings::DT_MS).round() as usize;
        let measured =
            axon.repeated(inputs.len()).measure(rest, grid, &Constant(&currents), |_, voltage_mv| {
                let spikes = spike_times_ms(voltage_mv, settings::DT_MS, SPIKE_LEVEL_MV);
                let rate = rate_hz(&spikes, (own.skipped_ms, own.duration_ms));
                (rate, share_above(&voltage_mv[first.min(steps)..], SPIKE_LEVEL_MV))
            });
        measured.into_iter().collect()
    }
}
