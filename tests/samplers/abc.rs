//! Approximate Bayesian computation against the posterior that it has for a normal mean.

use hhbayes::draws::{Draws, Particles, Sampled};
use hhbayes::numeric::{Failure, Rows, Streams, Summaries, Unconstrained, standard_normal};
use hhbayes::problem::{Simulator, Target};
use hhbayes::samplers::{Control, Method, Monitor, Progress, SamplerError, Silent};

const SEED: u64 = 20;
const OBSERVED: [f64; 2] = [0.8, -0.4];
const NOISE: f64 = 0.5;
/// Share of the observation in the posterior mean: prior variance 1 over 1 + noise variance.
const SHARE: f64 = 1.0 / (1.0 + NOISE * NOISE);

/// θ ~ N(0, 1), x ~ N(θ, 0.5²), in two dimensions. Some simulations lack the second feature or fail.
pub struct NormalMean {
    pub observed: [Option<f64>; 2],
    pub missing_above: f64,
    /// Whether simulations are so rare that no second one is found: only those of prior draws have features.
    pub frozen: bool,
    /// What is taken as the highest log density.
    pub log_highest: f64,
}

pub const WHOLE: NormalMean = NormalMean {
    observed: [Some(OBSERVED[0]), Some(OBSERVED[1])],
    missing_above: f64::INFINITY,
    frozen: false,
    log_highest: 0.0,
};

impl Target for NormalMean {
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

impl Simulator for NormalMean {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        points.iter().map(|row| -0.5 * (row[0] * row[0] + row[1] * row[1])).collect()
    }

    fn observed(&self) -> &[Option<f64>] {
        &self.observed
    }

    fn scales(&self) -> &[f64] {
        &[NOISE, NOISE]
    }

    fn noiseless(&self, points: &Rows<Unconstrained>, _: Streams, _: u64) -> (Summaries, Vec<f64>) {
        let mut summaries = Summaries::missing(points.len(), 2);
        for (index, row) in points.iter().enumerate() {
            let values = row.iter().map(|value| Some(*value)).collect::<Vec<_>>();
            summaries.row_mut(index).copy_from_slice(&values);
        }
        let square = |mean: f64, axis: usize| ((mean - OBSERVED[axis]) / NOISE).powi(2);
        let density = |row: &[f64]| -0.5 * (square(row[0], 0) + square(row[1], 1));
        (summaries, points.iter().map(density).collect())
    }

    fn highest_log_density(&self) -> Option<f64> {
        Some(self.log_highest)
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let mut summaries = Summaries::missing(points.len(), 2);
        for (index, row) in points.iter().enumerate() {
            let mut generator = streams.generator(call, index as u64);
            for (value, mean) in summaries.row_mut(index).iter_mut().zip(row) {
                *value = Some(mean + NOISE * standard_normal(&mut generator));
            }
            if row[1] > self.missing_above {
                summaries.row_mut(index)[1] = None;
            }
            if row[0] > self.missing_above || (self.frozen && call > 0) {
                summaries.fail(index, Failure::NotFinite);
            }
        }
        summaries
    }
}

pub fn sample(
    options: &str,
    target: &NormalMean,
    monitor: &mut dyn Monitor,
) -> Result<Sampled, SamplerError> {
    let Method::SimulationBased(sampler) = crate::known::method(options) else {
        panic!("{options} asks for a likelihood");
    };
    sampler.run(target, Streams::new(SEED), monitor)
}

pub fn run(options: &str, target: &NormalMean, monitor: &mut dyn Monitor) -> Result<Particles, SamplerError> {
    match sample(options, target, monitor)?.draws {
        Draws::Particles(particles) => Ok(particles),
        Draws::Chains(_) => panic!("{options} returns chains"),
    }
}

