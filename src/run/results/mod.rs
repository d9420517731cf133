//! The results folder: `posterior.nc`, `draws.csv`, `settings.toml`, `provenance.json` and, last, `summary.json`.

mod checks;
mod groups;
mod leave_one_out;
mod predicted;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use ndarray::{Array3, ArrayView3};
use serde_json::json;

pub(super) use self::groups::VALIDATION;

use self::checks::Checks;
use self::leave_one_out::{LeftOut, Pointwise};
use self::predicted::Predicted;
use super::RunError;
use super::check::Plan;
use super::inspect::flaw_json;
use super::trace_results::likelihood_json;
use crate::diagnostics::{
    Diagnosis, Finding, Loo, ParameterSummary, Verdict, judge_chains, judge_particles, summarise_chains,
    summarise_particles,
};
use crate::draws::{Account, Caution, Chains, Draws, Particles, Sampled};
use crate::numeric::{Natural, Rows, Streams, Unconstrained, instructions, instructions_name};
use crate::posterior::{
    RunSummary, diagnostics_json, loo_json, render_findings, render_table, summary_json, write_atomically,
    write_chains_csv, write_json, write_netcdf, write_particles_csv,
};
use crate::problem::{Problem, Target, TimeStepCheck};
use crate::samplers::Method;
use crate::units::Unit;

/// A finished run.
pub(super) struct Outcome<'a> {
    plan: &'a Plan,
    draws: Draws,
    account: Account,
    /// Shape `[chain, draw, parameter]`, in natural units; particles are one chain.
    natural: Array3<f64>,
    summaries: Vec<ParameterSummary>,
    diagnosis: Diagnosis,
    predicted: Predicted,
    checks: Checks,
    /// The same of the sweeps that were not fitted.
    held_out: Option<(Predicted, Checks)>,
    /// The log likelihood of each datum, or why it is not there.
    pointwise: Result<Pointwise, LeftOut>,
    loo: Option<Loo>,
    pub verdict: Verdict,
    pub simulations: u64,
    failures: BTreeMap<String, u64>,
    time_step: Option<TimeStepCheck>,
    seconds: f64,
}

/// Draws of the prior with which the posterior is compared.
const PRIOR_DRAWS: usize = 10_000;

/// Parameter sets that are simulated again with half the time step.
const CHECKED_SETS: usize = 64;

impl<'a> Outcome<'a> {
    pub(super) fn new(plan: &'a Plan, sampled: Sampled, interrupted: bool, seconds: f64) -> Self {
        let problem = &plan.problem;
        let Sampled { draws, account } = sampled;
        let names: Vec<(&str, Unit)> = problem
            .space
            .parameters()
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.unit))
            .collect();
        let natural = natural_draws(problem, &draws);
        let (summaries, verdict) = match &draws {
            Draws::Chains(chains) => {
                let summaries = summarise_chains(natural.view(), &names);
                let verdict = judge_chains(chains, &summaries, interrupted);
                (summaries, verdict)
            }
            Draws::Particles(particles) => {
                let table = natural.index_axis(ndarray::Axis(0), 0);
                let summaries = summarise_particles(table, &particles.weights, &names);
                (summaries, judge_particles(particles, plan.epsilon_goal, interrupted))
            }
        };
        let (simulations, failures) = (problem.simulations(), problem.failures());
        let (sets, _) = chosen_sets(&draws, natural.view(), CHECKED_SETS);
        let time_step = problem.check_time_step(&sets);
        let prior = problem.draw_prior(PRIOR_DRAWS, Streams::new(plan.seed).stage("contraction"));
        let diagnosis = Diagnosis::new(&draws, natural.view(), &summaries, &problem.space, &prior);
        let findings = findings(&diagnosis, &account);
        let verdict =
            verdict.with_account(&account).with_findings(findings).with_time_step(time_step.as_ref());
        let pointwise = if interrupted {
            Err(LeftOut::Stopped)
        } else if matches!(plan.method, Method::SimulationBased(_)) {
            Err(LeftOut::NoLikelihood)
        } else {
            Pointwise::new(problem, &draws, natural.view(), simulations)
        };
        let predicted = Predicted::new(problem, &draws, natural.view(), plan.seed);
        let checks = Checks::new(problem, &predicted);
        let held_out = problem.held_out.as_ref().map(|held_out| {
            let predicted = Predicted::new(held_out, &draws, natural.view(), plan.seed);
            let checks = Checks::new(held_out, &predicted);
            (predicted, checks)
        });
        let loo = pointwise.as_ref().ok().map(Pointwise::loo);
        Self {
            plan,
            draws,
            account,
            natural,
            summaries,
            diagnosis,
            predicted,
            checks,
            held_out,
            pointwise,
            loo,
            verdict,
            simulations,
            failures,
            time_step,
            seconds,
        }
    }

    /// What a run has found, for the terminal.
    pub(super) fn text(&self) -> String {
        let table = render_table(&self.summaries, &self.verdict);
        let held_out = self.held_out.as_ref().map(|(_, checks)| checks.text("check with held-out sweeps"));
        table
            + &render_findings(&self.diagnosis, self.loo.as_ref())
            + &self.checks.text("predictive check")
            + &held_out.unwrap_or_default()
    }
}

