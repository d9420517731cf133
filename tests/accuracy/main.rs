//! Accuracy is a promise: the leapfrog is of second order in its time step, and its default step is short enough.
//!
//! Truth is the equations of the papers (`equations.rs`, which shares nothing with the program), solved by DOP853
//! with a tolerance of 1e-11.

#![allow(clippy::unwrap_used, reason = "a test")]

mod default_step;
mod equations;
mod order;
mod solvers;
