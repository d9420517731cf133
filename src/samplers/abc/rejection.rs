//! Rejection: of many prior draws, those whose simulations are nearest to the recording. Pritchard et al.
//! (1999), <https://doi.org/10.1093/oxfordjournals.molbev.a026091>.

use super::adjustment::{Adjustment, adjusted};
use super::ruler::Ruler;
use super::{BATCH, Features, learned, prior_batch, simulate_within};
use crate::distance::{Distance, ScaleSource};
use crate::draws::{Account, Draws, Ending, Generation, Particles, Sampled};
use crate::numeric::{Rows, Streams};
use crate::problem::Simulator;
use crate::samplers::{Build, Control, Method, Monitor, Progress, Sampler, SamplerError};
use crate::settings::{Entry, Section};

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "abc_rejection",
    summary: "keeps the prior draws whose simulations are nearest to the recording",
    build,
};

#[derive(Debug)]
struct Rejection {
    simulations: usize,
    draws: usize,
    distance: Distance,
    scales: ScaleSource,
    adjustment: Adjustment,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let simulations = section.key("simulations", "simulations of prior draws").between(1.0, 1e9);
    let draws = section.key("draws", "draws kept: those with the smallest distances").between(1.0, 1e7);
    let (simulations, draws) = (simulations.count_or(100_000), draws.count_or(1000));
    let (distance, scales) = Distance::from_settings(section, &["likelihood", "prior"]);
    let adjustment = Adjustment::from_settings(section);
    if draws > simulations {
        let message = format!("`draws` must be at most `simulations`, found {draws} of {simulations}");
        section.mistake_at(
            "draws",
            message,
            Some("the smaller `draws` / `simulations`, the nearer they are"),
        );
        return None;
    }
    let (simulations, draws) =
        if quick { (simulations.min(2000), draws.min(100)) } else { (simulations, draws) };
    learned::method(section, quick, Rejection { simulations, draws, distance, scales, adjustment })
}

/// A draw with its distance.
struct Candidate {
    distance: f64,
    point: Vec<f64>,
    features: Features,
}

impl Sampler<dyn Simulator + '_> for Rejection {
    fn run(
        &self,
        oracle: &dyn Simulator,
        streams: Streams,
        monitor: &mut dyn Monitor,
    ) -> Result<Sampled, SamplerError> {
        let mut ruler = Ruler::new(oracle, self.distance, self.scales);
        let mut nearest: Vec<Candidate> = Vec::new();
        let mut done = 0;
        let mut account = Account::ended_by(Ending::Done);
        for batch in 0..self.simulations.div_ceil(BATCH) as u64 {
            let count = BATCH.min(self.simulations - done);
            let points = prior_batch(oracle, count, streams, batch);
            // Once there are enough, whatever is farther than all of them will not be kept.
            let enough = nearest.last().filter(|_| nearest.len() == self.draws);
            let reach = enough.and_then(|last| ruler.reach(last.distance));
            let simulated = simulate_within(oracle, &points, streams, batch, reach);
            ruler.see(&simulated);
            if batch == 0 {
                // Scales are those of the first batch, so that all distances have the same.
                ruler.rescale(true, &[]);
                account.cautions.clone_from(&ruler.outliers);
            }
            let candidate = |(row, point): (usize, &[f64])| {
                let distance = ruler.measure(&simulated, row);
                let features = simulated.row(row).to_vec();
                distance.is_finite().then(|| Candidate { distance, point: point.to_vec(), features })
            };
            nearest.extend(points.iter().enumerate().filter_map(candidate));
            // A stable sort: of equal distances the earlier proposal is kept.
            nearest.sort_by(|a, b| a.distance.total_cmp(&b.distance));
            nearest.truncate(self.draws);
            done += count;
            if self.report(done, &nearest, monitor) == Control::Stop {
                account.ending = Ending::Stopped;
                break;
            }
        }
        // A run that was stopped keeps the share of its simulations that a whole run would have kept.
        nearest.truncate((self.draws * done / self.simulations).max(1));
        let particles = population(&nearest, oracle.dimension(), done as u64)?;
        let features: Vec<Features> = nearest.into_iter().map(|candidate| candidate.features).collect();
        let draws = Draws::Particles(adjusted(self.adjustment, particles, &features, oracle.observed()));
        Ok(Sampled { draws, account })
    }
}

impl Rejection {
    fn report(&self, done: usize, nearest: &[Candidate], monitor: &mut dyn Monitor) -> Control {
        monitor.report(&Progress {
            stage: "sampling",
            done,
            total: self.simulations,
            simulations: done as u64,
            acceptance: None,
            epsilon: nearest.last().map(|candidate| candidate.distance),
            draws: None,
        })
    }
}

fn population(nearest: &[Candidate], dimension: usize, simulations: u64) -> Result<Particles, SamplerError> {
    let Some(last) = nearest.last() else {
        return Err(SamplerError::NoFiniteDistance { simulations });
    };
    let count = nearest.len() as f64;
    let generation = Generation {
        epsilon: last.distance,
        temperature: None,
        simulations,
        acceptance: count / simulations as f64,
        effective_sample_size: count,
    };
    let mut points = Rows::zeros(0, dimension);
    for candidate in nearest {
        points.push(&candidate.point);
    }
    let distances = nearest.iter().map(|candidate| candidate.distance).collect();
    let weights = vec![1.0 / count; nearest.len()];
    let (terms, generations) = (Vec::new(), vec![generation]);
    Ok(Particles { points, weights, distances, terms, generations, unadjusted: None })
}
