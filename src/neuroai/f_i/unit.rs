//! Artificial units that are fitted to a curve: a gain times a shape that is shifted, and stretched if it bends.

/// The units, simplest first. Sigmoid and tanh are two units only because neither has an offset: a sigmoid goes from 0 to
/// its gain, a tanh from minus its gain to its gain through 0.
pub const UNITS: [Unit; 5] = [Unit::Relu, Unit::LeakyRelu, Unit::Softplus, Unit::Sigmoid, Unit::Tanh];

/// A kind of artificial unit. With a gain g, a shift θ and a scale s:
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// g max(0, I − θ)
    Relu,
    /// g (I − θ) above θ and g′ (I − θ) below
    LeakyRelu,
    /// g s ln(1 + e^((I − θ)/s))
    Softplus,
    /// g / (1 + e^(−(I − θ)/s))
    Sigmoid,
    /// g tanh((I − θ)/s)
    Tanh,
}

impl Unit {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::LeakyRelu => "leaky ReLU",
            Self::Softplus => "softplus",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
        }
    }

    /// Whether it bends, over a scale of its own.
    pub fn bends(self) -> bool {
        matches!(self, Self::Softplus | Self::Sigmoid | Self::Tanh)
    }

    /// Number of gains.
    pub fn gains(self) -> usize {
        if self == Self::LeakyRelu { 2 } else { 1 }
    }

    /// Numbers that are fitted, without the standard deviation of the residuals: gains, shift, and scale if it bends.
    pub fn parameters(self) -> usize {
        self.gains() + 1 + usize::from(self.bends())
    }

    /// What the gains are multiplied with at a current; the second is 0 of a unit with one gain.
    pub(super) fn shapes(self, current: f64, shift: f64, scale: f64) -> [f64; 2] {
        let x = current - shift;
        match self {
            Self::Relu => [x.max(0.0), 0.0],
            Self::LeakyRelu => [x.max(0.0), x.min(0.0)],
            // Without overflow on either side.
            Self::Softplus => [x.max(0.0) + scale * (-x.abs() / scale).exp().ln_1p(), 0.0],
            Self::Sigmoid => [1.0 / (1.0 + (-x / scale).exp()), 0.0],
            Self::Tanh => [(x / scale).tanh(), 0.0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_the_values_of_their_definitions() {
        let at = |unit: Unit, x: f64| unit.shapes(x, 2.0, 0.5);
        let near = |found: [f64; 2], expected: [f64; 2]| {
            assert!((0..2).all(|own| (found[own] - expected[own]).abs() < 1e-15), "{found:?}");
        };
        near(at(Unit::Relu, 1.0), [0.0, 0.0]);
        near(at(Unit::Relu, 5.0), [3.0, 0.0]);
        near(at(Unit::LeakyRelu, 1.0), [0.0, -1.0]);
        assert!((at(Unit::Softplus, 2.0)[0] - 0.5 * std::f64::consts::LN_2).abs() < 1e-15);
        assert!((at(Unit::Softplus, 900.0)[0] - 898.0).abs() < 1e-12);
        assert!((at(Unit::Sigmoid, 2.0)[0] - 0.5).abs() < 1e-15);
        assert!((at(Unit::Tanh, 2.5)[0] - 0.761_594_155_955_764_9).abs() < 1e-15);
    }
}
