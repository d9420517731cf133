//! Bayesian parameter inference for Hodgkin-Huxley neuron models.
//!
//! *Which parameters explain this recording, and how sure are we?* A settings file goes in, posterior
//! draws come out. The modules are listed from the ground up: **a module may import only from modules
//! above it in this list** (`tests/layers.rs` holds them to it). `docs/ARCHITECTURE.md` is the tour.

pub mod units;
pub mod numeric;
pub mod settings;
pub mod stimulus;
pub mod recording;
pub mod model;
pub mod features;
pub mod inspection;
pub mod prior;
pub mod likelihood;
pub mod noise;
pub mod distance;
pub mod problem;
pub mod draws;
pub mod diagnostics;
pub mod samplers;
pub mod posterior;
pub mod comparison;
pub mod population;
pub mod neuroai;
pub mod report;
pub mod simulators;
pub mod run;
