//! The list of samplers and what their options say when they are wrong.

use std::path::Path;

use hhbayes::numeric::Streams;
use hhbayes::samplers::{Method, SAMPLERS, Silent, from_settings};
use hhbayes::settings::Settings;

use crate::known::{Known, banana};

fn read(options: &str, quick: bool) -> Result<Method, String> {
    let settings = Settings::from_text(Path::new("cell.toml"), format!("[sampler]\n{options}"));
    let method = from_settings(&settings.root().table("sampler", "the sampler"), quick);
    settings.finish().map_err(|error| error.to_string())?;
    method.ok_or_else(|| "no sampler and no mistake".to_owned())
}

#[test]
fn every_sampler_is_built_without_options() {
    let names: Vec<&str> = SAMPLERS.iter().map(|entry| entry.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in names {
        read(&format!("kind = '{name}'"), false).unwrap();
    }
    assert!(matches!(read("", false), Ok(Method::LikelihoodBased(_))));
}

#[test]
fn a_quick_run_makes_few_simulations() {
    let Ok(Method::LikelihoodBased(sampler)) = read("", true) else {
        panic!("the default asks for the likelihood");
    };
    let target = Known { dimension: 2, start_sd: 5.0, log_density: banana };
    let draws = sampler.run(&target, Streams::new(1), &mut Silent).unwrap().draws;
    assert!(matches!(draws, hhbayes::draws::Draws::Chains(chains) if chains.points.dim() == (8, 50, 2)));
}

#[test]
fn mistakes_are_told_once() {
    for (options, expected) in [
        ("kind = 'demc'", "did you mean `demcz`?"),
        ("chains = 1", "`chains` must be between 2 and"),
        ("draw = 10", "did you mean `draws`?"),
        ("start = { kind = 'prior', population = 10 }", "unknown option `population`"),
        ("start = { kind = 'optimum' }", "unknown kind \"optimum\""),
        ("kind = 'abc_rejection'\ndraws = 100\nsimulations = 10", "`draws` must be at most `simulations`"),
        ("kind = 'abc_smc'\nquantile = 1.5", "`quantile` must be between 0.01 and 0.99"),
        ("kind = 'abc_smc'\nquantile = 0.5\ndecay = 0.5", "`quantile` and `decay` both say"),
        ("kind = 'abc_smc'\nepsilons = [1, 2]", "must be smaller than the one before"),
        ("kind = 'abc_smc'\nkernel = 'locale'", "did you mean `local`?"),
        ("kind = 'abc_rejection'\nscales = 'generation'", "unknown"),
        ("kind = 'abc_smc'\npower = 0.5", "`power` must be at least 1"),
        ("kind = 'abc_smc'\ndistance = 'mahalanobis'\npower = 1", "exclude each other"),
        (
            "kind = 'abc_smc'\ndistance = 'mahalanobis'\nscales = 'likelihood'",
            "how simulations differ together",
        ),
        ("kind = 'abc_smc'\ndistance = 'euclid'", "distance"),
        ("kind = 'abc_smc'\nmissing_penalty = 0", "`missing_penalty` must be above 0"),
    ] {
        let message = read(options, false).unwrap_err();
        assert!(message.contains(expected), "{options}: {message}");
        assert!(message.contains("1 mistake in"), "{options}: {message}");
    }
}
