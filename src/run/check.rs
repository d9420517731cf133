//! `hhbayes check`: reads a settings file and everything it names, without a simulation.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::RunError;
use super::trace_results::likelihood_text;
use crate::inspection::{Finding, worst_of_each_kind};
use crate::problem::{ExperimentSweep, Problem, Simulation, Slot};
use crate::samplers::{self, Method};
use crate::settings::{Section, Settings};
use crate::units::Unit;

/// What a run needs, read from a settings file.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where the settings stand, and their text.
    pub path: PathBuf,
    pub text: String,
    pub problem: Arc<Problem>,
    pub method: Method,
    pub sampler: String,
    pub epsilon_goal: Option<f64>,
    pub seed: u64,
}

/// Reads the settings, the recording, and everything else that a run needs.
pub(super) fn read_plan(path: &Path, set: &[String], quick: bool) -> Result<Plan, RunError> {
    let settings = Settings::read_with(path, set)?;
    let root = settings.root();
    let base = path.parent().unwrap_or(Path::new("."));
    let problem = Problem::from_settings(&root, base);
    let table = root.table("sampler", "how the posterior is explored");
    let method = samplers::from_settings(&table, quick);
    let sampler =
        table.key("kind", "the sampler").choice_or(&crate::settings::names(samplers::SAMPLERS), "demcz");
    let epsilon_goal = epsilon_goal(&table);
    let seed = read_run(&root);
    if let (Some(problem), Some(Method::LikelihoodBased(_))) = (&problem, &method)
        && problem.simulation.is_stochastic()
    {
        let noise = if problem.simulation.has_current_noise() { "current_noise" } else { "channel_noise" };
        let message = format!("`{sampler}` needs a likelihood, which a model with {noise} has not");
        let help = format!("take kind = \"abc_smc\", or leave out {noise}");
        root.mistake(&table.place(), message, Some(help));
    }
    if let (Some(problem), Some(Method::SimulationBased(_))) = (&problem, &method)
        && let Some((why, help)) = problem.obstacle_to_simulation()
    {
        root.mistake(&table.place(), format!("`{sampler}` {why}"), Some(help.to_owned()));
    }
    root.finish();
    settings.finish()?;
    let (Some(problem), Some(method)) = (problem, method) else {
        return Err(RunError::Usage(format!("{} cannot be used", path.display())));
    };
    let (text, problem) = (settings.text().to_owned(), Arc::new(problem));
    Ok(Plan { path: path.to_owned(), text, problem, method, sampler, epsilon_goal, seed })
}

/// Reads `[run]`.
fn read_run(root: &Section<'_>) -> u64 {
    let table = root.table("run", "what is the same for every problem");
    let seed = table.key("seed", "names all random numbers of the run").count_or(1);
    table.finish();
    seed as u64
}

/// The threshold that the settings want an ABC run to reach.
fn epsilon_goal(table: &Section<'_>) -> Option<f64> {
    match table.peek("epsilon").map(|node| &node.value) {
        Some(crate::settings::Value::Float(goal)) => Some(*goal),
        Some(crate::settings::Value::Integer(goal)) => Some(*goal as f64),
        _ => None,
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The numbers of written channels that have no prior, so that their names need not be guessed.
fn fixed_numbers_of_channels(text: &mut String, simulation: &Simulation) {
    let parameters = simulation.membrane.parameters().iter().zip(&simulation.slots);
    let written = parameters.filter(|(parameter, slot)| parameter.is_written && slot.column.is_none());
    let fixed: Vec<_> = written.filter_map(|(_, slot)| Some((slot, slot.value?))).collect();
    if fixed.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{} of the channels, which could have a prior",
        counted(fixed.len(), "fixed number")
    );
    for (Slot { name, unit, .. }, value) in fixed {
        let unit = if *unit == Unit::One { "" } else { unit.symbol() };
        let _ = writeln!(text, "{}", format!("  {name:<36} {value} {unit}").trim_end());
    }
}

/// How many channels open at random, for a parameter set.
fn channels_with_noise(text: &mut String, simulation: &Simulation, set: &[f64]) {
    for own in &simulation.channel_noise {
        let (total, single) = (&simulation.slots[own.total], &simulation.slots[own.single]);
        let count = simulation.count(own, set);
        let _ = writeln!(
            text,
            "\nchannels of {} that open at random: {count:.0} of {} pS, {} random numbers in each step",
            total.name,
            single.of(set),
            own.processes
        );
    }
}

/// Each kind of flaw with its number, for the terminal; empty if there is none.
pub(super) fn flaws_of_recording(flaws: &[Finding]) -> String {
    let worst = worst_of_each_kind(flaws);
    let mut text = String::new();
    if !worst.is_empty() {
        text += "\nflaws of the recording (strict = true in [recording] makes them errors)\n";
    }
    for (flaw, words) in worst {
        let _ = writeln!(text, "  {:<22}{words}", flaw.name());
    }
    text
}

/// Checks a settings file, with some options as in [`super::FitOptions`]; returns what a run would do, for the terminal.
///
/// # Errors
/// All mistakes of the file.
pub fn check(path: &Path, set: &[String]) -> Result<String, RunError> {
    let plan = read_plan(path, set, false)?;
    let problem = &plan.problem;
    let mut text = format!("{} is fine\n", path.display());
    let _ = writeln!(text, "\nsampler: {}, seed {}", plan.sampler, plan.seed);
    let _ = writeln!(text, "\n{}", counted(problem.space.dimension(), "parameter"));
    for parameter in problem.space.parameters() {
        let (lower, upper) = (parameter.prior.quantile(0.025), parameter.prior.quantile(0.975));
        let _ = writeln!(
            text,
            "  {:<24} 95 % of the prior: {lower:.4} to {upper:.4} {}",
            parameter.name,
            parameter.unit.symbol()
        );
    }
    fixed_numbers_of_channels(&mut text, &problem.simulation);
    let steps: usize =
        problem.experiment.sweeps.iter().map(|sweep| problem.simulation.grid(sweep).steps()).sum();
    let sweeps = counted(problem.experiment.sweeps.len(), "sweep");
    let _ = writeln!(text, "\n{sweeps}, {steps} time steps in each simulation");
    if let Some(held_out) = &problem.held_out {
        let titles: Vec<String> = held_out.experiment.sweeps.iter().map(ExperimentSweep::title).collect();
        let _ = writeln!(text, "held out: {}", titles.join(", "));
    }
    if !problem.data.data.is_empty() {
        let _ = writeln!(text, "\n{}", counted(problem.data.data.len(), "observed feature"));
    }
    let set = crate::problem::medians(&problem.space, &[]);
    channels_with_noise(&mut text, &problem.simulation, set.row(0));
    for (datum, sd) in problem.data.data.iter().zip(problem.sds(set.row(0))) {
        let observed = datum.observed.map_or_else(|| "none".to_owned(), |value| format!("{value:.4}"));
        let _ = writeln!(text, "  {:<44} {observed:>12} ± {sd:.4}", datum.label);
    }
    text += &likelihood_text(problem);
    for note in &problem.experiment.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text += &flaws_of_recording(&problem.experiment.flaws);
    Ok(text)
}
