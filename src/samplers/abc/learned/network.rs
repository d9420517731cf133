//! A small network that estimates the parameters from the predictors: what a linear regression leaves, by one layer of
//! hyperbolic tangents, trained by Adam (Kingma and Ba 2015, <https://doi.org/10.48550/arXiv.1412.6980>) until it gets no
//! better on simulations that it does not see. Where the regression says everything, the network adds nothing.

use nalgebra::{DMatrix, DVector};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::projection::Projection;
use crate::numeric::{Streams, standard_normal};

const HIDDEN: usize = 32;
const BATCH: usize = 64;
const EPOCHS: usize = 500;
/// Epochs without a better error that end the training.
const PATIENCE: usize = 20;
/// One simulation in this many is not learned from, but says when to end.
const WATCHED: usize = 8;
const RATE: f64 = 3e-3;

/// The network.
#[derive(Clone)]
pub(super) struct Network {
    linear: Projection,
    hidden: Layer,
    output: Layer,
    /// Spread of what the regression leaves of each parameter.
    spreads: Vec<f64>,
}

/// Weights of shape `[out, in]`, and offsets.
#[derive(Clone)]
struct Layer {
    weights: DMatrix<f64>,
    offsets: DVector<f64>,
}

/// The slopes of the error, or a running mean of them.
type Slopes = [Layer; 2];

impl Layer {
    fn zeros(out: usize, of: usize) -> Self {
        Self { weights: DMatrix::zeros(out, of), offsets: DVector::zeros(out) }
    }

    /// Normal weights of variance 1 / inputs.
    fn random(out: usize, of: usize, generator: &mut ChaCha8Rng) -> Self {
        let size = 1.0 / (of as f64).sqrt();
        let weights = DMatrix::from_fn(out, of, |_, _| size * standard_normal(generator));
        Self { weights, offsets: DVector::zeros(out) }
    }

    fn of(&self, input: &DVector<f64>) -> DVector<f64> {
        &self.weights * input + &self.offsets
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.weights.iter_mut().chain(self.offsets.iter_mut())
    }
}

impl Network {
    /// Learns to estimate parameters. `inputs`: shape `[simulation, predictor]`; `parameters`: `[simulation, parameter]`.
    pub(super) fn trained(inputs: &DMatrix<f64>, parameters: &DMatrix<f64>, streams: Streams) -> Self {
        let linear = Projection::regression(inputs, parameters);
        let input = |row: usize| inputs.row(row).transpose();
        let mut left = parameters.clone();
        for (row, mut own) in left.row_iter_mut().enumerate() {
            for (value, estimate) in own.iter_mut().zip(linear.of(input(row).as_slice())) {
                *value -= estimate;
            }
        }
        let spreads: Vec<f64> =
            left.column_iter().map(|column| column.variance().sqrt().max(f64::MIN_POSITIVE)).collect();
        let wanted = |row: usize| {
            left.row(row).transpose().zip_map(&DVector::from_column_slice(&spreads), |v, s| v / s)
        };
        let pairs: Vec<(DVector<f64>, DVector<f64>)> =
            (0..inputs.nrows()).map(|row| (input(row), wanted(row))).collect();
        let (watched, seen): (Vec<_>, Vec<_>) =
            pairs.into_iter().enumerate().partition(|(place, _)| place.is_multiple_of(WATCHED));
        let (watched, mut seen): (Vec<_>, Vec<_>) =
            (watched.into_iter().map(|own| own.1).collect(), seen.into_iter().map(|own| own.1).collect());
        let mut generator = streams.generator(0, 0);
        let hidden = Layer::random(HIDDEN, inputs.ncols(), &mut generator);
        // It begins with what the regression says.
        let output = Layer::zeros(parameters.ncols(), HIDDEN);
        let mut network = Self { linear, hidden, output, spreads };
        let error = |network: &Self| -> f64 {
            watched
                .iter()
                .map(|(x, y): &(DVector<f64>, DVector<f64>)| (network.scaled(x) - y).norm_squared())
                .sum()
        };
        let (mut best, mut best_error, mut since) = (network.clone(), error(&network), 0);
        let mut adam = Adam::new(&network);
        for _ in 0..EPOCHS {
            seen.shuffle(&mut generator);
            for batch in seen.chunks(BATCH) {
                let slopes = network.slopes(batch);
                adam.step(&mut network, slopes);
            }
            let own_error = error(&network);
            since += 1;
            if own_error < best_error {
                (best, best_error, since) = (network.clone(), own_error, 0);
            }
            if since == PATIENCE {
                break;
            }
        }
        best
    }

