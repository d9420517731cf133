//! Rests that are known, and eigenvalues by an independent library.

use nalgebra::DMatrix;

use super::*;
use crate::model::hodgkin_huxley::HodgkinHuxley;
use crate::model::number::WIDTH;

fn squid() -> Vec<f64> {
    HodgkinHuxley.parameters().iter().map(|parameter| parameter.default).collect()
}

fn lot(parameters: &[f64]) -> Lot {
    Lot::new(parameters.len(), 1, |index, _| parameters[index])
}

/// Largest real part of the eigenvalues, by nalgebra.
fn growth(arrow: &Arrow) -> f64 {
    let gates = arrow.gates.len();
    let mut matrix = DMatrix::zeros(gates + 1, gates + 1);
    matrix[(0, 0)] = arrow.a;
    for (i, (b_c, k)) in arrow.gates.iter().enumerate() {
        matrix[(0, i + 1)] = *b_c;
        matrix[(i + 1, 0)] = 1.0;
        matrix[(i + 1, i + 1)] = -k;
    }
    matrix.complex_eigenvalues().iter().map(|value| value.re).fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn routh_and_the_eigenvalues_agree() {
    let lot = lot(&squid());
    let (mut arrow, mut judge) = (Arrow::default(), Judge::default());
    let mut both = [0, 0];
    for holding in 0..400 {
        let holding = f64::from(holding) * 0.5;
        for v in [-70.0, -62.0, -58.0, -54.0, -40.0] {
            let mut membranes = Membranes::new(0.0, &HodgkinHuxley, &lot, &[1.0], &[holding], 0);
            membranes.disturb(v);
            membranes.arrow(0, &mut arrow);
            let is_stable = judge.is_stable(&arrow);
            assert_eq!(is_stable, growth(&arrow) < 0.0, "{holding} {v}");
            both[usize::from(is_stable)] += 1;
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
