//! The mistakes that a user can make with likelihoods of traces and spike times.

use crate::cases::{CHECK, Case};

const fn settings(name: &'static str, changes: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, changes, files: &[], command: CHECK }
}

/// What is compared in the settings that these cases change.
const FEATURES: &str = "[likelihood.features]\nSpikecount = 0.5\n\"peak_voltage[0]\" = \"2 mV\"\n";
const G_K: &str = "g_K = { kind";

/// All of them.
pub const CASES: &[Case] = &[
    settings("trace_without_sd", &[(FEATURES, "[likelihood.trace]\n")]),
    settings("trace_with_unknown_noise", &[(FEATURES, "[likelihood.trace]\nnoise = \"gaussian\"\n")]),
    settings("trace_sd_in_ms", &[(FEATURES, "[likelihood.trace]\nsd = \"2 ms\"\n")]),
    settings(
        "trace_sd_fixed_and_with_a_prior",
        &[
            (FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\n"),
            (G_K, "trace_sd = { kind = \"half_normal\", scale = \"2 mV\" }\ng_K = { kind"),
        ],
    ),
    settings(
        "trace_prior_in_the_wrong_place",
        &[(FEATURES, "[likelihood.trace]\nsd = { kind = \"half_normal\", scale = \"2 mV\" }\n")],
    ),
    settings(
        "trace_prior_without_the_term",
        &[(G_K, "trace_sd = { kind = \"half_normal\", scale = \"2 mV\" }\ng_K = { kind")],
    ),
    settings(
        "trace_prior_of_another_noise",
        &[
            (FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\n"),
            (G_K, "trace_correlation = { kind = \"uniform\", lower = 0, upper = 1 }\ng_K = { kind"),
        ],
    ),
    settings(
        "trace_correlation_out_of_range",
        &[(FEATURES, "[likelihood.trace]\nnoise = \"autoregressive\"\nsd = \"2 mV\"\ncorrelation = 1.5\n")],
    ),
    settings(
        "trace_option_of_another_noise",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\ncorrelation = 0.5\n")],
    ),
    settings(
        "trace_every_below_the_interval",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nevery = \"0.02 ms\"\n")],
    ),
    settings(
        "trace_window_unknown",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nwindow = \"spike\"\n")],
    ),
    settings(
        "trace_window_upside_down",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nwindow = [\"30 ms\", \"20 ms\"]\n")],
    ),
    settings(
        "trace_window_after_the_sweep",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nwindow = [\"80 ms\", \"90 ms\"]\n")],
    ),
    settings(
        "trace_window_around_no_spikes",
        &[
            (FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nwindow = \"spikes\"\n"),
            ("[run]", "[features]\nthreshold = \"100 mV\"\n\n[run]"),
        ],
    ),
    settings(
        "trace_before_without_its_window",
        &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nbefore = \"2 ms\"\n")],
    ),
    settings("trace_weight_of_zero", &[(FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\nweight = 0.0\n")]),
    settings(
        "trace_without_a_recording",
        &[
            (FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\n[likelihood.features]\nSpikecount = 0.5\n"),
            (
                "[recording]\nkind = \"csv\"\nfile = \"trace.csv\"\n\n[stimulus]\nkind = \"step\"\namplitude = \"10 uA/cm^2\"\nstart = \"10 ms\"\nstop = \"60 ms\"\n",
                "[[sweeps]]\nduration = \"100 ms\"\nobserved = { Spikecount = 0 }\n",
            ),
        ],
    ),
    settings("spike_times_without_jitter", &[(FEATURES, "[likelihood.spike_times]\n")]),
    settings(
        "spike_times_with_noise_of_traces",
        &[(FEATURES, "[likelihood.spike_times]\nnoise = \"autoregressive\"\njitter = \"1 ms\"\n")],
    ),
    settings(
        "spike_times_with_negative_penalty",
        &[(FEATURES, "[likelihood.spike_times]\njitter = \"1 ms\"\nmissing_penalty = -1\n")],
    ),
    settings(
        "abc_with_a_trace",
        &[
            (FEATURES, "[likelihood.features]\nSpikecount = 0.5\n[likelihood.trace]\nsd = \"2 mV\"\n"),
            ("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\""),
        ],
    ),
    settings(
        "abc_without_features",
        &[
            (FEATURES, "[likelihood.trace]\nsd = \"2 mV\"\n"),
            ("kind = \"demcz\"\nchains = 4", "kind = \"abc_rejection\""),
        ],
    ),
    settings(
        "abc_with_a_weight",
        &[
            (FEATURES, "[likelihood]\nweight = 2.0\nfeatures = { Spikecount = 0.5 }\n"),
            ("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\""),
        ],
    ),
    Case {
        name: "spike_times_that_no_start_has",
        changes: &[
            (FEATURES, "[likelihood.spike_times]\njitter = \"1 ms\"\nmissing_penalty = inf\n"),
            ("amplitude = \"10 uA/cm^2\"", "amplitude = \"0 uA/cm^2\""),
        ],
        files: &[],
        command: &["run", "cell.toml", "--quick", "--quiet", "--threads", "2"],
    },
];
