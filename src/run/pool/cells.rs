//! The cells of a population: draws, priors and scales.

use std::path::PathBuf;

use rayon::prelude::*;

use super::priors::prior_of;
use super::{PoolOptions, RunError, usage};
use crate::comparison::{Sample, has_natural_zero};
use crate::diagnostics::quantile;
use crate::population::{Cell, Family, fewest_draws};
use crate::prior::Prior;
use crate::run::compare::comparable::SharedParameters;
use crate::run::compare::read::{ReadResult, known_effective, tell_apart};

/// Draws of each cell at the most: more cost time and tell little more.
const MOST_DRAWS: usize = 1000;
/// Mistakes that are told at once.
const TOLD: usize = 8;

/// A result of which only draws that are as good as independent are kept.
pub(super) struct Member {
    pub(super) result: ReadResult,
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

/// A parameter that is pooled.
pub(super) struct PooledParameter {
    pub(super) name: String,
    pub(super) unit: Option<String>,
    pub(super) family: Family,
    /// Of each result; `None` if it is taken to be flat.
    priors: Vec<Option<Box<dyn Prior>>>,
}

/// Reads the results, of which at no time more are held whole than there are threads.
pub(super) fn read(named: Vec<(Option<String>, PathBuf)>) -> Result<Vec<Member>, RunError> {
    let read = |(group, place): (Option<String>, PathBuf)| -> Result<Member, RunError> {
        let mut result = ReadResult::read(&place, group)?;
        let stored = &mut result.stored;
        (stored.data_log_likelihood, stored.observed) = (None, crate::posterior::Group::default());
        let names: Vec<String> = stored.parameters.iter().map(|own| own.name.clone()).collect();
        let effective = known_effective(stored, &names);
        let rows = Sample::new(stored, &names, effective).thinned(MOST_DRAWS).rows;
        Ok(Member { result, names, rows })
    };
    let mut members = named.into_par_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    tell_apart(members.iter_mut().map(|own| &mut own.result).collect());
    Ok(members)
}

impl Member {
    fn column(&self, name: &str) -> impl Iterator<Item = f64> {
        let place = self.names.iter().position(|own| own == name).unwrap_or(0);
        self.rows.iter().map(move |row| row[place])
    }

