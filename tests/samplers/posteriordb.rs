//! Posteriors of posteriordb (<https://github.com/stan-dev/posteriordb>) against their reference draws.
//!
//! The data are read from the folder that `HHBAYES_REFERENCE` names; without it the tests say that they are skipped.
//! `tests/data/posteriordb.json` has mean and standard deviation of each parameter over the 10 000 reference draws.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::PathBuf;

use nalgebra::{DMatrix, DVector};
use serde_json::Value;

use hhbayes::numeric::{Rows, Streams, Unconstrained, normal_rows};
use hhbayes::problem::{LogDensity, LogTerms, Target};

use crate::known::{Weighted, sample};

/// A posterior of the collection: on the real line, and back to the parameters of the reference.
struct Case {
    name: &'static str,
    dimension: usize,
    /// Where starts are drawn: normal with this mean and sd in every direction.
    start: (f64, f64),
    data: Data,
    log_density: fn(&Data, &[f64]) -> f64,
    parameters: fn(&[f64]) -> Vec<f64>,
}

impl Target for Case {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = normal_rows(count, self.dimension, streams);
        rows.iter_mut().flatten().for_each(|x| *x = self.start.0 + self.start.1 * *x);
        rows
    }
}

impl LogDensity for Case {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        let terms = |x: &[f64]| LogTerms { prior: 0.0, likelihood: (self.log_density)(&self.data, x) };
        points.iter().map(terms).collect()
    }
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("HHBAYES_REFERENCE").map(|root| PathBuf::from(root).join("posteriordb"));
    if folder.is_none() {
        println!("skipped: HHBAYES_REFERENCE does not name the folder with the reference data");
    }
    folder
}

/// The numbers of each name, tables row by row.
type Data = BTreeMap<String, Vec<f64>>;

fn read(text: &str) -> Data {
    fn flat(value: &Value) -> Vec<f64> {
        match value.as_array() {
            Some(values) => values.iter().flat_map(flat).collect(),
            None => vec![value.as_f64().unwrap()],
        }
    }
    let data: BTreeMap<String, Value> = serde_json::from_str(text).unwrap();
    data.iter().map(|(name, value)| (name.clone(), flat(value))).collect()
}

fn normal(x: f64, mean: f64, sd: f64) -> f64 {
    -0.5 * ((x - mean) / sd).powi(2) - sd.ln()
}

