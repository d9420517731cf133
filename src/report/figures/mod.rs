//! The charts of the report as pictures for papers: SVG and PNG, drawn by kuva in the colours of the report.

mod panels;

use std::path::Path;

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use self::panels::{Panel, chains, features, generations, marginals, pairs, ranks, spikes, traces};
use super::Content;
use crate::posterior::{StoreError, write_atomically};

/// Pixels of the PNG for each unit of the SVG.
const RESOLUTION: f32 = 2.0;

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Name of its files without their ending.
    pub name: &'static str,
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
    pub fn draw(name: &'static str, figure: Figure) -> Result<Self, String> {
        let scene = figure.render();
        let svg = SvgBackend::new().render_scene(&scene);
        let png = RasterBackend::new().with_scale(RESOLUTION).render_scene(&scene)?;
        Ok(Self { name, svg, png })
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
struct Sheet {
    name: &'static str,
    columns: usize,
    /// Width and height of a panel.
    size: (f64, f64),
    panels: Vec<Panel>,
}

/// Every picture that the content has numbers for.
///
/// # Errors
/// What kuva says if it cannot draw one.
pub fn pictures(content: &Content) -> Result<Vec<Picture>, String> {
    let sheet = |name, columns, size, panels| Sheet { name, columns, size, panels };
    let (pairs, beside) = pairs(content);
    let sheets = [
        sheet("marginals", 4, (300.0, 240.0), marginals(content)),
        sheet("pairs", beside, (230.0, 220.0), pairs),
        sheet("chains", 2, (520.0, 220.0), chains(content)),
        sheet("ranks", 4, (300.0, 220.0), ranks(content)),
        sheet("traces", 2, (620.0, 300.0), traces(content)),
        sheet("features", 1, (900.0, 0.0), features(content)),
        sheet("spikes", 1, (560.0, 400.0), spikes(content)),
        sheet("generations", 3, (340.0, 260.0), generations(content)),
    ];
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
        .with_spacing(8.0);
    Picture::draw(name, figure)
}
