//! The draw that explains the data best, as a cell.

use crate::numeric::{Natural, Rows, Streams};
use crate::posterior::{DrawTable, StoredPosterior};
use crate::prior::Parameter;
use crate::problem::{ExperimentSweep, Setup, Simulation, cell as place};
use crate::run::RunError;
use crate::run::simulate::cannot_simulate;
use crate::run::stored_setup::{stored_sets, stored_setup};
use crate::simulators::{Cell, Current, Sweep};
use crate::units::Unit;

/// Area of a cell of which only current densities are known, in µm²: any would do.
const ANY_AREA_UM2: f64 = 1000.0;

/// The cell of the best draw under the stimuli of the run, and notes on what it leaves out.
pub(super) fn cell(stored: &StoredPosterior, table: &DrawTable) -> Result<(Cell, String), RunError> {
    let mut setup = stored_setup(stored)?;
    let usage = RunError::Usage;
    let row = table.best().ok_or_else(|| {
        usage(format!(
            "`{}` does not say how well each draw explains the data: it has neither `lp` nor `distance`",
            stored.place.display()
        ))
    })?;
    let set = stored_sets(&setup, stored, &[row])?;
    let set_values = set.row(0);
    let simulation = setup.simulation.without_noise();
    let own = simulation.membrane.parameters().len();
    let parameters: Vec<f64> = simulation.slots[..own].iter().map(|slot| slot.of(set_values)).collect();
    let channels = simulation.membrane.describe(&parameters).ok_or_else(|| {
        usage("this model steps pyHH's way, faults included: it is more than its channels, so that no other simulator can have it\n  help: fit with kind = \"hodgkin_huxley\"".to_owned())
    })?;
    let offset = simulation.cell(place::VOLTAGE_OFFSET).of(set_values);
    let threshold = setup.simulation.protocol.settings.threshold_mv - offset;
    let mut sweeps = Vec::new();
    for index in 0..setup.experiment.sweeps.len() {
        sweeps.push(sweep(&mut setup.experiment.sweeps, index, &simulation, &set, (threshold, offset))?);
    }
    let mut notes = notes(&setup, offset);
    let mut area_um2 = simulation.area_um2(set_values);
    if !area_um2.is_finite() {
        area_um2 = ANY_AREA_UM2;
        notes.push(format!(
            "The area of the cell is not known: it is {area_um2} um^2 here, and currents follow it."
        ));
    }
    let values = setup.space.iter().flat_map(|space| space.parameters().iter().zip(set_values));
    let value = |(parameter, value): (&Parameter, &f64)| {
        let unit = if parameter.unit == Unit::One { "" } else { parameter.unit.symbol() };
        format!("    {} = {value} {unit}", parameter.name).trim_end().to_owned()
    };
    let (count, name) = (table.chains * table.draws, stored.name());
    let head =
        format!("The best of {count} draws of `{name}`, fitted by hhbayes {}:", env!("CARGO_PKG_VERSION"));
    let about = std::iter::once(head).chain(values.map(value));
    let about = about.chain(notes.iter().cloned()).collect();
    let cell = Cell {
        about,
        channels,
        capacitance_uf_cm2: simulation.cell(place::C_M).of(set_values),
        area_um2,
        threshold_mv: threshold,
        sweeps,
    };
    Ok((cell, notes.iter().map(|note| format!("{note}\n")).collect()))
}

/// What the cell leaves out, in sentences.
fn notes(setup: &Setup, offset_mv: f64) -> Vec<String> {
    let mut notes = Vec::new();
    if setup.simulation.is_stochastic() {
        notes.push("Its noise is left out.".to_owned());
    }
    if offset_mv != 0.0 {
        notes.push(format!("The electrode adds {offset_mv} mV to the voltage, which is left out."));
    }
    if setup.simulation.protocol.settle_ms.is_some() {
        notes.push("A cell without a stable rest starts with its gates at their steady state, so that its first spikes come at other times.".to_owned());
    }
    notes
}

/// One sweep of the experiment, simulated with every time step kept; the sweep is left that fine.
fn sweep(
    sweeps: &mut [ExperimentSweep],
    index: usize,
    simulation: &Simulation,
    set: &Rows<Natural>,
    (threshold_mv, offset_mv): (f64, f64),
) -> Result<Sweep, RunError> {
    let own = &mut sweeps[index];
    let duration_ms = (own.samples - 1) as f64 * own.interval_ms;
    let current = match simulation.step_current(index, own, set.row(0)) {
        Some(steps) => Current::Steps(steps),
        None => Current::Samples {
            interval_ms: own.interval_ms,
            density: simulation.current_density(index, own, set.row(0)),
        },
    };
    let stride = simulation.grid(own).stride;
    own.interval_ms /= stride as f64;
    own.samples = (own.samples - 1) * stride + 1;
    let (name, interval_ms) = (own.title(), own.interval_ms);
    let trace = simulation.traces(sweeps, index, set, Streams::new(0)).swap_remove(0);
    let trace = trace.map_err(|failure| cannot_simulate(&name, failure))?;
    let trace: Vec<f64> = trace.iter().map(|voltage| voltage - offset_mv).collect();
    Ok(Sweep {
        name,
        duration_ms,
        start_mv: trace[0],
        current,
        spikes_ms: rises(&trace, interval_ms, threshold_mv),
    })
}

/// When the voltage rises through the threshold, in ms.
fn rises(trace: &[f64], interval_ms: f64, threshold_mv: f64) -> Vec<f64> {
    let pairs =
        trace.windows(2).enumerate().filter(|(_, pair)| pair[0] < threshold_mv && threshold_mv <= pair[1]);
    pairs
        .map(|(sample, pair)| (sample as f64 + (threshold_mv - pair[0]) / (pair[1] - pair[0])) * interval_ms)
        .collect()
}
