//! `hhbayes init`: a settings file to begin with, made for one recording.

use std::fmt::Write as _;
use std::path::Path;

use super::RunError;
use crate::inspection::{Inspection, Passive, Step, SweepView, inspect, worst_of_each_kind};
use crate::recording;
use crate::units::Unit;

/// Time that is kept before and after the step.
const BEFORE_MS: f64 = 100.0;
const AFTER_MS: f64 = 50.0;

/// Sweeps that are compared, at most; each costs a simulation.
const MOST_SWEEPS: usize = 5;

/// Area of a cell whose charging cannot be seen, in µm².
const USUAL_AREA_UM2: f64 = 15_000.0;

/// A complete settings file for a recording, to be edited or run as it is.
///
/// # Errors
/// If the file cannot be read, or has no current that is a step.
pub fn init(path: &Path) -> Result<String, RunError> {
    let recording = recording::read(path)?;
    let inspection = inspect(&recording);
    let Some(step) = main_step(&inspection.sweeps) else {
        return Err(RunError::Usage(format!(
            "`{}` shows no step of current, so there is no stimulus to start from; see it with `hhbayes inspect`, and \
             write [stimulus] by hand as in configs/quickstart.toml",
            path.display()
        )));
    };
    let window = Window::new(&inspection.sweeps, step);
    let chosen = choose(&inspection.sweeps, &window);
    let mut text = heading(path, &inspection, &window, &chosen);
    let _ = writeln!(
        text,
        "[recording]\nkind = \"{}\"\nfile = {:?}",
        recording.format,
        path.display().to_string()
    );
    if chosen.len() < inspection.sweeps.len() {
        let numbers: Vec<String> = chosen.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "sweeps = [{}]", numbers.join(", "));
    }
    let _ = writeln!(text, "start = \"{:.1} ms\"\nstop = \"{:.1} ms\"\n", window.from_ms, window.to_ms);
    let whole_cell = inspection.sweeps[chosen[0]].injected.unit() == Some(Unit::Picoamp);
    text += &if whole_cell { cortical(&inspection) } else { squid() };
    text += &likelihood(&inspection.sweeps, &window, &chosen);
    text += SAMPLER;
    Ok(text)
}

const SAMPLER: &str = r#"
[sampler]
kind = "demcz"
chains = 8
warmup = 3000
draws = 1000
thin = 20                       # keep every 20th state of a chain; more if the verdict is not "converged"
start = { kind = "search", population = 128, simulations = 20000 }

[run]
seed = 1
"#;

/// The part of the recording that is compared.
struct Window {
    step: Step,
    from_ms: f64,
    to_ms: f64,
}

impl Window {
    /// Around a step, as far as no sweep has another step.
    fn new(sweeps: &[SweepView], step: Step) -> Self {
        let (mut from_ms, mut to_ms) = ((step.start_ms - BEFORE_MS).max(0.0), step.stop_ms + AFTER_MS);
        for view in sweeps {
            to_ms = to_ms.min(view.duration_ms());
            for other in view.injected.steps() {
                if other.stop_ms < step.start_ms {
                    // The voltage has a third of the time to come to rest.
                    from_ms = from_ms.max(other.stop_ms + (step.start_ms - other.stop_ms) / 3.0);
                }
                if other.start_ms > step.stop_ms {
                    to_ms = to_ms.min(other.start_ms);
                }
            }
        }
        // To the next tenth of a millisecond inside, as it is written.
        Self { step, from_ms: (10.0 * from_ms).ceil() / 10.0, to_ms: (10.0 * to_ms).floor() / 10.0 }
    }

    /// The step of a sweep in the window, if it is the only one there.
    fn step_of<'a>(&self, view: &'a SweepView) -> Option<&'a Step> {
        let within = |step: &&Step| step.stop_ms > self.from_ms && step.start_ms < self.to_ms;
        let mut steps = view.injected.steps().iter().filter(within);
        let only = steps.next().filter(|step| same_time(step, &self.step))?;
        steps.next().is_none().then_some(only)
    }

    fn spikes(&self, view: &SweepView) -> usize {
        view.spikes_between(self.from_ms, self.to_ms)
    }
}

fn same_time(a: &Step, b: &Step) -> bool {
    (a.start_ms - b.start_ms).abs() < 1.0 && (a.stop_ms - b.stop_ms).abs() < 1.0
}

/// The step during which most spikes fall, in all sweeps that have it; of those with as many, the longest.
fn main_step(sweeps: &[SweepView]) -> Option<Step> {
    let all = || sweeps.iter().flat_map(|view| view.injected.steps());
    let spikes = |step: &Step| -> usize {
        let has = |view: &&SweepView| view.injected.steps().iter().any(|other| same_time(other, step));
        sweeps.iter().filter(has).map(|view| view.spikes_between(step.start_ms, step.stop_ms)).sum()
    };
    let length = |step: &Step| step.stop_ms - step.start_ms;
    all().max_by(|a, b| spikes(a).cmp(&spikes(b)).then(length(a).total_cmp(&length(b)))).copied()
}

