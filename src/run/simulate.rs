//! `hhbayes simulate`: the traces of one parameter set.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::RunError;
use crate::numeric::{Failure, Natural, Rows, Streams};
use crate::posterior::write_atomically;
use crate::problem::{Sensitivity, Setup, Slot, medians};
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
    /// Adds the slope of the voltage with these parameters; with all that have a prior, if the list is empty.
    pub sensitivities: Option<Vec<String>>,
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
    let (mut sets, notes) = chosen_set(&mut setup, &options.set)?;
    let slopes = match &options.sensitivities {
        Some(names) => moving(&mut setup, &mut sets, names)?,
        None => Vec::new(),
    };
    let table = table(&setup, &sets, &slopes, options.seed)?;
    match &options.output {
        Some(file) => {
            write_atomically(file, |writer| writer.write_all(table.as_bytes()))?;
            Ok((String::new(), notes))
        }
        None => Ok((table, notes)),
    }
}

/// The one parameter set of a command line, and notes on what nobody gave. A fixed number that is assigned changes in
/// `setup`.
///
/// # Errors
/// An unknown name, or a value that is not physical.
pub(super) fn chosen_set(
    setup: &mut Setup,
    assignments: &[String],
) -> Result<(Rows<Natural>, String), RunError> {
    let mut notes = String::new();
    let mut given = setup.truth.clone();
    for text in assignments {
        assign(setup, text, &mut given)?;
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
    Ok((sets, notes))
}

/// The place of a number by name.
fn find(slots: &[Slot], name: &str) -> Result<usize, RunError> {
    slots.iter().position(|slot| slot.name == name).ok_or_else(|| {
        let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        let help = did_you_mean(name, &known).unwrap_or_else(|| format!("known: {}", known.join(", ")));
        RunError::Usage(format!("the model has no parameter `{name}`\n  help: {help}"))
    })
}

/// A parameter that the slope of the voltage is wanted for.
struct Moving {
    name: String,
    column: usize,
}

/// The parameters of these names, or all that have a prior. One that is fixed gets a column of its own.
fn moving(setup: &mut Setup, sets: &mut Rows<Natural>, names: &[String]) -> Result<Vec<Moving>, RunError> {
    let slots = &mut setup.simulation.slots;
    let mut moving = Vec::new();
    if names.is_empty() {
        let of = |slot: &Slot| Some(Moving { name: slot.name.clone(), column: slot.column? });
        moving.extend(slots.iter().filter_map(of));
        moving.sort_by_key(|moving| moving.column);
    }
    let mut set = sets.row(0).to_vec();
    for name in names {
        let place = find(slots, name)?;
        let slot = &mut slots[place];
        let column = match (slot.column, slot.value) {
            (Some(column), _) => column,
            (None, Some(value)) => {
                set.push(value);
                slot.column = Some(set.len() - 1);
                set.len() - 1
            }
            (None, None) => return Err(RunError::Usage(format!("`{name}` has no value in these settings"))),
        };
        moving.push(Moving { name: name.clone(), column });
    }
    if moving.is_empty() {
        let message = "no parameter has a prior\n  help: name some, such as --sensitivities g_Na,g_K";
        return Err(RunError::Usage(message.to_owned()));
    }
    let columns = set.len();
    *sets = Rows::from_values(set, columns);
    Ok(moving)
}

/// Applies one `name=value`.
fn assign(setup: &mut Setup, text: &str, given: &mut Vec<(usize, f64)>) -> Result<(), RunError> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| RunError::Usage(format!("expected name=value after --set, found \"{text}\"")))?;
    let slots = &mut setup.simulation.slots;
    let place = find(slots, name.trim())?;
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

/// What is said about a sweep that fails.
pub(super) fn cannot_simulate(sweep: &str, failure: Failure) -> RunError {
    let help = match failure {
        Failure::NoRest => {
            "\n  help: in [model], take start = \"voltage\", or let it run before the sweep with settle = \"500 ms\""
        }
        Failure::NotFinite => "\n  help: take a shorter dt in [model]",
        Failure::TooManySteps => "\n  help: in [model], take scheme = \"leapfrog\"",
    };
    RunError::Simulation { sweep: sweep.to_owned(), reason: failure.reason(), help }
}

/// One line for each sample of each sweep.
fn table(setup: &Setup, sets: &Rows<Natural>, slopes: &[Moving], seed: u64) -> Result<String, RunError> {
    let Setup { experiment, simulation, .. } = setup;
    let several = experiment.sweeps.len() > 1;
    let mut text = String::from(if several { "sweep,t_ms,v_mV,i_uA_cm2" } else { "t_ms,v_mV,i_uA_cm2" });
    text.extend(slopes.iter().map(|moving| format!(",dv_d{}", moving.name)));
    text.push('\n');
    for (index, sweep) in experiment.sweeps.iter().enumerate() {
        let (trace, all) = trace(setup, sets, !slopes.is_empty(), index, seed)?;
        let columns: Vec<&[f64]> = slopes.iter().map(|moving| &*all[moving.column]).collect();
        let current = simulation.current_density(index, sweep, sets.row(0));
        // Digits that the time of a sample needs, without the rounding of a product.
        let decimals = (0..9)
            .find(|&d| ((sweep.interval_ms * 10_f64.powi(d)).fract()).abs() < 1e-6)
            .unwrap_or(9) as usize;
        for (sample, (voltage, current)) in trace.iter().zip(current).enumerate() {
            let time = sample as f64 * sweep.interval_ms;
            if several {
                let _ = write!(text, "{},", sweep.name);
            }
            let _ = write!(text, "{time:.decimals$},{voltage},{current}");
            for column in &columns {
                let _ = write!(text, ",{}", column[sample]);
            }
            text.push('\n');
        }
    }
    Ok(text)
}

/// The voltage of one sweep, with its slopes if they are wanted.
fn trace(
    setup: &Setup,
    sets: &Rows<Natural>,
    with_slopes: bool,
    index: usize,
    seed: u64,
) -> Result<(Vec<f64>, Vec<Vec<f64>>), RunError> {
    let Setup { experiment, simulation, .. } = setup;
    let (sweeps, streams) = (&experiment.sweeps, Streams::new(seed));
    let outcome = if with_slopes {
        let outcomes = simulation.sensitivities(sweeps, index, sets, streams).ok_or_else(|| {
            if !simulation.channel_noise.is_empty() {
                let message = "channels that open at random have no sensitivities\n  help: leave out [model.channel_noise]";
                return RunError::Usage(message.to_owned());
            }
            let message = "this numerical scheme has no sensitivities\n  help: in [model], take scheme = \"leapfrog\", or another kind of model";
            RunError::Usage(message.to_owned())
        })?;
        let first = outcomes.into_iter().next().unwrap_or(Err(Failure::NotFinite));
        first.map(|Sensitivity { voltage_mv, slopes }| (voltage_mv, slopes))
    } else {
        simulation.traces(sweeps, index, sets, streams).swap_remove(0).map(|trace| (trace, Vec::new()))
    };
    outcome.map_err(|failure| cannot_simulate(&sweeps[index].name, failure))
}
