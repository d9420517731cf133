//! Summaries that are learned from simulations of prior draws, before any sampler of this family begins: few numbers
//! that tell of the parameters, in place of many features of which some only add noise to the distance.
//!
//! Semi-automatic summaries are estimates of the parameters themselves: Fearnhead and Prangle (2012),
//! <https://doi.org/10.1111/j.1467-9868.2011.01010.x>.

mod network;
mod predictors;
mod projection;
mod report;

use std::borrow::Cow;

use nalgebra::DMatrix;

use self::network::Network;
use self::predictors::Predictors;
use self::projection::Projection;
use super::{BATCH, prior_batch, simulate};
use crate::distance::usual_deviations;
use crate::draws::{Caution, Sampled};
use crate::numeric::{Rows, Streams, Summaries, Unconstrained};
use crate::problem::{Simulator, Target};
use crate::samplers::{Control, Method, Monitor, Progress, Sampler, SamplerError, SimulationBased};
use crate::settings::Section;

/// Of the simulations, those that are kept from learning to see what was learned: one in this many.
const HELD_OUT: usize = 5;
/// Simulations for each predictor that a regression needs.
const SIMULATIONS_PER_PREDICTOR: usize = 10;

/// What is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Each parameter by linear regression on the features and their squares.
    Linear,
    /// All parameters by a small network.
    Network,
    /// Directions that go along with the parameters.
    Pls,
    /// Directions in which the features differ most.
    Pca,
}

/// How summaries are learned.
#[derive(Clone, Copy, Debug)]
struct Learning {
    kind: Kind,
    pilot: usize,
    components: Option<usize>,
}

/// A sampler that is shown learned summaries in place of the features.
struct Summarised {
    sampler: Box<SimulationBased>,
    learning: Learning,
}

/// A sampler that asks for simulated data sets, with the summaries that `summaries` in its settings asks for.
pub(super) fn method(
    section: &Section<'_>,
    quick: bool,
    sampler: impl for<'a> Sampler<dyn Simulator + 'a> + 'static,
) -> Option<Method> {
    let sampler: Box<SimulationBased> = Box::new(sampler);
    let table =
        section.table("summaries", "learns few summaries of the features, which are compared instead");
    let learning = Learning::from_settings(&table, quick);
    table.finish();
    Some(Method::SimulationBased(match learning.filter(|_| section.has("summaries")) {
        Some(learning) => Box::new(Summarised { sampler, learning }),
        None => sampler,
    }))
}

impl Learning {
    fn from_settings(section: &Section<'_>, quick: bool) -> Option<Self> {
        let key =
            section.key("kind", "estimates of the parameters (linear, network), or directions (pls, pca)");
        let kind = match &*key.choice_or(&["linear", "network", "pls", "pca"], "linear") {
            "linear" => Kind::Linear,
            "network" => Kind::Network,
            "pls" => Kind::Pls,
            "pca" => Kind::Pca,
            _ => return None,
        };
        let pilot = section.key("pilot", "simulations of prior draws from which they are learned");
        let pilot = pilot.between(100.0, 1e7).count_or(5000);
        let help = "directions of pls and pca; as many as parameters if it is not given";
        let components = section.key("components", help).between(1.0, 1000.0).count_maybe();
        if components.is_some() && matches!(kind, Kind::Linear | Kind::Network) {
            let help = "there is one summary for each parameter; leave it out, or take pls or pca";
            section.mistake_at("components", "`components` is for pls and pca", Some(help));
        }
        Some(Self { kind, pilot: if quick { pilot.min(1000) } else { pilot }, components })
    }
}

impl Sampler<dyn Simulator + '_> for Summarised {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let pilot = self.learning.simulate(oracle, streams.stage("summaries"), monitor)?;
        let learned = Learned::new(self.learning, oracle, &pilot, streams.stage("summaries"))?;
        let mut sampled = self.sampler.run(&learned, streams, monitor)?;
        let shares = report::explained(&learned, &pilot);
        sampled.account.notes.extend(shares.iter().map(report::Share::words));
        if shares.iter().all(report::Share::is_nothing) {
            sampled.account.cautions.push(Caution::NothingMatters);
        }
        Ok(sampled)
    }
}

/// Simulations of prior draws that did not fail.
struct Pilot {
    points: Rows<Unconstrained>,
    features: Vec<Vec<Option<f64>>>,
}

impl Pilot {
    /// Those from which is learned, or those that are held out.
    fn places(&self, held_out: bool) -> impl Iterator<Item = usize> + Clone {
        (0..self.features.len()).filter(move |place| place.is_multiple_of(HELD_OUT) == held_out)
    }

