//! The contract of every feature, and the smoothness that samplers rely on.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use hhbayes::features::{Analyser, FEATURES, Feature, Measure, Mode, Response, extract_all};
use proptest::prelude::*;

const THRESHOLD_MV: f64 = -20.0;
const REST_MV: f64 = -65.0;
const HEIGHT_MV: f64 = 100.0;
const WIDTH_MS: f64 = 0.3;
/// Two bursts.
const PEAKS_MS: [f64; 8] = [60.3, 68.1, 76.0, 84.2, 108.0, 116.1, 124.5, 132.3];
const TAU_MS: f64 = 10.0;
const CURRENT_NA: Option<f64> = Some(-0.02);
const MODES: [Mode; 2] = [Mode::Efel, Mode::Precise];

/// Spikes that are known exactly: Gaussians of 0.3 ms on a resting potential, each before a shallow dip of
/// 3 ms. `peaks_ms` are the times of the Gaussians.
fn sweep(interval_ms: f64, duration_ms: f64, peaks_ms: &[f64]) -> Vec<f64> {
    let gaussian = |distance: f64| (-0.5 * distance * distance).exp();
    let voltage_mv = |time: f64| {
        let spikes = peaks_ms.iter().map(|peak| {
            HEIGHT_MV * gaussian((time - peak) / WIDTH_MS) - 10.0 * gaussian((time - peak - 6.0) / 1.5)
        });
        REST_MV + spikes.sum::<f64>()
    };
    (0..(duration_ms / interval_ms) as usize).map(|i| voltage_mv(i as f64 * interval_ms)).collect()
}

fn features(mode: Mode, response: &Response<'_>) -> Vec<(&'static Feature, Option<Vec<f64>>)> {
    let mut analyser = Analyser::new(mode, THRESHOLD_MV);
    extract_all(&analyser.analyse(response))
}

fn value(mode: Mode, response: &Response<'_>, measure: &str) -> Option<f64> {
    let mut analyser = Analyser::new(mode, THRESHOLD_MV);
    Measure::parse(measure).unwrap().value(&analyser.analyse(response))
}

/// The charging of a membrane of 100 MΩ by a negative step, added to a sweep.
fn charge(voltage_mv: &mut [f64], interval_ms: f64, (start_ms, stop_ms): (f64, f64)) {
    let deflection_mv = 100.0 * CURRENT_NA.unwrap();
    let charged = |since_ms: f64| 1.0 - (-since_ms.max(0.0) / TAU_MS).exp();
    for (index, voltage) in voltage_mv.iter_mut().enumerate() {
        let time_ms = index as f64 * interval_ms;
        *voltage += deflection_mv * (charged(time_ms - start_ms) - charged(time_ms - stop_ms));
    }
}

/// A sweep with spikes and a long one without, each with its stimulus; in one of them each feature has a value.
fn sweeps_with_all_features(interval_ms: f64) -> [(Vec<f64>, (f64, f64)); 2] {
    [(200.0, 150.0, PEAKS_MS.as_slice()), (700.0, 450.0, &[])].map(|(duration_ms, stop_ms, peaks_ms)| {
        let (mut voltage_mv, stimulus_ms) = (sweep(interval_ms, duration_ms, peaks_ms), (50.0, stop_ms));
        charge(&mut voltage_mv, interval_ms, stimulus_ms);
        (voltage_mv, stimulus_ms)
    })
}