fn findings(diagnosis: &Diagnosis, account: &Account) -> Vec<Finding> {
    if account.cautions.contains(&Caution::NothingMatters) {
        let all: Vec<&str> = diagnosis.parameters.iter().map(|own| &*own.name).collect();
        return diagnosis.findings(&all);
    }
    let named = account.cautions.iter().filter_map(|caution| match caution {
        Caution::NoInfluence { parameter } => Some(&**parameter),
        _ => None,
    });
    diagnosis.findings(&named.collect::<Vec<_>>())
}

/// Some parameter sets of the posterior: chosen evenly from chains, by their weights from particles.
/// Returns them with the number of chains they come from. `natural`: shape `[chain, draw, parameter]`.
fn chosen_sets(draws: &Draws, natural: ArrayView3<'_, f64>, count: usize) -> (Rows<Natural>, usize) {
    let (chains, length, parameters) = natural.dim();
    let mut sets = Rows::from_values(Vec::new(), parameters);
    let set = |chain: usize, draw: usize| -> Vec<f64> {
        (0..parameters).map(|parameter| natural[[chain, draw, parameter]]).collect()
    };
    match draws {
        Draws::Chains(_) => {
            let each = (count / chains).clamp(1, length);
            for chain in 0..chains {
                for index in 0..each {
                    sets.push(&set(chain, (2 * index + 1) * length / (2 * each)));
                }
            }
            (sets, chains)
        }
        Draws::Particles(particles) => {
            // Systematic resampling: evenly spaced points on the cumulated weights.
            let (mut particle, mut cumulated) = (0, particles.weights[0]);
            for index in 0..count {
                let point = (index as f64 + 0.5) / count as f64;
                while cumulated < point && particle + 1 < length {
                    particle += 1;
                    cumulated += particles.weights[particle];
                }
                sets.push(&set(0, particle));
            }
            (sets, 1)
        }
    }
}

/// Draws in natural units, shape `[chain, draw, parameter]`.
fn natural_draws(problem: &Problem, draws: &Draws) -> Array3<f64> {
    let convert = |points: Rows<Unconstrained>, shape: (usize, usize, usize)| {
        let natural = problem.space.to_natural(&points);
        Array3::from_shape_vec(shape, natural.values().to_vec()).expect("as many numbers as before")
    };
    match draws {
        Draws::Chains(chains) => {
            let shape = chains.points.dim();
            convert(Rows::from_values(chains.points.iter().copied().collect(), shape.2), shape)
        }
        Draws::Particles(particles) => {
            convert(particles.points.clone(), (1, particles.points.len(), particles.points.columns()))
        }
    }
}

