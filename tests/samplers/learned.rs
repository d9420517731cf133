//! Learned summaries: of many features, most of which are noise, against the posterior of those that are not.

use hhbayes::draws::{Account, Caution, Draws, Particles};
use hhbayes::numeric::{Rows, Streams, Summaries, Unconstrained, standard_normal};
use hhbayes::problem::{Simulator, Target};
use hhbayes::samplers::{Method, SamplerError, Silent};

const SEED: u64 = 21;
/// Features of each parameter, and those of none.
const OWN: usize = 4;
const NOISE: usize = 12;

/// Two θ ~ N(0, 1), the first four features N(θ₁, 1), the next four N(θ₂, 1), and twelve N(0, 1), each bent by `bend`.
struct ManyFeatures {
    bend: fn(f64) -> f64,
    observed: Vec<Option<f64>>,
    /// Simulations with the first feature above this lack the second.
    missing_above: f64,
}

const OBSERVED: [f64; 2 * OWN] = [1.2, 0.6, 1.9, 0.5, -0.3, -0.9, 0.2, -1.4];

impl ManyFeatures {
    fn new(bend: fn(f64) -> f64) -> Self {
        let noise = (0..NOISE).map(|index| (index as f64 - 5.5) / 4.0);
        let observed = OBSERVED.into_iter().chain(noise).map(|value| Some(bend(value))).collect();
        Self { bend, observed, missing_above: f64::INFINITY }
    }
}

impl Target for ManyFeatures {
    fn dimension(&self) -> usize {
        2
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = Rows::zeros(count, 2);
        for (index, row) in rows.iter_mut().enumerate() {
            let mut generator = streams.generator(0, index as u64);
            row.fill_with(|| standard_normal(&mut generator));
        }
        rows
    }
}

impl Simulator for ManyFeatures {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        points.iter().map(|row| -0.5 * (row[0] * row[0] + row[1] * row[1])).collect()
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &[1.0; 2 * OWN + NOISE]
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let mut summaries = Summaries::missing(points.len(), 2 * OWN + NOISE);
        for (index, row) in points.iter().enumerate() {
            let mut generator = streams.generator(call, index as u64);
            for (place, value) in summaries.row_mut(index).iter_mut().enumerate() {
                let mean = row.get(place / OWN).copied().unwrap_or(0.0);
                *value = Some((self.bend)(mean + standard_normal(&mut generator)));
            }
            if summaries.row(index)[0].is_some_and(|first| first > self.missing_above) {
                summaries.row_mut(index)[1] = None;
            }
        }
        summaries
    }
}

fn run(options: &str, target: &ManyFeatures) -> Result<(Particles, Account), SamplerError> {
    let Method::SimulationBased(sampler) = crate::known::method(options) else {
        panic!("{options} asks for a likelihood");
    };
    let sampled = sampler.run(target, Streams::new(SEED), &mut Silent)?;
    match sampled.draws {
        Draws::Particles(particles) => Ok((particles, sampled.account)),
        Draws::Chains(_) => panic!("{options} returns chains"),
    }
}

/// Mean and variance of each parameter.
fn moments(particles: &Particles) -> [(f64, f64); 2] {
    [0, 1].map(|axis| {
        let weighted = |value: &dyn Fn(f64) -> f64| -> f64 {
            particles
                .points
                .iter()
                .zip(&particles.weights)
                .map(|(row, weight)| weight * value(row[axis]))
                .sum()
        };
        let mean = weighted(&|theta| theta);
        (mean, weighted(&|theta| (theta - mean).powi(2)))
    })
}

/// The exact posterior has the variance 1 / (1 + 4), and that times the sum of the features as its mean.
fn exact() -> [(f64, f64); 2] {
    let sum = |axis: usize| OBSERVED[axis * OWN..(axis + 1) * OWN].iter().sum::<f64>();
    [0, 1].map(|axis| (sum(axis) / (1.0 + OWN as f64), 1.0 / (1.0 + OWN as f64)))
}

