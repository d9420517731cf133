//! The text, the tables and the numbers of the page.

use serde_json::{Value, json};

use super::{
    Compared, ComparedSide, ComparisonContent, classifier, correlations, density_of_curve, differences,
};
use crate::comparison::{Distance, Estimate, ParameterComparison, Spread};
use crate::posterior::{interval_text, probability_text, rounded};
use crate::report::charts::density_json;
use crate::report::frame::{FOREST, Frame, MARGINALS, PAIRS, origin, unit};
use crate::report::packed::Scale;

const FRAME: Frame = Frame {
    kind: "comparison",
    template: include_str!("../template/comparison.html"),
    scripts: &[MARGINALS, PAIRS, FOREST, include_str!("../template/comparison.js")],
    uplot: false,
};

/// Settings that are shown before they are asked for.
const SHOWN_SETTINGS: usize = 14;

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in; then the program itself is at fault.
pub fn comparison_html(content: &ComparisonContent<'_>) -> Result<String, minijinja::Error> {
    let sides: Vec<Value> =
        content.sides.iter().map(|own| json!({"name": own.name, "words": own.words})).collect();
    let one = |(own, side): (&Compared<'_>, &ComparedSide)| {
        json!({
            "name": side.name,
            "headline": own.headline,
            "sentences": own.sentences,
            "doubts": own.doubts,
            "settings": own.settings,
            "long_settings": own.settings.as_ref().is_some_and(|rows| rows.len() > SHOWN_SETTINGS),
            "parameters": own.parameters.iter().zip(&own.different).map(row).collect::<Vec<_>>(),
            "joint": own.joint,
            "correlations": !own.correlations.is_empty(),
        })
    };
    let comparisons: Vec<Value> = content.comparisons.iter().zip(&content.sides[1..]).map(one).collect();
    let page = json!({
        "sides": sides,
        "comparisons": comparisons,
        "classifier": content.comparisons.iter().any(|own| own.test.is_some()),
        "pairs": content.comparisons.first().is_some_and(|own| own.parameters.len() > 1),
        "not_compared": content.not_compared,
        "origins": content.origins.iter().map(origin).collect::<Vec<_>>(),
        "options": content.options,
    });
    FRAME.page(&content.name, &data(content), page)
}

/// What the script draws.
fn data(content: &ComparisonContent<'_>) -> Value {
    let side = |own: &ComparedSide| {
        let column = |draws: &Vec<f64>| {
            let scale = Scale::of(draws.iter().copied());
            json!({"lowest": scale.lowest, "highest": scale.highest, "draws": scale.pack(draws.iter().copied())})
        };
        json!({"name": own.name, "columns": own.draws.iter().map(column).collect::<Vec<_>>()})
    };
    let comparison = |own: &Compared<'_>| {
        let parameter = |own: &ParameterComparison| {
            let of = |place: usize| {
                let [lower, median, upper] = own.sides[place];
                let density = density_of_curve(&own.curves[place]);
                json!({"lower": lower, "median": median, "upper": upper, "density": density.as_ref().map(density_json)})
            };
            json!({"name": own.name, "unit": own.unit, "sides": [of(0), of(1)]})
        };
        json!({
            "parameters": own.parameters.iter().map(parameter).collect::<Vec<_>>(),
            "correlations": correlations(own).map(|own| own.json()),
        })
    };
    json!({
        "sides": content.sides.iter().map(side).collect::<Vec<_>>(),
        "comparisons": content.comparisons.iter().map(comparison).collect::<Vec<_>>(),
        "differences": differences(content).iter().map(super::Forest::json).collect::<Vec<_>>(),
        "classifier": classifier(content).map(|own| own.json()),
    })
}

/// `0.52 ± 0.01`.
fn with_error(own: Estimate) -> String {
    format!("{} ± {}", rounded(own.value, own.error), rounded(own.error, own.error))
}

fn spread(own: &Spread) -> Value {
    let values = [own.lower.value, own.median.value, own.upper.value];
    json!({"text": interval_text(values), "error": rounded(own.median.error, own.median.error)})
}

/// A probability with its error.
fn probability(own: Estimate) -> Value {
    json!({"text": probability_text(own.value), "error": format!("{:.3}", own.error)})
}

fn distance(own: &Distance) -> Value {
    let if_equal = rounded(own.if_equal, own.estimate.error);
    json!({"text": with_error(own.estimate), "if_equal": if_equal})
}

fn row((own, is_different): (&ParameterComparison, &bool)) -> Value {
    json!({
        "name": own.name,
        "unit": unit(own.unit.as_deref().unwrap_or_default()),
        "a": interval_text(own.sides[0]),
        "b": interval_text(own.sides[1]),
        "difference": spread(&own.difference),
        "ratio": own.ratio.as_ref().map(spread),
        "p_greater": probability(own.p_greater),
        "rope": own.rope.as_ref().map(|(_, found)| probability(*found)),
        "is_different": is_different,
        "overlap": distance(&own.overlap),
        "wasserstein": distance(&own.wasserstein),
        "jensen_shannon": with_error(own.jensen_shannon),
        "ks": distance(&own.ks),
    })
}
