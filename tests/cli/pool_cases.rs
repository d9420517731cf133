//! Results that cannot be pooled.

use crate::cases::{Case, case};

/// Two chains of 25 draws that do not agree; parameters `g` in mS/cm^2 and `count`; no settings.
const RESULT: &[u8] = include_bytes!("../data/posteriors/netcdf4.nc");
/// The same `g` in S/m^2.
const OTHER_UNIT: &[u8] = include_bytes!("../data/posteriors/other_unit.nc");

const THREE: &[(&str, &[u8])] = &[("a.nc", RESULT), ("b.nc", RESULT), ("c.nc", RESULT)];
const SIX: &[(&str, &[u8])] = &[
    ("a.nc", RESULT),
    ("b.nc", RESULT),
    ("c.nc", RESULT),
    ("d.nc", RESULT),
    ("e.nc", RESULT),
    ("f.nc", RESULT),
    ("g.nc", RESULT),
];

pub const CASES: &[Case] = &[
    case("pool_of_nothing", &[], &["pool"]),
    case("pool_of_two_results", THREE, &["pool", "a.nc", "b.nc"]),
    case("pool_of_one_result_twice", THREE, &["pool", "a.nc", "b.nc", "a.nc"]),
    case(
        "pool_of_a_small_group",
        SIX,
        &["pool", "--group", "control=a.nc,b.nc,c.nc", "--group", "drug=d.nc"],
    ),
    case("pool_of_pairs_of_one_group", SIX, &["pool", "--group", "control=a.nc,b.nc,c.nc", "--paired"]),
    case(
        "pool_of_pairs_that_do_not_match",
        SIX,
        &["pool", "--group", "control=a.nc,b.nc,c.nc", "--group", "drug=d.nc,e.nc,f.nc,g.nc", "--paired"],
    ),
    case("pool_of_chains_that_disagree", THREE, &["pool", "a.nc", "b.nc", "c.nc"]),
    case(
        "pool_of_other_units",
        &[("a.nc", RESULT), ("b.nc", RESULT), ("c.nc", OTHER_UNIT)],
        &["pool", "a.nc", "b.nc", "c.nc"],
    ),
    case("pool_without_priors", THREE, &["pool", "a.nc", "b.nc", "c.nc", "--allow-unconverged"]),
    case(
        "pool_of_too_few_draws",
        THREE,
        &["pool", "a.nc", "b.nc", "c.nc", "--allow-unconverged", "--flat-priors"],
    ),
    case(
        "pool_of_unknown_parameters",
        THREE,
        &["pool", "a.nc", "b.nc", "c.nc", "--allow-unconverged", "--parameter", "g,h", "--normal", "i"],
    ),
    case(
        "pool_on_two_scales",
        THREE,
        &["pool", "a.nc", "b.nc", "c.nc", "--allow-unconverged", "--lognormal", "g", "--normal", "g"],
    ),
];
