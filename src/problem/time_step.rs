//! What the time step costs: features with the steps of the settings against those with shorter ones.

use std::fmt::{self, Display};

use super::Problem;
use super::data::Data;
use super::experiment::ExperimentSweep;
use super::outcomes::Taken;
use super::simulation::{Batch, Simulation};
use super::traces::{Detail, Recorded, Score, Traces};
use crate::numeric::{Natural, Rows, Streams};

/// A feature that half the time step moves by more than this many standard deviations is not accurate: beside the
/// spread of the data, 1, it widens a posterior by 2 %, and shifts it by up to a fifth of its width.
pub const TOLERABLE_SDS: f64 = 0.2;

/// Draws that are left out, because one spike more or less says little about the others.
const LEFT_OUT: f64 = 0.05;

/// What half the time step moves most: a feature, or the log likelihood of the traces.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeStepCheck {
    /// Time step of its sweep, in ms.
    pub dt_ms: f64,
    /// Parameter sets that were simulated with both steps.
    pub sets: usize,
    /// The feature and its sweep; `None`: the log likelihood of the traces.
    pub feature: Option<String>,
    /// How far it moves, in units of its standard deviation: root mean square over the 95 % of sets that move least.
    /// Of traces: the same of the change of the log likelihood about its median. Where the posterior is normal and is
    /// shifted by δ standard deviations, the log likelihood changes by δ times a standard normal number over its draws.
    pub sds: f64,
}

impl Problem {
    /// What half the time step does to parameter sets; see [`TimeStepCheck`]. `None` if nothing can be compared.
    pub fn check_time_step(&self, sets: &Rows<Natural>) -> Option<TimeStepCheck> {
        let traces = (&self.traces, &self.recorded);
        TimeStepCheck::new(&self.simulation, &self.experiment.sweeps, &self.data, traces, sets)
    }
}

impl TimeStepCheck {
    /// Compares the features of parameter sets with the time step of the settings and half of it. `None` if nothing
    /// can be compared: with intrinsic noise two simulations differ anyway.
    fn new(
        simulation: &Simulation,
        sweeps: &[ExperimentSweep],
        data: &Data,
        (traces, recorded): (&Traces, &Recorded),
        sets: &Rows<Natural>,
    ) -> Option<Self> {
        if simulation.is_stochastic() {
            return None;
        }
        let score = Score::new(traces, recorded, Detail::Sums);
        let batch = Batch { sweeps, sets, streams: Streams::new(0), call: 0 };
        let outcomes =
            |simulation: &Simulation| simulation.outcomes(batch, &Taken::scored(&data.sweeps, &score));
        let ((coarse, before), (fine, after)) = (outcomes(simulation), outcomes(&simulation.refined(2)));
        let rows: Vec<usize> = (0..sets.len())
            .filter(|&row| coarse.failure(row).is_none() && fine.failure(row).is_none())
            .collect();
        let sds: Vec<Vec<f64>> = rows.iter().map(|&row| data.sds(simulation, sets.row(row))).collect();
        let moved = |datum: usize| {
            let values = rows.iter().zip(&sds);
            let distances = values.map(|(&row, sds)| {
                data.distance(datum, coarse.row(row)[datum], fine.row(row)[datum], sds[datum])
            });
            trimmed_root_mean_square(distances.collect())
        };
        let moves = (0..data.data.len()).filter_map(|datum| Some((datum, moved(datum)?)));
        let of_features = moves.max_by(|a, b| a.1.total_cmp(&b.1)).and_then(|(datum, sds)| {
            let sweep = data.sweeps.iter().rposition(|own| own.first <= datum && !own.measures.is_empty())?;
            let dt_ms = simulation.grid(&sweeps[sweep]).dt_ms;
            Some(Self { dt_ms, sets: rows.len(), feature: Some(data.data[datum].label.clone()), sds })
        });
        let change = |row: &usize| -> f64 {
            after.row(*row).iter().sum::<f64>() - before.row(*row).iter().sum::<f64>()
        };
        let sweep = sweeps.iter().enumerate().find(|(index, _)| !score.places(*index).is_empty());
        let of_traces = sweep.and_then(|(_, sweep)| {
            let sds = spread(rows.iter().map(change).collect())?;
            Some(Self { dt_ms: simulation.grid(sweep).dt_ms, sets: rows.len(), feature: None, sds })
        });
        of_features.into_iter().chain(of_traces).max_by(|a, b| a.sds.total_cmp(&b.sds))
    }