    /// The estimates from the predictors of one simulation.
    pub(super) fn of(&self, inputs: &[f64]) -> Vec<f64> {
        let left = self.scaled(&DVector::from_column_slice(inputs));
        let linear = self.linear.of(inputs).into_iter();
        linear
            .zip(left.iter().zip(&self.spreads))
            .map(|(value, (left, spread))| value + spread * left)
            .collect()
    }

    /// What the regression leaves of the parameters, in units of its spread.
    fn scaled(&self, input: &DVector<f64>) -> DVector<f64> {
        self.output.of(&self.hidden.of(input).map(f64::tanh))
    }

    /// The slopes of half the mean squared error of some simulations.
    fn slopes(&self, batch: &[(DVector<f64>, DVector<f64>)]) -> Slopes {
        let mut slopes = self.zeros();
        let share = 1.0 / batch.len() as f64;
        for (input, wanted) in batch {
            let active = self.hidden.of(input).map(f64::tanh);
            let error = (self.output.of(&active) - wanted) * share;
            slopes[1].weights.ger(1.0, &error, &active, 1.0);
            slopes[1].offsets += &error;
            let back = self.output.weights.tr_mul(&error).zip_map(&active, |own, a| own * (1.0 - a * a));
            slopes[0].weights.ger(1.0, &back, input, 1.0);
            slopes[0].offsets += back;
        }
        slopes
    }

    fn zeros(&self) -> Slopes {
        [&self.hidden, &self.output].map(|layer| Layer::zeros(layer.weights.nrows(), layer.weights.ncols()))
    }
}

/// Running means of the slopes and of their squares.
struct Adam {
    means: Slopes,
    squares: Slopes,
    steps: i32,
}

impl Adam {
    fn new(network: &Network) -> Self {
        Self { means: network.zeros(), squares: network.zeros(), steps: 0 }
    }

    fn step(&mut self, network: &mut Network, mut slopes: Slopes) {
        const MEMORY: (f64, f64) = (0.9, 0.999);
        self.steps += 1;
        let (first, second) = (1.0 - MEMORY.0.powi(self.steps), 1.0 - MEMORY.1.powi(self.steps));
        let layers = [&mut network.hidden, &mut network.output].into_iter().zip(&mut slopes);
        let memories = self.means.iter_mut().zip(&mut self.squares);
        for ((layer, slopes), (means, squares)) in layers.zip(memories) {
            let running = means.numbers().zip(squares.numbers());
            for ((number, slope), (mean, square)) in layer.numbers().zip(slopes.numbers()).zip(running) {
                *mean += (1.0 - MEMORY.0) * (*slope - *mean);
                *square += (1.0 - MEMORY.1) * (*slope * *slope - *square);
                *number -= RATE * (*mean / first) / ((*square / second).sqrt() + 1e-8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// Share of the variance of a parameter that its estimates explain, on inputs that were not learned from.
    fn explained(parameter: fn(&[f64]) -> f64, noise: f64) -> f64 {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let inputs = DMatrix::from_fn(4000, 5, |_, _| standard_normal(&mut random));
        let values: Vec<f64> = inputs
            .row_iter()
            .map(|row| parameter(row.transpose().as_slice()) + noise * standard_normal(&mut random))
            .collect();
        let (seen, rest) = (inputs.rows(0, 3000).into_owned(), inputs.rows(3000, 1000));
        let network =
            Network::trained(&seen, &DMatrix::from_column_slice(3000, 1, &values[..3000]), Streams::new(1));
        let mean = values[3000..].iter().sum::<f64>() / 1000.0;
        let (mut left, mut all) = (0.0, 0.0);
        for (row, value) in rest.row_iter().zip(&values[3000..]) {
            left += (network.of(row.transpose().as_slice())[0] - value).powi(2);
            all += (value - mean).powi(2);
        }
        1.0 - left / all
    }

    /// A product has no linear part at all.
    #[test]
    fn a_product_is_learned() {
        let share = explained(|x| x[0] * x[1], 0.0);
        assert!(share > 0.95, "{share}");
    }

    /// Noise of variance one half beside a sum of variance one leaves 2 / 3; learning by heart would leave less.
    #[test]
    fn noise_is_not_learned_by_heart() {
        let share = explained(|x| x[0], 0.5_f64.sqrt());
        assert!((share - 2.0 / 3.0).abs() < 0.04, "{share}");
    }
}