/// Percent of the variance of the first parameter that the notes call explained.
fn explained(account: &Account) -> f64 {
    let note = account.notes.iter().find(|note| note.starts_with("summaries: ")).unwrap();
    note.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const REJECTION: &str = "kind = 'abc_rejection'\nsimulations = 100000\ndraws = 1000";

/// With 1000 draws a mean has a standard error of 0.014 and a variance one of 4 %; a fit to 4000 simulations with 40
/// predictors, and draws within a distance that holds 1 % of the prior, each add as much.
#[track_caller]
fn assert_exact(particles: &Particles, tolerance: f64) {
    for ((mean, variance), (own, own_variance)) in exact().into_iter().zip(moments(particles)) {
        assert!((mean - own).abs() < tolerance, "mean {own:.3}, not {mean:.3}");
        assert!((own_variance / variance - 1.0).abs() < 3.0 * tolerance, "variance {own_variance:.3}");
    }
}

#[test]
fn estimates_of_the_parameters_have_nearly_the_exact_posterior() {
    let target = ManyFeatures::new(|value| value);
    for kind in ["linear", "network", "pls"] {
        let options = format!("{REJECTION}\nadjustment = 'linear'\nsummaries = {{ kind = '{kind}' }}");
        println!("{kind}");
        assert_exact(&run(&options, &target).unwrap().0, 0.08);
    }
    // Without summaries the noise decides which draws are near.
    let (particles, _) = run(REJECTION, &target).unwrap();
    assert!(moments(&particles)[0].1 > 1.5 * exact()[0].1, "{:?}", moments(&particles));
}

#[test]
fn a_network_unbends_the_features() {
    let target = ManyFeatures::new(|value| (2.0 * value).sinh());
    let options = format!("{REJECTION}\nsummaries = {{ kind = 'network', pilot = 10000 }}");
    let (particles, account) = run(&options, &target).unwrap();
    // All that the features tell is four fifths of the variance.
    assert!(explained(&account) > 75.0, "{:?}", account.notes);
    // At a single observation an estimate that leaves 3 % of the variance strays by a sixth.
    assert_exact(&particles, 0.2);
}

#[test]
fn the_notes_say_what_the_summaries_tell_and_from_which_features() {
    let target = ManyFeatures::new(|value| value);
    let (_, account) = run(&format!("{REJECTION}\nsummaries = {{}}"), &target).unwrap();
    let notes: Vec<&String> = account.notes.iter().filter(|note| note.starts_with("summaries: ")).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    // Four features of variance one leave 1 / 5 of the variance of the prior; 1000 simulations tell it to 2 %.
    assert!(notes[0].contains("parameter 0 explained, mostly from feature "), "{notes:?}");
    assert!((explained(&account) - 80.0).abs() < 4.0, "{notes:?}");
    for feature in 2 * OWN..2 * OWN + NOISE {
        assert!(!notes[0].contains(&format!("feature {feature}")), "{notes:?}");
    }
}

#[test]
fn missing_features_are_learned_from_too() {
    let target = ManyFeatures { missing_above: 0.0, ..ManyFeatures::new(|value| value) };
    let mut observed = target.observed.clone();
    observed[1] = None;
    let target = ManyFeatures { observed, ..target };
    let options = format!("{REJECTION}\nadjustment = 'linear'\nsummaries = {{ kind = 'linear' }}");
    let (particles, _) = run(&options, &target).unwrap();
    // Three features are left: variance 1 / 4. The first says all that the missing one does.
    let sum = OBSERVED[0] + OBSERVED[2] + OBSERVED[3];
    let [(mean, variance), _] = moments(&particles);
    assert!((mean - sum / 4.0).abs() < 0.1, "{mean} for {}", sum / 4.0);
    assert!((variance / 0.25 - 1.0).abs() < 0.3, "{variance}");
}

#[test]
fn features_without_information_are_named_in_the_verdict() {
    let target = ManyFeatures::new(|_| 1.0);
    let error = run(&format!("{REJECTION}\nsummaries = {{}}"), &target).unwrap_err();
    assert!(matches!(error, SamplerError::NothingToLearnFrom), "{error}");
    // Features that vary, but with nothing.
    let noise = ManyFeatures::new(|value| (1e6 * value).sin());
    let (_, account) = run(&format!("{REJECTION}\nsummaries = {{}}"), &noise).unwrap();
    assert!(account.cautions.contains(&Caution::NothingMatters), "{:?}", account.notes);
}

#[test]
fn a_pilot_that_is_too_small_for_the_features_says_so() {
    let target = ManyFeatures::new(|value| value);
    let error = run(&format!("{REJECTION}\nsummaries = {{ pilot = 200 }}"), &target).unwrap_err();
    assert!(error.to_string().starts_with("only 160 simulations of the pilot"), "{error}");
}

#[test]
fn learned_summaries_are_the_same_on_any_number_of_threads() {
    let target = ManyFeatures::new(|value| value);
    let options = "kind = 'abc_smc'\nparticles = 200\nsimulations = 20000\nsummaries = { kind = 'network', pilot = 1000 }";
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(options, &target).unwrap().0.points)
    };
    assert_eq!(on(1), on(3));
}
