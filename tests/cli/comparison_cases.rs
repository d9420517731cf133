//! Results that cannot be compared.

use crate::cases::{Case, case};

/// Two chains of 25 draws that do not agree; parameters `g` in mS/cm^2 and `count`.
const RESULT: &[u8] = include_bytes!("../data/posteriors/netcdf4.nc");
/// The same `g` in S/m^2.
const OTHER_UNIT: &[u8] = include_bytes!("../data/posteriors/other_unit.nc");
/// Other parameters.
const ARVIZ: &[u8] = include_bytes!("../data/posteriors/arviz.nc");

const CORTICAL: &[u8] = b"[model]\nkind = \"pospischil\"\n";
const WRITTEN: &[u8] = b"[model]\nkind = \"channels\"\n[model.channels.Na]\n[model.channels.K]\n";

const TWO: &[(&str, &[u8])] = &[("a.nc", RESULT), ("b.nc", RESULT)];

pub const CASES: &[Case] = &[
    case("compare_of_nothing", &[], &["compare"]),
    case("compare_of_one_result", TWO, &["compare", "a.nc"]),
    case("compare_of_one_group", TWO, &["compare", "--group", "control=a.nc,b.nc"]),
    case(
        "compare_of_a_group_without_results",
        TWO,
        &["compare", "--group", "control", "--group", "drug=b.nc"],
    ),
    case("compare_of_groups_with_one_name", TWO, &["compare", "--group", "x=a.nc", "--group", "x=b.nc"]),
    case("compare_of_a_missing_result", TWO, &["compare", "a.nc", "nowhere"]),
    case("compare_of_a_folder_without_a_result", TWO, &["compare", "a.nc", "."]),
    case(
        "compare_of_a_folder_of_results",
        &[("a.nc", RESULT), ("all/cell_1/posterior.nc", RESULT)],
        &["compare", "a.nc", "all"],
    ),
    case("compare_of_another_format", TWO, &["compare", "a.nc", "cell.toml"]),
    case(
        "compare_of_netcdf_3",
        &[("a.nc", RESULT), ("b.nc", b"CDF\x01\0\0\0\0")],
        &["compare", "a.nc", "b.nc"],
    ),
    case(
        "compare_of_a_broken_file",
        &[("a.nc", RESULT), ("b.nc", b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00")],
        &["compare", "a.nc", "b.nc"],
    ),
    case(
        "compare_with_a_broken_summary",
        &[("a.nc", RESULT), ("b/posterior.nc", RESULT), ("b/summary.json", b"{\"verdict\": ")],
        &["compare", "a.nc", "b"],
    ),
    case("compare_of_chains_that_disagree", TWO, &["compare", "a.nc", "b.nc"]),
    case(
        "compare_of_a_run_that_has_not_converged",
        &[
            ("a/posterior.nc", RESULT),
            ("a/summary.json", b"{\"verdict\": \"converged\"}"),
            ("b/posterior.nc", RESULT),
            (
                "b/summary.json",
                b"{\"verdict\": \"not converged: R-hat of `g` is 1.100, above 1.01; and so on\"}",
            ),
        ],
        &["compare", "a", "b"],
    ),
    case("compare_of_other_units", &[("a.nc", RESULT), ("b.nc", OTHER_UNIT)], &["compare", "a.nc", "b.nc"]),
    case("compare_of_other_parameters", &[("a.nc", RESULT), ("b.nc", ARVIZ)], &["compare", "a.nc", "b.nc"]),
    case(
        "compare_of_other_models",
        &[
            ("a/posterior.nc", RESULT),
            ("a/settings.toml", CORTICAL),
            ("b/posterior.nc", RESULT),
            ("b/settings.toml", WRITTEN),
        ],
        &["compare", "a", "b"],
    ),
    case(
        "compare_with_a_region_of_an_unknown_parameter",
        TWO,
        &["compare", "a.nc", "b.nc", "--allow-unconverged", "--rope", "h=5%"],
    ),
    case(
        "compare_with_a_region_in_another_unit",
        TWO,
        &["compare", "a.nc", "b.nc", "--allow-unconverged", "--rope", "g=1 mV"],
    ),
    case(
        "compare_with_a_region_of_all_in_a_unit",
        TWO,
        &["compare", "a.nc", "b.nc", "--allow-unconverged", "--rope", "1 mV"],
    ),
    case("diff_config_of_a_file_without_settings", TWO, &["diff-config", "cell.toml", "a.nc"]),
    case("diff_config_of_a_missing_file", &[], &["diff-config", "cell.toml", "nowhere.toml"]),
    case(
        "diff_config_with_a_mistake_of_syntax",
        &[("b.toml", b"[model]\nkind = \n")],
        &["diff-config", "cell.toml", "b.toml"],
    ),
];
