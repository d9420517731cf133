//! How far a simulated sweep is from the recorded one as a whole: distances of spike trains and of trajectories in the
//! plane of voltage and slope. What is observed is 0, the distance of the recording from itself.

use std::sync::Arc;

use super::analysis::Analysis;
use crate::units::Unit;

/// A distance from the recorded sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// Of the spike trains, each spike followed by an exponential tail (van Rossum 2001,
    /// <https://doi.org/10.1162/089976601300014321>), with the tail in ms.
    VanRossum(f64),
    /// The least cost of changing one spike train into the other (Victor and Purpura 1996,
    /// <https://doi.org/10.1152/jn.1996.76.2.1310>): 1 to add or remove a spike, this per ms to move one.
    VictorPurpura(f64),
    /// Of the densities in the plane of voltage and slope (`LeMasson` and Maex 2001; Achard and De Schutter 2006,
    /// <https://doi.org/10.1371/journal.pcbi.0020094>).
    PhasePlane,
    /// Of the voltages, whenever they occur: the Wasserstein distance of order 1 (Vaserstein 1969; for approximate Bayesian
    /// computation Bernton et al. 2019, <https://doi.org/10.1111/rssb.12312>).
    Wasserstein,
}

/// What a comparison looks like in settings and lists.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonKind {
    /// The word before the bracket.
    pub name: &'static str,
    /// What stands in the bracket, as an example; nothing without a bracket.
    pub example: Option<&'static str>,
    /// The unit of what stands there.
    pub unit: Unit,
    /// One line with the definition.
    pub summary: &'static str,
    build: fn(f64) -> Comparison,
}

/// All comparisons.
pub const COMPARISONS: &[ComparisonKind] = &[
    ComparisonKind {
        name: "phase_plane_distance",
        example: None,
        unit: Unit::One,
        summary: "Hellinger distance (0 to 1) from the recording of the density of voltage and dV/dt",
        build: |_| Comparison::PhasePlane,
    },
    ComparisonKind {
        name: "van_rossum_distance",
        example: Some("10 ms"),
        unit: Unit::Millisecond,
        summary: "van Rossum distance from the recorded spikes, with this time constant; 1 for one spike too many",
        build: Comparison::VanRossum,
    },
    ComparisonKind {
        name: "victor_purpura_distance",
        example: Some("0.1 /ms"),
        unit: Unit::PerMillisecond,
        summary: "Victor-Purpura distance from the recorded spikes, with this cost of moving one; 1 for one too many",
        build: Comparison::VictorPurpura,
    },
    ComparisonKind {
        name: "wasserstein_distance",
        example: None,
        unit: Unit::One,
        summary: "by how many mV the voltages, whenever they occur, have to be moved to be those of the recording",
        build: |_| Comparison::Wasserstein,
    },
];

impl ComparisonKind {
    /// The comparison with what stands in its bracket; `None` if that is not a positive quantity of its unit.
    pub(super) fn with(&self, text: Option<&str>) -> Option<Comparison> {
        match (self.example, text) {
            (None, None) => Some((self.build)(0.0)),
            (Some(_), Some(text)) => {
                let value = self.unit.parse(text.trim()).ok().filter(|value| *value > 0.0)?;
                Some((self.build)(value))
            }
            (None, Some(_)) | (Some(_), None) => None,
        }
    }

    /// How it is written, such as `van_rossum_distance(10 ms)`.
    pub fn spelling(&self) -> String {
        self.example.map_or(self.name.to_owned(), |example| format!("{}({example})", self.name))
    }
}

/// What of the recorded sweep is compared: times of its spikes, or a density.
pub type Recorded = Arc<[f64]>;

impl Comparison {
    /// What has to be known of the recorded sweep.
    pub(super) fn of_recorded(self, recorded: &Analysis<'_>) -> Recorded {
        match self {
            Self::VanRossum(_) | Self::VictorPurpura(_) => recorded.peak_times_ms().collect(),
            Self::PhasePlane => density(recorded).into(),
            Self::Wasserstein => voltages(recorded.trace.voltage_mv).into(),
        }
    }

    /// The unit of the distance.
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::VanRossum(_) | Self::VictorPurpura(_) | Self::PhasePlane => Unit::One,
            Self::Wasserstein => Unit::Millivolt,
        }
    }

    /// How far a sweep is from the recorded one; `None` for a sweep without samples.
    pub(super) fn between(self, analysis: &Analysis<'_>, recorded: &[f64]) -> Option<f64> {
        if analysis.trace.len() == 0 {
            return None;
        }
        let train = || analysis.peak_times_ms().collect::<Vec<f64>>();
        Some(match self {
            Self::VanRossum(tau_ms) => van_rossum(&train(), recorded, tau_ms),
            Self::VictorPurpura(cost_per_ms) => victor_purpura(&train(), recorded, cost_per_ms),
            Self::PhasePlane => hellinger(&density(analysis), recorded),
            Self::Wasserstein => wasserstein_mv(&voltages(analysis.trace.voltage_mv), recorded),
        })
    }
}

