//! Posteriors of posteriordb (<https://github.com/stan-dev/posteriordb>): their log densities on the real line.
//!
//! The data are read from the folder that `HHBAYES_REFERENCE` names. `tests/samplers/posteriordb.rs` holds the samplers
//! against the reference draws of the same posteriors.

#![allow(clippy::unwrap_used, reason = "data that cannot be read end the program")]

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI, TAU};
use std::path::PathBuf;

use nalgebra::{DMatrix, DVector};
use serde_json::Value;

use hhbayes::numeric::{Rows, Streams, Unconstrained, normal_rows};
use hhbayes::problem::{LogDensity, LogTerms, Target};

/// A posterior of the collection: on the real line, and back to the parameters of the reference.
pub struct Case {
    pub name: &'static str,
    pub dimension: usize,
    /// From standard normal numbers to where a chain may start: a draw of the prior, if the prior is stated.
    start: fn(&mut [f64]),
    data: Data,
    log_terms: fn(&Data, &[f64]) -> LogTerms,
    /// The parameters of the reference, in its order.
    pub parameters: fn(&[f64]) -> Vec<f64>,
}

impl Target for Case {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = normal_rows(count, self.dimension, streams);
        rows.iter_mut().for_each(self.start);
        rows
    }
}

impl LogDensity for Case {
    fn log_terms(&self, points: &Rows<Unconstrained>) -> Vec<LogTerms> {
        points.iter().map(|x| (self.log_terms)(&self.data, x)).collect()
    }
}

/// A posterior whose prior is not stated apart from the likelihood, and need not be normalised.
fn whole(log_density: f64) -> LogTerms {
    LogTerms { prior: 0.0, likelihood: log_density }
}

/// The folder with the data; `None` if `HHBAYES_REFERENCE` is not set.
fn folder() -> Option<PathBuf> {
    std::env::var_os("HHBAYES_REFERENCE").map(|root| PathBuf::from(root).join("posteriordb"))
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

/// Normalised, so that its evidence can be compared.
fn eight_schools(data: &Data, x: &[f64]) -> LogTerms {
    let (y, sigma) = (&data["y"], &data["sigma"]);
    let (mu, tau) = (x[8], x[9].exp());
    let normal = |x, mean, sd| normal(x, mean, sd) - 0.5 * TAU.ln();
    let effects = x[..8].iter().map(|z| normal(*z, 0.0, 1.0)).sum::<f64>();
    let prior = effects + normal(mu, 0.0, 5.0) + half_cauchy_log(x[9], 5.0) + (2.0 / (5.0 * PI)).ln();
    LogTerms { prior, likelihood: (0..8).map(|j| normal(y[j], mu + tau * x[j], sigma[j])).sum() }
}

/// A draw of the prior from standard normal numbers.
fn eight_schools_prior(x: &mut [f64]) {
    x[8] *= 5.0;
    let probability = 0.5 * statrs::function::erf::erfc(-x[9] * FRAC_1_SQRT_2);
    x[9] = (5.0 * (FRAC_PI_2 * probability).tan()).ln();
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

fn times(factor: f64, row: &mut [f64]) {
    for x in row {
        *x *= factor;
    }
}

/// Every posterior; none without the data.
pub fn cases() -> Vec<Case> {
    let Some(folder) = folder() else { return Vec::new() };
    let case = |name: &'static str, dimension, start, log_terms, parameters| {
        let text = std::fs::read_to_string(folder.join(name).join("data.json")).unwrap();
        Case { name, dimension, start, data: read(&text), log_terms, parameters }
    };
    let exp = |x: &[f64]| x.iter().map(|x| x.exp()).collect();
    vec![
        case("arK-arK", 7, |_| (), |data, x| whole(autoregression(data, x)), last_as_exp),
        case(
            "eight_schools-eight_schools_noncentered",
            10,
            eight_schools_prior,
            eight_schools,
            eight_schools_parameters,
        ),
        case("garch-garch11", 4, |x| times(2.0, x), |data, x| whole(garch(data, x)), garch_parameters),
        case("gp_pois_regr-gp_regr", 3, |_| (), |data, x| whole(gaussian_process(data, x)), exp),
        case(
            "hudson_lynx_hare-lotka_volterra",
            8,
            |x| times(1.5, x),
            |data, x| whole(hares_and_lynxes(data, x)),
            exp,
        ),
        case("kidiq-kidscore_momiq", 3, |x| times(5.0, x), |data, x| whole(kid_score(data, x)), last_as_exp),
    ]
}
