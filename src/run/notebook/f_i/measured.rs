//! What is measured of one cell, and of the cells of a posterior.

use rayon::prelude::*;

use crate::diagnostics::quantile;
use crate::neuroai::Cells;
use crate::neuroai::f_i::{
    Edge, FiCurve, FiProtocol, Fit, Hysteresis, Landmarks, RANGES, Range, Stairs, UNITS, Unit,
};
use crate::numeric::Failure;

/// One cell.
pub(super) struct Measured {
    pub curve: FiCurve,
    pub marks: Landmarks,
    pub hysteresis: Option<Hysteresis>,
    /// Units on each range, the closest first.
    pub fits: Vec<(Range, Vec<Fit>)>,
}

/// The cells of a posterior.
pub(super) struct Band {
    pub cells: Vec<Measured>,
    /// How many could not be simulated.
    pub failed: usize,
}

/// All cells; one that fails at one of the currents is left out.
pub(super) fn measure(protocol: &FiProtocol, stairs: Stairs, cells: &Cells) -> Result<Band, Failure> {
    let curves = protocol.curves(cells);
    let failure = curves.iter().find_map(|own| own.as_ref().err().copied());
    let kept: Vec<usize> = (0..curves.len()).filter(|cell| curves[*cell].is_ok()).collect();
    if let (true, Some(failure)) = (kept.is_empty(), failure) {
        return Err(failure);
    }
    let failed = curves.len() - kept.len();
    let cells = cells.chosen(&kept);
    let curves: Vec<FiCurve> = curves.into_iter().flatten().collect();
    let marks = protocol.landmarks(&cells, &curves);
    let hysteresis = protocol.hysteresis(&cells, stairs);
    let measured = curves.into_par_iter().zip(marks).zip(hysteresis);
    let cells = measured
        .map(|((curve, marks), hysteresis)| Measured {
            fits: RANGES.iter().map(|range| (*range, range.fits(&curve, &marks))).collect(),
            curve,
            marks,
            hysteresis: hysteresis.ok(),
        })
        .collect();
    Ok(Band { cells, failed })
}

/// A number that is read off a curve.
pub(super) struct Mark {
    pub key: &'static str,
    pub name: &'static str,
    pub of: fn(&Measured) -> Option<f64>,
    /// How closely it is known; `None` of a rate.
    pub resolution: fn(&Measured) -> Option<f64>,
}

fn switch_edge(own: &Measured, edge: fn(&crate::neuroai::f_i::Switch) -> Edge) -> Option<Edge> {
    Some(edge(&own.hysteresis.as_ref()?.switch?))
}

fn step(own: &Measured) -> Option<f64> {
    let currents = &own.curve.currents_ua_cm2;
    Some(currents.get(1)? - currents.first()?)
}

/// All of them, in the order of growing currents.
pub(super) const MARKS: [Mark; 9] = [
    Mark {
        key: "stops_falling_ua_cm2",
        name: "stops firing, as the current falls (µA/cm²)",
        of: |own| switch_edge(own, |switch| switch.down).map(|edge| edge.at_ua_cm2()),
        resolution: |own| switch_edge(own, |switch| switch.down).map(|edge| edge.resolution_ua_cm2()),
    },
    Mark {
        key: "onset_ua_cm2",
        name: "onset, steps from rest (µA/cm²)",
        of: |own| own.marks.onset.map(|edge| edge.at_ua_cm2()),
        resolution: |own| own.marks.onset.map(|edge| edge.resolution_ua_cm2()),
    },
    Mark {
        key: "rest_lost_ua_cm2",
        name: "rest is lost (µA/cm²)",
        of: |own| own.marks.rest_lost.map(|edge| edge.at_ua_cm2()),
        resolution: |own| own.marks.rest_lost.map(|edge| edge.resolution_ua_cm2()),
    },
    Mark {
        key: "starts_growing_ua_cm2",
        name: "starts firing, as the current grows (µA/cm²)",
        of: |own| switch_edge(own, |switch| switch.up).map(|edge| edge.at_ua_cm2()),
        resolution: |own| switch_edge(own, |switch| switch.up).map(|edge| edge.resolution_ua_cm2()),
    },
    Mark {
        key: "onset_rate_hz",
        name: "rate at the onset (Hz)",
        of: |own| own.marks.onset_rate_hz,
        resolution: |_| None,
    },
    Mark {
        key: "highest_rate_hz",
        name: "highest rate (Hz)",
        of: |own| own.marks.highest_at_ua_cm2.map(|_| own.marks.highest_rate_hz),
        resolution: |_| None,
    },
    Mark {
        key: "highest_at_ua_cm2",
        name: "at a current of (µA/cm²)",
        of: |own| own.marks.highest_at_ua_cm2,
        resolution: step,
    },
    Mark {
        key: "block_ua_cm2",
        name: "block: no more spikes (µA/cm²)",
        of: |own| own.marks.block.map(|edge| edge.at_ua_cm2()),
        resolution: |own| own.marks.block.map(|edge| edge.resolution_ua_cm2()),
    },
    Mark {
        key: "rest_found_ua_cm2",
        name: "rest is stable again (µA/cm²)",
        of: |own| own.marks.rest_found.map(|edge| edge.at_ua_cm2()),
        resolution: |own| own.marks.rest_found.map(|edge| edge.resolution_ua_cm2()),
    },
];

impl Measured {
    /// The units on a range, the closest first.
    pub fn fits(&self, range: Range) -> &[Fit] {
        self.fits.iter().find(|(own, _)| *own == range).map_or(&[], |(_, fits)| fits)
    }
}

/// Median and the ends of the middle 95 %.
pub(super) struct Spread {
    pub median: f64,
    pub lower: f64,
    pub upper: f64,
    /// Of how many draws.
    pub draws: usize,
}

impl Spread {
    pub fn of(values: &[f64]) -> Option<Self> {
        let at = |probability| quantile(values, probability);
        let draws = values.len();
        (draws > 0).then(|| Self { median: at(0.5), lower: at(0.025), upper: at(0.975), draws })
    }
}

impl Band {
    pub fn mark(&self, mark: &Mark) -> Option<Spread> {
        Spread::of(&self.cells.iter().filter_map(mark.of).collect::<Vec<_>>())
    }

    /// Of the rate at each current.
    pub fn rates(&self) -> Vec<Spread> {
        let currents = self.cells.first().map_or(0, |own| own.curve.rates_hz.len());
        let at = |place: usize| self.cells.iter().map(|own| own.curve.rates_hz[place]).collect::<Vec<_>>();
        (0..currents).filter_map(|place| Spread::of(&at(place))).collect()
    }

    /// For each unit the share of the draws that it is closest to by BIC, and of how many draws; `None` if no draw has
    /// this range.
    pub fn closest(&self, range: Range) -> Option<([(Unit, f64); 5], usize)> {
        let best: Vec<Unit> =
            self.cells.iter().filter_map(|own| own.fits(range).first()).map(|fit| fit.unit).collect();
        let share = |unit: Unit| best.iter().filter(|own| **own == unit).count() as f64 / best.len() as f64;
        (!best.is_empty()).then(|| (UNITS.map(|unit| (unit, share(unit))), best.len()))
    }
}
