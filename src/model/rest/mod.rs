//! The resting potential of a parameter set: the lowest voltage at which the steady membrane current balances the
//! holding current and small disturbances die out.
//!
//! Stability is that of the full system (voltage and gates), not only of the steady current: an axon can have a
//! balance of currents that it spirals away from, and is then a pacemaker.

mod bracket;
mod membranes;
mod stability;
#[cfg(test)]
mod tests;

use fearless_simd::Level;

use self::bracket::Bracket;
use self::membranes::Membranes;
use self::stability::{Arrow, Judge};
use super::channels::ChannelSet;
use super::membrane::Lot;
use super::number::{Vector, WIDTH, dispatch_vectors};
use super::pair::Pair;

/// Where a set without a rest starts to run freely.
pub(super) const FREE_START_MV: f64 = -65.0;

/// Range in which a rest is looked for, and the distance between two looks.
const LOWEST_MV: f64 = -150.0;
const HIGHEST_MV: f64 = 60.0;
const STRIDE_MV: f64 = 3.0;

/// Number of voltages that are looked at.
const LOOKS: usize = ((HIGHEST_MV - LOWEST_MV) / STRIDE_MV) as usize + 1;

/// The stable rest of every lane under its holding current (µA/cm²); `None` where there is none.
pub(super) fn stable_rests<C: ChannelSet>(
    channels: &C,
    level: Level,
    lot: &Lot,
    capacitance: &[f64],
    holding_ua_cm2: &[f64],
) -> Vec<Option<f64>> {
    dispatch_vectors!(level, zero => search(zero, channels, lot, capacitance, holding_ua_cm2))
}

/// Gates at steady state at the voltage of each lane, shape `[gate, lane]`.
pub(super) fn steady_gates<C: ChannelSet>(
    channels: &C,
    level: Level,
    lot: &Lot,
    voltage_mv: &[f64],
) -> Vec<Vec<f64>> {
    dispatch_vectors!(level, zero => membranes::steady_gates(zero, channels, lot, voltage_mv))
}

/// In four vectors at a time where there are enough, which hides the latency of the arithmetic.
#[inline(always)]
fn search<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    lot: &Lot,
    capacitance: &[f64],
    holding_ua_cm2: &[f64],
) -> Vec<Option<f64>> {
    if const { N::LEN > 1 } && lot.lanes().is_multiple_of(4 * N::LEN) {
        let two = Pair(zero, zero);
        search_in(Pair(two, two), channels, lot, capacitance, holding_ua_cm2)
    } else {
        search_in(zero, channels, lot, capacitance, holding_ua_cm2)
    }
}

/// Looks at every voltage first, and then closes in on each balance of currents, the lowest first. All lanes of a
/// vector do so together.
#[inline(always)]
fn search_in<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    lot: &Lot,
    capacitance: &[f64],
    holding_ua_cm2: &[f64],
) -> Vec<Option<f64>> {
    let mut rests = Vec::with_capacity(lot.lanes());
    let mut outward = vec![0.0; LOOKS * N::LEN];
    let mut voltages = vec![0.0; N::LEN];
    let (mut arrow, mut judge) = (Arrow::default(), Judge::default());
    for vector in 0..lot.lanes() / N::LEN {
        let mut membranes = Membranes::new(zero, channels, lot, capacitance, holding_ua_cm2, vector);
        for (look, outward) in outward.chunks_exact_mut(N::LEN).enumerate() {
            membranes.outward(zero.constant(voltage_mv(look))).store(outward);
        }
        let mut lanes: Vec<Lane> = (0..N::LEN).map(|_| Lane::default()).collect();
        loop {
            for (own, lane) in lanes.iter_mut().enumerate() {
                lane.open(|look| outward[look * N::LEN + own]);
            }
            if lanes.iter().all(|lane| lane.bracket.is_none()) {
                break;
            }
            close_in(zero, &mut membranes, &mut lanes, &mut voltages);
            membranes.disturb(zero.load(&voltages));
            for (own, lane) in lanes.iter_mut().enumerate() {
                membranes.arrow(own, &mut arrow);
                lane.judge(judge.is_stable(&arrow));
            }
        }
        rests.extend(lanes.iter().map(|lane| lane.rest));
    }
    rests
}

fn voltage_mv(look: usize) -> f64 {
    LOWEST_MV + look as f64 * STRIDE_MV
}

/// Narrows all brackets of a vector to their balances of currents, which are left in `voltages`.
#[inline(always)]
fn close_in<N: Vector, C: ChannelSet>(
    zero: N,
    membranes: &mut Membranes<'_, N, C>,
    lanes: &mut [Lane],
    voltages: &mut [f64],
) {
    let mut outward = [0.0; 4 * WIDTH];
    for _ in 0..Bracket::MOST_LOOKS {
        for (lane, voltage) in lanes.iter_mut().zip(&mut *voltages) {
            if let Some(bracket) = &mut lane.bracket {
                *voltage = bracket.look();
            }
        }
        if lanes.iter().all(|lane| lane.bracket.is_none_or(|bracket| bracket.is_closed())) {
            return;
        }
        membranes.outward(zero.load(voltages)).store(&mut outward);
        for ((lane, voltage), outward) in lanes.iter_mut().zip(&*voltages).zip(outward) {
            if let Some(bracket) = &mut lane.bracket {
                bracket.narrow(*voltage, outward);
            }
        }
    }
}

/// The search of one lane.
#[derive(Default)]
struct Lane {
    /// The last voltage looked at.
    look: usize,
    /// Where the currents balance next.
    bracket: Option<Bracket>,
    rest: Option<f64>,
}

impl Lane {
    /// Opens a bracket around the next balance that can be stable, unless the search is over.
    fn open(&mut self, outward: impl Fn(usize) -> f64) {
        self.bracket = None;
        if self.rest.is_some() {
            return;
        }
        let is_inward = |look: usize| outward(look) <= 0.0;
        // Only where the outward current grows through zero can a rest be stable.
        let mut later = self.look + 1..LOOKS;
        let next = later.find(|&look| is_inward(look - 1) && !is_inward(look));
        self.look = next.unwrap_or(LOOKS);
        let point = |look: usize| (voltage_mv(look), outward(look));
        self.bracket = next.map(|look| Bracket::new(point(look - 1), point(look)));
    }

    /// Ends the search if the balance is stable.
    fn judge(&mut self, is_stable: bool) {
        self.rest = self.rest.or(self.bracket.filter(|_| is_stable).map(|bracket| bracket.root()));
    }
}