#[test]
fn a_sweep_that_is_shifted_in_time_keeps_its_features() {
    let (interval_ms, shift_ms) = (0.025, 20.0);
    for mode in MODES {
        let mut without_value: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
        for (mut voltage_mv, (start_ms, stop_ms)) in sweeps_with_all_features(interval_ms) {
            let measure = |voltage_mv: &[f64], shift_ms: f64| {
                let stimulus_ms = Some((start_ms + shift_ms, stop_ms + shift_ms));
                let stimulus_current_na = CURRENT_NA;
                features(mode, &Response { interval_ms, voltage_mv, stimulus_ms, stimulus_current_na })
            };
            let early = measure(&voltage_mv, 0.0);
            voltage_mv.splice(0..0, std::iter::repeat_n(REST_MV, (shift_ms / interval_ms) as usize));
            for ((feature, before), (_, after)) in early.into_iter().zip(measure(&voltage_mv, shift_ms)) {
                without_value.retain(|name| *name != feature.name || before.is_none());
                // By the rounding of its times eFEL's grid gains or loses a sample at the ends of this window.
                if mode == Mode::Efel && feature.name == "voltage_deflection_begin" {
                    continue;
                }
                let is_time = ["peak_time", "AP_begin_time"].contains(&feature.name);
                let shift_ms = if is_time { shift_ms } else { 0.0 };
                let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
                assert_eq!(before.len(), after.len(), "{mode:?} {}", feature.name);
                for (before, after) in before.iter().zip(after) {
                    // eFEL's times are sums of 0.1 ms, wrong by 1e-11 ms, on slopes of 200 mV/ms.
                    let bound = 1e-8 * before.abs().max(1.0);
                    let difference = (before + shift_ms - after).abs();
                    assert!(difference < bound, "{mode:?} {} {before} {after}", feature.name);
                }
            }
        }
        assert!(without_value.is_empty(), "{mode:?} {without_value:?}");
    }
}

#[test]
fn the_time_constants_of_a_charged_membrane_are_known() {
    let interval_ms = 0.1;
    let [_, (voltage_mv, stimulus_ms)] = sweeps_with_all_features(interval_ms);
    let stimulus_current_na = CURRENT_NA;
    let response = Response {
        interval_ms,
        voltage_mv: &voltage_mv,
        stimulus_ms: Some(stimulus_ms),
        stimulus_current_na,
    };
    for mode in MODES {
        let measure = |name: &str| value(mode, &response, name).unwrap();
        // A straight line through the logarithms of an exponential: only rounding is left.
        assert!((measure("decay_time_constant_after_stim") - TAU_MS).abs() < 1e-6, "{mode:?}");
        // After 40 time constants nothing is left of the exponential.
        assert!((measure("ohmic_input_resistance_vb_ssse") - 100.0).abs() < 1e-9, "{mode:?}");
        assert!((measure("ohmic_input_resistance") - 100.0).abs() < 1e-9, "{mode:?}");
    }
    // The trapezoids of the integral are too large by the square of interval over time constant, over 12.
    let error_ms = (value(Mode::Precise, &response, "time_constant").unwrap() - TAU_MS).abs();
    assert!(error_ms < TAU_MS * (interval_ms / TAU_MS).powi(2) / 12.0 * 1.5, "{error_ms}");
    // eFEL knows the asymptote to 0.01 mV, of a fall by 2 mV that it follows to within 0.05 mV of its end.
    let error_ms = (value(Mode::Efel, &response, "time_constant").unwrap() - TAU_MS).abs();
    assert!(error_ms < 0.1 * TAU_MS, "{error_ms}");
}

#[test]
fn bursts_are_told_from_the_intervals_between_them() {
    let voltage_mv = sweep(0.025, 150.0, &PEAKS_MS);
    let response = Response { interval_ms: 0.025, voltage_mv: &voltage_mv, ..Response::default() };
    for mode in MODES {
        assert_eq!(value(mode, &response, "burst_number"), Some(2.0), "{mode:?}");
        for (burst, rate_hz) in [4000.0 / (84.2 - 60.3), 4000.0 / (132.3 - 108.0)].into_iter().enumerate() {
            let found = value(mode, &response, &format!("burst_mean_freq[{burst}]")).unwrap();
            // Peaks are known to half an interval of eFEL's grid, on both sides of 24 ms.
            assert!((found / rate_hz - 1.0).abs() < 0.1 / 24.0, "{mode:?} {found} {rate_hz}");
        }
    }
}

