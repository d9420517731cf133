//! The numbers behind the charts, as the script of the page reads them.

use serde_json::{Value, json};

use super::density::{Density, bounds_of_quantiles, density_of_draws, density_of_quantiles};
use super::packed::Scale;
use super::thinning::Thinning;
use super::{Content, Parameter, Sweep};
use crate::diagnostics::quantile;
use crate::numeric::systematic;

/// Numbers of all thinned draws together, and the most of one parameter.
const DRAWS: usize = 120_000;
const DRAWS_OF_A_PARAMETER: usize = 6000;

/// Numbers of all traces together: with two bytes each, in base 64, 1.3 MB.
const TRACE_NUMBERS: usize = 480_000;
/// Points of one trace at the least and at the most.
const POINTS: (usize, usize) = (300, 20_000);
/// Predicted traces that are drawn one by one; fewer if they have so many spikes that they would hide the recording.
const SINGLE_TRACES: usize = 6;
const SINGLE_WITH_MANY_SPIKES: usize = 2;
const MANY_SPIKES: f64 = 15.0;
/// Sweeps that are drawn; of more, some are left out evenly.
const SWEEPS: usize = 40;

/// The share of the predicted traces within the band.
pub(super) const BAND: f64 = 0.9;

/// Bars of a rank plot.
const RANK_BARS: usize = 20;

/// Everything that the script draws.
pub(super) fn charts(content: &Content) -> Value {
    let few = few_draws(content);
    let sweeps = chosen_sweeps(content);
    let points = points_of_a_trace(&sweeps);
    json!({
        "chains": content.chains,
        "weighted": content.weights.is_some(),
        "parameters": content.parameters.iter().map(|own| parameter(content, own, &few)).collect::<Vec<_>>(),
        "sweeps": sweeps.iter().map(|own| sweep(own, points)).collect::<Vec<_>>(),
        "spikes": spikes(&content.sweeps),
        "features": content.summary["predicted"],
        "held_out_features": content.summary["validation"]["predicted"],
        "generations": content.summary["generations"],
        "directions": content.summary["diagnostics"]["directions"],
    })
}

/// The sweeps that there is room for.
pub(super) fn chosen_sweeps(content: &Content) -> Vec<&Sweep> {
    let all = content.sweeps.len();
    let kept = all.min(SWEEPS);
    (0..kept).map(|place| &content.sweeps[place * (all - 1) / (kept - 1).max(1)]).collect()
}

/// Places of some draws: evenly chosen from each chain, by their weights from particles. Chain after chain.
pub(super) fn few_draws(content: &Content) -> Vec<usize> {
    let all = content.parameters.first().map_or(0, |own| own.values.len());
    let most = (DRAWS / content.parameters.len().max(1)).min(DRAWS_OF_A_PARAMETER);
    if let Some(weights) = &content.weights {
        return systematic(weights, most.min(all), 0.5);
    }
    let length = all / content.chains.max(1);
    let each = (most / content.chains.max(1)).clamp(1, length.max(1)).min(length);
    let of_chain =
        |chain: usize| (0..each).map(move |index| chain * length + (2 * index + 1) * length / (2 * each));
    (0..content.chains).flat_map(of_chain).collect()
}

fn parameter(content: &Content, own: &Parameter, few: &[usize]) -> Value {
    let density =
        density_of_draws(&own.values, content.weights.as_deref(), bounds_of_quantiles(&own.prior_quantiles));
    let scale = Scale::of(own.values.iter().copied());
    let prior = density_of_quantiles(&own.prior_quantiles);
    let (values, heights): (Vec<f64>, Vec<f64>) = prior.into_iter().unzip();
    let summary = &content.summary["parameters"][&own.name];
    let has_ranks = content.weights.is_none() && content.chains > 1;
    let ranks = if has_ranks { rank_counts(&own.values, content.chains) } else { Vec::new() };
    json!({
        "name": own.name,
        "unit": own.unit,
        "lowest": scale.lowest,
        "highest": scale.highest,
        "draws": scale.pack(few.iter().map(|place| own.values[*place])),
        "density": density.as_ref().map(density_json),
        "prior": {"values": shortened(&values), "heights": shortened(&heights)},
        "median": summary["median"],
        "lower": summary["lower"],
        "upper": summary["upper"],
        "uneven": most_uneven(&ranks),
        "ranks": ranks,
    })
}

