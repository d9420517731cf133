//! Membranes whose channels are written in the settings file.
//!
//! Each channel is a conductance, a reversal potential and gates; each gate has rates, or a steady state and a time
//! constant, in the standard forms of [`form`]. Every number in them is a parameter that can have a prior.
//! `channels.toml` holds channels of the literature written the same way.

mod form;
mod numbers;
mod reader;
mod set;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::channels::ChannelSet as _;
use super::kinetics::Channel;
use super::{Build, Membrane, ModelParameter, leapfrog_or_adaptive};
use crate::settings::{Entry, Section, Settings};
pub use form::Form;

pub const ENTRY: Entry<Build> = Entry {
    name: "channels",
    summary: "channels of your own in [model.channels], or of `hhbayes list channels`",
    build,
};

/// Channels that a settings file can take by name, as TOML.
const LIBRARY: &str = include_str!("channels.toml");

/// Name and summary of every channel that a settings file can take by name.
pub fn library() -> Vec<(String, String)> {
    let settings = Settings::from_text(Path::new("channels.toml"), LIBRARY.to_owned());
    let root = settings.root();
    let summary = |name: &str| root.table(name, "a channel").key("summary", "one line").text();
    root.entries().iter().map(|(name, _)| ((*name).to_owned(), summary(name))).collect()
}

fn build(model: &Section<'_>) -> Option<Box<dyn Membrane>> {
    Some(leapfrog_or_adaptive(model, reader::read(model)?))
}

/// The built-in sets, or parts of them, in terms of the channels of the library.
const SETS: &str = include_str!("sets.toml");

/// The channels of a built-in set with the numbers of one parameter set. `further`: values of numbers that are no
/// parameter of the set itself.
pub(super) fn describe(
    set: &str,
    own: &[ModelParameter],
    parameters: &[f64],
    further: &[(&str, f64)],
) -> Vec<Channel> {
    let settings = Settings::from_text(Path::new("sets.toml"), SETS.to_owned());
    let root = settings.root();
    let Some(written) = reader::read(&root.table(set, "a set")) else { return Vec::new() };
    let value = |parameter: &ModelParameter| {
        let known = own.iter().position(|known| known.name == parameter.name);
        let other = || further.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| *value);
        known.map(|place| parameters[place]).or_else(other).unwrap_or(parameter.default)
    };
    let values: Vec<f64> = written.parameters.iter().map(value).collect();
    written.describe(&values)
}
