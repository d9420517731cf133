//! A population as NetCDF-4: group `posterior` for what describes it, group `cells` for the cells.

use super::Population;
use super::report::group_name;
use crate::population::{Kind, Quantity};
use crate::posterior::{Attribute, Group, Posterior, Values, Variable};

/// The content of `posterior.nc`. Draws of the population are on its scale: natural logarithms of what is lognormal.
pub(super) fn posterior(own: &Population) -> Posterior {
    Posterior {
        groups: vec![population(own), cells(own)],
        attributes: vec![
            ("inference_library".to_owned(), Attribute::Text("hhbayes".to_owned())),
            ("inference_library_version".to_owned(), Attribute::Text(env!("CARGO_PKG_VERSION").to_owned())),
        ],
    }
}

fn texts(names: impl Iterator<Item = String>) -> Values {
    Values::Text(names.collect())
}

fn parameter_axis(own: &Population) -> Variable {
    Variable::coordinate("parameter", texts(own.parameters.iter().map(|own| own.name.clone())))
}

fn population(own: &Population) -> Group {
    let (groups, parameters) = (own.design.groups, own.parameters.len());
    let group_names = |from: usize| texts((from..groups).map(|group| group_name(own, group).to_owned()));
    let of = |kinds: Vec<Kind>| -> Values {
        let found: Vec<&Quantity> = kinds.into_iter().filter_map(|kind| own.pooled.quantity(kind)).collect();
        let draws = own.pooled.chains * own.pooled.draws;
        Values::F64((0..draws).flat_map(|draw| found.iter().map(move |own| own.values[draw])).collect())
    };
    let each = |kind: &dyn Fn(usize) -> Kind| of((0..parameters).map(kind).collect());
    let per_group = |from: usize, kind: &dyn Fn(usize, usize) -> Kind| {
        of((from..groups)
            .flat_map(|group| (0..parameters).map(move |own| (group, own)))
            .map(|(group, own)| kind(group, own))
            .collect())
    };
    let mut coordinates = vec![
        Variable::counted("chain", own.pooled.chains),
        Variable::counted("draw", own.pooled.draws),
        parameter_axis(own),
        Variable::coordinate("group", group_names(0)),
        Variable::coordinate("compared_group", group_names(1)),
    ];
    let mut variables = vec![
        Variable::new(
            "mean",
            &["chain", "draw", "group", "parameter"],
            per_group(0, &|group, parameter| Kind::Mean { group, parameter }),
        ),
        Variable::new(
            "effect",
            &["chain", "draw", "compared_group", "parameter"],
            per_group(1, &|group, parameter| Kind::Effect { group, parameter }),
        ),
        Variable::new("sd", &["chain", "draw", "parameter"], each(&|parameter| Kind::Sd { parameter })),
    ];
    if own.design.is_paired() {
        let values = each(&|parameter| Kind::SdWithin { parameter });
        variables.push(Variable::new("sd_within", &["chain", "draw", "parameter"], values));
    }
    let pairs: Vec<(usize, usize)> = (0..parameters)
        .flat_map(|first| (first + 1..parameters).map(move |second| (first, second)))
        .collect();
    let name = |&(first, second): &(usize, usize)| {
        format!("{}, {}", own.parameters[first].name, own.parameters[second].name)
    };
    coordinates.push(Variable::coordinate("pair", texts(pairs.iter().map(name))));
    let values = of(pairs.iter().map(|&(first, second)| Kind::Correlation { first, second }).collect());
    variables.push(Variable::new("correlation", &["chain", "draw", "pair"], values));
    let families = own.parameters.iter().map(|own| format!("{}: {}", own.name, own.family.name()));
    let attributes = vec![("families".to_owned(), Attribute::Text(families.collect::<Vec<_>>().join(", ")))];
    Group { name: "posterior".to_owned(), coordinates, variables, attributes }.without_empty_axes()
}

/// The parameters of each cell, in their units; fewer draws than of the population.
fn cells(own: &Population) -> Group {
    let total = own.pooled.cells.first().and_then(|cell| cell.first()).map_or(0, Vec::len);
    let names = own.results.iter().map(|own| own.name.clone());
    let variable = |(place, parameter): (usize, &super::PooledParameter)| {
        let of = |draw: usize| {
            own.pooled.cells.iter().map(move |cell| parameter.family.from_scale(cell[place][draw]))
        };
        let values = Values::F64((0..total).flat_map(of).collect());
        let unit = parameter.unit.clone().unwrap_or_default();
        Variable::new(parameter.name.clone(), &["chain", "draw", "cell"], values)
            .with("units", Attribute::Text(unit))
    };
    Group {
        name: "cells".to_owned(),
        coordinates: vec![
            Variable::counted("chain", own.pooled.chains),
            Variable::counted("draw", total / own.pooled.chains),
            Variable::coordinate("cell", texts(names)),
        ],
        variables: own.parameters.iter().enumerate().map(variable).collect(),
        attributes: Vec::new(),
    }
}
