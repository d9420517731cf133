//! `hhbayes simulate`: the traces of one parameter set.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::RunError;
use crate::numeric::{Failure, Streams};
use crate::posterior::write_atomically;
use crate::problem::{Experiment, Setup, medians};
use crate::settings::{Settings, did_you_mean};
use crate::units::Unit;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct SimulateOptions {
    /// `name=value`; the value with its unit, or as a number in the unit of the parameter.
    pub set: Vec<String>,
    /// A CSV file; the text is returned if it is not given.
    pub output: Option<PathBuf>,
    /// Names the intrinsic noise, if there is any.
    pub seed: u64,
}

/// Simulates every sweep of a settings file. Parameters with a prior have its median, or the `truth` of a simulated
/// recording, unless they are set. Returns the table, and notes for the error stream.
///
/// # Errors
/// All mistakes of the settings; an unknown name; a parameter set that cannot be simulated.
pub fn simulate(path: &Path, options: &SimulateOptions) -> Result<(String, String), RunError> {
    let settings = Settings::read(path)?;
    let setup = Setup::from_settings(&settings.root(), path.parent().unwrap_or(Path::new(".")));
    settings.finish()?;
    let Some(mut setup) = setup else {
        return Err(RunError::Usage(format!("{} cannot be simulated", path.display())));
    };
    let mut notes = String::new();
    let mut given = setup.truth.clone();
    for text in &options.set {
        assign(&mut setup, text, &mut given)?;
    }
    let space = &setup.space;
    for (column, parameter) in space.iter().flat_map(|space| space.parameters().iter().enumerate()) {
        if !given.iter().any(|(known, _)| *known == column) {
            let (name, unit) = (&parameter.name, parameter.unit.symbol());
            let _ =
                writeln!(notes, "{name} = {} {unit}, the median of its prior", parameter.prior.quantile(0.5));
        }
    }
    let sets = space.as_ref().map_or_else(Setup::no_parameters, |space| medians(space, &given));
    let table = table(&setup.experiment, &setup, &sets, options.seed)?;
    match &options.output {
        Some(file) => {
            write_atomically(file, |writer| writer.write_all(table.as_bytes()))?;
            Ok((String::new(), notes))
        }
        None => Ok((table, notes)),
    }
}

/// Applies one `name=value`.
fn assign(setup: &mut Setup, text: &str, given: &mut Vec<(usize, f64)>) -> Result<(), RunError> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| RunError::Usage(format!("expected name=value after --set, found \"{text}\"")))?;
    let slots = &mut setup.simulation.slots;
    let Some(place) = slots.iter().position(|slot| slot.name == name.trim()) else {
        let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        let help =
            did_you_mean(name.trim(), &known).unwrap_or_else(|| format!("known: {}", known.join(", ")));
        return Err(RunError::Usage(format!("the model has no parameter `{}`\n  help: {help}", name.trim())));
    };
    let slot = &mut slots[place];
    let value = Unit::One.parse(value).or_else(|_| slot.unit.parse(value));
    let value = value.map_err(|error| RunError::Usage(format!("`{}`: {error}", slot.name)))?;
    if !(value >= slot.range.0 && value <= slot.range.1) {
        let (lower, upper) = slot.range;
        let unit = slot.unit.symbol();
        let message = format!("`{}` must be between {lower} and {upper} {unit}, found {value}", slot.name);
        return Err(RunError::Usage(message));
    }
    match slot.column {
        Some(column) => {
            given.retain(|(known, _)| *known != column);
            given.push((column, value));
        }
        None => slot.value = Some(value),
    }
    Ok(())
}

fn table(
    experiment: &Experiment,
    setup: &Setup,
    sets: &crate::numeric::Rows<crate::numeric::Natural>,
    seed: u64,
) -> Result<String, RunError> {
    let several = experiment.sweeps.len() > 1;
    let mut text = String::from(if several { "sweep,t_ms,v_mV,i_uA_cm2\n" } else { "t_ms,v_mV,i_uA_cm2\n" });
    for (index, sweep) in experiment.sweeps.iter().enumerate() {
        let trace =
            setup.simulation.traces(&experiment.sweeps, index, sets, Streams::new(seed)).swap_remove(0);
        let trace = trace.map_err(|failure| RunError::Simulation {
            sweep: sweep.name.clone(),
            reason: failure.reason(),
            help: match failure {
                Failure::NoRest => "\n  help: in [model], take start = \"voltage\", or let it run before the sweep with settle = \"500 ms\"",
                Failure::NotFinite => "\n  help: take a shorter dt in [model]",
            },
        })?;
        let current = setup.simulation.current_density(index, sweep, sets.row(0));
        // Digits that the time of a sample needs, without the rounding of a product.
        let decimals = (0..9)
            .find(|&d| ((sweep.interval_ms * 10_f64.powi(d)).fract()).abs() < 1e-6)
            .unwrap_or(9) as usize;
        for (sample, (voltage, current)) in trace.iter().zip(current).enumerate() {
            let time = sample as f64 * sweep.interval_ms;
            if several {
                let _ = write!(text, "{},", sweep.name);
            }
            let _ = writeln!(text, "{time:.decimals$},{voltage},{current}");
        }
    }
    Ok(text)
}
