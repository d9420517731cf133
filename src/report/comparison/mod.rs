//! The report of a comparison: one page, and its charts as pictures.

mod figures;
mod page;

pub use figures::comparison_pictures;
pub use page::comparison_html;

use super::Origin;
use super::density::Density;
use super::forest::{Bar, Forest, Row};
use crate::comparison::{CorrelationChange, Curve, Estimate, ParameterComparison, Rope, TwoSampleTest};
use crate::posterior::{interval_text, probability_text, rounded};

/// What the report of a comparison tells.
#[derive(Clone, Debug)]
pub struct ComparisonContent<'a> {
    /// What is compared, such as `drug against control`.
    pub name: String,
    /// The baseline, then all that are compared with it.
    pub sides: Vec<ComparedSide>,
    /// One for each side but the baseline.
    pub comparisons: Vec<Compared<'a>>,
    /// Each result.
    pub origins: Vec<Origin>,
    /// What could not be compared, and why.
    pub not_compared: Vec<String>,
    /// With what options.
    pub options: Vec<[String; 2]>,
}

/// One side.
#[derive(Clone, Debug)]
pub struct ComparedSide {
    /// Its name.
    pub name: String,
    /// What it is made of, and what its draws are worth.
    pub words: String,
    /// Some draws that count the same: a column for each parameter.
    pub draws: Vec<Vec<f64>>,
}

/// One side against the baseline.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// What it means, in one line.
    pub headline: String,
    /// What it means, the surest first.
    pub sentences: Vec<String>,
    /// Why the sides cannot be trusted.
    pub doubts: Vec<String>,
    /// Option, value in A and value in B; `None` if a side has no settings of its own.
    pub settings: Option<Vec<[String; 3]>>,
    /// Each parameter.
    pub parameters: &'a [ParameterComparison],
    /// Whether each parameter is surely different.
    pub different: Vec<bool>,
    /// All pairs of parameters, the largest change first.
    pub correlations: &'a [CorrelationChange],
    /// How well a classifier tells the sides apart.
    pub test: Option<TwoSampleTest>,
    /// What is said of all parameters together.
    pub joint: Vec<String>,
}

/// Changed correlations that are drawn.
const CORRELATIONS: usize = 15;
/// Points of a density.
const POINTS: usize = 240;

