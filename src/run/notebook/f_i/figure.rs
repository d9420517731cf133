//! The figures of f-I curves.

use kuva::plot::BandPlot;
use kuva::plot::annotations::ReferenceLine;
use kuva::plot::legend::LegendPosition;
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use super::cells::Posterior;
use super::measured::{Band, Measured};
use crate::neuroai::f_i::{FiCurve, FiProtocol, RANGES, Range, Unit};
use crate::report::Picture;
use crate::run::notebook::figures::{
    BLACK, BLUE, GREEN, GREY, ORANGE, PALE_BLUE, PURPLE, YELLOW, axes, band_entry, line,
};

fn colour(unit: Unit) -> &'static str {
    match unit {
        Unit::Relu => ORANGE,
        Unit::LeakyRelu => PURPLE,
        Unit::Softplus => YELLOW,
        Unit::Sigmoid => BLUE,
        Unit::Tanh => GREEN,
    }
}

/// A curve with the units that are fitted to it on a range.
fn fitted(own: &Measured, range: Range) -> Vec<Plot> {
    let ends = range.of(&own.curve, &own.marks).unwrap_or((0.0, 0.0));
    let (currents, rates) = own.curve.within(ends.0, ends.1);
    let mut plots: Vec<Plot> = own
        .fits(range)
        .iter()
        .rev()
        .map(|fit| {
            let points = currents.iter().map(|current| (*current, fit.rate_hz(*current)));
            line(points, colour(fit.unit), 1.8)
                .with_legend(format!("{}, {:.1} Hz off", fit.unit.name(), fit.residual_hz))
                .into()
        })
        .collect();
    let points = currents.iter().copied().zip(rates);
    plots.push(line(points, BLACK, 2.6).with_legend("the axon").into());
    plots
}

fn panel(plots: &[Plot], (from, to): (f64, f64), highest: f64, title: &str) -> Layout {
    axes(plots, (from, to), (-0.1 * highest, 1.25 * highest), title)
        .with_x_label("current (µA/cm²)")
        .with_y_label("rate (Hz)")
}

/// The curve with its units over the whole range and to the highest rate, and the way up and down around the onset.
pub(super) fn axon(protocol: &FiProtocol, own: &Measured) -> Result<Picture, String> {
    let highest = own.marks.highest_rate_hz.max(1.0);
    let whole = fitted(own, Range::Whole);
    let mut first = panel(
        &whole,
        (protocol.from_ua_cm2, protocol.to_ua_cm2),
        highest,
        "The axon and the closest units, whole range",
    )
    .with_y_axis_max(2.1 * highest)
    .with_legend_position(LegendPosition::InsideTopLeft);
    for (edge, label) in [(own.marks.block, "block"), (own.marks.rest_found, "rest again")] {
        if let Some(edge) = edge {
            first = first.with_reference_line(
                ReferenceLine::vertical(edge.at_ua_cm2()).with_color(GREY).with_label(label),
            );
        }
    }
    let rising = fitted(own, Range::Rising);
    let ends = Range::Rising.of(&own.curve, &own.marks).unwrap_or((protocol.from_ua_cm2, protocol.to_ua_cm2));
    let second = panel(&rising, ends, highest, "Below the highest rate")
        .with_legend_position(LegendPosition::InsideBottomRight);
    let (ways, third) = both_ways(own, highest);
    let figure = Figure::new(1, 3)
        .with_plots(vec![whole, rising, ways])
        .with_layouts(vec![first, second, third])
        .with_cell_size(480.0, 400.0)
        .with_spacing(12.0);
    Picture::draw("f_i", figure)
}

fn both_ways(own: &Measured, highest: f64) -> (Vec<Plot>, Layout) {
    let around = own.hysteresis.as_ref().map(|ways| {
        let (up, down) = ways.around_onset.as_ref().map_or((&ways.up, &ways.down), |(up, down)| (up, down));
        (up.clone(), down.clone())
    });
    let Some((up, down)) = around else { return (Vec::new(), Layout::new((0.0, 1.0), (0.0, 1.0))) };
    let currents = &up.currents_ua_cm2;
    let ends = (currents[0], currents[currents.len() - 1]);
    let points = |curve: &FiCurve| {
        curve.currents_ua_cm2.iter().copied().zip(curve.rates_hz.iter().copied()).collect::<Vec<_>>()
    };
    let plots: Vec<Plot> = vec![
        line(points(&down), BLUE, 4.0).with_legend("falling current").into(),
        line(points(&up), ORANGE, 2.0).with_legend("growing current").into(),
    ];
    let mut layout = panel(&plots, ends, highest, "It remembers: up and down again")
        .with_legend_position(LegendPosition::InsideTopLeft);
    if let Some(edge) = own.marks.rest_lost {
        layout = layout.with_reference_line(
            ReferenceLine::vertical(edge.at_ua_cm2()).with_color(GREY).with_label("rest lost"),
        );
    }
    (plots, layout)
}

/// The band of the posterior, and how often each unit is the closest.
pub(super) fn band(posterior: &Posterior, band: &Band) -> Result<Picture, String> {
    let rates = band.rates();
    let currents: Vec<f64> =
        band.cells.first().map_or_else(Vec::new, |own| own.curve.currents_ua_cm2.clone());
    let highest = rates.iter().map(|own| own.upper).fold(1.0, f64::max);
    let lower = rates.iter().map(|own| own.lower);
    let upper = rates.iter().map(|own| own.upper);
    let shade = BandPlot::new(currents.iter().copied(), lower, upper).with_color(BLUE).with_opacity(0.25);
    let median = currents.iter().copied().zip(rates.iter().map(|own| own.median));
    let mut plots: Vec<Plot> = vec![
        shade.into(),
        band_entry(PALE_BLUE, "95 % of the draws").into(),
        line(median, BLACK, 2.4).with_legend("median").into(),
    ];
    // The draw whose curve is nearest to the median carries the units.
    let distance =
        |curve: &[f64]| curve.iter().zip(&rates).map(|(rate, own)| (rate - own.median).powi(2)).sum::<f64>();
    let typical =
        band.cells.iter().min_by(|a, b| distance(&a.curve.rates_hz).total_cmp(&distance(&b.curve.rates_hz)));
    for fit in typical.iter().flat_map(|own| own.fits(RANGES[0]).iter().rev()) {
        let points = currents.iter().map(|current| (*current, fit.rate_hz(*current)));
        plots.push(line(points, colour(fit.unit), 1.2).with_dashed().with_legend(fit.unit.name()).into());
    }
    let ends = (posterior.protocol.from_ua_cm2, posterior.protocol.to_ua_cm2);
    let layout = panel(&plots, ends, highest, &format!("{}: the posterior's f-I curve", posterior.name))
        .with_legend_position(LegendPosition::OutsideRightTop)
        .with_reference_line(
            ReferenceLine::vertical(posterior.recorded_ua_cm2)
                .with_color(GREY)
                .with_label("largest recorded"),
        );
    let figure =
        Figure::new(1, 1).with_plots(vec![plots]).with_layouts(vec![layout]).with_cell_size(900.0, 440.0);
    Picture::draw("f_i_of_result", figure)
}
