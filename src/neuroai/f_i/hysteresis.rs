//! Hysteresis: a staircase of currents up and down again, in which every level starts where the last one ended.

use super::curve::{FiCurve, FiProtocol};
use super::firing::Firing;
use super::landmarks::Edge;
use crate::model::StepCurrent;
use crate::neuroai::activation::evenly;
use crate::neuroai::{Cells, CommandedCurrent};
use crate::numeric::Failure;

/// A staircase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stairs {
    /// Number of intervals between levels: there is one level more.
    pub steps: usize,
    /// How long each level takes: half of it to get there slowly, and half in which the rate is measured.
    pub dwell_ms: f64,
}

/// Where firing starts on the way up, and stops on the way down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Switch {
    /// From silence to firing, as the current grows.
    pub up: Edge,
    /// From firing to silence, as it falls.
    pub down: Edge,
}

/// The same cell on both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Hysteresis {
    /// Rates on the way up.
    pub up: FiCurve,
    /// Rates on the way down, in the order of growing currents.
    pub down: FiCurve,
    /// Where it begins and stops to fire, on a staircase of its own with smaller steps; `None` if it does not do both.
    pub switch: Option<Switch>,
    /// Rates on the way up and down that staircase, both in the order of growing currents.
    pub around_onset: Option<(FiCurve, FiCurve)>,
}

impl Switch {
    /// How far apart the two are: in between, a cell at rest stays at rest and one that fires goes on firing. In µA/cm²;
    /// known to the sum of the two resolutions.
    pub fn width_ua_cm2(&self) -> f64 {
        self.up.at_ua_cm2() - self.down.at_ua_cm2()
    }
}

impl FiProtocol {
    /// Both ways over the whole range, and once more with smaller steps around the onset.
    pub fn hysteresis(&self, cells: &Cells, stairs: Stairs) -> Vec<Result<Hysteresis, Failure>> {
        let whole = vec![(self.from_ua_cm2, self.to_ua_cm2); cells.len()];
        let coarse = self.both_ways(cells, &whole, stairs);
        let window = |own: &Result<(FiCurve, FiCurve), Failure>| {
            let (up, down) = own.as_ref().ok()?;
            let switch = switch(up, down)?;
            let margin = 0.5 * switch.up.resolution_ua_cm2();
            Some((
                switch.down.below_ua_cm2.min(switch.up.below_ua_cm2) - margin,
                switch.up.above_ua_cm2.max(switch.down.above_ua_cm2) + margin,
            ))
        };
        let windows: Vec<Option<(f64, f64)>> = coarse.iter().map(window).collect();
        let searched: Vec<usize> = (0..windows.len()).filter(|cell| windows[*cell].is_some()).collect();
        let some: Vec<(f64, f64)> = windows.iter().copied().flatten().collect();
        let fine = self.both_ways(&cells.chosen(&searched), &some, stairs);
        let mut around: Vec<Option<(FiCurve, FiCurve)>> = vec![None; cells.len()];
        for (cell, own) in searched.iter().zip(fine) {
            around[*cell] = own.ok();
        }
        let own = coarse.into_iter().zip(around);
        own.map(|(own, around_onset)| {
            let switch = around_onset.as_ref().and_then(|(up, down)| switch(up, down));
            own.map(|(up, down)| Hysteresis { up, down, switch, around_onset })
        })
        .collect()
    }

    /// Every cell on its own range, up and down.
    fn both_ways(
        &self,
        cells: &Cells,
        ranges: &[(f64, f64)],
        stairs: Stairs,
    ) -> Vec<Result<(FiCurve, FiCurve), Failure>> {
        if ranges.is_empty() {
            return Vec::new();
        }
        let levels: Vec<Vec<f64>> =
            ranges.iter().map(|(from, to)| evenly(*from, *to, stairs.steps + 1)).collect();
        let count = stairs.steps + 1;
        let grid = self.grid(2.0 * count as f64 * stairs.dwell_ms);
        let interval_ms = grid.dt_ms * grid.stride as f64;
        let firing = Firing { threshold_mv: self.threshold_mv, interval_ms };
        let staircase = Staircase::new(&levels, stairs.dwell_ms, grid.dt_ms);
        let rates = |_: usize, trace: &[f64]| -> Vec<f64> {
            let sample = |level: f64| (level * stairs.dwell_ms / interval_ms) as usize;
            let of =
                |level: usize| firing.rate_hz(&trace[sample(level as f64 + 0.5)..sample(level as f64 + 1.0)]);
            (0..2 * count).map(of).collect()
        };
        let found = cells.measure(|places| self.rest_of(places.len()), grid, &staircase, rates);
        let curves = found.into_iter().zip(&levels).map(|(rates, levels)| {
            let rates = rates?;
            let of = |rates_hz| FiCurve { currents_ua_cm2: levels.clone(), rates_hz };
            Ok((of(rates[..count].to_vec()), of(rates[count..].iter().rev().copied().collect())))
        });
        curves.collect()
    }
}

/// Pieces of constant current of a level; the first half of them leads there.
const PIECES: usize = 100;

/// Every cell on its own levels, up and down. A jump from level to level could push a cell from firing to rest, or back,
/// before it has to change, so that the way to each level is many small ones.
struct Staircase {
    /// For each cell the current of each piece.
    pieces: Vec<Vec<f64>>,
    piece_ms: f64,
    pieces_per_step: f64,
}

