//! Mistakes in `[validation]`, and in what `hhbayes report` is given.

use crate::cases::{CHECK, Case};

const RUN: &str = "[run]\nseed = 1\n";

const fn settings(name: &'static str, changes: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, changes, files: &[], command: CHECK }
}

pub const CASES: &[Case] = &[
    settings(
        "validation_of_an_unknown_sweep",
        &[(RUN, "[validation]\nsweeps = [\"7\"]\n\n[run]\nseed = 1\n")],
    ),
    settings("validation_of_all_sweeps", &[(RUN, "[validation]\nsweeps = [\"0\"]\n\n[run]\nseed = 1\n")]),
    settings("validation_of_no_sweep", &[(RUN, "[validation]\nsweeps = []\n\n[run]\nseed = 1\n")]),
    settings(
        "validation_with_a_misspelled_option",
        &[(RUN, "[validation]\nsweep = [\"0\"]\n\n[run]\nseed = 1\n")],
    ),
    settings(
        "validation_of_a_sweep_without_a_trace",
        &[(
            RUN,
            "[validation]\nsweeps = [\"rest\"]\n\n[[sweeps]]\nname = \"rest\"\nduration = \"50 ms\"\nobserved = { Spikecount = 0 }\n\n[run]\nseed = 1\n",
        )],
    ),
    Case { name: "report_of_a_folder_without_results", changes: &[], files: &[], command: &["report", "."] },
];