/// Means and variances of θ when x is known to lie within `epsilon` noise sds of the observation:
/// x is normal with variance 1 + noise variance, cut to that disc (sums over a grid), and θ given x is
/// normal with mean share · x.
fn closed_form(epsilon: f64) -> ([f64; 2], [f64; 2]) {
    let cells = 400;
    let (mut total, mut sum, mut squares) = (0.0, [0.0; 2], [0.0; 2]);
    for i in 0..cells {
        for j in 0..cells {
            let offset =
                [i, j].map(|cell| (2.0 * (f64::from(cell) + 0.5) / f64::from(cells) - 1.0) * epsilon);
            if offset[0].hypot(offset[1]) <= epsilon {
                let x = [0, 1].map(|axis| OBSERVED[axis] + NOISE * offset[axis]);
                let weight = (-0.5 * (x[0] * x[0] + x[1] * x[1]) / (1.0 + NOISE * NOISE)).exp();
                total += weight;
                for axis in 0..2 {
                    sum[axis] += weight * x[axis];
                    squares[axis] += weight * x[axis] * x[axis];
                }
            }
        }
    }
    let mean = sum.map(|sum| sum / total);
    let variance = [0, 1].map(|axis| squares[axis] / total - mean[axis] * mean[axis]);
    (mean.map(|mean| SHARE * mean), variance.map(|variance| NOISE * NOISE * SHARE + SHARE * SHARE * variance))
}

/// Passes if means and variances are within six standard errors of the closed form at the epsilon reached;
/// weighted draws have the standard errors of their effective number.
pub fn assert_posterior(particles: &Particles, weights: &[f64]) {
    let (mean, variance) = closed_form(particles.generations.last().unwrap().epsilon);
    let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
    assert!(effective > 2000.0, "too few draws: {effective:.0}");
    for axis in 0..2 {
        let weighted = |value: &dyn Fn(f64) -> f64| -> f64 {
            particles.points.iter().zip(weights).map(|(row, weight)| weight * value(row[axis])).sum()
        };
        let found = weighted(&|theta| theta);
        let found_variance = weighted(&|theta| (theta - mean[axis]).powi(2));
        let distance = (found - mean[axis]).abs() / (variance[axis] / effective).sqrt();
        assert!(distance < 6.0, "mean {found:.4} is {distance:.1} standard errors from {}", mean[axis]);
        // The square of a normal deviation has twice the squared variance.
        let distance = (found_variance - variance[axis]).abs() / (variance[axis] * (2.0 / effective).sqrt());
        assert!(distance < 6.0, "variance {found_variance:.4} is {distance:.1} standard errors off");
    }
}

const REJECTION: &str = "kind = 'abc_rejection'\nsimulations = 200000\ndraws = 5000";
const SMC: &str = "kind = 'abc_smc'\nparticles = 4000\nepsilon = 0.3\nsimulations = 1000000";

#[test]
fn rejection_has_the_posterior_of_its_epsilon() {
    let particles = run(REJECTION, &WHOLE, &mut Silent).unwrap();
    assert_eq!(particles.points.len(), 5000);
    assert!(particles.distances.iter().all(|&distance| distance <= particles.generations[0].epsilon));
    assert_posterior(&particles, &particles.weights);
}