#[test]
fn a_cell_that_stays_depolarised_is_blocked() {
    let blocked = |plateau_ms: f64, mode| {
        let mut voltage_mv = sweep(0.1, 400.0, &[60.0]);
        let plateau = (1000..1000 + (plateau_ms / 0.1) as usize).map(|index| index.min(3999));
        plateau.for_each(|index| voltage_mv[index] = -30.0);
        let response = Response {
            interval_ms: 0.1,
            voltage_mv: &voltage_mv,
            stimulus_ms: Some((50.0, 350.0)),
            ..Response::default()
        };
        value(mode, &response, "depol_block_bool")
    };
    for mode in MODES {
        assert_eq!(blocked(49.0, mode), Some(0.0), "{mode:?}");
        assert_eq!(blocked(51.0, mode), Some(1.0), "{mode:?}");
    }
}

#[test]
fn sweeps_without_a_number_have_no_feature() {
    let long = vec![REST_MV; 1000];
    let mut broken = sweep(0.1, 100.0, &[60.0]);
    broken[17] = f64::NAN;
    let mut infinite = broken.clone();
    infinite[17] = f64::INFINITY;
    let stimulus_ms = Some((50.0, 80.0));
    let samples: [(f64, &[f64]); 8] = [
        (0.1, &[]),
        (0.1, &[REST_MV]),
        (0.1, &[f64::NAN]),
        (0.1, &broken),
        (0.1, &infinite),
        (0.0, &long),
        (f64::NAN, &long),
        (-0.1, &long),
    ];
    for (interval_ms, voltage_mv) in samples {
        for mode in MODES {
            for (feature, values) in features(
                mode,
                &Response { interval_ms, voltage_mv, stimulus_ms, stimulus_current_na: CURRENT_NA },
            ) {
                assert_eq!(values, None, "{mode:?} {} of {} samples", feature.name, voltage_mv.len());
            }
        }
    }
}

#[test]
fn silence_has_counts_and_voltages_but_no_spikes() {
    let voltage_mv = vec![REST_MV; 2000];
    let response = Response {
        interval_ms: 0.1,
        voltage_mv: &voltage_mv,
        stimulus_ms: Some((50.0, 150.0)),
        stimulus_current_na: CURRENT_NA,
    };
    for mode in MODES {
        for (feature, values) in features(mode, &response) {
            let expected = match feature.name {
                "Spikecount"
                | "Spikecount_stimint"
                | "voltage_deflection_vb_ssse"
                | "sag_amplitude"
                | "variance_voltage_stim"
                | "sd_voltage_base"
                | "burst_number"
                | "depol_block_bool"
                | "maximum_voltage_from_voltagebase"
                | "ohmic_input_resistance"
                | "ohmic_input_resistance_vb_ssse"
                | "phaseslope_max"
                | "voltage_deflection"
                | "voltage_deflection_begin" => Some(0.0),
                "mean_frequency" if mode == Mode::Precise => Some(0.0),
                "maximum_voltage"
                | "minimum_voltage"
                | "mean_voltage_stim"
                | "steady_state_voltage"
                | "steady_state_voltage_stimend"
                | "voltage_after_stim"
                | "voltage_base" => Some(REST_MV),
                _ => None,
            };
            assert_eq!(values, expected.map(|value| vec![value]), "{mode:?} {}", feature.name);
        }
    }
}

#[test]
fn without_a_stimulus_only_its_features_are_missing() {
    let voltage_mv = sweep(0.025, 150.0, &PEAKS_MS);
    let response = Response { interval_ms: 0.025, voltage_mv: &voltage_mv, ..Response::default() };
    let missing = |mode| -> Vec<&str> {
        let absent = features(mode, &response).into_iter().filter(|(_, values)| values.is_none());
        absent.map(|(feature, _)| feature.name).collect()
    };
    let windows = [
        "AHP_depth",
        "Spikecount_stimint",
        "adaptation_index",
        "adaptation_index2",
        "decay_time_constant_after_stim",
        "depol_block_bool",
        "inv_time_to_first_spike",
        "kurtosis_voltage_stim",
        "maximum_voltage",
        "maximum_voltage_from_voltagebase",
        "mean_frequency",
        "mean_voltage_stim",
        "minimum_voltage",
        "ohmic_input_resistance",
        "ohmic_input_resistance_vb_ssse",
        "sag_amplitude",
        "sag_ratio1",
        "sag_ratio2",
        "sd_voltage_base",
        "skewness_voltage_stim",
        "steady_state_voltage",
        "steady_state_voltage_stimend",
        "time_constant",
        "time_to_first_spike",
        "time_to_last_spike",
        "time_to_second_spike",
        "variance_voltage_stim",
        "voltage_after_stim",
        "voltage_base",
        "voltage_deflection",
        "voltage_deflection_begin",
        "voltage_deflection_vb_ssse",
    ];
    assert_eq!(missing(Mode::Precise), windows);
    for name in ["AP_amplitude", "AP_begin_voltage", "AP_duration_half_width", "spike_half_width"] {
        assert!(missing(Mode::Efel).contains(&name), "{name}");
    }
}

