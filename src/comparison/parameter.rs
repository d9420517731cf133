//! One parameter in two posteriors.

use super::density::{Curve, Densities, curves};
use super::difference::Differences;
use super::distances::{Distance, distances};
use super::marginal::{Estimate, Marginal};
use super::sample::Layout;
use crate::diagnostics::INTERVAL;
use crate::units::Unit;

/// Differences that are as good as none: the region of practical equivalence (Kruschke 2018,
/// <https://doi.org/10.1177/2515245918771304>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rope {
    /// |B − A| up to this, in the unit of the parameter.
    Absolute(f64),
    /// B / A from 1 / (1 + x) to 1 + x.
    Relative(f64),
}

/// Median and interval of probability [`INTERVAL`], each with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Lower end of the interval.
    pub lower: Estimate,
    /// The median.
    pub median: Estimate,
    /// Upper end of the interval.
    pub upper: Estimate,
}

/// What is different in one parameter. B − A and B / A are those of independent draws.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterComparison {
    /// Name of the parameter.
    pub name: String,
    /// Its unit, if it is known.
    pub unit: Option<String>,
    /// Lower end, median and upper end of the interval in A and in B.
    pub sides: [[f64; 3]; 2],
    /// B − A.
    pub difference: Spread,
    /// B / A; `None` if a draw has another sign, or the unit has no natural zero.
    pub ratio: Option<Spread>,
    /// P(B > A).
    pub p_greater: Estimate,
    /// The region and the probability that the difference is in it, if there is a region.
    pub rope: Option<(Rope, Estimate)>,
    /// Area that the densities have in common, from 0 to 1.
    pub overlap: Distance,
    /// Wasserstein-1, in the unit of the parameter.
    pub wasserstein: Distance,
    /// Jensen-Shannon divergence in bits.
    pub jensen_shannon: Estimate,
    /// Kolmogorov-Smirnov.
    pub ks: Distance,
    /// The densities of A and B.
    pub curves: [Curve; 2],
}

/// A direction is said without reserve from this probability on: its 95 % interval is on one side of zero.
pub const SURE: f64 = 0.975;

const PROBABILITIES: [f64; 3] = [(1.0 - INTERVAL) / 2.0, 0.5, f64::midpoint(1.0, INTERVAL)];

/// Half width of the region of practical equivalence, if none is given: relative, and of a voltage in mV.
const ROPE_RATIO: f64 = 0.05;
const ROPE_MV: f64 = 1.0;

/// Whether twice as much means something: not of voltages and temperatures, whose zero is a convention. A unit that is not
/// known counts as having one.
pub fn has_natural_zero(unit: Option<&str>) -> bool {
    let is_of = |kind: Unit| unit.is_some_and(|unit| kind.factor_from(unit).is_some());
    !is_of(Unit::Millivolt) && !is_of(Unit::Celsius)
}

/// The region of practical equivalence where none is given.
fn default_rope(unit: Option<&str>, has_ratio: bool) -> Option<Rope> {
    let millivolts = unit.and_then(|unit| Unit::Millivolt.factor_from(unit));
    match millivolts {
        Some(factor) => Some(Rope::Absolute(ROPE_MV / factor.apply(1.0))),
        None => has_ratio.then_some(Rope::Relative(ROPE_RATIO)),
    }
}

/// Compares one parameter. `values`: the draws of A and B; `rope`: in place of the default.
pub fn compare_parameter(
    (name, unit): (&str, Option<&str>),
    values: [&[f64]; 2],
    layouts: [&Layout; 2],
    rope: Option<Rope>,
) -> ParameterComparison {
    let [a, b] = [0, 1].map(|side| Marginal::new(values[side], layouts[side]));
    let differences = Differences::new(&a, &b);
    let logs = a.log_sizes().zip(b.log_sizes()).filter(|_| (a.values[0] > 0.0) == (b.values[0] > 0.0));
    let of_logs = logs.as_ref().map(|(a, b)| Differences::new(a, b));
    let of_logs = of_logs.filter(|_| has_natural_zero(unit));
    let rope = rope.or_else(|| default_rope(unit, of_logs.is_some()));
    let probability = |rope| match rope {
        Rope::Absolute(width) => Some(differences.share_within(width)),
        Rope::Relative(share) => of_logs.as_ref().map(|own| own.share_within((1.0 + share).ln())),
    };
    let up_to_zero = differences.share_up_to(0.0);
    let (wasserstein, ks) = distances(&a, &b);
    let densities = match &logs {
        Some((a, b)) => Densities::new(a, b),
        None => Densities::new(&a, &b),
    };
    ParameterComparison {
        name: name.to_owned(),
        unit: unit.map(str::to_owned),
        sides: [&a, &b].map(|own| PROBABILITIES.map(|probability| own.quantile(probability))),
        difference: spread(&differences),
        ratio: of_logs.as_ref().map(|own| spread(own).exponential()),
        p_greater: Estimate { value: 1.0 - up_to_zero.value, ..up_to_zero },
        rope: rope.and_then(|rope| Some((rope, probability(rope)?))),
        overlap: densities.overlap(),
        jensen_shannon: densities.jensen_shannon(),
        wasserstein,
        ks,
        curves: curves(&a, &b),
    }
}

fn spread(of: &Differences<'_>) -> Spread {
    let [lower, median, upper] = PROBABILITIES.map(|probability| of.quantile(probability));
    Spread { lower, median, upper }
}

impl Spread {
    /// Of logarithms: that of the ratios.
    fn exponential(self) -> Self {
        let of = |own: Estimate| {
            let value = own.value.exp();
            Estimate { value, error: own.error * value }
        };
        Self { lower: of(self.lower), median: of(self.median), upper: of(self.upper) }
    }
}
