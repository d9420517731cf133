//! Every prior against the rules of its trait, and the space that joins them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it finds and stops where it fails"
)]

use std::path::Path;

use hhbayes::numeric::{Rows, Streams};
use hhbayes::prior::{PRIORS, Parameter, ParameterSpace, Prior, Transform, from_settings};
use hhbayes::settings::Settings;
use hhbayes::units::Unit;

const OPTIONS: &[&str] = &[
    "kind = 'beta', alpha = 2, beta = 5, lower = '-80 mV', upper = '-50 mV'",
    "kind = 'beta', alpha = 0.5, beta = 300, lower = '0 mV', upper = '1 mV'",
    "kind = 'exponential', mean = '3 mV'",
    "kind = 'gamma', shape = 2.5, scale = '4 mV'",
    "kind = 'gamma', shape = 0.3, scale = '4 mV'",
    "kind = 'gamma', shape = 5000, scale = '0.001 mV'",
    "kind = 'half_normal', scale = '2 mV'",
    "kind = 'log_uniform', lower = '0.01 mV', upper = '20 mV'",
    "kind = 'lognormal', median = '50 mV', spread = 0.4",
    "kind = 'normal', mean = '-75 mV', sd = '5 mV'",
    "kind = 'truncated_normal', mean = '-75 mV', sd = '5 mV', lower = '-80 mV', upper = '-60 mV'",
    "kind = 'truncated_normal', mean = '0 mV', sd = '1 mV', lower = '10 mV'",
    "kind = 'truncated_normal', mean = '0 mV', sd = '1 mV', upper = '-3 mV'",
    "kind = 'uniform', lower = '-65 mV', upper = '-40 mV'",
];

fn read(options: &str) -> Result<Box<dyn Prior>, String> {
    let settings = Settings::from_text(Path::new("cell.toml"), format!("p = {{ {options} }}"));
    let prior = from_settings(&settings.root().table("p", "the prior"), Unit::Millivolt);
    settings.finish().map_err(|error| error.to_string())?;
    prior.ok_or_else(|| "no prior and no mistake".to_owned())
}

fn all() -> impl Iterator<Item = (&'static str, Box<dyn Prior>)> {
    OPTIONS.iter().map(|options| (*options, read(options).unwrap()))
}

/// Density times the slope of the quantile is 1.
fn check_density(prior: &dyn Prior) {
    for probability in [0.01_f64, 0.1, 0.5, 0.9, 0.99] {
        // The central difference errs by step²/6 times the third derivative, for these priors below 1e-5
        // of the slope at a step of a thousandth of the distance to the nearer end.
        let step = 1e-3 * probability.min(1.0 - probability);
        let slope = (prior.quantile(probability + step) - prior.quantile(probability - step)) / (2.0 * step);
        let density = prior.log_density(prior.quantile(probability)).exp();
        assert!((density * slope - 1.0).abs() < 1e-4, "density and quantile disagree at {probability}");
    }
}