    /// Whether the time step is short enough.
    pub fn is_fine(&self) -> bool {
        self.sds <= TOLERABLE_SDS
    }

    /// A time step that should be short enough, in ms.
    pub fn advised_dt_ms(&self) -> f64 {
        // Of second order; at least halved, because what is far off does not follow the order yet.
        let factor = (TOLERABLE_SDS / self.sds).sqrt().clamp(0.01, 0.5);
        round_down(self.dt_ms * factor)
    }
}

impl Display for TimeStepCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dt_ms, feature, sds, .. } = self;
        let dt = round_to_digits(*dt_ms);
        match feature {
            Some(feature) if sds.is_finite() => write!(
                formatter,
                "half the time step of {dt} ms moves {feature} by {sds:.2} of its standard deviation"
            )?,
            Some(feature) => {
                write!(formatter, "with half the time step of {dt} ms {feature} comes or goes")?;
            }
            None => write!(
                formatter,
                "half the time step of {dt} ms moves the posterior of the traces by {sds:.2} of its width"
            )?,
        }
        write!(formatter, ", take dt = \"{} ms\" in [model]", self.advised_dt_ms())
    }
}

impl Data {
    /// The standard deviation of each datum for one parameter set.
    pub fn sds(&self, simulation: &Simulation, set: &[f64]) -> Vec<f64> {
        self.spreads.iter().map(|spread| simulation.slots[spread.slot].of(set) + spread.extra).collect()
    }

    /// How far two values of one datum are apart, in standard deviations. A value that only one of them has counts as
    /// the distance that costs as much likelihood as its absence.
    pub fn distance(&self, datum: usize, a: Option<f64>, b: Option<f64>, sd: f64) -> f64 {
        match (a, b) {
            (Some(a), Some(b)) => ((a - b) / sd).abs(),
            (None, None) => 0.0,
            _ => (-2.0 * self.data[datum].mismatch).sqrt(),
        }
    }
}

/// Spread about the median, without the largest distances; `None` of nothing.
fn spread(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let median = *values.get(values.len() / 2)?;
    // Between two infinite changes nothing is known.
    let distance = |value: f64| if value.is_finite() { (value - median).abs() } else { f64::INFINITY };
    trimmed_root_mean_square(values.iter().map(|value| distance(*value)).collect())
}

/// Without the largest values; `None` of nothing.
fn trimmed_root_mean_square(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.truncate(values.len() - (LEFT_OUT * values.len() as f64) as usize);
    (!values.is_empty()).then(|| (values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64).sqrt())
}

/// The next shorter step of one or two digits that people write.
fn round_down(dt_ms: f64) -> f64 {
    const DIGITS: [f64; 6] = [8.0, 5.0, 4.0, 2.5, 2.0, 1.0];
    let power = dt_ms.log10().floor();
    let leading = dt_ms / 10_f64.powf(power) * (1.0 + 1e-9);
    let digit = DIGITS.into_iter().find(|digit| *digit <= leading).unwrap_or(1.0);
    round_to_digits(digit * 10_f64.powf(power))
}

/// A time step as people write it: without the rounding of a quotient.
pub fn round_to_digits(dt_ms: f64) -> f64 {
    let scale = 10_f64.powf(4.0 - dt_ms.log10().floor());
    (dt_ms * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_rounded_down() {
        for (step, expected) in [(0.025, 0.025), (0.0249, 0.02), (0.0071, 0.005), (0.1, 0.1), (0.0999, 0.08)]
        {
            assert!((round_down(step) - expected).abs() < 1e-15, "{step}: {}", round_down(step));
        }
    }

    #[test]
    fn few_large_distances_are_left_out() {
        let mut distances = vec![0.1; 64];
        distances[..3].fill(14.0);
        assert!((trimmed_root_mean_square(distances.clone()).unwrap() - 0.1).abs() < 1e-12);
        distances[..4].fill(14.0);
        assert!(trimmed_root_mean_square(distances).unwrap() > 1.0);
        assert_eq!(trimmed_root_mean_square(Vec::new()), None);
    }

    #[test]
    fn the_advice_follows_the_order() {
        let check = TimeStepCheck { dt_ms: 0.05, sets: 64, feature: Some("Spikecount".to_owned()), sds: 3.2 };
        assert!(!check.is_fine());
        // A quarter: an error of 0.2.
        assert!((check.advised_dt_ms() - 0.01).abs() < 1e-12, "{}", check.advised_dt_ms());
        assert!(check.to_string().ends_with("take dt = \"0.01 ms\" in [model]"), "{check}");
    }
}
