//! What each picture shows.

use kuva::plot::contour::ContourPlot;
use kuva::plot::{BandPlot, LinePlot, ScatterPlot};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use super::super::charts::{
    SpikePoint, band, chosen_sweeps, few_draws, most_uneven, rank_counts, spike_points,
};
use super::super::density::{
    Joint, bounds_of_quantiles, density_of_draws, density_of_quantiles, joint_density,
};
use super::super::thinning::Thinning;
use super::super::{Content, Parameter};

/// Okabe and Ito's colours, which colour-blind people tell apart.
pub(in crate::report) const BLUE: &str = "#0072b2";
pub(in crate::report) const BLACK: &str = "#111111";
pub(in crate::report) const VERMILION: &str = "#d55e00";
const OCHRE: &str = "#8a6d00";
pub(in crate::report) const GREY: &str = "#8a94a0";
const PALE: &str = "#c9ced4";
const ORANGE: &str = "#b34700";
pub(in crate::report) const CHAINS: [&str; 8] =
    ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8a00", "#7f7f7f"];

/// Parameters of the picture of pairs, and points of a trace.
const PAIRED: usize = 6;
const POINTS: usize = 3000;

/// The share of the draws within each line of a joint density.
const ENCLOSED: [f64; 3] = [0.5, 0.8, 0.95];

/// One panel.
pub(in crate::report) struct Panel {
    pub(super) plots: Vec<Plot>,
    pub(super) layout: Layout,
    /// If it is not that of the others.
    pub(super) height: Option<f64>,
    /// Where it stands, if not after the one before it.
    pub(super) cell: Option<usize>,
}

impl Panel {
    pub(in crate::report) fn new(plots: Vec<Plot>, x: (f64, f64), y: (f64, f64)) -> Self {
        let layout = Layout::auto_from_plots(&plots)
            .with_x_axis_min(x.0)
            .with_x_axis_max(x.1)
            .with_y_axis_min(y.0)
            .with_y_axis_max(y.1)
            .with_tick_format(TickFormat::Auto)
            .with_label_size(13)
            .with_tick_size(11)
            .with_title_size(14)
            .with_show_grid(false);
        Self { plots, layout, height: None, cell: None }
    }

    /// Of another height than the others.
    pub(in crate::report) fn tall(self, height: f64) -> Self {
        Self { height: Some(height), ..self }
    }

    pub(in crate::report) fn with(mut self, change: impl FnOnce(Layout) -> Layout) -> Self {
        self.layout = change(self.layout);
        self
    }
}

fn named(own: &Parameter) -> String {
    super::super::forest::named(&own.name, Some(&own.unit))
}

pub(in crate::report) fn line(
    points: impl IntoIterator<Item = (f64, f64)>,
    colour: &str,
    width: f64,
) -> LinePlot {
    LinePlot::new().with_data(points).with_color(colour).with_stroke_width(width)
}

/// Lowest and highest with a margin.
pub(in crate::report) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) =
        values.filter(|own| own.is_finite()).fold(none, |(low, high), own| (low.min(own), high.max(own)));
    let margin = (0.05 * (high - low)).max(1e-9 * high.abs()).max(1e-12);
    if low > high { (0.0, 1.0) } else { (low - margin, high + margin) }
}

/// Posterior over prior.
pub(super) fn marginals(content: &Content) -> Vec<Panel> {
    let panel = |own: &Parameter| {
        let bounds = bounds_of_quantiles(&own.prior_quantiles);
        let density = density_of_draws(&own.values, content.weights.as_deref(), bounds)?;
        let values: Vec<f64> = density.points().into_iter().map(|point| point.0).collect();
        let tallest = density.heights.iter().copied().fold(0.0, f64::max);
        let room = 0.3 * (density.last - density.first);
        let (from, to) = (density.first - room, density.last + room);
        let prior = density_of_quantiles(&own.prior_quantiles);
        let prior: Vec<(f64, f64)> =
            prior.into_iter().filter(|(value, _)| (from..=to).contains(value)).collect();
        let zeros = vec![0.0; values.len()];
        let mut plots: Vec<Plot> = vec![
            BandPlot::new(values.clone(), zeros, density.heights.clone())
                .with_color(BLUE)
                .with_opacity(0.25)
                .into(),
            line(values.into_iter().zip(density.heights), BLUE, 1.6).into(),
        ];
        if !prior.is_empty() {
            plots.push(line(prior, OCHRE, 1.4).with_dashed().into());
        }
        let panel = Panel::new(plots, (from, to), (0.0, 1.1 * tallest));
        Some(panel.with(|layout| layout.with_x_label(named(own)).with_y_label("density").with_ticks(4)))
    };
    content.parameters.iter().filter_map(panel).collect()
}