/// √((2/τ) ∫ (f − g)² dt), where each spike of a train adds e^(−t/τ) from its time on: one spike too many, far from all
/// others, is 1 (van Rossum's own unit is smaller by √2).
///
/// Expanded, the square is Σ sᵢ sⱼ e^(−|tᵢ − tⱼ|/τ) over both trains, with s = 1 in one and −1 in the other; in the
/// order of time the sum over the earlier spikes is carried along.
fn van_rossum(a_ms: &[f64], b_ms: &[f64], tau_ms: f64) -> f64 {
    let signed = |times_ms: &[f64], sign: f64| times_ms.iter().map(|&t| (t, sign)).collect::<Vec<_>>();
    let mut spikes = signed(a_ms, 1.0);
    spikes.extend(signed(b_ms, -1.0));
    spikes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut square, mut earlier, mut last_ms) = (0.0, 0.0, f64::NEG_INFINITY);
    for (time_ms, sign) in spikes {
        earlier *= if earlier == 0.0 { 0.0 } else { ((last_ms - time_ms) / tau_ms).exp() };
        square += 1.0 + 2.0 * sign * earlier;
        earlier += sign;
        last_ms = time_ms;
    }
    f64::max(square, 0.0).sqrt()
}

/// The cheapest way from one train to the other, built up spike by spike.
fn victor_purpura(a_ms: &[f64], b_ms: &[f64], cost_per_ms: f64) -> f64 {
    // The cost of the first spikes of b alone.
    let mut costs: Vec<f64> = (0..=b_ms.len()).map(|count| count as f64).collect();
    for (count, a) in a_ms.iter().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = (count + 1) as f64;
        for (place, b) in b_ms.iter().enumerate() {
            let moved = diagonal + cost_per_ms * (a - b).abs();
            diagonal = costs[place + 1];
            costs[place + 1] = moved.min(diagonal + 1.0).min(costs[place] + 1.0);
        }
    }
    costs[b_ms.len()]
}

/// Cells of the plane: 5 mV wide, and of equal width in asinh of the slope, so that rest and upstroke both have some.
const LOWEST_MV: f64 = -120.0;
const CELL_MV: f64 = 5.0;
const VOLTAGES: usize = 40;
const SLOPES: usize = 25;
/// Slopes below this are one cell.
const SMALL_MV_PER_MS: f64 = 2.0;
const CELLS_PER_UNIT: f64 = 2.0;

/// How much of the time is spent in each cell.
fn density(analysis: &Analysis<'_>) -> Vec<f64> {
    let trace = &analysis.trace;
    let mut density = vec![0.0; VOLTAGES * SLOPES];
    let share = 1.0 / trace.len() as f64;
    for (index, voltage_mv) in trace.voltage_mv.iter().enumerate() {
        let column = ((voltage_mv - LOWEST_MV) / CELL_MV).clamp(0.0, (VOLTAGES - 1) as f64) as usize;
        let slope = (trace.slope_mv_per_ms(index) / SMALL_MV_PER_MS).asinh() * CELLS_PER_UNIT;
        let row = (slope.round() + (SLOPES / 2) as f64).clamp(0.0, (SLOPES - 1) as f64) as usize;
        density[column * SLOPES + row] += share;
    }
    density
}

/// √(1 − Σ √(p q)).
fn hellinger(a: &[f64], b: &[f64]) -> f64 {
    let overlap: f64 = a.iter().zip(b).map(|(p, q)| (p * q).sqrt()).sum();
    f64::max(1.0 - overlap, 0.0).sqrt()
}

/// Marks on the scale of voltages, this far apart.
const MARK_MV: f64 = 0.5;
const MARKS: usize = 500;

/// Which share of the samples is at each mark; a sample between two marks counts for both, so that the mean stays.
fn voltages(voltage_mv: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; MARKS];
    let share = 1.0 / voltage_mv.len() as f64;
    for voltage_mv in voltage_mv {
        let place = ((voltage_mv - LOWEST_MV) / MARK_MV).clamp(0.0, (MARKS - 2) as f64);
        let upper = share * place.fract();
        shares[place as usize] += share - upper;
        shares[place as usize + 1] += upper;
    }
    shares
}

