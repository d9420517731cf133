//! The simulators of sbibm in `examples/sbibm/`: against closed forms, and against the reference draws of their posteriors.
//!
//! The data are read from the folder that `HHBAYES_REFERENCE` names; without it the tests that need them say that they are
//! skipped.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    reason = "a test says what it finds and stops where it fails; the example uses more of its files than the tests"
)]

#[path = "../examples/sbibm/simulators.rs"]
mod simulators;
#[path = "../examples/sbibm/tasks.rs"]
mod tasks;

use std::f64::consts::PI;
use std::sync::atomic::Ordering;

use hhbayes::draws::Particles;
use hhbayes::numeric::Streams;
use hhbayes::problem::Simulator;
use hhbayes::samplers::{SampleError, sample_by_simulation};

use tasks::{TASKS, Task, numbers};

const DRAWS: u64 = 20_000;

/// Simulations of one parameter set, one row each.
fn simulations(simulate: simulators::Simulate, theta: &[f64]) -> Vec<Vec<f64>> {
    let streams = Streams::new(11).stage("test");
    (0..DRAWS).map(|row| simulate(theta, &mut streams.generator(0, row))).collect()
}

/// Passes if the mean of `value` is within five standard errors of the truth.
fn assert_mean(what: &str, data: &[Vec<f64>], value: impl Fn(&[f64]) -> f64, truth: f64) {
    let values: Vec<f64> = data.iter().map(|row| value(row)).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let distance = (mean - truth).abs() / (variance / count).sqrt().max(1e-9 * truth.abs());
    assert!(distance < 5.0, "{what}: {mean} is {distance:.1} standard errors from {truth}");
}

/// E cos a = 2 / π; the radius has mean 0.1 and sd 0.01; the shift is (−|θ₁ + θ₂|, θ₂ − θ₁) / √2.
#[test]
fn the_moons_have_the_moments_of_a_half_circle() {
    let data = simulations(simulators::two_moons, &[-0.6, 0.2]);
    assert_mean("x", &data, |x| x[0], 0.1 * 2.0 / PI + 0.25 - 0.4 / 2.0_f64.sqrt());
    assert_mean("y", &data, |x| x[1], 0.8 / 2.0_f64.sqrt());
    let squared =
        |x: &[f64]| (x[0] - 0.25 + 0.4 / 2.0_f64.sqrt()).powi(2) + (x[1] - 0.8 / 2.0_f64.sqrt()).powi(2);
    assert_mean("radius²", &data, squared, 0.1_f64.powi(2) + 0.01_f64.powi(2));
}

#[test]
fn slcp_has_the_covariance_that_its_parameters_say() {
    let data = simulations(simulators::slcp, &[0.5, -1.0, 1.5, -0.8, 0.7]);
    let (first, second, correlation) = (2.25, 0.64, 0.7_f64.tanh());
    for pair in [0, 2, 4, 6] {
        assert_mean("x", &data, |x| x[pair], 0.5);
        assert_mean("y", &data, |x| x[pair + 1], -1.0);
        assert_mean("x²", &data, |x| (x[pair] - 0.5).powi(2), first * first + 1e-6);
        assert_mean("y²", &data, |x| (x[pair + 1] + 1.0).powi(2), second * second + 1e-6);
        let product = |x: &[f64]| (x[pair] - 0.5) * (x[pair + 1] + 1.0);
        assert_mean("xy", &data, product, correlation * first * second);
    }
    assert_mean("two draws", &data, |x| (x[0] - 0.5) * (x[2] - 0.5), 0.0);
}

#[test]
fn the_normal_simulators_have_their_variances() {
    let data = simulations(simulators::gaussian_linear, &[0.3; 10]);
    assert_mean("mean", &data, |x| x[9], 0.3);
    assert_mean("variance", &data, |x| (x[9] - 0.3).powi(2), 0.1);
    let data = simulations(simulators::gaussian_mixture, &[3.0, -4.0]);
    assert_mean("variance", &data, |x| (x[0] - 3.0).powi(2), 0.5 * (1.0 + 0.01));
    // One width for both coordinates: the mean of the product of squares is ½ (1 + 10⁻⁴).
    let both = |x: &[f64]| ((x[0] - 3.0) * (x[1] + 4.0)).powi(2);
    assert_mean("both", &data, both, 0.5 * (1.0 + 1e-4));
}

