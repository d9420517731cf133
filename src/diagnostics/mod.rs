//! How far the draws can be trusted: R-hat, effective sample size, intervals, and a verdict in words.
//!
//! Chains are judged as in Vehtari et al. (2021), <https://doi.org/10.1214/20-BA1221>, with the numbers of
//! the Python package `arviz-stats`; particles by the effective sample size of their weights.

#![allow(clippy::needless_pass_by_value, reason = "a view of an array is a reference")]

mod autocovariance;
mod chains;
mod intervals;
mod ranks;
mod summary;
mod uniformity;
mod verdict;
mod weighted;

pub use chains::{ess_bulk, ess_mean, ess_tail, mcse_mean, mcse_sd, r_hat};
pub use intervals::{hdi, quantile};
pub use summary::{INTERVAL, ParameterSummary, summarise_chains, summarise_particles};
pub use uniformity::{BAND_LEVEL, RankTest, UniformRanks, holm};
pub use verdict::{MAXIMUM_R_HAT, MINIMUM_ESS, Reason, Verdict, judge_chains, judge_particles};
pub use weighted::{
    effective_sample_size, weighted_hdi, weighted_mcse_mean, weighted_mean, weighted_quantile, weighted_sd,
};
