//! The f-I curve in tables and sentences. Every number is measured.

use super::cells::Posterior;
use super::measured::{Band, MARKS, Measured};
use crate::neuroai::f_i::{FiProtocol, Fit, RANGES, Range, UNITS, Unit};
use crate::run::notebook::part::{Insight, Table};
use crate::run::notebook::settings::FiSettings;

/// Residuals above this share of the highest rate are far from the curve.
const FAR: f64 = 0.2;

/// Draws that have a mark are not all of them; below this share it is said how many.
const NEARLY_ALL: f64 = 0.999;

pub(super) fn axon_lead(protocol: &FiProtocol, settings: &FiSettings) -> String {
    format!(
        "What an activation function says of an artificial unit, the rate of firing against a constant current says of a neuron. The squid's axon gets {}",
        steps(protocol, settings)
    )
}

pub(super) fn result_lead(posterior: &Posterior, settings: &FiSettings) -> String {
    format!(
        "The cell of `{}`: {} draws of its posterior, named by seed {}, each with its own channels and capacitance, get {} The largest recorded current was {:.3} µA/cm², so that what is beyond it is what the model says of inputs that the cell has not shown.",
        posterior.name,
        posterior.cells.len(),
        settings.result.seed,
        steps(&posterior.protocol, settings),
        posterior.recorded_ua_cm2,
    )
}

fn steps(protocol: &FiProtocol, settings: &FiSettings) -> String {
    format!(
        "{} steps of {} ms from rest, from {} to {} µA/cm², of which the first {} ms are not looked at; a spike crosses {} mV from below, and the lowest rate that is seen is {:.1} Hz. For hysteresis the current goes up and down again slowly, in {} levels of {} ms, each from where the last one ended.",
        protocol.steps + 1,
        protocol.duration_ms,
        digits(protocol.from_ua_cm2),
        digits(protocol.to_ua_cm2),
        protocol.discard_ms,
        digits(protocol.threshold_mv),
        protocol.lowest_rate_hz(),
        settings.stairs.steps + 1,
        settings.stairs.dwell_ms,
    )
}

/// Three digits, and no more than four decimals; 0 is 0.
fn digits(value: f64) -> String {
    if value.abs() < 1e-9 {
        return "0".to_owned();
    }
    let decimals = (2.0 - value.abs().max(1e-9).log10().floor()).clamp(0.0, 4.0) as usize;
    format!("{value:.decimals$}")
}

fn resolution(value: f64) -> String {
    if value < 1e-4 { format!("{value:.0e}") } else { format!("{value:.4}") }
}

pub(super) fn marks(own: &Measured) -> Table {
    let none = || "-".to_owned();
    let row = |mark: &super::measured::Mark| {
        vec![
            mark.name.to_owned(),
            (mark.of)(own).map_or_else(none, |value| format!("{value:.3}")),
            (mark.resolution)(own).map_or_else(none, resolution),
        ]
    };
    Table { header: vec!["", "axon", "known to"], rows: MARKS.iter().map(row).collect() }
}

pub(super) fn units(own: &Measured) -> Table {
    let mut rows = Vec::new();
    for range in RANGES {
        let Some((from, to)) = range.of(&own.curve, &own.marks) else { continue };
        let fits = own.fits(range);
        for (place, fit) in fits.iter().enumerate() {
            let name = if place == 0 {
                format!("{}, {}–{}", range.name(), digits(from), digits(to))
            } else {
                String::new()
            };
            let lowest = |of: fn(&Fit) -> f64| fits.iter().map(of).fold(f64::INFINITY, f64::min);
            rows.push(vec![
                name,
                fit.unit.name().to_owned(),
                digits(fit.gain),
                digits(fit.shift_ua_cm2),
                fit.scale_ua_cm2.map_or("-".to_owned(), digits),
                digits(fit.residual_hz),
                format!("{:.1}", fit.aic - lowest(|own| own.aic)),
                format!("{:.1}", fit.bic - lowest(|own| own.bic)),
            ]);
        }
    }
    Table {
        header: vec!["range (µA/cm²)", "unit", "gain", "shift", "scale", "residual (Hz)", "ΔAIC", "ΔBIC"],
        rows,
    }
}

pub(super) fn axon_notes(own: &Measured, settings: &FiSettings) -> Vec<String> {
    let mut notes = Vec::new();
    let mark = |key: &str| MARKS.iter().find(|mark| mark.key == key).and_then(|mark| (mark.of)(own));
    if let (Some(rate), Some(onset)) = (mark("onset_rate_hz"), mark("onset_ua_cm2")) {
        notes.push(format!("The curve does not begin at 0: the axon is silent below {onset:.2} µA/cm² and fires at {rate:.0} Hz just above. No unit of those below jumps."));
    }
    let switch = own.hysteresis.as_ref().and_then(|own| own.switch);
    if let Some(switch) = switch {
        notes.push(format!("The axon remembers: as the current grows it starts at {:.2} µA/cm², and as it falls it stops at {:.2}; in the {:.2} µA/cm² in between its rate depends on where it comes from, so that it is no function of the input alone.", switch.up.at_ua_cm2(), switch.down.at_ua_cm2(), switch.width_ua_cm2()));
    }
    match (mark("block_ua_cm2"), mark("highest_rate_hz")) {
        (Some(block), Some(highest)) => {
            let mut note = format!(
                "More input is not more output: the rate grows to {highest:.0} Hz, and from {block:.1} µA/cm² no spike reaches {} mV.",
                settings.protocol.threshold_mv
            );
            if let Some(found) = mark("rest_found_ua_cm2") {
                note += &format!(
                    " The membrane goes on swinging with smaller and smaller waves until {found:.1} µA/cm², where it rests again."
                );
            }
            notes.push(note);
        }
        (None, Some(highest)) => {
            notes.push(format!("Up to the largest current the rate grows to {highest:.0} Hz without block."));
        }
        _ => notes.push("The axon does not fire at any of these currents.".to_owned()),
    }
    notes.extend(RANGES.iter().filter_map(|range| closest_in_words(own, *range)));
    notes.push("The criteria take residuals as independent and Gaussian, which those of a curve without noise are not: they rank shapes at these currents, each number of a unit at its price, and are no probabilities.".to_owned());
    notes
}

