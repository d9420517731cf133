//! The rates of an axon under constant currents, and the posterior of its conductances given some.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Rates;
use crate::model::{Grid, Start};
use crate::neuroai::spikes::{SPIKE_LEVEL_MV, rate_hz, spike_times_ms};
use crate::neuroai::{Cells, Constant};
use crate::numeric::{Failure, Rows, Streams, Unconstrained, normal_rows, standard_normal};
use crate::problem::{LogDensity, LogTerms, Target};

/// What is inferred of the axon, in mS/cm².
pub const CONDUCTANCES: [&str; 3] = ["g_Na", "g_K", "g_L"];
/// What an axon without a stable rest does before the current sets in.
const SETTLE_MS: f64 = 100.0;

/// How rates are measured: from rest, under a constant current that sets in with the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateExperiment {
    /// What of the trace is not looked at.
    pub skipped_ms: f64,
    /// Length of the trace.
    pub duration_ms: f64,
    /// Time step.
    pub dt_ms: f64,
}

impl RateExperiment {
    /// Rates in Hz without noise. `sets`: conductances of some axons, in the order of [`CONDUCTANCES`].
    /// Returns shape `[set, current]`.
    pub fn rates_hz(
        &self,
        axon: &Cells,
        sets: &[[f64; 3]],
        currents_ua_cm2: &[f64],
    ) -> Vec<Vec<Result<f64, Failure>>> {
        let mut cells = axon.chosen(&vec![0; sets.len()]);
        for (place, name) in CONDUCTANCES.iter().enumerate() {
            let own = axon.membrane.parameters().iter().position(|own| own.name == *name);
            for (parameters, set) in cells.parameters.iter_mut().zip(sets) {
                if let Some(own) = own {
                    parameters[own] = set[place];
                }
            }
        }
        let count = currents_ua_cm2.len();
        let steps = (self.duration_ms / self.dt_ms).round() as usize;
        let grid = Grid { dt_ms: self.dt_ms, stride: 1, samples: steps + 1, still: 0 };
        let currents = currents_ua_cm2.repeat(sets.len());
        let rest = |lanes: &[usize]| Start::Rest {
            holding_ua_cm2: vec![0.0; lanes.len()],
            settle_ms: Some(SETTLE_MS),
        };
        let rates = cells.repeated(count).measure(rest, grid, &Constant(&currents), |_, voltage_mv| {
            let spikes = spike_times_ms(voltage_mv, self.dt_ms, SPIKE_LEVEL_MV);
            rate_hz(&spikes, (self.skipped_ms, self.duration_ms))
        });
        rates.chunks(count).map(<[_]>::to_vec).collect()
    }

    /// Rates of one axon with normal noise; that of current `i` is drawn from row `i`.
    ///
    /// # Errors
    /// If a voltage is no number.
    pub fn measured(
        &self,
        axon: &Cells,
        set: [f64; 3],
        (currents_ua_cm2, noise_hz): (&[f64], f64),
        streams: Streams,
    ) -> Result<Rates, Failure> {
        let exact = self.rates_hz(axon, &[set], currents_ua_cm2).swap_remove(0);
        let noisy = exact
            .into_iter()
            .enumerate()
            .map(|(row, rate)| Ok(rate? + noise_hz * standard_normal(&mut streams.generator(0, row as u64))));
        Ok(Rates { currents_ua_cm2: currents_ua_cm2.to_vec(), rates_hz: noisy.collect::<Result<_, _>>()? })
    }
}

/// The posterior of the conductances: lognormal priors about those of the axon, normal noise of the rates. On the real line
/// a conductance g is ln(g / median) / spread.
#[derive(Debug)]
pub struct AxonPosterior {
    axon: Cells,
    experiment: RateExperiment,
    data: Rates,
    noise_hz: f64,
    spread: f64,
    medians: [f64; 3],
    simulations: AtomicU64,
}

