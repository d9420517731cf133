//! The likelihood of traces and of spike times, against sums by hand and posteriors known in closed form.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::f64::consts::TAU;
use std::path::Path;
use std::sync::Arc;

use hhbayes::diagnostics::summarise_chains;
use hhbayes::draws::Draws;
use hhbayes::numeric::{Natural, Rows, Streams};
use hhbayes::problem::{LogDensity, Problem, Target};
use hhbayes::run::{FitOptions, calibrate};
use hhbayes::samplers::sample;
use hhbayes::settings::Settings;
use hhbayes::units::Unit;
use statrs::distribution::{ContinuousCDF, Normal};

/// A squid axon that fires from 5 to 50 ms; 1201 samples.
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
"#;

const TRACE: &str = "[likelihood.trace]\nsd = \"2 mV\"\n";

fn problem(text: &str) -> Problem {
    let settings = Settings::from_text(Path::new("cell.toml"), text.to_owned());
    let problem = Problem::from_settings(&settings.root(), Path::new("."));
    settings.finish().unwrap();
    problem.unwrap()
}

fn squid(likelihood: &str) -> Problem {
    problem(&format!("{SQUID}{likelihood}"))
}

fn sets(rows: &[&[f64]]) -> Rows<Natural> {
    Rows::from_values(rows.concat(), rows[0].len())
}

fn log_likelihood(problem: &Problem, set: &[f64]) -> f64 {
    problem.log_terms(&problem.space.to_unconstrained(&sets(&[set])))[0].likelihood
}

fn simulated(problem: &Problem, set: &[f64]) -> Vec<f64> {
    let sweeps = &problem.experiment.sweeps;
    problem.simulation.traces(sweeps, 0, &sets(&[set]), Streams::new(0)).swap_remove(0).unwrap()
}

fn normal(residual: f64, sd: f64) -> f64 {
    -0.5 * (residual / sd).powi(2) - (sd * TAU.sqrt()).ln()
}

/// Sum over some samples of the recording, which has no noise.
fn by_hand(problem: &Problem, set: &[f64], samples: impl Iterator<Item = usize>) -> f64 {
    let (y, v) = (simulated(problem, &[120.0, 36.0]), simulated(problem, set));
    samples.map(|sample| normal(y[sample] - v[sample], 2.0)).sum()
}

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-11 * expected.abs(), "{found}, expected {expected}");
}

const OTHER: [f64; 2] = [115.0, 37.0];

#[test]
fn the_log_likelihood_is_that_by_hand() {
    let problem = squid(TRACE);
    let truth = log_likelihood(&problem, &[120.0, 36.0]);
    assert_close(truth, -1201.0 * (2.0 * TAU.sqrt()).ln());
    assert_close(log_likelihood(&problem, &OTHER), by_hand(&problem, &OTHER, 0..1201));
}

#[test]
fn only_the_samples_that_are_kept_count() {
    let problem = squid(&format!("{TRACE}every = \"0.5 ms\"\n"));
    assert_eq!(problem.terms()[0].data, 121);
    assert_close(log_likelihood(&problem, &OTHER), by_hand(&problem, &OTHER, (0..1201).step_by(10)));
}

#[test]
fn only_samples_in_the_window_count() {
    // 5 to 50 ms, both ends included; 20 to 21 ms.
    for (window, samples) in [("\"stimulus\"", 100..1001), ("[\"20 ms\", \"21 ms\"]", 400..421)] {
        let problem = squid(&format!("{TRACE}window = {window}\n"));
        assert_eq!(problem.terms()[0].data, samples.len(), "{window}");
        assert_close(log_likelihood(&problem, &OTHER), by_hand(&problem, &OTHER, samples));
    }
}

