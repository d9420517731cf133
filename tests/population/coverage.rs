//! Whether intervals hold what they say: populations are drawn, cells from them, draws from the posteriors of the cells.

use std::fmt::Write as _;

use hhbayes::numeric::{Streams, standard_normal};
use hhbayes::population::{Cell, Design, Hyperprior, Kind, PoolSettings, pool_cells};
use nalgebra::{Cholesky, DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Draws of the posterior of each cell.
const DRAWS: usize = 400;
const PARAMETERS: usize = 3;
/// Each cell was inferred with a normal prior of this sd around 0: informative where a cell says little.
const PRIOR_SD: f64 = 4.0;

/// A population to be found again.
struct Truth {
    mean: DVector<f64>,
    effect: DVector<f64>,
    sds: DVector<f64>,
    correlations: DMatrix<f64>,
    within: Option<DVector<f64>>,
}

fn normals(generator: &mut ChaCha8Rng) -> DVector<f64> {
    DVector::from_fn(PARAMETERS, |_, _| standard_normal(generator))
}

/// Sds from 0.2 to 2, so narrower and wider than what is known of a cell; any correlations.
fn truth(is_paired: bool, generator: &mut ChaCha8Rng) -> Truth {
    let mut sds = || {
        DVector::from_fn(PARAMETERS, |_, _| (0.2_f64.ln() + generator.random::<f64>() * 10.0_f64.ln()).exp())
    };
    let (of_cells, within) = (sds(), sds());
    let noise = DMatrix::from_fn(PARAMETERS, PARAMETERS + 1, |_, _| standard_normal(generator));
    let scatter = &noise * noise.transpose();
    let correlations = DMatrix::from_fn(PARAMETERS, PARAMETERS, |a, b| {
        scatter[(a, b)] / (scatter[(a, a)] * scatter[(b, b)]).sqrt()
    });
    let (mean, effect) = (normals(generator), normals(generator));
    Truth { mean, effect, sds: of_cells, correlations, within: is_paired.then_some(within) }
}

/// Draws of the posterior of a cell with these parameters, seen through normal noise with any covariance.
fn cell(parameters: &DVector<f64>, generator: &mut ChaCha8Rng) -> Cell {
    let noise = DMatrix::from_fn(PARAMETERS, PARAMETERS + 2, |_, _| 0.35 * standard_normal(generator));
    let covariance = &noise * noise.transpose();
    let factor = Cholesky::new(covariance).unwrap();
    let observed = parameters + factor.l() * normals(generator);
    let precision = factor.inverse() + DMatrix::identity(PARAMETERS, PARAMETERS) * PRIOR_SD.powi(-2);
    let posterior = Cholesky::new(precision).unwrap();
    let mean = posterior.solve(&factor.solve(&observed));
    let rows: Vec<Vec<f64>> = (0..DRAWS)
        .map(|_| {
            let away = posterior.l().tr_solve_lower_triangular(&normals(generator)).unwrap();
            (&mean + away).iter().copied().collect()
        })
        .collect();
    let log_prior: Vec<f64> = rows
        .iter()
        .map(|row| -0.5 * row.iter().map(|value| (value / PRIOR_SD).powi(2)).sum::<f64>())
        .collect();
    Cell::new(&rows, &log_prior).unwrap()
}

/// Kind of number and the rank of the truth among its draws, from 0 to 1, in one simulated study.
fn study(cells: usize, groups: usize, is_paired: bool, run: u64) -> (Vec<(&'static str, f64)>, bool) {
    let mut generator = Streams::new(run).stage("study").generator(cells as u64, groups as u64);
    let truth = truth(is_paired, &mut generator);
    let root = |sds: &DVector<f64>, correlations: &DMatrix<f64>| {
        DMatrix::from_diagonal(sds) * Cholesky::new(correlations.clone()).unwrap().l()
    };
    let between = root(&truth.sds, &truth.correlations);
    let common: Vec<DVector<f64>> = (0..cells).map(|_| &between * normals(&mut generator)).collect();
    let (mut all, mut parameters) = (Vec::new(), Vec::new());
    for group in 0..groups {
        for common in &common {
            let own = match &truth.within {
                Some(within) => common + within.component_mul(&normals(&mut generator)),
                None => &between * normals(&mut generator),
            };
            let own = own + &truth.mean + &truth.effect * group as f64;
            all.push(cell(&own, &mut generator));
            parameters.push(own);
        }
    }
    let design =
        if is_paired { Design::paired(groups, cells) } else { Design::grouped(&vec![cells; groups]) };
    let prior = Hyperprior::of(&all);
    let found = pool_cells(&all, &design, &prior, PoolSettings::default(), Streams::new(run));
    let rank = |values: &[f64], truth: f64| {
        values.iter().filter(|value| **value < truth).count() as f64 / values.len() as f64
    };
    let mut ranks: Vec<(&'static str, f64)> = found
        .quantities
        .iter()
        .map(|own| {
            let (what, value) = match own.kind {
                Kind::Mean { group, parameter } => {
                    ("mean of a group", truth.mean[parameter] + group as f64 * truth.effect[parameter])
                }
                Kind::Effect { parameter, .. } => ("effect of a group", truth.effect[parameter]),
                Kind::Sd { parameter } => ("sd between cells", truth.sds[parameter]),
                Kind::Correlation { first, second } => {
                    ("correlation between cells", truth.correlations[(first, second)])
                }
                Kind::SdWithin { parameter } => {
                    ("sd within a cell", truth.within.as_ref().unwrap()[parameter])
                }
            };
            (what, rank(&own.values, value))
        })
        .collect();
    for (draws, truth) in found.cells.iter().zip(&parameters) {
        ranks.extend(
            draws.iter().zip(truth.iter()).map(|(draws, truth)| ("parameter of a cell", rank(draws, *truth))),
        );
    }
    (ranks, found.is_converged())
}

/// Share of truths inside the central interval of each width.
fn coverage(ranks: &[f64], width: f64) -> f64 {
    ranks.iter().filter(|rank| (**rank - 0.5).abs() <= width / 2.0).count() as f64 / ranks.len() as f64
}

/// Writes `results/pool/coverage.md`; minutes.
#[test]
#[ignore = "minutes; `cargo test --release --test population -- --ignored` writes results/pool/coverage.md"]
fn intervals_hold_what_they_say() {
    let studies_of_each: u64 = std::env::var("HHBAYES_STUDIES").map_or(200, |text| text.parse().unwrap());
    let mut text = format!(
        "# Coverage of `hhbayes pool`\n\n{studies_of_each} simulated studies per design, three parameters each; written by `cargo test --release \
         --test population -- --ignored`.\nPopulation sds are log-uniform from 0.2 to 2, a cell is known to about ±0.8 with \
         correlated errors, its prior is normal\nwith sd {PRIOR_SD}, {DRAWS} independent draws of each cell are given. Error: of the \
         share at 95 %, each study counted as one.\n\n| design | number | inside 50 % | inside 80 % | inside 95 % | error |\n|---|---|---|---|---|---|\n"
    );
    let mut wrong = Vec::new();
    for (name, cells, groups, is_paired) in [
        ("one group of 12 cells", 12, 1, false),
        ("two groups of 8 cells", 8, 2, false),
        ("10 cells, paired", 10, 2, true),
    ] {
        let studies: Vec<_> =
            (0..studies_of_each).into_par_iter().map(|run| study(cells, groups, is_paired, run)).collect();
        let mut kinds: Vec<&str> = Vec::new();
        for (kind, _) in &studies[0].0 {
            if !kinds.contains(kind) {
                kinds.push(kind);
            }
        }
        for kind in kinds {
            let of = |(ranks, _): &(Vec<(&str, f64)>, bool)| -> Vec<f64> {
                ranks.iter().filter(|(own, _)| *own == kind).map(|(_, rank)| *rank).collect()
            };
            let per_study: Vec<f64> = studies.iter().map(|study| coverage(&of(study), 0.95)).collect();
            let all: Vec<f64> = studies.iter().flat_map(of).collect();
            let mean = coverage(&all, 0.95);
            let variance =
                per_study.iter().map(|own| (own - mean).powi(2)).sum::<f64>() / studies_of_each as f64;
            let error = (variance / studies_of_each as f64).sqrt();
            let _ = writeln!(
                text,
                "| {name} | {kind} | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
                100.0 * coverage(&all, 0.5),
                100.0 * coverage(&all, 0.8),
                100.0 * mean,
                100.0 * error
            );
            if mean < 0.95 - 4.0 * error - 0.02 {
                wrong.push(format!("{name}, {kind}: {mean}"));
            }
        }
        let converged = studies.iter().filter(|(_, is_converged)| *is_converged).count();
        let _ = writeln!(
            text,
            "| {name} | converged | | | {:.1} % | |",
            100.0 * converged as f64 / studies_of_each as f64
        );
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("results/pool");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("coverage.md"), text).unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}
