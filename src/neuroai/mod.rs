//! Biological and artificial neurons, side by side.
//!
//! [`PulseTrace`] is a well-known teaching experiment with the Python package pyHH, with the numbers as they are commonly
//! printed and as they are; [`activation`] has the artificial units that stand beside it. [`f_i`] has the curve that is a
//! neuron's activation function, and the units that are fitted to it. What a spike costs is told by [`energy`], how rare spikes are
//! by [`sparseness`], and how precise by [`reliability`]. [`learning`] explains one data set by an axon and by a network.
//! Everything here gets plain numbers and knows no files.

pub mod activation;
mod cells;
pub mod energy;
pub mod learning;
pub mod f_i;
mod pulse;
pub mod reliability;
pub mod sparseness;
pub mod spikes;
pub mod timing;

pub use cells::{Cells, CommandedCurrent, Constant, RandomChannels};
pub use pulse::{ACTION_POTENTIAL_MV, ActionPotential, Printed, Pulse, PulseTrace, REST_MV};
