//! Draws from the standard normal distribution, a block at a time in SIMD lanes.
//!
//! The method of Box and Muller (1958), <https://doi.org/10.1214/aoms/1177706645>: if u and a are uniform on (0, 1),
//! then √(−2 ln u) cos 2πa and √(−2 ln u) sin 2πa are two independent draws. Each of them comes from one word of 32
//! bits of a `ChaCha8` generator, so |z| ends at √(66 ln 2) = 6.76, beyond which there is one draw in 7e10.

use std::f64::consts::FRAC_PI_4;

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::instructions;

/// Draws that are made together: four blocks of `ChaCha8`, its own unit of work.
pub const NORMALS: usize = 64;

/// The first half of the words gives the radii, the second half the angles.
const PAIRS: usize = NORMALS / 2;

/// Lanes of a vector.
const WIDTH: usize = 8;

/// Makes blocks of normal draws.
#[derive(Clone, Copy, Debug)]
pub struct NormalBlocks {
    level: Level,
}

impl Default for NormalBlocks {
    /// With the instructions of this processor.
    fn default() -> Self {
        Self { level: instructions() }
    }
}

impl NormalBlocks {
    /// The next draws of a generator.
    pub fn draw(self, generator: &mut ChaCha8Rng) -> [f64; NORMALS] {
        let mut bytes = [0_u8; 4 * NORMALS];
        generator.fill_bytes(&mut bytes);
        let level = self.level;
        dispatch!(level, simd => from_bytes(simd, &bytes))
    }
}

/// Turns words into draws.
#[inline(always)]
fn from_bytes<S: Simd>(simd: S, bytes: &[u8; 4 * NORMALS]) -> [f64; NORMALS] {
    // Loops in place of iterators: their closures might be compiled for a processor without vectors.
    let mut words = [0; NORMALS];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    let mut normals = [0.0; NORMALS];
    for first in (0..PAIRS).step_by(WIDTH) {
        let radius = half_radius(simd, &words[first..first + WIDTH]);
        let (x, y) = direction(simd, &words[PAIRS + first..PAIRS + first + WIDTH]);
        (radius * x).store_slice(&mut normals[first..first + WIDTH]);
        (radius * y).store_slice(&mut normals[PAIRS + first..PAIRS + first + WIDTH]);
    }
    normals
}

/// √(−ln u), which is the radius over √2, of u = (word + ½) / 2³².
///
/// With u = m · 2^e and √½ < m < √2: ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …) of s = (m − 1) / (m + 1). As
/// s² < 0.0295, what is left out after s¹⁵ is below 0.0295⁸ / 17 = 3.4e-14 of the logarithm.
#[inline(always)]
fn half_radius<S: Simd>(simd: S, words: &[u32]) -> f64x8<S> {
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    /// The bits of 2⁵²: an integer in its mantissa is added to it.
    const INTEGER: u64 = (1023 + 52) << 52;
    /// √½, which counts as the start of an exponent in place of 1.
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    // u · 2³² lies between ½ and 2³².
    let mut exponent = [0.0; WIDTH];
    let mut mantissa = [0.0; WIDTH];
    for lane in 0..WIDTH {
        let bits = (f64::from(words[lane]) + 0.5).to_bits() + (ONE - ROOT_HALF);
        exponent[lane] = f64::from_bits((bits >> 52) | INTEGER);
        mantissa[lane] = f64::from_bits((bits & MANTISSA) + ROOT_HALF);
    }
    // The exponent is held with a bias of 1023.
    let exponent = f64x8::from_slice(simd, &exponent) - (4_503_599_627_370_496.0 + 1023.0 + 32.0);
    let m = f64x8::from_slice(simd, &mantissa);
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let s4 = s2 * s2;
    let s8 = s4 * s4;
    let c = |odd: f64| simd.splat_f64x8(2.0 / odd);
    let low = c(7.0).mul_add(s2, c(5.0)).mul_add(s4, c(3.0).mul_add(s2, c(1.0)));
    let high = c(15.0).mul_add(s2, c(13.0)).mul_add(s4, c(11.0).mul_add(s2, c(9.0)));
    let logarithm = exponent.mul_add(std::f64::consts::LN_2, high.mul_add(s8, low) * s);
    (-logarithm).sqrt()
}

