//! Markov chains against posteriors with known answers.

use crate::known::{
    Known, assert_mean, banana, log_gamma, log_gamma_without_jacobian, mean_and_error, narrow, ridge,
};
use hhbayes::draws::{Chains, Draws};
use hhbayes::numeric::Streams;
use hhbayes::samplers::{Control, Method, Monitor, Progress, SamplerError, Silent};

const SEED: u64 = 20;
const KINDS: [&str; 4] = ["adaptive_metropolis", "demcz", "dream_zs", "ensemble"];

fn run(options: &str, target: &Known, monitor: &mut dyn Monitor) -> Result<Chains, SamplerError> {
    let Method::LikelihoodBased(sampler) = crate::known::method(options) else {
        panic!("{options} asks for no likelihood");
    };
    match sampler.run(target, Streams::new(SEED), monitor)?.draws {
        Draws::Chains(chains) => Ok(chains),
        Draws::Particles(_) => panic!("{options} returns no chains"),
    }
}

fn draw(kind: &str, draws: usize, target: &Known) -> Chains {
    run(
        &format!("kind = '{kind}'\nchains = 32\ndraws = {draws}\nwarmup = 500\nthin = 1"),
        target,
        &mut Silent,
    )
    .unwrap()
}

const fn two(log_density: fn(&[f64]) -> f64) -> Known {
    Known { dimension: 2, start_sd: 5.0, log_density }
}

