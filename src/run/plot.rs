//! The sweeps of a recording as a picture: a panel of voltage for each, above one panel with their currents.

use std::path::Path;

use kuva::RasterBackend;
use kuva::plot::LinePlot;
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use super::RunError;
use crate::inspection::{Inspection, SweepView};
use crate::posterior::write_atomically;
use crate::recording::{Recording, Sweep};

/// Panels that a page has room for; of more sweeps, some are left out evenly.
const MOST_PANELS: usize = 30;

/// Size of the panels together, and the heights of one.
const WIDTH: f64 = 1500.0;
const VOLTAGE_HEIGHT: f64 = 210.0;
const ONLY_VOLTAGE_HEIGHT: f64 = 420.0;
const CURRENT_HEIGHT: f64 = 240.0;

/// Points across a panel: more than its pixels, so that no spike is lost.
const COLUMNS: usize = 1200;

/// Viridis without its lightest end, which is lost on white. <https://doi.org/10.1371/journal.pone.0199239>
const COLOURS: [[f64; 3]; 5] = [
    [68.0, 1.0, 84.0],
    [59.0, 82.0, 139.0],
    [33.0, 145.0, 140.0],
    [62.0, 180.0, 108.0],
    [140.0, 205.0, 60.0],
];

/// Writes a PNG.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn plot(recording: &Recording, inspection: &Inspection, path: &Path) -> Result<(), RunError> {
    let shown = chosen(recording.sweeps.len());
    let columns = match shown.len() {
        1 => 1,
        2..=4 => 2,
        5..=12 => 3,
        13..=20 => 4,
        _ => 5,
    };
    let page = Page::new(recording, &shown);
    let (mut plots, mut layouts, mut structure) = (Vec::new(), Vec::new(), Vec::new());
    let rows = shown.len().div_ceil(columns);
    for (place, &index) in shown.iter().enumerate() {
        let (sweep, view) = (&recording.sweeps[index], &inspection.sweeps[index]);
        let trace: Vec<Plot> = vec![line(&sweep.voltage_mv, sweep.interval_ms, &colour(place, shown.len()))];
        let is_left = place % columns == 0;
        let is_lowest = place + columns >= shown.len();
        layouts.push(page.voltage(&trace, &title(view), is_left, is_lowest && page.currents.is_none()));
        plots.push(trace);
        structure.push(vec![place]);
    }
    let mut figure_rows = rows;
    if let Some((low, high)) = page.currents {
        let currents = shown.iter().enumerate().filter_map(|(place, &index)| {
            let sweep = &recording.sweeps[index];
            let current = sweep.current.as_ref()?;
            Some(line(&current.values, sweep.interval_ms, &colour(place, shown.len())))
        });
        let currents: Vec<Plot> = currents.collect();
        layouts.push(page.current(&currents, low, high));
        plots.push(currents);
        structure.push((rows * columns..(rows + 1) * columns).collect());
        figure_rows += 1;
    }
    let height = if rows == 1 { ONLY_VOLTAGE_HEIGHT } else { VOLTAGE_HEIGHT };
    let figure = Figure::new(figure_rows, columns)
        .with_structure(structure)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(WIDTH / columns as f64, height)
        .with_row_height(rows, CURRENT_HEIGHT)
        .with_spacing(6.0)
        .with_title(page.title)
        .with_title_size(18);
    let image = RasterBackend::new().render_scene(&figure.render());
    let image = image.map_err(|reason| RunError::Usage(format!("the sweeps cannot be drawn: {reason}")))?;
    Ok(write_atomically(path, |file| file.write_all(&image))?)
}

/// What all panels have in common.
struct Page {
    title: String,
    end_ms: f64,
    voltages: (f64, f64),
    /// Lowest and highest current, if there is one.
    currents: Option<(f64, f64)>,
    unit: &'static str,
}

impl Page {
    fn new(recording: &Recording, shown: &[usize]) -> Self {
        let sweeps = || shown.iter().map(|&index| &recording.sweeps[index]);
        let duration_ms = |sweep: &Sweep| sweep.voltage_mv.len() as f64 * sweep.interval_ms;
        let currents = || sweeps().filter_map(|sweep| sweep.current.as_ref());
        let name = recording.files.first().and_then(|file| file.file_name());
        let name = name.map_or(String::new(), |name| name.to_string_lossy().into_owned());
        let all = recording.sweeps.len();
        let part =
            if shown.len() < all { format!(": {} of {all} sweeps", shown.len()) } else { String::new() };
        Self {
            title: name + &part,
            end_ms: sweeps().map(duration_ms).fold(0.0, f64::max),
            voltages: range(sweeps().flat_map(|sweep| &sweep.voltage_mv)).unwrap_or((-80.0, 40.0)),
            currents: range(currents().flat_map(|current| &current.values)),
            unit: currents().next().map_or("", |current| current.unit.symbol()),
        }
    }

