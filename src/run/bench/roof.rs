//! What the processor could do at best: independent operations in lanes, with nothing between them.
//!
//! A step cannot be faster than its slowest kind of operation: multiplications (fused or not), additions, divisions.
//! Additions overlap with the others, as they do on a processor with units for each. Divisions keep the units of the
//! multiplications busy for a while, which is measured. Comparisons and bits are taken as free, and so are the drive and
//! the traces, so the roof is one that no program reaches.

use std::hint::black_box;
use std::time::Instant;

use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};

use crate::model::Operations;

/// Vector operations per second on one thread.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roof {
    pub multiplications: f64,
    pub additions: f64,
    pub divisions: f64,
    /// Seconds that one division takes from the multiplications that are done at the same time.
    pub division_among_multiplications_s: f64,
}

/// A kind of operation.
#[derive(Clone, Copy)]
enum Kind {
    Multiplication,
    Addition,
    Division,
    /// One division to [`MULTIPLICATIONS_PER_DIVISION`] multiplications; counted in divisions.
    Mixed,
}

/// About as in the squid axon.
const MULTIPLICATIONS_PER_DIVISION: usize = 12;

/// Rounds between two looks at the clock.
const ROUNDS: usize = 20_000;

impl Roof {
    /// Measures for about `seconds`, each kind with several numbers of independent vectors, of which the best counts.
    pub(super) fn measure(level: Level, seconds: f64) -> Self {
        let best = |kind: Kind| {
            let mut best: f64 = 0.0;
            let clock = Instant::now();
            while clock.elapsed().as_secs_f64() < seconds / 4.0 {
                best = best
                    .max(rate::<4>(level, kind))
                    .max(rate::<6>(level, kind))
                    .max(rate::<8>(level, kind))
                    .max(rate::<12>(level, kind));
            }
            best
        };
        let (multiplications, mixed) = (best(Kind::Multiplication), best(Kind::Mixed));
        let taken_s = 1.0 / mixed - MULTIPLICATIONS_PER_DIVISION as f64 / multiplications;
        Self {
            multiplications,
            additions: best(Kind::Addition),
            divisions: best(Kind::Division),
            division_among_multiplications_s: taken_s.max(0.0),
        }
    }

    /// Steps of one vector per second at best.
    pub(super) fn steps_per_second(self, work: Operations) -> f64 {
        let multiplications = f64::from(work.fused + work.multiplications) / self.multiplications
            + f64::from(work.divisions) * self.division_among_multiplications_s;
        let additions = f64::from(work.additions) / self.additions;
        let divisions = f64::from(work.divisions) / self.divisions;
        1.0 / multiplications.max(additions).max(divisions)
    }
}

/// Operations per second on that many independent vectors.
fn rate<const VECTORS: usize>(level: Level, kind: Kind) -> f64 {
    let clock = Instant::now();
    let sum = match kind {
        Kind::Multiplication => dispatch!(level, simd => multiply::<_, VECTORS>(simd, black_box(0.999))),
        Kind::Addition => dispatch!(level, simd => add::<_, VECTORS>(simd, black_box(0.001))),
        Kind::Division => dispatch!(level, simd => divide::<_, VECTORS>(simd, black_box(1.000_001))),
        Kind::Mixed => dispatch!(level, simd => mix::<_, VECTORS>(simd, black_box(1.000_001))),
    };
    black_box(sum);
    (ROUNDS * VECTORS) as f64 / clock.elapsed().as_secs_f64()
}

/// The sum of everything, so that nothing is left out.
#[inline(always)]
fn total<S: Simd, const VECTORS: usize>(x: [f64x8<S>; VECTORS]) -> f64 {
    x.iter().map(|vector| vector.as_slice().iter().sum::<f64>()).sum()
}

#[inline(always)]
fn multiply<S: Simd, const VECTORS: usize>(simd: S, factor: f64) -> f64 {
    let factor = simd.splat_f64x8(factor);
    let mut x = [factor; VECTORS];
    for _ in 0..ROUNDS {
        for x in &mut x {
            *x = simd.mul_add_f64x8(*x, factor, factor);
        }
    }
    total(x)
}

#[inline(always)]
fn add<S: Simd, const VECTORS: usize>(simd: S, addend: f64) -> f64 {
    let addend = simd.splat_f64x8(addend);
    let mut x = [addend; VECTORS];
    for _ in 0..ROUNDS {
        for x in &mut x {
            *x += addend;
        }
    }
    total(x)
}

#[inline(always)]
fn divide<S: Simd, const VECTORS: usize>(simd: S, divisor: f64) -> f64 {
    let divisor = simd.splat_f64x8(divisor);
    let mut x = [divisor; VECTORS];
    for _ in 0..ROUNDS {
        for x in &mut x {
            *x /= divisor;
        }
    }
    total(x)
}

#[inline(always)]
fn mix<S: Simd, const VECTORS: usize>(simd: S, number: f64) -> f64 {
    let number = simd.splat_f64x8(number);
    let (mut x, mut y) = ([number; MULTIPLICATIONS_PER_DIVISION], [number; VECTORS]);
    for _ in 0..ROUNDS {
        for y in &mut y {
            *y /= number;
            for x in &mut x {
                *x = simd.mul_add_f64x8(*x, number, number);
            }
        }
    }
    total(x) + total(y)
}
