//! Distances between two distributions of one parameter that need no density: Wasserstein-1 and Kolmogorov-Smirnov.

use super::marginal::{Estimate, Marginal};

/// A distance, and what two samples of these sizes from one and the same distribution give on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The distance; it cannot be negative, so it is never 0.
    pub estimate: Estimate,
    /// Its mean if both were equal.
    pub if_equal: f64,
}

/// The cumulative distributions between two neighbours of the merged draws.
struct Stretch {
    start: f64,
    end: f64,
    a: f64,
    b: f64,
}

/// All stretches, in ascending order.
fn stretches(a: &Marginal, b: &Marginal) -> Vec<Stretch> {
    let (mut i, mut j) = (0, 0);
    let share = |of: &Marginal, count: usize| if count == 0 { 0.0 } else { of.shares[count - 1] };
    let mut all = Vec::with_capacity(a.values.len() + b.values.len());
    loop {
        let next = match (a.values.get(i), b.values.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) | (None, Some(&x)) => x,
            (None, None) => return all,
        };
        while a.values.get(i).is_some_and(|&x| x <= next) {
            i += 1;
        }
        while b.values.get(j).is_some_and(|&y| y <= next) {
            j += 1;
        }
        if let Some(last) = all.last_mut() {
            let last: &mut Stretch = last;
            last.end = next;
        }
        all.push(Stretch { start: next, end: next, a: share(a, i), b: share(b, j) });
    }
}

/// 1 / n of two samples added up: the variance of the difference of two shares, but for a factor.
fn inverse_sizes(a: &Marginal, b: &Marginal) -> f64 {
    1.0 / a.effective + 1.0 / b.effective
}

/// Wasserstein-1 and Kolmogorov-Smirnov.
pub(super) fn distances(a: &Marginal, b: &Marginal) -> (Distance, Distance) {
    let all = stretches(a, b);
    (wasserstein(a, b, &all), kolmogorov_smirnov(a, b, &all))
}

/// ∫ |F − G| of the cumulative distributions, the mean way by which the draws of one have to be moved to become the other.
fn wasserstein(a: &Marginal, b: &Marginal, all: &[Stretch]) -> Distance {
    let mut value = 0.0;
    let mut root = 0.0;
    for own in all {
        let width = own.end - own.start;
        value += (own.a - own.b).abs() * width;
        let share = f64::midpoint(own.a, own.b);
        root += (share * (1.0 - share)).max(0.0).sqrt() * width;
    }
    // A draw at x adds to F everywhere above x, which counts with the sign of F_A − F_B.
    let mut above = vec![0.0; all.len() + 1];
    for (place, own) in all.iter().enumerate().rev() {
        let sign = if own.a > own.b { 1.0 } else { -1.0 };
        above[place] = above[place + 1] + sign * (own.end - own.start);
    }
    let of = |marginal: &Marginal| {
        let mut place = 0;
        let at = |value: &f64| {
            while all[place].start < *value {
                place += 1;
            }
            above[place]
        };
        marginal.mean(&marginal.values.iter().map(at).collect::<Vec<_>>()).error
    };
    // E |N(0, s²)| = s √(2/π), with s² = F (1 − F) (1/n + 1/m) at each place.
    let if_equal = (std::f64::consts::FRAC_2_PI * inverse_sizes(a, b)).sqrt() * root;
    Distance { estimate: Estimate::with_errors(value, of(a), of(b)), if_equal }
}

/// max |F − G| of the cumulative distributions.
fn kolmogorov_smirnov(a: &Marginal, b: &Marginal, all: &[Stretch]) -> Distance {
    /// Mean of the Kolmogorov distribution, √(π/2) ln 2.
    const MEAN: f64 = 0.868_731_160_636_159_5;
    let height = |own: &Stretch| (own.a - own.b).abs();
    let (value, place) = all.iter().fold((0.0, f64::NEG_INFINITY), |best: (f64, f64), own| {
        if height(own) > best.0 { (height(own), own.start) } else { best }
    });
    let of = |marginal: &Marginal| {
        let up_to = |value: &f64| f64::from(u8::from(*value <= place));
        marginal.mean(&marginal.values.iter().map(up_to).collect::<Vec<_>>()).error
    };
    let if_equal = (MEAN * inverse_sizes(a, b).sqrt()).min(1.0);
    Distance { estimate: Estimate::with_errors(value, of(a), of(b)), if_equal }
}
