//! Command line of hhbayes.

#![allow(clippy::doc_markdown, reason = "the comments of the options are shown in the terminal")]

mod commands;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hhbayes::numeric::{Instructions, choose_instructions};
use hhbayes::run::{CompareOptions, ExportFormat, FitOptions, PoolOptions};
use hhbayes::simulators::Simulator;

/// Which parameters of a Hodgkin-Huxley model explain this recording, and how sure are we?
#[derive(Parser)]
#[command(name = "hhbayes", version, arg_required_else_help = true)]
struct Cli {
    /// Which instructions of the processor to use; fewer than the best are slower
    #[arg(long, global = true, default_value = "best", hide_default_value = true)]
    instructions: InstructionSet,
    #[command(subcommand)]
    command: Command,
}

/// What is compared, and how.
#[derive(Args)]
struct Comparing {
    /// Folders of results, or posterior.nc of this program or of ArviZ; the first is the baseline, A
    #[arg(value_name = "RESULT", required_unless_present = "group", conflicts_with = "group")]
    result: Vec<PathBuf>,
    /// The mean over some cells in place of a single one, such as control=results/cell_1,results/cell_2; given once
    /// for each group, of which the first is the baseline
    #[arg(long, value_name = "NAME=RESULT,RESULT")]
    group: Vec<String>,
    /// A difference that is as good as none: 10% for all, g_K=5% or g_K="1 mS/cm^2" for one; if it is not given, 5 %,
    /// and 1 mV of a voltage
    #[arg(long, value_name = "NAME=WIDTH")]
    rope: Vec<String>,
    #[command(flatten)]
    taking: Taking,
    /// Folder for comparison.json, report.html and its charts
    #[arg(long)]
    output: Option<PathBuf>,
    /// Names the order in which particles of a group are paired
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl From<Comparing> for CompareOptions {
    fn from(comparing: Comparing) -> Self {
        Self {
            groups: comparing.group,
            rope: comparing.rope,
            allow_unconverged: comparing.taking.allow_unconverged,
            allow_other_model: comparing.taking.allow_other_model,
            as_json: matches!(comparing.taking.format, Format::Json),
            output: comparing.output,
            seed: comparing.seed,
            threads: comparing.taking.threads.map(usize::from),
        }
    }
}

/// What the commands that take several results have in common.
#[derive(Args)]
struct Taking {
    /// Take the draws of runs that have not converged as well
    #[arg(long)]
    allow_unconverged: bool,
    /// Take parameters of the same name although the models differ
    #[arg(long)]
    allow_other_model: bool,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Number of threads; all cores if it is not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// What is pooled, and how.
#[derive(Args)]
struct Pooling {
    /// Folders of results, or posterior.nc of this program or of ArviZ, one for each cell
    #[arg(value_name = "RESULT", required_unless_present = "group", conflicts_with = "group")]
    result: Vec<PathBuf>,
    /// A group of cells, such as control=results/cell_1,results/cell_2,results/cell_3; given once for each group, of
    /// which the first is the baseline
    #[arg(long, value_name = "NAME=RESULT,RESULT")]
    group: Vec<String>,
    /// The groups are of the same cells, named in the same order
    #[arg(long, requires = "group")]
    paired: bool,
    /// Pool these parameters only; all that the results share, if it is not given
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    parameter: Vec<String>,
    /// Cells scatter normally in these parameters; if it is not given, in all that may be below zero
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    normal: Vec<String>,
    /// Cells scatter normally in the logarithms of these parameters; if it is not given, of all others
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    lognormal: Vec<String>,
    /// Results that do not tell their priors were inferred with flat ones
    #[arg(long)]
    flat_priors: bool,
    #[command(flatten)]
    taking: Taking,
    /// Folder for pool.json, posterior.nc, report.html and its charts
    #[arg(long)]
    output: Option<PathBuf>,
    /// Name of all random numbers
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=LARGEST_SEED))]
    seed: u64,
}

impl From<Pooling> for PoolOptions {
    fn from(pooling: Pooling) -> Self {
        Self {
            groups: pooling.group,
            paired: pooling.paired,
            parameters: pooling.parameter,
            normal: pooling.normal,
            lognormal: pooling.lognormal,
            flat_priors: pooling.flat_priors,
            allow_unconverged: pooling.taking.allow_unconverged,
            allow_other_model: pooling.taking.allow_other_model,
            as_json: matches!(pooling.taking.format, Format::Json),
            output: pooling.output,
            seed: pooling.seed,
            threads: pooling.taking.threads.map(usize::from),
        }
    }
}

/// What the commands that run a sampler have in common.
#[derive(Args)]
struct Running {
    /// An option in place of that of the settings, such as recording.file=cell.csv; may be given many times
    #[arg(long, value_name = "TABLE.OPTION=VALUE")]
    set: Vec<String>,
    /// Name of all random numbers, in place of that of the settings
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=LARGEST_SEED))]
    seed: Option<u64>,
    /// Number of threads; all cores if it is not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Folder for the results; if it is not given, results/<name of the settings file>, results/calibration/<name> or
    /// results/selection
    #[arg(long)]
    output: Option<PathBuf>,
    /// A run of a second or two that shows that everything fits together
    #[arg(long)]
    quick: bool,
    /// No progress bar and no table
    #[arg(long)]
    quiet: bool,
}

