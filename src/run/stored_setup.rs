//! The model of a result that is read back: its settings make it again.

use std::path::Path;

use serde_json::Value;

use super::RunError;
use crate::numeric::{Natural, Rows};
use crate::posterior::StoredPosterior;
use crate::problem::Setup;
use crate::settings::Settings;

/// The experiment and model of the run. Files are looked for in the working directory, and where the settings were.
pub(super) fn stored_setup(stored: &StoredPosterior) -> Result<Setup, RunError> {
    let missing = || {
        let text = format!(
            "`{}` does not hold the settings of its run, which its model is made of\n  help: name a result of `hhbayes run`",
            stored.place.display()
        );
        RunError::Usage(text)
    };
    let text = stored.settings.clone().ok_or_else(missing)?;
    let provenance = std::fs::read(stored.place.join("provenance.json")).ok();
    let provenance = provenance.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let original = provenance.as_ref().and_then(|own| own["settings"].as_str()).map(Path::new);
    let base = original.and_then(Path::parent).unwrap_or(&stored.place);
    let settings = Settings::from_text(&stored.place.join("settings.toml"), text);
    let setup = Setup::from_settings(&settings.root(), base);
    settings.finish()?;
    setup.ok_or_else(missing)
}

/// The parameter sets of some draws, one row for each, in the order of the settings.
pub(super) fn stored_sets(
    setup: &Setup,
    stored: &StoredPosterior,
    draws: &[usize],
) -> Result<Rows<Natural>, RunError> {
    let Some(space) = &setup.space else { return Ok(Setup::no_parameters()) };
    let column = |name: &String| {
        let own = stored.parameter(name).map(|own| &own.values);
        own.ok_or_else(|| RunError::Usage(format!("`{}` has no draws of `{name}`", stored.place.display())))
    };
    let columns = space.parameters().iter().map(|parameter| column(&parameter.name));
    let columns: Vec<&Vec<f64>> = columns.collect::<Result<_, _>>()?;
    let values = draws.iter().flat_map(|draw| columns.iter().map(|column| column[*draw]));
    Ok(Rows::from_values(values.collect(), columns.len()))
}
