//! Two pictures of a calibration: how far the ranks of each parameter are from uniform ones, and how often credible regions
//! of each probability hold the truth.

use std::path::Path;

use kuva::RasterBackend;
use kuva::plot::{BandPlot, LinePlot};
use kuva::render::figure::Figure;
use kuva::render::plots::Plot;

use crate::posterior::write_atomically;
use crate::run::RunError;
use crate::run::plot::axes;

/// Size of a panel, and of the picture of coverage.
const PANEL: (f64, f64) = (380.0, 280.0);
const COVERAGE: (f64, f64) = (560.0, 520.0);

/// Panels beside each other at the most.
const MOST_COLUMNS: usize = 4;

const INSIDE: &str = "#1f5a96";
const OUTSIDE: &str = "#c0392b";
const BAND: &str = "#8a94a0";

/// Ranks of the truth among some draws, cumulated, beside those that a sampler that is right may give.
pub(super) struct Cumulated {
    /// The parameter, or `coverage`.
    pub(super) name: String,
    /// Runs in which the truth is above at most so many draws, from none to all but one.
    pub(super) up_to: Vec<usize>,
    /// Number of runs.
    pub(super) runs: usize,
    /// Fewest and most, within the simultaneous band.
    pub(super) band: Vec<(usize, usize)>,
}

impl Cumulated {
    /// The expected share of the runs up to each rank.
    fn expected(&self) -> impl Iterator<Item = f64> + Clone {
        let ranks = self.up_to.len() + 1;
        (1..ranks).map(move |rank| rank as f64 / ranks as f64)
    }

    fn is_inside(&self) -> bool {
        self.up_to.iter().zip(&self.band).all(|(count, (low, high))| (low..=high).contains(&count))
    }

    /// Shares less some others, with those of the band, from 0 to 1.
    fn curves(&self, less: impl Fn(f64) -> f64) -> [Vec<f64>; 4] {
        let share = |count: usize| count as f64 / self.runs as f64;
        let places: Vec<f64> = [0.0].into_iter().chain(self.expected()).chain([1.0]).collect();
        let whole = |counts: Vec<usize>| -> Vec<f64> {
            let shares = [0.0].into_iter().chain(counts.into_iter().map(share)).chain([1.0]);
            shares.zip(&places).map(|(share, place)| share - less(*place)).collect()
        };
        let own = whole(self.up_to.clone());
        let lower = whole(self.band.iter().map(|band| band.0).collect());
        let upper = whole(self.band.iter().map(|band| band.1).collect());
        [places, own, lower, upper]
    }

    /// The band and the curve on it.
    fn plots(&self, less: impl Fn(f64) -> f64) -> Vec<Plot> {
        let [places, own, lower, upper] = self.curves(less);
        let colour = if self.is_inside() { INSIDE } else { OUTSIDE };
        let line = LinePlot::new().with_data(places.iter().copied().zip(own));
        vec![
            BandPlot::new(places, lower, upper).with_color(BAND).with_opacity(0.3).into(),
            line.with_color(colour).with_stroke_width(1.8).into(),
        ]
    }

    fn largest_difference(&self) -> f64 {
        let [_, own, lower, upper] = self.curves(|place| place);
        own.into_iter().chain(lower).chain(upper).fold(0.0, |largest, value| value.abs().max(largest))
    }
}

/// Draws the difference between the distribution of the ranks and the uniform one, a panel for each parameter: above the
/// band the draws are too high, below it too low (Säilynoja, Bürkner and Vehtari 2022,
/// <https://doi.org/10.1007/s11222-022-10090-6>).
pub(super) fn plot_ranks(parameters: &[Cumulated], title: &str, path: &Path) -> Result<(), RunError> {
    let columns = parameters.len().clamp(1, MOST_COLUMNS);
    let rows = parameters.len().div_ceil(columns);
    let largest = 1.1 * parameters.iter().map(Cumulated::largest_difference).fold(0.0, f64::max);
    let (mut plots, mut layouts, mut structure) = (Vec::new(), Vec::new(), Vec::new());
    for (place, own) in parameters.iter().enumerate() {
        let panel = own.plots(|place| place);
        let layout = axes(&panel, 1.0, (-largest, largest)).with_title(&*own.name).with_title_size(14);
        let layout =
            if place % columns == 0 { layout.with_y_label("share - expected share") } else { layout };
        let is_lowest = place + columns >= parameters.len();
        layouts.push(if is_lowest { layout.with_x_label("rank of the truth / draws") } else { layout });
        plots.push(panel);
        structure.push(vec![place]);
    }
    let figure = Figure::new(rows, columns)
        .with_structure(structure)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(PANEL.0, PANEL.1)
        .with_spacing(8.0)
        .with_title(title)
        .with_title_size(16);
    save(figure, path)
}

/// Draws how often credible regions hold the truth: TARP of Lemos et al. (2023), <https://arxiv.org/abs/2302.03026>.
/// Below the diagonal posteriors are too narrow or beside the truth.
pub(super) fn plot_coverage(coverage: &Cumulated, title: &str, path: &Path) -> Result<(), RunError> {
    let mut panel = coverage.plots(|_| 0.0);
    let diagonal = LinePlot::new().with_data([(0.0, 0.0), (1.0, 1.0)]).with_color("#333333");
    panel.insert(1, diagonal.with_dashed().with_stroke_width(1.0).into());
    let layout = axes(&panel, 1.0, (0.0, 1.0));
    let layout =
        layout.with_x_label("probability of the credible region").with_y_label("share that holds the truth");
    let figure = Figure::new(1, 1)
        .with_structure(vec![vec![0]])
        .with_plots(vec![panel])
        .with_layouts(vec![layout])
        .with_cell_size(COVERAGE.0, COVERAGE.1)
        .with_title(title)
        .with_title_size(16);
    save(figure, path)
}

fn save(figure: Figure, path: &Path) -> Result<(), RunError> {
    let image = RasterBackend::new().render_scene(&figure.render());
    let image = image.map_err(|reason| RunError::Usage(format!("the ranks cannot be drawn: {reason}")))?;
    Ok(write_atomically(path, |file| file.write_all(&image))?)
}