    /// One parameter of some simulations, shape `[place, parameter]`.
    fn parameters(&self, places: impl Iterator<Item = usize> + Clone) -> DMatrix<f64> {
        let rows: Vec<&[f64]> = places.map(|place| self.points.row(place)).collect();
        DMatrix::from_fn(rows.len(), self.points.columns(), |row, column| rows[row][column])
    }
}

impl Learning {
    fn simulate(
        self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Pilot, SamplerError> {
        let mut pilot = Pilot { points: Rows::zeros(0, oracle.dimension()), features: Vec::new() };
        let mut done = 0;
        while done < self.pilot {
            let count = BATCH.min(self.pilot - done);
            let batch = (done / BATCH) as u64;
            let points = prior_batch(oracle, count, streams, batch);
            let simulated = simulate(oracle, &points, streams, batch);
            for (row, point) in points.iter().enumerate().filter(|(row, _)| simulated.failure(*row).is_none())
            {
                pilot.points.push(point);
                pilot.features.push(simulated.row(row).to_vec());
            }
            done += count;
            let control = monitor.report(&Progress {
                stage: "summaries",
                done,
                total: self.pilot,
                simulations: done as u64,
                acceptance: None,
                epsilon: None,
                draws: None,
            });
            if control == Control::Stop {
                return Err(SamplerError::StoppedBeforeDraws { stage: "summaries" });
            }
        }
        Ok(pilot)
    }
}

/// From predictors to summaries.
enum Map {
    Projection(Projection),
    Network(Network),
}

/// An oracle that tells summaries in place of features.
struct Learned<'a> {
    oracle: &'a dyn Simulator,
    kind: Kind,
    predictors: Predictors,
    map: Map,
    observed: Vec<Option<f64>>,
    scales: Vec<f64>,
}

impl<'a> Learned<'a> {
    fn new(
        learning: Learning,
        oracle: &'a dyn Simulator,
        pilot: &Pilot,
        streams: Streams,
    ) -> Result<Self, SamplerError> {
        let has_squares = learning.kind == Kind::Linear;
        let predictors = Predictors::new(&pilot.features, oracle.observed(), has_squares);
        if predictors.count() == 0 {
            return Err(SamplerError::NothingToLearnFrom);
        }
        let usable = pilot.places(false).count();
        let needed = SIMULATIONS_PER_PREDICTOR * (predictors.count() + 1);
        if usable < needed {
            return Err(SamplerError::TooFewForSummaries { usable, needed });
        }
        let inputs = predictors.matrix(pilot.places(false).map(|place| &*pilot.features[place]));
        let parameters = pilot.parameters(pilot.places(false));
        let components = learning.components.unwrap_or(oracle.dimension());
        let map = match learning.kind {
            Kind::Linear => Map::Projection(Projection::regression(&inputs, &parameters)),
            Kind::Pls => Map::Projection(Projection::pls(inputs, parameters, components)),
            Kind::Pca => Map::Projection(Projection::pca(&inputs, components)),
            Kind::Network => Map::Network(Network::trained(&inputs, &parameters, streams.stage("network"))),
        };
        let mut learned =
            Self { oracle, kind: learning.kind, predictors, map, observed: Vec::new(), scales: Vec::new() };
        learned.observed = learned.summary(oracle.observed());
        let summaries: Vec<_> = pilot.features.iter().map(|features| learned.summary(features)).collect();
        learned.scales = usual_deviations(summaries.iter().map(Vec::as_slice), learned.observed.len());
        Ok(learned)
    }

    fn summary(&self, features: &[Option<f64>]) -> Vec<Option<f64>> {
        self.of_inputs(&self.predictors.of(features)).into_iter().map(Some).collect()
    }

    fn of_inputs(&self, inputs: &[f64]) -> Vec<f64> {
        match &self.map {
            Map::Projection(projection) => projection.of(inputs),
            Map::Network(network) => network.of(inputs),
        }
    }
}

impl Target for Learned<'_> {
    fn dimension(&self) -> usize {
        self.oracle.dimension()
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        self.oracle.draw_prior(count, streams)
    }

    fn parameter_name(&self, index: usize) -> String {
        self.oracle.parameter_name(index)
    }
}

impl Simulator for Learned<'_> {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        self.oracle.log_prior(points)
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &self.scales
    }

    fn feature_name(&self, index: usize) -> String {
        let name: Cow<'_, str> = match self.kind {
            Kind::Linear | Kind::Network => self.oracle.parameter_name(index).into(),
            Kind::Pls | Kind::Pca => format!("direction {}", index + 1).into(),
        };
        format!("summary of {name}")
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let features = self.oracle.summaries(points, streams, call);
        let mut summaries = Summaries::missing(features.len(), self.observed.len());
        for row in 0..features.len() {
            match features.failure(row) {
                Some(failure) => summaries.fail(row, failure),
                None => summaries.row_mut(row).copy_from_slice(&self.summary(features.row(row))),
            }
        }
        summaries
    }
}
