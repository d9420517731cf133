//! Comparison of models against evidences that are known.

use hhbayes::draws::{Draws, Ending};
use hhbayes::numeric::{Rows, Streams, Summaries, Unconstrained, standard_normal};
use hhbayes::problem::{Simulator, Target};
use hhbayes::samplers::{ModelSelection, Selection, Silent};
use hhbayes::settings::Settings;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 31;
const NOISE: f64 = 0.5;

/// A model by its prior and by what it makes of a parameter set.
struct Toy {
    dimension: usize,
    observed: Vec<Option<f64>>,
    scales: Vec<f64>,
    draw: fn(&mut ChaCha8Rng) -> f64,
    log_prior: fn(f64) -> f64,
    simulate: fn(&[f64], &mut ChaCha8Rng) -> Vec<f64>,
}

impl Target for Toy {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let mut rows = Rows::zeros(count, self.dimension);
        for (index, row) in rows.iter_mut().enumerate() {
            let mut generator = streams.generator(0, index as u64);
            row.fill_with(|| (self.draw)(&mut generator));
        }
        rows
    }
}

impl Simulator for Toy {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        points.iter().map(|row| row.iter().map(|&value| (self.log_prior)(value)).sum()).collect()
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &self.scales
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let mut summaries = Summaries::missing(points.len(), self.observed.len());
        for (index, row) in points.iter().enumerate() {
            let values = (self.simulate)(row, &mut streams.generator(call, index as u64));
            let values: Vec<Option<f64>> = values.into_iter().map(Some).collect();
            summaries.row_mut(index).copy_from_slice(&values);
        }
        summaries
    }
}

fn log_normal(value: f64) -> f64 {
    -0.5 * value * value - 0.5 * std::f64::consts::TAU.ln()
}

const OBSERVED: [f64; 2] = [0.8, -0.4];

/// Two means with standard normal priors; or one, with the second feature around zero.
fn normal(dimension: usize) -> Toy {
    Toy {
        dimension,
        observed: OBSERVED.map(Some).to_vec(),
        scales: vec![NOISE; 2],
        draw: standard_normal,
        log_prior: log_normal,
        simulate: |means, generator| {
            let mean = |axis: usize| means.get(axis).copied().unwrap_or(0.0);
            [0, 1].map(|axis| mean(axis) + NOISE * standard_normal(generator)).to_vec()
        },
    }
}

/// Probability that a simulation of `normal` is within epsilon noise sds of the observation, by sums over a grid.
fn evidence_of_normal(dimension: usize, epsilon: f64) -> f64 {
    let cells = 400;
    let side = 2.0 * epsilon * NOISE / f64::from(cells);
    let variance = [0, 1].map(|axis| NOISE * NOISE + if axis < dimension { 1.0 } else { 0.0 });
    let place = |cell: i32| (f64::from(cell) + 0.5) * side - epsilon * NOISE;
    let mut total = 0.0;
    for (i, j) in (0..cells).flat_map(|i| (0..cells).map(move |j| (i, j))) {
        let offset = [place(i), place(j)];
        if offset[0].hypot(offset[1]) <= epsilon * NOISE {
            let log_density = |axis: usize| {
                let scaled = (OBSERVED[axis] + offset[axis]) / variance[axis].sqrt();
                log_normal(scaled) - 0.5 * variance[axis].ln()
            };
            total += (log_density(0) + log_density(1)).exp() * side * side;
        }
    }
    total
}

const COUNTS: [f64; 3] = [2.0, 2.0, 2.0];

/// Three counts with a Poisson distribution, whose mean has an exponential prior with mean 1; the logarithm moves.
fn poisson() -> Toy {
    Toy {
        dimension: 1,
        observed: COUNTS.map(Some).to_vec(),
        scales: vec![1.0; 3],
        draw: |generator| (-(1.0 - generator.random::<f64>()).ln()).ln(),
        log_prior: |u| u - u.exp(),
        simulate: |point, generator| {
            let mean = point[0].exp();
            // Arrivals in unit time; so many are far enough.
            let mut count = || {
                let (mut time, mut arrivals) = (0.0, -1.0);
                while time < mean && arrivals < 1000.0 {
                    time -= (1.0 - generator.random::<f64>()).ln();
                    arrivals += 1.0;
                }
                arrivals
            };
            vec![count(), count(), count()]
        },
    }
}

/// Three counts of failures before a success, whose probability has a uniform prior; the logit moves.
fn geometric() -> Toy {
    Toy {
        simulate: |point, generator| {
            let log_failure = -(point[0].exp().ln_1p());
            let mut count = || ((1.0 - generator.random::<f64>()).ln() / log_failure).floor();
            vec![count(), count(), count()]
        },
        draw: |generator| {
            let share: f64 = generator.random();
            (share / (1.0 - share)).ln()
        },
        log_prior: |u| u - 2.0 * u.exp().ln_1p(),
        ..poisson()
    }
}

fn select(options: &str, models: &[&dyn Simulator], prior: &[f64]) -> Selection {
    let text = format!("[sampler]\nkind = 'abc_smc'\n{options}");
    let settings = Settings::from_text(std::path::Path::new("cell.toml"), text);
    let selection =
        ModelSelection::from_settings(&settings.root().table("sampler", "the sampler"), false).unwrap();
    settings.finish().unwrap();
    selection.run(models, prior, Streams::new(SEED), &mut Silent).unwrap()
}

/// Passes if the probability is within six standard errors of the truth, which must be small enough to tell.
fn assert_probability(probability: f64, mcse: f64, truth: f64) {
    assert!(6.0 * mcse < 0.12, "too few particles: the standard error is {mcse:.4}");
    let distance = (probability - truth).abs() / mcse;
    assert!(distance < 6.0, "{probability:.4} is {distance:.1} standard errors from {truth:.4}");
}