#[test]
fn a_window_around_spikes_is_around_those_of_the_recording() {
    let problem = squid(&format!("{TRACE}window = \"spikes\"\nbefore = \"1 ms\"\nafter = \"2 ms\"\n"));
    let peaks: Vec<f64> = {
        let y = simulated(&problem, &[120.0, 36.0]);
        let is_peak = |at: &usize| y[*at] > 0.0 && y[*at] > y[at - 1] && y[*at] >= y[at + 1];
        (1..1200).filter(is_peak).map(|at| at as f64 * 0.05).collect()
    };
    assert_eq!((peaks.len(), problem.terms()[0].stretches), (3, Some(3)));
    let samples: Vec<usize> = problem.traces.voltage.as_ref().unwrap().kept[0].samples().collect();
    // 3 ms hold 60 samples or one more; a peak between samples may move both ends by one.
    assert!((180..=183).contains(&samples.len()), "{}", samples.len());
    for sample in &samples {
        let time_ms = *sample as f64 * 0.05;
        assert!(peaks.iter().any(|peak| (peak - 1.05..=peak + 2.05).contains(&time_ms)), "{time_ms}");
    }
    assert_close(log_likelihood(&problem, &OTHER), by_hand(&problem, &OTHER, samples.into_iter()));
}

#[test]
fn autoregressive_noise_starts_afresh_in_each_stretch() {
    let text = "[likelihood.trace]\nnoise = \"autoregressive\"\nsd = \"2 mV\"\ncorrelation = 0.5\n";
    let stretches = "window = \"spikes\"\nbefore = \"1 ms\"\nafter = \"2 ms\"\n";
    let problem = squid(&format!("{text}{stretches}"));
    // The recording has no noise: at the truth all residuals are 0, and only the constants are left.
    let term = |first: f64, later: f64| first * normal(0.0, 2.0) + later * normal(0.0, 2.0 * 0.75_f64.sqrt());
    let samples = problem.terms()[0].data as f64;
    assert_close(log_likelihood(&problem, &[120.0, 36.0]), term(3.0, samples - 3.0));
}

#[test]
fn weights_are_powers_and_terms_add_up() {
    let features = "[likelihood.features]\nSpikecount = 0.5\n\"peak_voltage[0]\" = \"2 mV\"\n";
    let times = "[likelihood.spike_times]\njitter = \"1 ms\"\n";
    let alone = |text: &str| log_likelihood(&squid(text), &OTHER);
    let (trace, features_alone, times_alone) = (alone(TRACE), alone(features), alone(times));
    assert_close(alone(&format!("{TRACE}weight = 0.25\n")), 0.25 * trace);
    let joint = format!("[likelihood]\nweight = 3.0\n{TRACE}weight = 0.1\n{times}weight = 2.0\n{features}");
    assert_close(alone(&joint), 3.0 * features_alone + 0.1 * trace + 2.0 * times_alone);
    let weights: Vec<f64> = squid(&joint).terms().iter().map(|term| term.weight).collect();
    assert_eq!(weights, [3.0, 0.1, 2.0]);
}

#[test]
fn spike_times_have_jitter_and_a_number() {
    let settings = "[likelihood.spike_times]\njitter = \"0.5 ms\"\nmissing_penalty = 7.0\n";
    let problem = squid(settings);
    assert_eq!((problem.terms()[0].name, problem.terms()[0].data), ("spike_times", 3));
    assert_close(log_likelihood(&problem, &[120.0, 36.0]), 3.0 * normal(0.0, 0.5));
    let times = |set: &[f64]| problem.simulated(&sets(&[set]), 0, Streams::new(0)).unwrap().spike_times_ms;
    let (recorded, moved) = (times(&[120.0, 36.0]), times(&OTHER));
    let expected: f64 = recorded[0].iter().zip(&moved[0]).map(|(t, s)| normal(t - s, 0.5)).sum();
    assert_close(log_likelihood(&problem, &OTHER), expected);
    // With much less sodium only the first spike is left.
    let weak = [70.0, 36.0];
    let few = &times(&weak)[0];
    assert!(few.len() < 3, "{few:?}");
    let missing = -7.0 * (3 - few.len()) as f64;
    let best = |s: &f64| recorded[0].iter().map(|t| normal(t - s, 0.5)).fold(f64::NEG_INFINITY, f64::max);
    assert!(few.len() < 2, "the best match is that of one spike: {few:?}");
    assert_close(log_likelihood(&problem, &weak), missing + few.iter().map(best).sum::<f64>());
    let strict = squid(&settings.replace("7.0", "inf"));
    assert!(log_likelihood(&strict, &weak).is_infinite());
    assert!(log_likelihood(&strict, &OTHER).is_finite());
}