/// Joint densities below the diagonal; also the number of parameters.
pub(super) fn pairs(content: &Content) -> (Vec<Panel>, usize) {
    let few = few_draws(content);
    let of = |own: &Parameter| -> Vec<f64> { few.iter().map(|place| own.values[*place]).collect() };
    let columns: Vec<Vec<f64>> = content.parameters.iter().take(PAIRED).map(of).collect();
    let names: Vec<String> = content.parameters.iter().map(named).collect();
    pairs_of(&names, &[(&columns, BLUE, "")])
}

/// The same of several sides over each other, each with its draws, its colour and what the legend calls it.
pub(in crate::report) fn pairs_of(
    names: &[String],
    sides: &[(&[Vec<f64>], &str, &str)],
) -> (Vec<Panel>, usize) {
    let count = names.len().min(PAIRED);
    let mut panels = Vec::new();
    for row in 1..count {
        for column in 0..row {
            let joints = sides.iter().filter_map(|(columns, colour, label)| {
                Some((joint_density(&columns[column], &columns[row])?, colour, label))
            });
            let joints: Vec<_> = joints.collect();
            if joints.is_empty() {
                continue;
            }
            let ends = |axis: fn(&Joint) -> &[f64]| {
                joints.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (own, ..)| {
                    let own = axis(own);
                    (low.min(own[0]), high.max(own[own.len() - 1]))
                })
            };
            let (x, y) = (ends(|own| &own.x), ends(|own| &own.y));
            let mut plots: Vec<Plot> = Vec::new();
            for (joint, colour, label) in joints {
                let levels = joint.levels(&ENCLOSED);
                let lines = ContourPlot::new().with_grid(joint.heights, joint.x, joint.y);
                plots.push(lines.with_levels(&levels).with_line_color(*colour).with_line_width(1.3).into());
                if !label.is_empty() {
                    plots.push(line([(f64::NAN, f64::NAN)], colour, 1.3).with_legend(*label).into());
                }
            }
            let mut panel = Panel::new(plots, x, y).with(|layout| {
                let layout = layout.with_ticks(3);
                let layout = if column == 0 { layout.with_y_label(&*names[row]) } else { layout };
                if row + 1 == count { layout.with_x_label(&*names[column]) } else { layout }
            });
            panel.cell = Some((row - 1) * (count - 1) + column);
            panels.push(panel);
        }
    }
    (panels, count.saturating_sub(1).max(1))
}

/// The draws of each chain in their order; particles have none.
pub(super) fn chains(content: &Content) -> Vec<Panel> {
    if content.weights.is_some() {
        return Vec::new();
    }
    let few = few_draws(content);
    let each = few.len() / content.chains.max(1);
    let panel = |own: &Parameter| {
        let of_chain = |(chain, places): (usize, &[usize])| {
            let points = places.iter().enumerate().map(|(number, place)| (number as f64, own.values[*place]));
            line(points.collect::<Vec<_>>(), CHAINS[chain % CHAINS.len()], 0.7).into()
        };
        let plots: Vec<Plot> = few.chunks(each.max(1)).enumerate().map(of_chain).collect();
        let y = range(few.iter().map(|place| own.values[*place]));
        Panel::new(plots, (0.0, each as f64), y)
            .with(|layout| layout.with_title(named(own)).with_x_label("draw"))
    };
    content.parameters.iter().map(panel).collect()
}

