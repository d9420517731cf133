//! `hhbayes simulate --sets` and `--prior`: the features of many parameter sets.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::RunError;
use super::parameter_sets::{ParameterSets, SetSource, SetTable, read_sets};
use super::threads::on_threads;
use crate::numeric::{Natural, Rows, Streams, Summaries};
use crate::posterior::write_atomically;
use crate::problem::Problem;
use crate::settings::Settings;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct SetsOptions {
    /// Which parameter sets.
    pub source: SetSource,
    /// A CSV file in place of the standard output.
    pub output: Option<PathBuf>,
    /// Names the draws from the prior and the intrinsic noise.
    pub seed: u64,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
}

/// Parameter sets that are simulated before their features are written: enough to keep all cores busy, and few enough
/// that their number does not matter for the memory.
const BATCH: usize = 4096;

/// What was simulated.
#[derive(Default)]
struct Work {
    sets: usize,
    seconds: f64,
}

/// Simulates many parameter sets and writes a table: the parameters, the features of `[likelihood.features]` in the
/// order of the data, without observation noise, and why a simulation failed. A feature without a value is an empty
/// cell. The table goes to `shown` unless the options name a file. Returns notes for the error stream.
///
/// # Errors
/// All mistakes of the settings; parameter sets that cannot be used; an output that cannot be written.
pub fn simulate_sets(
    path: &Path,
    options: &SetsOptions,
    shown: &mut (dyn Write + Send),
) -> Result<String, RunError> {
    let settings = Settings::read(path)?;
    let problem = Problem::from_settings(&settings.root(), path.parent().unwrap_or(Path::new(".")));
    settings.finish()?;
    let Some(mut problem) = problem else {
        return Err(RunError::Usage(format!("{} cannot be simulated", path.display())));
    };
    let streams = Streams::new(options.seed);
    let (names, sets, mut notes) = match &options.source {
        SetSource::File(file) => {
            let SetTable { names, rows, notes } = read_sets(file, &mut problem)?;
            (names, ParameterSets::Table(rows), notes)
        }
        SetSource::Prior { count } => {
            let names = problem.space.parameters().iter().map(|parameter| parameter.name.clone()).collect();
            (names, ParameterSets::Prior { count: *count, streams: streams.stage("prior") }, String::new())
        }
    };
    let mut work = Work::default();
    let problem = &problem;
    on_threads(options.threads, || {
        let mut write =
            |writer: &mut dyn Write| write_table(writer, problem, &names, &sets, streams, &mut work);
        if let Some(file) = &options.output {
            return write_atomically(file, write).map_err(RunError::from);
        }
        // A reader that has gone away, such as `head`, is no error.
        let _ = write(shown);
        Ok(())
    })??;
    notes += &work.line(problem);
    Ok(notes)
}

/// Simulates and writes batch by batch.
fn write_table(
    writer: &mut dyn Write,
    problem: &Problem,
    names: &[String],
    sets: &ParameterSets,
    streams: Streams,
    work: &mut Work,
) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    let labels = problem.data.data.iter().map(|datum| datum.label.as_str());
    table.write_record(names.iter().map(String::as_str).chain(labels).chain(["failure"]))?;
    for index in 0..sets.len().div_ceil(BATCH) {
        let rows = sets.batch(problem, index, BATCH);
        let clock = Instant::now();
        let features = problem.features(&rows, streams, index as u64);
        work.seconds += clock.elapsed().as_secs_f64();
        work.sets += rows.len();
        write_rows(&mut table, &rows, &features)?;
    }
    table.flush()
}

fn write_rows(
    table: &mut csv::Writer<&mut dyn Write>,
    sets: &Rows<Natural>,
    features: &Summaries,
) -> csv::Result<()> {
    let mut cell = String::new();
    let mut field = |table: &mut csv::Writer<&mut dyn Write>, value: Option<f64>| {
        use std::fmt::Write as _;
        cell.clear();
        if let Some(value) = value {
            // The fewest digits that read back as the same number.
            let _ = write!(cell, "{value:?}");
        }
        table.write_field(&cell)
    };
    for (row, set) in sets.iter().enumerate() {
        let failure = features.failure(row);
        for value in set {
            field(table, Some(*value))?;
        }
        for value in features.row(row) {
            // What a simulation that failed leaves behind is no feature.
            field(table, value.filter(|_| failure.is_none()))?;
        }
        table.write_field(failure.map_or("", |failure| failure.reason()))?;
        table.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

impl Work {
    /// What was done, in one line.
    fn line(&self, problem: &Problem) -> String {
        let Work { sets, seconds } = *self;
        let steps = sets * problem.simulation.steps(&problem.experiment.sweeps);
        let rate = steps as f64 / seconds;
        // Three digits, but no decimals of more than 100 s.
        let decimals = (2.0 - seconds.log10().floor()).clamp(0.0, 9.0) as usize;
        let noun = if sets == 1 { "set" } else { "sets" };
        format!(
            "simulated {sets} parameter {noun} in {seconds:.decimals$} s: {rate:.2e} cell-steps per second\n"
        )
    }
}
