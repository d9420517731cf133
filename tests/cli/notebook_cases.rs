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

[f_i]
from = "20 uA/cm^2"
to = "10 uA/cm^2"
steps = 10
duration = "100 ms"
discard = "100 ms"

[f_i.staircase]
steps = 1000
dwell = "1000 ms"

[f_i.result]
to = "-1 uA/cm^2"
"#;

/// Tables that may be left out are read to the end if they are there.
const OTHER_PARTS: &[u8] = br#"[pulse]
duration = "200 ms"
dt = "0.01 ms"
amplitude = "5 uA/cm^2"
start = "70 ms"
stop = "130 ms"

[activation]
from = -80
to = 40
points = 1000

[quantities]
seed = 1
temperature = "6.3 degC"

[quantities.spike]
amplitude = "20 mA"
length = "1 ms"
duration = "50 ms"
dt = "0.01 ms"

[quantities.inputs]
mean = "5 uA/cm^2"
sd = "0 uA/cm^2"
count = 100
duration = "600 ms"
skip = "100 ms"

[quantities.timing]
area = "200 um^2"
single_channel = "20 pS"
mean = "10 uA/cm^2"
sd = "10 uA/cm^2"
correlation_time = "3 ms"
trials = 24
duration = "400 ms"
skip = "500 ms"
width = "1 ms"

[learning]
from = "40 uA/cm^2"
to = "0 uA/cm^2"
beyond = "0 uA/cm^2"
fitted = 17
inside = 40
outside = 40
noise = "3 Hz"
skip = "100 ms"
duration = "300 ms"
spread = 0.3
draws = 600
predicted = 1000
hidden = [3, 0]
starts = 10

[learning.truth]
g_Na = "140 mS/cm^2"
g_K = "32 mS/cm^2"
"#;

const fn case(name: &'static str, files: &'static [(&'static str, &'static [u8])]) -> Case {
    Case { name, changes: &[], files, command: &["notebook", "notebook.toml", "--output", "out"] }
}

pub const CASES: &[Case] = &[
    case("notebook_with_several_mistakes", &[("notebook.toml", SEVERAL)]),
    case("notebook_upside_down", &[("notebook.toml", UPSIDE_DOWN)]),
    case("notebook_with_mistakes_in_other_parts", &[("notebook.toml", OTHER_PARTS)]),
    case("notebook_without_settings", &[]),
];
