//! The resting potential of a parameter set: the lowest voltage at which the steady membrane current balances the
//! holding current and small disturbances die out.
//!
//! Stability is that of the full system (voltage and gates), not only of the steady current: an axon can have a
//! balance of currents that it spirals away from, and is then a pacemaker.

use fearless_simd::Level;

use super::channels::{ChannelSet, GateRates, Patch};
use super::leapfrog::{load, ohmic, total_conductance};
use super::membrane::Lot;
use super::number::{Vector, WIDTH, dispatch_vectors};

/// Where a set without a rest starts to run freely.
pub(super) const FREE_START_MV: f64 = -65.0;

/// Range in which a rest is looked for, and the distance between two looks.
const LOWEST_MV: f64 = -150.0;
const HIGHEST_MV: f64 = 60.0;
const STRIDE_MV: f64 = 3.0;

/// Number of voltages that are looked at.
const LOOKS: usize = ((HIGHEST_MV - LOWEST_MV) / STRIDE_MV) as usize + 1;

/// The stable rest of every lane under its holding current (µA/cm²); `None` where there is none.
pub(super) fn stable_rests<C: ChannelSet>(
    channels: &C,
    level: Level,
    lot: &Lot,
    capacitance: &[f64],
    holding_ua_cm2: &[f64],
) -> Vec<Option<f64>> {
    let outward = dispatch_vectors!(level, zero => scan(zero, channels, lot, holding_ua_cm2));
    let mut rests = Vec::with_capacity(lot.lanes());
    for (place, outward) in outward.iter().enumerate() {
        let is_inward = |look: usize| outward[look] <= 0.0;
        // Only where the outward current grows through zero can a rest be stable.
        let brackets = (1..LOOKS).filter(|&look| is_inward(look - 1) && !is_inward(look));
        let parameters = lot.lane(place);
        let membrane = At {
            patch: Patch::new(channels, &parameters),
            capacitance: capacitance[place],
            holding_ua_cm2: holding_ua_cm2[place],
        };
        let point = |look: usize| (voltage_mv(look), outward[look]);
        let mut rests_between = brackets.map(|look| membrane.rest_between(point(look - 1), point(look)));
        rests.push(rests_between.find_map(|rest| rest));
    }
    rests
}

fn voltage_mv(look: usize) -> f64 {
    LOWEST_MV + look as f64 * STRIDE_MV
}

/// Outward current beyond the holding current with all gates at steady state, for every lane at every voltage.
#[inline(always)]
fn scan<N: Vector, C: ChannelSet>(
    zero: N,
    channels: &C,
    lot: &Lot,
    holding_ua_cm2: &[f64],
) -> Vec<[f64; LOOKS]> {
    let mut rates = channels.gates(GateRates { opening: zero, total: zero, denominator: zero });
    let (mut gates, mut open) = (channels.gates(zero), channels.per_current(zero));
    let mut outward = vec![[0.0; LOOKS]; lot.lanes()];
    // Plain loops: a closure here would not be inlined into the code of the instruction set.
    for vector in 0..lot.lanes() / N::LEN {
        let constants = channels.constants(|index| load(zero, lot.parameter(index), vector), 1.0);
        let currents = ohmic(zero, channels, lot, vector);
        let holding = load(zero, holding_ua_cm2, vector);
        let lanes = &mut outward[vector * N::LEN..(vector + 1) * N::LEN];
        for (look, voltage) in (0..LOOKS).map(voltage_mv).enumerate() {
            let v = zero.constant(voltage);
            channels.rates(&constants, v, &mut rates);
            for (gate, rate) in gates.as_mut().iter_mut().zip(rates.as_ref()) {
                *gate = rate.opening / rate.total;
            }
            channels.open(&constants, &gates, v, &mut open);
            let (g, g_e) = total_conductance(currents.as_ref(), open.as_ref());
            let mut values = [0.0; WIDTH];
            (g * v - g_e - holding).store(&mut values);
            for (lane, value) in lanes.iter_mut().zip(values) {
                lane[look] = value;
            }
        }
    }
    outward
}

/// One parameter set under its holding current.
struct At<'a, C: ChannelSet> {
    patch: Patch<'a, C>,
    capacitance: f64,
    holding_ua_cm2: f64,
}

impl<C: ChannelSet> At<'_, C> {
    fn outward(&self, v: f64) -> f64 {
        let (g, g_e) = self.patch.conductance(&self.patch.steady_state(v), v);
        g * v - g_e - self.holding_ua_cm2
    }

    /// The balance of currents between two voltages with their outward currents, ≤ 0 and > 0, if it is stable.
    fn rest_between(&self, below: (f64, f64), above: (f64, f64)) -> Option<f64> {
        let rest = root(|v| self.outward(v), below, above);
        is_stable(&self.jacobian(rest)).then_some(rest)
    }

    fn jacobian(&self, v: f64) -> Arrow {
        const SMALL: f64 = 1e-5;
        let gates = self.patch.steady_state(v);
        let slope = |gates: &C::Gates<f64>, v: f64| {
            let (g, g_e) = self.patch.conductance(gates, v);
            (self.holding_ua_cm2 + g_e - g * v) / self.capacitance
        };
        let rates = self.patch.rates(v);
        let k: Vec<f64> = rates.as_ref().iter().map(|rate| rate.total / rate.denominator).collect();
        let above = self.patch.steady_state(v + SMALL);
        let below = self.patch.steady_state(v - SMALL);
        let b_c = (0..k.len()).map(|i| {
            let (mut up, mut down) = (gates.clone(), gates.clone());
            up.as_mut()[i] += SMALL;
            down.as_mut()[i] -= SMALL;
            let b = (slope(&up, v) - slope(&down, v)) / (2.0 * SMALL);
            b * k[i] * (above.as_ref()[i] - below.as_ref()[i]) / (2.0 * SMALL)
        });
        let a = (slope(&gates, v + SMALL) - slope(&gates, v - SMALL)) / (2.0 * SMALL);
        Arrow { a, b_c: b_c.collect(), k }
    }
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
struct Arrow {
    a: f64,
    b_c: Vec<f64>,
    k: Vec<f64>,
}

