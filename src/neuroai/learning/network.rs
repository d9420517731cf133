//! A network of one hidden layer of hyperbolic tangents: weights at the maximum of their posterior, and what Laplace's
//! approximation about it says of them.
//!
//! Weights have independent normal priors of precision α, data normal noise of precision β. The Hessian is that of
//! Gauss and Newton, A = α + β Jᵀ J, and α is set anew to γ / |w|², where γ counts the weights that the data determine, until
//! it stays: the evidence framework, <https://doi.org/10.1162/neco.1992.4.3.415> and
//! <https://doi.org/10.1162/neco.1992.4.3.448>.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::Rates;
use crate::numeric::{Streams, standard_normal};

/// Steps to the maximum at the most, and how little the last one gains.
const STEPS: usize = 300;
const GAIN: f64 = 1e-12;
/// How often α is set anew at the most, and the change at which it stays.
const ROUNDS: usize = 30;
const STAYS: f64 = 1e-4;
/// Where α begins, and may go.
const FIRST_PRECISION: f64 = 0.1;
const PRECISIONS: (f64, f64) = (1e-4, 1e4);
/// Damping at the start, and beyond which no step gains anything.
const DAMPING: f64 = 1e-3;
const MOST_DAMPING: f64 = 1e12;

/// One input, one output, and a number of hidden units: f(x) = d + Σ cⱼ tanh(aⱼ x + bⱼ).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Hidden units.
    pub hidden: usize,
}

/// Inputs and outputs in units in which they are about one.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    input: (f64, f64),
    output: (f64, f64),
}

/// A network with weights.
#[derive(Clone, Debug)]
pub struct Fitted {
    network: Network,
    scaling: Scaling,
    /// aⱼ, bⱼ, cⱼ of each unit, then d.
    pub weights: DVector<f64>,
    /// Covariance of the weights in Laplace's approximation, A⁻¹.
    pub covariance: DMatrix<f64>,
    /// Precision of the prior of the weights.
    pub precision: f64,
    /// How many weights the data determine.
    pub determined: f64,
    /// Log evidence of the network for the data in their own units, in Laplace's approximation about this maximum and its
    /// 2ᴴ H! copies with units exchanged or turned round.
    pub log_evidence: f64,
    /// How often the network was asked for all data.
    pub calls: u64,
}

impl Scaling {
    /// Means and standard deviations of the data.
    pub fn of(data: &Rates) -> Self {
        let moments = |values: &[f64]| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
            (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
        };
        Self { input: moments(&data.currents_ua_cm2), output: moments(&data.rates_hz) }
    }

    fn input(&self, current_ua_cm2: f64) -> f64 {
        (current_ua_cm2 - self.input.0) / self.input.1
    }
}

/// Scaled data and their precision.
struct Task {
    inputs: Vec<f64>,
    outputs: DVector<f64>,
    beta: f64,
}

impl Network {
    /// Number of weights.
    pub fn weights(self) -> usize {
        3 * self.hidden + 1
    }

    fn value(self, w: &DVector<f64>, x: f64) -> f64 {
        let unit = |j: usize| w[3 * j + 2] * (w[3 * j] * x + w[3 * j + 1]).tanh();
        w[3 * self.hidden] + (0..self.hidden).map(unit).sum::<f64>()
    }

    /// The slope of the output with each weight.
    fn slopes(self, w: &DVector<f64>, x: f64) -> DVector<f64> {
        let mut slopes = DVector::from_element(self.weights(), 1.0);
        for j in 0..self.hidden {
            let active = (w[3 * j] * x + w[3 * j + 1]).tanh();
            let back = w[3 * j + 2] * (1.0 - active * active);
            slopes[3 * j] = back * x;
            slopes[3 * j + 1] = back;
            slopes[3 * j + 2] = active;
        }
        slopes
    }

    fn residuals(self, w: &DVector<f64>, task: &Task) -> DVector<f64> {
        let values = task.inputs.iter().map(|x| self.value(w, *x));
        &task.outputs - DVector::from_iterator(task.inputs.len(), values)
    }

    /// Shape `[datum, weight]`.
    fn jacobian(self, w: &DVector<f64>, task: &Task) -> DMatrix<f64> {
        let rows: Vec<_> = task.inputs.iter().map(|x| self.slopes(w, *x).transpose()).collect();
        DMatrix::from_rows(&rows)
    }

