//! What can be compared or pooled: parameters of one model, in one unit, of runs that have converged.

use super::RunError;
use super::read::ReadResult;
use crate::posterior::StoredPosterior;
use crate::settings::{Settings, Value};
use crate::units::is_same_unit;

/// A parameter that all results have.
pub(in crate::run) struct Shared {
    pub(in crate::run) name: String,
    pub(in crate::run) unit: Option<String>,
}

/// The parameters that all results have, and those that some have only.
pub(in crate::run) struct SharedParameters {
    pub(in crate::run) parameters: Vec<Shared>,
    pub(in crate::run) left_out: Vec<String>,
}

/// Finds the parameters that can be compared.
///
/// # Errors
/// If the models or units are not the same, a run has not converged, or no parameter is in all results.
pub(in crate::run) fn check(
    results: &[&ReadResult],
    allow_unconverged: bool,
    allow_other_model: bool,
) -> Result<SharedParameters, RunError> {
    if !allow_other_model {
        check_models(results)?;
    }
    let shared = shared(results)?;
    if !allow_unconverged {
        check_converged(results)?;
    }
    Ok(shared)
}

fn usage(message: String, help: &str) -> RunError {
    RunError::Usage(format!("{message}\n  help: {help}"))
}

fn check_converged(results: &[&ReadResult]) -> Result<(), RunError> {
    let reason = |own: &&ReadResult| {
        Some(format!("`{}` has not converged: {}", own.name, own.not_converged.as_ref()?))
    };
    let reasons: Vec<String> = results.iter().filter_map(reason).collect();
    if reasons.is_empty() {
        return Ok(());
    }
    let help = "let it run longer, as its summary says; --allow-unconverged takes the draws that are there";
    Err(usage(reasons.join("\n       "), help))
}

/// The kind of the model; of channels that are written in the settings, with their names.
fn model(stored: &StoredPosterior) -> Option<String> {
    let settings = Settings::from_text(&stored.place, stored.settings.clone()?);
    let model = settings.value("model")?;
    let entry = |value: &Value, name: &str| match value {
        Value::Table(entries) => {
            entries.iter().find(|(own, ..)| own == name).map(|(_, _, node)| node.value.clone())
        }
        _ => None,
    };
    let Some(Value::Text(kind)) = entry(&model, "kind") else { return None };
    let Some(Value::Table(channels)) = entry(&model, "channels") else { return Some(format!("`{kind}`")) };
    let mut names: Vec<String> = channels.into_iter().map(|(name, ..)| name).collect();
    names.sort();
    Some(format!("`{kind}` with {}", names.join(", ")))
}

fn check_models(results: &[&ReadResult]) -> Result<(), RunError> {
    let mut known = results.iter().filter_map(|own| Some((&own.name, model(&own.stored)?)));
    let Some((first, of_first)) = known.next() else { return Ok(()) };
    match known.find(|(_, model)| *model != of_first) {
        None => Ok(()),
        Some((other, of_other)) => Err(usage(
            format!("`{first}` has the model {of_first}, `{other}` has {of_other}"),
            "fit both with one model; --allow-other-model takes what has the same name. Which of two models explains one \
             recording is answered by `hhbayes select`",
        )),
    }
}

fn shared(results: &[&ReadResult]) -> Result<SharedParameters, RunError> {
    let (mut parameters, mut left_out, mut mistakes) = (Vec::new(), Vec::new(), Vec::new());
    for own in &results[0].stored.parameters {
        let others: Option<Vec<_>> =
            results.iter().map(|result| result.stored.parameter(&own.name)).collect();
        let Some(others) = others else {
            left_out.push(own.name.clone());
            continue;
        };
        let units =
            others.iter().zip(results).filter_map(|(own, result)| Some((own.unit.as_deref()?, result)));
        let mut units = units;
        let Some((unit, first)) = units.next() else {
            parameters.push(Shared { name: own.name.clone(), unit: None });
            continue;
        };
        if let Some((other, result)) = units.find(|(other, _)| !is_same_unit(unit, other)) {
            mistakes.push(format!(
                "`{}` is in {unit} in `{}`, in {other} in `{}`",
                own.name, first.name, result.name
            ));
        }
        parameters.push(Shared { name: own.name.clone(), unit: Some(unit.to_owned()) });
    }
    for other in &results[1..] {
        for own in &other.stored.parameters {
            let is_known = results[0].stored.parameter(&own.name).is_some() || left_out.contains(&own.name);
            if !is_known {
                left_out.push(own.name.clone());
            }
        }
    }
    if !mistakes.is_empty() {
        return Err(usage(
            mistakes.join("\n       "),
            "convert one of them, and write the attribute `units`",
        ));
    }
    if parameters.is_empty() {
        let list = |own: &&ReadResult| {
            let names: Vec<&str> = own.stored.parameters.iter().map(|own| &*own.name).collect();
            format!("`{}` has {}", own.name, names.join(", "))
        };
        let lists: Vec<String> = results.iter().map(list).collect();
        return Err(usage(
            format!("no parameter is in all results: {}", lists.join("; ")),
            "give parameters that mean the same the same name",
        ));
    }
    Ok(SharedParameters { parameters, left_out })
}