/// Whether every eigenvalue has a negative real part, by the criterion of Routh and Hurwitz.
fn is_stable(arrow: &Arrow) -> bool {
    // (λ − a) Π (λ + kᵢ) − Σ bᵢ cᵢ Π_{j≠i} (λ + kⱼ), gate by gate, highest power first.
    let mut gates = Vec::with_capacity(arrow.k.len() + 2);
    let mut characteristic = Vec::with_capacity(arrow.k.len() + 2);
    gates.push(1.0);
    characteristic.extend([1.0, -arrow.a]);
    for (k, b_c) in arrow.k.iter().zip(&arrow.b_c) {
        multiply_by_root(&mut characteristic, *k);
        for (power, coefficient) in gates.iter().enumerate() {
            characteristic[power + 2] -= b_c * coefficient;
        }
        multiply_by_root(&mut gates, *k);
    }
    let mut upper: Vec<f64> = characteristic.iter().step_by(2).copied().collect();
    let mut lower: Vec<f64> = characteristic.iter().skip(1).step_by(2).copied().collect();
    while let Some(&pivot) = lower.first() {
        // The comparison is false for NaN too: a system that cannot be judged has no rest.
        if !(pivot > 0.0) {
            return false;
        }
        let ratio = upper[0] / pivot;
        // The row after the next takes the place of the upper one.
        for i in 1..upper.len() {
            upper[i - 1] = upper[i] - ratio * lower.get(i).copied().unwrap_or(0.0);
        }
        upper.pop();
        std::mem::swap(&mut upper, &mut lower);
    }
    true
}

/// A polynomial, highest power first, times λ + k.
fn multiply_by_root(polynomial: &mut Vec<f64>, k: f64) {
    polynomial.push(0.0);
    for power in (1..polynomial.len()).rev() {
        polynomial[power] += k * polynomial[power - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hodgkin_huxley::HodgkinHuxley;
    use nalgebra::DMatrix;

    fn squid() -> Vec<f64> {
        HodgkinHuxley.parameters().iter().map(|parameter| parameter.default).collect()
    }

    fn squid_at(parameters: &[f64], holding_ua_cm2: f64) -> At<'_, HodgkinHuxley> {
        At { patch: Patch::new(&HodgkinHuxley, parameters), capacitance: 1.0, holding_ua_cm2 }
    }

    /// Largest real part of the eigenvalues, by nalgebra.
    fn growth(arrow: &Arrow) -> f64 {
        let gates = arrow.k.len();
        let mut matrix = DMatrix::zeros(gates + 1, gates + 1);
        matrix[(0, 0)] = arrow.a;
        for i in 0..gates {
            matrix[(0, i + 1)] = arrow.b_c[i];
            matrix[(i + 1, 0)] = 1.0;
            matrix[(i + 1, i + 1)] = -arrow.k[i];
        }
        matrix.complex_eigenvalues().iter().map(|value| value.re).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn routh_and_the_eigenvalues_agree() {
        let squid = squid();
        let mut both = [0, 0];
        for holding in 0..400 {
            let holding = f64::from(holding) * 0.5;
            for v in [-70.0, -62.0, -58.0, -54.0, -40.0] {
                let arrow = squid_at(&squid, holding).jacobian(v);
                assert_eq!(is_stable(&arrow), growth(&arrow) < 0.0, "{holding} {v}");
                both[usize::from(is_stable(&arrow))] += 1;
            }
        }
        assert!(both[0] > 50 && both[1] > 50, "{both:?}");
    }

    #[test]
    fn the_squid_axon_rests_and_then_becomes_a_pacemaker() {
        let rest = |holding: f64| {
            let squid = squid();
            let lot = Lot::new(squid.len(), WIDTH, |index, _| squid[index]);
            stable_rests(&HodgkinHuxley, Level::new(), &lot, &[1.0; WIDTH], &[holding; WIDTH])[5]
        };
        // Known: rest near −65 mV, the Hopf bifurcation at 9.78 µA/cm² (Rinzel and Miller 1980,
        // doi 10.1016/0025-5564(80)90109-1), quiescence again above 154.5 µA/cm².
        assert!((rest(0.0).unwrap() + 65.0).abs() < 0.01, "{:?}", rest(0.0));
        assert!(rest(9.7).is_some() && rest(9.9).is_none());
        assert!(rest(154.0).is_none() && rest(155.0).is_some());
    }
}
