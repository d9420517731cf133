//! What is wrong with a recording, each flaw with its name and its number.

use super::spikes::USUAL_THRESHOLD_MV;
use super::{Injected, SweepView, artefacts, before_steps, between, median};
use crate::recording::Sweep;

/// Kinds of flaws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// The baselines of the sweeps differ.
    DriftingBaseline,
    /// The cell does not rest where healthy cells do.
    DepolarisedBaseline,
    /// The voltage stays at its highest or lowest value.
    Clipping,
    /// The voltage jumps with the current: the resistance of the electrode is not balanced.
    BridgeBalance,
    /// The voltage jumps up where the current ends, and crosses the usual threshold like a spike.
    StimulusArtefacts,
    /// An oscillation at 50 or 60 Hz.
    MainsHum,
    /// Spikes before the step, or without one.
    SpontaneousSpikes,
    /// Spikes after the step.
    SpikesAfterStimulus,
    /// Too few samples for the shape of a spike.
    LowSamplingRate,
}

impl Flaw {
    /// How it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::DriftingBaseline => "drifting_baseline",
            Self::DepolarisedBaseline => "depolarised_baseline",
            Self::Clipping => "clipping",
            Self::BridgeBalance => "bridge_balance",
            Self::StimulusArtefacts => "stimulus_artefacts",
            Self::MainsHum => "mains_hum",
            Self::SpontaneousSpikes => "spontaneous_spikes",
            Self::SpikesAfterStimulus => "spikes_after_stimulus",
            Self::LowSamplingRate => "low_sampling_rate",
        }
    }

    /// What can be done about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::DriftingBaseline => "name sweeps of one level in `sweeps`",
            Self::DepolarisedBaseline => {
                "name other sweeps in `sweeps`, or give the junction_potential if it was not subtracted"
            }
            Self::BridgeBalance => {
                "leave the sweep out of `sweeps`, or subtract the voltage over the electrode beforehand"
            }
            Self::StimulusArtefacts => {
                "give a `threshold` in [features] that spikes cross and the jumps do not; `hhbayes init` looks for one"
            }
            Self::MainsHum => "leave the sweep out of `sweeps`, or filter the recording",
            Self::Clipping | Self::SpontaneousSpikes | Self::SpikesAfterStimulus => {
                "leave the sweep out of `sweeps`, or the stretch with `start` and `stop`"
            }
            Self::LowSamplingRate => "compare no widths and slopes of spikes",
        }
    }
}

/// A flaw of one sweep, or of the whole recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What kind.
    pub flaw: Flaw,
    /// Which sweep; `None` for the recording as a whole.
    pub sweep: Option<String>,
    /// How large it is; in the unit of the text.
    pub number: f64,
    /// What was found, with the number.
    pub text: String,
}

impl Finding {
    /// The finding with its place: `sweep 3: 5 spikes before the step`.
    pub fn in_words(&self) -> String {
        let place = self.sweep.as_ref().map_or(String::new(), |sweep| format!("sweep {sweep}: "));
        format!("{place}{}", self.text)
    }
}

/// Each kind of flaw once, with the worst finding in words and how many other sweeps have it.
pub fn worst_of_each_kind(findings: &[Finding]) -> Vec<(Flaw, String)> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.flaw);
    let worst = |alike: &[&Finding]| {
        let worst = alike.iter().max_by(|a, b| a.number.abs().total_cmp(&b.number.abs()))?;
        let others = match alike.len() {
            1 => String::new(),
            2 => "; less in 1 other sweep".to_owned(),
            count => format!("; less in {} other sweeps", count - 1),
        };
        Some((worst.flaw, worst.in_words() + &others))
    };
    sorted.chunk_by(|a, b| a.flaw == b.flaw).filter_map(worst).collect()
}

/// Baselines that differ by more than this have drifted.
const DRIFT_MV: f64 = 5.0;
/// Above this, sodium channels of most neurons are inactivated.
const DEPOLARISED_MV: f64 = -50.0;
/// Samples in a row at the extreme of the sweep. Digitised noise leaves two or three.
const CLIPPED_SAMPLES: usize = 8;
/// Change of voltage from the sample before them.
const ARRIVAL_MV: f64 = 0.1;
/// A jump within this time is faster than a membrane, and this large no noise.
const JUMP_MS: f64 = 0.3;
const JUMP_MV: f64 = 2.0;
/// Amplitude of hum that moves features.
const HUM_MV: f64 = 0.3;
/// Spikes last about 1 ms: with less than ten samples in it, their width is a guess.
const LONGEST_INTERVAL_MS: f64 = 0.1;

