//! The numbers behind the verdict as JSON; `docs/diagnostics.md` describes them.

use serde_json::{Map, Value, json};

use crate::diagnostics::{Diagnosis, Loo, ParameterDiagnosis, PileUp, Split};

/// The object `diagnostics` of `summary.json`.
pub fn diagnostics_json(diagnosis: &Diagnosis) -> Value {
    let names: Vec<&str> = diagnosis.parameters.iter().map(|own| &*own.name).collect();
    let parameters: Map<String, Value> =
        diagnosis.parameters.iter().map(|own| (own.name.clone(), parameter_json(own))).collect();
    let directions = diagnosis.directions.iter().map(|direction| {
        let coefficients = names.iter().zip(&direction.coefficients);
        let coefficients: Map<String, Value> =
            coefficients.map(|(name, coefficient)| ((*name).to_owned(), json!(coefficient))).collect();
        json!({"width": direction.width, "words": direction.words(&names), "coefficients": coefficients})
    });
    let mut object = json!({
        "parameters": parameters,
        "directions": directions.collect::<Vec<_>>(),
        "correlation_eigenvalues": diagnosis.correlation_eigenvalues,
    });
    if let Some(acceptance) = &diagnosis.acceptance {
        object["acceptance"] = json!({
            "mean": acceptance.iter().sum::<f64>() / acceptance.len() as f64,
            "smallest": acceptance.iter().copied().fold(f64::INFINITY, f64::min),
        });
    }
    object
}

fn parameter_json(own: &ParameterDiagnosis) -> Value {
    let split = |split: &Split| {
        json!({"lower": split.lower, "upper": split.upper, "between": split.between,
               "share_below": split.share})
    };
    let pile_up = |pile_up: &PileUp| {
        json!({"bound": pile_up.bound, "end": if pile_up.is_upper { "upper" } else { "lower" },
               "mass": pile_up.mass})
    };
    let mut object = json!({
        "contraction": own.contraction.contraction,
        "shift": own.contraction.shift,
        "undetermined": own.contraction.is_undetermined(),
        "dip": own.modes.as_ref().map(|modes| modes.dip),
        "dip_p_value": own.modes_p_value,
        "pile_ups": own.pile_ups.iter().map(pile_up).collect::<Vec<_>>(),
    });
    if let Some(found) = own.modes.as_ref().and_then(|modes| modes.split.as_ref()) {
        object["modes"] = split(found);
    }
    if let Some(apart) = &own.apart {
        object["chains_apart"] =
            json!({"chains": apart.chains, "place": apart.place, "others": apart.others});
    }
    object
}

/// The object `loo` of `summary.json`.
pub fn loo_json(loo: &Loo) -> Value {
    let data: Map<String, Value> = loo
        .data
        .iter()
        .map(|datum| {
            let numbers = json!({"elpd": datum.elpd, "p_loo": datum.p_loo, "pareto_k": datum.pareto_k});
            (datum.label.clone(), numbers)
        })
        .collect();
    json!({
        "elpd": loo.elpd,
        "se": loo.se,
        "p_loo": loo.p_loo,
        "draws": loo.draws,
        "relative_efficiency": loo.relative_efficiency,
        "largest_k": loo.largest_k(),
        "doubtful": loo.doubtful().iter().map(|datum| &*datum.label).collect::<Vec<_>>(),
        "data": data,
    })
}
