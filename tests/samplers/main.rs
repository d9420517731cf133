//! Samplers against posteriors with known answers.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it finds and stops where it fails"
)]

mod abc;
mod abc_moves;
mod abc_stochastic;
mod catalogue;
mod cautions;
mod chains;
#[path = "../../examples/posteriordb/densities.rs"]
mod densities;
mod evidence;
mod known;
mod learned;
mod mahalanobis;
mod model_choice;
mod posteriordb;
mod rough;
mod shapes;
mod stopping;
