//! Where a curve begins, is highest and ends, closer than the currents of the curve are to each other.

use super::curve::{FiCurve, FiProtocol};
use crate::model::{Grid, Start};
use crate::neuroai::activation::evenly;
use crate::neuroai::{Cells, Constant};

/// Currents that are tried between two, and how often.
const PARTS: usize = 9;
const ROUNDS: usize = 3;

/// Looks for where a rest is lost or found again, each of which halves the doubt.
const HALVINGS: usize = 30;

/// A current at which something changes, known to lie between two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The current below, in µA/cm².
    pub below_ua_cm2: f64,
    /// The current above, in µA/cm².
    pub above_ua_cm2: f64,
}

impl Edge {
    /// Its middle, in µA/cm².
    pub fn at_ua_cm2(&self) -> f64 {
        0.5 * (self.below_ua_cm2 + self.above_ua_cm2)
    }

    /// Its width, in µA/cm²: the resolution.
    pub fn resolution_ua_cm2(&self) -> f64 {
        self.above_ua_cm2 - self.below_ua_cm2
    }
}

/// What stands out on a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    /// Where steps from rest begin to make the cell fire; `None` if it fires at the lowest current, or nowhere.
    pub onset: Option<Edge>,
    /// Rate just above the onset, in spikes per second.
    pub onset_rate_hz: Option<f64>,
    /// The highest rate, in spikes per second.
    pub highest_rate_hz: f64,
    /// The current of the highest rate, in µA/cm², to the step of the curve.
    pub highest_at_ua_cm2: Option<f64>,
    /// Where the cell stops firing again although the current grows: depolarisation block; `None` if it does not.
    pub block: Option<Edge>,
    /// Where the resting state stops being stable, if it does.
    pub rest_lost: Option<Edge>,
    /// Where a resting state becomes stable again above that.
    pub rest_found: Option<Edge>,
}

impl FiProtocol {
    /// What stands out on the curves of some cells.
    ///
    /// `curves`: one for each cell.
    pub fn landmarks(&self, cells: &Cells, curves: &[FiCurve]) -> Vec<Landmarks> {
        let edges = |of: fn(&FiCurve) -> Option<(f64, f64)>| curves.iter().map(of).collect::<Vec<_>>();
        let onsets = self.refined(cells, &edges(onset_between), true);
        let blocks = self.refined(cells, &edges(block_between), false);
        let rests = self.rests(cells);
        let own = curves.iter().zip(onsets).zip(blocks).zip(rests);
        own.map(|(((curve, onset), block), (rest_lost, rest_found))| {
            let highest = curve.highest();
            Landmarks {
                onset: onset.map(|(edge, _)| edge),
                onset_rate_hz: onset.map(|(_, rate)| rate),
                highest_rate_hz: highest.map_or(0.0, |place| curve.rates_hz[place]),
                highest_at_ua_cm2: highest.map(|place| curve.currents_ua_cm2[place]),
                block: block.map(|(edge, _)| edge),
                rest_lost,
                rest_found,
            }
        })
        .collect()
    }

    /// The first edge between two currents of each cell, with the rate on its firing side. `rising`: silent below.
    fn refined(
        &self,
        cells: &Cells,
        between: &[Option<(f64, f64)>],
        rising: bool,
    ) -> Vec<Option<(Edge, f64)>> {
        let mut found: Vec<Option<(Edge, f64)>> = between
            .iter()
            .map(|own| {
                own.map(|(below_ua_cm2, above_ua_cm2)| (Edge { below_ua_cm2, above_ua_cm2 }, f64::NAN))
            })
            .collect();
        let searched: Vec<usize> = (0..found.len()).filter(|cell| found[*cell].is_some()).collect();
        if searched.is_empty() {
            return found;
        }
        let some = cells.chosen(&searched);
        for _ in 0..ROUNDS {
            let edges: Vec<Edge> = searched.iter().filter_map(|cell| found[*cell]).map(|own| own.0).collect();
            let tried: Vec<Vec<f64>> =
                edges.iter().map(|own| evenly(own.below_ua_cm2, own.above_ua_cm2, PARTS + 1)).collect();
            let rates = self.rates_hz(&some, &tried);
            for ((cell, tried), rates) in searched.iter().zip(&tried).zip(rates) {
                let Ok(rates) = rates else { continue };
                let changes = |place: &usize| (rates[*place] > 0.0) == rising;
                // The last of them is known to be beyond the change.
                let above = (1..PARTS).find(changes).unwrap_or(PARTS);
                let edge = Edge { below_ua_cm2: tried[above - 1], above_ua_cm2: tried[above] };
                found[*cell] = Some((edge, rates[if rising { above } else { above - 1 }]));
            }
        }
        found
    }