/// A density as the script reads it.
pub(super) fn density_json(density: &Density) -> Value {
    let tallest = Scale { lowest: 0.0, highest: density.heights.iter().copied().fold(0.0, f64::max) };
    json!({"first": density.first, "last": density.last, "tallest": tallest.highest,
           "heights": tallest.pack(density.heights.iter().copied())})
}

/// Six digits are enough for a picture.
fn shortened(values: &[f64]) -> Vec<Value> {
    values
        .iter()
        .map(|value| format!("{value:.5e}").parse::<f64>().map_or(Value::Null, |value| json!(value)))
        .collect()
}

/// How many draws of each chain have a rank among all draws in each of some equal ranges.
pub(super) fn rank_counts(values: &[f64], chains: usize) -> Vec<Vec<usize>> {
    let (all, length) = (values.len(), values.len() / chains);
    let mut order: Vec<usize> = (0..all).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut counts = vec![vec![0; RANK_BARS]; chains];
    for (rank, place) in order.into_iter().enumerate() {
        counts[(place / length.max(1)).min(chains - 1)][rank * RANK_BARS / all] += 1;
    }
    counts
}

/// The chain whose ranks are the least even.
pub(super) fn most_uneven(counts: &[Vec<usize>]) -> usize {
    let squares = |chain: &Vec<usize>| chain.iter().map(|count| count * count).sum::<usize>();
    counts.iter().enumerate().max_by_key(|(_, chain)| squares(chain)).map_or(0, |(chain, _)| chain)
}

/// As many points as there is room for.
fn points_of_a_trace(sweeps: &[&Sweep]) -> usize {
    let series = SINGLE_TRACES + 4;
    (TRACE_NUMBERS / (series * sweeps.len()).max(1)).clamp(POINTS.0, POINTS.1)
}

fn sweep(own: &Sweep, points: usize) -> Value {
    let samples = own.predicted_mv.first().map_or(own.recorded_mv.len(), Vec::len);
    let thinning = Thinning::new(samples, points);
    let [lower, upper] = band(&own.predicted_mv, samples);
    let recorded = thinning.trace(&own.recorded_mv);
    let (lower, upper) = (thinning.lowest(&lower), thinning.highest(&upper));
    let spikes = own.predicted_spikes.iter().copied().fold(0.0, f64::max);
    let single = if spikes > MANY_SPIKES { SINGLE_WITH_MANY_SPIKES } else { SINGLE_TRACES };
    let count = own.predicted_mv.len().min(single);
    let single =
        (0..count).map(|index| &own.predicted_mv[(2 * index + 1) * own.predicted_mv.len() / (2 * count)]);
    let single: Vec<Vec<f64>> = single.map(|trace| thinning.trace(trace)).collect();
    let volts = [&recorded, &lower, &upper].into_iter().chain(&single).flatten().copied();
    let scale = Scale::of(volts);
    let current = thinning.trace(&own.current);
    let currents = Scale::of(current.iter().copied());
    let pack = |values: &Vec<f64>| scale.pack(values.iter().copied());
    json!({
        "title": own.title,
        "held_out": own.held_out,
        "interval_ms": thinning.interval(own.interval_ms),
        "points": lower.len().max(recorded.len()),
        "lowest": scale.lowest,
        "highest": scale.highest,
        "recorded": (!recorded.is_empty()).then(|| pack(&recorded)),
        "lower": pack(&lower),
        "upper": pack(&upper),
        "single": single.iter().map(pack).collect::<Vec<_>>(),
        "current": (!current.is_empty()).then(|| currents.pack(current.iter().copied())),
        "current_lowest": currents.lowest,
        "current_highest": currents.highest,
        "current_unit": own.current_unit,
    })
}

