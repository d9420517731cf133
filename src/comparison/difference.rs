//! The distribution of the difference of two independent parameters, exactly that of all pairs of their draws, without
//! making the pairs: P(B − A ≤ d) is one walk along both sorted samples.

use super::marginal::{Estimate, Marginal};

/// Quantiles of each sample whose pairs tell where to look for a quantile of the difference.
const COARSE: usize = 400;
/// A quantile is found when its probability is right to this.
const PROBABILITY: f64 = 1e-7;
const MOST_STEPS: usize = 80;

/// The difference B − A.
pub(super) struct Differences<'a> {
    a: &'a Marginal,
    b: &'a Marginal,
    /// Differences of pairs of quantiles, ascending: an approximation.
    coarse: Vec<f64>,
}

impl<'a> Differences<'a> {
    pub(super) fn new(a: &'a Marginal, b: &'a Marginal) -> Self {
        let quantiles = |of: &Marginal| -> Vec<f64> {
            (0..COARSE).map(|place| of.quantile((place as f64 + 0.5) / COARSE as f64)).collect()
        };
        let (of_a, of_b) = (quantiles(a), quantiles(b));
        let mut coarse: Vec<f64> = of_a.iter().flat_map(|a| of_b.iter().map(move |b| b - a)).collect();
        coarse.sort_unstable_by(f64::total_cmp);
        Self { a, b, coarse }
    }

    /// P(B − A ≤ difference), pairs with that very difference counting half.
    pub(super) fn share_up_to(&self, difference: f64) -> Estimate {
        // Of one draw a of A it is P(B ≤ a + d), of one draw b of B it is P(A ≥ b − d).
        let of_a = self.a.mean(&self.b.shares_at(self.a, difference));
        let of_b = self.b.mean(&self.a.shares_at(self.b, -difference));
        Estimate::with_errors(of_a.value.clamp(0.0, 1.0), of_a.error, of_b.error)
    }

    /// P(|B − A| ≤ width).
    pub(super) fn share_within(&self, width: f64) -> Estimate {
        let between = |own: &Marginal, other: &Marginal| {
            let (upper, lower) = (other.shares_at(own, width), other.shares_at(own, -width));
            own.mean(&upper.iter().zip(&lower).map(|(upper, lower)| upper - lower).collect::<Vec<_>>())
        };
        let (of_a, of_b) = (between(self.a, self.b), between(self.b, self.a));
        Estimate::with_errors(of_a.value.clamp(0.0, 1.0), of_a.error, of_b.error)
    }

    fn share(&self, difference: f64) -> f64 {
        self.a.expectation(&self.b.shares_at(self.a, difference))
    }

    fn coarse_quantile(&self, probability: f64) -> f64 {
        let place = probability.clamp(0.0, 1.0) * (self.coarse.len() - 1) as f64;
        self.coarse[place.round() as usize]
    }

    /// A quantile of the difference, with the error that its probability has, as a distance (Woodruff 1952,
    /// <https://doi.org/10.1080/01621459.1952.10483443>).
    pub(super) fn quantile(&self, probability: f64) -> Estimate {
        let value = self.exact_quantile(probability);
        let error = self.share_up_to(value).error;
        let (low, high) =
            (self.coarse_quantile(probability - error), self.coarse_quantile(probability + error));
        Estimate { value, error: (high - low) / 2.0 }
    }

    /// By false position and bisection in turn, from the approximation on.
    fn exact_quantile(&self, probability: f64) -> f64 {
        let margin = 2.0 / COARSE as f64;
        let (mut low, mut high) =
            (self.coarse_quantile(probability - margin), self.coarse_quantile(probability + margin));
        let (mut at_low, mut at_high) = (self.share(low) - probability, self.share(high) - probability);
        let (first, last) = (
            self.b.values[0] - self.a.values[self.a.values.len() - 1],
            self.b.values[self.b.values.len() - 1] - self.a.values[0],
        );
        if at_low > 0.0 {
            (high, at_high, low, at_low) = (low, at_low, first, -probability);
        } else if at_high < 0.0 {
            (low, at_low, high, at_high) = (high, at_high, last, 1.0 - probability);
        }
        for step in 0..MOST_STEPS {
            let width = high - low;
            if width <= 1e-12 * low.abs().max(high.abs()) || at_high - at_low < PROBABILITY {
                break;
            }
            let secant = low - at_low * width / (at_high - at_low);
            let is_inside = secant > low && secant < high;
            let middle = if step % 3 == 2 || !is_inside { f64::midpoint(low, high) } else { secant };
            let at_middle = self.share(middle) - probability;
            if at_middle.abs() < PROBABILITY {
                return middle;
            }
            if at_middle < 0.0 {
                (low, at_low) = (middle, at_middle);
            } else {
                (high, at_high) = (middle, at_middle);
            }
        }
        f64::midpoint(low, high)
    }
}
