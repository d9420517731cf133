//! Stochastic acceptance against the exact posterior.

use hhbayes::draws::{Caution, Ending};
use hhbayes::samplers::Silent;

use crate::abc::{NormalMean, WHOLE, assert_normal, run, sample};

const STOCHASTIC: &str = "kind = 'abc_stochastic'\nparticles = 4000\nsimulations = 1000000";

#[test]
fn stochastic_acceptance_has_the_exact_posterior() {
    for options in ["", "kernel = 'local'", "acceptance = 0.1\ndecay = 0.1"] {
        let particles = run(&format!("{STOCHASTIC}\n{options}"), &WHOLE, &mut Silent).unwrap();
        let temperatures: Vec<f64> = particles.generations.iter().filter_map(|own| own.temperature).collect();
        assert!((temperatures.last().unwrap() - 1.0).abs() < 1e-12, "{temperatures:?}");
        assert!(temperatures.windows(2).all(|pair| pair[1] < pair[0]), "{temperatures:?}");
        assert_normal(&particles);
    }
}

/// Densities above what was taken as the highest weigh more, so that nothing is lost.
#[test]
fn a_density_above_the_highest_does_no_harm() {
    let target = NormalMean { log_highest: -3.0, ..WHOLE };
    assert_normal(&run(STOCHASTIC, &target, &mut Silent).unwrap());
}

#[test]
#[should_panic(expected = "standard errors")]
fn a_population_that_has_not_cooled_down_is_noticed() {
    let particles = run(&STOCHASTIC.replace("1000000", "14000"), &WHOLE, &mut Silent).unwrap();
    assert!(particles.generations.last().unwrap().temperature.unwrap() > 1.0);
    assert_normal(&particles);
}

#[test]
fn a_budget_that_ends_the_cooling_is_told() {
    let sampled = sample(&STOCHASTIC.replace("1000000", "14000"), &WHOLE, &mut Silent).unwrap();
    assert_eq!(sampled.account.ending, Ending::MaxSimulations);
    let caution = &sampled.account.cautions[0];
    assert!(matches!(caution, Caution::PartOfTheLikelihood { power } if *power < 1.0), "{caution}");
}
