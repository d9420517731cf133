//! `hhbayes pool`: what a population of cells is, from the results of its cells.

mod cells;
mod page;
mod priors;
mod report;
mod store;
mod words;

use std::path::PathBuf;

use self::cells::{Member, PooledParameter};
use super::RunError;
use super::compare::comparable::check;
use super::compare::read::{ReadResult, read_group};
use super::fit::prepare;
use super::report::{REPORT, write_page, write_pictures};
use super::threads::on_threads;
use crate::numeric::Streams;
use crate::population::{Cell, Design, Hyperprior, PoolSettings, Pooled, pool_cells};
use crate::posterior::{write_json, write_netcdf};
use crate::report::{population_html, population_pictures};

/// What the command line says.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct PoolOptions {
    /// Groups of results, each as `name=RESULT,RESULT`; the first is the baseline.
    pub groups: Vec<String>,
    /// The results of each group are of the same cells, in the same order.
    pub paired: bool,
    /// Parameters that are pooled; all that the results share, if there is none.
    pub parameters: Vec<String>,
    /// Parameters that scatter normally.
    pub normal: Vec<String>,
    /// Parameters whose logarithms scatter normally.
    pub lognormal: Vec<String>,
    /// Results that do not tell their priors are taken to have flat ones.
    pub flat_priors: bool,
    /// Results that have not converged are pooled as well.
    pub allow_unconverged: bool,
    /// Parameters of the same name are pooled although the models differ.
    pub allow_other_model: bool,
    /// JSON in place of tables.
    pub as_json: bool,
    /// Folder for `pool.json`, `posterior.nc`, the report and its pictures.
    pub output: Option<PathBuf>,
    /// Name of all random numbers.
    pub seed: u64,
    /// Number of threads; all cores if it is not given.
    pub threads: Option<usize>,
}

/// Fewer cells do not tell how far cells scatter.
const FEWEST_CELLS: usize = 3;
/// A cell of which the population reaches fewer draws is told by too few of them.
const FEWEST_REACHED: f64 = 10.0;
/// Cells that a caution names.
const NAMED: usize = 12;

/// A population with what it was made of.
struct Population {
    results: Vec<ReadResult>,
    /// Names of the groups; none if there is only one.
    groups: Vec<String>,
    design: Design,
    parameters: Vec<PooledParameter>,
    left_out: Vec<String>,
    cells: Vec<Cell>,
    pooled: Pooled,
    /// Of each result and parameter the interval of its own posterior, in its unit.
    own: Vec<Vec<[f64; 3]>>,
}

/// Pools results, or groups of them. Returns the text or the JSON.
///
/// # Errors
/// If one cannot be read, they cannot be pooled, or the folder cannot be written.
pub fn pool(places: &[PathBuf], options: &PoolOptions) -> Result<String, RunError> {
    on_threads(options.threads, || pool_all(places, options))?
}

fn pool_all(places: &[PathBuf], options: &PoolOptions) -> Result<String, RunError> {
    if let Some(folder) = &options.output {
        prepare(folder)?;
    }
    let (groups, named) = name_results(places, &options.groups)?;
    let design = design(&groups, &named, options.paired)?;
    let members = cells::read(named)?;
    let results: Vec<&ReadResult> = members.iter().map(|own| &own.result).collect();
    let shared = check(&results, options.allow_unconverged, options.allow_other_model)?;
    let left_out = shared.left_out.clone();
    let parameters = cells::choose(&members, shared, options)?;
    let cells = cells::make(&members, &parameters)?;
    let prior = Hyperprior::of(&cells);
    let streams = Streams::new(options.seed).stage("pool");
    let pooled = pool_cells(&cells, &design, &prior, PoolSettings::default(), streams);
    let own = members.iter().map(|member| member.intervals(&parameters)).collect();
    let results = members.into_iter().map(|Member { result, .. }| result).collect();
    let population = Population { results, groups, design, parameters, left_out, cells, pooled, own };
    let json = report::json(&population);
    if let Some(folder) = &options.output {
        write_netcdf(&store::posterior(&population), &folder.join("posterior.nc"))?;
        write_json(&folder.join("pool.json"), &json)?;
        let content = page::content(&population, options);
        write_page(&folder.join(REPORT), population_html(&content))?;
        write_pictures(folder, population_pictures(&content))?;
    }
    if options.as_json {
        return Ok(format!("{json:#}\n"));
    }
    Ok(words::text(&population, options))
}

fn usage(message: &str, help: &str) -> RunError {
    RunError::Usage(format!("{message}\n  help: {help}"))
}

