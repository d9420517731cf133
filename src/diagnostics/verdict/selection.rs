//! Whether the probabilities of models can be used, and if not, why and what to do.

use std::fmt::{self, Display};

use super::MINIMUM_ESS;
use crate::draws::{Caution, Generation};

/// What is known of a model after a comparison.
#[derive(Clone, Debug)]
pub struct ModelEstimate {
    /// Its name.
    pub name: String,
    /// Its probability given what was observed, with the Monte Carlo standard error.
    pub probability: f64,
    /// The standard error.
    pub mcse: f64,
    /// The same in the generation before, if there was one.
    pub before: Option<(f64, f64)>,
    /// Effective number of its particles.
    pub effective_sample_size: f64,
}

impl ModelEstimate {
    /// What speaks against its probability.
    fn doubts(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let ModelEstimate { name, probability, mcse, before, effective_sample_size } = self;
        if *effective_sample_size < LEAST_OF_A_MODEL {
            reasons.push(format!(
                "{effective_sample_size:.0} effective particles are of `{name}`: that its probability is small is \
                 known, but not how small, and its Bayes factor neither, increase particles"
            ));
        }
        if let Some((earlier, error)) = before
            && (probability - earlier).abs() > SETTLED.max(STANDARD_ERRORS * error.hypot(*mcse))
        {
            reasons.push(format!(
                "the probability of `{name}` went from {earlier:.2} to {probability:.2} with the last epsilon: \
                 it is not settled, let epsilon become smaller"
            ));
        }
        reasons
    }
}

/// Effective particles of a model below which its probability is hardly more than an order of magnitude: the standard
/// error of a count of 20 is 22 %.
pub const LEAST_OF_A_MODEL: f64 = 20.0;

/// A probability that changes by more than this from one epsilon to the next, and by more than three standard errors,
/// has not settled.
const SETTLED: f64 = 0.05;
const STANDARD_ERRORS: f64 = 3.0;

/// The judgement of a comparison of models.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectionVerdict {
    reasons: Vec<String>,
}

impl SelectionVerdict {
    /// Whether nothing speaks against the probabilities, given the compared features.
    pub fn is_trusted(&self) -> bool {
        self.reasons.is_empty()
    }
}

impl Display for SelectionVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_trusted() {
            write!(formatter, "settled")?;
        } else {
            write!(formatter, "not to be trusted: {}", self.reasons.join("; "))?;
        }
        // Always: no run can show it. Robert et al. (2011), <https://doi.org/10.1073/pnas.1102900108>.
        write!(
            formatter,
            ". These are probabilities given the compared features, not given the recording: other features may \
             rank the models otherwise"
        )
    }
}

/// Judges the probabilities of models. `last`: the generation that they are of; `goal`: where epsilon should end.
pub fn judge_selection(
    models: &[ModelEstimate],
    (last, goal): (&Generation, Option<f64>),
    cautions: &[Caution],
    stopped: bool,
) -> SelectionVerdict {
    let mut reasons = Vec::new();
    let (reached, total) = (last.epsilon, last.effective_sample_size);
    if total < MINIMUM_ESS {
        reasons.push(format!(
            "{total:.0} effective particles of all models are too few, {MINIMUM_ESS:.0} are needed, \
             increase particles"
        ));
    }
    reasons.extend(models.iter().flat_map(ModelEstimate::doubts));
    if let Some(goal) = goal.filter(|goal| reached > *goal) {
        reasons.push(format!(
            "epsilon ended at {reached:.3} and not at its goal of {goal:.3}, allow more simulations"
        ));
    }
    reasons.extend(cautions.iter().map(ToString::to_string));
    if stopped && !reasons.is_empty() {
        reasons.insert(0, "the run was stopped early, let it run to its end".to_owned());
    }
    SelectionVerdict { reasons }
}