#[test]
fn data_one_by_one_add_up_to_the_log_likelihood() {
    let other_terms = "[likelihood.spike_times]\nnoise = \"student_t\"\njitter = \"1 ms\"\nweight = 0.5\n\
                       [likelihood.features]\nSpikecount = 0.5\ntime_to_first_spike = \"1 ms\"\n";
    for noise in [
        "sd = \"2 mV\"",
        "noise = \"student_t\"\nsd = \"2 mV\"",
        "noise = \"autoregressive\"\nsd = \"2 mV\"\ncorrelation = 0.9\nevery = \"0.1 ms\"",
        "noise = \"multiplicative\"\nrelative = 0.1\nwindow = \"spikes\"",
        "noise = \"constant_and_multiplicative\"\nsd = \"1 mV\"\nrelative = 0.1\npower = 0.7",
    ] {
        let problem = squid(&format!("[likelihood.trace]\n{noise}\nweight = 0.3\n{other_terms}"));
        let points = problem.draw_prior(9, Streams::new(3));
        let natural = problem.space.to_natural(&points);
        let pointwise = problem.pointwise_log_likelihood(&natural);
        assert_eq!(pointwise.labels.len(), pointwise.values.ncols());
        assert_eq!(pointwise.weights.len(), pointwise.values.ncols());
        let blocks = pointwise.labels.iter().filter(|label| label.starts_with("voltage")).count();
        // Two features, three spikes and the entry of no others.
        assert_eq!(blocks + 6, pointwise.labels.len(), "{:?}", pointwise.labels);
        for (terms, row) in problem.log_terms(&points).iter().zip(pointwise.values.rows()) {
            let (sum, size) = (row.sum(), row.iter().map(|value| value.abs()).sum::<f64>());
            assert!((sum - terms.likelihood).abs() <= 1e-12 * size, "{noise}: {sum} {terms:?}");
        }
    }
}

#[test]
fn a_simulation_that_fails_is_impossible() {
    let text = SQUID
        .replace(
            "[prior]",
            "[prior]\nC_m = { kind = \"uniform\", lower = \"0.5 uF/cm^2\", upper = \"2 uF/cm^2\" }",
        )
        .replace("[recording.truth]", "[recording.truth]\nC_m = \"1 uF/cm^2\"");
    let problem = problem(&format!("{text}{TRACE}"));
    let columns = problem.space.parameters().iter().map(|parameter| parameter.name.as_str());
    let place = |name: &str| columns.clone().position(|own| own == name).unwrap();
    let mut set = vec![0.0; 3];
    set[place("C_m")] = 1.0;
    set[place("g_K")] = 36.0;
    set[place("g_Na")] = 1e300;
    let pointwise = problem.pointwise_log_likelihood(&sets(&[&set]));
    assert!(pointwise.values.iter().all(|value| value.is_infinite() && *value < 0.0));
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    let problem =
        squid(&format!("{TRACE}every = \"0.15 ms\"\n[likelihood.spike_times]\njitter = \"1 ms\"\n"));
    let points = problem.draw_prior(33, Streams::new(11));
    let together = problem.log_terms(&points);
    for (row, terms) in together.iter().enumerate() {
        let alone = Rows::from_values(points.row(row).to_vec(), 2);
        assert_eq!(problem.log_terms(&alone)[0].likelihood.to_bits(), terms.likelihood.to_bits(), "{row}");
    }
}

/// A squid axon of which nothing is unknown but the noise.
fn noise_alone(likelihood: &str, truth: &str, prior: &str) -> Problem {
    let text = SQUID
        .replace("g_Na = \"120 mS/cm^2\"\ng_K = \"36 mS/cm^2\"", truth)
        .replace("interval = \"0.05 ms\"", "interval = \"0.05 ms\"\nnoise_seed = 4");
    let (start, end) = (text.find("[prior]").unwrap(), text.len());
    let head = text[..start].to_owned();
    assert!(end > start);
    problem(&format!("{head}[prior]\n{prior}\n{likelihood}"))
}

