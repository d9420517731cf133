//! Made-up sweeps with known properties.

use super::*;
use crate::recording::{About, Current};
use crate::units::Unit;

const INTERVAL_MS: f64 = 0.05;

/// A sweep of 600 ms with a step from 200 to 400 ms; `voltage_mv(time)`.
fn sweep(name: &str, amplitude: f64, voltage_mv: impl Fn(f64) -> f64) -> Sweep {
    let times = (0..12_000).map(|sample| f64::from(sample) * INTERVAL_MS);
    let current = |time_ms: f64| if (200.0..400.0).contains(&time_ms) { amplitude } else { 0.0 };
    Sweep {
        name: name.to_owned(),
        interval_ms: INTERVAL_MS,
        voltage_mv: times.clone().map(voltage_mv).collect(),
        current: Some(Current { values: times.map(current).collect(), unit: Unit::Picoamp }),
    }
}

/// A membrane of 200 MΩ and 20 ms at −70 mV, with an electrode of `electrode_mohm` that is not balanced.
fn membrane(amplitude_pa: f64, electrode_mohm: f64) -> impl Fn(f64) -> f64 {
    let charged = |time_ms: f64| 1.0 - (-time_ms.max(0.0) / 20.0).exp();
    move |time_ms| {
        let electrode = if (200.0..400.0).contains(&time_ms) { electrode_mohm } else { 0.0 };
        let membrane = 200.0 * (charged(time_ms - 200.0) - charged(time_ms - 400.0));
        -70.0 + 1e-3 * amplitude_pa * (membrane + electrode)
    }
}

fn look(sweeps: Vec<Sweep>) -> Inspection {
    inspect(&Recording {
        sweeps,
        format: "csv",
        files: Vec::new(),
        notes: Vec::new(),
        about: About::default(),
    })
}

fn flaws(sweeps: Vec<Sweep>) -> Vec<Flaw> {
    look(sweeps).findings.iter().map(|finding| finding.flaw).collect()
}

/// A triangle of 1 ms to +30 mV around a time.
fn spike(at_ms: f64) -> impl Fn(f64) -> f64 {
    move |time_ms| 100.0 * (1.0 - 2.0 * (time_ms - at_ms).abs()).max(0.0)
}

#[test]
fn the_passive_membrane_is_found_again() {
    let sweeps = vec![sweep("0", -100.0, membrane(-100.0, 0.0)), sweep("1", 50.0, membrane(50.0, 0.0))];
    let passive = look(sweeps).passive.unwrap();
    // The last fifth of the step is 8 to 10 time constants after its beginning.
    assert!((passive.input_resistance_mohm - 200.0).abs() < 0.1, "{passive:?}");
    assert!((passive.time_constant_ms.unwrap() - 20.0).abs() < 0.01, "{passive:?}");
    assert!((passive.capacitance_pf().unwrap() - 100.0).abs() < 0.1, "{passive:?}");
    assert!((passive.rest_mv + 70.0).abs() < 1e-9 && passive.steps == 1, "{passive:?}");
}

#[test]
fn a_healthy_recording_has_no_flaws() {
    let firing = |time_ms: f64| membrane(100.0, 0.0)(time_ms) + spike(250.0)(time_ms);
    assert_eq!(flaws(vec![sweep("0", 100.0, firing), sweep("1", -100.0, membrane(-100.0, 0.0))]), []);
}

#[test]
fn each_flaw_is_named() {
    let rest = |_: f64| -70.0;
    assert_eq!(flaws(vec![sweep("0", 0.0, rest), sweep("1", 0.0, |_| -64.0)]), [Flaw::DriftingBaseline]);
    assert_eq!(flaws(vec![sweep("0", 0.0, |_| -45.0)]), [Flaw::DepolarisedBaseline]);
    let clipped = |time_ms: f64| (membrane(-200.0, 0.0)(time_ms)).max(-90.0);
    assert_eq!(flaws(vec![sweep("0", -200.0, |time_ms| clipped(time_ms) - 0.2 * (time_ms % 1.0))]), []);
    let saturated = |time_ms: f64| if (200.0..210.0).contains(&time_ms) { -30.0 } else { -70.0 };
    assert_eq!(flaws(vec![sweep("0", 0.0, saturated)]), [Flaw::Clipping]);
    assert_eq!(flaws(vec![sweep("0", 200.0, membrane(200.0, 20.0))]), [Flaw::BridgeBalance]);
    let hum = |time_ms: f64| -70.0 + 0.5 * (std::f64::consts::TAU * 0.06 * time_ms).sin();
    assert_eq!(flaws(vec![sweep("0", 0.0, hum)]), [Flaw::MainsHum]);
    let early = |time_ms: f64| membrane(-50.0, 0.0)(time_ms) + spike(100.0)(time_ms);
    assert_eq!(flaws(vec![sweep("0", -50.0, early)]), [Flaw::SpontaneousSpikes]);
    let late = |time_ms: f64| membrane(-50.0, 0.0)(time_ms) + spike(500.0)(time_ms);
    assert_eq!(flaws(vec![sweep("0", -50.0, late)]), [Flaw::SpikesAfterStimulus]);
    let mut slow = sweep("0", 50.0, |time_ms| membrane(50.0, 0.0)(time_ms) + spike(300.0)(time_ms));
    slow.interval_ms = 0.2;
    slow.voltage_mv = slow.voltage_mv.into_iter().step_by(4).collect();
    let current = slow.current.as_mut().unwrap();
    current.values = current.values.iter().copied().step_by(4).collect();
    assert_eq!(flaws(vec![slow]), [Flaw::LowSamplingRate]);
}

