//! The results folder: `posterior.nc`, `draws.csv`, `settings.toml`, `provenance.json` and, last, `summary.json`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use ndarray::{Array2, Array3, ArrayView3};
use serde_json::json;

use super::RunError;
use super::check::Plan;
use super::inspect::flaw_json;
use super::trace_results::{add_observed, add_predicted, likelihood_json, units};
use crate::diagnostics::{
    ParameterSummary, Verdict, judge_chains, judge_particles, summarise_chains, summarise_particles,
};
use crate::draws::{Account, Chains, Draws, Particles, Sampled};
use crate::numeric::{Natural, Rows, Streams, Unconstrained};
use crate::posterior::{
    Attribute, Group, Posterior, RunSummary, Values, Variable, summary_json, write_atomically,
    write_chains_csv, write_json, write_netcdf, write_particles_csv,
};
use crate::problem::{LogTerms, Problem, TimeStepCheck};
use crate::units::Unit;

/// A finished run.
pub(super) struct Outcome<'a> {
    plan: &'a Plan,
    draws: Draws,
    account: Account,
    /// Shape `[chain, draw, parameter]`, in natural units; particles are one chain.
    natural: Array3<f64>,
    pub summaries: Vec<ParameterSummary>,
    pub verdict: Verdict,
    pub simulations: u64,
    failures: BTreeMap<String, u64>,
    time_step: Option<TimeStepCheck>,
    seconds: f64,
}

/// Parameter sets whose features are predicted, and those whose traces are kept.
const PREDICTED_SETS: usize = 400;
const PREDICTED_TRACES: usize = 20;

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
        let verdict = verdict.with_cautions(&account.cautions).with_time_step(time_step.as_ref());
        Self { plan, draws, account, natural, summaries, verdict, simulations, failures, time_step, seconds }
    }
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
    write_netcdf(&posterior(outcome), &folder.join("posterior.nc"))?;
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
            json!({"epsilon": g.epsilon, "simulations": g.simulations, "acceptance": g.acceptance,
                   "effective_sample_size": g.effective_sample_size})
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
        "instructions": format!("{:?}", crate::numeric::instructions()),
        "operating_system": std::env::consts::OS,
        "began": humantime::format_rfc3339_seconds(began).to_string(),
        "seconds": outcome.seconds,
    })
}

fn posterior(outcome: &Outcome<'_>) -> Posterior {
    let Plan { text, problem, sampler, seed, .. } = outcome.plan;
    let attribute = |name: &str, text: &str| (name.to_owned(), Attribute::Text(text.to_owned()));
    let mut attributes = vec![
        attribute("inference_library", "hhbayes"),
        attribute("inference_library_version", env!("CARGO_PKG_VERSION")),
        attribute("sampler", sampler),
        attribute("ended_by", outcome.account.ending.word()),
        attribute("settings", text),
        ("seed".to_owned(), Attribute::Integer(seed.cast_signed())),
    ];
    if let Some(evidence) = &outcome.account.evidence {
        attributes.push(("log_evidence".to_owned(), Attribute::Number(evidence.log)));
        attributes.push(("log_evidence_error".to_owned(), Attribute::Number(evidence.error)));
    }
    let groups = vec![
        posterior_group(problem, outcome.natural.view()),
        sample_stats(&outcome.draws),
        posterior_predictive(outcome),
        observed_data(problem),
        constant_data(problem),
    ];
    // Without features their axis has no length, which NetCDF does not know.
    Posterior { groups: groups.into_iter().map(Group::without_empty_axes).collect(), attributes }
}

fn posterior_group(problem: &Problem, natural: ArrayView3<'_, f64>) -> Group {
    let (chains, draws, _) = natural.dim();
    let variables = problem.space.parameters().iter().enumerate().map(|(index, parameter)| {
        let values = natural.index_axis(ndarray::Axis(2), index).iter().copied().collect();
        Variable::new(&*parameter.name, &["chain", "draw"], Values::F64(values))
            .with("units", units(parameter.unit))
    });
    Group {
        name: "posterior".to_owned(),
        coordinates: vec![Variable::counted("chain", chains), Variable::counted("draw", draws)],
        variables: variables.collect(),
        attributes: Vec::new(),
    }
}

fn sample_stats(draws: &Draws) -> Group {
    let axes = ["chain", "draw"];
    let table = |values: &Array2<f64>| Values::F64(values.iter().copied().collect());
    let (chains, count, variables) = match draws {
        Draws::Chains(chains) => {
            let posterior = &chains.log_prior + &chains.log_likelihood;
            let variables = vec![
                Variable::new("lp", &axes, table(&posterior)),
                Variable::new("log_prior", &axes, table(&chains.log_prior)),
                Variable::new("log_likelihood", &axes, table(&chains.log_likelihood)),
                Variable::new("accepted", &axes, Values::Bool(chains.accepted.iter().copied().collect())),
            ];
            (chains.points.dim().0, chains.points.dim().1, variables)
        }
        Draws::Particles(particles) => {
            let column = |name: &str, values: Vec<f64>| Variable::new(name, &axes, Values::F64(values));
            let mut variables = vec![column("weight", particles.weights.clone())];
            if particles.terms.is_empty() {
                variables.push(column("distance", particles.distances.clone()));
            } else {
                let of = |value: fn(&LogTerms) -> f64| particles.terms.iter().map(value).collect();
                variables.push(column("lp", of(|terms| terms.posterior())));
                variables.push(column("log_prior", of(|terms| terms.prior)));
                variables.push(column("log_likelihood", of(|terms| terms.likelihood)));
            }
            (1, particles.points.len(), variables)
        }
    };
    Group {
        name: "sample_stats".to_owned(),
        coordinates: vec![Variable::counted("chain", chains), Variable::counted("draw", count)],
        variables,
        attributes: Vec::new(),
    }
}

