//! Tables of rows, tables of features, and named random streams.

mod correlation;
mod exponential;
mod instructions;
mod log_sum;
mod normal_block;
mod pareto;
mod resampling;
mod rows;
mod streams;
mod summaries;

pub use correlation::{Shrinkage, shrunk_correlations};
pub use exponential::{LARGEST_EXPONENT, exponential};
pub use instructions::{Instructions, choose_instructions, instructions, instructions_name};
pub use log_sum::{log_mean_exp, log_sum_exp, normalised};
pub use normal_block::{NORMALS, NormalBlocks};
pub use pareto::{largest_pareto_k, smooth_log_weights, smooth_log_weights_of_chains};
pub(crate) use resampling::systematic;
pub use rows::{Natural, ROWS_PER_THREAD, Rows, Unconstrained};
pub use streams::{Streams, normal_rows, standard_normal};
pub use summaries::{Failure, Summaries};
