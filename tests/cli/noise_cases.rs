//! The mistakes that a user can make with channels that open at random.

use crate::cases::{CHECK, Case};

const DT: &str = "dt = \"0.05 ms\"\n";

const fn noise(name: &'static str, changes: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, changes, files: &[], command: CHECK }
}

/// All of them.
pub const CASES: &[Case] = &[
    noise("noise_of_channels_without_area", &[(DT, "[model.channel_noise]\ng_Na = \"20 pS\"\n")]),
    noise(
        "noise_of_channels_misspelled",
        &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_na = \"20 pS\"\n")],
    ),
    noise(
        "noise_of_channels_unknown",
        &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\nE_K = \"20 pS\"\n")],
    ),
    noise("noise_of_a_leak", &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_L = \"20 pS\"\n")]),
    noise(
        "noise_of_channels_negative",
        &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_Na = \"-20 pS\"\n")],
    ),
    noise(
        "noise_of_channels_in_other_unit",
        &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_Na = \"20 mS/cm^2\"\n")],
    ),
    noise("noise_of_channels_is_a_number", &[(DT, "area = \"100 um^2\"\nchannel_noise = 20\n")]),
    noise(
        "noise_of_channels_with_adaptive_steps",
        &[(DT, "area = \"100 um^2\"\nscheme = \"adaptive\"\n[model.channel_noise]\ng_Na = \"20 pS\"\n")],
    ),
    noise(
        "noise_of_channels_with_a_likelihood",
        &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_Na = \"20 pS\"\n")],
    ),
    Case {
        name: "noise_of_channels_with_sensitivities",
        changes: &[(DT, "area = \"100 um^2\"\n[model.channel_noise]\ng_Na = \"20 pS\"\n")],
        files: &[],
        command: &["simulate", "cell.toml", "--sensitivities"],
    },
];
