//! The pulse of current: what is commonly printed of it, what it is, and the figure of both kinds of neuron.

use kuva::plot::annotations::{ReferenceLine, ShadedRegion, TextAnnotation};
use kuva::plot::legend::LegendPosition;
use kuva::render::figure::Figure;
use kuva::render::plots::Plot;
use serde_json::{Value, json};

use super::figures::{BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, YELLOW, axes, line};
use super::part::{Insight, Part, Table};
use super::settings::NotebookSettings;
use super::{RunError, undrawn};
use crate::neuroai::activation::{ACTIVATIONS, evenly, smooth_difference};
use crate::neuroai::{ACTION_POTENTIAL_MV, ActionPotential, Printed, Pulse, PulseTrace, REST_MV};
use crate::numeric::Failure;
use crate::report::Picture;

/// The rest that is assigned to pyHH's model where these numbers are printed.
const NOTED_REST_MV: f64 = 50.0;

/// The trace, measured in three ways.
struct Measured {
    pulse: Pulse,
    trace: PulseTrace,
    printed: Printed,
    spikes: Vec<ActionPotential>,
    /// Those of the same pulse from rest by a scheme of second order.
    exact_spikes: Vec<ActionPotential>,
    rest_mv: f64,
}

pub(super) fn part(settings: &NotebookSettings) -> Result<Part, RunError> {
    let pulse = settings.pulse;
    let failed = |failure: Failure| {
        let message =
            format!("the pulse cannot be simulated: {}\n  help: take a shorter dt", failure.reason());
        RunError::Usage(message)
    };
    let trace = pulse.as_pyhh().map_err(failed)?;
    let exact = pulse.from_rest().map_err(failed)?;
    let again = pulse.as_pyhh_again().map_err(failed)?.printed();
    let rested = pulse.with_rest_read(NOTED_REST_MV).map_err(failed)?.printed();
    let before = ((pulse.start_ms / pulse.dt_ms).round() as usize).saturating_sub(1);
    let measured = Measured {
        pulse,
        printed: trace.printed(),
        spikes: pulse.action_potentials(&trace),
        exact_spikes: pulse.action_potentials(&exact),
        rest_mv: exact.above_rest_mv[before],
        trace,
    };
    let inputs = evenly(settings.activation.from, settings.activation.to, settings.activation.points);
    let difference = smooth_difference(&inputs);
    let reasons = measured.reasons();
    let json = json!({
        "notebook": printed_json(&measured.printed),
        "corrected": measured.corrected(&reasons),
        "from_rest": measured.right(&measured.exact_spikes),
        "second_run": printed_json(&again),
        "if_v_rest_were_read": printed_json(&rested),
        "activation": {
            "inputs": [settings.activation.from, settings.activation.to],
            "points": settings.activation.points,
            "largest_difference_of_sigmoid_and_tanh": difference,
        },
    });
    let Value::Object(json) = json else { unreachable!("an object was written") };
    let mut notes: Vec<String> = reasons.into_iter().map(|(_, reason)| reason).collect();
    notes.push(format!("V_rest = {NOTED_REST_MV} has no effect in pyHH: the printed peak of {:.2} mV is that of an axon which does not read it; one that did would print {:.2} mV and count {} crossings.", measured.printed.peak_mv, rested.peak_mv, rested.spike_count));
    notes.push(format!("pyHH's gates belong to the class and not to its instances, so that a second run in one Python process starts with the h of the first, without the artefact: simulated so, it counts {} crossings, not {}.", again.spike_count, measured.printed.spike_count));
    notes.push(format!("The activation functions have no common axis with the voltage: sigmoid and tanh are stretched to 0 to 100 about 0 and the rectifiers start at −65 with slope 1, and as they are stretched sigmoid and tanh are one function (they differ by at most {difference:.0e})."));
    Ok(Part {
        id: "pulse",
        title: "One pulse, and what is printed of it",
        lead: format!(
            "{} µA/cm² from {} to {} ms into the squid's axon as pyHH steps it, {} samples of {} ms. Voltages are counted from rest.",
            pulse.amplitude_ua_cm2,
            pulse.start_ms,
            pulse.stop_ms,
            measured.trace.above_rest_mv.len(),
            pulse.dt_ms
        ),
        tables: vec![measured.table()],
        notes,
        pictures: vec![picture(settings, &measured, &inputs).map_err(undrawn)?],
        json,
        insights: vec![Insight {
            aspect: "what a threshold at rest counts",
            biological: format!(
                "{} crossings, {} action potential{}",
                measured.printed.spike_count,
                measured.spikes.len(),
                if measured.spikes.len() == 1 { "" } else { "s" }
            ),
            artificial: format!("sigmoid and tanh, as scaled: one function to {difference:.0e}"),
        }],
    })
}

