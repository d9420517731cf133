//! One data set, explained by the conductances of an axon and by the weights of small networks: the same report for both.

mod figure;
mod settings;

use serde_json::{Value, json};

pub(super) use self::settings::LearningSettings;
use super::part::{Insight, Part, Table};
use super::{RunError, undrawn};
use crate::diagnostics::{effective_sample_size, weighted_mean, weighted_quantile};
use crate::neuroai::Cells;
use crate::neuroai::learning::{
    AxonPosterior, CONDUCTANCES, COVERED, Fitted, Network, Predicted, Rates, Score,
};
use crate::numeric::{Failure, Streams, systematic};
use crate::samplers::sample;

/// Rates that are fitted, held out between them, and held out beyond.
struct Data {
    fitted: Rates,
    inside: Rates,
    outside: Rates,
}

/// One explanation of the data.
struct World {
    id: String,
    name: String,
    parameters: usize,
    log_evidence: Option<f64>,
    /// Simulations under all fitted currents, or evaluations of the network at all of them.
    calls: u64,
    /// For the currents fitted, inside and beyond, in this order.
    predicted: [Vec<Predicted>; 3],
}

/// What is known of one conductance.
struct Known {
    name: &'static str,
    truth: f64,
    mean: f64,
    interval: (f64, f64),
}

pub(super) fn part(settings: &LearningSettings) -> Result<Part, RunError> {
    let streams = Streams::new(settings.seed).stage("learning");
    let axon = Cells::of_model("hodgkin_huxley")
        .ok_or_else(|| RunError::Usage("there is no model hodgkin_huxley".to_owned()))?;
    let data = settings.data(&axon, streams).map_err(|failure| {
        RunError::Usage(format!("the rates of [learning] cannot be simulated: {}", failure.reason()))
    })?;
    let (posterior, known, ess) = settings.axon(axon, &data)?;
    let mut worlds = vec![posterior];
    for hidden in &settings.hidden {
        worlds.extend(settings.networks(Network { hidden: *hidden }, &data, streams));
    }
    let scores: Vec<[Score; 3]> =
        worlds.iter().map(|world| world.scores(&data)).collect::<Option<_>>().ok_or_else(|| {
            RunError::Usage("[learning] holds nothing out\n  help: take larger inside and outside".to_owned())
        })?;
    let json = json!({ "learning": {
        "noise_hz": settings.noise_hz,
        "covered_by_bands": COVERED,
        "effective_draws": ess,
        "conductances": known.iter().map(Known::json).collect::<Vec<_>>(),
        "worlds": worlds.iter().zip(&scores).map(|(world, scores)| world.json(scores)).collect::<Vec<_>>(),
    }});
    let Value::Object(json) = json else { unreachable!("an object was written") };
    Ok(Part {
        id: "learning",
        title: "One data set, two kinds of parameters",
        lead: format!(
            "{} rates of an axon between {} and {} µA/cm², with a noise of {} Hz that both sides know, explained by three conductances and by the weights of small networks. {} rates between them and {} up to {} µA/cm² are held out.",
            settings.fitted,
            settings.from_ua_cm2,
            settings.to_ua_cm2,
            settings.noise_hz,
            settings.inside,
            settings.outside,
            settings.beyond_ua_cm2
        ),
        tables: vec![errors(&worlds, &scores), bands(&worlds, &scores), conductances(&known)],
        notes: settings.notes(ess),
        pictures: vec![figure::picture(&data, &worlds).map_err(undrawn)?],
        json,
        insights: insights(&worlds, &scores),
    })
}

/// Rows of the table of insights: the axon beside the network that predicts what is held out best.
fn insights(worlds: &[World], scores: &[[Score; 3]]) -> Vec<Insight> {
    let mut all = worlds.iter().zip(scores);
    let Some(axon) = all.next() else { return Vec::new() };
    let Some(network) = all.max_by(|a, b| a.1[1].log_density.total_cmp(&b.1[1].log_density)) else {
        return Vec::new();
    };
    let parameters = |(world, _): (&World, &[Score; 3])| format!("{} parameters", world.parameters);
    let errors = |(_, [_, inside, outside]): (&World, &[Score; 3])| {
        format!("{:.1} Hz within what was fitted, {:.0} Hz beyond", inside.error, outside.error)
    };
    vec![
        Insight {
            aspect: "what is learned",
            biological: parameters(axon),
            artificial: format!("{} ({})", parameters(network), network.0.name),
        },
        Insight {
            aspect: "error of what is held out",
            biological: errors(axon),
            artificial: errors(network),
        },
    ]
}