/// Names of the groups, and each result with its group.
type Named = (Vec<String>, Vec<(Option<String>, PathBuf)>);

fn name_results(places: &[PathBuf], texts: &[String]) -> Result<Named, RunError> {
    let mut named: Vec<(Option<String>, PathBuf)> =
        places.iter().map(|place| (None, place.clone())).collect();
    let mut groups: Vec<String> = Vec::new();
    for text in texts {
        let (name, members) = read_group(text)?;
        if !groups.contains(&name) {
            groups.push(name.clone());
        }
        named.extend(members.into_iter().map(|member| (Some(name.clone()), member)));
    }
    // A group that is given in parts is one group.
    named.sort_by_key(|(group, _)| groups.iter().position(|own| Some(own) == group.as_ref()));
    for (place, (_, path)) in named.iter().enumerate() {
        if named[..place].iter().any(|(_, other)| other == path) {
            return Err(usage(
                &format!("`{}` is named twice", path.display()),
                "a cell counts once: leave out one of them",
            ));
        }
    }
    Ok((groups, named))
}

fn design(
    groups: &[String],
    named: &[(Option<String>, PathBuf)],
    is_paired: bool,
) -> Result<Design, RunError> {
    let of = |group: &String| named.iter().filter(|(own, _)| own.as_ref() == Some(group)).count();
    let sizes: Vec<usize> =
        if groups.is_empty() { vec![named.len()] } else { groups.iter().map(of).collect() };
    for (place, &size) in sizes.iter().enumerate() {
        if size < FEWEST_CELLS {
            let group = groups.get(place).map_or(String::new(), |name| format!(" of the group `{name}`"));
            return Err(usage(
                &format!("expected {FEWEST_CELLS} results or more{group}, found {size}"),
                "how far cells scatter cannot be told from fewer; `hhbayes compare` compares single results",
            ));
        }
    }
    if !is_paired {
        return Ok(Design::grouped(&sizes));
    }
    if sizes.len() < 2 {
        return Err(usage(
            "--paired needs two groups of the same cells, found one",
            "such as --group control=A1,B1,C1 --group drug=A2,B2,C2 --paired",
        ));
    }
    if sizes.iter().any(|size| *size != sizes[0]) {
        let list: Vec<String> =
            groups.iter().zip(&sizes).map(|(name, size)| format!("`{name}` {size}")).collect();
        return Err(usage(
            &format!("--paired needs as many results in each group, found {}", list.join(", ")),
            "name the cells in the same order in each group, or leave out --paired",
        ));
    }
    Ok(Design::paired(sizes.len(), sizes[0]))
}

impl Population {
    /// Why the chains over the population cannot be trusted.
    fn reasons(&self) -> Vec<String> {
        if self.pooled.is_converged() {
            return Vec::new();
        }
        let (r_hat, ess) = self.pooled.worst();
        vec![format!(
            "the largest R-hat of the population is {r_hat:.3} and the smallest effective sample size {ess:.0}, after {} steps \
             to a draw; pool fewer parameters, or more cells",
            self.pooled.thinning
        )]
    }

    /// What has to be known about single cells.
    fn cautions(&self) -> Vec<String> {
        let mut cautions = Vec::new();
        let names = |is_bad: &dyn Fn(usize) -> bool| -> Option<String> {
            let bad: Vec<&str> = (0..self.cells.len())
                .filter(|own| is_bad(*own))
                .map(|own| &*self.results[own].name)
                .collect();
            let (told, more) = bad.split_at(bad.len().min(NAMED));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            (!bad.is_empty()).then(|| told.join(", ") + &more)
        };
        let own = |place: usize| self.cells[place].pareto_k > report::largest_k(&self.cells[place]);
        if let Some(names) = names(&own) {
            cautions.push(format!(
                "the prior cannot be divided out of {names}: where it is low there may be much that the draws do not show \
                 (Pareto k too large); fit with wider priors, or pool on the other scale"
            ));
        }
        let few = |place: usize| self.pooled.reached[place] < FEWEST_REACHED;
        if let Some(names) = names(&few) {
            cautions.push(format!(
                "the population reaches fewer than {FEWEST_REACHED} draws of {names}: it lies in their tails; give more draws, or \
                 see whether they belong to it"
            ));
        }
        if let Some(names) = names(&|place| self.results[place].not_converged.is_some()) {
            cautions.push(format!("not converged, so that their draws may be anywhere: {names}"));
        }
        cautions
    }
}
