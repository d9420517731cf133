//! `hhbayes compare`: which parameters differ between two posteriors, by how much, and how sure that is.

pub(super) mod comparable;
pub(super) mod page;
pub(super) mod read;
mod report;
mod rope;
pub(super) mod words;

use std::path::PathBuf;

use rayon::prelude::*;

use self::comparable::check;
use self::read::{ReadResult, Side, read_sides};
use self::rope::Ropes;
use super::RunError;
use super::fit::prepare;
use super::report::{REPORT, write_page, write_pictures};
use super::threads::on_threads;
use crate::comparison::{
    CorrelationChange, EnergyDistance, EvidenceComparison, LooComparison, ParameterComparison, TwoSampleTest,
    classify, compare_evidence, compare_loo, compare_parameter, correlation_changes, energy_distance,
    has_same_data,
};
use crate::posterior::{StoredPosterior, write_json};
use crate::report::{comparison_html, comparison_pictures};
use crate::settings::{Difference, Settings, differences};

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct CompareOptions {
    /// Groups in place of single results, each as `name=RESULT,RESULT`.
    pub groups: Vec<String>,
    /// Regions of practical equivalence, each as `name=width`, or one for all.
    pub rope: Vec<String>,
    /// Results that have not converged are compared as well.
    pub allow_unconverged: bool,
    /// Parameters of the same name are compared although the models differ.
    pub allow_other_model: bool,
    /// JSON in place of tables.
    pub as_json: bool,
    /// Folder for `comparison.json`, the report and its pictures.
    pub output: Option<PathBuf>,
    /// Names the order in which particles of a group are paired.
    pub seed: u64,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
}

/// One side against the baseline.
struct Comparison<'a> {
    a: &'a Side,
    b: &'a Side,
    /// Of the settings, if both are single results that have them.
    settings: Option<Vec<Difference>>,
    parameters: Vec<ParameterComparison>,
    joint: Joint,
}

/// All parameters together.
struct Joint {
    /// Draws of each that are as good as independent.
    thinned: [usize; 2],
    test: Option<TwoSampleTest>,
    energy: Option<EnergyDistance>,
    correlations: Vec<CorrelationChange>,
    /// Whether the data are the same; `None` for groups, and if a file does not hold them.
    same_data: Option<bool>,
    evidence: Option<EvidenceComparison>,
    loo: Option<LooComparison>,
}

/// Draws of each that the classifier and the energy distance see at the most: their work grows with the square of it.
const JOINT_DRAWS: usize = 2000;
/// Draws of each from which correlations are taken at the most.
const CORRELATION_DRAWS: usize = 20_000;

/// Compares results, the first of which is the baseline; or groups of them. Returns the text or the JSON.
///
/// # Errors
/// If one cannot be read, they cannot be compared, or the folder cannot be written.
pub fn compare(places: &[PathBuf], options: &CompareOptions) -> Result<String, RunError> {
    on_threads(options.threads, || compare_all(places, options))?
}

fn compare_all(places: &[PathBuf], options: &CompareOptions) -> Result<String, RunError> {
    let mut results = read::read_results(places, &options.groups)?;
    let borrowed: Vec<&ReadResult> = results.iter().collect();
    let shared = check(&borrowed, options.allow_unconverged, options.allow_other_model)?;
    let ropes = Ropes::read(&options.rope, &shared)?;
    let sides = read_sides(&mut results, &shared, options);
    let comparisons: Vec<Comparison<'_>> = sides[1..]
        .iter()
        .map(|side| {
            let stored = [&sides[0], side].map(|side| match &side.members[..] {
                [single] => Some(&results[*single].stored),
                _ => None,
            });
            compare_sides(&sides[0], side, &shared, &ropes, stored)
        })
        .collect();
    let json = report::json(&results, &shared, &comparisons);
    if let Some(folder) = &options.output {
        prepare(folder)?;
        write_json(&folder.join("comparison.json"), &json)?;
        let content = page::content(&results, &shared, &sides, &comparisons, options);
        write_page(&folder.join(REPORT), comparison_html(&content))?;
        write_pictures(folder, comparison_pictures(&content))?;
    }
    if options.as_json {
        return Ok(format!("{json:#}\n"));
    }
    Ok(words::text(&results, &shared, &comparisons, options))
}

fn compare_sides<'a>(
    a: &'a Side,
    b: &'a Side,
    shared: &comparable::SharedParameters,
    ropes: &Ropes,
    stored: [Option<&StoredPosterior>; 2],
) -> Comparison<'a> {
    let layouts = [&a.sample.layout, &b.sample.layout];
    let parameters = shared.parameters.par_iter().enumerate().map(|(place, own)| {
        let values = [&a.sample, &b.sample].map(|sample| &*sample.columns[place]);
        compare_parameter(
            (&own.name, own.unit.as_deref()),
            values,
            layouts,
            ropes.of(&own.name, own.unit.as_deref()),
        )
    });
    let settings = stored[0].zip(stored[1]).and_then(|(a, b)| {
        let settings = |own: &StoredPosterior| Some(Settings::from_text(&own.place, own.settings.clone()?));
        Some(differences(&settings(a)?, &settings(b)?))
    });
    Comparison { a, b, settings, parameters: parameters.collect(), joint: compare_jointly(a, b, stored) }
}

fn compare_jointly(a: &Side, b: &Side, stored: [Option<&StoredPosterior>; 2]) -> Joint {
    let few = [a, b].map(|side| side.sample.thinned(JOINT_DRAWS));
    let more = [a, b].map(|side| side.sample.thinned(CORRELATION_DRAWS));
    let pair = stored[0].zip(stored[1]);
    let same_data = pair.and_then(|(a, b)| has_same_data(a, b));
    let of_same = pair.filter(|_| same_data == Some(true));
    Joint {
        thinned: [few[0].rows.len(), few[1].rows.len()],
        test: classify(&few[0], &few[1]),
        energy: energy_distance(&few[0].rows, &few[1].rows),
        correlations: correlation_changes(&more[0].rows, &more[1].rows),
        same_data,
        evidence: of_same.and_then(|(a, b)| compare_evidence(a, b)),
        loo: of_same.and_then(|(a, b)| compare_loo(a, b)),
    }
}
