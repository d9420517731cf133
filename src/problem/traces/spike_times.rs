//! The term of the times of spikes: each recorded spike is a simulated one with jitter.
//!
//! With as many simulated spikes s as recorded ones t: ln p(t | s) = Σ ln p(tₖ − sₖ), with p the normal or Student-t
//! density of the settings, per ms. Each spike that only one of them has costs a penalty, and those that are left are
//! matched as well as they can be; `inf` forbids such a simulation.

use super::matching::Matching;
use super::{Detail, PlacedNoise};
use crate::noise::MOST_NUMBERS;

/// The times of spikes.
#[derive(Clone, Debug)]
pub struct SpikeTimesTerm {
    /// How the times differ.
    pub noise: PlacedNoise,
    /// Power of this term.
    pub weight: f64,
    /// Log likelihood lost for each spike that only recording or simulation has.
    pub penalty: f64,
    /// Which sweeps have a trace.
    pub(super) sweeps: Vec<bool>,
}

impl SpikeTimesTerm {
    /// Entries of one sweep: with all data one for each recorded spike, and one for the spikes that it has not.
    pub(super) fn columns(&self, sweep: usize, recorded: usize, detail: Detail) -> usize {
        match (self.sweeps[sweep], detail) {
            (false, _) => 0,
            (true, Detail::Sums) => 1,
            (true, Detail::Data) => recorded + 1,
        }
    }

    /// Adds the entries of one sweep to `out`.
    pub(super) fn score(
        &self,
        (sweep, detail): (usize, Detail),
        numbers: &[f64; MOST_NUMBERS],
        recorded: &[f64],
        simulated: &[f64],
        matching: &mut Matching,
        out: &mut Vec<f64>,
    ) {
        if !self.sweeps[sweep] {
            return;
        }
        let log_density = |t: f64, s: f64| self.noise.noise.log_density(numbers, &[t], &[s], None);
        matching.find(recorded, simulated, log_density);
        let partners = matching.partners.iter().zip(recorded);
        let terms = partners.map(|(partner, t)| match partner {
            Some(partner) => log_density(*t, simulated[*partner]),
            None => -self.penalty,
        });
        let extra = simulated.len().saturating_sub(recorded.len());
        // No extra spike costs nothing, also if one is forbidden.
        let extra = if extra == 0 { 0.0 } else { -self.penalty * extra as f64 };
        match detail {
            Detail::Sums => out.push(self.weight * (terms.sum::<f64>() + extra)),
            Detail::Data => out.extend(terms.chain([extra]).map(|term| self.weight * term)),
        }
    }
}
