//! The oracle against numbers known by hand, against itself in other batches, and against another solver.

use super::*;
use crate::distance::{Distance, Metric, Reach};
use crate::settings::Settings;

/// A squid axon, simulated from known parameters.
const SQUID: &str = r#"
[recording]
kind = "simulated"
duration = "60 ms"
interval = "0.05 ms"

[recording.truth]
g_Na = "120 mS/cm^2"
g_K = "36 mS/cm^2"

[stimulus]
kind = "step"
amplitude = "10 uA/cm^2"
start = "5 ms"
stop = "50 ms"

[model]
kind = "hodgkin_huxley"

[prior]
g_Na = { kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }
g_K = { kind = "uniform", lower = "20 mS/cm^2", upper = "60 mS/cm^2" }

[likelihood.features]
Spikecount = 0.5
"peak_voltage[0]" = { sd = "2 mV", relative = 0.1 }
time_to_first_spike = "0.5 ms"
"#;

/// Two sweeps of which only numbers are known, and nothing moves: one has no stimulus, the other one of size 0.
const SILENCE: &str = r#"
[[sweeps]]
name = "nothing"
duration = "200 ms"
interval = "0.5 ms"
observed = { Spikecount = 2 }

[[sweeps]]
name = "step"
duration = "200 ms"
interval = "0.5 ms"
stimulus = { amplitude = "0 uA/cm^2", start = "50 ms", stop = "150 ms" }
observed = { voltage_base = "-60 mV" }

[model]
kind = "hodgkin_huxley"

[prior]
g_Na = { kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }
g_K = { kind = "uniform", lower = "20 mS/cm^2", upper = "60 mS/cm^2" }

[likelihood.features]
Spikecount = 0.5
voltage_base = "1.5 mV"
"#;

fn problem(text: &str) -> Problem {
    let settings = Settings::from_text(Path::new("cell.toml"), text.to_owned());
    let problem = Problem::from_settings(&settings.root(), Path::new("."));
    settings.finish().unwrap();
    problem.unwrap()
}

fn pospischil(text: &str) -> String {
    text.replace("hodgkin_huxley", "pospischil").replace("\"20 mS/cm^2\", upper", "\"2 mS/cm^2\", upper")
}

fn draws(problem: &Problem, count: usize) -> Rows<Natural> {
    problem.space.to_natural(&problem.draw_prior(count, Streams::new(11)))
}

/// The values of one row as bits, so that NaN and −0 count.
fn bits(summaries: &Summaries, row: usize) -> (Vec<Option<u64>>, Option<Failure>) {
    let values = summaries.row(row).iter().map(|value| value.map(f64::to_bits)).collect();
    (values, summaries.failure(row))
}

#[test]
fn the_log_likelihood_is_that_by_hand() {
    let problem = problem(SILENCE);
    let set = Rows::from_values(vec![120.0, 36.0], 2);
    let simulated = problem.features(&set, Streams::new(0), 0);
    assert_eq!(simulated.row(0)[0], Some(0.0), "a squid axon at rest is silent");
    let base = simulated.row(0)[1].unwrap();
    // The rest of the squid axon is the origin of its rates, at −65 mV; E_L is chosen so, to 0.01 mV.
    assert!((base + 65.0).abs() < 0.01, "{base}");
    let term = |observed: f64, simulated: f64, sd: f64| {
        let residual = (observed - simulated) / sd;
        -0.5 * residual * residual - (sd * (2.0 * std::f64::consts::PI).sqrt()).ln()
    };
    let expected = term(2.0, 0.0, 0.5) + term(-60.0, base, 1.5);
    let point = problem.space.to_unconstrained(&set);
    let terms = problem.log_terms(&point)[0];
    assert!((terms.likelihood - expected).abs() < 1e-12 * expected.abs(), "{terms:?} {expected}");
    assert!((terms.prior - problem.space.log_density(&point)[0]).abs() < 1e-12);
}

