//! `hhbayes init`: a settings file to begin with, made for one recording.

mod choice;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use self::choice::Choice;
use super::RunError;
use super::inspect::read_recording;
use crate::features::{Analyser, Measure, Mode, Response};
use crate::inspection::{
    Flaw, Inspection, Passive, SweepView, USUAL_THRESHOLD_MV, inspect, worst_of_each_kind,
};
use crate::recording::Recording;
use crate::units::Unit;

/// Area of a cell whose charging cannot be seen, in µm².
const USUAL_AREA_UM2: f64 = 15_000.0;

/// The upstroke begins when the sodium current outweighs all others, which is above `V_T` by about this much.
const ONSET_ABOVE_V_T_MV: f64 = 14.0;

/// What neurons have.
const LIKELY_V_T_MV: (f64, f64) = (-75.0, -30.0);

/// `V_T` of a cell that does not fire.
const USUAL_V_T_MV: f64 = -58.0;

/// A complete settings file for a recording, to be edited or run as it is. `currents`: the files of the current, if
/// they are others than those of the voltage, one for each.
///
/// # Errors
/// If a file cannot be read, or the recording has no current.
pub fn init(paths: &[PathBuf], currents: &[PathBuf]) -> Result<String, RunError> {
    let recording = read_recording(paths, currents)?;
    let inspection = inspect(&recording);
    let Some(choice) = Choice::new(&inspection.sweeps) else {
        return Err(RunError::Usage(no_current(&paths[0], &recording)));
    };
    let mut text = heading(&paths[0], &inspection, &choice);
    text += &source(paths, currents, &recording);
    if choice.sweeps.len() < inspection.sweeps.len() {
        let numbers: Vec<String> = choice.sweeps.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "sweeps = [{}]", numbers.join(", "));
    }
    let _ = writeln!(text, "start = \"{:.1} ms\"\nstop = \"{:.1} ms\"\n", choice.from_ms, choice.to_ms);
    let whole_cell = inspection.sweeps[choice.sweeps[0]].injected.unit() == Some(Unit::Picoamp);
    text += &if whole_cell { cortical(&recording, &inspection, &choice) } else { squid() };
    if (inspection.threshold_mv - USUAL_THRESHOLD_MV).abs() > 0.0 {
        let _ = writeln!(
            text,
            "\n[features]\nthreshold = \"{} mV\"            # all spikes of the recording cross it",
            inspection.threshold_mv
        );
    }
    text += &likelihood(&inspection.sweeps, &choice);
    text += SAMPLER;
    Ok(text)
}

/// Why there is no settings file, and what can be done.
fn no_current(path: &Path, recording: &Recording) -> String {
    let name = path.display();
    let has_current = recording.sweeps.iter().any(|sweep| sweep.current.is_some());
    if recording.format == "ibw" && !has_current {
        return format!(
            "`{name}` is a wave of voltage; name the wave of its current, too: hhbayes init {name} --current CURRENT.ibw"
        );
    }
    let fact = if has_current { "the same current all the time" } else { "no current" };
    format!(
        "`{name}` has {fact}, so there is no stimulus to start from; see it with `hhbayes inspect`, and write [stimulus] by \
         hand as in configs/quickstart.toml"
    )
}

/// `[recording]` up to its sweeps.
fn source(paths: &[PathBuf], currents: &[PathBuf], recording: &Recording) -> String {
    let list = |files: &[PathBuf]| {
        let names: Vec<String> =
            files.iter().map(|file| format!("{:?}", file.display().to_string())).collect();
        format!("[{}]", names.join(", "))
    };
    let mut text = format!("[recording]\nkind = \"{}\"\n", recording.format);
    if recording.format == "ibw" {
        let _ = writeln!(text, "voltage = {}\ncurrent = {}", list(paths), list(currents));
    } else {
        let _ = writeln!(text, "file = {:?}", paths[0].display().to_string());
    }
    text
}

const SAMPLER: &str = r#"
[sampler]
kind = "demcz"
chains = 10
warmup = 3000
draws = 1000
thin = 40                       # keep every 40th state of a chain; more if the verdict is not "converged"
start = { kind = "search", population = 128, simulations = 20000 }