/// √2 cos φ and √2 sin φ of an angle whose quadrant is in the two highest bits of the word.
///
/// Within the quadrant φ = π/4 + t with |t| < π/4, so √2 cos φ = cos t − sin t and √2 sin φ = cos t + sin t. What is
/// left out of the Taylor polynomials is below (π/4)¹⁵ / 15! = 2.1e-14 and (π/4)¹⁶ / 16! = 1.1e-15.
#[inline(always)]
fn direction<S: Simd>(simd: S, words: &[u32]) -> (f64x8<S>, f64x8<S>) {
    /// Highest of the bits that say where in the quadrant.
    const INSIDE: u32 = (1 << 30) - 1;
    const ONE: u64 = 1023 << 52;
    let mut signs_x = [0.0; WIDTH];
    let mut signs_y = [0.0; WIDTH];
    let mut inside = [0.0; WIDTH];
    for lane in 0..WIDTH {
        let word = words[lane];
        signs_x[lane] = f64::from_bits(ONE | (u64::from(word >> 31) << 63));
        signs_y[lane] = f64::from_bits(ONE | (u64::from(word >> 30) << 63));
        inside[lane] = f64::from(word & INSIDE);
    }
    // From −π/4 to π/4, symmetric about 0.
    let scale = 2.0 * FRAC_PI_4 / f64::from(1 << 30);
    let t = (f64x8::from_slice(simd, &inside) - (f64::from(1 << 29) - 0.5)) * scale;
    let t2 = t * t;
    let c = |coefficient: f64| simd.splat_f64x8(coefficient);
    let sine = c(1.0 / 6_227_020_800.0)
        .mul_add(t2, c(-1.0 / 39_916_800.0))
        .mul_add(t2, c(1.0 / 362_880.0))
        .mul_add(t2, c(-1.0 / 5040.0))
        .mul_add(t2, c(1.0 / 120.0))
        .mul_add(t2, c(-1.0 / 6.0))
        .mul_add(t2, c(1.0))
        * t;
    let cosine = c(-1.0 / 87_178_291_200.0)
        .mul_add(t2, c(1.0 / 479_001_600.0))
        .mul_add(t2, c(-1.0 / 3_628_800.0))
        .mul_add(t2, c(1.0 / 40320.0))
        .mul_add(t2, c(-1.0 / 720.0))
        .mul_add(t2, c(1.0 / 24.0))
        .mul_add(t2, c(-0.5))
        .mul_add(t2, c(1.0));
    let sign_x = f64x8::from_slice(simd, &signs_x);
    let sign_y = f64x8::from_slice(simd, &signs_y);
    ((cosine - sine) * sign_x, (cosine + sine) * sign_y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;
    use rand::RngExt;
    use statrs::function::erf::erfc;
    use std::f64::consts::{FRAC_PI_2, SQRT_2};

    /// Draws of each test: enough for some beyond five standard deviations.
    const COUNT: usize = 1 << 22;

    fn draws(row: u64) -> Vec<f64> {
        let mut generator = Streams::new(3).stage("normal").generator(0, row);
        let blocks = NormalBlocks::default();
        (0..COUNT / NORMALS).flat_map(|_| blocks.draw(&mut generator)).collect()
    }

    /// What is not as in the standard normal distribution, by moments, Kolmogorov and Smirnov, and tails.
    fn faults(mut draws: Vec<f64>) -> Vec<String> {
        let n = draws.len() as f64;
        let moment = |power: i32| draws.iter().map(|z| z.powi(power)).sum::<f64>() / n;
        // Expectation, and six standard errors of a mean of zᵏ, whose variance is E z²ᵏ − (E zᵏ)².
        let moments = [(1, 0.0, 1.0_f64), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)];
        let mut faults = Vec::new();
        for (power, expected, variance) in moments {
            let found = moment(power);
            if (found - expected).abs() > 6.0 * (variance / n).sqrt() {
                faults.push(format!("moment {power}: {found}"));
            }
        }
        for limit in [3.0, 4.0, 5.0] {
            let expected = n * erfc(limit / SQRT_2);
            let found = draws.iter().filter(|z| z.abs() > limit).count() as f64;
            if (found - expected).abs() > 6.0 * expected.sqrt() {
                faults.push(format!("{found} beyond {limit}, expected {expected}"));
            }
        }
        draws.sort_by(f64::total_cmp);
        let below = draws.iter().map(|z| 0.5 * erfc(-z / SQRT_2)).enumerate();
        let distance = below.map(|(at, p)| (p - (at as f64 + 0.5) / n).abs()).fold(0.0, f64::max);
        // Kolmogorov's distribution: beyond x with the probability 2 e^(−2x²), as rare as six standard errors at 3.2.
        if distance * n.sqrt() > 3.2 {
            faults.push(format!("Kolmogorov-Smirnov {distance}"));
        }
        faults
    }

    #[test]
    fn draws_are_normal() {
        assert_eq!(faults(draws(0)), Vec::<String>::new());
    }

    /// The sum of twelve uniform numbers has the right mean and variance, but thin tails.
    #[test]
    fn draws_that_are_not_normal_are_noticed() {
        let mut generator = Streams::new(3).generator(0, 0);
        let sums = (0..COUNT).map(|_| (0..12).map(|_| generator.random::<f64>()).sum::<f64>() - 6.0);
        let faults = faults(sums.collect());
        for expected in ["moment 4", "beyond 4", "Kolmogorov"] {
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
        }
    }

    /// Six standard errors of the mean of products of independent draws, and of their squares about 1.
    fn assert_independent(first: &[f64], second: &[f64], what: &str) {
        let n = first.len() as f64;
        let pairs = || first.iter().zip(second);
        let product = pairs().map(|(a, b)| a * b).sum::<f64>() / n;
        let squares = pairs().map(|(a, b)| (a * a - 1.0) * (b * b - 1.0)).sum::<f64>() / n;
        assert!(product.abs() < 6.0 / n.sqrt(), "{what}: {product}");
        assert!(squares.abs() < 12.0 / n.sqrt(), "{what}, squares: {squares}");
    }

    #[test]
    fn neighbouring_steps_and_rows_are_independent() {
        let (row, next) = (draws(0), draws(1));
        // Draws of one pair are 32 steps apart, blocks 64.
        for lag in [1, 2, 7, 8, 31, PAIRS, 33, NORMALS] {
            assert_independent(&row[lag..], &row[..COUNT - lag], &format!("{lag} steps apart"));
        }
        assert_independent(&row, &next, "rows");
    }

    #[test]
    #[should_panic(expected = "squares")]
    fn a_shared_radius_is_noticed() {
        let row = draws(0);
        let signs = draws(1);
        let same: Vec<f64> = row.iter().zip(&signs).map(|(z, sign)| z.copysign(*sign)).collect();
        assert_independent(&row, &same, "a draw and its size");
    }

    /// The method by the functions of the standard library, at the edges of its words and between them.
    #[test]
    fn polynomials_agree_with_the_standard_library() {
        let edges = [0, 1, 2, 3, u32::MAX, u32::MAX - 1, 1 << 30, (1 << 30) - 1, 1 << 31, (1 << 31) - 1];
        let mut generator = Streams::new(3).generator(0, 2);
        let words: Vec<u32> = edges.into_iter().chain((0..10_000).map(|_| generator.random())).collect();
        let level = Level::new();
        for (&radius, &angle) in words.iter().zip(words.iter().rev()).chain(words.iter().zip(&words)) {
            let mut bytes = [0; 4 * NORMALS];
            for (at, word) in bytes.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *word = if at < PAIRS { radius } else { angle }.to_le_bytes();
            }
            let normals = dispatch!(level, simd => from_bytes(simd, &bytes));
            let length = (-2.0 * ((f64::from(radius) + 0.5) / 2_f64.powi(32)).ln()).sqrt();
            let phi = FRAC_PI_2 * (f64::from(angle % (1 << 30)) + 0.5) / 2_f64.powi(30);
            let sign = |bit: u32| if angle >> bit & 1 == 1 { -1.0 } else { 1.0 };
            // Polynomials and rounding, both about 2e-14.
            let tolerance = 1e-13 * length;
            assert!((normals[3] - sign(31) * length * phi.cos()).abs() <= tolerance, "{radius} {angle}");
            assert!(
                (normals[PAIRS + 3] - sign(30) * length * phi.sin()).abs() <= tolerance,
                "{radius} {angle}"
            );
        }
    }
}