fn printed_json(printed: &Printed) -> Value {
    json!({
        "peak_mv": printed.peak_mv,
        "first_sample_mv": printed.first_sample_mv,
        "range_mv": printed.range_mv,
        "spike_duration_ms": printed.spike_duration_ms,
        "spike_count": printed.spike_count,
    })
}

impl Measured {
    fn corrected(&self, reasons: &[(&'static str, String)]) -> Value {
        let mut corrected = self.right(&self.spikes);
        let reasons = reasons.iter().map(|(name, reason)| ((*name).to_owned(), json!(reason)));
        corrected["reasons"] = Value::Object(reasons.collect());
        corrected
    }

    /// The numbers as they are meant, of these action potentials.
    fn right(&self, spikes: &[ActionPotential]) -> Value {
        let first = spikes.first();
        json!({
            "peak_mv": first.map(|own| own.peak_mv),
            "peak_absolute_mv": first.map(|own| own.peak_mv + REST_MV),
            "first_sample_mv": self.rest_mv,
            "range_mv": first.map(|own| own.peak_mv - own.trough_mv),
            "spike_duration_ms": first.map(|own| own.half_width_ms),
            "spike_count": spikes.len(),
            "peak_ms": first.map(|own| own.peak_ms),
        })
    }

    fn table(&self) -> Table {
        let none = || "-".to_owned();
        let of = |spikes: &[ActionPotential], value: fn(&ActionPotential) -> f64, digits: usize| {
            spikes.first().map_or_else(none, |own| format!("{:.digits$}", value(own)))
        };
        let height = |own: &ActionPotential| own.peak_mv - own.trough_mv;
        let row = |name: &str, printed: String, corrected: String, exact: String| {
            vec![name.to_owned(), printed, corrected, exact]
        };
        let (printed, own, exact) = (&self.printed, &self.spikes, &self.exact_spikes);
        Table {
            header: vec!["", "as printed", "corrected", "from rest"],
            rows: vec![
                row(
                    "peak (mV)",
                    format!("{:.2}", printed.peak_mv),
                    of(own, |own| own.peak_mv, 2),
                    of(exact, |own| own.peak_mv, 2),
                ),
                row(
                    "first sample, rest (mV)",
                    format!("{:.2}", printed.first_sample_mv),
                    format!("{:.2}", self.rest_mv),
                    format!("{:.2}", self.rest_mv),
                ),
                row(
                    "range (mV)",
                    format!("{:.1}", printed.range_mv),
                    of(own, height, 1),
                    of(exact, height, 1),
                ),
                row(
                    "spike duration (ms)",
                    format!("{:.2}", printed.spike_duration_ms),
                    of(own, |own| own.half_width_ms, 2),
                    of(exact, |own| own.half_width_ms, 2),
                ),
                row(
                    "spike count",
                    printed.spike_count.to_string(),
                    own.len().to_string(),
                    exact.len().to_string(),
                ),
            ],
        }
    }

    /// Why each number is corrected.
    fn reasons(&self) -> Vec<(&'static str, String)> {
        let v = &self.trace.above_rest_mv;
        let ms = |sample: usize| sample as f64 * self.trace.dt_ms;
        let (first, last) = (v.iter().position(|v| *v > 0.0), v.iter().rposition(|v| *v > 0.0));
        let pulse = &self.pulse;
        let crossings: Vec<f64> = self.trace.crossings(0.0).into_iter().map(ms).collect();
        let crossed = |from_ms: f64, to_ms: f64| {
            let within = crossings.iter().filter(|at| (from_ms..to_ms).contains(*at));
            within.count()
        };
        let mut reasons = vec![
            (
                "peak_mv",
                format!(
                    "The peak is right as a height above rest; with rest at {REST_MV} mV it is a voltage of {:+.2} mV.",
                    self.printed.peak_mv + REST_MV
                ),
            ),
            (
                "first_sample_mv",
                format!(
                    "pyHH counts voltages from rest, so that rest is at {:.2} mV and a line drawn at {REST_MV} mV shows nothing of the cell; the first sample is one step away from it because the sodium gate h starts at 0.",
                    self.rest_mv
                ),
            ),
            (
                "range_mv",
                "The range is right only because the whole trace is lowest after its one action potential: what is meant is the height of an action potential, from its peak to its trough.".to_owned(),
            ),
        ];
        if let Some((first, last)) = first.zip(last) {
            reasons.push(("spike_duration_ms", format!("What is called the duration of a spike is the time from the first sample above 0 mV, at {:.2} ms, to the last, at {:.2} ms; an action potential lasts as long as it is above half of its height.", ms(first), ms(last))));
        }
        reasons.push((
            "spike_count",
            format!(
                "What is counted are crossings of 0 mV, which is rest: {} before the pulse (the way back from the artefact of h = 0 at the start), {} during it and {} after it (sub-threshold ringing), while the voltage reaches {ACTION_POTENTIAL_MV} mV as often as there are action potentials: {}.",
                crossed(0.0, pulse.start_ms),
                crossed(pulse.start_ms, pulse.stop_ms),
                crossed(pulse.stop_ms, f64::INFINITY),
                self.spikes.len()
            ),
        ));

        reasons
    }
}

/// Both kinds of neuron.
fn picture(settings: &NotebookSettings, measured: &Measured, inputs: &[f64]) -> Result<Picture, String> {
    let pulse = settings.pulse;
    // Every fourth sample is denser than the pixels.
    let points = measured.trace.above_rest_mv.iter().enumerate().step_by(4);
    let points = points.map(|(at, v)| (at as f64 * pulse.dt_ms, *v));
    let voltage: Vec<Plot> = vec![line(points, BLUE, 1.6).with_legend("voltage of the axon (pyHH)").into()];
    let mut left =
        axes(&voltage, (0.0, pulse.duration_ms), (-75.0, 125.0), "Biological: one pulse into an axon")
            .with_x_label("time (ms)")
            .with_y_label("voltage from rest (mV)")
            .with_legend_position(LegendPosition::InsideTopRight)
            .with_shaded_region(
                ShadedRegion::vertical(pulse.start_ms, pulse.stop_ms).with_color(YELLOW).with_opacity(0.15),
            )
            .with_reference_line(ReferenceLine::horizontal(0.0).with_color(GREY).with_label("rest"))
            .with_reference_line(
                ReferenceLine::horizontal(ACTION_POTENTIAL_MV).with_color(ORANGE).with_label("counted"),
            )
            .with_reference_line(
                ReferenceLine::horizontal(REST_MV).with_color("#c0c4c8").with_label("-65 mV"),
            )
            .with_annotation(
                TextAnnotation::new("stimulus", 0.5 * (pulse.start_ms + pulse.stop_ms), -40.0)
                    .with_color(GREY)
                    .with_font_size(12),
            );
    if let Some(own) = measured.spikes.first() {
        let text = format!("action potential, {:.1} mV", own.peak_mv);
        left = left.with_annotation(
            TextAnnotation::new(
                text,
                own.peak_ms + 0.3 * (pulse.duration_ms - own.peak_ms),
                own.peak_mv - 18.0,
            )
            .with_arrow(own.peak_ms, own.peak_mv)
            .with_color(BLACK)
            .with_font_size(12),
        );
    }
    let colours = [PURPLE, YELLOW, GREEN, ORANGE];
    let units: Vec<Plot> = ACTIVATIONS
        .iter()
        .zip(colours)
        .map(|(unit, colour)| {
            // Two pairs lie on each other: the second of each is thin.
            let width = if matches!(unit.name, "tanh" | "leaky ReLU") { 1.8 } else { 6.0 };
            line(inputs.iter().map(|x| (*x, (unit.of)(*x))), colour, width).with_legend(unit.name).into()
        })
        .collect();
    let right = axes(
        &units,
        (inputs[0], inputs[inputs.len() - 1]),
        (-10.0, 115.0),
        "Artificial: activation functions",
    )
    .with_x_label("input (arbitrary units)")
    .with_y_label("output (arbitrary units)")
    .with_legend_position(LegendPosition::InsideBottomRight)
    .with_reference_line(ReferenceLine::vertical(REST_MV).with_color(GREY).with_label("resting"))
    .with_reference_line(ReferenceLine::vertical(0.0).with_color(ORANGE).with_label("threshold"));
    let figure = Figure::new(1, 2)
        .with_plots(vec![voltage, units])
        .with_layouts(vec![left, right])
        .with_cell_size(640.0, 420.0)
        .with_spacing(12.0);
    Picture::draw("neurons", figure)
}
