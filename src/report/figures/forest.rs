//! Intervals below each other as a panel.

use kuva::plot::{BandPlot, ScatterPlot};
use kuva::render::plots::Plot;

use super::super::forest::Forest;
use super::{BLUE, CHAINS, GREY, Panel, line};

/// Height of a bar, and of what a panel has beside its rows.
const BAR: f64 = 26.0;
const FURTHER: f64 = 90.0;
const DECADE: f64 = 10.0;
/// Half of the height of a row that its bars take.
const REACH: f64 = 0.3;

/// A row for each label, from above. `names`: what the colours mean; empty of a single one.
pub(in crate::report) fn forest(own: &Forest, names: &[String]) -> Panel {
    let [low, high] = own.axis();
    let count = own.rows.len() as f64;
    let mut plots: Vec<Plot> = Vec::new();
    let mut dots: Vec<(Vec<(f64, f64)>, &str)> = Vec::new();
    let mut labels = Vec::new();
    for (place, row) in own.rows.iter().rev().enumerate() {
        // Categories are counted from 1.
        let y = place as f64 + 1.0;
        labels.push(row.label.clone());
        if let Some([from, to]) = row.band {
            let ends = vec![from.max(low), to.min(high)];
            let band = BandPlot::new(ends, vec![y - 0.42; 2], vec![y + 0.42; 2]);
            plots.push(band.with_color(GREY).with_opacity(0.3).into());
        }
        let bars = row.bars.len() as f64;
        for (number, bar) in row.bars.iter().enumerate() {
            let shift = if own.is_overlaid || bars < 2.0 {
                0.0
            } else {
                REACH * (1.0 - 2.0 * number as f64 / (bars - 1.0))
            };
            let colour = if names.is_empty() { BLUE } else { CHAINS[bar.colour % CHAINS.len()] };
            let [lower, median, upper] = bar.values;
            if upper > lower {
                plots.push(line([(lower, y + shift), (upper, y + shift)], colour, 2.0).into());
            }
            dots.push((vec![(median, y + shift)], colour));
        }
    }
    if let Some(reference) = own.reference {
        plots.insert(0, line([(reference, 0.4), (reference, count + 0.6)], GREY, 1.0).with_dashed().into());
    }
    for (place, name) in names.iter().enumerate() {
        let colour = CHAINS[place % CHAINS.len()];
        plots.push(line([(f64::NAN, f64::NAN)], colour, 2.0).with_legend(name.as_str()).into());
    }
    plots.extend(dots.into_iter().map(|(points, colour)| -> Plot {
        ScatterPlot::new().with_data(points).with_color(colour).with_size(4.5).into()
    }));
    let bars = own.rows.iter().map(|row| if own.is_overlaid { 1 } else { row.bars.len() }).sum::<usize>();
    let panel = Panel::new(plots, (low, high), (0.4, count + 0.6)).with(|layout| {
        let layout = layout.with_y_categories(labels).with_x_label(&*own.title);
        // On less than a decade a logarithmic axis has hardly a tick.
        if own.is_log && high > DECADE * low { layout.with_log_x() } else { layout }
    });
    panel.tall(BAR * (bars as f64).max(count) + FURTHER)
}
