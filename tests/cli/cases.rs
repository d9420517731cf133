//! The mistakes that a user can make.

use crate::folder::CELL;

/// A mistake: changes of the settings file, other files, and the command that meets them.
pub struct Case {
    /// Name of the file with the message.
    pub name: &'static str,
    /// Text of [`CELL`] that occurs once, and what stands there instead.
    pub changes: &'static [(&'static str, &'static str)],
    /// Files beside the settings.
    pub files: &'static [(&'static str, &'static [u8])],
    /// Arguments of the program.
    pub command: &'static [&'static str],
}

/// A mistake that needs no change of the settings.
pub const fn case(
    name: &'static str,
    files: &'static [(&'static str, &'static [u8])],
    command: &'static [&'static str],
) -> Case {
    Case { name, changes: &[], files, command }
}

const RUN: &[&str] = &["run", "cell.toml", "--quick", "--quiet", "--threads", "2"];
pub const CHECK: &[&str] = &["check", "cell.toml"];
const SETS: &[&str] = &["simulate", "cell.toml", "--sets", "sets.csv"];
const SIMULATE: &[&str] = &["simulate", "cell.toml"];

const fn settings(name: &'static str, changes: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, changes, files: &[], command: CHECK }
}

const fn running(name: &'static str, changes: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, changes, files: &[], command: RUN }
}

const fn recording(name: &'static str, content: &'static [(&'static str, &'static [u8])]) -> Case {
    Case { name, changes: &[("trace.csv", "other.csv")], files: content, command: CHECK }
}

const fn sets(name: &'static str, files: &'static [(&'static str, &'static [u8])]) -> Case {
    Case { name, changes: &[], files, command: SETS }
}

