//! The observed features: which ones are compared on which sweep, and with which standard deviation.

use super::experiment::{Experiment, ExperimentSweep};
use super::parameters::{Slot, inferred};
use crate::features::{Analyser, Measure, Response};
use crate::likelihood::Datum;
use crate::prior::Parameter;
use crate::settings::{Node, Section, Span, Value};
use crate::units::Unit;

/// What is compared on one sweep.
#[derive(Clone, Debug)]
pub struct SweepMeasures {
    /// In the order of the data.
    pub measures: Vec<Measure>,
    /// Place of the first of them among all data.
    pub first: usize,
}

/// The standard deviation of one datum: that of the feature, which may be inferred, and what grows with the value.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The slot that holds the standard deviation of the feature.
    pub slot: usize,
    /// Added to it: relative deviation times the observed value.
    pub extra: f64,
}

/// All observed features.
#[derive(Debug, Default)]
pub struct Data {
    /// One for each sweep.
    pub sweeps: Vec<SweepMeasures>,
    /// All data, sweep by sweep.
    pub data: Vec<Datum>,
    /// The measure of each datum.
    pub measures: Vec<Measure>,
    /// The spread of each datum.
    pub spreads: Vec<Spread>,
    /// Log likelihood that each datum loses where only simulation or recording has it, if its own table says so.
    pub penalties: Vec<Option<f64>>,
}

/// A feature that the settings compare.
#[derive(Debug)]
struct Compared {
    measure: Measure,
    slot: usize,
    relative: f64,
    sweeps: Option<Vec<String>>,
    mismatch: f64,
    /// The penalty of its own table.
    own_penalty: Option<f64>,
    from_spread: bool,
    /// Where the settings name it.
    span: Span,
}

/// Log likelihood of a feature that only one of simulation and recording has, unless the settings say otherwise:
/// as unlikely as 14 standard deviations.
pub(super) const MISSING_PENALTY: f64 = 100.0;

/// Reads what is compared from `[likelihood]`. Standard deviations become slots, and parameters if they have a prior.
pub struct DataReader {
    compared: Vec<Compared>,
    penalty: f64,
    /// Names of sweeps, whether they are fitted or not.
    known: Vec<String>,
}

impl DataReader {
    /// Reads `[likelihood.features]` and the penalty of missing features.
    pub fn read(likelihood: &Section<'_>, slots: &mut Vec<Slot>, parameters: &mut Vec<Parameter>) -> Self {
        let penalty = likelihood.key(
            "missing_penalty",
            "log likelihood lost where only the simulation or only the recording has a feature; inf forbids it",
        );
        let penalty = read_penalty(likelihood, penalty.node_maybe()).unwrap_or(MISSING_PENALTY);
        let section =
            likelihood.table("features", "the features that are compared, each with its standard deviation");
        let mut reader = Self { compared: Vec::new(), penalty, known: Vec::new() };
        for (name, node) in section.entries() {
            match Measure::parse(name) {
                Ok(measure) => reader.read_feature(&section, name, node, measure, slots, parameters),
                Err(error) => section.mistake(&section.name_span(name), error.to_string(), None),
            }
        }
        let has_other_terms = likelihood.has("trace") || likelihood.has("spike_times");
        if reader.compared.is_empty()
            && !has_other_terms
            && !section.is_listening()
            && !section.has_mistakes()
        {
            let help =
                "such as [likelihood.features] with Spikecount = 0.5 and time_to_first_spike = \"1 ms\"";
            section.mistake(&likelihood.place(), "no feature is compared", Some(help.to_owned()));
        }
        reader
    }

