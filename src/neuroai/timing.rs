//! Whether a cell whose channels open at random spikes at the same times again: under a constant current, and under a
//! current that fluctuates in the same way in every trial.
//!
//! The experiment of Mainen and Sejnowski (1995), <https://doi.org/10.1126/science.7770778>, in a patch of the squid's axon
//! with few channels, as Schneidman, Freedman and Segev (1998), <https://doi.org/10.1162/089976698300017089>, did it.

use super::cells::{Cells, RandomChannels};
use super::reliability::{Events, chance_correlation, correlation, events};
use super::spikes::{SPIKE_LEVEL_MV, spike_times_ms};
use crate::model::{Grid, Start};
use crate::numeric::{Failure, Streams, standard_normal};

/// 1 mS/cm² of 1 µm² is 10 pS.
const PS_PER_MS_CM2_UM2: f64 = 10.0;
/// Conductances whose channels open at random.
const NOISY: [&str; 2] = ["g_Na", "g_K"];

/// What is injected, and into what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Area of the membrane.
    pub area_um2: f64,
    /// Conductance of a single sodium or potassium channel.
    pub single_channel_ps: f64,
    /// Mean of both currents.
    pub mean_ua_cm2: f64,
    /// Standard deviation of the one that fluctuates, an Ornstein-Uhlenbeck process.
    pub sd_ua_cm2: f64,
    /// Its correlation time.
    pub correlation_ms: f64,
    /// Trials with each current.
    pub trials: usize,
    /// Length of a trial.
    pub duration_ms: f64,
    /// What of it is not looked at, because the onset is the same in all trials.
    pub skipped_ms: f64,
    /// Time step.
    pub dt_ms: f64,
    /// Width of the Gaussian that smooths the spikes.
    pub sigma_ms: f64,
}

/// The spikes of all trials under one current.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    /// Times after what is skipped, in ms; one list for each trial.
    pub trains: Vec<Vec<f64>>,
    /// Mean rate.
    pub rate_hz: f64,
    /// Mean correlation of the smoothed trains.
    pub correlation: f64,
    /// What that would be by chance at this rate.
    pub chance: f64,
    /// Times at which most trials spike.
    pub events: Events,
}

/// Both currents.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingResult {
    /// The current that fluctuates, in µA/cm² at each time step.
    pub current_ua_cm2: Vec<f64>,
    /// Channels of each kind, sodium first.
    pub channels: [f64; 2],
    /// Under the constant current.
    pub constant: Trials,
    /// Under the one that fluctuates.
    pub fluctuating: Trials,
}

impl Timing {
    /// All trials of the first of some cells; nothing of what is random is shared between any two of them.
    ///
    /// # Errors
    /// If the cell has no stable rest, or a voltage is no number.
    pub fn run(&self, cells: &Cells, streams: Streams) -> Result<TimingResult, Failure> {
        let steps = (self.duration_ms / self.dt_ms).round() as usize;
        let frozen = self.fluctuating_current(steps, streams.stage("frozen current"));
        let channels = NOISY.map(|name| {
            let place = cells.membrane.parameters().iter().position(|own| own.name == name);
            let total = place.map_or(0.0, |place| cells.parameters[0][place]);
            PS_PER_MS_CM2_UM2 * total * self.area_um2 / self.single_channel_ps
        });
        let noise: Vec<RandomChannels> = NOISY
            .iter()
            .zip(channels)
            .map(|(name, count)| RandomChannels {
                conductance: (*name).to_owned(),
                count,
                streams: streams.stage(name),
            })
            .collect();
        // The first half of the cells gets the constant current.
        let all = cells.repeated(2 * self.trials);
        let current = |cell: usize, step: usize| {
            if cell < self.trials { self.mean_ua_cm2 } else { frozen[step.min(frozen.len() - 1)] }
        };
        let grid = Grid { dt_ms: self.dt_ms, stride: 1, samples: steps + 1, still: 0 };
        let rest = |lanes: &[usize]| Start::Rest { holding_ua_cm2: vec![0.0; lanes.len()], settle_ms: None };
        let trains = all.measure_noisy(rest, grid, (&current, &noise), |_, voltage_mv| {
            let times = spike_times_ms(voltage_mv, self.dt_ms, SPIKE_LEVEL_MV);
            times.into_iter().map(|time| time - self.skipped_ms).filter(|time| *time >= 0.0).collect()
        });
        let mut constant: Vec<Vec<f64>> = trains.into_iter().collect::<Result<_, _>>()?;
        let fluctuating = constant.split_off(self.trials);
        Ok(TimingResult {
            current_ua_cm2: frozen,
            channels,
            constant: self.trials_of(constant),
            fluctuating: self.trials_of(fluctuating),
        })
    }

