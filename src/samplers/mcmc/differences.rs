//! Steps along differences of other states.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::metropolis::Proposal;
use crate::numeric::{Rows, Unconstrained};

/// A snooker update, ter Braak and Vrugt (2008), <https://doi.org/10.1007/s11222-008-9104-9>, section 2.3: a step
/// along the line through the state and another one, the anchor, as long as a difference of two further states is
/// along this line, times γ ~ U(1.2, 2.2).
pub(super) fn archive_snooker(
    state: &[f64],
    others: &Rows<Unconstrained>,
    generator: &mut ChaCha8Rng,
) -> Proposal {
    let anchor = others.row(generator.random_range(0..others.len()));
    let (first, second) = two_rows(others, generator);
    let gamma: f64 = generator.random_range(1.2..2.2);
    snooker(state, anchor, (first, second), gamma)
}

/// The same with everything chosen.
pub(super) fn snooker(state: &[f64], anchor: &[f64], ends: (&[f64], &[f64]), gamma: f64) -> Proposal {
    let line: Vec<f64> = state.iter().zip(anchor).map(|(x, z)| x - z).collect();
    let squared: f64 = line.iter().map(|along| along * along).sum();
    let across: f64 = line.iter().zip(ends.0.iter().zip(ends.1)).map(|(along, (a, b))| along * (a - b)).sum();
    // The new distance from the anchor, in units of the old one.
    let stretch = 1.0 + gamma * across / squared;
    if squared <= 0.0 || !stretch.is_finite() {
        // The anchor is the state itself: there is no line, so the chain stays.
        return Proposal::plain(state.to_vec(), 0.0);
    }
    let point = anchor.iter().zip(&line).map(|(z, along)| z + stretch * along).collect();
    // Jacobian of polar coordinates around the anchor: (|x* − z| / |x − z|)^(d − 1).
    let log_ratio = (state.len() as f64 - 1.0) * stretch.abs().ln();
    Proposal::plain(point, if log_ratio.is_nan() { 0.0 } else { log_ratio })
}

/// Two different rows of a table that has at least two.
pub(super) fn two_rows<'a>(
    rows: &'a Rows<Unconstrained>,
    generator: &mut ChaCha8Rng,
) -> (&'a [f64], &'a [f64]) {
    let count = rows.len();
    let first = generator.random_range(0..count);
    let second = (first + generator.random_range(1..count)) % count;
    (rows.row(first), rows.row(second))
}