/// The sweeps to compare: the strongest step without spikes up or down, and from the fewest to the most spikes.
fn choose(sweeps: &[SweepView], window: &Window) -> Vec<usize> {
    let usable = |index: &usize| window.step_of(&sweeps[*index]).is_some();
    let mut firing: Vec<usize> =
        (0..sweeps.len()).filter(usable).filter(|&index| window.spikes(&sweeps[index]) > 0).collect();
    let most = firing.iter().copied().max_by_key(|&index| window.spikes(&sweeps[index]));
    let silent = (0..sweeps.len()).filter(usable).filter(|&index| window.spikes(&sweeps[index]) == 0);
    let amplitude = |index: &usize| window.step_of(&sweeps[*index]).map_or(0.0, |step| step.amplitude);
    // Beyond the sweep with most spikes the cell is blocked by its own depolarisation.
    firing.retain(|index| most.is_some_and(|most| amplitude(index) <= amplitude(&most)));
    firing.sort_by_key(|&index| window.spikes(&sweeps[index]));
    let lowest = silent.clone().min_by(|a, b| amplitude(a).total_cmp(&amplitude(b)));
    let mut chosen: Vec<usize> = lowest.into_iter().collect();
    let room = MOST_SWEEPS - chosen.len();
    if firing.is_empty() {
        chosen.extend(silent.max_by(|a, b| amplitude(a).total_cmp(&amplitude(b))));
    } else if firing.len() <= room {
        chosen.extend(&firing);
    } else {
        chosen.extend((0..room).map(|place| firing[place * (firing.len() - 1) / (room - 1)]));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn heading(path: &Path, inspection: &Inspection, window: &Window, chosen: &[usize]) -> String {
    let mut text =
        format!("# {}, as `hhbayes init` found it. Everything here can be edited.\n#\n", path.display());
    for &index in chosen {
        let view = &inspection.sweeps[index];
        let unit = view.injected.unit().map_or("", |unit| unit.symbol());
        if let Some(step) = window.step_of(view) {
            let spikes = window.spikes(view);
            let _ = writeln!(text, "# sweep {index}: {:.1} {unit}, {spikes} spikes", step.amplitude);
        }
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
fn cortical(inspection: &Inspection) -> String {
    let baselines: Vec<f64> = inspection.sweeps.iter().filter_map(|view| view.baseline_mv).collect();
    let baseline_mv = baselines.iter().sum::<f64>() / baselines.len().max(1) as f64;
    let passive = inspection.passive.as_ref();
    let rest_mv = passive.map_or(baseline_mv, |passive| passive.rest_mv);
    let seen_area = passive.and_then(Passive::area_um2);
    let area_um2 = seen_area.unwrap_or(USUAL_AREA_UM2);
    // 1 / (R A): 1 / MOhm is 1e-3 mS, and 1 um^2 is 1e-8 cm^2.
    let g_leak = passive.map_or(0.05, |passive| 1e5 / (passive.input_resistance_mohm * area_um2));
    let (area_spread, leak_spread) = (if seen_area.is_some() { 0.3 } else { 0.5 }, 0.4);
    format!(
        r#"[model]
kind = "pospischil"             # Na, K, M and leak; `hhbayes list models` shows others
scheme = "adaptive"             # short steps in spikes, long ones between them
dt = "0.05 ms"
phi = 1
E_K = "-90 mV"

# What was known before: medians and how many times larger or smaller the values may be (spread 0.7 is a factor of two).
[prior]
g_Na = {{ kind = "lognormal", median = "30 mS/cm^2", spread = 0.8 }}
g_K = {{ kind = "lognormal", median = "5 mS/cm^2", spread = 0.8 }}
g_leak = {{ kind = "lognormal", median = "{g_leak:.2e} mS/cm^2", spread = {leak_spread} }}
g_M = {{ kind = "lognormal", median = "0.1 mS/cm^2", spread = 1.0 }}
tau_max = {{ kind = "lognormal", median = "300 ms", spread = 1.0 }}
V_T = {{ kind = "normal", mean = "-58 mV", sd = "6 mV" }}
E_leak = {{ kind = "normal", mean = "{rest_mv:.0} mV", sd = "5 mV" }}
area = {{ kind = "lognormal", median = "{area_um2:.0} um^2", spread = {area_spread} }}
"#
    )
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
fn likelihood(sweeps: &[SweepView], window: &Window, chosen: &[usize]) -> String {
    let spikes = |least: usize| chosen.iter().any(|&index| window.spikes(&sweeps[index]) >= least);
    let mut text = String::from(
        "\n[likelihood]\nkind = \"normal\"\n\n# Standard deviations: the noise of the recording and what the model is \
         known to miss.\n[likelihood.features]\nSpikecount = { sd = 0.7, relative = 0.05 }\nvoltage_base = \"2 mV\"\n",
    );
    if spikes(1) {
        text += "time_to_first_spike = { sd = \"2 ms\", relative = 0.1 }\n\
                 \"mean(peak_voltage)\" = \"8 mV\"\n\"mean(AHP_depth_abs)\" = \"6 mV\"\n";
    }
    if spikes(3) {
        text += "\"all_ISI_values[-1]\" = { sd = \"3 ms\", relative = 0.15 }\n";
    }
    let silent = chosen.iter().map(|&index| &sweeps[index]).filter(|view| window.spikes(view) == 0);
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