impl From<Running> for FitOptions {
    fn from(Running { set, seed, threads, output, quick, quiet }: Running) -> Self {
        let threads = threads.map(usize::from);
        Self { set, seed, threads, output, quick, quiet, no_report: false }
    }
}

/// Formats of other programs.
#[derive(Clone, Copy, ValueEnum)]
enum Export {
    Csv,
    Parquet,
    Zarr,
    Json,
    Cmdstan,
    Neuron,
    Brian2,
    Neuroml,
}

impl From<Export> for ExportFormat {
    fn from(export: Export) -> Self {
        match export {
            Export::Csv => Self::Csv,
            Export::Parquet => Self::Parquet,
            Export::Zarr => Self::Zarr,
            Export::Json => Self::Json,
            Export::Cmdstan => Self::CmdStan,
            Export::Neuron => Self::Cell(Simulator::Neuron),
            Export::Brian2 => Self::Cell(Simulator::Brian2),
            Export::Neuroml => Self::Cell(Simulator::NeuroMl),
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Infer parameters: a settings file in, a posterior out
    Run {
        /// Settings file
        config: PathBuf,
        #[command(flatten)]
        running: Running,
        /// No report.html in the folder of the results; `hhbayes report` makes it later
        #[arg(long)]
        no_report: bool,
    },
    /// Find all mistakes of a settings file, without running it
    Check {
        /// Settings file
        config: PathBuf,
        /// An option in place of that of the settings, such as recording.file=cell.csv; may be given many times
        #[arg(long, value_name = "TABLE.OPTION=VALUE")]
        set: Vec<String>,
    },
    /// Simulate the sweeps of a settings file, as CSV: the traces of one parameter set, or the features of many
    Simulate {
        /// Settings file
        config: PathBuf,
        /// A parameter, such as g_Na="100 mS/cm^2"; may be given many times
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Features of many parameter sets: a CSV file with the names of parameters in its header
        #[arg(long, value_name = "SETS.csv", conflicts_with_all = ["set", "prior"])]
        sets: Option<PathBuf>,
        /// Features of that many draws from the prior
        #[arg(long, value_name = "N", conflicts_with = "set")]
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        prior: Option<u32>,
        /// Adds columns with the slope of the voltage, such as dv_dg_Na, for these parameters; for all that have a
        /// prior, if no name is given
        #[arg(long, value_name = "NAME,NAME", num_args = 0..=1, default_missing_value = "")]
        #[arg(value_delimiter = ',', conflicts_with_all = ["sets", "prior"])]
        sensitivities: Option<Vec<String>>,
        /// What the time step costs: the errors of dt, for one parameter set and draws from the prior
        #[arg(long, conflicts_with_all = ["sets", "prior", "sensitivities", "output"])]
        accuracy: bool,
        /// CSV file; standard output if it is not given
        #[arg(long)]
        output: Option<PathBuf>,
        /// Names the draws from the prior, and the intrinsic noise if there is any
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Number of threads for many parameter sets; all cores if it is not given
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        threads: Option<u16>,
    },
    /// Measure the spike features of a recording
    Features {
        /// ABF, Igor binary wave, or CSV with a header such as t_ms,v_mV,i_pA
        recording: PathBuf,
        /// Only this sweep, counted from 0
        #[arg(long)]
        sweep: Option<usize>,
        /// Start of the stimulus in ms, if the current of the recording does not show it
        #[arg(long, value_name = "MS", allow_negative_numbers = true)]
        start: Option<f64>,
        /// End of the stimulus in ms
        #[arg(long, value_name = "MS", allow_negative_numbers = true)]
        stop: Option<f64>,
        /// Size of the current step in pA, for resistances, if the recording does not show it
        #[arg(long, value_name = "PA", allow_negative_numbers = true)]
        current: Option<f64>,
        /// Definitions: those of eFEL to the digit, or smooth ones as used for inference
        #[arg(long, value_enum, default_value_t = FeatureMode::Efel)]
        mode: FeatureMode,
        /// Voltage that a spike crosses, in mV; -20 if it is not given
        #[arg(long, value_name = "MV", allow_negative_numbers = true)]
        threshold: Option<f64>,
        /// A setting of eFEL, such as interp_step=0.05; may be given many times
        #[arg(long, value_name = "NAME=VALUE")]
        setting: Vec<String>,
        /// How the features are shown
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
    /// Show what is in a recording: sweeps, current, spikes, the passive membrane, and flaws
    Inspect {
        /// A recording in any of the formats that are read; or Igor waves of voltage, one for each sweep
        #[arg(required = true)]
        recording: Vec<PathBuf>,
        /// Igor waves of the current, one for each of the voltage
        #[arg(long, value_name = "FILE", num_args = 1..)]
        current: Vec<PathBuf>,
        /// How it is shown
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Draws the sweeps, voltage above current, into this PNG file
        #[arg(long, value_name = "FILE.png")]
        plot: Option<PathBuf>,
    },
    /// Write a settings file to begin with, made for a recording: hhbayes init cell.abf > cell.toml
    Init {
        /// A recording in any of the formats that are read; or Igor waves of voltage, one for each sweep
        #[arg(required = true)]
        recording: Vec<PathBuf>,
        /// Igor waves of the current, one for each of the voltage
        #[arg(long, value_name = "FILE", num_args = 1..)]
        current: Vec<PathBuf>,
    },
    /// Find out whether the sampler of a settings file gives posteriors that can be believed: it infers parameters of
    /// many simulated recordings, of which the truth is known
    Calibrate {
        /// Settings file
        config: PathBuf,
        /// How many recordings are simulated; those that are in the folder already are not made again
        #[arg(long, value_name = "N", default_value_t = 200)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
        #[command(flatten)]
        running: Running,
    },
    /// Compare models by ABC-SMC: a settings file for each in, their probabilities and posteriors out
    Select {
        /// Settings files that differ in the model and its priors only
        #[arg(required = true, num_args = 2..)]
        config: Vec<PathBuf>,
        /// Probability of each model beforehand, up to a common factor, such as 2,1; equal if it is not given
        #[arg(long, value_name = "W,W", value_delimiter = ',')]
        prior_weights: Vec<f64>,
        #[command(flatten)]
        running: Running,
    },
    /// Compare posteriors: which parameter is larger, by how much, and how sure that is
    Compare(Comparing),
    /// Pool the posteriors of many cells: mean and spread of their population, and the effect of a group
    Pool(Pooling),
    /// Show what differs between two settings files, or between those of two results
    DiffConfig {
        /// Settings file, folder of a result, or posterior.nc
        a: PathBuf,
        /// The other
        b: PathBuf,
        /// How it is shown
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Make the report of a result, one HTML file that needs no network
    Report {
        /// Folder of the result
        result: PathBuf,
        /// The HTML file; report.html in the folder if it is not given
        #[arg(long, value_name = "FILE.html")]
        output: Option<PathBuf>,
        /// Draws the charts as SVG and PNG for papers too, into the folder plots of the result
        #[arg(long)]
        plots: bool,
    },
    /// Write a result in the formats of other programs, or its best fit as a cell of another simulator
    Export {
        /// Folder of the result; or posterior.nc, of this program or of ArviZ
        result: PathBuf,
        /// Draws as csv, parquet or cmdstan; all groups as zarr or json; the best draw as a cell for neuron (Python and
        /// hoc), brian2 or neuroml
        #[arg(long, value_enum)]
        format: Export,
        /// Folder for what is written; export in that of the result if it is not given
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Show a biological and some artificial neurons side by side, with the numbers commonly printed and the right ones
    Notebook {
        /// Settings file; those of configs/notebook.toml if it is not given
        config: Option<PathBuf>,
        /// Folder of a result: the f-I curve of its cell as a band, and which artificial unit it is closest to
        #[arg(long, value_name = "RESULT")]
        result: Option<PathBuf>,
        /// Folder for the text, notebook.json, notebook.html and the figures
        #[arg(long, default_value = "results/notebook")]
        output: PathBuf,
        /// Number of threads; all cores if it is not given
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        threads: Option<u16>,
    },
    /// List models, stimuli, features, priors, likelihoods and samplers
    List {
        /// Only one of them
        what: Option<String>,
    },
    /// Print the JSON schema of the settings file, for editors
    Schema {
        /// Of the settings file of `hhbayes notebook`
        #[arg(long)]
        notebook: bool,
    },
    /// Measure how fast the models run on this machine, in about ten seconds
    Bench {
        /// How the numbers are shown
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// How long each measurement takes
        #[arg(long, default_value_t = 0.35, hide = true)]
        seconds: f64,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Clone, Copy, ValueEnum)]
enum FeatureMode {
    /// As eFEL 5.7.34
    Efel,
    /// Without its time grid
    Precise,
}

#[derive(Clone, Copy, ValueEnum)]
enum InstructionSet {
    /// The best that the processor has
    Best,
    /// AVX2 where there is AVX-512; draws are the same
    Avx2,
    /// Those that every processor of its kind has; results differ by rounding
    Plain,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum TableFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// One row for each value, for pandas and R
    Csv,
}

/// The settings file and the result file hold a seed as a signed integer.
const LARGEST_SEED: u64 = i64::MAX as u64;

fn main() -> ExitCode {
    let cli = Cli::parse();
    choose_instructions(match cli.instructions {
        InstructionSet::Best => Instructions::Best,
        InstructionSet::Avx2 => Instructions::Avx2,
        InstructionSet::Plain => Instructions::Plain,
    });
    match commands::act(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(error.exit_code())
        }
    }
}
