//! Tables of rows, tables of features, and named random streams.

mod normal_block;
mod rows;
mod streams;
mod summaries;

pub use normal_block::{NORMALS, NormalBlocks};
pub use rows::{Natural, Rows, Unconstrained};
pub use streams::{Streams, standard_normal};
pub use summaries::{Failure, Summaries};
