//! The f-I curve: the rate of firing against a constant current, which is a neuron's activation function.
//!
//! [`FiProtocol`] measures it; [`landmarks`](FiProtocol::landmarks) and [`hysteresis`](FiProtocol::hysteresis) say where
//! it begins, saturates and ends, each to a stated resolution; [`fit()`] finds the artificial unit that is closest to it.

mod curve;
mod firing;
mod fit;
mod hysteresis;
mod landmarks;
mod ranges;
mod simplex;
mod unit;

pub use curve::{FiCurve, FiProtocol};
pub use firing::Firing;
pub use fit::{Fit, fit, fits};
pub use hysteresis::{Hysteresis, Stairs, Switch};
pub use landmarks::{Edge, Landmarks};
pub use ranges::{RANGES, Range};
pub use unit::{UNITS, Unit};
