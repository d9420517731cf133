//! What a feature is.

use std::fmt;

use super::analysis::Analysis;
use crate::units::Unit;

/// Something that is measured on a sweep.
#[derive(Clone, Copy)]
pub struct Feature {
    /// The name, which is eFEL's where eFEL has the feature.
    pub name: &'static str,
    /// The unit of its values.
    pub unit: Unit,
    /// One line with the definition.
    pub summary: &'static str,
    /// Whether it describes spikes, so that a silent sweep has no value, or zero.
    pub of_spikes: bool,
    extract: Extract,
}

#[derive(Clone, Copy)]
enum Extract {
    /// One value for the sweep.
    Single(ReadOne),
    /// One value per spike or interval, appended to an empty list.
    List(ReadMany),
}

impl Feature {
    /// Whether there is one value per spike or interval, rather than one per sweep.
    pub fn per_spike(&self) -> bool {
        matches!(self.extract, Extract::List(_))
    }

    /// Writes the values of a sweep into an empty list. It stays empty if there is no value, or one that
    /// is not finite.
    pub(super) fn read(&self, analysis: &Analysis<'_>, values: &mut Vec<f64>) {
        match self.extract {
            Extract::Single(extract) => values.extend(extract(analysis)),
            Extract::List(extract) => extract(analysis, values),
        }
        if !values.iter().all(|value| value.is_finite()) {
            values.clear();
        }
    }
}

impl fmt::Debug for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feature").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for Feature {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

type ReadMany = fn(&Analysis<'_>, &mut Vec<f64>);
type ReadOne = fn(&Analysis<'_>) -> Option<f64>;

/// A feature with one value per spike or interval.
pub const fn per_spike(name: &'static str, unit: Unit, summary: &'static str, extract: ReadMany) -> Feature {
    Feature { name, unit, summary, of_spikes: true, extract: Extract::List(extract) }
}

/// A feature of all spikes together.
pub const fn of_spikes(name: &'static str, unit: Unit, summary: &'static str, extract: ReadOne) -> Feature {
    Feature { name, unit, summary, of_spikes: true, extract: Extract::Single(extract) }
}

/// A feature of the voltage that needs no spikes.
pub const fn of_voltage(name: &'static str, unit: Unit, summary: &'static str, extract: ReadOne) -> Feature {
    Feature { name, unit, summary, of_spikes: false, extract: Extract::Single(extract) }
}
