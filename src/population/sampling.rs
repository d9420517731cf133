//! Several chains, longer until they agree.

use rayon::prelude::*;

use super::cell::Cell;
use super::design::{Design, Hyperprior};
use super::gibbs::Chain;
use super::quantities::{Kind, Quantity, draw, kinds};
use crate::diagnostics::{MAXIMUM_R_HAT, MINIMUM_ESS};
use crate::numeric::Streams;

/// Steps of each chain that are thrown away first.
const WARMUP: usize = 500;
/// The parameters of cells are kept as often as gives so many draws of all chains together.
const CELL_DRAWS: usize = 1000;

/// How long chains are.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Number of chains.
    pub chains: usize,
    /// Draws that are kept of each.
    pub draws: usize,
    /// While the chains do not agree they go on with twice as many steps to a draw, up to this number.
    pub longest_thinning: usize,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { chains: 4, draws: 1000, longest_thinning: 8 }
    }
}

/// The posterior of a population.
#[derive(Clone, Debug)]
pub struct Pooled {
    /// Number of chains.
    pub chains: usize,
    /// Draws of each.
    pub draws: usize,
    /// Steps to a draw.
    pub thinning: usize,
    /// Numbers that describe the population.
    pub quantities: Vec<Quantity>,
    /// Draws of the parameters of each cell, on the scale of the population: shape `[cell][parameter][draw]`, chain after chain.
    pub cells: Vec<Vec<Vec<f64>>>,
    /// For each cell the number of its draws that the population reaches, on the average.
    pub reached: Vec<f64>,
}

impl Pooled {
    /// The number of that kind.
    pub fn quantity(&self, kind: Kind) -> Option<&Quantity> {
        self.quantities.iter().find(|own| own.kind == kind)
    }

    /// The quantities with the largest R-hat and the smallest effective sample size.
    pub fn worst(&self) -> (f64, f64) {
        // NaN is worse than any number.
        let r_hat = |worst: f64, own: &Quantity| if own.r_hat <= worst { worst } else { own.r_hat };
        let ess = |worst: f64, own: &Quantity| if own.ess >= worst { worst } else { own.ess };
        (self.quantities.iter().fold(1.0, r_hat), self.quantities.iter().fold(f64::INFINITY, ess))
    }

    /// Whether the chains agree, with the limits of `hhbayes run`.
    pub fn is_converged(&self) -> bool {
        let (r_hat, ess) = self.worst();
        r_hat <= MAXIMUM_R_HAT && ess >= MINIMUM_ESS
    }
}

/// What one chain kept.
struct Kept {
    quantities: Vec<Vec<f64>>,
    cells: Vec<Vec<Vec<f64>>>,
    reached: Vec<f64>,
}

/// Draws the population of the cells, which have the same parameters on the same scale.
pub fn pool_cells(
    cells: &[Cell],
    design: &Design,
    prior: &Hyperprior,
    settings: PoolSettings,
    streams: Streams,
) -> Pooled {
    let names = (0..settings.chains).map(|place| streams.stage(&format!("chain {place}")));
    let mut chains: Vec<Chain<'_>> = names.map(|streams| Chain::new(cells, design, prior, streams)).collect();
    chains.par_iter_mut().for_each(|chain| (0..WARMUP).for_each(|_| chain.advance()));
    let kinds = kinds(design.groups, prior.scales.len(), design.is_paired());
    let mut thinning = 1;
    loop {
        // What came before is the warm-up of what comes now.
        let kept = chains.par_iter_mut().map(|chain| keep(chain, &kinds, settings, thinning)).collect();
        let pooled = join(kept, &kinds, settings, thinning);
        if pooled.is_converged() || 2 * thinning > settings.longest_thinning {
            return pooled;
        }
        thinning *= 2;
    }
}

fn keep(chain: &mut Chain<'_>, kinds: &[Kind], settings: PoolSettings, thinning: usize) -> Kept {
    let every = (settings.chains * settings.draws).div_ceil(CELL_DRAWS).max(1);
    let cells = chain.parameters.len();
    let mut kept = Kept {
        quantities: vec![Vec::new(); kinds.len()],
        cells: chain.parameters.iter().map(|own| vec![Vec::new(); own.len()]).collect(),
        reached: vec![0.0; cells],
    };
    let share = 1.0 / (settings.draws * thinning) as f64;
    for number in 0..settings.draws {
        for _ in 0..thinning {
            chain.advance();
            kept.reached.iter_mut().zip(&chain.reached).for_each(|(sum, own)| *sum += share * own);
        }
        kept.quantities.iter_mut().zip(draw(kinds, chain)).for_each(|(column, value)| column.push(value));
        if number % every == 0 {
            for (columns, own) in kept.cells.iter_mut().zip(&chain.parameters) {
                columns.iter_mut().zip(own.iter()).for_each(|(column, value)| column.push(*value));
            }
        }
    }
    kept
}

fn join(kept: Vec<Kept>, kinds: &[Kind], settings: PoolSettings, thinning: usize) -> Pooled {
    let columns = |place: usize| kept.iter().flat_map(|own| own.quantities[place].iter().copied()).collect();
    let quantities = (0..kinds.len())
        .into_par_iter()
        .map(|place| Quantity::new(kinds[place], columns(place), settings.chains))
        .collect();
    let (cells, parameters) = (kept[0].cells.len(), kept[0].cells.first().map_or(0, Vec::len));
    let of_cell = |cell: usize| -> Vec<Vec<f64>> {
        let of_parameter = |parameter: usize| {
            kept.iter().flat_map(|own| own.cells[cell][parameter].iter().copied()).collect()
        };
        (0..parameters).map(of_parameter).collect()
    };
    let share = 1.0 / kept.len() as f64;
    let reached = |cell: usize| kept.iter().map(|own| share * own.reached[cell]).sum();
    Pooled {
        chains: settings.chains,
        draws: settings.draws,
        thinning,
        quantities,
        cells: (0..cells).map(of_cell).collect(),
        reached: (0..cells).map(reached).collect(),
    }
}