#[test]
fn steps_of_a_command_are_listed() {
    let mut both = sweep("0", 30.0, |_| -70.0);
    for value in &mut both.current.as_mut().unwrap().values[10_000..11_000] {
        *value = -20.0;
    }
    let view = &look(vec![both]).sweeps[0];
    let [main, test] = view.injected.steps() else { panic!("{view:?}") };
    assert_eq!((main.amplitude, main.start_ms, main.stop_ms), (30.0, 200.0, 400.0));
    assert_eq!((test.amplitude, test.start_ms, test.stop_ms), (-20.0, 500.0, 550.0));
}

/// A strong current lifts the whole trace above the usual threshold, which then finds one spike for the whole step.
#[test]
fn spikes_are_counted_where_all_of_them_cross() {
    let lifted = |time_ms: f64| {
        let spikes: f64 = (0..4).map(|i| 0.3 * spike(250.0 + 30.0 * f64::from(i))(time_ms)).sum();
        let plateau = if (200.0..400.0).contains(&time_ms) { 63.0 } else { 0.0 };
        -70.0 + plateau + spikes
    };
    let found = look(vec![sweep("0", 300.0, lifted)]);
    assert_eq!((found.sweeps[0].peaks_ms.len(), found.threshold_mv), (4, 0.0));
    let usual = |time_ms: f64| membrane(100.0, 0.0)(time_ms) + spike(250.0)(time_ms);
    let found = look(vec![sweep("0", 100.0, usual)]);
    assert_eq!((found.sweeps[0].peaks_ms.len(), found.threshold_mv), (1, USUAL_THRESHOLD_MV));
}

/// Pulses that each cause a spike, and whose ends lift the voltage by 35 mV for 0.2 ms while the spike falls.
#[test]
fn jumps_at_the_end_of_the_current_are_no_spikes() {
    let pulses = [200.0, 220.0, 240.0];
    let mut pulsed = sweep("0", 500.0, |time_ms| {
        let of_pulse = |start_ms: f64| {
            let jump = if (0.0..0.2).contains(&(time_ms - start_ms - 2.0)) { 35.0 } else { 0.0 };
            spike(start_ms + 1.7)(time_ms) + jump
        };
        -70.0 + pulses.iter().map(|&start_ms| of_pulse(start_ms)).sum::<f64>()
    });
    let interval_ms = pulsed.interval_ms;
    for (index, value) in pulsed.current.as_mut().unwrap().values.iter_mut().enumerate() {
        let time_ms = index as f64 * interval_ms;
        let inside = pulses.iter().any(|start_ms| (0.0..2.0).contains(&(time_ms - start_ms)));
        *value = if inside { 500.0 } else { 0.0 };
    }
    let crossings = |threshold_mv: f64| {
        let above: Vec<bool> = pulsed.voltage_mv.iter().map(|v| *v > threshold_mv).collect();
        above.windows(2).filter(|pair| !pair[0] && pair[1]).count()
    };
    assert_eq!(crossings(USUAL_THRESHOLD_MV), 6, "the jumps have to look like spikes");
    let found = look(vec![pulsed]);
    assert_eq!(found.sweeps[0].peaks_ms.len(), 3, "at {} mV", found.threshold_mv);
    let flaw = found.findings.iter().find(|finding| finding.flaw == Flaw::StimulusArtefacts).unwrap();
    assert!(flaw.text.starts_with("3 jumps of the voltage at an edge of the current"), "{}", flaw.text);
}