/// Passes if the precise features of a Gaussian spike are its own wherever the samples fall,
/// within the bounds of interpolation.
#[test]
fn a_known_spike_is_measured_between_its_samples() {
    let interval_ms = 0.025;
    for step in 0..16 {
        let peak_ms = 60.0 + f64::from(step) / 16.0 * interval_ms;
        let voltage_mv = sweep(interval_ms, 100.0, &[peak_ms]);
        let response = Response {
            interval_ms,
            voltage_mv: &voltage_mv,
            stimulus_ms: Some((50.0, 90.0)),
            stimulus_current_na: CURRENT_NA,
        };
        let measure = |name: &str| value(Mode::Precise, &response, name).unwrap();
        // |f'''| of a Gaussian is at most 1.38 height / width^3; the remainder of a parabola is at most
        // 0.385/6 of that times interval^3, and its slope at most 1/6 of it times interval^2.
        let (third, second) = (1.38 * HEIGHT_MV / WIDTH_MS.powi(3), HEIGHT_MV / WIDTH_MS.powi(2));
        let height_error_mv = (measure("peak_voltage[0]") - (REST_MV + HEIGHT_MV)).abs();
        assert!(height_error_mv < 0.385 / 6.0 * third * interval_ms.powi(3), "{height_error_mv}");
        let time_error_ms = (measure("time_to_first_spike") - (peak_ms - 50.0)).abs();
        assert!(time_error_ms < third * interval_ms.powi(2) / 6.0 / second, "{time_error_ms}");
        // Rise and fall cross the half height at 110 mV/ms or more, where a chord is off by at most
        // interval^2/8 times the curvature; the half height itself by half the error of its two ends.
        let begin_mv = measure("AP_begin_voltage[0]");
        let share: f64 = f64::midpoint(REST_MV + HEIGHT_MV, begin_mv) - REST_MV;
        let width_ms = 2.0 * WIDTH_MS * (2.0 * (HEIGHT_MV / share).ln()).sqrt();
        let width_error_ms = (measure("AP_duration_half_width[0]") - width_ms).abs();
        assert!(width_error_ms < 2.0 * second * interval_ms.powi(2) / 8.0 / 110.0 + 1e-4, "{width_error_ms}");
        assert!((measure("AHP_depth_abs[0]") - (REST_MV - 10.0)).abs() < 1e-3);
    }
}

/// The largest departure of a measure from a straight line while a spike moves by 0.1 ms in 50 steps.
fn largest_jump(mode: Mode, measure: &str) -> f64 {
    let values: Vec<f64> = (0..=50)
        .map(|step| {
            let first_ms = 60.0 + 0.002 * f64::from(step);
            let voltage_mv = sweep(0.025, 100.0, &[first_ms, 75.0]);
            let response = Response {
                interval_ms: 0.025,
                voltage_mv: &voltage_mv,
                stimulus_ms: Some((50.0, 90.0)),
                stimulus_current_na: CURRENT_NA,
            };
            value(mode, &response, measure).unwrap()
        })
        .collect();
    values.windows(3).map(|v| (v[2] - 2.0 * v[1] + v[0]).abs()).fold(0.0, f64::max)
}