/// As long as hardly anybody is infected their number grows as exp((β − γ) t): after 17 days by 5.1 % of the whole at most.
#[test]
fn an_epidemic_begins_exponentially_and_ends() {
    let data = simulations(simulators::sir, &[0.5, 0.125]);
    let infected = (0.375_f64 * 17.0).exp() / 1e6;
    let found = data.iter().map(|x| x[1]).sum::<f64>() / (1000.0 * DRAWS as f64);
    assert!((found / infected - 1.0).abs() < 0.06, "{found} instead of {infected}");
    assert_mean("start", &data, |x| f64::from(x[0] > 0.0), 1e-3);
    assert!(data.iter().all(|x| x[9] < 3.0 && x.iter().all(|count| count.fract().abs() < 1e-12)));
}

/// δ x − γ ln x + β y − α ln y does not change along an orbit; the noise has the sd 0.1 in the logarithm.
#[test]
fn predators_and_prey_stay_on_their_orbit() {
    let theta = [0.7, 0.05, 0.9, 0.03];
    let data = simulations(simulators::lotka_volterra, &theta);
    let conserved = |x: f64, y: f64| theta[3] * x - theta[2] * x.ln() + theta[1] * y - theta[0] * y.ln();
    let mean_log = |column: usize| data.iter().map(|row| row[column].ln()).sum::<f64>() / DRAWS as f64;
    for time in 0..10 {
        let (x, y) = (mean_log(time).exp(), mean_log(time + 10).exp());
        let (found, start) = (conserved(x, y), conserved(30.0, 1.0));
        // Six standard errors of both logarithms, 0.1 / √20 000, through slopes of at most 2.
        assert!((found - start).abs() < 6.0 * 0.1 / 141.0 * 3.0, "{found} instead of {start} at {time}");
        assert_mean("noise", &data, |row| (row[time].ln() - x.ln()).powi(2), 0.01);
    }
}

fn run(name: &str, options: &str) -> Option<(Task, Particles)> {
    let Some(task) = Task::named(name, 1) else {
        println!("skipped: HHBAYES_REFERENCE does not name the folder with the reference data");
        return None;
    };
    let sampled = sample_by_simulation(&task, options, 3).unwrap();
    let hhbayes::draws::Draws::Particles(particles) = sampled.draws else { panic!("no particles") };
    Some((task, particles))
}

/// The posterior of the linear task is normal: x / 2 with variance 0.05 in each of ten directions. The regression is exact, so
/// what is left is chance: six standard errors of a mean of 1500 effective particles, and as much of the regression.
#[test]
fn regression_finds_the_closed_posterior_of_the_linear_task() {
    let options = "kind = 'abc_rejection'\nsimulations = 40000\ndraws = 3000\nadjustment = 'linear'";
    let Some((task, particles)) = run("gaussian_linear", options) else { return };
    for column in 0..10 {
        let exact = 0.5 * task.observed()[column].unwrap();
        let (mean, sd) = moments(&particles, column);
        assert!(
            (mean - exact).abs() < 12.0 * 0.05_f64.sqrt() / 1500.0_f64.sqrt(),
            "{mean} instead of {exact}"
        );
        assert!((sd / 0.05_f64.sqrt() - 1.0).abs() < 0.12, "{sd}");
    }
}

fn moments(particles: &Particles, column: usize) -> (f64, f64) {
    let rows = || particles.points.iter().zip(&particles.weights);
    let mean: f64 = rows().map(|(row, weight)| weight * row[column]).sum();
    let variance: f64 = rows().map(|(row, weight)| weight * (row[column] - mean).powi(2)).sum();
    (mean, variance.sqrt())
}

