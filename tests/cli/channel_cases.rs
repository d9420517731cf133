//! The mistakes that a user can make in channels of his or her own.

use crate::cases::{CHECK, Case};

const BUILT_IN: &str = "kind = \"hodgkin_huxley\"\ndt = \"0.05 ms\"\n";

/// Channels written in all the ways there are.
const WRITTEN: &str = r#"kind = "channels"
dt = "0.05 ms"

[model.constants]
V_rest = "-65 mV"

[model.channels.Na]
conductance = "120 mS/cm^2"
reversal = "50 mV"
shift = "V_rest"
[model.channels.Na.gates.m]
power = 3
alpha = { form = "linear_exponential", rate = "1 /ms", midpoint = "25 mV", scale = "10 mV" }
beta = { form = "exponential", rate = "4 /ms", midpoint = "0 mV", scale = "-18 mV" }
[model.channels.Na.gates.h]
steady_state = { form = "sigmoid", midpoint = "4 mV", scale = "-7 mV" }
time_constant = [{ form = "constant", time = "1 ms" }, { form = "sigmoid", time = "7 ms", midpoint = "20 mV", scale = "-9 mV" }]

[model.channels.K]
kind = "potassium_squid"
shift = "V_rest"

[model.channels.leak]
conductance = "0.3 mS/cm^2"
reversal = "-54.4 mV"
"#;

const M: &str = "[model.channels.Na.gates.m]\n";
const K: &str = "kind = \"potassium_squid\"\n";
const LEAK: &str = "[model.channels.leak]\nconductance = \"0.3 mS/cm^2\"\nreversal = \"-54.4 mV\"\n";
const ALPHA: &str =
    "alpha = { form = \"linear_exponential\", rate = \"1 /ms\", midpoint = \"25 mV\", scale = \"10 mV\" }\n";
const BETA: &str =
    "beta = { form = \"exponential\", rate = \"4 /ms\", midpoint = \"0 mV\", scale = \"-18 mV\" }\n";

/// The same changes of [`WRITTEN`].
macro_rules! written {
    ($name:literal, $($change:expr),+) => {
        Case { name: $name, changes: &[(BUILT_IN, WRITTEN), $($change),+], files: &[], command: CHECK }
    };
}