/// Mean and Monte Carlo standard error of a function of one parameter, by the default sampler.
fn sampled(problem: &Problem, f: impl Fn(f64) -> f64) -> [(f64, f64); 2] {
    let sampled = sample(problem, "kind = 'demcz'\nchains = 16\nwarmup = 300\ndraws = 1000", 1).unwrap();
    let Draws::Chains(chains) = sampled.draws else { panic!("demcz returns chains") };
    let (chains_count, draws, _) = chains.points.dim();
    let rows = Rows::from_values(chains.points.iter().copied().collect(), 1);
    let natural = problem.space.to_natural(&rows);
    let values: Vec<f64> = natural.values().iter().map(|value| f(*value)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    [values, squares].map(|values| {
        let table = ndarray::Array3::from_shape_vec((chains_count, draws, 1), values).unwrap();
        let summary = summarise_chains(table.view(), &[("f", Unit::One)]).swap_remove(0);
        (summary.mean, summary.mcse_mean)
    })
}

/// With p(σ) ∝ 1/σ and n residuals of which the squares sum to S, 1/σ² has a gamma distribution of shape n/2 and rate
/// S/2: mean n/S, variance 2n/S².
#[test]
fn an_inferred_sd_has_the_posterior_of_the_textbook() {
    let prior = "trace_sd = { kind = \"log_uniform\", lower = \"0.01 mV\", upper = \"1000 mV\" }";
    let problem = noise_alone("[likelihood.trace]\nevery = \"0.5 ms\"\n", "trace_sd = \"2 mV\"", prior);
    let clean = simulated(&problem, &[2.0]);
    let kept = &problem.recorded.voltage_mv[0];
    let squares: f64 = clean.iter().step_by(10).zip(kept).map(|(v, y)| (y - v).powi(2)).sum();
    let count = 121.0;
    assert_eq!(kept.len(), 121);
    // Noise of 2 mV: S/σ² is χ² with 121 degrees of freedom, of standard deviation 15.6.
    assert!((squares / 4.0 - count).abs() < 6.0 * 15.6, "{squares}");
    let [(mean, error), (variance, variance_error)] = sampled(&problem, |sd| 1.0 / (sd * sd));
    assert!((mean - count / squares).abs() < 4.0 * error, "{mean} ± {error}, not {}", count / squares);
    let expected = 2.0 * count / (squares * squares);
    assert!(
        (variance - expected).abs() < 4.0 * variance_error,
        "{variance} ± {variance_error}, not {expected}"
    );
    assert!(4.0 * error < 0.1 * expected.sqrt(), "too few draws to see a bias");
}

/// Squid axon, one conductance: the sampler against quadrature of the density by hand.
#[test]
fn one_conductance_has_the_posterior_of_quadrature() {
    let prior = "g_K = { kind = \"uniform\", lower = \"20 mS/cm^2\", upper = \"60 mS/cm^2\" }";
    let problem = noise_alone(
        "[likelihood.trace]\nsd = \"10 mV\"\nevery = \"0.5 ms\"\n",
        "g_K = \"36 mS/cm^2\"",
        prior,
    );
    let kept = &problem.recorded.voltage_mv[0];
    // The posterior is about 0.03 mS/cm² wide; the mode is looked for on a coarse grid first.
    let log_density = |g_k: f64| -> f64 {
        let v = simulated(&problem, &[g_k]);
        v.iter().step_by(10).zip(kept).map(|(v, y)| normal(y - v, 10.0)).sum()
    };
    let coarse: Vec<f64> = (0..401).map(|i| 34.0 + 0.01 * f64::from(i)).collect();
    let densities: Vec<f64> = coarse.iter().map(|g_k| log_density(*g_k)).collect();
    let best = (0..401).max_by(|a, b| densities[*a].total_cmp(&densities[*b])).unwrap();
    let highest = densities[best];
    let weight: Vec<f64> = densities.iter().map(|density| (density - highest).exp()).collect();
    let total: f64 = weight.iter().sum();
    let mean: f64 = coarse.iter().zip(&weight).map(|(g, w)| g * w).sum::<f64>() / total;
    let variance: f64 = coarse.iter().zip(&weight).map(|(g, w)| (g - mean).powi(2) * w).sum::<f64>() / total;
    // A smooth density on a grid with steps below its standard deviation: the error of the sum is below 1e-8 of it.
    assert!(variance.sqrt() > 0.01 && weight[0] < 1e-12 && weight[400] < 1e-12, "{mean} {variance}");
    let [(found, error), (spread, spread_error)] = sampled(&problem, |g_k| g_k);
    println!("quadrature {mean} ± {}, sampler {found} ± {}", variance.sqrt(), spread.sqrt());
    assert!((found - mean).abs() < 4.0 * error, "{found} ± {error}, not {mean}");
    assert!((spread - variance).abs() < 4.0 * spread_error, "{spread} ± {spread_error}, not {variance}");
    assert!(4.0 * error < 0.1 * variance.sqrt(), "too few draws to see a bias");
}

#[test]
fn replicas_have_the_noise_of_their_truth() {
    let prior = "trace_sd = { kind = \"log_uniform\", lower = \"0.5 mV\", upper = \"5 mV\" }\n\
                 trace_correlation = { kind = \"uniform\", lower = 0, upper = 0.95 }\n\
                 spike_jitter = { kind = \"log_uniform\", lower = \"0.1 ms\", upper = \"1 ms\" }";
    let likelihood = "[likelihood.trace]\nnoise = \"autoregressive\"\n[likelihood.spike_times]\n";
    let truth = "trace_sd = \"2 mV\"\ntrace_correlation = 0.5\nspike_jitter = \"0.5 ms\"";
    let problem = Arc::new(noise_alone(likelihood, truth, prior));
    let names: Vec<&str> = problem.space.parameters().iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["trace_sd", "trace_correlation", "spike_jitter"]);
    for index in 0..4 {
        let replica = problem.replica(Streams::new(9), index).unwrap();
        let again = problem.replica(Streams::new(9), index).unwrap();
        let points = Rows::from_values(replica.truth().to_vec(), 3);
        let (sd, correlation) = {
            let natural = problem.space.to_natural(&points);
            (natural.row(0)[0], natural.row(0)[1])
        };
        let own = replica.log_terms(&points)[0].likelihood;
        assert_eq!(
            own.to_bits(),
            again.log_terms(&points)[0].likelihood.to_bits(),
            "same streams, same replica"
        );
        // −2 ln p without its constants is χ² with as many degrees of freedom as there are data: 1201 and 3.
        let jitter = problem.space.to_natural(&points).row(0)[2];
        let innovation = sd * (1.0 - correlation * correlation).sqrt();
        let constants = normal(0.0, sd) + 1200.0 * normal(0.0, innovation) + 3.0 * normal(0.0, jitter);
        let chi_squared = -2.0 * (own - constants);
        assert!((chi_squared - 1204.0).abs() < 6.0 * (2.0 * 1204.0_f64).sqrt(), "{chi_squared}");
    }
}