impl Staircase {
    /// `levels`: growing, for each cell.
    fn new(levels: &[Vec<f64>], dwell_ms: f64, dt_ms: f64) -> Self {
        let piece_ms = dwell_ms / PIECES as f64;
        Self {
            pieces: levels.iter().map(|own| pieces(own)).collect(),
            piece_ms,
            pieces_per_step: dt_ms / piece_ms,
        }
    }
}

fn pieces(levels: &[f64]) -> Vec<f64> {
    let way: Vec<f64> = levels.iter().chain(levels.iter().rev()).copied().collect();
    let piece = |at: usize| {
        let (level, piece) = (at / PIECES, at % PIECES);
        let (before, now) = (way[level.saturating_sub(1)], way[level]);
        let share = (2.0 * (piece + 1) as f64 / PIECES as f64).min(1.0);
        before + share * (now - before)
    };
    (0..way.len() * PIECES).map(piece).collect()
}

impl CommandedCurrent for Staircase {
    fn of(&self, cell: usize, step: usize) -> f64 {
        let pieces = &self.pieces[cell];
        pieces[((step as f64 * self.pieces_per_step) as usize).min(pieces.len() - 1)]
    }

    fn steps(&self, cell: usize) -> Option<StepCurrent> {
        let own = &self.pieces[cell];
        let jumps = own.windows(2).enumerate().filter(|(_, pair)| pair[0].total_cmp(&pair[1]).is_ne());
        let changes = jumps.map(|(before, pair)| ((before + 1) as f64 * self.piece_ms, pair[1])).collect();
        Some(StepCurrent { start_ua_cm2: *own.first()?, changes })
    }
}

fn switch(up: &FiCurve, down: &FiCurve) -> Option<Switch> {
    let edge = |curve: &FiCurve| {
        let first = curve.rates_hz.iter().position(|rate| *rate > 0.0)?;
        let below_ua_cm2 = curve.currents_ua_cm2[first.checked_sub(1)?];
        Some(Edge { below_ua_cm2, above_ua_cm2: curve.currents_ua_cm2[first] })
    };
    Some(Switch { up: edge(up)?, down: edge(down)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Up and down again; a level takes a hundred pieces, of which the first fifty lead there.
    #[test]
    fn a_staircase_goes_up_and_down_in_small_jumps() {
        let own = Staircase::new(&[vec![1.0, 2.0]], 10.0, 0.1);
        let at = |level: usize, piece: usize| own.of(0, 100 * level + piece);
        for (level, piece, expected) in [
            (0, 0, 1.0),
            (0, 99, 1.0),
            (1, 0, 1.02),
            (1, 49, 2.0),
            (1, 99, 2.0),
            (2, 50, 2.0),
            (3, 24, 1.5),
            (3, 99, 1.0),
        ] {
            assert!((at(level, piece) - expected).abs() < 1e-12, "{level} {piece}: {}", at(level, piece));
        }
        assert!((own.of(0, 100_000) - 1.0).abs() < 1e-12);
        let steps = own.steps(0).unwrap();
        assert_eq!(steps.changes.len(), 100);
        for (time, current) in steps.changes {
            assert!((own.of(0, (time / 0.1).round() as usize) - current).abs() < 1e-12, "{time}");
        }
    }

    /// The squid's axon at 6.3 °C, by the numbers of the literature: its rest is lost at 9.78 µA/cm² and found again at
    /// 154.5 (Rinzel and Miller 1980, <https://doi.org/10.1016/0025-5564(80)90109-1>; Hassard 1978,
    /// <https://doi.org/10.1016/0022-5193(78)90168-6>), and it goes on firing down to 6.26.
    #[test]
    fn the_axon_begins_and_stops_to_fire_at_the_known_currents() {
        let axon = Cells::of_model("hodgkin_huxley").unwrap();
        let protocol = FiProtocol {
            from_ua_cm2: 0.0,
            to_ua_cm2: 160.0,
            steps: 80,
            duration_ms: 600.0,
            discard_ms: 200.0,
            dt_ms: 0.025,
            threshold_mv: -20.0,
        };
        let curve = protocol.curves(&axon).swap_remove(0).unwrap();
        let found = protocol.landmarks(&axon, &[curve]).swap_remove(0);
        let lost = found.rest_lost.unwrap();
        assert!((lost.at_ua_cm2() - 9.78).abs() < 0.02 && lost.resolution_ua_cm2() < 1e-6, "{found:?}");
        assert!((found.rest_found.unwrap().at_ua_cm2() - 154.5).abs() < 0.3, "{found:?}");
        let onset = found.onset.unwrap();
        assert!((6.2..6.5).contains(&onset.at_ua_cm2()), "{found:?}");
        assert!((onset.resolution_ua_cm2() - 2.0 / 1000.0).abs() < 2e-3, "{found:?}");
        assert!((48.0..58.0).contains(&found.onset_rate_hz.unwrap()), "{found:?}");
        let found = protocol.hysteresis(&axon, Stairs { steps: 40, dwell_ms: 300.0 }).swap_remove(0).unwrap();
        let switch = found.switch.unwrap();
        assert!((switch.down.at_ua_cm2() - 6.26).abs() < 0.2, "{switch:?}");
        assert!((switch.up.at_ua_cm2() - 9.78).abs() < 1.0, "{switch:?}");
        assert!(switch.width_ua_cm2() > 2.0, "{switch:?}");
    }
}
