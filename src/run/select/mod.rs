//! `hhbayes select`: which of several models explains the recording. A settings file for each model in; out come their
//! probabilities, and the posterior of each in a folder of its own.

mod comparable;
mod report;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use self::comparable::difference;
use self::report::{judge, summary, table};
use super::RunError;
use super::check::{Plan, read_plan};
use super::fit::{FitOptions, FitReport, prepare, reasons};
use super::progress::{Bar, is_interrupted, listen_for_interrupt};
use super::results::{Outcome, write_results};
use super::threads::on_threads;
use crate::numeric::Streams;
use crate::posterior::{wrapped_after, write_json};
use crate::problem::Simulator;
use crate::samplers::ModelSelection;
use crate::settings::Settings;

/// A settings file, named as the file is.
struct Candidate {
    name: String,
    plan: Plan,
}

/// Compares the models of some settings files, which have to agree in everything else that is observed.
/// `prior_weights`: the probability of each model beforehand, up to a common factor; empty: all are the same.
///
/// # Errors
/// All mistakes of the settings; models that cannot be compared; a folder that cannot be written; a recording that none of
/// them explains.
pub fn select(paths: &[PathBuf], prior_weights: &[f64], options: &FitOptions) -> Result<FitReport, RunError> {
    let mut candidates = read_candidates(paths, options)?;
    let weights = read_weights(prior_weights, candidates.len())?;
    let selection = read_selection(&candidates[0].plan, options.quick)?;
    let goal = Some(selection.epsilon()).filter(|epsilon| *epsilon > 0.0);
    let seed = options.seed.unwrap_or(candidates[0].plan.seed);
    for Candidate { plan, .. } in &mut candidates {
        (plan.seed, plan.epsilon_goal) = (seed, goal);
    }
    let folder = options.output.clone().unwrap_or_else(|| Path::new("results").join("selection"));
    prepare(&folder)?;
    on_threads(options.threads, || run(&candidates, &weights, &selection, (&folder, options.quiet)))?
}

fn usage(message: String, help: &str) -> RunError {
    RunError::Usage(format!("{message}\n  help: {help}"))
}

fn read_candidates(paths: &[PathBuf], options: &FitOptions) -> Result<Vec<Candidate>, RunError> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if candidates.iter().any(|other| other.name == name) {
            return Err(usage(
                format!("two settings files have the name `{name}`"),
                "the results of each model go into a folder of that name; rename one of them",
            ));
        }
        let plan = read_plan(path, &options.set, options.quick)?;
        if plan.sampler != "abc_smc" {
            let message =
                format!("models are compared by `abc_smc`, and {} has `{}`", path.display(), plan.sampler);
            return Err(usage(message, "take kind = \"abc_smc\" in [sampler] of each file"));
        }
        if let Some(first) = candidates.first()
            && let Some((message, help)) = difference(&first.plan, &plan)
        {
            return Err(usage(message, help));
        }
        candidates.push(Candidate { name, plan });
    }
    Ok(candidates)
}

fn read_weights(weights: &[f64], models: usize) -> Result<Vec<f64>, RunError> {
    if weights.is_empty() {
        return Ok(vec![1.0; models]);
    }
    if weights.len() != models || weights.iter().any(|weight| !(weight.is_finite() && *weight > 0.0)) {
        let message = format!("--prior-weights needs a number above 0 for each of {models} models");
        return Err(usage(message, "such as --prior-weights 2,1"));
    }
    Ok(weights.to_vec())
}

/// The options of the comparison are those of the first file.
fn read_selection(plan: &Plan, quick: bool) -> Result<ModelSelection, RunError> {
    let settings = Settings::from_text(&plan.path, plan.text.clone());
    let table = settings.root().table("sampler", "how the posterior is explored");
    if table.has("summaries") {
        let message = format!(
            "{} asks for learned `summaries`, which each model would have of its own",
            plan.path.display()
        );
        return Err(usage(
            message,
            "leave `summaries` out of [sampler]; models are compared on the features",
        ));
    }
    ModelSelection::from_settings(&table, quick)
        .ok_or_else(|| RunError::Usage(format!("{} cannot be used", plan.path.display())))
}

fn run(
    candidates: &[Candidate],
    weights: &[f64],
    selection: &ModelSelection,
    (folder, quiet): (&Path, bool),
) -> Result<FitReport, RunError> {
    let (began, clock) = (SystemTime::now(), Instant::now());
    listen_for_interrupt();
    let models: Vec<&dyn Simulator> =
        candidates.iter().map(|candidate| &*candidate.plan.problem as &dyn Simulator).collect();
    let mut bar = Bar::new(quiet);
    let streams = Streams::new(candidates[0].plan.seed);
    let selected = selection.run(&models, weights, streams, &mut bar);
    bar.finish();
    let seconds = clock.elapsed().as_secs_f64();
    let selected = selected.map_err(|source| {
        let reasons = candidates.iter().map(|candidate| reasons(&candidate.plan.problem)).collect();
        RunError::Sampler { source, reasons }
    })?;
    let interrupted = is_interrupted();
    let names: Vec<&str> = candidates.iter().map(|candidate| &*candidate.name).collect();
    let verdict = judge(&selected, &names, candidates[0].plan.epsilon_goal, interrupted);
    let mut text = table(&selected, &names) + &format!("\n{}", wrapped_after("", &verdict.to_string()));
    for (Candidate { name, plan }, model) in candidates.iter().zip(&selected.models) {
        let Some(sampled) = model.sampled.clone() else { continue };
        let outcome = Outcome::new(plan, sampled, interrupted, seconds);
        let own = folder.join(name);
        prepare(&own)?;
        write_results(&outcome, &own, began)?;
        let _ = write!(text, "\n{name}\n{}", outcome.text());
    }
    write_json(&folder.join("summary.json"), &summary(&selected, &names, &verdict, seconds))?;
    let simulations: u64 = selected.generations.iter().map(|generation| generation.simulations).sum();
    let _ = writeln!(text, "\n{simulations} simulations in {seconds:.1} s; results in {}", folder.display());
    Ok(FitReport { text, interrupted })
}
