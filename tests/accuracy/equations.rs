//! The membranes as differential equations, written from the papers and not from the program.

/// A membrane under a constant current: voltage in mV first, then gates; ms.
pub trait Equations<const N: usize> {
    /// Opening and closing rate of every gate in 1/ms.
    fn rates(&self, v: f64) -> [(f64, f64); N];

    /// The current through the channels in µA/cm², outward positive. `state`: voltage, then gates.
    fn membrane_current(&self, state: &[f64; N]) -> f64;

    /// dV/dt for 1 µF/cm², then dx/dt of every gate. The first entry of `rates` is that of no gate.
    fn slope(&self, injected: f64, state: &[f64; N], slope: &mut [f64; N]) {
        for ((slope, x), (alpha, beta)) in slope.iter_mut().zip(state).zip(self.rates(state[0])) {
            *slope = alpha * (1.0 - x) - beta * x;
        }
        slope[0] = injected - self.membrane_current(state);
    }

    /// A voltage with all gates at their steady state there.
    fn steady(&self, v: f64) -> [f64; N] {
        let mut state = self.rates(v).map(|(alpha, beta)| alpha / (alpha + beta));
        state[0] = v;
        state
    }
}

/// x / (1 − e^(−x / scale)).
fn linoid(x: f64, scale: f64) -> f64 {
    if x.abs() < 1e-7 * scale { scale + 0.5 * x } else { -x / (-x / scale).exp_m1() }
}

/// From a steady state and a time constant.
fn relaxing(steady: f64, tau: f64) -> (f64, f64) {
    (steady / tau, (1.0 - steady) / tau)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Hodgkin and Huxley (1952), <https://doi.org/10.1113/jphysiol.1952.sp004764>, equations 7, 12, 13, 20, 21, 23, 24
/// and 26 with V → −(V + 65 mV).
#[allow(clippy::struct_field_names, reason = "as the papers name them")]
pub struct Squid {
    pub g_na: f64,
    pub g_k: f64,
    pub g_l: f64,
}

impl Equations<4> for Squid {
    fn rates(&self, v: f64) -> [(f64, f64); 4] {
        let v = v + 65.0;
        [
            (0.0, 0.0),
            (0.1 * linoid(v - 25.0, 10.0), 4.0 * (-v / 18.0).exp()),
            (0.07 * (-v / 20.0).exp(), sigmoid((v - 30.0) / 10.0)),
            (0.01 * linoid(v - 10.0, 10.0), 0.125 * (-v / 80.0).exp()),
        ]
    }

    fn membrane_current(&self, &[v, m, h, n]: &[f64; 4]) -> f64 {
        self.g_na * m.powi(3) * h * (v - 50.0) + self.g_k * n.powi(4) * (v + 77.0) + self.g_l * (v + 54.387)
    }
}

/// Pospischil et al. (2008), <https://doi.org/10.1007/s00422-008-0263-8>, with the A-type current of Golomb et al.
/// (2006) and the h-current of Huguenard and McCormick (1992).
#[allow(clippy::struct_field_names, reason = "as the papers name them")]
pub struct Cortical {
    pub g_na: f64,
    pub g_k: f64,
    pub g_leak: f64,
    pub g_m: f64,
    pub g_cal: f64,
    pub g_cat: f64,
    pub g_a: f64,
    pub g_h: f64,
}

const V_T: f64 = -60.0;
const TAU_MAX: f64 = 600.0;
const E_K: f64 = -107.0;
const E_CA: f64 = 120.0;
const V_X: f64 = 2.0;

impl Equations<10> for Cortical {
    fn rates(&self, v: f64) -> [(f64, f64); 10] {
        let w = v - V_T;
        let y = (v + 35.0) / 20.0;
        let x = v + V_X;
        let tau_u = 30.8 + (211.4 + ((x + 113.2) / 5.0).exp()) / (1.0 + ((x + 84.0) / 3.2).exp());
        let tau_l = 1.0 / ((-14.59 - 0.086 * v).exp() + (-1.87 + 0.0701 * v).exp());
        [
            (0.0, 0.0),
            (0.32 * linoid(w - 13.0, 4.0), 0.28 * linoid(40.0 - w, 5.0)),
            (0.128 * ((17.0 - w) / 18.0).exp(), 4.0 * sigmoid((w - 40.0) / 5.0)),
            (0.032 * linoid(w - 15.0, 5.0), 0.5 * ((10.0 - w) / 40.0).exp()),
            relaxing(sigmoid(2.0 * y), TAU_MAX / (3.3 * y.exp() + (-y).exp())),
            (0.055 * linoid(v + 27.0, 3.8), 0.94 * ((-75.0 - v) / 17.0).exp()),
            (0.000_457 * ((-13.0 - v) / 50.0).exp(), 0.0065 * sigmoid((v + 15.0) / 28.0)),
            relaxing(sigmoid(-(x + 81.0) / 4.0), tau_u / 3.7),
            relaxing(sigmoid(-(v + 80.0) / 6.0), 15.0),
            relaxing(sigmoid(-(v + 75.0) / 5.5), tau_l),
        ]
    }

    fn membrane_current(&self, &[v, m, h, n, p, q, r, u, b, l]: &[f64; 10]) -> f64 {
        let s = sigmoid((v + V_X + 57.0) / 6.2);
        let a = sigmoid((v + 50.0) / 20.0);
        let potassium = self.g_k * n.powi(4) + self.g_m * p + self.g_a * a.powi(3) * b;
        let calcium = self.g_cal * q.powi(2) * r + self.g_cat * s.powi(2) * u;
        self.g_na * m.powi(3) * h * (v - 53.0)
            + potassium * (v - E_K)
            + calcium * (v - E_CA)
            + self.g_leak * (v + 70.0)
            + self.g_h * l * (v + 43.0)
    }
}
