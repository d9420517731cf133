//! The groups of `posterior.nc`.

use ndarray::{Array2, Array3, ArrayView3};

use super::Outcome;
use super::leave_one_out::Pointwise;
use super::predicted::{Predicted, SweepTraces};
use crate::draws::{Draws, Particles};
use crate::posterior::{Attribute, Group, Posterior, Values, Variable};
use crate::prior::Parameter;
use crate::problem::{ExperimentSweep, LogTerms, Problem};
use crate::run::check::Plan;
use crate::run::trace_results::{add_observed, add_predicted, units};
use crate::units::Unit;

/// Before the names of the groups of sweeps that were not fitted.
pub(in crate::run) const VALIDATION: &str = "validation_";

/// How finely the prior is told.
const PRIOR_QUANTILES: usize = 400;

pub(super) fn posterior(outcome: &Outcome<'_>) -> Posterior {
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
    let groups = [
        posterior_group(problem, outcome.natural.view()),
        sample_stats(&outcome.draws),
        posterior_predictive(problem, &outcome.predicted),
        observed_data(problem, &outcome.predicted),
        constant_data(problem),
        prior_quantiles(problem),
    ];
    let further =
        [outcome.pointwise.as_ref().ok().map(log_likelihood), unadjusted_group(problem, &outcome.draws)];
    let held_out = problem.held_out.as_ref().zip(outcome.held_out.as_ref());
    let held_out = held_out.into_iter().flat_map(|(problem, (predicted, _))| {
        let groups = [
            posterior_predictive(problem, predicted),
            observed_data(problem, predicted),
            constant_data(problem),
        ];
        groups.map(|group| Group { name: format!("{VALIDATION}{}", group.name), ..group })
    });
    let groups = groups.into_iter().chain(further.into_iter().flatten()).chain(held_out);
    // Without features their axis has no length, which NetCDF does not know.
    Posterior { groups: groups.map(Group::without_empty_axes).collect(), attributes }
}

/// The log likelihood of each datum; its draws have the numbers that they have in the group `posterior`.
fn log_likelihood(pointwise: &Pointwise) -> Group {
    let label = |label: &String| label.clone();
    let numbers = pointwise.draws.iter().map(|&draw| draw.cast_signed() as i64).collect();
    let columns = &pointwise.columns;
    let count = columns.first().map_or(0, Vec::len);
    let values = (0..count).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    Group {
        name: "log_likelihood".to_owned(),
        coordinates: vec![
            Variable::counted("chain", pointwise.chains),
            Variable::coordinate("draw", Values::I64(numbers)),
            Variable::coordinate("datum", Values::Text(pointwise.labels.iter().map(label).collect())),
        ],
        variables: vec![Variable::new("data", &["chain", "draw", "datum"], Values::F64(values))],
        attributes: Vec::new(),
    }
}