const fn command(name: &'static str, command: &'static [&'static str]) -> Case {
    Case { name, changes: &[], files: &[], command }
}

const G_NA: &str = r#"{ kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }"#;
const PRIORS: &str = r#"g_Na = { kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }
g_K = { kind = "uniform", lower = "20 mS/cm^2", upper = "60 mS/cm^2" }
"#;
const FEATURES: &str = "Spikecount = 0.5\n\"peak_voltage[0]\" = \"2 mV\"\n";
const RECORDING: &str = "kind = \"csv\"\nfile = \"trace.csv\"\n";

/// Another sampler, by which models are compared.
const ABC: &[(&str, &str)] = &[("kind = \"demcz\"\nchains = 4", "kind = \"abc_smc\"")];
/// Other models, of which one number is known.
const OTHER_MODEL: &[u8] = br#"[[sweeps]]
name = "step"
duration = "50 ms"
observed = { Spikecount = 1 }
[sweeps.stimulus]
kind = "step"
amplitude = "10 uA/cm^2"
start = "10 ms"
stop = "20 ms"
[model]
kind = "hodgkin_huxley"
[prior]
g_Na = { kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }
[likelihood.features]
Spikecount = 0.5
[sampler]
kind = "abc_smc"
"#;

/// All of them.
pub const CASES: &[Case] = &[
    // The settings file itself.
    command("settings_missing", &["run", "nowhere.toml"]),
    command("settings_are_a_folder", &["check", "."]),
    settings("settings_are_empty", &[(CELL, "")]),
    Case {
        name: "settings_are_not_text",
        changes: &[],
        files: &[("cell.toml", b"seed = \"\xff\xfe\"")],
        command: CHECK,
    },
    settings("syntax_of_toml", &[("seed = 1", "seed = = 1")]),
    settings("duplicate_option", &[("seed = 1", "seed = 1\nseed = 2")]),
    settings("duplicate_table", &[("[run]", "[model]")]),
    settings("unknown_table", &[("[prior]", "[priors]")]),
    settings("unknown_option", &[("chains = 4", "chain = 4")]),
    settings("unknown_option_without_likeness", &[("chains = 4", "temperature = 4")]),
    settings("unknown_kind_of_model", &[("hodgkin_huxley", "hodgkin_huxly")]),
    settings("unknown_kind_of_sampler", &[("demcz", "hamiltonian")]),
    settings(
        "unknown_scheme",
        &[("kind = \"hodgkin_huxley\"", "kind = \"hodgkin_huxley\"\nscheme = \"euler\"")],
    ),
    settings("text_in_place_of_number", &[("chains = 4", "chains = \"4\"")]),
    settings("fraction_in_place_of_whole_number", &[("chains = 4", "chains = 4.5")]),
    settings("too_few_chains", &[("chains = 4", "chains = 1")]),
    settings("negative_seed", &[("seed = 1", "seed = -1")]),
    settings("table_in_place_of_number", &[("seed = 1", "seed = { value = 1 }")]),
    settings("number_in_place_of_table", &[("[run]\nseed = 1", "[[run]]\nseed = 1")]),
    settings(
        "several_mistakes",
        &[
            ("amplitude = \"10 uA/cm^2\"", "amplitude = 10"),
            ("dt = \"0.05 ms\"", "dt = \"0.05 mV\""),
            ("chains = 4", "chain = 4"),
            ("seed = 1", "sed = 1"),
        ],
    ),
    // Quantities and units.
    settings("wrong_unit", &[("\"0.05 ms\"", "\"0.05 mV\"")]),
    settings("number_without_unit", &[("\"0.05 ms\"", "0.05")]),
    settings("text_without_unit", &[("\"0.05 ms\"", "\"0.05\"")]),
    settings("time_step_of_zero", &[("\"0.05 ms\"", "\"0 ms\"")]),
    settings("unit_of_the_prior", &[("lower = \"60 mS/cm^2\"", "lower = \"60 mS\"")]),
    settings("current_without_area", &[("10 uA/cm^2", "150 pA")]),
    settings(
        "area_and_capacitance",
        &[("10 uA/cm^2", "150 pA"), ("dt = ", "area = \"20000 um^2\"\ncapacitance = \"90 pF\"\ndt = ")],
    ),
    settings("area_in_other_unit", &[("dt = ", "area = \"20 pF\"\ndt = ")]),
    settings("two_units_of_current", &[("start = \"10 ms\"", "holding = \"20 pA\"\nstart = \"10 ms\"")]),
    settings("unit_of_a_feature", &[("\"2 mV\"", "\"2 ms\"")]),
    // The model and its parameters.
    settings("no_model", &[("[model]\nkind = \"hodgkin_huxley\"\ndt = \"0.05 ms\"\n", "")]),
    settings("negative_conductance", &[("dt = ", "g_L = \"-0.3 mS/cm^2\"\ndt = ")]),
    settings("settle_without_rest", &[("dt = ", "start = \"voltage\"\nsettle = \"100 ms\"\ndt = ")]),
    settings("unknown_start", &[("dt = ", "start = \"resting\"\ndt = ")]),
    settings("unknown_parameter_with_a_prior", &[("g_Na =", "g_na =")]),
    settings("parameter_with_a_foreign_name", &[("g_Na =", "gbar_sodium =")]),
    settings("fixed_and_with_a_prior", &[("dt = ", "g_Na = \"120 mS/cm^2\"\ndt = ")]),
    settings(
        "prior_outside_the_physical_range",
        &[(G_NA, r#"{ kind = "normal", mean = "100 mS/cm^2", sd = "50 mS/cm^2" }"#)],
    ),
    settings("prior_upside_down", &[("\"200 mS/cm^2\"", "\"20 mS/cm^2\"")]),
    settings("prior_without_upper", &[(", upper = \"200 mS/cm^2\"", "")]),
    settings("prior_without_kind", &[(G_NA, r#"{ lower = "60 mS/cm^2", upper = "200 mS/cm^2" }"#)]),
    settings("prior_is_a_number", &[(G_NA, "\"120 mS/cm^2\"")]),
    settings("prior_is_empty", &[(PRIORS, "")]),
    settings(
        "prior_with_sd_of_zero",
        &[(G_NA, r#"{ kind = "lognormal", median = "120 mS/cm^2", spread = 0 }"#)],
    ),
    settings("noise_without_likelihood", &[("dt = ", "current_noise = 1\ndt = ")]),
    command("features_with_an_unknown_setting", &["features", "trace.csv", "--setting", "interp=0.05"]),
    command("init_of_waves_without_a_partner", &["init", "a.ibw", "b.ibw", "--current", "c.ibw"]),
    settings(
        "feature_that_is_a_distance_without_its_number",
        &[("Spikecount = 0.5", "van_rossum_distance = 0.5")],
    ),
    settings("setting_of_efel_out_of_range", &[("[run]", "[features]\ninterp_step = \"0 ms\"\n\n[run]")]),
    settings(
        "flaws_of_a_strict_recording",
        &[
            (RECORDING, "kind = \"csv\"\nfile = \"trace.csv\"\nstrict = true\n"),
            ("start = \"10 ms\"", "start = \"20 ms\""),
            ("stop = \"60 ms\"", "stop = \"40 ms\""),
        ],
    ),
    // The stimulus.
    settings("stimulus_stops_before_it_starts", &[("stop = \"60 ms\"", "stop = \"5 ms\"")]),
    settings("stimulus_before_the_sweep", &[("start = \"10 ms\"", "start = \"-10 ms\"")]),
    Case {
        name: "stimulated_part_upside_down",
        changes: &[
            ("trace.csv", "other.csv"),
            ("kind = \"step\"\namplitude = \"10 uA/cm^2\"\n", ""),
            ("start = \"10 ms\"", "start = \"2 ms\""),
            ("stop = \"60 ms\"", "stop = \"1 ms\""),
        ],
        files: &[("other.csv", b"t_ms,v_mV,i_uA_cm2\n0,-65,0\n1,-65,5\n2,-65,0\n3,-65,0\n")],
        command: CHECK,
    },
    settings("stimulus_without_end", &[("stop = \"60 ms\"\n", "")]),
    settings(
        "stimulus_with_stop_and_duration",
        &[("stop = \"60 ms\"", "stop = \"60 ms\"\nduration = \"50 ms\"")],
    ),
    settings("stimulus_after_the_sweep", &[("\"10 ms\"", "\"100 ms\""), ("\"60 ms\"", "\"160 ms\"")]),
    settings(
        "stimulus_without_kind",
        &[(
            "[stimulus]\nkind = \"step\"\namplitude = \"10 uA/cm^2\"\nstart = \"10 ms\"\nstop = \"60 ms\"\n",
            "",
        )],
    ),
    settings(
        "stimulus_from_a_missing_file",
        &[(
            "kind = \"step\"\namplitude = \"10 uA/cm^2\"\nstart = \"10 ms\"\nstop = \"60 ms\"",
            "kind = \"sampled\"\nfile = \"current.txt\"\ninterval = \"0.1 ms\"\nunit = \"pA\"",
        )],
    ),
    // What is compared.
    settings("no_likelihood", &[("[likelihood.features]\n", ""), (FEATURES, "")]),
    settings("feature_per_spike_without_selector", &[("\"peak_voltage[0]\"", "peak_voltage")]),
    settings("feature_per_sweep_with_selector", &[("\"peak_voltage[0]\"", "\"voltage_base[0]\"")]),
    settings("feature_misspelled", &[("Spikecount", "spike_count")]),
    settings("feature_with_sd_of_zero", &[("0.5", "0")]),
    settings("feature_with_negative_sd", &[("0.5", "-1")]),
    settings("feature_of_an_unknown_sweep", &[("0.5", "{ sd = 0.5, sweeps = [\"3\"] }")]),
    settings("feature_without_sd", &[("0.5", "{ relative = 0.1 }")]),
    settings("sd_from_sweeps_that_are_not_repeated", &[("0.5", "{ sd = \"sweeps\" }")]),
    settings(
        "penalty_below_zero",
        &[("[likelihood.features]", "[likelihood]\nmissing_penalty = -1\n[likelihood.features]")],
    ),
    settings(
        "observed_number_without_sd",
        &[(
            "[run]",
            "[[sweeps]]\nduration = \"100 ms\"\nobserved = { time_to_first_spike = \"5 ms\" }\n\n[run]",
        )],
    ),
    settings("sweep_without_observed_numbers", &[("[run]", "[[sweeps]]\nduration = \"100 ms\"\n\n[run]")]),
    settings("recording_without_truth", &[(RECORDING, "kind = \"simulated\"\nduration = \"70 ms\"\n")]),
    settings(
        "truth_of_a_fixed_parameter",
        &[(
            RECORDING,
            "kind = \"simulated\"\nduration = \"70 ms\"\n[recording.truth]\ng_Na = \"120 mS/cm^2\"\ng_K = \"36 mS/cm^2\"\ng_L = \"0.3 mS/cm^2\"\n",
        )],
    ),
    settings(
        "recording_much_too_long",
        &[(
            RECORDING,
            "kind = \"simulated\"\nduration = \"1e9 s\"\n[recording.truth]\ng_Na = \"120 mS/cm^2\"\ng_K = \"36 mS/cm^2\"\n",
        )],
    ),
    settings(
        "sweeps_with_the_same_name",
        &[(
            "[run]",
            "[[sweeps]]\nname = \"step\"\nduration = \"50 ms\"\nobserved = { Spikecount = 0 }\n\n[[sweeps]]\nname = \"step\"\nduration = \"60 ms\"\nobserved = { Spikecount = 0 }\n\n[run]",
        )],
    ),
    settings(
        "sweep_with_the_name_of_the_stimulus",
        &[(
            "[run]",
            "[[sweeps]]\nname = \"stimulus\"\nduration = \"50 ms\"\nobserved = { Spikecount = 0 }\n\n[run]",
        )],
    ),
    settings(
        "sweep_with_a_slash",
        &[(
            "[run]",
            "[[sweeps]]\nname = \"a/b\"\nduration = \"50 ms\"\nobserved = { Spikecount = 0 }\n\n[run]",
        )],
    ),
    settings("area_missing_beside_another_mistake", &[("10 uA/cm^2", "150 pA"), ("seed = 1", "sed = 1")]),
    settings("nothing_to_explain", &[("[recording]\nkind = \"csv\"\nfile = \"trace.csv\"\n", "")]),
    // The recording.
    settings("recording_missing", &[("trace.csv", "trace.cvs")]),
    settings("recording_without_file", &[("file = \"trace.csv\"\n", "")]),
    settings("recording_is_a_folder", &[("trace.csv", ".")]),
    settings("recording_of_another_kind", &[("kind = \"csv\"", "kind = \"abf\"")]),
    settings("sweep_that_does_not_exist", &[("file = ", "sweeps = [0, 3]\nfile = ")]),
    settings("start_after_the_recording", &[("file = ", "start = \"1 s\"\nfile = ")]),
    recording("recording_is_empty", &[("other.csv", b"")]),
    recording("recording_has_only_a_header", &[("other.csv", b"t_ms,v_mV\n")]),
    recording("recording_with_nan", &[("other.csv", b"t_ms,v_mV\n0,-65\n0.1,NaN\n0.2,-65\n")]),
    recording(
        "recording_with_decimal_commas",
        &[("other.csv", b"t_ms;v_mV\n0,0;-65,1\n0,1;-65,2\n0,2;-65,3\n")],
    ),
    recording("recording_without_voltage", &[("other.csv", b"t_ms,i_pA\n0,0\n0.1,0\n0.2,0\n")]),
    recording("recording_without_units", &[("other.csv", b"time,voltage\n0,-65\n0.1,-65\n0.2,-65\n")]),
    recording("recording_back_in_time", &[("other.csv", b"t_ms,v_mV\n0,-65\n0.2,-65\n0.1,-65\n")]),
    Case {
        name: "recording_is_a_truncated_abf",
        changes: &[("kind = \"csv\"\nfile = \"trace.csv\"", "kind = \"abf\"\nfile = \"cell.abf\"")],
        files: &[("cell.abf", b"ABF2\0\0\0\x02\0\0\0\0")],
        command: CHECK,
    },
    Case {
        name: "recording_is_a_truncated_wave",
        changes: &[("kind = \"csv\"\nfile = \"trace.csv\"", "kind = \"ibw\"\nvoltage = \"cell.ibw\"")],
        files: &[("cell.ibw", b"\x05\0\0\0\0\0")],
        command: CHECK,
    },
    // Runs that cannot succeed.
    running(
        "no_parameter_set_spikes",
        &[
            (G_NA, r#"{ kind = "uniform", lower = "0.1 mS/cm^2", upper = "0.2 mS/cm^2" }"#),
            ("[likelihood.features]", "[likelihood]\nmissing_penalty = inf\n\n[likelihood.features]"),
        ],
    ),
    running(
        "no_simulation_is_near",
        &[
            (G_NA, r#"{ kind = "uniform", lower = "0.1 mS/cm^2", upper = "0.2 mS/cm^2" }"#),
            ("kind = \"demcz\"\nchains = 4", "kind = \"abc_rejection\""),
        ],
    ),
    Case {
        name: "output_is_a_file",
        changes: &[],
        files: &[("taken", b"a file")],
        command: &["run", "cell.toml", "--quick", "--quiet", "--output", "taken"],
    },
    // The command line.
    command("no_such_command", &["fit", "cell.toml"]),
    command("no_settings_file", &["run"]),
    command("no_such_flag", &["run", "cell.toml", "--draws", "10"]),
    command("no_threads", &["run", "cell.toml", "--threads", "0"]),
    command("no_such_list", &["list", "membranes"]),
    command("set_of_an_unknown_name", &["simulate", "cell.toml", "--set", "g_na=100"]),
    command("set_without_value", &["simulate", "cell.toml", "--set", "g_Na"]),
    command("set_with_a_bad_value", &["simulate", "cell.toml", "--set", "g_Na=many"]),
    command("set_with_a_wrong_unit", &["simulate", "cell.toml", "--set", "g_Na=100 mV"]),
    command("set_outside_the_physical_range", &["simulate", "cell.toml", "--set", "g_Na=-5 mS/cm^2"]),
    command("option_set_without_a_table", &["check", "cell.toml", "--set", "file=trace.csv"]),
    command("option_set_in_a_number", &["check", "cell.toml", "--set", "run.seed.value=2"]),
    command(
        "option_set_to_a_mistake",
        &["check", "cell.toml", "--set", "sampler.chains=many", "--set", "run.sed=1"],
    ),
    command("simulate_into_a_missing_folder", &["simulate", "cell.toml", "--output", "missing/trace.csv"]),
    command(
        "accuracy_without_a_rest",
        &["simulate", "cell.toml", "--accuracy", "--set", "bias_current=20 uA/cm^2"],
    ),
    // The comparison of models.
    command("select_of_one_model", &["select", "cell.toml"]),
    Case {
        name: "select_of_one_name",
        changes: ABC,
        files: &[],
        command: &["select", "cell.toml", "./cell.toml"],
    },
    Case {
        name: "select_by_another_sampler",
        changes: &[],
        files: &[("other.toml", OTHER_MODEL)],
        command: &["select", "other.toml", "cell.toml"],
    },
    Case {
        name: "select_of_other_features",
        changes: ABC,
        files: &[("other.toml", OTHER_MODEL)],
        command: &["select", "cell.toml", "other.toml"],
    },
    Case {
        name: "select_with_too_few_weights",
        changes: ABC,
        files: &[("same.toml", OTHER_MODEL), ("other.toml", OTHER_MODEL)],
        command: &["select", "same.toml", "other.toml", "--prior-weights", "1"],
    },
    command("accuracy_of_a_table", &["simulate", "cell.toml", "--accuracy", "--sets", "sets.csv"]),
    Case {
        name: "simulate_without_a_rest",
        changes: &[],
        files: &[],
        command: &["simulate", "cell.toml", "--set", "bias_current=20 uA/cm^2"],
    },
    Case {
        name: "simulate_with_a_mistake",
        changes: &[("\"0.05 ms\"", "\"0.05 mV\"")],
        files: &[],
        command: SIMULATE,
    },
    // Many parameter sets.
    command("sets_missing", SETS),
    sets("sets_without_a_row", &[("sets.csv", b"g_Na,g_K\n")]),
    sets("sets_of_an_unknown_name", &[("sets.csv", b"g_Na,g_k\n100,30\n")]),
    sets("sets_with_a_column_twice", &[("sets.csv", b"g_Na,g_Na\n100,30\n")]),
    sets("sets_with_a_short_line", &[("sets.csv", b"g_Na,g_K\n100,30\n100\n")]),
    sets("sets_with_a_word", &[("sets.csv", b"g_Na, g_K\n100, 30\n100, many\n")]),
    sets("sets_with_a_unit", &[("sets.csv", b"g_Na\n100 mS/cm^2\n")]),
    sets("sets_outside_the_physical_range", &[("sets.csv", b"g_Na,g_K\n100,-30\n")]),
    Case {
        name: "sets_without_features",
        changes: &[("[likelihood.features]\n", ""), (FEATURES, "")],
        files: &[("sets.csv", b"g_Na\n100\n")],
        command: SETS,
    },
    Case {
        name: "draws_without_a_prior",
        changes: &[(PRIORS, "")],
        files: &[],
        command: &["simulate", "cell.toml", "--prior", "10"],
    },
    command("no_draws_from_the_prior", &["simulate", "cell.toml", "--prior", "0"]),
    command("sets_and_draws", &["simulate", "cell.toml", "--sets", "sets.csv", "--prior", "10"]),
    command("features_of_a_missing_file", &["features", "nowhere.abf"]),
    command("features_of_a_folder", &["features", "."]),
    command("features_above_no_number", &["features", "trace.csv", "--threshold", "nan"]),
    command("features_of_a_missing_sweep", &["features", "trace.csv", "--sweep", "1"]),
    command(
        "features_of_a_stimulus_that_ends_first",
        &["features", "trace.csv", "--start", "50", "--stop", "10"],
    ),
    Case {
        name: "features_of_an_unknown_format",
        changes: &[],
        files: &[("cell.wcp", b"\x00\x01\x02WCP")],
        command: &["features", "cell.wcp"],
    },
];
