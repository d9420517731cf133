//! The charts of the report as pictures for papers: SVG and PNG, drawn by kuva in the colours of the report.

pub(super) mod forest;
mod panels;

use std::path::Path;

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

pub(super) use self::panels::{BLACK, BLUE, CHAINS, GREY, Panel, VERMILION, line, pairs_of, range};
use self::panels::{chains, features, generations, marginals, pairs, ranks, spikes, traces};

use super::Content;
use crate::posterior::{StoreError, write_atomically};

/// Pixels of the PNG for each unit of the SVG.
const RESOLUTION: f32 = 2.0;

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Name of its files without their ending.
    pub name: String,
    /// The text of the SVG.
    pub svg: String,
    /// The bytes of the PNG.
    pub png: Vec<u8>,
}

impl Picture {
    /// Draws a figure.
    ///
    /// # Errors
    /// What kuva says if it cannot.
    pub fn draw(name: &str, figure: Figure) -> Result<Self, String> {
        let scene = figure.render();
        let svg = SvgBackend::new().render_scene(&scene);
        let png = RasterBackend::new().with_scale(RESOLUTION).render_scene(&scene)?;
        Ok(Self { name: name.to_owned(), svg, png })
    }

    /// Writes the SVG and the PNG into a folder that exists.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let file = |ending: &str| folder.join(format!("{}.{ending}", self.name));
        write_atomically(&file("svg"), |out| out.write_all(self.svg.as_bytes()))?;
        write_atomically(&file("png"), |out| out.write_all(&self.png))
    }
}

/// Panels in rows.
pub(super) struct Sheet {
    name: String,
    columns: usize,
    /// Width and height of a panel.
    size: (f64, f64),
    panels: Vec<Panel>,
}

impl Sheet {
    pub(super) fn new(name: impl Into<String>, columns: usize, size: (f64, f64), panels: Vec<Panel>) -> Self {
        Self { name: name.into(), columns, size, panels }
    }
}

/// Every picture that the content has numbers for.
///
/// # Errors
/// What kuva says if it cannot draw one.
pub fn pictures(content: &Content) -> Result<Vec<Picture>, String> {
    let (pairs, beside) = pairs(content);
    let sheets = [
        Sheet::new("marginals", 4, (300.0, 240.0), marginals(content)),
        Sheet::new("pairs", beside, (230.0, 220.0), pairs),
        Sheet::new("chains", 2, (520.0, 220.0), chains(content)),
        Sheet::new("ranks", 4, (300.0, 220.0), ranks(content)),
        Sheet::new("traces", 2, (620.0, 300.0), traces(content)),
        Sheet::new("features", 1, (900.0, 0.0), features(content)),
        Sheet::new("spikes", 1, (560.0, 400.0), spikes(content)),
        Sheet::new("generations", 3, (340.0, 260.0), generations(content)),
    ];
    draw_all(sheets)
}

/// Draws the sheets that have panels. Their legends stand below.
pub(super) fn draw_all(sheets: impl IntoIterator<Item = Sheet>) -> Result<Vec<Picture>, String> {
    sheets.into_iter().filter(|sheet| !sheet.panels.is_empty()).map(draw).collect()
}

fn draw(sheet: Sheet) -> Result<Picture, String> {
    let Sheet { name, columns, size, panels } = sheet;
    let cells: Vec<usize> =
        panels.iter().enumerate().map(|(place, panel)| panel.cell.unwrap_or(place)).collect();
    let last = cells.iter().copied().max().unwrap_or(0);
    let columns = columns.min(last + 1);
    let rows = last / columns + 1;
    let height = panels.iter().filter_map(|panel| panel.height).fold(size.1, f64::max);
    let structure = cells.into_iter().map(|cell| vec![cell]).collect();
    let (plots, layouts): (Vec<Vec<Plot>>, Vec<Layout>) =
        panels.into_iter().map(|panel| (panel.plots, panel.layout)).unzip();
    let figure = Figure::new(rows, columns)
        .with_structure(structure)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(size.0, height)
        .with_spacing(8.0)
        .with_shared_legend_bottom();
    Picture::draw(&name, figure)
}
