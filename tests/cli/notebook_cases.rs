//! Mistakes in the settings of the notebook.

use crate::cases::Case;

/// Every kind of mistake: all are told at once.
const SEVERAL: &[u8] = br#"[pulse]
duration = "200 ms"
dt = 0.01
amplitude = "5 mV"
start = "70 ms"
stopp = "130 ms"

[activation]
from = -80
to = 40
points = 1
"#;

const UPSIDE_DOWN: &[u8] = br#"[pulse]
duration = "200 ms"
dt = "0.01 ms"
amplitude = "5 uA/cm^2"
start = "130 ms"
stop = "70 ms"

[activation]
from = 40
to = -80
points = 1000
"#;

const fn case(name: &'static str, files: &'static [(&'static str, &'static [u8])]) -> Case {
    Case { name, changes: &[], files, command: &["notebook", "notebook.toml", "--output", "out"] }
}

pub const CASES: &[Case] = &[
    case("notebook_with_several_mistakes", &[("notebook.toml", SEVERAL)]),
    case("notebook_upside_down", &[("notebook.toml", UPSIDE_DOWN)]),
    case("notebook_without_settings", &[]),
];
