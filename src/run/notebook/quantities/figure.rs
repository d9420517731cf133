//! The spikes of all trials, under a constant and under a fluctuating current.

use kuva::plot::ScatterPlot;
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use super::super::figures::{BLACK, BLUE, axes, line};
use crate::neuroai::timing::{Timing, TimingResult, Trials};
use crate::report::Picture;

/// At most so many points of the current are drawn.
const POINTS: usize = 1500;

pub(super) fn picture(timing: &Timing, found: &TimingResult) -> Result<Picture, String> {
    let length_ms = timing.duration_ms - timing.skipped_ms;
    let first = (timing.skipped_ms / timing.dt_ms).round() as usize;
    let shown = &found.current_ua_cm2[first.min(found.current_ua_cm2.len() - 1)..];
    let every = shown.len().div_ceil(POINTS).max(1);
    let fluctuating: Vec<(f64, f64)> = shown
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(step, current)| (step as f64 * timing.dt_ms, *current))
        .collect();
    let (lowest, highest) = fluctuating
        .iter()
        .fold((0.0_f64, 0.0_f64), |ends, (_, current)| (ends.0.min(*current), ends.1.max(*current)));
    let constant = vec![(0.0, timing.mean_ua_cm2), (length_ms, timing.mean_ua_cm2)];
    let current = |points: Vec<(f64, f64)>, title: &str| {
        let plots: Vec<Plot> = vec![line(points, BLUE, 1.2).into()];
        let ends = (lowest.floor() - 1.0, highest.ceil() + 1.0);
        let layout = axes(&plots, (0.0, length_ms), ends, title).with_y_label("current (µA/cm²)");
        (plots, layout)
    };
    let panels: [(Vec<Plot>, Layout); 4] = [
        current(constant, "Constant current"),
        current(fluctuating, "The same fluctuating current in every trial"),
        raster(timing, &found.constant),
        raster(timing, &found.fluctuating),
    ];
    let (plots, layouts): (Vec<_>, Vec<_>) = panels.into_iter().unzip();
    let figure = Figure::new(2, 2)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_cell_size(640.0, 240.0)
        .with_spacing(12.0);
    Picture::draw("timing", figure)
}

fn raster(timing: &Timing, trials: &Trials) -> (Vec<Plot>, Layout) {
    let spikes = trials
        .trains
        .iter()
        .enumerate()
        .flat_map(|(trial, train)| train.iter().map(move |time| (*time, trial as f64 + 1.0)));
    let spikes = ScatterPlot::new().with_data(spikes.collect::<Vec<_>>()).with_color(BLACK).with_size(1.6);
    let plots: Vec<Plot> = vec![spikes.into()];
    let title = format!("reliability {:.2}, by chance {:.2}", trials.correlation, trials.chance);
    let length_ms = timing.duration_ms - timing.skipped_ms;
    let layout = axes(&plots, (0.0, length_ms), (0.0, timing.trials as f64 + 1.0), &title)
        .with_x_label("time (ms)")
        .with_y_label("trial");
    (plots, layout)
}