#[test]
fn a_population_has_the_posterior_of_its_epsilon() {
    let particles = run(SMC, &WHOLE, &mut Silent).unwrap();
    let generations = &particles.generations;
    assert!((generations.last().unwrap().epsilon - 0.3).abs() < 1e-12, "{generations:?}");
    assert!(generations.windows(2).all(|pair| pair[1].epsilon < pair[0].epsilon));
    assert!((particles.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert_posterior(&particles, &particles.weights);
}

#[test]
fn every_kernel_and_every_schedule_has_the_posterior_of_its_epsilon() {
    for options in [
        "kernel = 'local'",
        "kernel = 'componentwise'\ndecay = 0.4",
        "kernel = 'student_t'\neffective_size = 0.3",
        "epsilons = [4, 2, 1, 0.5, 0.3]",
    ] {
        let particles = run(&format!("{SMC}\n{options}"), &WHOLE, &mut Silent).unwrap();
        let generations = &particles.generations;
        assert!((generations.last().unwrap().epsilon - 0.3).abs() < 1e-12, "{options}: {generations:?}");
        assert_posterior(&particles, &particles.weights);
    }
}

/// Parameters depend on the features in straight lines with the same spread everywhere, so that a regression is exact at
/// any epsilon.
#[test]
fn a_regression_takes_away_what_epsilon_leaves() {
    let coarse = REJECTION.replace("5000", "60000");
    let epsilon = run(&coarse, &WHOLE, &mut Silent).unwrap().generations[0].epsilon;
    assert!(
        closed_form(epsilon).1[0] > 1.3 * closed_form(1e-3).1[0],
        "epsilon {epsilon} is too fine to tell"
    );
    for adjustment in ["linear", "ridge", "heteroscedastic"] {
        let particles = run(&format!("{coarse}\nadjustment = '{adjustment}'"), &WHOLE, &mut Silent).unwrap();
        let raw = particles.unadjusted.clone().expect("the raw draws are kept");
        assert!(raw.weights.iter().all(|weight| (weight - 1.0 / 6e4).abs() < 1e-12));
        assert_normal(&particles);
    }
}

#[test]
#[should_panic(expected = "standard errors")]
fn draws_without_a_regression_are_noticed() {
    assert_normal(&run(&REJECTION.replace("5000", "60000"), &WHOLE, &mut Silent).unwrap());
}

/// Passes if the particles have the exact posterior, within six standard errors.
pub fn assert_normal(particles: &Particles) {
    let (_, variance) = closed_form(1e-3);
    let effective = 1.0 / particles.weights.iter().map(|weight| weight * weight).sum::<f64>();
    for axis in 0..2 {
        let weighted = |value: &dyn Fn(f64) -> f64| -> f64 {
            let terms = particles.points.iter().zip(&particles.weights);
            terms.map(|(row, weight)| weight * value(row[axis])).sum()
        };
        let mean = SHARE * OBSERVED[axis];
        let distance = (weighted(&|theta| theta) - mean).abs() / (variance[axis] / effective).sqrt();
        assert!(distance < 6.0, "the mean is {distance:.1} standard errors off");
        let found = weighted(&|theta| (theta - mean).powi(2));
        let distance = (found - variance[axis]).abs() / (variance[axis] * (2.0 / effective).sqrt());
        assert!(distance < 6.0, "the variance {found:.4} is {distance:.1} standard errors off");
    }
}

/// Chains on the same problem; particles of another method have told how far the simulations may be.
fn chains(options: &str) -> hhbayes::draws::Chains {
    let Method::SimulationBased(sampler) = crate::known::method(options) else {
        panic!("{options} asks for a likelihood");
    };
    match sampler.run(&WHOLE, Streams::new(SEED), &mut Silent).unwrap().draws {
        Draws::Chains(chains) => chains,
        Draws::Particles(_) => panic!("{options} returns particles"),
    }
}

/// Means and variances about the expected mean, with standard errors from how chains differ.
fn assert_chains(chains: &hhbayes::draws::Chains, mean: [f64; 2], variance: [f64; 2], tolerance: f64) {
    let count = chains.points.dim().0;
    for axis in 0..2 {
        let square = |x: f64| (x - mean[axis]).powi(2);
        let moments: [(&dyn Fn(f64) -> f64, f64); 2] = [(&|x| x, mean[axis]), (&square, variance[axis])];
        for (value, expected) in moments {
            let of_chain = |chain: usize| {
                let draws = chains.points.index_axis(ndarray::Axis(0), chain);
                draws.column(axis).iter().map(|x| value(*x)).sum::<f64>() / draws.nrows() as f64
            };
            let means: Vec<f64> = (0..count).map(of_chain).collect();
            let found = means.iter().sum::<f64>() / count as f64;
            let spread = means.iter().map(|mean| (mean - found).powi(2)).sum::<f64>();
            let error = (spread / (count * (count - 1)) as f64).sqrt();
            let distance = (found - expected).abs();
            assert!(distance < 6.0 * error + tolerance, "{found:.4} ± {error:.4} instead of {expected:.4}");
        }
    }
}

#[test]
fn chains_have_the_posterior_of_their_epsilon() {
    let chains =
        chains("kind = 'abc_mcmc'\nepsilon = 0.5\npilot = 20000\nchains = 32\nwarmup = 500\ndraws = 1000");
    let (mean, variance) = closed_form(0.5);
    assert_chains(&chains, mean, variance, 0.0);
}

/// A normal density fitted to n simulations is a little too wide; the noise that all parameter sets share moves the mean.
#[test]
fn a_synthetic_likelihood_has_the_posterior_of_the_exact_one() {
    let options = "kind = 'synthetic_likelihood'\nreplicates = 60\nchains = 16\nwarmup = 300\ndraws = 500\n";
    let variance = NOISE * NOISE * SHARE;
    let mean = OBSERVED.map(|observed| SHARE * observed);
    for (own, tolerance) in [("", 0.01), ("marginals = 'kernel'", 0.04), ("common_noise = true", 0.12)] {
        assert_chains(&chains(&format!("{options}{own}")), mean, [variance; 2], tolerance);
    }
}

#[test]
fn a_pilot_that_is_too_small_says_so() {
    let Method::SimulationBased(sampler) = crate::known::method("kind = 'abc_mcmc'\nepsilon = 1e-9") else {
        panic!("it asks for a likelihood");
    };
    let error = sampler.run(&WHOLE, Streams::new(SEED), &mut Silent).unwrap_err();
    assert!(matches!(error, SamplerError::NoneNearEnough { simulations: 20_000, .. }), "{error}");
}

#[test]
fn scales_come_from_where_the_settings_say() {
    let epsilon = |options: &str| {
        let particles = run(&format!("{REJECTION}\n{options}"), &WHOLE, &mut Silent).unwrap();
        particles.generations[0].epsilon
    };
    // Features of prior draws have a variance of 1 and that of the noise.
    let expected = NOISE / (1.0 + NOISE * NOISE).sqrt();
    let found = epsilon("scales = 'prior'") / epsilon("");
    assert!((found / expected - 1.0).abs() < 0.1, "{found} instead of {expected}");
    let smc = run(&format!("{SMC}\nscales = 'generation'"), &WHOLE, &mut Silent).unwrap();
    // Near the observation the features differ by less than those of prior draws: as θ's posterior and noise together.
    let last = smc.generations.last().unwrap().epsilon;
    assert!((last - 0.3).abs() < 1e-12, "{last}");
}

#[test]
#[should_panic(expected = "standard errors")]
fn forgotten_weights_are_noticed() {
    let particles = run(SMC, &WHOLE, &mut Silent).unwrap();
    assert_posterior(&particles, &vec![1.0 / 4000.0; 4000]);
}

#[test]
fn the_same_seed_gives_the_same_particles_at_any_number_of_threads() {
    for options in [
        "kind = 'abc_smc'\nparticles = 300\nsimulations = 5000",
        "kind = 'abc_del_moral'\nparticles = 300\nreplicates = 2\nmax_simulations = 5000",
        "kind = 'abc_stochastic'\nparticles = 300\nsimulations = 5000",
    ] {
        let at = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(options, &WHOLE, &mut Silent).unwrap())
        };
        let (one, seven) = (at(1), at(7));
        assert_eq!(one.points, seven.points);
        assert_eq!(one.weights, seven.weights);
        assert_eq!(one.generations, seven.generations);
        let spent: u64 = one.generations.iter().map(|generation| generation.simulations).sum();
        assert!(spent <= 5000, "{spent}");
    }
}