    /// Lower end, median and upper end of each parameter, as the result itself has it.
    pub(super) fn intervals(&self, parameters: &[PooledParameter]) -> Vec<[f64; 3]> {
        let of = |own: &PooledParameter| {
            let values: Vec<f64> = self.column(&own.name).collect();
            [0.025, 0.5, 0.975].map(|at| quantile(&values, at))
        };
        parameters.iter().map(of).collect()
    }
}

/// The parameters that are pooled, each with its priors and its scale.
pub(super) fn choose(
    members: &[Member],
    shared: SharedParameters,
    options: &PoolOptions,
) -> Result<Vec<PooledParameter>, RunError> {
    let known: Vec<String> = shared.parameters.iter().map(|own| own.name.clone()).collect();
    let named = options.parameters.iter().chain(&options.normal).chain(&options.lognormal);
    let unknown: Vec<String> =
        named.filter(|name| !known.contains(name)).map(|name| format!("`{name}`")).collect();
    if !unknown.is_empty() {
        return Err(usage(
            &format!("expected parameters that all results have, found {}", unknown.join(", ")),
            &format!("they are {}", known.join(", ")),
        ));
    }
    if let Some(both) = options.normal.iter().find(|name| options.lognormal.contains(name)) {
        return Err(usage(
            &format!("`{both}` cannot be both normal and lognormal"),
            "leave out one of the two",
        ));
    }
    let is_chosen = |name: &String| options.parameters.is_empty() || options.parameters.contains(name);
    let (mut parameters, mut mistakes, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for own in shared.parameters.into_iter().filter(|own| is_chosen(&own.name)) {
        let mut priors = Vec::new();
        for member in members {
            match prior_of(&member.result.stored, &own.name, own.unit.as_deref()) {
                Ok(prior) => priors.push(Some(prior)),
                Err(_) if options.flat_priors => priors.push(None),
                Err(reason) => {
                    let reason = format!("`{}`: {reason}", member.result.name);
                    // Without settings it is the same of every parameter.
                    if !unread.contains(&reason) {
                        unread.push(reason);
                    }
                }
            }
        }
        let lowest = |(member, prior): (&Member, &Option<Box<dyn Prior>>)| match prior {
            Some(prior) => prior.support().0,
            None => member.column(&own.name).fold(f64::INFINITY, f64::min),
        };
        let is_positive = members.iter().zip(&priors).map(lowest).fold(f64::INFINITY, f64::min) >= 0.0;
        let is_logarithmic = if options.normal.contains(&own.name) {
            false
        } else {
            options.lognormal.contains(&own.name) || is_positive && has_natural_zero(own.unit.as_deref())
        };
        if is_logarithmic
            && let Some(member) =
                members.iter().find(|member| member.column(&own.name).any(|value| value <= 0.0))
        {
            mistakes
                .push(format!("`{}` is not above zero in all draws of `{}`", own.name, member.result.name));
        }
        let family = if is_logarithmic { Family::LogNormal } else { Family::Normal };
        parameters.push(PooledParameter { name: own.name, unit: own.unit, family, priors });
    }
    told(
        &unread,
        "each result is weighted by its own prior, so it must be known: run its settings again, or take priors as flat with --flat-priors",
    )?;
    told(&mistakes, "pool it as it is, with --normal and its name")?;
    Ok(parameters)
}

/// The likelihood of each cell.
pub(super) fn make(members: &[Member], parameters: &[PooledParameter]) -> Result<Vec<Cell>, RunError> {
    let cells: Vec<Result<Cell, String>> = members
        .par_iter()
        .enumerate()
        .map(|(place, member)| {
            let (rows, log_prior) = scaled(member, parameters, place);
            let needed = fewest_draws(parameters.len());
            let too_few = || {
                format!(
                    "`{}` has {} independent draws of {} parameters, too few once its prior is divided out, where {needed} are \
                     needed",
                    member.result.name,
                    rows.len(),
                    parameters.len()
                )
            };
            Cell::new(&rows, &log_prior).ok_or_else(too_few)
        })
        .collect();
    let mistakes: Vec<String> = cells.iter().filter_map(|own| own.as_ref().err().cloned()).collect();
    told(&mistakes, "let it run longer, or pool fewer parameters with --parameter")?;
    Ok(cells.into_iter().flatten().collect())
}

/// Draws and densities of the prior on the scales of the population. A draw where the prior is zero, as a regression may make
/// it, has nothing to say.
fn scaled(member: &Member, parameters: &[PooledParameter], place: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let columns: Vec<Vec<f64>> = parameters.iter().map(|own| member.column(&own.name).collect()).collect();
    let (mut rows, mut densities) = (Vec::new(), Vec::new());
    for draw in 0..member.rows.len() {
        let (mut row, mut density) = (Vec::new(), 0.0);
        for (own, column) in parameters.iter().zip(&columns) {
            let scaled = own.family.to_scale(column[draw]);
            density += own.priors[place].as_ref().map_or(0.0, |prior| prior.log_density(column[draw]));
            density += own.family.log_jacobian(scaled);
            row.push(scaled);
        }
        if density.is_finite() {
            rows.push(row);
            densities.push(density);
        }
    }
    (rows, densities)
}

/// All mistakes at once, or the first of very many.
fn told(mistakes: &[String], help: &str) -> Result<(), RunError> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = mistakes.iter().take(TOLD).cloned().collect();
    if mistakes.len() > TOLD {
        lines.push(format!("and {} more", mistakes.len() - TOLD));
    }
    Err(usage(&lines.join("\n       "), help))
}
