//! The evidence from chains at several powers of the likelihood.

use super::start::Points;
use crate::draws::Evidence;
use crate::numeric::log_mean_exp;

/// Parts into which the iterations are divided to find the error: the parts are longer than chains remember.
const PARTS: usize = 20;

/// For each pair of neighbouring powers, the log of the mean over the chains at the smaller power of the likelihood to
/// the difference of the powers; one for each iteration.
pub(super) struct Stones {
    logs: Vec<Vec<f64>>,
}

impl Stones {
    pub(super) fn new(pairs: usize) -> Self {
        Self { logs: vec![Vec::new(); pairs] }
    }

    /// `powers` from 1 to 0; `hot`: the states at each but the first.
    pub(super) fn hear(&mut self, powers: &[f64], hot: &[Points]) {
        for ((logs, powers), states) in self.logs.iter_mut().zip(powers.windows(2)).zip(hot) {
            let difference = powers[0] - powers[1];
            let ratios: Vec<f64> = states.terms.iter().map(|terms| difference * terms.likelihood).collect();
            logs.push(log_mean_exp(&ratios));
        }
    }

    /// The evidence with the error that the jackknife over parts of the run gives.
    pub(super) fn evidence(&self) -> Option<Evidence> {
        let count = self.logs.first()?.len();
        if count < 2 * PARTS {
            return None;
        }
        let without = |part: Option<usize>| -> f64 {
            let range = part.map_or(0..0, |part| part * count / PARTS..(part + 1) * count / PARTS);
            let mean = |logs: &Vec<f64>| {
                let kept: Vec<f64> = logs
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| !range.contains(i))
                    .map(|(_, log)| *log)
                    .collect();
                log_mean_exp(&kept)
            };
            self.logs.iter().map(mean).sum()
        };
        let parts: Vec<f64> = (0..PARTS).map(|part| without(Some(part))).collect();
        let mean = parts.iter().sum::<f64>() / PARTS as f64;
        let squares: f64 = parts.iter().map(|part| (part - mean).powi(2)).sum();
        Some(Evidence { log: without(None), error: (squares * (PARTS - 1) as f64 / PARTS as f64).sqrt() })
    }
}