    /// An Ornstein-Uhlenbeck process that starts in its stationary distribution, at each time step.
    fn fluctuating_current(&self, steps: usize, streams: Streams) -> Vec<f64> {
        let mut generator = streams.generator(0, 0);
        let kept = (-self.dt_ms / self.correlation_ms).exp();
        let fresh = (1.0 - kept * kept).sqrt();
        let mut z = standard_normal(&mut generator);
        let mut next = || {
            let now = self.mean_ua_cm2 + self.sd_ua_cm2 * z;
            z = kept * z + fresh * standard_normal(&mut generator);
            now
        };
        (0..steps.max(1)).map(|_| next()).collect()
    }

    fn trials_of(&self, trains: Vec<Vec<f64>>) -> Trials {
        let length_ms = self.duration_ms - self.skipped_ms;
        let spikes = trains.iter().map(Vec::len).sum::<usize>();
        let rate_hz = 1000.0 * spikes as f64 / (length_ms * self.trials as f64);
        Trials {
            rate_hz,
            correlation: correlation(&trains, self.sigma_ms).unwrap_or(0.0),
            chance: chance_correlation(rate_hz, self.sigma_ms),
            events: events(&trains, self.sigma_ms, length_ms),
            trains,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        area_um2: 200.0,
        single_channel_ps: 20.0,
        mean_ua_cm2: 10.0,
        sd_ua_cm2: 10.0,
        correlation_ms: 3.0,
        trials: 8,
        duration_ms: 600.0,
        skipped_ms: 200.0,
        dt_ms: 0.025,
        sigma_ms: 1.0,
    };

    fn axon() -> Cells {
        Cells::of_model("hodgkin_huxley").unwrap()
    }

    #[test]
    fn a_current_that_fluctuates_makes_spikes_reliable() {
        let found = TIMING.run(&axon(), Streams::new(1)).unwrap();
        assert!(
            (found.channels[0] - 12_000.0).abs() + (found.channels[1] - 3_600.0).abs() < 1e-6,
            "{found:?}"
        );
        assert!(found.fluctuating.correlation > found.constant.correlation + 0.2, "{found:?}");
        assert!(found.constant.correlation < 0.5, "{found:?}");
        assert_eq!(found, TIMING.run(&axon(), Streams::new(1)).unwrap());
    }

    /// With so many channels that they do not fluctuate, all trials are alike.
    #[test]
    fn without_noise_every_trial_is_the_same() {
        let large = Timing { area_um2: 1e15, duration_ms: 300.0, ..TIMING };
        let found = large.run(&axon(), Streams::new(1)).unwrap();
        for trials in [&found.constant, &found.fluctuating] {
            assert!(trials.correlation > 1.0 - 1e-6, "{trials:?}");
        }
    }

    #[test]
    fn the_current_has_its_mean_its_spread_and_its_memory() {
        let current = TIMING.fluctuating_current(4_000_000, Streams::new(3));
        let n = current.len() as f64;
        let mean = current.iter().sum::<f64>() / n;
        let covariance = |lag: usize| {
            let pairs = current.iter().zip(&current[lag..]);
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n
        };
        // 100 s are 17 000 independent values: standard errors of 0.08 and of 1 % of the variance.
        assert!((mean - 10.0).abs() < 0.5, "{mean}");
        assert!((covariance(0) / 100.0 - 1.0).abs() < 0.06);
        assert!((covariance(120) / covariance(0) - (-1.0_f64).exp()).abs() < 0.05);
    }
}
