//! What each command does: its options go to the library, and what comes back is shown.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use hhbayes::features::{Mode, Settings};
use hhbayes::run::{
    self, AccuracyOptions, BenchOptions, FeatureFormat, FeatureOptions, FitOptions, FitReport,
    InspectOptions, NotebookOptions, RunError, SetSource, SetsOptions, SimulateOptions,
};

use super::{Cli, Command, FeatureMode, Format, TableFormat};

/// Exit code of a run that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Writes to standard output; a reader that has gone away, such as `head`, is no error.
fn show(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Runs a sampler and shows what it says.
fn shown(
    options: &FitOptions,
    run: impl FnOnce(&FitOptions) -> Result<FitReport, RunError>,
) -> Result<ExitCode, RunError> {
    let report = run(options)?;
    if !options.quiet {
        show(&report.text);
    }
    Ok(if report.interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

pub(super) fn act(command: Command) -> Result<ExitCode, RunError> {
    match command {
        Command::Run { config, running, no_report } => {
            let options = FitOptions { no_report, ..running.into() };
            return shown(&options, |options| run::fit(&config, options));
        }
        Command::Check { config, set } => show(&run::check(&config, &set)?),
        Command::Simulate { config, set, accuracy: true, seed, threads, .. } => {
            let options = AccuracyOptions { set, seed, threads: threads.map(usize::from) };
            let (text, notes) = run::accuracy(&config, &options)?;
            let _ = std::io::stderr().write_all(notes.as_bytes());
            show(&text);
        }
        Command::Simulate { config, set, sets, prior, sensitivities, output, seed, threads, .. } => {
            let drawn = prior.map(|count| SetSource::Prior { count: count as usize });
            let Some(source) = sets.map(SetSource::File).or(drawn) else {
                let named = |names: Vec<String>| names.into_iter().filter(|name| !name.is_empty()).collect();
                let options = SimulateOptions { set, output, seed, sensitivities: sensitivities.map(named) };
                let (table, notes) = run::simulate(&config, &options)?;
                let _ = std::io::stderr().write_all(notes.as_bytes());
                show(&table);
                return Ok(ExitCode::SUCCESS);
            };
            let options = SetsOptions { source, output, seed, threads: threads.map(usize::from) };
            let mut shown = BufWriter::new(std::io::stdout());
            let notes = run::simulate_sets(&config, &options, &mut shown)?;
            let _ = shown.flush();
            let _ = std::io::stderr().write_all(notes.as_bytes());
        }
        Command::Features { recording, sweep, start, stop, current, mode, threshold, setting, format } => {
            let mode = match mode {
                FeatureMode::Efel => Mode::Efel,
                FeatureMode::Precise => Mode::Precise,
            };
            let format = match format {
                TableFormat::Text => FeatureFormat::Text,
                TableFormat::Json => FeatureFormat::Json,
                TableFormat::Csv => FeatureFormat::Csv,
            };
            let mut settings = Settings::default();
            for text in setting {
                settings.assign(&text).map_err(|error| RunError::Usage(error.to_string()))?;
            }
            settings.threshold_mv = threshold.unwrap_or(settings.threshold_mv);
            let (start_ms, stop_ms, current_pa) = (start, stop, current);
            let options = FeatureOptions { sweep, start_ms, stop_ms, current_pa, mode, settings, format };
            show(&run::features(&recording, &options)?);
        }
        Command::Inspect { recording, current, format, plot } => {
            let options = InspectOptions { as_json: matches!(format, Format::Json), currents: current, plot };
            show(&run::inspect(&recording, &options)?);
        }
        Command::Calibrate { config, runs, running } => {
            return shown(&running.into(), |options| run::calibrate(&config, runs as usize, options));
        }
        Command::Select { config, prior_weights, running } => {
            return shown(&running.into(), |options| run::select(&config, &prior_weights, options));
        }
        Command::Compare(comparing) => {
            let result = comparing.result.clone();
            show(&run::compare(&result, &comparing.into())?);
        }
        Command::Pool(pooling) => {
            let result = pooling.result.clone();
            show(&run::pool(&result, &pooling.into())?);
        }
        Command::DiffConfig { a, b, format } => {
            show(&run::diff_config(&a, &b, matches!(format, Format::Json))?);
        }
        Command::Report { result, output, plots } => {
            let path = run::report(&result, output.as_deref())?;
            show(&format!("report in {}\n", path.display()));
            if plots {
                show(&format!("charts in {}\n", run::report_plots(&result)?.display()));
            }
        }
        Command::Export { result, format, output } => {
            show(&run::export(&result, format.into(), output.as_deref())?);
        }
        Command::Init { recording, current } => show(&run::init(&recording, &current)?),
        Command::Notebook { config, result, output, threads } => {
            let threads = threads.map(usize::from);
            show(&run::notebook(&NotebookOptions { config, result, output, threads })?);
        }
        Command::List { what } => show(&run::list(what.as_deref()).map_err(|known| {
            RunError::Usage(format!("there is no such list; known: {}", known.join(", ")))
        })?),
        Command::Bench { format, seconds } => {
            show(&run::bench(&BenchOptions { seconds, json: matches!(format, Format::Json) })?);
        }
        Command::Schema { notebook } => show(&format!("{:#}\n", run::schema(notebook))),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "hhbayes", &mut std::io::stdout());
        }
        Command::Man => {
            let mut page = Vec::new();
            // Writing into memory does not fail.
            let _ = clap_mangen::Man::new(Cli::command()).render(&mut page);
            let _ = std::io::stdout().write_all(&page);
        }
    }
    Ok(ExitCode::SUCCESS)
}
