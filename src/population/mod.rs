//! A population of cells from their posteriors: its mean and spread, which parameters go together from cell to cell, what a
//! group of cells has more than another, and what each cell is once the others are known.
//!
//! Each cell was inferred by itself. On a scale where cells scatter normally, θᵢ ~ N(μ of its group, Σ); in a paired
//! design θᵢ = μ of the group + what the cell has in common in all groups + the rest. The likelihood of each cell is
//! taken from its draws with its own prior divided out ([`Cell`]). Derivation, priors and limits: `docs/pool.md`.

mod cell;
mod covariance;
mod design;
mod family;
mod gibbs;
mod quantities;
mod sampling;

pub use cell::{Cell, fewest_draws};
pub use design::{Design, Hyperprior};
pub use family::Family;
pub use quantities::{Kind, Quantity};
pub use sampling::{PoolSettings, Pooled, pool_cells};
