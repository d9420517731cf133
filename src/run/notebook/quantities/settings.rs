//! `[quantities]`: what is measured of a spike, of an ensemble of inputs, and of the times of spikes.

use crate::neuroai::energy::Kick;
use crate::neuroai::timing::Timing;
use crate::settings::Section;
use crate::units::Unit;

/// What `[quantities]` says.
#[derive(Clone, Debug)]
pub(in crate::run::notebook) struct QuantitiesSettings {
    pub seed: u64,
    pub kick: Kick,
    pub temperatures_celsius: Vec<f64>,
    pub inputs: Inputs,
    pub timing: Timing,
}

/// An ensemble of constant currents, normally distributed.
#[derive(Clone, Copy, Debug)]
pub(in crate::run::notebook) struct Inputs {
    pub mean_ua_cm2: f64,
    pub sd_ua_cm2: f64,
    pub count: usize,
    pub duration_ms: f64,
    pub skipped_ms: f64,
}

/// The time step of whatever lasts long: the default of the squid's axon.
pub(super) const DT_MS: f64 = 0.025;
/// Longest trace, so that a slip of the pen does not fill the memory.
const LONGEST_MS: f64 = 1e5;

impl QuantitiesSettings {
    pub fn read(table: &Section<'_>) -> Self {
        let settings = Self {
            seed: table.key("seed", "names the random numbers").count_or(1) as u64,
            temperatures_celsius: table
                .key("temperatures", "temperatures at which a spike is paid for; 6.3 degC")
                .between(-5.0, 60.0)
                .quantities_maybe(Unit::Celsius)
                .unwrap_or_else(|| vec![6.3]),
            kick: kick(&table.table("spike", "a short current that makes the axon spike once")),
            inputs: inputs(&table.table("inputs", "constant currents, normally distributed")),
            timing: timing(&table.table("timing", "a constant and a fluctuating current, many times")),
        };
        table.finish();
        settings
    }
}

fn kick(table: &Section<'_>) -> Kick {
    let kick = Kick {
        amplitude_ua_cm2: table.key("amplitude", "its height").quantity(Unit::MicroampPerCm2),
        length_ms: table.key("length", "how long it lasts").positive().quantity(Unit::Millisecond),
        duration_ms: duration(table),
        dt_ms: table.key("dt", "time step").between(1e-4, 1.0).quantity(Unit::Millisecond),
    };
    table.finish();
    kick
}

fn inputs(table: &Section<'_>) -> Inputs {
    let before = table.mistakes();
    let inputs = Inputs {
        mean_ua_cm2: table.key("mean", "mean current").quantity(Unit::MicroampPerCm2),
        sd_ua_cm2: table.key("sd", "its standard deviation").positive().quantity(Unit::MicroampPerCm2),
        count: table.key("count", "number of currents").between(2.0, 1e5).count(),
        duration_ms: duration(table),
        skipped_ms: skipped(table),
    };
    within(table, before, (inputs.skipped_ms, inputs.duration_ms));
    table.finish();
    inputs
}

fn timing(table: &Section<'_>) -> Timing {
    let before = table.mistakes();
    let current = |name, help| table.key(name, help);
    let timing = Timing {
        area_um2: table.key("area", "area of the membrane").positive().quantity(Unit::SquareMicrometre),
        single_channel_ps: table
            .key("single_channel", "conductance of a single channel")
            .positive()
            .quantity(Unit::Picosiemens),
        mean_ua_cm2: current("mean", "mean of both currents").quantity(Unit::MicroampPerCm2),
        sd_ua_cm2: current("sd", "standard deviation of the one that fluctuates")
            .positive()
            .quantity(Unit::MicroampPerCm2),
        correlation_ms: table
            .key("correlation_time", "how long it remembers")
            .positive()
            .quantity(Unit::Millisecond),
        trials: table.key("trials", "trials with each current").between(2.0, 1e4).count(),
        duration_ms: duration(table),
        skipped_ms: skipped(table),
        dt_ms: DT_MS,
        sigma_ms: table
            .key("width", "width of the Gaussian that smooths spikes")
            .positive()
            .quantity(Unit::Millisecond),
    };
    within(table, before, (timing.skipped_ms, timing.duration_ms));
    table.finish();
    timing
}

fn duration(table: &Section<'_>) -> f64 {
    table.key("duration", "length of each trace").between(1.0, LONGEST_MS).quantity(Unit::Millisecond)
}

fn skipped(table: &Section<'_>) -> f64 {
    table.key("skip", "what of it is not looked at").between(0.0, LONGEST_MS).quantity(Unit::Millisecond)
}

fn within(table: &Section<'_>, before: usize, (skipped_ms, duration_ms): (f64, f64)) {
    if table.mistakes() == before && skipped_ms >= duration_ms {
        table.mistake_at("skip", "all of the trace is skipped", Some("skip less, or take a longer duration"));
    }
}
