//! The probabilities of models as a table and as JSON, and what can be said of them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::diagnostics::{ModelEstimate, SelectionVerdict, judge_selection};
use crate::draws::Generation;
use crate::samplers::{SelectedModel, Selection};

pub(super) fn judge(
    selected: &Selection,
    names: &[&str],
    goal: Option<f64>,
    interrupted: bool,
) -> SelectionVerdict {
    let before = selected.course.len().checked_sub(2).map(|place| &selected.course[place]);
    let estimate = |(index, model): (usize, &SelectedModel)| ModelEstimate {
        name: names[index].to_owned(),
        probability: model.probability,
        mcse: model.mcse,
        before: before.map(|all| all[index]),
        effective_sample_size: model.effective_sample_size,
    };
    let models: Vec<ModelEstimate> = selected.models.iter().enumerate().map(estimate).collect();
    judge_selection(&models, (selected.last(), goal), &selected.account.cautions, interrupted)
}

pub(super) fn table(selected: &Selection, names: &[&str]) -> String {
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0).max("model".len());
    let mut text = format!(
        "{:<width$}  {:>9}  {:>11}  {:>7}  {:>12}  {:>9}\n",
        "model", "prior", "probability", "MCSE", "Bayes factor", "ESS"
    );
    for ((name, model), factor) in names.iter().zip(&selected.models).zip(selected.bayes_factors()) {
        let _ = writeln!(
            text,
            "{name:<width$}  {:>9.3}  {:>11.4}  {:>7.4}  {factor:>12.3e}  {:>9.0}",
            model.prior, model.probability, model.mcse, model.effective_sample_size
        );
    }
    text
}

pub(super) fn summary(
    selected: &Selection,
    names: &[&str],
    verdict: &SelectionVerdict,
    seconds: f64,
) -> Value {
    let models = names.iter().zip(&selected.models).zip(selected.bayes_factors());
    let model = |((name, model), factor): ((&&str, &SelectedModel), f64)| {
        let value = json!({
            "prior": model.prior, "probability": model.probability, "mcse": model.mcse, "bayes_factor": factor,
            "effective_sample_size": model.effective_sample_size,
            "folder": model.sampled.as_ref().map(|_| name),
        });
        ((*name).to_owned(), value)
    };
    let models: Map<String, Value> = models.map(model).collect();
    let generations = selected.generations.iter().zip(&selected.course);
    let generation = |(own, course): (&Generation, &Vec<(f64, f64)>)| {
        let probabilities = names.iter().zip(course).map(|(name, (p, _))| ((*name).to_owned(), json!(p)));
        json!({"epsilon": own.epsilon, "simulations": own.simulations, "acceptance": own.acceptance,
               "effective_sample_size": own.effective_sample_size,
               "probabilities": probabilities.collect::<Map<String, Value>>()})
    };
    let simulations: u64 = selected.generations.iter().map(|generation| generation.simulations).sum();
    json!({
        "models": models,
        "verdict": verdict.to_string(),
        "trusted": verdict.is_trusted(),
        "sampler": "abc_smc",
        "simulations": simulations,
        "seconds": seconds,
        "epsilon": selected.last().epsilon,
        "generations": generations.map(generation).collect::<Vec<_>>(),
        "ended_by": selected.account.ending.word(),
        "notes": selected.account.notes,
    })
}
