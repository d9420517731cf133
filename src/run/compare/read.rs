//! The results that are compared, and the sides that they make: each result by itself, or groups of them.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::comparable::SharedParameters;
use super::{CompareOptions, RunError};
use crate::comparison::{Sample, mean_of_members};
use crate::diagnostics::{MAXIMUM_R_HAT, MINIMUM_ESS, effective_sample_size, ess_bulk, ess_tail, r_hat};
use crate::numeric::Streams;
use crate::posterior::StoredPosterior;

/// A result that was read.
pub(in crate::run) struct ReadResult {
    /// As it is called in the report: unlike all the others.
    pub(in crate::run) name: String,
    pub(in crate::run) stored: StoredPosterior,
    /// The group that it belongs to.
    pub(in crate::run) group: Option<String>,
    /// Why it has not converged; `None` if it has.
    pub(in crate::run) not_converged: Option<String>,
    /// Whether that was judged here, as the result says nothing of it.
    pub(in crate::run) judged_here: bool,
}

/// One side of a comparison.
pub(super) struct Side {
    pub(super) name: String,
    pub(super) sample: Sample,
    /// Numbers of the results.
    pub(super) members: Vec<usize>,
}

/// Reads the results that are named one by one, or those of the groups.
pub(super) fn read_results(places: &[PathBuf], groups: &[String]) -> Result<Vec<ReadResult>, RunError> {
    let mut named: Vec<(Option<String>, PathBuf)> =
        places.iter().map(|place| (None, place.clone())).collect();
    for group in groups {
        let (name, members) = read_group(group)?;
        if named.iter().any(|(known, _)| known.as_deref() == Some(&name)) {
            return Err(usage(&format!("two groups have the name `{name}`"), "give them different names"));
        }
        named.extend(members.into_iter().map(|member| (Some(name.clone()), member)));
    }
    let sides = if groups.is_empty() { named.len() } else { groups.len() };
    if sides < 2 {
        let what = if groups.is_empty() { "results" } else { "groups" };
        return Err(usage(
            &format!("expected two {what} or more, found {sides}"),
            "such as `hhbayes compare results/control results/drug`, or --group control=A,B --group drug=C,D",
        ));
    }
    let read = |(group, place): (Option<String>, PathBuf)| ReadResult::read(&place, group);
    let mut results = named.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    tell_apart(results.iter_mut().collect());
    Ok(results)
}

impl ReadResult {
    /// Reads a result and judges whether it has converged.
    pub(in crate::run) fn read(place: &Path, group: Option<String>) -> Result<Self, RunError> {
        let stored = StoredPosterior::read(place)?;
        let name = stored.name();
        let (not_converged, judged_here) = convergence(&stored);
        Ok(Self { name, stored, group, not_converged, judged_here })
    }
}

/// Gives results of the same name different ones.
pub(in crate::run) fn tell_apart(results: Vec<&mut ReadResult>) {
    let names: Vec<String> = results.iter().map(|own| own.name.clone()).collect();
    for own in results {
        // Cells are often kept in folders of the same name: then the path tells them apart.
        if names.iter().filter(|name| **name == own.name).count() > 1 {
            own.name = own.stored.place.display().to_string();
        }
    }
}

fn usage(message: &str, help: &str) -> RunError {
    RunError::Usage(format!("{message}\n  help: {help}"))
}

/// The name of a group and its results.
pub(in crate::run) fn read_group(text: &str) -> Result<(String, Vec<PathBuf>), RunError> {
    let expected = || {
        usage(
            &format!("expected a group such as control=results/cell_1,results/cell_2, found `{text}`"),
            "write its name, `=`, and its results with commas between them",
        )
    };
    let (name, members) = text.split_once('=').ok_or_else(expected)?;
    let members: Vec<PathBuf> =
        members.split(',').map(str::trim).filter(|member| !member.is_empty()).map(PathBuf::from).collect();
    if name.trim().is_empty() || members.is_empty() {
        return Err(expected());
    }
    Ok((name.trim().to_owned(), members))
}

/// Why a result has not converged, and whether that was found here.
fn convergence(stored: &StoredPosterior) -> (Option<String>, bool) {
    if let Some(verdict) = stored.verdict() {
        let reasons = verdict.strip_prefix("not converged").map(|rest| rest.trim_start_matches(": "));
        return (reasons.map(|reasons| shortened(reasons).to_owned()), false);
    }
    (judge(stored), true)
}

/// The first reason is enough.
fn shortened(reasons: &str) -> &str {
    reasons.split("; ").next().unwrap_or(reasons)
}

/// The verdict on a file without one, with the limits of `hhbayes run`.
fn judge(stored: &StoredPosterior) -> Option<String> {
    if let Some(weights) = &stored.weights {
        let ess = effective_sample_size(weights);
        let reason = format!("effective sample size of the weights is {ess:.0}, below {MINIMUM_ESS}");
        return (!(ess >= MINIMUM_ESS)).then_some(reason);
    }
    if stored.chains < 2 {
        return Some("a single chain cannot be compared with others".to_owned());
    }
    stored.parameters.par_iter().find_map_first(|parameter| {
        let (name, draws) = (&parameter.name, stored.by_chain(parameter));
        let r_hat = r_hat(draws);
        if !(r_hat <= MAXIMUM_R_HAT) {
            return Some(format!("R-hat of `{name}` is {r_hat:.3}, above {MAXIMUM_R_HAT}"));
        }
        let ess = ess_bulk(draws).min(ess_tail(draws));
        let reason = || format!("effective sample size of `{name}` is {ess:.0}, below {MINIMUM_ESS}");
        (!(ess >= MINIMUM_ESS)).then(reason)
    })
}

/// The smallest effective sample size of the shared parameters, as the summary has it.
pub(in crate::run) fn known_effective(stored: &StoredPosterior, names: &[String]) -> Option<f64> {
    let parameters = &stored.summary.as_ref()?["parameters"];
    let smallest = |name: &String| {
        let own = &parameters[name];
        Some(own["ess_bulk"].as_f64()?.min(own["ess_tail"].as_f64()?))
    };
    names
        .iter()
        .map(smallest)
        .collect::<Option<Vec<f64>>>()
        .map(|all| all.into_iter().fold(f64::INFINITY, f64::min))
}

/// Takes the draws out of the results and makes the sides of them.
pub(super) fn read_sides(
    results: &mut [ReadResult],
    shared: &SharedParameters,
    options: &CompareOptions,
) -> Vec<Side> {
    let names: Vec<String> = shared.parameters.iter().map(|own| own.name.clone()).collect();
    let mut groups: Vec<(String, Vec<usize>, Vec<Sample>)> = Vec::new();
    for (place, own) in results.iter_mut().enumerate() {
        let effective = known_effective(&own.stored, &names);
        let mut sample = Sample::new(&mut own.stored, &names, effective);
        sample.name.clone_from(&own.name);
        let name = own.group.clone().unwrap_or_else(|| own.name.clone());
        match groups.iter_mut().find(|(known, ..)| own.group.is_some() && *known == name) {
            Some((_, members, samples)) => {
                members.push(place);
                samples.push(sample);
            }
            None => groups.push((name, vec![place], vec![sample])),
        }
    }
    let streams = Streams::new(options.seed).stage("compare");
    let side = |(name, members, mut samples): (String, Vec<usize>, Vec<Sample>)| {
        let sample = match samples.pop() {
            Some(only) if samples.is_empty() => only,
            last => {
                samples.extend(last);
                mean_of_members(&name, &samples, streams.stage(&name))
            }
        };
        Side { name, sample, members }
    };
    groups.into_iter().map(side).collect()
}
