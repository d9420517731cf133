//! The f-I curve: what it is, where it begins and ends, and which artificial unit is closest to it; of the squid's axon,
//! and of the cell of a result.

mod cells;
mod figure;
mod measured;
mod words;

use std::path::Path;

use serde_json::{Map, Value, json};

use self::cells::Posterior;
use self::measured::{Band, MARKS, Measured, Spread, measure};
use super::part::Part;
use super::settings::FiSettings;
use super::{RunError, undrawn};
use crate::neuroai::Cells;
use crate::neuroai::f_i::{FiProtocol, Fit, RANGES};
use crate::numeric::Failure;

/// The part of the axon.
pub(super) fn part(settings: &FiSettings) -> Result<Part, RunError> {
    let protocol = settings.protocol;
    let axon = Cells::of_model("hodgkin_huxley").ok_or_else(|| undrawn("there is no axon".to_owned()))?;
    let band = measure(&protocol, settings.stairs, &axon).map_err(failed)?;
    let Some(own) = band.cells.first() else { return Err(failed(Failure::NotFinite)) };
    let picture = figure::axon(&protocol, own).map_err(undrawn)?;
    let mut f_i = protocol_json(&protocol, settings);
    f_i.extend(axon_json(own));
    Ok(Part {
        id: "f-i",
        title: "The f-I curve: a neuron's activation function",
        lead: words::axon_lead(&protocol, settings),
        tables: vec![words::marks(own), words::units(own)],
        notes: words::axon_notes(own, settings),
        pictures: vec![picture],
        json: Map::from_iter([("f_i".to_owned(), Value::Object(f_i))]),
        insights: words::insights(own),
    })
}

/// The part of the cell of a result.
pub(super) fn of_result(settings: &FiSettings, folder: &Path) -> Result<Part, RunError> {
    let posterior = Posterior::read(folder, settings)?;
    let protocol = posterior.protocol;
    let band = measure(&protocol, settings.stairs, &posterior.cells).map_err(failed)?;
    let picture = figure::band(&posterior, &band).map_err(undrawn)?;
    let mut json = protocol_json(&protocol, settings);
    json.insert("result".to_owned(), json!(posterior.name));
    json.insert("seed".to_owned(), json!(settings.result.seed));
    json.insert("draws".to_owned(), json!(posterior.cells.len()));
    json.insert("failed".to_owned(), json!(band.failed));
    json.insert("largest_recorded_ua_cm2".to_owned(), json!(posterior.recorded_ua_cm2));
    json.extend(band_json(&band));
    Ok(Part {
        id: "f-i-result",
        title: "The f-I curve of a result",
        lead: words::result_lead(&posterior, settings),
        tables: vec![words::band_marks(&band), words::closest(&band)],
        notes: words::result_notes(&posterior, &band),
        pictures: vec![picture],
        json: Map::from_iter([("f_i_of_result".to_owned(), Value::Object(json))]),
        insights: Vec::new(),
    })
}

fn failed(failure: Failure) -> RunError {
    RunError::Usage(format!(
        "the f-I curve cannot be simulated: {}\n  help: take smaller currents: from and to of [f_i], or of [f_i.result]",
        failure.reason()
    ))
}

fn protocol_json(protocol: &FiProtocol, settings: &FiSettings) -> Map<String, Value> {
    let json = json!({
        "from_ua_cm2": protocol.from_ua_cm2,
        "to_ua_cm2": protocol.to_ua_cm2,
        "steps": protocol.steps,
        "duration_ms": protocol.duration_ms,
        "discard_ms": protocol.discard_ms,
        "dt_ms": protocol.dt_ms,
        "threshold_mv": protocol.threshold_mv,
        "lowest_rate_hz": protocol.lowest_rate_hz(),
        "staircase": {"steps": settings.stairs.steps, "dwell_ms": settings.stairs.dwell_ms},
        "noise_of_criteria": "independent Gaussian residuals of one unknown standard deviation",
    });
    match json {
        Value::Object(json) => json,
        _ => Map::new(),
    }
}

fn axon_json(own: &Measured) -> Map<String, Value> {
    let mut json = Map::new();
    json.insert("currents_ua_cm2".to_owned(), json!(own.curve.currents_ua_cm2));
    json.insert("rates_hz".to_owned(), json!(own.curve.rates_hz));
    for mark in &MARKS {
        json.insert(mark.key.to_owned(), json!((mark.of)(own)));
        if let Some(resolution) = (mark.resolution)(own) {
            json.insert(format!("{}_resolution", mark.key), json!(resolution));
        }
    }
    if let Some(hysteresis) = &own.hysteresis {
        json.insert(
            "staircase_rates".to_owned(),
            json!({
                "currents_ua_cm2": hysteresis.up.currents_ua_cm2,
                "up_hz": hysteresis.up.rates_hz,
                "down_hz": hysteresis.down.rates_hz,
            }),
        );
        let width = hysteresis.switch.as_ref().map(crate::neuroai::f_i::Switch::width_ua_cm2);
        json.insert("hysteresis_ua_cm2".to_owned(), json!(width));
    }
    let fits: Map<String, Value> = RANGES
        .iter()
        .map(|range| {
            let ends = range.of(&own.curve, &own.marks);
            let fits: Vec<Value> = own.fits(*range).iter().map(fit_json).collect();
            let closest = own.fits(*range).first().map(|fit| fit.unit.name());
            let range_json = json!({
                "from_ua_cm2": ends.map(|ends| ends.0),
                "to_ua_cm2": ends.map(|ends| ends.1),
                "closest": closest,
                "units": fits,
            });
            (range.key().to_owned(), range_json)
        })
        .collect();
    json.insert("fits".to_owned(), Value::Object(fits));
    json
}

fn fit_json(fit: &Fit) -> Value {
    json!({
        "unit": fit.unit.name(),
        "gain": fit.gain,
        "leak": fit.leak,
        "shift_ua_cm2": fit.shift_ua_cm2,
        "scale_ua_cm2": fit.scale_ua_cm2,
        "residual_hz": fit.residual_hz,
        "aic": fit.aic,
        "bic": fit.bic,
    })
}

fn band_json(band: &Band) -> Map<String, Value> {
    let rates = band.rates();
    let of = |value: fn(&Spread) -> f64| rates.iter().map(value).collect::<Vec<_>>();
    let mut json = Map::new();
    let currents = band.cells.first().map(|own| own.curve.currents_ua_cm2.clone());
    json.insert("currents_ua_cm2".to_owned(), json!(currents));
    json.insert("median_hz".to_owned(), json!(of(|own| own.median)));
    json.insert("lower_hz".to_owned(), json!(of(|own| own.lower)));
    json.insert("upper_hz".to_owned(), json!(of(|own| own.upper)));
    for mark in &MARKS {
        let spread = band.mark(mark).map(
            |own| json!({"median": own.median, "lower": own.lower, "upper": own.upper, "draws": own.draws}),
        );
        json.insert(mark.key.to_owned(), json!(spread));
    }
    let closest: Map<String, Value> = RANGES
        .iter()
        .filter_map(|range| {
            let (shares, draws) = band.closest(*range)?;
            let shares: Map<String, Value> =
                shares.iter().map(|(unit, share)| (unit.name().to_owned(), json!(share))).collect();
            Some((range.key().to_owned(), json!({"draws": draws, "probability": shares})))
        })
        .collect();
    json.insert("closest".to_owned(), Value::Object(closest));
    json
}
