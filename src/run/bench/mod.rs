//! `hhbayes bench`: how fast the models run on the machine at hand, and how near that is to what it can do.
//!
//! The standard sweep lasts 200 ms, with a step of 10 µA/cm² from 70 to 130 ms, sampled every 0.1 ms, and the model's
//! default time step. Cell-steps are counted with drive and traces, simulations with their features as well.

mod roof;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

use self::roof::Roof;
use super::RunError;
use super::threads::on_threads;
use crate::model::{LaneStimulus, Lot, MODELS, Operations, Start, StimulusDrive};
use crate::numeric::{Natural, Rows, Streams, instructions, instructions_name};
use crate::problem::Problem;
use crate::settings::Settings;

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub struct BenchOptions {
    /// How long each measurement takes.
    pub seconds: f64,
    /// Numbers for programs in place of a table for people.
    pub json: bool,
}

/// Lanes of the vectors in which operations are counted.
const VECTOR_LANES: f64 = 8.0;

/// Simulations whose time the table tells.
const MANY: f64 = 100_000.0;

const SWEEP: &str = r#"
[recording]
kind = "simulated"
duration = "200 ms"
interval = "0.1 ms"
truth = { current_scale = 1 }

[stimulus]
kind = "step"
amplitude = "10 uA/cm^2"
start = "70 ms"
stop = "130 ms"

[prior]
current_scale = { kind = "uniform", lower = 0.8, upper = 1.2 }

[likelihood.features]
Spikecount = 0.5
voltage_base = "1 mV"
time_to_first_spike = "1 ms"
"mean(peak_voltage)" = "1 mV"
"mean(AHP_depth_abs)" = "1 mV"
"#;

/// The squid axon, written channel by channel.
const WRITTEN: &str = include_str!("../../../benches/written_squid.toml");

/// What was measured of one model on some threads.
#[derive(Clone, Copy)]
struct Speed {
    cell_steps_per_second: f64,
    simulations_per_second: f64,
}

/// What was measured of one model.
struct Measured {
    name: &'static str,
    dt_ms: f64,
    work: Option<Operations>,
    one_thread: Speed,
    all_threads: Speed,
}

/// The whole benchmark.
struct Report {
    level: String,
    threads: usize,
    roof: Roof,
    models: Vec<Measured>,
}

/// Measures every model on one thread and on all of them.
///
/// # Errors
/// If the threads cannot be started.
pub fn bench(options: &BenchOptions) -> Result<String, RunError> {
    let level = instructions();
    let seconds = options.seconds;
    let mut models = Vec::new();
    let roof = on_threads(Some(1), || Roof::measure(level, 3.0 * seconds))?;
    for entry in MODELS {
        let problem = problem(entry.name);
        let one_thread = on_threads(Some(1), || speed(&problem, seconds))?;
        let all_threads = on_threads(None, || speed(&problem, seconds))?;
        let simulation = &problem.simulation;
        let dt_ms = simulation.grid(&problem.experiment.sweeps[0]).dt_ms;
        let work = simulation.membrane.operations();
        models.push(Measured { name: entry.name, dt_ms, work, one_thread, all_threads });
    }
    let threads = on_threads(None, rayon::current_num_threads)?;
    let report = Report { level: instructions_name(level), threads, roof, models };
    Ok(if options.json { format!("{:#}\n", report.json()) } else { report.text() })
}

/// The standard sweep with a model.
fn problem(model: &str) -> Problem {
    let model = match model {
        "channels" => WRITTEN.to_owned(),
        _ => format!("[model]\nkind = \"{model}\"\n"),
    };
    let settings = Settings::from_text(Path::new("bench.toml"), format!("{SWEEP}\n{model}"));
    let problem = Problem::from_settings(&settings.root(), Path::new("."));
    settings.finish().expect("the settings of the benchmark have no mistakes");
    problem.expect("settings without mistakes are a problem")
}

fn speed(problem: &Problem, seconds: f64) -> Speed {
    Speed {
        cell_steps_per_second: cell_steps_per_second(problem, seconds),
        simulations_per_second: simulations_per_second(problem, seconds),
    }
}