    /// Units stand at the left, the time at the bottom; all panels have the same axes.
    fn voltage(&self, plots: &[Plot], title: &str, is_left: bool, is_lowest: bool) -> Layout {
        let layout = axes(plots, self.end_ms, self.voltages).with_title(title).with_title_size(13);
        let layout = if is_left { layout.with_y_label("voltage (mV)") } else { layout };
        if is_lowest { layout.with_x_label("time (ms)") } else { layout }
    }

    fn current(&self, plots: &[Plot], low: f64, high: f64) -> Layout {
        let layout = axes(plots, self.end_ms, (low, high)).with_x_label("time (ms)");
        layout.with_y_label(format!("current ({})", self.unit))
    }
}

/// Axes of a plot that starts at zero.
pub(super) fn axes(plots: &[Plot], end: f64, (low, high): (f64, f64)) -> Layout {
    Layout::auto_from_plots(plots)
        .with_x_axis_min(0.0)
        .with_x_axis_max(end)
        .with_y_axis_min(low)
        .with_y_axis_max(high)
        .with_tick_format(TickFormat::Auto)
        .with_label_size(13)
        .with_tick_size(11)
        .with_show_grid(false)
}

/// The numbers of the sweeps that are drawn.
fn chosen(count: usize) -> Vec<usize> {
    let panels = count.min(MOST_PANELS);
    (0..panels).map(|place| place * (count - 1) / (panels - 1).max(1)).collect()
}

/// `sweep 3: 150 pA, 7 spikes`.
fn title(view: &SweepView) -> String {
    let name =
        if view.name.parse::<usize>().is_ok() { format!("sweep {}", view.name) } else { view.name.clone() };
    let steps: Vec<String> =
        view.injected.steps().iter().map(|step| format!("{:.0}", step.amplitude)).collect();
    let unit = view.injected.unit().map_or("", |unit| unit.symbol());
    let steps = if steps.is_empty() { String::new() } else { format!("{} {unit}, ", steps.join(", ")) };
    let spikes = view.peaks_ms.len();
    format!("{name}: {steps}{spikes} spike{}", if spikes == 1 { "" } else { "s" })
}

/// The lowest and the highest value with a margin around them.
fn range<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Option<(f64, f64)> {
    let (low, high) = (values.clone().copied().reduce(f64::min)?, values.copied().reduce(f64::max)?);
    let margin = (0.06 * (high - low)).max(1e-3 * high.abs()).max(1e-3);
    Some((low - margin, high + margin))
}

/// A trace, thinned to the lowest and the highest sample of each column in the order in which they come.
fn line(values: &[f64], interval_ms: f64, colour: &str) -> Plot {
    let stretch = values.len().div_ceil(COLUMNS).max(1);
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (number, column) in values.chunks(stretch).enumerate() {
        let place = |best: fn(&f64, &f64) -> bool| {
            (1..column.len()).fold(0, |kept, own| if best(&column[own], &column[kept]) { own } else { kept })
        };
        let (low, high) = (place(|a, b| a < b), place(|a, b| a > b));
        let mut kept = [low, high];
        kept.sort_unstable();
        let kept = if low == high { &kept[..1] } else { &kept[..] };
        points.extend(kept.iter().map(|&i| ((number * stretch + i) as f64 * interval_ms, column[i])));
    }
    // What is held after the last change is shown to its end.
    if let Some(&last) = values.last() {
        points.push(((values.len() - 1) as f64 * interval_ms, last));
    }
    LinePlot::new().with_data(points).with_color(colour).with_stroke_width(1.2).into()
}

/// From dark to light in the order of the sweeps.
fn colour(place: usize, count: usize) -> String {
    let position = place as f64 / (count.max(2) - 1) as f64 * (COLOURS.len() - 1) as f64;
    let below = (position as usize).min(COLOURS.len() - 2);
    let share = position - below as f64;
    let mixed = |part: usize| {
        let (from, to) = (COLOURS[below][part], COLOURS[below + 1][part]);
        (from + share * (to - from)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_sweeps_are_thinned_evenly_and_few_are_all_drawn() {
        assert_eq!(chosen(1), [0]);
        assert_eq!(chosen(3), [0, 1, 2]);
        let many = chosen(300);
        assert_eq!((many.len(), many[0], many[29]), (30, 0, 299));
    }

    #[test]
    fn no_spike_is_lost_in_a_long_trace() {
        let mut values = vec![-70.0; 1_000_000];
        values[123_456] = 30.0;
        let Plot::Line(line) = line(&values, 0.05, "#000000") else { panic!("not a line") };
        assert!(line.data.len() < 3 * COLUMNS);
        let highest = line.data.iter().map(|point| point.y).fold(f64::MIN, f64::max);
        assert!((highest - 30.0).abs() < 1e-12);
    }

    #[test]
    fn colours_go_from_the_first_to_the_last() {
        assert_eq!((colour(0, 5).as_str(), colour(4, 5).as_str()), ("#440154", "#8ccd3c"));
        assert_eq!(colour(0, 1), "#440154");
    }
}
