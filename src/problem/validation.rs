//! `[validation]`: recorded sweeps that are kept from the fit, so that the posterior can be checked with data that it has
//! not seen.

use std::collections::BTreeSet;

use super::data::DataReader;
use super::experiment::Experiment;
use super::setup::Setup;
use super::traces::{Recorded, Traces};
use super::{Problem, Simulation, Tally};
use crate::features::Analyser;
use crate::likelihood::Likelihood;
use crate::settings::Section;

/// What the table is for.
pub const VALIDATION: &str =
    "recorded sweeps that are not fitted but predicted, to check the posterior with them";

/// Reads the options; what the schema tells of them.
pub fn read_validation_options(table: &Section<'_>) -> Vec<String> {
    let sweeps = table.key("sweeps", "names of the sweeps, as results show them, such as \"3\"");
    sweeps.texts_maybe().unwrap_or_default()
}

/// The places of the sweeps that are held out, in ascending order. `recorded`: how many of the sweeps were recorded.
pub(super) fn read(root: &Section<'_>, experiment: &Experiment, recorded: usize) -> Vec<usize> {
    if !root.has("validation") {
        return Vec::new();
    }
    let table = root.table("validation", VALIDATION);
    let asked = read_validation_options(&table);
    let names: Vec<&str> = experiment.sweeps.iter().map(|sweep| sweep.name.as_str()).collect();
    let known = names[..recorded].join(", ");
    let mut places = BTreeSet::new();
    for name in &asked {
        match names.iter().position(|own| own == name) {
            // The recording is at fault, which is said already.
            None if recorded == 0 => {}
            None => {
                let message = format!("there is no recorded sweep `{name}`");
                table.mistake_at("sweeps", message, Some(&format!("the recorded sweeps are {known}")));
            }
            Some(place) if place >= recorded => {
                let message =
                    format!("only numbers are known of the sweep `{name}`, so it cannot be held out");
                table.mistake_at("sweeps", message, Some(&format!("the recorded sweeps are {known}")));
            }
            Some(place) => {
                if !places.insert(place) {
                    table.mistake_at(
                        "sweeps",
                        format!("the sweep `{name}` is named twice"),
                        Some("name it once"),
                    );
                }
            }
        }
    }
    if asked.is_empty() {
        table.mistake_at(
            "sweeps",
            "no sweep is held out",
            Some("such as sweeps = [\"3\"], or leave out [validation]"),
        );
    } else if recorded > 0 && places.len() == experiment.sweeps.len() {
        table.mistake_at("sweeps", "no sweep is left to be fitted", Some("hold out fewer of them"));
    }
    table.finish();
    places.into_iter().collect()
}

impl Setup {
    /// Takes the sweeps at these places out of the experiment, with their stimuli.
    pub(super) fn hold_out(&mut self, places: &[usize]) -> (Experiment, Simulation) {
        let mut simulation = self.simulation.clone();
        let is_held_out = |place: usize| places.contains(&place);
        let (held_out, kept) = std::mem::take(&mut self.simulation.stimulus_slots)
            .into_iter()
            .enumerate()
            .partition::<Vec<_>, _>(|(place, _)| is_held_out(*place));
        let slots = |pairs: Vec<(usize, Option<usize>)>| pairs.into_iter().map(|(_, slot)| slot).collect();
        (simulation.stimulus_slots, self.simulation.stimulus_slots) = (slots(held_out), slots(kept));
        let (held_out, kept) = std::mem::take(&mut self.experiment.sweeps)
            .into_iter()
            .enumerate()
            .partition::<Vec<_>, _>(|(place, _)| is_held_out(*place));
        self.experiment.sweeps = kept.into_iter().map(|(_, sweep)| sweep).collect();
        let sweeps = held_out.into_iter().map(|(_, sweep)| sweep).collect();
        (Experiment { sweeps, ..Experiment::default() }, simulation)
    }
}

impl Problem {
    /// The same model and likelihood of features with the sweeps that are held out. Traces are not compared: what counts
    /// of them is chosen for the fit.
    pub(super) fn with_held_out(
        mut self,
        (experiment, mut simulation): (Experiment, Simulation),
        likelihood: Box<dyn Likelihood>,
        reader: &DataReader,
    ) -> Self {
        // Standard deviations may come from the sweeps that are fitted.
        simulation.slots.clone_from(&self.simulation.slots);
        let protocol = simulation.protocol;
        let mut analyser = Analyser::with_settings(protocol.mode, protocol.settings);
        let data = reader.recorded(&experiment, &mut analyser);
        self.held_out = Some(Box::new(Problem {
            observed: data.data.iter().map(|datum| datum.observed).collect(),
            scales: Vec::new(),
            experiment,
            simulation,
            space: self.space.clone(),
            data,
            traces: Traces::default(),
            recorded: Recorded::default(),
            truth: self.truth.clone(),
            likelihood,
            weight: self.weight,
            tally: Tally::default(),
            held_out: None,
        }));
        self
    }
}
