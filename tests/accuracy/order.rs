//! Halving the time step divides the error by four.

use crate::equations::{Equations, Squid};
use crate::solvers::{CORTICAL_SWEEP, SQUID_SWEEP, Sweep, conductances, membrane, simulated, solved};

/// Root mean square distance of two traces in mV.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

/// Short enough for the order to show in cortical cells, and long enough for the squid axon: its rates are right to 1e-7
/// of their size in lanes, which no time step mends.
const LONGEST_DT_MS: f64 = 0.01;

/// By how much the error shrinks from a time step to its half, and from that to its quarter.
fn ratios(kind: &str, sweep: &Sweep) -> [f64; 2] {
    let membrane = membrane(kind);
    let set: Vec<f64> =
        conductances(&*membrane).iter().map(|&place| membrane.parameters()[place].default).collect();
    let truth = solved(kind, &set, sweep, 0.1);
    assert!(truth.iter().any(|voltage| *voltage > 0.0), "{kind} fires");
    let error = |parts: f64| {
        let dt_ms = LONGEST_DT_MS / parts;
        distance(&simulated(&*membrane, std::slice::from_ref(&set), sweep, dt_ms, 0.1)[0], &truth)
    };
    let errors = [1.0, 2.0, 4.0].map(error);
    [errors[0] / errors[1], errors[1] / errors[2]]
}

/// The error of a scheme of order p shrinks 2ᵖ-fold, up to terms that are smaller by the time that a spike is late over
/// the time of its rise: below 0.05 ms over 0.5 ms, a tenth.
fn shrinks_by(factor: f64, ratios: [f64; 2]) -> bool {
    ratios.iter().all(|ratio| (ratio / factor - 1.0).abs() < 0.1)
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
        let ratios = ratios(kind, &sweep);
        assert!(shrinks_by(4.0, ratios), "{kind}: {ratios:?}");
    }
}

/// The squid axon by forward Euler, every 0.1 ms.
fn forward_euler(dt_ms: f64) -> Vec<f64> {
    let squid = Squid { g_na: 120.0, g_k: 36.0, g_l: 0.3 };
    let stride = (0.1 / dt_ms).round() as usize;
    let steps = (SQUID_SWEEP.duration_ms / dt_ms).round() as usize;
    let (mut state, mut slope) = (squid.steady(SQUID_SWEEP.initial_mv), [0.0; 4]);
    let mut voltages = vec![state[0]];
    for step in 0..steps {
        let middle_ms = (step as f64 + 0.5) * dt_ms;
        let inside = middle_ms > SQUID_SWEEP.start_ms && middle_ms < SQUID_SWEEP.stop_ms;
        let injected = if inside { SQUID_SWEEP.amplitude_ua_cm2 } else { 0.0 };
        squid.slope(injected, &state, &mut slope);
        for (x, slope) in state.iter_mut().zip(slope) {
            *x += dt_ms * slope;
        }
        if (step + 1) % stride == 0 {
            voltages.push(state[0]);
        }
    }
    voltages
}

#[test]
fn a_scheme_of_first_order_is_noticed() {
    let truth = solved("hodgkin_huxley", &[120.0, 36.0, 0.3], &SQUID_SWEEP, 0.1);
    let errors = [1.0, 2.0, 4.0].map(|parts| distance(&forward_euler(LONGEST_DT_MS / parts), &truth));
    let ratios = [errors[0] / errors[1], errors[1] / errors[2]];
    assert!(!shrinks_by(4.0, ratios) && shrinks_by(2.0, ratios), "{ratios:?}");
}
