//! `hhbayes inspect`: what is in a recording.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::RunError;
use crate::inspection::{
    Finding, Injected, Inspection, Passive, Step, SweepView, USUAL_THRESHOLD_MV, inspect as look,
    worst_of_each_kind,
};
use crate::recording::{self, About, Holding, Recording};

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct InspectOptions {
    /// JSON for programs in place of text for people.
    pub as_json: bool,
    /// The files of the current, if they are others than those of the voltage.
    pub currents: Vec<PathBuf>,
    /// Where a picture of the sweeps is written, if one is wanted.
    pub plot: Option<PathBuf>,
}

/// One file in any format, or Igor binary waves: one for each sweep, with as many of current or none.
pub(super) fn read_recording(paths: &[PathBuf], currents: &[PathBuf]) -> Result<Recording, RunError> {
    match (paths, currents) {
        ([path], []) => Ok(recording::read(path)?),
        (_, []) => Ok(recording::read_waves(paths, None)?),
        _ if currents.len() == paths.len() => Ok(recording::read_waves(paths, Some(currents))?),
        _ => Err(RunError::Usage(format!(
            "{} of current for {} of voltage; name one file of current for each file of voltage, in the same order",
            plural(currents.len(), "file"),
            plural(paths.len(), "file")
        ))),
    }
}

/// What is in a recording, whose format is found by its content: for people, or for programs as JSON.
///
/// # Errors
/// If the file cannot be read, or the picture cannot be written.
pub fn inspect(paths: &[PathBuf], options: &InspectOptions) -> Result<String, RunError> {
    let recording = read_recording(paths, &options.currents)?;
    let (path, inspection) = (paths[0].as_path(), look(&recording));
    if let Some(picture) = &options.plot {
        super::plot::plot(&recording, &inspection, picture)?;
    }
    Ok(if options.as_json {
        format!("{:#}\n", json(path, &recording, &inspection))
    } else {
        text(path, &recording, &inspection)
    })
}

fn text(path: &Path, recording: &Recording, inspection: &Inspection) -> String {
    let mut text = format!("{}: {}\n", path.display(), plural(inspection.sweeps.len(), "sweep"));
    for note in &recording.notes {
        let _ = writeln!(text, "  {note}");
    }
    text += &about(&recording.about);
    let widest = inspection.sweeps.iter().map(|view| view.name.chars().count()).max().unwrap_or(0).max(5);
    let _ = writeln!(
        text,
        "\n{:<widest$}{:>11}{:>10}{:>8}{:>11}{:>12}  current",
        "sweep", "length", "rate", "spikes", "baseline", "deflection"
    );
    for view in &inspection.sweeps {
        let millivolt = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1} mV"));
        let _ = writeln!(
            text,
            "{:<widest$}{:>8.0} ms{:>6.1} kHz{:>8}{:>11}{:>12}  {}",
            view.name,
            view.duration_ms(),
            1.0 / view.interval_ms,
            view.peaks_ms.len(),
            millivolt(view.baseline_mv),
            millivolt(view.deflections_mv.first().copied().flatten()),
            current(&view.injected),
        );
    }
    let threshold_mv = inspection.threshold_mv;
    if (threshold_mv - USUAL_THRESHOLD_MV).abs() > 0.0 {
        let _ = writeln!(
            text,
            "\nspikes are counted at {threshold_mv} mV: at {USUAL_THRESHOLD_MV} mV, eFEL's threshold, some are missed or \
             counted twice"
        );
    }
    if let Some(passive) = &inspection.passive {
        text += &passive_text(passive);
    }
    if inspection.findings.is_empty() {
        text += "\nno flaws found\n";
    } else {
        text += "\nflaws\n";
    }
    for (flaw, words) in worst_of_each_kind(&inspection.findings) {
        let _ = writeln!(text, "  {:<22}{words}", flaw.name());
    }
    text
}

/// Entries that are shown of each kind; JSON has all of them.
const MOST_ENTRIES: usize = 12;
/// Letters of an entry that are shown.
const LONGEST_ENTRY: usize = 160;

/// What the file says about itself, one line for each entry.
fn about(about: &About) -> String {
    let protocols = about.protocols.iter().map(|text| ("protocol", text.clone())).collect();
    let level = |own: &Holding| {
        let (level, unit) = (rounded(own.level), &own.unit);
        (
            "holding",
            if own.output.is_empty() {
                format!("{level} {unit}")
            } else {
                format!("{}: {level} {unit}", own.output)
            },
        )
    };
    let holding = about.holding.iter().map(level).collect();
    let comments = about.comments.iter().map(|text| ("comment", text.clone())).collect();
    let description = about.description.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let kinds: [Vec<(&str, String)>; 4] = [protocols, holding, comments, description];
    let widest = kinds.iter().flatten().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in kinds {
        for (name, entry) in kind.iter().take(MOST_ENTRIES) {
            let _ = writeln!(text, "  {name:<widest$}  {}", shortened(entry));
        }
        if let Some(more) = kind.len().checked_sub(MOST_ENTRIES).filter(|more| *more > 0) {
            let _ = writeln!(text, "  {:<widest$}  ... and {more} more; --format json shows all", "");
        }
    }
    text
}