/// Hears how a run went.
#[derive(Default)]
struct Witness {
    search: u64,
    simulations: u64,
    stop_at: Option<(&'static str, usize)>,
}

impl Monitor for Witness {
    fn report(&mut self, progress: &Progress<'_>) -> Control {
        self.simulations = progress.simulations;
        if progress.stage == "search" {
            self.search = progress.simulations;
        }
        if progress.stage == "sampling" {
            assert_eq!(progress.draws.map_or(0, |draws| draws.dim().1), progress.done);
        }
        match self.stop_at {
            Some((stage, done)) if stage == progress.stage && progress.done >= done => Control::Stop,
            _ => Control::Continue,
        }
    }
}

#[test]
fn a_narrow_gaussian_is_recovered() {
    for kind in KINDS {
        let chains = draw(kind, 3000, &two(narrow));
        assert_mean(&chains, |x| x[0], 1.0, 0.2);
        assert_mean(&chains, |x| (x[1] - 1.0).powi(2), 4.0, 0.6);
        assert_mean(&chains, |x| (x[0] - 1.0) * (x[1] - 1.0), 0.98 * 4.0, 0.6);
        assert_mean(&chains, |x| (x[0] - x[1]).powi(2), 2.0 * 4.0 * 0.02, 0.02);
    }
}

#[test]
fn a_lopsided_posterior_is_recovered() {
    for kind in KINDS {
        let chains = draw(kind, 3000, &two(log_gamma));
        assert_mean(&chains, |x| x[0].exp(), 3.0, 0.2);
        assert_mean(&chains, |x| (x[1].exp() - 3.0).powi(2), 3.0, 0.7);
    }
}

#[test]
#[should_panic(expected = "standard errors from")]
fn a_forgotten_jacobian_is_noticed_by_the_walk() {
    assert_mean(&draw(KINDS[0], 3000, &two(log_gamma_without_jacobian)), |x| x[0].exp(), 3.0, 0.2);
}

#[test]
#[should_panic(expected = "standard errors from")]
fn a_forgotten_jacobian_is_noticed_by_differential_evolution() {
    assert_mean(&draw(KINDS[1], 3000, &two(log_gamma_without_jacobian)), |x| x[0].exp(), 3.0, 0.2);
}

#[test]
fn a_banana_is_recovered() {
    for kind in KINDS {
        let chains = draw(kind, 6000, &two(banana));
        assert_mean(&chains, |x| x[0], 0.0, 0.3);
        assert_mean(&chains, |x| x[1], 2.0, 0.6);
        assert_mean(&chains, |x| (x[1] - 0.5 * x[0] * x[0]).powi(2), 1.0, 0.1);
    }
}

#[test]
fn ten_correlated_dimensions_are_recovered_within_a_thousand_iterations_of_warmup() {
    for kind in KINDS {
        let target = Known { dimension: 10, start_sd: 5.0, log_density: ridge };
        let mut witness = Witness::default();
        let chains = run(
            &format!("kind = '{kind}'\nchains = 32\ndraws = 2000\nwarmup = 1000\nthin = 1"),
            &target,
            &mut witness,
        )
        .unwrap();
        let calls = chains.accepted.len() as f64;
        let (mut worst, mut worst_variance) = (f64::INFINITY, f64::INFINITY);
        for i in 0..10 {
            assert_mean(&chains, |x| x[i], 0.0, 0.3);
            assert_mean(&chains, |x| x[i] * x[i], 1.0, 0.3);
            worst = worst.min(mean_and_error(&chains, |x| x[i]).1.powi(-2));
            worst_variance = worst_variance.min(2.0 * mean_and_error(&chains, |x| x[i] * x[i]).1.powi(-2));
        }
        assert_mean(&chains, |x| x[4] * x[5], 0.95, 0.3);
        let accepted = chains.accepted.iter().filter(|&&accepted| accepted).count() as f64 / calls;
        println!(
            "{kind}: search {}, all {}, acceptance {accepted:.3}, effective draws per call {:.4} (mean), {:.4} (square)",
            witness.search,
            witness.simulations,
            worst / calls,
            worst_variance / calls
        );
        // The optimum of a random walk is about 0.33 / d: <https://doi.org/10.1214/aoap/1034625254>.
        assert!(worst / calls > 0.005, "{kind}: {}", worst / calls);
    }
}

/// Impossible but for a box that a thousandth of the prior hits; two modes in it, ten nats apart.
fn boxed(x: &[f64]) -> f64 {
    if x.iter().any(|x| !(2.0..4.0).contains(x)) {
        return f64::NEG_INFINITY;
    }
    let peak = |centre: f64| -x.iter().map(|x| ((x - centre) / 0.05).powi(2)).sum::<f64>() / 2.0;
    (peak(2.5) - 10.0).max(peak(3.4))
}

#[test]
fn the_search_finds_the_mode_where_most_is_impossible() {
    let target = Known { dimension: 3, start_sd: 3.0, log_density: boxed };
    for kind in KINDS {
        let chains = draw(kind, 1000, &target);
        for i in 0..3 {
            assert_mean(&chains, |x| x[i], 3.4, 0.02);
        }
    }
}

#[test]
fn chains_that_start_from_the_prior_arrive_too() {
    for kind in KINDS {
        let options = format!(
            "kind = '{kind}'\nchains = 32\ndraws = 1000\nwarmup = 1000\nthin = 2\nstart = {{ kind = 'prior' }}"
        );
        let chains = run(&options, &two(log_gamma), &mut Silent).unwrap();
        assert_eq!(chains.points.dim(), (32, 1000, 2));
        assert_mean(&chains, |x| x[0].exp(), 3.0, 0.3);
    }
}

#[test]
fn the_same_seed_gives_the_same_draws() {
    for kind in KINDS {
        let options = format!("kind = '{kind}'\nchains = 6\ndraws = 50\nwarmup = 50\nthin = 1");
        let first = run(&options, &two(banana), &mut Silent).unwrap();
        let second = run(&options, &two(banana), &mut Silent).unwrap();
        assert_eq!(first.points, second.points);
        assert_eq!(first.accepted, second.accepted);
        assert!((0..4).all(|chain| first.log_likelihood[[chain, 49]].is_finite()));
    }
}

#[test]
fn a_stop_returns_what_was_drawn() {
    let stopped = |stage, done| {
        let mut witness = Witness { stop_at: Some((stage, done)), ..Witness::default() };
        run("chains = 32\ndraws = 50\nwarmup = 50\nthin = 1", &two(banana), &mut witness)
    };
    let whole =
        run("chains = 32\ndraws = 50\nwarmup = 50\nthin = 1", &two(banana), &mut Witness::default()).unwrap();
    let part = stopped("sampling", 7).unwrap();
    assert_eq!(part.points, whole.points.slice_axis(ndarray::Axis(1), ndarray::Slice::from(..7)));
    assert_eq!(part.accepted.dim(), (32, 7));
    for stage in ["search", "warm-up"] {
        assert_eq!(stopped(stage, 3).unwrap_err(), SamplerError::StoppedBeforeDraws { stage });
    }
}

#[test]
fn an_impossible_posterior_is_an_error() {
    for value in [f64::NEG_INFINITY, f64::NAN, f64::INFINITY] {
        let target: fn(&[f64]) -> f64 = match value {
            value if value.is_nan() => |_| f64::NAN,
            value if value > 0.0 => |_| f64::INFINITY,
            _ => |_| f64::NEG_INFINITY,
        };
        for start in ["search", "prior"] {
            let options = format!("start = {{ kind = '{start}', simulations = 500 }}");
            let error = run(&options, &two(target), &mut Silent).unwrap_err();
            assert_eq!(error, SamplerError::NoFiniteStart { tried: 500 });
        }
    }
}