/// Differences of all parameters of all sides, on an axis for each unit.
fn differences(content: &ComparisonContent<'_>) -> Vec<Forest> {
    let (mut ratios, mut differences) = (Vec::new(), Vec::new());
    let Some(first) = content.comparisons.first() else { return Vec::new() };
    let several = content.comparisons.len() > 1;
    for (place, own) in first.parameters.iter().enumerate() {
        let all = || {
            content
                .comparisons
                .iter()
                .zip(&content.sides[1..])
                .map(|(one, side)| (one, side, &one.parameters[place]))
        };
        let is_ratio = all().all(|(_, _, own)| own.ratio.is_some());
        let bar =
            |(number, (one, side, own)): (usize, (&Compared<'_>, &ComparedSide, &ParameterComparison))| {
                let spread = own.ratio.filter(|_| is_ratio).unwrap_or(own.difference);
                let values = [spread.lower.value, spread.median.value, spread.upper.value];
                let p = probability_text(own.p_greater.value);
                let words = format!("{}, {}: {}, P(B > A) {p}", own.name, side.name, interval_text(values));
                Bar { values, colour: number, is_sure: one.different[place], words }
            };
        let bars: Vec<Bar> = all().enumerate().map(bar).collect();
        let p = probability_text(own.p_greater.value);
        let row = |band| Row {
            label: own.name.clone(),
            note: if several { String::new() } else { format!("P(B > A) {p}") },
            band,
            bars,
        };
        let rope = own.rope.as_ref().map(|(rope, _)| *rope);
        if is_ratio {
            let band = rope.and_then(|rope| match rope {
                Rope::Relative(share) => Some([1.0 / (1.0 + share), 1.0 + share]),
                Rope::Absolute(_) => None,
            });
            ratios.push(row(band));
        } else {
            let band = rope.and_then(|rope| match rope {
                Rope::Absolute(width) => Some([-width, width]),
                Rope::Relative(_) => None,
            });
            let unit = own.unit.as_deref().filter(|unit| *unit != "1" && !unit.is_empty());
            let title = unit.map_or("B − A".to_owned(), |unit| format!("B − A ({unit})"));
            differences.push((title, row(band)));
        }
    }
    Forest::by_axis(("B / A", ratios), differences)
}

/// The pairs whose correlation changes most; `None` of a single parameter.
fn correlations(own: &Compared<'_>) -> Option<Forest> {
    let row = |change: &CorrelationChange| {
        let [x, y] = change.pair.map(|place| &*own.parameters[place].name);
        let of = |colour: usize| Bar {
            values: [change.sides[colour]; 3],
            colour,
            is_sure: true,
            words: format!("{x}, {y}: {:.2} in {}", change.sides[colour], ["A", "B"][colour]),
        };
        let [a, b] = change.sides;
        Row {
            label: format!("{x}, {y}"),
            note: change_text(change.change),
            band: Some([a.min(b), a.max(b)]),
            bars: vec![of(0), of(1)],
        }
    };
    let rows: Vec<Row> = own.correlations.iter().take(CORRELATIONS).map(row).collect();
    (!rows.is_empty()).then(|| Forest {
        title: "correlation in A and in B".to_owned(),
        is_log: false,
        reference: Some(0.0),
        ends: Some([-1.05, 1.05]),
        is_overlaid: true,
        rows,
    })
}

/// Such as `+0.031 ± 0.012`.
fn change_text(own: Estimate) -> String {
    let sign = if own.value > 0.0 { "+" } else { "" };
    format!("{sign}{} ± {}", rounded(own.value, own.error), rounded(own.error, own.error))
}

/// How well a classifier tells each side from the baseline; `None` if there are too few draws for it.
fn classifier(content: &ComparisonContent<'_>) -> Option<Forest> {
    let row = |(own, side): (&Compared<'_>, &ComparedSide)| {
        let test = own.test?;
        let values = [test.interval[0], test.accuracy, test.interval[1]];
        let note = format!("{:.1} %", 100.0 * test.accuracy);
        let words = format!("{}: {note}, 95 % from {:.3} to {:.3}", side.name, values[0], values[2]);
        let bar = Bar { values, colour: 0, is_sure: test.interval[0] > 0.5, words };
        Some(Row { label: side.name.clone(), note, band: None, bars: vec![bar] })
    };
    let rows: Vec<Row> = content.comparisons.iter().zip(&content.sides[1..]).filter_map(row).collect();
    (!rows.is_empty()).then(|| Forest {
        title: "share told apart by a classifier (0.5: guessing)".to_owned(),
        is_log: false,
        reference: Some(0.5),
        ends: Some([0.4, 1.02]),
        is_overlaid: false,
        rows,
    })
}

/// A curve at evenly spaced values, without the ends where it is next to nothing.
fn density_of_curve(curve: &Curve) -> Option<Density> {
    const NOTHING: f64 = 2e-3;
    let tallest = curve.densities.iter().copied().fold(0.0, f64::max);
    let is_seen = |height: &f64| *height > NOTHING * tallest;
    let first = curve.places[curve.densities.iter().position(is_seen)?];
    let last = curve.places[curve.densities.iter().rposition(is_seen)?];
    if last <= first {
        return None;
    }
    let at = |value: f64| {
        let above = curve.places.partition_point(|place| *place < value).clamp(1, curve.places.len() - 1);
        let (low, high) = (curve.places[above - 1], curve.places[above]);
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        curve.densities[above - 1] * (1.0 - share) + curve.densities[above] * share
    };
    let step = (last - first) / (POINTS - 1) as f64;
    let heights = (0..POINTS).map(|place| at(first + place as f64 * step)).collect();
    Some(Density { first, last, heights })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear between its points, so a triangle stays one.
    #[test]
    fn a_curve_keeps_its_shape_on_even_places() {
        let places: Vec<f64> = (0..=200_u8).map(|at| (f64::from(at) / 200.0).powi(2)).collect();
        let densities = places.iter().map(|place| 2.0 * place).collect();
        let density = density_of_curve(&Curve { places, densities }).unwrap();
        // What is below 1/500 of the highest is left out.
        assert!(density.first < 0.004 && (density.last - 1.0).abs() < 1e-12, "{density:?}");
        let step = (density.last - density.first) / (POINTS - 1) as f64;
        for (place, height) in density.heights.iter().enumerate() {
            assert!((height - 2.0 * (density.first + place as f64 * step)).abs() < 1e-12, "{place}");
        }
        assert_eq!(density_of_curve(&Curve { places: vec![1.0], densities: vec![1.0] }), None);
    }

    #[test]
    fn rows_of_one_unit_share_an_axis_that_holds_them() {
        let row = |values| {
            let bar = Bar { values, colour: 0, is_sure: true, words: String::new() };
            Row { label: String::new(), note: String::new(), band: None, bars: vec![bar] }
        };
        let differences = vec![
            ("mV".to_owned(), row([1.0, 2.0, 3.0])),
            ("degC".to_owned(), row([-1.0, 0.5, 1.0])),
            ("mV".to_owned(), row([5.0, 6.0, 7.0])),
        ];
        let found = Forest::by_axis(("ratio", vec![row([0.5, 0.8, 0.9])]), differences);
        let titles: Vec<(&str, usize)> = found.iter().map(|own| (&*own.title, own.rows.len())).collect();
        assert_eq!(titles, [("ratio", 1), ("mV", 2), ("degC", 1)]);
        let [low, high] = found[0].axis();
        assert!(low < 0.5 && low > 0.45 && high > 1.0 && high < 1.1, "{low} {high}");
        let [low, high] = found[1].axis();
        assert!(low < 0.0 && high > 7.0 && high < 7.5, "{low} {high}");
    }
}