/// All of them.
pub const CASES: &[Case] = &[
    // Forms and their numbers.
    written!("channel_form_misspelled", ("\"linear_exponential\"", "\"linear_exponental\"")),
    written!("channel_form_unknown", ("\"linear_exponential\"", "\"boltzmann\"")),
    written!("channel_term_without_form", ("form = \"exponential\", ", "")),
    written!("channel_term_without_scale", (", scale = \"10 mV\"", "")),
    written!("channel_scale_of_zero", ("scale = \"10 mV\"", "scale = \"0 mV\"")),
    written!("channel_rate_in_ms", ("rate = \"4 /ms\"", "rate = \"4 ms\"")),
    written!("channel_midpoint_without_unit", ("midpoint = \"25 mV\"", "midpoint = 25")),
    written!("channel_rate_of_a_time_constant", ("time = \"7 ms\"", "rate = \"7 ms\"")),
    written!(
        "channel_option_of_a_term_unknown",
        ("scale = \"10 mV\"", "scale = \"10 mV\", slope = \"10 mV\"")
    ),
    written!("channel_scale_2_of_a_sigmoid", ("scale = \"-7 mV\"", "scale = \"-7 mV\", scale_2 = \"7 mV\"")),
    written!("channel_sum_without_terms", (BETA, "beta = []\n")),
    written!("channel_sum_of_numbers", (BETA, "beta = [\"1 /ms\", \"2 /ms\"]\n")),
    // Gates.
    written!("channel_gate_without_kinetics", (ALPHA, ""), (BETA, "")),
    written!("channel_gate_without_beta", (BETA, "")),
    written!("channel_gate_with_both_kinetics", (BETA, "steady_state = 0.5\n")),
    written!("channel_gate_with_unknown_option", ("power = 3", "exponent = 3")),
    written!("channel_gate_to_the_power_of_zero", ("power = 3", "power = 0")),
    written!("channel_gate_with_power_and_half", ("power = 3", "power = 2.5")),
    written!(
        "channel_gate_is_a_number",
        (
            LEAK,
            "[model.channels.leak]\nconductance = \"0.3 mS/cm^2\"\nreversal = \"-54.4 mV\"\ngates = { m = 3 }\n"
        )
    ),
    written!("channel_gate_with_a_hyphen", (M, "[model.channels.Na.gates.m-fast]\n")),
    // Constants.
    written!("channel_constant_unknown", ("reversal = \"50 mV\"", "reversal = \"V_Na\"")),
    written!("channel_constant_misspelled", ("shift = \"V_rest\"\n[", "shift = \"V_rset\"\n[")),
    written!(
        "channel_constant_of_another_unit",
        ("conductance = \"120 mS/cm^2\"", "conductance = \"V_rest\"")
    ),
    written!(
        "channel_constant_out_of_range",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\ntop = 1.5\n"),
        ("form = \"sigmoid\", midpoint = \"4", "form = \"sigmoid\", maximum = \"top\", midpoint = \"4")
    ),
    written!(
        "channel_constant_of_a_foreign_unit",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\narea = \"2 um^2\"\n")
    ),
    written!(
        "channel_constant_not_used",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\nV_half = \"-40 mV\"\n")
    ),
    written!(
        "channel_constant_named_like_the_cell",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\narea = \"-40 mV\"\n"),
        ("reversal = \"50 mV\"", "reversal = \"area\"")
    ),
    written!(
        "channel_constant_named_like_the_stimulus",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\nstimulus_start = \"50 mV\"\n"),
        ("reversal = \"50 mV\"", "reversal = \"stimulus_start\"")
    ),
    written!(
        "channel_constant_named_temperature",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\ntemperature = \"20 degC\"\n")
    ),
    written!(
        "channel_two_numbers_of_one_name",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\ng_Na = \"100 mS/cm^2\"\n")
    ),
    written!(
        "channel_two_numbers_of_one_name_in_the_library",
        ("V_rest = \"-65 mV\"\n", "V_rest = \"-65 mV\"\ng_K = \"36 mS/cm^2\"\n")
    ),
    // Channels.
    written!("channel_conductance_negative", ("\"120 mS/cm^2\"", "\"-120 mS/cm^2\"")),
    written!("channel_conductance_of_the_whole_cell", ("\"120 mS/cm^2\"", "\"120 nS\"")),
    written!("channel_without_reversal", ("reversal = \"50 mV\"\n", "")),
    written!(
        "channel_with_unknown_option",
        (K, "kind = \"potassium_squid\"\nconductanse = \"30 mS/cm^2\"\n")
    ),
    written!("channel_of_an_unknown_kind", (K, "kind = \"potassium_squit\"\n")),
    written!(
        "channel_of_an_unknown_kind_that_another_refers_to",
        (K, "kind = \"kv3\"\n"),
        ("reversal = \"-54.4 mV\"", "reversal = \"E_K\"")
    ),
    written!(
        "channel_is_a_number",
        (LEAK, ""),
        ("[model.channels.Na]\n", "[model.channels]\nleak = \"0.3 mS/cm^2\"\n[model.channels.Na]\n")
    ),
    written!("channel_in_double_brackets", ("[model.channels.leak]", "[[model.channels.leak]]")),
    written!("channel_with_a_hyphen", ("[model.channels.leak]", "[model.channels.leak-1]")),
    written!(
        "channel_with_q10_and_no_reference",
        ("shift = \"V_rest\"\n[", "shift = \"V_rest\"\nq10 = 3\n[")
    ),
    written!("channel_that_refers_to_a_later_one", ("reversal = \"50 mV\"", "reversal = \"E_leak\"")),
    Case {
        name: "channels_missing",
        changes: &[(BUILT_IN, "kind = \"channels\"\ndt = \"0.05 ms\"\n")],
        files: &[],
        command: CHECK,
    },
    Case {
        name: "channels_are_a_number",
        changes: &[(BUILT_IN, "kind = \"channels\"\nchannels = 3\n")],
        files: &[],
        command: CHECK,
    },
    Case {
        name: "channels_of_a_built_in_model",
        changes: &[("dt = \"0.05 ms\"\n", "dt = \"0.05 ms\"\n[model.channels.leak]\nkind = \"leak\"\n")],
        files: &[],
        command: CHECK,
    },
    // Priors of their numbers.
    written!("channel_prior_misspelled", ("g_K = {", "K_n_alpha_midpont = {")),
    written!("channel_prior_of_a_foreign_name", ("g_K = {", "gbar = {")),
    written!("channel_prior_of_the_wrong_unit", ("g_K = {", "Na_m_alpha_midpoint = {")),
    written!(
        "channel_prior_of_a_scale_through_zero",
        (
            "g_K = { kind = \"uniform\", lower = \"20 mS/cm^2\", upper = \"60 mS/cm^2\" }",
            "Na_m_alpha_scale = { kind = \"uniform\", lower = \"-5 mV\", upper = \"20 mV\" }"
        )
    ),
    written!("channel_number_in_model", ("dt = \"0.05 ms\"", "dt = \"0.05 ms\"\ng_Na = \"100 mS/cm^2\"")),
    written!(
        "channel_several_mistakes",
        ("form = \"linear_exponential\"", "form = \"linoid\""),
        ("scale = \"-18 mV\"", "scale = \"0 mV\""),
        ("reversal = \"50 mV\"", "reversal = \"E_sodium\""),
        ("\"0.3 mS/cm^2\"", "\"0.3 S\""),
        (K, "kind = \"squid\"\n"),
        ("chains = 4", "chain = 4")
    ),
];
