//! Whether a posterior has several modes: within its draws, and between chains.
//!
//! Draws are tested by their dip, times the root of their effective number ([`super::dip`]): the distribution of draws
//! that depend on each other scatters as that of so many independent ones. Chains that stay in modes of their own have too
//! few effective draws for that; of them it is said that they never met.

use ndarray::{ArrayView2, Axis};

use super::chains::{ess_bulk, ess_of_quantile};
use super::dip::{dip_p_value, dip_sorted};
use super::intervals::{quantile_sorted, sorted};
use super::weighted::{Cumulative, effective_sample_size};

/// Probability with which any parameter of a posterior with one mode is said to have several.
pub const MODES_LEVEL: f64 = 0.01;

/// Fewer effective draws than this are not tested.
const LEAST_ESS: f64 = 50.0;

/// A mode has at least this share of the draws.
const LEAST_SHARE: f64 = 0.02;

/// Points at which the density is looked at, and draws that it is made of.
const GRID: usize = 200;
const DRAWS: usize = 500;

/// Each bandwidth of the density relative to the one before, and how many are tried.
const NARROWER: f64 = 0.9;
const BANDWIDTHS: usize = 35;

/// Chains meet if these parts of their draws overlap.
const INNER: (f64, f64) = (0.05, 0.95);

/// What the draws of a parameter say about its modes.
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    /// Distance to the nearest distribution with one mode.
    pub dip: f64,
    /// Probability of a larger dip, if there is one mode; not corrected for the number of parameters.
    pub p_value: f64,
    /// The two modes that the widest density with two has.
    pub split: Option<Split>,
}

/// Two modes, in the unit of the parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// The lower mode.
    pub lower: f64,
    /// The upper mode.
    pub upper: f64,
    /// Where the density between them is lowest.
    pub between: f64,
    /// Share of the draws below that.
    pub share: f64,
}

/// Chains that never met the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// The smaller of the two groups.
    pub chains: Vec<usize>,
    /// Median of its draws, in the unit of the parameter.
    pub place: f64,
    /// Median of the draws of the others.
    pub others: f64,
}

/// The modes of one parameter of chains; `None` with too few effective draws. `chains`: shape `[chain, draw]`.
pub fn modes_of_chains(chains: ArrayView2<'_, f64>) -> Option<Modes> {
    let ordered = sorted(&chains.iter().copied().collect::<Vec<_>>());
    if !(ordered.first()? < ordered.last()?) || chains.ncols() < super::chains::MINIMUM_DRAWS {
        return None;
    }
    let of_quantiles = [0.25, 0.5, 0.75].map(|probability| ess_of_quantile(chains, &ordered, probability));
    let ess = of_quantiles.into_iter().fold(ess_bulk(chains).min(chains.len() as f64), f64::min);
    modes(&ordered, ess)
}

/// The modes of one parameter of weighted particles; `None` with too few effective draws.
pub fn modes_of_particles(values: &[f64], weights: &[f64]) -> Option<Modes> {
    let ess = effective_sample_size(weights);
    if !(ess >= LEAST_ESS) {
        return None;
    }
    // As many draws of equal weight as the weights are worth.
    let cumulative = Cumulative::new(values, weights);
    let count = ess.ceil();
    let ordered: Vec<f64> =
        (0..count as usize).map(|i| cumulative.quantile((i as f64 + 0.5) / count)).collect();
    modes(&ordered, ess)
}

fn modes(ordered: &[f64], ess: f64) -> Option<Modes> {
    if !(ess >= LEAST_ESS) {
        return None;
    }
    let dip = dip_sorted(ordered);
    if dip.is_nan() {
        return None;
    }
    let p_value = dip_p_value(dip, ess);
    Some(Modes { dip, p_value, split: if p_value <= MODES_LEVEL { split(ordered) } else { None } })
}

/// The modes of a density of normal kernels, made narrower until it has two that are not just a few draws (Silverman
/// 1981, <https://doi.org/10.1111/j.2517-6161.1981.tb01155.x>).
fn split(ordered: &[f64]) -> Option<Split> {
    let draws: Vec<f64> =
        (0..DRAWS).map(|i| quantile_sorted(ordered, (i as f64 + 0.5) / DRAWS as f64)).collect();
    let (low, high) = (draws[0], draws[DRAWS - 1]);
    let place = |i: usize| low + (high - low) * i as f64 / (GRID - 1) as f64;
    let mut width = (high - low) / 3.0;
    for _ in 0..BANDWIDTHS {
        let density: Vec<f64> = (0..GRID)
            .map(|i| draws.iter().map(|draw| (-0.5 * ((place(i) - draw) / width).powi(2)).exp()).sum())
            .collect();
        if let Some((lower, between, upper)) = two_tops(&density, |i| share_below(ordered, place(i))) {
            let share = share_below(ordered, place(between));
            return Some(Split { lower: place(lower), upper: place(upper), between: place(between), share });
        }
        width *= NARROWER;
    }
    None
}

fn share_below(ordered: &[f64], value: f64) -> f64 {
    ordered.partition_point(|draw| *draw <= value) as f64 / ordered.len() as f64
}

/// The lowest place between two tops that leaves a share of the draws to both sides, with the tops.
fn two_tops(density: &[f64], share: impl Fn(usize) -> f64) -> Option<(usize, usize, usize)> {
    let is_valley = |i: &usize| density[*i] < density[i - 1] && density[*i] <= density[i + 1];
    let is_wide = |i: &usize| (LEAST_SHARE..=1.0 - LEAST_SHARE).contains(&share(*i));
    let valleys = (1..density.len() - 1).filter(is_valley).filter(is_wide);
    let between = valleys.min_by(|&a, &b| density[a].total_cmp(&density[b]))?;
    let top = |places: std::ops::Range<usize>| places.max_by(|&a, &b| density[a].total_cmp(&density[b]));
    Some((top(0..between)?, between, top(between + 1..density.len())?))
}

/// Chains between which and the others no draw of the inner 90 % lies; `None` if there are none. `chains`: shape
/// `[chain, draw]`.
pub fn chains_apart(chains: ArrayView2<'_, f64>) -> Option<Apart> {
    let inner = |chain: ndarray::ArrayView1<'_, f64>| {
        let ordered = sorted(&chain.to_vec());
        let at = |probability| quantile_sorted(&ordered, probability);
        (at(INNER.0), at(0.5), at(INNER.1))
    };
    let inner: Vec<(f64, f64, f64)> = chains.axis_iter(Axis(0)).map(inner).collect();
    if inner.iter().any(|(low, _, high)| low.is_nan() || high.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..inner.len()).collect();
    order.sort_by(|&a, &b| inner[a].1.total_cmp(&inner[b].1));
    let gap = |place: usize| {
        let highest = order[..place].iter().map(|&chain| inner[chain].2).fold(f64::NEG_INFINITY, f64::max);
        let lowest = order[place..].iter().map(|&chain| inner[chain].0).fold(f64::INFINITY, f64::min);
        lowest - highest
    };
    let widest = (1..order.len()).max_by(|&a, &b| gap(a).total_cmp(&gap(b)))?;
    if !(gap(widest) > 0.0) {
        return None;
    }
    let (below, above) = order.split_at(widest);
    let median = |group: &[usize]| {
        quantile_sorted(&sorted(&group.iter().map(|&c| inner[c].1).collect::<Vec<_>>()), 0.5)
    };
    let (few, many) = if below.len() <= above.len() { (below, above) } else { (above, below) };
    let mut few_sorted = few.to_vec();
    few_sorted.sort_unstable();
    Some(Apart { chains: few_sorted, place: median(few), others: median(many) })
}