/// Recycling leaves the posterior as it is and spends exactly what it may. It keeps no more effective particles than were
/// asked for, and at least the thousand that the bounds below count on: a wide kernel has fewer within its last epsilon.
#[test]
fn recycled_simulations_give_the_closed_posterior() {
    let options = "kind = 'abc_smc'\nsimulations = 40000\nparticles = 2000\nadjustment = 'linear'\nrecycle = true\n\
                   minimum_acceptance = 0.0\nkernel = ";
    for kernel in ["'normal'", "'local'", "'student_t'"] {
        let Some((task, particles)) = run("gaussian_linear", &format!("{options}{kernel}")) else { return };
        assert_eq!(task.calls.load(Ordering::Relaxed), 40_000);
        let effective = particles.generations.last().unwrap().effective_sample_size;
        assert!((1000.0..2100.0).contains(&effective), "{kernel}: {effective}");
        for column in 0..10 {
            let exact = 0.5 * task.observed()[column].unwrap();
            let (mean, sd) = moments(&particles, column);
            let bound = 12.0 * 0.05_f64.sqrt() / 1000.0_f64.sqrt();
            assert!((mean - exact).abs() < bound, "{kernel}: {mean} instead of {exact}");
            assert!((sd / 0.05_f64.sqrt() - 1.0).abs() < 0.12, "{kernel}: {sd}");
        }
    }
}

#[test]
fn a_simulator_has_no_log_density() {
    let Some(task) = Task::named("two_moons", 1) else { return };
    let refused = sample_by_simulation(&task, "kind = 'demcz'", 1);
    assert!(matches!(refused, Err(SampleError::NeedsLogDensity { .. })), "{refused:?}");
}

/// Data of the true parameters resemble what was observed as much as each other: the rank of the distance of the observation
/// from their mean, among theirs, is neither first nor last of a thousand.
#[test]
fn what_was_observed_is_usual_for_the_true_parameters() {
    for (name, simulate, _) in TASKS {
        for observation in 1..=3 {
            let Some(truth) = numbers(name, observation, "true_parameters.csv") else { return };
            let truth: Vec<f64> = truth.collect();
            let observed: Vec<f64> = numbers(name, observation, "observation.csv").unwrap().collect();
            let data = simulations(simulate, &truth);
            let count = data.len() as f64;
            for column in 0..observed.len() {
                let below = data.iter().filter(|row| row[column] <= observed[column]).count() as f64 / count;
                let above = data.iter().filter(|row| row[column] >= observed[column]).count() as f64 / count;
                // 279 numbers are looked at, so the smallest share expected is 2e-3.
                assert!(below.min(above) > 1e-4, "{name} {observation}, feature {column}: {below} {above}");
            }
        }
    }
}

/// The same set on the real line and in natural units, with a prior density that integrates to one.
#[test]
fn priors_of_the_tasks_are_normalised() {
    for (name, _, _) in TASKS {
        let Some(task) = Task::named(name, 1) else { return };
        let parameters = task.space.parameters().len();
        // The mean of a normal density over that of the prior, at draws of the prior, is 1.
        let draws = task.space.draw(20_000, Streams::new(5));
        let centre: Vec<f64> =
            (0..parameters).map(|k| draws.iter().map(|row| row[k]).sum::<f64>() / 20_000.0).collect();
        let spread: Vec<f64> = (0..parameters)
            .map(|k| {
                0.8 * (draws.iter().map(|row| (row[k] - centre[k]).powi(2)).sum::<f64>() / 20_000.0).sqrt()
            })
            .collect();
        let log_normal = |row: &[f64]| -> f64 {
            (0..parameters)
                .map(|k| {
                    -0.5 * ((row[k] - centre[k]) / spread[k]).powi(2) - (spread[k] * (2.0 * PI).sqrt()).ln()
                })
                .sum()
        };
        let prior = task.log_prior(&draws);
        let ratios = draws.iter().zip(&prior).map(|(row, prior)| (log_normal(row) - prior).exp());
        let mean = ratios.sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 0.1, "{name}: {mean}");
    }
}
