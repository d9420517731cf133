//! What the report of a population tells.

use super::report::{group_name, largest_k};
use super::words::{sentences, spread, title};
use super::{FEWEST_REACHED, PoolOptions, PooledParameter, Population};
use crate::diagnostics::quantile;
use crate::population::{Family, Kind};
use crate::report::{PooledCell, PooledCorrelation, PooledNumbers, PooledQuantity, PopulationContent};
use crate::run::compare::page::origin;

/// Standard deviations of a normal distribution within which 95 % of it lie.
const WITHIN: f64 = 1.959_963_984_540_054;

pub(super) fn content(own: &Population, options: &PoolOptions) -> PopulationContent {
    let count = own.parameters.len();
    let correlation = |found: &crate::population::Quantity| {
        let Kind::Correlation { first, second } = found.kind else { return None };
        let (interval, p_positive) = (found.interval(), found.positive());
        Some(PooledCorrelation { pair: [first, second], interval, p_positive })
    };
    PopulationContent {
        name: title(own),
        reasons: own.reasons(),
        cautions: own.cautions(),
        worst: own.pooled.worst(),
        sentences: sentences(own),
        groups: (0..own.design.groups).map(|group| group_name(own, group).to_owned()).collect(),
        is_paired: own.design.is_paired(),
        parameters: (0..count).map(|parameter| numbers(own, parameter)).collect(),
        correlations: own.pooled.quantities.iter().filter_map(correlation).collect(),
        cells: (0..own.cells.len()).map(|place| cell(own, place)).collect(),
        chains: own.pooled.chains,
        quantities: own.pooled.quantities.iter().map(|found| quantity(own, found)).collect(),
        left_out: own.left_out.clone(),
        origins: own.results.iter().map(origin).collect(),
        options: told_options(own, options),
    }
}

fn numbers(own: &Population, parameter: usize) -> PooledNumbers {
    let of = &own.parameters[parameter];
    let find = |kind: Kind| own.pooled.quantity(kind);
    let groups = || 0..own.design.groups;
    let means = groups().filter_map(|group| find(Kind::Mean { group, parameter }));
    let sd_of = |kind| find(kind).map_or(0.0, |found| found.interval()[1]);
    // A cell differs from the mean of its group in what it has in common and in what it has not.
    let sd = sd_of(Kind::Sd { parameter }).hypot(sd_of(Kind::SdWithin { parameter }));
    let reach = means.clone().map(|found| {
        let median = found.interval()[1];
        [-WITHIN, WITHIN].map(|side| of.family.from_scale(median + side * sd))
    });
    let effects = groups().filter_map(|group| find(Kind::Effect { group, parameter }));
    let in_unit = |interval: [f64; 3]| interval.map(|value| of.family.from_scale(value));
    PooledNumbers {
        name: of.name.clone(),
        unit: of.unit.clone(),
        is_log: of.family == Family::LogNormal,
        means: means.clone().map(|found| in_unit(found.interval())).collect(),
        diagnostics: means.clone().map(|found| (found.r_hat, found.ess)).collect(),
        reach: reach.collect(),
        spread: spread(find(Kind::Sd { parameter }), of.family),
        spread_within: own.design.is_paired().then(|| spread(find(Kind::SdWithin { parameter }), of.family)),
        effects: effects.map(|found| (in_unit(found.interval()), found.positive())).collect(),
    }
}

fn cell(own: &Population, place: usize) -> PooledCell {
    let cell = &own.cells[place];
    let shrunken = |(number, parameter): (usize, &PooledParameter)| {
        let draws = &own.pooled.cells[place][number];
        [0.025, 0.5, 0.975].map(|at| parameter.family.from_scale(quantile(draws, at)))
    };
    PooledCell {
        name: own.results[place].name.clone(),
        group: own.design.group_of[place],
        own: own.own[place].clone(),
        shrunken: own.parameters.iter().enumerate().map(shrunken).collect(),
        draws: (cell.kernels(), own.pooled.reached[place]),
        is_unreached: own.pooled.reached[place] < FEWEST_REACHED,
        pareto_k: cell.pareto_k.is_finite().then_some(cell.pareto_k),
        is_heavy: cell.pareto_k > largest_k(cell),
    }
}

fn quantity(own: &Population, found: &crate::population::Quantity) -> PooledQuantity {
    let name = |place: usize| &*own.parameters[place].name;
    let of_group = |group: usize| {
        if own.groups.is_empty() { String::new() } else { format!(", {}", group_name(own, group)) }
    };
    let name = match found.kind {
        Kind::Mean { group, parameter } => format!("mean of {}{}", name(parameter), of_group(group)),
        Kind::Effect { group, parameter } => format!("effect on {}{}", name(parameter), of_group(group)),
        Kind::Sd { parameter } => format!("spread of {}", name(parameter)),
        Kind::SdWithin { parameter } => format!("spread of {} within cells", name(parameter)),
        Kind::Correlation { first, second } => format!("correlation of {} and {}", name(first), name(second)),
    };
    PooledQuantity { name, values: found.values.clone(), diagnostics: (found.r_hat, found.ess) }
}

fn told_options(own: &Population, options: &PoolOptions) -> Vec<[String; 2]> {
    let line = |what: &str, value: String| [what.to_owned(), value];
    let flag = |value: bool| if value { "yes" } else { "no" }.to_owned();
    let of = |family: Family| {
        let names = own.parameters.iter().filter(|own| own.family == family).map(|own| &*own.name);
        let names: Vec<&str> = names.collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    vec![
        line("program", format!("hhbayes {}", env!("CARGO_PKG_VERSION"))),
        line("lognormal over cells", of(Family::LogNormal)),
        line("normal over cells", of(Family::Normal)),
        line("same cells in each group", flag(own.design.is_paired())),
        line("priors taken as flat where they are not known", flag(options.flat_priors)),
        line("results that have not converged", flag(options.allow_unconverged)),
        line("results of other models", flag(options.allow_other_model)),
        line(
            "chains",
            format!(
                "{} of {} draws, {} steps to a draw",
                own.pooled.chains, own.pooled.draws, own.pooled.thinning
            ),
        ),
        line("seed", options.seed.to_string()),
    ]
}
