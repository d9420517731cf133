//! `hhbayes features`: the features of a recording.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::RunError;
use crate::features::{Analyser, Feature, Mode, Response, Settings, extract_all};
use crate::recording::{self, Sweep};
use crate::units::Unit;

/// How the features are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureFormat {
    /// For people.
    Text,
    /// `{"sweeps":[{"sweep":0,"name":..,"features":{..}}]}`, null where a feature has no value.
    Json,
    /// A table with one row for each value, for pandas and R.
    Csv,
}

/// What the command line says.
#[derive(Clone, Debug)]
pub struct FeatureOptions {
    /// Only this sweep.
    pub sweep: Option<usize>,
    /// Start of the stimulus in ms, in place of the step of the recorded current.
    pub start_ms: Option<f64>,
    /// End of the stimulus in ms.
    pub stop_ms: Option<f64>,
    /// Size of the current step in pA, in place of the recorded one.
    pub current_pa: Option<f64>,
    /// Which definitions.
    pub mode: Mode,
    /// eFEL's settings.
    pub settings: Settings,
    /// How the features are shown.
    pub format: FeatureFormat,
}

/// The features of one sweep.
struct Measured<'a> {
    index: usize,
    sweep: &'a Sweep,
    /// The stimulated part, in ms.
    window: Option<(f64, f64)>,
    /// Size of the current step, in nA.
    current_na: Option<f64>,
    values: Vec<(&'static Feature, Option<Vec<f64>>)>,
}

/// The features of every sweep of a recording, whose format is found by its content.
///
/// # Errors
/// If the file cannot be read, or has no such sweep.
pub fn features(path: &Path, options: &FeatureOptions) -> Result<String, RunError> {
    let recording = recording::read(path)?;
    let count = recording.sweeps.len();
    if let Some(sweep) = options.sweep.filter(|sweep| *sweep >= count) {
        let sweeps = if count == 1 {
            "its only sweep is 0".to_owned()
        } else {
            format!("its sweeps are 0 to {}", count - 1)
        };
        let message = format!("`{}` has no sweep {sweep}; {sweeps}", path.display());
        return Err(RunError::Usage(message));
    }
    check_numbers(options)?;
    let mut analyser = Analyser::with_settings(options.mode, options.settings);
    let chosen = recording.sweeps.iter().enumerate();
    let chosen = chosen.filter(|(index, _)| options.sweep.is_none_or(|sweep| sweep == *index));
    let measured: Vec<Measured<'_>> = chosen
        .map(|(index, sweep)| {
            let (window, current_na) = stimulus(sweep, options);
            let response = Response {
                interval_ms: sweep.interval_ms,
                voltage_mv: &sweep.voltage_mv,
                stimulus_ms: window,
                stimulus_current_na: current_na,
            };
            Measured { index, sweep, window, current_na, values: extract_all(&analyser.analyse(&response)) }
        })
        .collect();
    Ok(match options.format {
        FeatureFormat::Json => {
            let sweeps: Vec<Value> = measured.iter().map(as_json).collect();
            format!("{:#}\n", json!({ "sweeps": sweeps }))
        }
        FeatureFormat::Csv => as_csv(&measured),
        FeatureFormat::Text => measured.iter().map(as_text).collect(),
    })
}

/// That the numbers of the command line make sense.
fn check_numbers(options: &FeatureOptions) -> Result<(), RunError> {
    let given = [
        ("--start", options.start_ms),
        ("--stop", options.stop_ms),
        ("--current", options.current_pa),
        ("--threshold", Some(options.settings.threshold_mv)),
    ];
    if let Some((flag, _)) = given.iter().find(|(_, value)| value.is_some_and(|value| !value.is_finite())) {
        return Err(RunError::Usage(format!("expected a finite number after {flag}")));
    }
    if let (Some(start), Some(stop)) = (options.start_ms, options.stop_ms)
        && stop <= start
    {
        return Err(RunError::Usage(format!(
            "the stimulus stops at {stop} ms, before it starts at {start} ms"
        )));
    }
    Ok(())
}

/// Start and stop of the stimulus in ms and its size in nA: as the command line says, or the step of the recorded
/// current. A current through a patch of membrane gives no size.
fn stimulus(sweep: &Sweep, options: &FeatureOptions) -> (Option<(f64, f64)>, Option<f64>) {
    let current = sweep.current.as_ref();
    let step = current.and_then(|current| current.recognise_step(sweep.interval_ms));
    let start = options.start_ms.or(step.as_ref().map(|step| step.start_ms));
    let stop = options.stop_ms.or(step.as_ref().map(|step| step.stop_ms));
    let recorded_pa = step.filter(|_| current.is_some_and(|current| current.unit == Unit::Picoamp));
    let current_pa = options.current_pa.or(recorded_pa.map(|step| step.amplitude));
    (start.zip(stop).filter(|(start, stop)| stop > start), current_pa.map(|current| current / 1000.0))
}

fn as_json(measured: &Measured<'_>) -> Value {
    let of = |(feature, values): &(&'static Feature, Option<Vec<f64>>)| {
        let value = match values {
            Some(values) if feature.per_spike() => json!(values),
            Some(values) => json!(values.first()),
            None => Value::Null,
        };
        (feature.name.to_owned(), value)
    };
    let features: Map<String, Value> = measured.values.iter().map(of).collect();
    json!({
        "sweep": measured.index,
        "name": measured.sweep.name,
        "stimulus_ms": measured.window.map(|(start, stop)| [start, stop]),
        "stimulus_current_nA": measured.current_na,
        "features": features,
    })
}

/// One row for each value; a feature without a value has one row without `number` and `value`.
fn as_csv(measured: &[Measured<'_>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let mut write = |row: [&str; 6]| {
        let _ = writer.write_record(row);
    };
    write(["sweep", "name", "feature", "unit", "number", "value"]);
    for Measured { index, sweep, values, .. } in measured {
        for (feature, values) in values {
            let unit = if feature.unit == Unit::One { "" } else { feature.unit.symbol() };
            let (index, name) = (index.to_string(), sweep.name.as_str());
            if values.is_none() {
                write([&index, name, feature.name, unit, "", ""]);
            }
            for (number, value) in values.iter().flatten().enumerate() {
                write([&index, name, feature.name, unit, &number.to_string(), &value.to_string()]);
            }
        }
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Values that are shown of a list.
const SHOWN: usize = 6;

fn as_text(measured: &Measured<'_>) -> String {
    let Measured { index, sweep, window, values, .. } = measured;
    let stimulus = window.map_or_else(
        || "no stimulus recognised; give --start and --stop".to_owned(),
        |(start, stop)| format!("stimulus {start:.3} to {stop:.3} ms"),
    );
    let mut text = format!("sweep {index} ({}): {stimulus}\n", sweep.name);
    for (feature, values) in values {
        let shown = match values {
            Some(values) => {
                let numbers: Vec<String> =
                    values.iter().take(SHOWN).map(|value| format!("{value:.4}")).collect();
                let rest = if values.len() > SHOWN {
                    format!(" ... ({} values)", values.len())
                } else {
                    String::new()
                };
                format!("{}{rest}", numbers.join("  "))
            }
            None => "-".to_owned(),
        };
        let unit = if feature.unit == Unit::One { "" } else { feature.unit.symbol() };
        let _ = writeln!(text, "  {:<32} {:<6} {shown}", feature.name, unit);
    }
    text
}
