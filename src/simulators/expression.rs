//! Functions of voltage as the languages of other simulators write them.

use crate::model::kinetics::{Form, Term};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Nmodl,
    Brian2,
    Lems,
}

impl Dialect {
    /// The voltage in mV, as a plain number.
    fn voltage(self) -> &'static str {
        match self {
            Dialect::Nmodl => "v",
            Dialect::Brian2 => "v_mV",
            Dialect::Lems => "V",
        }
    }

    /// `base` to that power.
    pub(super) fn power(self, base: &str, power: usize) -> String {
        match (self, power) {
            (_, 1) => base.to_owned(),
            (Dialect::Brian2, _) => format!("{base}**{power}"),
            (Dialect::Nmodl | Dialect::Lems, _) => format!("{base}^{power}"),
        }
    }
}

/// The shortest text that reads back as the same number.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

/// (V − midpoint) / scale, or its negative.
fn slope(term: &Term, index: usize, sign: f64, dialect: Dialect) -> String {
    let (midpoint, scale) = term.slopes[index];
    let scale = number(sign * scale);
    let sign = if midpoint < 0.0 { '+' } else { '-' };
    format!("({} {sign} {})/{}", dialect.voltage(), number(midpoint.abs()), in_brackets(scale))
}

fn in_brackets(number: String) -> String {
    if number.starts_with('-') { format!("({number})") } else { number }
}

/// The sum of some terms.
pub(super) fn sum(terms: &[Term], dialect: Dialect) -> String {
    terms.iter().map(|own| term(own, dialect)).collect::<Vec<_>>().join(" + ")
}

/// x / (1 − e⁻ˣ) has a removable singularity: NMODL gets a function for it (`linoid`), Brian 2 has one (`exprel`), and
/// LEMS asks for the quotient in a condition, so that it has no single expression.
pub(super) fn term(term: &Term, dialect: Dialect) -> String {
    let size = in_brackets(number(term.size));
    let x = |index: usize, sign: f64| slope(term, index, sign, dialect);
    match term.form {
        Form::Constant => size,
        Form::Exponential => format!("{size}*exp({})", x(0, 1.0)),
        Form::Sigmoid => format!("{size}/(1 + exp({}))", x(0, -1.0)),
        Form::Bell => format!("{size}/(exp({}) + exp({}))", x(0, 1.0), x(1, -1.0)),
        Form::LinearExponential => match dialect {
            Dialect::Nmodl => format!("{size}*linoid({})", x(0, 1.0)),
            Dialect::Brian2 => format!("{size}/exprel({})", x(0, -1.0)),
            Dialect::Lems => format!("{size}*({})/(1 - exp({}))", x(0, 1.0), x(0, -1.0)),
        },
    }
}
