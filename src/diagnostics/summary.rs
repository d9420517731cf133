//! One line per parameter: where the posterior sits, how wide it is, and how well it is known.

use ndarray::{ArrayView1, ArrayView2, ArrayView3, Axis};

use super::chains::{
    ess_bulk, ess_mean, ess_of_quantile, ess_tail, is_not_valid, mcse_of_quantile, mcse_sd, quantile_range,
    r_hat, variance,
};
use super::intervals::{hdi_sorted, quantile_sorted, sorted};
use super::weighted::{Cumulative, effective_sample_size, weighted_mcse_sd, weighted_mean, weighted_sd};
use crate::units::Unit;

/// Probability of the credible intervals in the results.
pub const INTERVAL: f64 = 0.95;

/// Probabilities of the quantiles in the results.
const QUANTILES: [f64; 3] = [(1.0 - INTERVAL) / 2.0, 0.5, f64::midpoint(1.0, INTERVAL)];

/// The posterior of one parameter in numbers. Except for the counts all are in the unit of the parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSummary {
    /// Name of the parameter.
    pub name: String,
    /// Unit of the parameter.
    pub unit: Unit,
    /// Posterior mean.
    pub mean: f64,
    /// Posterior standard deviation.
    pub sd: f64,
    /// Lower end of the highest-density interval with probability [`INTERVAL`].
    pub hdi_lower: f64,
    /// Upper end of the highest-density interval.
    pub hdi_upper: f64,
    /// 2.5 % quantile.
    pub lower: f64,
    /// Median.
    pub median: f64,
    /// 97.5 % quantile.
    pub upper: f64,
    /// Effective sample size for the centre; of chains only.
    pub ess_bulk: Option<f64>,
    /// Effective sample size for the tails; of chains only.
    pub ess_tail: Option<f64>,
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: f64,
    /// Monte Carlo standard error of the standard deviation.
    pub mcse_sd: f64,
    /// Monte Carlo standard errors of the 2.5 % quantile, the median and the 97.5 % quantile.
    pub mcse_quantiles: [f64; 3],
    /// Effective sample sizes for these quantiles; of chains only.
    pub ess_quantiles: Option<[f64; 3]>,
    /// Rank-normalised split R-hat; of chains only.
    pub r_hat: Option<f64>,
    /// Effective sample size of the weights; of particles only.
    pub ess: Option<f64>,
}

impl ParameterSummary {
    /// The smallest effective sample size that is known.
    pub fn smallest_ess(&self) -> f64 {
        [self.ess_bulk, self.ess_tail, self.ess].into_iter().flatten().fold(f64::NAN, f64::min)
    }
}

/// Summaries of Markov chains.
///
/// `draws`: shape `[chain, draw, parameter]`, in natural units. `parameters`: name and unit of each, in the
/// order of the last axis.
pub fn summarise_chains(draws: ArrayView3<'_, f64>, parameters: &[(&str, Unit)]) -> Vec<ParameterSummary> {
    let of_parameter = |(&(name, unit), chains): (&(&str, Unit), ArrayView2<'_, f64>)| {
        let values: Vec<f64> = chains.iter().copied().collect();
        let sd = variance(values.iter().copied()).sqrt();
        let ordered = sorted(&values);
        let (hdi_lower, hdi_upper) = hdi_sorted(&ordered, INTERVAL);
        let is_valid = !is_not_valid(chains, 1);
        let ess_quantiles =
            QUANTILES.map(|p| if is_valid { ess_of_quantile(chains, &ordered, p) } else { f64::NAN });
        let mcse = |place: usize| mcse_of_quantile(&ordered, QUANTILES[place], ess_quantiles[place]);
        ParameterSummary {
            name: name.to_owned(),
            unit,
            mean: values.iter().sum::<f64>() / values.len() as f64,
            sd,
            hdi_lower,
            hdi_upper,
            lower: quantile_sorted(&ordered, QUANTILES[0]),
            median: quantile_sorted(&ordered, QUANTILES[1]),
            upper: quantile_sorted(&ordered, QUANTILES[2]),
            ess_bulk: Some(ess_bulk(chains)),
            ess_tail: Some(ess_tail(chains)),
            mcse_mean: sd / ess_mean(chains).sqrt(),
            mcse_sd: mcse_sd(chains),
            mcse_quantiles: [0, 1, 2].map(mcse),
            ess_quantiles: Some(ess_quantiles),
            r_hat: Some(r_hat(chains)),
            ess: None,
        }
    };
    parameters.iter().zip(draws.axis_iter(Axis(2))).map(of_parameter).collect()
}

/// Summaries of weighted particles.
///
/// `draws`: shape `[particle, parameter]`, in natural units. `weights`: one per particle. `parameters`: name
/// and unit of each, in the order of the last axis.
pub fn summarise_particles(
    draws: ArrayView2<'_, f64>,
    weights: &[f64],
    parameters: &[(&str, Unit)],
) -> Vec<ParameterSummary> {
    let ess = effective_sample_size(weights);
    let of_parameter = |(&(name, unit), values): (&(&str, Unit), ArrayView1<'_, f64>)| {
        let values = values.to_vec();
        let cumulative = Cumulative::new(&values, weights);
        let (hdi_lower, hdi_upper) = cumulative.hdi(INTERVAL);
        let sd = weighted_sd(&values, weights);
        ParameterSummary {
            name: name.to_owned(),
            unit,
            mean: weighted_mean(&values, weights),
            sd,
            hdi_lower,
            hdi_upper,
            lower: cumulative.quantile(QUANTILES[0]),
            median: cumulative.quantile(QUANTILES[1]),
            upper: cumulative.quantile(QUANTILES[2]),
            ess_bulk: None,
            ess_tail: None,
            mcse_mean: sd / ess.sqrt(),
            mcse_sd: weighted_mcse_sd(&values, weights),
            mcse_quantiles: QUANTILES.map(|probability| {
                let Some([low, high]) = quantile_range(probability, ess) else { return f64::NAN };
                (cumulative.quantile(high) - cumulative.quantile(low)) / 2.0
            }),
            ess_quantiles: None,
            r_hat: None,
            ess: Some(ess),
        }
    };
    parameters.iter().zip(draws.columns()).map(of_parameter).collect()
}