#[test]
fn every_kind_is_tried_and_listed_in_order() {
    let names: Vec<&str> = PRIORS.iter().map(|entry| entry.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in names {
        assert!(OPTIONS.iter().any(|options| options.starts_with(&format!("kind = '{name}'"))), "{name}");
    }
}

#[test]
fn density_and_quantile_describe_the_same_distribution() {
    for (options, prior) in all() {
        println!("{options}");
        check_density(prior.as_ref());
    }
}

#[test]
#[should_panic(expected = "density and quantile disagree")]
fn a_density_per_another_unit_is_noticed() {
    #[derive(Debug)]
    struct PerVolt(Box<dyn Prior>);
    impl Prior for PerVolt {
        fn log_density(&self, value: f64) -> f64 {
            self.0.log_density(value) + 1000_f64.ln()
        }
        fn quantile(&self, probability: f64) -> f64 {
            self.0.quantile(probability)
        }
        fn support(&self) -> (f64, f64) {
            self.0.support()
        }
    }
    check_density(&PerVolt(read("kind = 'gamma', shape = 2, scale = '4 mV'").unwrap()));
}

#[test]
fn the_whole_probability_is_one() {
    for (options, prior) in all() {
        // Midpoints on the real line, where every density here is smooth and falls off at both ends.
        let transform = Transform::onto(prior.support());
        let (low, high) = (
            transform.to_unconstrained(prior.quantile(1e-12)),
            transform.to_unconstrained(prior.quantile(1.0)),
        );
        let cells = 200_000;
        let width = (high - low) / f64::from(cells);
        let total: f64 = (0..cells)
            .map(|cell| low + (f64::from(cell) + 0.5) * width)
            .map(|u| (prior.log_density(transform.to_natural(u)) + transform.log_jacobian(u)).exp() * width)
            .sum();
        assert!((total - 1.0).abs() < 1e-6, "{options}: {total}");
    }
}

#[test]
fn no_quantile_leaves_the_support() {
    for (options, prior) in all() {
        let (lower, upper) = prior.support();
        for probability in [0.0, 5e-324, 1e-300, 1e-17, 0.5, 1.0 - 1e-16, 1.0] {
            let value = prior.quantile(probability);
            assert!(value.is_finite() && lower < value && value < upper, "{options}: {value}");
            assert!(prior.log_density(value) > f64::NEG_INFINITY, "{options} at {probability}");
        }
        for outside in [lower, upper, lower - 1.0, upper + 1.0, f64::NAN] {
            assert!(
                prior.log_density(outside).to_bits() == f64::NEG_INFINITY.to_bits(),
                "{options}: {outside}"
            );
        }
    }
}

#[test]
fn the_tails_are_right() {
    let gamma = read("kind = 'gamma', shape = 1, scale = '1 mV'").unwrap();
    let exponential = read("kind = 'exponential', mean = '1 mV'").unwrap();
    let beta = read("kind = 'beta', alpha = 1, beta = 4, lower = '0 mV', upper = '1 mV'").unwrap();
    for probability in [1e-12, 1e-6, 0.3, 0.7, 1.0 - 1e-6, 1.0 - 1e-12] {
        // Closed forms of the special cases; the upper tail is known to the digits of 1 − p.
        let tolerance = 1e-9;
        approx::assert_relative_eq!(
            gamma.quantile(probability),
            exponential.quantile(probability),
            max_relative = tolerance
        );
        let closed = -((-probability).ln_1p() / 4.0).exp_m1();
        approx::assert_relative_eq!(beta.quantile(probability), closed, max_relative = tolerance);
    }
}

fn space() -> ParameterSpace {
    let parameters = all().enumerate();
    let parameter = |(index, (_, prior)): (usize, (_, Box<dyn Prior>))| {
        Parameter::new(format!("p{index}"), Unit::Millivolt, prior)
    };
    ParameterSpace::new(parameters.map(parameter).collect())
}

#[test]
fn draws_follow_their_seed_and_have_a_density() {
    let space = space();
    let streams = Streams::new(5).stage("prior");
    let points = space.draw(200, streams);
    assert_eq!(points, space.draw(200, streams));
    assert_eq!(space.draw(3, streams).row(2), points.row(2));
    assert_ne!(points.row(0), points.row(1));
    assert!(space.log_density(&points).iter().all(|density| density.is_finite()));
    let natural = space.to_natural(&points);
    let back = space.to_natural(&space.to_unconstrained(&natural));
    for (value, back) in natural.values().iter().zip(back.values()) {
        approx::assert_relative_eq!(value, back, max_relative = 1e-12);
    }
}

#[test]
fn extreme_points_stay_in_the_support() {
    let space = space();
    for extreme in [-800.0, 800.0, f64::MAX, f64::NEG_INFINITY] {
        let points = Rows::from_values(vec![extreme; space.dimension()], space.dimension());
        for (value, parameter) in space.to_natural(&points).row(0).iter().zip(space.parameters()) {
            let (lower, upper) = parameter.prior.support();
            assert!(lower < *value && *value < upper, "{parameter:?} at {extreme}: {value}");
        }
        assert!(space.log_density(&points)[0] < 0.0);
    }
}

#[test]
fn mistakes_are_told_once_with_the_way_out() {
    for (options, expected) in [
        (
            "kind = 'uniform', lower = '5 mV', upper = '-5 mV'",
            "`lower` must be below `upper`, found 5 mV and -5 mV",
        ),
        ("kind = 'uniform', lower = '5 ms', upper = '-5 mV'", "expected a voltage"),
        ("kind = 'uniform', lower = '5 mV'", "missing option `upper`"),
        ("kind = 'log_uniform', lower = '0 mV', upper = '5 mV'", "must be above 0"),
        ("kind = 'normal', mean = '0 mV', sd = '0 mV'", "`sd` must be above 0 mV"),
        ("kind = 'truncated_normal', mean = '0 mV', sd = '1 mV'", "has no limit"),
        ("kind = 'truncated_normal', mean = '0 mV', sd = '1 mV', lower = '50 mV'", "no probability"),
        ("kind = 'gama', shape = 1, scale = '1 mV'", "did you mean `gamma`?"),
        ("kind = 'normal', mean = '0 mV', sd = '1 mV', spread = 1", "unknown option `spread`"),
    ] {
        let message = read(options).unwrap_err();
        assert!(message.contains(expected), "{options}: {message}");
        assert!(message.contains("1 mistake in"), "{options}: {message}");
    }
}
