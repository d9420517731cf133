//! Two posteriors side by side: which parameter is larger, by how much, how sure, and how far apart the two are.
//!
//! The two are independent: each was inferred from data of its own. The baseline is A, the other B, and every difference is
//! B − A. Definitions and sources: `docs/comparison.md`.
//!
//! **One way to every Monte Carlo error.** Each number that is reported is, to first order, a mean over the draws of A plus
//! a mean over those of B, of functions that follow from the number (its influence functions: Hampel 1974,
//! <https://doi.org/10.1080/01621459.1974.10482962>). The error of a mean over chains is taken from means over batches,
//! longer than the draws remember; over weighted particles from their effective sample size ([`Marginal::mean`]).

mod correlations;
mod density;
mod difference;
mod distances;
mod energy;
mod groups;
mod marginal;
mod model_evidence;
mod parameter;
mod sample;
mod two_sample;

pub use correlations::{CorrelationChange, correlation_changes};
pub use density::Curve;
pub use distances::Distance;
pub use energy::{EnergyDistance, energy_distance};
pub use groups::mean_of_members;
pub use marginal::{Estimate, Marginal};
pub use model_evidence::{EvidenceComparison, LooComparison, compare_evidence, compare_loo, has_same_data};
pub use parameter::{ParameterComparison, Rope, SURE, Spread, compare_parameter, has_natural_zero};
pub use sample::{Layout, Sample, Thinned};
pub use two_sample::{TwoSampleTest, classify};
