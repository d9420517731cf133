//! The artificial unit that is closest to a curve, by least squares.
//!
//! The gains enter linearly and are solved for wherever the others are (variable projection: Golub and Pereyra 1973,
//! <https://doi.org/10.1137/0710036>), so that only shift and scale are searched for: on a coarse net, then downhill from
//! its best places. Nothing is random. Units grow with their input: no gain is below zero. The shift is not farther from
//! the currents than they reach, and the scale between a ten-thousandth and three times that: beyond, a curve is a jump or a
//! straight line to every digit.
//!
//! For the information criteria the residuals are taken as independent, Gaussian and of one unknown standard deviation.
//! Those of a curve without noise are neither: they are what the shape of the unit misses. The criteria therefore rank
//! shapes, with a price for each number, at the given currents; they are no probabilities.
//! Akaike (1974), <https://doi.org/10.1109/TAC.1974.1100705>; Schwarz (1978), <https://doi.org/10.1214/aos/1176344136>.

use super::simplex::{Point, minimum};
use super::unit::{UNITS, Unit};

/// Looks at shifts and scales on the net.
const SHIFTS: usize = 25;
const SCALES: usize = 10;

/// How many of the best places of the net are starts.
const STARTS: usize = 3;

/// Scales as shares of the range: from far below one distance of currents to nearly straight over the range.
const NARROWEST: f64 = 1e-3;
const WIDEST: f64 = 3.0;

/// The narrowest scale that is allowed.
const JUMP: f64 = 1e-4;

/// Residuals are not believed to be smaller than this share of the largest rate.
const ROUNDING: f64 = 1e-9;

/// A unit with its numbers, and how close it comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The kind of unit.
    pub unit: Unit,
    /// Spikes per second for a µA/cm² of the rectifiers and the softplus; spikes per second of sigmoid and tanh.
    pub gain: f64,
    /// The slope of a leaky ReLU below its shift, in spikes per second for a µA/cm².
    pub leak: Option<f64>,
    /// Where it begins, or its middle, in µA/cm².
    pub shift_ua_cm2: f64,
    /// Over which it bends, in µA/cm²; `None` of the rectifiers.
    pub scale_ua_cm2: Option<f64>,
    /// Root of the mean square of the residuals, in spikes per second.
    pub residual_hz: f64,
    /// Akaike's information criterion.
    pub aic: f64,
    /// Schwarz's, called Bayesian.
    pub bic: f64,
}

impl Fit {
    /// Its rate at a current, in spikes per second.
    pub fn rate_hz(&self, current_ua_cm2: f64) -> f64 {
        let [first, second] =
            self.unit.shapes(current_ua_cm2, self.shift_ua_cm2, self.scale_ua_cm2.unwrap_or(1.0));
        self.gain * first + self.leak.unwrap_or(0.0) * second
    }
}

/// All units, the lowest BIC first. Empty if there are fewer than eight points, or nothing fires.
pub fn fits(currents: &[f64], rates: &[f64]) -> Vec<Fit> {
    let mut fits: Vec<Fit> = UNITS.iter().filter_map(|unit| fit(*unit, currents, rates)).collect();
    fits.sort_by(|a, b| a.bic.total_cmp(&b.bic));
    fits
}

/// The numbers of one unit that leave the least squares. `None` if there are fewer than eight points, or nothing fires.
///
/// `currents`: growing, in µA/cm². `rates`: one for each, in spikes per second.
pub fn fit(unit: Unit, currents: &[f64], rates: &[f64]) -> Option<Fit> {
    const FEWEST: usize = 8;
    let highest = rates.iter().copied().fold(0.0, f64::max);
    if currents.len() < FEWEST || highest <= 0.0 {
        return None;
    }
    let (low, high) = (currents[0], currents[currents.len() - 1]);
    let range = high - low;
    let shifts = low - range..=high + range;
    let log_scales = (range * JUMP).ln()..=(range * WIDEST).ln();
    let squares = |[shift, log_scale]: Point| {
        let allowed = shifts.contains(&shift) && (!unit.bends() || log_scales.contains(&log_scale));
        if allowed { solve(unit, currents, rates, shift, log_scale.exp()).1 } else { f64::INFINITY }
    };
    // Beyond both ends as well: a curve may begin below its range, and have its middle above.
    let shift = |place: usize| low + range * (2.0 * place as f64 / (SHIFTS - 1) as f64 - 0.5);
    let scales = if unit.bends() { SCALES } else { 1 };
    let ratio = (WIDEST / NARROWEST).ln() / (SCALES - 1) as f64;
    let log_scale = |place: usize| (range * NARROWEST).ln() + ratio * place as f64;
    let places = (0..SHIFTS).flat_map(|x| (0..scales).map(move |y| (x, y)));
    let mut net: Vec<(Point, f64)> =
        places.map(|(x, y)| [shift(x), log_scale(y)]).map(|point| (point, squares(point))).collect();
    net.sort_by(|a, b| a.1.total_cmp(&b.1));
    let span = [range / SHIFTS as f64, 0.5 * ratio];
    let dimensions = if unit.bends() { 2 } else { 1 };
    let starts = net.iter().take(STARTS);
    let found = starts.map(|(start, _)| minimum(squares, *start, span, dimensions));
    let ([shift, log_scale], least) = found.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (gains, _) = solve(unit, currents, rates, shift, log_scale.exp());
    let count = currents.len() as f64;
    let variance = (least / count).max((ROUNDING * highest).powi(2));
    // Twice the negative log likelihood at its maximum; the standard deviation is a number too.
    let deviance = count * ((std::f64::consts::TAU * variance).ln() + 1.0);
    let numbers = (unit.parameters() + 1) as f64;
    Some(Fit {
        unit,
        gain: gains[0],
        leak: (unit.gains() == 2).then_some(gains[1]),
        shift_ua_cm2: shift,
        scale_ua_cm2: unit.bends().then(|| log_scale.exp()),
        residual_hz: (least / count).sqrt(),
        aic: deviance + 2.0 * numbers,
        bic: deviance + numbers * count.ln(),
    })
}

