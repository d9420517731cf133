//! What the summaries tell of each parameter, and which features they have it from, on simulations that nothing was
//! learned from.

use nalgebra::{DMatrix, DVector};

use super::{Learned, Pilot};
use crate::samplers::abc::regression::Regression;

/// Features that are named for each parameter, at most.
const NAMED: usize = 3;
/// Share of the variance of a parameter that a feature has to explain to be named, or the summaries to be of use.
const WORTH_NAMING: f64 = 0.02;

/// What the summaries tell of one parameter.
pub(super) struct Share {
    parameter: String,
    /// Of the variance of the prior, what they explain.
    explained: f64,
    /// The features from which they have it, the most important first.
    features: Vec<String>,
}

impl Share {
    /// Whether it is not told from chance.
    pub(super) fn is_nothing(&self) -> bool {
        self.explained < WORTH_NAMING
    }

    /// In a sentence.
    pub(super) fn words(&self) -> String {
        let Self { parameter, explained, features } = self;
        if self.is_nothing() {
            return format!("summaries: nothing is learned of {parameter} from the features");
        }
        let from = if features.is_empty() {
            String::new()
        } else {
            format!(", mostly from {}", features.join(", "))
        };
        format!("summaries: {:.0} % of the prior variance of {parameter} explained{from}", 100.0 * explained)
    }
}

/// What the summaries tell of each parameter.
pub(super) fn explained(learned: &Learned<'_>, pilot: &Pilot) -> Vec<Share> {
    let held_out = HeldOut::new(learned, pilot);
    let whole = held_out.explained(None);
    let features = learned.predictors.features();
    let without: Vec<Vec<f64>> = features.iter().map(|&feature| held_out.explained(Some(feature))).collect();
    let share = |(parameter, &explained): (usize, &f64)| {
        let losses =
            without.iter().zip(&features).map(|(own, &feature)| (explained - own[parameter], feature));
        let mut losses: Vec<(f64, usize)> = losses.filter(|(lost, _)| *lost >= WORTH_NAMING).collect();
        losses.sort_by(|a, b| b.0.total_cmp(&a.0));
        Share {
            parameter: learned.oracle.parameter_name(parameter),
            explained,
            features: losses.iter().take(NAMED).map(|own| learned.oracle.feature_name(own.1)).collect(),
        }
    };
    whole.iter().enumerate().map(share).collect()
}

/// The simulations that nothing was learned from.
struct HeldOut<'a> {
    learned: &'a Learned<'a>,
    features: Vec<&'a [Option<f64>]>,
    parameters: DMatrix<f64>,
}

impl<'a> HeldOut<'a> {
    fn new(learned: &'a Learned<'a>, pilot: &'a Pilot) -> Self {
        let features = pilot.places(true).map(|place| &*pilot.features[place]).collect();
        Self { learned, features, parameters: pilot.parameters(pilot.places(true)) }
    }

    /// Share of the variance of each parameter that a regression on the summaries explains, if one feature is that of
    /// another simulation.
    fn explained(&self, exchanged: Option<usize>) -> Vec<f64> {
        let count = self.features.len();
        let summaries = |row: usize| {
            let mut features = self.features[row].to_vec();
            if let Some(feature) = exchanged {
                features[feature] = self.features[(row + 1) % count][feature];
            }
            self.learned.of_inputs(&self.learned.predictors.of(&features))
        };
        let rows: Vec<Vec<f64>> = (0..count).map(summaries).collect();
        let columns = self.learned.scales.len();
        let units = &self.learned.scales;
        let unit = |column: usize| if units[column].is_finite() { units[column] } else { 1.0 };
        let matrix = DMatrix::from_fn(count, columns, |row, column| rows[row][column] / unit(column));
        let regression = Regression::new(matrix, DVector::from_element(count, 1.0 / count as f64));
        let share = |values: DVector<f64>| {
            let residual = (&values - regression.fit(&values, true).values).norm_squared();
            1.0 - residual / values.add_scalar(-values.mean()).norm_squared()
        };
        self.parameters.column_iter().map(|column| share(column.into_owned())).collect()
    }
}