/// Rows of the table of insights.
pub(super) fn insights(own: &Measured) -> Vec<Insight> {
    let mark = |key: &str| MARKS.iter().find(|mark| mark.key == key).and_then(|mark| (mark.of)(own));
    let mut rows = Vec::new();
    if let (Some(onset), Some(rate)) = (mark("onset_ua_cm2"), mark("onset_rate_hz")) {
        rows.push(Insight {
            aspect: "threshold",
            biological: format!("jumps to {rate:.0} Hz at {onset:.2} µA/cm²"),
            artificial: "no unit jumps".to_owned(),
        });
    }
    if let Some(switch) = own.hysteresis.as_ref().and_then(|own| own.switch) {
        rows.push(Insight {
            aspect: "memory of the input",
            biological: format!("two rates over {:.2} µA/cm²", switch.width_ua_cm2()),
            artificial: "one output for each input".to_owned(),
        });
    }
    if let (Some(block), Some(highest)) = (mark("block_ua_cm2"), mark("highest_rate_hz")) {
        rows.push(Insight {
            aspect: "large input",
            biological: format!("{highest:.0} Hz, then silent from {block:.1} µA/cm²"),
            artificial: "never falls".to_owned(),
        });
    }
    let [whole, firing] = [Range::Whole, Range::Firing].map(|range| own.fits(range).first());
    if let (Some(whole), Some(firing)) = (whole, firing) {
        rows.push(Insight {
            aspect: "activation function",
            biological: "the f-I curve".to_owned(),
            artificial: format!(
                "{} while it fires ({} Hz off), {} on the whole range ({} Hz off)",
                firing.unit.name(),
                digits(firing.residual_hz),
                whole.unit.name(),
                digits(whole.residual_hz),
            ),
        });
    }
    rows
}

/// Which unit is closest in a range, and by how much.
fn closest_in_words(own: &Measured, range: Range) -> Option<String> {
    let (from, to) = range.of(&own.curve, &own.marks)?;
    let [best, second, ..] = own.fits(range) else { return None };
    let highest = own.curve.within(from, to).1.into_iter().fold(0.0, f64::max);
    let share = best.residual_hz / highest;
    let verdict = if share > FAR { "None is close" } else { "Closest" };
    let least = if share > FAR { "the least bad is a " } else { "" };
    Some(format!(
        "{verdict} on the {} ({} to {} µA/cm²): {least}{}, with residuals of {} Hz, {:.0} % of the highest rate; then {} with {} Hz.",
        range_in_words(range),
        digits(from),
        digits(to),
        best.unit.name(),
        digits(best.residual_hz),
        100.0 * share,
        second.unit.name(),
        digits(second.residual_hz),
    ))
}

fn range_in_words(range: Range) -> &'static str {
    match range {
        Range::Whole => "whole range",
        Range::Rising => "way to the highest rate",
        Range::Onset => "part around the onset",
        Range::Firing => "part in which it fires",
    }
}

pub(super) fn band_marks(band: &Band) -> Table {
    let all = band.cells.len();
    let row = |mark: &super::measured::Mark| {
        let spread = band.mark(mark);
        let cell = |value: fn(&super::measured::Spread) -> f64| {
            spread.as_ref().map_or("-".to_owned(), |own| format!("{:.3}", value(own)))
        };
        let draws = spread.as_ref().map_or(0, |own| own.draws);
        vec![
            mark.name.to_owned(),
            cell(|own| own.median),
            cell(|own| own.lower),
            cell(|own| own.upper),
            format!("{draws} of {all}"),
        ]
    };
    Table { header: vec!["", "median", "2.5 %", "97.5 %", "draws"], rows: MARKS.iter().map(row).collect() }
}

pub(super) fn closest(band: &Band) -> Table {
    let names = UNITS.map(Unit::name);
    let row = |range: &Range| {
        let (shares, _) = band.closest(*range)?;
        let shares = shares.iter().map(|(_, share)| format!("{share:.2}"));
        Some(std::iter::once(range.name().to_owned()).chain(shares).collect())
    };
    Table {
        header: std::iter::once("probability of being closest").chain(names).collect(),
        rows: RANGES.iter().filter_map(row).collect(),
    }
}

pub(super) fn result_notes(posterior: &Posterior, band: &Band) -> Vec<String> {
    let mut notes = posterior.notes.clone();
    let all = band.cells.len() as f64;
    for range in RANGES {
        let Some((shares, draws)) = band.closest(range) else { continue };
        let best = shares.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((unit, share)) = best else { continue };
        let mut note = format!(
            "On the {} the cell is closest to a {} with probability {share:.2}",
            range_in_words(range),
            unit.name()
        );
        note += &if draws as f64 / all < NEARLY_ALL {
            format!(", among the {draws} draws that have such a part.")
        } else {
            ".".to_owned()
        };
        notes.push(note);
    }
    notes.push("The probability is the share of draws to which a unit comes closest by BIC: it is the posterior's doubt about the cell, not a doubt about the fit.".to_owned());
    notes.push(
        "Currents are densities that the membrane feels: scale and leak of the electrode are left out."
            .to_owned(),
    );
    if band.failed > 0 {
        notes.push(format!("{} draws could not be simulated and are left out.", band.failed));
    }
    notes
}