/// Axis of the data: the label of each feature.
fn feature_axis(problem: &Problem) -> Variable {
    Variable::coordinate(
        "feature",
        Values::Text(problem.data.data.iter().map(|datum| datum.label.clone()).collect()),
    )
}

fn posterior_predictive(outcome: &Outcome<'_>) -> Group {
    let Plan { problem, seed, .. } = outcome.plan;
    let (sets, chains) = chosen_sets(&outcome.draws, outcome.natural.view(), PREDICTED_SETS);
    let streams = Streams::new(*seed).stage("posterior predictive");
    let features = problem.features(&sets, streams, 0);
    let number = |value: &Option<f64>| value.unwrap_or(f64::NAN);
    let simulated: Vec<f64> =
        (0..sets.len()).flat_map(|row| features.row(row).iter().map(number).collect::<Vec<_>>()).collect();
    let replicated = (0..sets.len())
        .flat_map(|row| {
            let replicate = problem.replicate(features.row(row), sets.row(row), streams, 0, row as u64);
            replicate.iter().map(number).collect::<Vec<_>>()
        })
        .collect();
    let axes = ["chain", "draw", "feature"];
    let about = |text: &str| Attribute::Text(text.to_owned());
    let mut variables = vec![
        Variable::new("features", &axes, Values::F64(replicated)).with(
            "description",
            about("simulated features with observation noise; NaN: the feature has no value"),
        ),
        Variable::new("features_without_noise", &axes, Values::F64(simulated)),
    ];
    let kept = PREDICTED_TRACES.min(sets.len());
    let mut few = Rows::from_values(Vec::new(), sets.columns());
    for index in 0..kept {
        few.push(sets.row((2 * index + 1) * sets.len() / (2 * kept)));
    }
    let mut coordinates = vec![
        Variable::counted("chain", chains),
        Variable::counted("draw", sets.len() / chains),
        feature_axis(problem),
        Variable::counted("trace", kept),
    ];
    for (index, sweep) in problem.experiment.sweeps.iter().enumerate() {
        let traces = problem.simulation.traces(&problem.experiment.sweeps, index, &few, streams);
        let values =
            traces.into_iter().flat_map(|trace| trace.unwrap_or_else(|_| vec![f64::NAN; sweep.samples]));
        let time = format!("time_{}", sweep.name);
        let voltage = Variable::new(
            format!("voltage_{}", sweep.name),
            &["trace", &time],
            Values::F32(values.map(|value| value as f32).collect()),
        );
        variables.push(voltage.with("units", units(Unit::Millivolt)));
        coordinates.push(time_axis(&time, sweep.interval_ms, sweep.samples));
    }
    let name = "posterior_predictive".to_owned();
    let mut group = Group { name, coordinates, variables, attributes: Vec::new() };
    add_predicted(problem, &few, streams, &mut group);
    group
}

fn time_axis(name: &str, interval_ms: f64, samples: usize) -> Variable {
    let times = (0..samples).map(|sample| sample as f64 * interval_ms).collect();
    Variable::coordinate(name, Values::F64(times)).with("units", units(Unit::Millisecond))
}

fn observed_data(problem: &Problem) -> Group {
    let observed = problem.data.data.iter().map(|datum| datum.observed.unwrap_or(f64::NAN)).collect();
    let mut coordinates = vec![feature_axis(problem)];
    let mut variables = vec![Variable::new("features", &["feature"], Values::F64(observed))];
    for sweep in &problem.experiment.sweeps {
        if let Some(voltage_mv) = &sweep.voltage_mv {
            let time = format!("time_{}", sweep.name);
            let values = Values::F32(voltage_mv.iter().map(|&value| value as f32).collect());
            let voltage = Variable::new(format!("voltage_{}", sweep.name), &[&time], values);
            variables.push(voltage.with("units", units(Unit::Millivolt)));
            coordinates.push(time_axis(&time, sweep.interval_ms, sweep.samples));
        }
    }
    let mut group =
        Group { name: "observed_data".to_owned(), coordinates, variables, attributes: Vec::new() };
    add_observed(problem, &mut group);
    group
}

fn constant_data(problem: &Problem) -> Group {
    let set = crate::problem::medians(&problem.space, &[]);
    let sds = Values::F64(problem.sds(set.row(0)).collect());
    let unit = |measure: &crate::features::Measure| measure.unit().symbol().to_owned();
    let feature_units = Values::Text(problem.data.measures.iter().map(unit).collect());
    let mut coordinates = vec![feature_axis(problem)];
    let mut variables = vec![
        Variable::new("features_sd", &["feature"], sds),
        Variable::new("features_unit", &["feature"], feature_units),
    ];
    for (index, sweep) in problem.experiment.sweeps.iter().enumerate() {
        let time = format!("time_{}", sweep.name);
        let current = problem.simulation.stimulus_current(index, sweep, set.row(0));
        let values = Values::F32(current.into_iter().map(|value| value as f32).collect());
        let variable = Variable::new(format!("current_{}", sweep.name), &[&time], values);
        variables.push(variable.with("units", units(sweep.stimulus.unit)));
        coordinates.push(time_axis(&time, sweep.interval_ms, sweep.samples));
    }
    Group { name: "constant_data".to_owned(), coordinates, variables, attributes: Vec::new() }
}
