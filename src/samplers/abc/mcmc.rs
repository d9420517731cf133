//! Markov chains without a likelihood: a proposal is accepted only if one simulation of it is near enough. Marjoram et
//! al. (2003), <https://doi.org/10.1073/pnas.0306899100>; epsilon and the starts come from a pilot of prior draws,
//! Wegmann et al. (2009), <https://doi.org/10.1534/genetics.109.102509>.
//!
//! To a chain this is a likelihood of one or zero, made anew for each proposal and kept with the state; its draws are
//! exactly those of the accepted distance.

use super::made_anew::MadeAnew;
use super::ruler::Ruler;
use super::{BATCH, learned, prior_batch, simulate};
use crate::distance::{Distance, ScaleSource};
use crate::draws::Sampled;
use crate::numeric::{Rows, Streams, Unconstrained};
use crate::problem::{LogTerms, Simulator};
use crate::samplers::mcmc::chains::ChainSampler;
use crate::samplers::mcmc::demcz;
use crate::samplers::mcmc::options::ChainOptions;
use crate::samplers::mcmc::start::{Points, Started};
use crate::samplers::stopping::Clock;
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_mcmc",
    summary: "chains that step only to where a simulation is near the recording",
    build,
};

struct NearnessChains {
    chains: ChainSampler,
    pilot: usize,
    /// Epsilon, as a quantile of the distances of the pilot.
    quantile: f64,
    epsilon: Option<f64>,
    distance: Distance,
    scales: ScaleSource,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let pilot = section.key("pilot", "simulations of prior draws that epsilon and the starts come from");
    let pilot = pilot.between(100.0, 1e9).count_or(20_000);
    let quantile = section.key("quantile", "epsilon, as a quantile of the distances of the pilot");
    let quantile = quantile.between(1e-5, 0.99).quantity_or(Unit::One, 0.01);
    let epsilon =
        section.key("epsilon", "distance in sds up to which a simulation is near enough").positive();
    let epsilon = epsilon.quantity_maybe(Unit::One);
    if section.has("epsilon") && section.has("quantile") {
        let help = Some("leave out one of them");
        section.mistake_at("quantile", "`epsilon` and `quantile` both say what is near enough", help);
    }
    let (distance, scales) = Distance::from_settings(section, &["likelihood", "prior"]);
    let sampler = NearnessChains {
        chains: demcz::sampler(ChainOptions::without_start(section, quick)),
        pilot: if quick { pilot.min(2000) } else { pilot },
        quantile,
        epsilon,
        distance,
        scales,
    };
    learned::method(section, quick, sampler)
}

impl Sampler<dyn Simulator + '_> for NearnessChains {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let clock = Clock::new(self.chains.options().stopping);
        let mut ruler = Ruler::new(oracle, self.distance, self.scales);
        let pilot = self.pilot(&mut ruler, (oracle, streams.stage("pilot")), monitor)?;
        let cautions = std::mem::take(&mut ruler.outliers);
        let (epsilon, near) = self.nearest(&pilot, oracle.dimension())?;
        let prior = oracle.log_prior(&near);
        let terms = prior.into_iter().map(|prior| LogTerms { prior, likelihood: 0.0 }).collect();
        let near = Points { points: near, terms };
        let count = self.chains.options().chains_for(oracle.dimension())?;
        let places = near.terms.len();
        let started = Started {
            chains: near.pick((0..count).map(|chain| chain % places)),
            founders: near.points,
            simulations: self.pilot as u64,
        };
        let streams = streams.stage("chains");
        let noise = streams.stage("noise");
        let near_enough = MadeAnew::new(
            oracle,
            Box::new(|points, call| {
                let simulated = simulate(oracle, points, noise, call);
                let is_near = |row| ruler.measure(&simulated, row) <= epsilon;
                (0..points.len()).map(|row| if is_near(row) { 0.0 } else { f64::NEG_INFINITY }).collect()
            }),
        );
        let mut sampled = self.chains.run_from(started, clock, (&near_enough, streams), monitor)?;
        sampled.account.cautions.extend(cautions);
        sampled.account.notes.push(format!("simulations within epsilon {epsilon:.4} were near enough"));
        Ok(sampled)
    }
}

/// Prior draws with their distances.
type Pilot = Vec<(f64, Vec<f64>)>;

impl NearnessChains {
    /// Prior draws from the nearest to the farthest.
    fn pilot(
        &self,
        ruler: &mut Ruler<'_>,
        (oracle, streams): (&dyn Simulator, Streams),
        monitor: &mut dyn Monitor,
    ) -> Result<Pilot, SamplerError> {
        let mut pilot = Vec::new();
        for batch in 0..self.pilot.div_ceil(BATCH) as u64 {
            let count = BATCH.min(self.pilot - batch as usize * BATCH);
            let points = prior_batch(oracle, count, streams, batch);
            let simulated = simulate(oracle, &points, streams, batch);
            ruler.see(&simulated);
            if batch == 0 {
                ruler.rescale(true, &[]);
            }
            let rows = points.iter().enumerate();
            pilot.extend(rows.map(|(row, point)| (ruler.measure(&simulated, row), point.to_vec())));
            let control = monitor.report(&Progress {
                stage: "pilot",
                done: pilot.len(),
                total: self.pilot,
                simulations: pilot.len() as u64,
                acceptance: None,
                epsilon: None,
                draws: None,
            });
            if control == Control::Stop {
                return Err(SamplerError::StoppedBeforeDraws { stage: "pilot" });
            }
        }
        pilot.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(pilot)
    }

    /// Epsilon, and the draws of the pilot within it.
    fn nearest(&self, pilot: &Pilot, columns: usize) -> Result<(f64, Rows<Unconstrained>), SamplerError> {
        let simulations = self.pilot as u64;
        let place = (self.quantile * (pilot.len() - 1) as f64) as usize;
        let epsilon = self.epsilon.unwrap_or(pilot[place].0);
        if epsilon.is_infinite() {
            return Err(SamplerError::NoFiniteDistance { simulations });
        }
        let mut near = Rows::zeros(0, columns);
        for (_, point) in pilot.iter().take_while(|(distance, _)| *distance <= epsilon) {
            near.push(point);
        }
        if near.len() < 2 {
            return Err(SamplerError::NoneNearEnough { simulations, nearest: pilot[0].0 });
        }
        Ok((epsilon, near))
    }
}
