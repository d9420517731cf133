//! Whether a membrane returns to its rest after a small disturbance.

/// The linear system around a rest. Gates feel each other only through the voltage, so it has the shape of an
/// arrow: dV' = a V + Σ bᵢ xᵢ and dxᵢ' = cᵢ V − kᵢ xᵢ.
#[derive(Debug, Default)]
pub(super) struct Arrow {
    pub a: f64,
    /// bᵢ cᵢ and kᵢ.
    pub gates: Vec<(f64, f64)>,
}

/// Judges linear systems, in memory that it keeps.
#[derive(Debug, Default)]
pub(super) struct Judge {
    gates: Vec<f64>,
    characteristic: Vec<f64>,
    upper: Vec<f64>,
    lower: Vec<f64>,
}

impl Judge {
    /// Whether every eigenvalue has a negative real part, by the criterion of Routh and Hurwitz.
    pub(super) fn is_stable(&mut self, arrow: &Arrow) -> bool {
        self.expand(arrow);
        let Self { characteristic, upper, lower, .. } = self;
        upper.clear();
        upper.extend(characteristic.iter().step_by(2));
        lower.clear();
        lower.extend(characteristic.iter().skip(1).step_by(2));
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
            std::mem::swap(upper, lower);
        }
        true
    }

    /// The characteristic polynomial (λ − a) Π (λ + kᵢ) − Σ bᵢ cᵢ Π_{j≠i} (λ + kⱼ), gate by gate, highest power first.
    fn expand(&mut self, arrow: &Arrow) {
        let Self { gates, characteristic, .. } = self;
        gates.clear();
        gates.push(1.0);
        characteristic.clear();
        characteristic.extend([1.0, -arrow.a]);
        for (b_c, k) in &arrow.gates {
            multiply_by_root(characteristic, *k);
            for (power, coefficient) in gates.iter().enumerate() {
                characteristic[power + 2] -= b_c * coefficient;
            }
            multiply_by_root(gates, *k);
        }
    }
}

/// A polynomial, highest power first, times λ + k.
fn multiply_by_root(polynomial: &mut Vec<f64>, k: f64) {
    polynomial.push(0.0);
    for power in (1..polynomial.len()).rev() {
        polynomial[power] += k * polynomial[power - 1];
    }
}
