//! `hhbayes run`: a settings file in, a posterior out.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::RunError;
use super::check::{Plan, flaws_of_recording, read_plan};
use super::progress::{Bar, is_interrupted, listen_for_interrupt};
use super::report::report;
use super::results::{Outcome, write_results};
use super::threads::on_threads;
use super::trace_results::likelihood_text;
use crate::draws::Sampled;
use crate::numeric::Streams;
use crate::problem::Problem;
use crate::samplers::{Method, SamplerError};

/// What the command line says beyond the settings file.
#[derive(Clone, Debug, Default)]
pub struct FitOptions {
    /// Options in place of those of the settings, each as `table.option=value`.
    pub set: Vec<String>,
    /// In place of the seed of the settings.
    pub seed: Option<u64>,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
    /// Folder for the results; `results/<name of the settings file>` if it is not given.
    pub output: Option<PathBuf>,
    /// A run of a second or two that shows that everything fits together.
    pub quick: bool,
    /// No progress bar.
    pub quiet: bool,
    /// No `report.html` beside the results.
    pub no_report: bool,
}

/// What a run did.
#[derive(Debug)]
pub struct FitReport {
    /// The summary table and the verdict, for the terminal.
    pub text: String,
    /// Whether the user ended it early.
    pub interrupted: bool,
}

/// Runs the sampler of a settings file and writes its results.
///
/// # Errors
/// All mistakes of the settings; a folder that cannot be written; a problem that no parameter set can explain.
pub fn fit(path: &Path, options: &FitOptions) -> Result<FitReport, RunError> {
    let mut plan = read_plan(path, &options.set, options.quick)?;
    plan.seed = options.seed.unwrap_or(plan.seed);
    let name = path.file_stem().unwrap_or(path.as_os_str());
    let folder = options.output.clone().unwrap_or_else(|| Path::new("results").join(name));
    let is_new = !folder.exists();
    prepare(&folder)?;
    let report = on_threads(options.threads, || sample(&plan, &folder, options))?;
    if report.is_err() && is_new {
        // Fails if something is in it, and then it stays.
        let _ = std::fs::remove_dir(&folder);
    }
    report
}

fn sample(plan: &Plan, folder: &Path, options: &FitOptions) -> Result<FitReport, RunError> {
    let Plan { problem, method, seed, .. } = plan;
    let problem = &**problem;
    let (began, clock) = (SystemTime::now(), Instant::now());
    listen_for_interrupt();
    let streams = Streams::new(*seed);
    let mut bar = Bar::new(options.quiet);
    let sampled: Result<Sampled, _> = match method {
        Method::LikelihoodBased(sampler) => sampler.run(problem, streams, &mut bar),
        Method::SimulationBased(sampler) => sampler.run(problem, streams, &mut bar),
    };
    bar.finish();
    let seconds = clock.elapsed().as_secs_f64();
    let sampled = sampled.map_err(|source| {
        let reasons = if matches!(source, SamplerError::NoFiniteStart { .. }) {
            problem.obstacles().iter().take(8).map(|line| format!("\n  {line}")).collect()
        } else {
            reasons(problem)
        };
        RunError::Sampler { source, reasons }
    })?;
    let interrupted = is_interrupted();
    let outcome = Outcome::new(plan, sampled, interrupted, seconds);
    write_results(&outcome, folder, began)?;
    // The results are there already, and a report can be made of them later.
    let reported = if options.no_report { None } else { Some(report(folder, None)) };
    let mut text = outcome.text();
    text += &likelihood_text(problem);
    text += &flaws_of_recording(&problem.experiment.flaws);
    text += &format!(
        "\n{} simulations in {seconds:.1} s ({:.0} per second); results in {}\n",
        outcome.simulations,
        outcome.simulations as f64 / seconds,
        folder.display()
    );
    text += &match reported {
        None => String::new(),
        Some(Ok(path)) => format!("open {} in a browser\n", path.display()),
        Some(Err(error)) => format!("no report, the results are written all the same: {error}\n"),
    };
    Ok(FitReport { text, interrupted })
}

/// What went wrong in the simulations, most frequent first.
pub(super) fn reasons(problem: &Problem) -> String {
    let mut failures: Vec<(String, u64)> = problem.failures().into_iter().collect();
    failures.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let simulations = problem.simulations();
    let line =
        |(reason, count): &(String, u64)| format!("\n  {count} of {simulations} simulations: {reason}");
    failures.iter().take(8).map(line).collect()
}

/// Makes the folder and tries to write into it, so that a run is not lost at its end.
pub(super) fn prepare(folder: &Path) -> Result<(), RunError> {
    let output = |source| RunError::Output { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(output)?;
    let probe = folder.join(".writable");
    std::fs::write(&probe, b"").map_err(output)?;
    std::fs::remove_file(&probe).map_err(output)
}
