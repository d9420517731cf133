//! ABC with particles that are moved, against the posterior of its epsilon.

use hhbayes::draws::{Draws, Ending};
use hhbayes::samplers::Silent;

use crate::abc::{NormalMean, WHOLE, assert_posterior, run, sample};

pub const DEL_MORAL: &str =
    "kind = 'abc_del_moral'\nparticles = 5000\nepsilon = 0.5\nminimum_acceptance = 0.01";

#[test]
fn moved_particles_have_the_posterior_of_their_epsilon() {
    for options in ["", "replicates = 4", "replicates = 2\neffective_size = 0.5"] {
        let particles = run(&format!("{DEL_MORAL}\n{options}"), &WHOLE, &mut Silent).unwrap();
        let generations = &particles.generations;
        assert!((generations.last().unwrap().epsilon - 0.5).abs() < 1e-12, "{options}: {generations:?}");
        assert!(generations.windows(2).all(|pair| pair[1].epsilon < pair[0].epsilon));
        assert!(particles.distances.iter().all(|&distance| distance <= 0.5));
        assert_posterior(&particles, &particles.weights);
    }
}

#[test]
#[should_panic(expected = "standard errors")]
fn particles_of_another_epsilon_are_noticed() {
    let mut particles = run(&DEL_MORAL.replace("0.5", "1.5"), &WHOLE, &mut Silent).unwrap();
    particles.generations.last_mut().unwrap().epsilon = 2.0;
    assert_posterior(&particles, &particles.weights);
}

#[test]
fn a_budget_ends_moves_with_particles_of_the_epsilon_that_they_have_reached() {
    let options = format!("{DEL_MORAL}\nmax_simulations = 30500");
    let sampled = sample(&options, &WHOLE, &mut Silent).unwrap();
    assert_eq!(sampled.account.ending, Ending::MaxSimulations);
    let Draws::Particles(particles) = sampled.draws else { panic!("they are particles") };
    let spent: u64 = particles.generations.iter().map(|generation| generation.simulations).sum();
    assert_eq!(spent, 30_500);
    assert!(particles.generations.last().unwrap().epsilon > 0.5);
    assert_posterior(&particles, &particles.weights);
}

#[test]
fn moves_that_are_never_accepted_end_the_run_and_say_so() {
    let options = "kind = 'abc_del_moral'\nparticles = 100\nminimum_acceptance = 0";
    let target = NormalMean { frozen: true, ..WHOLE };
    let sampled = sample(options, &target, &mut Silent).unwrap();
    assert!(sampled.account.notes[0].contains("0.00 % of the moves were accepted"), "{:?}", sampled.account);
}
