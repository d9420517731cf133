//! Populations of cells whose answer is known.

#![allow(clippy::unwrap_used, reason = "a test")]

mod closed_forms;
mod coverage;
