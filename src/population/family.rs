//! On which scale the cells of a population scatter.

/// The distribution of one parameter over the cells of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Normal in the unit of the parameter.
    Normal,
    /// The natural logarithm of the parameter, in its unit, is normal.
    LogNormal,
}

impl Family {
    /// As the settings and the results call it.
    pub fn name(self) -> &'static str {
        match self {
            Family::Normal => "normal",
            Family::LogNormal => "lognormal",
        }
    }

    /// From the unit of the parameter to the scale on which it is normal; NaN or −∞ where it has none.
    pub fn to_scale(self, value: f64) -> f64 {
        match self {
            Family::Normal => value,
            Family::LogNormal => value.ln(),
        }
    }

    /// Back to the unit of the parameter.
    pub fn from_scale(self, value: f64) -> f64 {
        match self {
            Family::Normal => value,
            Family::LogNormal => value.exp(),
        }
    }

    /// Logarithm of d value / d scale, at that place of the scale.
    pub fn log_jacobian(self, scaled: f64) -> f64 {
        match self {
            Family::Normal => 0.0,
            Family::LogNormal => scaled,
        }
    }
}
