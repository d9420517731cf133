//! Densities of one parameter in two posteriors, and what depends on them: overlap and Jensen-Shannon divergence.
//!
//! Gaussian kernels on a common grid, by linear binning; of draws that are all on one side of zero the logarithm is taken
//! first, so that a long tail is no wider than the peak. Both numbers stay the same under that.

use std::f64::consts::FRAC_2_PI;

use super::distances::Distance;
use super::marginal::{Estimate, Marginal};
use crate::diagnostics::{binned, silverman};

/// Points of the grid.
const POINTS: usize = 2048;
/// Bandwidths that the grid and a kernel reach beyond the draws.
const REACH: f64 = 4.0;
/// ∫ K² of the Gaussian kernel.
const ROUGHNESS: f64 = 0.282_094_791_773_878_14;

/// A density, to be drawn: places in the unit of the parameter, and densities per that unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Ascending.
    pub places: Vec<f64>,
    /// One for each.
    pub densities: Vec<f64>,
}

/// Two densities on one grid.
pub(super) struct Densities<'a> {
    a: (&'a Marginal, Vec<f64>, f64),
    b: (&'a Marginal, Vec<f64>, f64),
    start: f64,
    step: f64,
}

fn bandwidth(of: &Marginal) -> f64 {
    silverman(of.sd(), of.quantile(0.75) - of.quantile(0.25), of.effective)
}

fn kernel_density(of: &Marginal, width: f64, start: f64, step: f64) -> Vec<f64> {
    let draws = of.values.iter().copied().zip(of.weights.iter().copied());
    let bins = binned(draws, start, step, POINTS);
    // A kernel narrower than the grid is as wide as the grid.
    let width = width.max(step);
    let reach = ((REACH * width / step).ceil() as usize).min(POINTS - 1);
    let kernel: Vec<f64> =
        (0..=reach).map(|lag| (-0.5 * (lag as f64 * step / width).powi(2)).exp()).collect();
    let total = (kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>()) * step;
    let mut density = vec![0.0; POINTS];
    for (place, &bin) in bins.iter().enumerate().filter(|(_, bin)| **bin > 0.0) {
        for (lag, weight) in kernel.iter().enumerate() {
            let own = bin * weight / total;
            if place + lag < POINTS {
                density[place + lag] += own;
            }
            if lag > 0 && lag <= place {
                density[place - lag] += own;
            }
        }
    }
    density
}

impl<'a> Densities<'a> {
    pub(super) fn new(a: &'a Marginal, b: &'a Marginal) -> Self {
        let (width_a, width_b) = (bandwidth(a), bandwidth(b));
        let ends = |of: &Marginal, width: f64| {
            (of.values[0] - REACH * width, of.values[of.values.len() - 1] + REACH * width)
        };
        let ((low_a, high_a), (low_b, high_b)) = (ends(a, width_a), ends(b, width_b));
        let (start, end) = (low_a.min(low_b), high_a.max(high_b));
        let smallest = f64::EPSILON * start.abs().max(end.abs()).max(f64::MIN_POSITIVE);
        let step = ((end - start) / (POINTS - 1) as f64).max(smallest);
        Self {
            a: (a, kernel_density(a, width_a, start, step), width_a.max(step)),
            b: (b, kernel_density(b, width_b, start, step), width_b.max(step)),
            start,
            step,
        }
    }

    /// Mean over the draws of a function of the two densities at each: error only.
    fn error(&self, of: &Marginal, function: impl Fn(f64, f64) -> f64) -> f64 {
        let values: Vec<f64> = self.a.1.iter().zip(&self.b.1).map(|(a, b)| function(*a, *b)).collect();
        let at = |value: &f64| {
            let place = ((value - self.start) / self.step).max(0.0);
            let below = (place as usize).min(POINTS - 2);
            let share = (place - below as f64).clamp(0.0, 1.0);
            values[below] * (1.0 - share) + values[below + 1] * share
        };
        of.mean(&of.values.iter().map(at).collect::<Vec<_>>()).error
    }

    fn integral(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        self.a.1.iter().zip(&self.b.1).map(|(a, b)| of(*a, *b)).sum::<f64>() * self.step
    }

    /// ∫ min(f, g) of the two densities (Weitzman 1970; Inman and Bradley 1989, <https://doi.org/10.1080/03610928908830127>).
    pub(super) fn overlap(&self) -> Distance {
        let value = self.integral(f64::min).min(1.0);
        let a = self.error(self.a.0, |a, b| f64::from(u8::from(a < b)));
        let b = self.error(self.b.0, |a, b| f64::from(u8::from(b < a)));
        // The difference of two estimates of one density f is normal with variance f ∫K² (1 / n h + 1 / m k).
        let variance =
            ROUGHNESS * (1.0 / (self.a.0.effective * self.a.2) + 1.0 / (self.b.0.effective * self.b.2));
        let missing = self.integral(|a, b| (FRAC_2_PI * variance * f64::midpoint(a, b)).sqrt()) / 2.0;
        let if_equal = (1.0 - missing).max(0.0);
        Distance { estimate: Estimate::with_errors(value, a, b), if_equal }
    }

    /// Jensen-Shannon divergence in bits, from 0 to 1 (Lin 1991, <https://doi.org/10.1109/18.61115>).
    pub(super) fn jensen_shannon(&self) -> Estimate {
        let part = |own: f64, other: f64| {
            if own > 0.0 { 0.5 * (2.0 * own / (own + other)).log2() } else { 0.0 }
        };
        let value = self.integral(|a, b| a * part(a, b) + b * part(b, a)).clamp(0.0, 1.0);
        Estimate::with_errors(value, self.error(self.a.0, part), self.error(self.b.0, |a, b| part(b, a)))
    }
}

/// The density of each, to be drawn on one axis; places beyond the draws are left out.
pub(super) fn curves(a: &Marginal, b: &Marginal) -> [Curve; 2] {
    let logs = a.log_sizes().zip(b.log_sizes()).filter(|_| a.values[0] > 0.0 && b.values[0] > 0.0);
    let curve = |density: &[f64], densities: &Densities<'_>, is_log: bool| {
        let highest = density.iter().copied().fold(0.0, f64::max);
        let place = |at: usize| densities.start + at as f64 * densities.step;
        let kept = (0..POINTS).filter(|&at| density[at] > 1e-4 * highest);
        // d log x = dx / x.
        let point = |at: usize| {
            let x = if is_log { place(at).exp() } else { place(at) };
            (x, if is_log { density[at] / x } else { density[at] })
        };
        let (places, densities) = kept.map(point).unzip();
        Curve { places, densities }
    };
    let both =
        |own: &Densities<'_>, is_log: bool| [curve(&own.a.1, own, is_log), curve(&own.b.1, own, is_log)];
    match &logs {
        Some((a, b)) => both(&Densities::new(a, b), true),
        None => both(&Densities::new(a, b), false),
    }
}
