//! A group of cells: the mean over its members.
//!
//! The members are these cells and no others. Their posteriors are independent, so draw after draw the mean of one draw of
//! each member is a draw of the mean: of the posterior of *the average of these cells*. How cells differ beyond them,
//! and so whether another group of cells would do the same, is not in it.

use ndarray::ArrayView2;
use rand::seq::SliceRandom;

use super::sample::{Layout, Sample};
use crate::diagnostics::ess_bulk;
use crate::numeric::Streams;

/// The mean of the members of a group, parameter by parameter.
///
/// Chains are paired as they are, so that the mean remembers what they remember; of longer ones evenly spaced draws are taken.
/// Particles are drawn by their weights, as many as they are worth, in random order.
#[allow(clippy::missing_panics_doc, reason = "the chains divide the draws")]
pub fn mean_of_members(name: &str, members: &[Sample], streams: Streams) -> Sample {
    let worth = |member: &Sample| {
        if member.layout.is_weighted() { (member.layout.effective() as usize).max(1) } else { member.draws() }
    };
    let count = members.iter().map(worth).min().unwrap_or(0);
    let numbers: Vec<Vec<usize>> = members
        .iter()
        .enumerate()
        .map(|(place, member)| {
            let mut numbers = member.evenly(count);
            if member.layout.is_weighted() {
                numbers.shuffle(&mut streams.stage("group").generator(0, place as u64));
            }
            numbers
        })
        .collect();
    let share = 1.0 / members.len() as f64;
    let parameters = members.first().map_or(0, |member| member.columns.len());
    let column = |parameter: usize| -> Vec<f64> {
        let mut mean = vec![0.0; count];
        for (member, numbers) in members.iter().zip(&numbers) {
            let values = &member.columns[parameter];
            mean.iter_mut().zip(numbers).for_each(|(mean, &draw)| *mean += share * values[draw]);
        }
        mean
    };
    let columns: Vec<Vec<f64>> = (0..parameters).map(column).collect();
    let chains = common_chains(members, count);
    let of = |column: &Vec<f64>| {
        let shaped = ArrayView2::from_shape((chains, count / chains), column);
        ess_bulk(shaped.expect("the chains divide the draws"))
    };
    let effective = columns.iter().map(of).fold(f64::INFINITY, f64::min).min(count as f64);
    Sample { name: name.to_owned(), columns, layout: Layout::of_chains(chains, count / chains, effective) }
}

/// The number of chains, if all members have the same and all their draws are taken.
fn common_chains(members: &[Sample], count: usize) -> usize {
    let first = members.first().map_or(1, |member| member.layout.chains());
    let is_whole = |member: &Sample| {
        !member.layout.is_weighted() && member.layout.chains() == first && member.draws() == count
    };
    if members.iter().all(is_whole) { first } else { 1 }
}
