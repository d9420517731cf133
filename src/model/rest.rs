//! The resting potential of a parameter set: the lowest voltage at which the steady membrane current balances the
//! holding current and small disturbances die out.
//!
//! Stability is that of the full system (voltage and gates), not only of the steady current: an axon can have a
//! balance of currents that it spirals away from, and is then a pacemaker.

use super::channels::{ChannelSet, steady_state};
use super::membrane::Lot;

/// Where a set without a rest starts to run freely.
pub(super) const FREE_START_MV: f64 = -65.0;

/// Range in which a rest is looked for, and the distance between two looks.
const LOWEST_MV: f64 = -150.0;
const HIGHEST_MV: f64 = 60.0;
const STRIDE_MV: f64 = 3.0;

/// The stable rest of every lane under its holding current (µA/cm²); `None` where there is none.
pub(super) fn stable_rests<C: ChannelSet<GATES>, const GATES: usize>(
    lot: &Lot,
    capacitance: &[f64],
    holding_ua_cm2: &[f64],
) -> Vec<Option<f64>> {
    let mut known: Vec<(Vec<f64>, f64, Option<f64>)> = Vec::new();
    (0..lot.lanes())
        .map(|lane| {
            let parameters = lot.lane(lane);
            // The spare lanes of a lot repeat its last set.
            if let Some((last, holding, rest)) = known.last()
                && *last == parameters
                && holding.to_bits() == holding_ua_cm2[lane].to_bits()
            {
                return *rest;
            }
            let rest = stable_rest::<C, GATES>(&parameters, capacitance[lane], holding_ua_cm2[lane]);
            known.push((parameters, holding_ua_cm2[lane], rest));
            rest
        })
        .collect()
}

/// The lowest stable rest of one parameter set, in mV.
fn stable_rest<C: ChannelSet<GATES>, const GATES: usize>(
    parameters: &[f64],
    capacitance: f64,
    holding_ua_cm2: f64,
) -> Option<f64> {
    let outward = |v: f64| {
        let (g, g_e) = C::conductance_plain(parameters, &steady_state::<C, GATES>(parameters, v));
        g * v - g_e - holding_ua_cm2
    };
    let mut below = (LOWEST_MV, outward(LOWEST_MV));
    let mut v = LOWEST_MV;
    while v < HIGHEST_MV {
        v += STRIDE_MV;
        let above = (v, outward(v));
        // Only where the outward current grows through zero can a rest be stable.
        if below.1 <= 0.0 && above.1 > 0.0 {
            let rest = root(outward, below, above);
            if is_stable(&jacobian::<C, GATES>(parameters, capacitance, holding_ua_cm2, rest)) {
                return Some(rest);
            }
        }
        below = above;
    }
    None
}

/// A root between two points of opposite sign, by the Illinois variant of the false position.
/// Source: <https://doi.org/10.1007/BF01934364>
fn root(f: impl Fn(f64) -> f64, mut a: (f64, f64), mut b: (f64, f64)) -> f64 {
    for _ in 0..60 {
        let x = (a.0 * b.1 - b.0 * a.1) / (b.1 - a.1);
        if (b.0 - a.0).abs() < 1e-12 || !x.is_finite() {
            break;
        }
        let y = f(x);
        if y * b.1 <= 0.0 {
            a = b;
        } else {
            a.1 *= 0.5;
        }
        if (x - b.0).abs() < 1e-13 * b.0.abs() {
            return x;
        }
        b = (x, y);
    }
    b.0
}

/// The linear system around a rest. Gates feel each other only through the voltage, so it has the shape of an
/// arrow: dV' = a V + Σ bᵢ xᵢ and dxᵢ' = cᵢ V − kᵢ xᵢ.
struct Arrow<const GATES: usize> {
    a: f64,
    b_c: [f64; GATES],
    k: [f64; GATES],
}

fn jacobian<C: ChannelSet<GATES>, const GATES: usize>(
    parameters: &[f64],
    capacitance: f64,
    holding_ua_cm2: f64,
    v: f64,
) -> Arrow<GATES> {
    const SMALL: f64 = 1e-5;
    let gates = steady_state::<C, GATES>(parameters, v);
    let slope = |gates: &[f64; GATES]| {
        let (g, g_e) = C::conductance_plain(parameters, gates);
        (holding_ua_cm2 + g_e - g * v) / capacitance
    };
    let (g, _) = C::conductance_plain(parameters, &gates);
    let rates = C::rates_per_ms(parameters, v);
    let above = steady_state::<C, GATES>(parameters, v + SMALL);
    let below = steady_state::<C, GATES>(parameters, v - SMALL);
    let k = rates.map(|(alpha, beta)| alpha + beta);
    let b_c = std::array::from_fn(|i| {
        let (mut up, mut down) = (gates, gates);
        up[i] += SMALL;
        down[i] -= SMALL;
        let b = (slope(&up) - slope(&down)) / (2.0 * SMALL);
        b * k[i] * (above[i] - below[i]) / (2.0 * SMALL)
    });
    Arrow { a: -g / capacitance, b_c, k }
}