#[test]
fn a_missing_feature_rejects_or_costs_its_penalty() {
    let target = NormalMean { missing_above: 0.5, ..WHOLE };
    for options in [REJECTION, SMC, crate::abc_moves::DEL_MORAL] {
        let options = options.replace("200000", "20000").replace("1000000", "20000");
        let strict = run(&options, &target, &mut Silent).unwrap();
        assert!(strict.points.iter().all(|row| row[0] <= 0.5 && row[1] <= 0.5));
        let options = format!("{options}\nmissing_penalty = 0.1");
        let lenient = run(&options, &target, &mut Silent).unwrap();
        assert!(lenient.points.iter().any(|row| row[1] > 0.5), "a penalty lets some in");
        assert!(lenient.points.iter().all(|row| row[0] <= 0.5), "a failed simulation stays out");
    }
}

#[test]
fn nothing_near_is_an_error() {
    for options in [
        "kind = 'abc_rejection'\nsimulations = 1000",
        "kind = 'abc_smc'\nsimulations = 1000",
        "kind = 'abc_del_moral'\nmax_simulations = 1000",
    ] {
        let target = NormalMean { missing_above: f64::NEG_INFINITY, ..WHOLE };
        let error = run(options, &target, &mut Silent).unwrap_err();
        assert_eq!(error, SamplerError::NoFiniteDistance { simulations: 1000 });
    }
}

/// Stops at a number of simulations.
struct StopAt(u64);

impl Monitor for StopAt {
    fn report(&mut self, progress: &Progress<'_>) -> Control {
        if progress.simulations >= self.0 { Control::Stop } else { Control::Continue }
    }
}

#[test]
fn a_stop_returns_the_last_whole_population() {
    let part = run(REJECTION, &WHOLE, &mut StopAt(40_000)).unwrap();
    assert_eq!(part.points.len(), 1000);
    assert_eq!(part.generations[0].simulations, 40_000);
    let part = run(SMC, &WHOLE, &mut StopAt(9000)).unwrap();
    assert_eq!(part.points.len(), 4000);
    assert!(part.generations.iter().map(|generation| generation.simulations).sum::<u64>() <= 9000);
}