#[test]
fn a_coarse_time_step_is_seen_in_the_trace() {
    let check = |dt: &str| {
        let text = SQUID.replace("[prior]", &format!("dt = \"{dt} ms\"\n[prior]"));
        let problem = problem(&format!("{text}{TRACE}"));
        // A narrow cloud about the truth, as a posterior is.
        let rows: Vec<f64> = (0..32)
            .flat_map(|i| [120.0 + 0.02 * f64::from(i % 7), 36.0 + 0.005 * f64::from(i % 5)])
            .collect();
        problem.check_time_step(&Rows::from_values(rows, 2)).unwrap()
    };
    let (coarse, fine) = (check("0.05"), check("0.0125"));
    assert_eq!(coarse.feature, None);
    // Of second order: a step four times shorter moves it 16 times less, to a factor of 2.
    let ratio = coarse.sds / fine.sds;
    assert!((8.0..32.0).contains(&ratio), "{} and {}", coarse.sds, fine.sds);
    assert!(coarse.to_string().contains("moves the posterior of the traces by"), "{coarse}");
}

/// The same recording, explained with the time step of the settings and with half of it.
#[test]
fn the_posterior_moves_by_as_much_as_the_check_of_the_time_step_says() {
    let prior = "g_K = { kind = \"uniform\", lower = \"20 mS/cm^2\", upper = \"60 mS/cm^2\" }";
    let terms = "[likelihood.trace]\nsd = \"5 mV\"\nevery = \"0.5 ms\"\n";
    let problem = noise_alone(terms, "g_K = \"36 mS/cm^2\"", prior);
    let (kept, sweeps) = (&problem.recorded.voltage_mv[0], &problem.experiment.sweeps);
    let grid = Rows::from_values((0..800).map(|i| 35.2 + 0.002 * f64::from(i)).collect(), 1);
    let moments = |parts: usize| {
        let simulation = problem.simulation.refined(parts);
        let traces = simulation.traces(sweeps, 0, &grid, Streams::new(0)).into_iter().map(Result::unwrap);
        let density =
            |v: Vec<f64>| -> f64 { v.iter().step_by(10).zip(kept).map(|(v, y)| normal(y - v, 5.0)).sum() };
        let densities: Vec<f64> = traces.map(density).collect();
        let highest = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = densities.iter().map(|density| (density - highest).exp()).collect();
        let total: f64 = weights.iter().sum();
        let mean = grid.values().iter().zip(&weights).map(|(g, w)| g * w).sum::<f64>() / total;
        let squares = grid.values().iter().zip(&weights).map(|(g, w)| (g - mean).powi(2) * w);
        (mean, (squares.sum::<f64>() / total).sqrt())
    };
    let ((coarse, sd), (fine, _)) = (moments(1), moments(2));
    let shift = (coarse - fine).abs() / sd;
    assert!(shift > 0.05, "too small to be compared: {shift}");
    // Midpoints of 1000 equal shares of a normal posterior.
    let quantile = Normal::new(coarse, sd).unwrap();
    let sets = (0..1000).map(|i| quantile.inverse_cdf((f64::from(i) + 0.5) / 1000.0)).collect();
    let check = problem.check_time_step(&Rows::from_values(sets, 1)).unwrap();
    // Of a normal number 95 % nearest to its median have a root mean square of √(1 − 2 · 1.96 φ(1.96) / 0.95) = 0.871;
    // the posterior is normal, and its width the same, to a tenth.
    let ratio = check.sds / shift;
    println!("moved by {shift} sds, the check says {}", check.sds);
    assert!((0.78..0.96).contains(&ratio), "{ratio}: moved by {shift}, not {}", check.sds);
}