impl LearningSettings {
    fn data(&self, axon: &Cells, streams: Streams) -> Result<Data, Failure> {
        let [fitted, inside, outside] = self.currents();
        let measured = |currents: &[f64], stage: &str| {
            self.experiment.measured(axon, self.truth, (currents, self.noise_hz), streams.stage(stage))
        };
        Ok(Data {
            fitted: measured(&fitted, "fitted")?,
            inside: measured(&inside, "inside")?,
            outside: measured(&outside, "outside")?,
        })
    }

    /// The posterior of the conductances, what it predicts, and its effective draws.
    fn axon(&self, axon: Cells, data: &Data) -> Result<(World, Vec<Known>, f64), RunError> {
        let posterior = AxonPosterior::new(
            axon.clone(),
            self.experiment,
            data.fitted.clone(),
            (self.noise_hz, self.spread),
        );
        let options = format!("kind = 'importance'\ndraws = {}", self.draws);
        let sampled = sample(&posterior, &options, self.seed).map_err(|error| {
            RunError::Usage(format!("the conductances of [learning] cannot be sampled: {error}"))
        })?;
        let (points, weights) = sampled.draws.weighted();
        let sets: Vec<[f64; 3]> = points.iter().map(|point| posterior.natural(point)).collect();
        let known = CONDUCTANCES.iter().enumerate().map(|(at, name)| {
            let values: Vec<f64> = sets.iter().map(|set| set[at]).collect();
            let quantile = |probability| weighted_quantile(&values, &weights, probability);
            Known {
                name,
                truth: self.truth[at],
                mean: weighted_mean(&values, &weights),
                interval: (quantile(0.025), quantile(0.975)),
            }
        });
        let known = known.collect();
        let parents = systematic(&weights, weights.len(), 0.5);
        let chosen: Vec<[f64; 3]> =
            (0..self.predicted).map(|at| sets[parents[at * parents.len() / self.predicted]]).collect();
        let currents = [&data.fitted, &data.inside, &data.outside].map(|own| own.currents_ua_cm2.clone());
        let rates = self.experiment.rates_hz(&axon, &chosen, &currents.concat());
        let mut first = 0;
        let predicted = currents.map(|currents| {
            let places = first..first + currents.len();
            first = places.end;
            places
                .map(|place| Predicted {
                    means: rates.iter().filter_map(|own| own[place].ok()).collect(),
                    sd: self.noise_hz,
                })
                .collect()
        });
        let world = World {
            id: "axon".to_owned(),
            name: "axon, posterior".to_owned(),
            parameters: CONDUCTANCES.len(),
            log_evidence: sampled.account.evidence.map(|evidence| evidence.log),
            calls: posterior.simulations(),
            predicted,
        };
        Ok((world, known, effective_sample_size(&weights)))
    }

    /// Laplace's approximation at the best of all maxima, and all maxima together.
    fn networks(&self, network: Network, data: &Data, streams: Streams) -> Vec<World> {
        let streams = streams.stage("network").stage(&network.hidden.to_string());
        let fits: Vec<Fitted> = (0..self.starts as u64)
            .map(|row| network.fit(&data.fitted, self.noise_hz, streams, row))
            .collect();
        let calls = fits.iter().map(|fit| fit.calls).sum();
        let Some(best) = fits.iter().max_by(|a, b| a.log_evidence.total_cmp(&b.log_evidence)) else {
            return Vec::new();
        };
        let sets = [&data.fitted, &data.inside, &data.outside];
        let laplace = sets.map(|own| {
            let one = |current: &f64| Predicted {
                means: vec![best.rate_hz(*current)],
                sd: best.rate_sd_hz(*current).hypot(self.noise_hz),
            };
            own.currents_ua_cm2.iter().map(one).collect()
        });
        let ensemble = sets.map(|own| {
            let all = |current: &f64| Predicted {
                means: fits.iter().map(|fit| fit.rate_hz(*current)).collect(),
                sd: self.noise_hz,
            };
            own.currents_ua_cm2.iter().map(all).collect()
        });
        let hidden = network.hidden;
        let world = |kind: &str, parameters, log_evidence, predicted| World {
            id: format!("network_{hidden}_{kind}"),
            name: format!("network 1-{hidden}-1, {}", if kind == "laplace" { "Laplace" } else { kind }),
            parameters,
            log_evidence,
            calls,
            predicted,
        };
        vec![
            world("laplace", network.weights(), Some(best.log_evidence), laplace),
            world("ensemble", self.starts * network.weights(), None, ensemble),
        ]
    }

