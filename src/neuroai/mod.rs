//! Biological and artificial neurons, side by side.
//!
//! [`PulseTrace`] is a well-known teaching experiment with the Python package pyHH, with the numbers as they are commonly
//! printed and as they are; [`activation`] has the artificial units that stand beside it.
//! Everything here gets plain numbers and knows no files.

pub mod activation;
mod cells;
mod pulse;

pub use cells::{Cells, CommandedCurrent};
pub use pulse::{ACTION_POTENTIAL_MV, ActionPotential, Printed, Pulse, PulseTrace, REST_MV};
