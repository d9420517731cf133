//! The charts as pictures for papers.

use kuva::plot::BandPlot;
use kuva::render::plots::Plot;

use super::{
    Compared, ComparedSide, ComparisonContent, Forest, classifier, correlations, density_of_curve,
    differences,
};
use crate::comparison::ParameterComparison;
use crate::report::Picture;
use crate::report::figures::forest::forest;
use crate::report::figures::{BLUE, Panel, Sheet, VERMILION, draw_all, line, pairs_of};
use crate::report::forest::named;

/// Told apart with any colour vision. Without colours the fill of A is the darker, the line of B the broader.
const COLOURS: [&str; 2] = [BLUE, VERMILION];
const FILLS: [f64; 2] = [0.35, 0.15];
const LINES: [f64; 2] = [1.4, 2.6];

/// Every picture that there are numbers for. Of several comparisons `marginals`, `pairs` and `correlations` end with the name
/// of the side that is compared.
///
/// # Errors
/// What kuva says if it cannot draw one.
pub fn comparison_pictures(content: &ComparisonContent<'_>) -> Result<Vec<Picture>, String> {
    let names: Vec<String> = content.sides[1..].iter().map(|own| own.name.clone()).collect();
    let colours = if names.len() > 1 { &names[..] } else { &[] };
    let size = (760.0, 0.0);
    let single =
        |own: Option<Forest>, names: &[String]| own.map(|own| forest(&own, names)).into_iter().collect();
    let mut sheets: Vec<Sheet> = differences(content)
        .iter()
        .enumerate()
        .map(|(place, own)| {
            let number = if place == 0 { String::new() } else { format!("_{}", place + 1) };
            Sheet::new(format!("differences{number}"), 1, size, vec![forest(own, colours)])
        })
        .collect();
    sheets.push(Sheet::new("classifier", 1, size, single(classifier(content), &[])));
    for (own, side) in content.comparisons.iter().zip(&content.sides[1..]) {
        let end = if names.len() > 1 { format!("_{}", file_name(&side.name)) } else { String::new() };
        let two = [&content.sides[0], side];
        let (pairs, beside) = pairs(own, two);
        let both = two.map(|side| side.name.clone());
        sheets.push(Sheet::new(format!("marginals{end}"), 4, (300.0, 240.0), marginals(own, two)));
        sheets.push(Sheet::new(format!("pairs{end}"), beside, (230.0, 220.0), pairs));
        sheets.push(Sheet::new(format!("correlations{end}"), 1, size, single(correlations(own), &both)));
    }
    draw_all(sheets)
}

/// The name with nothing in it that a file cannot have.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    name.chars().map(plain).collect()
}

fn pairs(own: &Compared<'_>, sides: [&ComparedSide; 2]) -> (Vec<Panel>, usize) {
    let names: Vec<String> = own.parameters.iter().map(|own| named(&own.name, own.unit.as_deref())).collect();
    let both = [0, 1].map(|place| (&sides[place].draws[..], COLOURS[place], &*sides[place].name));
    pairs_of(&names, &both)
}

/// The densities of both sides.
fn marginals(own: &Compared<'_>, sides: [&ComparedSide; 2]) -> Vec<Panel> {
    let panel = |own: &ParameterComparison| {
        let mut plots: Vec<Plot> = Vec::new();
        let (mut x, mut top) = ((f64::INFINITY, f64::NEG_INFINITY), 0.0_f64);
        let densities = [0, 1].map(|place| density_of_curve(&own.curves[place]).map(|own| own.points()));
        for (place, points) in densities.iter().enumerate() {
            let Some(points) = points else { continue };
            let (places, heights): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            x = (x.0.min(places[0]), x.1.max(places[places.len() - 1]));
            top = heights.iter().copied().fold(top, f64::max);
            let band = BandPlot::new(places, vec![0.0; heights.len()], heights);
            plots.push(band.with_color(COLOURS[place]).with_opacity(FILLS[place]).into());
        }
        for (place, points) in densities.into_iter().enumerate() {
            let line = line(points.unwrap_or_default(), COLOURS[place], LINES[place]);
            plots.push(line.with_legend(sides[place].name.as_str()).into());
        }
        Panel::new(plots, x, (0.0, 1.08 * top)).with(|layout| {
            let label = named(&own.name, own.unit.as_deref());
            layout.with_x_label(label).with_y_label("density").with_ticks(4)
        })
    };
    own.parameters.iter().map(panel).collect()
}