/// Every thread of the pool simulates full lots of its own.
fn cell_steps_per_second(problem: &Problem, seconds: f64) -> f64 {
    let (simulation, sweep) = (&problem.simulation, &problem.experiment.sweeps[0]);
    let (membrane, grid) = (&simulation.membrane, simulation.grid(sweep));
    let lanes = membrane.widths().last().map_or(1, |(lanes, _)| *lanes);
    let parameters = membrane.parameters();
    let spread = |lane: usize| 0.8 + 0.4 * lane as f64 / lanes as f64;
    let lot = Lot::new(parameters.len(), lanes, |index, lane| {
        let parameter = &parameters[index];
        parameter.default * if parameter.name.starts_with("g_") { spread(lane) } else { 1.0 }
    });
    let step = &sweep.stimulus.components[0];
    let values = vec![0.0, step.amplitude, step.start_ms, step.duration_ms];
    let lane = LaneStimulus { stimulus: &sweep.stimulus, values, factor: 1.0, bias_ua_cm2: 0.0 };
    let (capacitance, start) = (vec![1.0; lanes], Start::Voltage(vec![-65.0; lanes]));
    let one_thread = |_: rayon::BroadcastContext<'_>| {
        let mut traces = vec![0.0; lanes * grid.samples];
        let (mut steps, clock) = (0, Instant::now());
        while clock.elapsed().as_secs_f64() < seconds {
            let mut drive = StimulusDrive::new(grid.dt_ms, &vec![lane.clone(); lanes]);
            membrane.simulate(&lot, &capacitance, &start, grid, &mut drive, &mut traces);
            steps += lanes * grid.steps();
        }
        steps as f64 / clock.elapsed().as_secs_f64()
    };
    rayon::broadcast(one_thread).into_iter().sum()
}

/// From parameter sets to features, as samplers ask for them.
fn simulations_per_second(problem: &Problem, seconds: f64) -> f64 {
    let count = 64 * rayon::current_num_threads();
    let scales = (0..count).map(|row| 0.8 + 0.4 * row as f64 / count as f64);
    let sets = Rows::<Natural>::from_values(scales.collect(), 1);
    let (mut simulations, clock) = (0, Instant::now());
    while clock.elapsed().as_secs_f64() < seconds {
        simulations += problem.features(&sets, Streams::new(0), 0).len();
    }
    simulations as f64 / clock.elapsed().as_secs_f64()
}

impl Report {
    /// The share of the roof that one thread reaches; for models that run in lanes.
    fn roof_fraction(&self, model: &Measured) -> Option<f64> {
        let roof = self.roof.steps_per_second(model.work?) * VECTOR_LANES;
        Some(model.one_thread.cell_steps_per_second / roof)
    }

    fn json(&self) -> Value {
        let speed = |speed: Speed, roof: Option<f64>| {
            json!({
                "cell_steps_per_second": speed.cell_steps_per_second,
                "roof_fraction": roof,
                "simulations_per_second": speed.simulations_per_second,
            })
        };
        let model = |model: &Measured| {
            let roof = self.roof_fraction(model);
            // The roof of all threads is that of one, times their number, if cores did not share anything.
            let together = roof.map(|roof| {
                let ratio = model.all_threads.cell_steps_per_second / model.one_thread.cell_steps_per_second;
                roof * ratio / self.threads as f64
            });
            let mut value = speed(model.one_thread, roof);
            value["dt_ms"] = json!(model.dt_ms);
            value["one_thread"] = speed(model.one_thread, roof);
            value["all_threads"] = speed(model.all_threads, together);
            value["operations_per_vector_step"] = model.work.map_or(Value::Null, |work| {
                json!({"fused": work.fused, "multiplications": work.multiplications,
                       "additions": work.additions, "divisions": work.divisions, "others": work.others})
            });
            (model.name.to_owned(), value)
        };
        json!({
            "instructions": self.level,
            "threads": self.threads,
            "sweep_ms": 200.0,
            "features_included": true,
            "roof": {
                "multiplications_per_second": self.roof.multiplications * VECTOR_LANES,
                "additions_per_second": self.roof.additions * VECTOR_LANES,
                "divisions_per_second": self.roof.divisions * VECTOR_LANES,
            },
            "models": self.models.iter().map(model).collect::<Map<_, _>>(),
        })
    }

    fn text(&self) -> String {
        let mut text = format!(
            "A sweep of 200 ms with the default time step, on {} and {} threads\n\n",
            self.level, self.threads
        );
        let _ = writeln!(
            text,
            "{:<20}{:>10}{:>16}{:>13}{:>16}{:>22}",
            "model", "dt", "one simulation", "cell-steps", "of what the", "100 000 simulations"
        );
        let _ = writeln!(
            text,
            "{:<20}{:>10}{:>16}{:>13}{:>16}{:>22}",
            "", "", "one thread", "per second", "processor can", "with all threads"
        );
        for model in &self.models {
            let roof =
                self.roof_fraction(model).map_or("-".to_owned(), |roof| format!("{:.0} %", 100.0 * roof));
            let one = 1e6 / model.one_thread.simulations_per_second;
            let many = MANY / model.all_threads.simulations_per_second;
            let _ = writeln!(
                text,
                "{:<20}{:>7.4} ms{one:>13.0} us{:>13.2e}{roof:>16}{:>20.1} s",
                model.name, model.dt_ms, model.one_thread.cell_steps_per_second, many
            );
        }
        text += "\nSimulations include their spike features. `channels` is the squid axon of `hodgkin_huxley`, written in\n\
                 the settings file. What the processor can: its multiplications and divisions together, or its\n\
                 additions, whichever take longer.\n";
        text
    }
}
