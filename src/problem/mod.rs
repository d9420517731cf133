//! An experiment and a model, joined into the two questions that samplers ask.

mod target;

pub use target::{LogDensity, LogTerms, Simulator, Target};