    fn read_feature(
        &mut self,
        section: &Section<'_>,
        name: &str,
        node: &Node,
        measure: Measure,
        slots: &mut Vec<Slot>,
        parameters: &mut Vec<Parameter>,
    ) {
        let unit = measure.unit();
        let place = slots.len();
        let slot = Slot {
            name: format!("sd_{}", measure.name()),
            unit,
            range: (0.0, f64::INFINITY),
            value: None,
            column: None,
        };
        slots.push(slot);
        let mut compared = Compared {
            measure,
            slot: place,
            relative: 0.0,
            sweeps: None,
            mismatch: -self.penalty,
            own_penalty: None,
            from_spread: false,
            span: section.name_span(name),
        };
        if matches!(node.value, Value::Table(_)) {
            let inner = section.child(name, Some(node));
            let relative =
                inner.key("relative", "part of the observed value that is added to sd").between(0.0, 10.0);
            compared.relative = relative.quantity_or(Unit::One, 0.0);
            compared.sweeps =
                inner.key("sweeps", "names of the sweeps; all if it is not given").texts_maybe();
            let own = inner.key("missing_penalty", "as in [likelihood], for this feature").node_maybe();
            compared.own_penalty = read_penalty(&inner, own);
            compared.mismatch = -compared.own_penalty.unwrap_or(self.penalty);
            match inner.peek("sd").map(|node| &node.value) {
                Some(Value::Table(_)) => {
                    inner.key("sd", "standard deviation").node_maybe();
                    parameters.extend(inferred(&inner, "sd", slots, place, parameters.len()));
                }
                Some(Value::Text(text)) if text == "sweeps" => {
                    inner.key("sd", "standard deviation").node_maybe();
                    compared.from_spread = true;
                }
                _ => slots[place].value = Some(inner.key("sd", SD).positive().quantity(unit)),
            }
            inner.finish();
        } else {
            slots[place].value = Some(section.key(name, SD).positive().quantity(unit));
        }
        self.compared.push(compared);
    }

    /// The data of an experiment whose traces are known. `tables`: the settings of the sweeps without a trace, which
    /// are the last ones of the experiment. The standard deviations that come from repeated sweeps are set.
    pub fn data(
        &self,
        experiment: &Experiment,
        tables: &[Section<'_>],
        likelihood: &Section<'_>,
        analyser: &mut Analyser,
        slots: &mut [Slot],
    ) -> Data {
        self.check_sweep_names(experiment, likelihood);
        let data = self.collected(experiment, tables, analyser);
        self.spread_over_sweeps(experiment, &data, likelihood, slots);
        data
    }

    /// The data of sweeps that were all recorded.
    pub fn recorded(&self, experiment: &Experiment, analyser: &mut Analyser) -> Data {
        self.collected(experiment, &[], analyser)
    }

    /// Sweeps that the settings may name, also if they are not fitted.
    pub fn knows<'s>(&mut self, sweeps: impl Iterator<Item = &'s ExperimentSweep>) {
        self.known = sweeps.map(|sweep| sweep.name.clone()).collect();
    }

