//! Bayesian synthetic likelihood: the features of many simulations of a parameter set are taken as normal, and the
//! observed ones have the density of that. Wood (2010), <https://doi.org/10.1038/nature09319>; Price et al. (2018),
//! <https://doi.org/10.1080/10618600.2017.1302882>.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::made_anew::MadeAnew;
use super::{Features, learned};
use crate::draws::Sampled;
use crate::numeric::{Rows, Shrinkage, Streams, Unconstrained, shrunk_correlations};
use crate::problem::Simulator;
use crate::samplers::mcmc::chains::ChainSampler;
use crate::samplers::mcmc::demcz;
use crate::samplers::mcmc::options::ChainOptions;
use crate::samplers::stopping::Clock;
use crate::samplers::{Build, Method, Monitor, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "synthetic_likelihood",
    summary: "chains on the normal density of the features of many simulations of each parameter set",
    build,
};

/// Half the logarithm of 2 π.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

struct SyntheticChains {
    chains: ChainSampler,
    rule: Rule,
}

/// How a density is made of simulations.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Simulations of each parameter set.
    replicates: usize,
    /// How far correlations are drawn to zero.
    shrinkage: f64,
    /// Whether each feature has a density of its own shape, joined by a normal copula: An, Nott and Drovandi (2020),
    /// <https://doi.org/10.1007/s11222-019-09904-x>.
    semiparametric: bool,
    /// Whether all parameter sets have the same noise, so that their densities differ less by chance.
    common_noise: bool,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let replicates = section.key("replicates", "simulations of each parameter set").between(8.0, 1e6);
    let replicates = replicates.count_or(100);
    let shrinkage = section.key("shrinkage", "how far correlations of features are drawn to zero");
    let marginals = section.key("marginals", "the density of one feature: normal, or as the simulations are");
    let common = section.key("common_noise", "whether all parameter sets are simulated with the same noise");
    let sampler = SyntheticChains {
        chains: demcz::sampler(ChainOptions::from_settings(section, quick)),
        rule: Rule {
            replicates: if quick { replicates.min(16) } else { replicates },
            shrinkage: shrinkage.between(0.0, 1.0).quantity_or(Unit::One, 0.0),
            semiparametric: marginals.choice_or(&["normal", "kernel"], "normal") == "kernel",
            common_noise: common.flag_or(false),
        },
    };
    learned::method(section, quick, sampler)
}

impl Sampler<dyn Simulator + '_> for SyntheticChains {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let options = self.chains.options();
        let clock = Clock::new(options.stopping);
        let (rule, noise) = (self.rule, streams.stage("noise"));
        let log_likelihood = move |points: &Rows<Unconstrained>, call| {
            let simulated = rule.simulate(oracle, points, noise, call);
            simulated.par_iter().map(|features| rule.log_density(features, oracle.observed())).collect()
        };
        let target = MadeAnew::new(oracle, Box::new(log_likelihood));
        let chains = options.chains_for(oracle.dimension())?;
        let start = options.start.within(clock.share_of_simulations(0.25));
        let started = start.find(chains, &target, streams.stage("start"), monitor)?;
        let mut sampled = self.chains.run_from(started, clock, (&target, streams), monitor)?;
        let note = format!("each parameter set was simulated {} times", self.rule.replicates);
        sampled.account.notes.push(note);
        Ok(sampled)
    }
}

impl Rule {
    /// The features of all simulations of each point that did not fail; other noise at each call unless it is common.
    fn simulate(
        &self,
        oracle: &dyn Simulator,
        points: &Rows<Unconstrained>,
        streams: Streams,
        call: u64,
    ) -> Vec<Vec<Features>> {
        let replicates = self.replicates;
        let repeated = |point: &[f64], table: &mut Rows<Unconstrained>| {
            (0..replicates).for_each(|_| table.push(point));
        };
        let features = |table: &Rows<Unconstrained>, call| {
            let simulated = oracle.summaries(table, streams, call);
            let of = |row| simulated.failure(row).is_none().then(|| simulated.row(row).to_vec());
            (0..table.len()).map(of).collect::<Vec<Option<Features>>>()
        };
        if self.common_noise {
            // Noise is named by the row, so each point is a table of its own.
            let of_point = |point: &[f64]| {
                let mut table = Rows::zeros(0, points.columns());
                repeated(point, &mut table);
                features(&table, 0).into_iter().flatten().collect()
            };
            return points.iter().map(of_point).collect();
        }
        let mut table = Rows::zeros(0, points.columns());
        points.iter().for_each(|point| repeated(point, &mut table));
        let all = features(&table, call);
        all.chunks_exact(replicates).map(|own| own.iter().flatten().cloned().collect()).collect()
    }

