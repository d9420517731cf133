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

use super::{Build, Membrane, leapfrog_or_adaptive};
use crate::settings::{Entry, Section, Settings};

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
