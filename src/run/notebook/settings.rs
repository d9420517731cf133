//! The settings of the notebook.

mod f_i;

pub(super) use self::f_i::FiSettings;
use super::learning::LearningSettings;
use super::quantities::QuantitiesSettings;
use crate::neuroai::Pulse;
use crate::settings::Section;
use crate::units::Unit;

/// Time steps of one trace at the most.
const MOST_STEPS: f64 = 1e7;

/// Everything that `configs/notebook.toml` says.
#[derive(Clone, Debug)]
pub(super) struct NotebookSettings {
    pub pulse: Pulse,
    pub activation: ActivationAxis,
    /// Left out without its table.
    pub f_i: Option<FiSettings>,
    /// Left out without its table.
    pub quantities: Option<QuantitiesSettings>,
    /// Left out without its table.
    pub learning: Option<LearningSettings>,
}

/// Where the activation functions are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActivationAxis {
    pub from: f64,
    pub to: f64,
    pub points: usize,
}

impl NotebookSettings {
    /// Reads the whole file. Mistakes are noted; what is returned after one is of no use.
    pub fn read(root: &Section<'_>) -> Self {
        let has = |name: &str| root.is_listening() || root.has(name);
        let settings = Self {
            pulse: pulse(&root.table("pulse", "a pulse of current into the squid's axon")),
            activation: activation(&root.table("activation", "where the activation functions are drawn")),
            f_i: has("f_i")
                .then(|| f_i::read(&root.table("f_i", "long steps of current: the f-I curve of an axon"))),
            quantities: has("quantities").then(|| {
                let help = "what a spike costs, how rare spikes are, and how precise";
                QuantitiesSettings::read(&root.table("quantities", help))
            }),
            learning: has("learning").then(|| {
                let help = "one data set, explained by an axon and by small networks";
                LearningSettings::read(&root.table("learning", help))
            }),
        };
        root.finish();
        settings
    }
}

fn pulse(table: &Section<'_>) -> Pulse {
    let time = |name, help| table.key(name, help);
    let before = table.mistakes();
    let pulse = Pulse {
        duration_ms: time("duration", "length of the trace").positive().quantity(Unit::Millisecond),
        dt_ms: time("dt", "time step").positive().quantity(Unit::Millisecond),
        amplitude_ua_cm2: table.key("amplitude", "height of the pulse").quantity(Unit::MicroampPerCm2),
        start_ms: time("start", "when the pulse begins").between(0.0, f64::MAX).quantity(Unit::Millisecond),
        stop_ms: time("stop", "when it ends").positive().quantity(Unit::Millisecond),
    };
    table.finish();
    if table.mistakes() > before {
        return pulse;
    }
    if pulse.stop_ms <= pulse.start_ms {
        table.mistake_at("stop", "the pulse stops before it starts", Some("let stop be later than start"));
    }
    if pulse.stop_ms > pulse.duration_ms {
        table.mistake_at("stop", "the pulse stops after the trace", Some("take a longer duration"));
    }
    let steps = pulse.duration_ms / pulse.dt_ms;
    if !(1.0..=MOST_STEPS).contains(&steps) {
        let message = format!("expected 1 to {MOST_STEPS} time steps, found {steps:.0}");
        table.mistake_at("dt", message, Some("take another dt or duration"));
    }
    pulse
}

fn activation(table: &Section<'_>) -> ActivationAxis {
    let before = table.mistakes();
    let axis = ActivationAxis {
        from: table.key("from", "lowest input").quantity(Unit::One),
        to: table.key("to", "highest input").quantity(Unit::One),
        points: table.key("points", "number of inputs").between(2.0, 1e6).count(),
    };
    table.finish();
    if table.mistakes() == before && axis.to <= axis.from {
        table.mistake_at("to", "expected a number above `from`", Some("exchange from and to"));
    }
    axis
}
