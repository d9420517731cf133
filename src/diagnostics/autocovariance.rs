//! Autocovariance of many chains at once, by the fast Fourier transform.
//!
//! The transform costs the same for every chain, so a chain that hardly moves is not slow to diagnose. Two
//! real chains travel as the real and the imaginary part of one complex series: the power spectrum of the
//! pair transforms back to the sum of their autocovariances in its real part.

use std::f64::consts::PI;

use nalgebra::Complex;
use ndarray::{ArrayView1, ArrayView2};

/// Autocovariance averaged over chains, for every lag.
///
/// `chains`: shape `[chain, draw]`, at least one of each. Returns shape `[draw]`; the sum at each lag is
/// divided by the number of draws, not of pairs.
pub(super) fn mean_autocovariance(chains: ArrayView2<'_, f64>) -> Vec<f64> {
    let (chain_count, draws) = chains.dim();
    // Twice the length, so that the end of a chain does not meet its start.
    let transform = Transform::new((2 * draws).next_power_of_two());
    let mut power = vec![Complex::new(0.0, 0.0); transform.size];
    let mut series = power.clone();
    for first in (0..chain_count).step_by(2) {
        series.fill(Complex::new(0.0, 0.0));
        for (value, centred) in series.iter_mut().zip(centred(chains.row(first))) {
            value.re = centred;
        }
        if first + 1 < chain_count {
            for (value, centred) in series.iter_mut().zip(centred(chains.row(first + 1))) {
                value.im = centred;
            }
        }
        transform.apply(&mut series);
        for (power, value) in power.iter_mut().zip(&series) {
            power.re += value.norm_sqr();
        }
    }
    // The inverse differs by the sign of the phase, and so only in the imaginary part of the result.
    transform.apply(&mut power);
    let scale = 1.0 / (transform.size * chain_count * draws) as f64;
    power[..draws].iter().map(|value| value.re * scale).collect()
}

fn centred(chain: ArrayView1<'_, f64>) -> impl Iterator<Item = f64> {
    let mean = chain.mean().unwrap_or(f64::NAN);
    chain.into_iter().map(move |value| value - mean)
}

/// The radix-2 transform of one size (Cooley and Tukey 1965, <https://doi.org/10.2307/2003354>).
struct Transform {
    size: usize,
    /// exp(−2πi k / size) for k below half the size.
    roots: Vec<Complex<f64>>,
}

impl Transform {
    /// `size`: a power of two.
    fn new(size: usize) -> Self {
        let angle = |k: usize| -2.0 * PI * k as f64 / size as f64;
        let roots = (0..size / 2).map(|k| Complex::new(angle(k).cos(), angle(k).sin())).collect();
        Self { size, roots }
    }

    fn apply(&self, series: &mut [Complex<f64>]) {
        let bits = self.size.trailing_zeros();
        for index in 0..self.size {
            let mirrored = index.reverse_bits() >> (usize::BITS - bits);
            if index < mirrored {
                series.swap(index, mirrored);
            }
        }
        let mut half = 1;
        while half < self.size {
            let stride = self.size / (2 * half);
            for block in series.chunks_exact_mut(2 * half) {
                let (even, odd) = block.split_at_mut(half);
                for ((even, odd), root) in even.iter_mut().zip(odd).zip(self.roots.iter().step_by(stride)) {
                    let turned = *odd * root;
                    (*even, *odd) = (*even + turned, *even - turned);
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn the_transform_gives_the_sums_of_products() {
        for (chain_count, draws) in [(1, 4), (2, 7), (3, 50)] {
            let chains = Array2::from_shape_fn((chain_count, draws), |(c, d)| {
                ((c * 31 + d * d * 17) % 23) as f64 - 0.3 * c as f64
            });
            let covariance = mean_autocovariance(chains.view());
            assert_eq!(covariance.len(), draws);
            for (lag, value) in covariance.iter().enumerate() {
                let direct: f64 = chains
                    .rows()
                    .into_iter()
                    .map(|chain| {
                        let chain: Vec<f64> = centred(chain).collect();
                        chain.iter().zip(&chain[lag..]).map(|(a, b)| a * b).sum::<f64>()
                    })
                    .sum();
                let direct = direct / (chain_count * draws) as f64;
                // Rounding: the covariance is below 23², with a few operations per stage.
                assert!((value - direct).abs() < 1e-12 * 23.0 * 23.0, "lag {lag}: {value} is not {direct}");
            }
        }
    }
}