impl AxonPosterior {
    /// The posterior given some rates. `noise_hz`: their standard deviation; `spread`: that of the logarithm of each
    /// conductance, beforehand.
    pub fn new(axon: Cells, experiment: RateExperiment, data: Rates, (noise_hz, spread): (f64, f64)) -> Self {
        let medians = CONDUCTANCES.map(|name| {
            let place = axon.membrane.parameters().iter().position(|own| own.name == name);
            place.map_or(0.0, |place| axon.parameters[0][place])
        });
        Self { axon, experiment, data, noise_hz, spread, medians, simulations: AtomicU64::new(0) }
    }

    /// The conductances of a point on the real line, in mS/cm².
    pub fn natural(&self, point: &[f64]) -> [f64; 3] {
        [0, 1, 2].map(|at| self.medians[at] * (self.spread * point[at]).exp())
    }

    /// How often an axon was simulated under all currents.
    pub fn simulations(&self) -> u64 {
        self.simulations.load(Ordering::Relaxed)
    }
}

impl Target for AxonPosterior {
    fn dimension(&self) -> usize {
        CONDUCTANCES.len()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        normal_rows(count, CONDUCTANCES.len(), streams)
    }

    fn parameter_name(&self, index: usize) -> String {
        CONDUCTANCES[index].to_owned()
    }
}

impl LogDensity for AxonPosterior {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let normal = |z: f64| -0.5 * (z * z + std::f64::consts::TAU.ln());
        self.simulations.fetch_add(points.len() as u64, Ordering::Relaxed);
        let sets: Vec<[f64; 3]> = points.iter().map(|point| self.natural(point)).collect();
        let rates = self.experiment.rates_hz(&self.axon, &sets, &self.data.currents_ua_cm2);
        let terms = points.iter().zip(rates).map(|(point, rates)| {
            let of = |(rate, measured): (&Result<f64, Failure>, &f64)| match rate {
                Ok(rate) => normal((measured - rate) / self.noise_hz) - self.noise_hz.ln(),
                Err(_) => f64::NEG_INFINITY,
            };
            LogTerms {
                prior: point.iter().map(|z| normal(*z)).sum(),
                likelihood: rates.iter().zip(&self.data.rates_hz).map(of).sum(),
            }
        });
        terms.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPERIMENT: RateExperiment = RateExperiment { skipped_ms: 100.0, duration_ms: 300.0, dt_ms: 0.025 };
    const DEFAULT: [f64; 3] = [120.0, 36.0, 0.3];

    fn axon() -> Cells {
        Cells::of_model("hodgkin_huxley").unwrap()
    }

    /// The curve of the squid's axon: silent at 5 µA/cm², about 68 Hz at 10, and more above.
    #[test]
    fn the_axon_has_its_rates() {
        let found = EXPERIMENT.rates_hz(&axon(), &[DEFAULT], &[5.0, 10.0, 40.0]).remove(0);
        let found: Vec<f64> = found.into_iter().map(Result::unwrap).collect();
        assert!(found[0] < 1e-9 && (found[1] - 68.3).abs() < 0.5 && found[2] > found[1] + 20.0, "{found:?}");
    }

    /// Of noiseless data the likelihood is highest where they come from, and there it is that of the noise alone.
    #[test]
    fn the_likelihood_is_that_of_normal_noise() {
        let currents = [8.0, 20.0];
        let data = EXPERIMENT.measured(&axon(), DEFAULT, (&currents, 0.0), Streams::new(1)).unwrap();
        let posterior = AxonPosterior::new(axon(), EXPERIMENT, data, (2.0, 0.2));
        let points = Rows::from_values(vec![0.0, 0.0, 0.0, 0.5, -0.5, 0.5], 3);
        let found = posterior.log_terms(&points);
        let highest = -2.0 * (2.0_f64 * std::f64::consts::TAU.sqrt()).ln();
        assert!((found[0].likelihood - highest).abs() < 1e-9, "{found:?}");
        assert!(found[1].likelihood < highest - 0.1, "{found:?}");
        assert!((found[1].prior - found[0].prior + 0.375).abs() < 1e-12);
        assert!((posterior.natural(&[1.0, 0.0, 0.0])[0] - 120.0 * 0.2_f64.exp()).abs() < 1e-9);
        assert_eq!(posterior.simulations(), 2);
    }
}