    fn collected(&self, experiment: &Experiment, tables: &[Section<'_>], analyser: &mut Analyser) -> Data {
        let mut data = Data::default();
        let traces = experiment.sweeps.len() - tables.len();
        for (index, sweep) in experiment.sweeps.iter().enumerate() {
            let observed = match (&sweep.voltage_mv, index.checked_sub(traces)) {
                (Some(voltage_mv), _) => self.measured(sweep, voltage_mv, analyser),
                (None, Some(table)) => self.written(&tables[table]),
                (None, None) => Vec::new(),
            };
            let first = data.data.len();
            let mut measures = Vec::new();
            for (compared, measure, observed) in observed {
                let name = measure.name();
                data.data.push(Datum {
                    label: format!("{name} ({})", sweep.title()),
                    observed,
                    mismatch: compared.mismatch,
                });
                data.measures.push(measure.clone());
                let extra = compared.relative * observed.map_or(0.0, f64::abs);
                data.spreads.push(Spread { slot: compared.slot, extra });
                data.penalties.push(compared.own_penalty);
                measures.push(measure);
            }
            data.sweeps.push(SweepMeasures { measures, first });
        }
        data
    }

    fn check_sweep_names(&self, experiment: &Experiment, likelihood: &Section<'_>) {
        let own = experiment.sweeps.iter().map(|sweep| sweep.name.as_str());
        let known: Vec<&str> = if self.known.is_empty() {
            own.collect()
        } else {
            self.known.iter().map(String::as_str).collect()
        };
        for compared in &self.compared {
            for name in compared.sweeps.iter().flatten() {
                if !known.contains(&name.as_str()) && !known.is_empty() {
                    let message = format!(
                        "`{}` names the sweep `{name}`, which does not exist",
                        compared.measure.name()
                    );
                    let help = format!("the sweeps are {}", known.join(", "));
                    likelihood.mistake(&compared.span, message, Some(help));
                }
            }
        }
    }

    /// Features of a recorded sweep, computed as those of a simulated one.
    fn measured(
        &self,
        sweep: &ExperimentSweep,
        voltage_mv: &[f64],
        analyser: &mut Analyser,
    ) -> Vec<(&Compared, Measure, Option<f64>)> {
        let response = Response {
            interval_ms: sweep.interval_ms,
            voltage_mv,
            stimulus_ms: sweep.window_ms,
            stimulus_current_na: sweep.stimulus_current_na(),
        };
        let analysis = analyser.analyse(&response);
        let wanted =
            |compared: &&Compared| compared.sweeps.as_ref().is_none_or(|names| names.contains(&sweep.name));
        let chosen = self.compared.iter().filter(wanted);
        chosen
            .map(|compared| {
                let measure = compared.measure.beside(&analysis);
                let observed = measure.value(&analysis);
                (compared, measure, observed)
            })
            .collect()
    }

    /// Features that are given as numbers.
    fn written(&self, table: &Section<'_>) -> Vec<(&Compared, Measure, Option<f64>)> {
        let section = table.table("observed", "the observed features of this sweep");
        let mut observed = Vec::new();
        for (name, node) in section.entries() {
            let measure = match Measure::parse(name) {
                Ok(measure) => measure,
                Err(error) => {
                    section.mistake(&section.name_span(name), error.to_string(), None);
                    continue;
                }
            };
            let Some(compared) = self.compared.iter().find(|compared| compared.measure == measure) else {
                let message = format!("`{name}` has no standard deviation");
                let help = format!("add `{name}` to [likelihood.features]");
                section.mistake(&section.name_span(name), message, Some(help));
                continue;
            };
            if measure.is_comparison() {
                let message = format!("`{name}` compares with a recorded sweep, and this one has no trace");
                section.mistake(&section.name_span(name), message, None);
                continue;
            }
            let absent = matches!(&node.value, Value::Text(text) if text == "none");
            let value = (!absent).then(|| section.key(name, "observed value").quantity(measure.unit()));
            observed.push((compared, measure, value));
        }
        if section.entries().is_empty() && !section.is_listening() {
            let help = Some("such as observed = { Spikecount = 0 }".to_owned());
            section.mistake(&table.place(), "a sweep without a trace needs observed numbers", help);
        }
        table.finish();
        observed
    }

    /// Sets the standard deviations that the repeats of a stimulus give: pooled over groups of sweeps with the same
    /// stimulus.
    fn spread_over_sweeps(
        &self,
        experiment: &Experiment,
        data: &Data,
        likelihood: &Section<'_>,
        slots: &mut [Slot],
    ) {
        for compared in self.compared.iter().filter(|compared| compared.from_spread) {
            let mut groups: Vec<(String, Vec<f64>)> = Vec::new();
            for (sweep, own) in experiment.sweeps.iter().zip(&data.sweeps) {
                let place = own.measures.iter().position(|measure| *measure == compared.measure);
                let Some(value) = place.and_then(|place| data.data[own.first + place].observed) else {
                    continue;
                };
                let stimulus = format!("{:?}", sweep.stimulus);
                match groups.iter_mut().find(|(known, _)| *known == stimulus) {
                    Some((_, values)) => values.push(value),
                    None => groups.push((stimulus, vec![value])),
                }
            }
            let (mut squares, mut freedom) = (0.0, 0.0);
            for (_, values) in &groups {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                squares += values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
                freedom += values.len() as f64 - 1.0;
            }
            let sd = (squares / freedom).sqrt();
            if sd > 0.0 {
                slots[compared.slot].value = Some(sd);
            } else if !likelihood.is_listening() {
                let name = compared.measure.name();
                let message = format!(
                    "the sweeps give no standard deviation of `{name}`: no stimulus is repeated with different outcomes"
                );
                likelihood.mistake(&compared.span, message, Some("give `sd` as a number".to_owned()));
            }
        }
    }
}

const SD: &str = "standard deviation of the difference between recording and model";

/// A penalty is a number from 0 on; `inf` forbids the difference.
pub(super) fn read_penalty(section: &Section<'_>, node: Option<&Node>) -> Option<f64> {
    let node = node?;
    match node.value {
        Value::Float(number) if number >= 0.0 => Some(number),
        Value::Integer(number) if number >= 0 => Some(number as f64),
        _ => {
            let message = format!("expected a number from 0 on, or inf, found {}", node.value.describe());
            section.mistake(&node.span, message, None);
            None
        }
    }
}