/// Ranks of the truth over 200 simulated recordings, for the noises whose draws and densities could disagree.
#[test]
#[ignore = "half a minute: cargo test --release --test traces -- --ignored"]
fn trace_likelihoods_are_calibrated() {
    let terms = "[likelihood.trace]\nnoise = \"autoregressive\"\nevery = \"0.5 ms\"\nwindow = \"stimulus\"\n\
                 [likelihood.spike_times]\njitter = \"0.3 ms\"\nmissing_penalty = inf\n\
                 [sampler]\nkind = \"importance\"\ndraws = 2000\n[run]\nseed = 1\n";
    let prior = "trace_sd = { kind = \"log_uniform\", lower = \"1 mV\", upper = \"5 mV\" }\n\
                 trace_correlation = { kind = \"uniform\", lower = 0, upper = 0.9 }\n\
                 g_K = { kind = \"uniform\", lower = \"34 mS/cm^2\", upper = \"38 mS/cm^2\" }\n";
    let truth = "trace_sd = \"2 mV\"\ntrace_correlation = 0.5\ng_K = \"36 mS/cm^2\"";
    let text = SQUID.replace("g_Na = \"120 mS/cm^2\"\ng_K = \"36 mS/cm^2\"", truth);
    let head = &text[..text.find("[prior]").unwrap()];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cell.toml");
    std::fs::write(&file, format!("{head}[prior]\n{prior}{terms}")).unwrap();
    let options =
        FitOptions { output: Some(folder.path().join("out")), quiet: true, ..FitOptions::default() };
    let report = calibrate(&file, 200, &options).unwrap();
    println!("{}", report.text);
    assert!(report.text.contains("\ncalibrated: "), "{}", report.text);
}