/// Log density of a positive number with a half-Cauchy prior, on the logarithmic scale.
fn half_cauchy_log(log: f64, scale: f64) -> f64 {
    log - (2.0 * (log - scale.ln())).exp().ln_1p()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn autoregression(data: &Data, x: &[f64]) -> f64 {
    let (y, sigma) = (&data["y"], x[6].exp());
    let prior: f64 = x[..6].iter().map(|value| normal(*value, 0.0, 10.0)).sum();
    let step = |t: usize| {
        let mean = x[0] + (1..=5).map(|k| x[k] * y[t - k]).sum::<f64>();
        normal(y[t], mean, sigma)
    };
    prior + half_cauchy_log(x[6], 2.5) + (5..y.len()).map(step).sum::<f64>()
}

fn eight_schools(data: &Data, x: &[f64]) -> f64 {
    let (y, sigma) = (&data["y"], &data["sigma"]);
    let (mu, tau) = (x[8], x[9].exp());
    let school = |j: usize| normal(x[j], 0.0, 1.0) + normal(y[j], mu + tau * x[j], sigma[j]);
    (0..8).map(school).sum::<f64>() + normal(mu, 0.0, 5.0) + half_cauchy_log(x[9], 5.0)
}

fn eight_schools_parameters(x: &[f64]) -> Vec<f64> {
    let tau = x[9].exp();
    (0..8).map(|j| x[8] + tau * x[j]).chain([x[8], tau]).collect()
}

fn garch_parameters(x: &[f64]) -> Vec<f64> {
    let alpha = logistic(x[2]);
    vec![x[0], x[1].exp(), alpha, (1.0 - alpha) * logistic(x[3])]
}

fn garch(data: &Data, x: &[f64]) -> f64 {
    let y = &data["y"];
    let parameters = garch_parameters(x);
    let (mu, alpha0, alpha1, beta1) = (parameters[0], parameters[1], parameters[2], parameters[3]);
    let share = logistic(x[3]);
    let jacobian = x[1] + (alpha1 * (1.0 - alpha1)).ln() + ((1.0 - alpha1) * share * (1.0 - share)).ln();
    let mut variance = data["sigma1"][0].powi(2);
    let mut sum = jacobian + normal(y[0], mu, variance.sqrt());
    for t in 1..y.len() {
        variance = alpha0 + alpha1 * (y[t - 1] - mu).powi(2) + beta1 * variance;
        sum += normal(y[t], mu, variance.sqrt());
    }
    sum
}

fn kid_score(data: &Data, x: &[f64]) -> f64 {
    let (score, iq) = (&data["kid_score"], &data["mom_iq"]);
    let terms = score.iter().zip(iq).map(|(score, iq)| normal(*score, x[0] + x[1] * iq, x[2].exp()));
    half_cauchy_log(x[2], 2.5) + terms.sum::<f64>()
}

fn gaussian_process(data: &Data, x: &[f64]) -> f64 {
    let (places, y) = (&data["x"], &data["y"]);
    let (rho, alpha, sigma) = (x[0].exp(), x[1].exp(), x[2].exp());
    let n = places.len();
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        let squared = ((places[i] - places[j]) / rho).powi(2);
        alpha * alpha * (-0.5 * squared).exp() + if i == j { sigma } else { 0.0 }
    });
    let Some(cholesky) = covariance.cholesky() else { return f64::NEG_INFINITY };
    let y = DVector::from_column_slice(y);
    let log_determinant = 2.0 * cholesky.l().diagonal().iter().map(|side| side.ln()).sum::<f64>();
    let priors = 25.0 * x[0] - 4.0 * rho + normal(alpha, 0.0, 2.0) + x[1] + normal(sigma, 0.0, 1.0) + x[2];
    priors - 0.5 * (y.dot(&cholesky.solve(&y)) + log_determinant + n as f64 * TAU.ln())
}