#[test]
fn precise_features_move_smoothly_and_those_of_efel_jump() {
    // A hundredth of the smallest uncertainty a latency is given (0.05 ms), and of 1 mV.
    for (measure, bound) in [
        ("time_to_first_spike", 5e-4),
        ("all_ISI_values[0]", 5e-4),
        ("AP_duration_half_width[0]", 5e-4),
        ("spike_half_width[0]", 5e-4),
        ("AP_begin_time[0]", 5e-4),
        ("AP_rise_time[0]", 5e-4),
        ("AP_width[0]", 5e-4),
        ("peak_voltage[0]", 0.01),
        ("AHP_depth_abs[0]", 0.01),
        ("AP_begin_voltage[0]", 0.01),
        ("min_voltage_between_spikes[0]", 0.01),
        ("AP_amplitude[0]", 0.01),
        ("AP_begin_width[0]", 5e-4),
        ("AP_duration[0]", 5e-4),
        ("AP_fall_time[0]", 5e-4),
        ("fast_AHP[0]", 0.01),
        ("depolarized_base[0]", 0.01),
        // The mean slopes of 100 mV in half a millisecond.
        ("AP_rise_rate[0]", 0.1),
        ("AP_fall_rate[0]", 0.1),
        ("phaseslope_max", 0.1),
        // A two-thousandth of the steepest slope, 200 mV/ms.
        ("AP_peak_upstroke[0]", 0.1),
        ("AP_peak_downstroke[0]", 0.1),
    ] {
        let jump = largest_jump(Mode::Precise, measure);
        assert!(jump < bound, "{measure} jumps by {jump}");
    }
    for measure in ["time_to_first_spike", "all_ISI_values[0]", "AP_duration_half_width[0]"] {
        assert!(largest_jump(Mode::Efel, measure) > 0.05, "{measure}");
    }
}

#[test]
fn a_spike_needs_both_crossings() {
    let count = |mode, voltage_mv: &[f64]| {
        let response = Response { interval_ms: 0.1, voltage_mv, ..Response::default() };
        value(mode, &response, "Spikecount")
    };
    for mode in MODES {
        assert_eq!(count(mode, &[-60.0, 10.0, -60.0, 10.0, -60.0]), Some(2.0), "{mode:?}");
        assert_eq!(count(mode, &[10.0, 10.0, -60.0, -60.0]), Some(0.0), "begins above, {mode:?}");
        assert_eq!(count(mode, &[-60.0, -60.0, 10.0, 10.0]), Some(0.0), "ends above, {mode:?}");
        assert_eq!(count(mode, &[-60.0, -20.0, -60.0]), Some(0.0), "only touches, {mode:?}");
    }
    assert_eq!(count(Mode::Precise, &[-60.0, -20.0, 10.0, -20.0, -60.0]), Some(1.0));
    assert_eq!(count(Mode::Efel, &[-60.0, -20.0, 10.0, -20.0, -60.0]), Some(0.0), "strict in eFEL");
}

#[test]
fn a_badly_sampled_peak_stays_near_its_samples() {
    for (before, top, after) in [(-60.0, 30.0, -60.0), (20.0, 30.0, -60.0), (30.0, 30.0, -60.0)] {
        let voltage_mv = [-60.0, -60.0, before, top, after, -60.0, -60.0];
        let response = Response { interval_ms: 0.25, voltage_mv: &voltage_mv, ..Response::default() };
        let peak_mv = value(Mode::Precise, &response, "peak_voltage[0]").unwrap();
        let peak_ms = value(Mode::Precise, &response, "peak_time[0]").unwrap();
        assert!(peak_mv >= top && peak_mv <= top + 90.0 / 8.0, "{peak_mv}");
        assert!((peak_ms - 0.75).abs() <= 0.25, "{peak_ms}");
    }
}

#[test]
fn the_statistics_of_a_sine_are_known() {
    let voltage_mv: Vec<f64> =
        (0..2000).map(|i| -60.0 + 5.0 * (std::f64::consts::TAU * f64::from(i) / 100.0).sin()).collect();
    let response = Response {
        interval_ms: 0.1,
        voltage_mv: &voltage_mv,
        stimulus_ms: Some((100.0, 190.0)),
        stimulus_current_na: CURRENT_NA,
    };
    for mode in MODES {
        for (measure, expected) in [
            ("mean_voltage_stim", -60.0),
            ("variance_voltage_stim", 12.5),
            ("skewness_voltage_stim", 0.0),
            ("kurtosis_voltage_stim", 1.5),
        ] {
            let found = value(mode, &response, measure).unwrap();
            // Whole periods, so only rounding errors are left.
            assert!((found - expected).abs() < 1e-9, "{mode:?} {measure} {found}");
        }
    }
}

