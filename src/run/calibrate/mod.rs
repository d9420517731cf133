//! `hhbayes calibrate`: whether the sampler of a settings file gives posteriors that can be believed.
//!
//! Parameters are drawn from the prior, a recording is simulated from them, and the sampler infers them. If it is right,
//! the rank of the truth among its draws is uniform over many such runs (simulation-based calibration: Talts et al.
//! 2018, <https://arxiv.org/abs/1804.06788>), and so is the share of draws that are nearer to a random point than the
//! truth (coverage: Lemos et al. 2023, <https://arxiv.org/abs/2302.03026>).

mod plot;
mod report;
mod store;
mod trial;

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use self::report::Report;
use self::store::Store;
use self::trial::{Trial, Trials};
use super::RunError;
use super::check::read_plan;
use super::fit::{FitOptions, FitReport};
use super::progress::{is_interrupted, listen_for_interrupt};
use super::threads::on_threads;

/// Draws of each posterior among which the truth is ranked: enough to see its shape, few enough to be independent.
const RANKED_DRAWS: usize = 63;

/// Runs of each thread between two savings.
const RUNS_PER_SAVING: usize = 4;

/// Calibrates the sampler of a settings file by explaining `runs` simulated recordings. Those that are already in the
/// folder, `results/calibration/<name of the settings file>` if it is not given, are not made again.
///
/// # Errors
/// All mistakes of the settings; a folder that cannot be written, or that holds the calibration of something else.
pub fn calibrate(path: &Path, runs: usize, options: &FitOptions) -> Result<FitReport, RunError> {
    let mut plan = read_plan(path, &options.set, options.quick)?;
    plan.seed = options.seed.unwrap_or(plan.seed);
    let name = path.file_stem().unwrap_or(path.as_os_str());
    let folder = options.output.clone().unwrap_or_else(|| Path::new("results/calibration").join(name));
    let store = Store::open(&folder, &plan, RANKED_DRAWS, options.quick)?;
    let mut trials = store.load()?;
    listen_for_interrupt();
    let made = on_threads(options.threads, || {
        make(&Trials::new(&plan, RANKED_DRAWS), runs, options.quiet, &store, &mut trials)
    })?;
    made?;
    let report = Report::new(&plan, &trials, RANKED_DRAWS);
    store.save_report(&report.json())?;
    report.plot(&folder)?;
    let text = format!("{}\nresults in {}\n", report.text(), folder.display());
    Ok(FitReport { text, interrupted: is_interrupted() })
}

/// Makes the runs that are missing, and saves them now and then.
fn make(
    runner: &Trials<'_>,
    runs: usize,
    quiet: bool,
    store: &Store,
    trials: &mut Vec<Trial>,
) -> Result<(), RunError> {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(runs as u64) };
    if let Ok(style) = ProgressStyle::with_template("runs       {wide_bar} {pos}/{len}, {eta} left") {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.set_position(trials.len() as u64);
    bar.reset_eta();
    let portion = RUNS_PER_SAVING * rayon::current_num_threads();
    while trials.len() < runs && !is_interrupted() {
        let coming = trials.len()..runs.min(trials.len() + portion);
        let made: Vec<Option<Trial>> = coming
            .into_par_iter()
            .map(|index| {
                let trial = runner.run(index as u64);
                bar.inc(u64::from(trial.is_some()));
                trial
            })
            .collect();
        // Runs that Ctrl-C has ended are none, and neither are those after them: the table has no holes.
        trials.extend(made.into_iter().map_while(|trial| trial));
        store.save(trials)?;
    }
    bar.finish_and_clear();
    Ok(())
}