/// The ends of [`BAND`] of the traces at each sample; a failed simulation is left out.
pub(super) fn band(traces: &[Vec<f32>], samples: usize) -> [Vec<f32>; 2] {
    let traces: Vec<&Vec<f32>> =
        traces.iter().filter(|trace| trace.iter().all(|value| value.is_finite())).collect();
    if traces.is_empty() {
        return [Vec::new(), Vec::new()];
    }
    let left_out = (0.5 * (1.0 - BAND) * traces.len() as f64).round() as usize;
    let last = traces.len() - 1 - left_out;
    let mut ends = [Vec::with_capacity(samples), Vec::with_capacity(samples)];
    let mut column = Vec::with_capacity(traces.len());
    for sample in 0..samples {
        column.clear();
        column.extend(traces.iter().map(|trace| trace[sample]));
        ends[0].push(*column.select_nth_unstable_by(left_out, f32::total_cmp).1);
        ends[1].push(*column.select_nth_unstable_by(last, f32::total_cmp).1);
    }
    ends
}

/// Number of spikes at one height of the step of current.
pub(super) struct SpikePoint {
    title: String,
    held_out: bool,
    unit: String,
    pub(super) step: f64,
    pub(super) recorded: Option<f64>,
    pub(super) median: f64,
    pub(super) lower: f64,
    pub(super) upper: f64,
}

/// Number of spikes over the height of the step; none if all sweeps have the same height, or other units.
pub(super) fn spike_points(sweeps: &[Sweep]) -> Vec<SpikePoint> {
    let of = |own: &Sweep| {
        let step = own.step?;
        let counts: Vec<f64> =
            own.predicted_spikes.iter().copied().filter(|count| count.is_finite()).collect();
        let at = |share: f64| quantile(&counts, share);
        (!counts.is_empty()).then(|| SpikePoint {
            title: own.title.clone(),
            held_out: own.held_out,
            unit: own.current_unit.clone(),
            step,
            recorded: own.recorded_spikes,
            median: at(0.5),
            lower: at(0.025),
            upper: at(0.975),
        })
    };
    let points: Vec<SpikePoint> = sweeps.iter().filter_map(of).collect();
    let differ = points.windows(2).any(|pair| (pair[0].step - pair[1].step).abs() > 0.0);
    let is_one_unit = points.windows(2).all(|pair| pair[0].unit == pair[1].unit);
    if differ && is_one_unit { points } else { Vec::new() }
}

fn spikes(sweeps: &[Sweep]) -> Vec<Value> {
    let of = |own: SpikePoint| {
        json!({"title": own.title, "held_out": own.held_out, "step": own.step, "unit": own.unit,
               "recorded": own.recorded, "median": own.median, "lower": own.lower, "upper": own.upper})
    };
    spike_points(sweeps).into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_chains_that_agree_are_even_and_of_others_are_not() {
        let ranks_of = |values: Vec<f64>| rank_counts(&values, 2);
        let alternating =
            (0..80).map(|place| f64::from(if place < 40 { 2 * place } else { 2 * (place - 40) + 1 }));
        assert!(ranks_of(alternating.collect()).iter().flatten().all(|count| *count == 2));
        let apart = ranks_of((0..80).map(f64::from).collect());
        assert_eq!((apart[0][0], apart[0][19], apart[1][0]), (4, 0, 0));
        assert_eq!(most_uneven(&[vec![2, 2, 2], vec![1, 2, 3], vec![3, 1, 2], vec![0, 6, 0]]), 3);
    }

    #[test]
    fn a_band_leaves_out_as_many_traces_above_as_below() {
        let traces: Vec<Vec<f32>> = (0..20_u8).map(|place| vec![f32::from(place)]).collect();
        assert_eq!(band(&traces, 1), [vec![1.0], vec![18.0]]);
        let failed = vec![vec![f32::NAN], vec![3.0]];
        assert_eq!(band(&failed, 1), [vec![3.0], vec![3.0]]);
    }
}
