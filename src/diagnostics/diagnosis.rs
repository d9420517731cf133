//! All that is looked at in a posterior beside the numbers of its summary.

use ndarray::{ArrayView2, ArrayView3, Axis};

use super::contraction::{Contraction, contractions};
use super::directions::{Direction, directions};
use super::findings::Finding;
use super::modes::{Apart, MODES_LEVEL, Modes, chains_apart, modes_of_chains, modes_of_particles};
use super::pile_up::{PileUp, pile_ups};
use super::summary::ParameterSummary;
use super::uniformity::holm;
use super::verdict::SEPARATE_R_HAT;
use crate::draws::Draws;
use crate::numeric::{Rows, Unconstrained};
use crate::prior::{Parameter, ParameterSpace};
use crate::units::Unit;

/// What is known of one parameter.
#[derive(Clone, Debug)]
pub struct ParameterDiagnosis {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// What the data have taught about it.
    pub contraction: Contraction,
    /// Its modes; `None` if there are too few effective draws to say.
    pub modes: Option<Modes>,
    /// Probability of a larger dip of any parameter, if all have one mode.
    pub modes_p_value: Option<f64>,
    /// Chains that never met the others.
    pub apart: Option<Apart>,
    /// Bounds that it leans against.
    pub pile_ups: Vec<PileUp>,
}

/// What is known of a posterior.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// In the order of the settings.
    pub parameters: Vec<ParameterDiagnosis>,
    /// Combinations of parameters, from the one that the data determine best.
    pub directions: Vec<Direction>,
    /// Eigenvalues of the correlation of the posterior on the real line, ascending.
    pub correlation_eigenvalues: Vec<f64>,
    /// Accepted share of the proposals of each chain.
    pub acceptance: Option<Vec<f64>>,
}

impl Diagnosis {
    /// Looks at a posterior.
    ///
    /// `natural`: the same draws in natural units, shape `[chain, draw, parameter]`; particles are one chain.
    /// `summaries`: of the same draws. `prior`: draws of the prior.
    pub fn new(
        draws: &Draws,
        natural: ArrayView3<'_, f64>,
        summaries: &[ParameterSummary],
        space: &ParameterSpace,
        prior: &Rows<Unconstrained>,
    ) -> Self {
        let (points, weights) = draws.weighted();
        let contractions = contractions(&points, &weights, prior);
        let (directions, correlation_eigenvalues) = directions(&points, &weights, prior);
        let mut parameters = Vec::new();
        for (index, (parameter, summary)) in space.parameters().iter().zip(summaries).enumerate() {
            let values = natural.index_axis(Axis(2), index);
            parameters.push(of_parameter(draws, values, &weights, (parameter, summary), contractions[index]));
        }
        let tested = |own: &ParameterDiagnosis| own.modes.as_ref().map(|modes| modes.p_value);
        let mut corrected = holm(&parameters.iter().filter_map(tested).collect::<Vec<_>>()).into_iter();
        for own in parameters.iter_mut().filter(|own| own.modes.is_some()) {
            own.modes_p_value = corrected.next();
        }
        let acceptance = match draws {
            Draws::Chains(chains) => {
                let rate = |chain: ndarray::ArrayView1<'_, bool>| {
                    chain.iter().filter(|accepted| **accepted).count() as f64 / chain.len() as f64
                };
                Some(chains.accepted.rows().into_iter().map(rate).collect())
            }
            Draws::Particles(_) => None,
        };
        Self { parameters, directions, correlation_eigenvalues, acceptance }
    }

    /// What of it there is to know. `known`: parameters of which it is said elsewhere that the data do not depend on
    /// them.
    pub fn findings(&self, known: &[&str]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for own in &self.parameters {
            let (parameter, unit) = (own.name.clone(), own.unit);
            if let Some(apart) = &own.apart {
                findings.push(Finding::Apart { parameter, unit, apart: apart.clone() });
            } else if let Some(modes) = &own.modes
                && own.modes_p_value.is_some_and(|p| p <= MODES_LEVEL)
            {
                findings.push(Finding::Modes { parameter, unit, split: modes.split });
            }
        }
        for own in &self.parameters {
            let finding = |pile_up: &PileUp| Finding::PileUp {
                parameter: own.name.clone(),
                unit: own.unit,
                pile_up: *pile_up,
            };
            findings.extend(own.pile_ups.iter().map(finding));
        }
        let undetermined = self.parameters.iter().filter(|own| own.contraction.is_undetermined());
        let parameters: Vec<String> =
            undetermined.filter(|own| !known.contains(&&*own.name)).map(|own| own.name.clone()).collect();
        if !parameters.is_empty() {
            findings.push(Finding::Undetermined { parameters });
        }
        findings
    }
}

fn of_parameter(
    draws: &Draws,
    values: ArrayView2<'_, f64>,
    weights: &[f64],
    (parameter, summary): (&Parameter, &ParameterSummary),
    contraction: Contraction,
) -> ParameterDiagnosis {
    let flat: Vec<f64> = values.iter().copied().collect();
    let (modes, apart) = match draws {
        Draws::Chains(_) => {
            // Chains that agree are not asked whether they have met.
            let is_apart = summary.r_hat.is_some_and(|r_hat| !(r_hat <= SEPARATE_R_HAT));
            (modes_of_chains(values), if is_apart { chains_apart(values) } else { None })
        }
        Draws::Particles(_) => (modes_of_particles(&flat, weights), None),
    };
    let pile_ups = pile_ups(&flat, weights, summary.smallest_ess(), &*parameter.prior);
    ParameterDiagnosis {
        name: parameter.name.clone(),
        unit: parameter.unit,
        contraction,
        modes,
        modes_p_value: None,
        apart,
        pile_ups,
    }
}
