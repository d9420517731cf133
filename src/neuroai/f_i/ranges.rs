//! Parts of a curve to which units are fitted: which unit is closest depends on where the input lies.

use super::curve::FiCurve;
use super::fit::{Fit, fits};
use super::landmarks::{Edge, Landmarks};

/// A part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Range {
    /// Every current.
    Whole,
    /// From the lowest current to that of the highest rate.
    Rising,
    /// As far above the onset as it is above the lowest current.
    Onset,
    /// From the onset to the block, or to the highest current.
    Firing,
}

/// All of them.
pub const RANGES: [Range; 4] = [Range::Whole, Range::Rising, Range::Onset, Range::Firing];

impl Range {
    /// What it is, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole range",
            Self::Rising => "to the highest rate",
            Self::Onset => "around the onset",
            Self::Firing => "while it fires",
        }
    }

    /// Its key in `notebook.json`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Rising => "rising",
            Self::Onset => "onset",
            Self::Firing => "firing",
        }
    }

    /// Its ends on a curve, in µA/cm²; `None` if the curve has no such part.
    pub fn of(self, curve: &FiCurve, marks: &Landmarks) -> Option<(f64, f64)> {
        let (from, to) = (*curve.currents_ua_cm2.first()?, *curve.currents_ua_cm2.last()?);
        let onset = || marks.onset.as_ref().map(Edge::at_ua_cm2);
        match self {
            Self::Whole => Some((from, to)),
            Self::Rising => Some((from, marks.highest_at_ua_cm2?)),
            Self::Onset => onset().map(|onset| (from, (2.0 * onset - from).min(to))),
            Self::Firing => {
                marks.highest_at_ua_cm2?;
                let block = marks.block.as_ref().map_or(to, Edge::at_ua_cm2);
                Some((onset().unwrap_or(from), block))
            }
        }
    }

    /// All units on this part of a curve, the lowest BIC first; empty if there is no such part, or it has too few points.
    pub fn fits(self, curve: &FiCurve, marks: &Landmarks) -> Vec<Fit> {
        self.of(curve, marks).map_or_else(Vec::new, |(from, to)| {
            let (currents, rates) = curve.within(from, to);
            fits(&currents, &rates)
        })
    }
}