/// Writes all files; each appears whole or not at all, and the summary only after all the others.
pub(super) fn write_results(outcome: &Outcome<'_>, folder: &Path, began: SystemTime) -> Result<(), RunError> {
    write_netcdf(&groups::posterior(outcome), &folder.join("posterior.nc"))?;
    let names: Vec<&str> = outcome.summaries.iter().map(|summary| summary.name.as_str()).collect();
    let csv = folder.join("draws.csv");
    match &outcome.draws {
        Draws::Chains(Chains { log_prior, log_likelihood, .. }) => {
            write_chains_csv(&csv, &names, outcome.natural.view(), log_prior.view(), log_likelihood.view())?;
        }
        Draws::Particles(Particles { weights, distances, terms, .. }) => {
            let table = outcome.natural.index_axis(ndarray::Axis(0), 0);
            let prior: Vec<f64> = terms.iter().map(|terms| terms.prior).collect();
            let likelihood: Vec<f64> = terms.iter().map(|terms| terms.likelihood).collect();
            let columns: &[(&str, &[f64])] = if terms.is_empty() {
                &[("distance", distances)]
            } else {
                &[("log_prior", &prior), ("log_likelihood", &likelihood)]
            };
            write_particles_csv(&csv, &names, table, weights, columns)?;
        }
    }
    write_atomically(&folder.join("settings.toml"), |file| file.write_all(outcome.plan.text.as_bytes()))?;
    write_json(&folder.join("provenance.json"), &provenance(outcome, began))?;
    let failures = outcome.failures.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    let mut summary = summary_json(&RunSummary {
        parameters: &outcome.summaries,
        sampler: &outcome.plan.sampler,
        simulations: outcome.simulations,
        failed_simulations: &failures,
        seconds: outcome.seconds,
        verdict: &outcome.verdict,
    });
    summary["diagnostics"] = diagnostics_json(&outcome.diagnosis);
    summary["loo"] = match (&outcome.loo, &outcome.pointwise) {
        (Some(loo), _) => loo_json(loo),
        (None, Err(reason)) => json!({"left_out": reason.to_string()}),
        (None, Ok(_)) => serde_json::Value::Null,
    };
    summary["predicted"] = outcome.predicted.json();
    summary["checks"] = outcome.checks.json();
    if let (Some(held_out), Some((predicted, checks))) = (&outcome.plan.problem.held_out, &outcome.held_out) {
        let names: Vec<&str> = held_out.experiment.sweeps.iter().map(|sweep| &*sweep.name).collect();
        summary["validation"] =
            json!({"sweeps": names, "predicted": predicted.json(), "checks": checks.json()});
    }
    summary["time_step"] = outcome.time_step.as_ref().map_or(serde_json::Value::Null, time_step_json);
    summary["likelihood"] = likelihood_json(&outcome.plan.problem);
    let Account { ending, evidence, notes, .. } = &outcome.account;
    summary["ended_by"] = json!(ending.word());
    if let Some(evidence) = evidence {
        summary["log_evidence"] = json!({"value": evidence.log, "error": evidence.error});
    }
    if !notes.is_empty() {
        summary["notes"] = json!(notes);
    }
    summary["flaws"] = outcome.plan.problem.experiment.flaws.iter().map(flaw_json).collect();
    if let Draws::Particles(particles) = &outcome.draws
        && !particles.generations.is_empty()
    {
        let generation = |g: &crate::draws::Generation| {
            let mut own = json!({"epsilon": g.epsilon, "simulations": g.simulations, "acceptance": g.acceptance,
                   "effective_sample_size": g.effective_sample_size});
            if let Some(temperature) = g.temperature {
                own["temperature"] = json!(temperature);
            }
            own
        };
        summary["epsilon"] = json!(particles.generations.last().map(|generation| generation.epsilon));
        summary["generations"] = particles.generations.iter().map(generation).collect();
    }
    write_json(&folder.join("summary.json"), &summary)?;
    Ok(())
}

/// What half the time step does to a feature, in its standard deviations (`null` if the feature comes or goes), or to the
/// posterior through the traces, in its width; then there is no `worst_feature`.
fn time_step_json(check: &TimeStepCheck) -> serde_json::Value {
    json!({"dt_ms": check.dt_ms, "sets": check.sets, "worst_feature": check.feature, "moves_by_sds": check.sds})
}

fn provenance(outcome: &Outcome<'_>, began: SystemTime) -> serde_json::Value {
    let Plan { path, problem, seed, .. } = outcome.plan;
    let protocol = problem.simulation.protocol;
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "settings": path.display().to_string(),
        "recordings": problem.experiment.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        "notes": problem.experiment.notes,
        "seed": seed,
        "ended_by": outcome.account.ending.word(),
        "reproducible": outcome.account.ending.is_reproducible(),
        "threads": rayon::current_num_threads(),
        "start_of_sweeps": if protocol.from_rest { "rest" } else { "voltage" },
        "settle_ms": protocol.settle_ms,
        "longest_dt_ms": protocol.dt_ms,
        "processor": std::env::consts::ARCH,
        "instructions": instructions_name(instructions()),
        "operating_system": std::env::consts::OS,
        "began": humantime::format_rfc3339_seconds(began).to_string(),
        "seconds": outcome.seconds,
    })
}
