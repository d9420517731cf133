//! Written channels against the built-in ones.

use approx::assert_relative_eq;

use crate::model::tests::{membrane, step, trace};
use crate::model::{Grid, Membrane, library};

/// The squid axon from the channels of the library.
const SQUID: &str = r#"
[model]
kind = "channels"
[model.channels.Na]
kind = "sodium_squid"
[model.channels.K]
kind = "potassium_squid"
[model.channels.L]
kind = "leak"
conductance = "0.3 mS/cm^2"
reversal = "-54.387 mV"
"#;

/// All channels of the set `cortical`, with the numbers of that set.
const CORTICAL: &str = r#"
[model]
kind = "channels"
[model.constants]
V_T = "-60 mV"
[model.channels.Na]
kind = "sodium_cortical"
shift = "V_T"
[model.channels.K]
kind = "potassium_cortical"
shift = "V_T"
[model.channels.M]
kind = "potassium_m"
reversal = "E_K"
[model.channels.leak]
kind = "leak"
[model.channels.CaL]
kind = "calcium_high_threshold"
[model.channels.CaT]
kind = "calcium_low_threshold"
reversal = "E_CaL"
[model.channels.A]
kind = "potassium_a"
reversal = "E_K"
[model.channels.h]
kind = "hyperpolarisation_activated"
"#;

/// The farthest that the traces of two membranes are apart, for each of eight sodium conductances; the fifth is the
/// default.
fn farthest(a: &dyn Membrane, b: &dyn Membrane, amplitude: f64, dt_ms: f64) -> Vec<f64> {
    let grid = Grid { dt_ms, stride: 4, samples: (200.0 / (4.0 * dt_ms)) as usize + 1, still: 0 };
    let run = |membrane: &dyn Membrane| {
        let sodium = membrane.parameters().iter().position(|parameter| parameter.name == "g_Na").unwrap();
        trace(membrane, &step(amplitude, 50.0, 150.0), None, grid, |lane, set| {
            set[sodium] *= 0.8 + 0.05 * lane as f64;
        })
        .0
    };
    let (a, b) = (run(a), run(b));
    assert!(a[3].iter().any(|v| *v > 0.0), "it spikes");
    let distance =
        |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    a.iter().zip(&b).map(distance).collect()
}

/// The forms are the same functions, so only rounding differs. A spike that hardly comes about magnifies it: such a
/// conductance may be among the others.
#[test]
fn a_written_squid_axon_is_the_built_in_one() {
    let built_in = membrane("[model]\nkind = \"hodgkin_huxley\"");
    let distances = farthest(&*built_in, &*membrane(SQUID), 10.0, 0.025);
    assert!(distances[4] < 1e-9, "{distances:?}");
    assert!(distances.iter().all(|distance| *distance < 1e-8), "{distances:?}");
}

/// Built-in rates agree with the printed ones to 3e-7, which moves a late spike by less than 5e-5 ms: 0.02 mV on an
/// upstroke of 400 mV/ms.
#[test]
fn written_cortical_channels_are_the_built_in_ones() {
    let built_in = membrane("[model]\nkind = \"cortical\"");
    let distances = farthest(&*built_in, &*membrane(CORTICAL), 3.0, 0.025);
    assert!(distances.iter().all(|distance| *distance < 0.02), "{distances:?}");
}

#[test]
fn numbers_have_the_names_of_their_place() {
    let written = membrane(SQUID);
    let of = |name: &str| {
        let found = written.parameters().iter().find(|parameter| parameter.name == name);
        found.unwrap_or_else(|| panic!("no {name}")).default
    };
    assert_relative_eq!(of("g_Na"), 120.0);
    assert_relative_eq!(of("Na_m_beta_scale"), -18.0);
    assert_relative_eq!(of("K_shift"), -65.0);
    assert_relative_eq!(of("temperature"), 6.3);
}

/// The first block of TOML in the documentation.
fn documented() -> &'static str {
    let (_, after) = include_str!("../../../docs/channels.md").split_once("```toml\n").unwrap();
    after.split_once("```").unwrap().0
}

#[test]
fn the_example_of_the_documentation_can_be_built() {
    let membrane = membrane(documented());
    let priors = documented().split_once("[prior]\n").unwrap().1.lines();
    for name in priors.map(|line| line.split_once(" = ").unwrap().0) {
        assert!(membrane.parameters().iter().any(|parameter| parameter.name == name), "{name}");
    }
}

#[test]
fn every_channel_of_the_library_is_documented_and_can_be_built() {
    for (name, summary) in library() {
        let text = format!("[model]\nkind = \"channels\"\n[model.channels.x]\nkind = \"{name}\"");
        assert!(membrane(&text).parameters().iter().any(|parameter| parameter.name == "g_x"), "{name}");
        assert!(include_str!("../../../docs/channels.md").contains(&format!("`{name}`")), "{name}");
        assert!(!summary.is_empty(), "{name}");
    }
}

/// A constant is one parameter with the narrowest range of its places, and no second one beside it.
#[test]
fn channels_share_a_constant() {
    let membrane = membrane(&format!("{CORTICAL}\n"));
    let named = |name: &str| membrane.parameters().iter().filter(|parameter| parameter.name == name).count();
    assert_eq!((named("V_T"), named("Na_shift"), named("K_shift"), named("E_M")), (1, 0, 0, 0));
    let shared = membrane.parameters().iter().find(|parameter| parameter.name == "V_T").unwrap();
    assert_eq!(shared.range, (-400.0, 400.0));
}
