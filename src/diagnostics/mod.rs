//! How far the draws can be trusted: R-hat, effective sample size, intervals, and a verdict in words.
//!
//! Chains are judged as in Vehtari et al. (2021), <https://doi.org/10.1214/20-BA1221>, with the numbers of
//! the Python package `arviz-stats`; particles by the effective sample size of their weights.

#![allow(clippy::needless_pass_by_value, reason = "a view of an array is a reference")]

mod autocovariance;
mod chains;
mod coincidence;
mod contraction;
mod diagnosis;
mod dip;
mod directions;
mod findings;
mod intervals;
mod kernel_density;
mod loo;
mod modes;
mod pile_up;
mod predictive;
mod ranks;
mod summary;
mod uniformity;
mod verdict;
mod weighted;

pub use chains::{ess_bulk, ess_mean, ess_quantile, ess_tail, mcse_mean, mcse_quantile, mcse_sd, r_hat};
pub use coincidence::coincidence_factor;
pub use contraction::{Contraction, LEAST_CONTRACTION, LEAST_SHIFT, contractions};
pub use diagnosis::{Diagnosis, ParameterDiagnosis};
pub use dip::{dip, dip_p_value};
pub use directions::{Direction, LEAST_NARROWING, directions};
pub use findings::Finding;
pub use intervals::{hdi, quantile};
pub use kernel_density::{binned, silverman};
pub use loo::{Loo, LooDatum, loo, loo_weighted};
pub use modes::{Apart, MODES_LEVEL, Modes, Split, chains_apart, modes_of_chains, modes_of_particles};
pub use pile_up::{PILE_UP_PART, PILE_UP_TIMES, PileUp, pile_ups};
pub use predictive::{COVERED, INNER, PredictedRange, PredictiveCheck, chance_of_outside};
pub use ranks::normal_scores;
pub use summary::{INTERVAL, ParameterSummary, summarise_chains, summarise_particles};
pub use uniformity::{BAND_LEVEL, RankTest, UniformRanks, holm};
pub use verdict::{
    LEAST_OF_A_MODEL, MAXIMUM_R_HAT, MINIMUM_ESS, ModelEstimate, More, Reason, SelectionVerdict, Verdict,
    judge_chains, judge_particles, judge_selection,
};
pub use weighted::{
    effective_sample_size, weighted_hdi, weighted_mcse_mean, weighted_mcse_sd, weighted_mean,
    weighted_quantile, weighted_sd,
};