/// The best gains for a shift and a scale, and the sum of the squares that they leave. The shapes of the leaky ReLU are
/// never both above zero, so that each gain has its own part of the curve.
fn solve(unit: Unit, currents: &[f64], rates: &[f64], shift: f64, scale: f64) -> ([f64; 2], f64) {
    let (mut with_rate, mut with_self, mut of_rates) = ([0.0; 2], [0.0; 2], 0.0);
    for (current, rate) in currents.iter().zip(rates) {
        let shapes = unit.shapes(*current, shift, scale);
        for own in 0..2 {
            with_rate[own] += shapes[own] * rate;
            with_self[own] += shapes[own] * shapes[own];
        }
        of_rates += rate * rate;
    }
    if !(with_self[0] + with_self[1]).is_finite() {
        return ([0.0; 2], of_rates);
    }
    let gains =
        [0, 1].map(|own| if with_self[own] > 0.0 { (with_rate[own] / with_self[own]).max(0.0) } else { 0.0 });
    // Term by term: a difference of large sums would leave rounding alone of a curve that fits.
    let residual = |(current, rate): (&f64, &f64)| {
        let shapes = unit.shapes(*current, shift, scale);
        (rate - gains[0] * shapes[0] - gains[1] * shapes[1]).powi(2)
    };
    (gains, currents.iter().zip(rates).map(residual).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuroai::activation::evenly;

    fn check(unit: Unit, gain: f64, leak: f64, shift: f64, scale: f64) {
        let currents = evenly(0.0, 40.0, 161);
        let of = |current: &f64| {
            let [first, second] = unit.shapes(*current, shift, scale);
            gain * first + leak * second
        };
        let rates: Vec<f64> = currents.iter().map(of).collect();
        let found = fits(&currents, &rates);
        assert_eq!(found.len(), 5);
        let best = &found[0];
        assert_eq!(best.unit, unit, "{found:#?}");
        let near = |found: f64, truth: f64| (found - truth).abs() < 1e-5 * truth.abs();
        assert!(near(best.gain, gain) && near(best.shift_ua_cm2, shift), "{best:?}");
        assert!(best.scale_ua_cm2.is_none_or(|found| near(found, scale)), "{best:?}");
        assert!(best.leak.is_none_or(|found| near(found, leak)), "{best:?}");
        assert!(
            found[1].bic > best.bic + 10.0 && found[1].residual_hz > 100.0 * best.residual_hz,
            "{found:#?}"
        );
    }

    #[test]
    fn a_curve_made_by_a_unit_is_found_to_be_that_unit_with_its_numbers() {
        check(Unit::Softplus, 4.2, 0.0, 11.3, 2.1);
        check(Unit::Sigmoid, 95.0, 0.0, 17.0, 3.5);
        check(Unit::Tanh, 120.0, 0.0, 6.4, 12.0);
        check(Unit::LeakyRelu, 3.3, 0.2, 13.1, 1.0);
    }

    /// A ReLU is a leaky ReLU without leak, and a softplus of no scale: only the price of their numbers tells them apart.
    #[test]
    fn a_relu_is_the_simplest_of_three_that_fit() {
        let currents = evenly(0.0, 40.0, 161);
        let rates: Vec<f64> = currents.iter().map(|current| 2.5 * (current - 12.34_f64).max(0.0)).collect();
        let found = fits(&currents, &rates);
        assert_eq!(found[0].unit, Unit::Relu, "{found:#?}");
        assert!((found[0].shift_ua_cm2 - 12.34).abs() < 1e-6 && (found[0].gain - 2.5).abs() < 1e-6);
        assert!(found[1].unit == Unit::LeakyRelu && found[1].residual_hz < 1e-6, "{found:#?}");
    }

    /// n (ln 2πσ² + 1) + 2 k and + k ln n, by hand for residuals of ±1: σ² = 1, and a ReLU has three numbers.
    #[test]
    fn the_criteria_are_those_of_gaussian_residuals() {
        let currents = evenly(1.0, 1000.0, 1000);
        let sign = |at: usize| if matches!(at % 4, 0 | 3) { 1.0 } else { -1.0 };
        let rates: Vec<f64> = currents.iter().enumerate().map(|(at, current)| current + sign(at)).collect();
        let found = fit(Unit::Relu, &currents, &rates).unwrap();
        assert!((found.residual_hz - 1.0).abs() < 1e-3, "{found:?}");
        let deviance = 1000.0 * ((std::f64::consts::TAU * found.residual_hz.powi(2)).ln() + 1.0);
        assert!((found.aic - deviance - 6.0).abs() < 1e-6, "{found:?}");
        assert!((found.bic - deviance - 3.0 * 1000.0_f64.ln()).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn silence_and_few_points_have_no_unit() {
        assert!(fits(&evenly(0.0, 1.0, 20), &[0.0; 20]).is_empty());
        assert!(fits(&evenly(0.0, 1.0, 7), &[1.0; 7]).is_empty());
    }
}