/// Whether every eigenvalue has a negative real part, by the criterion of Routh and Hurwitz.
fn is_stable<const GATES: usize>(arrow: &Arrow<GATES>) -> bool {
    // (λ − a) Π (λ + kᵢ) − Σ bᵢ cᵢ Π_{j≠i} (λ + kⱼ), highest power first.
    let product = |skip: Option<usize>| {
        let mut polynomial = vec![1.0];
        for (i, k) in arrow.k.iter().enumerate() {
            if Some(i) != skip {
                polynomial.push(0.0);
                for power in (1..polynomial.len()).rev() {
                    polynomial[power] += k * polynomial[power - 1];
                }
            }
        }
        polynomial
    };
    let gates = product(None);
    let mut characteristic = gates.clone();
    characteristic.push(0.0);
    for (power, coefficient) in gates.iter().enumerate() {
        characteristic[power + 1] -= arrow.a * coefficient;
    }
    for (i, b_c) in arrow.b_c.iter().enumerate() {
        for (power, coefficient) in product(Some(i)).iter().enumerate() {
            characteristic[power + 2] -= b_c * coefficient;
        }
    }
    let mut upper: Vec<f64> = characteristic.iter().step_by(2).copied().collect();
    let mut lower: Vec<f64> = characteristic.iter().skip(1).step_by(2).copied().collect();
    while let Some(&pivot) = lower.first() {
        // The comparison is false for NaN too: a system that cannot be judged has no rest.
        if !(pivot > 0.0) {
            return false;
        }
        let ratio = upper[0] / pivot;
        let next: Vec<f64> =
            (1..upper.len()).map(|i| upper[i] - ratio * lower.get(i).copied().unwrap_or(0.0)).collect();
        upper = std::mem::replace(&mut lower, next);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hodgkin_huxley::HodgkinHuxley;
    use nalgebra::DMatrix;

    fn squid() -> Vec<f64> {
        HodgkinHuxley::PARAMETERS.iter().map(|parameter| parameter.default).collect()
    }

    /// Largest real part of the eigenvalues, by nalgebra.
    fn growth<const GATES: usize>(arrow: &Arrow<GATES>) -> f64 {
        let mut matrix = DMatrix::zeros(GATES + 1, GATES + 1);
        matrix[(0, 0)] = arrow.a;
        for i in 0..GATES {
            matrix[(0, i + 1)] = arrow.b_c[i];
            matrix[(i + 1, 0)] = 1.0;
            matrix[(i + 1, i + 1)] = -arrow.k[i];
        }
        matrix.complex_eigenvalues().iter().map(|value| value.re).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn routh_and_the_eigenvalues_agree() {
        let mut both = [0, 0];
        for holding in 0..400 {
            let holding = f64::from(holding) * 0.5;
            for v in [-70.0, -62.0, -58.0, -54.0, -40.0] {
                let arrow = jacobian::<HodgkinHuxley, 3>(&squid(), 1.0, holding, v);
                assert_eq!(is_stable(&arrow), growth(&arrow) < 0.0, "{holding} {v}");
                both[usize::from(is_stable(&arrow))] += 1;
            }
        }
        assert!(both[0] > 50 && both[1] > 50, "{both:?}");
    }

    #[test]
    fn the_squid_axon_rests_and_then_becomes_a_pacemaker() {
        let rest = |holding| stable_rest::<HodgkinHuxley, 3>(&squid(), 1.0, holding);
        // Known: rest near −65 mV, the Hopf bifurcation at 9.78 µA/cm² (Rinzel and Miller 1980,
        // doi 10.1016/0025-5564(80)90109-1), quiescence again above 154.5 µA/cm².
        assert!((rest(0.0).unwrap() + 65.0).abs() < 0.01, "{:?}", rest(0.0));
        assert!(rest(9.7).is_some() && rest(9.9).is_none());
        assert!(rest(154.0).is_none() && rest(155.0).is_some());
    }
}
