//! The marginals of both sides over each other, a panel for each parameter.

use std::path::Path;

use kuva::RasterBackend;
use kuva::plot::{BandPlot, LinePlot};
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use super::Comparison;
use crate::comparison::{Curve, ParameterComparison};
use crate::posterior::write_atomically;
use crate::run::RunError;

/// Blue and orange of Okabe and Ito, which are told apart with any colour vision (Wong 2011,
/// <https://doi.org/10.1038/nmeth.1618>). Without colours the fill of A is the darker, the line of B the broader.
const COLOURS: [&str; 2] = ["#0072B2", "#E69F00"];
const FILLS: [f64; 2] = [0.35, 0.15];
const LINES: [f64; 2] = [1.4, 2.6];
const PANEL: (f64, f64) = (330.0, 240.0);
const MOST_COLUMNS: usize = 4;

/// Draws the densities of all parameters into a PNG.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn draw(comparison: &Comparison<'_>, path: &Path) -> Result<(), RunError> {
    let parameters = &comparison.parameters;
    let columns = match parameters.len() {
        few @ 1..=3 => few,
        4 => 2,
        5..=6 => 3,
        _ => MOST_COLUMNS,
    };
    let (mut plots, mut layouts) = (Vec::new(), Vec::new());
    for (place, own) in parameters.iter().enumerate() {
        let names = [&comparison.a.name, &comparison.b.name];
        let panel = panel(own, names);
        let layout = layout(own, &panel);
        layouts.push(if place % columns == 0 { layout.with_y_label("density") } else { layout });
        plots.push(panel);
    }
    let rows = parameters.len().div_ceil(columns);
    let figure = Figure::new(rows, columns)
        .with_structure((0..parameters.len()).map(|place| vec![place]).collect())
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(PANEL.0, PANEL.1)
        .with_spacing(10.0)
        .with_shared_legend_bottom();
    let image = RasterBackend::new().render_scene(&figure.render());
    let image =
        image.map_err(|reason| RunError::Usage(format!("the densities cannot be drawn: {reason}")))?;
    Ok(write_atomically(path, |file| file.write_all(&image))?)
}

fn panel(own: &ParameterComparison, names: [&String; 2]) -> Vec<Plot> {
    let mut plots = Vec::new();
    for (place, curve) in own.curves.iter().enumerate() {
        let zeros = vec![0.0; curve.places.len()];
        let band = BandPlot::new(curve.places.clone(), zeros, curve.densities.clone());
        plots.push(band.with_color(COLOURS[place]).with_opacity(FILLS[place]).into());
    }
    for (place, curve) in own.curves.iter().enumerate() {
        let points = curve.places.iter().copied().zip(curve.densities.iter().copied());
        let line = LinePlot::new().with_data(points).with_color(COLOURS[place]);
        plots.push(line.with_stroke_width(LINES[place]).with_legend(names[place].as_str()).into());
    }
    plots
}

fn layout(own: &ParameterComparison, plots: &[Plot]) -> Layout {
    let ends = |of: fn(&Curve) -> Option<f64>, pick: fn(f64, f64) -> f64| {
        own.curves.iter().filter_map(of).reduce(pick).unwrap_or(0.0)
    };
    let low = ends(|curve| curve.places.first().copied(), f64::min);
    let high = ends(|curve| curve.places.last().copied(), f64::max);
    let top = ends(|curve| curve.densities.iter().copied().reduce(f64::max), f64::max);
    let label = match own.unit.as_deref() {
        Some(unit) if unit != "1" => format!("{} ({unit})", own.name),
        _ => own.name.clone(),
    };
    Layout::auto_from_plots(plots)
        .with_x_axis_min(low)
        .with_x_axis_max(high)
        .with_y_axis_min(0.0)
        .with_y_axis_max(1.08 * top)
        .with_x_label(label)
        .with_tick_format(TickFormat::Auto)
        .with_label_size(14)
        .with_tick_size(11)
        .with_ticks(4)
        .with_show_grid(false)
}