    /// Where the lowest resting state of each cell is lost, and where one is found again.
    fn rests(&self, cells: &Cells) -> Vec<(Option<Edge>, Option<Edge>)> {
        if !cells.membrane.has_rest() {
            return vec![(None, None); cells.len()];
        }
        let currents = evenly(self.from_ua_cm2, self.to_ua_cm2, self.steps + 1);
        let rests = self.rest_at(cells, &vec![currents.clone(); cells.len()]);
        let of = |own: &Vec<bool>, from: usize, now: bool| {
            let place = (from.max(1)..own.len()).find(|place| own[place - 1] == now && own[*place] != now)?;
            Some((place, Edge { below_ua_cm2: currents[place - 1], above_ua_cm2: currents[place] }))
        };
        let lost: Vec<_> = rests.iter().map(|own| of(own, 1, true)).collect();
        let regained: Vec<_> = rests
            .iter()
            .zip(&lost)
            .map(|(own, lost)| of(own, lost.map_or(1, |(place, _)| place), false))
            .collect();
        let edge = |own: &Option<(usize, Edge)>| own.map(|(_, edge)| edge);
        let lost = self.halved(cells, lost.iter().map(edge).collect(), true);
        let regained = self.halved(cells, regained.iter().map(edge).collect(), false);
        lost.into_iter().zip(regained).collect()
    }

    /// Closes in on edges; below them there is a rest, if `resting`.
    fn halved(&self, cells: &Cells, mut edges: Vec<Option<Edge>>, resting: bool) -> Vec<Option<Edge>> {
        for _ in 0..HALVINGS {
            let middle = |edge: &Option<Edge>| vec![edge.map_or(self.from_ua_cm2, |own| own.at_ua_cm2())];
            let rests = self.rest_at(cells, &edges.iter().map(middle).collect::<Vec<_>>());
            for (edge, rest) in edges.iter_mut().zip(rests) {
                if let Some(edge) = edge {
                    let middle = edge.at_ua_cm2();
                    let side =
                        if rest[0] == resting { &mut edge.below_ua_cm2 } else { &mut edge.above_ua_cm2 };
                    *side = middle;
                }
            }
        }
        edges
    }

    /// Whether each cell has a stable rest at its currents, by the eigenvalues of the whole membrane.
    fn rest_at(&self, cells: &Cells, currents: &[Vec<f64>]) -> Vec<Vec<bool>> {
        let each = currents.first().map_or(1, Vec::len).max(1);
        let currents = currents.concat();
        let start = |places: &[usize]| Start::Rest {
            holding_ua_cm2: places.iter().map(|place| currents[*place]).collect(),
            settle_ms: None,
        };
        // Nothing is simulated: whether there is a rest is known at the start.
        let grid = Grid { samples: 1, ..self.grid(0.0) };
        let rests = cells.repeated(each).measure(start, grid, &Constant(&currents), |_, _| ());
        rests.chunks(each).map(|own| own.iter().map(Result::is_ok).collect()).collect()
    }
}

/// The last silent and the first firing current.
fn onset_between(curve: &FiCurve) -> Option<(f64, f64)> {
    let first = curve.rates_hz.iter().position(|rate| *rate > 0.0)?;
    let below = first.checked_sub(1)?;
    Some((curve.currents_ua_cm2[below], curve.currents_ua_cm2[first]))
}

/// The last firing current and the silent one above it.
fn block_between(curve: &FiCurve) -> Option<(f64, f64)> {
    let last = curve.rates_hz.iter().rposition(|rate| *rate > 0.0)?;
    let above = *curve.currents_ua_cm2.get(last + 1)?;
    Some((curve.currents_ua_cm2[last], above))
}
