//! The prior that a result was inferred with, from the settings that are stored with it.

use crate::posterior::StoredPosterior;
use crate::prior::{self, Prior};
use crate::settings::Settings;
use crate::units::Unit;

/// The prior of a parameter in its unit; in words why it is not known.
pub(super) fn prior_of(
    stored: &StoredPosterior,
    name: &str,
    unit: Option<&str>,
) -> Result<Box<dyn Prior>, String> {
    let Some(text) = &stored.settings else {
        return Err("there are no settings beside the draws".to_owned());
    };
    let symbol = unit.unwrap_or(Unit::One.symbol());
    let unit = Unit::of_symbol(symbol).ok_or_else(|| format!("the unit {symbol} is unknown"))?;
    let settings = Settings::from_text(&stored.place, text.clone());
    let section = settings.root().table("prior", "what is believed beforehand");
    if !section.has(name) {
        return Err(format!("[prior] of its settings has no `{name}`"));
    }
    let before = section.mistakes();
    let prior = prior::from_settings(&section.child(name, section.peek(name)), unit);
    prior.filter(|_| section.mistakes() == before).ok_or_else(|| {
        format!("`{name}` in [prior] of its settings cannot be read; `hhbayes check` says why")
    })
}