/// The draws before a regression has moved them, with the weights of then.
fn unadjusted_group(problem: &Problem, draws: &Draws) -> Option<Group> {
    let Draws::Particles(Particles { unadjusted: Some(raw), .. }) = draws else { return None };
    let natural = problem.space.to_natural(&raw.points);
    let shape = (1, raw.points.len(), raw.points.columns());
    let natural =
        Array3::from_shape_vec(shape, natural.values().to_vec()).expect("as many numbers as before");
    let mut group = posterior_group(problem, natural.view());
    "unadjusted_posterior".clone_into(&mut group.name);
    group.variables.push(Variable::new("weight", &["chain", "draw"], Values::F64(raw.weights.clone())));
    Some(group)
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

fn posterior_predictive(problem: &Problem, predicted: &Predicted) -> Group {
    let Predicted { sets, chains, streams, simulated, observable, few, traces, .. } = predicted;
    let (chains, kept) = (*chains, few.len());
    let number = |value: &Option<f64>| value.unwrap_or(f64::NAN);
    let simulated = (0..sets.len()).flat_map(|row| simulated.row(row)).map(number).collect();
    let replicated = observable.iter().flatten().map(number).collect();
    let axes = ["chain", "draw", "feature"];
    let about = |text: &str| Attribute::Text(text.to_owned());
    let mut variables = vec![
        Variable::new("features", &axes, Values::F64(replicated)).with(
            "description",
            about("simulated features with observation noise; NaN: the feature has no value"),
        ),
        Variable::new("features_without_noise", &axes, Values::F64(simulated)),
    ];
    let mut coordinates = vec![
        Variable::counted("chain", chains),
        Variable::counted("draw", sets.len() / chains),
        feature_axis(problem),
        Variable::counted("trace", kept),
        sweep_axis(problem),
    ];
    for (sweep, own) in problem.experiment.sweeps.iter().zip(traces) {
        let mut values = Vec::with_capacity(kept * sweep.samples);
        for trace in &own.voltage_mv {
            match trace {
                Some(trace) => values.extend(trace.iter().map(|value| *value as f32)),
                None => values.resize(values.len() + sweep.samples, f32::NAN),
            }
        }
        let time = format!("time_{}", sweep.name);
        let voltage =
            Variable::new(format!("voltage_{}", sweep.name), &["trace", &time], Values::F32(values));
        variables.push(voltage.with("units", units(Unit::Millivolt)));
        coordinates.push(time_axis(&time, sweep.interval_ms, sweep.samples));
    }
    let count = |row: usize| {
        let of = move |own: &SweepTraces| {
            own.voltage_mv[row].as_ref().map_or(f64::NAN, |_| own.spikes_ms[row].len() as f64)
        };
        traces.iter().map(of)
    };
    let counts = (0..kept).flat_map(count).collect();
    variables.push(Variable::new("spikes", &["trace", "sweep"], Values::F64(counts)));
    let name = "posterior_predictive".to_owned();
    let mut group = Group { name, coordinates, variables, attributes: Vec::new() };
    add_predicted(problem, few, *streams, &mut group);
    group
}

/// Axis of what is counted in each sweep: its name.
fn sweep_axis(problem: &Problem) -> Variable {
    let names = problem.experiment.sweeps.iter().map(|sweep| sweep.name.clone());
    Variable::coordinate("sweep", Values::Text(names.collect()))
}

fn time_axis(name: &str, interval_ms: f64, samples: usize) -> Variable {
    let times = (0..samples).map(|sample| sample as f64 * interval_ms).collect();
    Variable::coordinate(name, Values::F64(times)).with("units", units(Unit::Millisecond))
}

fn observed_data(problem: &Problem, predicted: &Predicted) -> Group {
    let observed = problem.data.data.iter().map(|datum| datum.observed.unwrap_or(f64::NAN)).collect();
    let spikes =
        |own: &SweepTraces| own.recorded_spikes_ms.as_ref().map_or(f64::NAN, |spikes| spikes.len() as f64);
    let spikes = Values::F64(predicted.traces.iter().map(spikes).collect());
    let mut coordinates = vec![feature_axis(problem), sweep_axis(problem)];
    let mut variables = vec![
        Variable::new("features", &["feature"], Values::F64(observed)),
        Variable::new("spikes", &["sweep"], spikes),
    ];
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
    let mut coordinates = vec![feature_axis(problem), sweep_axis(problem)];
    let step = |sweep: &ExperimentSweep| sweep.step_amplitude().unwrap_or(f64::NAN);
    let steps = Values::F64(problem.experiment.sweeps.iter().map(step).collect());
    let mut variables = vec![
        Variable::new("step_amplitude", &["sweep"], steps).with(
            "description",
            Attribute::Text(
                "height of the step of current above its holding; NaN: another stimulus".to_owned(),
            ),
        ),
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

/// Quantiles of each prior: the inverse of its distribution function at evenly spaced probabilities.
fn prior_quantiles(problem: &Problem) -> Group {
    let probabilities: Vec<f64> =
        (0..PRIOR_QUANTILES).map(|place| (place as f64 + 0.5) / PRIOR_QUANTILES as f64).collect();
    let quantiles = |parameter: &Parameter| {
        let values = probabilities.iter().map(|probability| parameter.prior.quantile(*probability)).collect();
        Variable::new(&*parameter.name, &["probability"], Values::F64(values))
            .with("units", units(parameter.unit))
    };
    Group {
        name: "prior_quantiles".to_owned(),
        variables: problem.space.parameters().iter().map(quantiles).collect(),
        coordinates: vec![Variable::coordinate("probability", Values::F64(probabilities))],
        attributes: Vec::new(),
    }
}