    /// Log density of what was observed, from the features of simulations of one parameter set.
    ///
    /// A feature that is sometimes missing has its share as a probability, (k + ½) / (n + 1) if k of n have it; the values
    /// come from the simulations that have all features which the observation has.
    fn log_density(&self, simulated: &[Features], observed: &[Option<f64>]) -> f64 {
        let count = simulated.len() as f64;
        let share = |column: usize, present: bool| {
            let alike = simulated.iter().filter(|features| features[column].is_some() == present).count();
            if alike == simulated.len() { 0.0 } else { ((alike as f64 + 0.5) / (count + 1.0)).ln() }
        };
        let presence: f64 =
            observed.iter().enumerate().map(|(column, value)| share(column, value.is_some())).sum();
        let columns: Vec<usize> = (0..observed.len()).filter(|&column| observed[column].is_some()).collect();
        let values = |features: &[Option<f64>]| -> Option<Vec<f64>> {
            columns.iter().map(|&column| features[column].filter(|value| value.is_finite())).collect()
        };
        let rows: Vec<Vec<f64>> = simulated.iter().filter_map(|features| values(features)).collect();
        let Some(seen) = values(observed) else { return f64::NEG_INFINITY };
        // A covariance needs more rows than columns.
        if rows.len() < columns.len() + 2 || 2 * rows.len() < self.replicates {
            return f64::NEG_INFINITY;
        }
        let density = if self.semiparametric { self.copula(&rows, &seen) } else { self.normal(&rows, &seen) };
        let density = presence + density.unwrap_or(f64::NEG_INFINITY);
        if density.is_nan() { f64::NEG_INFINITY } else { density }
    }

    /// Log density of a normal distribution fitted to the rows; `None` if a feature does not vary.
    fn normal(&self, rows: &[Vec<f64>], seen: &[f64]) -> Option<f64> {
        let (mean, sds) = moments(rows);
        if sds.iter().any(|sd| *sd <= 0.0) {
            return None;
        }
        let scaled = |row: &[f64]| {
            DVector::from_iterator(row.len(), (0..row.len()).map(|i| (row[i] - mean[i]) / sds[i]))
        };
        let factor = self.correlation(&rows.iter().map(|row| scaled(row)).collect::<Vec<_>>())?;
        let log_sds: f64 = sds.iter().map(|sd| sd.ln()).sum();
        Some(log_normal(&factor, scaled(seen)) - log_sds)
    }

    /// Kernel densities of the single features, joined by the normal copula of their ranks.
    fn copula(&self, rows: &[Vec<f64>], seen: &[f64]) -> Option<f64> {
        let standard = Normal::standard();
        let (_, sds) = moments(rows);
        let count = rows.len();
        let mut scores = vec![DVector::zeros(seen.len()); count];
        let (mut log_density, mut place) = (0.0, DVector::zeros(seen.len()));
        for column in 0..seen.len() {
            // Silverman's rule.
            let width = 0.9 * sds[column] * (count as f64).powf(-0.2);
            if width <= 0.0 {
                return None;
            }
            let distances: Vec<f64> = rows.iter().map(|row| (seen[column] - row[column]) / width).collect();
            let density: f64 = distances.iter().map(|z| (-0.5 * z * z - HALF_LOG_TAU).exp()).sum();
            let below: f64 = distances.iter().map(|&z| standard.cdf(z)).sum();
            log_density += (density / (count as f64 * width)).ln();
            place[column] = standard.inverse_cdf((below / count as f64).clamp(1e-12, 1.0 - 1e-12));
            let mut order: Vec<usize> = (0..count).collect();
            order.sort_by(|&a, &b| rows[a][column].total_cmp(&rows[b][column]));
            for (rank, row) in order.into_iter().enumerate() {
                scores[row][column] = standard.inverse_cdf((rank as f64 + 1.0) / (count as f64 + 1.0));
            }
        }
        let factor = self.correlation(&scores)?;
        let independent = -0.5 * place.norm_squared() - HALF_LOG_TAU * seen.len() as f64;
        Some(log_density + log_normal(&factor, place) - independent)
    }

