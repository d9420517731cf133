//! Approximate Bayesian computation with the Mahalanobis distance, on features that go together.

use hhbayes::draws::{Draws, Particles};
use hhbayes::numeric::{Rows, Streams, Summaries, Unconstrained, standard_normal};
use hhbayes::problem::{Simulator, Target};
use hhbayes::samplers::{Method, Silent};

/// What is observed; both features are the mean with noise.
const OBSERVED: [Option<f64>; 2] = [Some(1.3), Some(0.1)];
/// Standard deviations of what both features have in common and of what is their own.
const COMMON: f64 = 1.0;
const OWN: f64 = 0.2;

/// θ ~ N(0, 1); two features x = θ + c + e₁ and y = θ + c + e₂ with the same c ~ N(0, 1) and eᵢ ~ N(0, 0.2²).
struct Pair;

impl Target for Pair {
    fn dimension(&self) -> usize {
        1
    }

    fn draw_prior(&self, count: usize, streams: Streams) -> Rows<Unconstrained> {
        let draw = |row| standard_normal(&mut streams.generator(0, row as u64));
        Rows::from_values((0..count).map(draw).collect(), 1)
    }
}

impl Simulator for Pair {
    fn log_prior(&self, points: &Rows<Unconstrained>) -> Vec<f64> {
        points.iter().map(|row| -0.5 * row[0] * row[0]).collect()
    }

    fn observed(&self) -> &[Option<f64>] {
        &OBSERVED
    }

    fn scales(&self) -> &[f64] {
        &[1.0, 1.0]
    }

    fn summaries(&self, points: &Rows<Unconstrained>, streams: Streams, call: u64) -> Summaries {
        let mut summaries = Summaries::missing(points.len(), 2);
        for (index, row) in points.iter().enumerate() {
            let mut generator = streams.generator(call, index as u64);
            let middle = row[0] + COMMON * standard_normal(&mut generator);
            summaries.row_mut(index).fill_with(|| Some(middle + OWN * standard_normal(&mut generator)));
        }
        summaries
    }
}

fn run(options: &str) -> Particles {
    let Method::SimulationBased(sampler) = crate::known::method(options) else {
        panic!("{options} asks for a likelihood");
    };
    match sampler.run(&Pair, Streams::new(4), &mut Silent).unwrap().draws {
        Draws::Particles(particles) => particles,
        Draws::Chains(_) => panic!("{options} returns chains"),
    }
}

/// Mean and variance of θ when (x, y) is known to lie in the ellipse of this radius around the observation: (x, y) is normal
/// with variance 2 + 0.2² and covariance 2, cut to that ellipse (sums over a grid in whitened coordinates), and θ given them
/// is normal with mean (x + y) / (4 + 0.2²) and variance 1 − 2 / (4 + 0.2²).
fn closed_form(epsilon: f64) -> (f64, f64) {
    let (variance, covariance) = (1.0 + COMMON * COMMON + OWN * OWN, 1.0 + COMMON * COMMON);
    let (a, b) = (variance.sqrt(), covariance / variance.sqrt());
    let c = (variance - b * b).sqrt();
    let slope = 1.0 / (variance + covariance);
    let (mut total, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let cells = 400;
    let place = |cell: i32| (2.0 * (f64::from(cell) + 0.5) / f64::from(cells) - 1.0) * epsilon;
    for (u, v) in (0..cells * cells).map(|cell| (place(cell / cells), place(cell % cells))) {
        if u.hypot(v) > epsilon {
            continue;
        }
        let (x, y) = (OBSERVED[0].unwrap() + a * u, OBSERVED[1].unwrap() + b * u + c * v);
        let whitened = [x / a, (y - b * x / a) / c];
        let weight = (-0.5 * (whitened[0].powi(2) + whitened[1].powi(2))).exp();
        let mean = slope * (x + y);
        total += weight;
        sum += weight * mean;
        squares += weight * mean * mean;
    }
    let mean = sum / total;
    (mean, squares / total - mean * mean + 1.0 - 2.0 * slope)
}

/// How far mean and variance are from the closed form at the epsilon that was reached, in standard errors. The units of
/// distance are those of simulations.
fn deviations(particles: &Particles) -> [f64; 2] {
    let (mean, variance) = closed_form(particles.generations.last().unwrap().epsilon);
    let effective = 1.0 / particles.weights.iter().map(|weight| weight * weight).sum::<f64>();
    assert!(effective > 1500.0, "too few draws: {effective:.0}");
    let weighted = |value: &dyn Fn(f64) -> f64| -> f64 {
        particles.points.iter().zip(&particles.weights).map(|(row, weight)| weight * value(row[0])).sum()
    };
    let found = weighted(&|theta| (theta - mean).powi(2));
    [
        (weighted(&|theta| theta) - mean).abs() / (variance / effective).sqrt(),
        (found - variance).abs() / (variance * (2.0 / effective).sqrt()),
    ]
}

const REJECTION: &str = "kind = 'abc_rejection'\nsimulations = 300000\ndraws = 20000";

#[test]
fn mahalanobis_has_the_posterior_of_its_ellipse() {
    for options in [
        REJECTION.to_owned(),
        "kind = 'abc_smc'\nparticles = 4000\nepsilon = 0.4\nsimulations = 1000000".to_owned(),
    ] {
        let found = deviations(&run(&format!("{options}\ndistance = 'mahalanobis'")));
        assert!(found.iter().all(|own| *own < 6.0), "{options}: {found:?} standard errors");
    }
}

/// The observation lies four deviations off the line on which the features are alike: there the circle of the Euclidean
/// distance holds other simulations than the ellipse.
#[test]
fn another_distance_is_noticed() {
    let found = deviations(&run(&format!("{REJECTION}\nscales = 'prior'")));
    assert!(found.iter().any(|own| *own > 6.0), "{found:?} standard errors");
}

#[test]
fn the_correlations_are_the_same_at_any_number_of_threads() {
    for scales in ["prior", "generation"] {
        let options = format!(
            "kind = 'abc_smc'\nparticles = 300\nsimulations = 5000\ndistance = 'mahalanobis'\nscales = '{scales}'"
        );
        let at = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(&options))
        };
        let (one, seven) = (at(1), at(7));
        assert_eq!(one.points, seven.points);
        assert_eq!(one.distances, seven.distances);
        assert_eq!(one.weights, seven.weights);
        assert!(one.generations.len() > 2, "{scales}: {:?}", one.generations);
    }
}
