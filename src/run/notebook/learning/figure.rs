//! The data with the bands of the axon and of the networks.

use kuva::plot::annotations::ShadedRegion;
use kuva::plot::legend::LegendPosition;
use kuva::plot::{BandPlot, ScatterPlot};
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use super::super::figures::{BLACK, BLUE, GREY, ORANGE, PURPLE, axes, line};
use super::{Data, World};
use crate::neuroai::learning::{Predicted, Rates};
use crate::report::Picture;

pub(super) fn picture(data: &Data, worlds: &[World]) -> Result<Picture, String> {
    let (axon, networks) = worlds.split_at(1);
    // The networks in the order of their evidence: the best, and its ensemble.
    let best = networks.chunks(2).max_by(|a, b| {
        let evidence = |pair: &[World]| pair[0].log_evidence.unwrap_or(f64::NEG_INFINITY);
        evidence(a).total_cmp(&evidence(b))
    });
    let left = panel(data, &[(&axon[0], BLUE)], "Explained by three conductances");
    let right: Vec<(&World, &str)> = best.unwrap_or_default().iter().zip([ORANGE, PURPLE]).collect();
    let right = panel(data, &right, "Explained by the weights of a network");
    let (plots, layouts): (Vec<_>, Vec<_>) = [left, right].into_iter().unzip();
    let figure = Figure::new(1, 2)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(640.0, 420.0)
        .with_spacing(12.0);
    Picture::draw("learning", figure)
}

fn panel(data: &Data, worlds: &[(&World, &str)], title: &str) -> (Vec<Plot>, Layout) {
    let mut plots: Vec<Plot> = Vec::new();
    for (world, colour) in worlds {
        let mut points: Vec<(f64, &Predicted)> = [&data.fitted, &data.inside, &data.outside]
            .into_iter()
            .zip(&world.predicted)
            .flat_map(|(own, predicted)| own.currents_ua_cm2.iter().copied().zip(predicted))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let currents: Vec<f64> = points.iter().map(|own| own.0).collect();
        let (low, high): (Vec<f64>, Vec<f64>) = points.iter().map(|own| own.1.band()).unzip();
        plots.push(BandPlot::new(currents, low, high).with_color(*colour).with_opacity(0.25).into());
        let means = points.iter().map(|own| (own.0, own.1.mean()));
        plots.push(line(means, colour, 1.8).with_legend(format!("{}, 95 % shaded", world.name)).into());
    }
    let dots = |own: &Rates, colour: &str, name: &str| -> Plot {
        let points: Vec<(f64, f64)> =
            own.currents_ua_cm2.iter().copied().zip(own.rates_hz.iter().copied()).collect();
        ScatterPlot::new().with_data(points).with_color(colour).with_size(3.2).with_legend(name).into()
    };
    let held_out = Rates {
        currents_ua_cm2: [&*data.inside.currents_ua_cm2, &*data.outside.currents_ua_cm2].concat(),
        rates_hz: [&*data.inside.rates_hz, &*data.outside.rates_hz].concat(),
    };
    plots.push(dots(&held_out, GREY, "held out"));
    plots.push(dots(&data.fitted, BLACK, "fitted"));
    let ends = |own: &Rates| {
        let all = own.currents_ua_cm2.iter().copied();
        (all.clone().fold(f64::INFINITY, f64::min), all.fold(f64::NEG_INFINITY, f64::max))
    };
    let (fitted, last) = (ends(&data.fitted), ends(&data.outside).1);
    let highest = held_out.rates_hz.iter().chain(&data.fitted.rates_hz).copied().fold(0.0, f64::max);
    let layout = axes(&plots, (fitted.0, last), (-0.15 * highest, 1.45 * highest), title)
        .with_x_label("current (µA/cm²)")
        .with_y_label("rate (Hz)")
        .with_legend_position(LegendPosition::InsideTopLeft)
        .with_shaded_region(ShadedRegion::vertical(fitted.0, fitted.1).with_color(GREY).with_opacity(0.08));
    (plots, layout)
}