    /// Cholesky factor of the correlation of some vectors around zero, shrunk.
    fn correlation(&self, vectors: &[DVector<f64>]) -> Option<DMatrix<f64>> {
        let correlations = shrunk_correlations(vectors, Shrinkage::Share(self.shrinkage))?;
        correlations.cholesky().map(nalgebra::Cholesky::unpack)
    }
}

/// Mean and standard deviation of each column.
fn moments(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let count = rows.len() as f64;
    let of = |column: usize| {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / count;
        let squares: f64 = rows.iter().map(|row| (row[column] - mean).powi(2)).sum();
        (mean, (squares / (count - 1.0)).sqrt())
    };
    (0..rows[0].len()).map(of).unzip()
}

/// Log density at a place of the normal distribution whose covariance has this factor.
fn log_normal(factor: &DMatrix<f64>, mut place: DVector<f64>) -> f64 {
    let log_volume: f64 = factor.diagonal().iter().map(|side| side.ln()).sum();
    let dimension = place.len() as f64;
    factor.solve_lower_triangular_mut(&mut place);
    -0.5 * place.norm_squared() - log_volume - HALF_LOG_TAU * dimension
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::standard_normal;

    const RULE: Rule = Rule { replicates: 4000, shrinkage: 0.0, semiparametric: false, common_noise: false };

    /// Two normal features with correlation 0.6, means 1 and −2 and sds 1 and 3; the second is sometimes missing.
    fn simulated(missing: usize) -> Vec<Features> {
        let mut generator = Streams::new(3).stage("test").generator(0, 0);
        let row = |index: usize| {
            let (x, z) = (standard_normal(&mut generator), standard_normal(&mut generator));
            let second = -2.0 + 3.0 * (0.6 * x + 0.8 * z);
            vec![Some(1.0 + x), (index >= missing).then_some(second), None]
        };
        (0..4000).map(row).collect()
    }

    /// The density of the observation (1.5, 0).
    fn exact(correlation: f64) -> f64 {
        let (x, y) = (0.5, 2.0 / 3.0);
        let rest = 1.0 - correlation * correlation;
        let squared = (x * x - 2.0 * correlation * x * y + y * y) / rest;
        -0.5 * squared - 0.5 * rest.ln() - 3.0_f64.ln() - 2.0 * HALF_LOG_TAU
    }

    /// The density at a place has an error of about 1 / √4000 in each of five moments; kernel densities smooth by a
    /// little more.
    #[test]
    fn the_density_is_that_of_the_simulations() {
        let observed = [Some(1.5), Some(0.0), None];
        let found = RULE.log_density(&simulated(0), &observed);
        assert!((found - exact(0.6)).abs() < 0.08, "{found} instead of {}", exact(0.6));
        let kernel = Rule { semiparametric: true, ..RULE }.log_density(&simulated(0), &observed);
        assert!((kernel - exact(0.6)).abs() < 0.12, "{kernel} instead of {}", exact(0.6));
        let shrunk = Rule { shrinkage: 0.5, ..RULE }.log_density(&simulated(0), &observed);
        assert!((shrunk - exact(0.3)).abs() < 0.08, "{shrunk} instead of {}", exact(0.3));
    }

    #[test]
    fn a_feature_that_is_sometimes_missing_counts_by_its_share() {
        let with = RULE.log_density(&simulated(1000), &[Some(1.5), Some(0.0), None]);
        assert!((with - exact(0.6) - 0.75_f64.ln()).abs() < 0.1, "{with}");
        // Without it the first feature is left.
        let without = RULE.log_density(&simulated(1000), &[Some(1.5), None, None]);
        let alone = -0.125 - HALF_LOG_TAU + 0.25_f64.ln();
        assert!((without - alone).abs() < 0.1, "{without} instead of {alone}");
    }

    #[test]
    fn too_few_or_constant_simulations_are_impossible() {
        let observed = [Some(1.5), Some(0.0), None];
        assert!(RULE.log_density(&simulated(3000), &observed).is_infinite());
        let same: Vec<Features> = (0..4000).map(|_| vec![Some(1.0), Some(2.0), None]).collect();
        assert!(RULE.log_density(&same, &observed).is_infinite());
    }
}