    /// The maximum of the posterior that a start leads to, with α set by the evidence. `noise_hz`: standard deviation of the
    /// noise of the rates, known; `row` names the start.
    pub fn fit(self, data: &Rates, noise_hz: f64, streams: Streams, row: u64) -> Fitted {
        let scaling = Scaling::of(data);
        let outputs = data.rates_hz.iter().map(|rate| (rate - scaling.output.0) / scaling.output.1);
        let task = Task {
            inputs: data.currents_ua_cm2.iter().map(|current| scaling.input(*current)).collect(),
            outputs: DVector::from_iterator(data.rates_hz.len(), outputs),
            beta: (scaling.output.1 / noise_hz).powi(2),
        };
        let mut generator = streams.generator(0, row);
        let mut w = DVector::from_fn(self.weights(), |_, _| standard_normal(&mut generator));
        let (mut alpha, mut calls) = (FIRST_PRECISION, 0);
        for _ in 0..ROUNDS {
            w = self.climb(w, &task, alpha, &mut calls);
            let determined = self.determined(&w, &task, alpha);
            let next = (determined / w.norm_squared()).clamp(PRECISIONS.0, PRECISIONS.1);
            let change = (next / alpha - 1.0).abs();
            alpha = next;
            if change < STAYS {
                break;
            }
        }
        w = self.climb(w, &task, alpha, &mut calls);
        let jacobian = self.jacobian(&w, &task);
        let hessian = alpha * DMatrix::identity(self.weights(), self.weights())
            + task.beta * jacobian.tr_mul(&jacobian);
        let errors = self.residuals(&w, &task).norm_squared();
        let (n, k) = (task.inputs.len() as f64, self.weights() as f64);
        let log_determinant: f64 =
            SymmetricEigen::new(hessian.clone()).eigenvalues.iter().map(|l| l.ln()).sum();
        // Hidden units may be exchanged, and each turned round.
        let copies: f64 = (1..=self.hidden).map(|j| (2.0 * j as f64).ln()).sum();
        let log_evidence = -0.5 * (task.beta * errors + alpha * w.norm_squared() + log_determinant)
            + 0.5 * (k * alpha.ln() + n * (task.beta / std::f64::consts::TAU).ln())
            + copies
            - n * scaling.output.1.ln();
        let size = self.weights();
        Fitted {
            determined: self.determined(&w, &task, alpha),
            covariance: hessian.cholesky().map_or_else(|| DMatrix::zeros(size, size), |own| own.inverse()),
            network: self,
            scaling,
            weights: w,
            precision: alpha,
            log_evidence,
            calls,
        }
    }

    /// γ = Σ λ / (λ + α), over the eigenvalues λ of β Jᵀ J.
    fn determined(self, w: &DVector<f64>, task: &Task, alpha: f64) -> f64 {
        let jacobian = self.jacobian(w, task);
        let eigenvalues = SymmetricEigen::new(task.beta * jacobian.tr_mul(&jacobian)).eigenvalues;
        eigenvalues.iter().map(|l| l.max(0.0) / (l.max(0.0) + alpha)).sum()
    }

    /// Levenberg and Marquardt's way to the maximum near `w`.
    fn climb(self, mut w: DVector<f64>, task: &Task, alpha: f64, calls: &mut u64) -> DVector<f64> {
        let cost = |w: &DVector<f64>, residuals: &DVector<f64>| {
            0.5 * (task.beta * residuals.norm_squared() + alpha * w.norm_squared())
        };
        let mut residuals = self.residuals(&w, task);
        let (mut now, mut damping) = (cost(&w, &residuals), DAMPING);
        *calls += 1;
        for _ in 0..STEPS {
            let jacobian = self.jacobian(&w, task);
            let slope = task.beta * jacobian.tr_mul(&residuals) - alpha * &w;
            let curvature = task.beta * jacobian.tr_mul(&jacobian);
            let mut gain = None;
            while gain.is_none() && damping < MOST_DAMPING {
                let mut damped = curvature.clone();
                for at in 0..w.len() {
                    damped[(at, at)] += alpha + damping * (alpha + curvature[(at, at)]);
                }
                let tried = damped.cholesky().map(|own| &w + own.solve(&slope));
                if let Some(tried) = tried {
                    let left = self.residuals(&tried, task);
                    *calls += 1;
                    let next = cost(&tried, &left);
                    if next < now {
                        gain = Some((now - next) / now.abs().max(f64::MIN_POSITIVE));
                        (w, residuals, now) = (tried, left, next);
                        damping = (damping / 10.0).max(1e-12);
                        continue;
                    }
                }
                damping *= 10.0;
            }
            if gain.is_none_or(|gain| gain < GAIN) {
                break;
            }
        }
        w
    }
}

impl Fitted {
    /// The rate under a current, in Hz.
    pub fn rate_hz(&self, current_ua_cm2: f64) -> f64 {
        let (mean, sd) = self.scaling.output;
        mean + sd * self.network.value(&self.weights, self.scaling.input(current_ua_cm2))
    }

