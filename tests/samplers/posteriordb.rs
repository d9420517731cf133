//! Posteriors of posteriordb (<https://github.com/stan-dev/posteriordb>) against their reference draws.
//!
//! The data are read from the folder that `HHBAYES_REFERENCE` names; without it the tests say that they are skipped.
//! `tests/data/posteriordb.json` has mean and standard deviation of each parameter over the 10 000 reference draws.

use serde_json::Value;

use crate::densities::{Case, cases};
use crate::known::{Weighted, sample};

/// Passes if mean and sd of every parameter are within four standard errors of those of the reference draws, whose own
/// errors count too.
fn check(case: &Case, options: &str) {
    let reference: Value = serde_json::from_str(include_str!("../data/posteriordb.json")).unwrap();
    let reference = reference[case.name].as_object().unwrap();
    let draws = Weighted::of(&sample(options, case, 20).draws);
    let kind = options.lines().next().unwrap_or_default();
    let mut fewest = f64::INFINITY;
    for (index, (name, known)) in reference.iter().enumerate() {
        let number = |key: &str| known[key].as_f64().unwrap();
        let (mean, sd) = (number("mean"), number("sd"));
        let value = |x: &[f64]| (case.parameters)(x)[index];
        let (found, error) = draws.mean_and_error(value);
        let distance = (found - mean).abs() / error.hypot(sd / 100.0);
        assert!(distance < 4.0, "{}, {kind}: mean of {name} is {distance:.1} errors off", case.name);
        let (variance, error) = draws.mean_and_error(|x| (value(x) - found).powi(2));
        let found_sd = variance.sqrt();
        let distance = (found_sd - sd).abs() / (error / (2.0 * found_sd)).hypot(number("sd_error"));
        assert!(distance < 4.0, "{}, {kind}: sd of {name} is {distance:.1} errors off", case.name);
        fewest = fewest.min((sd / draws.mean_and_error(value).1).powi(2));
    }
    println!("{}, {kind}: at least {fewest:.0} effective draws", case.name);
    assert!(fewest > 400.0, "{}, {kind}: {fewest:.0}", case.name);
}

fn known_cases() -> Vec<Case> {
    let cases = cases();
    if cases.is_empty() {
        println!("skipped: HHBAYES_REFERENCE does not name the folder with the reference data");
    }
    cases
}

#[test]
fn chains_agree_with_the_reference_draws() {
    for case in known_cases() {
        for kind in ["adaptive_metropolis", "demcz", "dream_zs", "ensemble"] {
            let options =
                format!("kind = '{kind}'\nchains = 40\ndraws = 5000\nwarmup = 1500\nmin_ess = 1500");
            check(&case, &options);
        }
    }
}

#[test]
fn importance_sampling_agrees_with_the_reference_draws() {
    for case in known_cases() {
        check(&case, "kind = 'importance'\ndraws = 10000");
    }
}

#[test]
#[ignore = "takes minutes: cargo test --test samplers -- --ignored"]
fn slices_agree_with_the_reference_draws() {
    for case in known_cases() {
        check(&case, "kind = 'ensemble_slice'\nchains = 40\ndraws = 5000\nwarmup = 1500\nmin_ess = 1500");
    }
}
