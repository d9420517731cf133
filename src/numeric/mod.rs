//! Tables of rows, tables of features, and named random streams.

mod instructions;
mod normal_block;
mod rows;
mod streams;
mod summaries;

pub use instructions::{Instructions, choose_instructions, instructions};
pub use normal_block::{NORMALS, NormalBlocks};
pub use rows::{Natural, Rows, Unconstrained};
pub use streams::{Streams, standard_normal};
pub use summaries::{Failure, Summaries};