/// How the ranks of each chain are distributed; chains that agree give flat lines. Of more chains than there are colours, only
/// the most uneven has one.
pub(super) fn ranks(content: &Content) -> Vec<Panel> {
    if content.weights.is_some() || content.chains < 2 {
        return Vec::new();
    }
    let panel = |own: &Parameter| {
        let counts = rank_counts(&own.values, content.chains);
        let bars = counts.first().map_or(0, Vec::len);
        let most = counts.iter().flatten().copied().max().unwrap_or(1) as f64;
        let plot = |counts: &[usize], colour: &str, width: f64| {
            let points = (0..=bars).map(|bar| (bar as f64, counts[bar.min(bars - 1)] as f64));
            line(points.collect::<Vec<_>>(), colour, width).with_step().into()
        };
        let (mut plots, mut title): (Vec<Plot>, String) = (Vec::new(), own.name.clone());
        if counts.len() <= CHAINS.len() {
            plots.extend(counts.iter().zip(CHAINS).map(|(own, colour)| plot(own, colour, 1.0)));
        } else {
            let uneven = most_uneven(&counts);
            plots.extend(counts.iter().map(|own| plot(own, PALE, 0.6)));
            plots.push(plot(&counts[uneven], VERMILION, 1.6));
            title += &format!(" (chain {})", uneven + 1);
        }
        Panel::new(plots, (0.0, bars as f64), (0.0, 1.1 * most)).with(|layout| {
            layout.with_title(title).with_x_label("rank (twentieths)").with_y_label("draws").with_ticks(4)
        })
    };
    content.parameters.iter().map(panel).collect()
}

/// The recording, the band of the predictions and some of them.
pub(super) fn traces(content: &Content) -> Vec<Panel> {
    let mut panels = Vec::new();
    for own in chosen_sweeps(content) {
        let samples = own.predicted_mv.first().map_or(own.recorded_mv.len(), Vec::len);
        let thinning = Thinning::new(samples, POINTS);
        let interval_ms = thinning.interval(own.interval_ms);
        let timed = |values: Vec<f64>| -> Vec<(f64, f64)> {
            values.into_iter().enumerate().map(|(place, value)| (place as f64 * interval_ms, value)).collect()
        };
        let [lower, upper] = band(&own.predicted_mv, samples);
        let (lower, upper) = (thinning.lowest(&lower), thinning.highest(&upper));
        let y =
            range(lower.iter().chain(&upper).copied().chain(own.recorded_mv.iter().copied().map(f64::from)));
        let times: Vec<f64> = (0..lower.len()).map(|place| place as f64 * interval_ms).collect();
        let mut plots: Vec<Plot> = Vec::new();
        if !times.is_empty() {
            plots.push(BandPlot::new(times, lower, upper).with_color(BLUE).with_opacity(0.3).into());
        }
        for trace in own.predicted_mv.iter().take(2) {
            plots.push(line(timed(thinning.trace(trace)), BLUE, 0.7).into());
        }
        if !own.recorded_mv.is_empty() {
            plots.push(line(timed(thinning.trace(&own.recorded_mv)), BLACK, 1.0).into());
        }
        let title = if own.held_out { format!("{} (held out)", own.title) } else { own.title.clone() };
        let end = samples as f64 * own.interval_ms;
        panels.push(
            Panel::new(plots, (0.0, end), y).with(|layout| {
                layout.with_title(title).with_x_label("time (ms)").with_y_label("voltage (mV)")
            }),
        );
    }
    panels
}