/// All findings: those of the recording, then those of each sweep.
pub(super) fn findings(sweeps: &[Sweep], views: &[SweepView]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [drift(views), sampling(views)].into_iter().flatten().collect();
    for (sweep, view) in sweeps.iter().zip(views) {
        let own = [
            depolarised(view),
            clipping(sweep),
            bridge(sweep, view),
            stimulus_artefacts(sweep),
            hum(sweep, view),
            spontaneous(view),
            late_spikes(view),
        ];
        findings.extend(own.into_iter().flatten().map(|(flaw, number, text)| Finding {
            flaw,
            sweep: Some(view.name.clone()),
            number,
            text,
        }));
    }
    findings
}

/// Flaw, number and text of one sweep.
type Own = Option<(Flaw, f64, String)>;

fn drift(sweeps: &[SweepView]) -> Option<Finding> {
    let baselines = || sweeps.iter().filter_map(|view| view.baseline_mv);
    let (lowest, highest) = (baselines().reduce(f64::min)?, baselines().reduce(f64::max)?);
    let text = format!(
        "the baselines of the sweeps differ by {:.1} mV, from {lowest:.1} to {highest:.1} mV",
        highest - lowest
    );
    let number = highest - lowest;
    (number > DRIFT_MV).then_some(Finding { flaw: Flaw::DriftingBaseline, sweep: None, number, text })
}

fn sampling(sweeps: &[SweepView]) -> Option<Finding> {
    let longest_ms = sweeps.iter().map(|view| view.interval_ms).reduce(f64::max)?;
    let has_spikes = sweeps.iter().any(|view| !view.peaks_ms.is_empty());
    let text = format!(
        "a sample every {longest_ms:.3} ms ({:.1} kHz); the shape of spikes needs one every {LONGEST_INTERVAL_MS} ms",
        1.0 / longest_ms
    );
    (has_spikes && longest_ms > LONGEST_INTERVAL_MS * (1.0 + 1e-9)).then_some(Finding {
        flaw: Flaw::LowSamplingRate,
        sweep: None,
        number: longest_ms,
        text,
    })
}

fn depolarised(view: &SweepView) -> Own {
    let baseline_mv = view.baseline_mv.filter(|baseline_mv| *baseline_mv > DEPOLARISED_MV)?;
    Some((
        Flaw::DepolarisedBaseline,
        baseline_mv,
        format!("the baseline is {baseline_mv:.1} mV, above {DEPOLARISED_MV:.0} mV"),
    ))
}

/// The longest stretch in which the voltage stays at its highest or lowest value, if it got there in a hurry: a cell at
/// rest in a simulation stays there, too.
fn clipping(sweep: &Sweep) -> Own {
    let values = &sweep.voltage_mv;
    let extremes = [values.iter().copied().reduce(f64::max)?, values.iter().copied().reduce(f64::min)?];
    let (mut start, mut longest) = (0, (0, 0.0));
    for run in values.chunk_by(|a, b| a.to_bits() == b.to_bits()) {
        let arrives = start > 0 && (values[start - 1] - run[0]).abs() > ARRIVAL_MV;
        if arrives && extremes.contains(&run[0]) && run.len() > longest.0 {
            longest = (run.len(), run[0]);
        }
        start += run.len();
    }
    let (count, extreme_mv) = longest;
    (count >= CLIPPED_SAMPLES).then(|| {
        let text = format!("{count} samples in a row at its extreme, {extreme_mv:.2} mV");
        (Flaw::Clipping, count as f64, text)
    })
}

fn bridge(sweep: &Sweep, view: &SweepView) -> Own {
    let step = view.injected.steps().iter().max_by(|a, b| a.amplitude.abs().total_cmp(&b.amplitude.abs()))?;
    let before = median(between(sweep, step.start_ms - 1.0, step.start_ms))?;
    let at_ms = step.start_ms + JUMP_MS;
    let after = median(between(sweep, at_ms, at_ms + JUMP_MS))?;
    let later = median(between(sweep, at_ms + JUMP_MS, at_ms + 2.0 * JUMP_MS))?;
    // A membrane goes on as it began; what is left of the jump without that is the electrode.
    let jump_mv = after - before - 1.5 * (later - after);
    (sweep.interval_ms <= JUMP_MS / 2.0 && jump_mv.abs() > JUMP_MV && jump_mv * step.amplitude > 0.0).then(
        || {
            let unit = view.injected.unit().map_or("", |unit| unit.symbol());
            let text = format!(
                "the voltage jumps by {jump_mv:.1} mV within {JUMP_MS} ms of the step of {:.1} {unit}",
                step.amplitude
            );
            (Flaw::BridgeBalance, jump_mv, text)
        },
    )
}

