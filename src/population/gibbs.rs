//! One chain over the population and its cells, by Gibbs sampling: all steps but one are draws from known distributions.
//!
//! With x the centre of the kernel that a cell is in, H the covariance of its kernels, C that of the population and m the mean of
//! the cell's group: (1) the kernel of each cell, p ∝ w N(x; m, C + H); (2) the standard deviations in C, each stretched by a
//! Metropolis step; in a paired design those between cells, too, together with what the cells have in common in all groups (Yu and
//! Meng 2011, <https://doi.org/10.1198/jcgs.2011.203main>); (3) the means of the groups; (4) those common parts; (5) the parameters
//! of each cell, N(x; θ, H) N(θ; m, C); (6) the covariances. In steps 1 to 4 the parameters of the cells are integrated out,
//! so a population much narrower than what is known of a cell does not hold the chain (van Dyk and Park 2008,
//! <https://doi.org/10.1198/016214508000000409>).

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::cell::Cell;
use super::covariance::{Covariance, normal_of_precision};
use super::design::{Design, Hyperprior};
use crate::diagnostics::effective_sample_size;
use crate::numeric::{Streams, normalised, standard_normal};

/// Where a chain stands.
pub(super) struct Chain<'a> {
    cells: &'a [Cell],
    design: &'a Design,
    prior: &'a Hyperprior,
    streams: Streams,
    step: u64,
    /// Of each group.
    pub(super) means: Vec<DVector<f64>>,
    /// Within a group; of a paired design what is left when the common part of a cell is taken off.
    pub(super) within: Covariance,
    /// Of the common parts.
    pub(super) between: Option<Covariance>,
    /// What each cell of a paired design has in common in all groups.
    common: Vec<DVector<f64>>,
    /// Parameters of each cell.
    pub(super) parameters: Vec<DVector<f64>>,
    /// Draws of each cell that the population reaches.
    pub(super) reached: Vec<f64>,
}

/// Lengths of the steps of logarithms of standard deviations: fine ones, and some that leave a narrow population.
const STEPS: [f64; 2] = [0.3, 1.5];

/// What a cell finds out by itself.
struct Kernel {
    centre: DVector<f64>,
    reached: f64,
}

impl<'a> Chain<'a> {
    /// Starts with means and spreads that differ from chain to chain.
    pub(super) fn new(
        cells: &'a [Cell],
        design: &'a Design,
        prior: &'a Hyperprior,
        streams: Streams,
    ) -> Self {
        let mut generator = streams.stage("start").generator(0, 0);
        let mut away = || prior.scales.map(|scale| scale * standard_normal(&mut generator));
        let means = (0..design.groups).map(|_| &prior.center + away()).collect();
        let factor = (-1.0 + 1.5 * generator.random::<f64>()).exp();
        let pairs = design.pairs();
        Self {
            cells,
            design,
            prior,
            streams,
            step: 0,
            means,
            within: Covariance::new(&prior.scales, factor),
            between: (pairs > 0).then(|| Covariance::new(&prior.scales, factor)),
            common: vec![DVector::zeros(prior.scales.len()); pairs],
            parameters: cells.iter().map(|cell| cell.mean.clone()).collect(),
            reached: vec![0.0; cells.len()],
        }
    }

    pub(super) fn advance(&mut self) {
        self.step += 1;
        let mut generator = self.streams.stage("population").generator(self.step, 0);
        let kernels = self.kernels();
        self.stretch(&kernels, &mut generator);
        // Of population and kernel together.
        let precision = |cell: &Cell| together(&self.within, cell).inverse();
        let precisions: Vec<DMatrix<f64>> = self.cells.par_iter().with_min_len(4).map(precision).collect();
        self.draw_means(&kernels, &precisions, &mut generator);
        self.draw_common(&kernels, &precisions, &mut generator);
        self.draw_parameters(&kernels, &precisions);
        let deviations: Vec<DVector<f64>> =
            (0..self.cells.len()).map(|cell| &self.parameters[cell] - self.expected(cell)).collect();
        self.within.update(&deviations, &mut generator);
        if let Some(between) = &mut self.between {
            between.update(&self.common, &mut generator);
        }
        for (reached, kernel) in self.reached.iter_mut().zip(&kernels) {
            *reached = kernel.reached;
        }
    }

    /// Where the population expects a cell.
    fn expected(&self, cell: usize) -> DVector<f64> {
        let mean = &self.means[self.design.group_of[cell]];
        self.design.pair_of[cell].map_or_else(|| mean.clone(), |pair| mean + &self.common[pair])
    }

    fn kernels(&self) -> Vec<Kernel> {
        let streams = self.streams.stage("kernel");
        let draw = |(place, cell): (usize, &Cell)| {
            let both = together(&self.within, cell);
            let terms = normalised(&cell.log_terms(&self.expected(place), &both));
            let mut point = streams.generator(self.step, place as u64).random::<f64>();
            let chosen = terms.iter().position(|weight| {
                point -= weight;
                point < 0.0
            });
            let chosen = chosen.unwrap_or(terms.len() - 1);
            Kernel {
                centre: DVector::from_column_slice(cell.centre(chosen)),
                reached: effective_sample_size(&terms),
            }
        };
        self.cells.par_iter().enumerate().with_min_len(4).map(draw).collect()
    }