/// Hares and lynxes at the whole years, by Runge and Kutta's method.
fn predators(theta: &[f64], start: [f64; 2], years: usize) -> Vec<[f64; 2]> {
    const STEPS: usize = 20;
    let slope = |z: [f64; 2]| [(theta[0] - theta[1] * z[1]) * z[0], (theta[3] * z[0] - theta[2]) * z[1]];
    let moved = |z: [f64; 2], k: [f64; 2], h: f64| [z[0] + h * k[0], z[1] + h * k[1]];
    let h = 1.0 / STEPS as f64;
    let mut z = start;
    let year = |_| {
        for _ in 0..STEPS {
            let k1 = slope(z);
            let k2 = slope(moved(z, k1, h / 2.0));
            let k3 = slope(moved(z, k2, h / 2.0));
            let k4 = slope(moved(z, k3, h));
            for i in 0..2 {
                z[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
        }
        z
    };
    (0..years).map(year).collect()
}

fn hares_and_lynxes(data: &Data, x: &[f64]) -> f64 {
    let p: Vec<f64> = x.iter().map(|x| x.exp()).collect();
    let (theta, start, sigma) = (&p[..4], [p[4], p[5]], [p[6], p[7]]);
    // Every parameter is inferred on the logarithmic scale, hence the sum of x.
    let mut sum = normal(theta[0], 1.0, 0.5) + normal(theta[2], 1.0, 0.5);
    sum += normal(theta[1], 0.05, 0.05) + normal(theta[3], 0.05, 0.05) + x[..4].iter().sum::<f64>();
    for k in 0..2 {
        sum += normal(x[6 + k], -1.0, 1.0) + normal(x[4 + k], 10_f64.ln(), 1.0);
        sum += normal(data["y_init"][k].ln(), x[4 + k], sigma[k]);
    }
    let years = data["y"].as_chunks::<2>().0;
    for (z, year) in predators(theta, start, years.len()).iter().zip(years) {
        for k in 0..2 {
            sum += normal(year[k].ln(), z[k].ln(), sigma[k]);
        }
    }
    sum
}

fn last_as_exp(x: &[f64]) -> Vec<f64> {
    let mut parameters = x.to_vec();
    parameters[x.len() - 1] = x[x.len() - 1].exp();
    parameters
}

fn cases() -> Vec<Case> {
    let Some(folder) = folder() else { return Vec::new() };
    let case = |name: &'static str, dimension, start, log_density, parameters| {
        let text = std::fs::read_to_string(folder.join(name).join("data.json")).unwrap();
        let data = read(&text);
        Case { name, dimension, start, data, log_density, parameters }
    };
    let exp = |x: &[f64]| x.iter().map(|x| x.exp()).collect();
    vec![
        case("arK-arK", 7, (0.0, 1.0), autoregression, last_as_exp),
        case(
            "eight_schools-eight_schools_noncentered",
            10,
            (0.0, 1.0),
            eight_schools,
            eight_schools_parameters,
        ),
        case("garch-garch11", 4, (0.0, 2.0), garch, garch_parameters),
        case("gp_pois_regr-gp_regr", 3, (0.0, 1.0), gaussian_process, exp),
        case("hudson_lynx_hare-lotka_volterra", 8, (0.0, 1.5), hares_and_lynxes, exp),
        case("kidiq-kidscore_momiq", 3, (0.0, 5.0), kid_score, last_as_exp),
    ]
}

/// Passes if mean and sd of every parameter are within four standard errors of those of the reference draws, whose own
/// errors count too.
fn check(case: &Case, options: &str) {
    let reference: Value = serde_json::from_str(include_str!("../data/posteriordb.json")).unwrap();
    let reference = reference[case.name].as_object().unwrap();
    let draws = Weighted::of(&sample(options, case, 20).draws);
    let kind = options.lines().next().unwrap_or_default();
    let mut fewest = f64::INFINITY;
    for (index, (name, known)) in reference.iter().enumerate() {
        let number = |key: &str| known[key].as_f64().unwrap();
        let (mean, sd) = (number("mean"), number("sd"));
        let value = |x: &[f64]| (case.parameters)(x)[index];
        let (found, error) = draws.mean_and_error(value);
        let distance = (found - mean).abs() / error.hypot(sd / 100.0);
        assert!(distance < 4.0, "{}, {kind}: mean of {name} is {distance:.1} errors off", case.name);
        let (variance, error) = draws.mean_and_error(|x| (value(x) - found).powi(2));
        let found_sd = variance.sqrt();
        let distance = (found_sd - sd).abs() / (error / (2.0 * found_sd)).hypot(number("sd_error"));
        assert!(distance < 4.0, "{}, {kind}: sd of {name} is {distance:.1} errors off", case.name);
        fewest = fewest.min((sd / draws.mean_and_error(value).1).powi(2));
    }
    println!("{}, {kind}: at least {fewest:.0} effective draws", case.name);
    assert!(fewest > 400.0, "{}, {kind}: {fewest:.0}", case.name);
}

#[test]
fn chains_agree_with_the_reference_draws() {
    for case in cases() {
        for kind in ["adaptive_metropolis", "demcz", "dream_zs", "ensemble"] {
            let options =
                format!("kind = '{kind}'\nchains = 40\ndraws = 5000\nwarmup = 1500\nmin_ess = 1500");
            check(&case, &options);
        }
    }
}

#[test]
fn importance_sampling_agrees_with_the_reference_draws() {
    for case in cases() {
        check(&case, "kind = 'importance'\ndraws = 10000");
    }
}

#[test]
#[ignore = "takes minutes: cargo test --test samplers -- --ignored"]
fn slices_agree_with_the_reference_draws() {
    for case in cases() {
        check(&case, "kind = 'ensemble_slice'\nchains = 40\ndraws = 5000\nwarmup = 1500\nmin_ess = 1500");
    }
}
