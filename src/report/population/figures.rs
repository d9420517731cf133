//! The charts as pictures for papers.

use kuva::plot::ScatterPlot;
use kuva::render::plots::Plot;

use super::page::drawn;
use super::{PooledNumbers, PopulationContent, correlations, effects, in_order};
use crate::report::Picture;
use crate::report::figures::forest::forest;
use crate::report::figures::{BLACK, BLUE, CHAINS, GREY, Panel, Sheet, VERMILION, draw_all, line, range};
use crate::report::forest::named;

/// Of more cells, rows have no names.
const NAMED: usize = 40;

/// Every picture that there are numbers for.
///
/// # Errors
/// What kuva says if it cannot draw one.
pub fn population_pictures(content: &PopulationContent) -> Result<Vec<Picture>, String> {
    let further = content.groups.get(2..).map_or(&[][..], |_| &content.groups[1..]);
    let mut sheets = vec![
        Sheet::new("population", 3, (360.0, 0.0), population(content)),
        Sheet::new("shrinkage", 3, (380.0, 0.0), shrinkage(content)),
        Sheet::new(
            "correlations",
            1,
            (760.0, 0.0),
            correlations(content).map(|own| forest(&own, &[])).into_iter().collect(),
        ),
        Sheet::new("chains", 2, (520.0, 220.0), chains(content)),
    ];
    for (place, own) in effects(content).iter().enumerate() {
        let number = if place == 0 { String::new() } else { format!("_{}", place + 1) };
        let names = if further.len() > 1 { further } else { &[] };
        sheets.push(Sheet::new(format!("effects{number}"), 1, (760.0, 0.0), vec![forest(own, names)]));
    }
    draw_all(sheets)
}

fn dots(points: Vec<(f64, f64)>, colour: &str, size: f64) -> Plot {
    ScatterPlot::new().with_data(points).with_color(colour).with_size(size).into()
}

/// Each group: its mean with interval, what 95 % of the cells have, and the cells.
fn population(content: &PopulationContent) -> Vec<Panel> {
    let count = content.groups.len();
    let panel = |(place, own): (usize, &PooledNumbers)| {
        let mut plots: Vec<Plot> = Vec::new();
        for group in 0..count {
            // Categories are counted from 1, from below.
            let y = (count - group) as f64;
            let [from, to] = own.reach[group];
            plots.push(line([(from, y), (to, y)], GREY, 7.0).into());
            let cells = content.cells.iter().filter(|cell| cell.group == group);
            let points = cells.map(|cell| (cell.shrunken[place][1], y - 0.25)).collect();
            plots.push(dots(points, VERMILION, 3.0));
            let [lower, median, upper] = own.means[group];
            plots.push(line([(lower, y), (upper, y)], BLUE, 3.0).into());
            plots.push(dots(vec![(median, y)], BLUE, 5.0));
        }
        let cells = content.cells.iter().map(|cell| cell.shrunken[place][1]);
        let means = own.means.iter().flatten().copied();
        let x = range(own.reach.iter().flatten().copied().chain(means).chain(cells));
        let panel = Panel::new(plots, x, (0.4, count as f64 + 0.6)).with(|layout| {
            let names = content.groups.iter().rev().cloned().collect();
            layout.with_y_categories(names).with_x_label(named(&own.name, own.unit.as_deref())).with_ticks(4)
        });
        panel.tall(44.0 * count as f64 + 90.0)
    };
    content.parameters.iter().enumerate().map(panel).collect()
}

/// Each cell by itself, and with the others known.
fn shrinkage(content: &PopulationContent) -> Vec<Panel> {
    let panel = |(place, own): (usize, &PooledNumbers)| {
        let cells = in_order(content, place);
        let count = cells.len();
        let (mut alone, mut known): (Vec<Plot>, Vec<Plot>) = (Vec::new(), Vec::new());
        let mut ends = Vec::new();
        for (number, cell) in cells.iter().enumerate() {
            let y = (count - number) as f64;
            let ([a, b, c], [d, e, f]) = (cell.own[place], cell.shrunken[place]);
            alone.push(line([(a, y + 0.15), (c, y + 0.15)], GREY, 1.2).into());
            known.push(line([(d, y - 0.15), (f, y - 0.15)], BLUE, 1.8).into());
            alone.push(dots(vec![(b, y + 0.15)], GREY, 2.4));
            known.push(dots(vec![(e, y - 0.15)], BLUE, 2.8));
            ends.extend([a, c, d, f]);
        }
        let mut first = number_of_first(&cells.iter().map(|cell| cell.group).collect::<Vec<_>>());
        first.push(count);
        let mut plots: Vec<Plot> = Vec::new();
        for (group, mean) in own.means.iter().enumerate() {
            let [top, bottom] = [first[group], first[group + 1]].map(|at| (count - at) as f64 + 0.5);
            plots.push(line([(mean[1], bottom), (mean[1], top)], BLACK, 1.0).with_dashed().into());
        }
        plots.extend(alone.into_iter().chain(known));
        let legend = |colour, words: &str| -> Plot {
            line([(f64::NAN, f64::NAN)], colour, 2.0).with_legend(words).into()
        };
        plots.extend([legend(GREY, "by itself"), legend(BLUE, "with the others known")]);
        let panel = Panel::new(plots, range(ends.into_iter()), (0.4, count as f64 + 0.6)).with(|layout| {
            let layout = layout.with_x_label(named(&own.name, own.unit.as_deref())).with_ticks(4);
            let names: Vec<String> = cells.iter().rev().map(|cell| cell.name.clone()).collect();
            if count <= NAMED { layout.with_y_categories(names) } else { layout.with_y_label("cell") }
        });
        let step = if count <= NAMED { 16.0 } else { 5.0 };
        panel.tall(step * count as f64 + 90.0)
    };
    content.parameters.iter().enumerate().map(panel).collect()
}

/// Where each group begins.
fn number_of_first(groups: &[usize]) -> Vec<usize> {
    let last = groups.last().copied().unwrap_or(0);
    (0..=last).map(|group| groups.partition_point(|own| *own < group)).collect()
}

/// The draws of what is worst sampled, chain by chain.
fn chains(content: &PopulationContent) -> Vec<Panel> {
    let panel = |own: &&super::PooledQuantity| {
        let length = (own.values.len() / content.chains.max(1)).max(1);
        let of_chain = |(chain, values): (usize, &[f64])| {
            let points = values.iter().enumerate().map(|(number, value)| (number as f64, *value));
            line(points.collect::<Vec<_>>(), CHAINS[chain % CHAINS.len()], 0.7).into()
        };
        let plots: Vec<Plot> = own.values.chunks(length).enumerate().map(of_chain).collect();
        Panel::new(plots, (0.0, length as f64), range(own.values.iter().copied()))
            .with(|layout| layout.with_title(&*own.name).with_x_label("draw"))
    };
    drawn(content).iter().map(panel).collect()
}
