//! Samplers: from a question about parameters to draws of them.

mod monitor;

pub use monitor::{Control, Monitor, Progress, Silent};
