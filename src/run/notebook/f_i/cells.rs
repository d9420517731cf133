//! The cell of a result: draws of its posterior, each a cell of its own.

use std::path::Path;

use rand::RngExt;

use super::super::RunError;
use super::super::settings::FiSettings;
use crate::neuroai::Cells;
use crate::neuroai::f_i::FiProtocol;
use crate::numeric::Streams;
use crate::posterior::StoredPosterior;
use crate::problem::{Setup, cell};
use crate::run::stored_setup::{stored_sets, stored_setup};

/// How much farther than the largest recorded current the curve goes.
const BEYOND: f64 = 4.0;

/// Some draws of a posterior as cells, and the steps of current that they get.
pub(super) struct Posterior {
    pub name: String,
    pub cells: Cells,
    pub protocol: FiProtocol,
    /// The largest current that the posterior has seen, in µA/cm², with the median area.
    pub recorded_ua_cm2: f64,
    /// What is left out, in sentences.
    pub notes: Vec<String>,
}

impl Posterior {
    pub fn read(folder: &Path, settings: &FiSettings) -> Result<Self, RunError> {
        let stored = StoredPosterior::read(folder)?;
        let setup = stored_setup(&stored)?;
        let of_result = settings.result;
        let sets = stored_sets(&setup, &stored, &chosen(&stored, of_result.draws, of_result.seed))?;
        let simulation = setup.simulation.without_noise();
        let own = simulation.membrane.parameters().len();
        let sets: Vec<&[f64]> = sets.iter().collect();
        let parameters =
            |set: &&[f64]| simulation.slots[..own].iter().map(|slot| slot.of(set)).collect::<Vec<f64>>();
        let capacitance = simulation.cell(cell::C_M);
        let cells = Cells {
            parameters: sets.iter().map(parameters).collect(),
            capacitances: sets.iter().map(|set| capacitance.of(set)).collect(),
            membrane: simulation.membrane.clone(),
        };
        let largest: Vec<f64> = sets.iter().map(|set| largest_ua_cm2(&setup, set)).collect();
        let recorded_ua_cm2 = crate::diagnostics::quantile(&largest, 0.5);
        let from_ua_cm2 = of_result.from_ua_cm2.unwrap_or(0.0);
        let automatic = BEYOND * recorded_ua_cm2;
        let automatic = if automatic > from_ua_cm2 { automatic } else { settings.protocol.to_ua_cm2 };
        // The electrode adds its offset to what crosses the threshold.
        let offset_mv = crate::diagnostics::quantile(
            &sets.iter().map(|set| simulation.cell(cell::VOLTAGE_OFFSET).of(set)).collect::<Vec<_>>(),
            0.5,
        );
        let protocol = FiProtocol {
            from_ua_cm2,
            to_ua_cm2: of_result.to_ua_cm2.unwrap_or(automatic),
            steps: of_result.steps,
            dt_ms: simulation.protocol.dt_ms,
            threshold_mv: simulation.protocol.settings.threshold_mv - offset_mv,
            ..settings.protocol
        };
        let mut notes = Vec::new();
        if stored.verdict().is_some_and(|verdict| verdict != "converged") {
            notes.push(
                "The run has not converged: its draws, and with them this band, may be wrong.".to_owned(),
            );
        }
        if setup.simulation.is_stochastic() {
            notes.push("The noise of the cell is left out.".to_owned());
        }
        Ok(Self { name: stored.name(), cells, protocol, recorded_ua_cm2, notes })
    }
}

/// Draws with their weights, with replacement; each is named by the seed and its place.
fn chosen(stored: &StoredPosterior, count: usize, seed: u64) -> Vec<usize> {
    let draws = stored.chains * stored.draws;
    let streams = Streams::new(seed).stage("f-I curve");
    let one = |place: usize| {
        let point = streams.generator(0, place as u64).random::<f64>();
        let Some(weights) = &stored.weights else { return ((point * draws as f64) as usize).min(draws - 1) };
        let mut sum = 0.0;
        let below = |weight: &f64| {
            sum += weight;
            sum > point
        };
        weights.iter().position(below).unwrap_or(draws - 1)
    };
    (0..count).map(one).collect()
}

/// The largest current density of the fitted sweeps.
fn largest_ua_cm2(setup: &Setup, set: &[f64]) -> f64 {
    let sweeps = setup.experiment.sweeps.iter().enumerate();
    let currents = sweeps.flat_map(|(index, sweep)| setup.simulation.current_density(index, sweep, set));
    currents.fold(0.0, f64::max)
}
