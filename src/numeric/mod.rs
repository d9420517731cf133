//! Tables of rows, tables of features, and named random streams.

mod rows;
mod streams;
mod summaries;

pub use rows::{Natural, Rows, Unconstrained};
pub use streams::{Streams, standard_normal};
pub use summaries::{Failure, Summaries};
