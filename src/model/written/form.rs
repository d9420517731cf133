//! The standard forms of a rate, a steady state or a time constant as a function of voltage.
//!
//! They are those of NeuroML (`HHExpRate`, `HHSigmoidRate`, `HHExpLinearRate`,
//! <https://doi.org/10.1371/journal.pcbi.1000815>), and the bell shape of most published time constants.

use crate::model::kinetics;
use crate::model::number::Number;

/// The shape of one term, with x = (V − midpoint) / scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The size itself.
    Constant,
    /// size · eˣ
    Exponential,
    /// size / (1 + e⁻ˣ)
    Sigmoid,
    /// size · x / (1 − e⁻ˣ)
    LinearExponential,
    /// size / (e^x + e^−x₂), with a second midpoint and scale in x₂
    Bell,
}

impl Form {
    pub(in crate::model) const NAMES: [&'static str; 5] =
        ["constant", "exponential", "sigmoid", "linear_exponential", "bell"];

    pub(in crate::model) fn named(name: &str) -> Option<Self> {
        match name {
            "constant" => Some(Form::Constant),
            "exponential" => Some(Form::Exponential),
            "sigmoid" => Some(Form::Sigmoid),
            "linear_exponential" => Some(Form::LinearExponential),
            "bell" => Some(Form::Bell),
            _ => None,
        }
    }

    /// How many pairs of midpoint and scale it has.
    pub(in crate::model) fn slopes(self) -> usize {
        match self {
            Form::Constant => 0,
            Form::Exponential | Form::Sigmoid | Form::LinearExponential => 1,
            Form::Bell => 2,
        }
    }
}

/// A midpoint and a scale, by their places among the parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope {
    pub midpoint: usize,
    pub scale: usize,
}

/// One term of a sum, by the places of its numbers.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub form: Form,
    pub size: usize,
    pub slopes: Vec<Slope>,
}

/// A term with the numbers of some parameter sets.
#[derive(Clone, Copy)]
pub(super) struct TermValues<N> {
    form: Form,
    size: N,
    /// Midpoint, and one over scale.
    slopes: [(N, N); 2],
}

impl Term {
    #[inline(always)]
    pub(super) fn values<N: Number>(
        &self,
        parameters: &impl Fn(usize) -> N,
        shift: Option<usize>,
    ) -> TermValues<N> {
        let size = parameters(self.size);
        let mut slopes = [(size, size); 2];
        for (values, slope) in slopes.iter_mut().zip(&self.slopes) {
            let midpoint = parameters(slope.midpoint);
            let midpoint = shift.map_or(midpoint, |shift| midpoint + parameters(shift));
            *values = (midpoint, size.constant(1.0) / parameters(slope.scale));
        }
        TermValues { form: self.form, size, slopes }
    }
}

impl Term {
    /// The term of one parameter set, of `factor` times its size.
    pub(super) fn described(&self, parameters: &[f64], shift: Option<usize>, factor: f64) -> kinetics::Term {
        let shift = shift.map_or(0.0, |shift| parameters[shift]);
        let slope = |slope: &Slope| (parameters[slope.midpoint] + shift, parameters[slope.scale]);
        kinetics::Term {
            form: self.form,
            size: factor * parameters[self.size],
            slopes: self.slopes.iter().map(slope).collect(),
        }
    }
}

impl<N: Number> TermValues<N> {
    /// One exponential is written for all forms, because this is compiled into every kernel.
    #[inline(always)]
    fn at(&self, v: N) -> N {
        let [(midpoint, per_scale), (midpoint_2, per_scale_2)] = self.slopes;
        if self.form == Form::Constant {
            return self.size;
        }
        let x = midpoint - v;
        let exponent = x * per_scale;
        let rises = matches!(self.form, Form::Exponential | Form::Bell);
        let exponential = (if rises { -exponent } else { exponent }).exp();
        match self.form {
            Form::Constant | Form::Exponential => self.size * exponential,
            Form::Sigmoid => self.size / (exponential + 1.0),
            Form::LinearExponential => {
                let (numerator, denominator) = x.linear_over_exponential(exponential, per_scale);
                numerator * self.size * per_scale / denominator
            }
            Form::Bell => self.size / (exponential + ((midpoint_2 - v) * per_scale_2).exp()),
        }
    }
}

/// The sum of some terms.
#[inline(always)]
pub(super) fn sum<N: Number>(terms: &[TermValues<N>], v: N) -> N {
    let mut total = v.constant(0.0);
    for term in terms {
        total = total + term.at(v);
    }
    total
}