/// Each feature on a scale of its own: the median of the predictions is 0 and their 95 % reach from -1 to 1.
pub(super) fn features(content: &Content) -> Vec<Panel> {
    let all = [&content.summary["predicted"], &content.summary["validation"]["predicted"]];
    let rows: Vec<&serde_json::Value> = all.iter().filter_map(|own| own.as_array()).flatten().collect();
    let (mut plots, mut labels): (Vec<Plot>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for own in rows.iter().rev() {
        let number = |key: &str| own[key].as_f64();
        let (Some(median), Some(lower), Some(upper)) = (number("median"), number("lower"), number("upper"))
        else {
            continue;
        };
        // Categories are counted from 1.
        let y = labels.len() as f64 + 1.0;
        labels.push(own["feature"].as_str().unwrap_or("").to_owned());
        let half = if upper > lower { 0.5 * (upper - lower) } else { 1.0 };
        let at = |value: f64| ((value - median) / half).clamp(-2.5, 2.5);
        plots.push(line([(at(lower), y), (at(upper), y)], GREY, 2.0).into());
        if let Some((lower, upper)) = number("inner_lower").zip(number("inner_upper")) {
            plots.push(line([(at(lower), y), (at(upper), y)], BLUE, 5.0).into());
        }
        if let Some(observed) = number("observed") {
            if own["outside"] == true { &mut outside } else { &mut inside }.push((at(observed), y));
        }
    }
    if labels.is_empty() {
        return Vec::new();
    }
    let dots = |points: Vec<(f64, f64)>, colour: &str| -> Plot {
        ScatterPlot::new().with_data(points).with_color(colour).with_size(4.5).into()
    };
    plots.extend(
        [(inside, BLACK), (outside, ORANGE)]
            .into_iter()
            .filter(|(points, _)| !points.is_empty())
            .map(|(points, colour)| dots(points, colour)),
    );
    let height = 26.0 * labels.len() as f64 + 90.0;
    let count = labels.len() as f64;
    let panel = Panel::new(plots, (-2.7, 2.7), (0.3, count + 0.7)).with(|layout| {
        layout
            .with_y_categories(labels)
            .with_x_label("recorded value, in half widths of 95 % of the predictions")
    });
    vec![panel.tall(height)]
}

/// Number of spikes over the injected current.
pub(super) fn spikes(content: &Content) -> Vec<Panel> {
    let mut points = spike_points(&content.sweeps);
    points.sort_by(|a, b| a.step.total_cmp(&b.step));
    if points.len() < 2 {
        return Vec::new();
    }
    let column = |of: fn(&SpikePoint) -> f64| points.iter().map(of).collect::<Vec<f64>>();
    let steps = column(|own| own.step);
    let recorded: Vec<(f64, f64)> = points.iter().filter_map(|own| Some((own.step, own.recorded?))).collect();
    let most = points.iter().map(|own| own.upper.max(own.recorded.unwrap_or(0.0))).fold(1.0, f64::max);
    let plots: Vec<Plot> = vec![
        BandPlot::new(steps.clone(), column(|own| own.lower), column(|own| own.upper))
            .with_color(BLUE)
            .with_opacity(0.3)
            .into(),
        line(steps.iter().copied().zip(column(|own| own.median)), BLUE, 1.6).into(),
        ScatterPlot::new().with_data(recorded).with_color(BLACK).with_size(5.0).into(),
    ];
    let unit = content.sweeps.first().map_or("", |sweep| &*sweep.current_unit);
    let panel = Panel::new(plots, range(steps.into_iter()), (0.0, 1.08 * most));
    vec![panel.with(|layout| layout.with_x_label(format!("step of current ({unit})")).with_y_label("spikes"))]
}

/// Threshold, acceptance and effective sample size of each generation of particles.
pub(super) fn generations(content: &Content) -> Vec<Panel> {
    let Some(all) = content.summary["generations"].as_array() else { return Vec::new() };
    let panel = |(key, label): (&str, &str)| {
        let points: Vec<(f64, f64)> = all
            .iter()
            .zip(1..)
            .filter_map(|(own, number)| Some((f64::from(number), own[key].as_f64()?)))
            .collect();
        let (_, high) = range(points.iter().map(|point| point.1));
        let plots: Vec<Plot> = vec![
            line(points.clone(), BLUE, 1.6).into(),
            ScatterPlot::new().with_data(points).with_color(BLUE).with_size(3.0).into(),
        ];
        Panel::new(plots, (1.0, all.len().max(2) as f64), (0.0, high))
            .with(|layout| layout.with_x_label("generation").with_y_label(label).with_ticks(4))
    };
    [
        ("epsilon", "threshold"),
        ("acceptance", "acceptance"),
        ("effective_sample_size", "effective sample size"),
    ]
    .into_iter()
    .map(panel)
    .collect()
}
