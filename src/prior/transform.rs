//! From the real line, where samplers move, to the support of a prior.

use super::inside;

/// An increasing map from the real line onto an open interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    /// The whole real line: x = u.
    Identity,
    /// Above a lower end: x = lower + exp(u).
    Log {
        /// The lower end.
        lower: f64,
    },
    /// Below an upper end: x = upper − exp(−u).
    NegativeLog {
        /// The upper end.
        upper: f64,
    },
    /// Between two ends: x = lower + (upper − lower) / (1 + exp(−u)).
    Logit {
        /// The lower end.
        lower: f64,
        /// The upper end.
        upper: f64,
    },
}

impl Transform {
    /// The map onto the open interval `(lower, upper)`; either end may be infinite.
    pub fn onto((lower, upper): (f64, f64)) -> Self {
        match (lower.is_finite(), upper.is_finite()) {
            (false, false) => Transform::Identity,
            (true, false) => Transform::Log { lower },
            (false, true) => Transform::NegativeLog { upper },
            (true, true) => Transform::Logit { lower, upper },
        }
    }

    /// The natural value of a point on the real line: finite, and strictly inside the interval even where
    /// rounding would reach its end.
    pub fn to_natural(self, unconstrained: f64) -> f64 {
        let u = unconstrained;
        let value = match self {
            Transform::Identity => u,
            Transform::Log { lower } => lower + u.exp(),
            Transform::NegativeLog { upper } => upper - (-u).exp(),
            // Measured from the nearer end, so that no digit is lost there.
            Transform::Logit { lower, upper } if u < 0.0 => lower + (upper - lower) * logistic(u),
            Transform::Logit { lower, upper } => upper - (upper - lower) * logistic(-u),
        };
        inside(self.interval(), value)
    }

    /// The point on the real line of a natural value. A value on an end or outside is taken for the nearest
    /// one inside.
    pub fn to_unconstrained(self, natural: f64) -> f64 {
        let x = inside(self.interval(), natural);
        match self {
            Transform::Identity => x,
            Transform::Log { lower } => (x - lower).ln(),
            Transform::NegativeLog { upper } => -(upper - x).ln(),
            Transform::Logit { lower, upper } => (x - lower).ln() - (upper - x).ln(),
        }
    }

    /// Logarithm of d natural / d unconstrained.
    pub fn log_jacobian(self, unconstrained: f64) -> f64 {
        let u = unconstrained;
        match self {
            Transform::Identity => 0.0,
            // Where the natural value has reached the largest number, it no longer moves.
            Transform::Log { .. } if u.exp() == f64::INFINITY => f64::NEG_INFINITY,
            Transform::NegativeLog { .. } if (-u).exp() == f64::INFINITY => f64::NEG_INFINITY,
            Transform::Log { .. } => u,
            Transform::NegativeLog { .. } => -u,
            Transform::Logit { lower, upper } => {
                (upper - lower).ln() - u.abs() - 2.0 * (-u.abs()).exp().ln_1p()
            }
        }
    }

    fn interval(self) -> (f64, f64) {
        match self {
            Transform::Identity => (f64::NEG_INFINITY, f64::INFINITY),
            Transform::Log { lower } => (lower, f64::INFINITY),
            Transform::NegativeLog { upper } => (f64::NEG_INFINITY, upper),
            Transform::Logit { lower, upper } => (lower, upper),
        }
    }
}

fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Transform; 4] = [
        Transform::Identity,
        Transform::Log { lower: -2.0 },
        Transform::NegativeLog { upper: 3.0 },
        Transform::Logit { lower: -2.0, upper: 3.0 },
    ];

    #[test]
    fn the_log_jacobian_is_the_slope() {
        for transform in ALL {
            for u in [-3.0, -0.4, 0.0, 0.7, 2.5] {
                // Central difference: error of order step², here far below 1e-7.
                let step = 1e-5;
                let slope = (transform.to_natural(u + step) - transform.to_natural(u - step)) / (2.0 * step);
                approx::assert_relative_eq!(transform.log_jacobian(u), slope.ln(), epsilon = 1e-7);
            }
        }
    }

    #[test]
    fn there_and_back_is_where_it_started() {
        for transform in ALL {
            for u in [-12.0, -3.0, 0.0, 0.7, 12.0] {
                // The natural value keeps 16 digits of numbers near 3; exp(−12) has 11 of them left.
                let back = transform.to_unconstrained(transform.to_natural(u));
                approx::assert_abs_diff_eq!(back, u, epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn no_point_of_the_real_line_leaves_the_interval() {
        for transform in ALL {
            let (lower, upper) = transform.interval();
            for u in [f64::NEG_INFINITY, -1e300, -800.0, 800.0, 1e300, f64::INFINITY] {
                let natural = transform.to_natural(u);
                assert!(natural.is_finite() && lower < natural && natural < upper, "{transform:?} at {u}");
                assert!(transform.to_unconstrained(natural).is_finite(), "{transform:?} at {u}");
            }
        }
    }
}