    fn notes(&self, ess: f64) -> Vec<String> {
        vec![
            format!("The axon has lognormal priors with a spread of {} about its default conductances, and another axon made the data; {ess:.0} effective draws by importance sampling, of which {} are predicted from.", self.spread, self.predicted),
            format!("The networks have normal priors of their weights whose width the evidence sets (MacKay 1992, https://doi.org/10.1162/neco.1992.4.3.448); the best of {} starts with Laplace's approximation about it, and all starts together as an ensemble (Lakshminarayanan, Pritzel and Blundell 2017, https://doi.org/10.48550/arXiv.1612.01474).", self.starts),
            "Errors and bands are of measurements, noise included. Calls are simulations of all fitted currents by one axon, or evaluations of all of them by one network; one of the former costs some ten thousand times as much.".to_owned(),
            "The conductances mean something outside this data set: their intervals can be compared with the axon that made it. The weights do not: units may be exchanged and turned round.".to_owned(),
            "The evidence says how probable the fitted rates are under each model as a whole, so that it prefers what explains them without having to be tuned; that of the networks is Laplace's approximation.".to_owned(),
        ]
    }
}

impl World {
    fn scores(&self, data: &Data) -> Option<[Score; 3]> {
        let [fitted, inside, outside] = &self.predicted;
        Some([
            Score::of(fitted, &data.fitted.rates_hz)?,
            Score::of(inside, &data.inside.rates_hz)?,
            Score::of(outside, &data.outside.rates_hz)?,
        ])
    }

    fn json(&self, scores: &[Score; 3]) -> Value {
        let score = |own: &Score| {
            json!({
                "error_hz": own.error,
                "band_width_hz": own.width,
                "coverage": own.coverage,
                "log_predictive_density": own.log_density,
            })
        };
        json!({
            "id": self.id,
            "parameters": self.parameters,
            "log_evidence": self.log_evidence,
            "calls": self.calls,
            "fitted": score(&scores[0]),
            "inside": score(&scores[1]),
            "beyond": score(&scores[2]),
        })
    }
}

impl Known {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "unit": "mS/cm^2",
            "truth": self.truth,
            "mean": self.mean,
            "interval": [self.interval.0, self.interval.1],
        })
    }
}

fn errors(worlds: &[World], scores: &[[Score; 3]]) -> Table {
    let row = |(world, scores): (&World, &[Score; 3])| {
        vec![
            world.name.clone(),
            world.parameters.to_string(),
            format!("{:.2}", scores[0].error),
            format!("{:.2}", scores[1].error),
            format!("{:.2}", scores[2].error),
            world.log_evidence.map_or_else(|| "-".to_owned(), |log| format!("{log:.1}")),
            world.calls.to_string(),
        ]
    };
    Table {
        header: vec![
            "",
            "parameters",
            "fit error (Hz)",
            "held out (Hz)",
            "beyond (Hz)",
            "log evidence",
            "calls",
        ],
        rows: worlds.iter().zip(scores).map(row).collect(),
    }
}

fn bands(worlds: &[World], scores: &[[Score; 3]]) -> Table {
    let row = |(world, [_, inside, beyond]): (&World, &[Score; 3])| {
        vec![
            world.name.clone(),
            format!("{:.1}", inside.width),
            format!("{:.1}", beyond.width),
            format!("{:.0} %", 100.0 * inside.coverage),
            format!("{:.0} %", 100.0 * beyond.coverage),
            format!("{:.2}", inside.log_density),
            format!("{:.2}", beyond.log_density),
        ]
    };
    Table {
        header: vec![
            "95 % bands",
            "width (Hz)",
            "beyond (Hz)",
            "coverage",
            "beyond",
            "log density",
            "beyond",
        ],
        rows: worlds.iter().zip(scores).map(row).collect(),
    }
}

fn conductances(known: &[Known]) -> Table {
    let digits = |value: f64| if value < 1.0 { format!("{value:.3}") } else { format!("{value:.1}") };
    let row = |own: &Known| {
        let interval = format!("{} to {}", digits(own.interval.0), digits(own.interval.1));
        vec![own.name.to_owned(), digits(own.truth), digits(own.mean), interval]
    };
    Table {
        header: vec!["conductance (mS/cm²)", "truth", "posterior mean", "95 % interval"],
        rows: known.iter().map(row).collect(),
    }
}
