//! Activation functions on a voltage-like axis, scaled to a hundred.
//!
//! The threshold of the rectifiers is −65, and the smooth ones have their middle at 0. The two smooth ones are the same
//! function: 50 tanh(x/20) + 50 = 100 / (1 + e^(−x/10)), because tanh(y) = 2/(1 + e^(−2y)) − 1.

/// Where the rectifiers begin.
const THRESHOLD: f64 = -65.0;
/// Slope of the leaky rectifier below the threshold.
const LEAK: f64 = 0.01;

/// An artificial unit: a name, and output over input.
#[derive(Clone, Copy, Debug)]
pub struct Activation {
    /// Its name.
    pub name: &'static str,
    /// Output for an input, both without unit.
    pub of: fn(f64) -> f64,
}

/// In the order of their definition: ReLU, sigmoid, tanh, leaky ReLU.
pub const ACTIVATIONS: [Activation; 4] = [
    Activation { name: "ReLU", of: relu },
    Activation { name: "sigmoid", of: sigmoid },
    Activation { name: "tanh", of: tanh },
    Activation { name: "leaky ReLU", of: leaky_relu },
];

fn relu(x: f64) -> f64 {
    (x - THRESHOLD).max(0.0)
}

fn sigmoid(x: f64) -> f64 {
    100.0 / (1.0 + (-x / 10.0).exp())
}

fn tanh(x: f64) -> f64 {
    50.0 * (x / 20.0).tanh() + 50.0
}

fn leaky_relu(x: f64) -> f64 {
    if x > THRESHOLD { x - THRESHOLD } else { LEAK * (x - THRESHOLD) }
}

/// `count` points from `from` to `to`, both included.
pub fn evenly(from: f64, to: f64, count: usize) -> Vec<f64> {
    let step = (to - from) / count.saturating_sub(1).max(1) as f64;
    (0..count).map(|index| if index + 1 == count { to } else { from + index as f64 * step }).collect()
}

/// The largest difference between sigmoid and tanh at some inputs: rounding alone.
pub fn smooth_difference(inputs: &[f64]) -> f64 {
    inputs.iter().map(|x| (sigmoid(*x) - tanh(*x)).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_the_values_of_their_definitions() {
        let at = |x: f64| ACTIVATIONS.map(|unit| (unit.of)(x));
        let close = |found: [f64; 4], expected: [f64; 4]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        };
        close(at(0.0), [65.0, 50.0, 50.0, 65.0]);
        close(at(-80.0), [0.0, 0.033_535_013_0, 0.033_535_013_0, -0.15]);
        close(at(40.0), [105.0, 98.201_379_003_8, 98.201_379_003_8, 105.0]);
    }

    #[test]
    fn sigmoid_and_tanh_are_one_function() {
        assert!(smooth_difference(&evenly(-80.0, 40.0, 1000)) < 1e-12);
    }

    #[test]
    fn points_are_even_and_end_at_the_end() {
        assert_eq!(evenly(-80.0, 40.0, 4), [-80.0, -40.0, 0.0, 40.0]);
    }
}
