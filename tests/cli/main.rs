//! The command line: what a user types, what comes out, and what is said about mistakes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod accuracy;
mod bench;
mod calibrate;
mod cases;
mod channel_cases;
mod commands;
mod compare;
mod comparison_cases;
mod export;
mod folder;
mod messages;
mod noise_cases;
mod pool;
mod pool_cases;
mod notebook;
mod notebook_cases;
mod notebook_page;
mod report;
mod runs;
mod schema;
mod select;
mod sets;
mod trace_cases;
mod traces;
mod validation_cases;