fn shortened(entry: &str) -> String {
    if entry.chars().count() <= LONGEST_ENTRY {
        return entry.to_owned();
    }
    entry.chars().take(LONGEST_ENTRY).chain("...".chars()).collect()
}

/// The current of a sweep in words: "150 pA, 100.0 to 600.0 ms".
fn current(injected: &Injected) -> String {
    let (unit, holding, steps) = match injected {
        Injected::Unknown => return "not in the file".to_owned(),
        Injected::Waveform { unit } => return format!("a waveform in {}", unit.symbol()),
        Injected::Steps { unit, holding, steps } => (unit.symbol(), holding, steps),
    };
    let at_zero = holding.abs() < 1e-9;
    if steps.is_empty() {
        return format!("{} {unit} all the time", rounded(*holding));
    }
    let one = |step: &Step| {
        format!("{} {unit}, {:.1} to {:.1} ms", rounded(step.amplitude), step.start_ms, step.stop_ms)
    };
    let words: Vec<String> = steps.iter().map(one).collect();
    let base = if at_zero { String::new() } else { format!(" (on {} {unit})", rounded(*holding)) };
    words.join("; ") + &base
}

/// Four digits.
fn rounded(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn passive_text(passive: &Passive) -> String {
    let mut text = format!(
        "\npassive membrane, from {}\n  rest {:.1} mV, input resistance {:.0} MOhm",
        plural(passive.steps, "step"),
        passive.rest_mv,
        passive.input_resistance_mohm
    );
    if let (Some(tau_ms), Some(capacitance_pf), Some(area_um2)) =
        (passive.time_constant_ms, passive.capacitance_pf(), passive.area_um2())
    {
        let _ = write!(
            text,
            ", time constant {tau_ms:.1} ms\n  so capacitance {capacitance_pf:.0} pF, \
             and area {area_um2:.0} um^2 at 1 uF/cm^2"
        );
    }
    text + "\n"
}

fn json(path: &Path, recording: &Recording, inspection: &Inspection) -> Value {
    let sweep = |view: &SweepView| {
        json!({
            "name": view.name,
            "samples": view.samples,
            "interval_ms": view.interval_ms,
            "duration_ms": view.duration_ms(),
            "current": current_json(view),
            "spikes": view.peaks_ms.len(),
            "peaks_ms": view.peaks_ms,
            "baseline_mv": view.baseline_mv,
        })
    };
    let passive = inspection.passive.as_ref().map(|passive| {
        json!({
            "rest_mv": passive.rest_mv,
            "input_resistance_mohm": passive.input_resistance_mohm,
            "time_constant_ms": passive.time_constant_ms,
            "capacitance_pf": passive.capacitance_pf(),
            "area_um2": passive.area_um2(),
            "steps": passive.steps,
        })
    });
    let holding = |own: &Holding| json!({"output": own.output, "level": own.level, "unit": own.unit});
    let entry = |(name, text): &(String, String)| (name.clone(), json!(text));
    json!({
        "file": path.display().to_string(),
        "format": recording.format,
        "notes": recording.notes,
        "protocols": recording.about.protocols,
        "holding": recording.about.holding.iter().map(holding).collect::<Vec<_>>(),
        "comments": recording.about.comments,
        "description": recording.about.description.iter().map(entry).collect::<Map<_, _>>(),
        "sweeps": inspection.sweeps.iter().map(sweep).collect::<Vec<_>>(),
        "threshold_mv": inspection.threshold_mv,
        "passive": passive,
        "flaws": inspection.findings.iter().map(flaw_json).collect::<Vec<_>>(),
    })
}

/// One flaw, here and in the summary of a run.
pub(super) fn flaw_json(finding: &Finding) -> Value {
    let Finding { flaw, sweep, number, text } = finding;
    json!({"name": flaw.name(), "sweep": sweep, "number": number, "text": text})
}

/// Null without a current; without `steps` for a waveform.
fn current_json(view: &SweepView) -> Value {
    let step = |(step, deflection_mv): (&Step, &Option<f64>)| {
        json!({
            "amplitude": step.amplitude,
            "start_ms": step.start_ms,
            "stop_ms": step.stop_ms,
            "spikes": view.spikes_between(step.start_ms, step.stop_ms),
            "deflection_mv": deflection_mv,
        })
    };
    match &view.injected {
        Injected::Unknown => Value::Null,
        Injected::Waveform { unit } => json!({ "unit": unit.symbol() }),
        Injected::Steps { unit, holding, steps } => json!({
            "unit": unit.symbol(),
            "holding": holding,
            "steps": steps.iter().zip(&view.deflections_mv).map(step).collect::<Vec<_>>(),
        }),
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