const NORMAL: &str = "particles = 4000\nepsilon = 0.5\nsimulations = 2000000";

fn normals(options: &str, prior: &[f64]) -> (Selection, f64) {
    let selection = select(options, &[&normal(2), &normal(1)], prior);
    let epsilon = selection.generations.last().unwrap().epsilon;
    assert!((epsilon - 0.5).abs() < 1e-12, "{epsilon}");
    let weighted: Vec<f64> =
        [2, 1].iter().zip(prior).map(|(own, prior)| prior * evidence_of_normal(*own, epsilon)).collect();
    let truth = weighted[0] / weighted.iter().sum::<f64>();
    (selection, truth)
}

#[test]
fn models_have_the_probabilities_of_their_epsilon() {
    for (options, prior) in
        [("", [1.0, 1.0]), ("kernel = 'local'", [1.0, 1.0]), ("kernel = 'student_t'", [3.0, 1.0])]
    {
        let (selection, truth) = normals(&format!("{NORMAL}\n{options}"), &prior);
        let [first, second] = selection.models.as_slice() else { panic!("there are two models") };
        assert!((first.probability + second.probability - 1.0).abs() < 1e-12);
        assert_probability(first.probability, first.mcse, truth);
        let factor = evidence_of_normal(2, 0.5) / evidence_of_normal(1, 0.5);
        let found = selection.bayes_factors();
        assert!((found[0] / found[1] / factor - 1.0).abs() < 0.3, "{found:?} instead of {factor}");
    }
}

#[test]
#[should_panic(expected = "standard errors from")]
fn counts_of_particles_are_no_probabilities() {
    let (selection, truth) = normals(NORMAL, &[10.0, 1.0]);
    let counts: Vec<f64> = selection.models.iter().map(|model| particles(model).len() as f64).collect();
    assert_probability(counts[0] / counts.iter().sum::<f64>(), selection.models[0].mcse, truth);
}

fn particles(model: &hhbayes::samplers::SelectedModel) -> &Rows<Unconstrained> {
    match &model.sampled.as_ref().unwrap().draws {
        Draws::Particles(particles) => &particles.points,
        Draws::Chains(_) => panic!("they are particles"),
    }
}

/// Each posterior is that of its model alone: mean share · x with x in a disc, which is nearly the observation.
#[test]
fn each_model_has_its_own_posterior() {
    let (selection, _) = normals(NORMAL, &[1.0, 1.0]);
    for (model, dimension) in selection.models.iter().zip([2, 1]) {
        let Draws::Particles(own) = &model.sampled.as_ref().unwrap().draws else {
            panic!("they are particles")
        };
        assert_eq!(own.points.columns(), dimension);
        assert!((own.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let mean: f64 = own.points.iter().zip(&own.weights).map(|(row, weight)| weight * row[0]).sum();
        let expected = OBSERVED[0] / (1.0 + NOISE * NOISE);
        // The disc moves the mean by less than 0.02; the rest are six standard errors of the mean.
        let tolerance = 0.02 + 6.0 * 0.5 / model.effective_sample_size.sqrt();
        assert!((mean - expected).abs() < tolerance, "{mean} instead of {expected}");
    }
}

/// With the data themselves as features and no distance left the probabilities are exact: n counts with sum s have under
/// the Poisson model s! / (Π x! (n + 1)^(s + 1)) and under the geometric one n! s! / (n + s + 1)!. The example is that
/// of Didelot et al. (2011), <https://doi.org/10.1214/11-BA602>.
#[test]
fn counts_choose_between_poisson_and_geometric() {
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let (n, s) = (3, 6);
    let of_poisson = factorial(s) / (factorial(2).powi(3) * f64::from(n + 1).powi(7));
    let of_geometric = factorial(n) * factorial(s) / factorial(n + s + 1);
    let options = "particles = 3000\nepsilon = 0\nsimulations = 4000000\nminimum_acceptance = 0.0005";
    let selection = select(options, &[&poisson(), &geometric()], &[1.0, 1.0]);
    assert!(selection.generations.last().unwrap().epsilon < 1.0);
    let first = &selection.models[0];
    assert_probability(first.probability, first.mcse, of_poisson / (of_poisson + of_geometric));
}

/// The second feature of the last model is never near.
#[test]
fn an_impossible_model_has_no_particles_and_does_no_harm() {
    let far = Toy { simulate: |_, _| vec![0.8, 1e3], ..normal(1) };
    let options = NORMAL.replace("4000\n", "2000\n");
    let selection = select(&options, &[&normal(2), &normal(1), &far], &[1.0; 3]);
    assert!(selection.models[2].sampled.is_none());
    assert!(selection.models[2].probability.abs() < f64::EPSILON);
    let weighted = [2, 1].map(|own| evidence_of_normal(own, 0.5));
    let first = &selection.models[0];
    assert_probability(first.probability, first.mcse, weighted[0] / (weighted[0] + weighted[1]));
}

#[test]
fn threads_and_budgets_leave_a_whole_generation() {
    let options = "particles = 300\nsimulations = 5000";
    let at = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| select(options, &[&normal(2), &normal(1)], &[1.0, 1.0]))
    };
    let (one, seven) = (at(1), at(7));
    assert_eq!(one.account.ending, Ending::MaxSimulations);
    assert_eq!(one.generations, seven.generations);
    assert_eq!(one.course, seven.course);
    for (a, b) in one.models.iter().zip(&seven.models) {
        assert_eq!(particles(a), particles(b));
    }
    assert_eq!(one.models.iter().map(|model| particles(model).len()).sum::<usize>(), 300);
}