    /// The log density of the centres of the kernels, up to a constant.
    fn log_density(&self, within: &Covariance, kernels: &[Kernel]) -> f64 {
        let of = |(place, cell): (usize, &Cell)| {
            let both = together(within, cell);
            let mut away = &kernels[place].centre - self.expected(place);
            both.l_dirty().solve_lower_triangular_mut(&mut away);
            let log_root: f64 = both.l_dirty().diagonal().iter().map(|own| own.ln()).sum();
            -log_root - 0.5 * away.norm_squared()
        };
        let terms: Vec<f64> = self.cells.par_iter().enumerate().with_min_len(16).map(of).collect();
        terms.iter().sum()
    }

    fn stretch(&mut self, kernels: &[Kernel], generator: &mut ChaCha8Rng) {
        let mut density = self.log_density(&self.within, kernels);
        for parameter in 0..self.prior.scales.len() {
            let step = STEPS[generator.random_range(0..STEPS.len())];
            let (other, log_ratio) = self.within.stretched(parameter, step * standard_normal(generator));
            let proposed = self.log_density(&other, kernels);
            if generator.random::<f64>().ln() < proposed - density + log_ratio {
                (self.within, density) = (other, proposed);
            }
        }
        let Some(mut between) = self.between.take() else { return };
        for parameter in 0..self.prior.scales.len() {
            let step = STEPS[generator.random_range(0..STEPS.len())] * standard_normal(generator);
            let (other, log_ratio) = between.stretched(parameter, step);
            let mut common = self.common.clone();
            for own in &mut common {
                own[parameter] *= step.exp();
            }
            std::mem::swap(&mut self.common, &mut common);
            // The common parts are as likely as before in their own unit, so that only the cells decide.
            let proposed = self.log_density(&self.within, kernels);
            if generator.random::<f64>().ln() < proposed - density + log_ratio {
                (between, density) = (other, proposed);
            } else {
                self.common = common;
            }
        }
        self.between = Some(between);
    }

    fn draw_means(&mut self, kernels: &[Kernel], precisions: &[DMatrix<f64>], generator: &mut ChaCha8Rng) {
        for group in 0..self.design.groups {
            let mut precision = self.prior.mean_precision();
            let mut weighted = &precision * &self.prior.center;
            for (cell, kernel) in kernels.iter().enumerate() {
                if self.design.group_of[cell] == group {
                    let common = self.design.pair_of[cell].map(|pair| &self.common[pair]);
                    let own = common.map_or_else(|| kernel.centre.clone(), |common| &kernel.centre - common);
                    weighted += &precisions[cell] * own;
                    precision += &precisions[cell];
                }
            }
            if let Some(mean) = normal_of_precision(precision, &weighted, generator) {
                self.means[group] = mean;
            }
        }
    }

    /// A draw of the population and one of the kernel, moved together until they meet.
    fn draw_parameters(&mut self, kernels: &[Kernel], precisions: &[DMatrix<f64>]) {
        let streams = self.streams.stage("cell");
        let root = Cholesky::new(self.within.matrix.clone()).map(|factor| factor.l());
        let Some(root) = root else { return };
        let draw = |(place, kernel): (usize, &Kernel)| {
            let cell = &self.cells[place];
            let mut generator = streams.generator(self.step, place as u64);
            let mut noise = || DVector::from_fn(cell.dimension(), |_, _| standard_normal(&mut generator));
            let population = self.expected(place) + &root * noise();
            let seen = &population + &cell.kernel_factor * noise();
            population + &self.within.matrix * (&precisions[place] * (&kernel.centre - seen))
        };
        self.parameters = kernels.iter().enumerate().map(draw).collect();
    }

    fn draw_common(&mut self, kernels: &[Kernel], precisions: &[DMatrix<f64>], generator: &mut ChaCha8Rng) {
        let Some(between) = &self.between else { return };
        for pair in 0..self.common.len() {
            let mut precision = between.inverse.clone();
            let mut weighted = DVector::zeros(self.prior.scales.len());
            for (cell, kernel) in kernels.iter().enumerate() {
                if self.design.pair_of[cell] == Some(pair) {
                    weighted +=
                        &precisions[cell] * (&kernel.centre - &self.means[self.design.group_of[cell]]);
                    precision += &precisions[cell];
                }
            }
            if let Some(common) = normal_of_precision(precision, &weighted, generator) {
                self.common[pair] = common;
            }
        }
        // Moving all means up and all common parts down changes no cell: that much is drawn anew at once.
        let mut precision = &between.inverse * self.common.len() as f64;
        let mut weighted = &between.inverse * self.common.iter().sum::<DVector<f64>>();
        for mean in &self.means {
            precision += self.prior.mean_precision();
            weighted += self.prior.mean_precision() * (&self.prior.center - mean);
        }
        if let Some(shift) = normal_of_precision(precision, &weighted, generator) {
            self.common.iter_mut().for_each(|common| *common -= &shift);
            self.means.iter_mut().for_each(|mean| *mean += &shift);
        }
    }
}

/// The Cholesky factor of the covariance of population and kernel together.
fn together(within: &Covariance, cell: &Cell) -> Cholesky<f64, Dyn> {
    Cholesky::new(&within.matrix + &cell.kernel)
        .expect("the kernel has a Cholesky factor, and the sum is larger")
}