    /// The standard deviation of that rate in Laplace's approximation, √(gᵀ A⁻¹ g), without noise; in Hz.
    pub fn rate_sd_hz(&self, current_ua_cm2: f64) -> f64 {
        let slopes = self.network.slopes(&self.weights, self.scaling.input(current_ua_cm2));
        self.scaling.output.1 * slopes.dot(&(&self.covariance * &slopes)).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    fn data() -> Rates {
        let currents_ua_cm2: Vec<f64> = (0..30).map(|at| 2.0 * f64::from(at)).collect();
        let wave =
            |current: &f64| 50.0 + 40.0 * ((current - 25.0) / 8.0).tanh() + 0.9 * (7.0 * current).sin();
        Rates { rates_hz: currents_ua_cm2.iter().map(wave).collect(), currents_ua_cm2 }
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let network = Network { hidden: 3 };
        let w = DVector::from_fn(10, |at, _| (1.7 * at as f64).sin());
        for x in [-1.3, 0.2, 2.0] {
            let slopes = network.slopes(&w, x);
            for at in 0..10 {
                let moved = |by: f64| {
                    let mut w = w.clone();
                    w[at] += by;
                    network.value(&w, x)
                };
                let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert_relative_eq!(slopes[at], difference, max_relative = 1e-7, epsilon = 1e-9);
            }
        }
    }

    /// Without hidden units the network is the constant d, whose posterior under its prior is normal: mean
    /// β Σ y / (β n + α), variance 1 / (β n + α); and all data together are normal with the covariance 1/β + 1/α.
    #[test]
    fn a_linear_model_has_its_posterior_and_its_evidence() {
        let data = Rates { currents_ua_cm2: vec![0.0, 1.0, 2.0], rates_hz: vec![3.0, 4.0, 8.0] };
        let noise = 2.0;
        let found = Network { hidden: 0 }.fit(&data, noise, Streams::new(1), 0);
        let scaling = Scaling::of(&data);
        let (mean, sd) = scaling.output;
        let (alpha, beta) = (found.precision, (sd / noise).powi(2));
        // Scaled outputs sum to nothing.
        assert!(found.weights[0].abs() < 1e-9);
        assert_relative_eq!(found.covariance[(0, 0)], 1.0 / (3.0 * beta + alpha), max_relative = 1e-9);
        assert_relative_eq!(found.rate_hz(7.0), mean, max_relative = 1e-9);
        assert_relative_eq!(found.rate_sd_hz(7.0), sd / (3.0 * beta + alpha).sqrt(), max_relative = 1e-9);
        let covariance =
            noise * noise * DMatrix::identity(3, 3) + DMatrix::from_element(3, 3, sd * sd / alpha);
        let y = DVector::from_column_slice(&data.rates_hz).add_scalar(-mean);
        let cholesky = covariance.cholesky().unwrap();
        let exact = -0.5 * y.dot(&cholesky.solve(&y))
            - 0.5 * cholesky.determinant().ln()
            - 1.5 * std::f64::consts::TAU.ln();
        assert_relative_eq!(found.log_evidence, exact, max_relative = 1e-9);
    }

    /// The slope of the log posterior is nothing at the maximum.
    #[test]
    fn the_maximum_is_one_and_alpha_stays() {
        let data = data();
        let network = Network { hidden: 3 };
        let found = network.fit(&data, 1.0, Streams::new(2), 0);
        let scaling = Scaling::of(&data);
        let outputs = data.rates_hz.iter().map(|rate| (rate - scaling.output.0) / scaling.output.1);
        let task = Task {
            inputs: data.currents_ua_cm2.iter().map(|current| scaling.input(*current)).collect(),
            outputs: DVector::from_iterator(30, outputs),
            beta: scaling.output.1.powi(2),
        };
        let height = |w: &DVector<f64>| {
            -0.5 * (task.beta * network.residuals(w, &task).norm_squared()
                + found.precision * w.norm_squared())
        };
        for at in 0..10 {
            let moved = |by: f64| {
                let mut w = found.weights.clone();
                w[at] += by;
                height(&w)
            };
            let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            let spread = found.covariance[(at, at)].sqrt();
            assert!((slope * spread).abs() < 0.02, "{at}: {slope} {spread}");
        }
        assert_relative_eq!(
            found.precision,
            found.determined / found.weights.norm_squared(),
            max_relative = 1e-3
        );
        assert!((1.0..10.0).contains(&found.determined), "{}", found.determined);
        let error = data.currents_ua_cm2.iter().zip(&data.rates_hz);
        let error = error.map(|(x, y)| (found.rate_hz(*x) - y).powi(2)).sum::<f64>() / 30.0;
        assert!(error.sqrt() < 1.5, "{error}");
    }

    #[test]
    fn the_band_is_wider_beyond_the_data() {
        let found = Network { hidden: 3 }.fit(&data(), 1.0, Streams::new(2), 0);
        assert!(found.rate_sd_hz(100.0) > 2.0 * found.rate_sd_hz(29.0));
    }
}
