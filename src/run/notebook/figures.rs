//! What the figures have in common.

use kuva::plot::LinePlot;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

/// Okabe and Ito's colours, which colour-blind people tell apart.
pub(super) const BLUE: &str = "#0072b2";
pub(super) const ORANGE: &str = "#d55e00";
pub(super) const GREEN: &str = "#009e73";
pub(super) const PURPLE: &str = "#aa4499";
pub(super) const YELLOW: &str = "#e69f00";
/// The blue of a band.
pub(super) const PALE_BLUE: &str = "#bfdbeb";
pub(super) const GREY: &str = "#707880";
pub(super) const BLACK: &str = "#111111";

/// A line through points.
pub(super) fn line(points: impl IntoIterator<Item = (f64, f64)>, colour: &str, width: f64) -> LinePlot {
    LinePlot::new().with_data(points).with_color(colour).with_stroke_width(width)
}

/// The entry of a band in the legend, which kuva does not give it: a line without points, in its pale colour.
pub(super) fn band_entry(colour: &'static str, name: &str) -> LinePlot {
    line([], colour, 8.0).with_legend(name)
}

/// A panel with axes of these ends.
pub(super) fn axes(plots: &[Plot], x: (f64, f64), y: (f64, f64), title: &str) -> Layout {
    Layout::auto_from_plots(plots)
        .with_x_axis_min(x.0)
        .with_x_axis_max(x.1)
        .with_y_axis_min(y.0)
        .with_y_axis_max(y.1)
        .with_tick_format(TickFormat::Auto)
        .with_title(title)
        .with_title_size(15)
        .with_label_size(13)
        .with_tick_size(11)
        .with_show_grid(false)
}