proptest! {
    #[test]
    fn no_sweep_is_too_strange(
        voltage_mv in prop_oneof![
            prop::collection::vec(-100.0..50.0_f64, 0..200),
            prop::collection::vec(prop::sample::select(vec![-80.0, -20.0, -19.9, 0.0, 40.0]), 0..60),
            prop::collection::vec(any::<f64>(), 0..20),
            prop::collection::vec(-1e308..1e308_f64, 0..20),
        ],
        interval_ms in prop_oneof![0.001..1.0_f64, any::<f64>()],
        stimulus_ms in prop::option::of(prop_oneof![
            (0.0..10.0_f64, 0.0..30.0_f64),
            (any::<f64>(), any::<f64>()),
        ]),
        threshold_mv in prop_oneof![Just(-20.0), any::<f64>()],
    ) {
        let response = Response { interval_ms, voltage_mv: &voltage_mv, stimulus_ms, stimulus_current_na: CURRENT_NA };
        for mode in MODES {
            let mut analyser = Analyser::new(mode, threshold_mv);
            let analysis = analyser.analyse(&response);
            for (feature, values) in extract_all(&analysis) {
                if let Some(values) = values {
                    prop_assert!(!values.is_empty(), "{}", feature.name);
                    prop_assert!(values.iter().all(|value| value.is_finite()), "{}", feature.name);
                }
                let name = feature.name;
                let texts = if feature.per_spike() {
                    vec![format!("{name}[-1]"), format!("mean({name})"), format!("median({name})")]
                } else {
                    vec![name.to_owned()]
                };
                for text in texts {
                    let value = Measure::parse(&text).unwrap().value(&analysis);
                    prop_assert!(value.is_none_or(f64::is_finite), "{text}");
                }
            }
        }
    }
}

#[test]
#[ignore = "measures speed: run with --release -- --ignored --nocapture"]
fn ten_features_of_fifty_spikes_take_less_than_fifty_microseconds() {
    let peaks_ms: Vec<f64> = (0..50).map(|spike| 52.0 + 4.7 * f64::from(spike)).collect();
    let voltage_mv = sweep(0.025, 300.0, &peaks_ms);
    let response = Response {
        interval_ms: 0.025,
        voltage_mv: &voltage_mv,
        stimulus_ms: Some((50.0, 290.0)),
        stimulus_current_na: CURRENT_NA,
    };
    let measures = [
        "Spikecount",
        "mean_frequency",
        "time_to_first_spike",
        "mean(peak_voltage)",
        "mean(AHP_depth_abs)",
        "mean(all_ISI_values)",
        "ISI_CV",
        "mean(AP_duration_half_width)",
        "mean(AP_amplitude)",
        "voltage_base",
    ]
    .map(|text| Measure::parse(text).unwrap());
    let mut analyser = Analyser::new(Mode::Precise, THRESHOLD_MV);
    let mut sum = 0.0;
    let repeats = 5000;
    let start = std::time::Instant::now();
    for _ in 0..repeats {
        let analysis = analyser.analyse(std::hint::black_box(&response));
        sum += measures.iter().map(|measure| measure.value(&analysis).unwrap()).sum::<f64>();
    }
    let microseconds = start.elapsed().as_secs_f64() / f64::from(repeats) * 1e6;
    println!("{microseconds:.1} microseconds per sweep of {} samples ({sum:.0})", voltage_mv.len());
    assert!(microseconds < 50.0, "{microseconds}");
}

#[test]
fn every_feature_has_a_line_of_its_own() {
    for feature in FEATURES {
        assert!(!feature.summary.is_empty() && !feature.summary.ends_with('.'), "{}", feature.name);
    }
}