/// The area between the two cumulative distributions.
fn wasserstein_mv(a: &[f64], b: &[f64]) -> f64 {
    let difference = a.iter().zip(b).scan(0.0, |sum, (p, q)| {
        *sum += p - q;
        Some(f64::abs(*sum))
    });
    MARK_MV * difference.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_MS: [f64; 4] = [12.0, 48.5, 49.5, 120.0];
    const B_MS: [f64; 3] = [10.0, 50.0, 300.0];

    /// The integral itself, on a fine grid: an error of dt² in smooth parts and dt at each of the seven jumps.
    #[test]
    fn the_van_rossum_distance_is_the_integral_that_defines_it() {
        for tau_ms in [3.0, 10.0, 100.0] {
            let dt_ms = 1e-3;
            let filtered = |train: &[f64], t: f64| -> f64 {
                train.iter().filter(|&&spike| spike <= t).map(|spike| ((spike - t) / tau_ms).exp()).sum()
            };
            let steps = ((300.0 + 20.0 * tau_ms) / dt_ms) as usize;
            let square: f64 = (0..steps)
                .map(|i| (i as f64 + 0.5) * dt_ms)
                .map(|t| (filtered(&A_MS, t) - filtered(&B_MS, t)).powi(2) * dt_ms)
                .sum();
            let expected = (2.0 / tau_ms * square).sqrt();
            let found = van_rossum(&A_MS, &B_MS, tau_ms);
            assert!((found - expected).abs() < 7.0 * dt_ms, "{tau_ms}: {found} {expected}");
        }
        assert!((van_rossum(&[5.0], &[], 10.0) - 1.0).abs() < 1e-15);
        assert!(van_rossum(&A_MS, &A_MS, 10.0).abs() < 1e-7 && van_rossum(&[], &[], 10.0) == 0.0);
    }

    /// `van_rossum_distance` and `victor_purpura_distance` of Elephant 1.2.1 for the same trains.
    #[test]
    fn both_distances_are_those_of_elephant() {
        let van_rossums = [(3.0, 2.121_369_659_465_164_3), (10.0, 1.886_707_524_297_365_4)];
        for (tau_ms, expected) in van_rossums.into_iter().chain([(100.0, 1.892_150_371_575_133)]) {
            let found = van_rossum(&A_MS, &B_MS, tau_ms);
            assert!((found - expected).abs() < 1e-12, "{tau_ms}: {found}");
        }
        for (cost_per_ms, expected) in [(0.01, 2.825), (0.1, 3.25), (0.5, 4.25), (3.0, 6.5)] {
            let found = victor_purpura(&A_MS, &B_MS, cost_per_ms);
            assert!((found - expected).abs() < 1e-12, "{cost_per_ms}: {found}");
        }
    }

    /// Every way of matching spikes in order, tried one after the other.
    #[test]
    fn the_victor_purpura_distance_is_the_cheapest_of_all_ways() {
        fn cheapest(a: &[f64], b: &[f64], cost: f64) -> f64 {
            let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) else {
                return (a.len() + b.len()) as f64;
            };
            let moved = cost * (x - y).abs() + cheapest(rest_a, rest_b, cost);
            moved.min(1.0 + cheapest(rest_a, b, cost)).min(1.0 + cheapest(a, rest_b, cost))
        }
        for cost in [0.01, 0.1, 0.5, 3.0] {
            let found = victor_purpura(&A_MS, &B_MS, cost);
            assert!((found - cheapest(&A_MS, &B_MS, cost)).abs() < 1e-12, "{cost}: {found}");
        }
        // 2 ms and 0.5 ms are moved, a spike of each train is left over, and one of the two at 49 ms.
        assert!((victor_purpura(&A_MS, &B_MS, 0.1) - (0.2 + 0.05 + 3.0)).abs() < 1e-12);
    }

    /// Of as many samples each, the distance is the mean difference of the samples in their order. Marks round by less
    /// than their own distance.
    #[test]
    fn the_wasserstein_distance_moves_sorted_samples() {
        let trace = |shift: f64| -> Vec<f64> {
            (0..4000).map(|i| 30.0 * (0.01 * f64::from(i)).sin() * (1.0 + shift) - 50.0 + shift).collect()
        };
        let sorted = |shift: f64| {
            let mut values = trace(shift);
            values.sort_by(f64::total_cmp);
            values
        };
        for shift in [0.1, 0.5, 1.0] {
            let pairs = sorted(0.0).into_iter().zip(sorted(shift));
            let expected = pairs.map(|(a, b)| (a - b).abs()).sum::<f64>() / 4000.0;
            let found = wasserstein_mv(&voltages(&trace(shift)), &voltages(&trace(0.0)));
            assert!((found - expected).abs() < 0.1 * MARK_MV, "{shift}: {found} {expected}");
        }
        assert!(wasserstein_mv(&voltages(&trace(0.0)), &voltages(&trace(0.0))) == 0.0);
    }
}