[run]
seed = 1
"#;

fn heading(path: &Path, inspection: &Inspection, choice: &Choice) -> String {
    let mut text =
        format!("# {}, as `hhbayes init` found it. Everything here can be edited.\n#\n", path.display());
    for &index in &choice.sweeps {
        let view = &inspection.sweeps[index];
        let unit = view.injected.unit().map_or("", |unit| unit.symbol());
        let current = choice
            .step_of(view)
            .map_or("a waveform".to_owned(), |step| format!("{:.1} {unit}", step.amplitude));
        let _ = writeln!(text, "# sweep {index}: {current}, {} spikes", choice.spikes(view));
    }
    if let Some(passive) = &inspection.passive {
        let _ = writeln!(
            text,
            "# rest {:.1} mV, input resistance {:.0} MOhm{}",
            passive.rest_mv,
            passive.input_resistance_mohm,
            passive
                .time_constant_ms
                .map_or(String::new(), |tau_ms| format!(", time constant {tau_ms:.1} ms"))
        );
    }
    for (flaw, words) in worst_of_each_kind(&inspection.findings) {
        let _ = writeln!(text, "# {}: {words}", flaw.name());
    }
    text += "\n";
    text
}

/// A cell that is driven in pA: the cortical model, with priors around the passive membrane.
fn cortical(recording: &Recording, inspection: &Inspection, choice: &Choice) -> String {
    let chosen = || choice.sweeps.iter().map(|&index| &inspection.sweeps[index]);
    let baselines: Vec<f64> = chosen().filter_map(|view| view.baseline_mv).collect();
    let baseline_mv = baselines.iter().sum::<f64>() / baselines.len().max(1) as f64;
    let passive = inspection.passive.as_ref();
    let rest_mv = if baselines.is_empty() { -70.0 } else { baseline_mv };
    let seen_area = passive.and_then(Passive::area_um2);
    let area_um2 = seen_area.unwrap_or(USUAL_AREA_UM2);
    // 1 / (R A): 1 / MOhm is 1e-3 mS, and 1 um^2 is 1e-8 cm^2.
    let g_leak = passive.map_or(0.05, |passive| 1e5 / (passive.input_resistance_mohm * area_um2));
    let (area_spread, leak_spread) = (if seen_area.is_some() { 0.3 } else { 0.5 }, 0.4);
    let v_t =
        onset_mv(recording, inspection, choice).map_or(USUAL_V_T_MV, |onset| onset - ONSET_ABOVE_V_T_MV);
    // A current that changes fast moves the voltage as fast as a spike does.
    let v_t = v_t.clamp(LIKELY_V_T_MV.0, LIKELY_V_T_MV.1);
    let scheme = if choice.step.is_some() {
        "scheme = \"adaptive\"             # short steps in spikes, long ones between them\ndt = \"0.05 ms\""
    } else {
        "dt = \"0.01 ms\"                  # the current changes all the time, so all steps are short"
    };
    let is_spontaneous = inspection.findings.iter().any(|finding| finding.flaw == Flaw::SpontaneousSpikes);
    let settle = if is_spontaneous {
        "settle = \"500 ms\"               # the cell fires by itself: it runs freely before the sweep\n"
    } else {
        ""
    };
    format!(
        r#"[model]
kind = "pospischil"             # Na, K, M and leak; `hhbayes list models` shows others
{scheme}
phi = 1
E_K = "-90 mV"
{settle}
# What was known before: medians and how many times larger or smaller the values may be (spread 0.7 is a factor of two).
[prior]
g_Na = {{ kind = "lognormal", median = "30 mS/cm^2", spread = 0.8 }}
g_K = {{ kind = "lognormal", median = "5 mS/cm^2", spread = 0.8 }}
g_leak = {{ kind = "lognormal", median = "{g_leak:.2e} mS/cm^2", spread = {leak_spread} }}
g_M = {{ kind = "lognormal", median = "0.1 mS/cm^2", spread = 1.0 }}
tau_max = {{ kind = "lognormal", median = "300 ms", spread = 0.5 }}
V_T = {{ kind = "normal", mean = "{v_t:.0} mV", sd = "6 mV" }}
E_leak = {{ kind = "normal", mean = "{rest_mv:.0} mV", sd = "5 mV" }}
area = {{ kind = "lognormal", median = "{area_um2:.0} um^2", spread = {area_spread} }}
"#
    )
}