/// Of the jumps at the edges of the current, those that cross the usual threshold, and how high they come.
fn stimulus_artefacts(sweep: &Sweep) -> Own {
    let heights_mv = artefacts::tops(sweep).into_iter().map(|top| sweep.voltage_mv[top]);
    let crossing: Vec<f64> = heights_mv.filter(|height_mv| *height_mv > USUAL_THRESHOLD_MV).collect();
    let highest_mv = crossing.iter().copied().reduce(f64::max)?;
    let count = crossing.len();
    let jumps = if count == 1 { "1 jump".to_owned() } else { format!("{count} jumps") };
    let text = format!(
        "{jumps} of the voltage at an edge of the current, up to {highest_mv:.1} mV, that \
         {USUAL_THRESHOLD_MV:.0} mV takes for spikes"
    );
    Some((Flaw::StimulusArtefacts, count as f64, text))
}

/// Amplitude at 50 and 60 Hz before the step, over whole periods, beside that at 40 Hz.
fn hum(sweep: &Sweep, view: &SweepView) -> Own {
    let quiet = before_steps(sweep, &view.injected);
    let interval_s = sweep.interval_ms / 1000.0;
    // 100 ms hold 5 and 6 whole periods.
    let window = (0.1 / interval_s).round() as usize;
    let whole = quiet.len() / window.max(1) * window;
    let is_silent = !view.peaks_ms.iter().any(|peak_ms| peak_ms / sweep.interval_ms < whole as f64);
    if whole == 0 || window < 20 || !is_silent {
        return None;
    }
    let quiet = &quiet[..whole];
    let mean = quiet.iter().sum::<f64>() / whole as f64;
    let amplitude = |frequency_hz: f64| {
        let phase = |index: usize| std::f64::consts::TAU * frequency_hz * interval_s * index as f64;
        let parts =
            quiet.iter().enumerate().map(|(i, v)| ((v - mean) * phase(i).cos(), (v - mean) * phase(i).sin()));
        let (cosine, sine) = parts.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        2.0 * f64::hypot(cosine, sine) / whole as f64
    };
    let (frequency_hz, hum_mv) = [50.0, 60.0]
        .map(|frequency_hz| (frequency_hz, amplitude(frequency_hz)))
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    // Drift has much of the frequencies below.
    (hum_mv > HUM_MV && hum_mv > 2.0 * amplitude(40.0))
        .then(|| (Flaw::MainsHum, hum_mv, format!("{hum_mv:.2} mV of {frequency_hz:.0} Hz before the step")))
}

fn spontaneous(view: &SweepView) -> Own {
    let Injected::Steps { steps, .. } = &view.injected else { return None };
    let start_ms = steps.first().map_or(f64::INFINITY, |step| step.start_ms);
    let count = view.peaks_ms.iter().filter(|&&peak_ms| peak_ms < start_ms).count();
    let place = if steps.is_empty() { "in a sweep without a step" } else { "before the step" };
    (count > 0).then(|| (Flaw::SpontaneousSpikes, count as f64, format!("{} {place}", plural(count))))
}

fn late_spikes(view: &SweepView) -> Own {
    let steps = view.injected.steps();
    let first = steps.first()?;
    let within = |peak_ms: f64| steps.iter().any(|step| step.start_ms <= peak_ms && peak_ms <= step.stop_ms);
    let outside = |peak_ms: &&f64| **peak_ms > first.stop_ms && !within(**peak_ms);
    let count = view.peaks_ms.iter().filter(outside).count();
    (count > 0)
        .then(|| (Flaw::SpikesAfterStimulus, count as f64, format!("{} after the step", plural(count))))
}

fn plural(count: usize) -> String {
    if count == 1 { "1 spike".to_owned() } else { format!("{count} spikes") }
}