#[test]
fn a_sweep_without_stimulus_is_not_simulated_and_yet_the_same() {
    for text in [SILENCE.to_owned(), pospischil(SILENCE)] {
        let problem = problem(&text);
        let sets = draws(&problem, 9);
        let trace = |index: usize| {
            problem.simulation.traces(&problem.experiment.sweeps, index, &sets, Streams::new(0))
        };
        let mut compared = 0;
        for (short, full) in trace(0).into_iter().zip(trace(1)) {
            assert_eq!(short.is_ok(), full.is_ok());
            let (Ok(short), Ok(full)) = (short, full) else { continue };
            assert!(short.iter().all(|voltage| voltage.to_bits() == short[0].to_bits()), "it rests");
            for (short, full) in short.iter().zip(&full) {
                // In lanes a rate is right to 1e-7 (see `model/vector.rs`), which moves the balance of currents of
                // some µA/cm² over a slope of about 1 mS/cm² by no more than 1e-6 mV.
                assert!((short - full).abs() < 1e-6, "{short} {full}");
            }
            compared += 1;
        }
        assert!(compared > 4, "only {compared} of 9 parameter sets have a rest");
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    for text in [SQUID.to_owned(), pospischil(SQUID).replace("120 mS", "60 mS").replace("36 mS", "5 mS")] {
        let problem = problem(&text);
        let sets = draws(&problem, 33);
        let together = problem.features(&sets, Streams::new(0), 0);
        for row in 0..33 {
            let alone = Rows::from_values(sets.row(row).to_vec(), 2);
            let alone = problem.features(&alone, Streams::new(0), 0);
            assert_eq!(bits(&alone, 0), bits(&together, row), "row {row} of 33");
        }
        let few = Rows::from_values(sets.values()[..14].to_vec(), 2);
        let few = problem.features(&few, Streams::new(0), 0);
        for row in 0..7 {
            assert_eq!(bits(&few, row), bits(&together, row), "row {row} of 7");
        }
    }
}

#[test]
fn an_impossible_row_leaves_the_others_alone() {
    let problem = problem(SQUID);
    let sets = draws(&problem, 8);
    let clean = problem.features(&sets, Streams::new(0), 0);
    for absurd in [f64::NAN, f64::INFINITY, 1e300, -1e6] {
        let mut spoilt = sets.clone();
        spoilt.row_mut(3)[0] = absurd;
        let found = problem.features(&spoilt, Streams::new(0), 0);
        for row in (0..8).filter(|row| *row != 3) {
            assert_eq!(bits(&found, row), bits(&clean, row), "{absurd} beside row {row}");
        }
        let values = found.row(3).iter().flatten();
        assert!(values.into_iter().all(|value| value.is_finite()), "{absurd}: {:?}", found.row(3));
    }
}

#[test]
fn replicates_have_the_spread_of_the_likelihood() {
    const COUNT: usize = 20_000;
    let problem = problem(SQUID);
    let simulated = problem.features(&Rows::from_values(vec![120.0, 36.0], 2), Streams::new(0), 0);
    let peak = problem.data.data[1].observed.unwrap();
    // sd plus a tenth of the observed peak; see `relative`.
    for (column, sd) in [(0, 0.5), (1, 2.0 + 0.1 * peak), (2, 0.5)] {
        let residuals: Vec<f64> = (0..COUNT)
            .map(|row| {
                let set = [120.0, 36.0];
                let replicate = problem.replicate(simulated.row(0), &set, Streams::new(5), 0, row as u64);
                (replicate[column].unwrap() - simulated.row(0)[column].unwrap()) / sd
            })
            .collect();
        let count = COUNT as f64;
        let mean = residuals.iter().sum::<f64>() / count;
        let found = (residuals.iter().map(|r| r * r).sum::<f64>() / count).sqrt();
        // Six standard errors: of the mean 1/√n, of the standard deviation of a normal 1/√(2n).
        assert!(mean.abs() < 6.0 / count.sqrt(), "column {column}: mean {mean}");
        assert!((found - 1.0).abs() < 6.0 / (2.0 * count).sqrt(), "column {column}: sd {found}");
    }
}

#[test]
fn a_feature_that_is_absent_stays_absent() {
    let problem = problem(SQUID);
    let noisy = problem.replicate(&[Some(0.0), None, None], &[120.0, 36.0], Streams::new(1), 0, 0);
    assert!(noisy[0].is_some() && noisy[1].is_none() && noisy[2].is_none(), "{noisy:?}");
}

#[test]
fn area_and_capacitance_give_the_same_current_density() {
    let density = |size: &str| {
        let text = SQUID
            .replace("\"10 uA/cm^2\"", "\"150 pA\"")
            .replace("[prior]", &format!("C_m = \"0.5 uF/cm^2\"\n{size}\n[prior]"));
        let problem = problem(&text);
        let sweep = &problem.experiment.sweeps[0];
        problem.simulation.current_density(0, sweep, &[120.0, 36.0])
    };
    let area = density("area = \"20000 um^2\"");
    // 20000 µm² at 0.5 µF/cm² are 100 pF.
    for (by_area, by_capacitance) in area.iter().zip(density("capacitance = \"100 pF\"")) {
        assert!((by_area - by_capacitance).abs() <= 1e-14, "{by_area} {by_capacitance}");
    }
    // 150 pA through 2e-4 cm² are 0.75 µA/cm².
    assert!((area[200] - 0.75).abs() < 1e-12, "{}", area[200]);
    assert!(area[0].abs() < 1e-12);
}

#[test]
fn a_step_in_pa_gives_a_resistance_and_a_density_gives_none() {
    let resistance_mohm = |amplitude: &str, area: &str| {
        let text = SQUID
            .replace("\"10 uA/cm^2\"", amplitude)
            .replace("Spikecount = 0.5", "ohmic_input_resistance = \"5 MOhm\"")
            .replace("[prior]", &format!("{area}\n[prior]"));
        let problem = problem(&text);
        let set = Rows::from_values(vec![120.0, 36.0], 2);
        problem.features(&set, Streams::new(0), 0).row(0)[0]
    };
    let area = "area = \"20000 um^2\"";
    assert_eq!(resistance_mohm("\"-2 uA/cm^2\"", ""), None);
    // The squid axon has about 1 kOhm cm^2, of which 2e-4 cm^2 are 5 MOhm.
    let resistance = resistance_mohm("\"-100 pA\"", area);
    assert!(resistance.is_some_and(|mohm| (1.0..25.0).contains(&mohm)), "{resistance:?}");
}

/// When the voltage rises through 0 mV, in ms.
fn spike_times_ms(trace: &[f64], interval_ms: f64) -> Vec<f64> {
    let crossing = |(at, pair): (usize, &[f64])| {
        let rises = pair[0] < 0.0 && pair[1] >= 0.0;
        rises.then(|| (at as f64 + pair[0] / (pair[0] - pair[1])) * interval_ms)
    };
    trace.windows(2).enumerate().filter_map(crossing).collect()
}

fn traces(text: &str) -> Vec<f64> {
    let problem = problem(text);
    let set = Rows::from_values(vec![120.0, 36.0], 2);
    problem.simulation.traces(&problem.experiment.sweeps, 0, &set, Streams::new(0)).swap_remove(0).unwrap()
}

#[test]
fn the_error_falls_with_the_square_of_the_time_step() {
    let times = |dt: &str| {
        let text = SQUID
            .replace("\"0.05 ms\"", "\"0.025 ms\"")
            .replace("[prior]", &format!("dt = \"{dt} ms\"\n[prior]"));
        spike_times_ms(&traces(&text), 0.025)
    };
    let (coarse, medium, fine) = (times("0.025"), times("0.0125"), times("0.00625"));
    assert!(coarse.len() >= 3, "{coarse:?}");
    for ((coarse, medium), fine) in coarse.iter().zip(&medium).zip(&fine) {
        let ratio = (coarse - medium) / (medium - fine);
        // Second order gives 4; the next order is smaller by about dt over the rise of a spike, 0.1.
        assert!((ratio - 4.0).abs() < 0.4, "{ratio}: {coarse} {medium} {fine}");
        // What is left at the default step, by Richardson's extrapolation.
        assert!((coarse - medium).abs() * 4.0 / 3.0 < 0.01, "{coarse} {medium}");
    }
}

#[test]
fn another_solver_gives_the_same_trace() {
    for (file, g_na, g_k) in [("hh_I+10.csv", 120.0, 36.0), ("hh_gNa100_gK30_I+10.csv", 100.0, 30.0)] {
        let file = format!("{}/data/simulated/{file}", env!("CARGO_MANIFEST_DIR"));
        let recording = format!("kind = \"csv\"\nfile = \"{file}\"");
        let text = SQUID
            .replace("kind = \"simulated\"\nduration = \"60 ms\"\ninterval = \"0.05 ms\"", &recording)
            .replace("[recording.truth]\ng_Na = \"120 mS/cm^2\"\ng_K = \"36 mS/cm^2\"\n", "")
            .replace("\"5 ms\"", "\"50 ms\"")
            .replace("stop = \"50 ms\"", "stop = \"150 ms\"")
            .replace("[prior]", "dt = \"0.01 ms\"\nstart = \"voltage\"\n[prior]");
        let problem = problem(&text);
        let sweep = &problem.experiment.sweeps[0];
        let set = Rows::from_values(vec![g_na, g_k], 2);
        let own = problem
            .simulation
            .traces(&problem.experiment.sweeps, 0, &set, Streams::new(0))
            .swap_remove(0)
            .unwrap();
        let other = sweep.voltage_mv.as_ref().unwrap();
        let (own_times, other_times) = (spike_times_ms(&own, 0.01), spike_times_ms(other, 0.01));
        assert_eq!(own_times.len(), other_times.len());
        assert!(own_times.len() >= 5, "{own_times:?}");
        let latest = own_times.iter().zip(&other_times).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let squares: f64 = own.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
        let rms = (squares / own.len() as f64).sqrt();
        println!("{file}: spikes within {latest:.5} ms, rms {rms:.5} mV");
        // Less than half of what the default step of 0.025 ms may leave.
        assert!(latest < 0.005, "{latest} ms");
        // A spike that is 0.005 ms late is 2 mV off where it rises by 400 mV/ms, for about 1 % of the time.
        assert!(rms < 0.2, "{rms} mV");
    }
}

/// Rows within reach are as without a reach, to the last bit; the others are too far, and some were left early.
#[test]
fn what_is_out_of_reach_stays_out_of_reach() {
    let two_sweeps = SILENCE.replace("0 uA/cm^2", "10 uA/cm^2");
    let mut left = 0;
    for text in [SQUID.to_owned(), two_sweeps] {
        let problem = problem(&text);
        let points = problem.draw_prior(200, Streams::new(11));
        let whole = problem.summaries(&points, Streams::new(5), 3);
        let own = std::iter::repeat_n(None, problem.scales.len());
        let euclidean = Metric::new(Distance::euclidean(4.0), &problem.scales, own);
        let far = |summaries: &Summaries, row: usize| match summaries.failure(row) {
            Some(_) => f64::INFINITY,
            None => euclidean.between(summaries.row(row), &problem.observed),
        };
        let mut distances: Vec<f64> = (0..200).map(|row| far(&whole, row)).collect();
        distances.sort_by(f64::total_cmp);
        let epsilon = distances[40];
        let reach = Reach::new(&euclidean, &problem.observed, epsilon).unwrap();
        let within = problem.summaries_within(&points, Streams::new(5), 3, reach);
        for row in 0..200 {
            if far(&whole, row) <= epsilon {
                assert_eq!(bits(&within, row), bits(&whole, row));
            } else {
                assert!(far(&within, row) > epsilon, "row {row}");
                left += usize::from(within.row(row).iter().flatten().any(|value| value.is_nan()));
            }
        }
    }
    assert!(left > 50, "only {left} rows were left early");
}