/// Where the first spikes of the chosen sweeps begin; `None` for a silent cell.
fn onset_mv(recording: &Recording, inspection: &Inspection, choice: &Choice) -> Option<f64> {
    let mut analyser = Analyser::new(Mode::Precise, inspection.threshold_mv);
    let measure = Measure::parse("AP_begin_voltage[0]").ok()?;
    let onset = |&index: &usize| {
        let sweep = &recording.sweeps[index];
        let place = |time_ms: f64| ((time_ms / sweep.interval_ms) as usize).min(sweep.voltage_mv.len());
        let (from, to) = (place(choice.from_ms), place(choice.to_ms));
        let response = Response {
            interval_ms: sweep.interval_ms,
            voltage_mv: sweep.voltage_mv.get(from..to)?,
            ..Response::default()
        };
        measure.value(&analyser.analyse(&response))
    };
    let mut onsets: Vec<f64> = choice.sweeps.iter().filter_map(onset).collect();
    onsets.sort_unstable_by(f64::total_cmp);
    onsets.get(onsets.len() / 2).copied()
}

/// A patch of membrane: the squid axon.
fn squid() -> String {
    r#"[model]
kind = "hodgkin_huxley"

# What was known before: medians and how many times larger or smaller the values may be (spread 0.7 is a factor of two).
[prior]
g_Na = { kind = "lognormal", median = "120 mS/cm^2", spread = 0.4 }
g_K = { kind = "lognormal", median = "36 mS/cm^2", spread = 0.4 }
g_L = { kind = "lognormal", median = "0.3 mS/cm^2", spread = 0.4 }
phi = { kind = "lognormal", median = 1.5, spread = 0.5 }
current_scale = { kind = "lognormal", median = 1.5, spread = 0.5 }
voltage_offset = { kind = "normal", mean = "0 mV", sd = "15 mV" }
"#
    .to_owned()
}

/// Features that the chosen sweeps have. Their standard deviations are mostly what such a model misses.
fn likelihood(views: &[SweepView], choice: &Choice) -> String {
    let chosen = || choice.sweeps.iter().map(|&index| &views[index]);
    let spikes = |least: usize| chosen().any(|view| choice.spikes(view) >= least);
    let mut text = String::from(
        "\n[likelihood]\nkind = \"normal\"\n\n# Standard deviations: the noise of the recording and what the model is \
         known to miss.\n[likelihood.features]\nSpikecount = { sd = 0.5, relative = 0.02 }\n",
    );
    let baselines: Vec<f64> = chosen().filter_map(|view| view.baseline_mv).collect();
    let mean = baselines.iter().sum::<f64>() / baselines.len().max(1) as f64;
    let variance = baselines.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / baselines.len().max(1) as f64;
    // A waveform leaves no time before it.
    let level = if choice.step.is_some() { "voltage_base" } else { "mean_voltage_stim" };
    let _ = writeln!(text, "{level} = \"{:.1} mV\"", variance.sqrt().max(2.0));
    if spikes(1) {
        text += "time_to_first_spike = { sd = \"2 ms\", relative = 0.1 }\n\
                 \"mean(peak_voltage)\" = \"8 mV\"\n\"mean(AHP_depth_abs)\" = \"12 mV\"\n";
    }
    if spikes(3) {
        text += "\"all_ISI_values[-1]\" = { sd = \"3 ms\", relative = 0.15 }\n";
    }
    let silent = chosen().filter(|view| choice.spikes(view) == 0);
    let names: Vec<String> = silent.map(|view| format!("{:?}", view.name)).collect();
    if !names.is_empty() {
        let _ = writeln!(
            text,
            "steady_state_voltage_stimend = {{ sd = \"3 mV\", sweeps = [{}] }}",
            names.join(", ")
        );
    }
    text
}
