//! A comparison as JSON; `docs/comparison.md` describes it.

use serde_json::{Map, Value, json};

use super::comparable::SharedParameters;
use super::read::{ReadResult, Side};
use super::{Comparison, Joint};
use crate::comparison::{Distance, Estimate, ParameterComparison, Rope, Spread};
use crate::run::diff_config::parts_json;

/// The content of `comparison.json`: of two sides at once, of more a list `comparisons`, each with the baseline.
pub(super) fn json(
    results: &[ReadResult],
    shared: &SharedParameters,
    comparisons: &[Comparison<'_>],
) -> Value {
    let mut object = json!({
        "interval": crate::diagnostics::INTERVAL,
        "results": results.iter().map(result_json).collect::<Vec<_>>(),
        "not_shared": shared.left_out,
    });
    match comparisons {
        [single] => {
            let own = comparison_json(single, shared);
            object.as_object_mut().expect("it is one").extend(own);
        }
        several => {
            let all = several.iter().map(|own| Value::Object(comparison_json(own, shared)));
            object["comparisons"] = all.collect();
        }
    }
    object
}

fn result_json(own: &ReadResult) -> Value {
    json!({
        "name": own.name,
        "path": own.stored.place.display().to_string(),
        "group": own.group,
        "writer": own.stored.writer,
        "converged": own.not_converged.is_none(),
        "not_converged": own.not_converged,
        "judged_by": if own.judged_here { "compare" } else { "summary.json" },
    })
}

fn comparison_json(own: &Comparison<'_>, shared: &SharedParameters) -> Map<String, Value> {
    let parameters: Map<String, Value> =
        own.parameters.iter().map(|parameter| (parameter.name.clone(), parameter_json(parameter))).collect();
    let names: Vec<&str> = shared.parameters.iter().map(|own| &*own.name).collect();
    [
        ("a".to_owned(), side_json(own.a)),
        ("b".to_owned(), side_json(own.b)),
        ("settings".to_owned(), own.settings.as_ref().map_or(Value::Null, |found| parts_json(found).into())),
        ("parameters".to_owned(), parameters.into()),
        ("joint".to_owned(), joint_json(&own.joint, &names)),
    ]
    .into_iter()
    .collect()
}

fn side_json(side: &Side) -> Value {
    json!({
        "name": side.name,
        "draws": side.sample.draws(),
        "effective_sample_size": side.sample.layout.effective(),
        "weighted": side.sample.layout.is_weighted(),
        "members": side.members.len(),
    })
}

/// `name` and `mcse_name`, the Monte Carlo standard error.
fn estimates(numbers: &[(&str, Estimate)]) -> Map<String, Value> {
    let values = numbers.iter().map(|(name, own)| ((*name).to_owned(), json!(own.value)));
    let errors = numbers.iter().map(|(name, own)| (format!("mcse_{name}"), json!(own.error)));
    values.chain(errors).collect()
}

fn spread_json(own: &Spread) -> Value {
    estimates(&[("lower", own.lower), ("median", own.median), ("upper", own.upper)]).into()
}

fn parameter_json(own: &ParameterComparison) -> Value {
    let side = |[lower, median, upper]: [f64; 3]| json!({"lower": lower, "median": median, "upper": upper});
    let mut object = json!({
        "unit": own.unit,
        "a": side(own.sides[0]),
        "b": side(own.sides[1]),
        "difference": spread_json(&own.difference),
        "ratio": own.ratio.as_ref().map(spread_json),
    });
    let numbers = [
        ("p_greater", own.p_greater),
        ("overlap", own.overlap.estimate),
        ("wasserstein", own.wasserstein.estimate),
        ("jensen_shannon", own.jensen_shannon),
        ("ks", own.ks.estimate),
    ];
    let if_equal = [("overlap", own.overlap), ("wasserstein", own.wasserstein), ("ks", own.ks)];
    let if_equal =
        if_equal.map(|(name, own): (&str, Distance)| (format!("{name}_if_equal"), json!(own.if_equal)));
    let fields = object.as_object_mut().expect("it is one");
    fields.extend(estimates(&numbers));
    fields.extend(if_equal);
    object["rope"] = own.rope.as_ref().map_or(Value::Null, |(rope, probability)| {
        let (kind, width) = match rope {
            Rope::Absolute(width) => ("absolute", width),
            Rope::Relative(share) => ("relative", share),
        };
        json!({"kind": kind, "width": width, "probability": probability.value, "mcse_probability": probability.error})
    });
    object
}

fn joint_json(own: &Joint, names: &[&str]) -> Value {
    let mut object = json!({
        "independent_draws": own.thinned,
        "c2st": own.test.map(|test| json!({
            "accuracy": test.accuracy, "lower": test.interval[0], "upper": test.interval[1], "draws": test.draws,
            "terms": test.terms,
        })),
        "energy_distance": own.energy.map(|energy| energy.estimate.value),
        "mcse_energy_distance": own.energy.map(|energy| energy.estimate.error),
        "energy_distance_draws": own.energy.map(|energy| energy.draws),
        "same_data": own.same_data,
    });
    let change = |own: &crate::comparison::CorrelationChange| {
        json!({"pair": own.pair.map(|place| names[place]), "a": own.sides[0], "b": own.sides[1],
               "change": own.change.value, "mcse_change": own.change.error})
    };
    object["correlations"] = own.correlations.iter().map(change).collect();
    object["log_bayes_factor"] = own.evidence.map_or(Value::Null, |evidence| {
        let [a, b] = evidence.log_evidence;
        let numbers = [("a", a), ("b", b), ("b_over_a", evidence.log_bayes_factor)];
        estimates(&numbers).into()
    });
    object["loo"] = own.loo.map_or(Value::Null, |loo| {
        json!({"elpd_a": loo.elpd[0], "elpd_b": loo.elpd[1], "difference": loo.difference.value,
               "se": loo.difference.error, "data": loo.data, "trusted": loo.is_trusted})
    });
    object
}
